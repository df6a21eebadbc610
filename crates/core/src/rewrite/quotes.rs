//! Whether a command stands inside the quotes of its script: read once from the front, for commands in their order.

/// A reader of a script that stops at each command.
#[derive(Debug, Default)]
pub(super) struct Quotes {
    quote: Option<char>,
    escaped: bool,
    comment: bool,
    last: Option<char>,
    /// The line that is being read, as far as it has been read.
    line: String,
    /// Words that end the heredocs which begin behind this line, and whether tabs may stand before them.
    pending: Vec<(String, bool)>,
    /// Those of the heredocs that are being read, the first one last.
    open: Vec<(String, bool)>,
}

impl Quotes {
    /// Reads on to the next command and says whether quotes are open there.
    pub(super) fn read(&mut self, text: &str) -> bool {
        for c in text.chars() {
            self.character(c);
            self.last = Some(c);
        }
        self.open.is_empty() && self.quote.is_some()
    }

    fn character(&mut self, c: char) {
        if c == '\n' {
            self.end_of_line();
            return;
        }
        self.line.push(c);
        let starts_word = self.last.is_none_or(char::is_whitespace);
        match (c, self.quote) {
            _ if !self.open.is_empty() || self.comment => {}
            _ if self.escaped => self.escaped = false,
            ('\\', None | Some('"')) => self.escaped = true,
            ('#', None) if starts_word => self.comment = true,
            ('"' | '\'', None) => self.quote = Some(c),
            (_, Some(open)) if open == c => self.quote = None,
            _ => {}
        }
    }

    fn end_of_line(&mut self) {
        self.escaped = false;
        self.comment = false;
        let line = std::mem::take(&mut self.line);
        match self.open.last() {
            Some((word, tabs)) => {
                let written = line.trim_end_matches('\r');
                let written = if *tabs { written.trim_start_matches('\t') } else { written };
                if written == word {
                    self.open.pop();
                }
            }
            None if self.quote.is_none() => {
                self.pending.extend(heredocs(&line));
                self.open = std::mem::take(&mut self.pending);
                self.open.reverse();
            }
            None => {}
        }
    }
}

/// The words that end the heredocs of a line.
fn heredocs(line: &str) -> Vec<(String, bool)> {
    let mut found = Vec::new();
    let mut rest = line;
    while let Some(at) = rest.find("<<") {
        rest = rest.get(at + 2..).unwrap_or("");
        if let Some(string) = rest.strip_prefix('<') {
            rest = string;
            continue;
        }
        let (word, tabs) = rest.strip_prefix('-').map_or((rest, false), |rest| (rest, true));
        let word = word.trim_start_matches([' ', '\t']).trim_start_matches(['"', '\'', '\\']);
        let end = word.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.')));
        let word = word.get(..end.unwrap_or(word.len())).unwrap_or("");
        if word.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            found.push((word.to_owned(), tabs));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_quotes_are_seen() {
        #[track_caller]
        fn check(before: &str, expected: bool) {
            assert_eq!(Quotes::default().read(before), expected, "{before}");
            let (mut reader, mut last) = (Quotes::default(), false);
            for c in before.chars() {
                last = reader.read(c.encode_utf8(&mut [0; 4]));
            }
            assert_eq!(last || before.is_empty() && expected, expected, "read in pieces: {before}");
        }
        check("", false);
        check("echo 'a'; ", false);
        check("sh -c '", true);
        check("sh -c \"", true);
        check("echo \"don't\"; ", false);
        check("# don't\n", false);
        check("echo a#don't; ", true);
        check("echo \\'; ", false);
        check("cat <<EOF\ndon't\nEOF\n", false);
        check("cat <<-'END' > x\n\tdon't\n\tEND\n", false);
        check("bash <<EOF\n", false);
        check("cat <<EOF\ndon't\nEOF \nsh -c '", false);
        check("cat <<<\"$x\"\nsh -c '", true);
        check("cat <<A <<B\n'\nA\n'\nB\n", false);
    }
}
