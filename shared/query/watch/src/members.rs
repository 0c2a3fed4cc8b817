//! A JSON object as it was written: also with a member that stands there twice, of which others keep the last one
//! without a word.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

/// The members, in their order.
pub(crate) struct Members(pub(crate) Vec<(String, Value)>);

impl Members {
    /// The first member of this name.
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// A name that stands there twice.
    pub(crate) fn repeated(&self) -> Option<&str> {
        let names = || self.0.iter().map(|(key, _)| key.as_str());
        names()
            .enumerate()
            .find(|(at, name)| names().take(*at).any(|before| before == *name))
            .map(|(_, name)| name)
    }
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(Object)
    }
}
