//! Look-ups of tags: one at a time, shared, remembered, and within the rate of AWS.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use mailtrail_delivery::Gate;
use mailtrail_faulty_aws::{FaultKind, Faults, Operation};
use mailtrail_samples::Traffic;

use crate::setup::{Process, calls, lines_of_stream, run_well, server, server_with};

/// Late enough that all who ask are there before the answer is.
fn late() -> Faults {
    Faults::none().with(FaultKind::TagsSlow, 1.0).slow_by(Duration::from_millis(300))
}

#[tokio::test]
async fn all_who_ask_at_once_share_one_look_up() {
    for memory in [Duration::ZERO, Duration::from_mins(5)] {
        let aws = server_with(late());
        let process = Process::remembering(&aws, memory);
        let answers = join_all((0..64).map(|_| process.ask("all"))).await;
        assert_eq!(answers, vec![Gate::Open; 64]);
        assert_eq!(calls(&aws, Operation::ListTagsForDeliveryStream), 1);
    }
}

#[tokio::test]
async fn many_payloads_at_once_make_one_look_up_and_all_are_delivered() {
    let aws = server_with(late());
    let pipeline = Process::remembering(&aws, Duration::from_mins(5)).pipeline(&["firehose:all"]);
    let batches: Vec<_> = (0..64).map(|seed| Traffic::new(seed).batch(2)).collect();
    let runs = join_all(batches.iter().map(|batch| run_well(&pipeline, batch))).await;
    assert!(runs.iter().all(|run| run.ledger.streams[0].delivered == 2));
    assert_eq!(
        (lines_of_stream(&aws, "all").len(), calls(&aws, Operation::ListTagsForDeliveryStream)),
        (128, 1)
    );
}

#[tokio::test]
async fn a_failure_is_shared_too_and_asked_again_later() {
    let aws = server();
    aws.deny(Operation::ListTagsForDeliveryStream);
    let process = Process::new(&aws);
    let answers = join_all((0..20).map(|_| process.ask("all"))).await;
    assert!(answers.iter().all(|answer| matches!(answer, Gate::Unknown(failure) if failure.is_denied())));
    assert!(calls(&aws, Operation::ListTagsForDeliveryStream) < 20);
    aws.allow(Operation::ListTagsForDeliveryStream);
    assert_eq!(process.ask("all").await, Gate::Open);
}

#[tokio::test]
async fn no_failure_replaces_an_answer() {
    let aws = server();
    aws.set_tags("mail", &[]);
    let process = Process::new(&aws);
    let known = [("all", Gate::Open), ("mail", Gate::Closed)];
    for (stream, gate) in &known {
        assert_eq!(process.ask(stream).await, *gate);
    }
    let failing = [
        FaultKind::TagsThrottled,
        FaultKind::TagsLimitExceeded,
        FaultKind::TagsReset,
        FaultKind::TagsHtmlPage,
        FaultKind::TagsEmpty,
    ];
    for kind in failing {
        aws.set_faults(Faults::none().with(kind, 1.0));
        for (stream, gate) in &known {
            let answers = join_all((0..8).map(|_| process.ask(stream))).await;
            assert!(answers.iter().all(|answer| answer == gate), "{kind:?}: {answers:?}");
        }
    }
    aws.set_faults(Faults::none());
    aws.deny(Operation::ListTagsForDeliveryStream);
    for (stream, gate) in &known {
        assert_eq!(process.ask(stream).await, *gate, "denied");
    }
    aws.allow(Operation::ListTagsForDeliveryStream);
    aws.delete_stream("all");
    assert!(matches!(process.ask("all").await, Gate::Unknown(_)), "that a stream is gone is an answer");
}

#[tokio::test]
async fn streams_together_keep_to_the_rate_of_the_account() {
    let aws = server();
    let names: Vec<String> = (0..8).map(|number| format!("stream-{number}")).collect();
    for name in &names {
        aws.set_tags(name, &[("LogDeliveryEnabled", "true")]);
    }
    let process = Process::at_the_rate_of_aws(&aws, Duration::from_mins(5));
    let start = Instant::now();
    let answers = join_all(names.iter().map(|name| process.ask(name))).await;
    assert_eq!(answers, vec![Gate::Open; 8]);
    assert!(start.elapsed() >= Duration::from_secs(1), "eight look-ups within a second");
    join_all(names.iter().map(|name| process.ask(name))).await;
    assert_eq!(calls(&aws, Operation::ListTagsForDeliveryStream), 8, "they are remembered");
}
