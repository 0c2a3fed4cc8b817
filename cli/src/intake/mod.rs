//! Many inputs through one pipeline: a few at a time, so that the memory stays bounded, each on a thread of
//! its own, as decoding and compressing is work for a processor; the payloads of one input in their order.

mod archived;
mod import;
mod turns;

use std::collections::VecDeque;
use std::io::Cursor;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use indicatif::{HumanCount, ProgressBar, ProgressStyle};
use mailtrail_archive::is_quarantined;
use mailtrail_aws_client::Deadline;
use mailtrail_clock::now;
use mailtrail_config::{IntakeConfig, Location};
use mailtrail_import::{FileOrigin, Import};
use mailtrail_pipeline::{EncodeError, Pipeline, Preview, Run, preview};
use mailtrail_subscription::{Payload, Recognized, Shape, payloads, recognize};
use tokio::runtime::Handle;
use tokio::task::JoinSet;

use crate::inputs::{Input, Opened, Reason, Skipped, passes_over};
use crate::outcome::Outcome;
use crate::output::{self, WARNING, paint, plain};
use crate::stop::Stop;
pub(crate) use archived::{ArchivedEvents, NotCompared};
use turns::{Turn, Turns};

/// Processes inputs until they end, something fails, or it is stopped.
#[derive(Debug)]
pub(crate) struct Intake {
    pub(crate) destination: Destination,
    /// Whether what holds no payloads is quarantined rather than skipped.
    pub(crate) keeps_unknown: bool,
    /// The largest decoded payload.
    pub(crate) decoded_limit: usize,
    /// Where the events of files are from, as far as those do not say it.
    pub(crate) origin: FileOrigin,
    /// Where the archive is, if there is one.
    pub(crate) archive_location: Option<Location>,
    /// What the archive has of the events of files; nothing where they are not compared.
    pub(crate) archived: Option<ArchivedEvents>,
    pub(crate) stop: Stop,
    pub(crate) progress: ProgressBar,
}

/// Where payloads go.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "there is one of it")]
pub(crate) enum Destination {
    /// Into an archive, and into streams.
    Pipeline(Pipeline),
    /// Nowhere: they are decoded and counted.
    DryRun(IntakeConfig),
}

/// What became of one payload.
#[derive(Debug)]
pub(crate) enum Processed {
    /// With its size as it came.
    Run(usize, Run),
    /// Of a dry run, with what the file is.
    Preview(Shape, Result<Preview, EncodeError>),
}

impl Intake {
    /// Processes all inputs, and adds what becomes of them to `outcome`. `jobs` threads work at a time; each needs a
    /// few others of tokio's 512 for its files, so let there be far fewer.
    pub(crate) async fn process_all(
        self: Arc<Self>,
        inputs: Vec<Input>,
        jobs: usize,
        mut outcome: Outcome,
    ) -> anyhow::Result<Outcome> {
        let (mut waiting, mut numbers, turns) = (VecDeque::from(inputs), 0.., Turns::default());
        let mut working = JoinSet::new();
        self.name(&mut outcome);
        loop {
            while working.len() < jobs && !self.stop.is_requested() {
                let Some(input) = self.next_input(&mut waiting, &mut outcome).await else { break };
                let turn = turns.of(numbers.next().unwrap_or_default());
                let (this, runtime) = (Arc::clone(&self), Handle::current());
                working.spawn_blocking(move || runtime.block_on(this.process(input, turn)));
            }
            let Some(processed) = working.join_next().await else { break };
            let mut processed = processed?;
            self.name(&mut processed);
            outcome.add(processed);
            self.name(&mut outcome);
            self.progress.inc(1);
            self.progress.set_message(HumanCount(outcome.ledger.archived).to_string());
        }
        outcome.left += waiting.len() as u64;
        if let Some(archived) = &self.archived {
            outcome.not_compared = archived.not_compared().await;
        }
        self.progress.finish_and_clear();
        Ok(outcome)
    }

    /// The next input. What lies below a prefix is listed when its turn comes.
    async fn next_input(&self, waiting: &mut VecDeque<Input>, outcome: &mut Outcome) -> Option<Input> {
        loop {
            let prefix = match waiting.pop_front()? {
                Input::Prefix(prefix) => prefix,
                input => return Some(input),
            };
            let listed = tokio::select! {
                listed = Box::pin(prefix.clone().list()) => listed,
                () = self.stop.requested() => {
                    waiting.push_front(Input::Prefix(prefix));
                    return None;
                }
            };
            match listed {
                Ok(listed) => {
                    let archive = self.archive_location.as_ref();
                    let listed = listed.into_iter();
                    let wanted: Vec<Input> = listed
                        .filter(|input| !passes_over(input, &prefix, archive, &mut outcome.passed_over))
                        .collect();
                    self.progress.inc_length(wanted.len() as u64);
                    wanted.into_iter().rev().for_each(|input| waiting.push_front(input));
                }
                Err(error) => {
                    outcome.abort(error);
                    outcome.left += 1;
                    self.stop.request();
                    return None;
                }
            }
        }
    }

    /// Names what was not taken in, and what failed beside the first failure, with which the command ends. There may be so
    /// much of it that it must not be gathered.
    fn name(&self, outcome: &mut Outcome) {
        for failure in outcome.take_failures() {
            let mark = paint(WARNING, "!");
            self.progress.suspend(|| output::note(&format!("{mark} {}", plain(&format!("{failure:#}")))));
        }
        for note in outcome.take_notes() {
            self.progress.suspend(|| output::note(&note));
        }
    }

    async fn process(self: &Arc<Self>, input: Input, turn: Turn) -> Outcome {
        let mut outcome = Outcome::default();
        let input = Arc::new(input);
        let (reader, this) = (Arc::clone(&input), Arc::clone(self));
        let opened = tokio::task::spawn_blocking(move || reader.open(this.keeps_unknown, &this.origin));
        // A run that waits for a pipe must be able to stop.
        let opened = tokio::select! {
            opened = opened => opened,
            () = self.stop.requested() => {
                outcome.left = 1;
                return outcome;
            }
        };
        let opened = match opened {
            Ok(opened) => opened,
            Err(error) => {
                outcome.abort(error.into());
                return self.failed(outcome);
            }
        };
        tokio::select! {
            () = turn.come() => {}
            () = self.stop.requested() => {
                outcome.left = 1;
                return outcome;
            }
        }
        match opened {
            Ok(Opened::Whole(bytes)) => self.process_whole(&input, &bytes, &turn, &mut outcome).await,
            Ok(Opened::Events(file, from)) => self.import(&input, file, from, &turn, &mut outcome).await,
            Err(reason) => outcome.skip(&Skipped { what: input.to_string(), reason }),
        }
        if outcome.failure.is_some() { self.failed(outcome) } else { outcome }
    }

    /// What is in the place of one object keeps its payload out, and no other.
    fn failed(&self, mut outcome: Outcome) -> Outcome {
        outcome.left = 1;
        if outcome.is_over {
            self.stop.request();
        }
        outcome
    }

    /// Processes a file of which the beginning did not say what it is.
    async fn process_whole(&self, input: &Input, bytes: &Bytes, turn: &Turn, outcome: &mut Outcome) {
        let other = match recognize(bytes, self.decoded_limit) {
            Recognized::Payloads(shape, payloads) => {
                return self.process_payloads(input, shape, payloads, Some(turn), outcome).await;
            }
            Recognized::Other(other) => self.origin.shape_of(other),
        };
        if Import::reads(other.shape) {
            return self.import(input, other, Box::new(Cursor::new(bytes.clone())), turn, outcome).await;
        }
        let was_kept = || input.file_name().is_some_and(|name| is_quarantined(name, bytes));
        if other.shape != Shape::Empty && (self.keeps_unknown || was_kept()) {
            return self.process_payloads(input, other.shape, payloads(bytes), Some(turn), outcome).await;
        }
        outcome.skip(&Skipped { what: input.to_string(), reason: Reason::Content(other) });
    }

    /// Processes payloads as they are. `turn` is that of the input, if files after it are to be compared with them.
    async fn process_payloads(
        &self,
        input: &Input,
        shape: Shape,
        payloads: Vec<Payload>,
        turn: Option<&Turn>,
        outcome: &mut Outcome,
    ) {
        outcome.count_file(shape);
        if let (Some(archived), Some(turn)) = (&self.archived, turn) {
            for payload in &payloads {
                archived.add_sent(payload).await;
            }
            turn.pass();
        }
        for payload in payloads {
            if self.stop.is_requested() {
                outcome.left = 1;
                return;
            }
            outcome.add_processed(input, self.process_payload(shape, &payload).await);
            if outcome.is_over {
                return;
            }
        }
        outcome.processed = u64::from(outcome.failure.is_none());
    }

    async fn process_payload(&self, shape: Shape, payload: &Payload) -> Processed {
        match &self.destination {
            Destination::Pipeline(pipeline) => {
                let run = pipeline.run(payload, now(), Deadline::NEVER).await;
                Processed::Run(payload.bytes().len(), run)
            }
            Destination::DryRun(config) => Processed::Preview(shape, preview(payload, config)),
        }
    }
}

/// How far the inputs are; shown on terminals only.
pub(crate) fn progress(inputs: usize) -> ProgressBar {
    const TEMPLATE: &str =
        "{spinner} {bar:32.cyan} {human_pos}/{human_len} files · {msg} events · {eta} left";
    let style = ProgressStyle::with_template(TEMPLATE).unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::new(inputs as u64).with_style(style).with_message("0");
    if !bar.is_hidden() {
        bar.enable_steady_tick(Duration::from_millis(120));
    }
    bar
}
