//! `mailtrail search`.

use std::collections::BTreeSet;
use std::fs;

use mailtrail_faulty_aws::Faults;
use mailtrail_samples::{Batch, Event, Traffic, demo_batches, event_id};
use serde_json::Value;

use crate::mailtrail::{BUCKET, Mailtrail, Run, archive_of, with_a_bucket};

/// 2026-11-20T08:00:00Z.
const MORNING: i64 = 1_795_161_600_000;
const HOUR: i64 = 3_600_000;

/// A log event with an id of CloudWatch's own form.
fn event(timestamp: i64, number: u128, message: &str) -> Event {
    Event { id: event_id(timestamp, number), timestamp, message: message.to_owned() }
}

/// Four days with an event at noon of each.
fn four_days() -> Mailtrail {
    let day = |number: i64| {
        let time = MORNING + 4 * HOUR + number * 24 * HOUR;
        Batch::of(vec![event(time, 1, &format!("noon of day {number}"))])
    };
    archive_of(&[day(0), day(1), day(2), day(3)])
}

fn lines(run: &Run) -> Vec<Value> {
    run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn messages(run: &Run) -> Vec<String> {
    lines(run).iter().map(|line| line["message"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_pattern_finds_what_was_logged_and_nothing_else() {
    let mailtrail = Mailtrail::new();
    mailtrail.run(&["demo"]).expect(0);
    let logged: Vec<Event> = demo_batches().into_iter().flat_map(|batch| batch.events).collect();
    let name = |event: &Event| {
        let message = serde_json::from_str::<Value>(&event.message).unwrap_or_default();
        message["event"]["eventName"].as_str().unwrap_or_default().to_owned()
    };
    let names: BTreeSet<String> = logged.iter().map(name).filter(|name| !name.is_empty()).collect();
    assert!(names.len() > 5, "{names:?}");
    for wanted in names {
        let planted: BTreeSet<&str> =
            logged.iter().filter(|event| name(event) == wanted).map(|event| event.id.as_str()).collect();
        let pattern = format!("{{ $.event.eventName = \"{wanted}\" }}");
        let archive = ["search", "--archive", "mailtrail-demo/archive", "--json", "--filter-pattern"];
        let run = mailtrail.run(&[&archive[..], &[&pattern]].concat()).expect(0);
        let lines = lines(&run);
        let found: BTreeSet<&str> = lines.iter().map(|line| line["id"].as_str().unwrap()).collect();
        assert_eq!(found, planted, "{wanted}");
    }
}

#[test]
fn people_see_time_log_stream_and_message() {
    let mut other = Batch::of(vec![event(MORNING + 1, 3, "denied, too")]);
    other.log_group = "/other".to_owned();
    let first = vec![event(MORNING, 1, "access denied"), event(MORNING + 1_500, 2, "access granted")];
    let mailtrail = archive_of(&[Batch::of(first), other]);
    let run = mailtrail.run(&["search", "--sort", "--filter-pattern", "denied"]).expect(0);
    let _hidden = mailtrail.hide_what_differs();
    insta::assert_snapshot!(run.stdout, @"
    /aws/workmail/emailevents/example
    2026-11-20T08:00:00Z      email-events  access denied

    /other
    2026-11-20T08:00:00.001Z  email-events  denied, too
    ");
    insta::assert_snapshot!(run.stderr, @"✓ 2 events found in 3 events, 2 objects read in [TIME]");
}

#[test]
fn machines_get_one_object_a_line_and_nothing_else() {
    let mailtrail = archive_of(&[Batch::of(vec![event(MORNING, 1, "access \"denied\"")])]);
    let run = mailtrail.run(&["search", "--json"]).expect(0);
    insta::assert_snapshot!(run.stdout, @r#"{"id":"40033441431786551087756286471476668878454213155225600001","timestamp":1795161600000,"logGroup":"/aws/workmail/emailevents/example","logStream":"email-events","message":"access \"denied\""}"#);
}

#[test]
fn nothing_found_is_no_failure() {
    let run = four_days().run(&["search", "--filter-pattern", "midnight"]).expect(0);
    assert_eq!(run.stdout, "");
    assert!(run.stderr.contains("0 events found in 4 events, 4 objects read"), "{}", run.stderr);
}

#[test]
fn only_the_time_that_is_asked_for_is_searched_and_only_its_days_are_read() {
    let mailtrail = four_days();
    let search = |arguments: &[&str]| {
        let run = mailtrail.run(&[&["search", "--json"], arguments].concat()).expect(0);
        (messages(&run), run.stderr)
    };
    assert_eq!(search(&[]).0.len(), 4);
    assert_eq!(search(&["--since", "2026-11-23"]).0, ["noon of day 3"]);
    assert_eq!(search(&["--until", "2026-11-21"]).0, ["noon of day 0"]);
    assert_eq!(search(&["--since", "2026-11-21", "--until", "2026-11-21"]).0, ["noon of day 1"]);
    assert_eq!(
        search(&["--since", "2026-11-21T12:00:00Z", "--until", "2026-11-22T12:00:00Z"]).0,
        ["noon of day 1"]
    );
    let (found, said) = search(&["--since", "2026-11-23T12:00:00.001Z"]);
    assert!(found.is_empty() && said.contains("0 events, 2 objects read"), "{said}");
    assert_eq!(search(&["--since", "99999d"]).0.len(), 4);
    assert_eq!(search(&["--until", "99999d"]).0.len(), 0);
}

#[test]
fn a_batch_is_found_by_its_later_events_and_by_those_without_a_time() {
    let late = Batch::of(vec![event(MORNING, 1, "early"), event(MORNING + 20 * HOUR, 2, "late")]);
    let timeless = Batch::of(vec![event(-1, 3, "timeless"), event(MORNING + 48 * HOUR, 4, "timed")]);
    let mailtrail = archive_of(&[late, timeless]);
    let run = mailtrail.run(&["search", "--json", "--since", "2026-11-21", "--sort"]).expect(0);
    assert_eq!(messages(&run), ["timeless", "late", "timed"]);
    assert_eq!(lines(&run)[0]["timestamp"], 0);
}

#[test]
fn sorted_is_by_time_whatever_came_first() {
    let mut traffic = Traffic::new(7);
    let mut batches: Vec<Batch> = (0..8).map(|_| traffic.batch(50)).collect();
    // Mix the batches: each gets every eighth event.
    let events: Vec<Event> = batches.iter().flat_map(|batch| batch.events.clone()).collect();
    for (number, batch) in batches.iter_mut().enumerate() {
        batch.events = events.iter().skip(number).step_by(8).cloned().collect();
    }
    let mailtrail = archive_of(&batches);
    let run = mailtrail.run(&["search", "--json", "--sort"]).expect(0);
    let times: Vec<i64> = lines(&run).iter().map(|line| line["timestamp"].as_i64().unwrap()).collect();
    assert_eq!(times.len(), 400);
    assert!(times.is_sorted());
}

#[test]
fn however_many_work_at_a_time_the_answer_is_the_same() {
    let mut traffic = Traffic::new(7).with_gap(600_000);
    let batches: Vec<Batch> = (0..30).map(|_| traffic.batch(20)).collect();
    let mailtrail = archive_of(&batches);
    let [one, many] = ["1", "64"].map(|jobs| mailtrail.run(&["search", "--json", "--jobs", jobs]).expect(0));
    assert_eq!(one.stdout.lines().count(), 600);
    assert_eq!(one.stdout, many.stdout);
}

#[test]
fn an_event_that_is_stored_twice_is_counted_and_printed_once() {
    let [one, two, three] = [1, 2, 3].map(|number| event(MORNING + 20 * HOUR, number, "an event"));
    let early = event(MORNING, 9, "an event");
    let foreign = |message: &str| Event { id: "x".into(), timestamp: MORNING, message: message.into() };
    let mailtrail = archive_of(&[
        Batch::of(vec![one.clone(), two.clone()]),
        Batch::of(vec![two.clone(), three]),
        // The same again from another filter, and with a batch that lies under the day before.
        Batch::of(vec![early, one, two]),
        Batch::of(vec![foreign("a"), foreign("b")]),
        Batch::of(vec![foreign("b")]),
    ]);
    let run = mailtrail.run(&["search", "--json"]).expect(0);
    assert_eq!(lines(&run).len(), 6);
    assert!(run.stderr.contains("6 events found in 6 events, 5 objects read"), "{}", run.stderr);
}

#[test]
fn the_same_id_in_another_log_stream_is_another_event() {
    let batch = Batch::of(vec![event(MORNING, 1, "an event")]);
    let mut other = batch.clone();
    other.log_stream = "another".to_owned();
    assert_eq!(lines(&archive_of(&[batch, other]).run(&["search", "--json"]).expect(0)).len(), 2);
}

#[test]
fn a_log_group_can_be_chosen() {
    let batch = Batch::of(vec![event(MORNING, 1, "here")]);
    let mut other = Batch::of(vec![event(MORNING, 2, "there")]);
    other.log_group = "/other".to_owned();
    let run = archive_of(&[batch, other]).run(&["search", "--json", "--log-group", "/other"]).expect(0);
    assert_eq!(messages(&run), ["there"]);
}

#[test]
fn a_raw_copy_that_cannot_be_read_is_named_and_the_rest_is_searched() {
    let mailtrail = four_days();
    let key = mailtrail.files("archive/raw").keys().nth(1).unwrap().clone();
    let path = mailtrail.path(&format!("archive/raw/{key}"));
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    let run = mailtrail.run(&["search", "--json"]).expect(3);
    assert_eq!(messages(&run).len(), 3);
    assert!(run.stderr.contains(&format!("failed to read raw/{key}: ")), "{}", run.stderr);
    assert!(run.stderr.contains("3 objects read, 1 object unreadable"), "{}", run.stderr);
}

#[test]
fn a_payload_over_the_limit_is_named_with_what_to_do() {
    let mailtrail = archive_of(&[Batch::of(vec![event(MORNING, 1, &"x".repeat(100_000))])]);
    let run = mailtrail.run(&["search", "--decoded-limit", "64KiB"]).expect(3);
    assert!(run.stderr.contains("increase --decoded-limit"), "{}", run.stderr);
}

#[test]
fn what_is_quarantined_is_not_searched_and_other_files_do_not_matter() {
    let mailtrail = four_days();
    mailtrail.write("bad.gz", "ERROR");
    mailtrail.run(&["ingest", "bad.gz"]).expect(3);
    mailtrail.write("archive/raw/README.md", "ERROR");
    mailtrail.write("archive/raw/region=x/accountId=x/eventDay=20261120/notes.txt", "ERROR");
    mailtrail.write("archive/raw/region=x/accountId=x/eventDay=today/x.json.gz", "ERROR");
    let run = mailtrail.run(&["search", "--filter-pattern", "ERROR"]).expect(0);
    assert_eq!(run.stdout, "");
}

#[test]
fn an_archive_without_raw_copies_needs_a_look_and_is_not_made() {
    let mailtrail = Mailtrail::new();
    let run = mailtrail.run(&["search", "--archive", "archvie"]).expect(3);
    assert_eq!(run.stdout, "");
    insta::assert_snapshot!(run.stderr, @"! there are no raw copies in archvie: check the URL of the archive");
    assert!(!mailtrail.path("archvie").exists());
}

#[test]
fn a_file_in_the_place_of_the_archive_is_a_failure() {
    let mailtrail = Mailtrail::new();
    mailtrail.write("archive", "a letter");
    let run = mailtrail.run(&["search", "--archive", "archive"]).expect(1);
    assert!(run.stderr.contains("there is a file instead of a directory"), "{}", run.stderr);
}

#[test]
fn a_search_changes_nothing() {
    let mailtrail = four_days();
    let before = mailtrail.files("archive");
    mailtrail.run(&["search", "--sort"]).expect(0);
    assert_eq!(mailtrail.files("archive"), before);
}

#[test]
fn a_pattern_that_cannot_be_understood_is_shown_with_the_place() {
    let run =
        Mailtrail::new().run(&["search", "--archive", "a", "--filter-pattern", "{ $.errorCode EXISTS }"]);
    let run = run.expect(2);
    assert_eq!(run.stdout, "");
    insta::assert_snapshot!(run.stderr, @"
    error: invalid value '{ $.errorCode EXISTS }' for '--filter-pattern <PATTERN>': character 15: expected `= *` to ask for a string or number that is there, or NOT EXISTS (CloudWatch Logs knows no EXISTS), found `EXISTS`

      { $.errorCode EXISTS }
                    ^

    For more information, try '--help'.
    ");
}

#[test]
fn wrong_times_and_no_archive_are_wrong_usage() {
    let complaint = |arguments: &[&str]| Mailtrail::new().complaint(&[&["search"], arguments].concat());
    let complaints = [
        complaint(&[]),
        complaint(&["--archive", "a", "--since", "yesterday"]),
        complaint(&["--archive", "a", "--since", "2026-11-21", "--until", "2026-11-20"]),
    ];
    insta::assert_snapshot!(complaints.join("\n"), @"
    error: missing archive: give --archive DIR, --archive file:///… or --archive s3://bucket/prefix, or set MAILTRAIL_ARCHIVE
    error: invalid value 'yesterday' for '--since <TIME>': invalid time `yesterday`: expected a day (2026-11-20, from midnight UTC), a time with its offset (2026-11-20T10:15:00Z), or how long ago (30m, 24h, 7d)
    error: empty time range: 2026-11-21T00:00:00Z is not before 2026-11-20T00:00:00Z: --since must be before --until
    ");
}

#[test]
fn an_event_is_found_by_its_own_day_whatever_lies_with_it() {
    let at = |day: i64, message: &str| event(MORNING + day * 24 * HOUR, message.len() as u128, message);
    let late = Batch::of(vec![at(0, "first"), at(5, "five days later")]);
    let other = Batch::of(vec![at(0, "of the first day only")]);
    let mailtrail = archive_of(&[late, other]);
    let export = [Batch::of(vec![at(-10, "long ago")]), Batch::of(vec![at(5, "exported")])];
    let members: Vec<u8> = export.iter().flat_map(Batch::to_gzip).collect();
    mailtrail.write("export.gz", members);
    mailtrail.run(&["ingest", "export.gz"]).expect(0);
    let search = |arguments: &[&str]| mailtrail.run(&[&["search", "--json"], arguments].concat()).expect(0);
    let run = search(&["--since", "2026-11-25"]);
    assert_eq!(messages(&run), ["exported", "five days later"], "{}", run.stderr);
    assert!(run.stderr.contains("2 events found in 2 events, 2 objects read"), "{}", run.stderr);
    let run = search(&["--since", "2026-11-25", "--until", "2026-11-25T07:00:00Z"]);
    assert_eq!(messages(&run), Vec::<String>::new());
    assert_eq!(messages(&search(&["--until", "2026-11-12"])), ["long ago"]);
    assert_eq!(messages(&search(&[])).len(), 5);
}

#[test]
fn a_term_may_begin_with_a_minus() {
    let mailtrail = four_days();
    let run = mailtrail.run(&["search", "--json", "--filter-pattern", "-3 -2"]).expect(0);
    assert_eq!(messages(&run), ["noon of day 0", "noon of day 1"]);
}

#[test]
fn a_reader_that_stops_listening_is_no_failure() {
    let mut traffic = Traffic::new(7);
    let batches: Vec<Batch> = (0..10).map(|_| traffic.batch(2_000)).collect();
    let mailtrail = archive_of(&batches);
    for arguments in [["search", "--json"].as_slice(), &["search"], &["search", "--sort"]] {
        assert_eq!(mailtrail.run_for_a_line(arguments).expect(0).stderr, "");
    }
}

#[test]
fn an_archive_in_s3_is_searched_through_all_its_moods() {
    let (aws, mailtrail) = with_a_bucket();
    mailtrail.write_payloads(5, 20);
    mailtrail.run(&["ingest", "in"]).expect(0);
    aws.set_faults(Faults::storm(7));
    let run = mailtrail.run(&["search", "--json"]).expect(0);
    assert_eq!(lines(&run).len(), 100);
    aws.set_faults(Faults::none());
    aws.delete_bucket(BUCKET);
    assert!(
        mailtrail
            .run(&["search"])
            .expect(3)
            .stderr
            .contains("create the bucket `example-archive`, or correct")
    );
}
