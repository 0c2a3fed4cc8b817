//! Any bytes: kept, counted, and the same again.

use bytes::Bytes;
use mailtrail_delivery::Ledger;
use mailtrail_pipeline::Problem;
use mailtrail_samples::{Traffic, envelope};
use mailtrail_subscription::Content;
use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};

use crate::TestEnv;
use crate::archived::found;

/// Pieces that inputs are made of, in any order: sometimes they make sense.
const PIECES: [&str; 24] = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\",
    "\\ud83d",
    "null",
    "-1",
    "\"messageType\":\"DATA_MESSAGE\"",
    "\"messageType\":\"CONTROL_MESSAGE\"",
    "\"logEvents\":[",
    "\"logEvents\":null",
    "{\"id\":\"1\",\"timestamp\":1}",
    "{\"message\":\"{}\"}",
    "\"awslogs\":{\"data\":\"",
    "\"Records\":[{\"kinesis\":{\"data\":\"",
    "\"requestPayload\":",
    "\"KinesisBatchInfo\":{}",
    "\"payload\":\"",
    "\"owner\":\"../..\"",
    "\"extractedFields\":{\"@aws.region\":\"..\"}",
];

/// Bytes that no sender should send.
fn any_input() -> impl Strategy<Value = Vec<u8>> {
    let pieces =
        prop::collection::vec(select(&PIECES[..]), 0..24).prop_map(|pieces| pieces.concat().into_bytes());
    let prefixed =
        subsequence(&PIECES[..], 0..12).prop_map(|pieces| format!("{{{}", pieces.join(",")).into_bytes());
    let damaged = (0..6_usize, any::<u64>(), prop::collection::vec((any::<Index>(), any::<u8>()), 1..4))
        .prop_map(|(how, seed, changes)| {
            let batch = Traffic::new(seed).batch(3);
            let mut bytes = match how {
                0 => batch.to_json(),
                1 => batch.to_gzip(),
                2 => batch.to_invocation(),
                3 => envelope::kinesis_event(&[batch.to_gzip(), batch.to_json()], "eu-west-1"),
                4 => envelope::on_failure_record(&batch.to_invocation()),
                _ => [batch.to_gzip(), batch.to_gzip()].concat(),
            };
            for (at, byte) in &changes {
                let at = at.index(bytes.len());
                match byte % 3 {
                    0 => bytes[at] = *byte,
                    1 => bytes.truncate(at.max(1)),
                    _ => bytes.insert(at, *byte),
                }
            }
            bytes
        });
    let plain = prop_oneof![any::<Vec<u8>>(), pieces, prefixed, damaged];
    (plain, 0..5).prop_map(|(bytes, wrapping)| match wrapping {
        0 => envelope::gzip(&bytes),
        1 => envelope::invocation(&bytes),
        2 => envelope::invocation(&envelope::gzip(&bytes)),
        _ => bytes,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_bytes_are_kept_and_counted(input in any_input()) {
        let env = TestEnv::new(None);
        let runs = env.run(&input);
        let tree = env.tree();
        let mut sum = Ledger::default();
        for (payload, run) in &runs {
            sum.add(&run.ledger);
            let quarantined = run.problems.iter().find_map(|problem| match problem {
                Problem::Quarantined(quarantined) => Some(quarantined),
                Problem::Undelivered { .. } => None,
            });
            match (quarantined, &payload.content) {
                (Some(kept), _) => {
                    prop_assert_eq!(&tree[&kept.key], payload.bytes());
                    let report: serde_json::Value = serde_json::from_slice(&tree[&kept.key.replace(".bin", ".json")]).unwrap();
                    prop_assert_eq!(report["reason"].as_str(), Some(kept.reason.reason()));
                    prop_assert_eq!(run.ledger.events, 0);
                }
                (None, Content::Gzip(bytes)) => {
                    let raw = |(key, body): (&String, &Bytes)| key.starts_with("raw/") && body == bytes;
                    // Of two that hold the same events, the first is kept.
                    prop_assert!(runs.len() > 1 || tree.iter().any(raw));
                }
                (None, Content::Plain(_)) => prop_assert!(tree.keys().any(|key| key.starts_with("raw/"))),
                (None, Content::Unreadable(..)) => prop_assert!(false, "it must be in quarantine"),
            }
        }
        prop_assert_eq!(found(&tree).len() as u64, sum.archived - sum.already);
        prop_assert!(tree.keys().all(|key| !key.contains("..")));

        env.run(&input);
        prop_assert!(env.tree() == tree, "the second time was another");
    }
}
