//! Forms that the files of AWS have besides the usual one, and what is said of entries without an event.

#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use mailtrail_import::{Damage, FileOrigin};
use mailtrail_subscription::{Other, Shape};
use serde_json::json;

use common::{at, events, gzip, import, messages, plain, read};

const RECORD: &str = r#"{"eventVersion":"1.11","eventID":"e1","eventTime":"2026-11-28T10:00:00Z","awsRegion":"eu-west-1","recipientAccountId":"111122223333"}"#;

#[test]
fn records_of_a_trail_have_their_own_account_and_region() {
    let other = RECORD.replace("111122223333", "444455556666").replace("eu-west-1", "us-east-1");
    let old = r#"{"eventVersion":"1.02","eventID":"e3","eventTime":"2026-11-28T10:00:00Z","awsRegion":"us-west-2","userIdentity":{"accountId":"111122223333"}}"#;
    let aggregated = r#"{"eventVersion":"1.0","eventId":"e4","accountId":"111122223333","awsRegion":"us-west-2","timeWindow":{"windowStart":"2026-11-28T10:00:00Z"}}"#;
    let (events, report) =
        read(Shape::CloudTrailFile, &format!(r#"{{"Records":[{RECORD},{other},{old},{aggregated}]}}"#));
    assert_eq!((report.events, report.is_whole()), (4, true));
    let origins: Vec<_> = events.iter().map(|event| (&*event.0, event.1.as_deref(), &*event.5)).collect();
    let time = "1795860000000";
    assert_eq!(
        origins,
        [
            ("111122223333", Some("eu-west-1"), time),
            ("111122223333", Some("us-west-2"), time),
            ("111122223333", Some("us-west-2"), time),
            ("444455556666", Some("us-east-1"), time),
        ]
    );
    assert!(events.iter().any(|event| event.6 == RECORD), "the message is the record as it stands");
}

#[test]
fn records_come_alone_and_as_text_as_well() {
    let as_text = json!({"Events": [{"EventId": "e1", "CloudTrailEvent": RECORD}]}).to_string();
    for (shape, text) in [
        (Shape::CloudTrailRecords, format!("{RECORD}\n")),
        (Shape::CloudTrailRecords, format!("[{RECORD}]")),
        (Shape::LookupEvents, as_text),
    ] {
        assert_eq!(messages(shape, &text), [at("1795860000000", RECORD)], "{text}");
    }
}

#[test]
fn lines_without_a_time_belong_to_the_event_before() {
    let text = "2026-11-28T10:00:00.123Z first\n  second\r\n\n2026-11-28T10:00:01.000Z \n2026 was a year\n";
    assert_eq!(
        messages(Shape::ExportTaskObject, text),
        [at("1795860000123", "first\n  second\r\n"), at("1795860001000", "\n2026 was a year"),]
    );
    let (events, report) = read(Shape::ExportTaskObject, "tail of another\n2026-11-28T10:00:00.123Z x");
    assert_eq!((events.len(), report.other_entries), (1, 1));
    let tail = "2026-11-28T10:00:00.123000+00:00 a/b message\nmore\n";
    let (events, report) = read(Shape::LogsTail, tail);
    assert!(report.is_whole());
    assert_eq!((&*events[0].3, &*events[0].6), ("a/b", "message\nmore"));
}

#[test]
fn the_stream_of_an_exported_object_is_that_of_its_path() {
    let path = "exportedlogs/453054b5-1111-2222-3333-444455556666/the-stream/000001.gz";
    let file = Other { shape: Shape::ExportTaskObject, gzip: true };
    let bytes = gzip(b"2026-11-28T10:00:00.123Z x");
    let (payloads, _) = import(file, &bytes, FileOrigin::default().or_of_path(path), 100);
    assert_eq!(events(&payloads)[0].3, "the-stream");
}

#[test]
fn rows_of_insights_are_lists_objects_or_csv() {
    let list = json!({"results": [[
        {"field": "@timestamp", "value": "2026-11-28 10:00:00.123"},
        {"field": "@message", "value": "a \"line\""},
        {"field": "@log", "value": "111122223333:/example"},
        {"field": "@logStream", "value": "s"},
    ]]});
    let objects = json!([{"@timestamp": "2026-11-28 10:00:00.123", "@message": "a \"line\"",
        "@log": "111122223333:/example", "@logStream": "s"}]);
    let line = objects[0].to_string();
    let csv = "@timestamp,@message,@log,@logStream\n2026-11-28 10:00:00.123,\"a \"\"line\"\"\",111122223333:/example,s\n\n";
    for text in [&list.to_string(), &objects.to_string(), &line, csv, &format!("\u{feff}{csv}")] {
        let (events, report) = read(Shape::InsightsResults, text);
        assert!(report.is_whole(), "{text}: {report:?}");
        let event: [&str; 5] = [&events[0].0, &events[0].2, &events[0].3, &events[0].5, &events[0].6];
        assert_eq!(event, ["111122223333", "/example", "s", "1795860000123", "a \"line\""], "{text}");
    }
    let parsed = r#"[{"@timestamp":"2026-11-28 10:00:00.123","@message":{"a": 1}}]"#;
    assert_eq!(messages(Shape::InsightsResults, parsed), [at("1795860000123", r#"{"a": 1}"#)]);
    let counted = r#"{"results":[[{"field":"count(*)","value":"5"}]]}"#;
    let (events, report) = read(Shape::InsightsResults, counted);
    assert_eq!((events.len(), report.other_entries), (0, 1));
}

#[test]
fn what_follows_of_a_line_that_is_too_long_is_no_part_of_another_event() {
    let long = "x".repeat(17 << 20);
    let text =
        format!("2026-11-28T10:00:00Z a\nb\n2026-11-28T10:00:01Z {long}\nrest\n2026-11-28T10:00:02Z c\n");
    let (payloads, report) =
        import(plain(Shape::ExportTaskObject), text.as_bytes(), FileOrigin::default(), 1 << 20);
    assert_eq!(events(&payloads).iter().map(|event| &*event.6).collect::<Vec<_>>(), ["a\nb", "c"]);
    assert_eq!((report.too_long, report.other_entries), (1, 0));
}

#[test]
fn the_last_event_before_the_damage_is_taken_in() {
    let lines: Vec<String> =
        (0..2_000).map(|number| format!("2026-11-28T10:00:00Z event {number:064}\n")).collect();
    let text = lines.concat();
    let whole = gzip(text.as_bytes());
    let file = Other { shape: Shape::ExportTaskObject, gzip: true };
    let (payloads, report) = import(file, &whole[..whole.len() - 9], FileOrigin::default(), 4_096);
    let Some(Damage::Gzip { after }) = report.damage else { panic!("{report:?}") };
    let lines = text[..usize::try_from(after).unwrap()].matches('\n').count();
    assert!(lines > 0);
    assert_eq!(events(&payloads).len(), lines);
}

#[test]
fn a_quote_in_the_middle_of_a_value_takes_no_rows_with_it() {
    let row = |second: usize, message: &str| format!("2026-11-28 10:00:{second:02}.000,{message}\n");
    for (stray, said, other) in
        [("5\" disk", Some("5\" disk"), 0), ("\"5\"\" disk\"", Some("5\" disk"), 0), ("\"5\" disk", None, 1)]
    {
        let rows: String = (0..60).map(|second| row(second, if second == 2 { stray } else { "m" })).collect();
        let (events, report) = read(Shape::InsightsResults, &format!("@timestamp,@message\n{rows}"));
        let is_there = said.is_none_or(|said| events.iter().any(|event| event.6 == said));
        assert!(is_there && events.len() == 59 + usize::from(said.is_some()), "{stray}: {events:?}");
        assert_eq!((report.other_entries, report.is_whole()), (other, other == 0), "{stray}");
    }
    // One that is never closed.
    let open = format!("@timestamp,@message\n{}{}", row(1, "m"), row(2, "\"m"));
    let (events, report) = read(Shape::InsightsResults, &open);
    assert!(events.len() == 1 && matches!(report.damage, Some(Damage::Cut { .. })), "{report:?}");
}

#[test]
fn a_table_of_names_alone_is_named() {
    for text in ["@timestamp,@message\n", "@timestamp,@message\r2026-11-28 10:00:00.000,a\r"] {
        let (events, report) = read(Shape::InsightsResults, text);
        assert_eq!((events.len(), report.other_entries), (0, 1), "{text}");
    }
}

#[test]
fn a_row_without_a_time_or_a_log_stream_is_counted() {
    let text = "@timestamp,@message\n2026-11-28 10:00:00.123,a\nyesterday,b\n@timestamp,@message\n";
    let (events, report) = read(Shape::InsightsResults, text);
    assert_eq!(
        events.iter().map(|event| (&*event.5, &*event.6)).collect::<Vec<_>>(),
        [("0", "b"), ("1795860000123", "a")]
    );
    assert_eq!((report.without_time, report.without_log_stream, report.without_log_group), (1, 2, 2));
    assert!(!report.is_whole());
}

#[test]
fn what_a_payload_cannot_hold_is_counted_and_leaves_its_neighbours() {
    let event = |id: &str, stream: &str, time: i64| json!({"eventId": id, "logStreamName": stream, "timestamp": time, "message": "x"});
    let long = "x".repeat(70_000);
    let list = json!({"events": [event("1", "s", 1), event(&long, "s", 1), event("2", &long, 1), event("3", "s", -1)]});
    let (events, report) = read(Shape::FilterLogEvents, &list.to_string());
    assert_eq!(events.iter().map(|event| &*event.4).collect::<Vec<_>>(), ["1", "3"]);
    assert_eq!((report.events, report.too_long, report.without_time), (2, 2, 1));
}

#[test]
fn a_document_of_another_kind_is_counted() {
    let answer = r#"{"events":[{"timestamp":1,"message":"x"}]}"#;
    for rest in [answer, r#"{"x":1}"#, "\n{}"] {
        let (events, report) = read(Shape::CloudTrailFile, &format!(r#"{{"Records":[{RECORD}]}}{rest}"#));
        assert_eq!((events.len(), report.of_other_kind, report.is_whole()), (1, 1, false), "{rest}");
    }
    let (events, report) = read(Shape::CloudTrailRecords, &format!("{RECORD}\n{answer}\n{RECORD}"));
    assert_eq!((events.len(), report.other_entries), (2, 1));
}

#[test]
fn a_wrong_entry_of_a_wrapper_leaves_its_neighbours() {
    let body = json!({"Records": [serde_json::from_str::<serde_json::Value>(RECORD).unwrap()]}).to_string();
    for wrong in [
        json!(1),
        json!({"messageId": "2"}),
        json!({"body": "x", "Body": "y"}),
        json!({"Sns": 1}),
        json!(null),
    ] {
        let entry = |id: &str| json!({"messageId": id, "eventSource": "aws:sqs", "body": body});
        let queue = json!({"Records": [entry("1"), wrong, entry("3")]}).to_string();
        let (events, report) = read(Shape::SqsEvent, &queue);
        assert_eq!((events.len(), report.other_entries), (2, 1), "{wrong}");
    }
}

#[test]
fn the_organization_of_a_log_that_does_not_say_it_is_that_of_its_path() {
    let organization = "m-0123456789abcdef0123456789abcdef";
    let path = format!("AWSLogs/111122223333/workmail/us-east-1/{organization}/2026/11/28/x.log");
    let text = b"event_timestamp user_id auth_successful\n1795860000123 u-1 false\n";
    let (payloads, _) = import(plain(Shape::AuditPlain), text, FileOrigin::default().or_of_path(&path), 100);
    let event = &events(&payloads)[0];
    assert_eq!((&*event.0, event.1.as_deref()), ("111122223333", Some("us-east-1")));
    let arn = format!("arn:aws:workmail:us-east-1:111122223333:organization/{organization}");
    let values: serde_json::Value = serde_json::from_str(&event.6).unwrap();
    assert_eq!((&values["organization_arn"], &values["user_id"]), (&json!(arn), &json!("u-1")));
}

#[test]
fn wrappers_hold_files_payloads_and_other_things() {
    let records = format!(r#"{{"Records":[{RECORD}]}}"#);
    let notification = json!({"Type": "Notification", "TopicArn": "t", "Message": records}).to_string();
    let queue = json!({"Records": [
        {"messageId": "1", "eventSource": "aws:sqs", "body": notification},
        {"messageId": "2", "eventSource": "aws:sqs", "body": "hello"},
    ]});
    let (events, report) = read(Shape::SqsEvent, &queue.to_string());
    assert_eq!((events.len(), &*events[0].6), (1, RECORD));
    assert_eq!(report.others.into_iter().collect::<Vec<_>>(), [(plain(Shape::Text), 1)]);
    let bus = format!(r#"{{"version":"0","detail-type":"AWS API Call via CloudTrail","detail":{RECORD}}}"#);
    assert_eq!(messages(Shape::EventBridgeEvent, &bus), [at("1795860000000", RECORD)]);
    let data = BASE64_STANDARD.encode(gzip(records.as_bytes()));
    for (shape, text) in [
        (Shape::KinesisRecords, json!({"Records": [{"SequenceNumber": "1", "Data": data}]}).to_string()),
        (
            Shape::FirehoseRequest,
            json!({"requestId": "1", "timestamp": 1, "records": [{"data": data}]}).to_string(),
        ),
        (Shape::SqsMessages, json!({"Messages": [{"ReceiptHandle": "r", "Body": data}]}).to_string()),
        (Shape::Base64Gzip, format!("{}\n{}\n", &data[..20], &data[20..])),
    ] {
        assert_eq!(messages(shape, &text), [at("1795860000000", RECORD)], "{text}");
    }
    let (_, report) = read(Shape::KinesisRecords, r#"{"Records":[{"Data":"?"}]}"#);
    assert_eq!((report.not_base64, report.is_whole()), (1, false));
}

#[test]
fn wrappers_in_each_other_end() {
    let mut message = "x".to_owned();
    for _ in 0..6 {
        message = json!({"Type": "Notification", "TopicArn": "t", "Message": message}).to_string();
    }
    let (events, report) = read(Shape::SnsNotification, &message);
    assert_eq!((events.len(), report.damage), (0, Some(Damage::TooDeep { deepest: 4 })));
}

#[test]
fn what_comes_before_the_damage_is_taken_in() {
    let records = format!(r#"{{"Records":[{RECORD},{RECORD},{}"#, &RECORD[..40]);
    let (events, report) = read(Shape::CloudTrailFile, &records);
    assert_eq!((events.len(), report.damage), (2, Some(Damage::Cut { after: records.len() as u64 })));
    let two_kinds = format!("{{\"Records\":[{RECORD}]}}\n2026-11-28T10:00:00Z text\n");
    let (events, report) = read(Shape::CloudTrailFile, &two_kinds);
    assert_eq!((events.len(), report.damage), (1, Some(Damage::NotJson { at: RECORD.len() as u64 + 15 })));
    let (events, report) =
        read(Shape::CloudTrailFile, &format!(r#"{{"Records":[{RECORD},1,{{"x":1}},{{]"x}}]}}"#));
    assert_eq!((events.len(), report.events), (1, 1));
    assert!(report.other_entries >= 2 && !report.is_whole(), "{report:?}");

    let file = Other { shape: Shape::CloudTrailFile, gzip: true };
    let many = format!(r#"{{"Records":[{}]}}"#, vec![RECORD; 20_000].join(","));
    let whole = gzip(many.as_bytes());
    let (payloads, report) = import(file, &whole[..whole.len() / 2], FileOrigin::default(), 4_096);
    assert!((100..20_000).contains(&report.events), "{report:?}");
    assert_eq!(common::events(&payloads).len() as u64, report.events);
    assert!(matches!(report.damage, Some(Damage::Gzip { .. })), "{report:?}");
}

#[test]
fn a_file_that_expands_without_measure_is_given_up() {
    let zeros = gzip(&vec![b' '; 80 << 20]);
    let bomb = [gzip(br#"{"Records":["#), zeros].concat();
    let file = Other { shape: Shape::CloudTrailFile, gzip: true };
    let (payloads, report) = import(file, &bomb, FileOrigin::default(), 1 << 20);
    assert!(payloads.is_empty());
    assert!(matches!(report.damage, Some(Damage::Expands { .. } | Damage::Cut { .. })), "{report:?}");
}

#[test]
fn a_document_of_two_kinds_is_counted_and_what_can_be_read_of_it_is() {
    let event = r#"{"timestamp":1795860000123,"message":"m"}"#;
    for (text, messages) in [
        (format!(r#"{{"Records":[{RECORD}],"logEvents":[{event}]}}"#), 1),
        (format!(r#"{{"logEvents":[{event}],"Records":[{RECORD}]}}"#), 1),
        (format!(r#"{{"logGroupName":"g","logEvents":[{event}],"events":[{event}]}}"#), 1),
    ] {
        let (events, report) = read(Shape::LogEventList, &text);
        assert_eq!((events.len(), report.other_entries, report.is_whole()), (messages, 1, false), "{text}");
    }
    // An event that has events.
    let both = format!(r#"{{"timestamp":1795860000123,"message":"n","logEvents":[{event}]}}"#);
    let found = messages(Shape::LogEventList, &both);
    assert_eq!(found, [at("1795860000123", "m"), at("1795860000123", "n")]);
}

#[test]
fn wrappers_are_joined_by_firehose_and_cut_by_those_who_copy_them() {
    let notice = |number: u8| {
        let record = RECORD.replace("e1", &format!("e{number}"));
        let event = json!({"detail-type": "AWS API Call via CloudTrail", "detail": "x"}).to_string();
        let event = event.replace("\"x\"", &record);
        let message = json!({"Type": "Notification", "TopicArn": "t", "Message": record}).to_string();
        let queue = |bodies: &[&str]| {
            let bodies: Vec<_> = bodies.iter().map(|body| json!({"messageId": "m", "body": body})).collect();
            json!({"Records": bodies}).to_string()
        };
        [
            (Shape::EventBridgeEvent, event),
            (Shape::SqsEvent, queue(&[&record])),
            (Shape::SnsNotification, message),
        ]
    };
    for at in 0..3 {
        for between in ["", "\n", "\r\n\r\n"] {
            let (shape, one) = &notice(1)[at];
            let (_, two) = &notice(2)[at];
            let (events, report) = read(*shape, &[one, between, two].concat());
            assert_eq!((events.len(), report.is_whole()), (2, true), "{shape:?}: {report:?}");
            let (events, report) = read(*shape, &[one, between, &two[..two.len() - 5]].concat());
            let is_cut = matches!(report.damage, Some(Damage::Cut { .. }));
            assert!(is_cut && !events.is_empty(), "{shape:?}: {events:?} {report:?}");
        }
    }
    // In the middle of a list.
    let two = json!({"Records": [{"messageId": "1", "body": RECORD}, {"messageId": "2", "body": RECORD}]})
        .to_string();
    let (events, report) = read(Shape::SqsEvent, &two[..two.len() - 20]);
    assert_eq!((events.len(), matches!(report.damage, Some(Damage::Cut { .. }))), (1, true), "{report:?}");
}

#[test]
fn lines_that_members_of_gzip_join_are_two_where_both_are_whole() {
    let time = |second: u8| format!("2026-11-28T10:00:0{second}.000Z");
    let audit = "event_timestamp user_id auth_successful\n1795860000123 u-1 false";
    let w3c = format!("#Version: 1.0\n#Fields: {audit}");
    let csv = |message: &str| format!("@timestamp,@message\n2026-11-28 10:00:01.000,{message}");
    for (shape, members, expected) in [
        (Shape::ExportTaskObject, [format!("{} one", time(1)), format!("{} two", time(2))], 2),
        (Shape::ExportTaskObject, [format!("{} one", time(1)), "and more".to_owned()], 1),
        (Shape::ExportTaskObject, [time(1), format!(" one\n{} two", time(2))], 2),
        (Shape::LogsTail, [format!("{} s one", time(1)), format!("{} s two", time(2))], 2),
        (Shape::AuditPlain, [audit.to_owned(), audit.to_owned()], 2),
        (Shape::AuditPlain, [audit.to_owned(), "1795860000124 u-2 true".to_owned()], 2),
        (
            Shape::AuditPlain,
            [audit[..audit.len() - 2].to_owned(), "se\n1795860000124 u-2 true".to_owned()],
            2,
        ),
        (Shape::AuditW3c, [w3c.clone(), w3c], 2),
        (Shape::InsightsResults, [csv("a"), csv("b")], 2),
        (Shape::InsightsResults, [csv("a"), "b\n2026-11-28 10:00:02.000,c".to_owned()], 2),
    ] {
        let file = members.each_ref().map(|member| gzip(member.as_bytes())).concat();
        for piece in [1, 7, 1_000] {
            let (payloads, report) = import(Other { shape, gzip: true }, &file, FileOrigin::default(), piece);
            let found = events(&payloads);
            assert_eq!(
                (found.len(), report.is_whole()),
                (expected, true),
                "{members:?}: {found:?} {report:?}"
            );
            assert!(
                found.iter().all(|event| !event.6.contains("@message") && !event.6.contains("Z ")),
                "{found:?}"
            );
        }
    }
}
