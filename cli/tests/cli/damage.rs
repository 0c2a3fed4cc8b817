//! Archives in which something is broken or in the way: it is named, the rest is shown, and nothing says that all is well.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use mailtrail_faulty_aws::{FaultKind, Faults};
use mailtrail_samples::{Batch, Event, event_id};

use crate::mailtrail::{Mailtrail, Run, archive_of, with_a_bucket};

/// 2026-11-20T08:00:00Z.
const MORNING: i64 = 1_795_161_600_000;
const DAY: i64 = 86_400_000;
const ASKED: [&[&str]; 2] = [&["search", "--json"], &["activity", "--json"]];

/// A call on that day.
fn day(number: i64) -> Batch {
    let time = MORNING + number * DAY;
    let message = format!(
        r#"{{"eventVersion":"1.11","eventTime":"2026-11-{}T08:00:00Z","eventSource":"iam.amazonaws.com",
        "eventName":"CreateUser","awsRegion":"eu-west-1","sourceIPAddress":"203.0.113.20","eventID":"{number}",
        "userIdentity":{{"type":"IAMUser","userName":"alice","arn":"arn:aws:iam::111122223333:user/alice"}}}}"#,
        20 + number,
    );
    let id = event_id(time, u128::from(number.unsigned_abs()));
    let batch = Batch::of(vec![Event { id, timestamp: time, message: message.replace('\n', "") }]);
    Batch { log_group: "cloudtrail".to_owned(), ..batch }
}

/// An answer with the event of the other day, that names what cannot be read.
fn check(run: Run, name: &str) {
    let run = run.expect(3);
    assert_eq!(run.stdout.lines().count(), 1, "{run:#?}");
    let named =
        run.stderr.lines().filter(|line| line.starts_with("! failed to read ") && line.contains(name));
    assert_eq!(named.count(), 1, "{run:#?}");
    assert!(!run.stderr.contains('✓') && run.stderr.contains("1 object unreadable"), "{run:#?}");
}

/// The folders `raw` and `api_activity`, each with what lies below them down to this part of a key.
fn folders(mailtrail: &Mailtrail, part: &str) -> [String; 2] {
    ["raw", "api_activity"].map(|class| {
        let files = mailtrail.files(&format!("archive/{class}"));
        let key = files.keys().find(|key| key.contains("eventDay=20261121")).unwrap();
        let end = key
            .find(part)
            .map_or(key.len(), |at| key[at..].find('/').map_or(key.len(), |length| at + length));
        format!("archive/{class}/{}", &key[..end])
    })
}

#[test]
fn a_file_in_the_place_of_a_folder_is_named() {
    for (part, place) in [("eventDay=", "eventDay=20261121"), ("accountId=", "accountId=444455556666")] {
        let other = Batch { owner: "444455556666".to_owned(), ..day(1) };
        let mailtrail = archive_of(&[day(0), other]);
        for (folder, arguments) in folders(&mailtrail, part).iter().zip(ASKED) {
            fs::remove_dir_all(mailtrail.path(folder)).unwrap();
            mailtrail.write(folder, "a letter");
            check(mailtrail.run(arguments), place);
        }
    }
}

#[test]
fn a_directory_in_the_place_of_an_object_is_named() {
    let mailtrail = archive_of(&[day(0), day(1)]);
    for (object, arguments) in folders(&mailtrail, "no such part").iter().zip(ASKED) {
        fs::remove_file(mailtrail.path(object)).unwrap();
        fs::create_dir(mailtrail.path(object)).unwrap();
        check(mailtrail.run(arguments), "is a directory");
    }
}

/// Root may read everything, so tests of root run the program with another user id.
#[test]
fn a_folder_that_may_not_be_read_is_named() {
    let mailtrail = archive_of(&[day(0), day(1)]);
    let root = fs::metadata(mailtrail.path("")).unwrap().uid() == 0;
    fs::set_permissions(mailtrail.path(""), Permissions::from_mode(0o755)).unwrap();
    let program = mailtrail.path("program");
    fs::copy(env!("CARGO_BIN_EXE_mailtrail"), &program).unwrap();
    for (folder, arguments) in folders(&mailtrail, "eventDay=").iter().zip(ASKED) {
        fs::set_permissions(mailtrail.path(folder), Permissions::from_mode(0o000)).unwrap();
        let mut command = Command::new(&program);
        command.args(arguments).args(["--archive", "archive"]).current_dir(mailtrail.path("")).env_clear();
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        if root {
            command.uid(65_534);
        }
        let run = Run::of(command.spawn().unwrap());
        fs::set_permissions(mailtrail.path(folder), Permissions::from_mode(0o755)).unwrap();
        check(run, "eventDay=20261121");
    }
}

#[test]
fn an_object_that_s3_never_gives_is_named() {
    let (aws, mailtrail) = with_a_bucket();
    for number in 0..2 {
        mailtrail.write(&format!("in/{number}.gz"), day(number).to_gzip());
    }
    mailtrail.run(&["ingest", "in"]).expect(0);
    for (class, arguments) in ["/raw/", "/api_activity/"].into_iter().zip(ASKED) {
        let objects = aws.objects();
        let object =
            objects.keys().find(|key| key.contains(class) && key.contains("eventDay=20261121")).unwrap();
        for kind in [FaultKind::S3InternalError, FaultKind::S3SlowDown, FaultKind::S3HtmlPage] {
            aws.set_faults(Faults::none().with(kind, 1.0).only_on(object));
            check(mailtrail.run(arguments), "eventDay=20261121");
        }
    }
}

#[test]
fn a_damaged_object_keeps_its_own_file_out_and_no_other() {
    let mailtrail = Mailtrail::new().env("MAILTRAIL_ARCHIVE", "archive");
    mailtrail.write("in/1.gz", day(1).to_gzip());
    mailtrail.run(&["ingest", "in"]).expect(0);
    let [raw, _] = folders(&mailtrail, "no such part");
    for number in [0, 2, 3] {
        mailtrail.write(&format!("in/{number}.gz"), day(number).to_gzip());
    }
    mailtrail.write(&raw, "");
    let run = mailtrail.run(&["ingest", "--json", "--jobs", "1", "in"]).expect(1);
    // The records of the event are there; its raw copy is not.
    assert_eq!((&run.ledger()["events"], &run.ledger()["archived"]), (&4.into(), &3.into()), "{run:#?}");
    assert!(run.stderr.contains("in/1.gz: failed to write `raw/"), "{run:#?}");
    assert_eq!(mailtrail.files("archive/raw").len(), 4);

    let files = mailtrail.files("archive/raw");
    let other = files.keys().find(|key| key.contains("eventDay=20261123")).unwrap();
    mailtrail.write(&format!("archive/raw/{other}"), "");
    let run = mailtrail.run(&["ingest", "--json", "--jobs", "1", "in"]).expect(1);
    assert_eq!(run.stderr.matches("exists, and is empty").count(), 2, "both are named: {run:#?}");
    assert_eq!(run.ledger()["already"], 2, "{run:#?}");
}

/// As on a disk that is full: a file cannot become longer than 64 KiB (128 KiB for some shells).
#[test]
fn what_could_not_be_appended_leaves_no_half_of_a_line() {
    let mailtrail = Mailtrail::new().env("MAILTRAIL_ARCHIVE", "archive");
    mailtrail.write_payloads(3, 150);
    let stream = format!("file://{}", mailtrail.path("stream.ndjson").display());
    let mut command = Command::new("sh");
    command.args(["-c", "trap '' XFSZ; ulimit -f 128; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_mailtrail")]);
    command.args(["ingest", "--archive", "archive", "--stream", &stream, "in"]);
    command.current_dir(mailtrail.path("")).stdout(Stdio::piped()).stderr(Stdio::piped());
    let run = Run::of(command.spawn().unwrap()).expect(3);
    assert!(
        run.stderr.contains("failed to append to") || run.stdout.contains("failed to append to"),
        "{run:#?}"
    );
    mailtrail.run(&["ingest", "--stream", &stream, "in"]).expect(0);
    let lines = fs::read_to_string(mailtrail.path("stream.ndjson")).unwrap();
    assert!(lines.lines().count() >= 450);
    for line in lines.lines() {
        assert!(serde_json::from_str::<serde_json::Value>(line).is_ok(), "{line}");
    }
}

#[test]
fn a_stream_into_the_archive_is_refused() {
    for path in ["archive/raw/x.ndjson", "archive/../archive/x.ndjson", "other/../archive/x.ndjson"] {
        let mailtrail = Mailtrail::new();
        let stream = format!("file://{}", mailtrail.path(path).display());
        let said = mailtrail.complaint(&["ingest", "--archive", "archive", "--stream", &stream, "in"]);
        assert!(said.contains("lies in the archive"), "{said}");
    }
}
