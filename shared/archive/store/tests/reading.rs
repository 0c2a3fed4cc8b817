//! An archive that is read: a directory and S3 answer the same, and nothing is changed by it.

#![allow(clippy::unwrap_used, reason = "a helper of a test is a test")]

mod common;

use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use common::{aws, client, retry_policy};
use futures_util::future::join_all;
use mailtrail_archive::{Archive, ArchiveReader, S3Options};
use mailtrail_aws_client::Deadline;
use mailtrail_faulty_aws::{FaultKind, Faults, FaultyAws, Operation};

const NEVER: Deadline = Deadline::NEVER;
const KEYS: [&str; 5] = ["raw/a/1/x", "raw/a/1/y", "raw/a-b/2/x", "raw/c", "rawhide/x"];

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
        let storm = Faults::storm(seed).with_unproven_answers(0.05);
        aws.set_faults(storm.slow_by(Duration::from_millis(5)));
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

#[tokio::test]
async fn a_listing_that_is_not_whole_is_an_error_and_no_empty_archive() {
    let aws = aws();
    let (archive, reader) = in_s3(&aws);
    let keys: Vec<String> = (0..20).map(|number| format!("raw/a/{number:04}")).collect();
    fill(&archive, &keys).await;
    for kind in [FaultKind::S3ListingCut, FaultKind::S3ListingRepeated, FaultKind::S3HtmlPage] {
        aws.set_faults(Faults::none().with(kind, 1.0));
        for failed in [reader.list("raw", NEVER).await, reader.folders("raw", NEVER).await] {
            let failure = failed.unwrap_err().failure;
            assert!(failure.retryable, "{kind:?}: {failure}");
        }
        aws.set_faults(Faults::none().seeded(3).with(kind, 0.5));
        assert_eq!(reader.list("raw", NEVER).await.unwrap(), keys, "{kind:?}");
    }
}

#[tokio::test]
async fn a_page_of_another_server_is_no_object() {
    let aws = aws();
    let (archive, reader) = in_s3(&aws);
    fill(&archive, ["raw/c"]).await;
    aws.set_faults(Faults::none().with(FaultKind::S3HtmlPage, 1.0));
    assert_eq!(reader.get("raw/c", NEVER).await.unwrap_err().failure.code, "Unproven");
    assert_eq!(archive.contains("raw/c", NEVER).await.unwrap_err().failure.code, "Unproven");
}

#[tokio::test]
async fn an_object_that_breaks_off_is_read_again_from_its_beginning() {
    let aws = aws();
    let (archive, reader) = in_s3(&aws);
    archive.put("config/large", Bytes::from(vec![7; 1 << 20]), NEVER).await.unwrap();
    aws.set_faults(Faults::none().seeded(1).with(FaultKind::S3Truncated, 0.7));
    for _ in 0..5 {
        let length = reader.read("config/large", NEVER, |body| io::copy(body, &mut io::sink()).ok());
        assert_eq!(length.await.unwrap(), Some(1 << 20));
    }
    assert!(aws.fault_counts()[&FaultKind::S3Truncated] > 0);
}

#[tokio::test]
async fn what_cannot_be_read_in_a_directory_is_named_and_the_rest_is_listed() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("archive");
    let (archive, reader) = in_directory(&root);
    fill(&archive, ["raw/a/1", "raw/a/2"]).await;
    fs::write(folder.path().join("letter"), "a letter").unwrap();
    symlink("nowhere", root.join("raw/a/dangling")).unwrap();
    symlink(folder.path().join("letter"), root.join("raw/a/elsewhere")).unwrap();
    symlink(&root, root.join("raw/loop")).unwrap();
    symlink("nowhere", root.join("raw/.hidden")).unwrap();
    rustix::fs::mknodat(rustix::fs::CWD, root.join("raw/pipe"), rustix::fs::FileType::Fifo, 0o600.into(), 0)
        .unwrap();

    let listing = reader.list_readable("raw", NEVER).await.unwrap();
    assert_eq!(listing.names, ["raw/a/1", "raw/a/2"]);
    let mut unreadable: Vec<_> =
        listing.unreadable.iter().map(|(key, error)| (key.as_str(), error.failure.code.as_str())).collect();
    unreadable.sort_unstable();
    let link = "SymbolicLink";
    let expected =
        [("raw/a/dangling", link), ("raw/a/elsewhere", link), ("raw/loop", link), ("raw/pipe", "NotAFile")];
    assert_eq!(unreadable, expected);
    assert!(reader.list("raw", NEVER).await.is_err());
    let folders = reader.folders_readable("raw", NEVER).await.unwrap();
    assert_eq!((folders.names, folders.unreadable.len()), (vec!["raw/a".to_owned()], 2));
    for key in ["raw/a/elsewhere", "raw/loop/raw/a/1", "raw/pipe"] {
        assert!(reader.get(key, NEVER).await.is_err(), "{key}");
    }

    fs::rename(root.join("raw"), root.join("moved")).unwrap();
    symlink("moved", root.join("raw")).unwrap();
    let listing = reader.list_readable("raw", NEVER).await.unwrap();
    assert_eq!((listing.names.len(), listing.unreadable[0].0.as_str()), (0, "raw"));
}
