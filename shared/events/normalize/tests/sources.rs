//! What holds for every event of the audit logs and of CloudTrail, however much of it is missing.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::borrow::Cow;
use std::sync::LazyLock;

use bytes::Bytes;
use mailtrail_clock::Time;
use mailtrail_normalize::{Context, Event, InternalDomains, normalize};
use mailtrail_subscription::{batches, payloads};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// Fields whose value is translated: into a number, a caption, or the parts that it is made of.
const TRANSLATED: &[&str] = &[
    "access_granted",
    "action",
    "action_allowed",
    "auth_successful",
    "availability_event_successful",
    "creationDate",
    "eventTime",
    "event_timestamp",
    "method",
    "mfaAuthenticated",
    "MFAUsed",
    "organization_arn",
];

/// Every log line of the samples of both sources.
static MESSAGES: LazyLock<Vec<Map<String, Value>>> = LazyLock::new(|| {
    let files = mailtrail_samples::sample_files().into_iter();
    let files = files.filter(|file| file.name.starts_with("audit-") || file.name.starts_with("cloudtrail-"));
    let payloads = files.flat_map(|file| payloads(&Bytes::from(file.bytes)));
    let texts: Vec<String> = payloads.map(|payload| payload.decode(4 << 20).unwrap()).collect();
    let batches = texts.iter().flat_map(|text| batches(text).unwrap());
    let events = batches.flat_map(|batch| batch.events);
    events.map(|event| serde_json::from_str(&event.message()).unwrap()).collect()
});

fn record(message: &str) -> Value {
    let context = Context {
        log_group: "group",
        log_stream: "stream",
        region: Some("eu-west-1"),
        account: Some("000000000000"),
        organization: None,
        source: None,
        internal_domains: &InternalDomains::default(),
    };
    let event = Event {
        uid: Cow::Borrowed("1"),
        time: Time::from_millis(1_795_169_702_000),
        timestamp_text: None,
        message,
        values: None,
    };
    serde_json::to_value(normalize(&event, &context)).unwrap()
}

/// The texts and numbers of a value, those aside that are translated.
fn leaves(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            let kept = members.iter().filter(|(key, _)| !TRANSLATED.contains(&key.as_str()));
            kept.for_each(|(_, value)| leaves(value, found));
        }
        Value::Array(items) => items.iter().for_each(|item| leaves(item, found)),
        Value::String(text) => found.push(text.clone()),
        Value::Number(number) => found.push(number.to_string()),
        Value::Bool(_) | Value::Null => {}
    }
}

/// All texts of a record, also those inside JSON that stands in a text.
fn texts(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => members.values().for_each(|value| texts(value, found)),
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::String(text) => {
            if let Ok(inner @ (Value::Object(_) | Value::Array(_))) = serde_json::from_str(text) {
                texts(&inner, found);
            }
            found.push(text.clone());
        }
        other => found.push(other.to_string()),
    }
}

fn part_of_a_message() -> impl Strategy<Value = Map<String, Value>> {
    (any::<prop::sample::Index>(), any::<u64>(), any::<u64>()).prop_map(|(index, top, identity)| {
        let mut message = index.get(&MESSAGES).clone();
        // Three of four members stay.
        let mut kept = Bits(top);
        message.retain(|_, _| kept.most());
        if let Some(Value::Object(members)) = message.get_mut("userIdentity") {
            let mut kept = Bits(identity);
            members.retain(|_, _| kept.most());
        }
        message
    })
}

struct Bits(u64);

impl Bits {
    fn most(&mut self) -> bool {
        self.0 = self.0.rotate_right(2);
        self.0 & 3 != 0
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_part_of_an_event_is_kept_without_loss(message in part_of_a_message()) {
        let record = record(&Value::Object(message.clone()).to_string());
        let (mut said, mut kept) = (Vec::new(), Vec::new());
        leaves(&Value::Object(message), &mut said);
        texts(&record, &mut kept);
        for text in said {
            prop_assert!(kept.contains(&text) || text.is_empty(), "{text} is not in {record}");
        }
    }

    #[test]
    fn any_part_of_an_event_has_what_its_class_requires(message in part_of_a_message()) {
        let record = record(&Value::Object(message).to_string());
        let required: &[&str] = match record["class_name"].as_str().unwrap() {
            "API Activity" => &["/actor", "/api/operation", "/src_endpoint"],
            "Authentication" => &["/user", "/service/name"],
            "Entity Management" => &["/entity/name"],
            _ => &[],
        };
        for path in required {
            prop_assert!(record.pointer(path).is_some(), "no {path} in {record}");
        }
    }
}

#[test]
fn a_record_that_stops_at_any_byte_is_kept_whole() {
    let message = Value::Object(MESSAGES.last().unwrap().clone()).to_string();
    for end in (0..message.len()).filter(|end| message.is_char_boundary(*end)) {
        let record = record(&message[..end]);
        assert_eq!((&record["class_uid"], &record["raw_data"]), (&json!(0), &json!(&message[..end])));
    }
}

#[test]
fn the_region_and_the_account_are_those_of_the_event() {
    let trail = json!({"eventVersion": "1.11", "userIdentity": {"type": "Root", "accountId": "1"},
        "eventName": "ListBuckets", "awsRegion": "us-east-1", "sourceIPAddress": "192.0.2.1",
        "recipientAccountId": "111122223333"});
    let arn = "arn:aws:workmail:us-east-1:111122223333:organization/m-1";
    let audit = json!({"organization_arn": arn, "user_id": "S-1", "auth_successful": true});
    for event in [trail, audit] {
        let cloud = record(&event.to_string())["cloud"].clone();
        assert_eq!(
            cloud,
            json!({"provider": "AWS", "region": "us-east-1", "account": {"uid": "111122223333"}})
        );
    }
}

#[test]
fn a_log_of_another_service_is_not_taken_for_an_audit_log() {
    for message in [
        json!({"event_timestamp": 1_795_169_701_000_i64, "method": "GET", "action": "read", "name": "a"}),
        json!({"organization_arn": "arn:aws:organizations::111122223333:organization/o-1", "scope": "x"}),
        json!({"auth_successful": true, "user": "ana"}),
        json!({"eventVersion": "2.1", "eventSource": "aws:s3", "userIdentity": {"principalId": "A"}}),
    ] {
        assert_eq!(record(&message.to_string())["raw_data"], json!(message.to_string()));
    }
}
