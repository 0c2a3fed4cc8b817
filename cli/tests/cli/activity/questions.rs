//! Who did what: the questions, and their answers.

use super::*;

#[test]
fn every_act_of_a_user_is_found_under_whatever_role_it_was() {
    let mailtrail = archive_of_samples();
    let run = activity(&mailtrail, &["--user", "alice", "--follow"]);
    insta::assert_snapshot!(run.stdout, @r#"
    2026-11-20
    time           who                    event                                     result                 from                    via                                     about
    10:14:00.000Z  alice                  ec2 StartInstances                        ok                     203.0.113.20                                                    [{"instanceId":"i-0123456789abcdef0"}]
    10:14:10.000Z  Admin/alice            workmail PutMailboxPermissions            ok                     203.0.113.20            Admin/alice                             FULL_ACCESS for S-grantee on the mailbox of S-owner
    10:14:10.000Z  alice                  sts GetSessionToken                       ok                     203.0.113.20                                                    for 3600 s, with MFA device arn:aws:iam::111122223333:mfa/alice
    10:14:10.000Z  alice                  s3 DeleteObjects                          ok                     203.0.113.20                                                    arn:aws:s3:::example
    10:14:10.000Z  Admin/alice            example DeleteListener                    ok                     203.0.113.20            Admin/alice
    10:14:10.000Z  alice                  workmail CreateAlias                      ok                     203.0.113.20                                                    sales@example.com
    10:14:10.000Z  alice                  s3 ListBuckets                            ok                     2001:db8::20
    10:14:10.000Z  alice                  iam DeleteUser                            AccessDenied           203.0.113.20                                                    bob
    10:14:10.000Z  alice                  signin CheckMfa                           ok                     198.51.100.7
    10:14:10.000Z  alice                  sts AssumeRole                            ok                     203.0.113.20                                                    Admin/alice
    10:14:11.000Z  alice                  iam ListRoles                             ok                     203.0.113.20            GetSessionToken
    10:14:11.000Z  Admin/alice            example DeleteTags                        ok                     203.0.113.20            Admin/alice
    10:14:11.000Z  alice                  workmail DeleteAlias                      ok                     203.0.113.20                                                    sales@example.com
    10:14:11.000Z  alice                  s3 ListBuckets                            ok                     athena.amazonaws.com
    10:14:11.000Z  alice                  iam DeleteUser                            NoSuchEntityException  203.0.113.20                                                    bob
    10:14:11.000Z  Admin/alice            iam CreateUser                            ok                     203.0.113.20            Admin/alice                             mallory
    10:14:11.000Z  alice                  signin ConsoleLogin                       ok                     198.51.100.7
    10:14:12.000Z  Admin/alice            s3 ListBuckets                            ok                     203.0.113.20
    10:14:12.000Z  Admin/alice            example BatchGetItem                      ok                     203.0.113.20            Admin/alice
    10:14:12.000Z  alice                  s3 ListBuckets                            ok                     AWS Internal/7
    10:14:12.000Z  alice                  iam DeleteUser                            Rate exceeded          203.0.113.20                                                    bob
    10:14:12.000Z  alice                  sts AssumeRole                            ok                     203.0.113.20            GetSessionToken                         Support/laptop
    10:14:12.000Z  alice                  signin ConsoleLogin                       Failed authentication  198.51.100.7
    10:14:12.000Z  alice                  sts AssumeRole                            AccessDenied           203.0.113.20                                                    Admin/alice
    10:14:13.000Z  Support/laptop         s3 ListBuckets                            ok                     203.0.113.20            Support/laptop
    10:14:13.000Z  Admin/alice            example Invoke                            ok                     203.0.113.20            Admin/alice
    10:14:13.000Z  alice                  s3 ListBuckets                            ok                     vpce-0123456789abcdef0
    10:14:14.000Z  Admin/alice            example Settle                            ok                     203.0.113.20            Admin/alice
    10:14:14.000Z  Support/laptop         sts AssumeRole                            ok                     203.0.113.20            Support/laptop                          MailAdmin/ticket-4711
    10:14:14.000Z  alice                  s3 ListBuckets                            ok
    10:14:15.000Z  MailAdmin/ticket-4711  workmail ResetPassword                    ok                     203.0.113.20            Support/laptop → MailAdmin/ticket-4711  the password of S-owner
    10:14:15.000Z  Admin/alice            workmail CreateUser                       ok                     203.0.113.20            Admin/alice                             femi
    10:14:16.000Z  MailAdmin/ticket-4711  workmail PutMailboxPermissions            ok                     203.0.113.20            Support/laptop → MailAdmin/ticket-4711  FULL_ACCESS for S-grantee on the mailbox of S-owner
    10:14:16.000Z  Admin/alice            example AssumeRole                        ok                     203.0.113.20            Admin/alice
    10:14:17.000Z  MailAdmin/ticket-4711  iam DeleteUser                            AccessDenied           203.0.113.20            Support/laptop → MailAdmin/ticket-4711  bob
    10:14:17.000Z  Admin/alice            workmailMessageFlow GetRawMessageContent  ok                     203.0.113.20            Admin/alice
    10:15:02.250Z  alice                  s3 GetObject                              ok                     203.0.113.20                                                    example/a "quoted" nameé
    "#);
}

#[test]
fn everything_a_role_did_is_found_in_all_its_sessions() {
    let mailtrail = archive_of_samples();
    let by_name = activity(&mailtrail, &["--role", "Support"]).stdout;
    insta::assert_snapshot!(by_name, @"
    2026-11-20
    time       who                  event                  result        from          about
    10:14:13Z  Support/laptop       s3 ListBuckets         ok            203.0.113.20
    10:14:14Z  Support/laptop       sts AssumeRole         ok            203.0.113.20  MailAdmin/ticket-4711
    10:14:18Z  Support/night-shift  workmail DescribeUser  ok            203.0.113.20  S-owner
    10:14:19Z  Support/night-shift  s3 DeleteBucket        AccessDenied  203.0.113.20  example
    ");
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
fn who_opened_the_mailbox_of_another_user_is_found() {
    let mailtrail = archive_of_samples();
    let run = activity(&mailtrail, &["--not-owner"]);
    insta::assert_snapshot!(run.stdout, @"
    2026-11-20
    time           who                                                             event                     result  from                    about
    10:15:01.070Z  ana (S-1-1-11-1111111111-2222222222-3333333333-1001)            WorkMail read             ok      203.0.113.9             Message /Inbox/Payroll of bob@example.com (S-1-1-11-1111111111-2222222222-3333333333-1002)
    10:15:01.077Z  ana (S-1-1-11-1111111111-2222222222-3333333333-1001)            WorkMail delete           failed  203.0.113.9             Message /Inbox/Payroll of bob@example.com (S-1-1-11-1111111111-2222222222-3333333333-1002)
    10:15:01.084Z  ana (S-1-1-11-1111111111-2222222222-3333333333-1001)            WorkMail create           ok      203.0.113.9             Folder /Archive/2026 of bob@example.com (S-1-1-11-1111111111-2222222222-3333333333-1002)
    10:15:01.091Z  ana (S-1-1-11-1111111111-2222222222-3333333333-1001)            WorkMail read_attachment  ok      203.0.113.9             Attachment Forwarded message/salaries.xlsx /Inbox of bob@example.com (S-1-1-11-1111111111-2222222222-3333333333-1002)
    10:15:01.098Z  ana (S-1-1-11-1111111111-2222222222-3333333333-1001)            WorkMail move_to          ok      203.0.113.9             Message /Deleted Items of bob@example.com (S-1-1-11-1111111111-2222222222-3333333333-1002)
    10:15:01.112Z  imp-01 as ana (S-1-1-11-1111111111-2222222222-3333333333-1001)  WorkMail read_hierarchy   ok      203.0.113.9             Folder / of bob@example.com (S-1-1-11-1111111111-2222222222-3333333333-1002)
    10:15:01.189Z  ana (S-1-1-11-1111111111-2222222222-3333333333-1001)            WorkMail update           ok      203.0.113.9             Message of bob@example.com (S-1-1-11-1111111111-2222222222-3333333333-1002)
    10:15:01.238Z  ana (S-1-1-11-1111111111-2222222222-3333333333-1001)            WorkMail read             ok      203.0.113.9             of bob@example.com (S-1-1-11-1111111111-2222222222-3333333333-1002)
    10:15:01.287Z  ana (S-1-1-11-1111111111-2222222222-3333333333-1001)            WorkMail purge            ok      workmail.amazonaws.com  Calendar of bob@example.com (S-1-1-11-1111111111-2222222222-3333333333-1002)
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
    // But for the names, which follow what the record says.
    let as_stored = |line: &str| match line.split_once(r#","enrichments":[{"#) {
        Some((members, names)) if names.contains(r#""type":"name""#) => format!("{members}}}"),
        _ => line.to_owned(),
    };
    assert_eq!(run.stdout.lines().filter(acts).map(as_stored).collect::<BTreeSet<_>>(), stored);
    let days: Vec<i64> = records(&run).iter().map(|record| record["time"].as_i64().unwrap()).collect();
    assert!(days.is_sorted() && days.len() > stored.len());
}

#[test]
fn a_call_that_names_no_address_is_the_callers_all_the_same() {
    let mailtrail = archive_of_samples();
    let run = activity(&mailtrail, &["--user", "alice", "--event-name", "ListBuckets", "--json"]);
    let classes: Vec<u64> =
        records(&run).iter().map(|record| record["class_uid"].as_u64().unwrap()).collect();
    // One is of a role session that has the user's name.
    assert_eq!(classes, [6003, 6003, 6003, 6003, 6003, 0]);
}

#[test]
fn a_role_that_was_assumed_did_nothing_yet() {
    let taken = call(MORNING, 1, "alice", "AKIA1", "AssumeRole", &assumes("Admin", "ASIA1"));
    let mailtrail = archive_of(&[batch(vec![taken])]);
    for filter in [["--role", "Admin"], ["--session", "s"], ["--access-key", "ASIA1"], ["--arn", "*Admin*"]] {
        assert!(acts(&mailtrail, &filter).is_empty(), "{filter:?}");
    }
    for filter in [["--user", "alice"], ["--access-key", "AKIA1"], ["--arn", "*:user/alice"]] {
        assert_eq!(acts(&mailtrail, &filter), ["alice AssumeRole"], "{filter:?}");
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
    let act = in_role(next, 3, "Two", "ASIA2", "DeleteUser", "");
    let other = in_role(next, 4, "Two", "ASIA9", "CreateUser", "");
    // The object that comes first holds the end of the chain of its day, and the epoch holds an event of it.
    let timeless = in_role(0, 5, "Two", "ASIA2", "DeleteRole", "");
    let mailtrail = archive_of(&[batch(vec![second, act, other]), batch(vec![first]), batch(vec![timeless])]);
    assert_eq!(acts(&mailtrail, &["--user", "alice"]), ["alice AssumeRole"]);
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
    assert_eq!(acts(&mailtrail, &["--user", "alice", "--follow", "--failed"]), ["One/s DeleteUser"]);
}

#[test]
fn a_pipe_and_csv_have_every_parameter_whole() {
    let parameters: Vec<String> =
        (1..=6).map(|number| format!(r#""p{number}":"{}""#, "v".repeat(100))).collect();
    let more = format!(r#","requestParameters":{{{}}}"#, parameters.join(","));
    let mailtrail = archive_of(&[batch(vec![call(MORNING, 1, "alice", "AKIAEXAMPLE", "PutThing", &more)])]);
    let whole: Vec<String> = (1..=6).map(|number| format!("p{number} {}", "v".repeat(100))).collect();
    for arguments in [&["--user", "alice"][..], &["--user", "alice", "--csv"]] {
        let stdout = activity(&mailtrail, arguments).stdout;
        assert!(stdout.contains(&whole.join(", ")), "{stdout}");
    }
}
