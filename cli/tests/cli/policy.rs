//! `mailtrail policy` on files: without AWS, and without an account.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::mailtrail::Mailtrail;

/// The sample account, which the README shows.
fn sample() -> Mailtrail {
    let mailtrail = Mailtrail::new();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../infra/policies/account.json");
    mailtrail.write("account.json", fs::read(path).unwrap());
    mailtrail
}

/// What `aws logs describe-resource-policies` prints of the same account.
fn printed() -> String {
    let text = fs::read_to_string(sample().path("account.json"));
    let snapshot: Value = serde_json::from_str(&text.unwrap_or_default()).unwrap_or_default();
    serde_json::json!({ "resourcePolicies": snapshot["account_policies"]["value"] }).to_string()
}

#[test]
fn an_audit_shows_a_bar_for_each_policy_and_what_is_wrong() {
    let run = sample().run(&["policy", "audit", "account.json"]).expect(3);
    insta::assert_snapshot!(run.stdout);
    assert_eq!(run.stderr, "");
}

#[test]
fn a_plan_shows_what_why_and_what_it_saves() {
    let run = sample().run(&["policy", "plan", "account.json"]).expect(0);
    insta::assert_snapshot!(run.stdout);
}

#[test]
fn a_plan_with_a_move_shows_what_becomes_allowed() {
    let arguments =
        ["policy", "plan", "account.json", "--move", "/aws/workmail/audit/example", "--share", "100"];
    insta::assert_snapshot!(sample().run(&arguments).expect(0).stdout);
}

#[test]
fn a_log_group_that_cannot_be_moved_is_refused_with_the_reason() {
    let arguments = ["policy", "plan", "account.json", "--move", "/aws/states/live-orders"];
    insta::assert_snapshot!(sample().run(&arguments).expect(3).stdout);
}

#[test]
fn of_policies_alone_it_is_not_known_which_log_groups_exist() {
    let run = Mailtrail::new().run_with(&["policy", "audit", "-"], printed().as_bytes()).expect(3);
    insta::assert_snapshot!(run.stdout);
}

#[test]
fn machines_get_one_object_and_nothing_else() {
    for command in ["audit", "plan"] {
        let run = sample().run(&["policy", command, "account.json", "--json"]);
        assert_eq!((run.stdout.lines().count(), run.stderr.as_str()), (1, ""), "{run:#?}");
        let answer: Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!(answer["format"], 1);
    }
}

#[test]
fn a_plan_is_written_to_a_file_and_the_command_for_it_is_shown() {
    let mailtrail = sample();
    let run = mailtrail.run(&["policy", "plan", "account.json", "--output", "plan.json"]).expect(0);
    assert!(run.stdout.contains("see its calls: mailtrail policy apply plan.json --dry-run"), "{run:#?}");
    let plan: Value = serde_json::from_slice(&fs::read(mailtrail.path("plan.json")).unwrap()).unwrap();
    assert_eq!(plan["steps"].as_array().map(Vec::len), Some(1));
}

#[test]
fn names_in_a_file_have_no_power_over_the_terminal() {
    let text = printed().replace("OpenSearch-logs", "\\u001b[2J");
    let run = Mailtrail::new().run_with(&["policy", "audit", "-"], text.as_bytes()).expect(3);
    assert!(!run.stdout.contains('\u{1b}') && run.stdout.contains("\\u{1b}[2J"), "{run:#?}");
}
