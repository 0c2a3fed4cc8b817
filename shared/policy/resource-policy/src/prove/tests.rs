//! Each of the two halves of the proof finds a fault by itself, without the other half.

use super::*;
use crate::inventory::{LogGroup, Part};

const GROUP: &str = "arn:aws:logs:us-east-1:111122223333:log-group:/mail";
/// Decided in every context.
const ALWAYS: &str = "{}";
/// Decided in no context: no probe says anything of this key.
const PERHAPS: &str = r#"{"StringEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"}}"#;

fn set(statements: &[String]) -> PolicySet {
    let mut set = PolicySet::default();
    let text = format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, statements.join(","));
    set.put(&PolicyScope::Account("p".to_owned()), Some(&text));
    set
}

/// Log delivery may write to the log group, under a condition.
fn allow(condition: &str) -> PolicySet {
    set(&[format!(
        r#"{{"Effect":"Allow","Principal":{{"Service":"delivery.logs.amazonaws.com"}},"Action":"logs:PutLogEvents",
            "Resource":"{GROUP}:*","Condition":{condition}}}"#
    )])
}

/// An account in which these are all log groups.
fn account(log_groups: &[&str]) -> Inventory {
    let group = |name: &&str| LogGroup { name: (*name).to_owned(), ..LogGroup::default() };
    Inventory {
        account: Some("111122223333".to_owned()),
        region: Some("us-east-1".to_owned()),
        account_policies: Part::Seen { at: 0, value: Vec::new() },
        log_groups: Part::Seen { at: 0, value: log_groups.iter().map(group).collect() },
        ..Inventory::default()
    }
}

fn asked(before: &PolicySet, after: &PolicySet, granted: &PolicySet, log_groups: &[&str]) -> &'static str {
    let probes = ProbeSet::new(before, after, granted, &account(log_groups));
    match requests(before, after, granted, &probes) {
        Ok(_) => "proved",
        Err(Violation::Lost(_)) => "lost",
        Err(Violation::Unlisted(_)) => "unlisted",
        Err(_) => "other",
    }
}

#[test]
fn less_than_before_is_lost_unless_the_log_group_does_not_exist() {
    let (allowed, perhaps, denied) = (allow(ALWAYS), allow(PERHAPS), set(&[]));
    for (before, after) in [(&allowed, &denied), (&allowed, &perhaps), (&perhaps, &denied)] {
        assert_eq!(asked(before, after, &denied, &["/mail"]), "lost", "{before:?} {after:?}");
        assert_eq!(asked(before, after, &denied, &[]), "proved", "{before:?} {after:?}");
    }
    for same in [&allowed, &perhaps, &denied] {
        assert_eq!(asked(same, same, &denied, &["/mail"]), "proved");
    }
}

#[test]
fn more_than_before_has_to_be_listed() {
    let (allowed, perhaps, denied) = (allow(ALWAYS), allow(PERHAPS), set(&[]));
    for (before, after, granted, expected) in [
        (&denied, &allowed, &denied, "unlisted"),
        (&denied, &allowed, &perhaps, "unlisted"),
        (&denied, &allowed, &allowed, "proved"),
        (&perhaps, &allowed, &denied, "unlisted"),
        (&perhaps, &allowed, &perhaps, "unlisted"),
        (&perhaps, &allowed, &allowed, "proved"),
        (&denied, &perhaps, &denied, "unlisted"),
        (&denied, &perhaps, &perhaps, "proved"),
        (&denied, &perhaps, &allowed, "proved"),
    ] {
        assert_eq!(asked(before, after, granted, &["/mail"]), expected, "{before:?} {after:?} {granted:?}");
    }
}

#[test]
fn the_same_statement_is_asked_again_where_it_applies_less_certainly() {
    let not_one = allow(r#"{"StringNotEquals":{"aws:SourceAccount":"555566667777"}}"#);
    assert_eq!(asked(&not_one, &allow(ALWAYS), &set(&[]), &["/mail"]), "unlisted");
}

#[test]
fn an_entry_that_is_never_edited_is_lost_even_where_its_log_group_does_not_exist() {
    let anyone =
        set(&[format!(r#"{{"Effect":"Allow","Principal":"*","Action":"*","Resource":"{GROUP}:*"}}"#)]);
    let lost = entries(&anyone, &set(&[]), &account(&[]), &[]);
    assert!(matches!(lost, Err(Violation::Lost(_))), "{lost:?}");
}

#[test]
fn a_proof_counts_every_combination() {
    let allowed = allow(ALWAYS);
    let proof = prove(&allowed, &allowed, &account(&["/mail", "/other"]), &[]).unwrap();
    assert_eq!((proof.services, proof.actions, proof.log_groups), (2, 2, 2));
    assert_eq!(proof.requests, 2 * 2 * 2 * 4, "in four contexts");
}
