//! What `mailtrail redrive` chooses: events by one clock, and a destination by its whole name.

use std::fs;

use mailtrail_faulty_aws::Operation;
use mailtrail_samples::Traffic;
use serde_json::{Value, json};

use crate::mailtrail::{BUCKET, Mailtrail, with_a_bucket};

/// 2026-11-21T00:05:00Z
const AFTER_MIDNIGHT: i64 = 1_795_219_500_000;

/// An archive with a call of 23:58 that reached CloudWatch Logs after midnight.
fn archive() -> Mailtrail {
    let mailtrail = Mailtrail::new();
    let call = json!({
        "eventVersion": "1.11",
        "eventID": "11111111-2222-4333-8444-555555555555",
        "eventTime": "2026-11-20T23:58:00Z",
        "eventSource": "s3.amazonaws.com",
        "eventName": "ListBuckets",
        "eventType": "AwsApiCall",
        "awsRegion": "eu-west-1",
        "recipientAccountId": "111122223333",
        "userIdentity": {"type": "IAMUser", "accountId": "111122223333", "userName": "alice"},
    });
    let payload = json!({
        "messageType": "DATA_MESSAGE",
        "owner": "111122223333",
        "logGroup": "example-trail",
        "logStream": "s",
        "subscriptionFilters": ["f"],
        "logEvents": [{"id": "1", "timestamp": AFTER_MIDNIGHT, "message": call.to_string()}],
    });
    fs::write(mailtrail.path("payload.json"), payload.to_string()).unwrap();
    mailtrail.run(&["ingest", "--archive", "archive", "payload.json"]).expect(0);
    mailtrail
}

#[test]
fn an_event_is_in_one_of_two_days_that_follow_each_other_whatever_the_time_of_its_record() {
    let mailtrail = archive();
    let lines = |day: &str| {
        let path = mailtrail.path(&format!("{day}.ndjson"));
        let stream = format!("file://{}", path.display());
        let range = ["--since", day, "--until", day, "--stream", &stream];
        mailtrail.run(&[&["redrive", "raw", "--archive", "archive"], &range[..]].concat()).expect(0);
        fs::read_to_string(path).unwrap_or_default().lines().count()
    };
    assert_eq!((lines("2026-11-20"), lines("2026-11-21")), (0, 1));
}

#[test]
fn what_one_file_got_is_not_done_for_another_one_of_its_name() {
    let mailtrail = archive();
    let replay = |folder: &str, exit| {
        fs::create_dir_all(mailtrail.path(folder)).unwrap();
        let stream = format!("file://{}/out.ndjson", mailtrail.path(folder).display());
        mailtrail.run(&["redrive", "raw", "--archive", "archive", "--stream", &stream]).expect(exit)
    };
    for folder in ["x", "y"] {
        replay(folder, 0);
        let path = mailtrail.path(&format!("{folder}/out.ndjson"));
        assert_eq!(fs::read_to_string(path).unwrap().lines().count(), 1);
    }
    let run = replay("x", 0);
    assert!(run.stdout.contains("1 event done before"), "{run:?}");
}

#[test]
fn the_folder_of_a_file_is_sent_to_no_firehose_stream_of_its_name() {
    let mailtrail = archive();
    let folder = mailtrail.path("archive/undelivered/stream=out.ndjson/eventDay=20261120");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("20261120T101502Z-0a1b.ndjson.zst"), "x").unwrap();
    let run = mailtrail.run(&["redrive", "undelivered", "--archive", "archive"]).expect(3);
    assert!((run.stdout + &run.stderr).contains("give the stream with --stream"));
}

/// What the command says, and its answer.
fn redrive(mailtrail: &Mailtrail, arguments: &[&str], exit: i32) -> (Value, String) {
    let run = mailtrail.run(&[&["redrive"], arguments, &["--json"]].concat()).expect(exit);
    (run.ledger(), run.stderr)
}

/// An archive in a bucket whose streams `mail` and `audit` took nothing of 20 events.
fn outage() -> (mailtrail_faulty_aws::FaultyAws, Mailtrail) {
    let (aws, mailtrail) = with_a_bucket();
    for stream in ["mail", "audit"] {
        aws.set_tags(stream, &[("LogDeliveryEnabled", "true")]);
    }
    aws.deny(Operation::PutRecordBatch);
    mailtrail.write_payloads(1, 20);
    mailtrail.run(&["ingest", "--stream", "firehose:mail", "--stream", "firehose:audit", "in"]).expect(3);
    aws.allow(Operation::PutRecordBatch);
    (aws, mailtrail)
}

#[test]
fn a_stream_of_the_same_name_in_another_region_or_account_got_nothing() {
    let (aws, mailtrail) = outage();
    let mail = ["undelivered", "--stream", "firehose:mail"];
    assert_eq!(redrive(&mailtrail, &mail, 0).0["done"], 20);
    let elsewhere = mailtrail.env("AWS_REGION", "us-east-1");
    assert_eq!(redrive(&elsewhere, &mail, 0).0["done"], 20);
    let here = elsewhere.env("AWS_REGION", "eu-west-1");
    assert_eq!(redrive(&here, &mail, 0).0["already"], 20);
    aws.set_account("444455556666");
    assert_eq!(redrive(&here, &mail, 0).0["done"], 20);
    assert_eq!(redrive(&here, &mail, 0).0["already"], 20);
    aws.deny(Operation::GetCallerIdentity);
    here.run(&["redrive", "undelivered"]).expect(1);
}

#[test]
fn a_mistyped_stream_is_named_with_those_that_there_are() {
    let (_aws, mailtrail) = outage();
    let (answer, said) = redrive(&mailtrail, &["undelivered", "--stream", "firehose:mial"], 3);
    assert_eq!(answer["events"], 0);
    assert!(
        said.contains("nothing below undelivered/ is of the stream firehose:mial; there is `mail`, `audit`"),
        "{said}"
    );
    let mailtrail = mailtrail.env("MAILTRAIL_STREAMS", "firehose:mial firehose:audit");
    let (answer, said) = redrive(&mailtrail, &["undelivered"], 3);
    assert!(answer["done"] == 20 && said.contains("firehose:mial; there is `mail`"), "{said}");
    // Where all that there is belongs to what was given, nothing is missing.
    let mailtrail = mailtrail.env("MAILTRAIL_STREAMS", "firehose:mail firehose:audit firehose:other");
    let (answer, said) = redrive(&mailtrail, &["undelivered"], 0);
    assert!(answer["already"] == 20 && said.contains("is of the stream firehose:other"), "{said}");
}

#[test]
fn a_mistyped_archive_is_an_error_that_says_what_is_there() {
    let (aws, in_s3) = outage();
    let (run, here) =
        (in_s3.run(&["redrive", "quarantine", "--archive", &format!("s3://{BUCKET}")]), archive());
    let said = run.expect(1).stderr;
    assert!(said.contains("there is no archive in s3://example-archive, but `mail`"), "{said}");
    // A link beside it tells nothing.
    std::os::unix::fs::symlink("/etc/passwd", here.path("link")).unwrap();
    for what in ["undelivered", "quarantine"] {
        let said = here.run(&["redrive", what, "--archive", "."]).expect(1).stderr;
        assert!(said.contains("there is no archive in ., but `archive`"), "{said}");
    }
    assert_eq!(redrive(&here, &["undelivered", "--archive", "archive"], 0).0["objects"], 0);
    assert!(aws.objects().keys().all(|key| !key.contains("/redrive/")));
}

#[test]
fn a_mistyped_place_of_failures_is_named_with_what_is_beside_it() {
    let (aws, mailtrail) = with_a_bucket();
    aws.create_bucket("example-failures");
    let nothing = ["failures", "s3://example-failures", "--archive", "archive"];
    assert_eq!(redrive(&mailtrail, &nothing, 0).0["objects"], 0);
    mailtrail.write_payloads(1, 20);
    mailtrail.run(&["ingest", "--archive", "s3://example-failures/aws/lambda", "in"]).expect(0);
    for (place, there) in [("aws/lambda/raww", "`raw`"), ("aws/lambada/raw", "`lambda`"), ("x", "`aws`")] {
        let place = format!("s3://example-failures/{place}");
        let (answer, said) = redrive(&mailtrail, &["failures", &place, "--archive", "archive"], 3);
        assert!(answer["objects"] == 0 && said.contains(&format!("there is {there}")), "{said}");
    }
}

#[test]
fn a_mistyped_log_group_and_another_time_are_said() {
    let mailtrail = archive();
    let out = format!("file://{}", mailtrail.path("out.ndjson").display());
    let to_stream = ["raw", "--archive", "archive", "--stream", &out];
    let to_archive = ["raw", "--archive", "archive", "--to", "copy", "--dry-run"];
    for to in [&to_stream[..], &to_archive] {
        let (answer, said) = redrive(&mailtrail, &[to, &["--log-group", "example-trial"]].concat(), 3);
        assert_eq!(answer["events"], 0);
        assert!(said.contains("the log group `example-trial`; there is `example-trail`"), "{said}");
    }
    let days = ["--since", "2025-11-20", "--until", "2025-11-20"];
    let (_, said) = redrive(&mailtrail, &[&to_stream[..], &days].concat(), 0);
    assert!(said.contains("there are no raw copies of that time, but of 20261121 to 20261121"), "{said}");
}

#[test]
fn a_dry_run_says_what_the_archive_has_already() {
    let mailtrail = Mailtrail::new().env("MAILTRAIL_ARCHIVE", "archive");
    mailtrail.write("in/large.gz", Traffic::new(5).batch(200).to_gzip());
    mailtrail.write("in/other.gz", Traffic::new(6).batch(20).to_gzip());
    mailtrail.run(&["ingest", "--decoded-limit", "64KiB", "--quarantine", "in"]).expect(3);
    let options: [&[&str]; 3] = [&["quarantine"], &["raw", "--to", "copy"], &["failures", "in"]];
    for (what, before) in options.into_iter().zip([0, 0, 220]) {
        let dry = [what, &["--dry-run"]].concat();
        let first = redrive(&mailtrail, &dry, 0).0;
        assert_eq!(first["already"], before, "{what:?}: {first}");
        let done = redrive(&mailtrail, what, 0).0;
        assert_eq!((&done["done"], &done["already"]), (&first["left"], &first["already"]), "{what:?}");
        let second = redrive(&mailtrail, &dry, 0).0;
        assert_eq!((&second["already"], &second["left"]), (&second["events"], &json!(0)), "{what:?}");
    }
}
