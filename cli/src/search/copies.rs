//! Which raw copies may hold events of a time.
//!
//! A raw copy lies under the day of its earliest event, however many days its events are of: a delivery may bring
//! events that are days late, and an export brings months. But each of its events has a record under the event's own
//! day, in an object that is named by the same batch. So the records of the days that are asked for tell which raw
//! copies of earlier days are needed, and nothing else of those days is read.

use std::collections::{BTreeMap, BTreeSet};

use mailtrail_delivery::{ArchiveReader, records_day};
use mailtrail_ocsf::{Class, Time};

use crate::reading::{self, Partition, TimeRange};

/// Of all folders of raw copies, those that are needed, in the order of the days.
pub(super) async fn needed(
    archive: &ArchiveReader,
    raw: Vec<Partition>,
    range: TimeRange,
    jobs: usize,
) -> anyhow::Result<Vec<Partition>> {
    let (mut needed, before): (Vec<_>, Vec<_>) =
        raw.into_iter().partition(|partition| range.may_meet(partition.day));
    if before.is_empty() {
        return Ok(needed);
    }
    let mut records = Vec::new();
    for class in Class::ALL {
        records.extend(reading::partitions(archive, class.name(), records_day).await?);
    }
    records.retain(|partition| range.may_meet(partition.day));
    let mut by_day: BTreeMap<Time, BTreeSet<String>> = BTreeMap::new();
    let is_before = |day| !range.may_meet(day);
    for (day, batch) in reading::batches(archive, records_day, records, jobs, is_before).await? {
        by_day.entry(day).or_default().insert(batch);
    }
    needed.extend(before.into_iter().filter_map(|partition| {
        let batches = by_day.get(&partition.day)?.clone();
        Some(partition.only(batches))
    }));
    needed.sort_unstable();
    Ok(needed)
}
