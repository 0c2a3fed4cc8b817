//! `mailtrail search`: prints the log events in the raw copies of an archive that match a filter pattern.
//!
//! Events are printed as they are found. An event that is stored twice (two subscription filters, or at-least-once
//! delivery) is counted and printed once; where one id has different messages, all are printed, and that is told. An
//! unreadable raw copy is named, and the search continues.

mod args;
pub(crate) mod help;
mod print;
mod raw_copy;
mod scan;
mod seen;

use std::hash::RandomState;
use std::io;

use futures_util::{StreamExt, pin_mut};
use mailtrail_archive::{ArchiveReader, RAW, raw_day};
use mailtrail_subscription::{ContentKeys, Undecodable};

pub(crate) use args::SearchArgs;
use print::Printer;
use scan::{Event, Found, Query};
use seen::{Novelty, Seen};

use crate::output::{Exit, NUMBER, count, paint};
use crate::reading::{self, Doubles, Object, Tally};

pub(crate) async fn run(args: SearchArgs) -> anyhow::Result<Exit> {
    let archive = args.reading.reader().await?;
    reading::tolerate_closed_pipe_and_missing_bucket(search(args, &archive).await)
}

async fn search(args: SearchArgs, archive: &ArchiveReader) -> anyhow::Result<Exit> {
    let mut tally = Tally::start();
    let partitions = reading::partitions(archive, RAW, raw_day, &mut tally).await?;
    if partitions.is_empty() {
        return Ok(tally.nothing(archive.location(), "raw copies"));
    }
    let range = args.reading.times.range;
    let partitions = reading::needed(archive, partitions, range, args.jobs).await;

    let mut search = Search::new(tally, Printer::new(args.json), args.sort);
    let query = Query {
        pattern: args.filter_pattern,
        range,
        log_group: args.log_group,
        decoded_limit: args.decoded_limit.bytes(),
        keys: [RandomState::new(), RandomState::new()],
        content_keys: ContentKeys::default(),
    };
    let objects = reading::read(archive, raw_day, partitions, args.jobs, move |_, body| {
        let bytes = raw_copy::read(body, query.decoded_limit)?;
        query.scan(&bytes).map_err(|reason| explain(&reason))
    });
    pin_mut!(objects);
    while let Some(object) = objects.next().await {
        search.take(object)?;
    }
    search.end()
}

fn explain(reason: &Undecodable) -> String {
    match reason {
        Undecodable::TooLarge { unit: "bytes", .. } => format!("{reason}; increase --decoded-limit"),
        _ => reason.to_string(),
    }
}

/// The state of a search.
struct Search {
    tally: Tally,
    printer: Printer,
    seen: Seen,
    doubles: Doubles,
    /// The matching events, if they must be sorted before they are printed.
    kept: Option<Vec<Found>>,
    searched: u64,
    found: u64,
    /// The probes that match, and are left out.
    probes: u64,
}

impl Search {
    fn new(tally: Tally, printer: Printer, sort: bool) -> Self {
        let (seen, doubles, kept) = (Seen::default(), Doubles::default(), sort.then(Vec::new));
        Self { tally, printer, seen, doubles, kept, searched: 0, found: 0, probes: 0 }
    }

    fn take(&mut self, object: Object<Vec<Event>>) -> io::Result<()> {
        let day = object.day;
        let Some(events) = self.tally.take(object) else { return Ok(()) };
        self.seen.begin(day);
        self.doubles.begin(day);
        let mut found = Vec::new();
        for event in events {
            let novelty = self.seen.add(event.time, event.identity, event.content);
            if novelty == Novelty::Copy || !self.doubles.is_shown(event.time, event.key, &event.uid) {
                continue;
            }
            if novelty == Novelty::OtherContent {
                self.tally.contradicting(&event.log_group, &event.uid);
            }
            if event.is_probe {
                self.probes += u64::from(event.found.is_some());
                continue;
            }
            self.searched += 1;
            found.extend(event.found);
        }
        self.found += found.len() as u64;
        self.tally.found(self.found);
        match &mut self.kept {
            Some(kept) => kept.extend(found),
            None => self.print(&found)?,
        }
        Ok(())
    }

    fn print(&mut self, events: &[Found]) -> io::Result<()> {
        let text = self.printer.lines(events)?;
        if text.is_empty() { Ok(()) } else { self.tally.print(text.as_bytes(), !self.printer.json) }
    }

    fn end(mut self) -> anyhow::Result<Exit> {
        if let Some(mut kept) = self.kept.take() {
            // The sort is stable: events of one millisecond keep the order in which they were logged.
            kept.sort_by_key(|event| event.time);
            kept.chunks(1_000).try_for_each(|some| self.print(some))?;
        }
        let found = paint(NUMBER, count(self.found, "event"));
        let mut text = format!("{found} found in {}", count(self.searched, "event"));
        if self.probes > 0 {
            text = format!("{text}, {} left out", count(self.probes, "probe"));
        }
        Ok(self.tally.end(&text))
    }
}
