//! `mailtrail coverage` without AWS; with it, see `tests/test_coverage.py`.

use std::fs;

use mailtrail_samples::{Batch, Event, event_id};
use serde_json::Value;

use crate::mailtrail::{Mailtrail, archive_of};

/// 2026-10-30T08:00:00Z
const MORNING: i64 = 1_793_347_200_000;
const DAY: i64 = 24 * 3_600_000;

/// Events of four days at the end of a month, one of which was delivered twice, and none on the third day.
fn archive() -> Mailtrail {
    let event = |day: i64, number: u32| {
        let timestamp = MORNING + day * DAY + i64::from(number);
        let message = format!("event {number}");
        Event { id: event_id(timestamp, u128::from(number)), timestamp, message }
    };
    let twice = Batch::of(vec![event(0, 1), event(0, 2)]);
    let again = Batch::of(vec![event(0, 2)]);
    archive_of(&[twice, again, Batch::of(vec![event(1, 3), event(3, 4)])])
}

#[test]
fn without_aws_the_days_of_the_archive_are_counted_and_nothing_is_claimed_or_written() {
    let mailtrail = archive();
    let before = mailtrail.files("archive");
    let run = mailtrail.run(&["coverage", "--archive", "archive"]).expect(0);
    insta::assert_snapshot!("coverage-without-aws", format!("{}---\n{}", run.stdout, run.stderr));
    assert_eq!(mailtrail.files("archive"), before);
}

#[test]
fn a_line_of_json_is_a_log_group_and_a_day() {
    let mailtrail = archive();
    let all = ["coverage", "--offline", "--archive", "archive", "--json"];
    let run = mailtrail.run(&all).expect(0);
    let lines: Vec<Value> = run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let days: Vec<(&str, u64)> =
        lines.iter().map(|line| (line["day"].as_str().unwrap(), line["archive"].as_u64().unwrap())).collect();
    let expected = [("2026-10-30", 2), ("2026-10-31", 1), ("2026-11-01", 0), ("2026-11-02", 1)];
    assert_eq!(days, expected);
    for line in &lines {
        assert_eq!((&line["state"], &line["method"]), (&"unknown".into(), &"none".into()));
        assert!(line["source"].is_null() && line["missing"].is_null() && line["extra"].is_null());
    }

    let of = |options: &[&str]| mailtrail.run(&[&all[..], options].concat()).expect(0).stdout.lines().count();
    assert_eq!(of(&["--since", "2026-10-31", "--until", "2026-10-31"]), 1);
    assert_eq!(of(&["--since", "2026-10-31", "--until", "2026-11-02"]), 2);
    // Where nothing was compared, nothing is well; and where nothing can be, the question is wrong.
    let run = mailtrail.run(&[&all[..], &["--log-group", "other"]].concat()).expect(3);
    assert!(run.stdout.is_empty() && run.stderr.contains("nothing was compared"), "{run:#?}");
    for impossible in [["--since", "2099-01-01"], ["--until", "1970-01-01"]] {
        mailtrail.run(&[&all[..], &impossible].concat()).expect(2);
    }
}

#[test]
fn an_archive_that_is_not_there_is_an_error_and_is_not_made() {
    let mailtrail = archive();
    let run = mailtrail.run(&["coverage", "--offline", "--archive", "archvie"]).expect(1);
    assert!(run.stderr.contains("there is no such directory"), "{}", run.stderr);
    assert!(!mailtrail.path("archvie").exists());
}

#[test]
fn events_that_no_log_group_can_have_are_told_and_make_no_days() {
    let event = |timestamp: i64| Event { id: event_id(timestamp, 1), timestamp, message: "x".to_owned() };
    let odd = [MORNING / 1_000, 253_000_000_000_000].map(|timestamp| Batch::of(vec![event(timestamp)]));
    let mailtrail = archive_of(&[&odd[..], &[Batch::of(vec![event(MORNING)])]].concat());
    let run = mailtrail.run(&["coverage", "--offline", "--archive", "archive", "--json"]).expect(3);
    assert_eq!(run.stdout.lines().count(), 1, "{}", run.stdout);
    assert!(run.stderr.contains("2 events of days on which no log group can have one, such as 1970-01-21"));
}

#[test]
fn a_raw_copy_that_cannot_be_read_is_named() {
    let mailtrail = archive();
    let raw = mailtrail.files("archive/raw");
    let name = raw.keys().find(|name| name.ends_with(".json.gz")).unwrap();
    let copy = mailtrail.path("archive/raw").join(name);
    fs::write(&copy, b"no gzip").unwrap();
    let run = mailtrail.run(&["coverage", "--offline", "--archive", "archive"]).expect(3);
    assert!(run.stderr.contains(copy.file_name().unwrap().to_str().unwrap()), "{}", run.stderr);
}
