//! What will be written, before the question whether to write it: derived from the changes themselves, and not from
//! what a plan or a journal says of itself.

use std::fmt::Write;

use indicatif::HumanCount;
use mailtrail_policy_apply::{DestinationSummary, DryRun, PolicySummary, StatementSummary};
use mailtrail_resource_policy::plan::PolicyScope;

use crate::output::{BOLD, FAINT, WARNING, count, paint, plain};

/// What will be changed in an account and Region.
pub(super) fn text(told: &DryRun, account: &str, region: &str) -> String {
    let mut text = String::new();
    let place = format!("account {}, Region {}", plain(account), plain(region));
    if told.calls.is_empty() {
        push(&mut text, &format!("nothing is to be written in {place}"));
    } else {
        push(&mut text, &format!("to be written in {place}:"));
    }
    for policy in &told.policies {
        push(&mut text, &self::policy(policy));
    }
    for DestinationSummary { name, from, to } in &told.destinations {
        let head = paint(BOLD, format_args!("point the delivery destination {}", plain(name)));
        push(&mut text, &format!("  {head}\n    from {}\n    to   {}", plain(from), plain(to)));
    }
    for change in &told.other {
        push(&mut text, &format!("  {}", plain(change)));
    }
    for line in told.left.iter().chain(&told.kept).chain(&told.not_copied) {
        push(&mut text, &format!("  {} {}", paint(WARNING, "!"), plain(line)));
    }
    text
}

fn push(text: &mut String, lines: &str) {
    // A `String` takes every write.
    let _infallible = writeln!(text, "{lines}");
}

fn policy(policy: &PolicySummary) -> String {
    let place = match &policy.scope {
        PolicyScope::Account(name) => format!("the account's policy {}", plain(name)),
        PolicyScope::LogGroup(arn) => format!("the policy of {}", plain(arn)),
    };
    let characters = |size: usize| count(size as u64, "character");
    let head = match (policy.before, policy.after) {
        (Some(before), Some(after)) => {
            format!("write {place}: {} → {}", HumanCount(before as u64), characters(after))
        }
        (None, Some(after)) => format!("create {place}: {}", characters(after)),
        (Some(before), None) => format!("delete {place}: {}", characters(before)),
        (None, None) => format!("leave {place} as it is"),
    };
    let mut lines = format!("  {}", paint(BOLD, head));
    for (sign, statements) in [("+", &policy.added), ("-", &policy.removed)] {
        for one in statements {
            lines.push_str(&statement(sign, one));
        }
    }
    if policy.added.is_empty() && policy.removed.is_empty() {
        lines.push_str("\n    no statement is added or removed, only the text changes");
    }
    lines
}

/// A statement: who, what, on which condition, and then the resources.
fn statement(sign: &str, statement: &StatementSummary) -> String {
    let StatementSummary { effect, principal, actions, resources, conditions } = statement;
    let mut lines = format!("\n    {sign} {} {}", plain(effect), plain(principal));
    let mut tell = |name: &str, words: &str| {
        // A `String` takes every write.
        let _infallible =
            write!(lines, "\n      {} {}", paint(FAINT, format_args!("{name:<4}")), plain(words));
    };
    if !actions.is_empty() {
        tell("do", &actions.join(", "));
        tell("if", &if conditions.is_empty() { "(always)".to_owned() } else { conditions.join(" and ") });
    }
    for resource in resources {
        tell("on", resource);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(principal: &str, conditions: &[&str], resources: &[&str]) -> StatementSummary {
        let all = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        StatementSummary {
            effect: "Allow".to_owned(),
            principal: principal.to_owned(),
            actions: vec!["logs:PutLogEvents".to_owned()],
            resources: all(resources),
            conditions: all(conditions),
        }
    }

    fn of(added: Vec<StatementSummary>, removed: Vec<StatementSummary>) -> String {
        let scope = PolicyScope::Account("mail".to_owned());
        let (before, after) = (Some(1234), Some(567));
        let policies = vec![PolicySummary { scope, before, after, added, removed }];
        let calls = vec![mailtrail_policy_apply::Call {
            service: "logs".to_owned(),
            operation: "PutResourcePolicy".to_owned(),
            parameters: serde_json::Value::Null,
        }];
        text(&DryRun { policies, calls, ..DryRun::default() }, "111122223333", "eu-west-1")
    }

    #[test]
    fn who_may_do_what_on_which_condition_is_told_of_each_statement() {
        let open = of(vec![summary("anyone", &[], &["*"])], Vec::new());
        for expected in ["1,234 → 567 characters", "+ Allow anyone", "logs:PutLogEvents", "(always)", "*"] {
            assert!(open.contains(expected), "{open}");
        }
        let bound = of(vec![summary("es.amazonaws.com", &["StringEquals a b"], &["x"])], Vec::new());
        assert!(bound.contains("StringEquals a b") && !bound.contains("(always)"), "{bound}");
    }

    #[test]
    fn everything_that_is_added_or_removed_is_named() {
        let names: Vec<String> = (0..30).map(|number| format!("group-{number:02}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let added = of(vec![summary("a", &[], &names)], Vec::new());
        assert!(names.iter().all(|name| added.contains(name)), "{added}");
        let removed = of(Vec::new(), vec![summary("a", &[], &names)]);
        assert!(names.iter().all(|name| removed.contains(name)), "{removed}");
    }

    #[test]
    fn a_name_that_would_steer_the_terminal_does_not() {
        assert!(!of(vec![summary("\u{1b}[2Janyone", &[], &["a\r\nb"])], Vec::new()).contains("\u{1b}[2J"));
    }
}
