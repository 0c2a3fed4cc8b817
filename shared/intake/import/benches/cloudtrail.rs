//! A log file of CloudTrail to payloads, on one thread: megabytes of decoded text a second.
//!
//! `cargo bench -p mailtrail-import [-- --json]`

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::cast_precision_loss, reason = "a bench")]

use std::io::Write;
use std::time::Instant;

use flate2::Compression;
use flate2::write::GzEncoder;
use mailtrail_import::{FileOrigin, Import};
use mailtrail_subscription::{Other, Shape};

const EVENTS: usize = 20_000;
const ROUNDS: usize = 11;
const LIMIT: usize = 64 << 20;

fn main() {
    let text = file();
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    let compressed = encoder.finish().unwrap();
    let mut rates =
        [("plain", text.as_bytes(), false), ("gzip", &compressed, true)].map(|(name, bytes, gzip)| {
            let mut seconds: Vec<f64> = (0..ROUNDS).map(|_| import(bytes, gzip)).collect();
            seconds.sort_by(f64::total_cmp);
            (name, text.len() as f64 / 1e6 / seconds[ROUNDS / 2])
        });
    rates.sort_by_key(|(name, _)| *name);
    if std::env::args().any(|argument| argument == "--json") {
        let [gzip, plain] = rates.map(|(_, rate)| rate.round());
        println!(r#"{{"decoded_bytes":{},"gzip_mb_per_s":{gzip},"plain_mb_per_s":{plain}}}"#, text.len());
    } else {
        for (name, rate) in rates {
            println!("{name}: {rate:.0} MB/s decoded");
        }
    }
}

/// Seconds of one import.
fn import(bytes: &[u8], gzip: bool) -> f64 {
    let start = Instant::now();
    let file = Other { shape: Shape::CloudTrailFile, gzip };
    let mut import = Import::new(file, bytes, FileOrigin::default(), LIMIT);
    let mut payloads = 0;
    while import.next_payload().is_some() {
        payloads += 1;
    }
    let report = import.finish();
    assert!(payloads > 0 && report.is_whole() && report.events == EVENTS as u64);
    start.elapsed().as_secs_f64()
}

/// A log file of management events of some two kilobytes, as most are.
fn file() -> String {
    let record = |number: usize| {
        let parameters: Vec<String> = (0..12)
            .map(|part| {
                format!(
                    r#"{{"key":"parameter-{part}-{number}","value":["a \"quoted\" value","{number:032x}"]}}"#
                )
            })
            .collect();
        format!(
            concat!(
                r#"{{"eventVersion":"1.11","userIdentity":{{"type":"AssumedRole","principalId":"AROAEXAMPLE:session-{number}","#,
                r#""arn":"arn:aws:sts::111122223333:assumed-role/example/session-{number}","accountId":"111122223333","#,
                r#""accessKeyId":"ASIAEXAMPLE{number:08}","sessionContext":{{"sessionIssuer":{{"type":"Role","principalId":"AROAEXAMPLE","#,
                r#""arn":"arn:aws:iam::111122223333:role/example","accountId":"111122223333","userName":"example"}},"#,
                r#""attributes":{{"creationDate":"2026-11-28T09:00:00Z","mfaAuthenticated":"false"}}}}}},"#,
                r#""eventTime":"2026-11-28T10:{minute:02}:{second:02}Z","eventSource":"ec2.amazonaws.com","eventName":"DescribeInstances","#,
                r#""awsRegion":"eu-west-1","sourceIPAddress":"203.0.113.9","userAgent":"aws-sdk-rust/1.3 os/linux lang/rust","#,
                r#""requestParameters":{{"filterSet":{{"items":[{parameters}]}}}},"responseElements":null,"#,
                r#""requestID":"{number:08x}-0000-4000-8000-000000000000","eventID":"{number:08x}-1111-4111-8111-111111111111","#,
                r#""readOnly":true,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"111122223333","eventCategory":"Management"}}"#
            ),
            number = number,
            minute = number / 60 % 60,
            second = number % 60,
            parameters = parameters.join(","),
        )
    };
    let records: Vec<String> = (0..EVENTS).map(record).collect();
    format!(r#"{{"Records":[{}]}}"#, records.join(","))
}
