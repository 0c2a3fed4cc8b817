//! `mailtrail activity`: who did what, from the records of an archive.
//!
//! Somebody acts in three classes: API Activity (CloudTrail, access to mailboxes), Authentication, Entity
//! Management (tokens); and in a Base Event, where the event lacked what its class requires. A step of a message
//! (Email Activity) names addresses and no identity: that is what `search` is for.
//!
//! The archive is read a day at a time, all classes of it together; what is found of a day is sorted and
//! printed before the next one. An event that is stored twice lies twice under the same day. So the memory is
//! bounded by what is found in a day.

mod args;
mod csv;
mod deed;
mod event;
mod filter;
mod follow;
pub(crate) mod help;
mod kept;
mod output;
mod pattern;
mod record;
mod scan;
mod session;
mod summary;
mod table;
mod who;

use std::collections::HashSet;
use std::hash::RandomState;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{TryStreamExt, pin_mut};
use mailtrail_archive::{ArchiveReader, records_day};
use mailtrail_clock::Time;
use mailtrail_ocsf::Class;

pub(crate) use args::ActivityArgs;
use follow::Followed;
use output::Output;
use scan::{Found, Query};

use crate::output::{Exit, NUMBER, count, paint};
use crate::reading::{self, Object, Partition, Tally};

/// The classes in which somebody acts.
const CLASSES: [Class; 4] =
    [Class::ApiActivity, Class::Authentication, Class::EntityManagement, Class::BaseEvent];

pub(crate) async fn run(args: ActivityArgs) -> anyhow::Result<Exit> {
    let archive = args.reading.reader().await?;
    reading::unless_unheard_or_not_there(show(args, &archive).await)
}

async fn show(args: ActivityArgs, archive: &ArchiveReader) -> anyhow::Result<Exit> {
    let tally = Tally::start();
    let mut partitions = Vec::new();
    for class in CLASSES {
        partitions.extend(reading::partitions(archive, class.name(), records_day).await?);
    }
    if partitions.is_empty() {
        return Ok(tally.nothing(archive.location(), "records of anybody's activity"));
    }
    let range = args.reading.range;
    partitions.retain(|partition| range.overlaps_day(partition.day));
    partitions.sort_unstable();

    let query = Arc::new(Query {
        filter: args.filter,
        range,
        wants_records: args.output.json && !args.output.summary,
        keys: [RandomState::new(), RandomState::new()],
    });
    let followed = if args.follow {
        tally.preparing("looking for the sessions to follow");
        follow(Arc::clone(&query), archive, partitions.clone(), args.jobs).await?
    } else {
        Followed::default()
    };
    let mut activity = Activity::new(tally, Output::new(&args.output));
    let look = move |key: &str, bytes: &Bytes| query.scan(&followed, key, bytes);
    let objects = reading::read(archive, records_day, partitions, args.jobs, look);
    pin_mut!(objects);
    while let Some(object) = objects.try_next().await? {
        activity.take(object)?;
    }
    activity.end()
}

/// Finds out which sessions to follow. An object that cannot be read is named when the events are looked for.
async fn follow(
    query: Arc<Query>,
    archive: &ArchiveReader,
    partitions: Vec<Partition>,
    jobs: usize,
) -> anyhow::Result<Followed> {
    let look = move |_: &str, bytes: &Bytes| query.opened(bytes);
    let objects = reading::read(archive, records_day, partitions, jobs, look);
    pin_mut!(objects);
    let mut calls = Vec::new();
    while let Some(object) = objects.try_next().await? {
        calls.extend(object.content.unwrap_or_default());
    }
    Ok(Followed::from_calls(calls))
}

/// What was found so far.
struct Activity {
    tally: Tally,
    output: Output,
    day: Option<Time>,
    /// What was found of the day.
    found: Vec<Found>,
    /// The events of the day that came by already.
    seen: HashSet<u128>,
    events: u64,
}

impl Activity {
    fn new(tally: Tally, output: Output) -> Self {
        Self { tally, output, day: None, found: Vec::new(), seen: HashSet::new(), events: 0 }
    }

    fn take(&mut self, object: Object<Vec<Found>>) -> anyhow::Result<()> {
        if self.day != Some(object.day) {
            self.end_day()?;
            self.day = Some(object.day);
        }
        let found = self.tally.take(object).unwrap_or_default();
        let before = self.found.len();
        self.found.extend(found.into_iter().filter(|event| self.seen.insert(event.identity)));
        self.events += (self.found.len() - before) as u64;
        self.tally.found(self.events);
        Ok(())
    }

    fn end_day(&mut self) -> anyhow::Result<()> {
        self.seen.clear();
        let mut found = std::mem::take(&mut self.found);
        let Some(day) = self.day.filter(|_| !found.is_empty()) else { return Ok(()) };
        // Stable: of one moment, as they lie in the archive.
        found.sort_by_key(|event| event.time);
        self.output.add(day, found, &self.tally)
    }

    fn end(mut self) -> anyhow::Result<Exit> {
        self.end_day()?;
        self.output.end(&self.tally)?;
        Ok(self.tally.end(&format!("{} found", paint(NUMBER, count(self.events, "event")))))
    }
}
