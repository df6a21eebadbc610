//! From the report's lines and columns to places in the editor's text. Columns are UTF-16 units, as in the browser.

use daemonless_core::report::Range;

/// A range as an element carries it: `18:3-18:9`.
pub fn to_data(range: &Range) -> String {
    format!("{}:{}-{}:{}", range.line, range.column, range.end_line, range.end_column)
}

/// The range that an element carries.
pub fn from_data(data: &str) -> Option<Range> {
    let place = |text: &str| {
        let (line, column) = text.split_once(':')?;
        Some((line.parse().ok()?, column.parse().ok()?))
    };
    let (start, end) = data.split_once('-')?;
    let ((line, column), (end_line, end_column)) = (place(start)?, place(end)?);
    Some(Range { line, column, end_line, end_column, file: None })
}

/// All of a line.
pub fn whole_line(line: u32) -> Range {
    Range { line, column: 1, end_line: line, end_column: u32::MAX, file: None }
}

/// Start and end of `range` in UTF-16 units from the start of `text`; what lies behind the end counts as the end.
pub fn selection(text: &str, range: &Range) -> (u32, u32) {
    let (mut start, mut end, mut offset) = (None, None, 0u32);
    for (line, content) in (1..).zip(text.split('\n')) {
        let length = utf16_len(content);
        if line == range.line {
            start = Some(offset + range.column.saturating_sub(1).min(length));
        }
        if line == range.end_line {
            end = Some(offset + range.end_column.saturating_sub(1).min(length));
            break;
        }
        offset += length + 1;
    }
    let last = offset.saturating_sub(1);
    let start = start.unwrap_or(last);
    (start, end.unwrap_or(last).max(start))
}

/// Line and column, both from 1, of the place `offset` UTF-16 units into `text`.
pub fn place(text: &str, offset: u32) -> (u32, u32) {
    let (mut line, mut before) = (1, 0u32);
    for content in text.split('\n') {
        let end = before + utf16_len(content);
        if offset <= end {
            return (line, offset - before + 1);
        }
        before = end + 1;
        line += 1;
    }
    (line.max(2) - 1, 1)
}

/// Places of a file's text in the editor's, where each line ends with `\n` alone: from bytes, which ascend, to UTF-16
/// units. The text is read once, however many places there are.
pub fn units(text: &str, bytes: impl IntoIterator<Item = usize>) -> Vec<u32> {
    let (mut at, mut units) = (0, 0u32);
    let place = |byte: usize| {
        let between = text.get(at..byte).unwrap_or_default();
        let returns = between.bytes().filter(|byte| *byte == b'\r').count();
        units += utf16_len(between).saturating_sub(u32::try_from(returns).unwrap_or(u32::MAX));
        at = byte.max(at);
        units
    };
    bytes.into_iter().map(place).collect()
}

/// Whether the place is in the range; a range's end counts, so that a caret behind its last letter is in it.
pub fn contains(range: &Range, (line, column): (u32, u32)) -> bool {
    (range.line, range.column) <= (line, column) && (line, column) <= (range.end_line, range.end_column)
}

/// Parts the line at two columns, from 1, in UTF-16 units.
pub fn part(line: &str, start: u32, end: u32) -> (&str, &str, &str) {
    let start = byte_of(line, start);
    let end = byte_of(line, end).max(start);
    (&line[..start], &line[start..end], &line[end..])
}

/// The byte where the column starts; the line's end if it has no such column.
fn byte_of(line: &str, column: u32) -> usize {
    let mut at = 1u32;
    for (byte, c) in line.char_indices() {
        if at >= column {
            return byte;
        }
        at += u32::from(c.len_utf16() as u8);
    }
    line.len()
}

fn utf16_len(text: &str) -> u32 {
    u32::try_from(text.encode_utf16().count()).unwrap_or(u32::MAX / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(line: u32, column: u32, end_line: u32, end_column: u32) -> Range {
        Range { line, column, end_line, end_column, file: None }
    }

    #[track_caller]
    fn check_selection(text: &str, range: &Range, selected: &str) {
        let (start, end) = selection(text, range);
        let units: Vec<u16> = text.encode_utf16().collect();
        assert_eq!(String::from_utf16_lossy(&units[start as usize..end as usize]), selected);
    }

    #[test]
    fn ranges_are_selected() {
        check_selection("ab\ncd\n", &range(1, 1, 1, 3), "ab");
        check_selection("ab\ncd\n", &range(2, 2, 2, 3), "d");
        check_selection("ab\ncd\n", &range(1, 2, 2, 2), "b\nc");
        check_selection("é😀x\n😀", &range(1, 4, 1, 5), "x");
        check_selection("é😀x\n😀", &range(2, 1, 2, 3), "😀");
        check_selection("ab", &range(1, 2, 1, 9), "b");
        check_selection("ab", &range(7, 1, 7, 9), "");
        check_selection("", &range(1, 1, 1, 1), "");
    }

    #[test]
    fn ranges_travel_as_data() {
        for range in [range(18, 3, 18, 9), whole_line(7)] {
            assert_eq!(from_data(&to_data(&range)), Some(range));
        }
        for wrong in ["", "1", "1:2", "1:2-3", "1:2-3:x", "-"] {
            assert_eq!(from_data(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn places_are_found() {
        let text = "é😀x\n\ny";
        assert_eq!(place(text, 0), (1, 1));
        assert_eq!(place(text, 3), (1, 4));
        assert_eq!(place(text, 5), (2, 1));
        assert_eq!(place(text, 6), (3, 1));
        assert_eq!(place(text, 7), (3, 2));
    }

    #[test]
    fn bytes_become_units() {
        assert_eq!(units("é😀x\r\ny", [0, 2, 6, 7, 9, 10]), [0, 1, 3, 4, 5, 6]);
        assert_eq!(units("ab", [1, 1, 2]), [1, 1, 2]);
        assert_eq!(units("ab", [9]), [0]);
        assert_eq!(units("", []), [0; 0]);
    }

    #[test]
    fn lines_are_parted() {
        assert_eq!(part("abc", 2, 3), ("a", "b", "c"));
        assert_eq!(part("😀b", 3, 4), ("😀", "b", ""));
        assert_eq!(part("ab", 1, 9), ("", "ab", ""));
        assert_eq!(part("", 1, 1), ("", "", ""));
        assert_eq!(part("ab", 9, 1), ("ab", "", ""));
    }
}
