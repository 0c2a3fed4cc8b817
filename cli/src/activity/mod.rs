//! `mailtrail activity`: who did what, from the records of an archive.
//!
//! Callers act in three classes: API Activity (CloudTrail, access to mailboxes), Authentication, Entity Management (tokens);
//! and in a Base Event, where the event lacked what its class requires. A step of a message (Email Activity) names addresses
//! and no identity: that is what `search` is for. Who did what is decided by `mailtrail-activity`; here is what is asked for,
//! and how it is shown.
//!
//! The archive is read a day at a time, all classes of it together; what is found of a day is sorted and
//! printed before the next one. An event that is stored twice lies twice under the same day, and so do the copies of one
//! call. So the memory is bounded by what is found in a day; of `--summary`, by the counters and the ids of a day.

mod address;
mod args;
mod census;
mod copies;
mod csv;
mod enrich;
mod event;
mod filter;
mod follow;
pub(crate) mod help;
mod names;
mod output;
mod phrase;
mod rows;
mod scan;
mod summary;

use std::collections::HashSet;
use std::sync::Arc;

use futures_util::{StreamExt, pin_mut};
use mailtrail_archive::{ArchiveReader, ObjectBody, records_day};
use mailtrail_clock::Time;
use mailtrail_ocsf::Class;

pub(crate) use args::ActivityArgs;
use census::Census;
use follow::Followed;
use output::Output;
use scan::{Found, Query, Scanned};

use crate::output::{Exit, NUMBER, count, paint, plain};
use crate::reading::{self, Doubles, Novelty, Object, Partition, RecordKeys, Seen, Tally};

/// The classes in which callers act.
const CLASSES: [Class; 4] =
    [Class::ApiActivity, Class::Authentication, Class::EntityManagement, Class::BaseEvent];
/// Log groups that are named where nothing was found.
const NAMED_GROUPS: usize = 10;

pub(crate) async fn run(args: ActivityArgs) -> anyhow::Result<Exit> {
    let archive = args.reading.reader().await?;
    reading::tolerate_closed_pipe_and_missing_bucket(show(args, &archive).await)
}

async fn show(args: ActivityArgs, archive: &ArchiveReader) -> anyhow::Result<Exit> {
    let mut tally = Tally::start();
    let (mut partitions, mut sign_ins) = (Vec::new(), Vec::new());
    for class in CLASSES {
        let of_class = reading::partitions(archive, class.name(), records_day, &mut tally).await?;
        if class == Class::Authentication {
            sign_ins.clone_from(&of_class);
        }
        partitions.extend(of_class);
    }
    if partitions.is_empty() {
        return Ok(tally.nothing(archive.location(), "records of activity"));
    }
    let range = args.reading.times.range;
    let days = days(&partitions);
    partitions.retain(|partition| range.overlaps_day(partition.day));
    partitions.sort_unstable();

    let output = Output::new(&args.output);
    let names = names::learn(archive, range, sign_ins, args.jobs, &mut tally).await;
    let is_known = names::tell(&args.filter, &names, &tally);
    let keys = RecordKeys::default();
    let query = Arc::new(Query { filter: args.filter, names, range, shown: output.shown(), keys });
    let followed = if args.follow {
        tally.preparing("looking for the credentials to follow");
        follow(Arc::clone(&query), archive, partitions.clone(), args.jobs).await
    } else {
        Followed::default()
    };
    let (followed, mut answer) = (Arc::new(followed), Answering::new(tally, output));
    let look = {
        let (query, followed) = (Arc::clone(&query), Arc::clone(&followed));
        move |key: &str, body: &mut ObjectBody| query.scan(&followed, key, body)
    };
    let objects = reading::read(archive, records_day, partitions, args.jobs, look);
    pin_mut!(objects);
    while let Some(object) = objects.next().await {
        answer.take(object)?;
    }
    answer.end(&query, &followed, days, is_known)
}

/// The first and the last day of the archive, except that of events without a usable time.
fn days(partitions: &[Partition]) -> Option<(Time, Time)> {
    let known = || partitions.iter().map(|partition| partition.day).filter(|day| *day != Time::EPOCH);
    Some((known().min()?, known().max()?))
}

/// Finds out which keys to follow. An object that cannot be read is named when the events are looked for.
async fn follow(
    query: Arc<Query>,
    archive: &ArchiveReader,
    partitions: Vec<Partition>,
    jobs: usize,
) -> Followed {
    let look = move |_: &str, body: &mut ObjectBody| query.handouts(body);
    let objects = reading::read(archive, records_day, partitions, jobs, look);
    pin_mut!(objects);
    let mut calls = Vec::new();
    while let Some(object) = objects.next().await {
        calls.extend(object.content.unwrap_or_default());
    }
    Followed::from_calls(calls)
}

/// The answer so far.
struct Answering {
    tally: Tally,
    output: Output,
    day: Option<Time>,
    /// What was found of the day.
    found: Vec<Found>,
    /// The events of the day that were found already.
    seen: Seen,
    doubles: Doubles,
    /// The calls of the day that were counted already, where events are only counted.
    counted: HashSet<u128>,
    events: u64,
    used_keys: HashSet<String>,
    census: Census,
    /// The probes that were read, and are left out.
    probes: HashSet<u128>,
}

impl Answering {
    fn new(tally: Tally, output: Output) -> Self {
        Self {
            tally,
            output,
            day: None,
            found: Vec::new(),
            seen: Seen::default(),
            doubles: Doubles::default(),
            counted: HashSet::new(),
            events: 0,
            used_keys: HashSet::new(),
            census: Census::default(),
            probes: HashSet::new(),
        }
    }

    fn take(&mut self, object: Object<Scanned>) -> anyhow::Result<()> {
        if self.day != Some(object.day) {
            self.end_day()?;
            self.day = Some(object.day);
        }
        let scanned = self.tally.take(object).unwrap_or_default();
        self.used_keys.extend(scanned.used_keys);
        self.census.merge(scanned.census);
        self.probes.extend(scanned.probes);
        for event in scanned.found {
            match self.seen.add(event.identity) {
                Novelty::New => {}
                Novelty::Copy => continue,
                Novelty::OtherContent => self.tally.contradicting(&event.named.0, &event.named.1),
            }
            if !self.doubles.is_shown(event.time, event.content, &event.named.1) {
                continue;
            }
            let call = event.call.as_ref().map(|call| call.identity);
            if call.is_some_and(|call| self.counted.contains(&call)) {
                continue;
            }
            if let Some(event) = self.output.count(event) {
                self.found.push(event);
            } else {
                self.events += 1;
                self.counted.extend(call);
            }
        }
        self.tally.found(self.events + self.found.len() as u64);
        Ok(())
    }

    fn end_day(&mut self) -> anyhow::Result<()> {
        self.seen.clear();
        self.doubles = Doubles::default();
        self.counted.clear();
        let mut found = std::mem::take(&mut self.found);
        let Some(day) = self.day.filter(|_| !found.is_empty()) else { return Ok(()) };
        // Stable: of one moment, as they lie in the archive.
        found.sort_by_key(|event| event.time);
        let found = copies::merge(found);
        self.events += found.len() as u64;
        self.output.add(day, found, &self.tally)
    }

    /// `is_known` says whether the user who is asked for is known by another name or id.
    fn end(
        mut self,
        query: &Query,
        followed: &Followed,
        days: Option<(Time, Time)>,
        is_known: bool,
    ) -> anyhow::Result<Exit> {
        self.end_day()?;
        self.output.end(&self.tally)?;
        for text in followed.not_followed(&self.used_keys) {
            self.tally.note(&format!("not followed: {}", plain(&text)));
        }
        if self.events == 0 {
            for text in explanation(&self.census, query, days, is_known) {
                self.tally.note(&plain(&text));
            }
        }
        let mut text = format!("{} found", paint(NUMBER, count(self.events, "event")));
        if !self.probes.is_empty() {
            text = format!("{text}, {} left out", count(self.probes.len() as u64, "probe"));
        }
        Ok(self.tally.end(&text))
    }
}

/// Why nothing was found, as far as it is known: what is close to what was asked for, and what the archive has.
fn explanation(census: &Census, query: &Query, days: Option<(Time, Time)>, is_known: bool) -> Vec<String> {
    let mut texts = census.explain(&query.filter, is_known);
    if let Some((first, last)) = days {
        let (first, last) = (reading::date(first), reading::date(last));
        texts.push(format!("the archive has records of activity from {first} to {last}"));
    }
    let groups: Vec<&str> = census.log_groups().collect();
    if !groups.is_empty() {
        let more = groups.len().saturating_sub(NAMED_GROUPS);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let named = groups[..groups.len().min(NAMED_GROUPS)].join(", ");
        texts.push(format!("what was read is of the log groups {named}{more}"));
    }
    texts
}
