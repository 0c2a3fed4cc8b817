//! The slim form of an event that is larger than a sink's records may be.
//!
//! It keeps the event's class, time, origin and every other small attribute, and names the archive's object that holds
//! the whole event.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::value::{RawValue, to_raw_value};

/// Attributes above this share of a record are omitted. A record has about thirty attributes, so that what is left
/// fits, whatever the event.
const ATTRIBUTES: usize = 64;

/// Makes the slim form of an event in the archive's object `key`, for records of at most `record_bytes`.
pub(crate) fn slim<'a>(line: &'a [u8], key: &str, record_bytes: usize) -> Cow<'a, [u8]> {
    let is_large = |value: &RawValue| value.get().len() > record_bytes / ATTRIBUTES;
    let whole: BTreeMap<&str, &RawValue> = serde_json::from_slice(line).unwrap_or_default();
    let omitted: Vec<&str> =
        whole.iter().filter(|(_, value)| is_large(value)).map(|(name, _)| *name).collect();
    let unmapped = whole.get("unmapped").filter(|value| !is_large(value));
    let mut note: BTreeMap<Cow<'_, str>, Cow<'_, str>> =
        unmapped.and_then(|value| serde_json::from_str(value.get()).ok()).unwrap_or_default();
    note.insert("mailtrail.archive_object".into(), key.into());
    note.insert("mailtrail.event_bytes".into(), line.len().to_string().into());
    note.insert("mailtrail.omitted".into(), omitted.join(",").into());
    let note = to_raw_value(&note).unwrap_or_default();
    let mut slim: BTreeMap<&str, &RawValue> =
        whole.into_iter().filter(|(_, value)| !is_large(value)).collect();
    slim.insert("unmapped", &note);
    serde_json::to_vec(&slim).unwrap_or_default().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::firehose::LIMITS;

    #[test]
    fn a_slim_record_names_the_object_that_holds_the_event() {
        let line = format!(
            r#"{{"class_uid":0,"time":5,"raw_data":"{}","unmapped":{{"a":"b"}}}}"#,
            "x".repeat(LIMITS.record_bytes)
        );
        let slim = slim(line.as_bytes(), "base_event/k.ndjson.zst", LIMITS.record_bytes);
        assert_eq!(
            std::str::from_utf8(&slim).unwrap(),
            format!(
                r#"{{"class_uid":0,"time":5,"unmapped":{{"a":"b","mailtrail.archive_object":"base_event/k.ndjson.zst","mailtrail.event_bytes":"{}","mailtrail.omitted":"raw_data"}}}}"#,
                line.len()
            )
        );
    }
}
