//! `mailtrail trace` of what is not there, cannot be read, or was written to deceive.

use std::fs;

use mailtrail_clock::{Time, now};
use mailtrail_coverage::{Day, DayCoverage, DayState, Method, keep};
use mailtrail_samples::{Batch, Event, Traffic, event_id};
use serde_json::json;

use crate::mailtrail::{BUCKET, Mailtrail, archive_of, with_a_bucket};
use crate::trace::{DAY, HOUR, MORNING, archive, event, lines};

#[test]
fn where_nothing_is_found_stderr_says_what_there_is() {
    let mailtrail = archive();
    let run = mailtrail.run(&["trace", "--from", "anna@example.com"]).expect(0);
    assert_eq!(run.stdout, "");
    let _hidden = mailtrail.hide_what_differs();
    insta::assert_snapshot!("trace-nothing-found", run.stderr);
    assert_eq!(mailtrail.run(&["trace", "--subject", "nothing like it", "--json"]).expect(0).stdout, "");
    let csv = mailtrail.run(&["trace", "--subject", "nothing like it", "--csv"]).expect(0).stdout;
    assert_eq!(csv.lines().count(), 1, "{csv}");
    assert_eq!(mailtrail.run(&["trace", "--subject", "nothing like it", "--count"]).expect(0).stdout, "0\n");
}

#[test]
fn a_time_of_which_there_is_nothing_answers_nothing() {
    let mailtrail = archive();
    let run = mailtrail.run(&["trace", "--on", "2026-12-24"]).expect(3);
    assert!(run.stderr.contains("! there is nothing of the time that was asked for"), "{}", run.stderr);
    assert!(run.stderr.contains("there are email events from 2026-11-20 to 2026-11-23"), "{}", run.stderr);
    let run = mailtrail.run(&["trace", "--since", "2026-01-01"]).expect(0);
    assert!(run.stderr.contains("the archive begins on 2026-11-20"), "{}", run.stderr);
}

#[test]
fn an_archive_without_email_events_says_what_it_has() {
    let mailtrail = Mailtrail::new().env("MAILTRAIL_ARCHIVE", "archive");
    let run = mailtrail.run(&["trace"]).expect(3);
    assert!(run.stderr.contains("there are no email events in archive"), "{}", run.stderr);
    let call = format!("{}/../events/cloudtrail-iam-user.json", env!("CARGO_MANIFEST_DIR"));
    mailtrail.run(&["ingest", &call]).expect(0);
    let run = mailtrail.run(&["trace"]).expect(3);
    assert!(run.stderr.contains("it has events of the log group "), "{}", run.stderr);
    let id = event_id(MORNING, 1);
    let other = Event { id, timestamp: MORNING, message: "a line of a log".to_owned() };
    let mailtrail = archive_of(&[Batch::of(vec![other])]);
    let run = mailtrail.run(&["trace"]).expect(3);
    assert!(
        run.stderr.contains("it has events of the log group /aws/workmail/emailevents/example"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_message_of_which_an_object_cannot_be_read_is_incomplete() {
    let day = |number: i64| {
        let name = format!("leg-{number}");
        let members = json!({"from": "a@example.org", "recipients": ["b@example.com"], "subject": "x"});
        Batch::of(vec![event(number * DAY, &name, "ORGANIZATION_EMAIL_RECEIVED", members)])
    };
    let mailtrail = archive_of(&[day(0), day(1), day(20)]);
    let files = mailtrail.files("archive/email_activity");
    let key = files.keys().find(|key| key.contains("eventDay=20261121")).unwrap();
    fs::write(mailtrail.path(&format!("archive/email_activity/{key}")), "no zstd").unwrap();
    for arguments in [&["trace", "--json"][..], &["trace", "--json", "--from", "a@"]] {
        let run = mailtrail.run(arguments).expect(3);
        let complete = lines(&run.stdout).into_iter().map(|line| line["complete"].as_bool().unwrap());
        assert_eq!(complete.collect::<Vec<_>>(), [false, true], "{arguments:?}");
        assert_eq!(run.stderr.matches(key.as_str()).count(), 1, "{}", run.stderr);
    }
    assert!(mailtrail.run(&["trace"]).expect(3).stdout.contains("(events may be missing)"));
}

#[test]
fn what_senders_write_has_no_power_over_terminal_spreadsheet_or_script() {
    let hostile = "=cmd|' /C calc'!A0\u{1b}[2J\u{202e}\u{200b}";
    let encoded = "=?utf-8?B?4oCuG1syShtdMDt0aXRsZQc=?=";
    let received = json!({"from": format!("\"{hostile}\" <=x@example.org>"), "recipients": ["bob@example.com"],
                          "subject": hostile, "messageId": "<m@example.org>"});
    let rule = json!({"ruleName": hostile, "ruleType": "INBOUND_RULE", "targetFolder": hostile,
                      "ruleActions": [{"action": hostile, "recipients": [hostile]}]});
    let mailtrail = archive_of(&[Batch::of(vec![
        event(0, "=1+1\u{1b}", "ORGANIZATION_EMAIL_RECEIVED", received),
        event(1, "=1+1\u{1b}", "RULE_APPLIED", rule),
        event(
            2,
            "=1+1\u{1b}",
            "MAILBOX_EMAIL_DELIVERED",
            json!({"recipient": "bob@example.com", "folder": hostile}),
        ),
        event(
            3,
            "two",
            "ORGANIZATION_EMAIL_RECEIVED",
            json!({"from": format!("{encoded} <a@example.org>"), "recipients": ["bob@example.com"], "subject": encoded}),
        ),
    ])]);
    for arguments in [
        &["trace"][..],
        &["trace", "--detail"],
        &["trace", "--csv"],
        &["trace", "--json", "--detail"],
        &["trace", "--group-by", "sender"],
        &["trace", "--group-by", "sender", "--csv"],
        &["trace", "--group-by", "recipient", "--json"],
        &["trace", "--from", hostile],
    ] {
        let run = mailtrail.run(arguments).expect(0);
        for text in [&run.stdout, &run.stderr] {
            let is_power =
                |character: char| matches!(character, '\u{1b}' | '\u{202e}' | '\u{200b}' | '\u{7}');
            assert!(!text.contains(is_power), "{arguments:?}: {text}");
        }
        if arguments.contains(&"--csv") {
            let is_formula = |line: &str| line.split(',').any(|cell| cell.trim_matches('"').starts_with('='));
            assert!(!run.stdout.lines().any(is_formula), "{}", run.stdout);
        }
        if arguments.contains(&"--json") {
            lines(&run.stdout);
        }
    }
    let json = mailtrail.run(&["trace", "--json"]).expect(0).stdout;
    assert_eq!(lines(&json)[0]["subject"], hostile, "JSON has the text itself");
    assert!(lines(&json)[1]["subject"].as_str().unwrap().starts_with('\u{202e}'), "{json}");
}

#[test]
fn an_event_that_is_stored_twice_counts_once_and_two_contents_are_both_told() {
    let mailtrail = archive();
    let before = mailtrail.run(&["trace", "--json", "--detail"]).expect(0).stdout;
    // The same again, as a file without ids.
    let file: String = ["out-1", "in-1"]
        .iter()
        .flat_map(|_| {
            [json!({"traceId": "in-2", "event": {"eventName": "INCOMING_EMAIL_BOUNCED", "bouncedRecipient":
            {"emailAddress": "bob@example.com", "status": "5.2.2", "reason": "mailbox full"}}})]
        })
        .take(1)
        .map(|message| {
            json!({"events": [{"timestamp": MORNING + 2 * HOUR + 500, "message": message.to_string(),
            "ingestionTime": MORNING, "logStreamName": "email-events"}]})
            .to_string()
        })
        .collect();
    mailtrail.write("file.json", file);
    let log_group = "/aws/workmail/emailevents/example";
    let place = ["--log-group", log_group, "--account", "111122223333", "--region", "eu-west-1"];
    mailtrail.run(&[&["ingest", "file.json"][..], &place].concat()).expect(0);
    assert_eq!(mailtrail.run(&["trace", "--json", "--detail"]).expect(0).stdout, before);

    let one = event(9 * HOUR, "twice", "MAILBOX_EMAIL_DELIVERED", json!({"recipient": "bob@example.com"}));
    let other = Event { message: one.message.replace("bob", "eve"), ..one.clone() };
    for (number, event) in [one, other].into_iter().enumerate() {
        mailtrail.write(&format!("more/{number}.gz"), Batch::of(vec![event]).to_gzip());
    }
    mailtrail.run(&["ingest", "more"]).expect(0);
    let run = mailtrail.run(&["trace", "--json", "--trace-id", "twice"]).expect(3);
    assert_eq!(lines(&run.stdout)[0]["events"], 2);
    assert!(run.stderr.contains("is archived with different contents: all are shown"), "{}", run.stderr);
}

#[test]
fn a_reader_that_has_enough_is_no_failure() {
    let mailtrail = archive_of(&[Traffic::new(7).batch(2_000)]);
    mailtrail.run_for_a_line(&["trace", "--json"]).expect(0);
    mailtrail.run_for_a_line(&["trace", "--csv"]).expect(0);
}

#[test]
fn an_archive_in_s3_gives_the_same_answer() {
    let (_aws, mailtrail) = with_a_bucket();
    mailtrail.write_payloads(3, 50);
    mailtrail.run(&["ingest", "in"]).expect(0);
    mailtrail.run(&["ingest", "--archive", "copy", "in"]).expect(0);
    let arguments = ["trace", "--json", "--detail", "--archive"];
    let run = |archive: &str| mailtrail.run(&[&arguments[..], &[archive]].concat()).expect(0).stdout;
    let (s3, copy) = (run(&format!("s3://{BUCKET}/mail")), run("copy"));
    assert!(!s3.is_empty());
    assert_eq!(s3, copy);
}

#[test]
fn where_the_archive_lacks_events_nothing_is_concluded_from_their_absence() {
    let received = |after: i64, id: &str| {
        let members = json!({"from": "a@example.org", "recipients": ["b@example.com"], "subject": "x"});
        event(after, id, "ORGANIZATION_EMAIL_RECEIVED", members)
    };
    let mailtrail = archive_of(&[Batch::of(vec![
        received(0, "one"),
        received(10 * DAY, "two"),
        received(20 * DAY, "last"),
    ])]);
    let batch = Batch::of(Vec::new());
    let gap = DayCoverage {
        log_group: batch.log_group,
        account: batch.owner,
        region: "eu-west-1".to_owned(),
        day: Day::of(Time::from_millis(MORNING).unwrap()),
        source: Some(5),
        archive: 1,
        missing: Some(4),
        extra: Some(0),
        method: Method::Count,
        witness: None,
        state: DayState::Gap,
        checked: now(),
        is_final: false,
        reason: None,
    };
    let archive = mailtrail_archive::Archive::directory(mailtrail.path("archive")).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(keep(&archive, &[gap])).unwrap();
    let run = mailtrail.run(&["trace", "--json"]);
    let reasons = lines(&run.stdout).into_iter().map(|line| line["recipients"][0]["unknown_reason"].clone());
    assert_eq!(reasons.collect::<Vec<_>>(), [json!("gap"), json!("no_outcome"), json!(null)], "{run:#?}");
    let nothing = mailtrail.run(&["trace", "--from", "z@example.net"]).expect(3);
    assert!(
        nothing.stderr.contains("! of 1 day, the archive lacks events: mailtrail coverage shows which"),
        "{nothing:#?}"
    );
    mailtrail.run(&["trace", "--from", "z@example.net", "--since", "2026-12-01"]).expect(0);
}
