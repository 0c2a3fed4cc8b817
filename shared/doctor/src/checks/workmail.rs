//! Email event logging: on, where to, how long, with which role, unmasked.
//!
//! <https://docs.aws.amazon.com/workmail/latest/adminguide/tracking.html>

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

/// Fewer days leave too little time to notice that nothing is archived, and to mend it.
/// `WorkMail`'s own default is 30.
const SHORTEST_DAYS: i32 = 7;

pub(super) fn checks(facts: &Facts) -> Vec<Finding> {
    let here = format!("account {}, Region {}", facts.account, facts.region);
    let mut findings = Vec::new();
    findings.extend(facts.organizations.reason().map(|reason| EVENTS.unknown(here, reason)));
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
        if policies.iter().any(|policy| masks_addresses(policy)) {
            let fix = facts.aws("logs describe-account-policies --policy-type DATA_PROTECTION_POLICY")
                + " (then take EmailAddress out of it)";
            return MASKING.look(name, "a data protection policy of the account masks mail addresses", fix);
        }
        MASKING.ok(name, "mail addresses are not masked")
    });
    if of_account.severity != Severity::Ok {
        return Some(of_account);
    }
    Some(MASKING.on(name, &group.masking, |policy, name| match policy {
        Some(policy) if masks_addresses(policy) => {
            let fix = facts.aws(&format!("logs delete-data-protection-policy --log-group-identifier {name}"));
            MASKING.look(name, "its data protection policy masks mail addresses", fix)
        }
        Some(_) | None => of_account,
    }))
}

/// Whether a data protection policy masks mail addresses. One that cannot be read may.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/mask-sensitive-log-data.html>
fn masks_addresses(policy: &str) -> bool {
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

    let Ok(policy) = serde_json::from_str::<Policy>(policy) else { return true };
    policy.statement.iter().any(|statement| {
        statement.operation.contains_key("Deidentify")
            && statement.data_identifier.iter().any(|identifier| identifier.ends_with("EmailAddress"))
    })
}
