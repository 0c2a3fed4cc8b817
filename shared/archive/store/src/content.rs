//! Whether an object that exists holds the events of the one that would be written. Pure, but for reading the file.
//!
//! Compressed bytes are not compared: another version of gzip or zstd writes the same events in other bytes. The name of a raw
//! copy carries its content, so what it holds must hash to its name. An object of records must hold the records of the
//! same events; what they say depends on the version and the settings of the mapping, and is not compared. Anything else is
//! compared byte by byte, but for what describes and what is numbered, which nothing is derived from.

use std::borrow::Cow;
use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};

use bytes::Bytes;
use mailtrail_subscription::{BatchId, batches, payloads};
use serde::Deserialize;

use crate::layout::{Content, content_of};
use crate::{LONGEST_LINE, object};

/// What is wrong with an object that exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Difference {
    Empty,
    OtherContent,
    Unreadable(String),
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("is empty"),
            Self::OtherContent => f.write_str("does not hold what its name says"),
            Self::Unreadable(reason) => write!(f, "cannot be read: {reason}"),
        }
    }
}

impl From<io::Error> for Difference {
    fn from(error: io::Error) -> Self {
        Self::Unreadable(error.to_string())
    }
}

/// A decoded payload may be so many times as long as another one of the same events: JSON writes a byte in up to six.
const LONGEST_SPELLING: usize = 6;
/// White space, and keys that are of no use to us.
const ENVELOPE: usize = 1 << 20;

/// Compares an object that exists with the one that would be written at the same key.
pub(crate) fn compare(key: &str, existing: File, body: &[u8]) -> Result<(), Difference> {
    let length = existing.metadata()?.len();
    if length == 0 && !body.is_empty() {
        return Err(Difference::Empty);
    }
    let is_same = match content_of(key) {
        Content::Description => true,
        Content::Exact => length == body.len() as u64 && is_equal(existing, body)?,
        Content::Payload { batch } => is_payload(batch, existing, body)?,
        Content::Records => is_of_same_events(existing, body)?,
    };
    if is_same { Ok(()) } else { Err(Difference::OtherContent) }
}

fn is_equal(existing: impl Read, body: &[u8]) -> io::Result<bool> {
    let (mut existing, mut rest) = (BufReader::new(existing), body);
    loop {
        let some = existing.fill_buf()?;
        if some.is_empty() {
            return Ok(rest.is_empty());
        }
        let Some(after) = rest.strip_prefix(some) else { return Ok(false) };
        rest = after;
        let read = some.len();
        existing.consume(read);
    }
}

/// Whether a raw copy holds the events that its name is made of.
fn is_payload(batch: &str, existing: File, body: &[u8]) -> Result<bool, Difference> {
    let decoded = decoded_length(body)?;
    let limit = decoded.saturating_mul(LONGEST_SPELLING).saturating_add(ENVELOPE);
    let mut bytes = Vec::new();
    existing.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    let unreadable = |reason: mailtrail_subscription::Undecodable| Difference::Unreadable(reason.to_string());
    let payload = payloads(&Bytes::from(bytes)).remove(0);
    let text = payload.decode(limit).map_err(unreadable)?;
    Ok(BatchId::of(&batches(&text).map_err(unreadable)?).to_string() == batch)
}

/// The decoded length of a payload of ours, which was decoded before.
fn decoded_length(body: &[u8]) -> Result<usize, Difference> {
    let decoded = mailtrail_subscription::inflate(body, usize::MAX);
    decoded.map(|text| text.len()).map_err(|reason| Difference::Unreadable(reason.to_string()))
}

fn is_of_same_events(existing: File, body: &[u8]) -> Result<bool, Difference> {
    let ours = events(body)?;
    let theirs = events_up_to(existing, ours.len())?;
    Ok(theirs == ours)
}

/// What makes the event of a record.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct EventKey {
    log_group: String,
    log_stream: String,
    uid: String,
}

#[derive(Deserialize)]
struct Line<'a> {
    #[serde(borrow)]
    metadata: Metadata<'a>,
}

#[derive(Deserialize)]
struct Metadata<'a> {
    #[serde(borrow)]
    uid: Cow<'a, str>,
    #[serde(borrow)]
    log_name: Cow<'a, str>,
    #[serde(borrow)]
    log_source: Cow<'a, str>,
}

fn events(object: impl Read) -> Result<Vec<EventKey>, Difference> {
    events_up_to(object, usize::MAX)
}

/// The events of an object, sorted. Of more than so many, only one more is read: then it is another object anyway.
fn events_up_to(object: impl Read, most: usize) -> Result<Vec<EventKey>, Difference> {
    let mut lines = BufReader::new(object::decoder(object)?);
    let (mut events, mut line) = (Vec::new(), Vec::new());
    while events.len() <= most {
        line.clear();
        let length = lines.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line)?;
        if length == 0 {
            break;
        }
        let read: Line<'_> = serde_json::from_slice(&line).map_err(|error| {
            Difference::Unreadable(format!("invalid record in line {}: {error}", events.len() + 1))
        })?;
        let Metadata { uid, log_name, log_source } = read.metadata;
        let own = Cow::into_owned;
        events.push(EventKey { log_group: own(log_name), log_stream: own(log_source), uid: own(uid) });
    }
    events.sort_unstable();
    Ok(events)
}
