//! Email event logging: whether it is on, its log group, retention and masking. Its role is in `workmail_role`.
//!
//! <https://docs.aws.amazon.com/workmail/latest/adminguide/tracking.html>

use std::collections::BTreeSet;

use mailtrail_resource_policy::inventory::Part;
use serde::Deserialize;

use super::format::days;
use super::workmail_role;
use crate::facts::{Facts, group_name};
use crate::finding::{Check, Finding, Severity, Subject};
use crate::fix::{Fix, word};
use crate::model::{EmailEvents, Organization};

pub(super) static EVENTS: Check = Check {
    id: "email-events",
    subject: Subject::Workmail,
    why: "While email event logging is off, WorkMail logs nothing about messages, and the events cannot be recovered later.",
};
pub(super) static GROUP: Check = Check {
    id: "email-log-group",
    subject: Subject::Workmail,
    why: "Events for a log group that does not exist, or is in another Region, are lost.",
};
pub(super) static RETENTION: Check = Check {
    id: "email-retention",
    subject: Subject::Workmail,
    why: "The log group is the only other copy of what is not archived: a gap can be filled from it until its events \
          expire. WorkMail itself sets 30 days.",
};
pub(super) static MASKING: Check = Check {
    id: "masking",
    subject: Subject::Workmail,
    why: "A data protection policy also masks what subscription filters send: masked addresses are masked in the archive, \
          permanently.",
};

/// The managed data identifiers of addresses, which the archive needs unmasked.
const ADDRESSES: [&str; 2] = ["EmailAddress", "IpAddress"];

/// The shortest retention in days that leaves time to notice a gap in the archive, and to fill it.
const SHORTEST_DAYS: i32 = 90;
/// The retention in days that the stack and `mailtrail workmail enable` set.
const DEFAULT_DAYS: i32 = 400;

pub(super) fn checks(facts: &Facts) -> Vec<Finding> {
    let here = facts.account_and_region();
    let mut findings = Vec::new();
    match &facts.organizations {
        Part::NotSeen { reason } => findings.push(EVENTS.unknown(here, reason)),
        Part::Seen { value, .. } if value.is_empty() => findings.push(no_organization(facts, here)),
        Part::Seen { .. } => {}
    }
    for organization in facts.organizations.seen().into_iter().flatten() {
        findings.push(EVENTS.for_part(
            resource(organization),
            &organization.email_events,
            |events, resource| match events {
                Some(events) => EVENTS.ok(resource, format!("on, writing to {}", events.log_group_arn)),
                None => EVENTS.broken(resource, "off", workmail_role::enable(facts, organization)),
            },
        ));
        if let Some(events) = organization.email_events.seen().and_then(Option::as_ref) {
            findings.push(group(facts, organization, events));
            findings.extend(workmail_role::checks(facts, organization, events));
        }
    }
    for name in facts.wanted_groups() {
        findings.extend(retention(facts, &name));
        findings.extend(masking(facts, &name));
    }
    findings
}

/// An account without an organization is in order where the command line names something else to check.
fn no_organization(facts: &Facts, here: String) -> Finding {
    let seen = "no WorkMail organization in this Region";
    if facts.named_groups.is_empty() && facts.named_functions.is_empty() {
        let fix =
            "give the Region of the organization, or what else to check: --region, --log-group, --function";
        return EVENTS.warning(here, seen, fix);
    }
    EVENTS.ok(here, seen)
}

fn resource(organization: &Organization) -> String {
    format!("{} ({})", organization.id, organization.alias)
}

fn group(facts: &Facts, organization: &Organization, events: &EmailEvents) -> Finding {
    let arn = &events.log_group_arn;
    if !arn.starts_with(&facts.arn("logs", "log-group:")) {
        let seen = format!("in another account or Region than {}", resource(organization));
        return GROUP.broken(arn, seen, workmail_role::enable(facts, organization));
    }
    let name = group_name(arn).unwrap_or_default();
    let Some(group) = facts.log_group(&name) else {
        return GROUP.unknown(arn, "it was not read");
    };
    GROUP.for_part(arn, &group.settings, |settings, arn| match settings {
        Some(_) => GROUP.ok(arn, "exists"),
        None => GROUP.broken(
            arn,
            "the log group does not exist",
            facts.aws(&format!("logs create-log-group --log-group-name {}", word(&name))),
        ),
    })
}

/// For log groups that exist. Of those given on the command line no other check reports settings that were not read.
fn retention(facts: &Facts, name: &str) -> Option<Finding> {
    let part = &facts.log_group(name)?.settings;
    if let Some(reason) = part.reason().filter(|_| facts.named_groups.contains(name)) {
        return Some(RETENTION.unknown(name, reason));
    }
    Some(match part.seen()?.as_ref()?.retention_days {
        None => RETENTION.ok(name, "events never expire"),
        Some(kept) if kept >= SHORTEST_DAYS => {
            RETENTION.ok(name, format!("events expire after {}", days(kept.into())))
        }
        Some(kept) => RETENTION.warning(
            name,
            format!("events expire after only {}", days(kept.into())),
            facts.aws(&format!(
                "logs put-retention-policy --log-group-name {} --retention-in-days {DEFAULT_DAYS}",
                word(name)
            )),
        ),
    })
}

fn masking(facts: &Facts, name: &str) -> Option<Finding> {
    let group = facts.log_group(name)?;
    if let Part::Seen { value: None, .. } = group.settings {
        return None;
    }
    let of_account = MASKING.for_part(name, &facts.account_masking, |policies, name| {
        let masked: BTreeSet<&str> = policies.iter().flat_map(|policy| masked_addresses(policy)).collect();
        if !masked.is_empty() {
            let identifiers = joined(&masked);
            let fix = Fix::steps(
                format!("remove {identifiers} from the policy:"),
                [facts.aws("logs describe-account-policies --policy-type DATA_PROTECTION_POLICY")],
            );
            return MASKING.warning(
                name,
                format!("an account-level data protection policy masks {identifiers}"),
                fix,
            );
        }
        MASKING.ok(name, "no address is masked")
    });
    if of_account.severity != Severity::Ok {
        return Some(of_account);
    }
    Some(MASKING.for_part(name, &group.masking, |policy, name| {
        let masked = policy.as_deref().map(masked_addresses).unwrap_or_default();
        if masked.is_empty() {
            return of_account;
        }
        let fix =
            facts.aws(&format!("logs delete-data-protection-policy --log-group-identifier {}", word(&name)));
        MASKING.warning(name, format!("its data protection policy masks {}", joined(&masked)), fix)
    }))
}

fn joined(identifiers: &BTreeSet<&str>) -> String {
    identifiers.iter().copied().collect::<Vec<_>>().join(" and ")
}

/// The identifiers among [`ADDRESSES`] that a data protection policy masks: all of them if the policy cannot be read.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/mask-sensitive-log-data.html>
fn masked_addresses(policy: &str) -> BTreeSet<&'static str> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Policy {
        statement: Vec<Statement>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Statement {
        #[serde(default)]
        data_identifier: Vec<String>,
        operation: serde_json::Map<String, serde_json::Value>,
    }

    let Ok(policy) = serde_json::from_str::<Policy>(policy) else { return ADDRESSES.into() };
    let masking = policy.statement.iter().filter(|statement| statement.operation.contains_key("Deidentify"));
    let identifiers: Vec<&String> = masking.flat_map(|statement| &statement.data_identifier).collect();
    let is_masked = |name: &&str| identifiers.iter().any(|it| it.ends_with(&format!("/{name}")));
    ADDRESSES.into_iter().filter(is_masked).collect()
}
