//! Which raw copies to read, and what is in them.
//!
//! Only the folders of days that the time range needs are listed; a few at a time, and a few objects of
//! them are read at a time, so that the memory stays bounded. What comes of them comes in the order of the
//! days, and of the keys in each, however many are worked on.

use std::sync::Arc;

use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use mailtrail_delivery::{ArchiveError, ArchiveReader, Deadline, RAW, raw_day};
use mailtrail_ocsf::Time;
use mailtrail_subscription::Undecodable;

use super::scan::{Event, Query};

/// The folder of one day, in one account and Region.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Partition {
    pub(super) day: Time,
    folder: String,
}

/// A raw copy that was read.
#[derive(Debug)]
pub(super) struct Object {
    pub(super) day: Time,
    pub(super) key: String,
    /// Its events, or why there are none to be had.
    pub(super) events: Result<Vec<Event>, String>,
}

/// All folders with raw copies, in the order of their days.
pub(super) async fn partitions(archive: &ArchiveReader) -> Result<Vec<Partition>, ArchiveError> {
    let mut partitions = Vec::new();
    for region in archive.folders(RAW, Deadline::NEVER).await? {
        for account in archive.folders(&region, Deadline::NEVER).await? {
            let days = archive.folders(&account, Deadline::NEVER).await?;
            partitions.extend(days.into_iter().filter_map(|folder| {
                let day = raw_day(&folder)?;
                Some(Partition { day, folder })
            }));
        }
    }
    partitions.sort_unstable();
    Ok(partitions)
}

/// Everything in these folders.
///
/// # Errors
/// When the archive cannot be reached, or does not say what it holds. An object that alone cannot be read is
/// no reason to stop.
pub(super) fn read<'a>(
    archive: &'a ArchiveReader,
    query: &'a Arc<Query>,
    partitions: Vec<Partition>,
    jobs: usize,
) -> impl Stream<Item = anyhow::Result<Object>> + 'a {
    stream::iter(partitions)
        .map(move |partition| list(archive, partition))
        .buffered(jobs)
        .map_ok(|keys| stream::iter(keys.into_iter().map(Ok)))
        .try_flatten()
        .map_ok(move |(day, key)| look(archive, query, day, key))
        .try_buffered(jobs)
}

/// The raw copies in a folder. Other files may lie there, which are none of ours.
async fn list(archive: &ArchiveReader, partition: Partition) -> anyhow::Result<Vec<(Time, String)>> {
    let keys = archive.list(&partition.folder, Deadline::NEVER).await?;
    let ours = keys.into_iter().filter(|key| raw_day(key) == Some(partition.day));
    Ok(ours.map(|key| (partition.day, key)).collect())
}

async fn look(archive: &ArchiveReader, query: &Arc<Query>, day: Time, key: String) -> anyhow::Result<Object> {
    let bytes = match archive.get(&key, Deadline::NEVER).await {
        Ok(bytes) => bytes,
        // Every try failed with what passes by itself: that is the network, or all of S3, and no single object.
        Err(error) if error.failure.retryable => return Err(error.into()),
        Err(error) => return Ok(Object { day, events: Err(error.failure.to_string()), key }),
    };
    let query = Arc::clone(query);
    let events = tokio::task::spawn_blocking(move || query.scan(&bytes)).await?;
    Ok(Object { day, key, events: events.map_err(|reason| explain(&reason)) })
}

fn explain(reason: &Undecodable) -> String {
    match reason {
        Undecodable::TooLarge { unit: "bytes", .. } => format!("{reason}; give a larger --decoded-limit"),
        _ => reason.to_string(),
    }
}
