//! `mailtrail redrive`: streams, failed invocations, quarantine, raw copies.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use mailtrail_faulty_aws::{FaultyAws, Operation};
use mailtrail_samples::Traffic;
use serde_json::{Value, json};

use crate::mailtrail::{BUCKET, Mailtrail, Run, with_a_bucket};

const EVENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../events");
const OPEN: &[(&str, &str)] = &[("LogDeliveryEnabled", "true")];

/// An archive in S3 whose stream `mail` took nothing of 100 events.
fn outage() -> (FaultyAws, Mailtrail) {
    let (aws, mailtrail) = with_a_bucket();
    aws.set_tags("mail", OPEN);
    aws.deny(Operation::PutRecordBatch);
    mailtrail.write_payloads(5, 20);
    let ledger = mailtrail.run(&["ingest", "--stream", "firehose:mail", "--json", "in"]).expect(3).ledger();
    assert_eq!(ledger["streams"][0]["undelivered"], 100);
    aws.allow(Operation::PutRecordBatch);
    (aws, mailtrail)
}

/// An archive in the folder `archive` whose stream, the file `out.ndjson`, took nothing of 100 events.
fn local_outage() -> (Mailtrail, String) {
    let mailtrail = Mailtrail::new();
    mailtrail.write_payloads(5, 20);
    let stream = |folder: &str| format!("file://{}/out.ndjson", mailtrail.path(folder).display());
    let ingest = ["ingest", "--archive", "archive", "--stream", &stream("missing"), "in"];
    mailtrail.run(&ingest).expect(3);
    let stream = stream("");
    (mailtrail, stream)
}

fn redrive(mailtrail: &Mailtrail, arguments: &[&str], exit: i32) -> Value {
    let run = mailtrail.run(&[&["redrive"], arguments, &["--json"]].concat()).expect(exit);
    let answer = run.ledger();
    assert_eq!(answer["balanced"], true, "{answer}");
    let count = |name: &str| answer[name].as_u64().unwrap();
    let parts = ["done", "already", "gated", "filtered", "refused", "left"].map(count);
    assert_eq!(count("events"), parts.iter().sum::<u64>(), "{answer}");
    let fates = answer["objects_by_fate"].as_object().unwrap().values().map(|it| it.as_u64().unwrap());
    assert_eq!(count("objects"), fates.sum::<u64>(), "{answer}");
    answer
}

/// What a command says on stderr.
fn said(mailtrail: &Mailtrail, arguments: &[&str], exit: i32) -> String {
    let Run { stdout, stderr, .. } = mailtrail.run(&[&["redrive"], arguments].concat()).expect(exit);
    stdout + &stderr
}

fn is_receipt(key: &str) -> bool {
    key.starts_with("redrive/") && !key.contains(".claim-")
}

fn uids(lines: &str) -> (usize, BTreeSet<String>) {
    let uid = |line: &str| serde_json::from_str::<Value>(line).unwrap()["metadata"]["uid"].to_string();
    (lines.lines().count(), lines.lines().map(uid).collect())
}

fn taken(aws: &FaultyAws) -> (usize, BTreeSet<String>) {
    let records = aws.records("mail").into_iter().map(|record| String::from_utf8(record).unwrap());
    uids(&records.collect::<String>())
}

#[test]
fn what_a_stream_did_not_take_reaches_it_after_the_outage_once() {
    let (aws, mailtrail) = outage();
    let (before, asked) = (aws.objects(), aws.calls().len());
    let dry = redrive(&mailtrail, &["undelivered", "--dry-run"], 0);
    assert_eq!((&dry["left"], &dry["done"], &dry["dry_run"]), (&json!(100), &json!(0), &json!(true)));
    assert_eq!((aws.objects(), taken(&aws).0), (before, 0));

    let first = redrive(&mailtrail, &["undelivered"], 0);
    assert_eq!(
        (&first["what"], &first["done"], &first["left"]),
        (&json!("undelivered"), &json!(100), &json!(0))
    );
    let (lines, uids) = taken(&aws);
    assert_eq!((lines, uids.len()), (100, 100));
    let second = redrive(&mailtrail, &["undelivered"], 0);
    assert_eq!((&second["already"], &second["done"]), (&json!(100), &json!(0)));
    assert_eq!(taken(&aws).0, 100);
    // The calls that (GetCallerIdentity needs none) `mailtrail permissions redrive` has permissions for.
    let calls: BTreeSet<Operation> = aws.calls().iter().skip(asked).map(|call| call.operation).collect();
    let of_s3 = [Operation::ListObjectsV2, Operation::HeadObject, Operation::GetObject, Operation::PutObject];
    let of_firehose =
        [Operation::ListTagsForDeliveryStream, Operation::PutRecordBatch, Operation::GetCallerIdentity];
    assert_eq!(calls, of_s3.into_iter().chain(of_firehose).collect());
    let redrive = aws.objects().into_keys().filter(|key| key.contains("/redrive/undelivered/stream=mail/"));
    let (claims, receipts): (Vec<_>, Vec<_>) = redrive.partition(|key| key.contains(".claim-"));
    assert_eq!((claims.len(), receipts.len()), (5, 5));
}

#[test]
fn a_stream_without_the_tag_gets_nothing_and_that_is_a_decision() {
    let (aws, mailtrail) = outage();
    aws.set_tags("mail", &[("LogDeliveryEnabled", "false")]);
    let before = aws.objects();
    for options in [&["undelivered"][..], &["undelivered", "--dry-run"]] {
        let answer = redrive(&mailtrail, options, 0);
        assert_eq!((&answer["gated"], &answer["left"]), (&json!(100), &json!(0)));
    }
    let text = said(&mailtrail, &["undelivered"], 0);
    assert!(text.contains("aws firehose tag-delivery-stream --delivery-stream-name mail"), "{text}");
    assert_eq!((aws.objects(), taken(&aws).0), (before, 0));
    aws.set_tags("mail", OPEN);
    assert_eq!(redrive(&mailtrail, &["undelivered"], 0)["done"], 100);
}

#[test]
fn a_stream_that_is_gone_or_refuses_leaves_everything_and_is_named_once() {
    let (aws, mailtrail) = outage();
    let before = aws.objects();
    aws.deny(Operation::PutRecordBatch);
    let run = mailtrail.run(&["redrive", "undelivered", "--jobs", "1"]).expect(3);
    assert_eq!(run.stderr.matches("failed to deliver to the stream mail").count(), 1, "{}", run.stderr);
    aws.allow(Operation::PutRecordBatch);
    aws.delete_stream("mail");
    for options in [&["undelivered"][..], &["undelivered", "--dry-run"]] {
        assert_eq!(redrive(&mailtrail, options, 3)["left"], 100);
    }
    let all = aws.objects();
    assert!(before.iter().all(|(key, object)| all.get(key) == Some(object)));
    assert!(all.keys().all(|key| before.contains_key(key) || key.contains(".claim-")), "{all:?}");
}

#[test]
fn without_knowing_what_was_sent_nothing_is() {
    let (aws, mailtrail) = outage();
    redrive(&mailtrail, &["undelivered"], 0);
    aws.deny(Operation::GetObject);
    mailtrail.run(&["redrive", "undelivered"]).expect(3);
    aws.allow(Operation::GetObject);
    aws.deny(Operation::ListObjectsV2);
    mailtrail.run(&["redrive", "undelivered"]).expect(1);
    assert_eq!(taken(&aws).0, 100);
}

#[test]
fn damaged_and_hostile_objects_stay_and_the_others_are_sent() {
    let (mailtrail, stream) = local_outage();
    let folder = mailtrail.path("archive/undelivered/stream=out.ndjson/eventDay=20261120");
    let mut keys: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    keys.sort();
    let whole = fs::read(&keys[0]).unwrap();
    fs::write(&keys[0], &whole[..whole.len() - 3]).unwrap();
    fs::write(&keys[1], b"").unwrap();
    fs::write(&keys[2], zstd::bulk::compress(b"{\"class_uid\":7}\n", 1).unwrap()).unwrap();
    let name = |number: u32| folder.join(format!("20261120T101502Z-{number:032x}.ndjson.zst"));
    symlink("/etc/passwd", name(1)).unwrap();
    assert!(Command::new("mkfifo").arg(name(2)).status().unwrap().success());
    fs::write(folder.join("notes.txt"), "mine").unwrap();
    let answer = redrive(&mailtrail, &["undelivered", "--archive", "archive", "--stream", &stream], 3);
    assert_eq!((&answer["done"], &answer["objects_by_fate"]["unreadable"]), (&json!(40), &json!(6)));
    assert_eq!(uids(&fs::read_to_string(mailtrail.path("out.ndjson")).unwrap()).0, 40);
}

#[test]
fn the_name_of_a_folder_cannot_choose_another_stream_or_write_to_the_terminal() {
    let (mailtrail, _) = local_outage();
    let archive = mailtrail.path("archive/undelivered");
    for name in ["mail?packing=off", "a b", "\u{1b}[2J", "", &"x".repeat(65)] {
        let to = archive.join(format!("stream={name}/eventDay=20261120"));
        fs::create_dir_all(&to).unwrap();
        fs::write(to.join("20261120T101502Z-0a1b.ndjson.zst"), "x").unwrap();
    }
    fs::remove_dir_all(archive.join("stream=out.ndjson")).unwrap();
    let text = said(&mailtrail, &["undelivered", "--archive", "archive"], 3);
    assert_eq!(text.matches("not the name of a Firehose stream").count(), 5, "{text}");
    assert!(!text.contains('\u{1b}'), "{text}");
}

#[test]
fn receipts_of_another_archive_or_another_object_prove_nothing() {
    let (mailtrail, stream) = local_outage();
    let redriven = ["undelivered", "--archive", "archive", "--stream", &stream];
    assert_eq!(redrive(&mailtrail, &redriven, 0)["done"], 100);
    // The same events in other bytes, as another archive has them.
    let mut receipts = Vec::new();
    for key in mailtrail.files("archive").into_keys() {
        let path = mailtrail.path("archive").join(&key);
        if key.starts_with("undelivered/") {
            let lines = zstd::decode_all(&fs::read(&path).unwrap()[..]).unwrap();
            fs::write(&path, zstd::bulk::compress(&lines, 1).unwrap()).unwrap();
        } else if is_receipt(&key) {
            receipts.push(path);
        }
    }
    assert_eq!(redrive(&mailtrail, &redriven, 0)["done"], 100);
    // What lies in the place of a receipt and is not one.
    let new: Vec<_> = mailtrail
        .files("archive/redrive")
        .into_keys()
        .filter(|key| is_receipt(&format!("redrive/{key}")))
        .map(|key| mailtrail.path("archive/redrive").join(key))
        .filter(|path| !receipts.contains(path))
        .collect();
    fs::write(&new[0], "{}").unwrap();
    fs::copy(&new[2], &new[1]).unwrap();
    let answer = redrive(&mailtrail, &redriven, 3);
    assert_eq!((&answer["left"], &answer["already"], &answer["done"]), (&json!(40), &json!(60), &json!(0)));
    let text = said(&mailtrail, &redriven, 3);
    assert_eq!(text.matches("not sent, because of its receipt").count(), 2, "{text}");
    // A folder, which no receipt can be written over: nothing is sent before that is found.
    for path in &new {
        fs::remove_file(path).unwrap();
        fs::create_dir(path).unwrap();
    }
    let run = mailtrail.run(&[&["redrive"], &redriven[..]].concat()).expect(1);
    assert_eq!(run.stderr.matches("is a directory").count(), 5, "{}", run.stderr);
    // A link in the place of the receipts: then it is not known what was sent.
    fs::rename(mailtrail.path("archive/redrive"), mailtrail.path("elsewhere")).unwrap();
    symlink(mailtrail.path("elsewhere"), mailtrail.path("archive/redrive")).unwrap();
    mailtrail.run(&[&["redrive"], &redriven[..]].concat()).expect(1);
    assert_eq!(uids(&fs::read_to_string(mailtrail.path("out.ndjson")).unwrap()).0, 200);
}

#[test]
fn failed_invocations_are_archived_once_and_where_the_function_would_have() {
    let mailtrail = Mailtrail::new().env("MAILTRAIL_ARCHIVE", "archive");
    let failures = "failures/aws/lambda/mailtrail-workmail-events/2026/11/20";
    for name in ["on-failure.json", "on-failure-kinesis.json"] {
        mailtrail.write(&format!("{failures}/{name}"), fs::read(format!("{EVENTS}/{name}")).unwrap());
    }
    let dry = redrive(&mailtrail, &["failures", "failures", "--dry-run"], 0);
    assert_eq!((&dry["objects"], &dry["done"]), (&json!(2), &json!(0)));
    assert!(!mailtrail.path("archive").exists());
    let first = redrive(&mailtrail, &["failures", "failures"], 0);
    assert_eq!((&first["done"], &first["left"]), (&dry["left"], &json!(0)));
    let files = mailtrail.files("archive");
    assert!(files.keys().any(|key| key.starts_with("raw/region=eu-west-1/")), "{files:?}");
    assert!(!files.keys().any(|key| key.contains("region=unknown")), "{files:?}");
    let second = redrive(&mailtrail, &["failures", "failures"], 0);
    assert_eq!((&second["already"], &second["objects_by_fate"]["already"]), (&first["done"], &json!(2)));
    assert_eq!(mailtrail.files("archive"), files);

    mailtrail.write("failures/notes.txt", "mine");
    symlink("/etc/passwd", mailtrail.path("failures/link")).unwrap();
    let third = redrive(&mailtrail, &["failures", "failures"], 3);
    assert_eq!(third["objects_by_fate"]["unreadable"], 2);
    assert_eq!(mailtrail.files("archive"), files);
    mailtrail.run(&["redrive", "failures", "nowhere"]).expect(1);
}

#[test]
fn a_whole_bucket_of_failures_is_read() {
    let (aws, mailtrail) = with_a_bucket();
    aws.create_bucket("example-failures");
    // The stand-in takes objects from any archive: one whose raw copies are the objects.
    mailtrail.write_payloads(3, 10);
    mailtrail.run(&["ingest", "--archive", "s3://example-failures", "in"]).expect(0);
    let answer = redrive(&mailtrail, &["failures", "s3://example-failures/raw"], 0);
    assert_eq!((&answer["objects"], &answer["done"]), (&json!(3), &json!(30)));
    let whole = redrive(&mailtrail, &["failures", "s3://example-failures"], 3);
    assert_eq!((&whole["already"], &whole["left"]), (&json!(30), &json!(0)));
    assert!(aws.objects().keys().any(|key| key.starts_with(&format!("{BUCKET}/mail/raw/"))));
}

#[test]
fn what_was_quarantined_and_can_be_read_now_is_archived() {
    let mailtrail = Mailtrail::new().env("MAILTRAIL_ARCHIVE", "archive");
    mailtrail.write("in/large.gz", Traffic::new(5).batch(200).to_gzip());
    mailtrail.write("in/damaged.json", fs::read(format!("{EVENTS}/hostile/truncated-gzip.json")).unwrap());
    mailtrail.run(&["ingest", "--decoded-limit", "64KiB", "in"]).expect(3);
    let kept = mailtrail.files("archive");
    let dry = redrive(&mailtrail, &["quarantine", "--dry-run"], 3);
    assert_eq!((&dry["left"], &dry["objects_by_fate"]["unreadable"]), (&json!(200), &json!(1)));
    assert_eq!(mailtrail.files("archive"), kept);
    let first = redrive(&mailtrail, &["quarantine"], 3);
    assert_eq!((&first["objects"], &first["done"]), (&json!(2), &json!(200)));
    assert_eq!(first["objects_by_fate"]["unreadable"], 1);
    let second = redrive(&mailtrail, &["quarantine"], 3);
    assert_eq!((&second["already"], &second["done"]), (&json!(200), &json!(0)));
    let quarantined = |key: &&String| key.starts_with("quarantine/");
    let all = mailtrail.files("archive");
    assert_eq!(all.keys().filter(quarantined).count(), kept.keys().filter(quarantined).count());
}

#[test]
fn raw_copies_are_replayed_to_a_stream_by_choice_and_not_twice() {
    let mailtrail = Mailtrail::new().env("MAILTRAIL_ARCHIVE", "archive");
    mailtrail.run(&["ingest", EVENTS]).expect(3);
    let stream = |name: &str| format!("file://{}", mailtrail.path(name).display());
    let replay = |name: &str, options: &[&str], exit| {
        redrive(&mailtrail, &[&["raw", "--stream", &stream(name)], options].concat(), exit)
    };
    let all = replay("all.ndjson", &[], 0);
    assert_eq!(all["done"], all["events"]);
    assert_eq!(replay("all.ndjson", &[], 0)["already"], all["done"]);
    let lines = fs::read_to_string(mailtrail.path("all.ndjson")).unwrap();
    assert_eq!(json!(lines.lines().count()), all["done"]);

    let options = [
        "--since",
        "2026-11-20",
        "--until",
        "2026-11-20",
        "--log-group",
        "/aws/workmail/emailevents/example",
    ];
    let some = replay("some.ndjson", &options, 0);
    let is_asked_for = |line: &&str| {
        let record: Value = serde_json::from_str(line).unwrap();
        let time = record["time"].as_i64().unwrap();
        record["metadata"]["log_name"] == "/aws/workmail/emailevents/example"
            && (time == 0 || (1_795_132_800_000..1_795_219_200_000).contains(&time))
    };
    let mut expected: Vec<&str> = lines.lines().filter(is_asked_for).collect();
    let found = fs::read_to_string(mailtrail.path("some.ndjson")).unwrap();
    let mut found: Vec<&str> = found.lines().collect();
    expected.sort_unstable();
    found.sort_unstable();
    assert!(!found.is_empty() && found == expected, "{some}");

    let filtered = replay("mail.ndjson?classes=email_activity", &[], 0);
    assert_eq!((&filtered["events"], filtered["filtered"].as_u64() > Some(0)), (&all["events"], true));
    assert_eq!(replay("mail.ndjson?classes=email_activity", &[], 0)["already"], filtered["done"]);
}

#[test]
fn raw_copies_are_mapped_anew_into_another_archive() {
    let mailtrail = Mailtrail::new().env("MAILTRAIL_ARCHIVE", "archive").env("AWS_REGION", "eu-north-1");
    for (number, region) in ["eu-west-1", "ap-southeast-2"].into_iter().enumerate() {
        mailtrail.write(&format!("in/{number}.gz"), Traffic::new(number as u64).batch(30).to_gzip());
        mailtrail.run(&["ingest", "--region", region, &format!("in/{number}.gz")]).expect(0);
    }
    let files = mailtrail.files("archive");
    assert_eq!(redrive(&mailtrail, &["raw", "--to", "copy", "--dry-run"], 0)["left"], 60);
    assert!(!mailtrail.path("copy").exists());
    assert_eq!(redrive(&mailtrail, &["raw", "--to", "copy"], 0)["done"], 60);
    assert_eq!((&mailtrail.files("copy"), &mailtrail.files("archive")), (&files, &files));
    assert_eq!(redrive(&mailtrail, &["raw", "--to", "copy"], 0)["already"], 60);
    for to in ["archive", "./archive/", "archive/copy", "."] {
        let run = mailtrail.run(&["redrive", "raw", "--to", to]).expect(2);
        assert!(run.stderr.contains("give another one with --to"), "{}", run.stderr);
    }
    let raw = files.keys().find(|key| key.starts_with("raw/")).unwrap();
    fs::write(mailtrail.path("archive").join(raw), "damaged").unwrap();
    let answer = redrive(&mailtrail, &["raw", "--to", "copy-2"], 3);
    assert_eq!((&answer["done"], &answer["objects_by_fate"]["unreadable"]), (&json!(30), &json!(1)));
}

#[test]
fn a_pace_is_kept() {
    let (mailtrail, stream) = local_outage();
    let start = std::time::Instant::now();
    let options = ["undelivered", "--archive", "archive", "--stream", &stream, "--rate", "100"];
    assert_eq!(redrive(&mailtrail, &options, 0)["done"], 100);
    // The first 20 events wait for nothing.
    assert!(start.elapsed().as_millis() >= 800);
}

#[test]
fn an_archive_that_is_not_there_is_an_error_and_is_not_created() {
    let mailtrail = Mailtrail::new();
    for what in ["undelivered", "quarantine"] {
        let text = said(&mailtrail, &[what, "--archive", "nowhere"], 1);
        assert!(text.contains("there is nothing in nowhere"), "{text}");
    }
    mailtrail.run(&["redrive", "raw", "--archive", "nowhere", "--stream", "firehose:mail"]).expect(1);
    assert!(!mailtrail.path("nowhere").exists());
    mailtrail.run(&["redrive", "raw", "--archive", "nowhere"]).expect(2);
    mailtrail.run(&["redrive", "undelivered"]).expect(2);
}
