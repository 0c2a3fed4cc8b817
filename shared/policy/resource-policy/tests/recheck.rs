//! A plan is proved again of what is there when it is carried out.

#![allow(clippy::unwrap_used, reason = "a helper of a test is a test")]

use std::collections::BTreeSet;

use mailtrail_resource_policy::inventory::ResourcePolicy;
use mailtrail_resource_policy::plan::{Grant, PolicyScope, Write};
use mailtrail_resource_policy::prove::Violation;
use mailtrail_resource_policy::recheck::{RemainingPlan, ToWrite};

const ACCOUNT: &str = "111122223333";
const REGION: &str = "us-east-1";

fn arn(group: &str) -> String {
    format!("arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{group}")
}

fn grant(group: &str) -> Grant {
    Grant::to_log_delivery("aws", REGION, ACCOUNT, format!("{}:log-stream:*", arn(group)))
}

/// A document that lets log delivery write to these log groups.
fn document(groups: &[&str]) -> String {
    let statements = groups.iter().map(|group| grant(group).statement().to_json());
    let statements: Vec<String> =
        statements.enumerate().map(|(number, text)| of_log_delivery(&text, number)).collect();
    format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, statements.join(","))
}

/// A statement under a label of log delivery.
fn of_log_delivery(statement: &str, number: usize) -> String {
    statement.replace("MailtrailLogDelivery", &format!("AWSLogDeliveryWrite{number}"))
}

fn policy(name: &str, document: &str) -> ResourcePolicy {
    let is_of_group = name.starts_with('/');
    ResourcePolicy {
        policy_name: (!is_of_group).then(|| name.to_owned()),
        resource_arn: is_of_group.then(|| arn(name)),
        document: document.to_owned(),
        revision_id: is_of_group.then(|| "1".to_owned()),
        ..ResourcePolicy::default()
    }
}

fn write(name: &str, before: Option<&str>, after: Option<&str>) -> Write {
    let scope = if name.starts_with('/') {
        PolicyScope::LogGroup(arn(name))
    } else {
        PolicyScope::Account(name.to_owned())
    };
    let [before, after] = [before, after].map(|text| text.map(str::to_owned));
    Write { scope, before, after, expected_revision_id: None }
}

fn new(write: &Write) -> ToWrite<'_> {
    ToWrite { write, tried: false }
}

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn proved(rest: &RemainingPlan, missing: &[&str], grants: &[Grant]) -> Result<usize, Violation> {
    rest.prove(ACCOUNT, REGION, &names(missing), grants).map(|proof| proof.kept + proof.dead)
}

#[test]
fn an_entry_goes_only_while_its_log_group_is_missing() {
    let (old, left) = (document(&["/live", "/dead"]), document(&["/live"]));
    let write = write("p", Some(&old), Some(&left));
    let rest = RemainingPlan::new(&[policy("p", &old)], &[new(&write)]).unwrap();
    assert_eq!(rest.depends_on(), names(&["/dead"]));
    assert_eq!(proved(&rest, &["/dead"], &[]), Ok(2));
    assert!(matches!(proved(&rest, &[], &[]), Err(Violation::Lost(what)) if what.contains("/dead")));
}

#[test]
fn a_covered_entry_goes_only_while_the_other_policy_is_there() {
    let (old, left) = (document(&["/aws/vendedlogs/x", "/live"]), document(&["/live"]));
    let write = write("a", Some(&old), Some(&left));
    let both = [policy("a", &old), policy("b", &document(&["/aws/vendedlogs/*"]))];
    let rest = RemainingPlan::new(&both, &[new(&write)]).unwrap();
    assert!(rest.depends_on().is_empty());
    assert_eq!(proved(&rest, &[], &[]), Ok(3));
    let mut alone = RemainingPlan::new(&both[..1], &[new(&write)]).unwrap();
    assert_eq!(alone.depends_on(), names(&["/aws/vendedlogs/x"]));
    assert!(matches!(proved(&alone, &[], &[]), Err(Violation::Lost(_))));
    alone.add(&policy("/aws/vendedlogs/x", &document(&["/aws/vendedlogs/x"])));
    assert_eq!(proved(&alone, &[], &[]), Ok(3), "its own policy lets log delivery in as well");
}

#[test]
fn an_edited_plan_that_drops_a_condition_is_not_proved() {
    let (old, careless) =
        (document(&["/live", "/dead"]), document(&["/live"]).replace("aws:SourceArn", "aws:x"));
    let write = write("p", Some(&old), Some(&careless));
    let rest = RemainingPlan::new(&[policy("p", &old)], &[new(&write)]).unwrap();
    assert!(proved(&rest, &["/live", "/dead"], &[]).is_err());
}

#[test]
fn grants_that_are_given_already_or_left_to_operators_are_accepted() {
    let granted = document(&["/new"]);
    let write = write("/new", None, Some(&granted));
    let grants = [grant("/new"), grant("/of-people")];
    let rest = RemainingPlan::new(&[], &[new(&write)]).unwrap();
    assert_eq!(proved(&rest, &[], &grants), Ok(0));
    assert!(matches!(proved(&rest, &[], &[]), Err(Violation::Unlisted(_))));
    let done =
        RemainingPlan::new(&[policy("/new", &granted)], &[ToWrite { write: &write, tried: true }]).unwrap();
    assert_eq!(proved(&done, &[], &grants), Ok(1));
}

/// Between the two writes of a merge, one policy has grown and the other one is there; whatever both deny stands twice.
#[test]
fn policies_that_are_merged_are_proved_after_each_write_and_when_the_merge_goes_on() {
    let deny = r#"{"Effect":"Deny","Principal":"*","Action":"logs:*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}"#;
    let with_deny = |document: &str| format!("{},{deny}]}}", document.strip_suffix("]}").unwrap());
    let (one, other) = (document(&["/a"]), document(&["/b"]).replace("Write0", "Write1"));
    let (one, other) = (with_deny(&one), with_deny(&other));
    let both = with_deny(&document(&["/a", "/b"]));
    let [grow, delete] = [write("p", Some(&one), Some(&both)), write("q", Some(&other), None)];
    let before = [policy("p", &one), policy("q", &other)];
    let between = RemainingPlan::new(&before, &[new(&grow)]).unwrap();
    assert_eq!(between.prove_between(ACCOUNT, REGION, &names(&[]), &[]).map(|proof| proof.kept), Ok(2));
    assert!(matches!(proved(&between, &[], &[]), Err(Violation::Grown(_))), "no plan ends there");
    let end = RemainingPlan::new(&before, &[new(&grow), new(&delete)]).unwrap();
    assert_eq!(proved(&end, &[], &[]), Ok(2));
    let left = [policy("p", &both), policy("q", &other)];
    let rest = RemainingPlan::new(&left, &[new(&delete)]).unwrap();
    assert_eq!(proved(&rest, &[], &[]), Ok(3), "the first write was made by an earlier session");
    let without = both.replace(&format!(",{deny}"), "");
    let lost = RemainingPlan::new(&[policy("p", &without), policy("q", &other)], &[new(&delete)]).unwrap();
    assert!(matches!(proved(&lost, &[], &[]), Err(Violation::Touched(_))));
}

#[test]
fn every_policy_must_be_what_the_writes_begin_with() {
    let (one, two, three) = (document(&["/a", "/b"]), document(&["/a"]), document(&["/b"]));
    let writes = [write("p", Some(&one), Some(&two)), write("p", Some(&two), Some(&three))];
    let ready = [new(&writes[0]), new(&writes[1])];
    assert!(RemainingPlan::new(&[policy("p", &one)], &ready).is_ok());
    let place = BTreeSet::from([PolicyScope::Account("p".to_owned())]);
    for found in [&[][..], &[policy("p", &two)], &[policy("p", &three)], &[policy("q", &one)]] {
        assert_eq!(RemainingPlan::new(found, &ready), Err(place.clone()), "{found:?}");
    }
    let tried = [ToWrite { tried: true, ..ready[0] }, ready[1]];
    assert!(RemainingPlan::new(&[policy("p", &two)], &tried).is_ok(), "it was made after all");
}

#[test]
fn another_revision_of_the_same_text_is_not_what_the_plan_was_made_of() {
    let text = document(&["/a"]);
    let parsed = [policy("/a", &text)];
    for (revision, is_same) in [("1", true), ("2", false)] {
        let write =
            Write { expected_revision_id: Some(revision.to_owned()), ..write("/a", Some(&text), None) };
        assert_eq!(RemainingPlan::new(&parsed, &[new(&write)]).is_ok(), is_same);
    }
}
