//! `{ $.a = 1 && $.b NOT EXISTS }`: patterns for messages that are JSON objects.

use std::fmt;

use mailtrail_json_text::scalar;
use serde_json::value::RawValue;

use crate::MAX_NESTING;
use crate::cursor::Cursor;
use crate::error::ParseError;
use crate::logic::Logic;
use crate::selector::Selector;
use crate::value::Comparison;

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct JsonPattern(Logic<Condition>);

#[derive(Debug, Clone, PartialEq)]
struct Condition {
    selector: Selector,
    test: Test,
}

#[derive(Debug, Clone, PartialEq)]
enum Test {
    Compare(Comparison),
    IsNull,
    IsTrue,
    IsFalse,
    NotExists,
}

impl JsonPattern {
    pub(crate) fn parse(cursor: &mut Cursor<'_>) -> Result<Self, ParseError> {
        cursor.expect("{", "{ at the start of a JSON pattern")?;
        let logic = expression(cursor, 0)?;
        cursor.expect("}", "&&, || or } at the end of the JSON pattern")?;
        Ok(Self(logic))
    }

    /// No condition is ever a negation of another one, so that a message that is not a JSON object, of
    /// which none holds, never matches.
    pub(crate) fn matches(&self, message: &str) -> bool {
        if !message.trim_start().starts_with('{') {
            return false;
        }
        let Ok(object) = serde_json::from_str::<&RawValue>(message) else { return false };
        self.0.holds(&|condition| condition.holds(object))
    }
}

impl fmt::Display for JsonPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{ {} }}", self.0)
    }
}

fn expression(cursor: &mut Cursor<'_>, depth: usize) -> Result<Logic<Condition>, ParseError> {
    Logic::parse(cursor, &mut |cursor| {
        cursor.skip_space();
        if depth == MAX_NESTING && cursor.peek() == Some('(') {
            let expected = format!("at most {MAX_NESTING} parentheses inside each other");
            return Err(cursor.error_found(expected, "one more"));
        }
        if !cursor.eat("(") {
            return Condition::parse(cursor).map(Logic::One);
        }
        let inner = expression(cursor, depth + 1)?;
        cursor.expect(")", "&&, || or a closing parenthesis")?;
        Ok(inner)
    })
}

impl Condition {
    fn parse(cursor: &mut Cursor<'_>) -> Result<Self, ParseError> {
        let selector = Selector::parse(cursor)?;
        let test = match Comparison::parse(cursor)? {
            Some(comparison) => Test::Compare(comparison),
            None => Test::parse_words(cursor)?,
        };
        Ok(Self { selector, test })
    }

    fn holds(&self, object: &RawValue) -> bool {
        let values = self.selector.values(object);
        match &self.test {
            Test::NotExists => values.is_empty(),
            Test::IsNull => values.iter().any(|value| value.get() == "null"),
            Test::IsTrue => values.iter().any(|value| value.get() == "true"),
            Test::IsFalse => values.iter().any(|value| value.get() == "false"),
            Test::Compare(comparison) => values.into_iter().any(|value| compare(comparison, value)),
        }
    }
}

/// Only strings and numbers can be compared: an array, an object, `null`, `true` or `false` neither
/// equals a value nor differs from one.
fn compare(comparison: &Comparison, value: &RawValue) -> bool {
    let is_comparable = value.get().starts_with(|c: char| c == '"' || c == '-' || c.is_ascii_digit());
    is_comparable && scalar(value).is_some_and(|text| comparison.holds(&text))
}

impl Test {
    fn parse_words(cursor: &mut Cursor<'_>) -> Result<Self, ParseError> {
        let operator =
            cursor.error("an operator: =, !=, <, <=, >, >=, IS NULL, IS TRUE, IS FALSE or NOT EXISTS");
        match word(cursor) {
            "IS" => Self::parse_is(cursor),
            "NOT" => {
                cursor.skip_space();
                let missing = cursor.error("EXISTS after NOT");
                if word(cursor) == "EXISTS" { Ok(Self::NotExists) } else { Err(missing) }
            }
            "EXISTS" => Err(ParseError::new(
                operator.position(),
                "`= *` to ask for a string or number that is there, or NOT EXISTS (CloudWatch Logs knows no EXISTS)",
                operator.found(),
            )),
            _ => Err(operator),
        }
    }

    fn parse_is(cursor: &mut Cursor<'_>) -> Result<Self, ParseError> {
        cursor.skip_space();
        let missing = cursor.error("NULL, TRUE or FALSE after IS");
        match word(cursor) {
            "NULL" => Ok(Self::IsNull),
            "TRUE" => Ok(Self::IsTrue),
            "FALSE" => Ok(Self::IsFalse),
            "NOT" => Err(ParseError::new(
                missing.position(),
                "NULL, TRUE or FALSE after IS (CloudWatch Logs knows no IS NOT: for `IS NOT NULL` write `= *`, for \
                 `IS NOT TRUE` write `IS FALSE`)",
                missing.found(),
            )),
            _ => Err(missing),
        }
    }
}

fn word<'p>(cursor: &mut Cursor<'p>) -> &'p str {
    cursor.take_while(|c| c.is_ascii_alphanumeric())
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { selector, test } = self;
        match test {
            Test::Compare(comparison) => write!(f, "{selector} {comparison}"),
            Test::IsNull => write!(f, "{selector} IS NULL"),
            Test::IsTrue => write!(f, "{selector} IS TRUE"),
            Test::IsFalse => write!(f, "{selector} IS FALSE"),
            Test::NotExists => write!(f, "{selector} NOT EXISTS"),
        }
    }
}
