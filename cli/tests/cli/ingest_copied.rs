//! `mailtrail ingest` and messages that stand in another log group as well: who can write there keeps no event out of the archive.

use mailtrail_samples::envelope::gzip;
use serde_json::{Value, json};

use crate::ingest_import::{counts, record, records};
use crate::mailtrail::Mailtrail;

/// 10:00 on 28 November 2026.
const TIME: u64 = 1_795_860_000_000;
const NAMES: [&str; 2] = ["archived", "in_archive_before"];

/// A payload of a subscription of this log group.
fn sent(log_group: &str, time: u64, message: &str) -> Vec<u8> {
    gzip(batch(log_group, time, message).as_bytes())
}

fn batch(log_group: &str, time: u64, message: &str) -> String {
    let payload = json!({
        "messageType": "DATA_MESSAGE", "owner": "111122223333", "logGroup": log_group, "logStream": "s",
        "subscriptionFilters": ["f"],
        "logEvents": [{"id": format!("{time:056}"), "timestamp": time, "message": message}],
    });
    payload.to_string()
}

fn audit() -> String {
    json!({"event_timestamp": TIME, "request_id": "r1", "source_ip": "203.0.113.9", "user_id": "u-1",
        "organization_arn": "arn:aws:workmail:us-east-1:111122223333:organization/m-1", "protocol": "IMAP",
        "auth_successful": "false"})
    .to_string()
}

fn ingest(mailtrail: &Mailtrail, arguments: &[&str]) -> [u64; 2] {
    let run = mailtrail.run(&[&["ingest", "--archive", "archive", "--json"], arguments].concat()).expect(0);
    counts(&run, NAMES)
}

fn found(mailtrail: &Mailtrail, arguments: &[&str]) -> usize {
    let found = mailtrail.run(&[arguments, &["--archive", "archive", "--json"]].concat());
    found.stdout.lines().count()
}

#[test]
fn a_copy_in_a_log_group_of_other_events_keeps_no_record_out() {
    let mailtrail = Mailtrail::new();
    let source = ["--source", "/app=other"];
    mailtrail.write("copy.gz", sent("/app", TIME, &record(1)));
    mailtrail.write("file.json.gz", records(&[1]));
    assert_eq!(ingest(&mailtrail, &[&source[..], &["copy.gz"]].concat()), [1, 0]);
    assert_eq!(ingest(&mailtrail, &[&source[..], &["file.json.gz"]].concat()), [1, 0]);
    assert_eq!(found(&mailtrail, &["activity"]), 1);
    // In one run, too, where the day is known before the copy comes.
    mailtrail.write("before.json.gz", records(&[2]));
    let order = ["before.json.gz", "copy.gz", "file.json.gz"];
    let arguments = [&["ingest", "--archive", "other", "--json"], &source[..], &order].concat();
    let arguments: [&str; 9] = arguments.try_into().unwrap();
    assert_eq!(counts(&mailtrail.run(&arguments).expect(0), NAMES), [3, 0]);
    // What is recognized in another batch of its payload proves nothing of it.
    let batches = [batch("/app", TIME, &record(1)), batch("/trail", TIME, &record(3))].concat();
    mailtrail.write("copy.gz", gzip(batches.as_bytes()));
    let arguments = arguments.map(|argument| if argument == "other" { "joint" } else { argument });
    assert_eq!(counts(&mailtrail.run(&arguments).expect(0), NAMES), [4, 0]);
}

#[test]
fn a_copy_of_another_time_keeps_no_event_out() {
    let mailtrail = Mailtrail::new();
    let group = ["--log-group", "/aws/workmail/audit"];
    mailtrail.write("copy.gz", sent(group[1], 1_000_000_000_000, &audit()));
    mailtrail.write("audit.json", audit());
    assert_eq!(ingest(&mailtrail, &["copy.gz"]), [1, 0]);
    assert_eq!(ingest(&mailtrail, &[&group[..], &["audit.json"]].concat()), [1, 0]);
    let day = ["--since", "2026-11-28", "--until", "2026-11-29"];
    assert_eq!(found(&mailtrail, &[&["search"], &day[..]].concat()), 1);
}

#[test]
fn each_log_group_keeps_and_shows_its_own_whatever_came_first() {
    let group = ["--log-group", "/aws/workmail/audit"];
    for copy_first in [true, false] {
        let mailtrail = Mailtrail::new();
        mailtrail.write("copy.gz", sent("/app", TIME, &audit()));
        mailtrail.write("audit.json", audit());
        let file = [&group[..], &["audit.json"]].concat();
        let mut order = [&["copy.gz"][..], &file];
        if !copy_first {
            order.reverse();
        }
        assert_eq!(order.map(|arguments| ingest(&mailtrail, arguments)), [[1, 0]; 2]);
        assert_eq!(found(&mailtrail, &[&["search"], &group[..]].concat()), 1);
        assert_eq!(found(&mailtrail, &["search"]), 2);
        // The subscription of the log group itself.
        mailtrail.write("sent.gz", sent(group[1], TIME + 1_000, &audit()));
        assert_eq!(ingest(&mailtrail, &["sent.gz"]), [1, 0]);
        assert_eq!(found(&mailtrail, &["search"]), 2);
    }
}

#[test]
fn a_file_that_was_ingested_with_the_wrong_log_group_can_be_with_the_right_one() {
    let mailtrail = Mailtrail::new();
    mailtrail.write("audit.json", audit());
    for group in ["wrong", "right"] {
        assert_eq!(ingest(&mailtrail, &["--log-group", group, "audit.json"]), [1, 0]);
        assert_eq!(found(&mailtrail, &["search", "--log-group", group]), 1, "{group}");
    }
}

#[test]
fn what_a_subscription_brought_of_workmail_is_left_out_of_what_log_delivery_wrote() {
    let mailtrail = Mailtrail::new();
    mailtrail.write("sent.gz", sent("/aws/workmail/audit", TIME + 1_000, &audit()));
    mailtrail.write("audit.json", audit());
    assert_eq!(ingest(&mailtrail, &["sent.gz"]), [1, 0]);
    assert_eq!(ingest(&mailtrail, &["audit.json"]), [0, 1]);
    let shown = mailtrail.run(&["search", "--archive", "archive", "--json"]).expect(0);
    let event: Value = serde_json::from_str(shown.stdout.lines().next().unwrap()).unwrap();
    assert!(event.to_string().contains("/aws/workmail/audit"), "{event}");
}

#[test]
fn an_event_that_was_delivered_after_midnight_is_one_in_any_order() {
    let group = ["--log-group", "/aws/workmail/audit"];
    // Half a second before midnight, in CloudWatch Logs half a second after.
    let message = audit().replace(&TIME.to_string(), "1795910399500");
    for turn in 0..2 {
        let mailtrail = Mailtrail::new();
        let mut files = [
            ("audit.json", message.clone()),
            ("export.log", format!("2026-11-29T00:00:00.500Z {message}\n")),
        ];
        files.rotate_left(turn);
        let ingested = files.map(|(name, text)| {
            mailtrail.write(name, text);
            ingest(&mailtrail, &[&group[..], &[name]].concat())
        });
        assert_eq!(ingested, [[1, 0], [0, 1]], "{turn}");
        assert_eq!(found(&mailtrail, &["search"]), 1);
    }
}
