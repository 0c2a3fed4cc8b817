//! Many inputs through one pipeline: a few at a time, so that the memory stays bounded, each on a thread of
//! its own, as decoding and compressing is work for a processor; the payloads of one input in their order.

use std::sync::Arc;
use std::time::Duration;

use indicatif::{HumanCount, ProgressBar, ProgressStyle};
use mailtrail_aws_client::Deadline;
use mailtrail_clock::now;
use mailtrail_pipeline::Pipeline;
use mailtrail_subscription::payloads;
use tokio::runtime::Handle;
use tokio::task::JoinSet;

use crate::inputs::{Input, unreadable};
use crate::outcome::Outcome;
use crate::stop::Stop;

/// A pipeline that processes inputs until they end, something fails, or it is stopped.
#[derive(Debug)]
pub(crate) struct Intake {
    pub(crate) pipeline: Pipeline,
    pub(crate) stop: Stop,
    pub(crate) progress: ProgressBar,
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
        loop {
            while working.len() < jobs && !self.stop.is_requested() {
                let Some(input) = waiting.next() else { break };
                let (this, runtime) = (Arc::clone(&self), Handle::current());
                working.spawn_blocking(move || runtime.block_on(this.process(input)));
            }
            let Some(processed) = working.join_next().await else { break };
            outcome.add(processed?);
            self.progress.inc(1);
            self.progress.set_message(HumanCount(outcome.ledger.archived).to_string());
        }
        outcome.left += waiting.len() as u64;
        self.progress.finish_and_clear();
        Ok(outcome)
    }

    async fn process(&self, input: Input) -> Outcome {
        let mut outcome = Outcome::default();
        let input = Arc::new(input);
        let reader = Arc::clone(&input);
        let read = tokio::task::spawn_blocking(move || reader.read());
        // A run that waits for a pipe must be able to stop.
        let bytes = tokio::select! {
            bytes = read => bytes.map_err(std::io::Error::from).flatten(),
            () = self.stop.requested() => {
                outcome.left = 1;
                return outcome;
            }
        };
        match bytes {
            Ok(bytes) => self.process_payloads(&input, &bytes, &mut outcome).await,
            // One of many: it is named, and the others are processed.
            Err(error) if matches!(*input, Input::FileInFolder(_)) => {
                outcome.add_unreadable(input.to_string(), error.to_string());
            }
            Err(error) => outcome.failure = Some(unreadable(&input, &error)),
        }
        if outcome.failure.is_some() {
            outcome.left = 1;
            self.stop.request();
        }
        outcome
    }

    async fn process_payloads(&self, input: &Input, bytes: &bytes::Bytes, outcome: &mut Outcome) {
        for payload in payloads(bytes) {
            if self.stop.is_requested() {
                outcome.left = 1;
                return;
            }
            let run = self.pipeline.run(&payload, now(), Deadline::NEVER).await;
            outcome.add_run(input, payload.bytes().len(), run);
            if outcome.failure.is_some() {
                return;
            }
        }
        outcome.processed = 1;
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
