//! What the archive has of the events of a file.
//!
//! A file has the events that a subscription, another file or `backfill` may have brought before. What the archive has is read
//! when the first event of a day comes ([`copies`]), and compared by what the events say ([`known`]). An event that the
//! archive has is left out; of three equal events of which it has two, one is taken in, with the number that is next, so
//! that readers show all three.
//!
//! What an import of the same file has archived is processed again, as its batch: so what a killed run left is completed, and
//! a stream gets what it did not get.

mod copies;
mod known;
mod of_file;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use mailtrail_archive::ArchiveReader;
use mailtrail_clock::Time;
use mailtrail_config::IntakeConfig;
use mailtrail_ocsf::Class;
use mailtrail_pipeline::preview;
use mailtrail_pull::accounts;
use mailtrail_subscription::{BatchId, Content, EventUids, LogBatch, Naming, Payload, batches};
use serde::Deserialize;
use serde_json::value::RawValue;
use tokio::sync::Mutex;

use super::turns::Turn;
use copies::{Folders, learn};
use known::{Compared, Known, NO_BATCH, NamedBy};
pub(super) use of_file::OfFile;

/// Most events are in CloudWatch Logs so soon, in milliseconds: CloudTrail takes a few minutes.
/// <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/how-cloudtrail-works.html>
const USUAL_DELAY: i64 = 3_600_000;

/// What the archive has, as far as it was asked for.
#[derive(Debug)]
pub(crate) struct ArchivedEvents {
    /// Nothing where files are only compared with each other.
    archive: Option<ArchiveReader>,
    config: IntakeConfig,
    decoded_limit: usize,
    /// Whether what is processed will be in the archive.
    writes: bool,
    read: Mutex<ReadSoFar>,
}

#[derive(Debug, Default)]
struct ReadSoFar {
    known: Known,
    /// The days whose events are known.
    days: BTreeSet<Time>,
    folders: Option<Folders>,
    /// The accounts that the archive had events of.
    accounts: Option<BTreeSet<String>>,
    /// Objects that could not be read.
    unreadable: u64,
    /// Days with more events than can be compared.
    in_part: BTreeSet<Time>,
}

/// What is left of a payload.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Left {
    /// The events that the archive lacks, and those that are to be processed again.
    pub(crate) payloads: Vec<Payload>,
    /// How many are left out.
    pub(crate) in_archive: u64,
    /// The account that they are of, if the archive has events of others alone.
    pub(crate) other_account: Option<String>,
}

/// Which events of a payload are processed, in a payload of their own.
#[derive(Debug, Default)]
struct Chosen {
    /// Positions, each with the id that the event gets.
    events: BTreeMap<usize, Option<String>>,
    /// The name of the batch that the archive has of them, where they are processed again.
    again: Option<String>,
}

/// What could not be compared.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotCompared {
    /// Objects that could not be read.
    pub(crate) objects: u64,
    /// Days with more events than are held.
    pub(crate) days: u64,
}

impl ArchivedEvents {
    /// Of this archive, if there is one. `config` is that of what is processed; `writes` says that it will be in the archive.
    pub(crate) fn new(archive: Option<ArchiveReader>, config: IntakeConfig, writes: bool) -> Self {
        let decoded_limit = config.decoded_limit.bytes();
        Self { archive, config, decoded_limit, writes, read: Mutex::default() }
    }

    /// Leaves out of a payload what the archive has. A payload that was sent is left as it is: the pipeline knows what to do
    /// with it. Must be called in the turn of the input.
    ///
    /// # Errors
    /// When the archive cannot be listed or read.
    pub(super) async fn leave_out(
        &self,
        payload: Payload,
        file: &mut OfFile,
        turn: &Turn,
    ) -> anyhow::Result<Left> {
        let decoded = payload.decode(self.decoded_limit);
        let found = decoded.as_ref().ok().and_then(|text| Some((text, batches(text).ok()?)));
        let Some((text, batch)) = found.as_ref().and_then(|(text, batches)| Some((*text, batches.first()?)))
        else {
            return Ok(Left { payloads: vec![payload], ..Left::default() });
        };
        if batch.retrieved_by.is_none() {
            self.add_sent(&payload).await;
            return Ok(Left { payloads: vec![payload], ..Left::default() });
        }
        let mut read = self.read.lock().await;
        let days: BTreeSet<Time> = batch.events.iter().flat_map(|event| days(event.time())).collect();
        for day in days {
            self.learn(&mut read, day, turn).await?;
        }
        let other_account = read.accounts.as_ref().and_then(|accounts| {
            let is_other =
                !accounts.is_empty() && !accounts.contains(&*batch.owner) && !batch.owner.is_empty();
            is_other.then(|| batch.owner.clone().into_owned())
        });
        let (chosen, in_archive) = choose(&mut read.known, batch, file);
        drop(read);
        let mut left = Left { payloads: Vec::new(), in_archive, other_account };
        for chosen in chosen {
            let part = chosen.payload(&payload, text, batch.events.len())?;
            if chosen.again.as_ref().is_none_or(|name| self.has_name(&part, name)) {
                left.payloads.push(part);
            } else {
                left.in_archive += chosen.events.len() as u64;
            }
        }
        if left.payloads.is_empty() {
            left.other_account = None;
        }
        Ok(left)
    }

    /// Whether a payload is the batch of this name.
    fn has_name(&self, payload: &Payload, name: &str) -> bool {
        let Ok(text) = payload.decode(self.decoded_limit) else { return false };
        batches(&text).is_ok_and(|batches| BatchId::of(&batches).to_string() == name)
    }

    /// Learns of a payload that is processed as it is, for the files after it. Must be called in the turn of its input.
    pub(super) async fn add_sent(&self, payload: &Payload) {
        let mut read = self.read.lock().await;
        // While no day was asked for, what is written is found with what else the archive has.
        if self.writes && read.days.is_empty() {
            return;
        }
        let Ok(text) = payload.decode(self.decoded_limit) else { return };
        let batches = batches(&text).unwrap_or_default();
        let is_recognized = self.is_recognized(payload, batches.len());
        for batch in batches {
            for event in read.known.compared(&batch, &EventUids::of(&batch)) {
                read.known.add(Compared { is_recognized, ..event }, NO_BATCH);
            }
        }
    }

    /// Whether the records of each batch of a payload will be of classes that only recognised events have. Of several batches, only
    /// all records together are known here.
    fn is_recognized(&self, payload: &Payload, batches: usize) -> bool {
        let classes = preview(payload, &self.config).map(|preview| preview.by_class).unwrap_or_default();
        let has_others = classes.contains_key(Class::BaseEvent.name());
        let has_recognized = classes.len() > usize::from(has_others);
        has_recognized && (batches == 1 || !has_others)
    }

    /// What could not be compared, so that events may be archived again.
    pub(crate) async fn not_compared(&self) -> NotCompared {
        let read = self.read.lock().await;
        NotCompared { objects: read.unreadable, days: read.in_part.len() as u64 }
    }

    /// Reads what the archive has of a day, if it was not read before.
    async fn learn(&self, read: &mut ReadSoFar, day: Time, turn: &Turn) -> anyhow::Result<()> {
        if read.days.contains(&day) {
            return Ok(());
        }
        if read.known.make_room() {
            (read.days, read.folders) = (BTreeSet::new(), None);
        }
        read.days.insert(day);
        let Some(archive) = &self.archive else { return Ok(()) };
        // What the inputs before have is in the archive then.
        turn.all_before_ended().await;
        if read.accounts.is_none() {
            read.accounts = Some(accounts(archive).await?);
        }
        let folders = match read.folders.take() {
            Some(folders) => folders,
            None => Folders::of(archive).await?,
        };
        let learned = learn(archive, &folders, day, self.decoded_limit, &mut read.known).await;
        read.folders = Some(folders);
        read.unreadable += learned?;
        if read.known.is_full() {
            read.in_part.insert(day);
        }
        Ok(())
    }
}

/// Midnight of each day under which the records of an event may lie: its time may be that of its delivery, and a record has the
/// time that the message says.
fn days(time: Option<Time>) -> impl Iterator<Item = Time> {
    let millis = time.unwrap_or(Time::EPOCH).millis();
    let near = [millis, millis - USUAL_DELAY, millis + USUAL_DELAY].into_iter().filter_map(Time::from_millis);
    near.filter_map(|time| Time::from_millis(time.day_number() * mailtrail_clock::DAY))
}

/// What is processed of a batch, in payloads of their own, and how many events are left out.
fn choose(known: &mut Known, batch: &LogBatch<'_>, file: &mut OfFile) -> (Vec<Chosen>, u64) {
    let uids = EventUids::of(batch);
    let (mut new, mut again) = (Vec::new(), BTreeMap::<u32, Vec<(usize, Compared)>>::new());
    let (mut in_archive, mut once) = (0, HashSet::new());
    for (at, mut event) in known.compared(batch, &uids).into_iter().enumerate() {
        if let NamedBy::Number(number) = &mut event.named_by {
            // Its number in the file, which may have equal events in several payloads.
            *number = if event.content.naming == Naming::Event { 0 } else { file.next(event.content) };
        }
        match known.find(event) {
            Some(number) if number == NO_BATCH || !once.insert(event.entry()) => in_archive += 1,
            Some(number) => again.entry(number).or_default().push((at, event)),
            None => {
                known.add(event, NO_BATCH);
                new.push((at, event));
            }
        }
    }
    let mut chosen = Vec::new();
    for (number, events) in again {
        match known.batch(number) {
            Some(imported) if imported.events == events.len() => {
                let again = Some(imported.name.clone());
                chosen.push(Chosen { again, ..Chosen::of(&events, batch, &uids) });
            }
            _ => in_archive += events.len() as u64,
        }
    }
    if !new.is_empty() {
        chosen.push(Chosen::of(&new, batch, &uids));
    }
    (chosen, in_archive)
}

/// The list of events of a payload.
#[derive(Deserialize)]
struct Events<'a> {
    #[serde(borrow, rename = "logEvents")]
    events: Vec<&'a RawValue>,
}

impl Chosen {
    /// These events. Those that have no id get their uid as one, where it says another number than their place does.
    fn of(events: &[(usize, Compared)], batch: &LogBatch<'_>, uids: &EventUids<'_>) -> Self {
        let mut next = BTreeMap::<String, u32>::new();
        let mut with_id = |&(at, event): &(usize, Compared)| {
            let NamedBy::Number(number) = event.named_by else { return (at, None) };
            if !batch.events[at].id().is_empty() {
                return (at, None);
            }
            let in_place = next.entry(uids.named(at, 0)).or_default();
            if number == *in_place {
                *in_place += 1;
                return (at, None);
            }
            (at, Some(uids.named(at, number)))
        };
        Self { events: events.iter().map(&mut with_id).collect(), again: None }
    }

    /// The payload of them.
    fn payload(&self, of: &Payload, text: &str, events: usize) -> serde_json::Result<Payload> {
        if self.events.len() == events && self.events.values().all(Option::is_none) {
            return Ok(of.clone());
        }
        let content = Content::Plain(self.text(text)?.into());
        Ok(Payload { content, region: of.region.clone(), sequence_number: None })
    }

    /// The text of a payload with these of its events.
    fn text(&self, text: &str) -> serde_json::Result<Vec<u8>> {
        let Events { events } = serde_json::from_str(text)?;
        let at = |part: &str| part.as_ptr().addr() - text.as_ptr().addr();
        let (Some(first), Some(last)) = (events.first(), events.last()) else { return Ok(text.into()) };
        let (begin, end) = (at(first.get()), at(last.get()) + last.get().len());
        let mut out = Vec::with_capacity(text.len());
        out.extend_from_slice(&text.as_bytes()[..begin]);
        for (number, (at, id)) in self.events.iter().enumerate() {
            let event = events[*at].get();
            if number > 0 {
                out.push(b',');
            }
            match id {
                // A uid has no character that JSON escapes.
                Some(id) => {
                    out.extend_from_slice(format!("{{\"id\":\"{id}\",").as_bytes());
                    out.extend_from_slice(event.as_bytes().strip_prefix(b"{").unwrap_or_default());
                }
                None => out.extend_from_slice(event.as_bytes()),
            }
        }
        out.extend_from_slice(&text.as_bytes()[end..]);
        Ok(out)
    }
}

#[cfg(test)]
mod tests;
