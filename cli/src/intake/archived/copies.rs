//! Which records have their raw copy.
//!
//! Both are written side by side, so a run that was killed may have left records alone. The raw copy is the authority: until
//! it is there, the archive does not have the events. A raw copy has the name of its batch, and lies under the day that the
//! name says. That of several batches has a name of its own, and is read for theirs;
//! one that layout version 1 wrote does not tell them, and its events are taken in again.

use std::collections::{BTreeSet, HashSet};
use std::io::Read;

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use mailtrail_archive::{ArchiveReader, ObjectBody, RAW, batch_of, day_pointer_day, raw_day};
use mailtrail_aws_client::Deadline;
use mailtrail_clock::{DAY, Time};
use mailtrail_subscription::{BatchId, batches, payloads};

use super::{folders, list};

/// Raw copies that are decoded at a time: each may be as large as the largest payload.
const DECODED_AT_A_TIME: usize = 4;

/// The batches that have a raw copy, as far as they were asked for.
#[derive(Debug, Default)]
pub(super) struct Copies {
    batches: HashSet<String>,
    /// Raw copies that were read for their batches.
    opened: HashSet<String>,
    /// Keys of what could not be listed or read.
    unreadable: HashSet<String>,
}

impl Copies {
    /// The objects of records that have their raw copy, of these. Objects that are not named by a batch are joined ones, of
    /// closed days, and have it. `with_records` are batches that have records, so that raw copies named by them are of one
    /// batch. A name that is not known yet is looked for again: its raw copy may have been written since.
    pub(super) async fn keep(
        &mut self,
        archive: &ArchiveReader,
        mut objects: Vec<String>,
        with_records: &HashSet<String>,
        decoded_limit: usize,
    ) -> anyhow::Result<Vec<String>> {
        let days = self.lacking(&objects);
        if !days.is_empty() {
            let folders = folders(archive, [RAW]).await?;
            let mut listed = self.list(archive, &folders, &days).await?;
            let left = self.lacking(&objects);
            if !left.is_empty() {
                let near = may_contain(&left);
                listed.extend(self.list(archive, &folders, &(&near - &days)).await?);
                let (pointed, pointed_days) = pointed(&listed);
                let further = self.list(archive, &folders, &(&(&pointed_days - &near) - &days)).await?;
                let is_pointed = |key: &String| batch_of(key).is_some_and(|(name, _)| pointed.contains(name));
                listed.extend(further.into_iter().filter(is_pointed));
                let is_joint = |key: &String| {
                    raw_day(key).is_some()
                        && batch_of(key).is_some_and(|(name, _)| !with_records.contains(name))
                };
                listed.retain(is_joint);
                self.open(archive, listed, decoded_limit).await?;
            }
        }
        objects.retain(|key| self.has(key));
        Ok(objects)
    }

    /// How many folders could not be listed, and raw copies not read.
    pub(super) fn unreadable(&self) -> u64 {
        self.unreadable.len() as u64
    }

    fn has(&self, object: &str) -> bool {
        batch_of(object).is_none_or(|(batch, _)| self.batches.contains(batch))
    }

    /// The days under which the raw copies would lie that are not known.
    fn lacking(&self, objects: &[String]) -> BTreeSet<Time> {
        let lacking = objects.iter().filter(|key| !self.has(key));
        lacking.filter_map(|key| batch_of(key)).map(|(_, day)| day).collect()
    }

    /// Lists the raw copies of days, and the day pointers there.
    async fn list(
        &mut self,
        archive: &ArchiveReader,
        folders: &[String],
        days: &BTreeSet<Time>,
    ) -> anyhow::Result<Vec<String>> {
        let mut names = Vec::new();
        for &day in days {
            let listing = list(archive, folders, day).await?;
            self.unreadable.extend(listing.unreadable.into_iter().map(|(key, _)| key));
            names.extend(listing.names);
        }
        let copies = names.iter().filter(|key| raw_day(key).is_some());
        self.batches.extend(copies.filter_map(|key| batch_of(key)).map(|(batch, _)| batch.to_owned()));
        Ok(names)
    }

    /// Reads raw copies for their batches.
    async fn open(
        &mut self,
        archive: &ArchiveReader,
        copies: Vec<String>,
        decoded_limit: usize,
    ) -> anyhow::Result<()> {
        let new: Vec<String> = copies.into_iter().filter(|key| self.opened.insert(key.clone())).collect();
        let read = |key: String| async move {
            let read = move |body: &mut ObjectBody| batches_of(body, decoded_limit);
            match archive.read(&key, Deadline::NEVER, read).await {
                Err(error) if error.failure.retryable => Err(error),
                found => Ok((key, found.ok().flatten())),
            }
        };
        let mut read = stream::iter(new).map(read).buffer_unordered(DECODED_AT_A_TIME);
        while let Some((key, found)) = read.try_next().await? {
            match found {
                Some(batches) => self.batches.extend(batches),
                None => {
                    self.unreadable.insert(key);
                }
            }
        }
        Ok(())
    }
}

/// The days under which a raw copy may lie that has a batch of one of these days and others: a later day than the next one
/// has a pointer to it, and an event without a usable time puts it under the epoch.
fn may_contain(days: &BTreeSet<Time>) -> BTreeSet<Time> {
    let before = days.iter().filter_map(|day| Time::from_millis(day.millis() - DAY));
    before.chain(days.iter().copied()).chain([Time::EPOCH]).collect()
}

/// What the day pointers of these keys are named by, and the days of the raw copies.
fn pointed(keys: &[String]) -> (HashSet<String>, BTreeSet<Time>) {
    let pointers = keys.iter().filter(|key| day_pointer_day(key).is_some());
    pointers.filter_map(|key| batch_of(key)).map(|(batch, day)| (batch.to_owned(), day)).unzip()
}

/// The names of the batches of a raw copy; nothing where it cannot be read.
fn batches_of(body: &mut ObjectBody, decoded_limit: usize) -> Option<Vec<String>> {
    // Compression makes nothing larger by much.
    let longest = decoded_limit as u64 + (decoded_limit as u64 >> 10) + (64 << 10);
    let mut bytes = Vec::new();
    body.take(longest).read_to_end(&mut bytes).ok()?;
    let mut names = Vec::new();
    for payload in payloads(&Bytes::from(bytes)) {
        let text = payload.decode(decoded_limit).ok()?;
        let found = batches(&text).ok()?;
        names.extend(found.iter().map(|batch| BatchId::of(std::slice::from_ref(batch)).to_string()));
    }
    Some(names)
}
