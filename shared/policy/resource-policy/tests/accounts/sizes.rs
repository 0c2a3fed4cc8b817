//! Policies around their limits.

use mailtrail_resource_policy::document::{Document, DocumentError};
use mailtrail_resource_policy::findings::{Kind, findings};
use mailtrail_resource_policy::inventory::{Inventory, ResourcePolicy};
use mailtrail_resource_policy::limits::Limits;
use mailtrail_resource_policy::measure::{measure, measure_all};
use mailtrail_resource_policy::policy_set::PolicySet;

use crate::account::{AWS_POLICY, account, arn, document, seen};

/// A document of exactly so many characters.
fn of_size(size: usize) -> String {
    let text = document(&["/mail"]);
    text.replacen("\"Version\"", &format!("\"Id\":\"{}\",\"Version\"", "x".repeat(size - text.len() - 8)), 1)
}

#[test]
fn each_side_of_each_limit_is_told_apart() {
    for (size, kind, soft_room) in [
        (4_095, None, 1_025),
        (4_096, Some(Kind::NearSoftLimit), 1_024),
        (5_119, Some(Kind::NearSoftLimit), 1),
        (5_120, Some(Kind::OverSoftLimit), 0),
        (5_121, Some(Kind::OverSoftLimit), -1),
        (40_960, Some(Kind::NearHardLimit), -35_840),
        (51_199, Some(Kind::NearHardLimit), -46_079),
        (51_200, Some(Kind::OverHardLimit), -46_080),
        (51_201, Some(Kind::OverHardLimit), -46_081),
    ] {
        let inventory = account(&[(AWS_POLICY, of_size(size))], &["/mail"]);
        let found = findings(&inventory, &Limits::default());
        assert_eq!(found.first().map(|finding| finding.id), kind, "{size}");
        let measure = &measure_all(&inventory, &Limits::default()).policies[0];
        assert_eq!((measure.size, measure.soft_room), (size, soft_room));
    }
}

#[test]
fn the_text_is_counted_as_it_was_returned() {
    let text = "{ \"Id\": \"é\",\n \"Statement\": [] }";
    let policy = ResourcePolicy { document: text.to_owned(), ..ResourcePolicy::default() };
    let measure = measure(&policy, &Limits::default());
    assert_eq!((measure.characters, measure.bytes, measure.size), (31, 32, 32));
    assert_eq!(measure.white_space, 6);
}

#[test]
fn the_policy_of_a_log_group_is_not_taken_for_one_of_the_account_with_the_same_name() {
    let mut inventory = account(&[(AWS_POLICY, document(&["/mail"]))], &["/mail"]);
    let own = ResourcePolicy {
        policy_name: Some(AWS_POLICY.to_owned()),
        resource_arn: Some(format!("{}:*", arn("/mail"))),
        document: document(&["/mail"]),
        ..ResourcePolicy::default()
    };
    inventory.log_group_policies.insert("/mail".to_owned(), seen(Some(own)));
    let measures = measure_all(&inventory, &Limits::default());
    let labels: Vec<&str> = measures.policies.iter().map(|measure| measure.policy.as_str()).collect();
    assert_eq!(labels, [AWS_POLICY, arn("/mail").as_str()]);
    let state = PolicySet::of(&inventory);
    let places: Vec<&str> = state.policies.iter().map(|parsed| parsed.scope.label()).collect();
    assert_eq!(places, labels);
}

#[test]
fn log_groups_are_counted_once_and_wildcards_apart() {
    let twice = document(&["/a", "/a", "/b", "/aws/vendedlogs/*"]);
    let inventory = account(&[("p", twice)], &[]);
    let measures = measure_all(&inventory, &Limits::default());
    assert_eq!((measures.policies[0].log_groups, measures.policies[0].wildcards), (2, 1));
    assert_eq!((measures.account_policies, measures.account_policies_limit), (Some(1), 10));
}

#[test]
fn an_invalid_policy_is_measured_and_says_where_it_goes_wrong() {
    let error = |text: &str| Document::parse(text).unwrap_err();
    assert_eq!(error("{\n  \"Statement\": [}").to_string(), "line 2, column 17: not JSON: expected value");
    assert_eq!(error("[]").to_string(), "line 1, column 1: expected a policy document, an object");
    let shape = error("{\"Version\": 1,\n \"Statement\": [{}, 7]}");
    assert_eq!(shape.to_string(), "line 2, column 20: expected a statement, an object");
    assert_eq!(error("{}").to_string(), "line 1, column 1: expected a policy document with a Statement");
    let twice = error(r#"{"Statement":[],"Statement":[]}"#);
    assert_eq!(twice, DocumentError::Repeated { key: "Statement".to_owned() });
    let inventory = account(&[("broken", "{".to_owned())], &[]);
    assert!(findings(&inventory, &Limits::default()).iter().any(|finding| finding.id == Kind::NotAPolicy));
    assert_eq!(measure_all(&inventory, &Limits::default()).policies[0].size, 1);
}

#[test]
fn a_plain_answer_of_the_aws_command_is_read_and_the_rest_is_unknown() {
    let text = format!(
        r#"{{"resourcePolicies":[{{"policyName":"p","policyDocument":{},"lastUpdatedTime":5}},
            {{"policyDocument":"{{}}","policyScope":"RESOURCE","resourceArn":"{}","revisionId":"7"}}]}}"#,
        serde_json::Value::from(document(&["/gone"])),
        arn("/mail"),
    );
    let inventory = Inventory::from_json(&text).unwrap();
    assert_eq!(inventory.account_policies.seen().unwrap().len(), 1);
    assert_eq!(inventory.policies().count(), 2);
    let found = findings(&inventory, &Limits::default());
    let ids: Vec<Kind> = found.iter().map(|finding| finding.id).collect();
    assert!(
        ids.contains(&Kind::UnknownEntries)
            && ids.contains(&Kind::NotSeen)
            && !ids.contains(&Kind::DeadEntries)
    );
    assert!(Inventory::from_json("{}").is_err() && Inventory::from_json("[1]").is_err());
}

#[test]
fn a_snapshot_survives_its_file() {
    let inventory = account(&[(AWS_POLICY, document(&["/mail"]))], &["/mail"]);
    let json = serde_json::to_string(&inventory).unwrap();
    assert_eq!(Inventory::from_json(&json).unwrap(), inventory);
}
