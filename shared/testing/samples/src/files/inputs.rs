//! Every wrapping that a batch can arrive in, and every legitimate variation of the payload itself.

use super::raw::{self, event_with_fields, event_with_id};
use super::sample::{
    DELIVERED_TO_ANA, DELIVERED_TO_BOB, RECEIVED, SampleFile, file, invoked, ordinary, stamp,
};
use crate::batch::Event;
use crate::envelope::{
    REGION, gzip, json, json_text, kinesis_event, kinesis_on_failure_record, on_failure_record, one_line,
};
use crate::example::{LOG_GROUP, LOG_STREAM, OWNER, SUBSCRIPTION_FILTER};
use crate::traffic::Traffic;

pub(super) fn files() -> Vec<SampleFile> {
    [wrappings(), payloads()].into_iter().flatten().collect()
}

fn wrappings() -> Vec<SampleFile> {
    let one = |name| ordinary(name).to_gzip();
    let split = ordinary("split-member").to_json();
    let (front, back) = split.split_at(split.len() / 2);
    vec![
        file("mixed-hour.json", "About an hour of generated traffic: 120 events of all kinds", mixed_hour()),
        file("kinesis.json", "A Kinesis Data Streams event with three payloads", three_from_kinesis(21)),
        file(
            "on-failure.json",
            "A record of Lambda's on-failure destination, with the event inside",
            on_failure_record(&ordinary("on-failure").to_invocation()),
        ),
        file(
            "on-failure-kinesis.json",
            "The same of a Kinesis event source mapping (S3), with the event inside as text",
            kinesis_on_failure_record(&three_from_kinesis(22)),
        ),
        file("payload.gz", "A bare gzip payload", one("payload.gz")),
        file("payload.json", "A decoded payload, pretty-printed, `owner` first", pretty("payload.json")),
        file(
            "two-members.gz",
            "Two gzip members, one batch in each",
            [one("two-members-1"), one("two-members-2")].concat(),
        ),
        file("split-member.gz", "One batch, split into two gzip members", [gzip(front), gzip(back)].concat()),
        file(
            "two-documents.gz",
            "Two batches in one gzip member, without a separator",
            gzip(&[ordinary("two-documents-1").to_json(), ordinary("two-documents-2").to_json()].concat()),
        ),
    ]
}

fn payloads() -> Vec<SampleFile> {
    let long_id = stamp("number-ids", 2).1;
    vec![
        invoked(
            "key-order.json",
            "The keys of the payload in another order, with `logEvents` first",
            events_first(),
        ),
        invoked(
            "account-level.json",
            "From an account-level subscription policy: `policyLevel` at the end",
            account_level(),
        ),
        invoked(
            "system-fields.json",
            "System fields in `extractedFields`: two accounts and three Regions in one batch",
            system_fields(),
        ),
        invoked("no-filters.json", "`subscriptionFilters` is missing", no_filters()),
        invoked(
            "console-test-event.json",
            "The test event of the Lambda console: ids `eventId1` and `eventId2`",
            console_test_event(),
        ),
        invoked(
            "number-ids.json",
            "Event ids are JSON numbers",
            with_ids("number-ids", ["0", "1", &long_id]),
        ),
        invoked("empty-ids.json", "Event ids are empty", with_ids("empty-ids", [r#""""#; 3])),
    ]
}

fn mixed_hour() -> Vec<u8> {
    Traffic::new(20).with_gap(120_000).batch(120).to_invocation()
}

fn three_from_kinesis(seed: u64) -> Vec<u8> {
    let mut traffic = Traffic::new(seed);
    let payloads: Vec<Vec<u8>> = [4, 7, 5].map(|events| traffic.batch(events).to_gzip()).into();
    kinesis_event(&payloads, REGION)
}

fn pretty(name: &str) -> Vec<u8> {
    let event = |event: &Event| {
        let (id, timestamp, message) = (&event.id, event.timestamp, json_text(&event.message));
        format!("    {{ \"id\": \"{id}\", \"timestamp\": {timestamp},\n      \"message\": {message} }}")
    };
    let events: Vec<String> = ordinary(name).events.iter().map(event).collect();
    let head = format!(
        r#"{{
  "owner": "{OWNER}",
  "logGroup": "{LOG_GROUP}",
  "logStream": "{LOG_STREAM}",
  "subscriptionFilters": [
    "{SUBSCRIPTION_FILTER}"
  ],
  "messageType": "DATA_MESSAGE",
  "logEvents": ["#
    );
    format!("{head}\n{}\n  ]\n}}\n", events.join(",\n")).into_bytes()
}

fn events_first() -> String {
    let events: Vec<String> = [RECEIVED, DELIVERED_TO_ANA]
        .into_iter()
        .zip(0..)
        .map(|(message, index)| {
            let (timestamp, id) = stamp("key-order", index);
            let message = json_text(&one_line(message));
            format!(r#"{{"message":{message},"timestamp":{timestamp},"id":"{id}"}}"#)
        })
        .collect();
    let events = events.join(",");
    let source = format!(r#""logStream":"{LOG_STREAM}","owner":"{OWNER}","logGroup":"{LOG_GROUP}""#);
    format!(r#"{{"logEvents":[{events}],"subscriptionFilters":[],{source},"messageType":"DATA_MESSAGE"}}"#)
}

fn account_level() -> String {
    let mut batch = ordinary("account-level");
    batch.subscription_filters = vec!["all-log-groups".into()];
    let payload = String::from_utf8_lossy(&batch.to_json()).into_owned();
    let open = payload.strip_suffix('}').unwrap_or(&payload);
    format!(r#"{open},"policyLevel":"ACCOUNT_LEVEL_POLICY"}}"#)
}

fn system_fields() -> String {
    const HERE: &str =
        r#"{"@aws.account":"111122223333","@aws.region":"eu-west-1","@source.log":"/workmail/here"}"#;
    const THERE: &str =
        r#"{"@aws.account":"444455556666","@aws.region":"us-west-2","@source.log":"/workmail/there"}"#;
    const PARTLY: &str = r#"{"@aws.region":"us-east-1"}"#;
    let event = |index, message, fields| event_with_fields("system-fields", index, message, fields);
    raw::payload(&[
        event(0, RECEIVED, HERE),
        event(1, RECEIVED, THERE),
        event(2, DELIVERED_TO_ANA, HERE),
        event(3, DELIVERED_TO_BOB, THERE),
        event(4, DELIVERED_TO_BOB, PARTLY),
        event(5, DELIVERED_TO_ANA, "{}"),
    ])
}

fn no_filters() -> String {
    let events = String::from_utf8_lossy(&json(&ordinary("no-filters").events)).into_owned();
    let source = format!(r#""owner":"{OWNER}","logGroup":"{LOG_GROUP}","logStream":"{LOG_STREAM}""#);
    format!(r#"{{"messageType":"DATA_MESSAGE",{source},"logEvents":{events}}}"#)
}

fn console_test_event() -> String {
    let source = format!(r#""owner":"{OWNER}","logGroup":"testLogGroup","logStream":"testLogStream""#);
    one_line(&format!(
        r#"{{"messageType":"DATA_MESSAGE",{source},"subscriptionFilters":["testFilter"],"logEvents":[
        {{"id":"eventId1","timestamp":1440442987000,"message":"[ERROR] First test message"}},
        {{"id":"eventId2","timestamp":1440442987001,"message":"[ERROR] Second test message"}}]}}"#
    ))
}

fn with_ids(name: &str, ids_json: [&str; 3]) -> String {
    let [first, second, third] = ids_json;
    raw::payload(&[
        event_with_id(name, 0, first, RECEIVED),
        event_with_id(name, 1, second, DELIVERED_TO_ANA),
        event_with_id(name, 2, third, DELIVERED_TO_BOB),
    ])
}
