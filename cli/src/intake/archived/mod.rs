//! What the archive has of the events of a file.
//!
//! A file has the events that a subscription, another file or `backfill` may have brought before. Which those are, the records
//! of the archive say, those of the days of the events: they are read when the first event of a day comes. An event that the
//! archive has is left out; of three equal events of which it has two, one is taken in. It has what records and a raw copy
//! say: records alone, which a run that was killed may leave, do not count, so that the next run completes them.

mod copies;
mod identity;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use anyhow::Context;
use futures_util::{StreamExt, TryStreamExt, stream};
use mailtrail_archive::{ArchiveReader, Listing, Object, batch_of, records_day};
use mailtrail_aws_client::Deadline;
use mailtrail_clock::Time;
use mailtrail_config::IntakeConfig;
use mailtrail_ocsf::Class;
use mailtrail_pipeline::encode;
use mailtrail_subscription::{BatchId, Content, EventUids, Kind, LogBatch, Payload, batches};
use mailtrail_watch::WatchList;
use serde::Deserialize;
use serde_json::value::RawValue;
use tokio::sync::Mutex;

use crate::reading::for_each_line;
use copies::Copies;
use identity::{Identities, Identity};

/// Objects that are read at a time.
const CONCURRENT_READS: usize = 16;
/// With more events than that, the days that are not needed are dropped: 32 bytes each, some 128 MiB.
const MOST_EVENTS: usize = 4 << 20;

/// What the archive has, as far as it was asked for.
#[derive(Debug)]
pub(crate) struct ArchivedEvents {
    /// Nothing where files are only compared with each other.
    archive: Option<ArchiveReader>,
    intake: IntakeConfig,
    identities: Arc<Identities>,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    days: HashSet<Time>,
    /// Event → how often the archive has it.
    events: HashMap<Identity, u32>,
    /// Objects that were written since with their raw copy, and not read yet.
    written: Vec<String>,
    /// The batches that have objects on these days.
    batches: HashSet<String>,
    /// Those that have their raw copy.
    copies: Copies,
    /// Objects that could not be read.
    unreadable: u64,
}

/// The events of one file that were compared, and how often each of them came.
#[derive(Debug, Default)]
pub(crate) struct OfFile(HashMap<Identity, u32>);

/// What is left of a payload.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Left {
    /// The events that the archive lacks.
    pub(crate) payload: Option<Payload>,
    /// How many it has.
    pub(crate) in_archive: u64,
}

/// The list of events of a payload.
#[derive(Deserialize)]
struct Events<'a> {
    #[serde(borrow, rename = "logEvents")]
    events: Vec<&'a RawValue>,
}

impl ArchivedEvents {
    /// Of this archive, if there is one. `intake` is how events are mapped, here as in the pipeline.
    pub(crate) fn new(archive: Option<ArchiveReader>, intake: IntakeConfig) -> Self {
        Self { archive, intake, identities: Arc::default(), known: Mutex::default() }
    }

    /// Leaves out of a payload what the archive has. A payload that a subscription sent, or that was archived as it is, is
    /// left as it is: the pipeline knows what to do with it.
    ///
    /// # Errors
    /// When the archive cannot be listed or read.
    pub(crate) async fn leave_out(&self, payload: Payload, file: &mut OfFile) -> anyhow::Result<Left> {
        let decoded = payload.decode(self.intake.decoded_limit.bytes());
        let text = match &decoded {
            Ok(text) => text.as_str(),
            Err(_) => return Ok(Left { payload: Some(payload), in_archive: 0 }),
        };
        let found = batches(text);
        let Some(batch) = found.as_ref().ok().and_then(|batches| batches.first()) else {
            return Ok(Left { payload: Some(payload), in_archive: 0 });
        };
        if batch.retrieved_by.is_none() || self.is_own(batch) {
            return Ok(Left { payload: Some(payload), in_archive: 0 });
        }
        let id = BatchId::of(std::slice::from_ref(batch));
        let objects = self.objects(&payload, batch, &id)?;
        let identities = self.identities_of(batch, &objects)?;

        let mut known = self.known.lock().await;
        for day in objects.iter().filter_map(|object| records_day(&object.key)) {
            self.learn(&mut known, day).await?;
        }
        if let (Some(archive), written) = (&self.archive, std::mem::take(&mut known.written)) {
            known.name_batches(&written);
            self.read_all(archive, &mut known, written).await?;
        }
        if known.batches.contains(&id.to_string()) {
            return Ok(Left { payload: Some(payload), in_archive: 0 });
        }
        let lacks: Vec<bool> = identities.iter().map(|&identity| known.lacks(identity, file)).collect();
        drop(known);
        let left = lacks.iter().filter(|lacks| **lacks).count();
        let in_archive = (lacks.len() - left) as u64;
        let rest = if in_archive == 0 {
            Some(payload)
        } else if left == 0 {
            None
        } else {
            let content = Content::Plain(only(text, &lacks)?.into());
            Some(Payload { content, region: payload.region.clone(), sequence_number: None })
        };
        Ok(Left { payload: rest, in_archive })
    }

    /// Learns of objects that a payload was archived in, which was not compared.
    pub(crate) async fn add(&self, keys: Vec<String>) {
        let mut known = self.known.lock().await;
        let Known { days, written, .. } = &mut *known;
        written
            .extend(keys.into_iter().filter(|key| records_day(key).is_some_and(|day| days.contains(&day))));
    }

    /// Learns of the events of a payload as if it was archived.
    pub(crate) async fn suppose(&self, payload: &Payload) -> anyhow::Result<()> {
        let Ok(text) = payload.decode(self.intake.decoded_limit.bytes()) else { return Ok(()) };
        let mut compared = OfFile::default();
        for batch in batches(&text).unwrap_or_default().iter().filter(|batch| batch.kind == Kind::Data) {
            if !self.is_own(batch) {
                let objects = self.objects(payload, batch, &BatchId::of(std::slice::from_ref(batch)))?;
                let identities = self.identities_of(batch, &objects)?;
                let mut known = self.known.lock().await;
                for identity in identities {
                    known.lacks(identity, &mut compared);
                }
            }
        }
        Ok(())
    }

    fn is_own(&self, batch: &LogBatch<'_>) -> bool {
        self.intake.own_log_groups.iter().any(|own| *own == batch.log_group)
    }

    /// The records of a batch, as the pipeline makes them.
    fn objects(&self, payload: &Payload, batch: &LogBatch<'_>, id: &BatchId) -> anyhow::Result<Vec<Object>> {
        let region = payload.region.as_deref().or(self.intake.region.as_deref());
        Ok(encode(batch, id, region, &self.intake, &WatchList::default())?.objects)
    }

    /// How many objects of the archive could not be read, so that their events may come twice.
    pub(crate) async fn unreadable(&self) -> u64 {
        let known = self.known.lock().await;
        known.unreadable + known.copies.unreadable()
    }

    /// The identities of the events of a batch, in their order, from the records that are made of them.
    fn identities_of(&self, batch: &LogBatch<'_>, objects: &[Object]) -> anyhow::Result<Vec<Identity>> {
        let mut by_uid = HashMap::new();
        for object in objects {
            let mut lines = object.lines()?;
            while let Some(line) = lines.next_line()? {
                let (identity, uid) = self.identities.of(line)?;
                by_uid.insert(uid, identity);
            }
        }
        let uids = EventUids::of(batch);
        let identity = |at| by_uid.get(&self.identities.uid(&uids.uid(at))).copied();
        (0..batch.events.len()).map(|at| identity(at).context("an event has no record")).collect()
    }

    /// Reads the records of a day, if they were not read before.
    async fn learn(&self, known: &mut Known, day: Time) -> anyhow::Result<()> {
        let Some(archive) = &self.archive else { return Ok(()) };
        if !known.days.insert(day) {
            return Ok(());
        }
        if known.events.len() > MOST_EVENTS {
            let unreadable = known.unreadable + known.copies.unreadable();
            *known = Known { unreadable, days: HashSet::from([day]), ..Known::default() };
        }
        // Listed for each day: what is processed meanwhile may make new ones.
        let folders = folders(archive, Class::ALL.iter().map(|class| class.name())).await?;
        let listing = list(archive, &folders, day).await?;
        known.unreadable += listing.unreadable.len() as u64;
        let mut keys = listing.names;
        keys.retain(|key| records_day(key).is_some());
        known.name_batches(&keys);
        let limit = self.intake.decoded_limit.bytes();
        let keys = known.copies.keep(archive, keys, &known.batches, limit).await?;
        self.read_all(archive, known, keys).await
    }

    /// Reads objects of records.
    async fn read_all(
        &self,
        archive: &ArchiveReader,
        known: &mut Known,
        keys: Vec<String>,
    ) -> anyhow::Result<()> {
        let mut read =
            stream::iter(keys).map(|key| self.read(archive, key)).buffer_unordered(CONCURRENT_READS);
        let mut once = HashSet::new();
        while let Some(events) = read.try_next().await? {
            let Some(events) = events else {
                known.unreadable += 1;
                continue;
            };
            for event in events {
                if once.insert(event) {
                    *known.events.entry(event.0).or_default() += 1;
                }
            }
        }
        Ok(())
    }

    /// The events of an object; nothing where it cannot be read.
    async fn read(
        &self,
        archive: &ArchiveReader,
        key: String,
    ) -> anyhow::Result<Option<Vec<(Identity, u64)>>> {
        let identities = Arc::clone(&self.identities);
        let read = move |body: &mut mailtrail_archive::ObjectBody| {
            let mut events = Vec::new();
            let whole = for_each_line(body, |line| {
                events.push(identities.of(line)?);
                Ok(())
            });
            whole.is_ok().then_some(events)
        };
        match archive.read(&key, Deadline::NEVER, read).await {
            Ok(events) => Ok(events),
            Err(error) if error.failure.retryable => Err(error.into()),
            Err(_) => Ok(None),
        }
    }
}

impl Known {
    /// Adds the batches that objects of records are named by.
    fn name_batches(&mut self, objects: &[String]) {
        let named = objects.iter().filter_map(|key| batch_of(key));
        self.batches.extend(named.map(|(batch, _)| batch.to_owned()));
    }

    /// Whether the archive lacks an event of a file, which it has from then on.
    fn lacks(&mut self, event: Identity, file: &mut OfFile) -> bool {
        let in_file = file.0.entry(event).or_default();
        *in_file += 1;
        let in_archive = self.events.entry(event).or_default();
        let lacks = *in_file > *in_archive;
        *in_archive = (*in_archive).max(*in_file);
        lacks
    }
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
async fn list(archive: &ArchiveReader, folders: &[String], day: Time) -> anyhow::Result<Listing> {
    let of_day = folders.iter().map(|folder| format!("{folder}/eventDay={}", day.day()));
    let listed = stream::iter(of_day.collect::<Vec<_>>())
        .map(|folder| async move { archive.list_readable(&folder, Deadline::NEVER).await });
    let mut listed = listed.buffered(CONCURRENT_READS);
    let mut all = Listing::default();
    while let Some(listing) = listed.try_next().await? {
        all.names.extend(listing.names);
        all.unreadable.extend(listing.unreadable);
    }
    Ok(all)
}

/// The payload with those of its events that are marked.
fn only(text: &str, marked: &[bool]) -> serde_json::Result<Vec<u8>> {
    let Events { events } = serde_json::from_str(text)?;
    let at = |part: &str| part.as_ptr().addr() - text.as_ptr().addr();
    let (Some(first), Some(last)) = (events.first(), events.last()) else { return Ok(text.into()) };
    let (begin, end) = (at(first.get()), at(last.get()) + last.get().len());
    let kept = events.iter().zip(marked).filter(|(_, marked)| **marked).map(|(event, _)| event.get());
    let kept: Vec<&str> = kept.collect();
    Ok([&text[..begin], &kept.join(","), &text[end..]].concat().into_bytes())
}

#[cfg(test)]
mod tests;
