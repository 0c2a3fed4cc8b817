//! Log groups that feed their own function. Recursive loop detection of Lambda does not cover CloudWatch Logs.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters-AccountLevel.html>

use crate::facts::Facts;
use crate::finding::{Check, Finding, Subject};
use crate::fix::word;
use crate::model::AccountFilter;
use crate::ownership::Ownership;

pub(super) static OWN_GROUPS: Check = Check {
    id: "own-logs-subscribed",
    subject: Subject::Loops,
    why: "A function that receives its own log events logs about them, and receives those: cost without limit.",
};
pub(super) static WHOLE_ACCOUNT: Check = Check {
    id: "account-filter-loop",
    subject: Subject::Loops,
    why: "An account-level filter also sends the function's own log group, unless its selection criteria exclude it.",
};

pub(super) fn checks(facts: &Facts) -> Vec<Finding> {
    let mut findings: Vec<Finding> =
        facts.own_log_groups().iter().map(|name| own_group(facts, name)).collect();
    if let Some(filters) = facts.account_filters.seen() {
        findings.extend(filters.iter().filter_map(|filter| whole_account(facts, filter)));
    } else {
        let reason = facts.account_filters.reason().unwrap_or_default();
        let here = facts.account_and_region();
        findings.push(WHOLE_ACCOUNT.unknown(here, reason));
    }
    findings
}

fn own_group(facts: &Facts, name: &str) -> Finding {
    let Some(group) = facts.log_group(name) else {
        return OWN_GROUPS.unknown(name, "it was not read");
    };
    if group.settings.seen().is_some_and(Option::is_none) {
        return OWN_GROUPS.ok(name, "does not exist yet");
    }
    OWN_GROUPS.for_part(name, &group.filters, |filters, name| {
        let mut unknown = None;
        for filter in filters {
            match facts.destination_ownership(&filter.destination_arn) {
                Ownership::Ours => {
                    let seen = format!("filter {} sends it to {}", filter.name, filter.destination_arn);
                    let fix = facts.aws(&format!(
                        "logs delete-subscription-filter --log-group-name {} --filter-name {}",
                        word(&name),
                        word(&filter.name)
                    ));
                    return OWN_GROUPS.broken(name, seen, fix);
                }
                Ownership::Unknown(reason) => unknown = Some(reason),
                Ownership::Other => {}
            }
        }
        match unknown {
            Some(reason) => OWN_GROUPS.unknown(name, reason),
            None => OWN_GROUPS.ok(name, "no filter sends it to a function of mailtrail"),
        }
    })
}

fn whole_account(facts: &Facts, filter: &AccountFilter) -> Option<Finding> {
    match facts.account_filter_ownership(filter) {
        Ownership::Ours => {}
        Ownership::Other => return None,
        Ownership::Unknown(reason) => return Some(WHOLE_ACCOUNT.unknown(&filter.name, reason)),
    }
    let own = facts.own_log_groups();
    let included: Vec<&str> = own.iter().map(String::as_str).filter(|name| !filter.excludes(name)).collect();
    if included.is_empty() {
        return Some(
            WHOLE_ACCOUNT.ok(&filter.name, "its selection criteria exclude the log groups of mailtrail"),
        );
    }
    let selection = format!("LogGroupName NOT IN {}", serde_json::to_string(&own).unwrap_or_default());
    let fix = put_account_filter(facts, &AccountFilter { selection, ..filter.clone() });
    Some(WHOLE_ACCOUNT.broken(&filter.name, format!("it includes {}", included.join(", ")), fix))
}

/// The command that sets an account-level filter.
pub(super) fn put_account_filter(facts: &Facts, filter: &AccountFilter) -> String {
    let selection = match filter.selection.as_str() {
        "" => String::new(),
        selection => format!(" --selection-criteria {}", word(selection)),
    };
    facts.aws(&format!(
        "logs put-account-policy --policy-name {} --policy-type SUBSCRIPTION_FILTER_POLICY --policy-document \
         {}{selection}",
        word(&filter.name),
        word(&filter.document)
    ))
}
