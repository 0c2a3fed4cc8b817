//! The place in the pattern that the parser has come to, and how much of the quotas is used up.

use crate::error::ParseError;
use crate::{MAX_CHARACTERS, MAX_REGEXES, MAX_WILDCARD_SELECTORS};

/// How much of a wrong word an error repeats.
const LONGEST_QUOTE: usize = 40;

pub(crate) struct Cursor<'p> {
    pattern: &'p str,
    /// In bytes.
    at: usize,
    regexes: usize,
    wildcard_selectors: usize,
}

impl<'p> Cursor<'p> {
    /// The start of a pattern that is not too long.
    pub(crate) fn new(pattern: &'p str) -> Result<Self, ParseError> {
        let characters = pattern.chars().count();
        if characters > MAX_CHARACTERS {
            let expected = format!("at most {MAX_CHARACTERS} characters in a pattern");
            return Err(ParseError::new(MAX_CHARACTERS + 1, expected, characters.to_string()));
        }
        Ok(Self { pattern, at: 0, regexes: 0, wildcard_selectors: 0 })
    }

    fn rest(&self) -> &'p str {
        &self.pattern[self.at..]
    }

    pub(crate) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// The next character, which is then behind us.
    pub(crate) fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    /// Goes past the text, if it is what comes next.
    pub(crate) fn eat(&mut self, text: &str) -> bool {
        let is_next = self.rest().starts_with(text);
        if is_next {
            self.at += text.len();
        }
        is_next
    }

    /// White space, and then the text if it is what comes next.
    pub(crate) fn eat_spaced(&mut self, text: &str) -> bool {
        self.skip_space();
        self.eat(text)
    }

    pub(crate) fn expect(&mut self, text: &str, expected: &str) -> Result<(), ParseError> {
        self.skip_space();
        if self.eat(text) { Ok(()) } else { Err(self.error(expected)) }
    }

    /// Goes past white space; whether there was any, or the pattern is over.
    pub(crate) fn skip_space(&mut self) -> bool {
        !self.take_while(char::is_whitespace).is_empty() || self.peek().is_none()
    }

    pub(crate) fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> &'p str {
        let rest = self.rest();
        let taken = &rest[..rest.find(|c| !wanted(c)).unwrap_or(rest.len())];
        self.at += taken.len();
        taken
    }

    /// A text in double quotes: `\"` is a quote, `\\` a backslash, and any other backslash itself.
    pub(crate) fn quoted(&mut self) -> Result<String, ParseError> {
        self.expect("\"", "a text in double quotes")?;
        let mut text = String::new();
        loop {
            match self.next() {
                Some('"') => return Ok(text),
                Some('\\') if matches!(self.peek(), Some('"' | '\\')) => text.extend(self.next()),
                Some(other) => text.push(other),
                None => return Err(self.error("a closing double quote")),
            }
        }
    }

    /// One more regular expression begins here.
    pub(crate) fn count_regex(&mut self) -> Result<(), ParseError> {
        self.regexes += 1;
        if self.regexes > MAX_REGEXES {
            let expected = format!("at most {MAX_REGEXES} regular expressions in a pattern");
            return Err(self.error_found(expected, "one more"));
        }
        Ok(())
    }

    /// One more selector with a wildcard begins here.
    pub(crate) fn count_wildcard_selector(&mut self) -> Result<(), ParseError> {
        self.wildcard_selectors += 1;
        if self.wildcard_selectors > MAX_WILDCARD_SELECTORS {
            let expected = format!("at most {MAX_WILDCARD_SELECTORS} selectors with a wildcard in a pattern");
            return Err(self.error_found(expected, "one more"));
        }
        Ok(())
    }

    /// Where we are, in characters, counted from 1.
    pub(crate) fn position(&self) -> usize {
        self.pattern[..self.at].chars().count() + 1
    }

    /// Something else was expected than what comes next.
    pub(crate) fn error(&self, expected: impl Into<String>) -> ParseError {
        let word = self.rest().chars().take_while(|c| c.is_alphanumeric()).take(LONGEST_QUOTE);
        let mut found: String = word.collect();
        if found.is_empty() {
            found.extend(self.peek());
        }
        let found = if found.is_empty() { "the end of the pattern".to_owned() } else { format!("`{found}`") };
        self.error_found(expected, found)
    }

    pub(crate) fn error_found(&self, expected: impl Into<String>, found: impl Into<String>) -> ParseError {
        ParseError::new(self.position(), expected, found)
    }
}

/// Writes a text in double quotes, as [`Cursor::quoted`] reads it.
pub(crate) fn write_quoted(f: &mut std::fmt::Formatter<'_>, text: &str) -> std::fmt::Result {
    write!(f, "\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
