//! What everybody relies on: the same seed gives the same bytes, and every batch is one that CloudWatch could
//! send.

#![allow(clippy::unwrap_used, reason = "a helper of a test is a test")]

use std::{collections::BTreeSet, io::Write as _};

use mailtrail_samples::{Batch, START_MS, Traffic, demo_batches};
use proptest::prelude::*;
use serde_json::Value;

const EVENT_NAMES: [&str; 9] = [
    "DMARC_POLICY_APPLIED",
    "INCOMING_EMAIL_BOUNCED",
    "JOURNALING_INITIATED",
    "MAILBOX_EMAIL_DELIVERED",
    "ORGANIZATION_EMAIL_RECEIVED",
    "OUTGOING_EMAIL_BOUNCED",
    "OUTGOING_EMAIL_SENT",
    "OUTGOING_EMAIL_SUBMITTED",
    "RULE_APPLIED",
];

fn gunzip(bytes: &[u8]) -> Vec<u8> {
    let mut decoder = flate2::write::GzDecoder::new(vec![]);
    decoder.write_all(bytes).unwrap();
    decoder.finish().unwrap()
}

fn event_names<'a>(batches: impl IntoIterator<Item = &'a Batch>) -> BTreeSet<String> {
    let events = batches.into_iter().flat_map(|batch| &batch.events);
    let lines = events.filter_map(|event| serde_json::from_str::<Value>(&event.message).ok());
    lines.map(|line| line["event"]["eventName"].as_str().unwrap().to_owned()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_same_seed_gives_the_same_bytes(seed: u64, events in 0_usize..200) {
        let (mut one, mut other) = (Traffic::new(seed), Traffic::new(seed));
        for _ in 0..3 {
            prop_assert_eq!(one.batch(events).to_invocation(), other.batch(events).to_invocation());
        }
    }

    #[test]
    fn a_batch_has_exactly_the_events_asked_for_in_order_of_time_with_rising_ids(
        seed: u64,
        gap in 0_u32..200_000,
        sizes in prop::collection::vec(0_usize..120, 1..5),
    ) {
        let mut traffic = Traffic::new(seed).with_gap(gap);
        let batches: Vec<Batch> = sizes.iter().map(|events| traffic.batch(*events)).collect();
        for (batch, size) in batches.iter().zip(&sizes) {
            prop_assert_eq!(batch.events.len(), *size);
        }
        let events: Vec<_> = batches.iter().flat_map(|batch| &batch.events).collect();
        prop_assert!(events.iter().all(|event| event.timestamp >= START_MS));
        prop_assert!(events.windows(2).all(|pair| pair[0].timestamp <= pair[1].timestamp));
        prop_assert!(events.windows(2).all(|pair| pair[0].id < pair[1].id));
        for event in events {
            prop_assert_eq!(event.id.len(), 56);
            prop_assert!(event.id.bytes().all(|digit| digit.is_ascii_digit()));
        }
    }

    #[test]
    fn a_batch_starts_where_it_is_told_to(seed: u64, start_ms in 0_i64..4_000_000_000_000) {
        let mut traffic = Traffic::new(seed);
        traffic.batch(10);
        let batch = traffic.batch_at(start_ms, 10);
        prop_assert_eq!(batch.events[0].timestamp, start_ms);
        prop_assert_eq!(batch.events.len(), 10);
    }

    #[test]
    fn the_gzip_holds_the_json(seed: u64, events in 0_usize..100) {
        let batch = Traffic::new(seed).batch(events);
        prop_assert_eq!(gunzip(&batch.to_gzip()), batch.to_json());
    }
}

#[test]
fn all_nine_event_names_appear_in_two_thousand_events() {
    for seed in 0..20 {
        let batch = Traffic::new(seed).batch(2_000);
        assert_eq!(Vec::from_iter(event_names([&batch])), EVENT_NAMES, "seed {seed}");
    }
}

#[test]
fn seeds_differ() {
    let ids: BTreeSet<String> =
        (0..50).map(|seed| Traffic::new(seed).batch(1).events[0].id.clone()).collect();
    assert_eq!(ids.len(), 50);
}

/// If this fails, golden files and bench figures made from a seed have lost their meaning: do not update it
/// lightly.
#[test]
fn the_stream_of_a_seed_never_changes() {
    let events = Traffic::new(1).batch(1_000).events;
    assert_eq!(events[0].id, "40033441431786551341532668039285418741816076481230536704");
    let leg = r#"{"traceId":"3f391c8a-76d9-40bb-ad49-e4067617136b","event":{"#;
    let delivery =
        r#""eventName":"MAILBOX_EMAIL_DELIVERED","recipient":"accounts@example.com","folder":"INBOX"}}"#;
    assert_eq!(events[1].message, [leg, delivery].concat());
    assert_eq!(events[999].id, "40033600393037077886513033902651230740149628053548434407");
}

#[test]
fn the_demo_has_every_event_name_and_one_line_of_another_kind() {
    let batches = demo_batches();
    let events: Vec<_> = batches.iter().flat_map(|batch| &batch.events).collect();
    assert_eq!((batches.len(), events.len()), (6, 400));
    assert_eq!(Vec::from_iter(event_names(&batches)), EVENT_NAMES);
    assert_eq!(events.iter().filter(|event| !event.message.starts_with('{')).count(), 1);
    let hours = (events[399].timestamp - events[0].timestamp) / 3_600_000;
    assert!((2..=6).contains(&hours), "{hours}");
}
