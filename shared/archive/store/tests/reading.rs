//! An archive that is read: a directory and S3 answer the same, and nothing is changed by it.

#![allow(clippy::unwrap_used, reason = "a helper of a test is a test")]

use std::fs;
use std::path::Path;
use std::time::Duration;

use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region, StalledStreamProtectionConfig};
use bytes::Bytes;
use futures_util::future::join_all;
use mailtrail_archive::{Archive, ArchiveReader, S3Options};
use mailtrail_aws_client::{Deadline, RetryPolicy};
use mailtrail_faulty_aws::{Config, Faults, FaultyAws, Operation};

const NEVER: Deadline = Deadline::NEVER;
const KEYS: [&str; 5] = ["raw/a/1/x", "raw/a/1/y", "raw/a-b/2/x", "raw/c", "rawhide/x"];

fn aws() -> FaultyAws {
    FaultyAws::start(Config::default().bucket("archive")).unwrap()
}

fn client(aws: &FaultyAws) -> aws_sdk_s3::Client {
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .credentials_provider(Credentials::new("AKIAIOSFODNN7EXAMPLE", "example", None, None, "test"))
        .endpoint_url(aws.endpoint())
        .force_path_style(true)
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .retry_config(RetryConfig::disabled())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
    aws_sdk_s3::Client::from_conf(config.build())
}

fn retry_policy() -> RetryPolicy {
    RetryPolicy { first: Duration::from_micros(10), longest: Duration::from_millis(1), tries: 40 }
}

fn in_s3(aws: &FaultyAws) -> (Archive, ArchiveReader) {
    let archive = Archive::s3(client(aws), "archive", "mail/2026", S3Options::default());
    let reader = ArchiveReader::s3(client(aws), "archive", "mail/2026", S3Options::default());
    (archive.retry_policy(retry_policy()), reader.retry_policy(retry_policy()))
}

fn in_directory(root: &Path) -> (Archive, ArchiveReader) {
    let archive = Archive::directory(root.to_owned()).unwrap();
    (archive, ArchiveReader::directory(root.to_owned()))
}

async fn fill(archive: &Archive, keys: impl IntoIterator<Item = impl AsRef<str>>) {
    for key in keys {
        let body = Bytes::copy_from_slice(key.as_ref().as_bytes());
        archive.put(key.as_ref(), body, NEVER).await.unwrap();
    }
}

/// What was filled in can be listed and read.
async fn check(reader: &ArchiveReader) {
    let (objects, folders) = (reader.list("raw", NEVER), reader.folders("raw", NEVER));
    assert_eq!(objects.await.unwrap(), ["raw/a-b/2/x", "raw/a/1/x", "raw/a/1/y", "raw/c"]);
    assert_eq!(folders.await.unwrap(), ["raw/a", "raw/a-b"]);
    assert_eq!(reader.folders("raw/a", NEVER).await.unwrap(), ["raw/a/1"]);
    assert_eq!(reader.get("raw/c", NEVER).await.unwrap(), "raw/c");
    assert!(reader.list("missing", NEVER).await.unwrap().is_empty());
    assert!(reader.folders("missing", NEVER).await.unwrap().is_empty());
    assert!(!reader.get("raw/missing", NEVER).await.unwrap_err().failure.retryable);
}

#[tokio::test]
async fn a_directory_and_s3_answer_the_same() {
    let (folder, aws) = (tempfile::tempdir().unwrap(), aws());
    for (archive, reader) in [in_directory(folder.path()), in_s3(&aws)] {
        fill(&archive, KEYS).await;
        check(&reader).await;
        check(&archive.reader()).await;
        assert_eq!(archive.reader().location(), reader.location());
    }
}

#[tokio::test]
async fn reading_goes_on_through_a_storm() {
    let aws = aws();
    let (archive, reader) = in_s3(&aws);
    fill(&archive, KEYS).await;
    for seed in 0..5 {
        aws.set_faults(Faults::storm(seed).slow_by(Duration::from_millis(5)));
        check(&reader).await;
    }
}

#[tokio::test]
async fn a_listing_of_many_pages_is_read_to_its_end() {
    let aws = aws();
    let (archive, reader) = in_s3(&aws);
    let keys: Vec<String> = (0..1_001).map(|number| format!("raw/a/{number:04}")).collect();
    for some in keys.chunks(100) {
        join_all(some.iter().map(|key| archive.put(key, Bytes::new(), NEVER))).await;
    }
    assert_eq!(reader.list("raw", NEVER).await.unwrap(), keys);
    let pages = aws.calls().iter().filter(|call| call.operation == Operation::ListObjectsV2).count();
    assert_eq!(pages, 2);
}

#[tokio::test]
async fn an_archive_that_is_not_there_is_empty_and_stays_away() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("archive");
    let reader = ArchiveReader::directory(root.clone());
    assert!(reader.list("raw", NEVER).await.unwrap().is_empty());
    assert!(reader.folders("raw", NEVER).await.unwrap().is_empty());
    assert!(!root.exists());
}

#[tokio::test]
async fn hidden_files_are_no_objects() {
    let folder = tempfile::tempdir().unwrap();
    let (archive, reader) = in_directory(folder.path());
    fill(&archive, ["raw/a/1", "raw/.hidden/2", "raw/a/.DS_Store"]).await;
    assert_eq!(reader.list("raw", NEVER).await.unwrap(), ["raw/a/1"]);
    assert_eq!(reader.folders("raw", NEVER).await.unwrap(), ["raw/a"]);
}

#[tokio::test]
async fn who_may_not_read_is_told_what_to_allow() {
    let aws = aws();
    let (_, reader) = in_s3(&aws);
    aws.deny(Operation::ListObjectsV2);
    let said = reader.list("raw", NEVER).await.unwrap_err().to_string();
    assert!(
        said.starts_with("failed to list `raw` in the archive s3://archive/mail/2026: AccessDenied"),
        "{said}"
    );
    assert!(said.contains("allow s3:ListBucket and s3:GetObject on `archive`"), "{said}");
}

#[tokio::test]
async fn a_file_in_the_place_of_the_archive_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("archive");
    fs::write(&file, "a letter").unwrap();
    let said = ArchiveReader::directory(file).folders("raw", NEVER).await.unwrap_err().to_string();
    assert!(said.contains("there is a file instead of a directory"), "{said}");
}
