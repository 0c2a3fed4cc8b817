//! What an archive has of a day: its raw copies, as far as their batches have records.
//!
//! Both are written side by side, so a run that was killed may have left one of them. The raw copy is the authority, and what
//! commands show are the records: an event is in the archive where it has both. The records of a day name their batch, and so
//! their raw copy, which lies under the day of the batch's earliest event: that of its delivery, which may be a later one.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::io::Read;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use mailtrail_archive::{
    ArchiveReader, Listing, ObjectBody, RAW, batch_of, day_pointer_day, raw_day, records_day,
};
use mailtrail_aws_client::Deadline;
use mailtrail_clock::{DAY, Time};
use mailtrail_ocsf::Class;
use mailtrail_subscription::{BatchId, ContentKeys, EventUids, Kind, Naming, batches, payloads};

use super::known::{Compared, Imported, Known, NO_BATCH, compared};

/// Raw copies that are decoded at a time: each may be as large as the largest payload.
const DECODED_AT_A_TIME: usize = 4;
/// Folders that are listed at a time.
const LISTED_AT_A_TIME: usize = 16;

/// The folders of Regions and accounts.
#[derive(Debug)]
pub(super) struct Folders {
    of_copies: Vec<String>,
    of_records: Vec<String>,
}

/// A raw copy to read, and what is known of it.
struct Copy {
    key: String,
    batch: String,
}

/// A batch in a raw copy.
struct FoundBatch {
    imported: Option<Imported>,
    events: Vec<Compared>,
}

impl Folders {
    pub(super) async fn of(archive: &ArchiveReader) -> anyhow::Result<Self> {
        Ok(Self {
            of_copies: folders(archive, [RAW]).await?,
            of_records: folders(archive, Class::ALL.iter().map(|class| class.name())).await?,
        })
    }
}

/// Adds the events of a day to what is known. Returns how many objects could not be read.
pub(super) async fn learn(
    archive: &ArchiveReader,
    folders: &Folders,
    day: Time,
    decoded_limit: usize,
    known: &mut Known,
) -> anyhow::Result<u64> {
    let mut unreadable = 0;
    let near: BTreeSet<Time> =
        [Time::from_millis(day.millis() - DAY), Some(day), Some(Time::EPOCH)].into_iter().flatten().collect();
    let mut with_records = HashMap::new();
    let mut of_other_days = HashSet::new();
    let mut far: BTreeMap<Time, HashSet<String>> = BTreeMap::new();
    for &listed in &near {
        let names = list(archive, &folders.of_records, listed, &mut unreadable).await?;
        for key in names.iter().filter(|key| records_day(key).is_some()) {
            let Some((batch, of_copy)) = batch_of(key) else { continue };
            if listed != day {
                of_other_days.insert(batch.to_owned());
                continue;
            }
            let is_recognized: &mut bool = with_records.entry(batch.to_owned()).or_default();
            *is_recognized |= is_of_known_source(key);
            if !near.contains(&of_copy) {
                far.entry(of_copy).or_default().insert(batch.to_owned());
            }
        }
    }
    let mut copies = Vec::new();
    for &listed in &near {
        for key in list(archive, &folders.of_copies, listed, &mut unreadable).await? {
            let Some((batch, of_copy)) = batch_of(&key) else { continue };
            let batch = batch.to_owned();
            if raw_day(&key).is_some() {
                // One that names a batch of other days alone is no copy of several batches.
                if with_records.contains_key(&batch) || !of_other_days.contains(&batch) {
                    copies.push(Copy { key, batch });
                }
            } else if listed == day && day_pointer_day(&key).is_some() && !near.contains(&of_copy) {
                far.entry(of_copy).or_default().insert(batch);
            }
        }
    }
    for (listed, wanted) in far {
        for key in list(archive, &folders.of_copies, listed, &mut unreadable).await? {
            let batch = batch_of(&key).filter(|_| raw_day(&key).is_some()).map(|(batch, _)| batch.to_owned());
            copies.extend(batch.filter(|batch| wanted.contains(batch)).map(|batch| Copy { key, batch }));
        }
    }
    unreadable += read_all(archive, copies, with_records, day, decoded_limit, known).await?;
    Ok(unreadable)
}

/// Reads raw copies, in their order. Returns how many cannot be read.
async fn read_all(
    archive: &ArchiveReader,
    copies: Vec<Copy>,
    with_records: HashMap<String, bool>,
    day: Time,
    decoded_limit: usize,
    known: &mut Known,
) -> anyhow::Result<u64> {
    let (with_records, keys, mut unreadable) = (Arc::new(with_records), known.keys(), 0);
    let read = |Copy { key, batch }: Copy| {
        let (with_records, keys) = (Arc::clone(&with_records), keys.clone());
        let read = move |body: &mut ObjectBody| read(body, &batch, &with_records, day, decoded_limit, &keys);
        async move {
            match archive.read(&key, Deadline::NEVER, read).await {
                Err(error) if error.failure.retryable => Err(error),
                found => Ok(found.ok().flatten()),
            }
        }
    };
    let mut found = stream::iter(copies).map(read).buffered(DECODED_AT_A_TIME);
    while let Some(found) = found.try_next().await? {
        let Some(batches) = found else {
            unreadable += 1;
            continue;
        };
        for FoundBatch { imported, events } in batches {
            let batch = imported.map_or(NO_BATCH, |imported| known.add_batch(imported));
            for event in events {
                known.add(event, batch);
            }
        }
    }
    Ok(unreadable)
}

/// Whether these records are of a class that only recognised events have. Where a setting says that a log group has other events,
/// or what is recognised has no actor, records are Base Events.
fn is_of_known_source(key: &str) -> bool {
    !key.starts_with(Class::BaseEvent.name())
}

/// The events of a raw copy that a day has records of (`with_records`: whether those say that they were recognised); nothing where it cannot be read.
fn read(
    body: &mut ObjectBody,
    name: &str,
    with_records: &HashMap<String, bool>,
    day: Time,
    decoded_limit: usize,
    keys: &ContentKeys,
) -> Option<Vec<FoundBatch>> {
    // Compression makes nothing larger by much.
    let longest = decoded_limit as u64 + (decoded_limit as u64 >> 10) + (64 << 10);
    let mut bytes = Vec::new();
    body.take(longest).read_to_end(&mut bytes).ok()?;
    let (mut all, bytes) = (Vec::new(), Bytes::from(bytes));
    for payload in payloads(&bytes) {
        let text = payload.decode(decoded_limit).ok()?;
        let batches = batches(&text).ok()?;
        for batch in batches.iter().filter(|batch| batch.kind == Kind::Data) {
            // The name of a copy of one batch is that of the batch, by whatever version of the layout.
            let is_recognized = if batches.len() == 1 {
                with_records.get(name)
            } else {
                with_records.get(&BatchId::of(std::slice::from_ref(batch)).to_string())
            };
            let Some(&is_recognized) = is_recognized else { continue };
            let is_imported = batch.retrieved_by.is_some() && batches.len() == 1;
            let imported =
                is_imported.then(|| Imported { name: name.to_owned(), events: batch.events.len() });
            let mut events = compared(keys, batch, &EventUids::of(batch));
            // What names its event may lie under the time of its delivery.
            let is_of_day = |event: &Compared| {
                event.content.naming != Naming::Place || event.time.day_number() == day.day_number()
            };
            events.retain(is_of_day);
            for event in &mut events {
                event.is_recognized = is_recognized;
            }
            all.push(FoundBatch { imported, events });
        }
    }
    Some(all)
}

/// The folders of Regions and accounts, in these.
async fn folders(
    archive: &ArchiveReader,
    above: impl IntoIterator<Item = &str>,
) -> anyhow::Result<Vec<String>> {
    let mut folders: Vec<String> = above.into_iter().map(str::to_owned).collect();
    for _level in ["region", "account"] {
        let mut below = Vec::new();
        for folder in folders {
            below.extend(archive.folders_readable(&folder, Deadline::NEVER).await?.names);
        }
        folders = below;
    }
    Ok(folders)
}

/// What lies under a day in these folders.
async fn list(
    archive: &ArchiveReader,
    folders: &[String],
    day: Time,
    unreadable: &mut u64,
) -> anyhow::Result<Vec<String>> {
    let of_day = folders.iter().map(|folder| format!("{folder}/eventDay={}", day.day()));
    let listed = stream::iter(of_day.collect::<Vec<_>>())
        .map(|folder| async move { archive.list_readable(&folder, Deadline::NEVER).await });
    let mut listed = listed.buffered(LISTED_AT_A_TIME);
    let mut all = Vec::new();
    while let Some(Listing { names, unreadable: unlisted }) = listed.try_next().await? {
        all.extend(names);
        *unreadable += unlisted.len() as u64;
    }
    Ok(all)
}
