//! No tag, no stream; and no throttled look-up may cost an event.

use std::time::Duration;

use mailtrail_delivery::StreamLedger;
use mailtrail_faulty_aws::{FaultKind, Faults, FaultyAws, Operation};
use mailtrail_pipeline::{Pipeline, Problem, Run};
use mailtrail_samples::Traffic;

use crate::common::lines;
use crate::setup::{
    OPEN, Process, archived_lines, calls, content, lines_of_stream, run_well, server, server_with,
};

const EVENTS: u64 = 20;

/// Runs twenty events, all of which the stream wants.
async fn run_twenty(pipeline: &Pipeline, seed: u64) -> Run {
    let run = run_well(pipeline, &Traffic::new(seed).batch(20)).await;
    assert_eq!(run.ledger.archived, EVENTS);
    run
}

fn the_stream(run: &Run) -> &StreamLedger {
    assert_eq!(run.ledger.streams.len(), 1);
    &run.ledger.streams[0]
}

/// Nothing went to the stream; all of it is kept, and the words say why.
fn assert_undelivered(aws: &FaultyAws, run: &Run, why: &str) {
    assert_eq!(*the_stream(run), StreamLedger { undelivered: EVENTS, ..StreamLedger::new("all") });
    let [problem @ Problem::Undelivered { key, events: EVENTS, .. }] = &run.problems[..] else {
        panic!("{:?}", run.problems)
    };
    let words = problem.to_string();
    assert!(
        words.starts_with("failed to deliver 20 events to the stream all: ") && words.contains(why),
        "{words}"
    );
    assert_eq!(lines(&content(aws, "archive")[key]).len(), 20);
    assert_eq!(calls(aws, Operation::PutRecordBatch), 0);
}

/// Faults that strike the first look-up from now on and leave the second alone: found by trying.
async fn once(kind: FaultKind) -> Faults {
    for seed in 0.. {
        let faults = Faults::none().seeded(seed).with(kind, 0.5);
        let aws = server_with(faults.clone());
        Process::new(&aws).ask("all").await;
        let struck: Vec<_> = aws.calls().iter().map(|call| call.fault).collect();
        if struck == [Some(kind), None] {
            return faults;
        }
    }
    unreachable!("every fourth seed does")
}

#[tokio::test]
async fn a_stream_gets_records_only_while_its_tag_says_exactly_true() {
    let aws = server();
    let pipeline = Process::new(&aws).pipeline(&["firehose:all"]);
    let closed: [&[(&str, &str)]; 7] = [
        &[],
        &[("LogDeliveryEnabled", "True")],
        &[("LogDeliveryEnabled", "placeholder")],
        &[("LogDeliveryEnabled", "")],
        &[("LogDeliveryEnabled", "true ")],
        &[("logdeliveryenabled", "true")],
        &[("Name", "true"), ("Owner", "LogDeliveryEnabled")],
    ];
    for (seed, tags) in (0..).zip(closed) {
        aws.set_tags("all", tags);
        let run = run_twenty(&pipeline, seed).await;
        assert_eq!(*the_stream(&run), StreamLedger { gated: EVENTS, ..StreamLedger::new("all") }, "{tags:?}");
        assert!(run.problems.is_empty(), "a decision is not a problem: {:?}", run.problems);
    }
    assert_eq!(calls(&aws, Operation::PutRecordBatch), 0);

    aws.set_tags("all", &[("Name", "x"), OPEN[0], ("Z", "y")]);
    assert_eq!(the_stream(&run_twenty(&pipeline, 100).await).delivered, EVENTS);
    assert_eq!(lines_of_stream(&aws, "all").len(), 20);
}

#[tokio::test]
async fn the_tag_is_found_among_fifty() {
    let aws = server();
    let names: Vec<String> = (0..49).map(|number| format!("A{number:02}")).collect();
    let mut tags: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "x")).collect();
    tags.push(OPEN[0]);
    aws.set_tags("all", &tags);
    let pipeline = Process::new(&aws).pipeline(&["firehose:all"]);
    assert_eq!(the_stream(&run_twenty(&pipeline, 1).await).delivered, EVENTS);
}

#[tokio::test]
async fn an_answer_is_remembered_for_as_long_as_it_may_be() {
    let aws = server();
    let pipeline = Process::remembering(&aws, Duration::from_mins(5)).pipeline(&["firehose:all"]);
    for seed in 0..5 {
        assert_eq!(the_stream(&run_twenty(&pipeline, seed).await).delivered, EVENTS);
    }
    assert_eq!(calls(&aws, Operation::ListTagsForDeliveryStream), 1);
}

#[tokio::test]
async fn while_look_ups_are_throttled_the_last_answer_holds() {
    for kind in [FaultKind::TagsThrottled, FaultKind::TagsLimitExceeded] {
        let aws = server();
        let pipeline = Process::new(&aws).pipeline(&["firehose:all"]);
        run_twenty(&pipeline, 1).await;
        aws.set_faults(Faults::none().with(kind, 1.0));
        assert_eq!(the_stream(&run_twenty(&pipeline, 2).await).delivered, EVENTS);

        aws.set_faults(Faults::none());
        aws.set_tags("all", &[]);
        assert_eq!(the_stream(&run_twenty(&pipeline, 3).await).gated, EVENTS);
        aws.set_faults(Faults::none().with(kind, 1.0));
        aws.set_tags("all", OPEN);
        assert_eq!(the_stream(&run_twenty(&pipeline, 4).await).gated, EVENTS);
        let throttled = aws.fault_counts()[&kind];
        assert_eq!(throttled, 2, "with an answer at hand, throttling is not waited out");
    }
}

#[tokio::test]
async fn throttled_look_ups_without_an_earlier_answer_are_tried_again() {
    for kind in [FaultKind::TagsThrottled, FaultKind::TagsLimitExceeded, FaultKind::TagsReset] {
        let aws = server();
        let pipeline = Process::new(&aws).pipeline(&["firehose:all"]);
        aws.set_faults(once(kind).await);
        assert_eq!(the_stream(&run_twenty(&pipeline, 1).await).delivered, EVENTS, "{kind:?}");
        assert_eq!(aws.fault_counts()[&kind], 1);
    }
}

#[tokio::test]
async fn look_ups_that_stay_throttled_without_an_earlier_answer_leave_events_undelivered() {
    let aws = server();
    aws.set_faults(Faults::none().with(FaultKind::TagsThrottled, 1.0));
    let pipeline = Process::new(&aws).pipeline(&["firehose:all"]);
    let run = run_twenty(&pipeline, 1).await;
    assert_undelivered(&aws, &run, "ThrottlingException: Rate exceeded.");
}

/// The first request after a pause finds its connection closed: a function that was frozen for a while.
#[tokio::test]
async fn one_broken_connection_does_not_make_a_known_stream_unknown() {
    let aws = server();
    let pipeline = Process::new(&aws).pipeline(&["firehose:all"]);
    run_twenty(&pipeline, 1).await;
    aws.set_faults(once(FaultKind::TagsReset).await);
    let run = run_twenty(&pipeline, 2).await;
    assert_eq!(aws.fault_counts()[&FaultKind::TagsReset], 1);
    assert_eq!(the_stream(&run).delivered, EVENTS, "{:?}", run.problems);
}

#[tokio::test]
async fn a_stream_whose_tags_cannot_be_read_leaves_events_undelivered() {
    let aws = server();
    aws.delete_stream("all");
    let pipeline = Process::new(&aws).pipeline(&["firehose:all"]);
    let run = run_twenty(&pipeline, 1).await;
    assert_undelivered(
        &aws,
        &run,
        "ResourceNotFoundException: Firehose all under account 111122223333 not found.",
    );

    let aws = server();
    aws.deny(Operation::ListTagsForDeliveryStream);
    let pipeline = Process::new(&aws).pipeline(&["firehose:all"]);
    let run = run_twenty(&pipeline, 1).await;
    assert_undelivered(&aws, &run, "AccessDeniedException: User is not authorized");

    aws.allow(Operation::ListTagsForDeliveryStream);
    assert_eq!(the_stream(&run_twenty(&pipeline, 2).await).delivered, EVENTS, "it was asked again");
}

#[tokio::test]
async fn tags_are_not_read_without_anything_to_send() {
    let aws = server();
    let pipeline = Process::new(&aws).pipeline(&["firehose:all?classes=authentication"]);
    let run = run_twenty(&pipeline, 1).await;
    assert_eq!(*the_stream(&run), StreamLedger { filtered: EVENTS, ..StreamLedger::new("all") });
    assert_eq!(calls(&aws, Operation::ListTagsForDeliveryStream), 0);
}

#[tokio::test]
async fn each_stream_has_a_gate_of_its_own() {
    let aws = server();
    aws.set_tags("mail", &[]);
    let pipeline = Process::new(&aws).pipeline(&["firehose:mail", "firehose:all", "firehose:gone"]);
    let run = run_well(&pipeline, &Traffic::new(1).batch(20)).await;
    let [mail, all, gone] = &run.ledger.streams[..] else { panic!("{:?}", run.ledger) };
    assert_eq!((mail.gated, all.delivered, gone.undelivered), (EVENTS, EVENTS, EVENTS));
    let mut taken = lines_of_stream(&aws, "all");
    let mut archived = archived_lines(&content(&aws, "archive"));
    taken.sort_unstable();
    archived.sort_unstable();
    assert_eq!(taken, archived);
}
