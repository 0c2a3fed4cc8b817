//! The stand-in for Firehose, seen by the real client.
#![allow(clippy::expect_used, reason = "a test stops at its first surprise, in its helpers too")]

mod common;

use std::time::Duration;

use aws_sdk_firehose::operation::put_record_batch::PutRecordBatchOutput;
use aws_sdk_firehose::primitives::Blob;
use aws_sdk_firehose::types::Record;
use common::{Ending, ending, firehose, refused, server, server_with};
use mailtrail_faulty_aws::{Call, FaultKind, Faults, FaultyAws, Operation, Service};

fn numbered(numbers: impl IntoIterator<Item = usize>) -> Vec<Vec<u8>> {
    numbers.into_iter().map(|number| format!("{{\"n\":{number}}}\n").into_bytes()).collect()
}

async fn put(aws: &FaultyAws, stream: &str, records: &[Vec<u8>]) -> Result<PutRecordBatchOutput, Ending> {
    let record = |data: &Vec<u8>| Record::builder().data(Blob::new(data.clone())).build().expect("has data");
    let records = records.iter().map(record).collect();
    let batch = firehose(aws).put_record_batch().delivery_stream_name(stream).set_records(Some(records));
    let result = batch.send().await;
    let ending = ending(&result);
    result.map_err(|_| ending)
}

async fn tags(aws: &FaultyAws, stream: &str) -> Result<Vec<(String, String)>, Ending> {
    let result = firehose(aws).list_tags_for_delivery_stream().delivery_stream_name(stream).send().await;
    let ending = ending(&result);
    let tags = result.map_err(|_| ending)?.tags;
    Ok(tags.into_iter().map(|tag| (tag.key, tag.value.unwrap_or_default())).collect())
}

#[tokio::test]
async fn records_are_kept_in_order() {
    let aws = server(Faults::none());
    let answer = put(&aws, "events", &numbered(0..3)).await.expect("taken");
    assert_eq!(answer.failed_put_count(), 0);
    let ids: Vec<_> = answer.request_responses().iter().filter_map(|entry| entry.record_id()).collect();
    assert_eq!(ids.len(), 3);
    put(&aws, "events", &numbered(3..5)).await.expect("taken");
    assert_eq!(aws.records("events"), numbered(0..5));
    let call = |records| Call {
        service: Service::Firehose,
        operation: Operation::PutRecordBatch,
        resource: "events".to_owned(),
        records,
        fault: None,
    };
    assert_eq!(aws.calls(), [call(3), call(2)]);
}

#[tokio::test]
async fn the_limits_are_kept() {
    let aws = server(Faults::none());
    let invalid = || Err(refused(400, "InvalidArgumentException"));
    let outcome = async |records: Vec<Vec<u8>>| put(&aws, "events", &records).await.map(|_| ());
    assert_eq!(outcome(vec![]).await, invalid());
    assert_eq!(outcome(numbered(0..501)).await, invalid());
    assert_eq!(outcome(vec![vec![b'x'; 1_024_001]]).await, invalid());
    let mut too_much = vec![vec![b'x'; 1_024_000]; 4];
    too_much.push(vec![b'x'; 4 * 1024 * 1024 - 4 * 1_024_000 + 1]);
    assert_eq!(outcome(too_much.clone()).await, invalid());
    assert!(aws.records("events").is_empty());
    too_much[4].pop();
    assert_eq!(outcome(too_much).await, Ok(()));
    assert_eq!(outcome(numbered(0..500)).await, Ok(()));
    assert_eq!(aws.records("events").len(), 505);
}

#[tokio::test]
async fn an_unknown_stream_is_not_found() {
    let aws = server(Faults::none());
    let missing = || refused(400, "ResourceNotFoundException");
    assert_eq!(put(&aws, "other", &numbered(0..1)).await.map(|_| ()), Err(missing()));
    assert_eq!(tags(&aws, "other").await, Err(missing()));
    aws.set_tags("other", &[]);
    assert_eq!(put(&aws, "other", &numbered(0..1)).await.map(|_| ()), Ok(()));
    aws.delete_stream("other");
    assert_eq!(tags(&aws, "other").await, Err(missing()));
}

#[tokio::test]
async fn tags_can_be_changed_denied_and_throttled() {
    let aws = server(Faults::none());
    let enabled = vec![("LogDeliveryEnabled".to_owned(), "true".to_owned())];
    assert_eq!(tags(&aws, "events").await, Ok(enabled.clone()));
    aws.set_tags("events", &[("LogDeliveryEnabled", "True"), ("team", "mail")]);
    assert_eq!(tags(&aws, "events").await.expect("listed")[0].1, "True");

    aws.deny(Operation::ListTagsForDeliveryStream);
    assert_eq!(tags(&aws, "events").await, Err(refused(400, "AccessDeniedException")));
    aws.allow(Operation::ListTagsForDeliveryStream);

    let cases = [
        (FaultKind::TagsLimitExceeded, refused(400, "LimitExceededException")),
        (FaultKind::TagsThrottled, refused(400, "ThrottlingException")),
        (FaultKind::TagsReset, Ending::NoAnswer),
    ];
    for (kind, expected) in cases {
        aws.set_faults(Faults::none().with(kind, 1.0));
        assert_eq!(tags(&aws, "events").await, Err(expected));
        assert_eq!(
            put(&aws, "events", &numbered(0..1)).await.map(|_| ()),
            Ok(()),
            "only the look-up suffers"
        );
    }
}

#[tokio::test]
async fn tags_come_in_pages() {
    let aws = server(Faults::none());
    aws.set_tags("events", &[("a", "1"), ("b", "2"), ("c", "3")]);
    let list = firehose(&aws).list_tags_for_delivery_stream().delivery_stream_name("events");
    let first = list.clone().limit(2).send().await.expect("listed");
    assert_eq!((first.tags().len(), first.has_more_tags()), (2, true));
    let second = list.limit(2).exclusive_start_tag_key("b").send().await.expect("listed");
    assert_eq!((second.tags()[0].key(), second.has_more_tags()), ("c", false));
}

#[tokio::test]
async fn each_fault_is_what_it_says() {
    let cases = [
        (FaultKind::FirehoseUnavailable, refused(503, "ServiceUnavailableException"), 0),
        (FaultKind::FirehoseInternal, refused(500, "InternalFailure"), 0),
        (FaultKind::FirehoseResetBefore, Ending::NoAnswer, 0),
        (FaultKind::FirehoseResetAfter, Ending::NoAnswer, 3),
        (FaultKind::FirehoseTruncated, Ending::NoAnswer, 3),
        (FaultKind::FirehoseSlow, Ending::Success, 3),
    ];
    for (kind, expected, taken) in cases {
        let aws = server_with(kind);
        let ending =
            put(&aws, "events", &numbered(0..3)).await.map_or_else(|error| error, |_| Ending::Success);
        assert_eq!(ending, expected, "{kind:?}");
        assert_eq!(aws.records("events"), numbered(0..taken), "{kind:?}");
        assert_eq!(aws.fault_counts().into_iter().collect::<Vec<_>>(), [(kind, 1)]);
    }
}

/// An answer as the SDK shows it: `FailedPutCount`, entries with a record id, entries without.
fn shown(answer: &PutRecordBatchOutput) -> (i32, usize, usize) {
    let entries = answer.request_responses();
    let with_id = entries.iter().filter(|entry| entry.record_id().is_some()).count();
    (answer.failed_put_count(), with_id, entries.len() - with_id)
}

#[tokio::test]
async fn answers_that_prove_nothing_look_as_they_say() {
    let cases = [
        (FaultKind::FirehoseGarbled, Err(Ending::NoAnswer), 0),
        (FaultKind::FirehoseHtmlPage, Err(Ending::NoAnswer), 0),
        (FaultKind::FirehoseEmpty, Ok((0, 0, 0)), 0),
        (FaultKind::FirehoseNoEntries, Ok((0, 0, 0)), 0),
        (FaultKind::FirehoseCountAlone, Ok((4, 0, 4)), 0),
        (FaultKind::FirehoseFewerEntries, Ok((0, 2, 0)), 2),
        (FaultKind::FirehoseMoreEntries, Ok((0, 5, 0)), 0),
    ];
    for (kind, expected, taken) in cases {
        let aws = server_with(kind);
        let answer = put(&aws, "events", &numbered(0..4)).await;
        assert_eq!(
            answer.as_ref().map(shown).map_err(|_| ()),
            expected.as_ref().copied().map_err(|_| ()),
            "{kind:?}"
        );
        assert_eq!(answer.err(), expected.err(), "{kind:?}");
        assert_eq!(aws.records("events"), numbered(0..taken), "{kind:?}");
    }
    let aws = server_with(FaultKind::FirehoseCodesAlone);
    let (count, taken, refused) = shown(&put(&aws, "events", &numbered(0..50)).await.expect("answered"));
    assert_eq!((count, taken + refused, taken), (0, 50, aws.records("events").len()));
    assert!(refused > 0);
}

#[tokio::test]
async fn answers_that_are_no_whole_list_of_tags_look_like_one_to_the_sdk_or_like_none() {
    let cases = [
        (FaultKind::TagsEmpty, Ok(0)),
        (FaultKind::TagsUnfinished, Ok(0)),
        (FaultKind::TagsEndless, Ok(1)),
        (FaultKind::TagsHtmlPage, Err(Ending::NoAnswer)),
        (FaultKind::TagsCut, Err(Ending::NoAnswer)),
    ];
    for (kind, expected) in cases {
        let aws = server_with(kind);
        assert_eq!(tags(&aws, "events").await.map(|tags| tags.len()), expected, "{kind:?}");
    }
}

#[tokio::test]
async fn a_partial_failure_names_the_failed_records_by_their_place() {
    let aws = server_with(FaultKind::FirehosePartial);
    let records = numbered(0..200);
    let answer = put(&aws, "events", &records).await.expect("a partial failure is an answer");
    let entries = answer.request_responses();
    assert_eq!(entries.len(), records.len());
    let (mut taken, mut failed) = (Vec::new(), Vec::new());
    for (entry, record) in entries.iter().zip(records) {
        assert_ne!(entry.record_id().is_some(), entry.error_code().is_some());
        if entry.record_id().is_some() { taken.push(record) } else { failed.push(record) }
    }
    assert_eq!(aws.records("events"), taken);
    assert_eq!(usize::try_from(answer.failed_put_count()), Ok(failed.len()));
    assert!(taken.len() > 50 && failed.len() > 50);
    let mut codes: Vec<_> = entries.iter().filter_map(|entry| entry.error_code()).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes, ["InternalFailure", "ServiceUnavailableException"]);

    // A batch of one fails whole: a partial failure always has a record to fail.
    let answer = put(&aws, "events", &numbered(0..1)).await.expect("answered");
    assert_eq!(answer.failed_put_count(), 1);
}

#[tokio::test]
async fn sending_the_failed_ones_again_gets_all_through_a_storm() {
    let aws = server(Faults::storm(11).slow_by(Duration::from_millis(1)));
    for batch in 0..60 {
        let mut left = numbered(batch * 10..batch * 10 + 10);
        while !left.is_empty() {
            let Ok(answer) = put(&aws, "events", &left).await else { continue };
            let mut failed = answer.request_responses().iter().map(|entry| entry.error_code().is_some());
            left.retain(|_| failed.next() == Some(true));
        }
    }
    let mut records = aws.records("events");
    assert!(records.len() > 600, "an answer that got lost means a second copy");
    records.sort_unstable();
    records.dedup();
    assert_eq!(records.len(), 600, "nothing is lost");
    let counts = aws.fault_counts();
    let expected = FaultKind::ALL
        .iter()
        .filter(|kind| kind.can_strike(Operation::PutRecordBatch) && !FaultKind::UNPROVEN.contains(kind))
        .count();
    assert_eq!(counts.len(), expected, "{counts:?}");
}
