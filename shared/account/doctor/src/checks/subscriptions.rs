//! Subscription filters: from each log group to a function of the pipeline, without a pattern, allowed to invoke it.
//!
//! A log group that nothing archives lacks a subscription, or has no room for one: one of the two is reported.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html>

use mailtrail_config::{KinesisFailures, settings};
use mailtrail_filter_pattern::FilterPattern;
use mailtrail_resource_policy::condition::Context;
use mailtrail_resource_policy::evaluate::Decision;
use mailtrail_resource_policy::inventory::Part;

use super::format::{day, days};
use super::functions::allow_logs;
use super::loops::put_account_filter;
use crate::access::service_access;
use crate::facts::{Facts, function_name};
use crate::finding::{Check, Finding, Subject};
use crate::fix::{Fix, word};
use crate::model::{AccountFilter, Filter, Function, LogGroup, Mapping};
use crate::ownership::Ownership;

pub(super) static SUBSCRIBED: Check = Check {
    id: "subscribed",
    subject: Subject::Subscriptions,
    why: "Only events that a subscription filter sends to a function of mailtrail are archived.",
};
pub(super) static PATTERN: Check = Check {
    id: "filter-pattern",
    subject: Subject::Subscriptions,
    why: "Events that the pattern does not match are not archived, and no metric counts them.",
};
pub(super) static SYSTEM_FIELDS: Check = Check {
    id: "filter-system-fields",
    subject: Subject::Subscriptions,
    why: "Without @aws.account and @aws.region, events that CloudWatch Logs copied from other accounts are archived under this \
          account and Region, permanently.",
};
pub(super) static FAILED_RECORDS: Check = Check {
    id: "reader-failed-records",
    subject: Subject::Subscriptions,
    why: "The function reports the records that it could not archive. Without ReportBatchItemFailures, Lambda ignores the \
          report, and these records are lost.",
};
pub(super) static SLOTS: Check = Check {
    id: "filter-slots",
    subject: Subject::Subscriptions,
    why: "A log group allows two subscription filters according to the API reference, five according to the quotas page. \
          Where others use them all, mailtrail receives nothing.",
};
pub(super) static PERMISSION: Check = Check {
    id: "invoke-permission",
    subject: Subject::Subscriptions,
    why: "CloudWatch Logs does not retry when it may not invoke the function: those events are lost.",
};

/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutSubscriptionFilter.html>
const API_SLOTS: usize = 2;
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html>
const QUOTA_SLOTS: usize = 5;
/// The system fields that tell which account, Region and log group an event is from.
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutSubscriptionFilter.html>
const ORIGIN_FIELDS: [&str; 3] = ["@aws.account", "@aws.region", "@source.log"];

pub(super) fn checks(facts: &Facts) -> Vec<Finding> {
    let mut findings = Vec::new();
    for name in facts.wanted_groups() {
        let Some(group) = facts.log_group(&name) else {
            findings.push(SUBSCRIBED.unknown(name, "it was not read"));
            continue;
        };
        // Another check reports a missing log group of WorkMail; this one those given on the command line.
        if let Part::Seen { value: None, .. } = group.settings {
            if facts.named_groups.contains(&name) {
                findings.push(SUBSCRIBED.broken(
                    name,
                    "the log group does not exist",
                    "correct the name in --log-group",
                ));
            }
            continue;
        }
        match &group.filters {
            Part::NotSeen { reason } => findings.push(SUBSCRIBED.unknown(name, reason)),
            Part::Seen { value, .. } => findings.extend(of_group(facts, group, value)),
        }
    }
    findings.extend(mappings(facts));
    findings
}

/// The event source mappings of data streams to functions of the pipeline.
fn mappings(facts: &Facts) -> Vec<Finding> {
    let streams = facts.stream_readers.iter().filter_map(|(stream, part)| Some((stream, part.seen()?)));
    let all = streams.flat_map(|(stream, mappings)| mappings.iter().map(move |mapping| (stream, mapping)));
    let is_ours = |mapping: &Mapping| {
        facts.function(&mapping.function_arn).is_some_and(|it| facts.ownership(it) == Ownership::Ours)
    };
    let of_mapping = |(stream, mapping): (&String, &Mapping)| {
        if mapping.reports_failures {
            return FAILED_RECORDS.ok(stream, "its mapping has ReportBatchItemFailures");
        }
        let function = facts.function(&mapping.function_arn);
        let setting = function.and_then(|it| it.variable(settings::KINESIS_FAILURES.name)?.parse().ok());
        if setting == Some(KinesisFailures::FailInvocation) {
            return FAILED_RECORDS.ok(stream, "its function fails the whole invocation");
        }
        let seen = format!("the mapping {} lacks ReportBatchItemFailures", mapping.id);
        let fix = facts.aws(&format!(
            "lambda update-event-source-mapping --uuid {} --function-response-types ReportBatchItemFailures",
            word(&mapping.id)
        ));
        FAILED_RECORDS.broken(stream, seen, fix)
    };
    all.filter(|(_, mapping)| is_ours(mapping)).map(of_mapping).collect()
}

/// The subscriptions through which the events of a log group reach functions of the pipeline.
#[derive(Default)]
struct Subscriptions<'a> {
    /// The filters of the log group.
    ours: Vec<&'a Filter>,
    /// An account-level filter.
    of_account: Option<&'a AccountFilter>,
    /// Why it is not known whether a filter reaches the pipeline.
    unknown: Vec<String>,
}

/// Account-level filters apply in addition to those of the log group.
fn subscriptions<'a>(facts: &'a Facts, group: &'a LogGroup, filters: &'a [Filter]) -> Subscriptions<'a> {
    let mut found = Subscriptions::default();
    for filter in filters {
        match facts.destination_ownership(&filter.destination_arn) {
            Ownership::Ours => found.ours.push(filter),
            Ownership::Unknown(reason) => found.unknown.push(format!("filter {}: {reason}", filter.name)),
            Ownership::Other => {}
        }
    }
    let account_filters = facts.account_filters.seen().into_iter().flatten();
    for filter in account_filters.filter(|filter| !filter.excludes(&group.name)) {
        match facts.account_filter_ownership(filter) {
            Ownership::Ours => found.of_account = Some(filter),
            Ownership::Unknown(reason) => {
                found.unknown.push(format!("account-level filter {}: {reason}", filter.name));
            }
            Ownership::Other => {}
        }
    }
    found.unknown.extend(facts.account_filters.reason().map(str::to_owned));
    found
}

fn of_group(facts: &Facts, group: &LogGroup, filters: &[Filter]) -> Vec<Finding> {
    let name = &group.name;
    let Subscriptions { ours, of_account, unknown } = subscriptions(facts, group, filters);
    if ours.is_empty() && of_account.is_none() {
        return match unknown.first() {
            Some(reason) => vec![SUBSCRIBED.unknown(name, reason)],
            None if filters.len() >= API_SLOTS => vec![slots_in_use(facts, group, filters)],
            None => vec![missing(facts, group)],
        };
    }
    let mut findings = vec![SLOTS.ok(name, slots(filters.len()))];
    findings.extend(of_account.into_iter().flat_map(|filter| by_account_filter(facts, name, filter)));
    for filter in ours {
        let to = &filter.destination_arn;
        findings.push(SUBSCRIBED.ok(name, format!("filter {} sends to {to}", filter.name)));
        let resource = format!("{name}, filter {}", filter.name);
        findings.push(pattern(resource, filter, || put_filter(facts, name, filter)));
        findings.push(system_fields(facts, name, filter));
        if let Some(function) = facts.function(to) {
            findings.push(permission(facts, name, filter, function));
        }
    }
    findings
}

/// An account-level filter that reaches the pipeline.
fn by_account_filter(facts: &Facts, group: &str, of_account: &AccountFilter) -> Vec<Finding> {
    let mut findings = vec![SUBSCRIBED.ok(group, format!("by the account-level filter {}", of_account.name))];
    let Some(filter) = of_account.filter() else { return findings };
    let resource = format!("{group}, account-level filter {}", filter.name);
    findings.push(pattern(resource, &filter, || {
        let mut document: serde_json::Value = serde_json::from_str(&of_account.document).unwrap_or_default();
        document["FilterPattern"] = "".into();
        put_account_filter(facts, &AccountFilter { document: document.to_string(), ..of_account.clone() })
    }));
    let function = facts.function(&filter.destination_arn);
    findings.extend(function.map(|function| permission(facts, group, &filter, function)));
    findings
}

fn slots(used: usize) -> String {
    let left = API_SLOTS.saturating_sub(used);
    format!(
        "{used} in use, {left} of {API_SLOTS} free ({} of {QUOTA_SLOTS})",
        QUOTA_SLOTS.saturating_sub(used)
    )
}

/// The time left to fix it, where events of the log group expire.
fn time_left(group: &LogGroup) -> String {
    let kept = group.settings.seen().and_then(|settings| settings.as_ref()?.retention_days);
    kept.map_or_else(String::new, |kept| format!("; its events expire after {}", days(kept.into())))
}

fn missing(facts: &Facts, group: &LogGroup) -> Finding {
    let seen = "no subscription filter sends to a function of mailtrail in this account".to_owned()
        + &time_left(group);
    let settings = group.settings.seen().and_then(Option::as_ref);
    if settings.is_some_and(|settings| settings.class != "STANDARD" && !settings.class.is_empty()) {
        let fix = "create a log group of the class STANDARD, and log there: only that class supports subscription filters, and \
                   the class of a log group cannot be changed";
        return SUBSCRIBED.broken(&group.name, seen, fix);
    }
    SUBSCRIBED.broken(&group.name, seen, subscribe(facts, group))
}

fn subscribe(facts: &Facts, group: &LogGroup) -> Fix {
    let function = facts.functions.iter().find(|function| facts.ownership(function) == Ownership::Ours);
    let Some(settings) = function.and_then(Function::known) else {
        return Fix::from("deploy the stack in infra/ with this log group among its parameters");
    };
    let filter =
        Filter { name: "mailtrail".to_owned(), destination_arn: settings.arn.clone(), ..Filter::default() };
    put_filter(facts, &group.name, &filter).into()
}

/// The command that sets a filter as it is, but for the pattern, which becomes empty, and for the system fields.
fn put_filter(facts: &Facts, group: &str, filter: &Filter) -> String {
    let role =
        filter.role_arn.as_ref().map_or_else(String::new, |role| format!(" --role-arn {}", word(role)));
    let distribution = match filter.distribution.as_str() {
        "" => String::new(),
        distribution => format!(" --distribution {}", word(distribution)),
    };
    facts.aws(&format!(
        "logs put-subscription-filter --log-group-name {} --filter-name {} --filter-pattern '' \
         --destination-arn {}{role}{distribution} --emit-system-fields {}",
        word(group),
        word(&filter.name),
        word(&filter.destination_arn),
        ORIGIN_FIELDS.join(" ")
    ))
}

/// Filters of others use every slot. Which one to delete is for the operator to decide, so all are named.
fn slots_in_use(facts: &Facts, group: &LogGroup, filters: &[Filter]) -> Finding {
    let name = &group.name;
    let holders: Vec<String> =
        filters.iter().map(|filter| format!("{} (to {})", filter.name, filter.destination_arn)).collect();
    let seen = format!(
        "{}, none of them sends to mailtrail: {}{}",
        slots(filters.len()),
        holders.join(", "),
        time_left(group)
    );
    let put = subscribe(facts, group);
    let attempt = if filters.len() < QUOTA_SLOTS {
        format!("if the quota of the account is {QUOTA_SLOTS}, subscribe; on LimitExceededException, ")
    } else {
        String::new()
    };
    let names: Vec<&str> = filters.iter().map(|filter| filter.name.as_str()).collect();
    let account_level = match facts.account_filters.seen().map(Vec::as_slice) {
        // An account has at most one account-level filter.
        Some([]) => ", or create an account-level filter (`aws logs put-account-policy help`)",
        _ => "",
    };
    let advice = format!(
        "{attempt}first delete the one of {} that is not needed, or replace two of them by one filter to a Kinesis data \
         stream with several consumers{account_level}:",
        names.join(", ")
    );
    SLOTS.broken(name, seen, Fix::steps(advice, put.commands))
}

/// Whether a filter sends every event; `remove` is the command that takes its pattern away.
fn pattern(resource: String, filter: &Filter, remove: impl FnOnce() -> String) -> Finding {
    if filter.pattern.trim().is_empty() {
        let created = (filter.created > 0).then(|| format!(", created {}", day(filter.created)));
        return PATTERN.ok(resource, "no pattern".to_owned() + &created.unwrap_or_default());
    }
    let seen = match FilterPattern::parse(&filter.pattern) {
        Ok(_) => format!("sends only events that match {}", filter.pattern),
        Err(error) => format!("has an invalid pattern {} ({error})", filter.pattern),
    };
    PATTERN.warning(resource, seen, remove())
}

fn system_fields(facts: &Facts, group: &str, filter: &Filter) -> Finding {
    let resource = format!("{group}, filter {}", filter.name);
    let lacks = |field: &&str| !filter.system_fields.iter().any(|it| it == field);
    let missing: Vec<&str> = ORIGIN_FIELDS.into_iter().filter(lacks).collect();
    if missing.is_empty() {
        return SYSTEM_FIELDS.ok(resource, format!("sends {}", filter.system_fields.join(", ")));
    }
    // The command would also remove a pattern, which the check of patterns reports.
    let fix = if filter.pattern.trim().is_empty() {
        put_filter(facts, group, filter).into()
    } else {
        Fix::from("correct the pattern of this filter first: the same command sets the system fields")
    };
    SYSTEM_FIELDS.warning(resource, format!("does not send {}", missing.join(", ")), fix)
}

fn permission(facts: &Facts, group: &str, filter: &Filter, function: &Function) -> Finding {
    let qualifier = function_name(&filter.destination_arn).and_then(|(_, qualifier)| qualifier);
    // A version or an alias has a policy of its own; that of the function does not apply to it.
    let (name, policy) = match qualifier {
        Some(qualifier) => (format!("{}:{qualifier}", function.name), function.qualified.get(qualifier)),
        None => (function.name.clone(), Some(&function.policy)),
    };
    let resource = format!("{name}, for {group}");
    let Some(policy) = policy else { return PERMISSION.unknown(resource, "its policy was not read") };
    PERMISSION.for_part(resource, policy, |policy, resource| {
        let source = facts.arn("logs", &format!("log-group:{group}:*"));
        let context = Context::source(&source, &facts.account);
        let regional = format!("logs.{}.amazonaws.com", facts.region);
        let answers = ["logs.amazonaws.com", &regional].map(|service| {
            service_access(
                policy.as_deref(),
                service,
                "lambda:InvokeFunction",
                &filter.destination_arn,
                &context,
            )
        });
        let fix = allow_logs(facts, &name, "cloudwatch-logs");
        if answers.contains(&Decision::Allowed) {
            PERMISSION.ok(resource, "CloudWatch Logs may invoke it")
        } else if answers.contains(&Decision::Depends) {
            let seen = "whether CloudWatch Logs may invoke it depends on conditions that cannot be evaluated";
            PERMISSION.undecided(resource, seen, fix)
        } else {
            PERMISSION.broken(resource, "its policy does not allow CloudWatch Logs to invoke it", fix)
        }
    })
}
