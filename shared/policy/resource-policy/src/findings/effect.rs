//! Grants that match no request.

use std::collections::{BTreeMap, HashSet};

use mailtrail_aws_types::glob;

use super::finding::{Finding, Kind, Severity};
use super::{principals, source};
use crate::arn::{self, ResourcePattern};
use crate::condition::{Clause, SOURCE_ARN};
use crate::coverage::covers_action;
use crate::inventory::Inventory;
use crate::limits::DELIVERY_ACTIONS;
use crate::services::LoggingService;
use crate::statement::{ElementMatch, StatementElements};

/// What of a statement matches no request, and why. Of a statement without an AWS service, other checks tell.
pub(super) fn ineffective(elements: &StatementElements, inventory: &Inventory) -> Vec<Finding> {
    if principals::are_identities(elements) {
        return Vec::new();
    }
    let (ElementMatch::Only(actions), ElementMatch::Only(resources)) = (&elements.action, &elements.resource)
    else {
        return Vec::new();
    };
    let is_known = |action: &String| DELIVERY_ACTIONS.iter().any(|known| covers_action(action, known));
    if !actions.iter().any(is_known) {
        let message =
            format!("it allows none of the actions of log delivery, {}", DELIVERY_ACTIONS.join(" and "));
        let fix = "Remove the statement: CloudWatch Logs knows these two actions in resource policies only.";
        return vec![finding(message, fix)];
    }
    if let Some(message) = wrong_source(elements, inventory) {
        let fix = "Name the ARN that the service sends: it stands in the documentation of the service, and is not always that \
                   of the resource that logs.";
        return vec![finding(message, fix)];
    }
    let mut by_reason: BTreeMap<NoMatch, Vec<&String>> = BTreeMap::new();
    for resource in resources {
        if let Some(reason) = no_match(resource, inventory) {
            by_reason.entry(reason).or_default().push(resource);
        }
    }
    let found = |(reason, resources): (NoMatch, Vec<&String>)| {
        finding(reason.message().to_owned(), reason.fix()).about(resources)
    };
    by_reason.into_iter().map(found).collect()
}

fn finding(message: String, fix: &'static str) -> Finding {
    Finding::new(Kind::IneffectiveGrant, Severity::Warning, message, fix)
}

/// Why a resource matches no log stream here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum NoMatch {
    NotLogs,
    Elsewhere,
    NoStream,
}

impl NoMatch {
    fn message(self) -> &'static str {
        match self {
            Self::NotLogs => "it names resources of another service, which match nothing",
            Self::Elsewhere => {
                "it names log groups of another partition, Region or account, which match nothing here"
            }
            Self::NoStream => "it names log groups without their log streams, which match nothing",
        }
    }

    fn fix(self) -> &'static str {
        match self {
            Self::NotLogs => "Name log groups: arn:PARTITION:logs:REGION:ACCOUNT:log-group:NAME:*.",
            Self::Elsewhere => "Remove them, or correct the partition, Region and account.",
            Self::NoStream => {
                "Add :* to the ARN of the log group: log delivery writes to log streams \
                 (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html)."
            }
        }
    }
}

/// Why a resource matches no log stream here, if that is certain.
pub(super) fn no_match(resource: &str, inventory: &Inventory) -> Option<NoMatch> {
    let [partition, service, region, account, rest] = ResourcePattern::new(resource).parts()?;
    if !glob::matches(service, "logs") {
        return Some(NoMatch::NotLogs);
    }
    let is_elsewhere =
        |pattern: &str, here: Option<&str>| here.is_some_and(|here| !glob::matches(pattern, here));
    let here = inventory.region.as_deref();
    if is_elsewhere(partition, here.map(arn::partition))
        || is_elsewhere(region, here)
        || is_elsewhere(account, inventory.account.as_deref())
    {
        return Some(NoMatch::Elsewhere);
    }
    (!can_match_a_stream(rest)).then_some(NoMatch::NoStream)
}

/// The resource of a call of log delivery: `log-group:NAME:log-stream:NAME`.
const STREAM: [Part; 4] = [Part::Text("log-group:"), Part::Name, Part::Text(":log-stream:"), Part::Anything];

#[derive(Clone, Copy)]
enum Part {
    Text(&'static str),
    /// Some characters without a colon.
    Name,
    /// Whatever is left.
    Anything,
}

/// Whether there is a log stream that a pattern matches. All ways through both are followed at once.
fn can_match_a_stream(pattern: &str) -> bool {
    // What AWS writes, thousands of times.
    let name = pattern.strip_prefix("log-group:").and_then(|rest| rest.strip_suffix(":log-stream:*"));
    if name.is_some_and(|name| !name.is_empty() && !name.contains([':', '*', '?'])) {
        return true;
    }
    let pattern: Vec<char> = pattern.chars().collect();
    let mut left = vec![(0, 0, 0)];
    let mut seen = HashSet::new();
    while let Some(at) = left.pop() {
        if !seen.insert(at) {
            continue;
        }
        let (wanted, part, character) = at;
        let is_last = part + 1 == STREAM.len();
        let Some(wanted_character) = pattern.get(wanted).copied() else {
            if is_last {
                return true;
            }
            continue;
        };
        if wanted_character == '*' {
            left.push((wanted + 1, part, character));
        }
        let next = if wanted_character == '*' { wanted } else { wanted + 1 };
        match STREAM[part] {
            Part::Text(text) => {
                let Some(found) = text.chars().nth(character) else { continue };
                if matches!(wanted_character, '*' | '?') || wanted_character == found {
                    let ends = character + 1 == text.len();
                    left.push(if ends { (next, part + 1, 0) } else { (next, part, character + 1) });
                }
            }
            Part::Name => {
                if wanted_character != ':' {
                    left.extend([(next, part, 0), (next, part + 1, 0)]);
                }
            }
            Part::Anything => left.push((next, part, 0)),
        }
    }
    false
}

/// A condition on `aws:SourceArn` with ARNs that none of the services sends.
fn wrong_source(elements: &StatementElements, inventory: &Inventory) -> Option<String> {
    let services = source::services_of(elements);
    let sent: Vec<&str> =
        services.iter().map(|name| LoggingService::of(name)?.source).collect::<Option<_>>()?;
    let partition = inventory.region.as_deref().map(arn::partition);
    let is_sent = |value: &String| {
        ResourcePattern::new(value).parts().is_none_or(|[of, service, ..]| {
            partition.is_none_or(|here| glob::matches(of, here))
                && sent.iter().any(|sent| glob::matches(service, sent))
        })
    };
    let is_wrong = |clause: &&Clause| {
        clause.is_on(SOURCE_ARN)
            && clause.demands()
            && !clause.values.is_empty()
            && !clause.values.iter().any(is_sent)
    };
    let wrong = elements.condition.iter().find(is_wrong).filter(|_| !sent.is_empty())?;
    Some(format!(
        "it matches nothing: aws:SourceArn is {}, and {} sends one of {}",
        wrong.values.join(" or "),
        services.join(", "),
        sent.join(" or ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_without_log_streams_matches_none() {
        for (pattern, expected) in [
            ("*", true),
            ("log-group:*", true),
            ("log-group:a:*", true),
            ("log-group:a*", true),
            ("log-group:a:log-stream:*", true),
            ("log-group:a:log-stream:b", true),
            ("log-group:a:*:*", true),
            ("log-group:a*b", true),
            ("log-?roup:a:?og-stream:*", true),
            ("log-group:a", false),
            ("log-group:a:", false),
            ("log-group:a::*", false),
            ("log-group:?", false),
            ("log-group::log-stream:*", false),
            ("log-group:a:LOG-STREAM:*", false),
            ("log-group:a:log-stream", false),
            ("destination:a", false),
            ("", false),
        ] {
            assert_eq!(can_match_a_stream(pattern), expected, "{pattern}");
        }
    }
}
