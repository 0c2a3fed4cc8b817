//! `--help` and `--version`.

use crate::mailtrail::Mailtrail;

#[test]
fn every_command_explains_itself_with_examples_and_exit_codes() {
    let commands =
        ["mailtrail", "demo", "ingest", "search", "activity", "permissions", "policy", "workmail", "doctor"];
    for command in commands {
        let arguments: &[&str] = if command == "mailtrail" { &["--help"] } else { &[command, "--help"] };
        let help = Mailtrail::new().run(arguments).expect(0).stdout;
        assert!(help.contains("Examples:") && help.contains("Exit codes:"), "{help}");
        insta::assert_snapshot!(format!("help-{command}"), help);
    }
}

#[test]
fn the_help_shows_no_value_of_the_environment() {
    let run = Mailtrail::new().env("MAILTRAIL_ARCHIVE", "s3://example-private").run(&["ingest", "--help"]);
    assert!(!run.expect(0).stdout.contains("example-private"));
}

#[test]
fn the_version_is_that_of_the_package() {
    let run = Mailtrail::new().run(&["--version"]).expect(0);
    assert_eq!(run.stdout, concat!("mailtrail ", env!("CARGO_PKG_VERSION"), "\n"));
}
