//! `mailtrail redrive`: what a stream did not take, what a function could not do, what could not be read, and raw copies.

mod args;
mod destinations;
mod find;
pub(crate) mod help;
mod missing;
mod print;
mod work;

use std::sync::Arc;
use std::time::{Duration, Instant};

use indicatif::{HumanCount, ProgressBar, ProgressStyle};
use mailtrail_redrive::{Counts, Fate, Ledger, Outcome, RedriveError};
use tokio::runtime::Handle;
use tokio::task::JoinSet;

pub(crate) use args::RedriveArgs;
use work::Redrive;

use crate::output::{self, Exit, Output, WARNING, paint, plain};
use crate::stop::Stop;

/// What became of everything.
#[derive(Debug, Default)]
struct Report {
    ledger: Ledger,
    /// How many objects something was said of.
    noted: u64,
    /// Streams without the delivery tag.
    gated: Vec<String>,
    failure: Option<RedriveError>,
    was_stopped: bool,
}

pub(crate) async fn run(args: RedriveArgs) -> anyhow::Result<Exit> {
    let (start, run) = (Instant::now(), args.run());
    let stop = Stop::default();
    let (redrive, found) = find::open(&args, &stop).await?;
    let (redrive, progress) = (Arc::new(redrive), progress(found.keys.len()));
    stop.listen(&progress)?;
    let mut report = Report::default();
    found.hints.iter().for_each(|hint| output::note(hint));
    report.miss(&found.missing);
    for (key, reason) in found.unreadable {
        report.add(&key, Outcome::unreadable(&reason), &progress);
    }
    (0..found.named).for_each(|_| report.ledger.add(Fate::Unreadable, Counts::default(), 0));
    report.run_all(Arc::clone(&redrive), found.keys, run.jobs, (&stop, &progress)).await?;
    progress.finish_and_clear();

    let is_whole = report.failure.is_none() && !report.was_stopped;
    if is_whole {
        report.miss(&redrive.missing());
    }
    let text = print::summary(args.name(), &report, run.dry_run, start.elapsed());
    Output::for_text(run.json || !is_whole).write(&text)?;
    if run.json {
        output::json(&print::answer(args.name(), &report.ledger, run.dry_run))?;
    }
    report.end(run.dry_run)
}

impl Report {
    /// Redrives objects, so many at a time: each on a thread of its own, as decoding and compressing is work for a processor.
    async fn run_all(
        &mut self,
        redrive: Arc<Redrive>,
        keys: Vec<String>,
        jobs: usize,
        (stop, progress): (&Stop, &ProgressBar),
    ) -> anyhow::Result<()> {
        let (mut waiting, mut working) = (keys.into_iter(), JoinSet::new());
        loop {
            while working.len() < jobs && !stop.is_requested() {
                let Some(key) = waiting.next() else { break };
                let (redrive, runtime) = (Arc::clone(&redrive), Handle::current());
                working.spawn_blocking(move || {
                    let outcome = runtime.block_on(redrive.object(&key));
                    (key, outcome)
                });
            }
            let Some(ended) = working.join_next().await else { break };
            let (key, outcome) = ended?;
            if let Some(outcome) = outcome {
                if outcome.failure.as_ref().is_some_and(|failure| !failure.is_of_one_object()) {
                    stop.request();
                }
                self.add(&key, outcome, progress);
            }
            progress.inc(1);
            progress.set_message(HumanCount(self.ledger.counts.done).to_string());
        }
        self.was_stopped |= waiting.len() > 0;
        self.ledger.add_untouched(waiting.len() as u64);
        self.gated = redrive.gated_streams(&self.ledger);
        Ok(())
    }

    /// Says what was asked for and is not there.
    fn miss(&mut self, missing: &[String]) {
        self.noted += missing.len() as u64;
        for text in missing {
            output::note(&format!("{} {text}", paint(WARNING, "!")));
        }
    }

    fn add(&mut self, key: &str, outcome: Outcome, progress: &ProgressBar) {
        let Outcome { fate, counts, quarantined_payloads, note, failure, was_stopped } = outcome;
        self.was_stopped |= was_stopped;
        self.ledger.add(fate, counts, quarantined_payloads);
        let say = |text: &str| {
            let line = format!("{} {}: {}", paint(WARNING, "!"), plain(key), plain(text));
            progress.suspend(|| output::note(&line));
        };
        if let Some(note) = note {
            self.noted += 1;
            say(&note);
        }
        match failure {
            Some(failure) if self.failure.is_some() => say(&failure.to_string()),
            Some(failure) => self.failure = Some(failure),
            None => {}
        }
    }

    /// Whether an operator should look at something.
    fn needs_attention(&self, dry_run: bool) -> bool {
        let Ledger { counts, quarantined_payloads, .. } = self.ledger;
        let left = self.ledger.objects_with(Fate::Left) > 0 || counts.left > 0;
        self.noted > 0
            || (left && !dry_run)
            || quarantined_payloads > 0
            || self.ledger.objects_with(Fate::Unreadable) > 0
    }

    fn end(self, dry_run: bool) -> anyhow::Result<Exit> {
        if !self.ledger.balanced() {
            anyhow::bail!(
                "the ledger does not balance, which is a bug in mailtrail; please report it: {:?}",
                self.ledger
            );
        }
        let needs_attention = self.needs_attention(dry_run);
        match self.failure {
            Some(failure) => Err(anyhow::Error::new(failure)
                .context("not everything is redriven; run the same command again: it goes on where it was")),
            None if self.was_stopped => {
                anyhow::bail!("stopped before the end; run the same command again: it goes on where it was")
            }
            None if needs_attention => Ok(Exit::NeedsAttention),
            None => Ok(Exit::Done),
        }
    }
}

/// How far the objects are; shown on terminals only.
fn progress(objects: usize) -> ProgressBar {
    const TEMPLATE: &str =
        "{spinner} {bar:32.cyan} {human_pos}/{human_len} objects · {msg} events done · {eta} left";
    let style = ProgressStyle::with_template(TEMPLATE).unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::new(objects as u64).with_style(style).with_message("0");
    if !bar.is_hidden() {
        bar.enable_steady_tick(Duration::from_millis(120));
    }
    bar
}
