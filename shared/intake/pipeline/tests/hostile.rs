//! The table of hostile input, through the whole pipeline into a folder: what each file of `events/` leaves.

#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise, in its helpers too")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use bytes::Bytes;
use common::{Key, Record, all_records, now, tree};
use mailtrail_archive::Archive;
use mailtrail_aws_client::Deadline;
use mailtrail_config::IntakeConfig;
use mailtrail_delivery::Ledger;
use mailtrail_pipeline::{Pipeline, Problem};
use mailtrail_samples::{Batch, SampleFile, Traffic, envelope, sample_files};
use mailtrail_subscription::payloads;

static FILES: LazyLock<Vec<SampleFile>> = LazyLock::new(sample_files);

fn sample(name: &str) -> Vec<u8> {
    FILES.iter().find(|file| file.name == name).unwrap_or_else(|| panic!("no file {name}")).bytes.clone()
}

/// What some inputs leave, one after the other.
struct Left {
    ledger: Ledger,
    problems: Vec<Problem>,
    tree: BTreeMap<String, Bytes>,
}

impl Left {
    /// The keys of what is not the archive's description of itself.
    fn keys(&self) -> Vec<&str> {
        self.tree.keys().map(String::as_str).filter(|key| Key::parse(key) != Key::About).collect()
    }

    fn records(&self) -> Vec<Record> {
        all_records(&self.tree)
    }
}

async fn leave(inputs: &[Vec<u8>]) -> Left {
    let folder = tempfile::tempdir().unwrap();
    let archive = Archive::directory(folder.path().to_owned()).unwrap();
    let options = IntakeConfig {
        region: Some("eu-west-1".to_owned()),
        own_log_groups: vec!["/aws/lambda/mailtrail-workmail-events".to_owned()],
        ..IntakeConfig::default()
    };
    let pipeline = Pipeline::new(archive, Vec::new(), options);
    let (mut ledger, mut problems) = (Ledger::default(), Vec::new());
    for payload in inputs.iter().flat_map(|input| payloads(&Bytes::copy_from_slice(input))) {
        let run = pipeline.run(&payload, now(), Deadline::NEVER).await;
        assert!(run.failure.is_none() && run.ledger.balanced(), "{:?} {:?}", run.failure, run.ledger);
        ledger.add(&run.ledger);
        problems.extend(run.problems);
    }
    Left { ledger, problems, tree: tree(folder.path()) }
}

async fn leaves(name: &str) -> Left {
    leave(&[sample(name)]).await
}

#[tokio::test]
async fn a_control_message_is_counted_and_kept_raw_under_unknown() {
    let left = leaves("hostile/control-message.json").await;
    assert_eq!((left.ledger.control_messages, left.ledger.events), (1, 0));
    let [key] = left.keys()[..] else { panic!("{:?}", left.keys()) };
    assert!(key.starts_with("raw/region=eu-west-1/accountId=unknown/eventDay=20261120/"), "{key}");
    assert!(!left.ledger.only_refused());
}

#[tokio::test]
async fn what_cannot_be_read_is_quarantined_whole_under_its_reason() {
    for (name, reason) in [
        ("not-base64", "not_base64"),
        ("not-gzip", "not_gzip"),
        ("truncated-gzip", "truncated_gzip"),
        ("wrong-crc", "bad_checksum"),
        ("wrong-length", "bad_checksum"),
        ("trailing-bytes", "trailing_bytes"),
        ("bomb", "too_large"),
        ("bomb-of-members", "too_large"),
        ("not-json", "not_json"),
        ("truncated-json", "not_json"),
        ("other-shape", "not_a_batch"),
        ("unknown-message-type", "unknown_message_type"),
        ("missing-log-events", "missing_log_events"),
    ] {
        let left = leaves(&format!("hostile/{name}.json")).await;
        assert_eq!((left.ledger.quarantined_payloads, left.ledger.events), (1, 0), "{name}");
        let keys = left.keys();
        let folder = format!("quarantine/reason={reason}/eventDay=20261120/");
        assert!(keys.len() == 2 && keys.iter().all(|key| key.starts_with(&folder)), "{name}: {keys:?}");
        let words = left.problems[0].to_string();
        assert!(words.ends_with(&format!("; kept in {}", keys[0])), "{words}");
    }
}

#[tokio::test]
async fn the_neighbours_of_an_unreadable_payload_go_on() {
    let left = leaves("hostile/kinesis-mixed.json").await;
    assert_eq!((left.ledger.payloads, left.ledger.quarantined_payloads, left.ledger.archived), (3, 1, 6));
    assert_eq!(left.records().len(), 6);
}

#[tokio::test]
async fn messages_that_are_hard_to_read_are_kept_as_base_events() {
    let left = leaves("hostile/message-shapes.json").await;
    let records = left.records();
    assert_eq!(records.len(), 15);
    let raw: Vec<&str> = records.iter().filter_map(|record| record.raw_data.as_deref()).collect();
    for text in ["the mail server was restarted", "[1,2,3]", "null", "", " ", "NUL \0 inside"] {
        assert!(raw.contains(&text), "{text}: {raw:?}");
    }
    assert!(raw.iter().any(|text| text.contains("high \u{fffd}, low \u{fffd}, swapped")), "{raw:?}");

    let left = leave(&[sample("hostile/message-1mib.json"), sample("hostile/event-1mib.json")]).await;
    let records = left.records();
    let raw: Vec<usize> = records.iter().filter_map(|record| Some(record.raw_data.as_ref()?.len())).collect();
    assert_eq!((records.len(), raw), (2, vec![1 << 20]));

    assert_eq!(leaves("hostile/deep-nesting.json").await.records().len(), 3);
}

#[tokio::test]
async fn bytes_that_are_no_unicode_are_read_with_replacement_characters_and_kept_exact() {
    let left = leave(&[sample("hostile/invalid-utf8.gz")]).await;
    assert_eq!(left.records()[0].metadata.log_name, "/aws/workmail/emailevents/example\u{fffd}");
    assert!(left.tree.values().any(|body| **body == sample("hostile/invalid-utf8.gz")));

    let left = leaves("hostile/surrogate-names.json").await;
    let mut uids: Vec<String> = left.records().into_iter().map(|record| record.metadata.uid).collect();
    uids.sort_unstable();
    assert_eq!(uids, ["id \u{fffd} 1", "id \u{fffd} 2"]);
}

#[tokio::test]
async fn owners_and_regions_that_are_none_are_unknown_and_lose_nothing() {
    for name in ["owner-traversal", "owner-13-digits"] {
        let left = leaves(&format!("hostile/{name}.json")).await;
        let place = "region=eu-west-1/accountId=unknown/";
        assert!(left.keys().iter().all(|key| key.contains(place)), "{name}: {:?}", left.keys());
        assert_eq!(left.records().len(), 3, "{name}");
    }
    let left = leaves("hostile/region-bad.json").await;
    let mut places: Vec<(Option<String>, Option<String>)> = left
        .records()
        .into_iter()
        .map(|record| (record.cloud.region, record.cloud.account.map(|it| it.uid)))
        .collect();
    places.sort_unstable();
    // Two ways to say nothing are one place, and one object.
    assert_eq!(places, [(None, None), (None, None), (None, Some("111122223333".to_owned()))]);
    assert_eq!(left.keys().len(), 3);
}

#[tokio::test]
async fn a_batch_of_many_places_has_an_object_for_each() {
    let left = leaves("system-fields.json").await;
    let mut places: Vec<String> = left
        .records()
        .into_iter()
        .map(|record| format!("{}/{}", record.cloud.region.unwrap(), record.cloud.account.unwrap().uid))
        .collect();
    places.sort_unstable();
    // The last event says nothing of its place: it is the owner's, as is that of two others who say so.
    let expected = [
        "eu-west-1/111122223333",
        "eu-west-1/111122223333",
        "eu-west-1/111122223333",
        "us-east-1/111122223333",
        "us-west-2/444455556666",
        "us-west-2/444455556666",
    ];
    assert_eq!(places, expected);
    assert_eq!(left.keys().len(), 1 + 3);
}

#[tokio::test]
async fn the_same_short_id_twice_is_two_events() {
    let left = leave(&[sample("hostile/same-short-id-a.json"), sample("hostile/same-short-id-b.json")]).await;
    assert_eq!((left.ledger.archived, left.ledger.already), (2, 0));
    assert_eq!(left.records().iter().filter(|record| record.metadata.uid == "1").count(), 2);
    assert_eq!(left.keys().len(), 4);
}

#[tokio::test]
async fn events_without_an_id_get_one_from_their_content() {
    let left = leaves("empty-ids.json").await;
    let uids: BTreeSet<String> = left.records().into_iter().map(|record| record.metadata.uid).collect();
    assert_eq!(uids.len(), 3, "{uids:?}");
    for uid in &uids {
        let (hash, number) = uid.rsplit_once('-').unwrap();
        assert_eq!((hash.len(), number), (32, "0"), "{uid}");
    }
}

#[tokio::test]
async fn the_same_events_gzipped_differently_leave_one_set_of_objects() {
    let (a, b) =
        (sample("hostile/same-events-regzipped-a.json"), sample("hostile/same-events-regzipped-b.json"));
    let both = leave(&[a.clone(), b]).await;
    assert_eq!((both.ledger.archived, both.ledger.already), (6, 3));
    assert_eq!(both.tree, leave(&[a]).await.tree);
}

#[tokio::test]
async fn events_lie_under_their_own_day_in_order() {
    let left = leaves("hostile/out-of-order.json").await;
    let days: BTreeMap<&str, usize> = left
        .keys()
        .iter()
        .filter_map(|key| match Key::parse(key) {
            Key::Records { day, .. } => Some((day, common::records(key, &left.tree[*key]).len())),
            _ => None,
        })
        .collect();
    let expected = [("19700101", 5), ("20261120", 2), ("20261121", 2), ("99981231", 1)];
    assert_eq!(days, BTreeMap::from(expected));
    let raw = left.keys().into_iter().find(|key| key.starts_with("raw/")).unwrap();
    assert!(raw.contains("/eventDay=19700101/19700101T000000Z-"), "{raw}");
    let records = left.records();
    let mut kept: Vec<&str> =
        records.iter().filter_map(|record| Some(record.unmapped.get("timestamp")?.as_str())).collect();
    kept.sort_unstable();
    assert_eq!(kept, ["-1", "253402300800000", "9223372036854775807"]);
}

#[tokio::test]
async fn a_batch_of_our_own_log_group_is_refused_and_leaves_nothing() {
    let left = leaves("hostile/own-log-group.json").await;
    assert_eq!((left.ledger.events, left.ledger.refused, left.ledger.archived), (3, 3, 0));
    assert!(left.ledger.only_refused() && left.problems.is_empty());
    assert!(left.tree.is_empty(), "{:?}", left.tree.keys());
}

#[tokio::test]
async fn a_batch_of_our_own_beside_another_is_refused_alone() {
    let mut traffic = Traffic::new(1);
    let other = traffic.batch(4);
    let own = Batch { log_group: "/aws/lambda/mailtrail-workmail-events".to_owned(), ..traffic.batch(2) };
    let left = leave(&[envelope::gzip(&[own.to_json(), other.to_json()].concat())]).await;
    assert_eq!((left.ledger.events, left.ledger.refused, left.ledger.archived), (6, 2, 4));
    assert!(!left.ledger.only_refused());
    assert!(left.records().iter().all(|record| record.metadata.log_name == other.log_group));
}

#[tokio::test]
async fn several_batches_of_a_payload_are_kept_raw_once() {
    for name in ["two-members.gz", "two-documents.gz"] {
        let left = leaves(name).await;
        assert_eq!(left.records().len(), 6, "{name}");
        assert_eq!(left.keys().iter().filter(|key| key.starts_with("raw/")).count(), 1, "{name}");
        assert!(left.tree.values().any(|body| **body == sample(name)), "{name}");
    }
}

#[tokio::test]
async fn a_payload_that_arrived_decoded_is_kept_gzipped() {
    let left = leaves("payload.json").await;
    let (_, raw) = left.tree.iter().find(|(key, _)| key.starts_with("raw/")).unwrap();
    let decoded = mailtrail_subscription::inflate(raw, 1 << 20).unwrap();
    assert_eq!(decoded, sample("payload.json"));
    assert_eq!(raw[4..8], [0; 4], "no time of its own");
}

/// Keys that repeat, and keys that are what the repeated ones would be renamed to: a message of 400 kB that took
/// minutes.
#[tokio::test]
async fn keys_that_repeat_cost_no_more_than_others() {
    const REPEATS: usize = 20_000;
    let taken = (REPEATS..2 * REPEATS).map(|number| format!(r#""a#{number}":1"#));
    let members: Vec<String> = taken.chain(std::iter::repeat_n(r#""a":1"#.to_owned(), REPEATS)).collect();
    let message = format!(r#"{{"event":{{"eventName":"X"}},{}}}"#, members.join(","));
    let mut batch = Traffic::new(1).batch(1);
    batch.events[0].message = message;
    let start = std::time::Instant::now();
    let left = leave(&[batch.to_gzip()]).await;
    assert!(start.elapsed().as_secs() < 10, "{:?}", start.elapsed());
    assert_eq!(left.records()[0].unmapped.len(), 2 * REPEATS);
}

/// Readers take lines below 16 MiB: the record of a longer message has its beginning, and the raw copy has all of it.
#[tokio::test]
async fn a_message_that_is_too_long_for_a_record_is_kept_by_its_beginning() {
    let message = format!("ä{}", "é\u{1}".repeat(3 << 20));
    let mut batch = Traffic::new(1).batch(2);
    batch.events[0].message.clone_from(&message);
    let payload = batch.to_gzip();
    let left = leave(std::slice::from_ref(&payload)).await;
    assert_eq!((left.ledger.events, left.ledger.archived), (2, 2));
    let objects = || left.tree.iter().filter(|(key, _)| key.starts_with("base_event/"));
    let lines: Vec<String> =
        objects().map(|(_, body)| String::from_utf8(zstd::decode_all(&body[..]).unwrap()).unwrap()).collect();
    let [line] = &lines[..] else { panic!("{} objects", lines.len()) };
    assert!((line.len() as u64) < mailtrail_archive::LONGEST_LINE, "{}", line.len());
    let record: serde_json::Value = serde_json::from_str(line).unwrap();
    let kept = record["raw_data"].as_str().unwrap();
    assert!(record["metadata"]["is_truncated"] == true && message.starts_with(kept), "{}", kept.len());
    assert!(kept.len() > 100_000, "{}", kept.len());
    assert!(left.tree.values().any(|body| **body == payload), "the raw copy has all of it");
}

#[tokio::test]
async fn a_name_that_no_record_could_hold_is_quarantined() {
    let batch = Traffic::new(1).batch(1);
    let name = "n".repeat(70_000);
    let mut id = batch.clone();
    id.events[0].id.clone_from(&name);
    for batch in [Batch { log_group: name.clone(), ..batch.clone() }, Batch { log_stream: name, ..batch }, id]
    {
        let left = leave(&[batch.to_gzip()]).await;
        assert_eq!((left.ledger.quarantined_payloads, left.ledger.archived), (1, 0));
        assert!(left.keys().iter().all(|key| key.starts_with("quarantine/reason=too_large/")));
    }
}
