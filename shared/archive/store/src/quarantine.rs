//! What cannot be read is kept: the bytes, and what is wrong with them.

use bytes::Bytes;
use mailtrail_aws_client::Deadline;
use mailtrail_clock::{DAY, Time};
use mailtrail_subscription::{Payload, Undecodable};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::{Archive, ArchiveError, Put, Witness, quarantine_key};

/// A payload in quarantine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quarantined {
    /// Where the bytes are; `.json` instead of `.bin` says what is wrong.
    pub key: String,
    /// What is wrong.
    pub reason: Undecodable,
    /// Whether the bytes were there already.
    pub put: Put,
}

/// Keeps an unreadable payload whole, under the day of its arrival. `witnesses` gets each of its objects as soon as it is
/// there.
///
/// A retry may come after midnight, so yesterday's folder is looked into first: the same bytes are kept once.
///
/// # Errors
/// When the archive does not take it.
pub async fn quarantine(
    archive: &Archive,
    payload: &Payload,
    reason: Undecodable,
    now: Time,
    deadline: Deadline,
    witnesses: &mut Vec<Witness>,
) -> Result<Quarantined, ArchiveError> {
    let bytes = payload.bytes();
    let sha256 = hex::encode(Sha256::digest(bytes));
    let yesterday = Time::from_millis(now.millis() - DAY).unwrap_or(Time::EPOCH);
    let earlier = quarantine_key(reason.reason(), yesterday, &sha256);
    let known = archive.contains(&format!("{earlier}.bin"), deadline).await?;
    let stem = if known { earlier } else { quarantine_key(reason.reason(), now, &sha256) };
    let (key, report_key) = (format!("{stem}.bin"), format!("{stem}.json"));
    let put = archive.put(&key, bytes.clone(), deadline).await?;
    witnesses.push(Witness::new(key.as_str(), bytes, put));
    let report = report(payload, reason, &sha256);
    // The words of one that is there may be those of another version.
    if archive.put(&report_key, report.clone(), deadline).await? == Put::Written {
        witnesses.push(Witness::new(report_key, &report, Put::Written));
    }
    Ok(Quarantined { key, reason, put })
}

/// Whether a file of this name, with these bytes, is a payload that was quarantined: it is named by their SHA-256.
pub fn is_quarantined(name: &str, bytes: &[u8]) -> bool {
    let digest = || hex::encode(Sha256::digest(bytes));
    name.strip_suffix(".bin").is_some_and(|stem| stem.len() == 64 && stem == digest())
}

fn report(payload: &Payload, reason: Undecodable, sha256: &str) -> Bytes {
    let report = json!({
        "reason": reason.reason(),
        "explanation": reason.to_string(),
        "bytes": payload.bytes().len(),
        "sha256": sha256,
        "kinesis_sequence_number": payload.sequence_number,
        "what_to_do": what_to_do(reason),
    });
    Bytes::from(format!("{report:#}\n"))
}

/// What helps. Most payloads stay as unreadable as they are.
fn what_to_do(reason: Undecodable) -> &'static str {
    match reason {
        Undecodable::TooLarge { unit: "bytes", .. } => {
            "The .bin file beside this one holds the payload as it arrived. `mailtrail ingest --decoded-limit 256MiB` takes it \
             in, or a larger limit where it needs one."
        }
        Undecodable::UnknownEvent => {
            "The .bin file beside this one holds the event as it arrived. `mailtrail ingest --dry-run` says what it is; a \
             function that gets such events has a trigger that should not be there."
        }
        _ => {
            "The .bin file beside this one holds the payload as it arrived. `mailtrail ingest --dry-run` says what it is. A \
             damaged payload stays unreadable: ask its sender for another copy."
        }
    }
}
