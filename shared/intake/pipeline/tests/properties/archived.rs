//! What must be archived of generated batches, and what is.

use std::collections::BTreeMap;

use bytes::Bytes;
use sha2::{Digest, Sha256};

use crate::common::{Key, lines, records};
use crate::generated::{Batch, Event, Said};
use crate::sorted;

/// What is archived of an event: where, when, under which name, and which text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Archived {
    origin: (String, String),
    place: (String, String),
    uid: String,
    time: i64,
    kept_timestamp: Option<String>,
    raw_data: Option<String>,
}

/// What must be archived.
pub(crate) fn expected(batches: &[Batch], region: Option<&str>) -> Vec<Archived> {
    let mut equal = BTreeMap::new();
    let mut one = |batch: &Batch, at: usize, event: &Event| {
        let text = |said: &Option<Said>| said.as_ref().map(|(_, text)| text.clone());
        let unknown = || "unknown".to_owned();
        let region = text(&event.region).or(region.map(str::to_owned)).unwrap_or_else(unknown);
        let account = text(&event.account).or(text(&batch.owner)).unwrap_or_else(unknown);
        let id = text(&event.id).unwrap_or_default();
        Archived {
            origin: (batch.log_group.1.clone(), batch.log_stream.1.clone()),
            place: (region, account),
            uid: if id.is_empty() { content_uid(batch, at, event, &mut equal) } else { id },
            time: event.timestamp.1,
            kept_timestamp: event.timestamp.2.clone(),
            raw_data: event.message.1.clone(),
        }
    };
    let mut all = Vec::new();
    for (at, batch) in batches.iter().enumerate() {
        all.extend(batch.events.iter().map(|event| one(batch, at, event)));
    }
    sorted(all)
}

/// The uid of an event without an id: its content, and its number among equal ones of its batch.
fn content_uid(
    batch: &Batch,
    at: usize,
    event: &Event,
    equal: &mut BTreeMap<(usize, String), u32>,
) -> String {
    let (timestamp, _, _) = &event.timestamp;
    let timestamp = timestamp.as_deref().filter(|text| *text != "null").unwrap_or_default();
    let message = match &event.message {
        (_, Some(text)) => text.clone(),
        (json, None) => serde_json::from_str(json.as_deref().unwrap_or("\"\"")).unwrap(),
    };
    let mut hashed = Vec::new();
    for text in [&batch.log_group.1, &batch.log_stream.1, timestamp.trim_matches('"'), &message] {
        hashed.extend(u64::try_from(text.len()).unwrap().to_be_bytes());
        hashed.extend(text.as_bytes());
    }
    let digits = hex::encode(&Sha256::digest(hashed)[..16]);
    let number = equal.entry((at, digits.clone())).or_default();
    *number += 1;
    format!("{digits}-{}", *number - 1)
}

/// What is archived.
pub(crate) fn found(tree: &BTreeMap<String, Bytes>) -> Vec<Archived> {
    let mut found = Vec::new();
    for (key, body) in tree {
        let Key::Records { region, account, .. } = Key::parse(key) else { continue };
        found.extend(records(key, body).into_iter().map(|record| Archived {
            origin: (record.metadata.log_name, record.metadata.log_source),
            place: (region.to_owned(), account.to_owned()),
            uid: record.metadata.uid,
            time: record.time,
            kept_timestamp: record.unmapped.get("timestamp").cloned(),
            raw_data: record.raw_data,
        }));
    }
    sorted(found)
}

pub(crate) fn archived_lines(tree: &BTreeMap<String, Bytes>) -> Vec<String> {
    let objects = tree.iter().filter(|(key, _)| matches!(Key::parse(key), Key::Records { .. }));
    sorted(objects.flat_map(|(_, body)| lines(body)))
}

pub(crate) fn without_raw(tree: &BTreeMap<String, Bytes>) -> BTreeMap<String, Bytes> {
    let body = |key: &str, body: &Bytes| if key.starts_with("raw/") { Bytes::new() } else { body.clone() };
    tree.iter().map(|(key, object)| (key.clone(), body(key, object))).collect()
}
