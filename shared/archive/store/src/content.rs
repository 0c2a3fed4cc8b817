//! Whether an object that exists holds the events of the one that would be written. Pure, but for reading the file.
//!
//! Compressed bytes are not compared: another version of gzip or zstd writes the same events in other bytes. The name of a raw
//! copy carries its content, so what it holds must hash to its name. An object of records must hold the records of the
//! same events; what they say depends on the version and the settings of the mapping, and is not compared. Anything else is
//! compared byte by byte, but for what describes and what is numbered, which nothing is derived from.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, BufRead, BufReader, Read};

use bytes::Bytes;
use mailtrail_subscription::{BatchId, batches, payloads};
use serde::Deserialize;

use crate::layout::{Content, content_of};
use crate::{LONGEST_LINE, object};

/// How an object that exists resembles the one that would be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Likeness {
    /// It has the same bytes.
    Bytes,
    /// It has other bytes, and holds the same events; or it is a description, which may be of another version.
    Content,
}

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
            Self::OtherContent => f.write_str("does not hold the same events or bytes; other settings may have written it, or another program"),
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

/// Whether an object at this key counts as the same whatever it holds, unless it is empty.
pub(crate) fn is_description(key: &str) -> bool {
    content_of(key) == Content::Description
}

/// Compares an object that exists, and has so many bytes, with the one that would be written at the same key.
pub(crate) fn compare(
    key: &str,
    existing: impl Read,
    length: u64,
    body: &[u8],
) -> Result<Likeness, Difference> {
    if length == 0 && !body.is_empty() {
        return Err(Difference::Empty);
    }
    let mut existing = Compared { existing, rest: body, is_same: true };
    let is_same = match content_of(key) {
        Content::Description => return Ok(Likeness::Content),
        Content::Exact => length == body.len() as u64 && existing.has_same_bytes()?,
        Content::Payload { batch } => is_payload(batch, &mut existing, body)?,
        Content::Records => is_of_same_events(&mut existing, body)?,
    };
    match is_same {
        false => Err(Difference::OtherContent),
        true if existing.is_same && existing.rest.is_empty() => Ok(Likeness::Bytes),
        true => Ok(Likeness::Content),
    }
}

/// An object, compared with other bytes while it is read.
struct Compared<'b, R> {
    existing: R,
    rest: &'b [u8],
    is_same: bool,
}

impl<R: Read> Compared<'_, R> {
    fn has_same_bytes(&mut self) -> io::Result<bool> {
        let mut buffer = [0; 8 << 10];
        while self.is_same && self.read(&mut buffer)? > 0 {}
        Ok(self.is_same && self.rest.is_empty())
    }
}

impl<R: Read> Read for Compared<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.existing.read(buffer)?;
        match self.rest.strip_prefix(&buffer[..length]) {
            Some(rest) => self.rest = rest,
            None => self.is_same = false,
        }
        Ok(length)
    }
}

/// Whether a raw copy holds the events that its name is made of.
fn is_payload(batch: &str, existing: impl Read, body: &[u8]) -> Result<bool, Difference> {
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

/// The first event that is not one of ours ends it, so that the memory is that of ours.
fn is_of_same_events(existing: impl Read, body: &[u8]) -> Result<bool, Difference> {
    let mut missing: BTreeMap<EventKey, usize> = BTreeMap::new();
    for_each_event(body, |event| {
        *missing.entry(event).or_default() += 1;
        true
    })?;
    let is_part_of_ours = for_each_event(existing, |event| match missing.get_mut(&event) {
        None => false,
        Some(1) => missing.remove(&event).is_some(),
        Some(times) => {
            *times -= 1;
            true
        }
    })?;
    Ok(is_part_of_ours && missing.is_empty())
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

/// Reads the events of an object, as long as `is_wanted` says that it may go on. Whether it came to the end.
fn for_each_event(
    object: impl Read,
    mut is_wanted: impl FnMut(EventKey) -> bool,
) -> Result<bool, Difference> {
    let mut lines = BufReader::new(object::decoder(object)?);
    let (mut number, mut line) = (0_u64, Vec::new());
    loop {
        line.clear();
        number += 1;
        let length = lines.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line)?;
        if length == 0 {
            return Ok(true);
        }
        let read: Line<'_> = serde_json::from_slice(&line)
            .map_err(|error| Difference::Unreadable(format!("invalid record in line {number}: {error}")))?;
        let Metadata { uid, log_name, log_source } = read.metadata;
        let own = Cow::into_owned;
        if !is_wanted(EventKey { log_group: own(log_name), log_stream: own(log_source), uid: own(uid) }) {
            return Ok(false);
        }
    }
}
