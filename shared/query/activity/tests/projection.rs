//! A record that is written and read back says the same as its projection.

#![allow(clippy::unwrap_used, reason = "a test")]

mod common;

use common::{records_of, with_record};
use mailtrail_activity::{Activity, ActivityFields};
use mailtrail_normalize::Record;
use proptest::prelude::*;

fn assert_same(record: &Record<'_>) {
    let line = serde_json::to_string(record).unwrap();
    let (written, read): (ActivityFields<'_>, ActivityFields<'_>) =
        (record.into(), serde_json::from_str(&line).unwrap());
    assert_eq!(written, read, "{line}");
    // What an identity is told by is an attribute of the record.
    let json: serde_json::Value = serde_json::from_str(&line).unwrap();
    let activity = Activity::of(&written);
    let attributes = activity.identities.iter().map(|identity| &identity.attribute);
    for attribute in attributes.chain(&activity.failure).chain(&activity.owner) {
        let found = match attribute.path.strip_prefix("unmapped.") {
            Some(key) => json["unmapped"].get(key),
            None => json.pointer(&format!(
                "/{}",
                attribute.path.replace("[]", "/0").replace("[0]", "/0").replace('.', "/")
            )),
        };
        assert!(found.is_some(), "{} in {line}", attribute.path);
    }
}

#[test]
fn of_every_sample() {
    let mut count = 0;
    for sample in mailtrail_samples::sample_files() {
        records_of(&sample.bytes, |records| {
            records.iter().for_each(assert_same);
            count += records.len();
        });
    }
    assert!(count > 400, "only {count} records");
}

/// Members of CloudTrail's and WorkMail's events, each there or not, with text of any kind.
fn message() -> impl Strategy<Value = String> {
    const MEMBERS: [&str; 16] = [
        r#""eventVersion":"1.11""#,
        r#""eventID":"TEXT""#,
        r#""eventName":"ConsoleLogin""#,
        r#""eventName":"AssumeRole","eventSource":"sts.amazonaws.com""#,
        r#""eventSource":"signin.amazonaws.com""#,
        r#""sourceIPAddress":"TEXT, 203.0.113.9""#,
        r#""errorMessage":"TEXT""#,
        r#""sharedEventID":"TEXT""#,
        r#""userIdentity":{"type":"AssumedRole","principalId":"AROA:TEXT","accessKeyId":"TEXT","onBehalfOf":{"userId":"TEXT"}}"#,
        r#""userIdentity":{"type":"Unknown","sessionContext":{"sourceIdentity":"TEXT"}}"#,
        r#""responseElements":{"ConsoleLogin":"Failure","credentials":{"accessKeyId":"TEXT"}}"#,
        r#""organization_arn":"arn:aws:workmail:eu-west-1:111122223333:organization/m-1","user_id":"TEXT""#,
        r#""owner_id":"TEXT","action":"TEXT","source_ip":"203.0.113.9""#,
        r#""auth_failed_reason":"TEXT","user":"TEXT""#,
        r#""impersonator_id":"TEXT","item_id":"TEXT""#,
        r#""personal_access_token_id":"TEXT","auth_successful":false"#,
    ];
    (prop::sample::subsequence(&MEMBERS, 0..MEMBERS.len()), ".{0,12}").prop_map(|(members, text)| {
        let text = serde_json::to_string(&text).unwrap();
        format!("{{{}}}", members.join(",")).replace("TEXT", text.trim_matches('"'))
    })
}

proptest! {
    #[test]
    fn of_any_event(message in message(), per_mille in 0..2000_usize) {
        let at = message.len() * per_mille / 1000;
        let at = (0..=at.min(message.len())).rev().find(|&at| message.is_char_boundary(at)).unwrap_or_default();
        with_record(&message[..at], assert_same);
    }
}
