//! Which raw copies may hold events of a time.
//!
//! A raw copy lies under the day of its earliest event, however many days its events are of: a delivery may bring
//! events that are days late, and an export brings months. Where they are of more than two days, there are day pointers under
//! the later ones, which tell what is needed of an earlier day; nothing else of that is read.

use std::collections::{BTreeMap, BTreeSet};

use mailtrail_archive::{ArchiveReader, day_pointer_day};
use mailtrail_clock::Time;

use crate::reading::{self, Partition, TimeRange};

/// Of all folders of raw copies, those that are needed, in the order of the days.
pub(super) async fn needed(
    archive: &ArchiveReader,
    folders: Vec<Partition>,
    range: TimeRange,
    jobs: usize,
) -> anyhow::Result<Vec<Partition>> {
    let (mut needed, others): (Vec<_>, Vec<_>) =
        folders.into_iter().partition(|folder| range.may_contain(folder.day));
    if others.is_empty() {
        return Ok(needed);
    }
    let is_elsewhere = |day| !range.may_contain(day);
    let mut earlier: BTreeMap<Time, BTreeSet<String>> = BTreeMap::new();
    for (day, batch) in reading::batches(archive, day_pointer_day, needed.clone(), jobs, is_elsewhere).await?
    {
        earlier.entry(day).or_default().insert(batch);
    }
    needed.extend(others.into_iter().filter_map(|folder| {
        let batches = earlier.get(&folder.day)?.clone();
        Some(folder.only(batches))
    }));
    needed.sort_unstable();
    Ok(needed)
}
