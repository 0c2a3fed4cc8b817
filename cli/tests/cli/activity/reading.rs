//! What is read, what is printed for whom, and what is said of what cannot be read.

use super::*;

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
    time,who,identity,role,session,access_key,service,event,target,owner,source,user_agent,status,error,error_detail,via,account,region,log_group,uid,also_in,partial,user_name,owner_name,names
    2026-11-20T08:00:00Z,alice,arn:aws:iam::111122223333:user/alice,,,AKIA1,iam,CreateUser,,,203.0.113.20,"'=cmd|'/c calc'!A0, ""quoted""",failure,\u{1b}[2Jgone\nline,,,111122223333,eu-west-1,cloudtrail,40033441431786551087756286471476668878454213155225600001,,,,,
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
            let named = format!("failed to read api_activity/{key}: ");
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
fn an_archive_that_is_not_there_or_without_activity_needs_a_look_and_is_not_created() {
    let mailtrail = Mailtrail::new();
    let run = mailtrail.run(&["activity", "--archive", "archvie"]).expect(3);
    assert_eq!(run.stdout, "");
    insta::assert_snapshot!(run.stderr, @"! there are no records of activity in archvie: check the URL of the archive");
    assert!(!mailtrail.path("archvie").exists());
    mailtrail.write("archive/raw/x", "");
    mailtrail.run(&["activity", "--archive", "archive"]).expect(3);
    mailtrail.write("file", "a letter");
    let run = mailtrail.run(&["activity", "--archive", "file"]).expect(1);
    assert!(run.stderr.contains("there is a file instead of a directory"), "{}", run.stderr);
}

#[test]
fn a_reader_that_stops_listening_is_no_failure() {
    let mailtrail = archive_of_samples();
    for arguments in [["activity", "--json"].as_slice(), &["activity"], &["activity", "--csv"]] {
        mailtrail.run_for_a_line(arguments).expect(0);
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
    let complaint = |arguments: &[&str]| Mailtrail::new().complaint(&[&["activity"], arguments].concat());
    let complaints = [
        complaint(&["--user", "alice"]),
        complaint(&["--archive", "a", "--follow"]),
        complaint(&["--archive", "a", "--user", "alice", "--follow", "--not-owner"]),
        complaint(&["--archive", "a", "--csv", "--json"]),
        complaint(&["--archive", "a", "--since", "yesterday"]),
        complaint(&["--archive", "a", "--account", "abc"]),
    ];
    insta::assert_snapshot!(complaints.join("\n"), @"
    error: missing archive: give --archive DIR, --archive file:///… or --archive s3://bucket/prefix, or set MAILTRAIL_ARCHIVE
    error: --follow needs an identity to follow: give --user, --role, --access-key or another filter
    error: the argument '--follow' cannot be used with '--not-owner'
    error: the argument '--csv' cannot be used with '--json'
    error: invalid value 'yesterday' for '--since <TIME>': invalid time `yesterday`: expected a day (2026-11-20, from midnight UTC), a time with its offset (2026-11-20T10:15:00Z), or how long ago (30m, 24h, 7d)
    error: invalid value 'abc' for '--account <ACCOUNT>': invalid account id `abc`: expected 12 digits, or some of them and *
    ");
}

#[test]
fn an_archive_in_s3_is_read_through_all_its_moods() {
    let (aws, mailtrail) = with_a_bucket();
    let chain = sample_files().into_iter().find(|file| file.name == "cloudtrail-role-chain.json").unwrap();
    mailtrail.write("in/chain.json", chain.bytes);
    mailtrail.run(&["ingest", "in"]).expect(0);
    aws.set_faults(Faults::storm(7));
    assert_eq!(names(&mailtrail, &["--user", "alice", "--follow"]).len(), 8);
    aws.set_faults(Faults::none());
    aws.delete_bucket(BUCKET);
    assert!(
        mailtrail
            .run(&["activity"])
            .expect(3)
            .stderr
            .contains("create the bucket `example-archive`, or correct")
    );
}
