//! What `mailtrail redrive` meets of others: objects with other names, receipts that lie, what it cannot read.

use std::fs;
use std::path::{Path, PathBuf};

use mailtrail_archive::receipt_key;
use serde_json::{Value, json};

use crate::mailtrail::{BUCKET, Mailtrail, with_a_bucket};

const FOLDER: &str = "archive/undelivered/stream=out.ndjson/eventDay=20261120";

/// An archive in the folder `archive` whose stream, the file `out.ndjson`, took nothing of 100 events.
fn outage() -> (Mailtrail, String) {
    let mailtrail = Mailtrail::new();
    mailtrail.write_payloads(5, 20);
    let stream = |folder: &str| format!("file://{}/out.ndjson", mailtrail.path(folder).display());
    let ingest = ["ingest", "--archive", "archive", "--stream", &stream("missing"), "in"];
    mailtrail.run(&ingest).expect(3);
    let stream = stream("");
    (mailtrail, stream)
}

fn redrive(mailtrail: &Mailtrail, arguments: &[&str], exit: i32) -> (Value, String) {
    let run = mailtrail.run(&[&["redrive"], arguments, &["--json"]].concat()).expect(exit);
    (run.ledger(), run.stderr)
}

fn lines(mailtrail: &Mailtrail) -> usize {
    fs::read_to_string(mailtrail.path("out.ndjson")).unwrap_or_default().lines().count()
}

/// The receipts of the archive, and what they say.
fn receipts(mailtrail: &Mailtrail) -> Vec<(PathBuf, Value)> {
    let keys = mailtrail.files("archive/redrive").into_keys().filter(|key| !key.contains(".claim-"));
    let read = |path: PathBuf| {
        let receipt = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        (path, receipt)
    };
    keys.map(|key| read(mailtrail.path("archive/redrive").join(key))).collect()
}

fn forge(path: &Path, receipt: &Value, left: u64, left_in: &str) {
    let mut forged = receipt.clone();
    forged["delivered"] = json!(20 - left);
    forged["left"] = json!(left);
    forged["left_in"] = json!(left_in);
    fs::write(path, forged.to_string()).unwrap();
}

#[test]
fn objects_of_other_names_are_named_and_counted_in_undelivered() {
    let (mailtrail, stream) = outage();
    let others = [
        "undelivered/loose.ndjson.zst",
        "undelivered/stream=out.ndjson/loose.ndjson.zst",
        "undelivered/stream=out.ndjson/eventDay=20261120/x.ndjson.zst",
        "undelivered/stream=out.ndjson/eventDay=20261120/20261120T101502Z-aa.ndjson",
        "undelivered/stream=out.ndjson/eventDay=20261120/sub/20261120T101502Z-aa.ndjson.zst",
        "undelivered/STREAM=mail/eventDay=20261120/20261120T101502Z-aa.ndjson.zst",
        "undelivered/mail/eventDay=20261120/20261120T101502Z-aa.ndjson.zst",
    ];
    for other in others {
        mailtrail.write(&format!("archive/{other}"), "mine");
    }
    for options in [&["--dry-run"][..], &[]] {
        let arguments = [&["undelivered", "--archive", "archive", "--stream", &stream], options].concat();
        let (answer, said) = redrive(&mailtrail, &arguments, 3);
        assert_eq!((&answer["events"], &answer["objects_by_fate"]["unreadable"]), (&json!(100), &json!(7)));
        for other in others {
            assert!(said.contains(&format!("{other}: passed over")), "{other}: {said}");
        }
    }
    assert_eq!(lines(&mailtrail), 100);
    // Those in the folder of another stream are passed over with it.
    mailtrail.write("archive/undelivered/stream=other/notes.txt", "mine");
    let arguments = ["undelivered", "--archive", "archive", "--stream", &stream];
    assert_eq!(redrive(&mailtrail, &arguments, 3).0["objects_by_fate"]["unreadable"], 7);
    assert_eq!(redrive(&mailtrail, &arguments[..3], 3).0["objects_by_fate"]["unreadable"], 7 + 1 + 5);
}

#[test]
fn objects_of_other_names_are_named_and_counted_in_quarantine() {
    let mailtrail = Mailtrail::new().env("MAILTRAIL_ARCHIVE", "archive");
    mailtrail.write("in/damaged.gz", [0x1f, 0x8b, 8, 0]);
    mailtrail.run(&["ingest", "--quarantine", "in"]).expect(3);
    let (answer, _) = redrive(&mailtrail, &["quarantine"], 3);
    assert_eq!(answer["objects_by_fate"]["unreadable"], 1);
    let folder = "quarantine/reason=gzip/eventDay=20261120";
    for (name, body) in [("a.json", "{}"), ("a", "x"), ("a.BIN", "x"), ("../notes.txt", "x")] {
        mailtrail.write(&format!("archive/{folder}/{name}"), body);
    }
    let (answer, said) = redrive(&mailtrail, &["quarantine"], 3);
    assert_eq!(answer["objects_by_fate"]["unreadable"], 5);
    assert_eq!(said.matches("passed over").count(), 4, "{said}");
}

#[test]
fn objects_that_stand_for_folders_are_no_finding() {
    let (aws, mailtrail) = with_a_bucket();
    aws.create_bucket("example-failures");
    mailtrail.write_payloads(1, 20);
    mailtrail.run(&["ingest", "in"]).expect(0);
    for folder in ["mail/undelivered/", "mail/undelivered/stream=mail/", "mail/quarantine/", "mail/redrive/"]
    {
        aws.put_object(BUCKET, folder, "");
    }
    aws.put_object("example-failures", "aws/", "");
    for arguments in [&["undelivered"][..], &["quarantine"], &["failures", "s3://example-failures"]] {
        assert_eq!(redrive(&mailtrail, arguments, 0).0["objects"], 0, "{arguments:?}");
    }
    aws.put_object(BUCKET, "mail/quarantine/x/", "not empty");
    assert_eq!(redrive(&mailtrail, &["quarantine"], 3).0["objects"], 1);
}

#[test]
fn a_rest_that_is_not_what_was_left_proves_nothing() {
    let (mailtrail, stream) = outage();
    let run = ["undelivered", "--archive", "archive", "--stream", &stream];
    redrive(&mailtrail, &run, 0);
    let receipts = receipts(&mailtrail);
    let of = |at: usize| receipts[at].1["object"].as_str().unwrap().to_owned();
    // A circle of two, another object, one that is gone, itself, what is no object of the stream.
    forge(&receipts[0].0, &receipts[0].1, 10, &of(1));
    forge(&receipts[1].0, &receipts[1].1, 10, &of(0));
    forge(&receipts[2].0, &receipts[2].1, 19, &of(0));
    let gone = of(0).replace(".ndjson.zst", "0.ndjson.zst");
    forge(&receipts[3].0, &receipts[3].1, 1, &gone);
    let raw = mailtrail.files("archive").into_keys().find(|key| key.starts_with("raw/")).unwrap();
    forge(&receipts[4].0, &receipts[4].1, 1, &raw);
    let (answer, said) = redrive(&mailtrail, &run, 3);
    assert_eq!(
        (&answer["already"], &answer["left"], &answer["done"]),
        (&json!(0), &json!(100), &json!(0)),
        "{said}"
    );
    for reason in ["has other events than those that are left", "with the rest is missing", "no other object"]
    {
        assert!(said.contains(reason), "{reason}: {said}");
    }
    assert_eq!(lines(&mailtrail), 100);
}

#[test]
fn of_raw_copies_what_was_left_and_sent_since_is_done() {
    let mailtrail = Mailtrail::new().env("MAILTRAIL_ARCHIVE", "archive");
    mailtrail.write_payloads(1, 20);
    mailtrail.run(&["ingest", "in"]).expect(0);
    let stream = format!("file://{}/out.ndjson", mailtrail.path("").display());
    let raw = ["raw", "--stream", &stream];
    redrive(&mailtrail, &raw, 0);
    // As if the stream had confirmed 15 of them: the rest is an object of its own.
    let receipts = receipts(&mailtrail);
    let sent = fs::read_to_string(mailtrail.path("out.ndjson")).unwrap();
    let rest: String = sent.split_inclusive('\n').skip(15).collect();
    let key = "undelivered/stream=out.ndjson/eventDay=20261120/20261120T101502Z-0a1b.ndjson.zst";
    mailtrail.write(&format!("archive/{key}"), zstd::bulk::compress(rest.as_bytes(), 1).unwrap());
    forge(&receipts[0].0, &receipts[0].1, 5, key);
    let (answer, said) = redrive(&mailtrail, &raw, 3);
    assert_eq!((&answer["already"], &answer["left"]), (&json!(15), &json!(5)));
    // The command that it names can be pasted.
    let command = said.lines().find_map(|line| line.split_once("send them: mailtrail ")).unwrap().1;
    let words = shell_words::split(command).unwrap();
    mailtrail.run(&words.iter().map(String::as_str).collect::<Vec<_>>()).expect(0);
    assert_eq!(lines(&mailtrail), 25);
    let (answer, _) = redrive(&mailtrail, &raw, 0);
    assert_eq!((&answer["already"], &answer["left"]), (&json!(20), &json!(0)));
}

#[test]
fn receipts_of_the_first_version_do_not_say_which_stream_they_are_of() {
    let (mailtrail, stream) = outage();
    let run = ["undelivered", "--archive", "archive", "--stream", &stream];
    redrive(&mailtrail, &run, 0);
    let mut earlier = Vec::new();
    for (path, mut receipt) in receipts(&mailtrail) {
        fs::remove_file(path).unwrap();
        receipt["format"] = json!(1);
        let [object, sha256, lines] =
            ["object", "sha256", "lines"].map(|name| receipt[name].as_str().unwrap());
        let key = receipt_key("undelivered", "out.ndjson", &[object, sha256], lines);
        mailtrail.write(&format!("archive/{key}"), receipt.to_string());
        earlier.push(key);
    }
    let (answer, said) = redrive(&mailtrail, &run, 3);
    assert_eq!((&answer["left"], &answer["done"]), (&json!(100), &json!(0)));
    assert_eq!(said.matches("of an earlier version of mailtrail").count(), 5, "{said}");
    assert!(earlier.iter().all(|key| said.contains(key)), "{said}");
}

#[test]
fn what_another_run_has_in_hand_is_left_unless_it_is_taken_over() {
    let (mailtrail, stream) = outage();
    let run = ["undelivered", "--archive", "archive", "--stream", &stream];
    redrive(&mailtrail, &run, 0);
    let year = |year: u32| json!({"format": 1, "run": "a1", "since": "2026-01-01T00:00:00Z", "until": format!("{year}-01-01T00:00:00Z")});
    for ((path, _), claim) in receipts(&mailtrail).into_iter().zip([year(9000), year(2026), json!({"x": 1})])
    {
        let claim_path = path.with_extension("claim-1.json");
        fs::write(claim_path, claim.to_string()).unwrap();
        fs::remove_file(path).unwrap();
    }
    let (answer, said) = redrive(&mailtrail, &run, 3);
    assert_eq!((&answer["done"], &answer["left"], &answer["already"]), (&json!(20), &json!(40), &json!(40)));
    assert!(said.contains("another run has it in hand until 9000-01-01T00:00:00Z"), "{said}");
    assert!(said.contains("not a claim"), "{said}");
    let (answer, _) = redrive(&mailtrail, &[&run[..], &["--take-over"]].concat(), 3);
    assert_eq!((&answer["done"], &answer["left"]), (&json!(20), &json!(20)));
}

#[test]
fn lines_of_others_make_an_object_unreadable_and_none_of_it_is_sent() {
    let (mailtrail, stream) = outage();
    let others = [
        r#"{"class_uid":4009}"#,
        r#"{"class_uid":4009,"type_uid":400901,"time":1}"#,
        r#"{"class_uid":4009,"type_uid":400901,"time":1,"metadata":{}}"#,
        r#"{"class_uid":4009,"type_uid":300201,"time":1,"metadata":{"uid":"1"}}"#,
    ];
    for (number, other) in others.into_iter().enumerate() {
        let object = zstd::bulk::compress(format!("{other}\n").as_bytes(), 1).unwrap();
        mailtrail.write(&format!("{FOLDER}/20261120T101502Z-{number:032x}.ndjson.zst"), object);
    }
    let (answer, _) = redrive(&mailtrail, &["undelivered", "--archive", "archive", "--stream", &stream], 3);
    assert_eq!((&answer["done"], &answer["objects_by_fate"]["unreadable"]), (&json!(100), &json!(4)));
}

#[test]
fn a_hard_link_is_an_object_as_copies_of_archives_have_them() {
    let (mailtrail, stream) = outage();
    let key = mailtrail.files(FOLDER).into_keys().next().unwrap();
    let object = mailtrail.path(FOLDER).join(key);
    fs::hard_link(&object, mailtrail.path("backup")).unwrap();
    let (answer, _) = redrive(&mailtrail, &["undelivered", "--archive", "archive", "--stream", &stream], 0);
    assert_eq!(answer["done"], 100);
}

#[test]
fn the_region_of_a_quarantined_payload_can_be_given() {
    let mailtrail = Mailtrail::new().env("MAILTRAIL_ARCHIVE", "archive").env("AWS_REGION", "eu-north-1");
    mailtrail.write("in/large.gz", mailtrail_samples::Traffic::new(5).batch(200).to_gzip());
    mailtrail.run(&["ingest", "--decoded-limit", "64KiB", "--quarantine", "in"]).expect(3);
    redrive(&mailtrail, &["quarantine", "--region", "ap-southeast-2"], 0);
    let raw = mailtrail.files("archive").into_keys().filter(|key| key.starts_with("raw/"));
    assert!(raw.into_iter().all(|key| key.starts_with("raw/region=ap-southeast-2/")));
}

#[test]
fn a_payload_that_is_too_large_is_named_with_what_archives_it() {
    let mailtrail = Mailtrail::new().env("MAILTRAIL_ARCHIVE", "archive");
    let name = "a1".repeat(32);
    mailtrail.write("archive/raw/x", "");
    let path = mailtrail.write(&format!("archive/quarantine/reason=gzip/eventDay=20261120/{name}.bin"), "");
    fs::File::options().write(true).open(path).unwrap().set_len(80 << 20).unwrap();
    let (answer, said) = redrive(&mailtrail, &["quarantine"], 3);
    assert_eq!(answer["objects_by_fate"]["unreadable"], 1);
    let command = said.lines().find_map(|line| line.split_once("by itself: mailtrail ")).expect(&said).1;
    let words = shell_words::split(command).unwrap();
    let run = mailtrail.run(&words.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(run.exit == Some(3) && !run.stderr.contains("larger than"), "{run:?}");
}
