//! Names beside ids: from the snapshots of an archive, at the time of the event.

use mailtrail_clock::Time;
use mailtrail_directory::{ImpersonationRole, Snapshot, User};
use serde_json::json;

use super::*;

const ORGANIZATION: &str = "m-0123456789abcdef0123456789abcdef";
const OTHER: &str = "m-ffffffffffffffffffffffffffffffff";
const ANA: &str = "S-1-1-11-1111111111-2222222222-3333333333-1001";
const BOB: &str = "S-1-1-11-1111111111-2222222222-3333333333-1002";

/// An access of one user to the mailbox of another, so many days after the first.
fn access(days: i64, organization: &str, user: &str, owner: &str) -> Event {
    let time = MORNING + days * DAY;
    let message = json!({
        "event_timestamp": time, "user_id": user, "owner_id": owner, "action": "read", "item_id": "i-1",
        "organization_arn": format!("arn:aws:workmail:eu-west-1:111122223333:organization/{organization}"),
        "object_type": "Message", "source_ip": "203.0.113.9", "action_allowed": true,
    });
    let number = days.unsigned_abs().into();
    Event { id: event_id(time, number), timestamp: time, message: message.to_string() }
}

fn audit(events: Vec<Event>) -> Batch {
    Batch { log_group: "audit".to_owned(), ..Batch::of(events) }
}

fn user(id: &str, name: &str) -> User {
    User {
        id: id.to_owned(),
        name: Some(name.to_owned()),
        address: Some(format!("{name}@example.com")),
        aliases: Some(vec![format!("{name}.lima@example.com")]),
        state: Some("ENABLED".to_owned()),
        ..User::default()
    }
}

/// A snapshot, so many days after the first event.
fn snapshot(organization: &str, days: i64, users: Vec<User>) -> Snapshot {
    let organization = json!({"id": organization, "account": "111122223333", "region": "eu-west-1"});
    let taken = Time::from_millis(MORNING + days * DAY).unwrap();
    Snapshot { users: Some(users), ..Snapshot::new(serde_json::from_value(organization).unwrap(), taken) }
        .sorted()
}

fn put(mailtrail: &Mailtrail, snapshot: &Snapshot) -> String {
    let key = format!("archive/{}", snapshot.key());
    mailtrail.write(&key, snapshot.to_bytes().unwrap());
    key
}

fn people() -> Vec<User> {
    vec![user(ANA, "ana"), user(BOB, "bob")]
}

fn rows(mailtrail: &Mailtrail, arguments: &[&str]) -> Vec<HashMap<String, String>> {
    let run = activity(mailtrail, &[arguments, &["--csv"]].concat());
    csv::Reader::from_reader(run.stdout.as_bytes()).deserialize().map(Result::unwrap).collect()
}

#[test]
fn both_people_of_an_access_are_named_beside_their_ids() {
    let mailtrail = archive_of(&[audit(vec![access(0, ORGANIZATION, ANA, BOB)])]);
    let before = activity(&mailtrail, &["--not-owner", "--json"]).stdout;
    put(&mailtrail, &snapshot(ORGANIZATION, 0, people()));
    let run = activity(&mailtrail, &["--not-owner"]);
    assert!(run.stdout.contains(&format!("ana ({ANA})  WorkMail read")), "{}", run.stdout);
    assert!(run.stdout.contains(&format!("of bob ({BOB})")), "{}", run.stdout);
    assert!(
        run.stderr.contains("names are from 1 snapshot of the directory, of 2026-11-20, and from sign-ins\n"),
        "{}",
        run.stderr
    );

    let [row] = &rows(&mailtrail, &["--not-owner"])[..] else { panic!() };
    assert_eq!((row["who"].as_str(), row["owner"].as_str()), (ANA, BOB), "an id stays an id");
    assert_eq!((row["user_name"].as_str(), row["owner_name"].as_str()), ("ana", "bob"));
    assert_eq!(row["names"], format!("{ANA} = ana; {BOB} = bob"));

    let run = activity(&mailtrail, &["--not-owner", "--json"]);
    let members = before.trim_end().strip_suffix('}').unwrap();
    assert!(run.stdout.starts_with(members), "the record is as it was");
    let [record] = &records(&run)[..] else { panic!() };
    let name = |attribute: &str, id: &str, name: &str| json!({"name": attribute, "value": id, "type": "name", "provider": "mailtrail", "data": name});
    assert_eq!(
        record["enrichments"],
        json!([name("actor.user.uid", ANA, "ana"), name("resources[0].owner.uid", BOB, "bob")])
    );

    let summary = activity(&mailtrail, &["--summary"]).stdout;
    assert!(summary.contains(&format!("1 ana ({ANA})")), "{summary}");
    let run = activity(&mailtrail, &["--summary", "--json"]);
    let summary: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((&summary["by_identity"], &summary["names"]), (&json!({ANA: 1}), &json!({ANA: ["ana"]})));
}

#[test]
fn a_user_and_an_owner_are_found_by_name_address_and_alias() {
    let mailtrail =
        archive_of(&[audit(vec![access(0, ORGANIZATION, ANA, BOB), access(1, ORGANIZATION, BOB, BOB)])]);
    put(&mailtrail, &snapshot(ORGANIZATION, 0, people()));
    for asked in ["ana", "ana@example.com", "ana.lima@example.com", ANA] {
        assert_eq!(rows(&mailtrail, &["--user", asked]).len(), 1, "{asked}");
        assert_eq!(rows(&mailtrail, &["--user", asked, "--not-owner"]).len(), 1, "{asked}");
        assert_eq!(rows(&mailtrail, &["--owner", asked]).len(), 0, "{asked}");
    }
    assert_eq!(rows(&mailtrail, &["--owner", "bob"]).len(), 2);
    let said = activity(&mailtrail, &["--user", "ana"]).stderr;
    assert!(said.contains(&format!("ana = {ANA}, from snapshots of the directory\n")), "{said}");
    // A user without any activity is known, and nothing is like it.
    put(&mailtrail, &snapshot(ORGANIZATION, 1, vec![user("S-1-1-11-7", "eve")]));
    let said = activity(&mailtrail, &["--user", "eve"]).stderr;
    assert!(said.contains("eve = S-1-1-11-7") && !said.contains("nothing has"), "{said}");
}

#[test]
fn a_name_that_changed_hands_is_that_of_the_time() {
    let mailtrail = archive_of(&[audit(vec![
        access(1, ORGANIZATION, ANA, ANA),
        access(2, ORGANIZATION, BOB, BOB),
        access(11, ORGANIZATION, ANA, ANA),
        access(12, ORGANIZATION, BOB, BOB),
    ])]);
    put(&mailtrail, &snapshot(ORGANIZATION, 0, people()));
    put(&mailtrail, &snapshot(ORGANIZATION, 10, vec![user(ANA, "ana.old"), user(BOB, "ana")]));
    let found = rows(&mailtrail, &["--user", "ana"]);
    let found: Vec<(&str, &str)> = found.iter().map(|row| (&*row["user_name"], &*row["who"])).collect();
    assert_eq!(found, [("ana", ANA), ("ana", BOB)]);
    let said = activity(&mailtrail, &["--user", "ana"]).stderr;
    assert!(said.contains(&format!("ana = {ANA}, 2026-11-20 to 2026-11-30, from snapshots")), "{said}");
    assert!(said.contains(&format!("ana = {BOB}, since 2026-11-30, from snapshots")), "{said}");
    let names = rows(&mailtrail, &[]);
    let names: Vec<&str> = names.iter().map(|row| &*row["user_name"]).collect();
    assert_eq!(names, ["ana", "bob", "ana.old", "ana"]);
    // A range needs the snapshot before it, and no later one.
    let run = activity(&mailtrail, &["--user", "ana", "--since", "2026-11-21", "--until", "2026-11-22"]);
    assert!(run.stderr.contains("1 snapshot of the directory, of 2026-11-20"), "{}", run.stderr);
}

#[test]
fn equal_names_of_two_organizations_are_told_apart() {
    let of_other = Event { id: event_id(MORNING, 9), ..access(0, OTHER, BOB, BOB) };
    let mailtrail = archive_of(&[audit(vec![access(0, ORGANIZATION, ANA, ANA), of_other])]);
    put(&mailtrail, &snapshot(ORGANIZATION, 0, vec![user(ANA, "ana")]));
    put(&mailtrail, &snapshot(OTHER, 0, vec![user(BOB, "ana")]));
    let run = activity(&mailtrail, &["--user", "ana"]);
    for (id, organization) in [(ANA, ORGANIZATION), (BOB, OTHER)] {
        assert!(run.stderr.contains(&format!("ana = {id} of {organization}, ")), "{}", run.stderr);
        assert!(run.stdout.contains(&format!("ana ({id})")), "{}", run.stdout);
    }
}

#[test]
fn a_call_on_behalf_of_a_user_is_joined_by_the_id_of_the_identity_provider() {
    let identity = r#"{"type":"AssumedRole","principalId":"AROAEXAMPLE:s","accountId":"111122223333",
        "arn":"arn:aws:sts::111122223333:assumed-role/R/s","onBehalfOf":{"userId":"guid-1"}}"#;
    let mailtrail = archive_of(&[batch(vec![record(MORNING, 1, identity, "GetUser", "")])]);
    let linked = User { identity_provider_user_id: Some("guid-1".to_owned()), ..user(ANA, "ana") };
    put(&mailtrail, &snapshot(ORGANIZATION, 0, vec![linked]));
    for asked in ["ana", "ana@example.com", ANA, "guid-1"] {
        let [row] = &rows(&mailtrail, &["--user", asked])[..] else { panic!("{asked}") };
        assert_eq!(row["user_name"], "ana");
    }
}

#[test]
fn an_application_that_acts_as_a_user_has_a_name_too() {
    let mut event = access(0, ORGANIZATION, ANA, ANA);
    event.message = event.message.replacen('{', r#"{"impersonator_id":"role-1","#, 1);
    let mailtrail = archive_of(&[audit(vec![event])]);
    let role = ImpersonationRole {
        id: "role-1".to_owned(),
        name: Some("backup".to_owned()),
        ..ImpersonationRole::default()
    };
    let snapshot = Snapshot { impersonation_roles: Some(vec![role]), ..snapshot(ORGANIZATION, 0, people()) };
    put(&mailtrail, &snapshot);
    let run = activity(&mailtrail, &["--impersonated"]);
    assert!(run.stdout.contains(&format!("backup (role-1) as ana ({ANA})")), "{}", run.stdout);
}

#[test]
fn a_snapshot_that_cannot_be_read_is_named_and_the_rest_works() {
    let mailtrail = archive_of(&[audit(vec![access(0, ORGANIZATION, ANA, BOB)])]);
    put(&mailtrail, &snapshot(ORGANIZATION, 0, people()));
    let other = put(&mailtrail, &snapshot(ORGANIZATION, 1, vec![user(ANA, "eve")]));
    let whole = fs::read(mailtrail.path(&other)).unwrap();
    let compressed = |text: &str| zstd::encode_all(text.as_bytes(), 1).unwrap();
    for (damaged, reason) in [
        (whole[..whole.len() - 5].to_vec(), "failed to decompress"),
        (Vec::new(), "failed to decompress"),
        (b"no zstd".to_vec(), "failed to decompress"),
        (compressed(r#"{"format": 2}"#), "its format is 2, and this program reads formats up to 1"),
        (compressed("{\"format\": 1, \"taken\": \"\u{1b}[2J\"}"), "invalid snapshot"),
        (snapshot(OTHER, 1, people()).to_bytes().unwrap(), "its name is of another organization or time"),
    ] {
        mailtrail.write(&other, damaged);
        let run = mailtrail.run(&["activity", "--user", "ana", "--csv"]).expect(3);
        let named = format!("failed to read {}: ", other.strip_prefix("archive/").unwrap());
        assert!(run.stderr.contains(&named) && run.stderr.contains(reason), "{reason}: {}", run.stderr);
        assert!(!run.stderr.contains('\u{1b}'), "{}", run.stderr);
        assert!(run.stdout.contains(",ana,bob,"), "{}", run.stdout);
    }
    // Another file is none.
    mailtrail.write(&other, whole);
    mailtrail.write("archive/directory/notes.txt", "a note");
    mailtrail.run(&["activity"]).expect(0);
}

#[test]
fn a_name_has_no_power_over_a_terminal_a_spreadsheet_or_json() {
    let mailtrail = archive_of(&[audit(vec![access(0, ORGANIZATION, ANA, BOB)])]);
    let people = vec![user(ANA, "=cmd|'/c calc'!A0\u{1b}[2J\u{202e}"), user(BOB, "\"},\n{\u{9b}31m")];
    put(&mailtrail, &snapshot(ORGANIZATION, 0, people));
    for arguments in [&[][..], &["--csv"], &["--json"], &["--summary"], &["--user", "*"]] {
        let run = activity(&mailtrail, arguments);
        for text in [&run.stdout, &run.stderr] {
            assert!(!text.contains(['\u{1b}', '\u{9b}', '\u{202e}']), "{arguments:?} {text}");
        }
    }
    assert!(rows(&mailtrail, &[])[0]["user_name"].starts_with("'=cmd"));
    assert_eq!(records(&activity(&mailtrail, &["--json"])).len(), 1);
}
