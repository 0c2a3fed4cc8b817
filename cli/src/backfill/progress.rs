//! How far a backfill is, and whether it is to go on.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::future::BoxFuture;
use indicatif::{HumanCount, ProgressBar, ProgressStyle};
use mailtrail_pull::{Counts, Observer, Window};

use crate::output::{self, WARNING, paint, plain};
use crate::stop::Stop;

/// Milliseconds of a step of the bar.
const STEP: i64 = 1_000;

/// Who started the backfill: a bar on a terminal, and Ctrl-C.
#[derive(Debug)]
pub(super) struct Progress {
    bar: ProgressBar,
    stop: Stop,
    events: AtomicU64,
}

impl Progress {
    /// The bar goes over the time of all log groups.
    pub(super) fn start(ranges: impl Iterator<Item = Window>) -> std::io::Result<Self> {
        const TEMPLATE: &str = "{spinner} {bar:32.cyan} {percent} % · {msg} events · {eta} left";
        let style = ProgressStyle::with_template(TEMPLATE).unwrap_or_else(|_| ProgressStyle::default_bar());
        let length: i64 = ranges.map(Window::length).sum();
        let bar = ProgressBar::new((length / STEP).unsigned_abs()).with_style(style).with_message("0");
        if !bar.is_hidden() {
            bar.enable_steady_tick(Duration::from_millis(120));
        }
        let stop = Stop::default();
        stop.listen(&bar)?;
        Ok(Self { bar, stop, events: AtomicU64::new(0) })
    }

    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Observer for Progress {
    fn is_stopped(&self) -> bool {
        self.stop.is_requested()
    }

    fn stopped(&self) -> BoxFuture<'_, ()> {
        Box::pin(self.stop.requested())
    }

    fn done(&self, window: Window, counts: Counts) {
        let events = self.events.fetch_add(counts.in_source, Ordering::Relaxed) + counts.in_source;
        self.bar.inc((window.length() / STEP).unsigned_abs());
        self.bar.set_message(HumanCount(events).to_string());
    }

    fn note(&self, text: String) {
        self.bar.suspend(|| output::note(&format!("{} {}", paint(WARNING, "!"), plain(&text))));
    }
}
