//! An event that is larger than a record of Firehose may be: what a stream gets instead.
//!
//! The record keeps its class, its time, its origin and every other small attribute, and names the archive's
//! object that holds it whole.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::value::{RawValue, to_raw_value};

/// Attributes above this many bytes are left out. A record has some thirty attributes, so what is left
/// fits a Firehose record, whatever the event.
const MAX_ATTRIBUTE_BYTES: usize = 16 * 1024;

/// Makes the slim form of an event that stands in the archive's object `key`.
pub(super) fn slim<'a>(line: &'a [u8], key: &str) -> Cow<'a, [u8]> {
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

fn is_large(value: &RawValue) -> bool {
    value.get().len() > MAX_ATTRIBUTE_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::packing::MAX_RECORD_BYTES;

    #[test]
    fn a_slim_record_names_the_object_that_holds_the_event() {
        let line = format!(
            r#"{{"class_uid":0,"time":5,"raw_data":"{}","unmapped":{{"a":"b"}}}}"#,
            "x".repeat(MAX_RECORD_BYTES)
        );
        let slim = slim(line.as_bytes(), "base_event/k.ndjson.zst");
        assert_eq!(
            std::str::from_utf8(&slim).unwrap(),
            format!(
                r#"{{"class_uid":0,"time":5,"unmapped":{{"a":"b","mailtrail.archive_object":"base_event/k.ndjson.zst","mailtrail.event_bytes":"{}","mailtrail.omitted":"raw_data"}}}}"#,
                line.len()
            )
        );
    }
}
