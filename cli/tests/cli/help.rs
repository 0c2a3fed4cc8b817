//! `--help` and `--version`.

use crate::mailtrail::Mailtrail;

#[test]
fn every_command_explains_itself_with_examples_and_exit_codes() {
    let commands: [&[&str]; 30] = [
        &[],
        &["demo"],
        &["ingest"],
        &["backfill"],
        &["coverage"],
        &["redrive"],
        &["redrive", "undelivered"],
        &["redrive", "failures"],
        &["redrive", "quarantine"],
        &["redrive", "raw"],
        &["trace"],
        &["search"],
        &["activity"],
        &["directory"],
        &["directory", "save"],
        &["directory", "show"],
        &["directory", "diff"],
        &["permissions"],
        &["policy"],
        &["policy", "snapshot"],
        &["policy", "audit"],
        &["policy", "plan"],
        &["policy", "apply"],
        &["policy", "rollback"],
        &["workmail"],
        &["workmail", "status"],
        &["workmail", "enable"],
        &["workmail", "disable"],
        &["workmail", "retire"],
        &["doctor"],
    ];
    for command in commands {
        let help = Mailtrail::new().run(&[command, &["--help"]].concat()).expect(0).stdout;
        let (exit_codes, examples) = (help.find("Exit codes:"), help.find("Examples:"));
        assert!(exit_codes.is_some() && exit_codes < examples, "{help}");
        insta::assert_snapshot!([&["help"], command].concat().join("-"), help);
    }
}

#[test]
fn the_examples_of_redrive_can_be_pasted_from_a_narrow_terminal() {
    for command in [
        &["redrive"][..],
        &["redrive", "undelivered"],
        &["redrive", "failures"],
        &["redrive", "quarantine"],
        &["redrive", "raw"],
    ] {
        let help = Mailtrail::new().run(&[command, &["--help"]].concat()).expect(0).stdout;
        let (_, examples) = help.split_once("Examples:\n").unwrap();
        let examples: Vec<&str> = examples.lines().collect();
        assert!(examples.iter().all(|line| line.len() <= 80), "{examples:#?}");
        let joined = examples.join("\n").replace("\\\n", " ");
        assert!(joined.lines().all(|line| line.trim_start().starts_with("mailtrail redrive ")), "{joined}");
    }
}

#[test]
fn the_help_contains_no_value_of_the_environment() {
    let run = Mailtrail::new().env("MAILTRAIL_ARCHIVE", "s3://example-private").run(&["ingest", "--help"]);
    assert!(!run.expect(0).stdout.contains("example-private"));
}

#[test]
fn the_version_is_that_of_the_package() {
    let run = Mailtrail::new().run(&["--version"]).expect(0);
    assert_eq!(run.stdout, concat!("mailtrail ", env!("CARGO_PKG_VERSION"), "\n"));
}
