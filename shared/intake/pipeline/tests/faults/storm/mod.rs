//! A storm: batches through services that misbehave in every way that there is, each batch again until its run reports no
//! failure, as Lambda does; and then everything that was sent compared with everything that is there, record by record.
//!
//! The test runs a few hundred batches, `cargo xtask storm` (by the bench `storm`) as many as one wants.

mod check;
mod figures;

use std::time::{Duration, Instant};

use futures_util::stream::{self, StreamExt};
use mailtrail_aws_client::{Deadline, RetryPolicy};
use mailtrail_faulty_aws::{FaultKind, Faults, FaultyAws, Operation};
use mailtrail_pipeline::{Pipeline, Run};
use mailtrail_samples::{Batch, Traffic};
use mailtrail_watch::WatchList;

use crate::common::{now, payload};
use crate::setup::{Process, server};

pub(crate) use figures::Figures;

/// Batches on their way at a time.
const AT_ONCE: usize = 16;
/// Bounced mail is watched for.
const WATCHES: &str = r#"[{"name": "bounces", "pattern": "BOUNCED"}]"#;
/// Few tries, so that some runs fail and some records stay behind.
const SHORT_OF_PATIENCE: RetryPolicy =
    RetryPolicy { first: Duration::from_millis(1), longest: Duration::from_millis(4), tries: 3 };
/// A batch that fails so often fails for good.
const MAX_RUNS: usize = 200;

/// What goes wrong.
pub(crate) fn faults(seed: u64) -> Faults {
    let faults = Faults::storm(seed).with_unproven_answers(0.02).slow_by(Duration::from_millis(3));
    // Look-ups and announcements are few.
    let is_rare = |kind: &&FaultKind| {
        kind.can_strike(Operation::ListTagsForDeliveryStream) || kind.can_strike(Operation::Publish)
    };
    let rare = FaultKind::UNPROVEN.iter().filter(is_rare);
    rare.fold(faults, |faults, kind| faults.with(*kind, 0.06))
}

/// A batch, and every run of it: all but the last failed.
pub(crate) struct Delivered {
    pub(crate) batch: Batch,
    pub(crate) runs: Vec<Run>,
}

impl Delivered {
    /// The run that reported no failure; nothing where there is none.
    pub(crate) fn last(&self) -> Option<&Run> {
        self.runs.last().filter(|run| run.failure.is_none())
    }
}

/// Sends so many batches through a storm of their own, and compares.
pub(crate) async fn storm(seed: u64, batches: usize) -> Figures {
    let started = Instant::now();
    let aws = server();
    let watches = WatchList::parse(WATCHES).0;
    let pipeline = pipeline(&aws, &watches);
    aws.set_faults(faults(seed));
    let delivered = stream::iter(traffic(seed, batches)).map(|batch| deliver(&pipeline, batch));
    let delivered: Vec<Delivered> = delivered.buffer_unordered(AT_ONCE).collect().await;
    let mut figures = check::compare(&aws, &delivered, &watches);
    figures.seconds = started.elapsed().as_secs_f64();
    figures
}

fn pipeline(aws: &FaultyAws, watches: &WatchList) -> Pipeline {
    let process = Process::patient(aws, Duration::ZERO, SHORT_OF_PATIENCE);
    let pipeline = process.pipeline(&["firehose:all?packing=off", "firehose:mail?classes=email_activity"]);
    let pipeline = pipeline.with_topic(process.topic());
    pipeline.watch(watches.clone());
    pipeline
}

/// One to sixty events each, most of them small as in life, now and then over midnight.
fn traffic(seed: u64, batches: usize) -> Vec<Batch> {
    let mut traffic = Traffic::new(seed).with_gap(120_000);
    let size = |number: usize| if number.is_multiple_of(5) { number * 7 % 60 } else { number % 12 };
    (0..batches).map(|number| traffic.batch(1 + size(number))).collect()
}

async fn deliver(pipeline: &Pipeline, batch: Batch) -> Delivered {
    let payload = payload(batch.to_invocation());
    let mut runs = Vec::new();
    while runs.len() < MAX_RUNS {
        runs.push(pipeline.run(&payload, now(), Deadline::NEVER).await);
        if runs.last().is_some_and(|run| run.failure.is_none()) {
            break;
        }
    }
    Delivered { batch, runs }
}
