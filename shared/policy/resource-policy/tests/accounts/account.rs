//! An account to plant states in, and the carrying out of a plan on it.

use std::collections::BTreeMap;

use mailtrail_resource_policy::inventory::{Inventory, LogGroup, Part, ResourcePolicy};
use mailtrail_resource_policy::plan::{Options, Plan, PolicyScope, plan};
use mailtrail_resource_policy::v1::services;

pub(crate) const ACCOUNT: &str = "111122223333";
pub(crate) const REGION: &str = "us-east-1";
pub(crate) const AWS_POLICY: &str = "AWSLogDeliveryWrite20150319";

/// An inventory in which everything was seen.
pub(crate) fn account(policies: &[(&str, String)], groups: &[&str]) -> Inventory {
    let policy = |(name, document): &(&str, String)| ResourcePolicy {
        policy_name: Some((*name).to_owned()),
        document: document.clone(),
        policy_scope: Some("ACCOUNT".to_owned()),
        ..ResourcePolicy::default()
    };
    let group = |name: &&str| LogGroup { name: (*name).to_owned(), ..LogGroup::default() };
    Inventory {
        account: Some(ACCOUNT.to_owned()),
        region: Some(REGION.to_owned()),
        account_policies: seen(policies.iter().map(policy).collect()),
        log_group_policies: BTreeMap::new(),
        log_groups: seen(groups.iter().map(group).collect()),
        delivery_sources: seen(Vec::new()),
        delivery_destinations: seen(Vec::new()),
        deliveries: seen(Vec::new()),
        v1_destinations: seen(Vec::new()),
        v1_services: services().map(|service| (service.id.to_owned(), seen(0))).collect(),
    }
}

pub(crate) fn seen<T>(value: T) -> Part<T> {
    Part::Seen { at: 1_000, value }
}

pub(crate) fn arn(group: &str) -> String {
    format!("arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{group}")
}

/// The entry that AWS writes for a log group.
pub(crate) fn entry(group: &str) -> String {
    format!("{}:log-stream:*", arn(group))
}

/// The document that AWS writes for log groups.
pub(crate) fn document(groups: &[&str]) -> String {
    let entries: Vec<String> = groups.iter().map(|group| entry(group)).collect();
    statements(&[statement("AWSLogDeliveryWrite20150319", &entries)])
}

pub(crate) fn statements(statements: &[String]) -> String {
    format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, statements.join(","))
}

pub(crate) fn statement(sid: &str, resources: &[String]) -> String {
    let condition = format!(
        r#"{{"StringEquals":{{"aws:SourceAccount":["{ACCOUNT}"]}},"ArnLike":{{"aws:SourceArn":["arn:aws:logs:{REGION}:{ACCOUNT}:*"]}}}}"#
    );
    let resources: Vec<String> = resources.iter().map(|resource| format!("\"{resource}\"")).collect();
    format!(
        r#"{{"Sid":"{sid}","Effect":"Allow","Principal":{{"Service":"delivery.logs.amazonaws.com"}},"Action":["logs:CreateLogStream","logs:PutLogEvents"],"Resource":[{}],"Condition":{condition}}}"#,
        resources.join(",")
    )
}

/// As many log groups as a policy of this size has room for.
pub(crate) fn full_of(prefix: &str, characters: usize) -> Vec<String> {
    let mut groups: Vec<String> = Vec::new();
    loop {
        groups.push(format!("{prefix}{:04}", groups.len()));
        let names: Vec<&str> = groups.iter().map(String::as_str).collect();
        if document(&names).len() > characters {
            groups.pop();
            return groups;
        }
    }
}

/// Carries out the writes of a plan: every document must be found as the plan has it.
pub(crate) fn apply(inventory: &Inventory, plan: &Plan) -> Inventory {
    let mut after = inventory.clone();
    for write in plan.steps.iter().flat_map(|step| &step.writes) {
        match &write.scope {
            PolicyScope::Account(name) => {
                let Part::Seen { value: policies, .. } = &mut after.account_policies else {
                    panic!("not seen")
                };
                let at = policies.iter().position(|policy| policy.policy_name.as_ref() == Some(name));
                assert_eq!(at.map(|at| &policies[at].document), write.before.as_ref());
                match (at, &write.after) {
                    (Some(at), Some(document)) => policies[at].document.clone_from(document),
                    (Some(at), None) => drop(policies.remove(at)),
                    (None, _) => panic!("a plan adds no policy to the account"),
                }
            }
            PolicyScope::LogGroup(arn) => {
                let name = arn.rsplit_once("log-group:").unwrap().1.to_owned();
                let part = after.log_group_policies.entry(name).or_insert_with(|| seen(None));
                let Part::Seen { value, .. } = part else { panic!("not seen") };
                assert_eq!(value.as_ref().map(|policy| &policy.document), write.before.as_ref());
                let revision_id = Some("next".to_owned());
                *value = write.after.as_ref().map(|document| ResourcePolicy {
                    document: document.clone(),
                    resource_arn: Some(arn.clone()),
                    revision_id,
                    ..ResourcePolicy::default()
                });
            }
        }
    }
    after
}

/// The plan, after a look at what holds of every plan.
pub(crate) fn planned(inventory: &Inventory, options: &Options) -> Plan {
    let plan = plan(inventory, options).unwrap();
    let json = serde_json::to_string(&plan).unwrap();
    assert_eq!(serde_json::from_str::<Plan>(&json).unwrap(), plan, "a plan survives its file");
    let after = apply(inventory, &plan);
    let again =
        mailtrail_resource_policy::plan::plan(&after, &Options { moves: Vec::new(), ..options.clone() });
    let again = again.unwrap().steps.into_iter().filter(|step| !step.writes.is_empty()).count();
    assert_eq!(again, 0, "after a plan there is nothing left to write");
    plan
}

/// The documents of the account after a plan.
pub(crate) fn after(inventory: &Inventory, plan: &Plan) -> Vec<String> {
    let after = apply(inventory, plan);
    after.account_policies.seen().unwrap().iter().map(|policy| policy.document.clone()).collect()
}
