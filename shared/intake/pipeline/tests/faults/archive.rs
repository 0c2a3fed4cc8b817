//! What the archive does not take fails the run, in words that help, and leaves nothing half-done.

use bytes::Bytes;
use mailtrail_archive::S3Options;
use mailtrail_aws_client::Deadline;
use mailtrail_faulty_aws::{FaultyAws, Operation};
use mailtrail_pipeline::{Pipeline, Run};
use mailtrail_samples::{Traffic, sample_files};
use mailtrail_subscription::payloads;

use crate::common::{all_records, now, payload};
use crate::setup::{Process, calls, content, run, run_well, server};

/// Runs a payload that can be read and one that cannot; both must fail with these words, and leave nothing.
async fn fails(aws: &FaultyAws, pipeline: &Pipeline, words: &[&str]) {
    let good = Traffic::new(1).batch(20).to_invocation();
    let unreadable = b"no payload at all".to_vec();
    for input in [good, unreadable] {
        let run = pipeline.run(&payload(input), now(), Deadline::NEVER).await;
        let said = run.failure.unwrap().to_string();
        assert!(words.iter().all(|word| said.contains(word)), "{said}");
        assert_eq!((run.ledger.archived, run.ledger.quarantined_payloads), (0, 0));
        assert!(run.objects.is_empty() && run.problems.is_empty());
    }
    assert!(aws.objects().is_empty());
    assert_eq!(calls(aws, Operation::PutRecordBatch), 0);
}

#[tokio::test]
async fn a_missing_bucket_fails_the_run_until_it_is_created() {
    let aws = server();
    let pipeline = Process::new(&aws).bucket("nowhere").pipeline(&["firehose:all"]);
    let words = [
        "s3://nowhere/mail/2026",
        "NoSuchBucket",
        "create the bucket `nowhere`, or correct the archive's address",
    ];
    fails(&aws, &pipeline, &words).await;
    aws.create_bucket("nowhere");
    run_well(&pipeline, &Traffic::new(1).batch(20)).await;
}

#[tokio::test]
async fn a_bucket_that_may_not_be_written_to_fails_the_run_until_it_may() {
    let aws = server();
    aws.deny(Operation::PutObject);
    let pipeline = Process::new(&aws).pipeline(&["firehose:all"]);
    fails(&aws, &pipeline, &["s3://archive/mail/2026", "AccessDenied", "allow s3:PutObject on `archive`"])
        .await;
    aws.allow(Operation::PutObject);
    run_well(&pipeline, &Traffic::new(1).batch(20)).await;
}

#[tokio::test]
async fn a_bucket_of_another_owner_fails_the_run() {
    let aws = server();
    let of = |owner: &str| S3Options { expected_owner: Some(owner.to_owned()), ..S3Options::default() };
    let pipeline = Process::new(&aws).s3(of("444455556666")).pipeline(&["firehose:all"]);
    let words = ["AccessDenied", "check that the bucket belongs to the expected account", "`archive`"];
    fails(&aws, &pipeline, &words).await;
    let pipeline = Process::new(&aws).s3(of("111122223333")).pipeline(&["firehose:all"]);
    run_well(&pipeline, &Traffic::new(1).batch(20)).await;
}

#[tokio::test]
async fn who_may_write_but_not_look_can_still_quarantine() {
    let aws = server();
    aws.deny(Operation::HeadObject);
    let pipeline = Process::new(&aws).pipeline(&[]);
    let run = pipeline.run(&payload("no payload"), now(), Deadline::NEVER).await;
    assert!(run.failure.is_none(), "{:?}", run.failure);
    assert_eq!(content(&aws, "archive").len(), 2);
}

#[tokio::test]
async fn objects_say_what_they_are_and_are_encrypted_as_wished() {
    let aws = server();
    let key = "arn:aws:kms:eu-west-1:111122223333:key/00000000-0000-0000-0000-000000000000";
    let s3 = S3Options { kms_key: Some(key.to_owned()), ..S3Options::default() };
    let pipeline = Process::new(&aws).s3(s3).pipeline(&[]);
    run_well(&pipeline, &Traffic::new(1).batch(20)).await;
    pipeline.run(&payload("no payload"), now(), Deadline::NEVER).await;
    for (resource, object) in aws.objects() {
        assert_eq!(object.server_side_encryption.as_deref(), Some("aws:kms"), "{resource}");
        assert_eq!(object.kms_key.as_deref(), Some(key), "{resource}");
        assert_eq!(object.content_encoding, None, "{resource}: a client would decompress it on its own");
        let expected = match resource.rsplit_once('.').unwrap().1 {
            "gz" => "application/gzip",
            "zst" => "application/zstd",
            "json" => "application/json",
            "md" => "text/markdown; charset=utf-8",
            _ => "application/octet-stream",
        };
        assert_eq!(object.content_type.as_deref(), Some(expected), "{resource}");
    }
}

#[tokio::test]
async fn a_batch_that_comes_twice_leaves_one_set_of_objects() {
    let aws = server();
    let pipeline = Process::new(&aws).pipeline(&["firehose:all"]);
    let batch = Traffic::new(1).with_gap(30_000_000).batch(30);
    let first = run_well(&pipeline, &batch).await;
    let before = content(&aws, "archive");
    let again = run(&pipeline, &batch).await;
    assert_eq!((first.ledger.already, again.ledger.already), (0, 30));
    assert_eq!(first.objects, again.objects);
    assert_eq!(content(&aws, "archive"), before);
}

#[tokio::test]
async fn the_archive_describes_itself_once() {
    let aws = server();
    let process = Process::new(&aws);
    for restart in 0..2 {
        let pipeline = process.pipeline(&[]);
        for seed in 0..3 {
            run_well(&pipeline, &Traffic::new(10 * restart + seed).batch(1)).await;
        }
    }
    let about: Vec<_> = aws
        .calls()
        .into_iter()
        .filter(|call| call.operation == Operation::PutObject && call.resource.contains("/_about/"))
        .map(|call| call.resource)
        .collect();
    assert_eq!(about.len(), 2 * 5, "five files, once a process: {about:?}");
}

/// Every sample file through the whole pipeline: each is archived or quarantined, and the sums agree.
#[tokio::test]
async fn every_sample_file_is_kept() {
    let aws = server();
    let pipeline = Process::new(&aws).pipeline(&["firehose:all?packing=off"]);
    let mut sum = mailtrail_delivery::Ledger::default();
    for file in sample_files() {
        for payload in payloads(&Bytes::from(file.bytes.clone())) {
            let Run { ledger, failure, .. } = pipeline.run(&payload, now(), Deadline::NEVER).await;
            assert!(failure.is_none() && ledger.balanced(), "{}: {failure:?} {ledger:?}", file.name);
            sum.add(&ledger);
        }
    }
    let found = all_records(&content(&aws, "archive")).len() as u64;
    // `same-events-regzipped-b.json` and `invalid-utf8.gz` are what others of them are.
    assert_eq!((found, sum.already), (sum.archived - 4, 4));
    assert_eq!((sum.control_messages, sum.quarantined_payloads), (1, 18));
}
