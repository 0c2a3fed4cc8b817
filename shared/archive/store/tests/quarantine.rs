//! A payload that cannot be read is kept once, whenever its retry comes.

#![allow(clippy::unwrap_used, reason = "a helper of a test is a test")]

use std::fs;
use std::path::Path;

use bytes::Bytes;
use mailtrail_archive::{Archive, ArchiveError, Put, Quarantined, Witness, quarantine};
use mailtrail_aws_client::Deadline;
use mailtrail_clock::Time;
use mailtrail_subscription::{Payload, Undecodable, payloads};

/// 2026-11-20T23:59:59Z
const BEFORE_MIDNIGHT: i64 = 1_795_219_199_000;
/// A second later, the next day.
const MIDNIGHT: i64 = 1_795_219_200_000;
const DAY: i64 = 86_400_000;

fn payload() -> Payload {
    payloads(&Bytes::from_static(b"no gzip")).remove(0)
}

async fn keep(archive: &Archive, millis: i64) -> Quarantined {
    try_to_keep(archive, millis, &mut Vec::new()).await.unwrap()
}

async fn try_to_keep(
    archive: &Archive,
    millis: i64,
    witnesses: &mut Vec<Witness>,
) -> Result<Quarantined, ArchiveError> {
    let (now, reason) = (Time::from_millis(millis).unwrap(), Undecodable::NotGzip { format: None });
    quarantine(archive, &payload(), reason, now, Deadline::NEVER, witnesses).await
}

fn days(root: &Path) -> Vec<String> {
    let days = fs::read_dir(root.join("quarantine/reason=not_gzip")).unwrap();
    let mut days: Vec<_> = days.map(|day| day.unwrap().file_name().to_string_lossy().into_owned()).collect();
    days.sort_unstable();
    days
}

#[tokio::test]
async fn a_retry_after_midnight_makes_no_second_copy() {
    let folder = tempfile::tempdir().unwrap();
    let archive = Archive::directory(folder.path().to_owned()).unwrap();
    let first = keep(&archive, BEFORE_MIDNIGHT).await;
    assert_eq!(first.put, Put::Written);
    let again = keep(&archive, MIDNIGHT).await;
    assert_eq!((again.put, &again.key), (Put::Already, &first.key));
    assert_eq!(days(folder.path()), ["eventDay=20261120"]);

    assert_eq!(fs::read(folder.path().join(&first.key)).unwrap(), b"no gzip");
    let report = fs::read_to_string(folder.path().join(first.key.replace(".bin", ".json"))).unwrap();
    assert!(
        report.contains(r#""reason": "not_gzip""#) && report.contains("neither gzip nor JSON"),
        "{report}"
    );
}

#[tokio::test]
async fn a_retry_after_midnight_completes_what_was_begun_before() {
    let folder = tempfile::tempdir().unwrap();
    let archive = Archive::directory(folder.path().to_owned()).unwrap();
    let first = keep(&archive, BEFORE_MIDNIGHT).await;
    let report = folder.path().join(first.key.replace(".bin", ".json"));
    fs::remove_file(&report).unwrap();
    let again = keep(&archive, MIDNIGHT).await;
    assert_eq!((again.put, again.key), (Put::Already, first.key));
    assert!(report.exists());
    assert_eq!(days(folder.path()), ["eventDay=20261120"]);
}

#[tokio::test]
async fn what_was_written_is_named_also_where_the_report_cannot_be() {
    let folder = tempfile::tempdir().unwrap();
    let archive = Archive::directory(folder.path().to_owned()).unwrap();
    let first = keep(&archive, BEFORE_MIDNIGHT).await;
    let (bytes, report) = (folder.path().join(&first.key), first.key.replace(".bin", ".json"));
    fs::remove_file(bytes).unwrap();
    fs::remove_file(folder.path().join(&report)).unwrap();
    fs::create_dir(folder.path().join(&report)).unwrap();
    let mut witnesses = Vec::new();
    assert!(try_to_keep(&archive, BEFORE_MIDNIGHT, &mut witnesses).await.is_err());
    assert_eq!(witnesses, [Witness::new(first.key.as_str(), b"no gzip", Put::Written)]);

    fs::remove_dir(folder.path().join(&report)).unwrap();
    witnesses.clear();
    try_to_keep(&archive, BEFORE_MIDNIGHT, &mut witnesses).await.unwrap();
    let named: Vec<_> = witnesses.iter().map(|witness| (&witness.key, witness.already)).collect();
    assert_eq!(named, [(&first.key, true), (&report, false)]);
}

#[tokio::test]
async fn the_same_bytes_days_later_are_kept_again() {
    let folder = tempfile::tempdir().unwrap();
    let archive = Archive::directory(folder.path().to_owned()).unwrap();
    keep(&archive, BEFORE_MIDNIGHT).await;
    assert_eq!(keep(&archive, BEFORE_MIDNIGHT + 2 * DAY).await.put, Put::Written);
    assert_eq!(days(folder.path()), ["eventDay=20261120", "eventDay=20261122"]);
}

#[tokio::test]
async fn the_first_day_of_time_has_no_yesterday() {
    let folder = tempfile::tempdir().unwrap();
    let archive = Archive::directory(folder.path().to_owned()).unwrap();
    assert_eq!(keep(&archive, 0).await.put, Put::Written);
    assert_eq!(keep(&archive, 1).await.put, Put::Already);
    assert_eq!(days(folder.path()), ["eventDay=19700101"]);
}
