//! `unmapped`: what the source said and OCSF has no place for.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

/// A flat map of dotted keys to text.
///
/// Text only, so that the column has one type in every table format.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unmapped<'a>(BTreeMap<Cow<'a, str>, Cow<'a, str>>);

impl<'a> Unmapped<'a> {
    /// Keeps a value. Where the key is taken, the later value goes under the key and a number: `key#2`.
    pub fn keep(&mut self, key: impl Into<Cow<'a, str>>, value: impl Into<Cow<'a, str>>) {
        let key = key.into();
        let mut unique = key.clone();
        // Counting from the size of the map finds a free number at once, however often a key repeats.
        let mut number = self.0.len() + 1;
        while self.0.contains_key(&unique) {
            unique = Cow::Owned(format!("{key}#{number}"));
            number += 1;
        }
        self.0.insert(unique, value.into());
    }

    /// Nothing to write: the attribute is left out.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for Unmapped<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}
