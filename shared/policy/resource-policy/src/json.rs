//! JSON that is written back as it was read: members in their order, values verbatim, only white space gone.
//!
//! `serde_json::Value` sorts keys, drops all but the last of repeated ones and respells numbers; a policy
//! that was written by hand must survive an edit of one of its lists without any of that.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The members of a JSON object in their order, repeated keys included, values as they stand in the text.
pub(crate) struct Object<'a>(pub(crate) Vec<(String, &'a RawValue)>);

impl Object<'_> {
    /// The first key that stands here twice.
    pub(crate) fn repeated(&self) -> Option<&str> {
        let mut seen = std::collections::HashSet::with_capacity(self.0.len());
        self.0.iter().map(|(key, _)| key.as_str()).find(|key| !seen.insert(*key))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Object<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Vec<(String, &'de RawValue)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(members)
            }
        }

        deserializer.deserialize_map(Members).map(Object)
    }
}

/// The same JSON without the white space between its tokens. Expects valid JSON.
pub(crate) fn compact(json: &str) -> String {
    let mut compact = String::with_capacity(json.len());
    let mut quoted = false;
    let mut escaped = false;
    for character in json.chars() {
        if quoted {
            quoted = escaped || character != '"';
            escaped = !escaped && character == '\\';
        } else if matches!(character, ' ' | '\t' | '\n' | '\r') {
            continue;
        } else {
            quoted = character == '"';
        }
        compact.push(character);
    }
    compact
}

/// A text as a JSON string, quotes included.
pub(crate) fn quote(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A list of texts as a JSON array.
pub(crate) fn list<T: AsRef<str>>(texts: &[T]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| quote(text.as_ref())).collect();
    format!("[{}]", texts.join(","))
}

/// Members as a JSON object.
pub(crate) fn object<'a>(members: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let members: Vec<String> =
        members.into_iter().map(|(key, value)| format!("{}:{value}", quote(key))).collect();
    format!("{{{}}}", members.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_goes_between_tokens_and_stays_inside_strings() {
        let json = "{ \"a b\" : [ 1.0e5 ,\n\t\"c \\\" d\\\\\" , { } ] }\r\n";
        assert_eq!(compact(json), r#"{"a b":[1.0e5,"c \" d\\",{}]}"#);
    }

    #[test]
    fn members_keep_their_order_and_repetitions() {
        let object: Object = serde_json::from_str(r#"{"b":1,"a":2,"b":3}"#).unwrap();
        let keys: Vec<_> = object.0.iter().map(|(key, value)| (key.as_str(), value.get())).collect();
        assert_eq!(keys, [("b", "1"), ("a", "2"), ("b", "3")]);
        assert_eq!(object.repeated(), Some("b"));
    }
}
