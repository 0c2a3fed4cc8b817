//! The members of a JSON object of which the end may be missing.

use std::borrow::Cow;

use serde_json::value::RawValue;
use serde_json::{Deserializer, StreamDeserializer};

/// The members of an object, in their order: those that are whole, and the one in which the text ends, as far as it goes.
#[derive(Debug, Clone)]
pub struct Members<'a> {
    rest: &'a str,
}

/// The value of a member.
#[derive(Debug, Clone, Copy)]
pub enum Member<'a> {
    /// A value with its end.
    Whole(&'a RawValue),
    /// What there is of a value without its end, and whatever follows it. No member comes after it.
    Cut(&'a str),
}

impl<'a> Members<'a> {
    /// The members of the object that a text begins with. Nothing where it begins with something else.
    pub fn of(text: &'a str) -> Option<Self> {
        text.trim_start().strip_prefix('{').map(|rest| Self { rest })
    }
}

impl<'a> Member<'a> {
    /// The text of the value, as far as it goes.
    pub fn text(&self) -> &'a str {
        match self {
            Self::Whole(value) => value.get(),
            Self::Cut(text) => text,
        }
    }
}

impl<'a> Iterator for Members<'a> {
    type Item = (Cow<'a, str>, Member<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let (name, text) = name(self.rest)?;
        let Some((value, after)) = member_value(text) else {
            self.rest = "";
            return Some((name, Member::Cut(text)));
        };
        self.rest = after.strip_prefix(',').unwrap_or_default();
        Some((name, Member::Whole(value)))
    }
}

/// The name that a text begins with, and what follows the colon after it.
fn name(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let (name, rest) = value(text)?;
    let name = match serde_json::from_str::<&str>(name.get()) {
        Ok(name) => Cow::Borrowed(name),
        Err(_) => Cow::Owned(serde_json::from_str(name.get()).ok()?),
    };
    Some((name, rest.trim_start().strip_prefix(':')?.trim_start()))
}

/// The value that a text begins with, and the rest from the comma or brace after it on. A value without such an end may have
/// been longer.
fn member_value(text: &str) -> Option<(&RawValue, &str)> {
    let (value, rest) = value(text)?;
    let rest = rest.trim_start();
    rest.starts_with([',', '}']).then_some((value, rest))
}

fn value(text: &str) -> Option<(&RawValue, &str)> {
    let mut values: StreamDeserializer<'_, _, &RawValue> = Deserializer::from_str(text).into_iter();
    let value = values.next()?.ok()?;
    Some((value, text.get(values.byte_offset()..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names and values, with `…` after one that is cut.
    fn read(text: &str) -> Vec<String> {
        let show = |(name, value): (Cow<'_, str>, Member<'_>)| match value {
            Member::Whole(value) => format!("{name}={value}"),
            Member::Cut(text) => format!("{name}={text}…"),
        };
        Members::of(text).map(|members| members.map(show).collect()).unwrap_or_default()
    }

    #[test]
    fn members_are_read_up_to_the_first_without_an_end() {
        for (text, expected) in [
            (r#" { "\u0061" : [1, 2] , "b" : null } rest"#, &["a=[1, 2]", "b=null"][..]),
            (r#"{"a":true,"b":12"#, &["a=true", "b=12…"]),
            (r#"{"a":[{"b":1},{"#, &[r#"a=[{"b":1},{…"#]),
            (r#"{"a":1},"b":2,"#, &["a=1"]),
            ("{\"a\"", &[]),
            ("{}", &[]),
            ("[1]", &[]),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }
}
