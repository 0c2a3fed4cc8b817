//! The list of `mailtrail trace`, and `mailtrail trace N`: a message of the last one.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use mailtrail_samples::Batch;
use serde_json::json;

use crate::mailtrail::{Mailtrail, archive_of};
use crate::trace::{DAY, HOUR, archive, event};

const LIST: &str = "cache/mailtrail/last-trace.json";

#[test]
fn a_number_is_that_of_the_last_list() {
    let mailtrail = archive();
    mailtrail.run(&["trace", "--status", "bounced"]).expect(0);
    let run = mailtrail.run(&["trace", "2"]).expect(0);
    assert!(run.stdout.starts_with("Offers\n"), "{}", run.stdout);
    assert!(
        !run.stderr.contains("another question") && !run.stderr.contains("has changed"),
        "{}",
        run.stderr
    );
    let same = mailtrail.run(&["trace", "--status", "bounced", "2", "--json"]).expect(0);
    assert!(same.stdout.contains(r#""journey":[{"#), "{}", same.stdout);
    let other = mailtrail.run(&["trace", "2", "--participant", "bob"]).expect(0);
    assert!(other.stderr.contains("the last list answers another question"), "{}", other.stderr);
    let missing = mailtrail.run(&["trace", "3"]).expect(1);
    assert!(missing.stderr.contains("the last list has 2 messages, and no 3"), "{}", missing.stderr);
}

#[test]
fn a_message_that_changed_since_the_list_is_told_as_it_is_now() {
    let mailtrail = archive();
    mailtrail.run(&["trace"]).expect(0);
    let late = event(5 * HOUR, "in-2", "MAILBOX_EMAIL_DELIVERED", json!({"recipient": "bob@example.com"}));
    mailtrail.write("later/1.gz", Batch::of(vec![late]).to_gzip());
    mailtrail.run(&["ingest", "later"]).expect(0);
    let run = mailtrail.run(&["trace", "2"]).expect(0);
    assert!(run.stdout.contains("Delivered to bob@example.com."), "{}", run.stdout);
    assert!(run.stderr.contains("the message has changed since the list was made"), "{}", run.stderr);
    let unchanged = mailtrail.run(&["trace", "3"]).expect(0);
    assert!(!unchanged.stderr.contains("has changed"), "{}", unchanged.stderr);
}

#[test]
fn the_list_says_nothing_of_people_and_is_the_users_alone() {
    let mailtrail = archive();
    mailtrail.run(&["trace", "--participant", "bob@example.com", "--subject", "offers"]).expect(0);
    let text = fs::read_to_string(mailtrail.path(LIST)).unwrap();
    assert!(
        text.contains("in-2") && !text.contains('@') && !text.to_lowercase().contains("offers"),
        "{text}"
    );
    let mode = |path: &str| fs::metadata(mailtrail.path(path)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(LIST), mode("cache/mailtrail")), (0o600, 0o700));
    assert_eq!(mailtrail.files("cache").len(), 1);
}

#[test]
fn a_list_that_is_missing_old_or_broken_is_refused() {
    let mailtrail = archive();
    let said = |mailtrail: &Mailtrail, arguments: &[&str]| mailtrail.run(arguments).expect(1).stderr;
    assert!(said(&mailtrail, &["trace", "1"]).contains("there is no last list"));
    // Only a list that people see has numbers.
    mailtrail.run(&["trace", "--json"]).expect(0);
    mailtrail.run(&["trace", "--count"]).expect(0);
    assert!(said(&mailtrail, &["trace", "1"]).contains("there is no last list"));
    mailtrail.run(&["trace"]).expect(0);
    let elsewhere = ["trace", "--archive", "elsewhere", "1"];
    assert!(said(&mailtrail, &elsewhere).contains("the last list is of another archive"));

    let text = fs::read_to_string(mailtrail.path(LIST)).unwrap();
    let made = text.find(r#""made":"#).unwrap() + 7;
    let end = made + text[made..].find(',').unwrap();
    fs::write(mailtrail.path(LIST), format!("{}1{}", &text[..made], &text[end..])).unwrap();
    assert!(said(&mailtrail, &["trace", "1"]).contains("older than a day, and gone"));
    assert!(!mailtrail.path(LIST).exists());
    fs::write(mailtrail.path(LIST), "a letter").unwrap();
    assert!(said(&mailtrail, &["trace", "1"]).contains("failed to read the last list"));

    let homeless = crate::mailtrail::archive_of(&[Batch::of(vec![event(
        0,
        "a",
        "OUTGOING_EMAIL_SENT",
        json!({"recipient": "a@example.net"}),
    )])]);
    let run = homeless.run(&["trace"]).expect(0);
    assert!(!run.stderr.contains("the journey of the last one"), "{}", run.stderr);
    assert!(said(&homeless, &["trace", "1"]).contains("neither HOME nor XDG_CACHE_HOME is set"));
}

#[test]
fn the_latest_messages_are_found_in_the_last_days() {
    let day = |day: i64| {
        let of_day = |number: i64| {
            let members = json!({"recipient": "bob@example.com", "folder": "Inbox"});
            event(day * DAY + number, &format!("in-{day}-{number}"), "MAILBOX_EMAIL_DELIVERED", members)
        };
        Batch::of((0..3).map(of_day).collect())
    };
    let mailtrail = archive_of(&(0..60).map(day).collect::<Vec<_>>());
    let all = mailtrail.run(&["trace", "--json"]).expect(0);
    let all: Vec<&str> = all.stdout.lines().collect();
    assert_eq!(all.len(), 180);
    for (limit, objects) in [(1, "6 objects"), (4, "9 objects"), (60, "60 objects"), (500, "60 objects")] {
        let run = mailtrail.run(&["trace", "--json", "--limit", &limit.to_string()]).expect(0);
        let latest: Vec<&str> = run.stdout.lines().collect();
        assert_eq!(latest, all[all.len().saturating_sub(limit)..], "{limit}");
        assert!(run.stderr.contains(objects), "{limit}: {}", run.stderr);
    }
}
