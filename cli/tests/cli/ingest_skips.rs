//! `mailtrail ingest` and what holds no payloads: it is named, and stays where it is.

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::process::Command;

use mailtrail_samples::{Traffic, sample_files};
use serde_json::json;

use crate::mailtrail::{Mailtrail, Run};

const INGEST: [&str; 4] = ["ingest", "--archive", "archive", "--json"];

/// What was said to be skipped, in the order of the names.
fn skipped(run: &Run) -> String {
    let mut lines: Vec<_> = run.stderr.lines().filter(|line| line.starts_with("skipped ")).collect();
    lines.sort_unstable();
    lines.join("\n")
}

fn sample(name: &str) -> Vec<u8> {
    sample_files().into_iter().find(|file| file.name == name).unwrap().bytes
}

/// A folder as people have them: one payload among other files.
fn mixed() -> Mailtrail {
    let mailtrail = Mailtrail::new();
    mailtrail.write_payloads(1, 5);
    mailtrail.write("in/README.md", "a letter");
    mailtrail.write("in/passwords.txt", "2026 was a year\n");
    mailtrail.write("in/photo.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR");
    mailtrail.write("in/events.json", r#"{"events":[],"searchedLogStreams":[]}"#);
    mailtrail.write("in/empty.gz", "");
    mailtrail.write("in/queue.json", r#"{"Records":[{"eventSource":"aws:sqs","body":"x"}]}"#);
    mailtrail.write("in/.hidden/x.txt", "a letter");
    mailtrail
}

#[test]
fn files_without_payloads_are_named_and_stay_out_of_the_archive() {
    let mailtrail = mixed();
    let run = mailtrail.run(&[&INGEST[..], &["in"]].concat()).expect(3);
    let ledger = run.ledger();
    assert_eq!((&ledger["payloads"], &ledger["skipped_files"]), (&json!(1), &json!(5)));
    assert_eq!((&ledger["quarantined_payloads"], &ledger["balanced"]), (&json!(0), &json!(true)));
    assert!(!mailtrail.path("archive/quarantine").exists());
    insta::assert_snapshot!(skipped(&run), @"
    skipped `in/README.md`: text, but no log events
    skipped `in/empty.gz`: empty
    skipped `in/passwords.txt`: text, but no log events
    skipped `in/photo.png`: PNG image
    skipped `in/queue.json`: Lambda event of an SQS queue: no log events; 1 × inside: text, but no log events
    ");
    let by_name = ["in/000.gz", "in/README.md", "in/empty.gz"];
    let run = mailtrail.run(&[&["ingest", "--archive", "by-name"], &by_name[..]].concat()).expect(3);
    let _hidden = mailtrail.hide_what_differs();
    insta::assert_snapshot!(run.stdout, @"
    ! 5 events from 1 file in [TIME]
      came in   1 payload, [SIZE], [SIZE] decoded
      skipped   1 file: empty
                1 file: text, but no log events
      archived  by-name
                5 email_activity
                all of them new
      hint      skipped files stay where they are; --quarantine keeps files without payloads, too
    ");
}

#[test]
fn with_the_option_files_without_payloads_are_quarantined_but_empty_ones() {
    let mailtrail = mixed();
    let run = mailtrail.run(&[&INGEST[..], &["--quarantine", "in"]].concat()).expect(3);
    let ledger = run.ledger();
    assert_eq!((&ledger["quarantined_payloads"], &ledger["skipped_files"]), (&json!(4), &json!(1)));
    assert_eq!(mailtrail.files("archive/quarantine").len(), 8);
}

#[test]
fn empty_input_makes_no_object() {
    for input in [&b""[..], b" \n"] {
        let mailtrail = Mailtrail::new();
        let run = mailtrail.run_with(&INGEST, input).expect(3);
        assert_eq!(run.ledger()["skipped_files"], 1);
        assert_eq!(skipped(&run), "skipped `standard input`: empty");
        assert!(mailtrail.files("archive").is_empty());
    }
}

#[test]
fn a_damaged_payload_is_kept_as_it_is_in_the_functions() {
    let mailtrail = Mailtrail::new();
    let payload = Traffic::new(7).batch(50).to_gzip();
    mailtrail.write("in/cut.gz", &payload[..payload.len() / 2]);
    mailtrail.write("in/event.json", sample("hostile/truncated-gzip.json"));
    mailtrail.write("in/other.json", sample("hostile/other-invocation.json"));
    let run = mailtrail.run(&[&INGEST[..], &["in"]].concat()).expect(3);
    let ledger = run.ledger();
    assert_eq!((&ledger["quarantined_payloads"], &ledger["skipped_files"]), (&json!(2), &json!(1)));
    assert_eq!(
        skipped(&run),
        "skipped `in/other.json`: S3 event notification, which names objects and holds no events"
    );
}

#[test]
fn what_is_no_file_is_named_and_never_waited_for() {
    let mailtrail = Mailtrail::new();
    mailtrail.write_payloads(1, 5);
    mailtrail.write("aside/secret.json", "{}");
    let made = Command::new("mkfifo").arg(mailtrail.path("in/pipe")).status().unwrap();
    assert!(made.success());
    let _socket = UnixListener::bind(mailtrail.path("in/socket")).unwrap();
    symlink(mailtrail.path("aside"), mailtrail.path("in/out")).unwrap();
    symlink("nowhere", mailtrail.path("in/dangling")).unwrap();
    symlink(".", mailtrail.path("in/circle")).unwrap();
    symlink("loop", mailtrail.path("loop")).unwrap();
    let paths = ["in", "in/pipe", "/dev/zero", "/proc/self/mem", "loop"];
    let run = mailtrail.run(&[&INGEST[..], &paths].concat()).expect(3);
    assert_eq!((&run.ledger()["archived"], &run.ledger()["skipped_files"]), (&json!(5), &json!(9)));
    insta::assert_snapshot!(skipped(&run), @"
    skipped `/dev/zero`: a device is not read
    skipped `/proc/self/mem`: failed to read it: Input/output error (os error 5)
    skipped `in/circle`: a symbolic link in a folder is not followed; give its target to ingest it
    skipped `in/dangling`: a symbolic link in a folder is not followed; give its target to ingest it
    skipped `in/out`: a symbolic link in a folder is not followed; give its target to ingest it
    skipped `in/pipe`: a named pipe is not read
    skipped `in/pipe`: a named pipe is not read
    skipped `in/socket`: a socket is not read
    skipped `loop`: failed to read it: Too many levels of symbolic links (os error 40)
    ");
}

#[test]
fn a_large_file_is_not_read_and_folders_that_lie_too_deep_are_not_either() {
    let mailtrail = Mailtrail::new();
    mailtrail.write("in/film.mp4", b"\0\0\0\x20ftypisom");
    let film = File::options().write(true).open(mailtrail.path("in/film.mp4")).unwrap();
    film.set_len(3 << 30).unwrap();
    mailtrail.write(&format!("in/{}x.gz", "d/".repeat(70)), Traffic::new(7).batch(5).to_gzip());
    let run = mailtrail.run(&[&INGEST[..], &["in"]].concat()).expect(3);
    assert_eq!((&run.ledger()["payloads"], &run.ledger()["skipped_files"]), (&json!(0), &json!(2)));
    let deepest = format!("in/{}", "d/".repeat(64));
    let expected = format!(
        "skipped `{}`: folders are not walked through deeper than this; give it to ingest it\n\
         skipped `in/film.mp4`: 3.0 GiB, larger than any file of payloads (256.0 MiB); MP4 video or audio",
        deepest.trim_end_matches('/')
    );
    assert_eq!(skipped(&run), expected);
}

#[test]
fn a_name_does_nothing_to_the_terminal() {
    let mailtrail = Mailtrail::new();
    mailtrail.write("in/\u{1b}[2J\u{202e}.txt", "a letter");
    let run = mailtrail.run(&[&INGEST[..], &["in"]].concat()).expect(3);
    assert!(!run.stderr.contains(['\u{1b}', '\u{202e}']) && run.stderr.contains(".txt"), "{}", run.stderr);
}

#[test]
fn what_an_archive_holds_besides_payloads_is_passed_over() {
    let mailtrail = Mailtrail::new();
    mailtrail.write_payloads(2, 20);
    mailtrail.run(&["ingest", "--archive", "in/archive", "in"]).expect(0);
    let before = mailtrail.files("in/archive");
    // Its own archive in the folder, and another one.
    let run = mailtrail.run(&["ingest", "--archive", "in/archive", "in"]).expect(0);
    assert_eq!(mailtrail.files("in/archive"), before);
    assert!(run.stdout.contains("2 payloads") && run.stdout.contains("the archive itself"), "{}", run.stdout);
    fs::rename(mailtrail.path("in/archive"), mailtrail.path("other")).unwrap();
    for folder in ["other", "other/raw", "other/email_activity"] {
        let run =
            mailtrail.run(&["ingest", "--archive", folder.trim_start_matches("other/"), folder]).expect(0);
        assert_eq!(skipped(&run), "");
    }
    assert_eq!(mailtrail.files("raw"), before);
}

#[test]
fn a_dry_run_says_what_would_be_taken_in_and_writes_nothing() {
    let mailtrail = mixed();
    mailtrail.write("in/event.json", sample("organization-email-received.json"));
    mailtrail.write("in/bad.json", sample("hostile/truncated-gzip.json"));
    let run = mailtrail.run(&["ingest", "--archive", "archive", "--dry-run", "in"]).expect(3);
    let _hidden = mailtrail.hide_what_differs();
    insta::assert_snapshot!(run.stdout, @"
    ! 6 events from 4 files in [TIME]; dry run: nothing is written
      files     1 file, 5 events: subscription payload of CloudWatch Logs
                2 files, 1 event: Lambda event of a subscription filter
                1 file, 0 events: output of `aws logs filter-log-events`
      skipped   1 file: Lambda event of an SQS queue, without log events
                1 file: PNG image
                1 file: empty
                2 files: text, but no log events
                1 hidden file or folder, not looked into
      events    6 email_activity
      look at   in/bad.json: the gzip data ends early, after 356 decoded bytes
                to be kept in quarantine/ of the archive
      hint      skipped files stay where they are; --quarantine keeps files without payloads, too
    ");
    let counts = mailtrail.run(&["ingest", "--dry-run", "--json", "in"]).expect(3).ledger();
    let shapes = json!({
        "payload": {"files": 1, "events": 5},
        "lambda_event": {"files": 2, "events": 1},
        "filter_log_events": {"files": 1, "events": 0},
    });
    assert_eq!(counts["by_shape"], shapes);
    let numbers = ["payloads", "events", "quarantined_payloads", "skipped_files"].map(|name| &counts[name]);
    assert_eq!(numbers, [3, 6, 1, 5].map(|number| json!(number)).each_ref());
    assert_eq!(mailtrail.files("").len(), 10);
    assert!(!mailtrail.path("archive").exists());

    mailtrail.run(&["ingest", "--dry-run", "in/000.gz"]).expect(0);
    let taken = mailtrail.run(&[&INGEST[..], &["in"]].concat()).expect(3).ledger();
    assert_eq!((&taken["by_class"], &taken["events"]), (&counts["by_class"], &counts["events"]));
}
