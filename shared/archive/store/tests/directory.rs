//! The archive in a directory promises what S3 does: an object is there whole or not at all, and no one
//! overwrites it.

#![allow(clippy::unwrap_used, reason = "a helper of a test is a test")]

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use futures_util::future::join_all;
use mailtrail_archive::{Archive, ArchiveError, Put};
use mailtrail_aws_client::Deadline;
use tempfile::TempDir;

const KEY: &str = "config/region=eu-west-1/watches.json";

fn open(root: &Path) -> Result<Archive, ArchiveError> {
    Archive::directory(root.to_owned())
}

fn archive() -> (TempDir, Archive) {
    let folder = tempfile::tempdir().unwrap();
    let archive = open(folder.path()).unwrap();
    (folder, archive)
}

async fn put(archive: &Archive, key: &str, body: impl Into<Bytes>) -> Result<Put, ArchiveError> {
    archive.put(key, body.into(), Deadline::NEVER).await
}

/// What a crash may leave: files in `.tmp`.
fn leftovers(root: &Path) -> Vec<String> {
    let names = fs::read_dir(root.join(".tmp")).unwrap().map(|entry| entry.unwrap().file_name());
    names.map(|name| name.to_string_lossy().into_owned()).collect()
}

#[tokio::test]
async fn an_object_is_written_once_and_never_overwritten() {
    let (folder, archive) = archive();
    assert!(!archive.contains(KEY, Deadline::NEVER).await.unwrap());
    assert_eq!(put(&archive, KEY, "first").await, Ok(Put::Written));
    assert_eq!(put(&archive, KEY, "first").await, Ok(Put::Already));
    assert_eq!(put(&archive, KEY, "other").await.unwrap_err().failure.code, "OtherContent");
    assert!(archive.contains(KEY, Deadline::NEVER).await.unwrap());
    assert_eq!(fs::read_to_string(folder.path().join(KEY)).unwrap(), "first");
    assert!(leftovers(folder.path()).is_empty());
}

#[tokio::test]
async fn of_writers_at_the_same_time_one_writes_and_the_others_find_it_there() {
    let folder = tempfile::tempdir().unwrap();
    let archives: Vec<Archive> = (0..4).map(|_| open(folder.path()).unwrap()).collect();
    for round in 0..100 {
        let key = format!("config/round={round}/b");
        let body = format!("round {round}").repeat(1_000);
        let writers = (0..8).map(|writer| put(&archives[writer % 4], &key, body.clone()));
        let puts: Vec<Put> = join_all(writers).await.into_iter().map(Result::unwrap).collect();
        assert_eq!(puts.iter().filter(|put| **put == Put::Written).count(), 1, "round {round}");
        assert_eq!(fs::read_to_string(folder.path().join(&key)).unwrap(), body, "round {round}");
    }
    assert!(leftovers(folder.path()).is_empty());
}

#[tokio::test]
async fn of_different_contents_at_the_same_time_one_is_written_and_the_others_fail() {
    let folder = tempfile::tempdir().unwrap();
    let archives: Vec<Archive> = (0..4).map(|_| open(folder.path()).unwrap()).collect();
    for round in 0..50 {
        let key = format!("config/round={round}/b");
        let writers = (0..8).map(|writer| put(&archives[writer % 4], &key, format!("writer {writer}")));
        let puts = join_all(writers).await;
        let winner = puts.iter().position(|put| *put == Ok(Put::Written)).unwrap();
        assert_eq!(fs::read_to_string(folder.path().join(&key)).unwrap(), format!("writer {winner}"));
        let others = puts.iter().filter_map(|put| put.as_ref().err());
        assert_eq!(others.filter(|error| error.failure.code == "OtherContent").count(), 7, "{puts:?}");
    }
}

#[test]
fn an_object_is_invisible_until_it_is_complete() {
    const SIZE: usize = 4 << 20;
    let (folder, archive) = archive();
    let done = AtomicBool::new(false);
    let paths: Vec<_> = (0..20).map(|number| folder.path().join(format!("class/{number}.zst"))).collect();
    let seen = std::thread::scope(|threads| {
        let reader = threads.spawn(|| {
            let mut sizes = Vec::new();
            while !done.load(Ordering::Relaxed) {
                sizes.extend(paths.iter().filter_map(|path| fs::metadata(path).ok()).map(|file| file.len()));
            }
            assert!(sizes.iter().all(|size| *size == SIZE as u64));
            sizes.len()
        });
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let keys = (0..paths.len()).map(|number| format!("class/{number}.zst"));
        let puts: Vec<_> = keys.map(|key| runtime.block_on(put(&archive, &key, vec![7; SIZE]))).collect();
        done.store(true, Ordering::Relaxed);
        assert!(puts.iter().all(|put| *put == Ok(Put::Written)));
        reader.join().unwrap()
    });
    assert!(seen > 0, "the reader never saw anything");
}

#[tokio::test]
async fn a_write_that_is_given_up_leaves_the_object_whole_or_not_there() {
    let (folder, archive) = archive();
    for number in 0..50 {
        let key = format!("class/{number}.zst");
        let body = Bytes::from(vec![7; 1 << 20]);
        let given_up = put(&archive, &key, body.clone());
        let _either = tokio::time::timeout(std::time::Duration::from_micros(number * 40), given_up).await;
        let found = fs::read(folder.path().join(&key));
        assert!(found.is_err() || found.unwrap() == body);
        put(&archive, &key, body.clone()).await.unwrap();
        assert_eq!(fs::read(folder.path().join(&key)).unwrap(), body);
    }
}

/// A file as a process makes it that is stopped before it gives it its name.
const LEFT: &str = ".tmp/mailtrail-0123456789abcdef";

#[test]
fn what_a_crash_left_is_removed_when_the_archive_is_opened_next() {
    let folder = tempfile::tempdir().unwrap();
    let left = folder.path().join(LEFT);
    let archive = open(folder.path()).unwrap();
    fs::write(&left, "half an object").unwrap();
    let second = open(folder.path()).unwrap();
    assert!(leftovers(folder.path()).is_empty(), "however often the archive is open");
    drop((archive, second));

    let writer = fs::File::create(&left).unwrap();
    writer.lock().unwrap();
    drop(open(folder.path()).unwrap());
    assert!(left.exists(), "a process writes it");
    drop(writer);
    drop(open(folder.path()).unwrap());
    assert!(!left.exists());
}

#[test]
fn what_is_not_named_as_ours_stays_wherever_it_is_from() {
    let folder = tempfile::tempdir().unwrap();
    let (root, elsewhere) = (folder.path().join("archive"), folder.path().join("letter"));
    drop(open(&root).unwrap());
    fs::write(&elsewhere, "a letter").unwrap();
    let names = [
        "notes.txt",
        ".tmpAbCdEf",
        "mailtrail-notes",
        "mailtrail-0123456789abcdef.txt",
        "mailtrail-0123456789ABCDEF",
        "mailtrail-0123456789abcdefa",
    ];
    for name in names {
        fs::write(root.join(".tmp").join(name), "a letter").unwrap();
    }
    let linked = "mailtrail-00000000000000ff";
    std::os::unix::fs::symlink(&elsewhere, root.join(".tmp").join(linked)).unwrap();
    let nested = "mailtrail-0000000000000fff";
    fs::create_dir(root.join(".tmp").join(nested)).unwrap();
    drop(open(&root).unwrap());
    let mut expected: Vec<&str> = names.into_iter().chain([linked, nested]).collect();
    let mut found = leftovers(&root);
    expected.sort_unstable();
    found.sort_unstable();
    assert_eq!(found, expected);
    assert_eq!(fs::read_to_string(&elsewhere).unwrap(), "a letter");
}

#[test]
fn opening_at_the_same_time_is_safe() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    std::thread::scope(|threads| {
        for opener in 0..8 {
            threads.spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
                for round in 0..20 {
                    let archive = open(root).unwrap();
                    let key = format!("class/{opener}-{round}");
                    assert_eq!(runtime.block_on(put(&archive, &key, "x")), Ok(Put::Written));
                }
            });
        }
    });
    assert_eq!(fs::read_dir(root.join("class")).unwrap().count(), 160);
}

#[test]
fn a_file_in_the_place_of_the_archive_is_refused_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, "I am a file").unwrap();
    let error = open(&path).unwrap_err().to_string();
    let path = path.display();
    assert!(error.starts_with(&format!("failed to open the archive {path}: NotADirectory:")), "{error}");
    assert!(error.ends_with("choose another archive"), "{error}");
}

#[tokio::test]
async fn a_file_in_the_place_of_a_folder_fails_the_write_and_stays_as_it_is() {
    let (folder, archive) = archive();
    let file = folder.path().join("config");
    fs::write(&file, "I am a file").unwrap();
    let error = put(&archive, KEY, "body").await.unwrap_err();
    let words = error.to_string();
    assert!(words.starts_with(&format!("failed to write `{KEY}` to the archive ")), "{words}");
    assert!(
        words.contains("NotADirectory") && words.contains("there is a file instead of a directory"),
        "{words}"
    );
    assert_eq!(fs::read_to_string(&file).unwrap(), "I am a file");
    assert!(leftovers(folder.path()).is_empty());
    assert_eq!(put(&archive, "class/elsewhere", "body").await, Ok(Put::Written));
}

#[tokio::test]
async fn a_folder_in_the_place_of_an_object_is_not_taken_for_the_object() {
    let (folder, archive) = archive();
    fs::create_dir_all(folder.path().join(KEY)).unwrap();
    assert_eq!(put(&archive, KEY, "body").await.unwrap_err().failure.code, "IsADirectory");
    assert!(archive.contains(KEY, Deadline::NEVER).await.is_err());
    assert!(leftovers(folder.path()).is_empty());
}

/// Where no directory can be created, not even by root.
#[cfg(target_os = "linux")]
#[test]
fn an_unwritable_place_is_refused_with_what_to_do() {
    let error = open(Path::new("/sys/mailtrail")).unwrap_err().to_string();
    assert!(error.starts_with("failed to open the archive /sys/mailtrail: "), "{error}");
    assert!(error.ends_with("get permission to write to /sys/mailtrail"), "{error}");
}

#[cfg(unix)]
#[tokio::test]
async fn an_object_has_the_permissions_of_any_new_file() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, archive) = archive();
    put(&archive, KEY, "body").await.unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let ordinary = folder.path().join("ordinary");
    fs::write(&ordinary, "").unwrap();
    assert_eq!(mode(&folder.path().join(KEY)), mode(&ordinary));
}
