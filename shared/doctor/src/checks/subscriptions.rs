//! From log groups to functions: subscribed, to all of it, with leave to invoke.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html>

use mailtrail_filter_pattern::FilterPattern;
use mailtrail_resource_policy::condition::Context;
use mailtrail_resource_policy::evaluate::Decision;
use mailtrail_resource_policy::inventory::Part;

use super::functions::{Ours, is_ours};
use super::{day, days, loops};
use crate::documents::lets_in;
use crate::facts::Facts;
use crate::finding::{Check, Finding, Subject};
use crate::parts::{Filter, Function, LogGroup};

pub(super) static SUBSCRIBED: Check = Check {
    id: "subscribed",
    subject: Subject::Subscriptions,
    why: "Only what a subscription filter sends to a function of mailtrail is archived.",
};
pub(super) static PATTERN: Check = Check {
    id: "filter-pattern",
    subject: Subject::Subscriptions,
    why: "Events that the pattern does not take are not archived, and nothing counts them.",
};
pub(super) static SLOTS: Check = Check {
    id: "filter-slots",
    subject: Subject::Subscriptions,
    why: "A log group takes few subscription filters: two by the API's page, five by the page of quotas.",
};
pub(super) static PERMISSION: Check = Check {
    id: "invoke-permission",
    subject: Subject::Subscriptions,
    why: "CloudWatch Logs does not try again when it may not invoke the function: those events are lost.",
};

/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutSubscriptionFilter.html>
const API_SLOTS: usize = 2;
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html>
const QUOTA_SLOTS: usize = 5;

pub(super) fn checks(facts: &Facts) -> Vec<Finding> {
    let mut findings = Vec::new();
    for name in facts.wanted_groups() {
        let Some(group) = facts.log_group(&name) else {
            findings.push(SUBSCRIBED.unknown(name, "it was not looked at"));
            continue;
        };
        // That it does not exist is said elsewhere; of one that was only named it is said here.
        if let Part::Seen { value: None, .. } = group.settings {
            if facts.named_groups.contains(&name) {
                findings.push(SUBSCRIBED.broken(name, "there is no such log group", "name another one"));
            }
            continue;
        }
        match &group.filters {
            Part::NotSeen { reason } => findings.push(SUBSCRIBED.unknown(name, reason)),
            Part::Seen { value, .. } => findings.extend(of_group(facts, group, value)),
        }
    }
    findings
}

/// The filters that go to a function of ours, or to a stream that one may read.
fn of_group(facts: &Facts, group: &LogGroup, filters: &[Filter]) -> Vec<Finding> {
    let name = &group.name;
    let mut findings = Vec::new();
    let (mut ours, mut maybe) = (Vec::new(), Vec::new());
    for filter in filters {
        match facts.function(&filter.destination_arn).map(|function| is_ours(facts, function)) {
            Some(Ours::Yes) => ours.push(filter),
            Some(Ours::Unknown(reason)) => maybe.push((filter, reason)),
            None if filter.destination_arn.contains(":kinesis:") => ours.push(filter),
            Some(Ours::No) | None => {}
        }
    }
    let account_filter = loops::account_filter_to_us(facts, name);
    if ours.is_empty() && account_filter.is_none() {
        findings.push(match maybe.first() {
            Some((filter, reason)) => {
                let seen = format!("filter {} may go to mailtrail: {reason}", filter.name);
                SUBSCRIBED.unknown(name, seen)
            }
            None => missing(facts, group, filters),
        });
    }
    if let Some(filter) = account_filter {
        findings.push(SUBSCRIBED.ok(name, format!("by {filter}, a filter of the whole account")));
    }
    for filter in &ours {
        let to = &filter.destination_arn;
        findings.push(SUBSCRIBED.ok(name, format!("filter {} sends to {to}", filter.name)));
        findings.push(pattern(facts, name, filter));
        if let Some(function) = facts.function(to) {
            findings.push(permission(facts, name, filter, function));
        }
    }
    if !ours.is_empty() {
        findings.push(SLOTS.ok(name, slots(filters.len())));
    }
    findings
}

fn slots(used: usize) -> String {
    let left = API_SLOTS.saturating_sub(used);
    format!(
        "{used} in use, {left} left of {API_SLOTS} ({} of {QUOTA_SLOTS})",
        QUOTA_SLOTS.saturating_sub(used)
    )
}

fn missing(facts: &Facts, group: &LogGroup, filters: &[Filter]) -> Finding {
    let settings = group.settings.seen().and_then(Option::as_ref);
    let mut seen = vec!["no filter sends to a function of mailtrail".to_owned()];
    if let Some(kept) = settings.and_then(|settings| settings.retention_days) {
        seen.push(format!("the log group keeps its events {} only", days(kept.into())));
    }
    if filters.len() >= API_SLOTS {
        seen.push(format!("filters: {}", slots(filters.len())));
    }
    let seen = seen.join("; ");
    if settings.is_some_and(|settings| settings.class != "STANDARD" && !settings.class.is_empty()) {
        let fix = "make a log group of the class STANDARD, and log there: others take no filters, and a class cannot \
                   be changed";
        return SUBSCRIBED.broken(&group.name, seen, fix);
    }
    let function = facts.functions.iter().find(|function| is_ours(facts, function) == Ours::Yes);
    let arn = function.and_then(Function::known).map(|settings| settings.arn.clone());
    let fix = facts.aws(&format!(
        "logs put-subscription-filter --log-group-name {} --filter-name mailtrail --filter-pattern '' \
         --destination-arn {}",
        group.name,
        arn.unwrap_or_else(|| facts.arn("lambda", "function:NAME"))
    ));
    SUBSCRIBED.broken(&group.name, seen, fix)
}

fn pattern(facts: &Facts, group: &str, filter: &Filter) -> Finding {
    let resource = format!("{group}, filter {}", filter.name);
    if filter.pattern.trim().is_empty() {
        return PATTERN.ok(resource, format!("takes everything, since {}", day(filter.created)));
    }
    let seen = match FilterPattern::parse(&filter.pattern) {
        Ok(_) => format!("takes only what fits {}", filter.pattern),
        Err(error) => format!("has a pattern that is not understood: {} ({error})", filter.pattern),
    };
    let fix = facts.aws(&format!(
        "logs put-subscription-filter --log-group-name {group} --filter-name {} --filter-pattern '' \
         --destination-arn {}",
        filter.name, filter.destination_arn
    ));
    PATTERN.look(resource, seen, fix)
}

fn permission(facts: &Facts, group: &str, filter: &Filter, function: &Function) -> Finding {
    let resource = format!("{}, for {group}", function.name);
    PERMISSION.on(resource, &function.policy, |policy, resource| {
        let source = facts.arn("logs", &format!("log-group:{group}:*"));
        let context = Context::source(&source, &facts.account);
        let regional = format!("logs.{}.amazonaws.com", facts.region);
        let answers = ["logs.amazonaws.com", &regional].map(|service| {
            lets_in(policy.as_deref(), service, "lambda:InvokeFunction", &filter.destination_arn, &context)
        });
        let fix = facts.aws(&format!(
            "lambda add-permission --function-name {} --statement-id cloudwatch-logs --action lambda:InvokeFunction \
             --principal logs.amazonaws.com --source-account {} --source-arn '{}'",
            function.name,
            facts.account,
            facts.arn("logs", "log-group:*")
        ));
        if answers.contains(&Decision::Allowed) {
            PERMISSION.ok(resource, "CloudWatch Logs may invoke it")
        } else if answers.contains(&Decision::Depends) {
            let seen = "whether CloudWatch Logs may invoke it depends on conditions that are not understood";
            PERMISSION.look(resource, seen, fix)
        } else {
            PERMISSION.broken(resource, "its policy does not let CloudWatch Logs invoke it", fix)
        }
    })
}
