//! Email event logging: on, where to, how long, with which role, unmasked.
//!
//! <https://docs.aws.amazon.com/workmail/latest/adminguide/tracking.html>

use std::collections::BTreeSet;

use mailtrail_resource_policy::inventory::Part;
use serde::Deserialize;

use super::{days, roles};
use crate::facts::{Facts, group_name};
use crate::finding::{Check, Finding, Severity, Subject};
use crate::parts::{EmailEvents, Organization};

pub(super) static EVENTS: Check = Check {
    id: "email-events",
    subject: Subject::Workmail,
    why: "While it is off, WorkMail logs nothing about messages, and nothing can be made up for later.",
};
pub(super) static GROUP: Check = Check {
    id: "email-log-group",
    subject: Subject::Workmail,
    why: "Events for a log group that is not there, or is of another Region, are lost.",
};
pub(super) static RETENTION: Check = Check {
    id: "email-retention",
    subject: Subject::Workmail,
    why: "CloudWatch Logs tries a failing function for a day; after that only the log group has the events.",
};
pub(super) static ROLE: Check = Check {
    id: "email-role",
    subject: Subject::Workmail,
    why: "WorkMail writes with this role; without it, or without its trust, nothing is logged. A trust without \
          conditions lets WorkMail of any account use it.",
};
pub(super) static MASKING: Check = Check {
    id: "masking",
    subject: Subject::Workmail,
    why: "Data protection masks what it finds on its way to subscribers, too: masked addresses cannot be told apart, \
          now or ever.",
};

/// The data identifiers of what mail and its senders are known by.
const ADDRESSES: [&str; 2] = ["EmailAddress", "IpAddress"];

/// Fewer days leave too little time to notice that nothing is archived, and to mend it.
/// `WorkMail`'s own default is 30.
const SHORTEST_DAYS: i32 = 7;

pub(super) fn checks(facts: &Facts) -> Vec<Finding> {
    let here = format!("account {}, Region {}", facts.account, facts.region);
    let mut findings = Vec::new();
    match &facts.organizations {
        Part::NotSeen { reason } => findings.push(EVENTS.unknown(here, reason)),
        Part::Seen { value, .. } if value.is_empty() => findings.push(nobody(facts, here)),
        Part::Seen { .. } => {}
    }
    for organization in facts.organizations.seen().into_iter().flatten() {
        findings.push(EVENTS.on(resource(organization), &organization.email_events, |events, resource| {
            match events {
                Some(events) => EVENTS.ok(resource, format!("on, to {}", events.log_group_arn)),
                None => EVENTS.broken(
                    resource,
                    "off",
                    format!(
                        "mailtrail workmail enable --organization {} --region {}",
                        organization.id, facts.region
                    ),
                ),
            }
        }));
        if let Some(events) = organization.email_events.seen().and_then(Option::as_ref) {
            findings.push(group(facts, organization, events));
            findings.push(role(facts, organization, events));
        }
    }
    for name in facts.wanted_groups() {
        findings.extend(retention(facts, &name));
        findings.extend(masking(facts, &name));
    }
    findings
}

/// That there is no organization is in order where something else was asked for.
fn nobody(facts: &Facts, here: String) -> Finding {
    let seen = "there is no WorkMail organization";
    if facts.named_groups.is_empty() && facts.named_functions.is_empty() {
        let fix =
            "name the Region where it is, or what else is to be looked at: --region, --log-group, --function";
        return EVENTS.look(here, seen, fix);
    }
    EVENTS.ok(here, seen)
}

fn resource(organization: &Organization) -> String {
    format!("{} ({})", organization.id, organization.alias)
}

fn group(facts: &Facts, organization: &Organization, events: &EmailEvents) -> Finding {
    let again = format!(
        "mailtrail workmail enable --organization {} --region {} --log-group NAME",
        organization.id, facts.region
    );
    let arn = &events.log_group_arn;
    if !arn.starts_with(&facts.arn("logs", "log-group:")) {
        let seen = format!("of another account or Region than {}", resource(organization));
        return GROUP.broken(arn, seen, again);
    }
    let name = group_name(arn).unwrap_or_default();
    let Some(group) = facts.log_group(&name) else {
        return GROUP.unknown(arn, "it was not looked at");
    };
    GROUP.on(arn, &group.settings, |settings, arn| match settings {
        Some(_) => GROUP.ok(arn, "there"),
        None => GROUP.broken(
            arn,
            "there is no such log group",
            facts.aws(&format!("logs create-log-group --log-group-name {name}")),
        ),
    })
}

fn role(facts: &Facts, organization: &Organization, events: &EmailEvents) -> Finding {
    let source = facts.arn("workmail", &format!("organization/{}", organization.id));
    let fix = format!(
        "mailtrail permissions workmail-events cloudwatch-logs --account {} --region {} --log-group {} \
         --resource {source} --format cli",
        facts.account,
        facts.region,
        group_name(&events.log_group_arn).unwrap_or_default(),
    );
    let service = "events.workmail.amazonaws.com";
    roles::takes(facts, &ROLE, &roles::Taken { arn: &events.role_arn, service, source: &source, fix: &fix })
}

/// Of log groups that exist. Where nothing subscribes to one, the check of subscriptions says how long there is.
fn retention(facts: &Facts, name: &str) -> Option<Finding> {
    let settings = facts.log_group(name)?.settings.seen()?.as_ref()?;
    Some(match settings.retention_days {
        None => RETENTION.ok(name, "kept for ever"),
        Some(kept) if kept >= SHORTEST_DAYS => RETENTION.ok(name, format!("kept {}", days(kept.into()))),
        Some(kept) => RETENTION.look(
            name,
            format!("kept {} only", days(kept.into())),
            facts.aws(&format!("logs put-retention-policy --log-group-name {name} --retention-in-days 30")),
        ),
    })
}

fn masking(facts: &Facts, name: &str) -> Option<Finding> {
    let group = facts.log_group(name)?;
    if let Part::Seen { value: None, .. } = group.settings {
        return None;
    }
    let of_account = MASKING.on(name, &facts.account_masking, |policies, name| {
        let masked: BTreeSet<&str> = policies.iter().flat_map(|policy| masked_addresses(policy)).collect();
        if !masked.is_empty() {
            let identifiers = joined(&masked);
            let fix = facts.aws("logs describe-account-policies --policy-type DATA_PROTECTION_POLICY")
                + &format!(" (then take {identifiers} out of it)");
            return MASKING.look(
                name,
                format!("a data protection policy of the account masks {identifiers}"),
                fix,
            );
        }
        MASKING.ok(name, "addresses are not masked")
    });
    if of_account.severity != Severity::Ok {
        return Some(of_account);
    }
    Some(MASKING.on(name, &group.masking, |policy, name| {
        let masked = policy.as_deref().map(masked_addresses).unwrap_or_default();
        if masked.is_empty() {
            return of_account;
        }
        let fix = facts.aws(&format!("logs delete-data-protection-policy --log-group-identifier {name}"));
        MASKING.look(name, format!("its data protection policy masks {}", joined(&masked)), fix)
    }))
}

fn joined(identifiers: &BTreeSet<&str>) -> String {
    identifiers.iter().copied().collect::<Vec<_>>().join(" and ")
}

/// The addresses that a data protection policy masks, by the names of their identifiers. One that cannot be read may
/// mask them all.
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
