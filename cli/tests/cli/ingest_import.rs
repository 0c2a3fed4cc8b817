//! `mailtrail ingest` and files of log events: what is taken in of them, and what was there before.

use std::fs;
use std::path::Path;

use insta::assert_snapshot;
use mailtrail_faulty_aws::Faults;
use mailtrail_samples::envelope::gzip;
use serde_json::{Value, json};

use crate::mailtrail::{Mailtrail, Run, with_a_bucket};

const INGEST: [&str; 4] = ["ingest", "--archive", "archive", "--json"];

/// A file that AWS made.
fn file(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/events/subscription/tests/files");
    fs::read(folder.join(name)).unwrap()
}

pub(crate) fn counts<const N: usize>(run: &Run, names: [&str; N]) -> [u64; N] {
    let ledger = run.ledger();
    names.map(|name| ledger[name].as_u64().unwrap())
}

fn ingest(mailtrail: &Mailtrail, paths: &[&str], exit: i32) -> [u64; 4] {
    let run = mailtrail.run(&[&INGEST[..], paths].concat()).expect(exit);
    counts(&run, ["events", "archived", "already", "in_archive_before"])
}

/// A payload of a subscription with these messages.
fn sent(messages: &[(u64, String)]) -> Vec<u8> {
    let event = |(at, (time, message)): (usize, &(u64, String))| json!({"id": format!("{at:056}"), "timestamp": time, "message": message});
    let events: Vec<Value> = messages.iter().enumerate().map(event).collect();
    let payload = json!({
        "messageType": "DATA_MESSAGE", "owner": "111122223333", "logGroup": "/example", "logStream": "s",
        "subscriptionFilters": ["f"], "logEvents": events,
    });
    gzip(payload.to_string().as_bytes())
}

pub(crate) fn record(number: u32) -> String {
    json!({
        "eventVersion": "1.11", "eventTime": "2026-11-28T10:00:00Z", "eventSource": "ec2.amazonaws.com",
        "eventName": "RunInstances", "awsRegion": "us-east-1", "sourceIPAddress": "203.0.113.9",
        "userIdentity": {"type": "IAMUser", "userName": "alice", "accountId": "111122223333"},
        "requestID": "r", "eventID": format!("{number:08}-1111-4111-8111-111111111111"), "readOnly": false,
        "eventType": "AwsApiCall", "managementEvent": true, "recipientAccountId": "111122223333",
    })
    .to_string()
}

pub(crate) fn records(numbers: &[u32]) -> Vec<u8> {
    let records: Vec<String> = numbers.iter().copied().map(record).collect();
    gzip(format!("{{\"Records\":[{}]}}", records.join(",")).as_bytes())
}

#[test]
fn the_events_of_a_file_are_archived_once_however_often_it_is_ingested() {
    let mailtrail = Mailtrail::new();
    mailtrail.write("in/AWSLogs/111122223333/CloudTrail/us-east-1/x.json.gz", records(&[1, 2]));
    assert_eq!(ingest(&mailtrail, &["in"], 0), [2, 2, 0, 0]);
    let archive = mailtrail.files("archive");
    assert!(archive.keys().any(|key| key.contains("region=us-east-1/accountId=111122223333")), "{archive:?}");
    assert_eq!(ingest(&mailtrail, &["in"], 0), [2, 2, 2, 0]);
    assert_eq!(mailtrail.files("archive"), archive);
}

#[test]
fn an_event_that_a_subscription_brought_is_left_out_of_a_file() {
    let mailtrail = Mailtrail::new();
    // CloudWatch Logs has it under the time of its delivery.
    let time = |number| 1_795_860_000_000 + u64::from(number) * 60_000;
    mailtrail.write("sent.gz", sent(&[1, 2].map(|number| (time(number), record(number)))));
    mailtrail.write("file.json.gz", records(&[1, 2, 3]));
    mailtrail.write("other.json.gz", records(&[2, 3, 4]));
    assert_eq!(ingest(&mailtrail, &["sent.gz"], 0), [2, 2, 0, 0]);
    assert_eq!(ingest(&mailtrail, &["file.json.gz", "other.json.gz"], 0), [2, 2, 0, 4]);
    // In one run, after a file that made the day known.
    let run = ["--archive", "one-run", "--jobs", "1", "other.json.gz", "sent.gz", "file.json.gz"];
    let run = mailtrail.run(&[&["ingest", "--json"], &run[..]].concat()).expect(0);
    assert_eq!(counts(&run, ["events", "in_archive_before"]), [5, 3]);
    let again = mailtrail.run(&["ingest", "--archive", "archive", "file.json.gz"]).expect(0);
    let _hidden = mailtrail.hide_what_differs();
    assert_snapshot!(again.stdout);
}

#[test]
fn a_raw_copy_that_a_killed_run_did_not_write_is_written_by_the_next_one() {
    let mailtrail = Mailtrail::new();
    let time = |number| 1_795_860_000_000 + u64::from(number) * 60_000;
    mailtrail.write("sent.gz", sent(&[1, 2].map(|number| (time(number), record(number)))));
    mailtrail.write("file.json.gz", records(&[1, 2, 3, 4]));
    assert_eq!(ingest(&mailtrail, &["sent.gz"], 0), [2, 2, 0, 0]);
    let before = mailtrail.files("archive");
    assert_eq!(ingest(&mailtrail, &["file.json.gz"], 0), [2, 2, 0, 2]);
    let whole = mailtrail.files("archive");
    let is_new = |key: &&String| key.starts_with("raw/") && !before.contains_key(*key);
    let copies: Vec<&String> = whole.keys().filter(is_new).collect();
    assert_eq!(copies.len(), 1, "{copies:?}");
    fs::remove_file(mailtrail.path("archive").join(copies[0])).unwrap();
    // The records are there already.
    assert_eq!(ingest(&mailtrail, &["file.json.gz"], 0), [2, 2, 2, 2]);
    assert_eq!(mailtrail.files("archive"), whole);
    for command in ["activity", "search"] {
        let shown = mailtrail.run(&[command, "--archive", "archive", "--json"]).expect(0);
        let of = |number: u32| format!("{number:08}-1111-4111-8111-111111111111");
        let times = |number| shown.stdout.lines().filter(|line| line.contains(&of(number))).count();
        assert_eq!([1, 2, 3, 4].map(times), [1; 4], "{command}: {}", shown.stdout);
    }
    assert_eq!(ingest(&mailtrail, &["file.json.gz"], 0), [2, 2, 2, 2]);
}

#[test]
fn an_archive_in_s3_is_compared_as_well_also_where_calls_fail() {
    let (aws, mailtrail) = with_a_bucket();
    let time = |number| 1_795_860_000_000 + u64::from(number) * 60_000;
    mailtrail.write("sent.gz", sent(&[1, 2].map(|number| (time(number), record(number)))));
    mailtrail.write("file.json.gz", records(&[1, 2, 3]));
    mailtrail.run(&["ingest", "sent.gz"]).expect(0);
    aws.set_faults(Faults::storm(7));
    let names = ["events", "archived", "already", "in_archive_before"];
    let run = mailtrail.run(&["ingest", "--json", "file.json.gz"]).expect(0);
    assert_eq!(counts(&run, names), [1, 1, 0, 2]);
    let again = mailtrail.run(&["ingest", "--json", "file.json.gz"]).expect(0);
    assert_eq!(counts(&again, names), [1, 1, 1, 2]);
}

#[test]
fn events_of_workmail_are_known_by_id_time_and_content() {
    let line = |request: &str, ip: &str| {
        json!({"event_timestamp": 1_795_860_000_000_u64, "request_id": request, "source_ip": ip, "user_id": "u-1",
            "organization_arn": "arn:aws:workmail:us-east-1:111122223333:organization/m-1", "protocol": "IMAP",
            "auth_successful": false})
        .to_string()
    };
    let mailtrail = Mailtrail::new();
    let there = line("r1", "203.0.113.9");
    mailtrail.write("sent.gz", sent(&[(1_795_860_000_000, there.clone())]));
    let lines = [there.clone(), line("r1", "203.0.113.10"), line("r2", "203.0.113.9"), there].join("\n");
    mailtrail.write("audit.json", lines);
    assert_eq!(ingest(&mailtrail, &["sent.gz"], 0), [1, 1, 0, 0]);
    // The last line is there twice in the file and once in the archive.
    assert_eq!(ingest(&mailtrail, &["audit.json"], 0), [3, 3, 0, 1]);
}

#[test]
fn equal_lines_of_other_logs_are_no_duplicates() {
    let mailtrail = Mailtrail::new();
    let answer = |stream: &str, ids: &[&str]| {
        let event = |id: &&str| json!({"logStreamName": stream, "timestamp": 1_795_860_000_000_u64, "message": "START", "eventId": id});
        json!({"events": ids.iter().map(event).collect::<Vec<_>>(), "searchedLogStreams": []}).to_string()
    };
    mailtrail.write("one.json", answer("s", &["1", "2"]));
    mailtrail.write("more.json", answer("s", &["3", "4", "5"]));
    mailtrail.write("other.json", answer("t", &["6"]));
    let group = ["--log-group", "/example", "--account", "111122223333"];
    let file = |name: &'static str| [&group[..], &[name]].concat();
    assert_eq!(ingest(&mailtrail, &file("one.json"), 0), [2, 2, 0, 0]);
    assert_eq!(ingest(&mailtrail, &file("more.json"), 0), [3, 3, 0, 0]);
    assert_eq!(ingest(&mailtrail, &file("other.json"), 0), [1, 1, 0, 0]);
    assert_eq!(ingest(&mailtrail, &["--log-group", "/another", "one.json"], 0), [2, 2, 0, 0]);
}

#[test]
fn a_file_that_is_cut_off_is_taken_in_as_far_as_it_goes_and_named() {
    let mailtrail = Mailtrail::new();
    let whole = records(&(0..200).collect::<Vec<_>>());
    mailtrail.write("in/cut.gz", &whole[..whole.len() - 10]);
    mailtrail.write("in/cut.json", format!("{{\"Records\":[{},{}", record(1000), &record(1001)[..50]));
    mailtrail.write("in/kinds.json", format!("{{\"Records\":[{}]}}\nand a letter", record(1002)));
    mailtrail
        .write("in/queue.json", r#"{"Records":[{"eventSource":"aws:sqs","messageId":"1","body":"hello"}]}"#);
    let run = mailtrail.run(&[&INGEST[..], &["in"]].concat()).expect(3);
    let [archived, incomplete, skipped] = counts(&run, ["archived", "incomplete_files", "skipped_files"]);
    assert!(archived > 2, "{archived}");
    assert_eq!((incomplete, skipped), (3, 1));
    let mut said: Vec<_> = run.stderr.lines().filter(|line| line.contains("in/")).collect();
    said.sort_unstable();
    let cut = said.iter().position(|line| line.contains("in/cut.gz")).map(|at| said.remove(at)).unwrap();
    assert!(cut.contains("its gzip data is damaged or ends early"), "{cut}");
    assert_snapshot!(said.join("\n"));
}

#[test]
fn what_a_file_does_not_say_is_an_option_or_a_hint() {
    let mailtrail = Mailtrail::new();
    mailtrail.write("answer.json", file("get-log-events.json"));
    let run = mailtrail.run(&["ingest", "--dry-run", "answer.json"]).expect(0);
    assert!(run.stdout.contains("--log-group NAME says it"), "{}", run.stdout);
    // Naming it afterwards is another event.
    let unnamed = mailtrail.run(&["ingest", "--archive", "unnamed", "answer.json"]).expect(0);
    assert!(
        unnamed.stdout.contains("ingested again with it, they are stored and shown once more"),
        "{}",
        unnamed.stdout
    );
    let group = ["--log-group", "/aws/workmail/emailevents/example", "--log-stream", "a/b"];
    let run = mailtrail
        .run(&[&["ingest", "--archive", "archive"], &group[..], &["answer.json"]].concat())
        .expect(0);
    assert!(!run.stdout.contains("--log-group"), "{}", run.stdout);
    let found = mailtrail.run(&["search", "--archive", "archive", "--json"]);
    let event: Value = serde_json::from_str(found.stdout.lines().next().unwrap()).unwrap();
    assert!(event.to_string().contains("\"/aws/workmail/emailevents/example\""), "{event}");
    for wrong in [["--log-group", "a b"], ["--account", "12"]] {
        mailtrail.run(&[&INGEST[..], &wrong, &["answer.json"]].concat()).expect(2);
    }
}

/// How many events `activity` and `search` show of this id.
fn shown(mailtrail: &Mailtrail, archive: &str, number: u32) -> [usize; 2] {
    let id = format!("{number:08}-1111-4111-8111-111111111111");
    ["activity", "search"].map(|command| {
        let shown = mailtrail.run(&[command, "--archive", archive, "--json"]).expect(0);
        shown.stdout.lines().filter(|line| line.contains(&id)).count()
    })
}

#[test]
fn an_event_that_a_file_brought_before_its_subscription_is_shown_once() {
    let mailtrail = Mailtrail::new();
    mailtrail.write("file.json.gz", records(&[1, 2, 3]));
    // Around midnight, too: CloudWatch Logs has it under the time of its delivery.
    for delivered in [1_795_860_000_000 + 60_000, 1_795_860_000_000 + 50_400_000] {
        mailtrail.write("sent.gz", sent(&[1, 2].map(|number| (delivered, record(number)))));
        for (first, second) in [("file.json.gz", "sent.gz"), ("sent.gz", "file.json.gz")] {
            let archive = format!("{first}-{delivered}");
            for file in [first, second, first] {
                mailtrail.run(&["ingest", "--archive", &archive, file]).expect(0);
            }
            assert_eq!([1, 2, 3].map(|number| shown(&mailtrail, &archive, number)), [[1, 1]; 3], "{archive}");
        }
    }
}

#[test]
fn a_message_that_copies_the_id_of_an_event_keeps_it_out_of_nothing() {
    let mailtrail = Mailtrail::new();
    let forged = record(1).replace("alice", "mallory");
    mailtrail.write("sent.gz", sent(&[(1_795_860_000_000, forged)]));
    mailtrail.write("file.json.gz", records(&[1]));
    assert_eq!(ingest(&mailtrail, &["sent.gz"], 0), [1, 1, 0, 0]);
    assert_eq!(ingest(&mailtrail, &["file.json.gz"], 0), [1, 1, 0, 0]);
    assert_eq!(shown(&mailtrail, "archive", 1), [2, 2]);
}

#[test]
fn of_equal_events_all_are_shown_however_many_the_archive_had() {
    let line = |time: u64| {
        format!(
            "{} the same",
            ["2026-11-28T10:00:00.000Z", "2026-11-28T10:00:01.000Z"][usize::from(time > 0)]
        )
    };
    let exported = |times: &[u64]| times.iter().map(|time| line(*time) + "\n").collect::<String>();
    let options = ["--log-group", "/example", "--log-stream", "s", "--account", "111122223333"];
    let mailtrail = Mailtrail::new();
    mailtrail.write(
        "sent.gz",
        sent(&[(1_795_860_000_000, "the same".to_owned()), (1_795_860_000_000, "the same".to_owned())]),
    );
    mailtrail.write("one.log", exported(&[0]));
    mailtrail.write("five.log", exported(&[0, 0, 0, 0, 0, 1]));
    mailtrail.write("three.log", exported(&[0, 0, 0]));
    for (number, order) in [
        ["sent.gz", "one.log", "five.log", "three.log"],
        ["one.log", "three.log", "sent.gz", "five.log"],
        ["five.log", "three.log", "one.log", "sent.gz"],
    ]
    .iter()
    .enumerate()
    {
        let archive = format!("archive-{number}");
        for file in order {
            mailtrail.run(&[&["ingest", "--archive", &archive][..], &options, &[*file]].concat()).expect(0);
        }
        let found = mailtrail.run(&["search", "--archive", &archive, "--json"]).expect(0);
        assert_eq!(found.stdout.lines().count(), 6, "{order:?}: {}", found.stdout);
        let records = mailtrail.files(&archive).into_iter().filter(|(key, _)| key.starts_with("base_event/"));
        let mut uids = std::collections::BTreeSet::new();
        for (_, body) in records {
            for line in String::from_utf8(zstd::decode_all(&body.0[..]).unwrap()).unwrap().lines() {
                uids.insert(serde_json::from_str::<Value>(line).unwrap()["metadata"]["uid"].to_string());
            }
        }
        assert!(uids.len() >= 6, "{order:?}: {uids:?}");
    }
}

#[test]
fn what_becomes_of_a_folder_does_not_depend_on_the_jobs() {
    let mailtrail = Mailtrail::new();
    let time = |number: u32| 1_795_860_000_000 + u64::from(number) * 60_000;
    for file in 0..24_u32 {
        // Each record is in several files, and some in a payload.
        let numbers: Vec<u32> = (0..30).map(|number| (file * 7 + number * (file % 5 + 1)) % 90).collect();
        if file % 6 == 3 {
            let sent =
                sent(&numbers[..5].iter().map(|number| (time(*number), record(*number))).collect::<Vec<_>>());
            mailtrail.write(&format!("in/{file:02}.gz"), sent);
        } else {
            mailtrail.write(&format!("in/{file:02}.json.gz"), records(&numbers));
        }
    }
    let run = |jobs: &str| {
        let archive = format!("archive-{jobs}");
        let run = mailtrail.run(&["ingest", "--archive", &archive, "--json", "--jobs", jobs, "in"]).expect(0);
        (counts(&run, ["events", "archived", "already", "in_archive_before"]), mailtrail.files(&archive))
    };
    let one = run("1");
    for jobs in ["4", "16"] {
        assert!(run(jobs) == one, "{jobs}");
    }
}

#[test]
fn events_of_another_account_are_told() {
    let mailtrail = Mailtrail::new();
    mailtrail.write("file.json.gz", records(&[1]));
    let other = record(2).replace("111122223333", "444455556666");
    mailtrail.write("other.json", format!("{{\"Records\":[{other}]}}"));
    assert_eq!(ingest(&mailtrail, &["file.json.gz"], 0), [1, 1, 0, 0]);
    let run = mailtrail.run(&["ingest", "--archive", "archive", "other.json"]).expect(3);
    assert!(run.stdout.contains("events of 444455556666, of which the archive had none"), "{}", run.stdout);
}

#[test]
fn equal_events_that_fill_several_payloads_are_all_shown() {
    let mailtrail = Mailtrail::new();
    mailtrail.write("export.log", "2026-11-28T10:00:00.000Z the same\n".repeat(4_100));
    let options = ["--log-group", "/example", "--log-stream", "s", "--account", "111122223333"];
    let run = |names: [&str; 3]| {
        let run = mailtrail.run(&[&INGEST[..], &options, &["export.log"]].concat()).expect(0);
        counts(&run, names)
    };
    assert_eq!(run(["payloads", "archived", "already"]), [3, 4_100, 0]);
    assert_eq!(run(["payloads", "archived", "already"]), [3, 4_100, 4_100]);
    let found = mailtrail.run(&["search", "--archive", "archive", "--json"]).expect(0);
    assert_eq!(found.stdout.lines().count(), 4_100);
}

#[test]
fn audit_logs_without_a_header_are_read_with_the_fields_of_the_delivery() {
    let organization = "m-0123456789abcdef0123456789abcdef";
    let rows = "1795860000123 r-1 u-1 false\n1795860000124 r-2 u-2 true\n";
    let mailtrail = Mailtrail::new();
    let folder = format!("in/AWSLogs/111122223333/workmail/us-east-1/{organization}");
    mailtrail.write(&format!("{folder}/x.log.gz"), gzip(rows.as_bytes()));
    assert_eq!(ingest(&mailtrail, &["in"], 3), [0, 0, 0, 0], "text is no log by itself");

    let fields = ["--fields", r"event_timestamp\srequest_id\suser_id\sauth_successful"];
    for wrong in ["", "a b c", "event_timestamp", "u-1 1795860000123"] {
        mailtrail.run(&[&INGEST[..], &["in", "--fields", wrong]].concat()).expect(2);
    }
    assert_eq!(ingest(&mailtrail, &[&["in"], &fields[..]].concat(), 0), [2, 2, 0, 0]);
    assert_eq!(ingest(&mailtrail, &[&["in"], &fields[..]].concat(), 0), [2, 2, 2, 0]);
    let run = mailtrail.run(&["search", "--archive", "archive", "--json"]).expect(0);
    let messages: Vec<Value> = run
        .stdout
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .map(|event| serde_json::from_str(event["message"].as_str().unwrap()).unwrap())
        .collect();
    assert_eq!(messages[0]["request_id"], "r-1");
    assert!(
        messages.iter().all(|it| it["organization_arn"].as_str().unwrap().ends_with(organization)),
        "{messages:?}"
    );
    assert_eq!(messages[1]["event_timestamp"].to_string().trim_matches('"'), "1795860000124");
    // A file with a header keeps its own fields, and other files what they are.
    let with_header = "user_id event_timestamp request_id\nu-3 1795860000125 r-3\n";
    mailtrail.write(&format!("{folder}/y.log"), with_header);
    mailtrail.write("in/AWSLogs/111122223333/CloudTrail/us-east-1/x.json.gz", records(&[1, 2]));
    assert_eq!(ingest(&mailtrail, &[&["in"], &fields[..]].concat(), 0), [5, 5, 2, 0]);
    let run = mailtrail.run(&["search", "--archive", "archive", "--filter-pattern", r#""u-3""#]).expect(0);
    assert!(run.stdout.contains("r-3"), "{}", run.stdout);
    // Lines that are no rows are kept as they are, and told.
    let mailtrail = Mailtrail::new();
    mailtrail.write("notes.txt", "a shopping list\nof two lines\n");
    let run = mailtrail.run(&[&INGEST[..], &["notes.txt"], &fields[..]].concat()).expect(3);
    assert!(run.stderr.contains("notes.txt"), "{}", run.stderr);
}
