//! The beginning of a JSON object of which the end is missing.
//!
//! CloudWatch Logs takes 1 MB an event, and AWS cuts longer messages off. What was written before the cut is as true as it
//! was: the members that are whole are read, and the first that is not ends the reading.

use std::borrow::Cow;

use serde_json::value::RawValue;
use serde_json::{Deserializer, StreamDeserializer};

use crate::fields::Fields;

/// The members at the top of an object, up to the first that is not whole; nothing where the text does not begin an
/// object.
pub(crate) fn fields(text: &str) -> Option<Fields<'_>> {
    let mut rest = text.trim_start().strip_prefix('{')?;
    let mut members = Vec::new();
    while let Some((name, value, after)) = member(rest) {
        members.push((name, value));
        rest = after;
    }
    Some(Fields::from_members(members))
}

/// The member that a text begins with, and what follows the comma or brace after it. A value without such an end may have
/// been longer.
fn member(text: &str) -> Option<(Cow<'_, str>, &RawValue, &str)> {
    let (name, rest) = value(text)?;
    let name: Cow<'_, str> = match serde_json::from_str::<&str>(name.get()) {
        Ok(name) => Cow::Borrowed(name),
        Err(_) => Cow::Owned(serde_json::from_str(name.get()).ok()?),
    };
    let (value, rest) = value(rest.trim_start().strip_prefix(':')?)?;
    let rest = rest.trim_start().strip_prefix([',', '}'])?;
    Some((name, value, rest))
}

fn value(text: &str) -> Option<(&RawValue, &str)> {
    let mut values: StreamDeserializer<'_, _, &RawValue> = Deserializer::from_str(text).into_iter();
    let value = values.next()?.ok()?;
    Some((value, text.get(values.byte_offset()..)?))
}

#[cfg(test)]
mod tests {
    use mailtrail_ocsf::Unmapped;
    use proptest::prelude::*;
    use serde_json::{Map, Value};

    use super::*;

    /// What is read of a text, in one JSON object.
    fn read(text: &str) -> Option<String> {
        let mut unmapped = Unmapped::default();
        fields(text)?.keep_rest("", &mut unmapped);
        Some(serde_json::to_string(&unmapped).unwrap())
    }

    #[test]
    fn members_are_read_up_to_the_first_that_is_not_whole() {
        for (text, expected) in [
            (r#"{"a":"1","b":{"c":2},"d":"x[Truncated...]"#, r#"{"a":"1","b.c":"2"}"#),
            (r#"{"a":"1","b":12[Truncated...]"#, r#"{"a":"1"}"#),
            (r#"{"a":true"#, "{}"),
            (r#"{"a":true,"b"#, r#"{"a":"true"}"#),
            (r#" { "\u0061" : [1, 2] , "b" : null } rest"#, r#"{"a":"[1, 2]"}"#),
            ("{", "{}"),
        ] {
            assert_eq!(read(text).as_deref(), Some(expected), "{text}");
        }
        for text in ["", "[1", "level=warn", "\"a\":1"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    fn json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            ".*".prop_map(Value::from)
        ];
        leaf.prop_recursive(3, 16, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map(".*", inner, 0..4)
                    .prop_map(|map| Value::Object(Map::from_iter(map))),
            ]
        })
    }

    proptest! {
        /// Wherever an object is cut, the members that are read are the first of its members, each as it was.
        #[test]
        fn a_cut_invents_nothing(map in prop::collection::btree_map("[a-zé\"]{0,3}", json(), 0..6), per_mille in 0..1000_usize) {
            let object = Map::from_iter(map);
            let whole = Value::Object(object.clone()).to_string();
            let at = (0..=whole.len()).rev().find(|&at| at <= whole.len() * per_mille / 1000 && whole.is_char_boundary(at));
            let names: Vec<_> = object.keys().cloned().collect();
            let found = fields(&whole[..at.unwrap_or_default()]).map(Fields::into_members).unwrap_or_default();
            prop_assert!(found.len() <= names.len());
            for ((name, value), expected) in found.iter().zip(&names) {
                prop_assert_eq!(name, expected);
                prop_assert_eq!(&serde_json::from_str::<Value>(value.get()).unwrap(), &object[expected]);
            }
            let all = fields(&whole).map(Fields::into_members).unwrap_or_default();
            prop_assert_eq!(all.len(), names.len());
        }

        #[test]
        fn no_text_is_too_strange(text in ".*") {
            let _members = fields(&text);
            let _members = fields(&format!("{{{text}"));
        }
    }
}
