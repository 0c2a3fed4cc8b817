//! The text of a file as words and as identifiers.

/// Keywords that define a type in Rust, Python or TypeScript.
const DEFINE_TYPE: &[&str] = &["class", "enum", "interface", "struct", "trait", "type", "union"];

/// What may stand between the words of a phrase: spaces, what names are joined with, and what begins a comment's or a
/// string's next line. Any other character ends the phrase.
const JOINTS: &[char] = &[' ', '\t', '\n', '\r', '_', '-', '/', '!', '#', '*', '>', '\\'];

/// A file's text, cut into words.
pub(crate) struct Text<'t> {
    text: &'t str,
    /// In order. `DeedKind` and `deed_kind` are two words each.
    words: Vec<Word>,
}

struct Word {
    /// The word in lower case.
    lower: String,
    /// Counted from 1.
    line: usize,
    /// Whether a phrase can go on from the word before to this one.
    joined: bool,
}

impl<'t> Text<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        let mut words = vec![];
        let mut line = 1;
        let mut end = 0;
        for (start, piece) in pieces(text) {
            let between = &text[end..start];
            line += between.matches('\n').count();
            words.push(Word {
                lower: piece.to_lowercase(),
                line,
                joined: between.chars().all(|c| JOINTS.contains(&c)),
            });
            end = start + piece.len();
        }
        Self { text, words }
    }

    /// The lines that define a type of this name.
    pub(crate) fn definitions(&self, name: &str) -> Vec<usize> {
        self.lines_where(|line| {
            let identifiers: Vec<_> = identifiers(line).collect();
            !line.trim_start().starts_with("//")
                && identifiers.windows(2).any(|pair| DEFINE_TYPE.contains(&pair[0]) && pair[1] == name)
        })
    }

    /// The lines that begin a module of this name inside the file.
    pub(crate) fn inline_modules(&self, name: &str) -> Vec<usize> {
        self.lines_where(|line| {
            let begins = line.trim_end().ends_with('{');
            let identifiers: Vec<_> = identifiers(line).collect();
            begins && identifiers.windows(2).any(|pair| pair == ["mod", name])
        })
    }

    /// The lines with this identifier.
    pub(crate) fn identifiers(&self, name: &str) -> Vec<usize> {
        self.lines_where(|line| identifiers(line).any(|identifier| identifier == name))
    }

    /// The lines where a phrase begins, unless the word before it is one of `not_after`.
    pub(crate) fn phrases(&self, phrase: &str, not_after: &[&str]) -> Vec<usize> {
        let phrase: Vec<_> = phrase.split(' ').map(str::to_lowercase).collect();
        let starts = self.words.windows(phrase.len()).enumerate().filter(|(start, words)| {
            let equal = words.iter().zip(&phrase).all(|(word, of)| word.lower == *of);
            let excused = *start > 0 && not_after.contains(&self.words[start - 1].lower.as_str());
            equal && !excused && words.iter().skip(1).all(|word| word.joined)
        });
        starts.map(|(start, _)| self.words[start].line).collect()
    }

    fn lines_where(&self, is_found: impl Fn(&str) -> bool) -> Vec<usize> {
        self.text.lines().zip(1..).filter(|(line, _)| is_found(line)).map(|(_, number)| number).collect()
    }
}

fn identifiers(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

/// Runs of letters and digits, cut again before each capital that begins a word, with where they start.
fn pieces(text: &str) -> Vec<(usize, &str)> {
    let mut pieces = vec![];
    let mut start = None;
    let mut before = None;
    let mut characters = text.char_indices().peekable();
    while let Some((at, c)) = characters.next() {
        let next = characters.peek().map(|(_, next)| *next);
        if let Some(from) = start
            && (!c.is_alphanumeric() || begins_word(before, c, next))
        {
            pieces.push((from, &text[from..at]));
            start = None;
        }
        if c.is_alphanumeric() && start.is_none() {
            start = Some(at);
        }
        before = Some(c);
    }
    pieces.extend(start.map(|from| (from, &text[from..])));
    pieces
}

/// Whether `c`, inside a run of letters, begins a word: the `K` of `DeedKind`, the `S` of `HTTPServer`.
fn begins_word(before: Option<char>, c: char, next: Option<char>) -> bool {
    c.is_uppercase()
        && before.is_some_and(|before| !before.is_uppercase() || next.is_some_and(char::is_lowercase))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_at_their_capitals() {
        let words = |text| pieces(text).into_iter().map(|(_, piece)| piece).collect::<Vec<_>>();
        assert_eq!(words("DeedKind of_HTTPServer v1 é"), ["Deed", "Kind", "of", "HTTP", "Server", "v1", "é"]);
        assert_eq!(words("NOBODY"), ["NOBODY"]);
    }
}
