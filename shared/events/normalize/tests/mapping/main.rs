//! The rules of the mapping, one at a time: what decides, and what is next to it and does not.

#![allow(clippy::unwrap_used, reason = "a helper of a test is a test")]

mod audit;
mod cloudtrail;
mod email;
mod text;

use std::borrow::Cow;

use mailtrail_clock::Time;
use mailtrail_normalize::{Columns, Context, Event, InternalDomains, normalize};
use serde_json::{Value, json};

/// The record of a message; with the values of its columns, where these are known.
fn record_of(message: &str, values: Option<&str>) -> Value {
    let context = Context {
        log_group: "group",
        log_stream: "stream",
        region: Some("eu-west-1"),
        account: Some("111122223333"),
        organization: None,
        source: None,
        internal_domains: &InternalDomains::new(["Example.com"]),
    };
    let event = Event {
        uid: Cow::Borrowed("1"),
        time: Time::from_millis(1_795_169_702_000),
        timestamp_text: None,
        message,
        values,
    };
    serde_json::to_value(normalize(&event, &context)).unwrap()
}

fn record(message: &Value) -> Value {
    record_of(&message.to_string(), None)
}

/// A value with members added, or replaced.
fn with(mut base: Value, more: Value) -> Value {
    let Value::Object(more) = more else { panic!("{more} has no members") };
    base.as_object_mut().unwrap().extend(more);
    base
}

#[test]
fn an_event_that_two_sources_recognise_is_of_the_first() {
    let members =
        json!({"eventVersion": "1.11", "eventID": "e", "event_timestamp": 1, "auth_successful": true});
    let audit = record(&members);
    assert_eq!(audit["metadata"]["product"]["feature"]["name"], "Audit logging");
    let email = record(&with(members, json!({"event": {"eventName": "X", "from": "a@example.com"}})));
    assert_eq!(email["metadata"]["product"]["feature"]["name"], "Email event logging");
}
