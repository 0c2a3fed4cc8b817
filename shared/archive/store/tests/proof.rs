//! A write to S3 is written where the answer proves it.

#![allow(clippy::unwrap_used, reason = "a helper of a test is a test")]

mod common;
mod content;

use aws_sdk_s3::primitives::ByteStream;
use bytes::Bytes;
use common::{aws, client, retry_policy};
use content::{FOLDER, gzip, payload, raw_key, record, records};
use mailtrail_archive::{Archive, Put, S3Options};
use mailtrail_aws_client::Deadline;
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
}

#[tokio::test]
async fn a_write_that_nothing_proves_is_not_already_there_because_it_is_tried_again() {
    let aws = aws();
    aws.set_faults(Faults::none().with(FaultKind::S3NoChecksum, 1.0));
    aws.deny(Operation::HeadObject);
    aws.deny(Operation::GetObject);
    let error = archive(&aws).put("raw/a", BODY, NEVER).await.unwrap_err();
    assert_eq!((error.failure.code.as_str(), error.failure.retryable), ("Unverified", false));
    assert!(error.to_string().contains("allow s3:GetObject on `archive`"), "{error}");
    // Another write of the same key relies on the name, as it sent nothing that was not proved.
    assert_eq!(archive(&aws).put("raw/a", BODY, NEVER).await, Ok(Put::Already));
}

/// Stores an object as another program does, without a SHA-256.
async fn place(aws: &FaultyAws, key: &str, body: &Bytes) {
    let put = client(aws).put_object().bucket("archive").key(format!("mail/{key}"));
    put.body(ByteStream::from(body.clone())).send().await.unwrap();
}

#[tokio::test]
async fn other_content_under_a_name_is_not_already_there() {
    let (text, other) = (payload("one"), payload("two"));
    let (raw, class) = (raw_key(&text), format!("email_activity/{FOLDER}/20261120T101502Z-0.ndjson.zst"));
    let lines = [record("1", "one"), record("2", "two")];
    let (both, one) = (records(&lines), records(&lines[..1]));
    let mapped_otherwise = records(&[record("2", "TWO"), record("1", "ONE")]);
    let cases = [
        (&raw, gzip(&text, 9), gzip(&text, 0), true),
        (&raw, gzip(&text, 9), gzip(&other, 9), false),
        (&raw, gzip(&text, 9), Bytes::from_static(b"a letter"), false),
        (&class, both.clone(), mapped_otherwise, true),
        (&class, both.clone(), one.clone(), false),
        (&class, one, both, false),
    ];
    for (key, ours, theirs, is_same) in cases {
        let aws = aws();
        place(&aws, key, &theirs).await;
        let put = archive(&aws).put(key, ours, NEVER).await;
        if is_same {
            assert_eq!(put, Ok(Put::Already), "{key}");
        } else {
            let error = put.unwrap_err();
            assert_eq!(error.failure.code, "OtherContent", "{key}");
            assert!(error.to_string().contains(&format!("`{key}` exists, and ")), "{error}");
        }
        assert_eq!(aws.objects()[&format!("archive/mail/{key}")].body, theirs, "it stays as it is");
    }
}

#[tokio::test]
async fn what_is_there_is_compared_through_a_storm() {
    let (text, other) = (payload("one"), payload("two"));
    let key = raw_key(&text);
    for seed in 0..8 {
        let aws = aws();
        place(&aws, &key, &gzip(&text, 0)).await;
        aws.set_faults(Faults::storm(seed).with_unproven_answers(0.05));
        assert_eq!(archive(&aws).put(&key, gzip(&text, 9), NEVER).await, Ok(Put::Already), "{seed}");
        let other_key = raw_key(&other);
        aws.set_faults(Faults::none());
        place(&aws, &other_key, &gzip(&text, 0)).await;
        aws.set_faults(Faults::storm(seed).with_unproven_answers(0.05));
        let error = archive(&aws).put(&other_key, gzip(&other, 9), NEVER).await.unwrap_err();
        assert_eq!(error.failure.code, "OtherContent", "{seed}");
    }
}

#[tokio::test]
async fn a_description_of_another_version_is_not_read() {
    let aws = aws();
    place(&aws, "_about/README.md", &Bytes::from_static(b"# What this was")).await;
    assert_eq!(archive(&aws).put("_about/README.md", BODY, NEVER).await, Ok(Put::Already));
    assert!(!aws.calls().iter().any(|call| call.operation == Operation::GetObject));
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
