//! `= 4*`, `>= 10e3`, `!= %regex%`: an operator and a value, held against a text.
//!
//! Whatever is compared is a text: a field of a line, a JSON string, or a JSON number as it stands in
//! the message. Against a number it counts as a number if it reads as one.

use std::cmp::Ordering;
use std::fmt;

use crate::cursor::{Cursor, write_quoted};
use crate::error::ParseError;
use crate::regex::Regex;

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Comparison {
    Equal(Value),
    NotEqual(Value),
    Order(Order, Literal),
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Order {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Comparison {
    /// An operator and its value, if an operator comes next.
    pub(crate) fn parse(cursor: &mut Cursor<'_>) -> Result<Option<Self>, ParseError> {
        cursor.skip_space();
        // The longer ones first.
        let orders = [
            ("<=", Order::LessOrEqual),
            (">=", Order::GreaterOrEqual),
            ("<", Order::Less),
            (">", Order::Greater),
        ];
        if cursor.eat("=") {
            return Ok(Some(Self::Equal(Value::parse(cursor)?)));
        }
        if cursor.eat("!=") {
            return Ok(Some(Self::NotEqual(Value::parse(cursor)?)));
        }
        match orders.into_iter().find(|(sign, _)| cursor.eat(sign)) {
            Some((_, order)) => Ok(Some(Self::Order(order, Literal::parse(cursor)?))),
            None => Ok(None),
        }
    }

    pub(crate) fn holds(&self, text: &str) -> bool {
        match self {
            Self::Equal(value) => value.is(text),
            Self::NotEqual(value) => !value.is(text),
            Self::Order(order, limit) => {
                let ordering = Number::read(text).and_then(|number| number.compare(limit.number));
                ordering.is_some_and(|ordering| order.allows(ordering))
            }
        }
    }
}

impl Order {
    fn allows(self, ordering: Ordering) -> bool {
        match self {
            Self::Less => ordering.is_lt(),
            Self::LessOrEqual => ordering.is_le(),
            Self::Greater => ordering.is_gt(),
            Self::GreaterOrEqual => ordering.is_ge(),
        }
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Equal(value) => write!(f, "= {value}"),
            Self::NotEqual(value) => write!(f, "!= {value}"),
            Self::Order(Order::Less, limit) => write!(f, "< {limit}"),
            Self::Order(Order::LessOrEqual, limit) => write!(f, "<= {limit}"),
            Self::Order(Order::Greater, limit) => write!(f, "> {limit}"),
            Self::Order(Order::GreaterOrEqual, limit) => write!(f, ">= {limit}"),
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    /// A word or a text in quotes. `*` at its start or end stands for any text, elsewhere for itself.
    Text(String),
    /// A number without quotes.
    Number(Literal),
    Regex(Regex),
}

/// CloudWatch Logs wants quotes around everything but letters, digits and `_`; its own examples leave
/// them out with these.
fn is_bare(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '*' | '.' | '+' | '-')
}

impl Value {
    fn parse(cursor: &mut Cursor<'_>) -> Result<Self, ParseError> {
        cursor.skip_space();
        match cursor.peek() {
            Some('"') => Ok(Self::Text(cursor.quoted()?)),
            Some('%') => Ok(Self::Regex(Regex::parse(cursor)?)),
            Some(c) if is_bare(c) => {
                let text = bare(cursor)?.to_owned();
                Ok(match Number::read(&text) {
                    Some(number) => Self::Number(Literal { text, number }),
                    None => Self::Text(text),
                })
            }
            _ => Err(cursor.error("a value: a word, a number, a \"text\" in double quotes or a %regex%")),
        }
    }

    fn is(&self, text: &str) -> bool {
        match self {
            Self::Text(pattern) => matches_text(pattern, text),
            Self::Number(literal) => {
                let number = Number::read(text);
                number.and_then(|number| number.compare(literal.number)) == Some(Ordering::Equal)
            }
            Self::Regex(regex) => regex.is_match(text),
        }
    }
}

fn matches_text(pattern: &str, text: &str) -> bool {
    let inner = pattern.trim_matches('*');
    match (pattern.starts_with('*'), pattern.ends_with('*')) {
        (false, false) => text == pattern,
        (true, false) => text.ends_with(inner),
        (false, true) => text.starts_with(inner),
        (true, true) => text.contains(inner),
    }
}

/// A value without quotes.
fn bare<'p>(cursor: &mut Cursor<'p>) -> Result<&'p str, ParseError> {
    let text = cursor.take_while(is_bare);
    match cursor.peek() {
        Some(c) if !c.is_whitespace() && !")}],&|".contains(c) => Err(cursor.error(
            "the end of the value (a text with other characters than letters, digits and _ * . + - \
             must stand in double quotes)",
        )),
        _ => Ok(text),
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => {
                let reads_the_same =
                    !text.is_empty() && text.chars().all(is_bare) && Number::read(text).is_none();
                if reads_the_same { f.write_str(text) } else { write_quoted(f, text) }
            }
            Self::Number(literal) => literal.fmt(f),
            Self::Regex(regex) => regex.fmt(f),
        }
    }
}

/// A number, and how it is written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Literal {
    text: String,
    number: Number,
}

impl Literal {
    fn parse(cursor: &mut Cursor<'_>) -> Result<Self, ParseError> {
        cursor.skip_space();
        let missing = cursor.error("a number, such as 500, -1.5 or 10e3");
        let text = bare(cursor)?.to_owned();
        let number = Number::read(&text).ok_or(missing)?;
        Ok(Self { text, number })
    }
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Two whole numbers are compared exactly: account numbers and counters are longer than a float.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Number {
    whole: Option<i128>,
    float: f64,
}

impl Number {
    /// An integer or a decimal, with an optional sign, and an optional exponent.
    fn read(text: &str) -> Option<Self> {
        let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text).as_bytes();
        // The parser for floats would also take `.5`, `1.`, `inf` and `nan`.
        let is_number = unsigned.first()?.is_ascii_digit() && unsigned.last()?.is_ascii_digit();
        let float = if is_number { text.parse().ok()? } else { return None };
        Some(Self { whole: text.parse().ok(), float })
    }

    fn compare(self, other: Self) -> Option<Ordering> {
        match (self.whole, other.whole) {
            (Some(left), Some(right)) => Some(left.cmp(&right)),
            _ => self.float.partial_cmp(&other.float),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(comparison: &str, text: &str) -> bool {
        let mut cursor = Cursor::new(comparison).unwrap();
        Comparison::parse(&mut cursor).unwrap().unwrap().holds(text)
    }

    #[test]
    fn a_star_at_an_end_is_a_wildcard_and_in_the_middle_a_star() {
        assert!(holds("= *Event", "PutEvent") && holds("= *Event", "GetEvent"));
        assert!(holds("= Event*", "EventId") && !holds("= Event*", "PutEvent"));
        assert!(holds("= \"*.html*\"", "GET /index.html HTTP/1.0"));
        assert!(holds("= Ev*ent", "Ev*ent") && !holds("= Ev*ent", "Evident"));
        assert!(holds("= *", "anything") && holds("= \"*\"", ""));
    }

    #[test]
    fn texts_are_compared_with_their_case() {
        assert!(!holds("= root", "Root") && holds("!= root", "Root"));
    }

    #[test]
    fn numbers_are_compared_by_value_and_exactly() {
        assert!(holds("= 400", "400.0") && holds("= 1e+3", "1000") && holds("!= 1e-3", "1"));
        assert!(holds("> +1000", "1000.5") && holds(">= -2.5", "-2.5") && !holds("< 10e-3", "0.01"));
        assert!(!holds("= 9007199254740993", "9007199254740992"));
        assert!(!holds("> 1", "many") && !holds("< 1", "nan") && holds("!= 1", "many"));
    }

    #[test]
    fn a_number_with_a_star_is_compared_by_its_digits() {
        assert!(holds("= 4*", "404") && !holds("= 4*", "500"));
    }

    #[test]
    fn a_quoted_number_is_compared_by_its_digits() {
        assert!(holds("= \"3\"", "3") && !holds("= \"3\"", "3.0"));
    }

    #[test]
    fn an_order_needs_a_number() {
        let error = Comparison::parse(&mut Cursor::new("> many").unwrap()).unwrap_err();
        assert_eq!(error.position(), 3);
        assert!(error.expected().starts_with("a number"));
    }
}
