//! Snapshots in an archive in a directory: kept where something changed, and what else lies there is named.

#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise, in its helpers too")]

use std::fs;

use mailtrail_archive::Archive;
use mailtrail_aws_client::Deadline;
use mailtrail_clock::Time;
use mailtrail_directory::{Organization, Snapshot, SnapshotKey, User};
use mailtrail_snapshots::{ReadError, Snapshots, held_until, keep, read};
use serde_json::json;
use tempfile::TempDir;

const NOON: i64 = 1_795_176_000_000;
const DAY: i64 = 86_400_000;

fn at(millis: i64) -> Time {
    Time::from_millis(millis).unwrap()
}

fn snapshot(millis: i64, name: &str) -> Snapshot {
    let id = "m-0123456789abcdef0123456789abcdef";
    let organization: Organization =
        serde_json::from_value(json!({"id": id, "account": "111122223333", "region": "eu-west-1"})).unwrap();
    let user = User { id: "S-1-1-11-1".to_owned(), name: Some(name.to_owned()), ..User::default() };
    Snapshot { users: Some(vec![user]), ..Snapshot::new(organization, at(millis)) }.sorted()
}

fn archive(folder: &TempDir) -> Archive {
    Archive::directory(folder.path().to_owned()).unwrap()
}

#[tokio::test]
async fn a_snapshot_is_kept_where_it_differs_from_the_last_one() {
    let folder = tempfile::tempdir().unwrap();
    let archive = archive(&folder);
    let names = ["ana", "ana", "anna", "ana", "ana"];
    let mut kept = Vec::new();
    for (day, name) in (0_i64..).zip(names) {
        let snapshot = snapshot(NOON + day * DAY, name);
        kept.push(keep(&archive, &snapshot, Deadline::NEVER).await.unwrap());
        // The same run again, after an answer that was lost.
        let again = keep(&archive, &snapshot, Deadline::NEVER).await.unwrap();
        assert!(again.is_unchanged && again.key == kept.last().unwrap().key, "{again:?}");
    }
    let unchanged: Vec<bool> = kept.iter().map(|it| it.is_unchanged).collect();
    assert_eq!(unchanged, [false, true, false, false, true]);
    let reader = archive.reader();
    let snapshots = Snapshots::list(&reader, None, Deadline::NEVER).await.unwrap();
    let id = snapshot(NOON, "").organization.id;
    assert_eq!(snapshots.taken[&id], [0, 2, 3].map(|day| at(NOON + day * DAY)));
    let until = |millis| snapshots.until(&id, at(millis)).map(|key| key.taken.millis()).collect::<Vec<_>>();
    assert_eq!(until(NOON + 2 * DAY), [NOON + 2 * DAY, NOON]);
    assert!(until(NOON - 1).is_empty());
    for (taken, now, held) in [(3, 9, 4), (3, 3, 3), (2, 9, 2), (0, 9, 1), (0, 0, 0)] {
        let [taken, now, held] = [taken, now, held].map(|day| at(NOON + day * DAY));
        let key = SnapshotKey { organization: id.clone(), taken };
        assert_eq!(held_until(&reader, &key, now, Deadline::NEVER).await.unwrap(), held, "{key}");
    }
    let key = snapshots.until(&id, at(NOON)).next().unwrap();
    assert_eq!(read(&reader, &key, Deadline::NEVER).await.unwrap(), snapshot(NOON, "ana"));
}

#[tokio::test]
async fn what_cannot_be_read_is_named_and_the_one_before_it_compared() {
    let folder = tempfile::tempdir().unwrap();
    let archive = archive(&folder);
    let first = keep(&archive, &snapshot(NOON, "ana"), Deadline::NEVER).await.unwrap();
    let path = folder.path().join(&first.key);
    let later = path.with_file_name("20261121T000000Z.json.zst");
    fs::write(&later, &fs::read(&path).unwrap()[..40]).unwrap();
    fs::write(path.with_file_name("notes.txt"), "mine").unwrap();
    let kept = keep(&archive, &snapshot(NOON + DAY, "ana"), Deadline::NEVER).await.unwrap();
    assert!(kept.is_unchanged && kept.key == first.key);
    let [ReadError::Snapshot { key, .. }] = kept.unread.as_slice() else { panic!("{kept:?}") };
    assert!(key.ends_with("20261121T000000Z.json.zst"));
    // It says nothing of the one before, which was read again after it.
    let [first, later] = [first.key.as_str(), key].map(|key| SnapshotKey::parse(key).unwrap());
    let held =
        async |key| held_until(&archive.reader(), key, at(NOON + 9 * DAY), Deadline::NEVER).await.unwrap();
    assert_eq!((held(&first).await, held(&later).await), (at(NOON + DAY), later.taken));
    let as_of = folder.path().join("coverage/directory").join(format!("organization={}", first.organization));
    fs::write(as_of.join("20261125T000000Z.json"), "").unwrap();
    assert_eq!(held(&first).await, at(NOON + DAY), "an empty object is no proof");
    let snapshots = Snapshots::list(&archive.reader(), None, Deadline::NEVER).await.unwrap();
    let [key] = snapshots.others.as_slice() else { panic!("{snapshots:?}") };
    assert!(key.ends_with("notes.txt"));
}

#[tokio::test]
async fn two_different_snapshots_of_one_second_are_not_taken_for_one() {
    let folder = tempfile::tempdir().unwrap();
    let archive = archive(&folder);
    keep(&archive, &snapshot(NOON, "ana"), Deadline::NEVER).await.unwrap();
    assert!(keep(&archive, &snapshot(NOON, "eve"), Deadline::NEVER).await.is_err());
    let kept = keep(&archive, &snapshot(NOON + 1_000, "eve"), Deadline::NEVER).await.unwrap();
    assert!(!kept.is_unchanged);
}
