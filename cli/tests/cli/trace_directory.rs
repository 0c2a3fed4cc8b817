//! `mailtrail trace` with the directory of an organization in the archive.

use mailtrail_clock::Time;
use mailtrail_directory::{Group, Member, Snapshot, User};
use mailtrail_samples::Batch;
use serde_json::json;

use crate::mailtrail::{Mailtrail, archive_of};
use crate::trace::{DAY, MORNING, event, lines};

fn user(id: &str, name: &str, display_name: &str) -> User {
    User {
        id: id.to_owned(),
        name: Some(name.to_owned()),
        display_name: Some(display_name.to_owned()),
        address: Some(format!("{name}@example.com")),
        state: Some("ENABLED".to_owned()),
        ..User::default()
    }
}

/// A snapshot, so many days after the mail, in which a group has these members.
fn snapshot(days: i64, members: &[&str]) -> Snapshot {
    let organization =
        json!({"id": "m-0123456789abcdef0123456789abcdef", "account": "111122223333", "region": "eu-west-1"});
    let taken = Time::from_millis(MORNING + days * DAY).unwrap();
    let member = |id: &&str| Member { id: (*id).to_owned(), ..Member::default() };
    let staff = Group {
        id: "S-1-1-12-1".to_owned(),
        address: Some("staff@example.com".to_owned()),
        members: Some(members.iter().map(member).collect()),
        ..Group::default()
    };
    let users = [("S-1-1-11-1", "ana", "Ana Lima"), ("S-1-1-11-2", "bob", "=Bob\u{1b}[2J")];
    let users = users.map(|(id, name, display_name)| user(id, name, display_name)).to_vec();
    Snapshot {
        users: Some(users),
        groups: Some(vec![staff]),
        ..Snapshot::new(serde_json::from_value(organization).unwrap(), taken)
    }
    .sorted()
}

/// An archive of a mail to a group, of which one member is known to have got it.
fn archive(snapshots: &[Snapshot]) -> Mailtrail {
    let received = json!({"from": "eve@example.net", "recipients": ["staff@example.com"],
                          "subject": "Offer", "messageId": "<m1@example.net>"});
    let delivered = json!({"recipient": "ana@example.com", "folder": "Inbox"});
    let mailtrail = archive_of(&[Batch::of(vec![
        event(0, "in-1", "ORGANIZATION_EMAIL_RECEIVED", received),
        event(500, "in-1", "MAILBOX_EMAIL_DELIVERED", delivered),
    ])]);
    for snapshot in snapshots {
        mailtrail.write(&format!("archive/{}", snapshot.key()), snapshot.to_bytes().unwrap());
    }
    let cache = mailtrail.path("cache").display().to_string();
    mailtrail.env("XDG_CACHE_HOME", &cache)
}

/// Address, status and name of each recipient.
fn recipients(mailtrail: &Mailtrail, arguments: &[&str]) -> Vec<[String; 3]> {
    let run = mailtrail.run(&[&["trace", "--json"], arguments].concat()).expect(0);
    let [message] = lines(&run.stdout).try_into().unwrap();
    let text =
        |recipient: &serde_json::Value, name: &str| recipient[name].as_str().unwrap_or_default().to_owned();
    let recipients = message["recipients"].as_array().unwrap();
    recipients.iter().map(|it| ["address", "status", "name"].map(|name| text(it, name))).collect()
}

#[test]
fn a_group_is_expanded_to_its_members_and_recipients_have_names() {
    let with_both = archive(&[snapshot(-1, &["S-1-1-11-1", "S-1-1-11-2"])]);
    assert_eq!(
        recipients(&with_both, &[]),
        [
            ["staff@example.com", "expanded", ""],
            ["ana@example.com", "delivered", "Ana Lima"],
            ["bob@example.com", "pending", "=Bob\u{1b}[2J"],
        ]
    );
    let one = [["staff@example.com", "expanded", ""], ["ana@example.com", "delivered", ""]];
    assert_eq!(recipients(&archive(&[]), &[]), one, "without a directory");
}

#[test]
fn the_directory_is_that_of_the_time_that_is_asked_for() {
    let changed = archive(&[snapshot(-1, &["S-1-1-11-1"]), snapshot(3, &["S-1-1-11-1", "S-1-1-11-2"])]);
    assert_eq!(recipients(&changed, &["--on", "2026-11-20"]).len(), 2);
    assert_eq!(recipients(&changed, &[]).len(), 3);
}

#[test]
fn a_name_of_the_directory_has_no_power_and_a_snapshot_that_cannot_be_read_is_named() {
    let mailtrail = archive(&[snapshot(-1, &["S-1-1-11-1", "S-1-1-11-2"])]);
    for arguments in [&["trace"][..], &["trace", "--csv"], &["trace", "--detail"], &["trace", "--json"]] {
        let run = mailtrail.run(arguments).expect(0);
        assert!(!run.stdout.contains('\u{1b}') && !run.stdout.contains(",=Bob"), "{}", run.stdout);
    }
    let damaged = format!("archive/{}", snapshot(0, &[]).key());
    mailtrail.write(&damaged, "no zstd");
    let run = mailtrail.run(&["trace", "--json"]).expect(3);
    assert!(run.stderr.contains(damaged.strip_prefix("archive/").unwrap()), "{}", run.stderr);
    assert_eq!(lines(&run.stdout)[0]["recipients"][1]["name"], "Ana Lima", "that of the one before");
}
