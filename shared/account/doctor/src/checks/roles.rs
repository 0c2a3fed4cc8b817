//! Roles: the service-linked roles, and the trust policies of the others.

use mailtrail_aws_types::Arn;
use mailtrail_resource_policy::condition::Context;
use mailtrail_resource_policy::evaluate::Decision;

use crate::access::{confused_deputies, service_access, with_resource};
use crate::facts::Facts;
use crate::finding::{Check, Finding, Subject};

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

/// A role and the service that must be able to assume it.
pub(super) struct Expected<'a> {
    /// The ARN of the role.
    pub(super) arn: &'a str,
    /// The service principal.
    pub(super) service: &'a str,
    /// The value of `aws:SourceArn` in the call of the service.
    pub(super) source: &'a str,
    /// The command that creates the role as expected.
    pub(super) fix: &'a str,
}

/// Whether a role exists, and the service may assume it for this account only.
pub(super) fn check(facts: &Facts, check: &'static Check, expected: &Expected<'_>) -> Finding {
    let name = Arn::parse(expected.arn).ok().and_then(|arn| arn.role_name()).unwrap_or_default();
    let Some(part) = facts.roles.get(name) else { return check.unknown(expected.arn, "it was not read") };
    check.for_part(expected.arn, part, |role, arn| {
        let Some(role) = role else { return check.broken(arn, "the role does not exist", expected.fix) };
        let trust = with_resource(&role.trust);
        let context = Context::source(expected.source, &facts.account);
        if service_access(Some(&trust), expected.service, "sts:AssumeRole", "*", &context) == Decision::Denied
        {
            let seen = format!("its trust policy does not allow {} to assume it", expected.service);
            return check.broken(arn, seen, expected.fix);
        }
        let open = confused_deputies(&trust);
        if SERVICE_LINKED.contains(&name) || open.is_empty() {
            return check.ok(arn, format!("{} may assume it", expected.service));
        }
        check.warning(
            arn,
            format!("its trust policy is open to other accounts: {}", open.join("; ")),
            expected.fix,
        )
    })
}
