//! The border of what is accepted: each form of an input, one step inside and one step outside of it.

#![allow(clippy::unwrap_used, reason = "a helper of a test is a test")]

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD};
use bytes::Bytes;
use mailtrail_clock::Time;
use mailtrail_samples::Batch;
use mailtrail_samples::Event;
use mailtrail_samples::envelope::{
    REGION, gzip, invocation, kinesis_event, kinesis_on_failure_record, on_failure_record,
};
use mailtrail_subscription::{
    BatchId, Content, EventUids, Kind, Payload, Undecodable, batches, is_cloudwatch_id, payloads,
};

const LIMIT: usize = 1 << 20;
const DATA: &str = r#"{"messageType":"DATA_MESSAGE","logEvents":[]}"#;

fn payload(input: impl Into<Bytes>) -> Payload {
    let mut found = payloads(&input.into());
    assert_eq!(found.len(), 1);
    found.remove(0)
}

fn is_unknown(payload: &Payload) -> bool {
    matches!(payload.content, Content::Unreadable(_, Undecodable::UnknownEvent))
}

fn too_large(limit: usize) -> Result<String, Undecodable> {
    Err(Undecodable::TooLarge { limit, unit: "bytes" })
}

/// The invocation event of a subscription filter with this text as its data.
fn with_data(data: &str) -> String {
    format!(r#"{{"awslogs":{{"data":"{data}"}}}}"#)
}

/// A batch with one event that has these members.
fn batch_of(event: &str) -> String {
    format!(r#"{{"messageType":"DATA_MESSAGE","logEvents":[{{{event}}}]}}"#)
}

#[test]
fn a_decoded_payload_of_the_limit_is_taken_and_one_byte_more_is_not() {
    let plain = payload(DATA);
    assert_eq!(plain.decode(DATA.len()).unwrap(), DATA);
    assert_eq!(plain.decode(DATA.len() - 1), too_large(DATA.len() - 1));
}

#[test]
fn the_limit_counts_the_replacement_of_invalid_utf8() {
    // One byte in the payload, three in the text.
    let bytes = [&b"{\"messageType\":\""[..], &[0xff], b"\"}"].concat();
    let text = "{\"messageType\":\"\u{fffd}\"}";
    for payload in [payload(bytes.clone()), payload(gzip(&bytes))] {
        assert_eq!(payload.decode(text.len()).unwrap(), text);
        assert_eq!(payload.decode(text.len() - 1), too_large(text.len() - 1));
    }
}

#[test]
fn base64_is_taken_with_padding_and_without() {
    // Three lengths, so that two of them need padding.
    for data in [DATA.to_owned(), format!("{DATA} "), format!("{DATA}  ")] {
        for encoded in [BASE64_STANDARD.encode(&data), BASE64_STANDARD_NO_PAD.encode(&data)] {
            assert_eq!(payload(with_data(&encoded)).decode(LIMIT).unwrap(), data);
        }
    }
}

#[test]
fn text_that_is_not_base64_is_kept_and_its_first_wrong_byte_is_named() {
    for (data, at) in [("QUJD!UJD", 4), ("?", 0), ("QUJDQ", 5)] {
        let payload = payload(with_data(data));
        assert_eq!(payload.decode(LIMIT), Err(Undecodable::NotBase64 { at }), "{data}");
        assert_eq!(payload.bytes(), data.as_bytes());
    }
}

#[test]
fn gzip_that_is_cut_off_in_its_first_bytes_is_still_gzip() {
    assert_eq!(payload(&b"\x1f\x8b"[..]).decode(LIMIT), Err(Undecodable::TruncatedGzip { decoded: 0 }));
    assert_eq!(payload(&b"\x1f\x8b\x07"[..]).decode(LIMIT), Err(Undecodable::NotGzip { format: None }));
    assert_eq!(payload(&b"\x1f"[..]).decode(LIMIT), Err(Undecodable::NotGzip { format: None }));
}

#[test]
fn json_of_another_kind_is_json() {
    for text in ["[]", " 123", "null", "\u{feff}{}", "\u{feff}[1]"] {
        assert_eq!(payload(text).decode(LIMIT), Err(Undecodable::UnknownEvent), "{text}");
    }
    for text in ["nothing", "12 o'clock", "\u{feff}"] {
        assert_eq!(payload(text).decode(LIMIT), Err(Undecodable::NotGzip { format: None }), "{text}");
    }
}

#[test]
fn json_may_have_white_space_before_it() {
    let spaced = format!(" \r\n\t{DATA}");
    assert_eq!(payload(spaced.clone()).content, Content::Plain(spaced.clone().into()));
    assert_eq!(payload(invocation(spaced.as_bytes())).content, Content::Plain(spaced.into()));
}

#[test]
fn a_batch_without_a_message_type_is_a_payload_that_is_no_batch() {
    let payload = payload(r#"{"logEvents":[]}"#);
    assert_eq!(payload.content, Content::Plain(r#"{"logEvents":[]}"#.into()));
    assert_eq!(batches(&payload.decode(LIMIT).unwrap()).unwrap_err().reason(), "not_a_batch");
}

#[test]
fn an_event_that_carries_no_batch_is_kept_whole() {
    let wrapped = on_failure_record(&on_failure_record(DATA.as_bytes()));
    let wrapped_kinesis = kinesis_on_failure_record(&kinesis_on_failure_record(&kinesis_event(&[], REGION)));
    let mixed = on_failure_record(&kinesis_on_failure_record(&kinesis_event(&[gzip(b"{}")], REGION)));
    for event in [
        &b"{}"[..],
        br#"{"Records":[]}"#,
        br#"{"Records":[{"s3":{}}]}"#,
        br#"{"awslogs":{"data":1}}"#,
        // A payload is one of an on-failure record only where that is one.
        br#"{"payload":{"messageType":"DATA_MESSAGE","logEvents":[]}}"#,
        br#"{"requestPayload":{"Records":[]}}"#,
        br#"{"requestPayload":{}}"#,
        &wrapped,
        &wrapped_kinesis,
        &mixed,
    ] {
        let payload = payload(event.to_vec());
        assert!(is_unknown(&payload), "{}", String::from_utf8_lossy(event));
        assert_eq!(payload.bytes(), event);
    }
}

#[test]
fn an_event_that_failed_has_the_region_of_its_function() {
    let of = |arn: &str| {
        let record = format!(r#"{{"requestContext":{{"functionArn":"{arn}"}},"requestPayload":{DATA}}}"#);
        payload(record.into_bytes()).region
    };
    assert_eq!(of("arn:aws:lambda:eu-west-1:111122223333:function:x").as_deref(), Some("eu-west-1"));
    assert_eq!(of("arn:aws-cn:lambda:cn-north-1:111122223333:function:x").as_deref(), Some("cn-north-1"));
    for arn in
        ["", "arn:aws:lambda", "arn:aws:s3:eu-west-1::x", "lambda:eu-west-1", "arn:aws:lambda::1:function:x"]
    {
        assert_eq!(of(arn), None, "{arn}");
    }
    // A record of Kinesis says its own.
    let kinesis = kinesis_on_failure_record(&kinesis_event(&[gzip(DATA.as_bytes())], "us-east-1"));
    assert_eq!(payload(kinesis).region.as_deref(), Some("us-east-1"));
}

#[test]
fn an_on_failure_record_is_unpacked_once() {
    assert_eq!(payload(on_failure_record(DATA.as_bytes())).decode(LIMIT).unwrap(), DATA);
    let kinesis = kinesis_event(&[gzip(DATA.as_bytes())], REGION);
    assert_eq!(payload(kinesis_on_failure_record(&kinesis)).decode(LIMIT).unwrap(), DATA);
}

#[test]
fn what_is_wrong_with_json_is_said_with_its_line_and_column() {
    assert_eq!(batches("{\n\n    x").unwrap_err(), Undecodable::NotJson { line: 3, column: 5 });
    assert_eq!(batches("").unwrap_err(), Undecodable::NotJson { line: 1, column: 1 });
    let wrong_list = "{\"messageType\":\"DATA_MESSAGE\",\n\"logEvents\":\n1}";
    assert_eq!(batches(wrong_list).unwrap_err(), Undecodable::NotABatch { line: 3, column: 1 });
}

#[test]
fn the_type_of_a_message_is_read_and_not_compared_as_it_is_written() {
    let kind = |text: &str| batches(text).map(|batches| batches[0].kind);
    assert_eq!(kind(r#"{"messageType":"DATA\u005fMESSAGE","logEvents":[]}"#), Ok(Kind::Data));
    assert_eq!(kind(r#"{"messageType":"CONTROL\u005fMESSAGE","logEvents":[]}"#), Ok(Kind::Control));
    assert_eq!(
        kind(r#"{"messageType":"data_message","logEvents":[]}"#),
        Err(Undecodable::UnknownMessageType)
    );
    assert_eq!(kind(r#"{"messageType":"DATA_MESSAGE"}"#), Err(Undecodable::MissingLogEvents));
}

#[test]
fn a_timestamp_is_a_number_or_its_digits_as_text() {
    let time = |timestamp: &str| {
        let text = batch_of(&format!(r#""timestamp":{timestamp}"#));
        batches(&text).unwrap()[0].events[0].time()
    };
    let expected = Time::from_millis(1_795_169_702_000);
    assert!(expected.is_some());
    assert_eq!(time("1795169702000"), expected);
    assert_eq!(time("\"1795169702000\""), expected);
    for timestamp in ["1795169702000.5", "\"today\"", "\"\"", "null", "{}"] {
        assert_eq!(time(timestamp), None, "{timestamp}");
    }
}

#[test]
fn an_id_of_cloudwatch_has_56_digits() {
    assert!(is_cloudwatch_id(&"0".repeat(56)) && is_cloudwatch_id(&"9".repeat(56)));
    for id in [String::new(), "0".repeat(55), "0".repeat(57), format!("{}a", "0".repeat(55)), "٣".repeat(28)]
    {
        assert!(!is_cloudwatch_id(&id), "{id}");
    }
}

#[test]
fn a_batch_is_named_by_its_earliest_event_and_one_without_a_time_is_the_earliest() {
    let at = |timestamps: &[i64]| {
        let event = |&timestamp: &i64| Event { id: String::new(), timestamp, message: String::new() };
        Batch::of(timestamps.iter().map(event).collect())
    };
    let id_of = |parts: &[Batch]| {
        let text: String = parts.iter().map(|batch| String::from_utf8(batch.to_json()).unwrap()).collect();
        BatchId::of(&batches(&text).unwrap())
    };
    let (early, middle, late) = (1_795_169_701_000, 1_795_169_702_000, 1_795_169_703_000);
    let millis = |parts: &[Batch]| id_of(parts).time().millis();
    assert_eq!(millis(&[at(&[middle, early, late])]), early);
    assert_eq!(millis(&[at(&[late]), at(&[middle, early]), at(&[late])]), early);
    assert_eq!(millis(&[at(&[late, -1])]), 0);
    assert_eq!(millis(&[at(&[late]), at(&[])]), 0);
}

#[test]
fn an_event_without_an_id_has_one_of_its_content_and_its_number_among_equals() {
    // Records are told apart by it. The digits are those of Python's hashlib: for log group, log stream, timestamp and
    // message, the length as 8 bytes, big-endian, and the text.
    let (one, two) = ("8ed1dd8d292ffd432c714ce60e506bdb", "3faa0575b8a175087097c0e96aaf249f");
    let uids = |events: &str| {
        let text = format!(
            r#"{{"messageType":"DATA_MESSAGE","logGroup":"group","logStream":"stream","logEvents":[{events}]}}"#
        );
        let parsed = batches(&text).unwrap();
        let uids = EventUids::of(&parsed[0]);
        (0..parsed[0].events.len()).map(|at| uids.uid(at).into_owned()).collect::<Vec<_>>()
    };
    let event = |message: &str| format!(r#"{{"id":"","timestamp":1795169702000,"message":{message}}}"#);
    let events = [event(r#""one""#), event(r#""two""#), event(r#""\u006fne""#)].join(",");
    assert_eq!(uids(&events), [format!("{one}-0"), format!("{two}-0"), format!("{one}-1")]);
    // The same in other company, with the timestamp as text, and beside an event that has an id.
    let events = r#"{"id":"7","timestamp":1795169702000,"message":"one"},{"timestamp":"1795169702000","message":"one"}"#;
    assert_eq!(uids(events), ["7".to_owned(), format!("{one}-0")]);
}

#[test]
fn the_name_of_a_batch_is_half_of_a_sha_256_over_its_texts_each_with_its_length() {
    // Object keys are made of it. The digits are those of Python's hashlib: for log group, log stream, id, timestamp
    // and message, the length as 8 bytes, big-endian, and the text.
    let text = r#"{"messageType":"DATA_MESSAGE","logGroup":"group","logStream":"stream",
        "logEvents":[{"id":"x","timestamp":1795169702000,"message":"one \"x\""}]}"#;
    let id = BatchId::of(&batches(text).unwrap());
    assert_eq!(id.to_string(), "20261120T101502Z-37e41ed4c69e87f957ad0506bbd7fe49");
}

#[test]
fn the_name_of_a_batch_carries_the_messages_whatever_the_ids() {
    let id = |id: &str, message: &str| {
        let text = batch_of(&format!(r#""id":"{id}","timestamp":1795169702000,"message":"{message}""#));
        BatchId::of(&batches(&text).unwrap())
    };
    let of_cloudwatch = "0".repeat(56);
    assert_ne!(id(&of_cloudwatch, "one"), id(&of_cloudwatch, "two"));
    assert_eq!(id(&of_cloudwatch, "one"), id(&of_cloudwatch, "\\u006fne"));
}
