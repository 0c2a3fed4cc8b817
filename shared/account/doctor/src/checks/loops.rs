//! Logs that come back to where they were made. Lambda's own detection of recursion does not see these.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters-AccountLevel.html>

use std::collections::BTreeSet;

use super::functions::{Ours, comes_to_us, is_ours};
use crate::facts::Facts;
use crate::finding::{Check, Finding, Subject};
use crate::parts::{AccountFilter, Function};

pub(super) static OWN_GROUPS: Check = Check {
    id: "own-logs-subscribed",
    subject: Subject::Loops,
    why: "A function that is sent its own log lines logs about them, and is sent those: a bill without end.",
};
pub(super) static WHOLE_ACCOUNT: Check = Check {
    id: "account-filter-loop",
    subject: Subject::Loops,
    why: "A filter of the whole account takes the function's own log group, too, unless it leaves it out.",
};

pub(super) fn checks(facts: &Facts) -> Vec<Finding> {
    let mut findings: Vec<Finding> = own_groups(facts).iter().map(|name| own_group(facts, name)).collect();
    if let Some(filters) = facts.account_filters.seen() {
        findings.extend(filters.iter().filter_map(|filter| whole_account(facts, filter)));
    } else {
        let reason = facts.account_filters.reason().unwrap_or_default();
        let here = format!("account {}, Region {}", facts.account, facts.region);
        findings.push(WHOLE_ACCOUNT.unknown(here, reason));
    }
    findings
}

/// The log groups that our functions write to, and those that they were told are the pipeline's.
fn own_groups(facts: &Facts) -> BTreeSet<String> {
    let ours = facts.functions.iter().filter(|function| is_ours(facts, function) == Ours::Yes);
    ours.flat_map(Function::own_groups).collect()
}

fn own_group(facts: &Facts, name: &str) -> Finding {
    let Some(group) = facts.log_group(name) else {
        return OWN_GROUPS.unknown(name, "it was not looked at");
    };
    if group.settings.seen().is_some_and(Option::is_none) {
        return OWN_GROUPS.ok(name, "nothing was logged yet");
    }
    OWN_GROUPS.on(name, &group.filters, |filters, name| {
        let mut unknown = None;
        for filter in filters {
            match comes_to_us(facts, &filter.destination_arn) {
                Ours::Yes => {
                    let seen = format!("filter {} sends it to {}", filter.name, filter.destination_arn);
                    let fix = facts.aws(&format!(
                        "logs delete-subscription-filter --log-group-name {name} --filter-name {}",
                        filter.name
                    ));
                    return OWN_GROUPS.broken(name, seen, fix);
                }
                Ours::Unknown(reason) => unknown = Some(reason),
                Ours::No => {}
            }
        }
        match unknown {
            Some(reason) => OWN_GROUPS.unknown(name, reason),
            None => OWN_GROUPS.ok(name, "no filter sends it back to mailtrail"),
        }
    })
}

fn whole_account(facts: &Facts, filter: &AccountFilter) -> Option<Finding> {
    match comes_to_us(facts, &filter.destination()) {
        Ours::Yes => {}
        Ours::No => return None,
        Ours::Unknown(reason) => return Some(WHOLE_ACCOUNT.unknown(&filter.name, reason)),
    }
    let own = own_groups(facts);
    let taken: Vec<&str> = own.iter().map(String::as_str).filter(|name| !leaves_out(filter, name)).collect();
    if taken.is_empty() {
        return Some(WHOLE_ACCOUNT.ok(&filter.name, "it leaves our own log groups out"));
    }
    let fix = facts.aws(&format!(
        "logs put-account-policy --policy-name {} --policy-type SUBSCRIPTION_FILTER_POLICY --policy-document '{}' \
         --selection-criteria 'LogGroupName NOT IN {}'",
        filter.name,
        filter.document,
        serde_json::to_string(&own).unwrap_or_default()
    ));
    Some(WHOLE_ACCOUNT.broken(&filter.name, format!("it takes {}", taken.join(", ")), fix))
}

/// The filters of the whole account that take a log group.
pub(super) fn account_filters_of<'a>(
    facts: &'a Facts,
    group: &'a str,
) -> impl Iterator<Item = &'a AccountFilter> {
    facts.account_filters.seen().into_iter().flatten().filter(move |filter| !leaves_out(filter, group))
}

/// `LogGroupName NOT IN ["…", …]` is all that there is.
fn leaves_out(filter: &AccountFilter, group: &str) -> bool {
    let list = filter.selection.find('[').map(|start| &filter.selection[start..]);
    let names: Vec<String> = list.and_then(|list| serde_json::from_str(list).ok()).unwrap_or_default();
    names.iter().any(|name| name == group)
}
