//! Hundreds of batches through a storm, and each of them accounted for.

use std::collections::BTreeSet;
use std::time::Duration;

use mailtrail_aws_client::{Deadline, RetryPolicy};
use mailtrail_faulty_aws::FaultKind;
use mailtrail_pipeline::Problem;
use mailtrail_samples::{Traffic, envelope};

use crate::common::{Key, now, payload};
use crate::setup::{Process, content, server};
use crate::storm::{faults, storm};

const SEED: u64 = 20_261_120;
const BATCHES: usize = 300;

#[tokio::test]
async fn three_hundred_batches_survive_a_storm() {
    let figures = storm(SEED, BATCHES).await;
    assert!(figures.is_sound(), "{figures:#?}");
    assert_eq!(figures.batches, BATCHES as u64);
    assert!(figures.failed_runs > 0, "no run failed: the storm is too weak");
    assert!(
        figures.undelivered > 0 && figures.copies > 0,
        "everything was delivered at once: the storm is too weak"
    );
    assert!(figures.unannounced > 0, "everything was announced: the storm is too weak");
    let struck: BTreeSet<&str> = figures.faults.keys().map(String::as_str).collect();
    // Nothing lists while it writes.
    let missed = FaultKind::ALL.into_iter().filter(|kind| !struck.contains(format!("{kind:?}").as_str()));
    let missed: Vec<FaultKind> = missed.collect();
    let listings = [FaultKind::S3ListingCut, FaultKind::S3ListingRepeated];
    assert_eq!(missed, listings);
}

#[tokio::test]
async fn what_cannot_be_read_is_quarantined_once_in_any_storm() {
    let aws = server();
    let impatient = RetryPolicy { tries: 3, ..crate::setup::QUICK };
    let pipeline = Process::patient(&aws, Duration::ZERO, impatient).pipeline(&["firehose:all"]);
    aws.set_faults(faults(SEED));
    let mut traffic = Traffic::new(SEED);
    let mut failures = 0;
    for number in 0..60 {
        let good = traffic.batch(3).to_gzip();
        let payload = payload(envelope::invocation(&good[..good.len() - 1 - number % 5]));
        let run = loop {
            let run = pipeline.run(&payload, now(), Deadline::NEVER).await;
            if run.failure.is_none() {
                break run;
            }
            failures += 1;
        };
        assert!(run.ledger.balanced());
        assert_eq!((run.ledger.quarantined_payloads, run.ledger.events), (1, 0));
        let [Problem::Quarantined(quarantined)] = &run.problems[..] else { panic!("{:?}", run.problems) };
        assert_eq!(content(&aws, "archive")[&quarantined.key], payload.bytes());
    }
    let kept = content(&aws, "archive");
    assert_eq!(kept.len(), 2 * 60);
    assert!(
        kept.keys().all(|key| matches!(Key::parse(key), Key::Quarantined { reason: "truncated_gzip", .. }))
    );
    assert!(failures > 0, "no run failed: the storm is too weak");
    assert!(aws.records("all").is_empty());
}
