//! Times as RFC 3339 in JSON, for `#[serde(with = "mailtrail_clock::rfc3339")]`.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Time;

/// Writes a time.
///
/// # Errors
/// Those of the serializer.
pub fn serialize<S: Serializer>(time: &Time, serializer: S) -> Result<S::Ok, S::Error> {
    time.rfc3339().serialize(serializer)
}

/// Reads a time.
///
/// # Errors
/// When it is no text, or not in the form of RFC 3339. The text is not repeated: it may be of any length.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Time, D::Error> {
    time(&String::deserialize(deserializer)?)
}

fn time<E: Error>(text: &str) -> Result<Time, E> {
    Time::from_iso8601(text).ok_or_else(|| E::custom("expected a time of RFC 3339"))
}

/// The same of a time that may be absent, for `#[serde(with = "mailtrail_clock::rfc3339::optional")]`.
pub mod optional {
    use super::{Deserialize, Deserializer, Serialize, Serializer, Time, time};

    /// Writes a time, or null.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(time: &Option<Time>, serializer: S) -> Result<S::Ok, S::Error> {
        time.map(Time::rfc3339).serialize(serializer)
    }

    /// Reads a time, or null.
    ///
    /// # Errors
    /// As for [`super::deserialize`].
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Time>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        text.map(|text| time(&text)).transpose()
    }
}
