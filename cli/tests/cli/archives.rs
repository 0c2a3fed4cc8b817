//! Archives of odd content: the same ids with other messages, objects of both versions of the layout, and things that are
//! no objects. What is archived is shown, what is not is said.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use mailtrail_faulty_aws::{FaultKind, Faults, Operation};
use mailtrail_samples::{Batch, Traffic};
use serde_json::Value;

use crate::mailtrail::{Mailtrail, Run, archive_of, with_a_bucket};

const CASES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/cases/archive");
const EVENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../events");

fn case(name: &str) -> String {
    format!("{CASES}/{name}")
}

fn ingest(mailtrail: &Mailtrail, path: &str, exit: i32) -> Run {
    mailtrail.run(&["ingest", "--archive", "archive", "--json", path]).expect(exit)
}

fn search(mailtrail: &Mailtrail, exit: i32) -> (Vec<String>, String) {
    let run = mailtrail.run(&["search", "--archive", "archive", "--json"]).expect(exit);
    let message =
        |line: &str| serde_json::from_str::<Value>(line).unwrap()["message"].as_str().unwrap().to_owned();
    (run.stdout.lines().map(message).collect(), run.stderr)
}

/// The one file of the archive whose path has this in it.
fn file(mailtrail: &Mailtrail, part: &str) -> String {
    let files = mailtrail.files("archive");
    let found: Vec<&String> = files.keys().filter(|key| key.contains(part)).collect();
    assert_eq!(found.len(), 1, "{found:?}");
    found[0].clone()
}

/// Puts something in the place of an object.
type Replace = fn(&Path);

fn pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[test]
fn the_same_ids_with_other_messages_are_both_kept_shown_and_told() {
    let mailtrail = Mailtrail::new();
    let other = ingest(&mailtrail, &case("same-ids-other-messages.json"), 0).ledger();
    let payload = ingest(&mailtrail, &format!("{EVENTS}/payload.json"), 0).ledger();
    assert_eq!((&other["already"], &payload["already"]), (&0.into(), &0.into()));
    let (messages, said) = search(&mailtrail, 3);
    assert_eq!(messages.len(), 4, "{messages:?}");
    assert!(messages.iter().any(|message| message.contains("CHANGED")));
    assert!(messages.iter().any(|message| message.contains("Order 20261")));
    assert!(said.contains("is archived with different contents: all are shown"), "{said}");
    assert!(said.contains("4 events found in 4 events, 1 with another content under the same id"), "{said}");
    let again = ingest(&mailtrail, &format!("{EVENTS}/payload.json"), 0).ledger();
    assert_eq!(again["already"], 3);
}

#[test]
fn activity_shows_every_content_of_an_id_and_copies_once() {
    let text = decoded(&format!("{EVENTS}/cloudtrail-iam-user.json"));
    let mailtrail = Mailtrail::new();
    mailtrail.write("in/1.json", &text);
    mailtrail.write("in/2.json", text.replace("203.0.113.20", "198.51.100.77"));
    // What only describes the event is of its message, too.
    mailtrail.write("in/3.json", text.replace("eventID\\\":\\\"", "eventID\\\":\\\"0"));
    mailtrail.write("in/4.json", text.replace("awsRegion\\\":\\\"eu-west-1", "awsRegion\\\":\\\"eu-west-3"));
    mailtrail.run(&["ingest", "--archive", "archive", "in"]).expect(0);
    let run = mailtrail.run(&["activity", "--archive", "archive", "--json"]);
    let (once, all) = (Mailtrail::new(), run.stdout.lines().count());
    once.write("in/1.json", &text);
    // The same in another payload, under other settings: a copy.
    once.run(&["ingest", "--archive", "archive", "in"]).expect(0);
    once.run(&["ingest", "--archive", "archive", "--region", "eu-north-1", "in"]).expect(0);
    let copies = once.run(&["activity", "--archive", "archive", "--json"]).expect(0);
    assert_eq!(all, 4 * copies.stdout.lines().count(), "{}", run.stderr);
    assert_eq!(run.exit, Some(3));
    assert!(run.stderr.contains("is archived with different contents: all are shown"), "{}", run.stderr);
}

/// The decoded payload of a sample.
fn decoded(path: &str) -> String {
    let payload = mailtrail_subscription::payloads(&fs::read(path).unwrap().into()).remove(0);
    payload.decode(usize::MAX).unwrap()
}

#[test]
fn equal_events_without_ids_are_all_shown_however_often_they_arrive() {
    let mailtrail = Mailtrail::new();
    for already in [0, 3] {
        let ledger = ingest(&mailtrail, &case("equal-events-without-ids.json"), 0).ledger();
        assert_eq!((&ledger["archived"], &ledger["already"]), (&3.into(), &already.into()));
    }
    let mut messages = search(&mailtrail, 0).0;
    messages.sort_unstable();
    assert_eq!(messages, ["a", "a", "b"]);
    let records = fs::read(mailtrail.path(&format!("archive/{}", file(&mailtrail, "base_event")))).unwrap();
    let records = String::from_utf8(zstd::decode_all(&records[..]).unwrap()).unwrap();
    let mut uids: Vec<String> = records
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["metadata"]["uid"].to_string())
        .collect();
    uids.sort_unstable();
    uids.dedup();
    assert_eq!(uids.len(), 3, "{uids:?}");
}

#[test]
fn an_archive_of_both_versions_of_the_layout_is_read_as_one() {
    let batches: Vec<Batch> = {
        let mut traffic = Traffic::new(7);
        (0..2).map(|_| traffic.batch(10)).collect()
    };
    let mailtrail = archive_of(&batches[..1]);
    // As version 1 left it: the names have another hash, and `_about/` describes them.
    for key in mailtrail.files("archive").into_keys().filter(|key| !key.starts_with("_about/")) {
        let (folder, name) = key.rsplit_once('/').unwrap();
        let (time, hash) = name.split_once('-').unwrap();
        let renamed = format!("archive/{folder}/{time}-{}{}", "0123456789abcdef".repeat(2), &hash[32..]);
        fs::rename(mailtrail.path(&format!("archive/{key}")), mailtrail.path(&renamed)).unwrap();
    }
    fs::rename(mailtrail.path("archive/_about/layout-2.md"), mailtrail.path("archive/_about/layout-1.md"))
        .unwrap();
    mailtrail.write("archive/_about/README.md", "layout-1.md beside this file says what the names mean");

    mailtrail.write("in/001.gz", batches[1].to_gzip());
    let run = mailtrail.run(&["ingest", "--json", "in"]).expect(0);
    // What version 1 archived gets a second copy under its new name.
    assert_eq!((&run.ledger()["archived"], &run.ledger()["already"]), (&20.into(), &0.into()));
    let raw = mailtrail.files("archive/raw").len();
    assert_eq!(raw, 3);
    let (mut messages, said) = search(&mailtrail, 0);
    assert!(said.contains("20 events found in 20 events, 3 objects read"), "{said}");
    let mut logged: Vec<&str> =
        batches.iter().flat_map(|batch| &batch.events).map(|event| event.message.as_str()).collect();
    messages.sort_unstable();
    logged.sort_unstable();
    assert_eq!(messages, logged);
    let about = mailtrail.files("archive/_about");
    assert!(about.contains_key("layout-1.md") && about.contains_key("layout-2.md"), "{about:?}");
    assert!(
        fs::read_to_string(mailtrail.path("archive/_about/README.md")).unwrap().starts_with("layout-1.md")
    );
}

#[test]
fn what_stands_in_the_place_of_an_object_fails_the_run_and_is_named() {
    let replacements: [(&str, Replace); 4] = [
        ("is a symbolic link", |path| symlink("/nonexistent/dangling", path).unwrap()),
        ("exists, and is empty", |path| fs::write(path, "").unwrap()),
        ("is not a regular file", pipe),
        ("is a directory", |path| fs::create_dir(path).unwrap()),
    ];
    for part in ["raw/", "email_activity/"] {
        for (expected, make) in replacements {
            let mailtrail = Mailtrail::new();
            mailtrail.write_payloads(1, 10);
            ingest(&mailtrail, "in", 0);
            let path = mailtrail.path(&format!("archive/{}", file(&mailtrail, part)));
            fs::remove_file(&path).unwrap();
            make(&path);
            let run = ingest(&mailtrail, "in", 1);
            assert!(run.stderr.contains(expected) && run.stderr.contains(part), "{}", run.stderr);
            fs::remove_file(&path).or_else(|_| fs::remove_dir(&path)).unwrap();
            ingest(&mailtrail, "in", 0);
        }
    }
}

#[test]
fn nothing_leaves_the_archive_through_a_link() {
    let mailtrail = Mailtrail::new();
    mailtrail.write_payloads(1, 10);
    for link in ["raw", "email_activity", "quarantine", "_about"] {
        mailtrail.write("in/unreadable", "a letter");
        let archive = format!("archive-{link}");
        fs::create_dir_all(mailtrail.path(&archive)).unwrap();
        fs::create_dir_all(mailtrail.path("elsewhere")).unwrap();
        symlink(mailtrail.path("elsewhere"), mailtrail.path(&format!("{archive}/{link}"))).unwrap();
        let run = mailtrail.run(&["ingest", "--quarantine", "--archive", &archive, "in"]).expect(1);
        assert!(run.stderr.contains(&format!("`{link}` is a symbolic link")), "{}", run.stderr);
        assert_eq!(fs::read_dir(mailtrail.path("elsewhere")).unwrap().count(), 0, "{link}");
    }
}

#[test]
fn an_entry_that_cannot_be_read_is_named_and_the_rest_is_shown() {
    let mailtrail = archive_of(&[Traffic::new(7).batch(10)]);
    let raw = mailtrail.path(&format!("archive/{}", file(&mailtrail, "raw/")));
    let folder = raw.parent().unwrap();
    symlink("nowhere", folder.join("dangling.json.gz")).unwrap();
    symlink(mailtrail.path("archive"), folder.join("loop")).unwrap();
    pipe(&folder.join("pipe.json.gz"));
    symlink("nowhere", mailtrail.path("archive/raw/region=dangling")).unwrap();
    let (messages, said) = search(&mailtrail, 3);
    assert_eq!(messages.len(), 10);
    for named in ["dangling.json.gz: ", "loop: ", "pipe.json.gz: ", "raw/region=dangling: "] {
        assert_eq!(said.matches(named).count(), 1, "{named}: {said}");
    }
    assert!(said.contains("4 objects unreadable"), "{said}");

    fs::create_dir(mailtrail.path("archive/api_activity")).unwrap();
    symlink("nowhere", mailtrail.path("archive/api_activity/region=dangling")).unwrap();
    let run = mailtrail.run(&["activity"]).expect(3);
    assert!(run.stderr.contains("failed to read api_activity/region=dangling: "), "{}", run.stderr);
}

#[test]
fn a_folder_with_bad_entries_is_ingested_without_them() {
    let mailtrail = Mailtrail::new();
    mailtrail.write_payloads(2, 10);
    symlink("nowhere", mailtrail.path("in/000-dangling.gz")).unwrap();
    symlink(mailtrail.path("in"), mailtrail.path("in/000-loop")).unwrap();
    let large = fs::File::create(mailtrail.path("in/000-large.gz")).unwrap();
    large.set_len(3 << 30).unwrap();
    let run = mailtrail.run(&["ingest", "--archive", "archive", "in"]).expect(3);
    let _hidden = mailtrail.hide_what_differs();
    insta::assert_snapshot!(run.stdout, @"
    ! 20 events from 2 files in [TIME]
      came in   2 payloads, [SIZE], [SIZE] decoded
      skipped   1 file: larger than [SIZE]
                2 files: symbolic link
      archived  archive
                20 email_activity
                all of them new
    ");
    for named in ["in/000-dangling.gz", "in/000-large.gz", "in/000-loop"] {
        assert!(run.stderr.contains(&format!("skipped `{named}`: ")), "{}", run.stderr);
    }
}

#[test]
fn an_answer_that_proves_nothing_fails_the_run() {
    let (aws, mailtrail) = with_a_bucket();
    mailtrail.write_payloads(1, 10);
    aws.set_faults(Faults::none().with(FaultKind::S3NoETag, 1.0));
    aws.deny(Operation::HeadObject);
    let run = mailtrail.run(&["ingest", "in"]).expect(1);
    assert!(run.stderr.contains("it is not S3's"), "{}", run.stderr);
    assert!(aws.objects().is_empty());
}

#[test]
fn what_a_sender_writes_cannot_reorder_or_hide_anything() {
    let hostile = "\u{9b}\u{202e}\u{200b}\u{2028}";
    let mailtrail = Mailtrail::new();
    let text = decoded(&format!("{EVENTS}/cloudtrail-iam-user.json"));
    mailtrail.write("in/1.json", text.replace("alice", &format!("alice{hostile}")));
    mailtrail.run(&["ingest", "--archive", "archive", "in"]).expect(0);
    for arguments in [
        &["activity", "--json"][..],
        &["activity", "--csv"],
        &["activity"],
        &["activity", "--summary", "--json"],
        &["activity", "--summary"],
        &["search", "--json"],
        &["search"],
    ] {
        let run = mailtrail.run(&[arguments, &["--archive", "archive"]].concat()).expect(0);
        assert!(!run.stdout.contains(|character| hostile.contains(character)), "{arguments:?}");
        if arguments.contains(&"--json") {
            for line in run.stdout.lines() {
                serde_json::from_str::<Value>(line).unwrap();
            }
        }
        assert!(run.stdout.contains("202e"), "{arguments:?}: {}", run.stdout);
    }
}

/// The most memory that a command had, in KiB, and how it ended.
#[cfg(target_os = "linux")]
fn peak_memory(mailtrail: &Mailtrail, arguments: &[&str]) -> (u64, Run) {
    use std::io::Read;
    let mut child = mailtrail.start(arguments);
    let status = format!("/proc/{}/status", child.id());
    let mut stderr = child.stderr.take().unwrap();
    let reader = std::thread::spawn(move || {
        let mut text = String::new();
        stderr.read_to_string(&mut text).unwrap();
        text
    });
    let mut stdout = child.stdout.take().unwrap();
    let printer = std::thread::spawn(move || {
        let mut text = String::new();
        stdout.read_to_string(&mut text).unwrap();
        text
    });
    let mut peak = 0;
    let exit = loop {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let now = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
        peak = peak.max(now.unwrap_or(0));
        if let Some(exit) = child.try_wait().unwrap() {
            break exit.code();
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    };
    (peak, Run { exit, stdout: printer.join().unwrap(), stderr: reader.join().unwrap() })
}

#[cfg(target_os = "linux")]
#[test]
fn hostile_objects_need_no_memory_and_hold_up_no_others() {
    use std::io::Write;
    const MOST: u64 = 300 << 10;
    let mailtrail = Mailtrail::new();
    mailtrail.write("in/1.json", fs::read(format!("{EVENTS}/cloudtrail-iam-user.json")).unwrap());
    mailtrail.run(&["ingest", "--archive", "archive", "in"]).expect(0);
    let whole = mailtrail.run(&["activity", "--archive", "archive", "--json"]).expect(0);
    let records = mailtrail.path(&format!("archive/{}", file(&mailtrail, "api_activity")));
    let raw = mailtrail.path(&format!("archive/{}", file(&mailtrail, "raw/")));
    let compressed = |piece: &[u8], pieces: usize| {
        let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
        (0..pieces).for_each(|_| encoder.write_all(piece).unwrap());
        encoder.finish().unwrap()
    };
    let sparse = |path: &Path| fs::File::create(path).unwrap().set_len(3 << 30).unwrap();
    let folder = records.parent().unwrap();
    sparse(&folder.join("0-sparse.ndjson.zst"));
    let lines = b"{}\n".repeat(1 << 18);
    fs::write(folder.join("1-lines.ndjson.zst"), compressed(&lines, 760)).unwrap();
    fs::write(folder.join("2-endless.ndjson.zst"), compressed(&vec![b'a'; 1 << 20], 600)).unwrap();
    let record = [&br#"{"metadata":{"uid":"x"}}"#[..], &vec![b' '; 1 << 20], b"\n"].concat();
    fs::write(folder.join("3-blanks.ndjson.zst"), compressed(&record, 600)).unwrap();
    sparse(&raw.parent().unwrap().join("0-sparse.json.gz"));

    let (peak, run) = peak_memory(&mailtrail, &["activity", "--archive", "archive", "--json"]);
    let run = run.expect(3);
    assert_eq!(run.stdout, whole.stdout);
    assert!(run.stderr.contains("4 objects unreadable"), "{}", run.stderr);
    assert!(peak > 0 && peak < MOST, "{peak} KiB");

    let (peak, run) = peak_memory(&mailtrail, &["search", "--archive", "archive", "--json"]);
    let run = run.expect(3);
    assert!(!run.stdout.is_empty() && run.stderr.contains("1 object unreadable"), "{}", run.stderr);
    assert!(peak > 0 && peak < MOST, "{peak} KiB");
}
