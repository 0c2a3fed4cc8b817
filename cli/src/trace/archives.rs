//! The email events of archives that are read as one.
//!
//! Each pass reads objects of some days. What cannot be read is named once, and remembered: messages of that time may lack
//! events.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt, pin_mut};
use mailtrail_archive::{ArchiveReader, Location, ObjectBody, records_day};
use mailtrail_clock::{DAY, Time};
use mailtrail_ocsf::Class;

use crate::reading::{self, Partition, Tally};

/// The classes that email events are kept in: a Base Event is one that lacked what its class requires.
const CLASSES: [Class; 2] = [Class::EmailActivity, Class::BaseEvent];
/// Requests at a time: S3 answers each after a while, and all of them together as fast.
const REQUESTS: usize = 64;

/// Whether objects are read for the first time. Only then they are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pass {
    First,
    Again,
}

pub(super) struct Archives {
    partitioned: Vec<(ArchiveReader, Vec<Partition>)>,
    jobs: Option<usize>,
    /// What cannot be read: archive and key.
    unreadable: BTreeSet<(usize, String)>,
    days_unreadable: BTreeSet<Time>,
    /// Whether not every folder could be listed.
    has_unlisted: bool,
}

impl Archives {
    /// Lists which days there are.
    pub(super) async fn open(
        readers: Vec<ArchiveReader>,
        jobs: Option<usize>,
        tally: &mut Tally,
    ) -> anyhow::Result<Self> {
        let mut archives = Vec::new();
        for reader in readers {
            let mut partitions = Vec::new();
            for class in CLASSES {
                partitions.extend(reading::partitions(&reader, class.name(), records_day, tally).await?);
            }
            partitions.sort_unstable();
            archives.push((reader, partitions));
        }
        Ok(Self {
            partitioned: archives,
            jobs,
            unreadable: BTreeSet::new(),
            days_unreadable: BTreeSet::new(),
            has_unlisted: tally.count_of_unreadable() > 0,
        })
    }

    pub(super) fn readers(&self) -> impl Iterator<Item = &ArchiveReader> {
        self.partitioned.iter().map(|(reader, _)| reader)
    }

    pub(super) fn locations(&self) -> impl Iterator<Item = &Location> {
        self.readers().map(ArchiveReader::location)
    }

    /// How many objects of an archive are worked on at a time.
    pub(super) fn jobs(&self, archive: &ArchiveReader) -> usize {
        self.jobs.unwrap_or_else(|| match archive.location() {
            Location::S3 { .. } => REQUESTS,
            Location::Directory(_) => processors(),
        })
    }

    /// The days that there are, except that of events without a usable time.
    pub(super) fn days(&self) -> BTreeSet<Time> {
        let days =
            self.partitioned.iter().flat_map(|(_, partitions)| partitions).map(|partition| partition.day);
        days.filter(|day| *day != Time::EPOCH).collect()
    }

    /// The last day of each Region and account.
    pub(super) fn last_days(&self) -> BTreeSet<Time> {
        let mut last: BTreeMap<(usize, &str), Time> = BTreeMap::new();
        for (number, (_, partitions)) in self.partitioned.iter().enumerate() {
            for partition in partitions {
                let newest = last.entry((number, partition.of())).or_insert(partition.day);
                *newest = partition.day.max(*newest);
            }
        }
        last.into_values().collect()
    }

    /// Looks at every object of the days that are wanted, on as many threads as it has jobs; what is found is taken in the order
    /// of archives, days and keys.
    pub(super) async fn scan<T, L>(
        &mut self,
        pass: Pass,
        is_wanted: impl Fn(Time) -> bool,
        tally: &mut Tally,
        look: L,
        mut take: impl FnMut(T) -> anyhow::Result<()>,
    ) -> anyhow::Result<()>
    where
        T: Send + 'static,
        L: Fn(&str, &mut ObjectBody) -> Result<T, String> + Clone + Send + Sync + 'static,
    {
        for (number, (reader, partitions)) in self.partitioned.iter().enumerate() {
            let wanted = partitions.iter().filter(|partition| is_wanted(partition.day)).cloned().collect();
            let objects = reading::read(reader, records_day, wanted, self.jobs(reader), look.clone());
            pin_mut!(objects);
            while let Some(object) = objects.next().await {
                if object.content.is_err() {
                    self.days_unreadable.insert(object.day);
                    if !self.unreadable.insert((number, object.key.clone())) {
                        continue;
                    }
                }
                let content = match (pass, object.content) {
                    (Pass::Again, Ok(content)) => Some(content),
                    (_, content) => tally.take(reading::Object { content, ..object }),
                };
                if let Some(content) = content {
                    take(content)?;
                }
            }
        }
        Ok(())
    }

    /// Whether something that cannot be read may be of the time between two events and so long around it.
    pub(super) fn is_unreadable_near(&self, first: Time, last: Time, window: i64) -> bool {
        let is_near = |day: &Time| {
            *day == Time::EPOCH
                || (day.millis() <= last.millis() + window && first.millis() - window < day.millis() + DAY)
        };
        self.has_unlisted || self.days_unreadable.iter().any(is_near)
    }
}

pub(super) fn processors() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from).min(REQUESTS)
}
