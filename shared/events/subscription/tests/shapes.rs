//! What files are recognised as: those that AWS makes, those that lie beside them, and those that are cut or compressed.

#![allow(clippy::unwrap_used, reason = "a helper of a test is a test")]

use std::fs;
use std::path::Path;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use mailtrail_samples::envelope::{
    gzip, invocation, kinesis_event, kinesis_on_failure_record, on_failure_record,
};
use mailtrail_samples::{Traffic, sample_files};
use mailtrail_subscription::{HEAD, Holds, Recognized, Shape, recognize, recognize_head};

const LIMIT: usize = 1 << 20;

/// What a file is, with the number of its payloads.
fn of(bytes: impl Into<Bytes>) -> String {
    match recognize(&bytes.into(), LIMIT) {
        Recognized::Payloads(shape, payloads) => format!("{} {}", shape.name(), payloads.len()),
        Recognized::Other(other) => {
            format!("{}{}", other.shape.name(), if other.gzip { " gzip" } else { "" })
        }
    }
}

/// What the beginning of a file tells.
fn of_head(head: &[u8]) -> String {
    recognize_head(head).map_or("-".to_owned(), |other| {
        format!("{}{}", other.shape.name(), if other.gzip { " gzip" } else { "" })
    })
}

/// What is said of it.
fn words(bytes: impl Into<Bytes>) -> String {
    match recognize(&bytes.into(), LIMIT) {
        Recognized::Payloads(shape, _) => shape.to_string(),
        Recognized::Other(other) => other.to_string(),
    }
}

#[test]
fn files_that_aws_makes_are_named_for_what_they_are() {
    for (name, expected) in [
        ("cloudtrail-file.json.gz", "cloudtrail_file gzip"),
        ("cloudtrail-digest.json.gz", "cloudtrail_digest gzip"),
        ("export-task-object.gz", "export_task_object gzip"),
        ("filter-log-events.json", "filter_log_events"),
        ("get-log-events.json", "get_log_events"),
        ("insights-results.json", "insights_results"),
        ("audit-json.json.gz", "audit_json gzip"),
        ("audit-plain.log.gz", "audit_plain gzip"),
        ("audit-w3c.log.gz", "audit_w3c gzip"),
        ("firehose-members.gz", "payload 1"),
        ("firehose-decompressed.json", "decoded_payload 1"),
        ("firehose-gzip-of-gzip.gz", "nested_gzip gzip"),
        ("firehose-messages.ndjson", "email_event_messages"),
        ("firehose-transformation.json", "firehose_transformation"),
        ("sqs-event.json", "sqs_event"),
        ("sns-event.json", "sns_event"),
        ("s3-notification.json", "s3_notification"),
        ("zlib-data.json", "lambda_event 1"),
        ("messages-of-any-form.json", "decoded_payload 1"),
        ("mail-manager.json", "decoded_payload 1"),
        ("ses-events.json", "decoded_payload 1"),
        ("account-policy.json", "decoded_payload 1"),
    ] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files").join(name);
        assert_eq!(of(fs::read(path).unwrap()), expected, "{name}");
    }
}

#[test]
fn every_sample_holds_payloads_but_the_events_that_carry_none() {
    for file in sample_files() {
        let expected = match file.name.as_str() {
            "hostile/other-invocation.json" => Some("s3_notification"),
            "hostile/on-failure-without-event.json" => Some("on_failure_notice"),
            _ => None,
        };
        let found = recognize(&Bytes::from(file.bytes), LIMIT);
        match (found, expected) {
            (Recognized::Payloads(..), None) => {}
            (Recognized::Other(other), Some(expected)) => assert_eq!(other.shape.name(), expected),
            (found, _) => panic!("{}: {found:?}", file.name),
        }
    }
}

#[test]
fn json_is_told_by_its_members() {
    for (json, expected) in [
        (r#"{"events":[],"searchedLogStreams":[]}"#, "filter_log_events"),
        (r#"{"events":[],"nextForwardToken":"f/1"}"#, "get_log_events"),
        (r#"[{"timestamp":1,"message":"x"}]"#, "log_event_list"),
        (r#"{"logEvents":[{"timestamp":1,"message":"x"}]}"#, "log_event_list"),
        (r#"{"logGroupName":"g","logStreamName":"s","logEvents":[]}"#, "put_log_events"),
        (r#"[[{"field":"@message","value":"x"}]]"#, "insights_results"),
        (r#"[{"@timestamp":"2026-11-28 10:00:00.000","@message":"x"}]"#, "insights_results"),
        (r#"{"Events":[{"EventId":"1","CloudTrailEvent":"{}"}]}"#, "lookup_events"),
        (
            r#"{"Records":[{"eventVersion":"1.11","eventCategory":"Insight","eventID":"1"}]}"#,
            "cloudtrail_insights_file",
        ),
        (
            "{\"eventVersion\":\"1.11\",\"eventID\":\"1\",\"eventName\":\"x\"}\n{\"eventVersion\":\"1.11\"}",
            "cloudtrail_records",
        ),
        (
            r#"{"Records":[{"eventID":"1","eventVersion":"1.1","eventSource":"aws:dynamodb","dynamodb":{}}]}"#,
            "service_event",
        ),
        (r#"{"Records":[{"eventSource":"aws:ses","ses":{}}]}"#, "service_event"),
        (r#"{"Records":[{"SequenceNumber":"1","Data":"eA==","PartitionKey":"p"}]}"#, "kinesis_records"),
        (
            r#"{"Type":"Notification","TopicArn":"arn:aws:sns:us-east-1:111122223333:t","Message":"x"}"#,
            "sns_notification",
        ),
        (r#"{"Messages":[{"MessageId":"m","ReceiptHandle":"r","Body":"x"}]}"#, "sqs_messages"),
        (r#"{"version":"0","detail-type":"x","source":"aws.s3","detail":{}}"#, "eventbridge_event"),
        (r#"{"requestId":"r","timestamp":1,"records":[{"data":"eA=="}]}"#, "firehose_request"),
        (r#"{"class_uid":6003,"metadata":{}}"#, "ocsf_records"),
        (
            r#"{"organization_arn":"arn:aws:workmail:us-east-1:111122223333:organization/m-1","request_id":"r"}"#,
            "audit_json",
        ),
        (r#"{"awslogs":{"data":1}}"#, "invalid_event"),
        (r#"{"Records":[{"kinesis":{"data":"eA=="}},{"s3":{}}]}"#, "invalid_event"),
        (r#"{"requestPayload":{"Records":[{"s3":{}}]}}"#, "on_failure_other"),
        (r#"{"Records":[]}"#, "json"),
        (r#"{"a":1}"#, "json"),
        ("[]", "json"),
        ("{\"a\":1}\n{\"a\":2}\n", "json"),
        (r#"{"a":1"#, "cut_json"),
        (r#"{"messageType":"DATA_MESSAGE","own"#, "decoded_payload 1"),
        (r#"{"messageType":"chat","text":"x"}"#, "json"),
    ] {
        assert_eq!(of(json), expected, "{json}");
        let (marked, spaced) = (format!("\u{feff}{json}"), format!(" \r\n\t{json}"));
        assert_eq!(of(marked), expected, "after a byte order mark: {json}");
        assert_eq!(of(spaced), expected, "after white space: {json}");
    }
}

#[test]
fn text_that_begins_like_json_is_text() {
    for text in [
        "42",
        "2026 was a year",
        "2026-11-28 10:00:00 INFO started",
        "1795860000000 rq1 u-1 IMAP",
        "null and void",
        "true story",
        "\"quoted\" words",
        "-1 degrees",
        "[2026-11-28 10:00:00] INFO started",
        "[section]\nkey = value",
        "{not json}",
        "{{ template }}",
        "a letter",
    ] {
        assert_eq!(of(text), "text", "{text}");
        assert_eq!(of(gzip(text.as_bytes())), "text gzip", "{text}");
    }
    assert_eq!(of("2026-11-28T10:00:00.123Z a message"), "export_task_object");
    assert_eq!(of("2026-11-28T10:00:00Z a message"), "export_task_object");
    assert_eq!(of("2026-11-28T10:00:00.123000+00:00 stream a message"), "logs_tail");
    assert_eq!(of("2026-11-28T10:00:00 a message"), "text");
    assert_eq!(of("#Version: 1.0\n#Fields: date time x-edge-location\n"), "w3c_log");
    assert_eq!(of("@timestamp,@message\n1,x\n"), "insights_results");
    assert_eq!(of("Permission Check Successful"), "export_task_test");
    assert_eq!(of(BASE64_STANDARD.encode(gzip(b"{}"))), "base64_gzip");
}

#[test]
fn an_object_of_an_export_task_may_begin_with_the_end_of_an_event() {
    let event = "2026-11-28T10:00:00.123Z one\n";
    for before in ["", "  at line 1\n", "\n\n", &"x\n".repeat(63)] {
        assert_eq!(of(format!("{before}{event}")), "export_task_object", "{before:?}");
        assert_eq!(
            of(mailtrail_samples::envelope::gzip(format!("{before}{event}").as_bytes())),
            "export_task_object gzip"
        );
    }
    for other in [
        "2026-11-28T10:00:00.123+00:00 s one\n",
        "2026-11-28 10:00:00Z one\n",
        " 2026-11-28T10:00:00.123Z one\n",
    ] {
        assert_eq!(of(format!("text\n{other}")), "text", "{other}");
    }
}

#[test]
fn what_is_no_text_is_told_by_its_signature() {
    let mp4 = [&[0, 0, 0, 0x20][..], b"ftypisom", &[0; 64]].concat();
    let tar = [&[b'a'; 257][..], b"ustar\0", &[0; 64]].concat();
    for (bytes, expected) in [
        (&b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..], "png"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "pdf"),
        (b"PK\x03\x04\x14\0", "zip"),
        (b"\x28\xb5\x2f\xfd\0", "zstd"),
        (b"\x78\x9c\x4b\x4c\x04\x00", "zlib"),
        (b"SQLite format 3\0", "sqlite"),
        (&mp4, "mp4"),
        (&tar, "tar"),
        (b"\xff\xfea\0", "utf16"),
        (b"a\0b", "binary"),
        (b"a\xff\xfe\xfdb", "binary"),
        (b"", "empty"),
        (b" \r\n\t", "empty"),
    ] {
        assert_eq!(of(bytes.to_vec()), expected);
        assert_eq!(of(gzip(bytes)), format!("{expected} gzip"));
    }
    assert_eq!(of("x^2 + y^2"), "text");
    assert_eq!(of("MZ is also a way to begin"), "text");
}

#[test]
fn damage_is_said_and_a_damaged_payload_is_still_one() {
    let payload = Traffic::new(7).batch(50).to_gzip();
    assert_eq!(of(payload[..payload.len() / 2].to_vec()), "payload 1");
    let text = gzip(&(0..9999).flat_map(|number: u32| number.to_string().into_bytes()).collect::<Vec<_>>());
    assert_eq!(of(text[..text.len() / 2].to_vec()), "text gzip");
    assert_eq!(of(&b"\x1f\x8b\x08\0\0"[..]), "damaged_gzip gzip");
}

#[test]
fn what_decodes_to_more_than_the_limit_is_a_payload_where_it_begins_like_one() {
    let filler = "x".repeat(LIMIT);
    let payload = format!(r#"{{"messageType":"DATA_MESSAGE","other":"{filler}","logEvents":[]}}"#);
    assert_eq!(of(gzip(payload.as_bytes())), "payload 1");
    assert_eq!(of(gzip(format!(r#"{{"photographs":"{filler}"}}"#).as_bytes())), "too_large gzip");
    assert_eq!(of(gzip(&vec![b' '; LIMIT + 1])), "too_large gzip");
}

/// A sender chooses the text of a message, and so what stands at any place of a payload.
#[test]
fn no_message_makes_a_payload_another_file() {
    let batch = |message: &str| {
        format!(
            r#"{{"messageType":"DATA_MESSAGE","owner":"111122223333","logGroup":"g","logStream":"s","logEvents":[{{"id":"1","timestamp":1,"message":"{message}"}}]}}"#
        )
    };
    let place = batch("").len() - r#""}]}"#.len();
    let tar = batch(&format!("{}ustar", "x".repeat(257 - place)));
    assert!(tar.as_bytes()[257..].starts_with(b"ustar"), "{tar}");
    assert_eq!(of(tar.clone()), "decoded_payload 1");
    assert_eq!(of(gzip(tar.as_bytes())), "payload 1");
    assert_eq!(of(format!("\u{feff} {tar}")), "decoded_payload 1");
}

#[test]
fn a_batch_whose_type_comes_after_everything_else_is_a_payload() {
    let filler = "x".repeat(2 * HEAD);
    let late = format!(r#"{{"other":"{filler}","logEvents":[],"owner":"1","messageType":"DATA_MESSAGE"}}"#);
    assert_eq!(recognize_head(&late.as_bytes()[..HEAD]), None);
    assert_eq!(of(late.clone()), "decoded_payload 1");
    assert_eq!(of(gzip(late.as_bytes())), "payload 1");
}

#[test]
fn the_beginning_tells_what_a_large_file_is() {
    let file = |record: &str| format!(r#"{{"Records":[{}]}}"#, [record; 1000].join(","));
    let trail =
        file(r#"{"eventVersion":"1.11","userIdentity":{},"eventID":"1","eventSource":"ec2.amazonaws.com"}"#);
    assert_eq!(of_head(&trail.as_bytes()[..HEAD]), "cloudtrail_file");
    assert_eq!(of_head(&gzip(trail.as_bytes())), "cloudtrail_file gzip");
    let words = "a letter ".repeat(HEAD);
    assert_eq!(of_head(&words.as_bytes()[..HEAD]), "text");
    // A character that is cut at the end is no damage.
    let letters = "é".repeat(HEAD);
    assert_eq!(of_head(&letters.as_bytes()[..HEAD - 1]), "text");
    assert_eq!(of_head(&gzip(words.as_bytes())), "text gzip");
    assert_eq!(of_head(&gzip(&gzip(words.as_bytes()))), "nested_gzip gzip");
    assert_eq!(of_head(&Traffic::new(7).batch(3).to_gzip()), "-", "a payload is read as a whole");
    assert_eq!(of_head(&gzip(words.as_bytes())[..5]), "-");
}

#[test]
fn events_are_told_before_what_is_in_them_is_read() {
    let payload = Traffic::new(7).batch(3).to_gzip();
    let event = invocation(&payload);
    assert_eq!(of(payload.clone()), "payload 1");
    assert_eq!(of(event.clone()), "lambda_event 1");
    assert_eq!(of(kinesis_event(&[payload.clone(), payload.clone()], "eu-west-1")), "kinesis_event 2");
    assert_eq!(of(on_failure_record(&event)), "on_failure_record 1");
    let kinesis = kinesis_event(&[payload], "eu-west-1");
    assert_eq!(of(kinesis_on_failure_record(&kinesis)), "on_failure_record 1");
}

#[test]
fn what_is_said_promises_nothing() {
    assert_eq!(words(r#"{"events":[],"searchedLogStreams":[]}"#), "output of `aws logs filter-log-events`");
    assert_eq!(words("a letter"), "text, but no log events");
    assert_eq!(words(gzip(b"{}")), "JSON, but no log events (gzip)");
    assert_eq!(words(""), "empty");
    assert_eq!(Shape::SqsEvent.holds(), Holds::Envelopes);
}
