//! Journeys with their truth, through the program: generated, ingested, traced, compared.
//!
//! `MAILTRAIL_TEST_JOURNEYS` sets how many.

use std::collections::{BTreeMap, BTreeSet};

use mailtrail_clock::Time;
use mailtrail_samples::journeys::{ExpectedMessage, ExpectedRecipient, Journey, Journeys, plain};
use mailtrail_samples::{Batch, Event, event_id};
use serde_json::Value;

use crate::mailtrail::{Mailtrail, archive_of};
use crate::trace::{DAY, lines};

/// Events of a batch.
const EVENTS: usize = 400;
/// The leg of the last event of each log group.
const LAST: &str = "the-last-event";

#[expect(
    clippy::disallowed_methods,
    reason = "not a setting of the program: how long a developer wants to wait"
)]
fn count() -> usize {
    std::env::var("MAILTRAIL_TEST_JOURNEYS").map_or(2000, |text| text.parse().unwrap())
}

/// An archive of journeys, and up to when it goes: long after the last of them.
fn archive(journeys: &[Journey]) -> (Mailtrail, i64) {
    let mut by_group: BTreeMap<(&str, &str), Vec<Event>> = BTreeMap::new();
    for logged in journeys.iter().flat_map(|journey| &journey.events) {
        by_group.entry((logged.account, logged.log_group)).or_default().push(logged.event.clone());
    }
    let last = by_group.values().flatten().map(|event| event.timestamp).max().unwrap();
    let as_of = last + 30 * DAY;
    let mut batches = Vec::new();
    for ((account, log_group), mut events) in by_group {
        let message = format!(
            r#"{{"traceId":"{LAST}","event":{{"eventName":"MAILBOX_EMAIL_DELIVERED","recipient":"last@example.com"}}}}"#
        );
        events.push(Event { id: event_id(as_of, 1), timestamp: as_of, message });
        events.sort_by(|one, other| one.id.cmp(&other.id));
        batches.extend(events.chunks(EVENTS).map(|events| Batch {
            owner: account.to_owned(),
            log_group: log_group.to_owned(),
            ..Batch::of(events.to_vec())
        }));
    }
    (archive_of(&batches), as_of)
}

fn texts(value: &Value) -> BTreeSet<String> {
    value.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

fn plain_texts(value: &Value) -> BTreeSet<String> {
    texts(value).iter().map(|text| plain(text)).collect()
}

/// A word of a closed list, as the truth has it.
fn word(value: &Value) -> &'static str {
    Box::leak(value.as_str().unwrap().to_owned().into_boxed_str())
}

fn told(line: &Value) -> ExpectedMessage {
    let recipient = |own: &Value| ExpectedRecipient {
        address: plain(own["address"].as_str().unwrap()),
        direction: word(&own["direction"]),
        status: word(&own["status"]),
        unknown_reason: own.get("unknown_reason").map(word),
        redirected_to: plain_texts(&own["redirected_to"]),
        expanded_to: plain_texts(&own["expanded_to"]),
    };
    let mut recipients: Vec<_> = line["recipients"].as_array().unwrap().iter().map(recipient).collect();
    recipients.sort();
    ExpectedMessage {
        trace_ids: texts(&line["trace_ids"]),
        likely_trace_ids: texts(&line["likely_trace_ids"]),
        same_message_id: usize::try_from(line["same_message_id"].as_u64().unwrap()).unwrap(),
        recipients,
        journaled_to: plain_texts(&line["journaled_to"]),
        is_journal_copy: line["is_journal_copy"].as_bool().unwrap_or_default(),
        events: usize::try_from(line["events"].as_u64().unwrap()).unwrap(),
    }
}

fn sorted(messages: impl Iterator<Item = ExpectedMessage>) -> Vec<ExpectedMessage> {
    let mut messages: Vec<_> = messages.collect();
    for message in &mut messages {
        message.recipients.sort();
    }
    messages.sort_by(|a, b| (&a.trace_ids, &a.recipients).cmp(&(&b.trace_ids, &b.recipients)));
    messages
}

#[test]
fn what_is_told_of_every_journey_is_its_truth() {
    let journeys: Vec<Journey> = Journeys::new(11).take(count()).collect();
    let (mailtrail, as_of) = archive(&journeys);
    let run = mailtrail.run(&["trace", "--json"]).expect(0);
    let all = lines(&run.stdout);
    let is_last = |line: &&Value| line["trace_ids"][0] == LAST;
    let told = sorted(all.iter().filter(|line| !is_last(line)).map(told));
    let expected = journeys.iter().flat_map(|journey| journey.expected(&BTreeSet::new(), as_of, false));
    let expected = sorted(expected.filter(|message| !message.is_journal_copy));
    for (told, expected) in told.iter().zip(&expected) {
        assert_eq!(told, expected);
    }
    assert_eq!(told.len(), expected.len());
    assert!(all.iter().all(|line| line["complete"] == true));
    let time = |line: &Value| Time::from_iso8601(line["first_time"].as_str().unwrap()).unwrap();
    let times: Vec<Time> = all.iter().map(time).collect();
    assert!(times.is_sorted(), "oldest first, over all parts");

    // What a question finds is what the list says of it.
    let detailed =
        mailtrail.run(&["trace", "--json", "--to", "example.com", "--status", "bounced"]).expect(0);
    let is_asked_for = |line: &&&str| {
        let line: Value = serde_json::from_str(line).unwrap();
        let bounced = |own: &Value| own["status"] == "bounced";
        line["recipients"].as_array().unwrap().iter().any(bounced)
    };
    let found: BTreeSet<&str> = detailed.stdout.lines().collect();
    let listed: BTreeSet<&str> = run.stdout.lines().filter(|line| is_asked_for(&line)).collect();
    assert!(!found.is_empty() && found.is_subset(&listed));
}
