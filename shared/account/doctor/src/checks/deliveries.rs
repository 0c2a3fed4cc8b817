//! Audit logs: five log types for each organization, delivered with all their fields, to a destination that accepts them.
//!
//! <https://docs.aws.amazon.com/workmail/latest/adminguide/monitoring-audit-logging.html>

use mailtrail_aws_types::Arn;
use mailtrail_config::settings;
use mailtrail_resource_policy::condition::Context;
use mailtrail_resource_policy::evaluate::{Decision, Request, Requester};
use mailtrail_resource_policy::inventory::{DeliverySource, Part};
use mailtrail_resource_policy::policy_set::PolicySet;

use crate::access::DELIVERY;
use crate::facts::{Delivered, Facts, group_name};
use crate::finding::{Check, Finding, Subject};
use crate::fix::{Fix, word};
use crate::model::Organization;

pub(super) static PRESENT: Check = Check {
    id: "audit-log-delivered",
    subject: Subject::Deliveries,
    why: "An audit log without a delivery is not stored anywhere.",
};
pub(super) static ACTIVE: Check = Check {
    id: "audit-log-active",
    subject: Subject::Deliveries,
    why: "A delivery source whose organization was deleted delivers nothing, and AWS does not delete it.",
};
pub(super) static FIELDS: Check = Check {
    id: "audit-log-fields",
    subject: Subject::Deliveries,
    why: "A record field that a delivery does not include cannot be recovered later.",
};
pub(super) static FORMAT: Check = Check {
    id: "audit-log-format",
    subject: Subject::Deliveries,
    why: "Lines of plain text do not name their fields: without the names, events are archived but not normalized.",
};
pub(super) static DESTINATION: Check = Check {
    id: "audit-log-destination",
    subject: Subject::Deliveries,
    why: "Logs for a destination that does not exist are lost.",
};
pub(super) static ALLOWED: Check = Check {
    id: "audit-log-allowed",
    subject: Subject::Deliveries,
    why: "Log delivery that no resource policy allows is dropped, without an error anywhere.",
};

/// The log types of WorkMail besides email events.
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutDeliverySource.html>
const LOG_TYPES: [&str; 5] = [
    "ACCESS_CONTROL_LOGS",
    "AUTHENTICATION_LOGS",
    "WORKMAIL_AVAILABILITY_PROVIDER_LOGS",
    "WORKMAIL_MAILBOX_ACCESS_LOGS",
    "WORKMAIL_PERSONAL_ACCESS_TOKEN_LOGS",
];

pub(super) fn checks(facts: &Facts) -> Vec<Finding> {
    let inventory = &facts.inventory;
    let reasons = [
        inventory.delivery_sources.reason(),
        inventory.delivery_destinations.reason(),
        inventory.deliveries.reason(),
    ];
    if let Some(reason) = reasons.into_iter().flatten().next() {
        let here = facts.account_and_region();
        return vec![PRESENT.unknown(here, format!("logs:{reason}"))];
    }
    let organizations = facts.organizations.seen().map_or(&[][..], Vec::as_slice);
    let mut findings: Vec<Finding> =
        organizations.iter().flat_map(|one| LOG_TYPES.map(|kind| present(facts, one, kind))).collect();
    findings
        .extend(inventory.delivery_sources.seen().into_iter().flatten().filter_map(|it| active(facts, it)));
    for delivered in facts.delivered() {
        findings.extend(fields(facts, &delivered));
        if delivered.kind() == "CWL" {
            findings.extend(format(facts, &delivered));
            findings.extend(destination(facts, &delivered));
            findings.extend(allowed(facts, &delivered));
        }
    }
    findings
}

fn present(facts: &Facts, organization: &Organization, log_type: &str) -> Finding {
    let arn = facts.arn("workmail", &format!("organization/{}", organization.id));
    let resource = format!("{} of {} ({})", log_type, organization.id, organization.alias);
    let is_it = |source: &DeliverySource| {
        source.log_type.as_deref() == Some(log_type) && source.resource_arns.contains(&arn)
    };
    let to: Vec<&str> =
        facts.delivered().filter(|it| is_it(it.source)).map(|it| it.destination.name.as_str()).collect();
    if !to.is_empty() {
        return PRESENT.ok(resource, format!("delivered to {}", to.join(", ")));
    }
    if let Some(to) = other_account(facts, is_it) {
        return PRESENT
            .note(resource, format!("delivered to {to}, which is in another account and is not checked"));
    }
    let group = format!("/aws/vendedlogs/workmail/{}/{}", organization.alias, log_type.to_ascii_lowercase());
    let fix = format!(
        "{} --resource {} --log-group {} --format cli",
        facts.permissions("workmail cloudwatch-logs"),
        word(&arn),
        word(&group)
    );
    let sources = facts.inventory.delivery_sources.seen().into_iter().flatten();
    let seen = match sources.clone().find(|source| is_it(source)) {
        Some(source) => format!("the delivery source {} has no delivery", source.name),
        None => "not delivered".to_owned(),
    };
    PRESENT.broken(resource, seen, fix)
}

/// The delivery destination in another account, which no call of this account lists.
fn other_account(facts: &Facts, is_it: impl Fn(&DeliverySource) -> bool) -> Option<&str> {
    let sources = facts.inventory.delivery_sources.seen()?;
    let is_from_here = |name: &str| sources.iter().any(|source| source.name == name && is_it(source));
    let deliveries = facts.inventory.deliveries.seen()?.iter();
    let mut to =
        deliveries.filter(|it| is_from_here(&it.delivery_source_name)).map(|it| &it.delivery_destination_arn);
    to.find(|arn| Arn::parse(arn).map(|arn| arn.account()) != Ok(facts.account.as_str())).map(String::as_str)
}

fn active(facts: &Facts, source: &DeliverySource) -> Option<Finding> {
    if source.service.as_deref() != Some("workmail") {
        return None;
    }
    if source.status.as_deref() != Some("INACTIVE") {
        return Some(ACTIVE.ok(&source.name, "active"));
    }
    let reason = source.status_reason.as_deref().unwrap_or("AWS gives no reason");
    let used = facts.delivered().filter(|it| it.source.name == source.name);
    let mut steps: Vec<String> =
        used.map(|it| facts.aws(&format!("logs delete-delivery --id {}", word(&it.delivery.id)))).collect();
    steps.push(facts.aws(&format!("logs delete-delivery-source --name {}", word(&source.name))));
    Some(ACTIVE.broken(&source.name, format!("inactive: {reason}"), Fix::steps("", steps)))
}

fn label(delivered: &Delivered<'_>) -> String {
    format!("delivery {} ({})", delivered.delivery.id, delivered.source.name)
}

/// A delivery without a list of fields has the default ones, which include the mandatory ones.
fn fields(facts: &Facts, delivered: &Delivered<'_>) -> Option<Finding> {
    let given = &delivered.delivery.record_fields;
    if given.is_empty() {
        return Some(FIELDS.ok(label(delivered), "the default fields"));
    }
    let log_type = delivered.source.log_type.as_deref()?;
    Some(FIELDS.for_part(label(delivered), &facts.templates, |templates, resource| {
        let template =
            templates.iter().find(|it| it.log_type == log_type && it.destination_type == delivered.kind());
        let Some(template) = template else {
            let reason = "logs:DescribeConfigurationTemplates has no template for this delivery";
            return FIELDS.unknown(resource, reason);
        };
        let missing: Vec<&str> =
            template.mandatory.iter().filter(|field| !given.contains(field)).map(String::as_str).collect();
        if missing.is_empty() {
            return FIELDS.ok(resource, format!("{} fields, all mandatory ones among them", given.len()));
        }
        let all = given.iter().map(String::as_str).chain(missing.iter().copied());
        let all: Vec<_> = all.map(word).collect();
        let fix = facts.aws(&format!(
            "logs update-delivery-configuration --id {} --record-fields {}",
            word(&delivered.delivery.id),
            all.join(" ")
        ));
        FIELDS.broken(resource, format!("mandatory fields are missing: {}", missing.join(", ")), fix)
    }))
}

fn format(facts: &Facts, delivered: &Delivered<'_>) -> Option<Finding> {
    let format = delivered.destination.output_format.as_deref()?;
    let name = group_name(delivered.resource())?;
    if format == "json" {
        return Some(FORMAT.ok(label(delivered), "json"));
    }
    let names_columns = |columns: &str| {
        columns.split_whitespace().any(|entry| entry.split_once('=').is_some_and(|(group, _)| group == name))
    };
    let variable = settings::COLUMNS.name;
    if facts.functions.iter().filter_map(|it| it.variable(variable)).any(names_columns) {
        return Some(FORMAT.ok(label(delivered), format!("{format}, with its fields in {variable}")));
    }
    let fix = format!(
        "set {variable} of the function to {name}=<the record fields, in order>, or create a delivery destination with the \
         output format json"
    );
    Some(FORMAT.warning(
        label(delivered),
        format!("{format}, and no function has its fields in {variable}"),
        fix,
    ))
}

fn destination(facts: &Facts, delivered: &Delivered<'_>) -> Option<Finding> {
    let name = group_name(delivered.resource())?;
    let group = facts.log_group(&name)?;
    Some(DESTINATION.for_part(delivered.resource(), &group.settings, |settings, arn| match settings {
        Some(_) => DESTINATION.ok(arn, "exists"),
        None => DESTINATION.broken(
            arn,
            format!("the log group does not exist, and {} writes to it", label(delivered)),
            facts.aws(&format!("logs create-log-group --log-group-name {}", word(&name))),
        ),
    }))
}

/// Whether the resource policies allow the delivery to write; for log groups that exist.
fn allowed(facts: &Facts, delivered: &Delivered<'_>) -> Option<Finding> {
    let name = group_name(delivered.resource())?;
    facts.log_group(&name)?.settings.seen()?.as_ref()?;
    let inventory = &facts.inventory;
    if let Some(reason) = inventory.account_policies.reason() {
        return Some(ALLOWED.unknown(name, format!("logs:{reason}")));
    }
    if let Some(reason) = inventory.log_group_policies.get(&name).and_then(Part::reason) {
        return Some(ALLOWED.unknown(name, format!("logs:{reason}")));
    }
    let state = PolicySet::of(inventory);
    let policies = state.compile();
    let source = facts.arn("logs", &format!("delivery-source:{}", delivered.source.name));
    let context = Context::source(&source, &facts.account);
    let stream = facts.arn("logs", &format!("log-group:{name}:log-stream:mailtrail"));
    let answers = ["logs:CreateLogStream", "logs:PutLogEvents"].map(|action| {
        policies
            .decide(&Request { requester: Requester::Service(DELIVERY), action, resource: &stream }, &context)
    });
    let fix = allow(facts, delivered, &name);
    Some(if answers.contains(&Decision::Denied) {
        ALLOWED.broken(name, format!("no resource policy allows {} to write", label(delivered)), fix)
    } else if answers.contains(&Decision::Depends) {
        let seen =
            format!("whether {} may write depends on conditions that cannot be evaluated", label(delivered));
        ALLOWED.undecided(name, seen, fix)
    } else {
        ALLOWED.ok(name, "log delivery may write")
    })
}

/// The command that prints the resource policy. The delivery that its script would create is there already.
fn allow(facts: &Facts, delivered: &Delivered<'_>, group: &str) -> Fix {
    let resource = delivered.source.resource_arns.first();
    let resource = resource.map(|arn| format!(" --resource {}", word(arn)));
    Fix::steps(
        "the delivery exists: of this script, run only `aws logs put-resource-policy`:",
        [format!(
            "{}{} --log-group {} --format cli",
            facts.permissions("workmail cloudwatch-logs"),
            resource.unwrap_or_default(),
            word(group)
        )],
    )
}
