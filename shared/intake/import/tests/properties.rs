//! Events that an oracle writes into files of each shape are what the readers find in them, however the file arrives, and
//! wherever it is cut.

#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use std::fmt::Write;

use mailtrail_import::FileOrigin;
use mailtrail_subscription::{Other, Shape};
use proptest::prelude::*;
use serde_json::{Value, json};

use common::{Event, events, gzip, import};

/// Log stream, id, milliseconds, message.
type Written = (String, String, i64, String);

const SHAPES: [Shape; 7] = [
    Shape::FilterLogEvents,
    Shape::GetLogEvents,
    Shape::InsightsResults,
    Shape::ExportTaskObject,
    Shape::CloudTrailFile,
    Shape::AuditJson,
    Shape::EmailEventMessages,
];

const GROUP: &str = "/example";

fn written() -> impl Strategy<Value = Vec<Written>> {
    let time = 1_795_860_000_000..1_795_860_005_000_i64;
    prop::collection::vec(("[a-c]", "[0-9]{4}", time, any::<String>()), 0..40)
}

/// The file, and what should be found in it.
fn file(shape: Shape, events: &[Written]) -> (String, Vec<Event>) {
    let mut expected = Vec::new();
    let mut items: Vec<Value> = Vec::new();
    let mut lines = String::new();
    for (stream, id, time, message) in events {
        let text = Time(*time).to_string();
        let arn = "arn:aws:workmail:us-east-1:111122223333:organization/m-1";
        let mut event = (
            String::new(),
            None,
            GROUP.to_owned(),
            String::new(),
            String::new(),
            time.to_string(),
            message.clone(),
        );
        match shape {
            Shape::FilterLogEvents => {
                items.push(
                    json!({"logStreamName": stream, "eventId": id, "timestamp": time, "message": message}),
                );
                (event.3, event.4) = (stream.clone(), id.clone());
            }
            Shape::GetLogEvents => {
                items.push(json!({"timestamp": time, "message": message, "ingestionTime": 1}));
            }
            Shape::InsightsResults => {
                let text = text.replace('T', " ").replace('Z', "");
                items.push(json!([
                    {"field": "@timestamp", "value": text}, {"field": "@message", "value": message},
                    {"field": "@logStream", "value": stream}, {"field": "@log", "value": "111122223333:/other"},
                ]));
                (event.0, event.2, event.3) =
                    ("111122223333".to_owned(), "/other".to_owned(), stream.clone());
            }
            Shape::ExportTaskObject => {
                writeln!(lines, "{text} {message}").unwrap();
            }
            Shape::CloudTrailFile => {
                let record = json!({"eventVersion": "1.11", "eventID": id, "eventTime": text,
                    "awsRegion": "us-west-2", "recipientAccountId": "444455556666", "errorMessage": message});
                event.6 = record.to_string();
                (event.0, event.1) = ("444455556666".to_owned(), Some("us-west-2".to_owned()));
                items.push(record);
            }
            Shape::AuditJson => {
                let line = json!({"event_timestamp": time.to_string(), "organization_arn": arn, "user_agent": message});
                writeln!(lines, "{line}").unwrap();
                event.6 = line.to_string();
                (event.0, event.1) = ("111122223333".to_owned(), Some("us-east-1".to_owned()));
            }
            _ => {
                let line = json!({"organizationArn": arn, "timestamp": time,
                    "event": {"eventName": "RULE_APPLIED", "subject": message}});
                lines.push_str(&line.to_string());
                event.6 = line.to_string();
                (event.0, event.1) = ("111122223333".to_owned(), Some("us-east-1".to_owned()));
            }
        }
        expected.push(event);
    }
    let text = match shape {
        Shape::CloudTrailFile => json!({"x": {"Records": [1]}, "Records": items}).to_string(),
        Shape::InsightsResults => json!({"results": items, "status": "Complete"}).to_string(),
        Shape::FilterLogEvents | Shape::GetLogEvents => {
            json!({"events": items, "nextToken": "t"}).to_string()
        }
        _ => lines,
    };
    (text, expected)
}

/// RFC 3339, written by hand: the readers use the clock's.
struct Time(i64);

impl std::fmt::Display for Time {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let of_day = self.0 - 1_795_824_000_000;
        let (second, millis) = (of_day / 1_000, of_day % 1_000);
        write!(f, "2026-11-28T{:02}:{:02}:{:02}.{millis:03}Z", second / 3_600, second / 60 % 60, second % 60)
    }
}

/// What cannot be told in the text of an export task: a line of a message that looks like an event.
fn is_ambiguous(shape: Shape, events: &[Written]) -> bool {
    shape == Shape::ExportTaskObject && events.iter().any(|event| event.3.contains('\n'))
}

fn origin() -> FileOrigin {
    FileOrigin { log_group: Some(GROUP.to_owned()), ..FileOrigin::default() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn what_is_written_is_read(shape in prop::sample::select(&SHAPES[..]), events in written(), piece in 1_usize..500, gzipped: bool) {
        prop_assume!(!is_ambiguous(shape, &events));
        let (text, mut expected) = file(shape, &events);
        expected.sort();
        let bytes = if gzipped { gzip(text.as_bytes()) } else { text.into_bytes() };
        let (payloads, report) = import(Other { shape, gzip: gzipped }, &bytes, origin(), piece);
        prop_assert!(report.is_whole(), "{report:?}");
        prop_assert_eq!(report.events, expected.len() as u64);
        prop_assert_eq!(common::events(&payloads), expected);
    }

    #[test]
    fn a_file_that_is_cut_has_the_events_before_and_says_so(
        shape in prop::sample::select(&SHAPES[..]), events in written(), cut in 0.0..1.0_f64,
    ) {
        prop_assume!(!is_ambiguous(shape, &events) && shape != Shape::ExportTaskObject);
        let (text, expected) = file(shape, &events);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a part of a length")]
        let at = (text.len() as f64 * cut) as usize;
        let (payloads, report) = import(Other { shape, gzip: false }, &text.as_bytes()[..at], origin(), 64);
        let found = common::events(&payloads);
        // The file has them in its order, so they are the first ones.
        let mut first = expected[..found.len()].to_vec();
        first.sort();
        prop_assert_eq!(&found, &first);
        let in_documents = matches!(shape, Shape::AuditJson | Shape::EmailEventMessages);
        if !in_documents && at > 0 {
            prop_assert!(report.damage.is_some(), "{report:?}");
        }
        if report.damage.is_none() && in_documents {
            let whole: usize = expected[..found.len()].iter().map(|event| event.6.len()).sum();
            prop_assert!(at <= whole + found.len(), "nothing is passed over in silence");
        }
    }

    #[test]
    fn any_bytes_are_read_to_their_end(number in 0_usize..20, bytes: Vec<u8>, text in "[\\[\\]{}:,\"\\\\ a-zR0-9@\n]{0,200}", gzipped: bool) {
        let shapes = [
            Shape::CloudTrailFile, Shape::CloudTrailRecords, Shape::LookupEvents, Shape::ExportTaskObject, Shape::FilterLogEvents,
            Shape::GetLogEvents, Shape::InsightsResults, Shape::PutLogEvents, Shape::LogEventList, Shape::LogsTail, Shape::AuditJson,
            Shape::AuditPlain, Shape::AuditW3c, Shape::EmailEventMessages, Shape::NestedGzip, Shape::Base64Gzip, Shape::SqsEvent,
            Shape::SnsNotification, Shape::EventBridgeEvent, Shape::FirehoseTransformation,
        ];
        for input in [&bytes[..], text.as_bytes()] {
            let (payloads, report) = import(Other { shape: shapes[number], gzip: gzipped }, input, origin(), 5);
            let composed = payloads.iter().filter(|payload| payload.decode(1 << 20).is_ok_and(|text| text.contains("retrievedBy")));
            let events: usize = composed.map(|payload| events(std::slice::from_ref(payload)).len()).sum();
            prop_assert_eq!(events as u64, report.events);
        }
    }
}
