//! What goes around a payload on its way to the function: gzip, base64, and the events of Lambda and Kinesis.
//!
//! Policy: everything that AWS stamps with a clock or a random id is a constant here, so that the same
//! payload always gives the same bytes. The bytes of gzip are those of the `zlib-rs` in `Cargo.lock`; another
//! version may pack the same content differently.

use std::io::Write as _;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use flate2::{Compression, GzBuilder};
use serde::Serialize;

use crate::example::OWNER;

/// Region that the shipped samples come from.
pub const REGION: &str = "eu-west-1";

/// One gzip member at level 6, as CloudWatch Logs packs it, without a modification time.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    gzip_at(6, bytes)
}

/// As [`gzip`], at a level from 0 to 9.
#[expect(clippy::expect_used, reason = "writing to a vector cannot fail")]
pub fn gzip_at(level: u32, bytes: &[u8]) -> Vec<u8> {
    const UNKNOWN_SYSTEM: u8 = 255;
    let member = GzBuilder::new().mtime(0).operating_system(UNKNOWN_SYSTEM);
    let mut member = member.write(vec![], Compression::new(level));
    member.write_all(bytes).and_then(|()| member.finish()).expect("a vector takes every byte")
}

/// The event that CloudWatch Logs invokes a function with, around one payload: `{"awslogs":{"data":"…"}}`.
pub fn invocation(payload: &[u8]) -> Vec<u8> {
    format!(r#"{{"awslogs":{{"data":"{}"}}}}"#, STANDARD.encode(payload)).into_bytes()
}

/// The event that Lambda makes of records of a Kinesis data stream, one record for each payload, in one
/// shard.
pub fn kinesis_event(payloads: &[Vec<u8>], region: &str) -> Vec<u8> {
    let records =
        payloads.iter().enumerate().map(|(index, payload)| kinesis_record(index, payload, region)).collect();
    json(&KinesisEvent { records })
}

fn kinesis_record(index: usize, payload: &[u8], region: &str) -> KinesisRecord {
    let sequence_number = sequence_number(index);
    KinesisRecord {
        event_id: format!("{SHARD}:{sequence_number}"),
        kinesis: KinesisData {
            kinesis_schema_version: "1.0",
            partition_key: "5e0b6c6a3f2d4b0c9a7e1d8f4c2b3a69",
            sequence_number,
            data: STANDARD.encode(payload),
            approximate_arrival_timestamp: ARRIVAL_SECONDS,
        },
        event_source: "aws:kinesis",
        event_version: "1.0",
        event_name: "aws:kinesis:record",
        invoke_identity_arn: format!("arn:aws:iam::{OWNER}:role/mailtrail-workmail-events"),
        aws_region: region.into(),
        event_source_arn: stream_arn(region),
    }
}

/// The record that Lambda's on-failure destination of an asynchronous invocation gets, with the original
/// event in it. `invocation` must be JSON; it is put in on one line.
pub fn on_failure_record(invocation: &[u8]) -> Vec<u8> {
    let function_arn = function_arn(REGION);
    let original = String::from_utf8_lossy(invocation);
    one_line(&format!(
        r#"{{"version":"1.0","timestamp":"2026-11-20T10:18:10.481Z",
        "requestContext":{{"requestId":"e4b46cbf-b738-4f4a-8c1d-d3a0cd3f8c3d",
        "functionArn":"{function_arn}:$LATEST","condition":"RetriesExhausted","approximateInvokeCount":3}},
        "requestPayload":{original},
        "responseContext":{{"statusCode":200,"executedVersion":"$LATEST","functionError":"Unhandled"}},
        "responsePayload":{{"errorType":"ArchiveUnavailable",
        "errorMessage":"the archive did not take 1 object"}}}}"#
    ))
    .into_bytes()
}

/// The record that an event source mapping puts into its S3 on-failure destination: what the batch was, and
/// the whole original Kinesis `event` as text inside a JSON string.
pub fn kinesis_on_failure_record(event: &[u8]) -> Vec<u8> {
    let payload = json_text(&String::from_utf8_lossy(event));
    kinesis_failure(event, &format!(r#","payload":{payload}"#))
}

/// The same record as destinations other than S3 get it: without the event.
pub(crate) fn kinesis_on_failure_notice(event: &[u8]) -> Vec<u8> {
    kinesis_failure(event, "")
}

fn kinesis_failure(event: &[u8], payload: &str) -> Vec<u8> {
    let records = String::from_utf8_lossy(event).matches(r#""sequenceNumber":"#).count();
    let (first, last) = (sequence_number(0), sequence_number(records.saturating_sub(1)));
    let (function_arn, stream_arn) = (function_arn(REGION), stream_arn(REGION));
    one_line(&format!(
        r#"{{"requestContext":{{"requestId":"c9b8fa9f-5a7f-4d0e-af9c-0c604cde93a5",
        "functionArn":"{function_arn}","condition":"RetryAttemptsExhausted","approximateInvokeCount":3}},
        "responseContext":{{"statusCode":200,"executedVersion":"$LATEST","functionError":"Unhandled"}},
        "version":"1.0","timestamp":"2026-11-20T10:18:10.481Z",
        "KinesisBatchInfo":{{"shardId":"{SHARD}","startSequenceNumber":"{first}","endSequenceNumber":"{last}",
        "approximateArrivalOfFirstRecord":"2026-11-20T10:15:04.835Z",
        "approximateArrivalOfLastRecord":"2026-11-20T10:15:04.835Z",
        "batchSize":{records},"streamArn":"{stream_arn}"}}{payload}}}"#
    ))
    .into_bytes()
}

fn function_arn(region: &str) -> String {
    format!("arn:aws:lambda:{region}:{OWNER}:function:mailtrail-workmail-events")
}

fn stream_arn(region: &str) -> String {
    format!("arn:aws:kinesis:{region}:{OWNER}:stream/workmail-logs")
}

const SHARD: &str = "shardId-000000000000";
/// 2026-11-20T10:15:04.835Z, in the seconds that Kinesis counts in.
const ARRIVAL_SECONDS: f64 = 1_795_169_704.835;

/// Sequence numbers have 56 digits and rise within a shard.
fn sequence_number(index: usize) -> String {
    format!("4966874136205973418273450917862345109824762{index:013}")
}

/// JSON written over several lines, as one line. JSON strings hold no line break, so nothing else is touched.
pub(crate) fn one_line(text: &str) -> String {
    text.lines().map(str::trim_start).collect()
}

/// A text as a JSON string, with its quotes.
pub(crate) fn json_text(text: &str) -> String {
    String::from_utf8_lossy(&json(&text)).into_owned()
}

/// JSON of a value that always has one.
#[expect(clippy::expect_used, reason = "strings, numbers and lists of them always serialise")]
pub(crate) fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("plain data is JSON")
}

#[derive(Serialize)]
struct KinesisEvent {
    #[serde(rename = "Records")]
    records: Vec<KinesisRecord>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct KinesisRecord {
    kinesis: KinesisData,
    event_source: &'static str,
    event_version: &'static str,
    #[serde(rename = "eventID")]
    event_id: String,
    event_name: &'static str,
    invoke_identity_arn: String,
    aws_region: String,
    #[serde(rename = "eventSourceARN")]
    event_source_arn: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct KinesisData {
    kinesis_schema_version: &'static str,
    partition_key: &'static str,
    sequence_number: String,
    data: String,
    approximate_arrival_timestamp: f64,
}
