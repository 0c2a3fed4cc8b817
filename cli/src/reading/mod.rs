//! What the commands that read an archive have in common: its arguments, which objects to read, and the
//! account of those that were read and of those that could not be.

mod args;
mod lines;
mod objects;

use std::io::{self, Write};
use std::time::{Duration, Instant};

use indicatif::{HumanCount, ProgressBar, ProgressFinish, ProgressStyle};
use mailtrail_archive::{ArchiveError, Location};

pub(crate) use args::ReadArgs;
pub(crate) use lines::for_each_line;
pub(crate) use objects::{Object, Partition, batches, partitions, read};

use crate::output::{self, Exit, GOOD, LOOK, count, paint, plain};

/// What was read so far, and how far that is; shown on terminals only.
#[derive(Debug)]
pub(crate) struct Tally {
    start: Instant,
    progress: ProgressBar,
    read: u64,
    unreadable: u64,
}

impl Tally {
    pub(crate) fn start() -> Self {
        let style = ProgressStyle::with_template("{spinner} {human_pos} objects read · {msg}");
        let bar = ProgressBar::new_spinner().with_message("0 found").with_finish(ProgressFinish::AndClear);
        let progress = bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
        if !progress.is_hidden() {
            progress.enable_steady_tick(Duration::from_millis(120));
        }
        Self { start: Instant::now(), progress, read: 0, unreadable: 0 }
    }

    /// The content of an object. One that cannot be read is named and counted.
    pub(crate) fn take<T>(&mut self, object: Object<T>) -> Option<T> {
        match object.content {
            Ok(content) => {
                self.read += 1;
                self.progress.set_position(self.read);
                Some(content)
            }
            Err(reason) => {
                self.unreadable += 1;
                let (mark, key) = (paint(LOOK, "!"), plain(&object.key));
                self.note(&format!("{mark} cannot read {key}: {}", plain(&reason)));
                None
            }
        }
    }

    /// Shows how many events were found.
    pub(crate) fn found(&self, events: u64) {
        self.progress.set_message(format!("{} found", HumanCount(events)));
    }

    /// Prints a part of the answer, and sees that it is out. Colours stay on terminals.
    ///
    /// # Errors
    /// When it is not, also where nobody listens any more.
    pub(crate) fn print(&self, text: &[u8], coloured: bool) -> io::Result<()> {
        let write = |stdout: &mut dyn Write| {
            stdout.write_all(text)?;
            stdout.flush()
        };
        self.progress.suspend(|| {
            if coloured { write(&mut anstream::stdout().lock()) } else { write(&mut io::stdout().lock()) }
        })
    }

    /// Says that there is nothing to read: an archive that holds nothing is more likely another's address.
    pub(crate) fn nothing(self, archive: &Location, what: &str) -> Exit {
        self.progress.finish_and_clear();
        let mark = paint(LOOK, "!");
        output::note(&format!(
            "{mark} there are no {what} in {archive}: check that this is the address of the archive"
        ));
        Exit::NeedsALook
    }

    /// Shows what is going on before anything can be found.
    pub(crate) fn preparing(&self, what: &'static str) {
        self.progress.set_message(what);
    }

    /// Writes a line for people to stderr.
    pub(crate) fn note(&self, text: &str) {
        self.progress.suspend(|| output::note(text));
    }

    /// Says what came of it, and how the command ends.
    pub(crate) fn end(self, found: &str) -> Exit {
        self.progress.finish_and_clear();
        let (mark, exit, unreadable) = match self.unreadable {
            0 => (paint(GOOD, "✓"), Exit::Done, String::new()),
            objects => {
                let unreadable = format!(", {} unreadable", count(objects, "object"));
                (paint(LOOK, "!"), Exit::NeedsALook, unreadable)
            }
        };
        let (read, took) = (count(self.read, "object"), self.start.elapsed().as_secs_f32());
        output::note(&format!("{mark} {found}, {read} read{unreadable} in {took:.1} s"));
        exit
    }
}

/// What is no failure of ours: who stopped listening (`mailtrail search | head`) has heard enough; and where there is no
/// bucket, as where there is no folder, there is nothing to read, which needs a look.
pub(crate) fn unless_unheard_or_not_there(ended: anyhow::Result<Exit>) -> anyhow::Result<Exit> {
    let is_unheard = |error: &anyhow::Error| {
        error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    };
    let is_not_there = |error: &anyhow::Error| {
        error.downcast_ref::<ArchiveError>().is_some_and(|error| error.failure.code == "NoSuchBucket")
    };
    match ended {
        Err(error) if is_unheard(&error) => Ok(Exit::Done),
        Err(error) if is_not_there(&error) => {
            output::note(&format!("{} {error}", paint(LOOK, "!")));
            Ok(Exit::NeedsALook)
        }
        ended => ended,
    }
}
