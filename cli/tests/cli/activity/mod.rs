//! `mailtrail activity`: of [`questions`], what is answered; of [`reading`], what the answer is made of, and how it is
//! printed; of [`names`], who and what ids are.

mod answers;
mod names;
mod questions;
mod reading;

use std::collections::{BTreeSet, HashMap};
use std::fs;

use mailtrail_faulty_aws::Faults;
use mailtrail_samples::{Batch, Event, event_id, sample_files};
use serde_json::Value;

use crate::mailtrail::{BUCKET, Mailtrail, Run, archive_of, with_a_bucket};

/// 2026-11-20T08:00:00Z.
const MORNING: i64 = 1_795_161_600_000;
const DAY: i64 = 86_400_000;

/// An archive of all samples that can be read: every source, every kind of identity, every trap.
fn archive_of_samples() -> Mailtrail {
    let mailtrail = Mailtrail::new().env("MAILTRAIL_ARCHIVE", "archive");
    for file in sample_files().into_iter().filter(|file| !file.name.starts_with("hostile/")) {
        mailtrail.write(&format!("in/{}", file.name), file.bytes);
    }
    mailtrail.run(&["ingest", "--region", "eu-west-1", "in"]).expect(0);
    mailtrail
}

/// A record of CloudTrail of that time and number: who, with which key, called what; and more members.
fn call(time: i64, number: u128, user: &str, key: &str, name: &str, more: &str) -> Event {
    let identity = format!(
        r#"{{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/{user}","accountId":"111122223333",
        "accessKeyId":"{key}","userName":"{user}"}}"#
    );
    record(time, number, &identity, name, more)
}

/// The same in a session of a role.
fn in_role(time: i64, number: u128, role: &str, key: &str, name: &str, more: &str) -> Event {
    let identity = format!(
        r#"{{"type":"AssumedRole","principalId":"AROAEXAMPLE:s","accountId":"111122223333","accessKeyId":"{key}",
        "arn":"arn:aws:sts::111122223333:assumed-role/{role}/s","sessionContext":{{"sessionIssuer":
        {{"type":"Role","arn":"arn:aws:iam::111122223333:role/{role}"}}}}}}"#
    );
    record(time, number, &identity, name, more)
}

fn record(time: i64, number: u128, identity: &str, name: &str, more: &str) -> Event {
    let service = if name == "AssumeRole" { "sts" } else { "iam" };
    let seconds = time.div_euclid(1_000);
    let (days, second) = (seconds.div_euclid(86_400) - MORNING / DAY, seconds.rem_euclid(86_400));
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    let message = format!(
        r#"{{"eventVersion":"1.11","userIdentity":{identity},"eventTime":
        "2026-11-{day:02}T{hour:02}:{minute:02}:{second:02}Z","eventSource":"{service}.amazonaws.com",
        "eventName":"{name}","awsRegion":"eu-west-1","sourceIPAddress":"203.0.113.20",
        "eventID":"{number}","eventType":"AwsApiCall","recipientAccountId":"111122223333"{more}}}"#,
        day = 20 + days,
    );
    Event { id: event_id(time, number), timestamp: time, message: message.replace('\n', "") }
}

/// What a call of `AssumeRole` has besides.
fn assumes(role: &str, key: &str) -> String {
    format!(
        r#","requestParameters":{{"roleArn":"arn:aws:iam::111122223333:role/{role}","roleSessionName":"s"}},
        "responseElements":{{"credentials":{{"accessKeyId":"{key}"}},"assumedRoleUser":
        {{"arn":"arn:aws:sts::111122223333:assumed-role/{role}/s"}}}}"#
    )
}

fn batch(events: Vec<Event>) -> Batch {
    Batch { log_group: "cloudtrail".to_owned(), ..Batch::of(events) }
}

fn activity(mailtrail: &Mailtrail, arguments: &[&str]) -> Run {
    mailtrail.run(&[&["activity"], arguments].concat()).expect(0)
}

fn records(run: &Run) -> Vec<Value> {
    run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Who did what: by CSV.
fn acts(mailtrail: &Mailtrail, arguments: &[&str]) -> Vec<String> {
    let run = activity(mailtrail, &[arguments, &["--csv"]].concat());
    let mut csv = csv::Reader::from_reader(run.stdout.as_bytes());
    let rows = csv.deserialize::<HashMap<String, String>>();
    rows.map(|row| row.map(|row| format!("{} {}", row["who"], row["event"])).unwrap()).collect()
}

fn names(mailtrail: &Mailtrail, arguments: &[&str]) -> Vec<String> {
    let run = activity(mailtrail, &[arguments, &["--json"]].concat());
    let name = |record: &Value| record["api"]["operation"].as_str().unwrap_or_default().to_owned();
    records(&run).iter().map(name).collect()
}
