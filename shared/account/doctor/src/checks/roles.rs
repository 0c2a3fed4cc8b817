//! Roles: the service-linked role of log delivery, and what the trust and identity-based policies of others allow.

use std::collections::BTreeSet;

use mailtrail_resource_policy::condition::Context;
use mailtrail_resource_policy::evaluate::Decision;
use serde_json::{Value, json};

use crate::access::{service_access, with_resource};
use crate::facts::Facts;
use crate::finding::{Check, Finding, Subject};
use crate::fix::word;
use crate::role::{Permission, Role};

pub(super) static DELIVERY_ROLE: Check = Check {
    id: "log-delivery-role",
    subject: Subject::Deliveries,
    why: "Firehose has no resource-based policies: log delivery writes to streams with this service-linked role.",
};

const LOG_DELIVERY: &str = "AWSServiceRoleForLogDelivery";
const WORKMAIL: &str = "AWSServiceRoleForAmazonWorkMailEvents";
/// The names of the service-linked roles of log delivery and of WorkMail. Their trust policies cannot be changed.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/using-service-linked-roles-cwl.html>
pub const SERVICE_LINKED: [&str; 2] = [LOG_DELIVERY, WORKMAIL];

pub(super) fn checks(facts: &Facts) -> Vec<Finding> {
    if facts.delivery_targets("FH").is_empty() {
        return Vec::new();
    }
    vec![match facts.roles.get(LOG_DELIVERY) {
        None => DELIVERY_ROLE.unknown(LOG_DELIVERY, "it was not read"),
        Some(part) => DELIVERY_ROLE.for_part(LOG_DELIVERY, part, |role, name| match role {
            Some(_) => DELIVERY_ROLE.ok(name, "exists"),
            None => DELIVERY_ROLE.broken(
                name,
                "the role does not exist",
                "aws iam create-service-linked-role --aws-service-name delivery.logs.amazonaws.com",
            ),
        }),
    }]
}

/// An action that a role must allow.
///
/// Where the name of an object or a log stream is not known before the call, the resource ends with `*`, as in a policy: a
/// pattern matches it as text only where it covers every name, and a grant on one name does not.
#[derive(Debug)]
pub(super) struct Need {
    pub(super) action: &'static str,
    pub(super) resource: String,
    /// The resource of a statement that allows it.
    grant: String,
    /// What is known of the call besides.
    pub(super) context: Context,
}

impl Need {
    pub(super) fn new(action: &'static str, resource: impl Into<String>, context: Context) -> Self {
        let resource = resource.into();
        Self { action, grant: resource.clone(), resource, context }
    }

    /// The writing of any object under a path: the ARN of a bucket, and the beginning of a key.
    pub(super) fn objects(path: &str, context: Context) -> Self {
        Self::new("s3:PutObject", format!("{path}*"), context)
    }

    /// A call for any log stream of a log group. Policies name the streams as AWS documents it, by `:*` after the group.
    pub(super) fn log_streams(action: &'static str, group_arn: &str, context: Context) -> Self {
        let grant = format!("{group_arn}:*");
        Self { action, resource: format!("{group_arn}:log-stream:*"), grant, context }
    }
}

/// A trust policy and the service that must be able to assume the role.
pub(super) fn may_assume(role: &Role, service: &str, context: &Context) -> Decision {
    service_access(Some(&with_resource(&role.trust)), service, "sts:AssumeRole", "*", context)
}

/// Whether the policies of a role allow everything that is needed.
pub(super) fn permissions(
    check: &'static Check,
    resource: impl Into<String>,
    role: &Role,
    needs: &[Need],
) -> Finding {
    let resource = resource.into();
    let (mut denied, mut outside, mut open) = (Vec::new(), Vec::new(), Vec::new());
    for need in needs {
        match role.permits(need.action, &need.resource, &need.context) {
            Permission::Allowed => {}
            Permission::Denied => denied.push(need),
            Permission::OutsideBoundary(boundary) => outside.push((need, boundary)),
            Permission::Depends => open.push(need),
            Permission::NotRead(reason) => return check.unknown(resource, reason),
        }
    }
    let role_name = role.name();
    if !denied.is_empty() {
        let seen = format!("{role_name} may not call {}", listed(&denied));
        return check.broken(resource, seen, grant(role_name, &denied));
    }
    if let Some((_, boundary)) = outside.first() {
        let needs: Vec<&Need> = outside.iter().map(|(need, _)| *need).collect();
        let seen = format!("{role_name} may not call {} within its permissions boundary", listed(&needs));
        return check.broken(resource, seen, format!("allow this in the permissions boundary {boundary}"));
    }
    if !open.is_empty() {
        let seen = format!(
            "whether {role_name} may call {} depends on a policy that cannot be evaluated",
            listed(&open)
        );
        let fix = format!("aws iam list-role-policies --role-name {}", word(role_name));
        return check.undecided(resource, seen, fix);
    }
    let actions: BTreeSet<&str> = needs.iter().map(|need| need.action).collect();
    let actions: Vec<&str> = actions.into_iter().collect();
    check.ok(resource, format!("the policies of {role_name} allow {}", actions.join(", ")))
}

/// The actions, each with the first resource that it is denied for.
fn listed(needs: &[&Need]) -> String {
    let mut actions: Vec<(&str, &str)> = Vec::new();
    for need in needs {
        if !actions.iter().any(|(action, _)| *action == need.action) {
            actions.push((need.action, &need.resource));
        }
    }
    let actions = actions.iter().map(|(action, resource)| format!("{action} on {resource}"));
    actions.collect::<Vec<_>>().join(", ")
}

/// The command that adds an inline policy with what is missing. An explicit deny elsewhere still wins over it.
fn grant(role: &str, needs: &[&Need]) -> String {
    let statement = |need: &&Need| json!({"Effect": "Allow", "Action": need.action, "Resource": need.grant});
    let statements: Vec<Value> = needs.iter().map(statement).collect();
    let document = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
    format!(
        "aws iam put-role-policy --role-name {} --policy-name mailtrail-doctor --policy-document {}",
        word(role),
        word(&document)
    )
}
