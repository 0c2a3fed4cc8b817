//! The beginning of a JSON object of which the end is missing.
//!
//! CloudWatch Logs takes 1 MB an event, and AWS cuts longer messages off. What was written before the cut is as true as it
//! was: the members that are whole are read, also those of the objects in which the text ends.

use mailtrail_json_text::{Member, Members};

use crate::fields::{Fields, KEY_BYTES, MAX_DEPTH};

/// The members of an object that are whole; of the first that is not, the members that are whole, under dotted names, as
/// in `unmapped`; and so on, as deep as objects are flattened there and as long as the names do not cost too much. Nothing
/// where the text does not begin an object.
pub(crate) fn fields(text: &str) -> Option<Fields<'_>> {
    let mut level = Members::of(text)?;
    let (mut members, mut path) = (Vec::new(), None::<String>);
    let (mut depth, mut key_bytes) = (1, 0);
    while let Some((name, value)) = level.next() {
        let name = match &path {
            Some(path) => format!("{path}.{name}").into(),
            None => name,
        };
        key_bytes += name.len();
        if key_bytes > KEY_BYTES * text.len() {
            break;
        }
        match value {
            Member::Whole(value) => members.push((name, value)),
            Member::Cut(text) => {
                let Some(inside) = Members::of(text).filter(|_| depth < MAX_DEPTH) else { break };
                (level, path) = (inside, Some(name.into_owned()));
                depth += 1;
            }
        }
    }
    Some(Fields::from_members(members))
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
            (r#"{"a":{"b":1,"c":{"d":[2],"e":"#, r#"{"a.b":"1","a.c.d":"[2]"}"#),
            (r#"{"a" : {"b":1}[Truncated...]"#, r#"{"a.b":"1"}"#),
            (r#"{"a":1},"b":2,"#, r#"{"a":"1"}"#),
            (r#"{"a":[{"b":1,"c"#, "{}"),
        ] {
            assert_eq!(read(text).as_deref(), Some(expected), "{text}");
        }
        for text in ["", "[1", "level=warn", "\"a\":1"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn objects_are_entered_as_deep_as_they_are_flattened() {
        let text = |depth: usize| format!("{}1,", "{\"k\":".repeat(depth));
        assert_eq!(read(&text(MAX_DEPTH)).as_deref(), Some(r#"{"k.k.k.k.k.k.k.k":"1"}"#));
        assert_eq!(read(&text(MAX_DEPTH + 1)).as_deref(), Some("{}"));
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

    /// Whether an object has that value under that dotted name, of which any dot may be of a name.
    fn lies_in(object: &Map<String, Value>, name: &str, value: &Value) -> bool {
        object.get(name) == Some(value)
            || name.match_indices('.').any(|(at, _)| {
                let inner = object.get(&name[..at]).and_then(Value::as_object);
                inner.is_some_and(|inner| lies_in(inner, &name[at + 1..], value))
            })
    }

    proptest! {
        /// Wherever an object is cut, what is read of it is in the whole object, under the same name.
        #[test]
        fn a_cut_invents_nothing(map in prop::collection::btree_map("[a-zé\"]{0,3}", json(), 0..6), per_mille in 0..1000_usize) {
            let object = Map::from_iter(map);
            let whole = Value::Object(object.clone()).to_string();
            let at = (0..=whole.len()).rev().find(|&at| at <= whole.len() * per_mille / 1000 && whole.is_char_boundary(at));
            let found = fields(&whole[..at.unwrap_or_default()]).map(Fields::into_members).unwrap_or_default();
            for (name, value) in found {
                let value: Value = serde_json::from_str(value.get()).unwrap();
                prop_assert!(lies_in(&object, &name, &value), "{name}: {value}");
            }
            let all = fields(&whole).map(Fields::into_members).unwrap_or_default();
            prop_assert_eq!(all.len(), object.len());
        }

        /// Cut before its last brace, an object has all members that it has, and only the last may lack its end.
        #[test]
        fn a_cut_loses_one_value_at_most(map in prop::collection::btree_map("[a-z]{1,3}", json(), 1..6)) {
            let nested = Value::from(Map::from_iter([("o".to_owned(), Value::Object(Map::from_iter(map.clone())))])).to_string();
            let found = fields(&nested[..nested.len() - 2]).map(Fields::into_members).unwrap_or_default();
            for name in map.keys().take(map.len() - 1) {
                prop_assert!(found.iter().any(|(found, _)| *found == format!("o.{name}")), "{name}");
            }
        }

        #[test]
        fn no_text_is_too_strange(text in ".*") {
            let _members = fields(&text);
            let _members = fields(&format!("{{{text}"));
        }
    }
}
