//! Streams: at least once, only what failed again, and nothing dropped when it ends.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use mailtrail_aws_client::Deadline;
use mailtrail_delivery::StreamLedger;
use mailtrail_faulty_aws::{FaultKind, Faults, FaultyAws, Operation};
use mailtrail_pipeline::{Pipeline, Problem, Run};
use mailtrail_samples::{Batch, Event, Traffic};

use crate::common::{Key, lines, now, payload, record, records};
use crate::setup::{Process, archived_lines, calls, content, lines_of_stream, run_well, server, server_with};

/// How many records each call to a stream carried, and what happened to it.
fn puts(aws: &FaultyAws) -> Vec<(usize, Option<FaultKind>)> {
    let calls = aws.calls().into_iter().filter(|call| call.operation == Operation::PutRecordBatch);
    calls.map(|call| (call.records, call.fault)).collect()
}

/// The undelivered events of the only stream, and why they are.
fn undelivered(aws: &FaultyAws, run: &Run) -> (Vec<String>, String) {
    let [Problem::Undelivered { key, failure, events, .. }] = &run.problems[..] else {
        panic!("{:?}", run.problems)
    };
    let lines = lines(&content(aws, "archive")[key]);
    assert_eq!((lines.len() as u64, run.ledger.streams[0].undelivered), (*events, *events));
    (lines, failure.to_string())
}

fn sorted(mut lines: Vec<String>) -> Vec<String> {
    lines.sort_unstable();
    lines
}

#[tokio::test]
async fn only_the_records_that_failed_are_sent_again() {
    for seed in 0..10 {
        let aws = server_with(Faults::none().seeded(seed).with(FaultKind::FirehosePartial, 0.7));
        let pipeline = Process::new(&aws).pipeline(&["firehose:all?packing=off"]);
        let run = run_well(&pipeline, &Traffic::new(seed).batch(40)).await;
        let puts = puts(&aws);
        assert_eq!(puts[0].0, 40);
        for pair in puts.windows(2) {
            assert_eq!(pair[0].1, Some(FaultKind::FirehosePartial));
            assert!(pair[1].0 <= pair[0].0, "{puts:?}");
        }
        let taken = lines_of_stream(&aws, "all");
        assert_eq!(taken.len() as u64, run.ledger.streams[0].delivered, "each was taken once");
        let left = if run.problems.is_empty() { Vec::new() } else { undelivered(&aws, &run).0 };
        let kept: Vec<String> = archived_lines(&content(&aws, "archive"));
        assert_eq!(sorted([taken, left].concat()), sorted(kept));
    }
}

#[tokio::test]
async fn a_call_that_is_refused_as_a_whole_is_cut_in_halves() {
    let aws = server_with(Faults::none().with(FaultKind::FirehoseUnavailable, 1.0));
    let pipeline = Process::new(&aws).pipeline(&["firehose:all?packing=off"]);
    let run = run_well(&pipeline, &Traffic::new(1).batch(40)).await;
    let sizes: Vec<usize> = puts(&aws).iter().map(|(records, _)| *records).collect();
    assert_eq!(sizes, [40, 20, 10, 5, 3, 2, 1, 1]);
    let (left, why) = undelivered(&aws, &run);
    assert_eq!((left.len(), why.as_str()), (40, "ServiceUnavailableException: Slow down."));
}

#[tokio::test]
async fn what_was_taken_without_an_answer_may_come_twice_but_is_not_lost() {
    for kind in [FaultKind::FirehoseResetAfter, FaultKind::FirehoseTruncated] {
        let aws = server_with(Faults::none().seeded(3).with(kind, 0.6));
        let pipeline = Process::new(&aws).pipeline(&["firehose:all"]);
        for seed in 0..5 {
            let run = run_well(&pipeline, &Traffic::new(seed).batch(20)).await;
            assert_eq!(run.ledger.streams[0].delivered, 20, "{:?}", run.problems);
        }
        assert!(aws.fault_counts()[&kind] > 0);
        let mut taken = sorted(lines_of_stream(&aws, "all"));
        assert!(taken.len() > 100, "nothing came twice");
        taken.dedup();
        assert_eq!(taken, sorted(archived_lines(&content(&aws, "archive"))));
    }
}

#[tokio::test]
async fn a_stream_that_refuses_for_good_is_not_tried_again() {
    let aws = server();
    aws.deny(Operation::PutRecordBatch);
    let pipeline = Process::new(&aws).pipeline(&["firehose:all?packing=off"]);
    let run = run_well(&pipeline, &Traffic::new(1).batch(1_200)).await;
    let (left, why) = undelivered(&aws, &run);
    assert_eq!(calls(&aws, Operation::PutRecordBatch), 1, "nor are the rest of the events");
    assert!(why.starts_with("AccessDeniedException: "), "{why}");
    assert_eq!(sorted(left), sorted(archived_lines(&content(&aws, "archive"))));
}

#[tokio::test]
async fn a_stream_that_disappears_leaves_its_events_undelivered() {
    let aws = server();
    let pipeline = Process::remembering(&aws, Duration::from_mins(5)).pipeline(&["firehose:all"]);
    run_well(&pipeline, &Traffic::new(1).batch(5)).await;
    aws.delete_stream("all");
    let run = run_well(&pipeline, &Traffic::new(2).batch(5)).await;
    let (left, why) = undelivered(&aws, &run);
    assert_eq!(left.len(), 5);
    assert!(why.starts_with("ResourceNotFoundException: "), "{why}");
}

#[tokio::test]
async fn several_events_share_a_record_unless_packing_is_off() {
    let aws = server();
    let pipeline = Process::new(&aws).pipeline(&["firehose:all", "firehose:mail?packing=off"]);
    run_well(&pipeline, &Traffic::new(1).batch(1_200)).await;
    assert_eq!(aws.records("mail").len(), 1_200);
    assert!(aws.records("all").len() < 10);
    assert_eq!(lines_of_stream(&aws, "all"), lines_of_stream(&aws, "mail"));
}

/// Two ordinary events and one whose record is larger than Firehose takes.
fn with_a_giant(seed: u64, message: String) -> Batch {
    let mut batch = Traffic::new(seed).batch(2);
    let (id, timestamp) = ("9".repeat(56), batch.events[1].timestamp);
    batch.events.push(Event { id, timestamp, message });
    batch
}

#[tokio::test]
async fn an_oversize_event_goes_as_a_slim_record_that_names_the_object() {
    let text = "x".repeat(1_100_000);
    let subject = format!(
        r#"{{"event":{{"eventName":"OUTGOING_EMAIL_SUBMITTED","from":"ana@example.com","subject":"{text}"}}}}"#
    );
    for packing in ["on", "off"] {
        for message in [&text, &subject] {
            let aws = server();
            let pipeline = Process::new(&aws).pipeline(&[&format!("firehose:all?packing={packing}")]);
            let run = run_well(&pipeline, &with_a_giant(1, message.clone())).await;
            assert_eq!(run.ledger.streams[0].delivered, 3);

            let taken = lines_of_stream(&aws, "all");
            let giant = "9".repeat(56);
            let slim: Vec<&String> = taken.iter().filter(|line| line.contains(&giant)).collect();
            assert_eq!((taken.len(), slim.len()), (3, 1));
            let slim = record(slim[0]);
            let key = &slim.unmapped["mailtrail.archive_object"];
            assert!(run.objects.contains(key));
            let archive = content(&aws, "archive");
            let whole = lines(&archive[key]).into_iter().find(|line| line.contains(&giant)).unwrap();
            assert!(whole.contains(&text), "the archive has all of it");
            assert_eq!(slim.unmapped["mailtrail.event_bytes"], whole.len().to_string());
            let whole = record(&whole);
            assert_eq!((slim.time, slim.class_uid), (whole.time, whole.class_uid));
            assert_eq!(slim.metadata.log_name, whole.metadata.log_name);
        }
    }
}

#[tokio::test]
async fn the_archive_comes_before_any_stream() {
    let aws = server();
    let pipeline = Process::new(&aws).pipeline(&["firehose:all", "firehose:mail"]);
    run_well(&pipeline, &Traffic::new(1).with_gap(30_000_000).batch(40)).await;
    let order: Vec<Operation> = aws.calls().iter().map(|call| call.operation).collect();
    let last_object = order.iter().rposition(|operation| *operation == Operation::PutObject).unwrap();
    let first_record = order.iter().position(|operation| *operation == Operation::PutRecordBatch).unwrap();
    assert!(last_object < first_record, "{order:?}");
}

#[tokio::test]
async fn a_failed_archive_sends_nothing() {
    let aws = server_with(Faults::none().seeded(5).with(FaultKind::S3SlowDown, 0.9));
    let pipeline = Process::new(&aws).pipeline(&["firehose:all"]);
    let batch = Traffic::new(1).with_gap(30_000_000).batch(40);
    let payload = payload(batch.to_invocation());
    let run = pipeline.run(&payload, now(), Deadline::NEVER).await;
    let words = run.failure.unwrap().to_string();
    assert!(words.contains("SlowDown") && words.contains("s3://archive/mail/2026"), "{words}");
    assert_eq!(calls(&aws, Operation::ListTagsForDeliveryStream), 0);
    assert_eq!(calls(&aws, Operation::PutRecordBatch), 0);

    let written = content(&aws, "archive");
    assert!(run.objects.iter().all(|key| written.contains_key(key)), "an object that is not there is named");
    let in_objects: usize = run.objects.iter().map(|key| records(key, &written[key]).len()).sum();
    assert!(in_objects > 0);

    aws.set_faults(Faults::none());
    let again = pipeline.run(&payload, now(), Deadline::NEVER).await;
    assert!(again.failure.is_none() && again.ledger.balanced());
    assert_eq!((again.ledger.archived, again.ledger.already), (40, in_objects as u64));
    // An event is archived where its raw copy and its record are, and the raw copy was not there.
    let after = content(&aws, "archive");
    assert!(after.keys().any(|key| key.starts_with("raw/") && !written.contains_key(key)));
    assert_eq!(run.ledger.archived, 0);
    assert_eq!(lines_of_stream(&aws, "all").len(), 40);
}

async fn run_within(pipeline: &Pipeline, time: Duration) -> (Run, Duration) {
    let payload = payload(Traffic::new(1).batch(20).to_invocation());
    let start = Instant::now();
    let run = pipeline.run(&payload, now(), Deadline::after(time)).await;
    (run, start.elapsed())
}

#[tokio::test]
async fn a_slow_archive_fails_the_run_in_time() {
    let aws = server_with(Faults::none().with(FaultKind::S3Slow, 1.0).slow_by(Duration::from_secs(15)));
    let pipeline = Process::new(&aws).pipeline(&["firehose:all"]);
    let (run, took) = run_within(&pipeline, Duration::from_millis(300)).await;
    assert!(took < Duration::from_secs(3), "{took:?}");
    let words = run.failure.unwrap().to_string();
    assert!(words.contains("OutOfTime") && words.contains("raise the timeout of the function"), "{words}");
    assert_eq!((run.ledger.archived, calls(&aws, Operation::PutRecordBatch)), (0, 0));
}

#[tokio::test]
async fn a_slow_stream_leaves_time_to_keep_what_it_did_not_take() {
    let aws = server_with(Faults::none().with(FaultKind::FirehoseSlow, 1.0).slow_by(Duration::from_secs(15)));
    let pipeline = Process::new(&aws).pipeline(&["firehose:all?packing=off"]);
    let (run, took) = run_within(&pipeline, Duration::from_secs(2)).await;
    assert!(took < Duration::from_secs(5), "{took:?}");
    assert!(run.failure.is_none() && run.ledger.balanced(), "{:?}", run.failure);
    let (left, why) = undelivered(&aws, &run);
    assert_eq!((left.len(), why.as_str()), (20, "OutOfTime: the time for this work ran out"));
}

#[tokio::test]
async fn waiting_for_a_busy_service_ends_with_the_time() {
    let patient = mailtrail_aws_client::RetryPolicy { tries: u32::MAX, ..crate::setup::QUICK };
    let aws = server_with(Faults::none().with(FaultKind::S3SlowDown, 1.0));
    let pipeline = Process::patient(&aws, Duration::ZERO, patient).pipeline(&["firehose:all"]);
    let (run, took) = run_within(&pipeline, Duration::from_millis(300)).await;
    assert!(took < Duration::from_secs(3) && run.failure.is_some(), "{took:?}");

    aws.set_faults(Faults::none().with(FaultKind::FirehoseUnavailable, 1.0));
    let (run, took) = run_within(&pipeline, Duration::from_secs(2)).await;
    assert!(took < Duration::from_secs(5), "{took:?}");
    assert_eq!(undelivered(&aws, &run).0.len(), 20);

    aws.set_faults(Faults::none().with(FaultKind::TagsThrottled, 1.0));
    let pipeline = Process::patient(&aws, Duration::ZERO, patient).pipeline(&["firehose:mail"]);
    let (run, took) = run_within(&pipeline, Duration::from_secs(2)).await;
    assert!(took < Duration::from_secs(5), "{took:?}");
    assert_eq!(undelivered(&aws, &run).0.len(), 20);
}

#[tokio::test]
async fn a_stream_gets_the_classes_that_it_asks_for() {
    let aws = server();
    let streams = ["firehose:all?classes=base_event", "firehose:mail?classes=email_activity,authentication"];
    let pipeline = Process::new(&aws).pipeline(&streams);
    let run = run_well(&pipeline, &Traffic::new(1).batch(200)).await;
    let (base, mail) = (run.ledger.by_class["base_event"], run.ledger.by_class["email_activity"]);
    let expected =
        |stream: &str, delivered, filtered| StreamLedger { delivered, filtered, ..StreamLedger::new(stream) };
    assert_eq!(run.ledger.streams, [expected("all", base, mail), expected("mail", mail, base)]);
    let archive = content(&aws, "archive");
    let by_class: BTreeMap<&str, Vec<String>> = archive
        .iter()
        .filter_map(|(key, body)| match Key::parse(key) {
            Key::Records { class, .. } => Some((class.name(), lines(body))),
            _ => None,
        })
        .collect();
    assert_eq!(lines_of_stream(&aws, "all"), by_class["base_event"]);
    assert_eq!(lines_of_stream(&aws, "mail"), by_class["email_activity"]);
}
