use clap::Parser;
use mailtrail_aws_client::failure::Failure;
use mailtrail_policy_apply::{JournalError, MoveBlocked};
use mailtrail_policy_survey::CallError;

use super::super::args::PolicyCommand;
use super::*;
use crate::command::{Cli, Command};

const ARCHIVE: &str = "my {old,new} archive's";
const JOURNAL: &str = "20261120T101502Z-$(id)";
const ROLE: &str = "arn:aws:iam::111122223333:role/audit";

/// Each error once.
fn errors() -> Vec<ApplyError> {
    let text = || "x".to_owned();
    let journal = || JOURNAL.to_owned();
    let call = || CallError { operation: "GetX", failure: Failure::permanent("AccessDenied", "no") };
    let denied = || Box::new(call());
    vec![
        ApplyError::Format(1),
        ApplyError::Elsewhere { plan: text(), here: text() },
        ApplyError::NotDerived(text()),
        ApplyError::Stale { why: vec![text()], journal: None },
        ApplyError::Stale { why: vec![text()], journal: Some(journal()) },
        ApplyError::Changed { what: text(), journal: journal() },
        ApplyError::Deleted { what: text(), journal: journal() },
        ApplyError::Overwritten { what: text(), journal: journal() },
        ApplyError::Call { what: text(), error: denied(), advice: "allow it".into(), journal: journal() },
        ApplyError::NotSeen { what: text(), error: denied(), advice: "allow it".into() },
        ApplyError::NotMoved { log_group: text(), why: MoveBlocked::Gone, journal: journal() },
        ApplyError::Journal(JournalError::Missing(journal())),
        ApplyError::Journal(JournalError::Unreadable { key: text(), reason: text() }),
        ApplyError::Journal(JournalError::Earlier(journal())),
        ApplyError::Journal(JournalError::Broken { journal: journal(), reason: text() }),
        ApplyError::Journal(JournalError::InUse(journal())),
        ApplyError::Journal(JournalError::Undone(journal())),
        ApplyError::Journal(JournalError::Open(journal())),
    ]
}

/// Whether the error is one that another run of mailtrail helps against. A new error does not compile before it is
/// placed here, and added above.
fn has_a_way_on(error: &ApplyError) -> bool {
    match error {
        ApplyError::Format(_)
        | ApplyError::NotDerived(_)
        | ApplyError::Stale { .. }
        | ApplyError::Changed { .. }
        | ApplyError::Deleted { .. }
        | ApplyError::Overwritten { .. }
        | ApplyError::Call { .. }
        | ApplyError::NotMoved { .. } => true,
        ApplyError::Elsewhere { .. } | ApplyError::NotSeen { .. } => false,
        ApplyError::Journal(error) => match error {
            JournalError::Earlier(_)
            | JournalError::Broken { .. }
            | JournalError::InUse(_)
            | JournalError::Undone(_)
            | JournalError::Open(_) => true,
            JournalError::Archive(_) | JournalError::Missing(_) | JournalError::Unreadable { .. } => false,
        },
    }
}

fn parse(words: &[&str]) -> Command {
    Cli::try_parse_from(words).unwrap_or_else(|error| panic!("{words:?}: {error}")).command
}

fn change() -> ChangeArgs {
    let command =
        ["mailtrail", "policy", "rollback", "J", "--archive", ARCHIVE, "--archive-owner", "111122223333"];
    let words = [
        command.as_slice(),
        &["--archive-kms-key", "alias/a", "--region", "eu-west-1", "--assume-role", ROLE],
    ];
    let Command::Policy(args) = parse(&words.concat()) else { panic!("another command") };
    let PolicyCommand::Rollback(args) = args.command else { panic!("another command") };
    args.change
}

#[test]
fn each_command_that_an_error_advises_can_be_pasted_and_works_where_the_failed_one_did() {
    let change = change();
    let location = change.archive.clone().unwrap();
    for error in errors() {
        let (has_a_way_on, lines) = (has_a_way_on(&error), change.commands().of(&error));
        let said = advised(&change, error.into()).to_string();
        assert_eq!(
            (!lines.is_empty(), said.matches("with: ").count()),
            (has_a_way_on, lines.len()),
            "{said}"
        );
        for line in lines {
            assert!(said.contains(&format!("with: {line}")), "{said}");
            let words = shell_words::split(&line).unwrap();
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            for (name, value) in [("--region", "eu-west-1"), ("--assume-role", ROLE)] {
                assert!(words.windows(2).any(|pair| pair == [name, value]), "{name}: {said}");
            }
            let Command::Policy(args) = parse(&words) else { panic!("{said}") };
            let (given, journal) = match args.command {
                PolicyCommand::Apply(args) => (args.change, args.resume),
                PolicyCommand::Rollback(args) => (args.change, Some(args.journal)),
                PolicyCommand::Plan(args) => {
                    assert!(args.output.is_some(), "{said}");
                    continue;
                }
                _ => panic!("{said}"),
            };
            assert_eq!(given.archive.as_ref(), Some(&location), "{said}");
            assert_eq!(
                (given.archive_owner, given.archive_kms_key),
                (change.archive_owner.clone(), change.archive_kms_key.clone())
            );
            assert_eq!(journal.as_deref(), Some(JOURNAL), "{said}");
        }
    }
}

#[test]
fn an_audit_leads_to_a_plan_and_a_plan_to_its_application() {
    let audit = [
        "mailtrail",
        "policy",
        "audit",
        "my snapshot",
        "--no-v1-services",
        "--share",
        "70",
        "--archive",
        ARCHIVE,
    ];
    let Command::Policy(args) = parse(&audit) else { panic!("another command") };
    let PolicyCommand::Audit(args) = args.command else { panic!("another command") };
    let words = shell_words::split(&args.plan_command()).unwrap();
    assert_eq!(
        (&words[..3], &words[3..]),
        (
            &["mailtrail", "policy", "plan"].map(str::to_owned)[..],
            &audit[3..].iter().map(|it| (*it).to_owned()).collect::<Vec<_>>()[..]
        )
    );
    let plan =
        ["mailtrail", "policy", "plan", "--output", "my plan", "--archive", ARCHIVE, "--region", "eu-west-1"];
    let Command::Policy(args) = parse(&plan) else { panic!("another command") };
    let PolicyCommand::Plan(args) = args.command else { panic!("another command") };
    let hint = args.apply_hint();
    let words = shell_words::split(hint.strip_prefix("carry it out: ").unwrap()).unwrap();
    let expected = ["mailtrail", "policy", "apply", "my plan", "--archive", ARCHIVE, "--region", "eu-west-1"];
    assert_eq!(words, expected);
}
