//! A batch to objects: one for each class, Region, account and day in it, sorted by time.
//!
//! Memory is the concern here. The records of a batch are several times larger than the batch, so a large
//! batch's records never exist all at once. A first pass maps each event to learn where it belongs and when it
//! happened, and keeps the line that it makes as long as there is room ([`KEPT_LINES`]); a second pass, in the
//! order that was found, writes the lines into the compressor, one object after the other, and makes those
//! again that were not kept. Ordinary batches are mapped once, the largest fit into the smallest function.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io;

use mailtrail_activity::{Activity, ActivityFields};
use mailtrail_archive::{LONGEST_LINE, Object, ObjectWriter, Partition, batch_object_key};
use mailtrail_clock::Time;
use mailtrail_config::IntakeConfig;
use mailtrail_names::Names;
use mailtrail_normalize::{Context, Event, Record, normalize, normalize_beginning};
use mailtrail_ocsf::Class;
use mailtrail_subscription::{BatchId, EventUids, LogBatch, LogEvent, is_probe};
use mailtrail_watch::{Match, Notification, Notifications, WatchList};
use thiserror::Error;

/// Bytes of lines that are kept between the passes.
const KEPT_LINES: usize = 16 << 20;

/// An event with so many bytes makes a line that can be read, whatever it says: a record is not much larger than its event.
const SMALL_EVENT: usize = 128 << 10;

/// The bytes of a message that are kept in its record, where the record of all of it would make too long a line. JSON writes
/// a byte in up to six, and there must be room for the marks of watches.
const BEGINNING: usize = 256 << 10;

/// A record that cannot be written or compressed in memory: a fault of ours.
#[derive(Debug, Error)]
#[error("cannot encode the records of a batch: {0}")]
pub struct EncodeError(#[from] io::Error);

/// The objects of a batch, and the entries of the watch list that its events match.
#[derive(Debug)]
pub struct Encoded {
    /// One for each class, Region, account and day.
    pub objects: Vec<Object>,
    /// One for each entry of the watch list that applied.
    pub notifications: Vec<Notification>,
}

/// Maps the events of a batch and writes them into objects. `region` is that of events which do not say theirs, `names` are
/// those that watched users are also known by.
///
/// # Errors
/// When the compressor fails, which only a lack of memory can make it do.
pub fn encode(
    batch: &LogBatch<'_>,
    id: &BatchId,
    region: Option<&str>,
    config: &IntakeConfig,
    watches: &WatchList,
    names: &Names,
) -> Result<Encoded, EncodeError> {
    let (uids, partitions) = (EventUids::of(batch), Partitions::of(batch, region));
    let encoder = BatchEncoder { batch, id, uids, config, watches, names, partitions };
    let (mut kept, mut notifications) = (Vec::new(), Notifications::new(watches, names));
    let slots: Result<Vec<Slot>, EncodeError> =
        (0..batch.events.len()).map(|at| encoder.slot(at, &mut kept, &mut notifications)).collect();
    let mut slots = slots?;
    slots.sort_unstable();
    let objects = slots.chunk_by(Slot::same_object).map(|slots| encoder.object(slots, &kept));
    Ok(Encoded { objects: objects.collect::<Result<_, _>>()?, notifications: notifications.finish() })
}

/// Where an event belongs, in the order of objects and of lines in them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Slot {
    class: Class,
    partition: u32,
    time: Time,
    /// The event's position in the batch; keeps events of the same moment in their order.
    at: u32,
    /// Where the line stands among those that were kept; an empty range where it was not.
    line: (u32, u32),
}

impl Slot {
    fn same_object(&self, other: &Self) -> bool {
        let object = |slot: &Self| (slot.class, slot.partition, slot.time.day_number());
        object(self) == object(other)
    }

    /// The length of the line, if it was kept.
    fn kept_bytes(&self) -> Option<u64> {
        let (start, end) = self.line;
        (start < end).then(|| u64::from(end - start))
    }
}

struct BatchEncoder<'a> {
    batch: &'a LogBatch<'a>,
    id: &'a BatchId,
    uids: EventUids<'a>,
    config: &'a IntakeConfig,
    watches: &'a WatchList,
    names: &'a Names,
    partitions: Partitions,
}

impl BatchEncoder<'_> {
    /// Maps an event, tells who is watched in it, and keeps its line if there is room.
    fn slot(
        &self,
        at: usize,
        kept: &mut Vec<u8>,
        notifications: &mut Notifications<'_>,
    ) -> Result<Slot, EncodeError> {
        let event = &self.batch.events[at];
        let (partition, line) = (self.partitions.at(at), Line::of(event, self.batch, self.config));
        let (record, found) = self.record(event, at, partition, &line);
        if !found.is_empty() {
            let fields = ActivityFields::from(&record);
            let activity = Activity::of(&fields);
            let key =
                batch_object_key(record.class(), self.partitions.get(partition), record.time(), self.id);
            for found in &found {
                notifications.add(found, &activity, record.time(), key.clone());
            }
        }
        let start = kept.len();
        if start < KEPT_LINES {
            write_line(&record, kept)?;
        }
        Ok(Slot {
            class: record.class(),
            partition,
            time: record.time(),
            at: small(at),
            line: (small(start), small(kept.len())),
        })
    }

    /// Writes the events of one object.
    fn object(&self, slots: &[Slot], kept: &[u8]) -> Result<Object, EncodeError> {
        let size = slots.iter().map(Slot::kept_bytes).sum::<Option<u64>>();
        let mut writer = ObjectWriter::new(size)?;
        let mut made = Vec::new();
        for slot in slots {
            let mut line = &kept[slot.line.0 as usize..slot.line.1 as usize];
            if line.is_empty() {
                let event = &self.batch.events[slot.at as usize];
                let read = Line::of(event, self.batch, self.config);
                made.clear();
                write_line(&self.record(event, slot.at as usize, slot.partition, &read).0, &mut made)?;
                line = &made;
            }
            writer.write_lines(line, 1)?;
        }
        let Slot { class, partition, time, .. } = slots[0];
        let key = batch_object_key(class, self.partitions.get(partition), time, self.id);
        Ok(Object { key, class, events: writer.events(), body: writer.finish()? })
    }

    /// The record of an event, marked by the entries of the watch list that apply.
    fn record<'m>(
        &'m self,
        event: &LogEvent<'m>,
        at: usize,
        partition: u32,
        line: &'m Line<'_>,
    ) -> (Record<'m>, Vec<Match<'m>>) {
        let context = context(self.batch, self.partitions.get(partition), self.config);
        let event = Event {
            uid: self.uids.uid(at),
            time: event.time(),
            timestamp_text: event.timestamp_text(),
            message: &line.message,
            values: line.values.as_deref(),
        };
        let mut record = normalize(&event, &context);
        let found = if is_probe(&self.batch.log_stream, &line.message) {
            Vec::new()
        } else {
            self.watches.matches(&record, &line.message, self.names)
        };
        mark(&mut record, &found);
        if event.size() > SMALL_EVENT && !is_readable(&record) {
            record = normalize_beginning(&event, &context, BEGINNING);
            mark(&mut record, &found);
        }
        (record, found)
    }
}

/// A log line, and its values where it is text whose columns are known.
pub(crate) struct Line<'m> {
    pub(crate) message: Cow<'m, str>,
    pub(crate) values: Option<String>,
}

impl<'m> Line<'m> {
    pub(crate) fn of(event: &LogEvent<'m>, batch: &LogBatch<'_>, config: &IntakeConfig) -> Self {
        let message = event.message();
        let columns = config.columns.of(&batch.log_group);
        Self { values: columns.and_then(|columns| columns.read(&message)), message }
    }
}

/// What is known of the events of a batch that lie in a partition.
pub(crate) fn context<'c>(
    batch: &'c LogBatch<'_>,
    partition: &'c Partition,
    config: &'c IntakeConfig,
) -> Context<'c> {
    Context {
        log_group: &batch.log_group,
        log_stream: &batch.log_stream,
        region: partition.region(),
        account: partition.account(),
        organization: config.organizations.id_of(&batch.log_group),
        source: config.sources.of(&batch.log_group).copied(),
        internal_domains: &config.internal_domains,
    }
}

fn mark<'m>(record: &mut Record<'m>, found: &[Match<'m>]) {
    for found in found {
        found.mark(record);
    }
}

/// Whether readers take the line of a record. Nothing may be written that cannot be read.
fn is_readable(record: &Record<'_>) -> bool {
    let mut line = Measured(0);
    serde_json::to_writer(&mut line, record).is_ok() && line.0 + 1 < LONGEST_LINE
}

/// Counts bytes.
struct Measured(u64);

impl io::Write for Measured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn write_line(record: &Record<'_>, lines: &mut Vec<u8>) -> Result<(), EncodeError> {
    serde_json::to_writer(&mut *lines, record).map_err(io::Error::from)?;
    lines.push(b'\n');
    Ok(())
}

/// A position in a batch, or in the lines that are kept: `MAX_EVENTS`, and [`KEPT_LINES`] and one line, are far
/// below 2^32.
fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// The partitions of a batch's events: with centralised logs, a batch has several.
struct Partitions {
    distinct: Vec<Partition>,
    /// The partition of each event, as its number in `distinct`.
    of_event: Vec<u32>,
}

impl Partitions {
    fn of(batch: &LogBatch<'_>, default_region: Option<&str>) -> Self {
        let mut partitions = Self { distinct: Vec::new(), of_event: Vec::with_capacity(batch.events.len()) };
        // What events say, and the partition that it means: many ways to say it lead to the same partition, and each
        // partition must get one object.
        let (mut said, mut known) = (HashMap::new(), HashMap::new());
        for event in &batch.events {
            let fields = event.system_fields();
            let number =
                *said.entry((fields.region, fields.account)).or_insert_with_key(|(region, account)| {
                    let region = region.as_deref().or(default_region);
                    let account = account.as_deref().unwrap_or(&batch.owner);
                    *known.entry(Partition::new(region, Some(account))).or_insert_with_key(|partition| {
                        partitions.distinct.push(partition.clone());
                        // As many as events at the most, and `MAX_EVENTS` is far below 2^32.
                        u32::try_from(partitions.distinct.len() - 1).unwrap_or(u32::MAX)
                    })
                });
            partitions.of_event.push(number);
        }
        partitions
    }

    fn at(&self, event: usize) -> u32 {
        self.of_event[event]
    }

    fn get(&self, number: u32) -> &Partition {
        &self.distinct[number as usize]
    }
}
