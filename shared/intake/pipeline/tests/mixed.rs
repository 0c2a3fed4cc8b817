//! One batch with the events of every source, in any order: each becomes what it becomes alone.

#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise, in its helpers too")]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use common::lines;
use mailtrail_config::IntakeConfig;
use mailtrail_names::Names;
use mailtrail_ocsf::Class;
use mailtrail_pipeline::encode;
use mailtrail_samples::{Batch, Event, event_id, sample_files};
use mailtrail_subscription::{BatchId, batches, payloads};
use mailtrail_watch::WatchList;
use serde_json::Value;

const TIME: i64 = 1_795_169_702_000;

/// The log lines of every sample that can be read: mail, audit logs, trails, and what is none of them.
fn messages() -> Vec<String> {
    let mut messages = Vec::new();
    for file in sample_files() {
        for payload in payloads(&Bytes::from(file.bytes)) {
            let Ok(text) = payload.decode(4 << 20) else { continue };
            for batch in batches(&text).unwrap_or_default() {
                messages.extend(batch.events.iter().map(|event| event.message().into_owned()));
            }
        }
    }
    messages
}

/// Each event has the id of its message, wherever it stands.
fn batch(messages: &[(usize, String)]) -> Batch {
    let event = |(number, message): &(usize, String)| Event {
        id: event_id(TIME, *number as u128),
        timestamp: TIME,
        message: message.clone(),
    };
    Batch::of(messages.iter().map(event).collect())
}

/// The records that a batch becomes, by `metadata.uid`, each with its class.
fn records(batch: &Batch) -> BTreeMap<String, (Class, Value)> {
    let text = String::from_utf8(batch.to_json()).unwrap();
    let batches = batches(&text).unwrap();
    let (options, watches) = (IntakeConfig::default(), WatchList::default());
    let encoded =
        encode(&batches[0], &BatchId::of(&batches), None, &options, &watches, &Names::default()).unwrap();
    let mut found = BTreeMap::new();
    for object in &encoded.objects {
        for line in lines(&object.body) {
            let record: Value = serde_json::from_str(&line).unwrap();
            let uid = record["metadata"]["uid"].as_str().unwrap().to_owned();
            assert!(found.insert(uid, (object.class, record)).is_none(), "{}: twice", object.key);
        }
    }
    found
}

#[test]
fn every_event_of_a_mixed_batch_becomes_what_it_becomes_alone() {
    let messages: Vec<(usize, String)> = messages().into_iter().enumerate().collect();
    let mut shuffled = messages.clone();
    fastrand::Rng::with_seed(20_261_120).shuffle(&mut shuffled);
    let mixed = records(&batch(&shuffled));
    assert_eq!(mixed.len(), messages.len());
    let classes: BTreeSet<Class> = mixed.values().map(|(class, _)| *class).collect();
    assert_eq!(classes.len(), 5, "{classes:?}");

    for one in messages.chunks(1) {
        let alone = records(&batch(one));
        for (uid, record) in alone {
            assert_eq!(mixed[&uid], record, "{}", one[0].1);
        }
    }
}
