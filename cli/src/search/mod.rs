//! `mailtrail search`: the log events that match a filter pattern, from the raw copies of an archive.
//!
//! They are printed as they are found. An event that is stored twice (two subscription filters, or CloudWatch
//! Logs' own at-least-once) is counted and printed once. A raw copy that cannot be read is named, and the
//! search goes on with the rest.

mod args;
mod objects;
mod print;
mod scan;
mod seen;
mod time;

use std::hash::RandomState;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::{TryStreamExt, pin_mut};
use indicatif::{HumanCount, ProgressBar, ProgressStyle};
use mailtrail_delivery::{ArchiveReader, Location};

pub(crate) use args::SearchArgs;
use objects::Object;
use print::Printer;
use scan::{Found, Query};
use seen::Seen;

use crate::connect;
use crate::output::{self, Exit, GOOD, LOOK, NUMBER, count, paint};

pub(crate) async fn run(args: SearchArgs) -> anyhow::Result<Exit> {
    let archive = connect::reader(args.archive()?, args.s3_options()).await;
    match search(args, &archive).await {
        // Who stopped listening (`mailtrail search | head`) has heard enough.
        Err(error) if is_unheard(&error) => Ok(Exit::Done),
        done => done,
    }
}

fn is_unheard(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

async fn search(args: SearchArgs, archive: &ArchiveReader) -> anyhow::Result<Exit> {
    let start = Instant::now();
    let mut partitions = objects::partitions(archive).await?;
    if partitions.is_empty() {
        output::note(&nothing(archive.location()));
        return Ok(Exit::NeedsALook);
    }
    partitions.retain(|partition| args.range.may_contain(partition.day));

    let progress = progress();
    let mut search = Search::new(Printer::new(args.json, progress.clone()), progress, args.sort);
    let query = Arc::new(Query {
        pattern: args.filter_pattern,
        range: args.range,
        log_group: args.log_group,
        decoded_limit: args.decoded_limit,
        keys: [RandomState::new(), RandomState::new()],
    });
    let objects = objects::read(archive, &query, partitions, args.jobs);
    pin_mut!(objects);
    while let Some(object) = objects.try_next().await? {
        search.take(object)?;
    }
    search.end(start)
}

/// What was found so far.
struct Search {
    printer: Printer,
    progress: ProgressBar,
    seen: Seen,
    /// What is found, where it must be sorted before it is printed.
    kept: Option<Vec<Found>>,
    searched: u64,
    found: u64,
    read: u64,
    unreadable: u64,
}

impl Search {
    fn new(printer: Printer, progress: ProgressBar, sort: bool) -> Self {
        let (seen, kept) = (Seen::default(), sort.then(Vec::new));
        Self { printer, progress, seen, kept, searched: 0, found: 0, read: 0, unreadable: 0 }
    }

    fn take(&mut self, object: Object) -> io::Result<()> {
        let events = match object.events {
            Ok(events) => events,
            Err(reason) => {
                self.unreadable += 1;
                let mark = paint(LOOK, "!");
                self.progress
                    .suspend(|| output::note(&format!("{mark} cannot read {}: {reason}", object.key)));
                return Ok(());
            }
        };
        self.read += 1;
        self.seen.begin(object.day);
        let mut found = Vec::new();
        for event in events {
            if self.seen.is_new(event.time, event.identity) {
                self.searched += 1;
                found.extend(event.found);
            }
        }
        self.found += found.len() as u64;
        self.progress.set_position(self.read);
        self.progress.set_message(format!("{} found", HumanCount(self.found)));
        match &mut self.kept {
            Some(kept) => kept.extend(found),
            None => self.printer.print(&found)?,
        }
        Ok(())
    }

    fn end(mut self, start: Instant) -> anyhow::Result<Exit> {
        self.progress.finish_and_clear();
        if let Some(mut kept) = self.kept.take() {
            // Stable: of one millisecond, as they were logged.
            kept.sort_by_key(|event| event.time);
            kept.chunks(1_000).try_for_each(|some| self.printer.print(some))?;
        }
        let (mark, exit) = match self.unreadable {
            0 => (paint(GOOD, "✓"), Exit::Done),
            _ => (paint(LOOK, "!"), Exit::NeedsALook),
        };
        let unreadable = match self.unreadable {
            0 => String::new(),
            objects => format!(", {} unreadable", count(objects, "object")),
        };
        output::note(&format!(
            "{mark} {} found in {}, {} read{unreadable} in {:.1} s",
            paint(NUMBER, count(self.found, "event")),
            count(self.searched, "event"),
            count(self.read, "object"),
            start.elapsed().as_secs_f32()
        ));
        Ok(exit)
    }
}

/// An archive that holds nothing is more likely another's address.
fn nothing(archive: &Location) -> String {
    let mark = paint(LOOK, "!");
    format!("{mark} there are no raw copies in {archive}: check that this is the address of the archive")
}

/// How far the search is; shown on terminals only.
fn progress() -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner} {human_pos} objects read · {msg}");
    let bar = ProgressBar::new_spinner().with_message("0 found");
    let bar = bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
    if !bar.is_hidden() {
        bar.enable_steady_tick(Duration::from_millis(120));
    }
    bar
}
