//! A write to S3 is written where the answer proves it.

#![allow(clippy::unwrap_used, reason = "a helper of a test is a test")]

mod common;

use bytes::Bytes;
use common::{aws, client, retry_policy};
use mailtrail_archive::{Archive, Put, S3Options};
use mailtrail_aws_client::{Deadline, RetryPolicy};
use mailtrail_faulty_aws::{FaultKind, Faults, FaultyAws, Operation};

const NEVER: Deadline = Deadline::NEVER;
const BODY: Bytes = Bytes::from_static(b"body");

fn archive(aws: &FaultyAws) -> Archive {
    Archive::s3(client(aws), "archive", "mail", S3Options::default()).retry_policy(retry_policy())
}

#[tokio::test]
async fn an_answer_that_proves_nothing_is_no_write() {
    for kind in [FaultKind::S3HtmlPage, FaultKind::S3NoETag, FaultKind::S3WrongChecksum] {
        let aws = aws();
        let archive = archive(&aws);
        aws.set_faults(Faults::none().with(kind, 1.0));
        let error = archive.put("raw/a", BODY, NEVER).await.unwrap_err();
        assert_eq!(error.failure.code, "Unproven", "{kind:?}");
        assert!(error.to_string().contains("check the network (a proxy, a sign-in page)"), "{error}");
        assert!(aws.objects().is_empty());
        // It passes: the write is tried until it is proved.
        aws.set_faults(Faults::none().seeded(2).with(kind, 0.7));
        for number in 0..10 {
            assert_eq!(
                archive.put(&format!("raw/{number}"), BODY, NEVER).await,
                Ok(Put::Written),
                "{kind:?}"
            );
        }
        assert_eq!(aws.objects().len(), 10);
        assert!(aws.fault_counts()[&kind] > 0);
    }
}

#[tokio::test]
async fn where_the_answer_does_not_repeat_the_checksum_the_object_is_asked_for_it() {
    let aws = aws();
    aws.set_faults(Faults::none().with(FaultKind::S3NoChecksum, 1.0));
    assert_eq!(archive(&aws).put("raw/a", BODY, NEVER).await, Ok(Put::Written));
    // Who may not look does not know.
    aws.deny(Operation::HeadObject);
    let once = Archive::s3(client(&aws), "archive", "mail", S3Options::default());
    let once = once.retry_policy(RetryPolicy { tries: 1, ..retry_policy() });
    assert_eq!(once.put("raw/b", BODY, NEVER).await.unwrap_err().failure.code, "Unproven");
}

#[tokio::test]
async fn the_checksum_of_every_object_is_sent() {
    let aws = aws();
    archive(&aws).put("raw/a", BODY, NEVER).await.unwrap();
    // `printf body | openssl dgst -sha256 -binary | base64`
    let sha256 = "Iw2DWNyOiJC0xY3utikS7i8gNXrpKlzIYbmOaP4xrLU=";
    assert_eq!(
        aws.objects()["archive/mail/raw/a"].checksum,
        Some(("x-amz-checksum-sha256", sha256.to_owned()))
    );
}

#[tokio::test]
async fn an_object_that_exists_is_already_there_unless_it_is_empty() {
    let aws = aws();
    let archive = archive(&aws);
    assert_eq!(archive.put("raw/a", BODY, NEVER).await, Ok(Put::Written));
    assert_eq!(archive.put("raw/a", BODY, NEVER).await, Ok(Put::Already));
    client(&aws).put_object().bucket("archive").key("mail/raw/b").send().await.unwrap();
    let error = archive.put("raw/b", BODY, NEVER).await.unwrap_err();
    assert_eq!(error.failure.code, "OtherContent");
    assert!(error.to_string().contains("`raw/b` exists, and is empty"), "{error}");
    // Who may write but not read relies on the name.
    aws.deny(Operation::HeadObject);
    assert_eq!(archive.put("raw/a", BODY, NEVER).await, Ok(Put::Already));
}

#[tokio::test]
async fn a_conflict_passes() {
    let aws = aws();
    aws.set_faults(Faults::none().seeded(1).with(FaultKind::S3Conflict, 0.7));
    let archive = archive(&aws);
    for number in 0..10 {
        assert_eq!(archive.put(&format!("raw/{number}"), BODY, NEVER).await, Ok(Put::Written));
    }
    assert!(aws.fault_counts()[&FaultKind::S3Conflict] > 0);
}
