//! `%…%`: the regular expressions of CloudWatch Logs, said in those of the `regex` crate.
//!
//! CloudWatch Logs knows a small, ASCII-only subset. Each construct of it is read here and written anew,
//! so that nothing else of the crate's larger language gets through: no groups, no flags, no set
//! operations, no Unicode classes. The crate matches in time linear in the message, whatever the pattern.

use std::fmt;

use crate::cursor::Cursor;
use crate::error::ParseError;

/// How much memory a compiled expression may take: repeated repetitions multiply.
const SIZE_LIMIT: usize = 4 << 20;

const CHARACTER: &str = "a letter, a digit, a space, one of : _ # = @ / ; , - or an operator of \
    ^ $ ? [ ] { } | \\ * + . (any other ASCII character is written \\xhh; there are no parentheses)";
const ESCAPE: &str =
    "\\d \\D \\s \\S \\w \\W, \\xhh with hh from 00 to 7F, or an operator or symbol after \\";
const CLOSING: &str = "% at the end of the regular expression";

/// A regular expression, found anywhere in a text unless it is anchored.
#[derive(Debug, Clone)]
pub(crate) struct Regex {
    /// As it stands between the percent signs.
    source: String,
    compiled: regex::Regex,
}

impl Regex {
    pub(crate) fn parse(cursor: &mut Cursor<'_>) -> Result<Self, ParseError> {
        cursor.count_regex()?;
        let start = cursor.position();
        cursor.expect("%", "a regular expression in % signs")?;
        let mut source = String::new();
        let mut translated = String::new();
        while !cursor.eat("%") {
            piece(&mut Reader { cursor, source: &mut source }, &mut translated)?;
        }
        if source.is_empty() {
            return Err(ParseError::new(start, "a regular expression between the % signs", "nothing"));
        }
        let compiled = regex::RegexBuilder::new(&translated)
            .size_limit(SIZE_LIMIT)
            .build()
            .map_err(|error| refused(start, &error))?;
        Ok(Self { source, compiled })
    }

    pub(crate) fn is_match(&self, text: &str) -> bool {
        self.compiled.is_match(text)
    }
}

impl PartialEq for Regex {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl fmt::Display for Regex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "%{}%", self.source)
    }
}

/// What our own reading let through and the crate refuses: `a**`, `[z-a]`, `*a`, or too large.
fn refused(start: usize, error: &regex::Error) -> ParseError {
    let found = match error {
        regex::Error::CompiledTooBig(_) => "one whose repetitions make it too large".to_owned(),
        // The crate draws a picture of its own pattern first, which the user never wrote.
        other => {
            let text = other.to_string();
            let reason = text.rsplit("error: ").next().unwrap_or(&text);
            format!("one that is wrong ({})", reason.trim())
        }
    };
    ParseError::new(start, "a regular expression", found)
}

/// Reads the pattern, and notes what was read.
struct Reader<'r, 'p> {
    cursor: &'r mut Cursor<'p>,
    source: &'r mut String,
}

impl Reader<'_, '_> {
    fn peek(&self) -> Option<char> {
        self.cursor.peek()
    }

    fn next(&mut self) -> Option<char> {
        let next = self.cursor.next();
        self.source.extend(next);
        next
    }

    fn eat(&mut self, wanted: char) -> bool {
        let is_next = self.peek() == Some(wanted);
        if is_next {
            self.next();
        }
        is_next
    }

    fn error(&self, expected: &str) -> ParseError {
        self.cursor.error(expected)
    }
}

fn is_symbol(c: char) -> bool {
    c.is_ascii_alphanumeric() || " :_#=@/;,-".contains(c)
}

fn is_operator(c: char) -> bool {
    "^$?[]{}|\\*+.".contains(c)
}

/// One construct outside of brackets.
fn piece(reader: &mut Reader<'_, '_>, out: &mut String) -> Result<(), ParseError> {
    match reader.peek() {
        Some('[') => class(reader, out)?,
        Some('{') => repetition(reader, out)?,
        Some('\\') => match escape(reader)? {
            Item::Character(c) => push_literal(c, out),
            Item::Class(class) => out.push_str(class),
        },
        Some(operator @ ('^' | '$' | '?' | '|' | '*' | '+' | '.')) => {
            reader.next();
            out.push(operator);
        }
        Some(c) if is_symbol(c) || matches!(c, ']' | '}') => {
            reader.next();
            push_literal(c, out);
        }
        Some(_) => return Err(reader.error(CHARACTER)),
        None => return Err(reader.error(CLOSING)),
    }
    Ok(())
}

/// `{3}`, `{3,}` or `{3,5}`.
fn repetition(reader: &mut Reader<'_, '_>, out: &mut String) -> Result<(), ParseError> {
    let expected = "a number of repetitions: {3}, {3,} or {3,5}";
    out.extend(reader.next());
    let mut digits = 0;
    while let Some(next) = reader.peek() {
        match next {
            '0'..='9' => digits += 1,
            ',' | '}' if digits > 0 => {}
            _ => break,
        }
        out.extend(reader.next());
        if next == '}' {
            return Ok(());
        }
    }
    Err(reader.error(expected))
}

/// Characters and ranges of them in brackets, or all others after `[^`.
fn class(reader: &mut Reader<'_, '_>, out: &mut String) -> Result<(), ParseError> {
    out.extend(reader.next());
    if reader.eat('^') {
        out.push('^');
    }
    loop {
        match class_item(reader)? {
            Item::Class(class) => out.push_str(class),
            Item::Character(first) => {
                push_literal(first, out);
                range(reader, out)?;
            }
        }
        if reader.eat(']') {
            out.push(']');
            return Ok(());
        }
    }
}

/// The second half of `a-z`, if that is what follows; a `-` before the bracket is itself.
fn range(reader: &mut Reader<'_, '_>, out: &mut String) -> Result<(), ParseError> {
    if !reader.eat('-') {
        return Ok(());
    }
    if reader.peek() == Some(']') {
        push_literal('-', out);
        return Ok(());
    }
    match class_item(reader)? {
        Item::Character(last) => {
            out.push('-');
            push_literal(last, out);
            Ok(())
        }
        Item::Class(_) => Err(reader.error("a character as the end of the range before this place")),
    }
}

fn class_item(reader: &mut Reader<'_, '_>) -> Result<Item, ParseError> {
    match reader.peek() {
        Some('\\') => escape(reader),
        Some(c) if c != ']' && (is_symbol(c) || is_operator(c)) => {
            reader.next();
            Ok(Item::Character(c))
        }
        Some(']') => Err(reader.error("a character in the brackets")),
        Some('%') | None => Err(reader.error("a closing bracket")),
        Some(_) => Err(reader.error(CHARACTER)),
    }
}

/// What an escape, or one character, stands for.
enum Item {
    Character(char),
    /// As the crate writes it, inside brackets or not.
    Class(&'static str),
}

/// What follows a backslash.
fn escape(reader: &mut Reader<'_, '_>) -> Result<Item, ParseError> {
    reader.next();
    let item = match reader.peek() {
        Some('d') => Item::Class("[0-9]"),
        Some('D') => Item::Class("[^0-9]"),
        Some('s') => Item::Class(r"[ \t\n\x0B\f\r]"),
        Some('S') => Item::Class(r"[^ \t\n\x0B\f\r]"),
        Some('w') => Item::Class("[A-Za-z0-9_]"),
        Some('W') => Item::Class("[^A-Za-z0-9_]"),
        Some('x') => return hexadecimal(reader),
        Some(c) if is_operator(c) || (is_symbol(c) && c.is_ascii_punctuation()) => Item::Character(c),
        _ => return Err(reader.error(ESCAPE)),
    };
    reader.next();
    Ok(item)
}

/// `xhh`
fn hexadecimal(reader: &mut Reader<'_, '_>) -> Result<Item, ParseError> {
    reader.next();
    let mut code = 0;
    for _ in 0..2 {
        let digit = reader.peek().and_then(|c| c.to_digit(16)).ok_or_else(|| reader.error(ESCAPE))?;
        code = code * 16 + digit;
        reader.next();
    }
    let ascii = char::from_u32(code).filter(char::is_ascii);
    ascii.map(Item::Character).ok_or_else(|| reader.error("a code from 00 to 7F before this place"))
}

/// A character as the crate takes it literally, inside brackets or not.
fn push_literal(c: char, out: &mut String) {
    out.push_str(&regex::escape(c.encode_utf8(&mut [0; 4])));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Regex, ParseError> {
        Regex::parse(&mut Cursor::new(text).unwrap())
    }

    fn finds(regex: &str, text: &str) -> bool {
        parse(regex).unwrap().is_match(text)
    }

    #[test]
    fn every_documented_operator_means_what_is_documented() {
        assert!(finds("%^[hc]at%", "hat trick") && !finds("%^[hc]at%", "a hat"));
        assert!(finds("%[hc]at$%", "the cat") && !finds("%[hc]at$%", "cats"));
        assert!(finds("%colou?r%", "color") && finds("%colou?r%", "colour"));
        assert!(finds("%[a-z]%", "q") && !finds("%[a-z]%", "Q"));
        assert!(finds("%[^0-9]%", "a") && !finds("%[^0-9]%", "12"));
        assert!(finds("%^a{3,5}$%", "aaaa") && !finds("%^a{3,5}$%", "aa") && !finds("%^a{3,5}$%", "aaaaaa"));
        assert!(finds("%^a{2}$%", "aa") && finds("%^a{2,}$%", "aaa"));
        assert!(finds("%gray|grey%", "grey"));
        assert!(finds("%^starting|^initializing|^shutting down%", "shutting down now"));
        assert!(finds(r"%10\.10\.0\.1%", "from 10.10.0.1") && !finds(r"%10\.10\.0\.1%", "10010.0.1"));
        assert!(finds(r"%\[.\]%", "value [7]"));
        assert!(finds("%ab*c%", "ac") && finds("%ab+c%", "abbc") && !finds("%ab+c%", "ac"));
        assert!(finds("%.at%", "4at"));
    }

    #[test]
    fn the_character_types_are_those_of_ascii() {
        assert!(finds(r"%^\d$%", "7") && !finds(r"%^\d$%", "٣"));
        assert!(finds(r"%^\D$%", "x") && finds(r"%^\S$%", "é") && finds(r"%^\s$%", "\t"));
        assert!(finds(r"%^\w$%", "_") && !finds(r"%^\w$%", "é") && finds(r"%^\W$%", "é"));
        assert!(
            finds(r"%^[\d.-]+$%", "10.0-1") && finds(r"%^[^\W_]+$%", "a1") && !finds(r"%^[^\W_]+$%", "_")
        );
        assert!(finds(r"%^\x28\x41\x29$%", "(A)") && finds(r"%^[\x30-\x39]+$%", "12"));
    }

    #[test]
    fn what_is_special_to_the_crate_only_is_taken_literally() {
        assert!(finds("%^[+--]$%", ",") && finds("%^[a-]$%", "-") && finds("%^[-a]$%", "-"));
        assert!(finds("%^[[:alpha:]]$%", "a]") && !finds("%^[[:alpha:]]$%", "z]"));
        assert!(finds("%a#b c%", "a#b c"));
        assert!(finds("%a}]%", "a}]"));
        assert!(finds(r"%^a\-\:b$%", "a-:b"));
    }

    #[test]
    fn a_long_repetition_is_not_too_large() {
        assert!(finds(r"%^.{1,1000}$%", "é") && finds(r"%^\W{1,500}$%", "é"));
    }

    #[test]
    fn what_cloudwatch_does_not_know_is_refused_at_its_place() {
        for (text, position) in [
            ("%something!%", 11),
            ("%(ab)+%", 2),
            (r"%a\(%", 4),
            ("%café%", 5),
            (r"%\pL%", 3),
            (r"%a\b%", 4),
            (r"%\x8A%", 6),
            (r"%\xG0%", 4),
            ("%a<b%", 3),
            ("%a{x}%", 4),
            ("%[]%", 3),
            ("%[a%", 4),
            ("%[a!]%", 4),
        ] {
            assert_eq!(parse(text).map_err(|error| error.position()), Err(position), "{text}");
        }
    }

    #[test]
    fn a_regular_expression_that_is_wrong_or_too_large_is_refused_whole() {
        for text in ["%%", "%*a%", "%[z-a]%", "%a{5,3}%", "%.{1000}{1000}%", "%a{99999999999}%"] {
            assert_eq!(parse(text).map_err(|error| error.position()), Err(1), "{text}");
        }
        assert_eq!(parse("%abc").unwrap_err().expected(), CLOSING);
        let error = parse("%[z-a]%").unwrap_err().to_string();
        assert!(error.contains("invalid character class range") && !error.contains('\n'), "{error}");
    }
}
