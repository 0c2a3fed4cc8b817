//! KMS keys: their state, and what the key policy allows log delivery.

use std::collections::BTreeSet;

use mailtrail_resource_policy::condition::Context;
use mailtrail_resource_policy::evaluate::Decision;

use super::buckets;
use crate::access::{DELIVERY, confused_deputies, joined, service_access};
use crate::facts::{Delivered, Facts};
use crate::finding::{Check, Finding, Subject};
use crate::fix::{Fix, word};
use crate::model::Key;

pub(super) static STATE: Check = Check {
    id: "key-state",
    subject: Subject::Buckets,
    why: "With a key that is not enabled, objects can neither be written nor read.",
};
pub(super) static POLICY: Check = Check {
    id: "key-policy",
    subject: Subject::Buckets,
    why: "Log delivery encrypts with the key, and only the key policy can allow that.",
};
pub(super) static SOURCE: Check = Check {
    id: "key-policy-source",
    subject: Subject::Buckets,
    why: "Without conditions on the source, any account can have log delivery use the key.",
};

/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-S3.html>
const ACTIONS: [&str; 3] = ["kms:GenerateDataKey", "kms:Decrypt", "kms:DescribeKey"];

pub(super) fn checks(facts: &Facts) -> Vec<Finding> {
    let mut findings = Vec::new();
    let of_archives = facts.archives.iter().filter_map(|archive| facts.archive_key(archive));
    let of_archives: BTreeSet<&str> = of_archives.map(|(id, _)| id).collect();
    for (id, key) in &facts.keys {
        if !of_archives.contains(id.as_str()) && !is_aws_managed(key) {
            findings.push(state(facts, id, key));
        }
    }
    for delivered in facts.delivered().filter(|delivered| delivered.kind() == "S3") {
        findings.extend(of_delivery(facts, &delivered));
    }
    findings
}

/// The check of bucket encryption reports such a key.
fn is_aws_managed(key: &Key) -> bool {
    key.settings.seen().and_then(Option::as_ref).is_some_and(|settings| settings.manager == "AWS")
}

pub(super) fn state(facts: &Facts, id: &str, key: &Key) -> Finding {
    STATE.for_part(id, &key.settings, |settings, id| match settings {
        None => STATE.broken(id, "the key does not exist", "set another key where this one is configured"),
        Some(settings) if settings.state == "Enabled" => STATE.ok(id, "enabled"),
        Some(settings) => {
            let call = |operation| facts.aws(&format!("kms {operation} --key-id {}", word(&settings.arn)));
            let cancel = (settings.state == "PendingDeletion").then(|| call("cancel-key-deletion"));
            let fix = Fix::steps("", cancel.into_iter().chain([call("enable-key")]));
            STATE.broken(id, format!("its state is {}", settings.state), fix)
        }
    })
}

fn of_delivery(facts: &Facts, delivered: &Delivered<'_>) -> Vec<Finding> {
    let (name, _) = buckets::bucket_and_prefix(delivered.resource());
    let encryption = facts.bucket(name).and_then(|bucket| bucket.encryption.seen()?.as_ref());
    let Some(id) =
        encryption.filter(|it| it.algorithm.starts_with("aws:kms")).and_then(|it| it.key.as_deref())
    else {
        return Vec::new();
    };
    let Some(key) = facts.keys.get(id).filter(|key| !is_aws_managed(key)) else { return Vec::new() };
    if key.settings.seen().is_some_and(Option::is_none) {
        return Vec::new();
    }
    let fix = Fix::steps(
        "add the second statement of key_policy to the policy of the key:",
        [format!("{} --bucket {}", facts.permissions("workmail s3"), word(name))],
    );
    let resource = format!("{id}, for {}", delivered.source.name);
    let source = facts.arn("logs", &format!("delivery-source:{}", delivered.source.name));
    let context = Context::source(&source, &facts.account);
    // In a key policy, `*` means this key; its ARN is evaluated as well.
    let arn = key.settings.seen().and_then(Option::as_ref).map_or(id, |settings| &settings.arn);
    let policy = match (key.policy.seen(), key.policy.reason()) {
        (Some(policy), _) => policy.as_deref(),
        (None, reason) => return vec![POLICY.unknown(resource, reason.unwrap_or_default())],
    };
    let with_answer = |answer: Decision| {
        let actions = ACTIONS.into_iter();
        let actions =
            actions.filter(|action| service_access(policy, DELIVERY, action, arn, &context) == answer);
        actions.collect::<Vec<&str>>().join(", ")
    };
    let (missing, open) = (with_answer(Decision::Denied), with_answer(Decision::Depends));
    if !missing.is_empty() {
        return vec![POLICY.broken(
            resource,
            format!("its policy does not allow log delivery {missing}"),
            fix,
        )];
    }
    if !open.is_empty() {
        let seen = format!("whether its policy allows log delivery {open} cannot be evaluated");
        return vec![POLICY.undecided(resource, seen, fix)];
    }
    let open = policy.map(confused_deputies).unwrap_or_default();
    let source = if open.is_empty() {
        SOURCE.ok(id, "every statement for a service has conditions on the source")
    } else {
        SOURCE.warning(id, joined(&open), fix)
    };
    vec![POLICY.ok(resource, "log delivery may use it"), source]
}
