//! The stand-in for SNS, seen by the real client.
#![allow(clippy::expect_used, reason = "a test stops at its first surprise, in its helpers too")]

mod common;

use common::{Ending, ending, refused, sns};
use mailtrail_faulty_aws::{Config, FaultKind, Faults, FaultyAws, Operation};

const TOPIC: &str = "arn:aws:sns:eu-west-1:111122223333:news";
const FIFO: &str = "arn:aws:sns:eu-west-1:111122223333:news.fifo";

fn server(faults: Faults) -> FaultyAws {
    FaultyAws::start(Config::default().topic(TOPIC).topic(FIFO).faults(faults)).expect("a free port")
}

async fn publish(aws: &FaultyAws, topic: &str, subject: &str, id: Option<&str>) -> Ending {
    let call = sns(aws).publish().topic_arn(topic).subject(subject).message("news");
    let call = call.set_message_deduplication_id(id.map(str::to_owned));
    ending(&call.set_message_group_id(id.map(str::to_owned)).send().await)
}

#[tokio::test]
async fn a_topic_keeps_what_it_is_told_and_a_fifo_topic_tells_what_comes_again() {
    let aws = server(Faults::none());
    assert_eq!(publish(&aws, TOPIC, "one", None).await, Ending::Success);
    assert_eq!(publish(&aws, TOPIC, "one", None).await, Ending::Success);
    for _ in 0..2 {
        assert_eq!(publish(&aws, FIFO, "one", Some("id")).await, Ending::Success);
    }
    assert_eq!((aws.messages(TOPIC).len(), aws.messages(FIFO).len()), (2, 1));
    assert_eq!(aws.messages(TOPIC)[0].subject, "one");
}

#[tokio::test]
async fn what_sns_refuses_is_refused() {
    let aws = server(Faults::none());
    assert_eq!(
        publish(&aws, "arn:aws:sns:eu-west-1:111122223333:x", "s", None).await,
        refused(404, "NotFound")
    );
    assert_eq!(publish(&aws, TOPIC, &"s".repeat(101), None).await, refused(400, "InvalidParameter"));
    assert_eq!(publish(&aws, TOPIC, "line\nline", None).await, refused(400, "InvalidParameter"));
    assert_eq!(publish(&aws, FIFO, "s", None).await, refused(400, "InvalidParameter"));
    aws.deny(Operation::Publish);
    assert_eq!(publish(&aws, TOPIC, "s", None).await, refused(403, "AuthorizationError"));
    assert!(aws.messages(TOPIC).is_empty());
}

#[tokio::test]
async fn each_fault_does_what_it_says() {
    let told = [
        (FaultKind::SnsThrottled, refused(400, "Throttled"), 0),
        (FaultKind::SnsInternalError, refused(500, "InternalError"), 0),
        (FaultKind::SnsResetAfter, Ending::NoAnswer, 1),
        (FaultKind::SnsSlow, Ending::Success, 1),
    ];
    for (kind, expected, messages) in told {
        let aws = server(Faults::none().with(kind, 1.0));
        assert_eq!(publish(&aws, TOPIC, "s", None).await, expected, "{kind:?}");
        assert_eq!(aws.messages(TOPIC).len(), messages, "{kind:?}");
    }
}

#[tokio::test]
async fn answers_that_prove_nothing_publish_nothing() {
    for (kind, expected) in
        [(FaultKind::SnsNoMessageId, Ending::Success), (FaultKind::SnsHtmlPage, refused(200, ""))]
    {
        let aws = server(Faults::none().with(kind, 1.0));
        assert_eq!(publish(&aws, TOPIC, "one", None).await, expected, "{kind:?}");
        assert!(aws.messages(TOPIC).is_empty(), "{kind:?}");
    }
}
