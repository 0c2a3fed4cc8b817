//! One object of records: its bytes in, what the passes need of it out. Pure, and work for a processor.

use std::collections::BTreeSet;
use std::io::Read;

use mailtrail_trace::{Filter, Learned, MailEvent, Prepared, TraceFields};

use crate::reading::{account_of, for_each_line};

/// What the first pass learns of an object.
#[derive(Debug, Default)]
pub(super) struct Scanned {
    pub(super) learned: Learned,
    pub(super) events: usize,
}

/// A record of an event that is asked for.
#[derive(Debug, Clone)]
pub(super) struct Line {
    /// The account under which it lies.
    pub(super) account: String,
    pub(super) record: Vec<u8>,
}

/// What the events of an object say.
///
/// # Errors
/// When it cannot be read to its last byte: then nothing of it counts.
pub(super) fn learn(object: impl Read, filter: &Filter) -> Result<Scanned, String> {
    let mut scanned = Scanned::default();
    for_each_line(object, |line| {
        if let Some(event) = MailEvent::of(&record(line)?) {
            scanned.learned.add(&event, filter);
            scanned.events += 1;
        }
        Ok(())
    })?;
    Ok(scanned)
}

/// The records of an object that are gathered, each with the parts that it is needed in.
///
/// # Errors
/// As of [`learn`].
pub(super) fn gather(
    key: &str,
    object: impl Read,
    wanted: &Prepared,
) -> Result<Vec<(Vec<usize>, Line)>, String> {
    let (account, mut gathered) = (account_of(key), Vec::new());
    for_each_line(object, |line| {
        let Some(leg) = record(line)?.leg() else { return Ok(()) };
        let parts = match wanted {
            Prepared::AtOnce(selection) => selection.contains(&leg).then_some(0).into_iter().collect(),
            Prepared::InParts(parts) => parts.of(&leg).collect::<Vec<_>>(),
        };
        if !parts.is_empty() {
            gathered.push((parts, Line { account: account.to_owned(), record: line.to_owned() }));
        }
        Ok(())
    })?;
    Ok(gathered)
}

/// The addresses that events are from and to.
///
/// # Errors
/// As of [`learn`].
pub(super) fn addresses(object: impl Read) -> Result<BTreeSet<String>, String> {
    let mut addresses = BTreeSet::new();
    for_each_line(object, |line| {
        if let Some(event) = MailEvent::of(&record(line)?) {
            let ends = event.from.iter().chain(&event.sender).chain(&event.recipients);
            addresses.extend(ends.map(|mailbox| mailbox.address.as_str().to_owned()));
        }
        Ok(())
    })?;
    Ok(addresses)
}

/// The log groups that records are of, whatever they tell.
///
/// # Errors
/// As of [`learn`].
pub(super) fn log_groups(object: impl Read) -> Result<BTreeSet<String>, String> {
    let mut groups = BTreeSet::new();
    for_each_line(object, |line| {
        let fields: TraceFields<'_> = serde_json::from_slice(line)?;
        if !groups.contains(fields.log_group()) {
            groups.insert(fields.log_group().to_owned());
        }
        Ok(())
    })?;
    Ok(groups)
}

/// A record. Every record has a uid, and what has none is something else.
pub(super) fn record(line: &[u8]) -> serde_json::Result<TraceFields<'_>> {
    // Checked once for all texts in it.
    let line = std::str::from_utf8(line).map_err(serde::de::Error::custom)?;
    let fields: TraceFields<'_> = serde_json::from_str(line)?;
    if fields.uid().is_empty() { Err(serde::de::Error::custom("no metadata.uid")) } else { Ok(fields) }
}
