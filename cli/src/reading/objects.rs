//! Selection and concurrent reading of the objects of an archive.
//!
//! Only the partitions of the required days are listed. A few partitions and a few objects are read at a time, and none is
//! held as a whole, so that memory stays bounded. Results are in the order of days and keys, whatever the concurrency.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures_util::{Stream, StreamExt, stream};
use mailtrail_archive::{ArchiveError, ArchiveReader, Listing, ObjectBody, batch_of};
use mailtrail_aws_client::{Deadline, RetryPolicy};
use mailtrail_clock::Time;

use super::Tally;

/// How often an object or a folder is tried that S3 does not give: about two seconds. A bad one must not hold up the others.
const TRIES: u32 = 6;

/// A partition of the archive: one day of one account and Region.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Partition {
    pub(crate) day: Time,
    folder: String,
    /// Restricts the partition to the objects of these batches.
    only: Option<BTreeSet<String>>,
}

impl Partition {
    /// The same partition, restricted to these batches.
    pub(crate) fn only(self, batches: BTreeSet<String>) -> Self {
        Self { only: Some(batches), ..self }
    }

    /// The Region and account, as the folder that it is in.
    pub(crate) fn of(&self) -> &str {
        self.folder.rsplit_once('/').map_or("", |(of, _)| of)
    }

    fn needs(&self, key: &str) -> bool {
        let is_named = |only: &BTreeSet<String>| batch_of(key).is_some_and(|(batch, _)| only.contains(batch));
        self.only.as_ref().is_none_or(is_named)
    }
}

/// The day in the key of an object or of a partition; `None` for other keys.
pub(crate) type DayOf = fn(&str) -> Option<Time>;

/// An object that was read.
#[derive(Debug)]
pub(crate) struct Object<T> {
    pub(crate) day: Time,
    pub(crate) key: String,
    /// The content, or the reason why it cannot be read.
    pub(crate) content: Result<T, String>,
}

/// All partitions below a prefix of the archive, by day. What cannot be listed is named on stderr and counted.
///
/// # Errors
/// When not even the Regions can be listed: then the archive cannot be reached, or is none.
pub(crate) async fn partitions(
    archive: &ArchiveReader,
    folder: &str,
    day_of: DayOf,
    tally: &mut Tally,
) -> Result<Vec<Partition>, ArchiveError> {
    let mut partitions = Vec::new();
    let regions = archive.folders_readable(folder, Deadline::NEVER).await?;
    for region in name_unreadable(regions, tally) {
        for account in folders(archive, &region, tally).await {
            let days = folders(archive, &account, tally).await;
            partitions.extend(days.into_iter().filter_map(|folder| {
                let day = day_of(&folder)?;
                Some(Partition { day, folder, only: None })
            }));
        }
    }
    partitions.sort_unstable();
    Ok(partitions)
}

/// The folders in a folder, where it can be listed.
async fn folders(archive: &ArchiveReader, folder: &str, tally: &mut Tally) -> Vec<String> {
    match impatient(archive).folders_readable(folder, Deadline::NEVER).await {
        Ok(listing) => name_unreadable(listing, tally),
        Err(error) => {
            tally.unreadable(folder, &error.failure.to_string());
            Vec::new()
        }
    }
}

fn name_unreadable(listing: Listing, tally: &mut Tally) -> Vec<String> {
    for (key, error) in listing.unreadable {
        tally.unreadable(&key, &error.failure.to_string());
    }
    listing.names
}

fn impatient(archive: &ArchiveReader) -> ArchiveReader {
    archive.clone().retry_policy(RetryPolicy { tries: TRIES, ..RetryPolicy::default() })
}

/// The content of every object in these partitions. `parse` turns key and bytes into content, on a blocking thread; it may
/// be called again, from the beginning of the object, where the connection broke. What cannot be listed or read does not end
/// the stream.
pub(crate) fn read<T, L>(
    archive: &ArchiveReader,
    day_of: DayOf,
    partitions: Vec<Partition>,
    jobs: usize,
    parse: L,
) -> impl Stream<Item = Object<T>>
where
    T: Send + 'static,
    L: Fn(&str, &mut ObjectBody) -> Result<T, String> + Send + Sync + 'static,
{
    let (archive, parse) = (impatient(archive), Arc::new(parse));
    let lister = archive.clone();
    stream::iter(partitions)
        .map(move |partition| list(lister.clone(), day_of, partition))
        .buffered(jobs)
        .flat_map(stream::iter)
        .map(move |entry| open(archive.clone(), Arc::clone(&parse), entry))
        .buffered(jobs)
}

/// The batch ids in the keys of these partitions, each with the day of its raw copy, for the wanted days. What cannot be
/// listed is named when the objects are read.
pub(super) async fn batches(
    archive: &ArchiveReader,
    day_of: DayOf,
    partitions: Vec<Partition>,
    jobs: usize,
    is_wanted: impl Fn(Time) -> bool,
) -> BTreeSet<(Time, String)> {
    let named = |entry: Entry| {
        let (batch, day) = batch_of(&entry.key).filter(|(_, day)| is_wanted(*day))?;
        Some((day, batch.to_owned()))
    };
    let archive = impatient(archive);
    let listed = stream::iter(partitions).map(|partition| list(archive.clone(), day_of, partition));
    let entries = listed.buffered(jobs).flat_map(stream::iter);
    entries.filter_map(|entry| std::future::ready(named(entry))).collect().await
}

/// The keys of all objects in these partitions, in order; and what cannot be listed, with the reason.
pub(crate) async fn keys(
    archive: &ArchiveReader,
    day_of: DayOf,
    partitions: Vec<Partition>,
    jobs: usize,
) -> (Vec<String>, Vec<(String, String)>) {
    let archive = impatient(archive);
    let listed = stream::iter(partitions).map(|partition| list(archive.clone(), day_of, partition));
    let entries: Vec<Entry> = listed.buffered(jobs).flat_map(stream::iter).collect().await;
    let (mut keys, mut unreadable) = (Vec::new(), Vec::new());
    for Entry { key, unreadable: reason, .. } in entries {
        match reason {
            Some(reason) => unreadable.push((key, reason)),
            None => keys.push(key),
        }
    }
    (keys, unreadable)
}

/// The account under which an object lies.
pub(crate) fn account_of(key: &str) -> &str {
    key.split('/').find_map(|part| part.strip_prefix("accountId=")).unwrap_or_default()
}

/// Something in a partition.
struct Entry {
    day: Time,
    key: String,
    /// Why it cannot be read, if that is known from the listing.
    unreadable: Option<String>,
}

/// The objects of a partition, without other files in its directory, and what cannot be read there.
async fn list(archive: ArchiveReader, day_of: DayOf, partition: Partition) -> Vec<Entry> {
    let day = partition.day;
    let unreadable = |key: String, error: &ArchiveError| {
        let unreadable = Some(error.failure.to_string());
        Entry { day, key, unreadable }
    };
    let listing = match archive.list_readable(&partition.folder, Deadline::NEVER).await {
        Ok(listing) => listing,
        Err(error) => return vec![unreadable(partition.folder, &error)],
    };
    let ours = listing.names.into_iter().filter(|key| day_of(key) == Some(day) && partition.needs(key));
    let mut entries: Vec<Entry> = ours.map(|key| Entry { day, key, unreadable: None }).collect();
    entries.extend(listing.unreadable.into_iter().map(|(key, error)| unreadable(key, &error)));
    entries
}

async fn open<T, L>(archive: ArchiveReader, parse: Arc<L>, entry: Entry) -> Object<T>
where
    T: Send + 'static,
    L: Fn(&str, &mut ObjectBody) -> Result<T, String> + Send + Sync + 'static,
{
    let Entry { day, key, unreadable } = entry;
    if let Some(reason) = unreadable {
        return Object { day, key, content: Err(reason) };
    }
    let own_key = key.clone();
    let read = archive.read(&key, Deadline::NEVER, move |body| parse(&own_key, body)).await;
    let content = read.unwrap_or_else(|error| Err(error.failure.to_string()));
    Object { day, key, content }
}
