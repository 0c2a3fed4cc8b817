//! The checks, one function for each thing that is looked at.

use std::collections::BTreeMap;

use super::finding::{Finding, Kind, Severity};
use mailtrail_aws_types::AccountId;

use crate::arn::{LogGroupName, ResourcePattern};
use crate::condition::{Clause, SOURCE_ACCOUNT, SOURCE_ARN};
use crate::coverage::{Coverage, Entry};
use crate::document::Document;
use crate::inventory::{Existence, INACTIVE, Inventory, Part};
use crate::limits::{Limits, NEAR_PERCENT};
use crate::measure::{Measure, measure_all};
use crate::policy_set::PolicySet;
use crate::statement::{Effect, Principal, PrincipalMatch, Statement, StatementElements};
use crate::v1;

const SHRINK: &str = "Make room with `mailtrail policy plan` and `mailtrail policy apply`.";

/// Sizes against their limits.
pub(super) fn sizes(inventory: &Inventory, limits: &Limits) -> Vec<Finding> {
    let measures = measure_all(inventory, limits);
    let mut findings: Vec<Finding> = measures
        .policies
        .iter()
        .flat_map(|measure| [size(measure, limits), white_space(measure)])
        .flatten()
        .collect();
    if let Some(used) = measures.account_policies.filter(|used| *used >= limits.account_policies) {
        let message = format!("{used} of {} account-level policies are used", limits.account_policies);
        let fix = "Merge policies, or move their statements into policies of log groups; the quota cannot be raised.";
        findings.push(Finding::new(Kind::PoliciesUsedUp, Severity::Warning, message, fix));
    }
    findings
}

fn size(measure: &Measure, limits: &Limits) -> Option<Finding> {
    let near = |limit: usize| measure.size * 100 >= limit * NEAR_PERCENT;
    let (soft, hard) = (limits.soft_characters, limits.hard_characters);
    let (kind, severity, limit, name) = if measure.size >= hard {
        (Kind::OverHardLimit, Severity::Critical, hard, "hard")
    } else if near(hard) {
        (Kind::NearHardLimit, Severity::Critical, hard, "hard")
    } else if measure.size >= soft {
        (Kind::OverSoftLimit, Severity::Critical, soft, "soft")
    } else if near(soft) {
        (Kind::NearSoftLimit, Severity::Warning, soft, "soft")
    } else {
        return None;
    };
    let message = format!("{} characters of {limit}, the {name} limit", measure.size);
    Some(Finding::new(kind, severity, message, SHRINK).of_policy(&measure.policy))
}

fn white_space(measure: &Measure) -> Option<Finding> {
    if measure.white_space == 0 {
        return None;
    }
    let message = format!("{} of {} characters are white space", measure.white_space, measure.size);
    let fix = "Write the document without it; the limits count it.";
    Some(Finding::new(Kind::WhiteSpace, Severity::Note, message, fix).of_policy(&measure.policy))
}

/// Documents and statements as such.
pub(super) fn statements(inventory: &Inventory) -> Vec<Finding> {
    let mut findings = Vec::new();
    for policy in inventory.policies() {
        let document = match Document::parse(&policy.document) {
            Ok(document) => document,
            Err(error) => {
                let fix = "Review it by hand: it is measured, and never changed.";
                let finding = Finding::new(Kind::NotAPolicy, Severity::Warning, error.to_string(), fix);
                findings.push(finding.of_policy(policy.label()));
                continue;
            }
        };
        for (place, statement) in document.statements().iter().enumerate() {
            let found = one_statement(statement).into_iter();
            findings.extend(
                found.map(|found| found.of_policy(policy.label()).of_statement(name(statement, place))),
            );
        }
    }
    findings
}

/// A statement by its label, or by its place.
fn name(statement: &Statement, place: usize) -> String {
    statement.sid().map_or_else(|| format!("#{}", place + 1), str::to_owned)
}

fn one_statement(statement: &Statement) -> Vec<Finding> {
    let elements = match statement.elements() {
        Ok(elements) if elements.complete => elements,
        unclear => {
            let reason = unclear.err().unwrap_or("it has members that IAM does not know");
            let fix = "No action is needed: the statement is never edited.";
            let message = format!("not understood: {reason}");
            return vec![Finding::new(Kind::StatementNotUnderstood, Severity::Note, message, fix)];
        }
    };
    if elements.effect == Effect::Deny {
        return Vec::new();
    }
    [wildcard_principal(elements), source_condition(elements), source_accounts(elements)]
        .into_iter()
        .flatten()
        .collect()
}

fn wildcard_principal(elements: &StatementElements) -> Option<Finding> {
    let wild = |principal: &Principal| {
        matches!(principal, Principal::Anyone) || matches!(principal, Principal::Service(name) if name == "*")
    };
    let anyone = match &elements.principal {
        PrincipalMatch::Only(principals) => principals.iter().any(wild),
        PrincipalMatch::AllBut(_) => true,
        PrincipalMatch::Holder => false,
    };
    let fix = "Name the services that need it.";
    let message = "it allows any principal, or all but a few".to_owned();
    anyone.then(|| Finding::new(Kind::WildcardPrincipal, Severity::Warning, message, fix))
}

fn source_condition(elements: &StatementElements) -> Option<Finding> {
    let PrincipalMatch::Only(principals) = &elements.principal else { return None };
    let services: Vec<&str> = (principals.iter())
        .filter_map(|principal| match principal {
            Principal::Service(name) => Some(name.as_str()),
            _ => None,
        })
        .collect();
    let of_source = |keys: &[&str], fits: fn(&Clause) -> bool| {
        let mut clauses = elements.condition.iter().filter(|clause| keys.iter().any(|key| clause.is_on(key)));
        clauses.any(fits)
    };
    let of_account = [SOURCE_ACCOUNT, "aws:SourceOrgID", "aws:SourceOrgPaths"];
    let arn = of_source(&[SOURCE_ARN], Clause::restricts);
    let account = of_source(&of_account, Clause::restricts);
    let (severity, missing) = match (arn, account) {
        (true, true) => return None,
        (false, false) => (Severity::Warning, "neither aws:SourceArn nor aws:SourceAccount"),
        (true, false) => (Severity::Note, "no aws:SourceAccount"),
        (false, true) => (Severity::Note, "no aws:SourceArn"),
    };
    if services.is_empty() {
        return None;
    }
    let is_idle = |clause: &Clause| clause.demands() && !clause.restricts();
    let idle = of_source(&[SOURCE_ARN], is_idle) || of_source(&of_account, is_idle);
    let why = if idle { "; a value that matches everything counts as none" } else { "" };
    let message = format!("it allows {} with {missing} in its conditions{why}", services.join(", "));
    let fix = "Add StringEquals aws:SourceAccount and ArnLike aws:SourceArn, both of the account that logs.";
    Some(Finding::new(Kind::NoSourceCondition, severity, message, fix))
}

/// Where both keys are used, they must name the same account, or nothing gets in.
fn source_accounts(elements: &StatementElements) -> Option<Finding> {
    let values = |key: &str| {
        let clauses = elements.condition.iter().filter(move |clause| clause.demands() && clause.is_on(key));
        clauses.flat_map(|clause| &clause.values).map(String::as_str).collect::<Vec<_>>()
    };
    let is_account = |text: &&str| AccountId::is_valid(text);
    let accounts = values(SOURCE_ACCOUNT);
    let of_arns: Vec<&str> = (values(SOURCE_ARN).into_iter())
        .filter_map(|arn| ResourcePattern::new(arn).account())
        .filter(is_account)
        .filter(|account| !accounts.contains(account))
        .collect();
    if of_arns.is_empty() || accounts.is_empty() || !accounts.iter().all(is_account) {
        return None;
    }
    let message = format!(
        "aws:SourceArn names account {}, aws:SourceAccount {}",
        of_arns.join(", "),
        accounts.join(", ")
    );
    let fix = "Name the same account in both; a request has to match both.";
    Some(Finding::new(Kind::SourceAccountsDiffer, Severity::Warning, message, fix))
}

/// Entries: dead, not known to be alive, covered by others.
pub(super) fn entries(inventory: &Inventory) -> Vec<Finding> {
    let state = PolicySet::of(inventory);
    let coverage = Coverage::new(&state);
    let known = inventory.known_groups();
    let existence = |entry: &&Entry| {
        let group = ResourcePattern::new(entry.resource).log_group().filter(LogGroupName::is_one);
        group.map(|group| known.existence(&group))
    };
    let gone = coverage.entries.iter().filter(|entry| existence(entry) == Some(Existence::Gone));
    let unknown = coverage.entries.iter().filter(|entry| existence(entry) == Some(Existence::Unknown));
    let fix = "Remove them; AWS never does.";
    let dead = "of log groups that do not exist";
    let mut findings = grouped(&state, gone, Kind::DeadEntries, Severity::Warning, dead, fix);
    let fix = "Take a snapshot of the account with `mailtrail policy snapshot`, log groups after policies.";
    let unseen = "of log groups of which it is not known whether they exist";
    findings.extend(grouped(&state, unknown, Kind::UnknownEntries, Severity::Note, unseen, fix));
    let covered = coverage.redundant(None);
    let covered = covered.iter().map(|number| &coverage.entries[*number]);
    let fix = "Remove them; access stays the same.";
    let by_others = "that other entries cover";
    findings.extend(grouped(&state, covered, Kind::CoveredEntries, Severity::Note, by_others, fix));
    findings
}

/// One finding for each statement.
fn grouped<'a>(
    state: &PolicySet,
    entries: impl Iterator<Item = &'a Entry<'a>>,
    kind: Kind,
    severity: Severity,
    what: &str,
    fix: &str,
) -> Vec<Finding> {
    let mut statements: BTreeMap<(usize, usize), Vec<&str>> = BTreeMap::new();
    for entry in entries {
        statements.entry((entry.policy, entry.statement)).or_default().push(entry.resource);
    }
    let finding = |((policy, place), resources): ((usize, usize), Vec<&str>)| {
        let parsed = &state.policies[policy];
        let noun = if resources.len() == 1 { "entry" } else { "entries" };
        Finding::new(kind, severity, format!("{} {noun} {what}", resources.len()), fix)
            .of_policy(parsed.label())
            .of_statement(name(&parsed.statements()[place], place))
            .about(resources)
    };
    statements.into_iter().map(finding).collect()
}

/// Deliveries.
pub(super) fn deliveries(inventory: &Inventory) -> Vec<Finding> {
    let mut findings = Vec::new();
    let deliveries = inventory.deliveries.seen().map_or(&[][..], Vec::as_slice);
    let sources = inventory.delivery_sources.seen().into_iter().flatten();
    for source in sources.filter(|source| source.status.as_deref() == Some(INACTIVE)) {
        let used_by = deliveries.iter().filter(|delivery| delivery.delivery_source_name == source.name);
        let message = format!("the resource of the delivery source {} is deleted", source.name);
        let fix = "Delete its deliveries, then the source, then destinations that nothing else uses.";
        let finding = Finding::new(Kind::DeliverySourceGone, Severity::Warning, message, fix);
        findings.push(finding.about(used_by.map(|delivery| delivery.id.as_str())));
    }
    let mut destinations: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for delivery in deliveries {
        destinations.entry(&delivery.delivery_destination_arn).or_default().push(&delivery.id);
    }
    for (arn, ids) in destinations.into_iter().filter(|(_, ids)| ids.len() > 1) {
        let message = format!("{} deliveries share the destination {arn}", ids.len());
        let fix = "No action is needed; if the destination moves, all of them move.";
        findings.push(Finding::new(Kind::DestinationShared, Severity::Note, message, fix).about(ids));
    }
    findings
}

/// Why nothing is known of most services with V1 log delivery.
const NOT_ASKED: &str = "they were not asked, for each has an API of its own; a snapshot file can name them under `v1_destinations`";

/// What was not seen. Of a file that holds policies only, no more is expected; of an account that was asked, a part that
/// is missing needs attention.
pub(super) fn unseen(inventory: &Inventory) -> Vec<Finding> {
    type Unseen<'a> = (Severity, &'static str, &'a str, Vec<&'a str>);
    fn reason<'a, T>(severity: Severity, what: &'static str, part: &'a Part<T>) -> Option<Unseen<'a>> {
        Some((severity, what, part.reason()?, Vec::new()))
    }

    let asked = if inventory.account.is_some() { Severity::Warning } else { Severity::Note };
    let mut unseen: Vec<_> = [
        reason(asked, "the policies of the account", &inventory.account_policies),
        reason(asked, "the log groups", &inventory.log_groups),
        reason(asked, "the delivery sources", &inventory.delivery_sources),
        reason(asked, "the delivery destinations", &inventory.delivery_destinations),
        reason(asked, "the deliveries", &inventory.deliveries),
        reason(
            Severity::Note,
            "the destinations of services with V1 log delivery",
            &inventory.v1_destinations,
        ),
    ]
    .into_iter()
    .flatten()
    .collect();
    let mut by_reason: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (group, part) in &inventory.log_group_policies {
        if let Some(reason) = part.reason() {
            by_reason.entry(reason).or_default().push(group);
        }
    }
    unseen.extend(
        (by_reason.into_iter())
            .map(|(reason, groups)| (Severity::Note, "the policies of some log groups", reason, groups)),
    );
    if inventory.v1_destinations.seen().is_some() {
        let mut by_reason: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (service, reason) in v1::not_seen(inventory) {
            by_reason.entry(reason.unwrap_or(NOT_ASKED)).or_default().push(service.title);
        }
        let what = "the destinations of some services with V1 log delivery";
        unseen
            .extend(by_reason.into_iter().map(|(reason, services)| (Severity::Note, what, reason, services)));
    }
    let finding = |(severity, what, reason, resources): Unseen| {
        let fix =
            "Allow the calls that read it, or take a newer snapshot; until then nothing is derived from it.";
        let message = format!("{what} were not seen: {reason}");
        Finding::new(Kind::NotSeen, severity, message, fix).about(resources)
    };
    unseen.into_iter().map(finding).collect()
}
