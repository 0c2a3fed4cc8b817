//! Many inputs through one pipeline: a few at a time, so that the memory stays bounded, each on a thread of
//! its own, as decoding and compressing is work for a processor; the payloads of one input in their order.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use indicatif::{HumanCount, ProgressBar, ProgressStyle};
use mailtrail_archive::is_quarantined;
use mailtrail_aws_client::Deadline;
use mailtrail_clock::now;
use mailtrail_config::IntakeConfig;
use mailtrail_pipeline::{Pipeline, preview};
use mailtrail_subscription::{Payload, Recognized, Shape, payloads, recognize};
use tokio::runtime::Handle;
use tokio::task::JoinSet;

use crate::inputs::{Input, Reason, Skipped};
use crate::outcome::Outcome;
use crate::output::{self, WARNING, paint, plain};
use crate::stop::Stop;

/// Processes inputs until they end, something fails, or it is stopped.
#[derive(Debug)]
pub(crate) struct Intake {
    pub(crate) destination: Destination,
    /// Whether what holds no payloads is quarantined rather than skipped.
    pub(crate) keeps_unknown: bool,
    /// The largest decoded payload.
    pub(crate) decoded_limit: usize,
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

impl Intake {
    /// Processes all inputs, and adds what becomes of them to `outcome`. `jobs` threads work at a time; each needs a
    /// few others of tokio's 512 for its files, so let there be far fewer.
    pub(crate) async fn process_all(
        self: Arc<Self>,
        inputs: Vec<Input>,
        jobs: usize,
        mut outcome: Outcome,
    ) -> anyhow::Result<Outcome> {
        let mut waiting = inputs.into_iter();
        let mut working = JoinSet::new();
        self.name(&mut outcome);
        loop {
            while working.len() < jobs && !self.stop.is_requested() {
                let Some(input) = waiting.next() else { break };
                let (this, runtime) = (Arc::clone(&self), Handle::current());
                working.spawn_blocking(move || runtime.block_on(this.process(input)));
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
        self.progress.finish_and_clear();
        Ok(outcome)
    }

    /// Names what was skipped, and what failed beside the first failure, with which the command ends. There may be so much
    /// of it that it must not be gathered.
    fn name(&self, outcome: &mut Outcome) {
        for failure in outcome.take_failures() {
            let mark = paint(WARNING, "!");
            self.progress.suspend(|| output::note(&format!("{mark} {}", plain(&format!("{failure:#}")))));
        }
        for skipped in outcome.take_skipped() {
            self.progress.suspend(|| output::note(&skipped.to_string()));
        }
    }

    async fn process(&self, input: Input) -> Outcome {
        let mut outcome = Outcome::default();
        let input = Arc::new(input);
        let (reader, keeps_unknown) = (Arc::clone(&input), self.keeps_unknown);
        let read = tokio::task::spawn_blocking(move || reader.read(keeps_unknown));
        // A run that waits for a pipe must be able to stop.
        let read = tokio::select! {
            read = read => read,
            () = self.stop.requested() => {
                outcome.left = 1;
                return outcome;
            }
        };
        let found = match read {
            Ok(read) => read.and_then(|bytes| self.payloads(&input, &bytes)),
            Err(error) => {
                outcome.fail(error.into());
                outcome.is_over = true;
                return self.failed(outcome);
            }
        };
        match found {
            Ok((shape, payloads)) => self.process_payloads(&input, shape, payloads, &mut outcome).await,
            Err(reason) => outcome.skip(Skipped { what: input.to_string(), reason }),
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

    /// The payloads in a file, or what it is instead.
    fn payloads(&self, input: &Input, bytes: &Bytes) -> Result<(Shape, Vec<Payload>), Reason> {
        let other = match recognize(bytes, self.decoded_limit) {
            Recognized::Payloads(shape, payloads) => return Ok((shape, payloads)),
            Recognized::Other(other) => other,
        };
        let was_kept = || input.file_name().is_some_and(|name| is_quarantined(name, bytes));
        if other.shape != Shape::Empty && (self.keeps_unknown || was_kept()) {
            return Ok((other.shape, payloads(bytes)));
        }
        Err(Reason::Content(other))
    }

    async fn process_payloads(
        &self,
        input: &Input,
        shape: Shape,
        payloads: Vec<Payload>,
        outcome: &mut Outcome,
    ) {
        outcome.count_file(shape);
        for payload in payloads {
            if self.stop.is_requested() {
                outcome.left = 1;
                return;
            }
            match &self.destination {
                Destination::Pipeline(pipeline) => {
                    let run = pipeline.run(&payload, now(), Deadline::NEVER).await;
                    outcome.add_run(input, payload.bytes().len(), run);
                }
                Destination::DryRun(config) => outcome.add_preview(input, shape, preview(&payload, config)),
            }
            if outcome.is_over {
                return;
            }
        }
        outcome.processed = u64::from(outcome.failure.is_none());
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
