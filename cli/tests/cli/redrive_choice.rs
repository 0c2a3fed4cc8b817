//! What `mailtrail redrive` chooses: events by one clock, and a destination by its whole name.

use std::fs;

use serde_json::json;

use crate::mailtrail::Mailtrail;

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
    replay("x", 0);
    let run = replay("y", 3);
    assert!((run.stdout + &run.stderr).contains("of another stream"));
    assert!(!mailtrail.path("y/out.ndjson").exists());
}

#[test]
fn the_folder_of_a_file_is_sent_to_no_firehose_stream_of_its_name() {
    let mailtrail = archive();
    let folder = mailtrail.path("archive/undelivered/stream=out.ndjson/eventDay=20261120");
    fs::create_dir_all(folder).unwrap();
    let run = mailtrail.run(&["redrive", "undelivered", "--archive", "archive"]).expect(3);
    assert!((run.stdout + &run.stderr).contains("give the stream with --stream"));
}
