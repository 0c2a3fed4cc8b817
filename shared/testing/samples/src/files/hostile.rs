//! Input that breaks rules: of gzip, of JSON, of CloudWatch, or of good faith.

use flate2::{Compress, Compression, Crc, FlushCompress};

use super::cloudtrail;
use super::raw::{self, event, event_with_fields, event_with_id};
use super::sample::{
    DELIVERED_TO_ANA, DELIVERED_TO_BOB, RECEIVED, SampleFile, batch_of, file, invoked, ordinary, stamp,
};
use crate::batch::Batch;
use crate::envelope::{
    REGION, gzip, gzip_at, invocation, json_text, kinesis_event, kinesis_on_failure_notice, one_line,
};

const MIB: usize = 1024 * 1024;

pub(super) fn files() -> Vec<SampleFile> {
    let groups = [not_a_payload(), broken_gzip(), broken_json(), odd_messages(), odd_names(), odd_batches()];
    groups.into_iter().flatten().map(|it| SampleFile { name: format!("hostile/{}", it.name), ..it }).collect()
}

/// Invocations with a payload that is not a log batch.
fn not_a_payload() -> Vec<SampleFile> {
    let from_s3 = r#"{"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","awsRegion":"eu-west-1",
        "eventTime":"2026-11-20T10:15:02.000Z","eventName":"ObjectCreated:Put",
        "s3":{"s3SchemaVersion":"1.0","bucket":{"name":"example"},"object":{"key":"a.json","size":9}}}]}"#;
    let good = |name| ordinary(name).to_gzip();
    let mixed = [good("kinesis-mixed-1"), truncated(good("kinesis-mixed-2")), good("kinesis-mixed-3")];
    vec![
        file(
            "control-message.json",
            "A control message: CloudWatch Logs checks that the destination is reachable",
            control_message(),
        ),
        file(
            "not-base64.json",
            "`awslogs.data` is not base64",
            br#"{"awslogs":{"data":"%%% this is no base64 %%%"}}"#.to_vec(),
        ),
        file("empty-data.json", "`awslogs.data` is empty", invocation(b"")),
        file("other-invocation.json", "The event of another service (S3)", one_line(from_s3).into_bytes()),
        file(
            "on-failure-without-event.json",
            "A record of an on-failure destination other than S3 (Kinesis): the event is not in it",
            kinesis_on_failure_notice(&kinesis_event(&[good("on-failure-without-event")], REGION)),
        ),
        file(
            "kinesis-mixed.json",
            "Three Kinesis payloads: valid, truncated, valid",
            kinesis_event(&mixed, REGION),
        ),
    ]
}

fn broken_gzip() -> Vec<SampleFile> {
    let good = |name| ordinary(name).to_gzip();
    let wrapped = |name, about, payload: Vec<u8>| file(name, about, invocation(&payload));
    let trailing = [good("trailing-bytes").as_slice(), b"rubbish"].concat();
    vec![
        wrapped("not-gzip.json", "The payload is not gzip", b"this is no gzip".to_vec()),
        wrapped("truncated-gzip.json", "The gzip data is truncated", truncated(good("truncated-gzip"))),
        wrapped("wrong-crc.json", "The checksum of the gzip is wrong", flipped(good("wrong-crc"), 8)),
        wrapped("wrong-length.json", "The length in the gzip is wrong", flipped(good("wrong-length"), 4)),
        wrapped("trailing-bytes.json", "Other bytes after a valid gzip member", trailing),
        wrapped("bomb.json", "A valid batch of 80 MiB", bomb()),
        wrapped(
            "bomb-of-members.json",
            "A valid batch and 80 MiB of white space, in 81 gzip members",
            bomb_of_members(),
        ),
    ]
}

fn broken_json() -> Vec<SampleFile> {
    let unknown = Batch { message_type: "HEARTBEAT_MESSAGE".into(), ..ordinary("unknown-message-type") };
    let missing = r#"{"messageType":"DATA_MESSAGE","owner":"111122223333","logGroup":"g","logStream":"s"}"#;
    let half = truncated(ordinary("truncated-json").to_json());
    vec![
        invoked("empty-gzip.json", "A gzip of nothing", ""),
        invoked("not-json.json", "A gzip of plain text", "one log line\nanother log line\n"),
        invoked("truncated-json.json", "gzip of a truncated document", half),
        invoked("other-shape.json", "gzip of JSON of another shape", r#"{"hello":["world",1,null]}"#),
        invoked("unknown-message-type.json", "An undocumented `messageType`", unknown.to_json()),
        invoked("missing-log-events.json", "`logEvents` is missing", missing),
        invoked("invalid-utf8.json", "0xFF bytes in the log group and in a message", invalid_utf8()),
        file("invalid-utf8.gz", "The same payload without an invocation", gzip(&invalid_utf8())),
    ]
}

/// Good batches of log events that are hard to read.
fn odd_messages() -> Vec<SampleFile> {
    vec![
        invoked(
            "message-shapes.json",
            "Messages: not JSON, truncated JSON, not an object, empty, escapes, a lone surrogate, NUL",
            message_shapes(),
        ),
        file(
            "cloudtrail-cut-off.json",
            "Messages: a truncated CloudTrail record",
            cloudtrail::cut_off("cloudtrail-cut-off").to_invocation(),
        ),
        invoked(
            "message-1mib.json",
            "One line of plain text of exactly 1 MiB",
            one_message("message-1mib", &long_text()),
        ),
        invoked(
            "event-1mib.json",
            "One WorkMail event of exactly 1 MiB",
            one_message("event-1mib", &long_event()),
        ),
        invoked(
            "deep-nesting.json",
            "Messages with 10,000 nested arrays: alone, and inside a WorkMail event",
            deep_nesting(),
        ),
    ]
}

/// Valid events with invalid names of Regions, accounts, log groups and log streams.
fn odd_names() -> Vec<SampleFile> {
    let of_owner = |name: &str, owner: &str| Batch { owner: owner.into(), ..ordinary(name) }.to_invocation();
    let own_group = "/aws/lambda/mailtrail-workmail-events".into();
    vec![
        file("owner-traversal.json", "`owner` is `../..`", of_owner("owner-traversal", "../..")),
        file("owner-13-digits.json", "`owner` has 13 digits", of_owner("owner-13-digits", "1111222233334")),
        invoked(
            "region-bad.json",
            "System fields with an invalid Region and an invalid account",
            bad_regions(),
        ),
        invoked(
            "surrogate-names.json",
            "A lone surrogate in log group, log stream and event id",
            surrogate_names(),
        ),
        file(
            "own-log-group.json",
            "A batch from the function's own log group, which would cause a loop",
            Batch { log_group: own_group, ..ordinary("own-log-group") }.to_invocation(),
        ),
    ]
}

/// Good batches that tempt one to lose an event or to keep it twice.
fn odd_batches() -> Vec<SampleFile> {
    let regzipped = |level| invocation(&gzip_at(level, &ordinary("same-events-regzipped").to_json()));
    vec![
        file(
            "same-short-id-a.json",
            "A short id; `same-short-id-b.json` has another event under the same id and time",
            same_short_id(DELIVERED_TO_ANA),
        ),
        file(
            "same-short-id-b.json",
            "The other event of `same-short-id-a.json`",
            same_short_id(DELIVERED_TO_BOB),
        ),
        file("same-events-regzipped-a.json", "A batch, gzipped at level 1", regzipped(1)),
        file(
            "same-events-regzipped-b.json",
            "The batch of `same-events-regzipped-a.json`, gzipped at level 9",
            regzipped(9),
        ),
        invoked(
            "out-of-order.json",
            "Timestamps: unsorted, both sides of midnight, 0, negative, missing, after the year 9999",
            out_of_order(),
        ),
    ]
}

fn control_message() -> Vec<u8> {
    let payload = r#"{"messageType":"CONTROL_MESSAGE","owner":"CloudwatchLogs","logGroup":"","logStream":"",
        "subscriptionFilters":[],"logEvents":[{"id":"","timestamp":1795169702000,
        "message":"CWL CONTROL MESSAGE: Checking health of destination Firehose."}]}"#;
    invocation(&gzip(one_line(payload).as_bytes()))
}

fn truncated(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.truncate(bytes.len() / 2);
    bytes
}

/// Flips one bit of the byte that stands so far from the end.
fn flipped(mut bytes: Vec<u8>, from_end: usize) -> Vec<u8> {
    let at = bytes.len() - from_end;
    bytes[at] ^= 1;
    bytes
}

/// A batch that nothing is wrong with but its size: one message of 80 MiB.
fn bomb() -> Vec<u8> {
    const MARK: &str = "MARK";
    let payload = one_message("bomb", MARK);
    let (head, tail) = payload.split_once(MARK).unwrap_or_default();
    gzip_of_repeated(head.as_bytes(), &vec![b'x'; MIB], 80, tail.as_bytes())
}

/// One gzip member of `head`, so many times `filler`, and `tail`. After a full flush the compressor knows
/// nothing of what was before, so the filler is compressed once and its output repeated.
fn gzip_of_repeated(head: &[u8], filler: &[u8], times: usize, tail: &[u8]) -> Vec<u8> {
    const GZIP_HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let mut deflate = Compress::new(Compression::new(6), false);
    let mut piece = |bytes: &[u8], flush| {
        let mut out = Vec::with_capacity(bytes.len() + 1024);
        deflate.compress_vec(bytes, &mut out, flush).map(|_| out).unwrap_or_default()
    };
    let body = [
        piece(head, FlushCompress::Full),
        piece(filler, FlushCompress::Full).repeat(times),
        piece(tail, FlushCompress::Finish),
    ];
    let (mut crc, mut filler_crc) = (Crc::new(), Crc::new());
    crc.update(head);
    filler_crc.update(filler);
    (0..times).for_each(|_| crc.combine(&filler_crc));
    crc.update(tail);
    [&GZIP_HEADER[..], &body.concat(), &crc.sum().to_le_bytes(), &crc.amount().to_le_bytes()].concat()
}

fn bomb_of_members() -> Vec<u8> {
    let blank = gzip(&vec![b' '; MIB]);
    [ordinary("bomb-of-members").to_gzip(), blank.repeat(80)].concat()
}

fn one_message(name: &str, message: &str) -> String {
    raw::payload(&[event(name, 0, &json_text(message))])
}

fn long_text() -> String {
    let mut text = "the same line again and again, ".repeat(MIB / 31 + 1);
    text.truncate(MIB);
    text
}

fn long_event() -> String {
    const HEAD: &str = r#"{"traceId":"6f1d2c3b-0a19-4e28-9d37-5c46b5a4f303","event":{"#;
    const REST: &str =
        r#""eventName":"OUTGOING_EMAIL_SUBMITTED","recipients":["ana@example.com"],"subject":""#;
    const TAIL: &str = r#""}}"#;
    let filler = "x".repeat(MIB - HEAD.len() - REST.len() - TAIL.len());
    [HEAD, REST, &filler, TAIL].concat()
}

fn message_shapes() -> String {
    const MESSAGES: [&str; 11] = [
        r#""the mail server was restarted""#,
        r#""{\"traceId\":\"t\",\"event\":{\"eventName\":\"MAILBOX_EMAIL_DELIVERED\"""#,
        r#""[1,2,3]""#,
        r#""42""#,
        r#""null""#,
        r#""\"a JSON string\"""#,
        r#""""#,
        r#"" ""#,
        r#""\u0022 \\ \/ \b \f \n \r \t \u00e9 \u2028 \ud83d\ude00""#,
        r#""high \ud83d, low \ude00, swapped \ude00\ud83d, high before text \ud83dabc""#,
        r#""NUL \u0000 inside""#,
    ];
    // Half a surrogate pair in the envelope, the same in the event, NUL in the event, a good neighbour.
    const FOLDERS: [&str; 4] = [r"\ud83d", r"\\ud83d", r"\\u0000", "INBOX"];
    let messages = MESSAGES.map(String::from).into_iter().chain(FOLDERS.map(delivered_into));
    let events: Vec<String> =
        messages.zip(0..).map(|(message, index)| event("message-shapes", index, &message)).collect();
    raw::payload(&events)
}

/// A delivery event as a JSON string, the folder's name escaped twice already.
fn delivered_into(folder: &str) -> String {
    let recipient = r#"\"eventName\":\"MAILBOX_EMAIL_DELIVERED\",\"recipient\":\"ana@example.com\""#;
    format!(r#""{{\"event\":{{{recipient},\"folder\":\"{folder}\"}}}}""#)
}

fn deep_nesting() -> String {
    let nested = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let nested_event = format!(r#"{{"event":{{"eventName":"RULE_APPLIED","ruleActions":{nested}}}}}"#);
    raw::payload(&[
        event("deep-nesting", 0, &json_text(&nested)),
        event("deep-nesting", 1, &json_text(&nested_event)),
        event("deep-nesting", 2, &json_text(&one_line(DELIVERED_TO_ANA))),
    ])
}

fn bad_regions() -> String {
    const TRAVERSAL: &str = r#"{"@aws.account":"../x","@aws.region":"../../etc"}"#;
    const EMPTY: &str = r#"{"@aws.account":"","@aws.region":""}"#;
    const WORDS: &str = r#"{"@aws.account":"111122223333","@aws.region":"EU-WEST-1/eventDay=20261120"}"#;
    raw::payload(&[
        event_with_fields("region-bad", 0, RECEIVED, TRAVERSAL),
        event_with_fields("region-bad", 1, DELIVERED_TO_ANA, EMPTY),
        event_with_fields("region-bad", 2, DELIVERED_TO_BOB, WORDS),
    ])
}

fn surrogate_names() -> String {
    let events = [
        event_with_id("surrogate-names", 0, r#""id \ud83d 1""#, DELIVERED_TO_ANA),
        event_with_id("surrogate-names", 1, r#""id \ude00 2""#, DELIVERED_TO_BOB),
    ]
    .join(",");
    let source = r#""owner":"111122223333","logGroup":"/group/\ud83d","logStream":"\ude00stream""#;
    format!(r#"{{"messageType":"DATA_MESSAGE",{source},"subscriptionFilters":["f"],"logEvents":[{events}]}}"#)
}

fn invalid_utf8() -> Vec<u8> {
    let text = one_message("invalid-utf8", "before ÿ after").replacen("/example", "/exampleÿ", 1);
    let pieces: Vec<&[u8]> = text.split('ÿ').map(str::as_bytes).collect();
    pieces.join(&0xff)
}

fn same_short_id(message: &str) -> Vec<u8> {
    let mut batch = batch_of("same-short-id", [message]);
    for event in &mut batch.events {
        event.id = "1".into();
    }
    batch.to_invocation()
}

fn out_of_order() -> String {
    const MIDNIGHT: i64 = 1_795_219_200_000; // 2026-11-21T00:00:00Z
    const TIMESTAMPS: [Option<i64>; 10] = [
        Some(MIDNIGHT),
        Some(MIDNIGHT - 1),
        Some(MIDNIGHT + 5_000),
        Some(MIDNIGHT - 5_000),
        Some(0),
        Some(-1),
        None,
        Some(253_370_764_799_000), // 9998-12-31T23:59:59Z
        Some(253_402_300_800_000), // 10000-01-01T00:00:00Z
        Some(i64::MAX),
    ];
    let message = json_text(&one_line(DELIVERED_TO_ANA));
    let event = |(timestamp, index): (&Option<i64>, u32)| {
        let (_, id) = stamp("out-of-order", index);
        let timestamp = timestamp.map(|ms| format!(r#""timestamp":{ms},"#)).unwrap_or_default();
        format!(r#"{{"id":"{id}",{timestamp}"message":{message}}}"#)
    };
    let events: Vec<String> = TIMESTAMPS.iter().zip(0..).map(event).collect();
    raw::payload(&events)
}
