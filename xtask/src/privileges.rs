//! `cargo xtask privileges`: is a role as small as what it is used for?
//!
//! A role is taken apart into the least that IAM can grant, one action on one resource, and held against the calls
//! that were recorded: each must be allowed, and without any part at least one must be denied. What only depends on
//! something that is not known counts as denied.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::Args;
use mailtrail_resource_policy::condition::Context;
use mailtrail_resource_policy::document::Document;
use mailtrail_resource_policy::evaluate::{Decision, Policies, Request, Requester};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Args)]
pub(crate) struct Arguments {
    /// A JSON file: `{"policies": [<document>, …], "calls": [{"action": …, "resource": …, "context": {…}}, …]}`.
    role: PathBuf,
}

/// A role, and what was done with it.
#[derive(Deserialize)]
struct Role {
    policies: Vec<Value>,
    calls: Vec<Call>,
}

/// A call that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Call {
    action: String,
    resource: String,
    /// Condition keys that are known, with their values.
    #[serde(default)]
    context: BTreeMap<String, String>,
}

/// The least that a statement grants: one action on one resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Part {
    sid: String,
    action: String,
    resource: String,
    #[serde(skip)]
    document: Document,
}

/// What is wrong with a role.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Findings {
    /// Calls that it does not allow.
    denied: Vec<Call>,
    /// Parts without which nothing is denied.
    idle: Vec<Part>,
}

/// Prints the findings as JSON. Returns whether there are none.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<bool> {
    let path = &arguments.role;
    let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
    let role: Role = serde_json::from_str(&text).with_context(|| path.display().to_string())?;
    let found = findings(&role)?;
    println!("{}", serde_json::to_string(&found)?);
    Ok(found.denied.is_empty() && found.idle.is_empty())
}

fn findings(role: &Role) -> anyhow::Result<Findings> {
    let parts = parts(&role.policies)?;
    let whole = Policies::of_account(parts.iter().map(|part| &part.document));
    let (allowed, denied): (Vec<&Call>, Vec<&Call>) =
        role.calls.iter().partition(|call| allows(&whole, call));
    let is_idle = |at: usize| {
        let others =
            parts.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, part)| &part.document);
        let others = Policies::of_account(others);
        allowed.iter().all(|call| allows(&others, call))
    };
    let idle = parts.iter().enumerate().filter(|(at, _)| is_idle(*at)).map(|(_, part)| part.clone());
    Ok(Findings { idle: idle.collect(), denied: denied.into_iter().cloned().collect() })
}

fn allows(policies: &Policies, call: &Call) -> bool {
    let request = Request { requester: Requester::Holder, action: &call.action, resource: &call.resource };
    let context = call.context.iter().fold(Context::new(), |context, (key, value)| context.with(key, value));
    policies.decide(&request, &context) == Decision::Allowed
}

fn parts(policies: &[Value]) -> anyhow::Result<Vec<Part>> {
    let mut parts = Vec::new();
    for statement in policies.iter().flat_map(|policy| list(&policy["Statement"])) {
        if statement["Effect"] != "Allow"
            || statement.get("Action").is_none()
            || statement.get("Resource").is_none()
        {
            bail!("only statements that allow actions on resources are understood: {statement}");
        }
        for action in list(&statement["Action"]) {
            for resource in list(&statement["Resource"]) {
                parts.push(part(statement, action, resource)?);
            }
        }
    }
    Ok(parts)
}

fn part(statement: &Value, action: &Value, resource: &Value) -> anyhow::Result<Part> {
    let mut one = statement.clone();
    one["Action"] = action.clone();
    one["Resource"] = resource.clone();
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let document = Document::parse(&json!({ "Version": "2012-10-17", "Statement": one }).to_string())?;
    Ok(Part { sid: word(&statement["Sid"]), action: word(action), resource: word(resource), document })
}

/// IAM takes one thing for a list of it.
fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(statements: &Value, calls: &Value) -> Findings {
        let policies = vec![json!({ "Version": "2012-10-17", "Statement": statements })];
        findings(&Role { policies, calls: serde_json::from_value(calls.clone()).unwrap() }).unwrap()
    }

    fn names(parts: &[Part]) -> Vec<String> {
        parts.iter().map(|part| format!("{} {} {}", part.sid, part.action, part.resource)).collect()
    }

    #[test]
    fn a_role_that_fits_has_no_findings() {
        let statement = json!({
            "Sid": "Write", "Effect": "Allow", "Action": "s3:PutObject", "Resource": ["arn:aws:s3:::a/*", "arn:aws:s3:::b/*"],
        });
        let calls = json!([
            { "action": "s3:PutObject", "resource": "arn:aws:s3:::a/1" },
            { "action": "s3:PutObject", "resource": "arn:aws:s3:::b/1" },
        ]);
        assert_eq!(found(&statement, &calls), Findings { denied: vec![], idle: vec![] });
    }

    #[test]
    fn what_is_granted_and_never_used_is_found_by_action_and_resource() {
        let statement = json!({
            "Sid": "All", "Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": ["arn:aws:s3:::a/*", "arn:aws:s3:::b/*"],
        });
        let calls = json!([
            { "action": "s3:GetObject", "resource": "arn:aws:s3:::a/1" },
            { "action": "s3:PutObject", "resource": "arn:aws:s3:::b/1" },
        ]);
        assert_eq!(
            names(&found(&statement, &calls).idle),
            ["All s3:GetObject arn:aws:s3:::b/*", "All s3:PutObject arn:aws:s3:::a/*"]
        );
    }

    #[test]
    fn what_is_granted_twice_is_not_needed_once() {
        let statement = json!([
            { "Sid": "One", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::a/*" },
            { "Sid": "Other", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::a/b/*" },
        ]);
        let calls = json!([
            { "action": "s3:GetObject", "resource": "arn:aws:s3:::a/1" },
            { "action": "s3:GetObject", "resource": "arn:aws:s3:::a/b/1" },
        ]);
        assert_eq!(names(&found(&statement, &calls).idle), ["Other s3:GetObject arn:aws:s3:::a/b/*"]);
    }

    #[test]
    fn a_call_that_is_allowed_only_with_an_unseen_tag_counts_as_denied() {
        let statement = json!({
            "Sid": "Tagged", "Effect": "Allow", "Action": "firehose:PutRecordBatch", "Resource": "*",
            "Condition": { "StringEquals": { "aws:ResourceTag/LogDeliveryEnabled": "true" } },
        });
        let call = |context: Value| json!({ "action": "firehose:PutRecordBatch", "resource": "arn:aws:firehose:::deliverystream/a", "context": context });
        let (unseen, tagged) =
            (call(json!({})), call(json!({ "aws:ResourceTag/LogDeliveryEnabled": "true" })));
        let found = found(&statement, &json!([unseen, tagged]));
        assert_eq!((found.denied.len(), found.idle.len()), (1, 0));
    }

    #[test]
    fn a_statement_that_denies_is_refused() {
        let deny = vec![json!({ "Statement": { "Effect": "Deny", "Action": "*", "Resource": "*" } })];
        assert!(findings(&Role { policies: deny, calls: vec![] }).is_err());
    }
}
