//! Roles: those of AWS that log delivery needs, and who may take the others.

use mailtrail_aws_types::Arn;
use mailtrail_resource_policy::condition::Context;
use mailtrail_resource_policy::evaluate::Decision;

use crate::documents::{confused_deputies, lets_in, with_resource};
use crate::facts::Facts;
use crate::finding::{Check, Finding, Subject};

pub(super) static DELIVERY_ROLE: Check = Check {
    id: "log-delivery-role",
    subject: Subject::Deliveries,
    why: "Firehose has no resource policies: log delivery writes with this service-linked role.",
};

const LOG_DELIVERY: &str = "AWSServiceRoleForLogDelivery";
const WORKMAIL: &str = "AWSServiceRoleForAmazonWorkMailEvents";
/// Roles that AWS makes, by name. Their trust has no conditions, and takes none.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/using-service-linked-roles-cwl.html>
pub const SERVICE_LINKED: [&str; 2] = [LOG_DELIVERY, WORKMAIL];

pub(super) fn checks(facts: &Facts) -> Vec<Finding> {
    if facts.delivery_targets("FH").is_empty() {
        return Vec::new();
    }
    vec![match facts.roles.get(LOG_DELIVERY) {
        None => DELIVERY_ROLE.unknown(LOG_DELIVERY, "it was not looked at"),
        Some(part) => DELIVERY_ROLE.on(LOG_DELIVERY, part, |role, name| match role {
            Some(_) => DELIVERY_ROLE.ok(name, "there"),
            None => DELIVERY_ROLE.broken(
                name,
                "there is no such role",
                "aws iam create-service-linked-role --aws-service-name delivery.logs.amazonaws.com",
            ),
        }),
    }]
}

/// A role that a service takes.
pub(super) struct Taken<'a> {
    /// Its ARN.
    pub(super) arn: &'a str,
    /// Who is to take it.
    pub(super) service: &'a str,
    /// On behalf of what.
    pub(super) source: &'a str,
    /// What makes it as it should be.
    pub(super) fix: &'a str,
}

/// Whether a role is there, and a service may take it for this account and for nobody else.
pub(super) fn takes(facts: &Facts, check: &'static Check, taken: &Taken<'_>) -> Finding {
    let name = Arn::parse(taken.arn).ok().and_then(|arn| arn.role_name()).unwrap_or_default();
    let Some(part) = facts.roles.get(name) else { return check.unknown(taken.arn, "it was not looked at") };
    check.on(taken.arn, part, |role, arn| {
        let Some(role) = role else { return check.broken(arn, "there is no such role", taken.fix) };
        let trust = with_resource(&role.trust);
        let context = Context::source(taken.source, &facts.account);
        if lets_in(Some(&trust), taken.service, "sts:AssumeRole", "*", &context) == Decision::Denied {
            let seen = format!("its trust policy does not let {} take it", taken.service);
            return check.broken(arn, seen, taken.fix);
        }
        let open = confused_deputies(&trust);
        if SERVICE_LINKED.contains(&name) || open.is_empty() {
            return check.ok(arn, format!("{} may take it", taken.service));
        }
        check.look(arn, format!("its trust policy lets strangers in: {}", open.join("; ")), taken.fix)
    })
}
