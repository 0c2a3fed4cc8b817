//! `$.a.b[0]`: the way to values in a JSON message.
//!
//! A walk parses one level at a time and only along the selector; everything beside it is skipped
//! unread. The steps are a loop, not a recursion: a selector may be as long as a pattern.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer as _, Error, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::cursor::Cursor;
use crate::error::ParseError;

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Selector {
    /// At least one; at most one of them a wildcard.
    steps: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq)]
enum Step {
    Key(String),
    Index(usize),
    AnyMember,
    AnyElement,
}

impl Step {
    fn is_wildcard(&self) -> bool {
        matches!(self, Self::AnyMember | Self::AnyElement)
    }
}

impl Selector {
    pub(crate) fn parse(cursor: &mut Cursor<'_>) -> Result<Self, ParseError> {
        cursor.expect("$", "a selector, such as $.key")?;
        let mut steps = Vec::new();
        while let Some(step) = step(cursor, steps.is_empty())? {
            if step.is_wildcard() {
                if steps.iter().any(Step::is_wildcard) {
                    return Err(cursor.error_found("at most one wildcard in a selector", "a second one"));
                }
                cursor.count_wildcard_selector()?;
            }
            steps.push(step);
        }
        Ok(Self { steps })
    }

    /// Every value that the selector lands on: at most one, unless it has a wildcard.
    pub(crate) fn values<'a>(&self, object: &'a RawValue) -> Vec<&'a RawValue> {
        let Some(at) = self.steps.iter().position(Step::is_wildcard) else {
            return walk(object, &self.steps).into_iter().collect();
        };
        let Some(parent) = walk(object, &self.steps[..at]) else { return Vec::new() };
        let children = if self.steps[at] == Step::AnyMember { members(parent) } else { elements(parent) };
        children.into_iter().filter_map(|child| walk(child, &self.steps[at + 1..])).collect()
    }
}

/// The next step, if the selector goes on.
fn step(cursor: &mut Cursor<'_>, is_first: bool) -> Result<Option<Step>, ParseError> {
    if cursor.eat(".") {
        if cursor.eat("*") {
            return Ok(Some(Step::AnyMember));
        }
        if cursor.eat("['") {
            return quoted_key(cursor).map(Some);
        }
        let name = cursor.take_while(is_name);
        let expected = "a key (letters, digits, - and _; others as ['key']) or *";
        return if name.is_empty() {
            Err(cursor.error(expected))
        } else {
            Ok(Some(Step::Key(name.to_owned())))
        };
    }
    if cursor.eat("['") {
        return quoted_key(cursor).map(Some);
    }
    if is_first {
        return Err(cursor.error("a key after $, such as $.key"));
    }
    if cursor.eat("[") { bracketed(cursor).map(Some) } else { Ok(None) }
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_')
}

/// `key']`
fn quoted_key(cursor: &mut Cursor<'_>) -> Result<Step, ParseError> {
    let key = cursor.take_while(|c| c != '\'');
    if cursor.eat("']") {
        Ok(Step::Key(key.to_owned()))
    } else {
        Err(cursor.error("'] at the end of the key"))
    }
}

/// `0]` or `*]`
fn bracketed(cursor: &mut Cursor<'_>) -> Result<Step, ParseError> {
    let expected = "the number of an array element, * or 'key' in the brackets";
    let start = cursor.error(expected);
    let step = if cursor.eat("*") {
        Step::AnyElement
    } else {
        Step::Index(cursor.take_while(|c| c.is_ascii_digit()).parse().map_err(|_| start)?)
    };
    cursor.eat("]").then_some(step).ok_or_else(|| cursor.error("a closing bracket"))
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("$")?;
        self.steps.iter().try_for_each(|step| match step {
            Step::Key(key) if !key.is_empty() && key.chars().all(is_name) => write!(f, ".{key}"),
            Step::Key(key) => write!(f, ".['{key}']"),
            Step::Index(index) => write!(f, "[{index}]"),
            Step::AnyMember => f.write_str(".*"),
            Step::AnyElement => f.write_str("[*]"),
        })
    }
}

/// Along steps of which none is a wildcard.
fn walk<'a>(from: &'a RawValue, steps: &[Step]) -> Option<&'a RawValue> {
    steps.iter().try_fold(from, |value, step| match step {
        Step::Key(key) => member(value, key),
        Step::Index(index) => elements(value).get(*index).copied(),
        Step::AnyMember | Step::AnyElement => None,
    })
}

/// The elements of an array; none of anything else.
fn elements(value: &RawValue) -> Vec<&RawValue> {
    if value.get().starts_with('[') {
        serde_json::from_str(value.get()).unwrap_or_default()
    } else {
        Vec::new()
    }
}

/// The values of an object's members; none of anything else.
fn members(value: &RawValue) -> Vec<&RawValue> {
    let mut found = Vec::new();
    visit_members(value, Members { key: None, found: &mut found });
    found
}

/// The value of a member, the first one of that key.
fn member<'a>(value: &'a RawValue, key: &str) -> Option<&'a RawValue> {
    let mut found = Vec::new();
    visit_members(value, Members { key: Some(key), found: &mut found });
    found.pop()
}

fn visit_members<'a>(value: &'a RawValue, members: Members<'_, 'a>) {
    if value.get().starts_with('{') {
        // The message is known to be JSON: what fails here is a search that stopped early.
        drop(serde_json::Deserializer::from_str(value.get()).deserialize_map(members));
    }
}

/// Collects the values of all members, or the first one of a key.
struct Members<'k, 'a> {
    key: Option<&'k str>,
    found: &'k mut Vec<&'a RawValue>,
}

impl<'de: 'a, 'a> Visitor<'de> for Members<'_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(is_wanted) = map.next_key_seed(KeyTest(self.key))? {
            if !is_wanted {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            self.found.push(map.next_value()?);
            if self.key.is_some() {
                return Ok(());
            }
        }
        Ok(())
    }
}

/// Compares a key without keeping it. As bytes: half of a surrogate pair in a key is no error then.
struct KeyTest<'k>(Option<&'k str>);

impl<'de> DeserializeSeed<'de> for KeyTest<'_> {
    type Value = bool;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_bytes(self)
    }
}

impl Visitor<'_> for KeyTest<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_bytes<E: Error>(self, key: &[u8]) -> Result<bool, E> {
        Ok(self.0.is_none_or(|wanted| wanted.as_bytes() == key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(selector: &str, json: &str) -> Vec<String> {
        let selector = Selector::parse(&mut Cursor::new(selector).unwrap()).unwrap();
        let object: &RawValue = serde_json::from_str(json).unwrap();
        selector.values(object).into_iter().map(|value| value.get().to_owned()).collect()
    }

    const JSON: &str =
        r#"{"a":{"b":[{"c":1},{"c":2},{"d":3},4]},"x.y":5,"\u0061b":6,"t":"{\"c\":7}","b":[]}"#;

    #[test]
    fn a_selector_walks_keys_and_indexes() {
        assert_eq!(values("$.a.b[1].c", JSON), ["2"]);
        assert_eq!(values("$.['x.y']", JSON), ["5"]);
        assert_eq!(values("$['a']['b'][3]", JSON), ["4"]);
        assert_eq!(values("$.b", JSON), ["[]"]);
        assert_eq!(values("$.matrix[1][0]", r#"{"matrix":[[1],[2]]}"#), ["2"]);
    }

    #[test]
    fn a_wildcard_takes_every_element_or_member() {
        assert_eq!(values("$.a.b[*].c", JSON), ["1", "2"]);
        assert_eq!(values("$.*.b[0].c", JSON), ["1"]);
        assert_eq!(values("$.*", r#"{"a":1,"b":[2]}"#), ["1", "[2]"]);
    }

    #[test]
    fn a_wildcard_for_elements_takes_no_members_and_the_other_way_round() {
        assert!(values("$.a[*]", JSON).is_empty());
        assert!(values("$.a.b.*", JSON).is_empty());
    }

    #[test]
    fn an_escaped_key_is_found_by_what_it_means() {
        assert_eq!(values("$.ab", JSON), ["6"]);
    }

    #[test]
    fn half_a_character_in_a_key_hides_no_other_key() {
        assert_eq!(values("$.a", r#"{"\ud83d":1,"a":2}"#), ["2"]);
        assert_eq!(values("$.*", r#"{"\ud83d":1,"a":2}"#), ["1", "2"]);
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        for selector in ["$.z", "$.a.z", "$.a.b[9]", "$.t.c", "$.t[0]", "$.A"] {
            assert!(values(selector, JSON).is_empty(), "{selector}");
        }
    }

    #[test]
    fn of_a_repeated_key_the_first_one_counts() {
        assert_eq!(values("$.a", r#"{"a":1,"a":2}"#), ["1"]);
    }

    #[test]
    fn a_selector_and_a_message_may_be_as_deep_as_they_like() {
        let deep = format!("{}1{}", "{\"k\":".repeat(10_000), "}".repeat(10_000));
        assert_eq!(values(&format!("${}", ".k".repeat(400)), &deep).len(), 1);
    }

    #[test]
    fn a_wrong_selector_is_refused_at_its_place() {
        for (text, position) in [
            ("a", 1),
            ("$", 2),
            ("$a", 2),
            ("$[0]", 2),
            ("$.", 3),
            ("$.a.", 5),
            ("$.é", 3),
            ("$.a[", 5),
            ("$.a[x]", 5),
            ("$.a[-1]", 5),
            ("$.a[1", 6),
            ("$.a[99999999999999999999]", 5),
            ("$.['a", 6),
            ("$.*.*", 6),
            ("$.a[*].b[*]", 12),
        ] {
            let error = Selector::parse(&mut Cursor::new(text).unwrap()).unwrap_err();
            assert_eq!(error.position(), position, "{text}: {error}");
        }
    }
}
