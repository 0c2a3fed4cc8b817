//! The members of a JSON object, to be taken out one by one.
//!
//! Values stay as they stand in the message until they are read. What no source took goes to
//! `unmapped`: so no field can be forgotten.

use std::borrow::Cow;
use std::fmt;

use mailtrail_clock::Time;
use mailtrail_json_text::{scalar, unescape};
use mailtrail_ocsf::Unmapped;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// How deep objects are flattened into dotted keys; what lies deeper is kept as JSON text.
pub(crate) const MAX_DEPTH: usize = 8;

/// How many bytes of dotted keys a byte of text may cost. Each leaf repeats the names above it, so without a limit a long
/// name above many leaves makes a record that is the square of its event. Ordinary events stay below a third of it.
pub(crate) const KEY_BYTES: usize = 8;

/// The members of an object, in their order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fields<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> Fields<'a> {
    /// The members, if the text is a JSON object and nothing else.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    pub(crate) fn from_members(members: Vec<(Cow<'a, str>, &'a RawValue)>) -> Self {
        Self(members)
    }

    #[cfg(test)]
    pub(crate) fn into_members(self) -> Vec<(Cow<'a, str>, &'a RawValue)> {
        self.0
    }

    pub(crate) fn get(&self, name: &str) -> Option<&'a RawValue> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| *value)
    }

    /// Whether there is such a member, or one below it under a dotted name: of an object that was cut off.
    pub(crate) fn holds(&self, name: &str) -> bool {
        let below =
            |key: &str| key.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        self.0.iter().any(|(key, _)| below(key))
    }

    /// Takes a text, number or boolean as text; nothing for an empty one. What is of another type stays.
    pub(crate) fn take_text(&mut self, name: &str) -> Option<Cow<'a, str>> {
        self.take_with(name, |value| Some(scalar(value).unwrap_or_default()).filter(|_| !is_nested(value)))
            .filter(|text| !text.is_empty())
    }

    /// The text of a text, number or boolean, which stays where it is.
    pub(crate) fn text(&self, name: &str) -> Option<Cow<'a, str>> {
        self.get(name).and_then(scalar).filter(|text| !text.is_empty())
    }

    /// Takes a boolean, also one that is written as a number or as text.
    pub(crate) fn take_bool(&mut self, name: &str) -> Option<bool> {
        self.take_with(name, |value| boolean(&scalar(value)?))
    }

    /// Takes a moment that is written in milliseconds since the Unix epoch, as number or as text.
    pub(crate) fn take_millis(&mut self, name: &str) -> Option<Time> {
        self.take_with(name, |value| Time::from_millis(scalar(value)?.parse().ok()?))
    }

    /// Takes a moment that is written in ISO 8601.
    pub(crate) fn take_iso8601(&mut self, name: &str) -> Option<Time> {
        self.take_with(name, |value| Time::from_iso8601(&scalar(value)?))
    }

    /// Takes a value of any type as JSON, as it stands.
    pub(crate) fn take_json(&mut self, name: &str) -> Option<&'a str> {
        self.take_with(name, |value| Some(value.get()))
    }

    /// Takes a list of texts, or one text as a list of one.
    pub(crate) fn take_texts(&mut self, name: &str) -> Vec<Cow<'a, str>> {
        self.take_with(name, texts).unwrap_or_default()
    }

    /// Takes an object.
    pub(crate) fn take_object(&mut self, name: &str) -> Option<Self> {
        self.take_with(name, |value| Self::parse(value.get()))
    }

    /// Takes a list of objects, and the list as it stands.
    pub(crate) fn take_objects(&mut self, name: &str) -> Option<(Vec<Self>, &'a RawValue)> {
        self.take_with(name, |value| Some((serde_json::from_str(value.get()).ok()?, value)))
    }

    /// Whether there is such a member, and not `null`.
    pub(crate) fn says(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| value.get() != "null")
    }

    /// Drops the members that are `null`, for sources that write it for what there is none of.
    pub(crate) fn drop_nulls(&mut self) {
        self.0.retain(|(_, value)| value.get() != "null");
    }

    /// Moves the members that no source took to `unmapped`, objects flattened into dotted keys. Values there are text, in
    /// which `null` would be a word; it says nothing, and is left out.
    pub(crate) fn keep_rest(self, prefix: &str, unmapped: &mut Unmapped<'a>) {
        let mut leaves = Leaves::default();
        for (key, value) in self.with_values() {
            leaves.add(dotted(prefix, key), value, MAX_DEPTH);
        }
        for (key, value) in leaves.leaves {
            unmapped.keep(key, unescape(value.get()));
        }
    }

    fn with_values(self) -> impl Iterator<Item = (Cow<'a, str>, &'a RawValue)> {
        self.0.into_iter().filter(|(_, value)| value.get() != "null")
    }

    /// The members of an object that has some.
    fn parse_members(value: &'a RawValue) -> Option<Self> {
        let is_object = value.get().starts_with('{');
        is_object.then(|| Self::parse(value.get()))?.filter(|members| !members.0.is_empty())
    }

    /// Takes a member if its value can be read so; a value that cannot stays for `unmapped`.
    fn take_with<T>(&mut self, name: &str, read: impl Fn(&'a RawValue) -> Option<T>) -> Option<T> {
        let at = self.0.iter().position(|(key, _)| key == name)?;
        let value = read(self.0[at].1)?;
        self.0.remove(at);
        Some(value)
    }
}

/// What objects are flattened into: dotted keys and their values.
#[derive(Default)]
struct Leaves<'a> {
    leaves: Vec<(Cow<'a, str>, &'a RawValue)>,
    key_bytes: usize,
}

impl<'a> Leaves<'a> {
    /// Adds a value: the leaves of an object, or the value as it stands where it is none, lies too deep, or its keys would
    /// cost too much.
    fn add(&mut self, key: Cow<'a, str>, value: &'a RawValue, depth: usize) {
        let members = if depth > 1 { Fields::parse_members(value) } else { None };
        if members.is_some_and(|members| self.add_members(&key, members, value.get().len(), depth - 1)) {
            return;
        }
        self.key_bytes += key.len();
        self.leaves.push((key, value));
    }

    /// Adds the leaves of an object with so many bytes of text, unless their keys cost too much: then nothing is added.
    fn add_members(&mut self, prefix: &str, members: Fields<'a>, text: usize, depth: usize) -> bool {
        let (leaves, key_bytes) = (self.leaves.len(), self.key_bytes);
        for (key, value) in members.with_values() {
            self.add(dotted(prefix, key), value, depth);
            if self.key_bytes - key_bytes > KEY_BYTES * text {
                self.leaves.truncate(leaves);
                self.key_bytes = key_bytes;
                return false;
            }
        }
        true
    }
}

fn dotted<'a>(prefix: &str, key: Cow<'a, str>) -> Cow<'a, str> {
    if prefix.is_empty() { key } else { Cow::Owned(format!("{prefix}.{key}")) }
}

fn is_nested(value: &RawValue) -> bool {
    value.get().starts_with(['{', '['])
}

/// `true` and `false` as JSON, as numbers, and as text in any case.
fn boolean(text: &str) -> Option<bool> {
    match text {
        "1" => Some(true),
        "0" => Some(false),
        _ if text.eq_ignore_ascii_case("true") => Some(true),
        _ if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

fn texts<'a>(value: &'a RawValue) -> Option<Vec<Cow<'a, str>>> {
    if !is_nested(value) {
        return Some(scalar(value).filter(|text| !text.is_empty()).into_iter().collect());
    }
    let items: Vec<&'a RawValue> = serde_json::from_str(value.get()).ok()?;
    if items.iter().any(|item| is_nested(item)) {
        return None;
    }
    Some(items.into_iter().filter_map(scalar).filter(|text| !text.is_empty()).collect())
}

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FieldsVisitor)
    }
}

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Fields<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::with_capacity(12);
        while let Some((Key(key), value)) = map.next_entry()? {
            members.push((key, value));
        }
        Ok(Fields(members))
    }
}

/// A key, borrowed where nothing in it is escaped.
struct Key<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Key<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeyVisitor;
        impl<'de> Visitor<'de> for KeyVisitor {
            type Value = Key<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }

            fn visit_borrowed_str<E>(self, key: &'de str) -> Result<Self::Value, E> {
                Ok(Key(Cow::Borrowed(key)))
            }

            fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
                Ok(Key(Cow::Owned(key.to_owned())))
            }
        }
        deserializer.deserialize_str(KeyVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rest(fields: Fields<'_>) -> String {
        let mut unmapped = Unmapped::default();
        fields.keep_rest("", &mut unmapped);
        serde_json::to_string(&unmapped).unwrap()
    }

    #[test]
    fn what_is_not_taken_is_flattened_into_dotted_keys() {
        let fields =
            Fields::parse(r#"{"a":{"b":{"c":1},"d":"x\ny"},"e":[1,{"f":2}],"g":{},"h":null}"#).unwrap();
        assert_eq!(rest(fields), r#"{"a.b.c":"1","a.d":"x\ny","e":"[1,{\"f\":2}]","g":"{}"}"#);
    }

    #[test]
    fn a_repeated_key_keeps_all_its_values() {
        let fields = Fields::parse(r#"{"a":1,"a":2,"a":3}"#).unwrap();
        assert_eq!(rest(fields), r#"{"a":"1","a#2":"2","a#3":"3"}"#);
    }

    #[test]
    fn a_value_of_another_type_stays_where_it_is() {
        let mut fields = Fields::parse(r#"{"subject":{"x":1},"to":[{"y":2}],"n":7,"none":null}"#).unwrap();
        assert_eq!(fields.take_text("subject"), None);
        assert!(fields.take_texts("to").is_empty());
        assert_eq!(fields.take_text("n").as_deref(), Some("7"));
        assert_eq!(fields.take_text("none"), None);
        assert_eq!(rest(fields), r#"{"subject.x":"1","to":"[{\"y\":2}]"}"#);
    }

    #[test]
    fn a_boolean_is_read_in_every_way_that_it_is_written_in() {
        let json =
            r#"{"a":true,"b":"True","c":1,"d":"1","e":false,"f":"FALSE","g":0,"h":"yes","i":2,"j":""}"#;
        let mut fields = Fields::parse(json).unwrap();
        for name in ["a", "b", "c", "d"] {
            assert_eq!(fields.take_bool(name), Some(true), "{name}");
        }
        for name in ["e", "f", "g"] {
            assert_eq!(fields.take_bool(name), Some(false), "{name}");
        }
        for name in ["h", "i", "j", "k"] {
            assert_eq!(fields.take_bool(name), None, "{name}");
        }
        assert_eq!(rest(fields), r#"{"h":"yes","i":"2","j":""}"#);
    }

    #[test]
    fn an_object_whose_keys_would_cost_too_much_is_kept_as_json() {
        let (name, inner) = ("k".repeat(200), r#"{"a":1,"b":{"c":2},"d":3}"#);
        let text = format!(r#"{{"p":{{"{name}":{inner},"e":{{"f":4}}}}}}"#);
        let inner = serde_json::to_string(inner).unwrap();
        assert_eq!(rest(Fields::parse(&text).unwrap()), format!(r#"{{"p.e.f":"4","p.{name}":{inner}}}"#));
    }

    #[test]
    fn nesting_beyond_the_depth_is_kept_as_json() {
        let deep = format!("{}1{}", "{\"k\":".repeat(2000), "}".repeat(2000));
        let text = rest(Fields::parse(&deep).unwrap());
        assert!(text.starts_with(r#"{"k.k.k.k.k.k.k.k":"{\"k\":"#), "{}", &text[..60]);
    }
}
