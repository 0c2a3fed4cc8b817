//! A payload cannot make us take more events than there may be, however it spreads them.

#![allow(clippy::unwrap_used, reason = "a helper of a test is a test")]

use mailtrail_subscription::{MAX_EVENTS, Undecodable, batches};

const TOO_MANY: Undecodable = Undecodable::TooLarge { limit: MAX_EVENTS, unit: "events" };

/// How many events each batch of a payload has.
fn read(text: &str) -> Result<Vec<usize>, Undecodable> {
    Ok(batches(text)?.iter().map(|batch| batch.events.len()).collect())
}

/// A batch of the smallest events that there are.
fn batch(events: usize) -> String {
    let list = "{},".repeat(events);
    let list = list.strip_suffix(',').unwrap_or_default();
    format!(r#"{{"messageType":"DATA_MESSAGE","logEvents":[{list}]}}"#)
}

#[test]
fn a_batch_of_the_largest_number_of_events_is_taken_and_one_more_is_not() {
    let most = batch(MAX_EVENTS);
    assert_eq!(read(&most).unwrap(), [MAX_EVENTS]);
    assert!(read(&batch(MAX_EVENTS + 1)) == Err(TOO_MANY));
}

#[test]
fn several_batches_of_a_payload_share_the_number() {
    let half = batch(MAX_EVENTS / 2);
    assert_eq!(read(&half.repeat(2)).unwrap(), [MAX_EVENTS / 2; 2]);
    assert!(read(&[half.clone(), half, batch(1)].concat()) == Err(TOO_MANY));
}

#[test]
fn a_batch_without_events_counts_as_one() {
    let empty = batch(0);
    assert_eq!(read(&empty.repeat(MAX_EVENTS)).unwrap().len(), MAX_EVENTS);
    assert!(read(&empty.repeat(MAX_EVENTS + 1)) == Err(TOO_MANY));
}

#[test]
fn nesting_of_any_depth_needs_no_stack() {
    let nested = |open: &str, close: &str| [open.repeat(1_000_000), close.repeat(1_000_000)].concat();
    let deep = nested("[", "]");
    let inside = format!(
        r#"{{"messageType":"DATA_MESSAGE","else":{deep},"logEvents":[{{"message":{deep},"extractedFields":{deep}}}]}}"#
    );
    let parsed = batches(&inside).unwrap();
    assert_eq!(parsed[0].events[0].message().len(), 2_000_000);
    assert_eq!(parsed[0].events[0].system_fields().account, None);
    assert_eq!(batches(&deep).unwrap_err().reason(), "not_a_batch");
    assert_eq!(batches(&nested("{\"a\":", "}")).unwrap_err().reason(), "not_json");
}
