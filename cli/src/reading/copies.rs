//! Selection of the raw copies that may contain events of a time range.
//!
//! A raw copy is in the partition of its earliest event, whatever days its other events have: a delivery may contain
//! events that are days late, an export events of months. If they span more than two days, the later partitions have day
//! pointers to it, and only those raw copies of an earlier day are read.

use std::collections::{BTreeMap, BTreeSet};

use mailtrail_archive::{ArchiveReader, day_pointer_day};
use mailtrail_clock::{DAY, Time, TimeRange};

use super::objects::{Partition, batches};

/// The required partitions, by day, restricted to single batches where day pointers refer to them.
pub(crate) async fn needed(
    archive: &ArchiveReader,
    partitions: Vec<Partition>,
    range: TimeRange,
    jobs: usize,
) -> Vec<Partition> {
    let (mut needed, others): (Vec<_>, Vec<_>) =
        partitions.into_iter().partition(|partition| may_contain(range, partition.day));
    if others.is_empty() {
        return needed;
    }
    let is_elsewhere = |day| !may_contain(range, day);
    let mut earlier: BTreeMap<Time, BTreeSet<String>> = BTreeMap::new();
    for (day, batch) in batches(archive, day_pointer_day, needed.clone(), jobs, is_elsewhere).await {
        earlier.entry(day).or_default().insert(batch);
    }
    needed.extend(others.into_iter().filter_map(|partition| {
        let batches = earlier.get(&partition.day)?.clone();
        Some(partition.only(batches))
    }));
    needed.sort_unstable();
    needed
}

/// Whether a raw copy of a day may hold events of the range, as far as no day pointer says so of another. Its day is
/// that of its earliest event, and others may be of the next day, so one more day is read on both sides. An event
/// without a usable time puts its batch, with whatever is in it, under the epoch.
fn may_contain(range: TimeRange, day: Time) -> bool {
    let midnight = day.millis();
    day == Time::EPOCH
        || (range.since().is_none_or(|since| since.millis() < midnight + 2 * DAY)
            && range.until().is_none_or(|until| midnight - DAY <= until.millis()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_more_is_read_on_both_sides_and_the_epoch_always() {
        let time =
            |day: u32, hour: u32| Time::from_iso8601(&format!("2026-11-{day}T{hour:02}:00:00Z")).unwrap();
        let range = TimeRange::new(Some(time(19, 10)), Some(time(20, 10))).unwrap();
        let read = |day: &u32| may_contain(range, time(*day, 0));
        assert_eq!((16..=24).filter(read).collect::<Vec<_>>(), [18, 19, 20, 21]);
        assert!(may_contain(range, Time::EPOCH) && may_contain(TimeRange::default(), time(19, 0)));
    }
}
