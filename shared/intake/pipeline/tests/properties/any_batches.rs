//! Any batch: every event once, and the same again.

use std::collections::BTreeMap;

use bytes::Bytes;
use mailtrail_clock::{DAY, Time};
use mailtrail_delivery::Ledger;
use mailtrail_samples::envelope;
use proptest::prelude::*;
use proptest::sample::Index;

use crate::TestEnv;
use crate::archived::{archived_lines, expected, found, without_raw};
use crate::common::Key;
use crate::generated::{a_payload, json};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_event_of_any_batch_is_archived_and_streamed_exactly_once(
        batches in a_payload(),
        region in prop::option::of(Just("eu-west-1")),
    ) {
        let env = TestEnv::new(region);
        let input = envelope::gzip(&json(&batches, 0));
        let (_, run) = env.run(&input).remove(0);
        let tree = env.tree();
        prop_assert_eq!(found(&tree), expected(&batches, region));
        prop_assert_eq!(env.streamed(), archived_lines(&tree));
        prop_assert!(run.objects.iter().all(|key| tree.contains_key(key)));

        let events = batches.iter().map(|batch| batch.events.len() as u64).sum::<u64>();
        let Ledger { events: counted, archived, already, refused, .. } = run.ledger;
        prop_assert_eq!((counted, archived, already, refused), (events, events, 0, 0));
        let raw: Vec<_> = tree.iter().filter(|(key, _)| key.ends_with(".json.gz")).collect();
        prop_assert_eq!(raw.len(), 1);
        prop_assert_eq!(raw[0].1, &input);
        for event in batches.iter().flat_map(|batch| &batch.events) {
            prop_assert!(leads_to_the_raw_copy(&tree, raw[0].0, event.timestamp.1), "{:?}", event);
        }
    }

    #[test]
    fn the_same_payload_again_changes_nothing(batches in a_payload(), how in 0..5_usize, cut: Index) {
        let env = TestEnv::new(Some("eu-west-1"));
        let text = json(&batches, 0);
        env.run(&envelope::gzip(&text));
        let before = env.tree();
        let (front, back) = text.split_at(cut.index(text.len()));
        let again = match how {
            0 => envelope::gzip(&text),
            1 => envelope::gzip_at(9, &text),
            2 => [envelope::gzip(front), envelope::gzip_at(0, back)].concat(),
            3 => envelope::kinesis_event(&[envelope::gzip_at(1, &text)], "eu-west-1"),
            _ => envelope::gzip(&[&b" \n"[..], &text, b" "].concat()),
        };
        let (_, run) = env.run(&again).remove(0);
        prop_assert_eq!(run.ledger.already, run.ledger.events);
        prop_assert!(env.tree() == before, "the archive has changed");
    }

    #[test]
    fn the_order_of_keys_changes_nothing(batches in a_payload(), order in 1..40_usize) {
        let env = TestEnv::new(None);
        env.run(&envelope::gzip(&json(&batches, 0)));
        let before = env.tree();
        let (_, run) = env.run(&envelope::gzip(&json(&batches, order))).remove(0);
        prop_assert_eq!(run.ledger.already, run.ledger.events);
        prop_assert!(env.tree() == before, "the archive has changed");

        let other = TestEnv::new(None);
        other.run(&envelope::gzip(&json(&batches, order)));
        prop_assert_eq!(without_raw(&other.tree()), without_raw(&before));
    }
}

/// Whether a reader who looks for the day of an event finds the raw copy: there, under the day before, under 1970, or
/// by a day pointer.
fn leads_to_the_raw_copy(tree: &BTreeMap<String, Bytes>, raw_key: &str, time: i64) -> bool {
    let Key::Raw { day: raw_day, batch } = Key::parse(raw_key) else { return false };
    let day = |time: i64| Time::from_millis(time).map(Time::day);
    let is_near = [Some(time), time.checked_sub(DAY)]
        .into_iter()
        .flatten()
        .any(|near| day(near).as_deref() == Some(raw_day));
    let pointer = |(key, body): (&String, &Bytes)| {
        matches!(Key::parse(key), Key::Sign { day: of, batch: to } if to == batch && day(time).as_deref() == Some(of))
            && *body == format!("{raw_key}\n")
    };
    is_near || raw_day == "19700101" || tree.iter().any(pointer)
}
