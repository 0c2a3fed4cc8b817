//! `unmapped`: what the source said and OCSF has no place for.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;

/// A flat map of dotted keys to text.
///
/// Text only, so that the column has one type in every table format.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Unmapped<'a> {
    values: BTreeMap<Cow<'a, str>, Cow<'a, str>>,
    /// The last number that was tried for each key that repeats, so that no number is tried twice.
    #[serde(skip)]
    numbers: BTreeMap<Cow<'a, str>, usize>,
}

impl<'a> Unmapped<'a> {
    /// Keeps a value. Where the key is taken, the later value goes under the key and a number: `key#2`.
    pub fn keep(&mut self, key: impl Into<Cow<'a, str>>, value: impl Into<Cow<'a, str>>) {
        let key = key.into();
        let key = if self.values.contains_key(&key) { self.numbered(&key) } else { key };
        self.values.insert(key, value.into());
    }

    /// The value under a key.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.values.get(key).map(AsRef::as_ref)
    }

    /// Keys and values, in the order of the keys, which is that of the serialised attribute.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values.iter().map(|(key, value)| (&**key, &**value))
    }

    /// Nothing to write: the attribute is left out.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The key with the next number that is free.
    fn numbered(&mut self, key: &Cow<'a, str>) -> Cow<'a, str> {
        let number = self.numbers.entry(key.clone()).or_insert(1);
        loop {
            *number += 1;
            let unique = format!("{key}#{number}");
            if !self.values.contains_key(unique.as_str()) {
                return Cow::Owned(unique);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_repeats_gets_the_next_number_that_is_free() {
        let mut unmapped = Unmapped::default();
        for (value, key) in ["b", "a", "a#3", "a", "a", "a#3", "b"].into_iter().enumerate() {
            unmapped.keep(key, value.to_string());
        }
        let json = serde_json::to_string(&unmapped).unwrap();
        assert_eq!(json, r#"{"a":"1","a#2":"3","a#3":"2","a#3#2":"5","a#4":"4","b":"0","b#2":"6"}"#);
    }
}
