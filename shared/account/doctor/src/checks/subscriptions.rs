//! From log groups to functions: subscribed, to all of it, with leave to invoke.
//!
//! A log group without a filter of ours lacks a subscription or, where others hold all its slots, a slot: one of the
//! two is told.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html>

use mailtrail_filter_pattern::FilterPattern;
use mailtrail_resource_policy::condition::Context;
use mailtrail_resource_policy::evaluate::Decision;
use mailtrail_resource_policy::inventory::Part;

use super::functions::{Ours, comes_to_us, is_ours};
use super::{day, days, loops};
use crate::documents::lets_in;
use crate::facts::{Facts, function_name};
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
    why: "A log group takes few subscription filters: two by the API's page, five by the page of quotas. Where others \
          hold them all, mailtrail gets nothing.",
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

/// How the events of a log group come to functions of mailtrail.
#[derive(Default)]
struct Ways<'a> {
    /// By filters of its own.
    ours: Vec<&'a Filter>,
    /// By a filter of the whole account, of this name.
    of_account: Option<&'a str>,
    /// What may be a way, and why that is not known.
    maybe: Vec<String>,
}

/// Filters of the whole account come on top of those of the log group.
fn ways<'a>(facts: &'a Facts, group: &'a LogGroup, filters: &'a [Filter]) -> Ways<'a> {
    let mut ways = Ways::default();
    for filter in filters {
        match comes_to_us(facts, &filter.destination_arn) {
            Ours::Yes => ways.ours.push(filter),
            Ours::Unknown(reason) => ways.maybe.push(format!("filter {}: {reason}", filter.name)),
            Ours::No => {}
        }
    }
    for filter in loops::account_filters_of(facts, &group.name) {
        match comes_to_us(facts, &filter.destination()) {
            Ours::Yes => ways.of_account = Some(&filter.name),
            Ours::Unknown(reason) => {
                ways.maybe.push(format!("filter {} of the whole account: {reason}", filter.name));
            }
            Ours::No => {}
        }
    }
    ways.maybe.extend(facts.account_filters.reason().map(str::to_owned));
    ways
}

fn of_group(facts: &Facts, group: &LogGroup, filters: &[Filter]) -> Vec<Finding> {
    let name = &group.name;
    let Ways { ours, of_account, maybe } = ways(facts, group, filters);
    if ours.is_empty() && of_account.is_none() {
        return match maybe.first() {
            Some(reason) => vec![SUBSCRIBED.unknown(name, reason)],
            None if filters.len() >= API_SLOTS => vec![taken(facts, group, filters)],
            None => vec![missing(facts, group)],
        };
    }
    let mut findings = vec![SLOTS.ok(name, slots(filters.len()))];
    if let Some(filter) = of_account {
        findings.push(SUBSCRIBED.ok(name, format!("by {filter}, a filter of the whole account")));
    }
    for filter in ours {
        let to = &filter.destination_arn;
        findings.push(SUBSCRIBED.ok(name, format!("filter {} sends to {to}", filter.name)));
        findings.push(pattern(facts, name, filter));
        if let Some(function) = facts.function(to) {
            findings.push(permission(facts, name, filter, function));
        }
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

/// How long there is to mend it, where the log group does not keep its events for ever.
fn time_left(group: &LogGroup) -> String {
    let kept = group.settings.seen().and_then(|settings| settings.as_ref()?.retention_days);
    kept.map_or_else(String::new, |kept| {
        format!("; the log group keeps its events {} only", days(kept.into()))
    })
}

fn missing(facts: &Facts, group: &LogGroup) -> Finding {
    let seen = "no filter sends to a function of mailtrail in this account".to_owned() + &time_left(group);
    let settings = group.settings.seen().and_then(Option::as_ref);
    if settings.is_some_and(|settings| settings.class != "STANDARD" && !settings.class.is_empty()) {
        let fix = "make a log group of the class STANDARD, and log there: others take no filters, and a class cannot \
                   be changed";
        return SUBSCRIBED.broken(&group.name, seen, fix);
    }
    SUBSCRIBED.broken(&group.name, seen, subscribe(facts, group))
}

fn subscribe(facts: &Facts, group: &LogGroup) -> String {
    let function = facts.functions.iter().find(|function| is_ours(facts, function) == Ours::Yes);
    let arn = function.and_then(Function::known).map(|settings| settings.arn.clone());
    facts.aws(&format!(
        "logs put-subscription-filter --log-group-name {} --filter-name mailtrail --filter-pattern '' \
         --destination-arn {}",
        group.name,
        arn.unwrap_or_else(|| facts.arn("lambda", "function:NAME"))
    ))
}

/// Others hold the slots. Which of them may go is not ours to say, so all are named.
fn taken(facts: &Facts, group: &LogGroup, filters: &[Filter]) -> Finding {
    let name = &group.name;
    let holders: Vec<String> =
        filters.iter().map(|filter| format!("{} (to {})", filter.name, filter.destination_arn)).collect();
    let seen = format!(
        "{}, none of them for mailtrail: {}{}",
        slots(filters.len()),
        holders.join(", "),
        time_left(group)
    );
    let put = subscribe(facts, group);
    let attempt = if filters.len() < QUOTA_SLOTS {
        format!(
            "where AWS already grants {QUOTA_SLOTS}: {put}; where that is refused (LimitExceededException), "
        )
    } else {
        String::new()
    };
    let delete =
        facts.aws(&format!("logs delete-subscription-filter --log-group-name {name} --filter-name NAME"));
    let names: Vec<&str> = filters.iter().map(|filter| filter.name.as_str()).collect();
    let whole_account = match facts.account_filters.seen().map(Vec::as_slice) {
        // An account has one such filter.
        Some([]) => ", or a filter of the whole account to mailtrail (`aws logs put-account-policy help`)",
        _ => "",
    };
    let fix = format!(
        "{attempt}one of {} has to go: {delete} (then {put}), or two of them become one filter to a Kinesis stream \
         that their readers and mailtrail share{whole_account}",
        names.join(", ")
    );
    SLOTS.broken(name, seen, fix)
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
    let qualifier = function_name(&filter.destination_arn).and_then(|(_, qualifier)| qualifier);
    // A version or an alias is invoked by right of its own policy, not by that of the function.
    let (name, policy) = match qualifier {
        Some(qualifier) => (format!("{}:{qualifier}", function.name), function.qualified.get(qualifier)),
        None => (function.name.clone(), Some(&function.policy)),
    };
    let resource = format!("{name}, for {group}");
    let Some(policy) = policy else { return PERMISSION.unknown(resource, "its policy was not looked at") };
    PERMISSION.on(resource, policy, |policy, resource| {
        let source = facts.arn("logs", &format!("log-group:{group}:*"));
        let context = Context::source(&source, &facts.account);
        let regional = format!("logs.{}.amazonaws.com", facts.region);
        let answers = ["logs.amazonaws.com", &regional].map(|service| {
            lets_in(policy.as_deref(), service, "lambda:InvokeFunction", &filter.destination_arn, &context)
        });
        let fix = facts.aws(&format!(
            "lambda add-permission --function-name {name} --statement-id cloudwatch-logs --action \
             lambda:InvokeFunction --principal logs.amazonaws.com --source-account {} --source-arn '{}'",
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
