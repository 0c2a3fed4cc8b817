//! What is in the place of an object or of a folder, and is neither: nothing is written through it, and it is never taken
//! for the object.

#![allow(clippy::unwrap_used, reason = "a helper of a test is a test")]

mod content;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use content::{FOLDER, gzip, payload, raw_key, record, records};
use mailtrail_archive::{Archive, ArchiveError, ArchiveReader, Put};
use mailtrail_aws_client::Deadline;
use tempfile::TempDir;

fn archive() -> (TempDir, PathBuf, Archive) {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("archive");
    let archive = Archive::directory(root.clone()).unwrap();
    (folder, root, archive)
}

/// A write ends, whatever is in its way.
async fn put(archive: &Archive, key: &str, body: Bytes) -> Result<Put, ArchiveError> {
    let write = archive.put(key, body, Deadline::NEVER);
    tokio::time::timeout(Duration::from_mins(1), write).await.unwrap()
}

fn code(put: Result<Put, ArchiveError>) -> String {
    put.unwrap_err().failure.code
}

fn place(root: &Path, key: &str) -> PathBuf {
    let path = root.join(key);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    path
}

/// Puts something in the place of an object.
type Replace = fn(&Path);

fn pipe(path: &Path) {
    rustix::fs::mknodat(rustix::fs::CWD, path, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
}

#[tokio::test]
async fn what_is_no_object_is_not_already_there() {
    let text = payload("one");
    let (raw, body) = (raw_key(&text), gzip(&text, 6));
    let class = format!("email_activity/{FOLDER}/20261120T101502Z-{}.ndjson.zst", "0".repeat(32));
    let quarantined = format!("quarantine/reason=not_gzip/eventDay=20261120/{}.bin", "0".repeat(64));
    let objects = [
        (raw, body),
        (class, records(&[record("1", "one")])),
        (quarantined, Bytes::from_static(b"a letter")),
        ("_about/README.md".to_owned(), Bytes::from_static(b"# What this is")),
        ("policy-audit/runs/0001-plan.json".to_owned(), Bytes::from_static(b"{}")),
    ];
    for (key, body) in objects {
        let replacements: [(&str, Replace); 5] = [
            ("SymbolicLink", |path| symlink("/nonexistent/dangling", path).unwrap()),
            ("SymbolicLink", |path| symlink("/dev/null", path).unwrap()),
            ("NotAFile", pipe),
            ("IsADirectory", |path| fs::create_dir(path).unwrap()),
            ("OtherContent", |path| fs::write(path, "").unwrap()),
        ];
        for (expected, make) in replacements {
            let (_folder, root, archive) = archive();
            make(&place(&root, &key));
            let error = put(&archive, &key, body.clone()).await.unwrap_err();
            assert_eq!(error.failure.code, expected, "{key}");
            assert!(error.to_string().contains(&key), "{error}");
            assert_eq!(archive.contains(&key, Deadline::NEVER).await.is_err(), expected != "OtherContent");
        }
    }
}

#[tokio::test]
async fn a_raw_copy_is_already_there_only_with_the_events_of_its_name() {
    let (_folder, root, archive) = archive();
    let (text, other) = (payload("one"), payload("two"));
    let key = raw_key(&text);
    assert_eq!(put(&archive, &key, gzip(&text, 9)).await, Ok(Put::Written));
    // Compressed otherwise, and spelled otherwise.
    assert_eq!(put(&archive, &key, gzip(&text, 0)).await, Ok(Put::Already));
    let spelled = gzip(&text.replace("one", "\\u006fne"), 6);
    fs::write(root.join(&key), &spelled).unwrap();
    assert_eq!(put(&archive, &key, gzip(&text, 9)).await, Ok(Put::Already));

    for content in [&gzip(&other, 6)[..], &spelled[..20], b"a letter", &vec![0; 1 << 20][..]] {
        fs::write(root.join(&key), content).unwrap();
        assert_eq!(code(put(&archive, &key, gzip(&text, 9)).await), "OtherContent");
        assert_eq!(fs::read(root.join(&key)).unwrap(), content, "it stays as it is");
    }
}

#[tokio::test]
async fn records_are_already_there_only_if_they_are_of_the_same_events() {
    let (_folder, root, archive) = archive();
    let key = format!("email_activity/{FOLDER}/20261120T101502Z-{}.ndjson.zst", "0".repeat(32));
    let ours = records(&[record("1", "one"), record("2", "two")]);
    assert_eq!(put(&archive, &key, ours.clone()).await, Ok(Put::Written));
    // Another version of the mapping, another order.
    fs::write(root.join(&key), records(&[record("2", "TWO"), record("1", "ONE")])).unwrap();
    assert_eq!(put(&archive, &key, ours.clone()).await, Ok(Put::Already));

    let others = [
        records(&[record("1", "one")]),
        records(&[record("1", "one"), record("3", "two")]),
        records(&[record("1", "one"), record("2", "two"), record("3", "three")]),
        records(&["{}".to_owned(), "{}".to_owned()]),
        Bytes::from_static(b"a letter"),
        ours.slice(..ours.len() - 1),
    ];
    for content in others {
        fs::write(root.join(&key), &content).unwrap();
        assert_eq!(code(put(&archive, &key, ours.clone()).await), "OtherContent");
    }
}

/// Uids of 4 MiB each, in an object of a few KiB: what is not one of ours is not gathered.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn records_of_other_events_need_no_memory() {
    let (_folder, root, archive) = archive();
    let key = format!("email_activity/{FOLDER}/20261120T101502Z-{}.ndjson.zst", "0".repeat(32));
    let uid = |number: usize| format!("{number}{}", "x".repeat(4 << 20));
    let ours: Vec<String> = (0..100).map(|number| record(&number.to_string(), "one")).collect();
    let mut writer = mailtrail_archive::ObjectWriter::new(None).unwrap();
    for number in 0..100 {
        writer.write_lines(format!("{}\n", record(&uid(number), "one")).as_bytes(), 1).unwrap();
    }
    fs::write(place(&root, &key), writer.finish().unwrap()).unwrap();
    assert_eq!(code(put(&archive, &key, records(&ours)).await), "OtherContent");
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap().trim();
    let peak: u64 = peak.trim_end_matches(" kB").parse().unwrap();
    assert!(peak < 200 << 10, "{peak} KiB");
}

#[tokio::test]
async fn a_description_of_an_earlier_version_stays() {
    let (_folder, root, archive) = archive();
    fs::write(place(&root, "_about/README.md"), "# What this was").unwrap();
    let written = put(&archive, "_about/README.md", Bytes::from_static(b"# What this is")).await;
    assert_eq!(written, Ok(Put::Already));
    assert_eq!(fs::read_to_string(root.join("_about/README.md")).unwrap(), "# What this was");
}

#[tokio::test]
async fn nothing_is_written_through_a_link_below_the_root() {
    let text = payload("one");
    let key = raw_key(&text);
    let links: Vec<&str> = key.match_indices('/').map(|(at, _)| &key[..at]).collect();
    for link in links {
        let (folder, root, archive) = archive();
        let elsewhere = folder.path().join("elsewhere");
        fs::create_dir(&elsewhere).unwrap();
        symlink(&elsewhere, place(&root, link)).unwrap();
        let error = put(&archive, &key, gzip(&text, 6)).await.unwrap_err();
        assert_eq!(error.failure.code, "SymbolicLink", "{link}");
        assert!(error.to_string().contains(&format!("`{link}` is a symbolic link")), "{error}");
        assert_eq!(fs::read_dir(&elsewhere).unwrap().count(), 0, "{link}");
    }
}

#[tokio::test]
async fn the_root_may_be_a_link() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("there")).unwrap();
    let root = folder.path().join("archive");
    symlink("there", &root).unwrap();
    let archive = Archive::directory(root.clone()).unwrap();
    assert_eq!(put(&archive, "config/a", Bytes::from_static(b"a")).await, Ok(Put::Written));
    assert_eq!(ArchiveReader::directory(root).get("config/a", Deadline::NEVER).await.unwrap(), "a");
}

#[test]
fn a_link_or_a_file_in_the_place_of_the_temporary_folder_is_refused_and_named() {
    let folder = tempfile::tempdir().unwrap();
    let elsewhere = folder.path().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    fs::write(elsewhere.join("mailtrail-0123456789abcdef"), "a letter").unwrap();
    let root = folder.path().join("archive");
    fs::create_dir(&root).unwrap();
    symlink(&elsewhere, root.join(".tmp")).unwrap();
    let error = Archive::directory(root.clone()).unwrap_err();
    assert_eq!(error.failure.code, "SymbolicLink");
    assert!(error.to_string().contains("`.tmp` is a symbolic link"), "{error}");
    assert!(elsewhere.join("mailtrail-0123456789abcdef").exists());

    fs::remove_file(root.join(".tmp")).unwrap();
    fs::write(root.join(".tmp"), "a letter").unwrap();
    assert_eq!(Archive::directory(root).unwrap_err().failure.code, "NotADirectory");
}

#[tokio::test]
async fn a_key_cannot_leave_the_archive() {
    let (folder, _, archive) = archive();
    for key in ["../outside", "config/../../outside", "config/./x"] {
        assert_eq!(code(put(&archive, key, Bytes::from_static(b"x")).await), "NotADirectory", "{key}");
    }
    assert!(!folder.path().join("outside").exists());
}
