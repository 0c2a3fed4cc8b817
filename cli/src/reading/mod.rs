//! Reading an archive: arguments, selection of objects, and progress. Shared by the commands that read.

mod args;
mod copies;
mod doubles;
mod objects;
mod records;
mod snapshots;

use std::fmt::Display;
use std::io::{self, Read, Write};
use std::time::{Duration, Instant};

use indicatif::{HumanCount, ProgressBar, ProgressFinish, ProgressStyle};
use mailtrail_archive::ArchiveError;

pub(crate) use args::{ArchivesArgs, RangeArgs, ReadArgs};
pub(crate) use copies::needed;
pub(crate) use doubles::Doubles;
pub(crate) use objects::{Object, Partition, account_of, keys, partitions, read};
pub(crate) use records::{EventKey, Identity, Novelty, RecordKeys, Seen};
pub(crate) use snapshots::{date, latest_snapshots, learn_snapshots};

use crate::output::{self, Exit, SUCCESS, WARNING, count, paint, plain};

/// Events with contradicting contents that are named. A hundred thousand of them must not fill the screen.
const NAMED: u64 = 5;

/// Counts of objects read and unreadable, and of events with another content under one id; with a progress line on
/// terminals.
#[derive(Debug)]
pub(crate) struct Tally {
    start: Instant,
    progress: ProgressBar,
    read: u64,
    unreadable: u64,
    contradicting: u64,
    is_unanswered: bool,
}

impl Tally {
    pub(crate) fn start() -> Self {
        let style = ProgressStyle::with_template("{spinner} {human_pos} objects read · {msg}");
        let bar = ProgressBar::new_spinner().with_message("0 found").with_finish(ProgressFinish::AndClear);
        let progress = bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
        if !progress.is_hidden() {
            progress.enable_steady_tick(Duration::from_millis(120));
        }
        Self {
            start: Instant::now(),
            progress,
            read: 0,
            unreadable: 0,
            contradicting: 0,
            is_unanswered: false,
        }
    }

    /// Without a progress line.
    pub(crate) fn hidden() -> Self {
        Self { progress: ProgressBar::hidden(), ..Self::start() }
    }

    /// The content of an object. An unreadable one is named on stderr and counted.
    pub(crate) fn take<T>(&mut self, object: Object<T>) -> Option<T> {
        match object.content {
            Ok(content) => {
                self.read += 1;
                self.progress.set_position(self.read);
                Some(content)
            }
            Err(reason) => {
                self.unreadable(&object.key, &reason);
                None
            }
        }
    }

    /// Names something that cannot be read on stderr, and counts it.
    pub(crate) fn unreadable(&mut self, key: &str, reason: &str) {
        self.unreadable += 1;
        let mark = paint(WARNING, "!");
        self.note(&format!("{mark} failed to read {}: {}", plain(key), plain(reason)));
    }

    /// How many things could not be read. Each was named.
    pub(crate) fn count_of_unreadable(&self) -> u64 {
        self.unreadable
    }

    /// Counts an event whose id another event has with another content. The first ones are named on stderr.
    pub(crate) fn contradicting(&mut self, log_group: &str, id: &str) {
        self.contradicting += 1;
        if self.contradicting <= NAMED {
            let (mark, log_group, id) = (paint(WARNING, "!"), plain(log_group), plain(id));
            self.note(&format!(
                "{mark} the event {id} of {log_group} is archived with different contents: all are shown"
            ));
        }
    }

    /// Says why the question could not be answered, or not in full.
    pub(crate) fn unanswered(&mut self, why: &str) {
        self.is_unanswered = true;
        self.note(&format!("{} {why}", paint(WARNING, "!")));
    }

    /// Shows the number of events found.
    pub(crate) fn found(&self, events: u64) {
        self.progress.set_message(format!("{} found", HumanCount(events)));
    }

    /// Writes a part of the answer to stdout and flushes it. Colours are removed where stdout is not a terminal.
    ///
    /// # Errors
    /// When stdout cannot be written to, also where the pipe is closed.
    pub(crate) fn print(&self, text: &[u8], coloured: bool) -> io::Result<()> {
        let write = |stdout: &mut dyn Write| {
            stdout.write_all(text)?;
            stdout.flush()
        };
        self.progress.suspend(|| {
            if coloured { write(&mut anstream::stdout().lock()) } else { write(&mut io::stdout().lock()) }
        })
    }

    /// Reports that there is nothing to read: an empty archive is more likely a mistyped URL.
    pub(crate) fn nothing(self, archive: impl Display, what: &str) -> Exit {
        self.progress.finish_and_clear();
        let mark = paint(WARNING, "!");
        output::note(&format!("{mark} there are no {what} in {archive}: check the URL of the archive"));
        Exit::NeedsAttention
    }

    /// Shows a step that finds no events itself.
    pub(crate) fn preparing(&self, what: &'static str) {
        self.progress.set_message(what);
    }

    /// Writes a line for people to stderr.
    pub(crate) fn note(&self, text: &str) {
        self.progress.suspend(|| output::note(text));
    }

    /// Writes the summary, and returns how the command ends.
    pub(crate) fn end(self, found: &str) -> Exit {
        self.progress.finish_and_clear();
        let is_whole = self.unreadable == 0 && self.contradicting == 0 && !self.is_unanswered;
        let (mark, exit) = if is_whole {
            (paint(SUCCESS, "✓"), Exit::Done)
        } else {
            (paint(WARNING, "!"), Exit::NeedsAttention)
        };
        let mut also = String::new();
        if self.contradicting > 0 {
            also = format!(", {} with another content under the same id", HumanCount(self.contradicting));
        }
        let unreadable = match self.unreadable {
            0 => String::new(),
            objects => format!(", {} unreadable", count(objects, "object")),
        };
        let (read, took) = (count(self.read, "object"), self.start.elapsed().as_secs_f32());
        output::note(&format!("{mark} {found}{also}, {read} read{unreadable} in {took:.1} s"));
        exit
    }
}

/// Decompresses an object of records, and calls `read_line` for each line. The error is the reason why it cannot be read.
pub(crate) fn for_each_line(
    object: impl Read,
    read_line: impl FnMut(&[u8]) -> serde_json::Result<()>,
) -> Result<(), String> {
    mailtrail_archive::for_each_line(object, read_line).map_err(|error| error.to_string())
}

/// Errors that end a command without failure: a closed pipe (`mailtrail search | head`) is the wish of the reader, and a
/// bucket that does not exist needs attention, as a missing directory does.
pub(crate) fn tolerate_closed_pipe_and_missing_bucket(ended: anyhow::Result<Exit>) -> anyhow::Result<Exit> {
    let is_closed_pipe = |error: &anyhow::Error| {
        error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    };
    let is_missing_bucket = |error: &anyhow::Error| {
        error.downcast_ref::<ArchiveError>().is_some_and(|error| error.failure.code == "NoSuchBucket")
    };
    match ended {
        Err(error) if is_closed_pipe(&error) => Ok(Exit::Done),
        Err(error) if is_missing_bucket(&error) => {
            output::note(&format!("{} {}", paint(WARNING, "!"), plain(&error.to_string())));
            Ok(Exit::NeedsAttention)
        }
        ended => ended,
    }
}
