//! Which objects of an archive to read, and what is in them.
//!
//! Only the folders of days that are needed are listed; a few at a time, and a few objects of them are read
//! at a time, so that the memory stays bounded. What comes of them comes in the order of the days, and of the
//! keys in each, however many are worked on.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use mailtrail_archive::{ArchiveError, ArchiveReader, batch_of};
use mailtrail_aws_client::Deadline;
use mailtrail_clock::Time;

/// The folder of one day, in one account and Region.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Partition {
    pub(crate) day: Time,
    folder: String,
    /// Only the objects that are named by these batches, where not all are needed.
    only: Option<BTreeSet<String>>,
}

impl Partition {
    /// The same, of which only these batches are needed.
    pub(crate) fn only(self, batches: BTreeSet<String>) -> Self {
        Self { only: Some(batches), ..self }
    }

    fn needs(&self, key: &str) -> bool {
        let is_named = |only: &BTreeSet<String>| batch_of(key).is_some_and(|(batch, _)| only.contains(batch));
        self.only.as_ref().is_none_or(is_named)
    }
}

/// The day of an object, or of the folder that it lies in; nothing for what is neither.
pub(crate) type DayOf = fn(&str) -> Option<Time>;

/// An object that was read.
#[derive(Debug)]
pub(crate) struct Object<T> {
    pub(crate) day: Time,
    pub(crate) key: String,
    /// What is in it, or why nothing is to be had.
    pub(crate) content: Result<T, String>,
}

/// All folders of days below a folder of the archive, in the order of the days.
pub(crate) async fn partitions(
    archive: &ArchiveReader,
    folder: &str,
    day_of: DayOf,
) -> Result<Vec<Partition>, ArchiveError> {
    let mut partitions = Vec::new();
    for region in archive.folders(folder, Deadline::NEVER).await? {
        for account in archive.folders(&region, Deadline::NEVER).await? {
            let days = archive.folders(&account, Deadline::NEVER).await?;
            partitions.extend(days.into_iter().filter_map(|folder| {
                let day = day_of(&folder)?;
                Some(Partition { day, folder, only: None })
            }));
        }
    }
    partitions.sort_unstable();
    Ok(partitions)
}

/// Everything in these folders, as `look` finds it: key and bytes in, content out. That is work for a
/// processor, and gets a thread.
///
/// # Errors
/// When the archive cannot be reached, or does not say what it holds. An object that alone cannot be read is
/// no reason to stop.
pub(crate) fn read<T, L>(
    archive: &ArchiveReader,
    day_of: DayOf,
    partitions: Vec<Partition>,
    jobs: usize,
    look: L,
) -> impl Stream<Item = anyhow::Result<Object<T>>>
where
    T: Send + 'static,
    L: Fn(&str, &Bytes) -> Result<T, String> + Send + Sync + 'static,
{
    let look = Arc::new(look);
    stream::iter(partitions)
        .map(move |partition| list(archive, day_of, partition))
        .buffered(jobs)
        .map_ok(|keys| stream::iter(keys.into_iter().map(Ok)))
        .try_flatten()
        .map_ok(move |(day, key)| open(archive, Arc::clone(&look), day, key))
        .try_buffered(jobs)
}

/// The batches by which the objects in these folders are named, each with the day of its raw copy, where that is
/// wanted.
///
/// # Errors
/// When the archive does not say what it holds.
pub(crate) async fn batches(
    archive: &ArchiveReader,
    day_of: DayOf,
    partitions: Vec<Partition>,
    jobs: usize,
    is_wanted: impl Fn(Time) -> bool,
) -> anyhow::Result<BTreeSet<(Time, String)>> {
    let named = |(_, key): &(Time, String)| {
        let (batch, day) = batch_of(key).filter(|(_, day)| is_wanted(*day))?;
        Some((day, batch.to_owned()))
    };
    let listed = stream::iter(partitions).map(|partition| list(archive, day_of, partition)).buffered(jobs);
    listed
        .map_ok(|keys| keys.iter().filter_map(named).collect::<Vec<_>>())
        .try_concat()
        .await
        .map(BTreeSet::from_iter)
}

/// The objects in a folder. Other files may lie there, which are none of ours.
async fn list(
    archive: &ArchiveReader,
    day_of: DayOf,
    partition: Partition,
) -> anyhow::Result<Vec<(Time, String)>> {
    let keys = archive.list(&partition.folder, Deadline::NEVER).await?;
    let ours = keys.into_iter().filter(|key| day_of(key) == Some(partition.day));
    let needed = ours.filter(|key| partition.needs(key));
    Ok(needed.map(|key| (partition.day, key)).collect())
}

async fn open<T, L>(
    archive: &ArchiveReader,
    look: Arc<L>,
    day: Time,
    key: String,
) -> anyhow::Result<Object<T>>
where
    T: Send + 'static,
    L: Fn(&str, &Bytes) -> Result<T, String> + Send + Sync + 'static,
{
    let bytes = match archive.get(&key, Deadline::NEVER).await {
        Ok(bytes) => bytes,
        // Every try failed with what passes by itself: that is the network, or all of S3, and no single object.
        Err(error) if error.failure.retryable => return Err(error.into()),
        Err(error) => return Ok(Object { day, content: Err(error.failure.to_string()), key }),
    };
    let looked = tokio::task::spawn_blocking(move || {
        let content = look(&key, &bytes);
        (key, content)
    });
    let (key, content) = looked.await?;
    Ok(Object { day, key, content })
}
