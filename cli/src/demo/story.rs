//! One message on its way through the organization, told from the records in the archive.

use std::fmt::Write;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use serde::Deserialize;
use walkdir::WalkDir;

/// What the story needs of a record of class Email Activity.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Record {
    time_dt: String,
    message_trace_uid: String,
    metadata: Metadata,
    to: Vec<String>,
    email: Email,
    email_auth: Auth,
    status_detail: String,
    disposition: String,
    policy: Policy,
    unmapped: Unmapped,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Metadata {
    event_code: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Email {
    from: String,
    subject: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Auth {
    spf: String,
    dkim: String,
    dmarc: String,
    dmarc_policy: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Policy {
    name: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Unmapped {
    folder: String,
}

/// A message, and what happened to it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Story {
    pub(super) from: String,
    pub(super) to: String,
    pub(super) subject: String,
    /// The time of day of each step, and the step in words.
    pub(super) steps: Vec<(String, String)>,
}

/// The message of a day with the most steps after its arrival. `day` is the folder with the day's records.
pub(super) fn of_day(day: &Path) -> io::Result<Option<Story>> {
    let records = read(day)?;
    let arrivals = records.iter().filter(|record| record.metadata.event_code == ARRIVAL);
    let steps = |arrival: &Record| -> Vec<&Record> {
        records.iter().filter(|record| record.message_trace_uid == arrival.message_trace_uid).collect()
    };
    // Of several such messages the first: the last one that is not beaten, from behind.
    let longest = arrivals.rev().max_by_key(|arrival| steps(arrival).len());
    Ok(longest.map(|arrival| Story {
        from: arrival.email.from.clone(),
        to: arrival.to.join(", "),
        subject: arrival.email.subject.clone(),
        steps: steps(arrival).into_iter().map(|step| (time_of_day(step), words(step))).collect(),
    }))
}

const ARRIVAL: &str = "ORGANIZATION_EMAIL_RECEIVED";

/// All records of a folder, by time.
fn read(day: &Path) -> io::Result<Vec<Record>> {
    let mut records: Vec<Record> = Vec::new();
    for entry in WalkDir::new(day).sort_by_file_name() {
        let entry = entry?;
        if entry.file_type().is_file() {
            let object = zstd::Decoder::new(File::open(entry.path())?)?;
            for line in BufReader::new(object).lines() {
                records.push(serde_json::from_str(&line?)?);
            }
        }
    }
    records.sort_by(|one, other| one.time_dt.cmp(&other.time_dt));
    Ok(records)
}

/// `08:00:49` of `2026-11-20T08:00:49.515Z`.
fn time_of_day(record: &Record) -> String {
    record.time_dt.get(11..19).unwrap_or_default().to_owned()
}

/// What happened, in words.
fn words(record: &Record) -> String {
    let Record { email_auth, to, .. } = record;
    let to = to.join(", ");
    match record.metadata.event_code.as_str() {
        ARRIVAL => {
            let Auth { spf, dkim, dmarc, .. } = email_auth;
            format!("arrives; SPF {spf}, DKIM {dkim}, DMARC {dmarc}")
        }
        "DMARC_POLICY_APPLIED" => {
            format!(
                "its sender's DMARC policy is applied: {} ({})",
                email_auth.dmarc_policy, record.disposition
            )
        }
        "RULE_APPLIED" => format!("the rule “{}” is applied: {}", record.policy.name, record.disposition),
        "JOURNALING_INITIATED" => format!("a copy goes to the journal, {to}"),
        "MAILBOX_EMAIL_DELIVERED" => {
            let mut words = format!("is delivered to {to}");
            if !record.unmapped.folder.is_empty() {
                // A `String` takes every write.
                let _infallible = write!(words, ", into {}", record.unmapped.folder);
            }
            words
        }
        "INCOMING_EMAIL_BOUNCED" => format!("bounces for {to}: {}", record.status_detail),
        other => other.to_lowercase().replace('_', " "),
    }
}
