//! Accounts as they were met: what is found in each, and what a plan does about it.

#![allow(clippy::unwrap_used, reason = "a helper of a test is a test")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use mailtrail_resource_policy::document::Document;
use mailtrail_resource_policy::findings::{Finding, Kind, Severity, findings};
use mailtrail_resource_policy::inventory::Inventory;
use mailtrail_resource_policy::limits::Limits;
use mailtrail_resource_policy::plan::{Options, Plan, Risk, StepKind, Write, plan};
use mailtrail_resource_policy::statement::Statement;

fn sample(name: &str) -> Inventory {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples").join(name).with_extension("json");
    Inventory::from_json(&fs::read_to_string(path).unwrap()).unwrap()
}

fn options(soft_characters: usize, target_percent: usize) -> Options {
    Options { limits: Limits { soft_characters, ..Limits::default() }, target_percent, ..Options::default() }
}

/// What is found of policies and their statements.
fn found(name: &str) -> Vec<Finding> {
    let found = findings(&sample(name), &Limits::default()).into_iter();
    found.filter(|finding| finding.policy.is_some() && finding.id != Kind::WhiteSpace).collect()
}

#[test]
fn each_account_has_its_findings() {
    use Kind::{
        CoveredEntries, DeadEntries, ForeignPrincipal, IneffectiveGrant, NearSoftLimit, NoSourceCondition,
        NotYetThere, WildcardPrincipal,
    };
    use Severity::{Critical, Note, Warning};

    let cases: [(&str, &[(Kind, Severity)]); 9] = [
        ("eventbridge", &[]),
        ("anyone", &[(WildcardPrincipal, Critical)]),
        ("anyone-of-one-account", &[(WildcardPrincipal, Note)]),
        ("another-account", &[(ForeignPrincipal, Warning), (ForeignPrincipal, Warning)]),
        ("source-of-web-acl", &[(IneffectiveGrant, Warning)]),
        ("entry-without-streams", &[(IneffectiveGrant, Warning), (NoSourceCondition, Note)]),
        ("one-vended-log-group", &[(NearSoftLimit, Warning)]),
        ("log-groups-of-spans", &[(NearSoftLimit, Warning), (DeadEntries, Warning), (NotYetThere, Note)]),
        ("control-characters", &[(NotYetThere, Note), (CoveredEntries, Note), (NoSourceCondition, Note)]),
    ];
    for (name, expected) in cases {
        let found: Vec<(Kind, Severity)> = found(name).iter().map(|it| (it.id, it.severity)).collect();
        assert_eq!(found, expected, "{name}");
    }
}

#[test]
fn another_account_that_may_write_policies_is_told_apart() {
    let messages: Vec<String> = found("another-account").into_iter().map(|finding| finding.message).collect();
    assert!(
        messages[0].starts_with("another account, 444455556666, may change the resource policies"),
        "{messages:?}"
    );
    assert!(messages[1].contains("is allowed logs:DescribeLogStreams, logs:GetLogEvents"), "{messages:?}");
}

#[test]
fn a_log_group_of_another_partition_is_not_here() {
    let inventory = sample("entry-of-another-partition");
    let found = findings(&inventory, &Limits::default());
    let elsewhere = found.iter().find(|finding| finding.message.contains("another partition")).unwrap();
    assert_eq!(
        elsewhere.resources,
        ["arn:aws-cn:logs:eu-west-1:111122223333:log-group:/aws/vendedlogs/glue/b:"]
    );
    let plan = plan(&inventory, &options(1_200, 100)).unwrap();
    let written = plan.steps.iter().flat_map(|step| &step.writes);
    assert!(written.into_iter().all(|write| !write.scope.label().starts_with("arn:aws-cn:")));
}

fn kinds(plan: &Plan) -> Vec<StepKind> {
    plan.steps.iter().map(|step| step.kind).collect()
}

#[test]
fn a_step_of_low_risk_that_is_enough_is_taken_before_a_wildcard() {
    let plan = plan(&sample("one-vended-log-group"), &Options::default()).unwrap();
    assert_eq!(kinds(&plan), [StepKind::LogGroupPolicies]);
    assert!(plan.steps.iter().all(|step| step.risk <= Risk::Low) && plan.grants.is_empty());
    assert!(plan.unmet.is_empty());
}

#[test]
fn log_groups_that_a_service_makes_later_keep_their_entries() {
    let plan = plan(&sample("log-groups-of-spans"), &Options::default()).unwrap();
    assert_eq!(kinds(&plan), [StepKind::DeadEntries]);
    let after = plan.steps[0].writes[0].after.as_deref().unwrap();
    for kept in ["aws/spans:*", "/aws/application-signals/data:*"] {
        assert!(after.contains(kept), "{after}");
    }
    assert!(!after.contains("/sfn/old-"), "{after}");
}

/// Accounts in which a step cannot be proved, or a label is in use already.
#[test]
fn the_rest_of_a_plan_is_made_and_every_label_stands_once_in_what_it_writes() {
    for (name, soft_characters, target_percent) in [
        ("fixed-statement-of-one-log-group", 1_200, 80),
        ("fixed-statement-govcloud", 600, 100),
        ("fixed-statement-between-entries", 1_200, 50),
        ("label-in-use", 3_000, 80),
    ] {
        let plan = plan(&sample(name), &options(soft_characters, target_percent)).unwrap();
        assert!(!plan.is_empty() && plan.proof.kept > 0, "{name}");
        for write in plan.steps.iter().flat_map(|step| &step.writes) {
            let [before, after] = [&write.before, &write.after].map(|text| repeated_labels(text.as_deref()));
            // Statements that are never edited keep the labels that they have.
            assert!(after.is_subset(&before), "{name}: {after:?} in {}", write.scope);
        }
        if name == "label-in-use" {
            let is_it = |write: &Write| write.scope.label().ends_with("a.b#c") && write.after.is_some();
            assert!(plan.steps.iter().flat_map(|step| &step.writes).any(is_it), "it has the label of plans");
        }
    }
}

/// The labels that stand more than once in a document.
fn repeated_labels(text: Option<&str>) -> BTreeSet<String> {
    let document = text.map(|text| Document::parse(text).unwrap());
    let mut seen = BTreeSet::new();
    let labels = document.iter().flat_map(Document::statements).filter_map(Statement::sid);
    let labels = labels.filter(|label| !label.is_empty());
    labels.filter(|label| !seen.insert(*label)).map(str::to_owned).collect()
}
