//! Times as RFC 3339 in JSON.

use mailtrail_clock::Time;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
pub(crate) fn serialize<S: Serializer>(time: &Time, serializer: S) -> Result<S::Ok, S::Error> {
    time.rfc3339().serialize(serializer)
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Time, D::Error> {
    let text = String::deserialize(deserializer)?;
    Time::from_iso8601(&text)
        .ok_or_else(|| Error::custom(format!("invalid time `{text}`: expected RFC 3339")))
}

/// The same of a time that may be absent.
pub(crate) mod optional {
    use super::{Deserialize, Deserializer, Error, Serialize, Serializer, Time};

    #[expect(clippy::ref_option, reason = "serde passes a reference")]
    pub(crate) fn serialize<S: Serializer>(time: &Option<Time>, serializer: S) -> Result<S::Ok, S::Error> {
        time.map(Time::rfc3339).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Time>, D::Error> {
        let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
        let time = Time::from_iso8601(&text);
        time.map(Some).ok_or_else(|| Error::custom(format!("invalid time `{text}`: expected RFC 3339")))
    }
}
