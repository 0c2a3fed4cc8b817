//! `mailtrail demo`.

use crate::mailtrail::{Mailtrail, Run};

#[test]
fn the_demo_shows_what_came_in_what_came_out_and_where_it_lies() {
    let mailtrail = Mailtrail::new();
    let run = mailtrail.run(&["demo"]).expect(0);
    assert_eq!(run.stderr, "");
    let _hidden = mailtrail.hide_what_differs();
    insta::assert_snapshot!("demo", run.stdout);
}

#[test]
fn the_demo_shown_again_stores_nothing_twice() {
    let mailtrail = Mailtrail::new();
    let first = mailtrail.run(&["demo", "--json"]).expect(0).ledger();
    let archive = mailtrail.files("mailtrail-demo/archive");
    let again = mailtrail.run(&["demo", "--json"]).expect(0);
    assert_eq!(again.ledger()["already"], first["archived"]);
    assert_eq!(mailtrail.files("mailtrail-demo/archive"), archive);
    assert!(again.stderr.contains("nothing is stored twice"), "{}", again.stderr);
}

#[test]
fn with_json_stdout_is_the_ledger_and_people_read_stderr() {
    let run = Mailtrail::new().run(&["demo", "--json"]).expect(0);
    assert!(run.stderr.contains("What came out"), "{}", run.stderr);
    insta::assert_snapshot!(run.stdout, @r#"{"payloads":6,"control_messages":0,"control_events":0,"quarantined_payloads":0,"events":400,"archived":400,"already":0,"refused":0,"by_class":{"base_event":7,"email_activity":393},"streams":[{"stream":"stream.ndjson","delivered":400,"gated":0,"filtered":0,"undelivered":0}],"balanced":true,"skipped_files":0,"incomplete_files":0,"in_archive_before":0}"#);
}

#[test]
fn the_demo_goes_where_it_is_told() {
    let mailtrail = Mailtrail::new();
    let run = mailtrail.run(&["demo", "--archive", "it's here/archive"]).expect(0);
    assert!(run.stdout.contains(r"demo --archive 'it'\''s here/archive'"), "{}", run.stdout);
    assert!(mailtrail.path("it's here/archive/raw").is_dir());
    let stream = std::fs::read_to_string(mailtrail.path("it's here/archive-stream.ndjson")).unwrap();
    assert_eq!(stream.lines().count(), 400);
}

#[test]
fn the_archive_can_be_made_anew_as_the_demo_says() {
    let mailtrail = Mailtrail::new();
    let said = mailtrail.run(&["demo"]).expect(0).stdout.replace("\\\n", "");
    let command = said.lines().find_map(|line| line.split_once(" ingest ")).unwrap().1;
    let arguments: Vec<&str> = ["ingest"].into_iter().chain(command.split_whitespace()).collect();
    mailtrail.run(&arguments).expect(0);
    assert_eq!(mailtrail.files("mailtrail-demo/archive-again"), mailtrail.files("mailtrail-demo/archive"));
}

#[test]
fn a_reader_that_stops_listening_is_no_failure() {
    let mailtrail = Mailtrail::new();
    let mut child = mailtrail.start(&["demo"]);
    drop(child.stdout.take());
    Run::of(child).expect(0);
}

#[test]
fn a_demo_that_cannot_be_kept_fails_and_says_why() {
    let mailtrail = Mailtrail::new();
    mailtrail.write("mailtrail-demo", "a letter");
    let run = mailtrail.run(&["demo"]).expect(1);
    assert_eq!(run.stdout, "");
    insta::assert_snapshot!(run.stderr, @"error: failed to open the archive mailtrail-demo/archive: NotADirectory: Not a directory (os error 20); at mailtrail-demo/archive, there is a file instead of a directory or a directory instead of a file: move it away, or choose another archive");
}
