//! `mailtrail activity`.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::io::{BufRead, BufReader};

use mailtrail_faulty_aws::{Config, Faults, FaultyAws};
use mailtrail_samples::{Batch, Event, event_id, sample_files};
use serde_json::Value;

use crate::mailtrail::{Mailtrail, Run, archive_of};

/// 2026-11-20T08:00:00Z.
const MORNING: i64 = 1_795_161_600_000;
const DAY: i64 = 86_400_000;

/// An archive of all samples that can be read: every source, every kind of identity, every trap.
fn archive_of_samples() -> Mailtrail {
    let mailtrail = Mailtrail::new().env("MAILTRAIL_ARCHIVE", "archive");
    for file in sample_files().into_iter().filter(|file| !file.name.starts_with("hostile/")) {
        mailtrail.write(&format!("in/{}", file.name), file.bytes);
    }
    mailtrail.run(&["ingest", "--region", "eu-west-1", "in"]).expect(0);
    mailtrail
}

/// A record of CloudTrail of that time and number: who, with which key, called what; and more members.
fn call(time: i64, number: u128, user: &str, key: &str, name: &str, more: &str) -> Event {
    let identity = format!(
        r#"{{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/{user}","accountId":"111122223333",
        "accessKeyId":"{key}","userName":"{user}"}}"#
    );
    record(time, number, &identity, name, more)
}

/// The same in a session of a role.
fn in_role(time: i64, number: u128, role: &str, key: &str, name: &str, more: &str) -> Event {
    let identity = format!(
        r#"{{"type":"AssumedRole","principalId":"AROAEXAMPLE:s","accountId":"111122223333","accessKeyId":"{key}",
        "arn":"arn:aws:sts::111122223333:assumed-role/{role}/s","sessionContext":{{"sessionIssuer":
        {{"type":"Role","arn":"arn:aws:iam::111122223333:role/{role}"}}}}}}"#
    );
    record(time, number, &identity, name, more)
}

fn record(time: i64, number: u128, identity: &str, name: &str, more: &str) -> Event {
    let service = if name == "AssumeRole" { "sts" } else { "iam" };
    let seconds = time.div_euclid(1_000);
    let (days, second) = (seconds.div_euclid(86_400) - MORNING / DAY, seconds.rem_euclid(86_400));
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    let message = format!(
        r#"{{"eventVersion":"1.11","userIdentity":{identity},"eventTime":
        "2026-11-{day:02}T{hour:02}:{minute:02}:{second:02}Z","eventSource":"{service}.amazonaws.com",
        "eventName":"{name}","awsRegion":"eu-west-1","sourceIPAddress":"203.0.113.20",
        "eventID":"{number}","eventType":"AwsApiCall","recipientAccountId":"111122223333"{more}}}"#,
        day = 20 + days,
    );
    Event { id: event_id(time, number), timestamp: time, message: message.replace('\n', "") }
}

/// What a call of `AssumeRole` has besides.
fn assumes(role: &str, key: &str) -> String {
    format!(
        r#","requestParameters":{{"roleArn":"arn:aws:iam::111122223333:role/{role}","roleSessionName":"s"}},
        "responseElements":{{"credentials":{{"accessKeyId":"{key}"}},"assumedRoleUser":
        {{"arn":"arn:aws:sts::111122223333:assumed-role/{role}/s"}}}}"#
    )
}

fn batch(events: Vec<Event>) -> Batch {
    Batch { log_group: "cloudtrail".to_owned(), ..Batch::of(events) }
}

fn activity(mailtrail: &Mailtrail, arguments: &[&str]) -> Run {
    mailtrail.run(&[&["activity"], arguments].concat()).expect(0)
}

fn records(run: &Run) -> Vec<Value> {
    run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Who did what: by CSV.
fn deeds(mailtrail: &Mailtrail, arguments: &[&str]) -> Vec<String> {
    let run = activity(mailtrail, &[arguments, &["--csv"]].concat());
    let mut csv = csv::Reader::from_reader(run.stdout.as_bytes());
    let rows = csv.deserialize::<HashMap<String, String>>();
    rows.map(|row| row.map(|row| format!("{} {}", row["who"], row["event"])).unwrap()).collect()
}

fn names(mailtrail: &Mailtrail, arguments: &[&str]) -> Vec<String> {
    let run = activity(mailtrail, &[arguments, &["--json"]].concat());
    let name = |record: &Value| record["api"]["operation"].as_str().unwrap_or_default().to_owned();
    records(&run).iter().map(name).collect()
}

#[test]
fn every_act_of_a_user_is_found_under_whatever_role_it_was() {
    let mailtrail = archive_of_samples();
    let run = activity(&mailtrail, &["--user", "alice", "--follow"]);
    insta::assert_snapshot!(run.stdout, @r#"
    2026-11-20
    time          who                    event                                     result                 from                    via                                     about
    10:14:00Z     alice                  ec2 StartInstances                        ok                     203.0.113.20
    10:14:10Z     alice                  sts GetSessionToken                       ok                     203.0.113.20                                                    {"durationSeconds":3600,"serialNumber":"arn:aws:iam::111122223333:mfa/alice"}
    10:14:10Z     alice                  iam DeleteUser                            AccessDenied           203.0.113.20                                                    {"userName":"bob"}
    10:14:10Z     alice                  s3 DeleteObjects                          ok                     203.0.113.20                                                    arn:aws:s3:::example
    10:14:10Z     Admin/alice            example DeleteListener                    ok                     203.0.113.20            Admin/alice
    10:14:10Z     alice                  workmail CreateAlias                      ok                     203.0.113.20                                                    {"organizationId":"m-0123456789abcdef0123456789abcdef","alias":"sales@example.com"}
    10:14:10Z     alice                  s3 ListBuckets                            ok                     2001:db8::20
    10:14:10Z     Admin/alice            workmail PutMailboxPermissions            ok                     203.0.113.20            Admin/alice                             {"organizationId":"m-0123456789abcdef0123456789abcdef","enti…"granteeId":"S-grantee","permissionValues":["FULL_ACCESS"]}
    10:14:10Z     alice                  signin CheckMfa                           ok                     198.51.100.7
    10:14:10Z     alice                  sts AssumeRole                            ok                     203.0.113.20                                                    Admin/alice
    10:14:11Z     alice                  iam ListRoles                             ok                     203.0.113.20            GetSessionToken
    10:14:11Z     alice                  iam DeleteUser                            NoSuchEntityException  203.0.113.20                                                    {"userName":"bob"}
    10:14:11Z     Admin/alice            example DeleteTags                        ok                     203.0.113.20            Admin/alice
    10:14:11Z     alice                  workmail DeleteAlias                      ok                     203.0.113.20                                                    {"organizationId":"m-0123456789abcdef0123456789abcdef","alias":"sales@example.com"}
    10:14:11Z     Admin/alice            iam CreateUser                            ok                     203.0.113.20            Admin/alice                             {"userName":"mallory"}
    10:14:11Z     alice                  s3 ListBuckets                            ok                     athena.amazonaws.com
    10:14:11Z     alice                  signin ConsoleLogin                       ok                     198.51.100.7
    10:14:12Z     alice                  iam DeleteUser                            Rate exceeded          203.0.113.20                                                    {"userName":"bob"}
    10:14:12Z     Admin/alice            example BatchGetItem                      ok                     203.0.113.20            Admin/alice
    10:14:12Z     alice                  s3 ListBuckets                            ok                     AWS Internal/7
    10:14:12Z     alice                  sts AssumeRole                            ok                     203.0.113.20            GetSessionToken                         Support/laptop
    10:14:12Z     alice                  signin ConsoleLogin                       Failed authentication  198.51.100.7
    10:14:12Z     alice                  sts AssumeRole                            AccessDenied           203.0.113.20                                                    Admin/alice
    10:14:13Z     Support/laptop         s3 ListBuckets                            ok                     203.0.113.20            Support/laptop
    10:14:13Z     Admin/alice            example Invoke                            ok                     203.0.113.20            Admin/alice
    10:14:13Z     alice                  s3 ListBuckets                            ok                     vpce-0123456789abcdef0
    10:14:14Z     Admin/alice            example Settle                            ok                     203.0.113.20            Admin/alice
    10:14:14Z     Support/laptop         sts AssumeRole                            ok                     203.0.113.20            Support/laptop                          MailAdmin/ticket-4711
    10:14:14Z     alice                  s3 ListBuckets
    10:14:15Z     MailAdmin/ticket-4711  workmail ResetPassword                    ok                     203.0.113.20            Support/laptop → MailAdmin/ticket-4711  {"organizationId":"m-0123456789abcdef0123456789abcdef","userId":"S-owner","password":"HIDDEN_DUE_TO_SECURITY_REASONS"}
    10:14:15Z     Admin/alice            workmail CreateUser                       ok                     203.0.113.20            Admin/alice                             {"name":"femi"}
    10:14:16Z     MailAdmin/ticket-4711  workmail PutMailboxPermissions            ok                     203.0.113.20            Support/laptop → MailAdmin/ticket-4711  {"organizationId":"m-0123456789abcdef0123456789abcdef","enti…"granteeId":"S-grantee","permissionValues":["FULL_ACCESS"]}
    10:14:16Z     Admin/alice            example AssumeRole                        ok                     203.0.113.20            Admin/alice
    10:14:17Z     MailAdmin/ticket-4711  iam DeleteUser                            AccessDenied           203.0.113.20            Support/laptop → MailAdmin/ticket-4711  {"userName":"bob"}
    10:14:17Z     Admin/alice            workmailMessageFlow GetRawMessageContent  ok                     203.0.113.20            Admin/alice
    10:15:02.25Z  alice                  s3 GetObject                              ok                     203.0.113.20                                                    {"bucketName":"example","key":"a \"quoted\" name\u00e9"}
    "#);
}

#[test]
fn everything_a_role_did_is_found_in_all_its_sessions() {
    let mailtrail = archive_of_samples();
    let by_name = activity(&mailtrail, &["--role", "Support"]).stdout;
    insta::assert_snapshot!(by_name, @r#"
    2026-11-20
    time       who                  event                  result        from          about
    10:14:13Z  Support/laptop       s3 ListBuckets         ok            203.0.113.20
    10:14:14Z  Support/laptop       sts AssumeRole         ok            203.0.113.20  MailAdmin/ticket-4711
    10:14:18Z  Support/night-shift  workmail DescribeUser  ok            203.0.113.20  {"userId":"S-owner"}
    10:14:19Z  Support/night-shift  s3 DeleteBucket        AccessDenied  203.0.113.20  {"bucketName":"example"}
    "#);
    let arn = "arn:aws:iam::111122223333:role/Support";
    assert_eq!(activity(&mailtrail, &["--role", arn]).stdout, by_name);
    let sessions = ["laptop", "night-shift"].map(|name| names(&mailtrail, &["--session", name]));
    assert_eq!(sessions, [["ListBuckets", "AssumeRole"], ["DescribeUser", "DeleteBucket"]]);
}

#[test]
fn what_a_key_touched_from_where_and_what_failed_is_summed_up() {
    let mailtrail = archive_of_samples();
    let key = ["--access-key", "AKIAEXAMPLEALICE"];
    insta::assert_snapshot!(activity(&mailtrail, &[&key[..], &["--summary"]].concat()).stdout, @"
    17 events, 5 failed
    first seen 2026-11-20T10:14:00Z, last seen 2026-11-20T10:14:14Z
      who       17 alice
      events    5 ListBuckets
                3 DeleteUser
                2 AssumeRole
                2 ConsoleLogin
                1 CheckMfa
                1 CreateAlias
                1 DeleteObjects
                1 GetSessionToken
                1 StartInstances
      services  6 s3
                3 iam
                3 signin
                3 sts
                1 ec2
                1 workmail
      from      9 203.0.113.20
                3 198.51.100.7
                1 2001:db8::20
                1 AWS Internal/7
                1 athena.amazonaws.com
                1 vpce-0123456789abcdef0
      errors    2 AccessDenied
                1 Failed authentication
                1 NoSuchEntityException
                1 Rate exceeded
    ");
    let run = activity(&mailtrail, &[&key[..], &["--failed", "--summary", "--json"]].concat());
    insta::assert_snapshot!(run.stdout, @r#"{"events":5,"failed":5,"first_seen":"2026-11-20T10:14:10Z","last_seen":"2026-11-20T10:14:12Z","by_identity":{"alice":5},"by_event":{"DeleteUser":3,"AssumeRole":1,"ConsoleLogin":1},"by_service":{"iam":3,"signin":1,"sts":1},"by_source":{"203.0.113.20":4,"198.51.100.7":1},"by_error":{"AccessDenied":2,"Failed authentication":1,"NoSuchEntityException":1,"Rate exceeded":1}}"#);
}

#[test]
fn who_opened_the_mailbox_of_somebody_else_is_found() {
    let mailtrail = archive_of_samples();
    let run = activity(&mailtrail, &["--not-owner"]);
    insta::assert_snapshot!(run.stdout, @"
    2026-11-20
    time           who                                                       event                     result  from                    about
    10:15:01.07Z   S-1-1-11-1111111111-2222222222-3333333333-1001            WorkMail read             ok      203.0.113.9             Message /Inbox/Payroll of S-1-1-11-1111111111-2222222222-3333333333-1002
    10:15:01.077Z  S-1-1-11-1111111111-2222222222-3333333333-1001            WorkMail delete           failed  203.0.113.9             Message /Inbox/Payroll of S-1-1-11-1111111111-2222222222-3333333333-1002
    10:15:01.084Z  S-1-1-11-1111111111-2222222222-3333333333-1001            WorkMail create           ok      203.0.113.9             Folder /Archive/2026 of S-1-1-11-1111111111-2222222222-3333333333-1002
    10:15:01.091Z  S-1-1-11-1111111111-2222222222-3333333333-1001            WorkMail read_attachment  ok      203.0.113.9             Attachment Forwarded message/salaries.xlsx /Inbox of S-1-1-11-1111111111-2222222222-3333333333-1002
    10:15:01.098Z  S-1-1-11-1111111111-2222222222-3333333333-1001            WorkMail move_to          ok      203.0.113.9             Message /Deleted Items of S-1-1-11-1111111111-2222222222-3333333333-1002
    10:15:01.112Z  imp-01 as S-1-1-11-1111111111-2222222222-3333333333-1001  WorkMail read_hierarchy   ok      203.0.113.9             Folder / of S-1-1-11-1111111111-2222222222-3333333333-1002
    10:15:01.189Z  S-1-1-11-1111111111-2222222222-3333333333-1001            WorkMail update           ok      203.0.113.9             Message of S-1-1-11-1111111111-2222222222-3333333333-1002
    10:15:01.238Z  S-1-1-11-1111111111-2222222222-3333333333-1001            WorkMail read             ok      203.0.113.9             of S-1-1-11-1111111111-2222222222-3333333333-1002
    10:15:01.287Z  S-1-1-11-1111111111-2222222222-3333333333-1001            WorkMail purge            ok      workmail.amazonaws.com  Calendar of S-1-1-11-1111111111-2222222222-3333333333-1002
    ");
    assert_eq!(names(&mailtrail, &["--not-owner", "--impersonated"]), ["read_hierarchy"]);
}

#[test]
fn the_records_are_printed_byte_for_byte_in_order_of_time() {
    let mailtrail = archive_of_samples();
    let mut stored = BTreeSet::new();
    for class in ["api_activity", "authentication", "entity_management"] {
        for content in mailtrail.files(&format!("archive/{class}")).values() {
            let text = String::from_utf8(zstd::decode_all(content.0.as_slice()).unwrap()).unwrap();
            stored.extend(text.lines().map(str::to_owned));
        }
    }
    let run = activity(&mailtrail, &["--json"]);
    let acts = |line: &&str| !line.contains(r#""class_uid":0,"#);
    assert_eq!(run.stdout.lines().filter(acts).map(str::to_owned).collect::<BTreeSet<_>>(), stored);
    let days: Vec<i64> = records(&run).iter().map(|record| record["time"].as_i64().unwrap()).collect();
    assert!(days.is_sorted() && days.len() > stored.len());
}

#[test]
fn a_call_that_names_no_address_is_the_callers_all_the_same() {
    let mailtrail = archive_of_samples();
    let run = activity(&mailtrail, &["--user", "alice", "--event-name", "ListBuckets", "--json"]);
    let classes: Vec<u64> =
        records(&run).iter().map(|record| record["class_uid"].as_u64().unwrap()).collect();
    assert_eq!(classes, [6003, 6003, 6003, 6003, 0]);
}

#[test]
fn a_role_that_was_taken_on_did_nothing_yet() {
    let taken = call(MORNING, 1, "alice", "AKIA1", "AssumeRole", &assumes("Admin", "ASIA1"));
    let mailtrail = archive_of(&[batch(vec![taken])]);
    for filter in [["--role", "Admin"], ["--session", "s"], ["--access-key", "ASIA1"], ["--arn", "*Admin*"]] {
        assert!(deeds(&mailtrail, &filter).is_empty(), "{filter:?}");
    }
    for filter in [["--user", "alice"], ["--access-key", "AKIA1"], ["--arn", "*:user/alice"]] {
        assert_eq!(deeds(&mailtrail, &filter), ["alice AssumeRole"], "{filter:?}");
    }
}

#[test]
fn filters_are_exact_and_all_must_match() {
    let mailtrail = archive_of(&[batch(vec![
        call(MORNING, 1, "alice", "AKIA1", "CreateUser", ""),
        call(MORNING + 1_000, 2, "alice", "AKIA2", "DeleteUser", r#","errorCode":"AccessDenied""#),
        call(MORNING + 2_000, 3, "Alice", "AKIA3", "DeleteRole", ""),
    ])]);
    assert_eq!(names(&mailtrail, &["--user", "alice"]), ["CreateUser", "DeleteUser"]);
    assert_eq!(names(&mailtrail, &["--user", "Alice"]), ["DeleteRole"]);
    assert_eq!(
        names(&mailtrail, &["--user", "*lice", "--event-name", "Delete*"]),
        ["DeleteUser", "DeleteRole"]
    );
    assert_eq!(names(&mailtrail, &["--failed"]), ["DeleteUser"]);
    assert_eq!(names(&mailtrail, &["--source-ip", "203.0.113.*", "--access-key", "AKIA1"]), ["CreateUser"]);
    assert!(names(&mailtrail, &["--user", "alice", "--access-key", "AKIA3"]).is_empty());
    assert!(names(&mailtrail, &["--source-ip", "203.0.113.2"]).is_empty());
}

#[test]
fn a_chain_of_roles_is_followed_through_days_in_whatever_order_its_events_lie() {
    let (noon, next) = (MORNING + 14_400_000, MORNING + DAY);
    let first = call(MORNING, 1, "alice", "AKIA1", "AssumeRole", &assumes("One", "ASIA1"));
    let second = in_role(noon, 2, "One", "ASIA1", "AssumeRole", &assumes("Two", "ASIA2"));
    let deed = in_role(next, 3, "Two", "ASIA2", "DeleteUser", "");
    let other = in_role(next, 4, "Two", "ASIA9", "CreateUser", "");
    // The object that comes first holds the end of the chain of its day, and the epoch holds an event of it.
    let timeless = in_role(0, 5, "Two", "ASIA2", "DeleteRole", "");
    let mailtrail =
        archive_of(&[batch(vec![second, deed, other]), batch(vec![first]), batch(vec![timeless])]);
    assert_eq!(deeds(&mailtrail, &["--user", "alice"]), ["alice AssumeRole"]);
    let run = activity(&mailtrail, &["--user", "alice", "--follow"]);
    insta::assert_snapshot!(run.stdout, @"
    at an unknown time
    who    event           result  from          via
    Two/s  iam DeleteRole  ok      203.0.113.20  One/s → Two/s

    2026-11-20
    time       who    event           result  from          via    about
    08:00:00Z  alice  sts AssumeRole  ok      203.0.113.20         One/s
    12:00:00Z  One/s  sts AssumeRole  ok      203.0.113.20  One/s  Two/s

    2026-11-21
    time       who    event           result  from          via
    08:00:00Z  Two/s  iam DeleteUser  ok      203.0.113.20  One/s → Two/s
    ");
}

#[test]
fn of_a_chain_only_what_failed_can_be_asked_for() {
    let mailtrail = archive_of(&[batch(vec![
        call(MORNING, 1, "alice", "AKIA1", "AssumeRole", &assumes("One", "ASIA1")),
        in_role(MORNING + 1_000, 2, "One", "ASIA1", "CreateUser", ""),
        in_role(MORNING + 2_000, 3, "One", "ASIA1", "DeleteUser", r#","errorCode":"AccessDenied""#),
    ])]);
    assert_eq!(deeds(&mailtrail, &["--user", "alice", "--follow", "--failed"]), ["One/s DeleteUser"]);
}

#[test]
fn an_event_that_is_stored_twice_is_counted_and_printed_once() {
    let [one, two, three] = [1, 2, 3].map(|number| {
        call(MORNING + number, u128::from(number.unsigned_abs()), "alice", "AKIA1", "CreateUser", "")
    });
    let mut elsewhere = batch(vec![one.clone()]);
    elsewhere.log_stream = "another".to_owned();
    let mailtrail = archive_of(&[
        batch(vec![one.clone(), two.clone()]),
        batch(vec![two.clone(), three.clone()]),
        batch(vec![one, three, two]),
        elsewhere,
    ]);
    let run = activity(&mailtrail, &["--summary", "--json"]);
    assert_eq!(serde_json::from_str::<Value>(&run.stdout).unwrap()["events"], 4);
    assert!(run.stderr.contains("4 events found, 4 objects read"), "{}", run.stderr);
    assert_eq!(names(&mailtrail, &[]).len(), 4);
}

#[test]
fn only_the_days_that_are_asked_for_are_read() {
    let day = |number: i64| {
        let numbered = u128::from(number.unsigned_abs());
        batch(vec![call(MORNING + number * DAY, numbered, "alice", "AKIA1", &format!("Day{number}"), "")])
    };
    let mailtrail = archive_of(&[day(0), day(1), day(2), day(3)]);
    let asked = |arguments: &[&str]| {
        let run = activity(&mailtrail, &[arguments, &["--json"]].concat());
        (names(&mailtrail, arguments), run.stderr)
    };
    let (found, said) = asked(&["--since", "2026-11-21", "--until", "2026-11-22T08:00:00Z"]);
    assert_eq!(found, ["Day1"]);
    assert!(said.contains("1 event found, 2 objects read"), "{said}");
    assert_eq!(asked(&["--since", "2026-11-22"]).0, ["Day2", "Day3"]);
    assert_eq!(asked(&["--since", "99999d"]).0.len(), 4);
}

#[test]
fn however_many_work_at_a_time_the_answer_is_the_same() {
    let mailtrail = archive_of_samples();
    let [one, many] = ["1", "64"].map(|jobs| activity(&mailtrail, &["--json", "--jobs", jobs]).stdout);
    assert!(one.lines().count() > 80);
    assert_eq!(one, many);
}

#[test]
fn csv_can_be_read_and_holds_no_formula_and_no_power_over_a_terminal() {
    let more = r#","userAgent":"=cmd|'/c calc'!A0, \"quoted\"","errorCode":"\u001b[2Jgone\nline""#;
    let mailtrail = archive_of(&[batch(vec![call(MORNING, 1, "alice", "AKIA1", "CreateUser", more)])]);
    let run = activity(&mailtrail, &["--csv"]);
    insta::assert_snapshot!(run.stdout, @r#"
    time,who,identity,role,session,access_key,service,event,target,owner,source,user_agent,status,error,error_detail,via,account,region,log_group,uid
    2026-11-20T08:00:00Z,alice,arn:aws:iam::111122223333:user/alice,,,AKIA1,iam,CreateUser,,,203.0.113.20,"'=cmd|'/c calc'!A0, ""quoted""",failure,\u{1b}[2Jgone\nline,,,111122223333,eu-west-1,cloudtrail,40033441431786551087756286471476668878454213155225600001
    "#);
    let mut csv = csv::Reader::from_reader(run.stdout.as_bytes());
    assert_eq!(&csv.records().next().unwrap().unwrap()[11], r#"'=cmd|'/c calc'!A0, "quoted""#);
    let table = activity(&mailtrail, &[]).stdout;
    assert!(table.contains("\\u{1b}[2Jgone\\nline") && !table.contains('\u{1b}'), "{table}");
}

#[test]
fn nothing_found_is_no_failure_and_machines_get_what_they_expect() {
    let mailtrail = archive_of(&[batch(vec![call(MORNING, 1, "alice", "AKIA1", "CreateUser", "")])]);
    let said = |arguments: &[&str]| activity(&mailtrail, &[&["--user", "bob"], arguments].concat()).stdout;
    assert_eq!((said(&[]).as_str(), said(&["--json"]).as_str()), ("", ""));
    assert!(said(&["--csv"]).starts_with("time,who,") && said(&["--csv"]).lines().count() == 1);
    assert!(said(&["--summary", "--json"]).starts_with(r#"{"events":0,"#));
}

#[test]
fn objects_that_cannot_be_read_are_named_and_the_rest_is_shown() {
    let day = |number: i64| {
        let numbered = u128::from(number.unsigned_abs());
        batch(vec![call(MORNING + number * DAY, numbered, "alice", "AKIA1", &format!("Day{number}"), "")])
    };
    let mailtrail = archive_of(&[day(0), day(1), day(2), day(3)]);
    let keys: Vec<String> = mailtrail.files("archive/api_activity").keys().cloned().collect();
    let path = |key: &String| mailtrail.path(&format!("archive/api_activity/{key}"));
    let bytes = fs::read(path(&keys[0])).unwrap();
    fs::write(path(&keys[0]), &bytes[..bytes.len() - 3]).unwrap();
    fs::write(path(&keys[1]), "").unwrap();
    fs::write(path(&keys[2]), zstd::encode_all(&b"{\"time\":\"\x07\"}\n"[..], 3).unwrap()).unwrap();
    for follow in [[].as_slice(), &["--user", "alice", "--follow"]] {
        let run = mailtrail.run(&[&["activity", "--json"], follow].concat()).expect(3);
        assert_eq!(records(&run).len(), 1);
        for key in &keys[..3] {
            let named = format!("cannot read api_activity/{key}: ");
            assert_eq!(run.stderr.matches(&named).count(), 1, "{}", run.stderr);
        }
        assert!(run.stderr.contains("1 object read, 3 objects unreadable"), "{}", run.stderr);
        assert!(!run.stderr.contains('\u{7}'));
    }
}

#[test]
fn objects_of_joined_days_are_read_and_other_files_do_not_matter() {
    let mailtrail = archive_of(&[batch(vec![call(MORNING, 1, "alice", "AKIA1", "CreateUser", "")])]);
    let key = mailtrail.files("archive/api_activity").keys().next().unwrap().clone();
    let (folder, _) = key.rsplit_once('/').unwrap();
    let folder = format!("archive/api_activity/{folder}");
    fs::rename(
        mailtrail.path(&format!("archive/api_activity/{key}")),
        mailtrail.path(&format!("{folder}/compact-0a1b.ndjson.zst")),
    )
    .unwrap();
    mailtrail.write(&format!("{folder}/notes.txt"), "a note");
    mailtrail.write("archive/api_activity/README.md", "a note");
    assert_eq!(names(&mailtrail, &[]), ["CreateUser"]);
}

#[test]
fn an_archive_that_is_not_there_or_holds_nobody_needs_a_look_and_is_not_made() {
    let mailtrail = Mailtrail::new();
    let run = mailtrail.run(&["activity", "--archive", "archvie"]).expect(3);
    assert_eq!(run.stdout, "");
    insta::assert_snapshot!(run.stderr, @"! there are no records of anybody's activity in archvie: check that this is the address of the archive");
    assert!(!mailtrail.path("archvie").exists());
    mailtrail.write("archive/raw/x", "");
    mailtrail.run(&["activity", "--archive", "archive"]).expect(3);
    mailtrail.write("file", "a letter");
    let run = mailtrail.run(&["activity", "--archive", "file"]).expect(1);
    assert!(run.stderr.contains("a file is in the place of a folder"), "{}", run.stderr);
}

#[test]
fn a_reader_that_stops_listening_is_no_failure() {
    let mailtrail = archive_of_samples();
    for arguments in [["activity", "--json"].as_slice(), &["activity"], &["activity", "--csv"]] {
        let mut child = mailtrail.start(arguments);
        let mut first = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
        assert!(!first.is_empty());
        Run::of(child).expect(0);
    }
}

#[test]
fn looking_changes_nothing() {
    let mailtrail = archive_of_samples();
    let before = mailtrail.files("archive");
    activity(&mailtrail, &["--user", "alice", "--follow"]);
    assert_eq!(mailtrail.files("archive"), before);
}

#[test]
fn wrong_usage_is_told_before_anything_is_read() {
    let complaint = |arguments: &[&str]| {
        let run = Mailtrail::new().run(&[&["activity"], arguments].concat()).expect(2);
        run.stderr.lines().next().unwrap_or_default().to_owned()
    };
    let complaints = [
        complaint(&["--user", "alice"]),
        complaint(&["--archive", "a", "--follow"]),
        complaint(&["--archive", "a", "--user", "alice", "--follow", "--not-owner"]),
        complaint(&["--archive", "a", "--csv", "--json"]),
        complaint(&["--archive", "a", "--since", "yesterday"]),
    ];
    insta::assert_snapshot!(complaints.join("\n"), @"
    error: no archive is named: give --archive DIR, --archive file:///… or --archive s3://bucket/prefix, or set MAILTRAIL_ARCHIVE
    error: --follow needs somebody to follow: give --user, --role, --access-key or another filter
    error: the argument '--follow' cannot be used with '--not-owner'
    error: the argument '--csv' cannot be used with '--json'
    error: invalid value 'yesterday' for '--since <TIME>': give a day (2026-11-20, from midnight UTC), a time with its offset (2026-11-20T10:15:00Z), or how long ago (30m, 24h, 7d)
    ");
}

#[test]
fn an_archive_in_s3_is_read_through_all_its_moods() {
    let aws = FaultyAws::start(Config::default().bucket("example-archive")).unwrap();
    let mailtrail = Mailtrail::new()
        .env("AWS_ENDPOINT_URL", &aws.endpoint())
        .env("AWS_REGION", "eu-west-1")
        .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "example")
        .env("MAILTRAIL_ARCHIVE", "s3://example-archive/mail");
    let chain = sample_files().into_iter().find(|file| file.name == "cloudtrail-role-chain.json").unwrap();
    mailtrail.write("in/chain.json", chain.bytes);
    mailtrail.run(&["ingest", "in"]).expect(0);
    aws.set_faults(Faults::storm(7));
    assert_eq!(names(&mailtrail, &["--user", "alice", "--follow"]).len(), 8);
    aws.set_faults(Faults::none());
    aws.delete_bucket("example-archive");
    let run = mailtrail.run(&["activity"]).expect(1);
    assert!(run.stderr.contains("create the bucket `example-archive`, or correct"), "{}", run.stderr);
}
