//! `mailtrail ingest`.

use std::fs;
use std::process::Command;
use std::thread;
use std::time::Duration;

use mailtrail_samples::{LOG_GROUP, Traffic, sample_files};
use serde_json::json;

use crate::mailtrail::{Mailtrail, Run};

fn sample(name: &str) -> Vec<u8> {
    sample_files().into_iter().find(|file| file.name == name).unwrap().bytes
}

#[test]
fn the_summary_says_what_came_in_what_came_out_and_where_it_lies() {
    let mailtrail = Mailtrail::new();
    mailtrail.write_payloads(3, 100);
    let run = mailtrail.run(&["ingest", "--archive", "archive", "in"]).expect(0);
    assert_eq!(run.stderr, "");
    let _hidden = mailtrail.hide_what_differs();
    insta::assert_snapshot!(run.stdout, @"
    ✓ 300 events from 3 files in [TIME]
      came in   3 payloads, [SIZE], [SIZE] decoded
      archived  archive
                298 email_activity
                  2 base_event
                all of them new
    ");
    let again = mailtrail.run(&["ingest", "--archive", "archive", "in/000.gz"]).expect(0);
    insta::assert_snapshot!(again.stdout, @"
    ✓ 100 events from 1 file in [TIME]
      came in   1 payload, [SIZE], [SIZE] decoded
      archived  archive
                100 email_activity
                all of them archived before: nothing is stored twice
    ");
}

#[test]
fn the_same_again_leaves_the_same_archive() {
    let mailtrail = Mailtrail::new();
    mailtrail.write_payloads(20, 10);
    let ingest = ["ingest", "--archive", "archive", "--json", "in"];
    let first = mailtrail.run(&ingest).expect(0).ledger();
    let archive = mailtrail.files("archive");
    let again = mailtrail.run(&ingest).expect(0).ledger();
    assert_eq!((&first["archived"], &first["already"]), (&json!(200), &json!(0)));
    assert_eq!((&again["archived"], &again["already"]), (&json!(200), &json!(200)));
    assert_eq!(mailtrail.files("archive"), archive);
}

#[test]
fn however_many_work_at_a_time_the_archive_and_the_stream_are_the_same() {
    let mailtrail = Mailtrail::new();
    mailtrail.write_payloads(20, 10);
    let mut lines = Vec::new();
    for jobs in ["1", "16"] {
        let stream = format!("file://{}", mailtrail.path(&format!("{jobs}.ndjson")).display());
        mailtrail.run(&["ingest", "--archive", jobs, "--jobs", jobs, "--stream", &stream, "in"]).expect(0);
        let text = fs::read_to_string(mailtrail.path(&format!("{jobs}.ndjson"))).unwrap();
        let mut sent: Vec<String> = text.lines().map(str::to_owned).collect();
        sent.sort_unstable();
        lines.push(sent);
    }
    assert_eq!(lines[0].len(), 200);
    assert_eq!(lines[0], lines[1]);
    assert_eq!(mailtrail.files("1"), mailtrail.files("16"));
}

#[test]
fn standard_input_is_a_payload_whether_it_is_named_or_not() {
    let payload = Traffic::new(7).batch(10).to_gzip();
    for arguments in
        [["ingest", "--json", "-"].as_slice(), &["ingest", "--json"], &["ingest", "--json", "-", "-"]]
    {
        let mailtrail = Mailtrail::new().env("MAILTRAIL_ARCHIVE", "archive");
        let ledger = mailtrail.run_with(arguments, &payload).expect(0).ledger();
        assert_eq!((&ledger["payloads"], &ledger["archived"]), (&json!(1), &json!(10)));
    }
}

#[test]
fn what_holds_payloads_is_taken_in_whatever_it_is_called() {
    let mailtrail = Mailtrail::new();
    mailtrail.write(".hidden.ndjson.zst", Traffic::new(7).batch(10).to_gzip());
    let run = mailtrail.run(&["ingest", "--archive", "archive", "--json", ".hidden.ndjson.zst"]).expect(0);
    assert_eq!(run.ledger()["archived"], 10);
}

#[test]
fn an_archive_ingested_again_makes_the_same_archive() {
    let mailtrail = Mailtrail::new();
    mailtrail.write_payloads(3, 20);
    mailtrail.write("in/bad.gz", sample("hostile/truncated-gzip.json"));
    mailtrail.run(&["ingest", "--archive", "one", "in"]).expect(3);
    mailtrail.run(&["ingest", "--archive", "two", "one"]).expect(3);
    assert_eq!(mailtrail.files("one"), mailtrail.files("two"));
}

#[test]
fn what_is_to_be_kept_is_kept_and_told() {
    let mailtrail = Mailtrail::new();
    for number in 0..7 {
        mailtrail.write(&format!("in/{number}.txt"), format!("letter {number}"));
    }
    let ingest = ["ingest", "--archive", "archive", "--jobs", "1", "--quarantine", "in"];
    let run = mailtrail.run(&ingest).expect(3);
    let _hidden = mailtrail.hide_what_differs();
    insta::assert_snapshot!(run.stdout, @"
    ! 0 events from 7 files in [TIME]
      came in   7 payloads, [SIZE], [SIZE] decoded
                7 payloads unreadable, quarantined
      archived  archive
                no events
      look at   in/0.txt: the payload is neither gzip nor JSON
                kept in quarantine/reason=not_gzip/eventDay=[DAY]/[SHA256].bin
                in/1.txt: the payload is neither gzip nor JSON
                kept in quarantine/reason=not_gzip/eventDay=[DAY]/[SHA256].bin
                in/2.txt: the payload is neither gzip nor JSON
                kept in quarantine/reason=not_gzip/eventDay=[DAY]/[SHA256].bin
                in/3.txt: the payload is neither gzip nor JSON
                kept in quarantine/reason=not_gzip/eventDay=[DAY]/[SHA256].bin
                in/4.txt: the payload is neither gzip nor JSON
                kept in quarantine/reason=not_gzip/eventDay=[DAY]/[SHA256].bin
                and 2 more, in quarantine/ of the archive
    ");
}

#[test]
fn options_and_variables_reach_the_pipeline() {
    let organization = format!("m-{}", "0".repeat(32));
    let options =
        ["--region", "eu-west-1", "--internal-domain", "example.com", "--organization", &organization];
    let by_option = Mailtrail::new();
    by_option.write_payloads(1, 50);
    by_option.run(&[&["ingest", "--archive", "archive"], &options[..], &["in"]].concat()).expect(0);
    let by_variable = Mailtrail::new()
        .env("MAILTRAIL_ARCHIVE", "archive")
        .env("AWS_REGION", "eu-west-1")
        .env("MAILTRAIL_INTERNAL_DOMAINS", "example.com, ")
        .env("MAILTRAIL_ORGANIZATIONS", &format!("{LOG_GROUP}={organization}"));
    by_variable.write_payloads(1, 50);
    by_variable.run(&["ingest", "in"]).expect(0);
    assert_eq!(by_option.files("archive"), by_variable.files("archive"));

    let records: Vec<_> =
        by_option.files("archive").into_iter().filter(|(key, _)| key.ends_with("zst")).collect();
    assert!(records.iter().all(|(key, _)| key.contains("region=eu-west-1/")));
    let text: String = records
        .iter()
        .map(|(_, body)| String::from_utf8(zstd::decode_all(&body.0[..]).unwrap()).unwrap())
        .collect();
    assert!(text.contains(r#""direction":"Internal""#) && text.contains(&organization));
}

#[test]
fn a_batch_of_our_own_log_group_is_refused() {
    let mailtrail = Mailtrail::new();
    mailtrail.write_payloads(1, 10);
    let ingest = ["ingest", "--archive", "archive", "--json", "--own-log-group", LOG_GROUP, "in"];
    let run = mailtrail.run(&ingest).expect(0);
    assert_eq!((&run.ledger()["refused"], &run.ledger()["archived"]), (&json!(10), &json!(0)));
    assert!(run.stderr.contains("10 events refused"), "{}", run.stderr);
}

#[test]
fn the_decoded_limit_has_units() {
    let mailtrail = Mailtrail::new();
    mailtrail.write_payloads(1, 1000);
    let ingest = |limit| mailtrail.run(&["ingest", "--archive", limit, "--decoded-limit", limit, "in"]);
    ingest("64KiB").expect(3);
    ingest("1MiB").expect(0);
}

#[test]
fn two_streams_may_stand_in_the_variable() {
    let mailtrail = Mailtrail::new();
    let stream = |name| format!("file://{}", mailtrail.path(name).display());
    let streams = format!("{}?classes=email_activity\n{}", stream("mail.ndjson"), stream("all.ndjson"));
    let mailtrail = mailtrail.env("MAILTRAIL_STREAMS", &streams);
    mailtrail.write_payloads(1, 100);
    let ledger = mailtrail.run(&["ingest", "--archive", "archive", "--json", "in"]).expect(0).ledger();
    assert_eq!(ledger["streams"][0]["delivered"], ledger["by_class"]["email_activity"]);
    assert_eq!(ledger["streams"][1]["delivered"], 100);
}

#[test]
fn what_a_stream_does_not_take_is_kept_and_told() {
    let mailtrail = Mailtrail::new();
    mailtrail.write_payloads(2, 10);
    let stream = format!("file://{}", mailtrail.path("missing/mail.ndjson").display());
    let run = mailtrail.run(&["ingest", "--archive", "archive", "--stream", &stream, "in"]).expect(3);
    let _hidden = mailtrail.hide_what_differs();
    insta::assert_snapshot!(run.stdout, @"
        ! 20 events from 2 files in [TIME]
          came in   2 payloads, [SIZE], [SIZE] decoded
          archived  archive
                    20 email_activity
                    all of them new
          streamed  mail.ndjson: 0 delivered, 20 undelivered
          look at   failed to deliver all events to the stream mail.ndjson: NotFound: failed to append to [FOLDER]/missing/mail.ndjson: No such file or directory (os error 2)
                    kept in undelivered/stream=mail.ndjson/ of the archive
        ");
    assert_eq!(mailtrail.files("archive/undelivered/stream=mail.ndjson").len(), 2);
}

#[test]
fn a_path_that_does_not_exist_stops_the_run_before_it_begins() {
    let mailtrail = Mailtrail::new();
    mailtrail.write_payloads(1, 1);
    let run = mailtrail.run(&["ingest", "--archive", "archive", "in", "missing.gz"]).expect(1);
    insta::assert_snapshot!(run.stderr, @"error: failed to read `missing.gz`: No such file or directory (os error 2); check the path");
    assert!(!mailtrail.path("archive").exists());
}

#[test]
fn an_archive_that_takes_no_more_stops_the_run_with_the_ledger_so_far() {
    let mailtrail = Mailtrail::new();
    mailtrail.write_payloads(3, 10);
    mailtrail.run(&["ingest", "--archive", "archive", "in/000.gz"]).expect(0);
    fs::rename(mailtrail.path("archive/email_activity"), mailtrail.path("aside")).unwrap();
    mailtrail.write("archive/email_activity", "a letter");
    let run = mailtrail.run(&["ingest", "--archive", "archive", "--jobs", "1", "--json", "in"]).expect(1);
    assert_eq!((&run.ledger()["payloads"], &run.ledger()["balanced"]), (&json!(1), &json!(false)));
    let _hidden = mailtrail.hide_what_differs();
    insta::assert_snapshot!(run.stderr, @"
        ✗ failed: 10 events from 0 of 3 files in [TIME]
          came in   1 payload, [SIZE], [SIZE] decoded
          archived  archive
                    no events
        error: in/000.gz: failed to write `email_activity/region=unknown/accountId=111122223333/eventDay=20261120/20261120T080000Z-2638681be4a52143d60d67df1d1c839c.ndjson.zst` to the archive archive: NotADirectory: `email_activity` is not a directory; at archive, there is a file instead of a directory or a directory instead of a file: move it away, or choose another archive
        ");
}

#[test]
fn a_run_that_waits_for_a_pipe_can_be_stopped() {
    let mailtrail = Mailtrail::new();
    let mut child = mailtrail.start(&["ingest", "--archive", "archive"]);
    let _open = child.stdin.take();
    while !mailtrail.path("archive/.tmp").exists() {
        thread::sleep(Duration::from_millis(20));
    }
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    let run = Run::of(child).expect(1);
    let _hidden = mailtrail.hide_what_differs();
    insta::assert_snapshot!(run.stderr, @"
    stopping after the writes in progress; press Ctrl-C again to stop now
    ✗ stopped: 0 events from 0 of 1 file in [TIME]
      came in   0 payloads, [SIZE], [SIZE] decoded
      archived  archive
                no events
    error: stopped before the end; run the same command again: nothing is stored twice
    ");
}
