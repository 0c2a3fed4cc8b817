//! `mailtrail trace`: what it finds, and how it shows it.

use mailtrail_samples::{Batch, Event, event_id};
use serde_json::{Value, json};

use crate::mailtrail::{Mailtrail, archive_of};

/// 2026-11-20T08:00:00Z
pub(crate) const MORNING: i64 = 1_795_161_600_000;
pub(crate) const HOUR: i64 = 60 * 60 * 1000;
pub(crate) const DAY: i64 = 24 * HOUR;

/// An event of a leg, so many milliseconds after that.
pub(crate) fn event(after: i64, trace_id: &str, name: &str, mut members: Value) -> Event {
    members["eventName"] = name.into();
    let message = json!({"traceId": trace_id, "event": members}).to_string();
    let number = message.bytes().fold(0_u128, |sum, byte| sum * 31 % 1_000_003 + u128::from(byte));
    Event { id: event_id(MORNING + after, number), timestamp: MORNING + after, message }
}

/// A mail to two recipients, one of whom is of another company, whose server gives it back after three days; a mail to a
/// mailbox that is full; and one that a rule drops.
fn events() -> Vec<Event> {
    let (ana, bob, eve) = ("\"Lima, Ana\" <ana@example.com>", "bob@example.com", "eve@example.net");
    let verdicts =
        json!({"spamVerdict": "PASS", "spfVerdict": "FAIL", "dkimVerdict": "GRAY", "dmarcVerdict": "PASS"});
    let received = |from: &str, to: &str, subject: &str, id: &str| {
        let mut received = verdicts.clone();
        received["from"] = from.into();
        received["recipients"] = json!([to]);
        received["subject"] = subject.into();
        received["messageId"] = id.into();
        received
    };
    let subject = "=?utf-8?Q?Angebot_f=C3=BCr_M=C3=A4rz?=";
    vec![
        event(
            0,
            "out-1",
            "OUTGOING_EMAIL_SUBMITTED",
            json!({"from": ana, "recipients": [bob, eve], "subject": "Angebot für März"}),
        ),
        event(
            900,
            "out-1",
            "OUTGOING_EMAIL_SENT",
            json!({"from": ana, "recipient": bob, "messageId": "<m1@example.com>"}),
        ),
        event(1_000, "in-1", "ORGANIZATION_EMAIL_RECEIVED", received(ana, bob, subject, "<m1@example.com>")),
        event(1_500, "in-1", "MAILBOX_EMAIL_DELIVERED", json!({"recipient": bob, "folder": "Posteingang"})),
        event(
            3 * DAY,
            "out-1",
            "OUTGOING_EMAIL_BOUNCED",
            json!({"bouncedRecipient": {"emailAddress": eve, "status": "5.1.1", "reason": "550 5.1.1 user unknown"}}),
        ),
        event(
            2 * HOUR,
            "in-2",
            "ORGANIZATION_EMAIL_RECEIVED",
            received("news@example.org", bob, "Offers", "<m2@example.org>"),
        ),
        event(
            2 * HOUR + 500,
            "in-2",
            "INCOMING_EMAIL_BOUNCED",
            json!({"bouncedRecipient": {"emailAddress": bob, "status": "5.2.2", "reason": "mailbox full"}}),
        ),
        event(
            DAY,
            "in-3",
            "ORGANIZATION_EMAIL_RECEIVED",
            received("spam@example.org", "ana@example.com", "Win", "<m3@example.org>"),
        ),
        event(
            DAY + 500,
            "in-3",
            "RULE_APPLIED",
            json!({"ruleName": "no prizes", "ruleType": "INBOUND_RULE",
                   "ruleActions": [{"action": "DROP", "recipients": ["ana@example.com"]}]}),
        ),
    ]
}

/// That, and a folder for the last list.
pub(crate) fn archive() -> Mailtrail {
    let archive = archive_of(&[Batch::of(events())]);
    let cache = archive.path("cache").display().to_string();
    archive.env("XDG_CACHE_HOME", &cache)
}

pub(crate) fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The first trace ids of the messages that are found.
fn found(mailtrail: &Mailtrail, arguments: &[&str]) -> Vec<String> {
    let run = mailtrail.run(&[&["trace", "--json"], arguments].concat()).expect(0);
    let first = |line: Value| line["trace_ids"][0].as_str().unwrap().to_owned();
    lines(&run.stdout).into_iter().map(first).collect()
}

#[test]
fn a_list_has_a_line_for_each_message_with_the_fate_of_each_recipient() {
    let run = archive().run(&["trace"]).expect(0);
    insta::assert_snapshot!("trace-list", run.stdout);
    assert!(run.stderr.contains("3 messages found"), "{}", run.stderr);
}

#[test]
fn the_journey_tells_times_verdicts_bounces_and_what_helps() {
    let run = archive().run(&["trace", "--from", "Ana", "--to", "eve@EXAMPLE.net", "--detail"]).expect(0);
    insta::assert_snapshot!("trace-journey", run.stdout);
    let dropped = archive().run(&["trace", "spam@example.org", "--detail"]).expect(0);
    insta::assert_snapshot!("trace-journey-dropped", dropped.stdout);
}

#[test]
fn a_message_as_json_and_as_csv() {
    let mailtrail = archive();
    let json = mailtrail.run(&["trace", "--message-id", "m1@example.com", "--json", "--detail"]).expect(0);
    insta::assert_snapshot!("trace-json", json.stdout);
    let csv = mailtrail.run(&["trace", "<m1@example.com>", "--csv"]).expect(0);
    insta::assert_snapshot!("trace-csv", csv.stdout);
}

#[test]
fn every_filter_finds_what_it_says() {
    let mailtrail = archive();
    let cases: [(&[&str], &[&str]); 21] = [
        (&[], &["out-1", "in-2", "in-3"]),
        (&["--from", "ana@example.com"], &["out-1"]),
        (&["--from", "EXAMPLE.ORG"], &["in-2", "in-3"]),
        (&["--to", "bob"], &["out-1", "in-2"]),
        (&["--participant", "ana@"], &["out-1", "in-3"]),
        (&["bob@example.com"], &["out-1", "in-2"]),
        (&["--subject", "MÄRZ"], &["out-1"]),
        (&["--message-id", "<m2@example.org>"], &["in-2"]),
        (&["--trace-id", "in-1"], &["out-1"]),
        (&["--status", "bounced"], &["out-1", "in-2"]),
        (&["--status", "dropped"], &["in-3"]),
        (&["--status", "sent"], &[]),
        (&["--direction", "inbound"], &["in-2", "in-3"]),
        (&["--direction", "mixed"], &["out-1"]),
        (&["--from", "ana", "--to", "eve", "--status", "bounced"], &["out-1"]),
        (&["--limit", "1"], &["in-3"]),
        (&["--on", "2026-11-20"], &["out-1", "in-2"]),
        (&["--on", "2026-11-21"], &["out-1", "in-3"]),
        (&["--on", "2026-11-23"], &["out-1"]),
        (&["--on", "2026-11-23", "--from", "ana"], &["out-1"]),
        (&["--since", "2026-11-20T09:00:00Z", "--until", "2026-11-21"], &["out-1", "in-2"]),
    ];
    for (arguments, expected) in cases {
        assert_eq!(found(&mailtrail, arguments), expected, "{arguments:?}");
    }
}

#[test]
fn a_range_of_time_restricts_what_is_found_and_not_what_is_told_of_it() {
    let mailtrail = archive();
    let whole = mailtrail.run(&["trace", "--trace-id", "out-1", "--json"]).expect(0).stdout;
    for arguments in [&["--on", "2026-11-20"][..], &["--on", "2026-11-23"], &["--since", "2026-11-22"]] {
        let run = mailtrail.run(&[&["trace", "--json", "--from", "ana"], arguments].concat()).expect(0);
        assert_eq!(run.stdout, whole, "{arguments:?}");
    }
    // With a window of an hour, a bounce three days later is not read.
    let narrow = ["trace", "--json", "--from", "ana", "--on", "2026-11-20", "--window", "1h"];
    let message = lines(&mailtrail.run(&narrow).expect(0).stdout).remove(0);
    assert_eq!((&message["complete"], &message["events"]), (&false.into(), &4.into()), "{message}");
}

#[test]
fn messages_are_counted_and_grouped() {
    let mailtrail = archive();
    assert_eq!(mailtrail.run(&["trace", "--count"]).expect(0).stdout, "3\n");
    assert_eq!(mailtrail.run(&["trace", "--count", "--json"]).expect(0).stdout, "{\"messages\":3}\n");
    let groups = |by: &str| mailtrail.run(&["trace", "--csv", "--group-by", by]).expect(0).stdout;
    let all = ["status", "sender", "domain", "recipient", "day"].map(groups).join("\n");
    insta::assert_snapshot!("trace-groups", all);
    let text = mailtrail.run(&["trace", "--group-by", "status"]).expect(0).stdout;
    insta::assert_snapshot!("trace-groups-text", text);
    let json = mailtrail.run(&["trace", "--json", "--group-by", "day"]).expect(0).stdout;
    assert_eq!(lines(&json)[0], json!({"group": "2026-11-20", "messages": 2, "recipients": 3}));
}

#[test]
fn times_are_shown_in_the_zone_that_is_asked_for() {
    let mailtrail = archive();
    let run = mailtrail.run(&["trace", "--tz", "Asia/Tokyo", "--limit", "1"]).expect(0);
    assert!(
        run.stdout.contains("2026-11-21 17:00:00 ") && run.stderr.contains("times in Asia/Tokyo"),
        "{run:#?}"
    );
    let csv = mailtrail.run(&["trace", "--tz", "Asia/Tokyo", "--csv", "--limit", "1"]).expect(0).stdout;
    assert!(csv.contains("\n2026-11-21T17:00:00.000+09:00,"), "{csv}");
    let complaint = Mailtrail::new().complaint(&["trace", "--archive", "a", "--tz", "Mars/Crater"]);
    assert!(complaint.contains("unknown time zone `Mars/Crater`"), "{complaint}");
}

#[test]
fn what_the_audit_log_says_of_the_item_is_in_the_journey_where_it_names_it() {
    let mailtrail = archive();
    let before = mailtrail.run(&["trace", "bob@example.com", "--detail"]).expect(0).stdout;
    let access = |after: i64, item: &str| {
        let message = json!({"event_timestamp": MORNING + after, "request_id": format!("r-{after}"),
            "organization_arn": "arn:aws:workmail:eu-west-1:111122223333:organization/m-00000000000000000000000000000000",
            "user_id": "S-1-1-11-carla", "protocol": "IMAP", "source_ip": "203.0.113.20", "user_agent": "mail",
            "action": "delete", "owner_id": "S-1-1-11-bob", "object_type": "Message", "item_id": item,
            "folder_path": "/Posteingang", "folder_id": "f", "action_allowed": true});
        let id = event_id(MORNING + after, u128::from(after.unsigned_abs()));
        Event { id, timestamp: MORNING + after, message: message.to_string() }
    };
    let log = Batch {
        log_group: "/aws/workmail/audit/example".to_owned(),
        ..Batch::of(vec![access(HOUR, "<m1@example.com>"), access(2 * HOUR, "<m1@example.com.not>")])
    };
    mailtrail.write("audit/1.gz", log.to_gzip());
    mailtrail.run(&["ingest", "audit"]).expect(0);
    let after = mailtrail.run(&["trace", "bob@example.com", "--detail"]).expect(0).stdout;
    let added: Vec<&str> = after.lines().filter(|line| !before.contains(line)).collect();
    insta::assert_snapshot!("trace-access", added.join("\n"));
    let json = mailtrail.run(&["trace", "<m1@example.com>", "--json", "--detail"]).expect(0).stdout;
    let steps = lines(&json)[0]["journey"].as_array().unwrap().clone();
    let events: Vec<&str> = steps.iter().map(|step| step["event"].as_str().unwrap()).collect();
    assert_eq!(&events[3..], ["MAILBOX_EMAIL_DELIVERED", "delete", "OUTGOING_EMAIL_BOUNCED"]);
}

#[test]
fn several_archives_are_one_and_what_both_have_counts_once() {
    let mailtrail = archive();
    let all = mailtrail.run(&["trace", "--json"]).expect(0).stdout;
    let (outgoing, incoming): (Vec<_>, Vec<_>) =
        events().into_iter().partition(|event| event.message.contains("out-1"));
    for (name, events) in [("one", outgoing), ("other", incoming), ("both", events())] {
        mailtrail.write(&format!("in/{name}.gz"), Batch::of(events).to_gzip());
        mailtrail.run(&["ingest", "--archive", name, &format!("in/{name}.gz")]).expect(0);
    }
    for archives in [&["one", "other"][..], &["other", "one"], &["one", "both", "both"]] {
        let options = archives.iter().flat_map(|archive| ["--archive", archive]);
        let arguments: Vec<&str> = ["trace", "--json"].into_iter().chain(options).collect();
        assert_eq!(mailtrail.run(&arguments).expect(0).stdout, all, "{archives:?}");
    }
}

#[test]
fn what_contradicts_itself_is_wrong_usage() {
    for (arguments, expected) in [
        (&["trace", "--archive", "a", "--from", " "][..], "--from has no value"),
        (
            &["trace", "--archive", "a", "bob"],
            "expected the number of a message in the last list, or an address",
        ),
        (
            &["trace", "--archive", "a", "0"],
            "expected the number of a message in the last list, or an address",
        ),
        (&["trace", "--archive", "a", "a@b", "--participant", "c"], "give one of them"),
        (&["trace", "--archive", "a", "3", "--csv"], "--csv, --count and --group-by are of lists"),
        (&["trace", "--archive", "a", "--on", "7d"], "expected a day such as 2026-11-20"),
        (&["trace"], "missing archive"),
    ] {
        let complaint = Mailtrail::new().complaint(arguments);
        assert!(complaint.contains(expected), "{complaint}");
    }
}
