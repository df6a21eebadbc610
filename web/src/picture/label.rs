//! Words on the picture: how wide they are at most, how a long name is shortened, and how words are set in lines.

/// How words are set, and what they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voice {
    /// The kind of a frame, in capitals.
    Kind,
    /// What is told of it.
    Plain,
    /// What an attacker does.
    Step,
    /// A name from the person's text.
    Code,
    /// What opens a wall or a door.
    Open,
    /// The line of the person's text.
    Line,
    /// Where the line ends.
    End,
}

/// Words that stay together in one line, where they fit in one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    pub voice: Voice,
    pub text: String,
}

impl Words {
    pub fn new(voice: Voice, text: impl Into<String>) -> Self {
        Self { voice, text: text.into() }
    }
}

/// Words at their place: the start of their base line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    pub words: Words,
    /// What follows in the same line, as close as the letters allow.
    pub after: Option<Words>,
    pub x: i32,
    pub y: i32,
}

impl Label {
    pub fn width(&self) -> i32 {
        width(&self.words) + self.after.as_ref().map_or(0, |after| SPACE + width(after))
    }
}

/// From one base line to the next.
pub const LINE: i32 = 17;
/// How far letters reach above their base line and below it.
pub const ASCENT: i32 = 13;
pub const DESCENT: i32 = 4;
/// Between words in one line.
pub const SPACE: i32 = 7;
/// What stands around the words of a line's tag, on each side.
pub const TAG: i32 = 4;
/// More lines than this tell no more than a beginning does.
const MOST_LINES: usize = 4;

/// The most that a letter takes, in hundredths of a unit, for letters of 13 units. The fonts are the system's, so that
/// the wider ones count; what is not ASCII counts as a square.
fn letter(voice: Voice, letter: char) -> i32 {
    match (voice, letter) {
        (_, letter) if !letter.is_ascii() => 1400,
        (Voice::Code, _) => 785,
        (Voice::Kind, _) => 960,
        (_, 'i' | 'j' | 'l' | 't' | 'f' | 'r' | 'I' | ' ' | '.' | ',' | ':' | ';' | '\'' | '/' | '-') => 480,
        (_, 'm' | 'w' | 'M' | 'W' | '@' | '%') => 1150,
        (_, 'A'..='Z' | '&' | '+' | '=' | '<' | '>') => 930,
        _ => 770,
    }
}

/// The width of words at most, in units.
pub fn width(words: &Words) -> i32 {
    let letters: i32 = words.text.chars().map(|one| letter(words.voice, one)).fold(0, i32::saturating_add);
    let tag = if words.voice == Voice::Line { 2 * TAG } else { 0 };
    letters / 100 + tag
}

/// A name as it can be shown: in one line, without letters that cannot be seen or that turn others around, and no longer
/// than `most` letters, its beginning and its end. Joiners stay: scripts and emoji are written with them.
pub fn name(text: &str, most: usize) -> String {
    let is_hidden = |letter: char| {
        letter.is_control()
            || matches!(letter, '\u{ad}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    let shown = |letter: char| if is_hidden(letter) { '\u{fffd}' } else { letter };
    let trimmed = text.trim();
    if trimmed.chars().nth(most).is_none() {
        return trimmed.chars().map(shown).collect();
    }
    let (head, tail) = (most / 2, most - most / 2 - 1);
    let end: Vec<char> = trimmed.chars().rev().take(tail).collect();
    let parts = trimmed.chars().take(head).chain(['…']).chain(end.into_iter().rev());
    parts.map(shown).collect()
}

/// Sets words in lines no longer than `room` and gives the height that they take. `top` is the upper end of the first line.
///
/// Each has a line of its own. Only the tag of a line follows a name, whose letters are equally wide so that its end is
/// known, and what is told of a frame follows its kind.
pub fn set(words: &[Words], x: i32, top: i32, room: i32, labels: &mut Vec<Label>) -> i32 {
    let mut line = 0;
    let mut end = 0;
    let mut before = None;
    for one in words.iter().filter(|one| !one.text.is_empty()) {
        let wide = width(one);
        let fits = end + SPACE + wide <= room;
        let mut put = |line: i32, at: i32, words: Words| {
            labels.push(Label { words, after: None, x: x + at, y: top + ASCENT + (line - 1) * LINE });
        };
        match (before, one.voice) {
            (Some(Voice::Code), Voice::Line) if fits => put(line, end + SPACE, one.clone()),
            (Some(Voice::Kind), Voice::Plain) if fits => {
                if let Some(kind) = labels.last_mut() {
                    kind.after = Some(one.clone());
                }
            }
            _ => {
                for part in broken(one, room) {
                    line += 1;
                    end = width(&part);
                    put(line, 0, part);
                }
            }
        }
        before = Some(one.voice);
    }
    line * LINE
}

/// Words in lines that are no longer than `room`: broken between words, and within names and long words anywhere.
fn broken(words: &Words, room: i32) -> Vec<Words> {
    let wide = |text: &str| text.chars().map(|one| letter(words.voice, one)).sum::<i32>();
    let most = (room - if words.voice == Voice::Line { 2 * TAG } else { 0 }).max(28) * 100;
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for one in words.text.chars() {
        if wide(&line) + letter(words.voice, one) > most {
            // The word that has begun goes on in the next line, if it is not all of this one.
            let at = match words.voice {
                Voice::Code => line.rfind(['/', ':', '@', '.', '-']).map(|sign| sign + 1),
                _ => line.rfind(' '),
            };
            let rest = at.filter(|at| one != ' ' && at * 2 > line.len()).map(|at| line.split_off(at));
            lines.push(std::mem::take(&mut line).trim_end().to_owned());
            line = rest.unwrap_or_default().trim_start().to_owned();
            if lines.len() > MOST_LINES {
                break;
            }
        }
        if one != ' ' || !line.is_empty() {
            line.push(one);
        }
    }
    lines.push(line);
    if lines.len() > MOST_LINES {
        lines.truncate(MOST_LINES);
        if let Some(last) = lines.last_mut() {
            while wide(last) + letter(words.voice, '…') > most && last.pop().is_some() {}
            last.push('…');
        }
    }
    lines.into_iter().map(|text| Words { voice: words.voice, text }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_name(text: &str, most: usize, expected: &str) {
        assert_eq!(name(text, most), expected);
    }

    #[test]
    fn names_are_shortened_in_their_middle() {
        check_name("build", 5, "build");
        check_name("abcdefghij", 7, "abc…hij");
        check_name("строка", 4, "ст…а");
        check_name(" a\nb\u{202e}c ", 9, "a\u{fffd}b\u{fffd}c");
        check_name("<script>", 9, "<script>");
        check_name("👩\u{200d}🚀", 9, "👩\u{200d}🚀");
    }

    /// Lines of words that are set in a room, each line's parts with `|` between.
    #[track_caller]
    fn check_set(words: &[(Voice, &str)], room: i32, expected: &[&str]) {
        let words: Vec<_> = words.iter().map(|(voice, text)| Words::new(*voice, *text)).collect();
        let mut labels = Vec::new();
        let height = set(&words, 10, 100, room, &mut labels);
        let mut lines: Vec<String> = Vec::new();
        for label in &labels {
            assert!(label.x >= 10 && label.x + label.width() <= 10 + room, "{label:?} leaves {room}");
            let line = usize::try_from((label.y - 100 - ASCENT) / LINE).unwrap();
            lines.resize(lines.len().max(line + 1), String::new());
            for words in std::iter::once(&label.words).chain(&label.after) {
                let between = if lines[line].is_empty() { "" } else { "|" };
                lines[line] = format!("{}{between}{}", lines[line], words.text);
            }
        }
        assert_eq!(lines, expected);
        assert_eq!(height, i32::try_from(expected.len()).unwrap() * LINE);
    }

    #[test]
    fn words_are_set_in_lines() {
        use Voice::{Code, Kind, Line, Plain, Step};
        check_set(&[], 100, &[]);
        check_set(&[(Kind, "HOST"), (Plain, "a b")], 200, &["HOST|a b"]);
        check_set(&[(Kind, "HOST"), (Plain, "shared or unknown")], 80, &["HOST", "shared or", "unknown"]);
        check_set(&[(Code, "abcdefghijkl"), (Line, "line 1")], 60, &["abcdefg", "hijkl", "line 1"]);
        check_set(&[(Code, "abc"), (Line, "line 1"), (Plain, "d")], 200, &["abc|line 1", "d"]);
        check_set(&[(Kind, "JOB"), (Code, "abc"), (Line, "line 1")], 200, &["JOB", "abc|line 1"]);
        check_set(&[(Kind, "VM"), (Plain, "a"), (Line, "line 1")], 200, &["VM|a", "line 1"]);
        check_set(&[(Step, "It calls"), (Line, "line 1")], 200, &["It calls", "line 1"]);
        check_set(&[(Code, "/run/docker.sock")], 60, &["/run/", "docker.", "sock"]);
        check_set(
            &[(Code, "abcdefghijklmnopqrstuvwxyz0123456789")],
            60,
            &["abcdefg", "hijklmn", "opqrstu", "vwxyz…"],
        );
        check_set(&[(Plain, "名前名前名前")], 60, &["名前名前", "名前"]);
    }
}
