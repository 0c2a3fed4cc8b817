//! Answers that prove nothing: nothing is called delivered, gated or announced for them, and nothing is lost.

use std::collections::BTreeSet;

use mailtrail_delivery::StreamLedger;
use mailtrail_faulty_aws::{FaultKind, Faults, Operation};
use mailtrail_pipeline::Problem;
use mailtrail_samples::Traffic;
use mailtrail_watch::WatchList;

use crate::common::lines;
use crate::setup::{Process, TOPIC, archived_lines, calls, content, lines_of_stream, run_well, server_with};

const OF_FIREHOSE: [FaultKind; 8] = [
    FaultKind::FirehoseGarbled,
    FaultKind::FirehoseEmpty,
    FaultKind::FirehoseNoEntries,
    FaultKind::FirehoseHtmlPage,
    FaultKind::FirehoseCountAlone,
    FaultKind::FirehoseCodesAlone,
    FaultKind::FirehoseFewerEntries,
    FaultKind::FirehoseMoreEntries,
];

#[tokio::test]
async fn what_has_no_record_id_is_undelivered_and_kept() {
    for kind in OF_FIREHOSE {
        let aws = server_with(Faults::none().with(kind, 1.0));
        let pipeline = Process::new(&aws).pipeline(&["firehose:all?packing=off"]);
        let run = run_well(&pipeline, &Traffic::new(1).batch(20)).await;
        let [stream] = &run.ledger.streams[..] else { panic!("{:?}", run.ledger) };
        let taken = lines_of_stream(&aws, "all");
        assert_eq!(stream.delivered, taken.len() as u64, "{kind:?}");
        assert_eq!(stream.delivered + stream.undelivered, 20, "{kind:?}");
        let kept = content(&aws, "archive");
        let left = run.problems.iter().find_map(|problem| match problem {
            Problem::Undelivered { key, events, .. } => Some((lines(&kept[key]), *events)),
            Problem::Quarantined(_) => None,
        });
        let (left, events) = left.unwrap_or_default();
        assert_eq!((left.len() as u64, stream.undelivered), (events, events), "{kind:?}");
        let met: BTreeSet<String> = taken.into_iter().chain(left).collect();
        assert_eq!(met, BTreeSet::from_iter(archived_lines(&kept)), "{kind:?}");
    }
}

#[tokio::test]
async fn what_was_not_confirmed_is_sent_again_until_it_is() {
    for kind in OF_FIREHOSE {
        let aws = server_with(Faults::none().seeded(4).with(kind, 0.6));
        let pipeline = Process::new(&aws).pipeline(&["firehose:all?packing=off"]);
        for seed in 0..5 {
            let run = run_well(&pipeline, &Traffic::new(seed).batch(20)).await;
            assert_eq!(run.ledger.streams[0].delivered, 20, "{kind:?}: {:?}", run.problems);
        }
        assert!(aws.fault_counts()[&kind] > 0, "{kind:?}");
        let mut taken = lines_of_stream(&aws, "all");
        taken.sort_unstable();
        let mut archived = archived_lines(&content(&aws, "archive"));
        archived.sort_unstable();
        assert_eq!(taken, archived, "{kind:?}: each was taken once");
    }
}

#[tokio::test]
async fn calls_that_confirm_nothing_become_smaller_and_end() {
    let aws = server_with(Faults::none().with(FaultKind::FirehoseNoEntries, 1.0));
    let pipeline = Process::new(&aws).pipeline(&["firehose:all?packing=off"]);
    let run = run_well(&pipeline, &Traffic::new(1).batch(40)).await;
    let puts = aws.calls().into_iter().filter(|call| call.operation == Operation::PutRecordBatch);
    assert_eq!(puts.map(|call| call.records).collect::<Vec<_>>(), [40, 20, 10, 5, 3, 2, 1, 1]);
    let [problem] = &run.problems[..] else { panic!("{:?}", run.problems) };
    assert!(
        problem.to_string().contains("BrokenAnswer: the answer has no record id for 1 of 1 records"),
        "{problem}"
    );
}

#[tokio::test]
async fn an_answer_that_is_no_whole_list_of_tags_never_gates() {
    let kinds = [
        FaultKind::TagsEmpty,
        FaultKind::TagsHtmlPage,
        FaultKind::TagsUnfinished,
        FaultKind::TagsCut,
        FaultKind::TagsEndless,
    ];
    for kind in kinds {
        let aws = server_with(Faults::none().with(kind, 1.0));
        let pipeline = Process::new(&aws).pipeline(&["firehose:all"]);
        let run = run_well(&pipeline, &Traffic::new(1).batch(20)).await;
        let expected = StreamLedger { undelivered: 20, ..StreamLedger::new("all") };
        assert_eq!(run.ledger.streams, [expected], "{kind:?}");
        assert_eq!(calls(&aws, Operation::PutRecordBatch), 0, "{kind:?}");
        let [Problem::Undelivered { failure, .. }] = &run.problems[..] else { panic!("{:?}", run.problems) };
        assert_eq!((failure.code.as_str(), failure.retryable), ("BrokenAnswer", true), "{kind:?}: {failure}");

        aws.set_faults(Faults::none());
        let run = run_well(&pipeline, &Traffic::new(2).batch(20)).await;
        assert_eq!(run.ledger.streams[0].delivered, 20, "{kind:?}");
        aws.set_faults(Faults::none().with(kind, 1.0));
        let run = run_well(&pipeline, &Traffic::new(3).batch(20)).await;
        assert_eq!(run.ledger.streams[0].delivered, 20, "{kind:?}: the last answer applies");
    }
}

#[tokio::test]
async fn an_announcement_without_a_message_id_was_not_published() {
    for kind in [FaultKind::SnsNoMessageId, FaultKind::SnsHtmlPage] {
        let aws = server_with(Faults::none().with(kind, 1.0));
        let process = Process::new(&aws);
        let pipeline = process.pipeline(&[]).with_topic(process.topic());
        pipeline.watch(WatchList::parse(r#"[{"name": "mail", "pattern": "{ $.event.eventName = * }"}]"#).0);
        let run = run_well(&pipeline, &Traffic::new(3).batch(5)).await;
        assert_eq!((run.watched[0].was_announced(), aws.messages(TOPIC).len()), (Some(false), 0), "{kind:?}");
        assert_eq!(calls(&aws, Operation::Publish), 8, "it was tried again");
    }
}

#[tokio::test]
async fn bytes_that_are_no_http_are_tried_again_and_blamed_on_the_network() {
    let aws = server_with(Faults::none().with(FaultKind::S3Garbled, 1.0));
    let pipeline = Process::new(&aws).pipeline(&[]);
    let run = crate::setup::run(&pipeline, &Traffic::new(1).batch(2)).await;
    let words = run.failure.unwrap().to_string();
    assert!(words.contains("BrokenAnswer: ") && words.contains("check the network"), "{words}");
    assert!(!words.contains("credentials"), "{words}");
    assert!(aws.fault_counts()[&FaultKind::S3Garbled] >= 8);

    aws.set_faults(Faults::none().seeded(2).with(FaultKind::S3Garbled, 0.4));
    run_well(&pipeline, &Traffic::new(1).batch(2)).await;
}
