//! The cases of `tests/cases/activity`; and what is said beside an answer.

#[path = "../../../../tests/cases/activity/cases.rs"]
mod cases;

use cases::{Ask, activity_cases};

use super::*;

fn options(ask: &Ask) -> Vec<String> {
    let mut options = Vec::new();
    let texts = [
        ("--user", &ask.user),
        ("--role", &ask.role),
        ("--session", &ask.session),
        ("--access-key", &ask.access_key),
        ("--account", &ask.account),
        ("--source-ip", &ask.source_ip),
    ];
    for (option, value) in texts {
        options.extend(value.iter().flat_map(|value| [option.to_owned(), value.clone()]));
    }
    for (option, is_given) in [
        ("--failed", ask.failed),
        ("--follow", ask.follow),
        ("--not-owner", ask.not_owner || ask.event.as_deref() == Some("non_owner_access")),
        ("--impersonated", ask.event.as_deref() == Some("impersonation")),
    ] {
        options.extend(is_given.then(|| option.to_owned()));
    }
    options
}

#[test]
fn every_question_has_its_answer() {
    for case in activity_cases() {
        let mailtrail = Mailtrail::new().env("MAILTRAIL_ARCHIVE", "archive");
        mailtrail.write("in.json", case.payload());
        mailtrail.run(&["ingest", "in.json"]).expect(0);
        // Which sign-ins failed is no option of its own: --failed has them among others.
        let questions =
            case.questions.iter().filter(|question| question.ask.event.as_deref() != Some("failed_login"));
        for question in questions {
            let options = options(&question.ask);
            let options: Vec<&str> = options.iter().map(String::as_str).collect();
            let run = activity(&mailtrail, &[&options[..], &["--json"]].concat());
            let mut found: Vec<String> = records(&run)
                .iter()
                .map(|record| record["metadata"]["uid"].as_str().unwrap().to_owned())
                .collect();
            found.sort_unstable();
            assert_eq!(found, question.found, "{}: {options:?}", case.name);
        }
    }
}

fn archive_of_case(name: &str) -> Mailtrail {
    let case = activity_cases().into_iter().find(|case| case.name.contains(name)).unwrap();
    let mailtrail = Mailtrail::new().env("MAILTRAIL_ARCHIVE", "archive");
    mailtrail.write("in.json", case.payload());
    mailtrail.run(&["ingest", "in.json"]).expect(0);
    mailtrail
}

#[test]
fn it_says_which_identities_a_name_was_taken_for() {
    let mailtrail = archive_of_case("whose id it is");
    let run = activity(&mailtrail, &["--user", "ana", "--not-owner"]);
    let id = "S-1-1-11-1111111111-2222222222-3333333333-1001";
    assert!(run.stderr.contains(&format!("ana = {id}, from 1 sign-in\n")), "{}", run.stderr);
    assert_eq!(run.stdout.matches(id).count(), 1);
    let run = activity(&mailtrail, &["--user", id]);
    assert!(run.stderr.contains(&format!("{id} = ana, from 1 sign-in\n")), "{}", run.stderr);
}

#[test]
fn names_are_learned_from_the_month_before_the_range() {
    let mailtrail = archive_of_case("whose id it is");
    let found = |since: &str| {
        activity(&mailtrail, &["--user", "ana", "--since", since]).stderr.contains("ana = S-1-1-11-")
    };
    assert!(found("2026-12-20"));
    assert!(!found("2026-12-23"));
}

#[test]
fn copies_of_one_call_are_one_row_that_names_the_other_accounts() {
    let mailtrail = archive_of_case("delivers to two accounts");
    let run = activity(&mailtrail, &["--user", "alice", "--csv"]);
    let mut csv = csv::Reader::from_reader(run.stdout.as_bytes());
    let rows: Vec<HashMap<String, String>> = csv.deserialize().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0]["account"].as_str(), rows[0]["also_in"].as_str()), ("111122223333", "444455556666"));
    let run = activity(&mailtrail, &["--summary", "--json"]);
    assert_eq!(serde_json::from_str::<Value>(&run.stdout).unwrap()["events"], 1);
    assert!(activity(&mailtrail, &[]).stdout.contains("(also in 444455556666)"));
}

#[test]
fn an_event_that_was_cut_off_is_shown_as_such() {
    let mailtrail = archive_of_case("AWS cut off");
    assert!(activity(&mailtrail, &["--user", "alice"]).stdout.contains("ec2 DescribeInstances  cut off"));
    assert!(activity(&mailtrail, &["--csv"]).stdout.ends_with(",true,,,\n"));
}

#[test]
fn what_cannot_be_followed_is_named() {
    let mailtrail = archive_of(&[batch(vec![
        call(MORNING, 1, "alice", "AKIA1", "AssumeRole", &assumes("One", "ASIA1")),
        call(MORNING + 1, 2, "alice", "AKIA1", "AssumeRole", r#","responseElements":{}"#),
    ])]);
    let said = activity(&mailtrail, &["--user", "alice", "--follow"]).stderr;
    assert!(
        said.contains("not followed: ASIA1 (One/s): nothing that was read is signed with it\n"),
        "{said}"
    );
    assert!(said.contains(": the record does not hold the key\n"), "{said}");
}

/// The event with its message cut off behind that text.
fn cut_after(mut event: Event, text: &str) -> Event {
    let end = event.message.find(text).unwrap() + text.len();
    event.message.truncate(end);
    event.message.push_str("[Truncated...]");
    event
}

#[test]
fn a_call_that_was_cut_off_is_followed_by_the_key_that_is_left() {
    let archive = |text: &str| {
        let assume = call(MORNING, 1, "alice", "AKIA1", "AssumeRole", &assumes("Admin", "ASIA1"));
        archive_of(&[batch(vec![
            cut_after(assume, text),
            in_role(MORNING + 1_000, 2, "Admin", "ASIA1", "DeleteUser", ""),
        ])])
    };
    let follow = ["--user", "alice", "--follow"];
    let with_key = archive(r#""accessKeyId":"ASIA1"}"#);
    assert_eq!(acts(&with_key, &follow), ["alice AssumeRole", "Admin/s DeleteUser"]);
    assert!(!activity(&with_key, &follow).stderr.contains("not followed"));
    for text in [r#""roleSessionName":"s"}"#, r#""accessKeyId":"AS"#] {
        let without_key = archive(text);
        assert_eq!(acts(&without_key, &follow), ["alice AssumeRole"]);
        let said = activity(&without_key, &follow).stderr;
        assert!(said.contains("not followed: AssumeRole of Admin/s: the record is cut off\n"), "{said}");
    }
}

#[test]
fn that_nothing_was_found_is_explained() {
    let mailtrail = archive_of(&[
        batch(vec![call(MORNING, 1, "alice", "AKIA1", "DeleteUser", "")]),
        batch(vec![call(MORNING + DAY, 2, "alice", "AKIA1", "CreateUser", "")]),
    ]);
    let said = |options: &[&str]| {
        let run = activity(&mailtrail, options);
        let (explained, counts) = run.stderr.trim_end().rsplit_once('\n').unwrap();
        assert!(counts.contains("0 events found"), "{counts}");
        explained.to_owned()
    };
    insta::assert_snapshot!(said(&["--user", "Alice", "--event-name", "*DELETE*"]), @"
    nothing has --user `Alice`; did you mean `alice`? Upper and lower case differ
    nothing has --event-name `*DELETE*`; did you mean `DeleteUser`? Upper and lower case differ
    the archive has records of activity from 2026-11-20 to 2026-11-21
    what was read is of the log groups cloudtrail
    ");
    insta::assert_snapshot!(said(&["--user", "zoe", "--since", "2027-01-01"]), @"the archive has records of activity from 2026-11-20 to 2026-11-21");
    assert!(said(&["--source-ip", "198.51.100.0/24"]).contains("log groups cloudtrail"));
}

/// A sign-in to WorkMail.
fn signs_in(number: u128, user: &str, id: &str, is_successful: bool) -> Event {
    let message = format!(
        r#"{{"event_timestamp":{MORNING},"organization_arn":"arn:aws:workmail:eu-west-1:111122223333:organization/m-1",
        "user_id":"{id}","user":"{user}","source_ip":"203.0.113.9","auth_successful":{is_successful},
        "method":"basic","protocol":"IMAP"}}"#
    );
    Event { id: event_id(MORNING, number), timestamp: MORNING, message: message.replace('\n', "") }
}

#[test]
fn only_a_sign_in_that_succeeded_says_whose_name_an_id_is() {
    let mailtrail =
        archive_of(&[batch(vec![signs_in(1, "ana", "S-1-ana", true), signs_in(2, "ana", "S-1-eve", false)])]);
    let stderr = activity(&mailtrail, &["--user", "ana"]).stderr;
    assert!(stderr.contains("ana = S-1-ana, from 1 sign-in\n") && !stderr.contains("S-1-eve"), "{stderr}");
    let stderr = activity(&mailtrail, &["--user", "S-1-eve"]).stderr;
    assert!(!stderr.contains("S-1-eve = ana"), "{stderr}");
}
