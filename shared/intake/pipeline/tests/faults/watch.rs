//! Announcements, and what happens to everything else when they fail.

use std::time::{Duration, Instant};

use mailtrail_aws_client::Deadline;
use mailtrail_faulty_aws::{FaultKind, Faults, Operation};
use mailtrail_samples::Traffic;
use mailtrail_watch::WatchList;
use serde_json::{Value, json};

use crate::common::{now, payload};
use crate::setup::{Process, TOPIC, archived_lines, calls, content, run_well, server, server_with};

const EVERYTHING: &str = r#"{"watches": [{"name": "mail", "pattern": "{ $.event.eventName = * }"}]}"#;

#[tokio::test]
async fn a_watch_match_is_announced_with_the_objects_that_hold_the_records_and_marked_in_them() {
    let aws = server();
    let process = Process::new(&aws);
    let pipeline = process.pipeline(&[]).with_topic(process.topic());
    pipeline.watch(WatchList::parse(EVERYTHING).0);
    let run = run_well(&pipeline, &Traffic::new(3).batch(40)).await;
    assert_eq!(run.watched[0].announced, Some(Ok(())));

    let [message] = &aws.messages(TOPIC)[..] else { panic!("{:?}", aws.messages(TOPIC)) };
    assert!(message.subject.starts_with("mailtrail: mail: 40 events"), "{}", message.subject);
    assert_eq!(message.attributes["watch"], "mail");
    let news: Value = serde_json::from_str(&message.body).unwrap();
    assert_eq!(news["events"], 40);
    let archive = content(&aws, "archive");
    for object in news["objects"].as_array().unwrap() {
        assert!(archive.contains_key(object.as_str().unwrap()), "{object}");
    }
    for line in archived_lines(&archive) {
        let record: Value = serde_json::from_str(&line).unwrap();
        let mark = &record["enrichments"][0];
        assert_eq!((&mark["type"], &mark["data"]), (&"watch".into(), &"mail".into()));
        assert_eq!((&mark["name"], &mark["value"]), (&"metadata.uid".into(), &record["metadata"]["uid"]));
    }
}

#[tokio::test]
async fn what_a_caller_chose_does_nothing_to_who_reads_an_announcement() {
    let aws = server();
    let process = Process::new(&aws);
    let pipeline = process.pipeline(&[]).with_topic(process.topic());
    pipeline
        .watch(WatchList::parse(r#"{"watches": [{"name": "calls", "pattern": "{ $.eventName = * }"}]}"#).0);
    let hostile = "a\u{202e}b\u{9b}31m\u{200b}c";
    let call = json!({
        "eventVersion": "1.08", "eventID": "1", "eventTime": "2026-11-20T10:15:02Z", "awsRegion": "eu-central-1",
        "eventSource": "s3.amazonaws.com", "eventName": hostile, "eventType": "AwsApiCall",
        "userIdentity": {"type": "IAMUser", "userName": hostile, "arn": format!("arn:aws:iam::111122223333:user/{hostile}")},
        "recipientAccountId": "111122223333", "sourceIPAddress": "198.51.100.7", "userAgent": "x",
    });
    let batch = json!({
        "messageType": "DATA_MESSAGE", "owner": "111122223333", "logGroup": "trail", "logStream": "s",
        "subscriptionFilters": [], "logEvents": [{"id": "1", "timestamp": 1_795_169_702_000_i64, "message": call.to_string()}],
    });
    let run = pipeline.run(&payload(batch.to_string()), now(), Deadline::NEVER).await;
    assert_eq!(run.watched[0].was_announced(), Some(true), "{:?}", run.failure);
    let [message] = &aws.messages(TOPIC)[..] else { panic!("{:?}", aws.messages(TOPIC)) };
    assert!(message.body.is_ascii(), "{}", message.body);
    let body: Value = serde_json::from_str(&message.body).unwrap();
    assert_eq!(body["what"][hostile], 1, "{body}");
}

#[tokio::test]
async fn an_announcement_that_fails_is_tried_again_and_then_counted_and_harms_nothing_else() {
    let busy = server_with(Faults::none().with(FaultKind::SnsThrottled, 1.0));
    let process = Process::new(&busy);
    let pipeline = process.pipeline(&["firehose:all"]).with_topic(process.topic());
    pipeline.watch(WatchList::parse(EVERYTHING).0);
    let run = run_well(&pipeline, &Traffic::new(3).batch(5)).await;
    assert_eq!((run.ledger.archived, run.ledger.streams[0].delivered), (5, 5));
    assert_eq!(run.watched[0].announced.as_ref().unwrap().as_ref().unwrap_err().code, "Throttled");
    assert_eq!(calls(&busy, Operation::Publish), 8);

    let denied = server();
    denied.deny(Operation::Publish);
    let process = Process::new(&denied);
    let pipeline = process.pipeline(&[]).with_topic(process.topic());
    pipeline.watch(WatchList::parse(EVERYTHING).0);
    let run = run_well(&pipeline, &Traffic::new(3).batch(5)).await;
    assert_eq!(run.watched[0].was_announced(), Some(false));
    assert_eq!(calls(&denied, Operation::Publish), 1, "what is not allowed is not tried again");
}

#[tokio::test]
async fn a_topic_that_does_not_answer_costs_only_the_time_that_is_left() {
    let aws = server_with(Faults::none().with(FaultKind::SnsSlow, 1.0).slow_by(Duration::from_mins(1)));
    let process = Process::new(&aws);
    let pipeline = process.pipeline(&[]).with_topic(process.topic());
    pipeline.watch(WatchList::parse(EVERYTHING).0);
    let (start, time) = (Instant::now(), Duration::from_millis(600));
    let payload = payload(Traffic::new(3).batch(5).to_invocation());
    let run = pipeline.run(&payload, now(), Deadline::after(time)).await;
    assert!(run.failure.is_none() && run.ledger.balanced());
    assert!(run.watched[0].announced.as_ref().unwrap().as_ref().unwrap_err().is_out_of_time());
    assert!(start.elapsed() < time, "{:?}", start.elapsed());
}

#[tokio::test]
async fn what_is_not_archived_is_not_announced() {
    let aws = server();
    let process = Process::new(&aws);
    let pipeline = process.pipeline(&[]).with_topic(process.topic());
    pipeline.watch(WatchList::parse(EVERYTHING).0);
    aws.deny(Operation::PutObject);
    let payload = payload(Traffic::new(3).batch(5).to_invocation());
    let run = pipeline.run(&payload, now(), Deadline::NEVER).await;
    assert!(run.failure.is_some() && run.watched.is_empty());
    assert_eq!(calls(&aws, Operation::Publish), 0);
}
