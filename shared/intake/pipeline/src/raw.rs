//! The raw copy: exactly what arrived, once, under the day of its earliest event; and the day pointers that name it.

use std::collections::BTreeMap;
use std::io::{self, Write};

use bytes::Bytes;
use flate2::write::GzEncoder;
use flate2::{Compression, GzBuilder};
use mailtrail_archive::{Partition, day_pointer_key, raw_key};
use mailtrail_clock::Time;
use mailtrail_subscription::{BatchId, Content, LogBatch, LogEvent, Payload};

/// The raw copy of a payload, and its day pointers: keys and bodies.
pub(crate) fn objects(
    payload: &Payload,
    batches: &[LogBatch<'_>],
    region: Option<&str>,
    id: &BatchId,
) -> io::Result<Vec<(String, Bytes)>> {
    let partition = partition(batches, region);
    let key = raw_key(&partition, id.time(), id);
    let mut objects = day_pointers(batches, &partition, id, &key);
    objects.push((key, body(payload)?));
    Ok(objects)
}

/// The object body for a payload: its own bytes, or, of one that arrived decoded, those compressed, without
/// a time in the header, so that the same payload gives the same bytes.
fn body(payload: &Payload) -> io::Result<Bytes> {
    match &payload.content {
        Content::Gzip(bytes) | Content::Unreadable(bytes, _) => Ok(bytes.clone()),
        Content::Plain(bytes) => {
            let mut encoder: GzEncoder<_> =
                GzBuilder::new().mtime(0).write(Vec::new(), Compression::default());
            encoder.write_all(bytes)?;
            Ok(encoder.finish()?.into())
        }
    }
}

/// The raw copy has the partition of its first event.
fn partition(batches: &[LogBatch<'_>], region: Option<&str>) -> Partition {
    let first = batches.iter().find_map(|batch| batch.events.first());
    let fields = first.map(LogEvent::system_fields).unwrap_or_default();
    let owner = batches.first().map(|batch| batch.owner.as_ref());
    Partition::new(fields.region.as_deref().or(region), fields.account.as_deref().or(owner))
}

/// Day pointers: keys under each further day of the payload's events, which name the raw copy. A reader of a day reads the
/// day before, too, and 1970, where the copy is if an event has no usable time; so those days need no pointer.
fn day_pointers(
    batches: &[LogBatch<'_>],
    partition: &Partition,
    id: &BatchId,
    raw_key: &str,
) -> Vec<(String, Bytes)> {
    if id.time() == Time::EPOCH {
        return Vec::new();
    }
    let first = id.time().day_number();
    let times = batches.iter().flat_map(|batch| &batch.events).filter_map(LogEvent::time);
    let days: BTreeMap<i64, Time> = times.map(|time| (time.day_number(), time)).collect();
    let is_unexpected = |(day, _): &(i64, Time)| *day > first + 1;
    let body = Bytes::from(format!("{raw_key}\n"));
    days.into_iter()
        .filter(is_unexpected)
        .map(|(_, time)| (day_pointer_key(partition, time, id), body.clone()))
        .collect()
}
