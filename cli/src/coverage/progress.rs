//! What a check says while it works, and whether it is to go on.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::ProgressBar;
use mailtrail_pull::{Counts, Observer, Window};

use crate::output::{self, WARNING, paint, plain};
use crate::stop::Stop;

/// Who started the check: a spinner on a terminal, and Ctrl-C.
#[derive(Debug)]
pub(super) struct Progress {
    spinner: ProgressBar,
    stop: Stop,
    notes: AtomicU64,
    /// The notes that were shown: the archive may be counted a second time.
    shown: Mutex<HashSet<String>>,
}

impl Progress {
    pub(super) fn start() -> std::io::Result<Self> {
        let spinner = ProgressBar::new_spinner();
        if !spinner.is_hidden() {
            spinner.enable_steady_tick(Duration::from_millis(120));
        }
        let stop = Stop::default();
        stop.listen(&spinner)?;
        Ok(Self { spinner, stop, notes: AtomicU64::new(0), shown: Mutex::default() })
    }

    pub(super) fn doing(&self, text: String) {
        self.spinner.set_message(text);
    }

    pub(super) fn finish(&self) {
        self.spinner.finish_and_clear();
    }

    /// How many notes were shown: raw copies that cannot be read, counts that were made in another way.
    pub(super) fn notes(&self) -> u64 {
        self.notes.load(Ordering::Relaxed)
    }
}

impl Observer for Progress {
    fn is_stopped(&self) -> bool {
        self.stop.is_requested()
    }

    fn done(&self, _: Window, _: Counts) {}

    fn note(&self, text: String) {
        self.notes.fetch_add(1, Ordering::Relaxed);
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        if !shown.insert(text.clone()) {
            return;
        }
        self.spinner.suspend(|| output::note(&format!("{} {}", paint(WARNING, "!"), plain(&text))));
    }
}
