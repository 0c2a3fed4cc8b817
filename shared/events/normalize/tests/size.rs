//! A record is not much larger than its event, whatever that says.

#![allow(clippy::unwrap_used, reason = "a helper of a test is a test")]

use std::borrow::Cow;

use mailtrail_clock::Time;
use mailtrail_normalize::{Context, Event, InternalDomains, normalize};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// Bytes of a record for a byte of its event, and for an event without any.
const FACTOR: usize = 20;
const CONSTANT: usize = 2_000;

fn record_bytes(message: &str) -> usize {
    let domains = InternalDomains::default();
    let context = Context {
        log_group: "group",
        log_stream: "stream",
        region: Some("eu-west-1"),
        account: Some("111122223333"),
        organization: None,
        source: None,
        internal_domains: &domains,
    };
    let time = Time::from_millis(1_795_169_702_000);
    let event = Event { uid: Cow::Borrowed("1"), time, timestamp_text: None, message, values: None };
    serde_json::to_vec(&normalize(&event, &context)).unwrap().len()
}

/// An event of each source that holds the value in every place where it may be.
fn events(value: &Value) -> Vec<String> {
    let cloudtrail = json!({
        "eventVersion": "1.11", "eventID": "e", "eventName": "PutObject", "eventSource": "s3.amazonaws.com",
        "sourceIPAddress": "203.0.113.7", "requestParameters": value, "additionalEventData": value, "resources": [value],
        "userIdentity": {"type": "IAMUser", "userName": "alice", "arn": "arn:aws:iam::111122223333:user/alice",
                         "sessionContext": value},
    });
    let email = json!({
        "organizationId": "m-0", "timestamp": 1_795_169_702_000_i64, "other": value,
        "event": {"eventName": "ORGANIZATION_EMAIL_RECEIVED", "from": "a@example.com", "recipients": ["b@example.com"],
                  "other": value},
    });
    let audit = json!({
        "organization_arn": "arn:aws:workmail:eu-west-1:111122223333:organization/m-0", "access_granted": true,
        "event_timestamp": 1_795_169_702_000_i64, "request_id": "r", "user_id": value, "other": value,
    });
    let mut top = cloudtrail.clone();
    if let (Some(top), Some(members)) = (top.as_object_mut(), value.as_object()) {
        top.extend(members.clone());
    }
    [cloudtrail, email, audit, top, value.clone()].iter().map(Value::to_string).collect()
}

/// The whole event, and what is left of it where it was cut off.
fn check(value: &Value) {
    for event in events(value) {
        let cut = (0..event.len()).rev().find(|&at| at <= event.len() * 9 / 10 && event.is_char_boundary(at));
        for message in [&event[..], &event[..cut.unwrap_or_default()]] {
            let (record, most) = (record_bytes(message), FACTOR * message.len() + CONSTANT);
            assert!(record <= most, "{record} bytes of {}: {message:.200}", message.len());
        }
    }
}

#[test]
fn a_long_name_above_many_leaves_is_not_repeated() {
    let leaves: Map<String, Value> = (0..2_000).map(|at| (format!("a{at}"), Value::from(at))).collect();
    let mut value = Value::from(leaves);
    for _ in 0..3 {
        value = json!({ "k".repeat(30_000): value });
        check(&value);
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<i32>().prop_map(Value::from),
        "[a-zé\"]{0,20}".prop_map(Value::from)
    ];
    let name = ("[a-zé\"]{0,4}", prop_oneof![3 => Just(1_usize), 1 => 1..800_usize])
        .prop_map(|(name, times)| name.repeat(times));
    leaf.prop_recursive(10, 400, 40, move |inner| {
        prop_oneof![
            1 => prop::collection::vec(inner.clone(), 0..10).prop_map(Value::from),
            4 => prop::collection::vec((name.clone(), inner), 0..40)
                .prop_map(|members| Value::from(Map::from_iter(members))),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_size_of_a_record_is_linear_in_that_of_its_event(value in any_json()) {
        check(&value);
    }
}
