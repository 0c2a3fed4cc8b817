//! Conditions on the source: on whose behalf a service may act (the confused deputy problem).
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html>

use mailtrail_aws_types::AccountId;

use super::finding::{Finding, Kind, Severity};
use super::principals;
use super::statements::together;
use crate::arn::ResourcePattern;
use crate::condition::{Clause, SOURCE_ACCOUNT, SOURCE_ARN};
use crate::document::Document;
use crate::services::{self, LoggingService};
use crate::statement::{Effect, ElementMatch, Principal, PrincipalMatch, StatementElements};

/// Keys whose value is, or is in, an organization or an account.
const ACCOUNTS: [&str; 6] = [
    SOURCE_ACCOUNT,
    "aws:SourceOrgID",
    "aws:SourceOrgPaths",
    "aws:PrincipalAccount",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
];

/// How far conditions bind a service to a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bound {
    /// `aws:SourceArn` is limited.
    has_arn: bool,
    /// The account is limited, by a key of its own or by each ARN.
    pub(super) is_to_account: bool,
    /// A key is tested against a value that everything matches.
    is_idle: bool,
}

impl Bound {
    pub(super) fn of(condition: &[Clause]) -> Self {
        let is_of_account = |clause: &&Clause| ACCOUNTS.iter().any(|key| clause.is_on(key));
        let is_arn = |clause: &&Clause| clause.is_on(SOURCE_ARN);
        let limits = |clause: &Clause| clause.restricts();
        let names_account = |clause: &Clause| {
            let account = |arn: &String| ResourcePattern::new(arn).account().is_some_and(AccountId::is_valid);
            clause.restricts() && clause.values.iter().all(account)
        };
        let is_idle = |clause: &Clause| clause.demands() && !clause.restricts();
        let mut clauses = condition.iter();
        Self {
            has_arn: condition.iter().filter(is_arn).any(limits),
            is_to_account: condition.iter().filter(is_of_account).any(limits)
                || condition.iter().filter(is_arn).any(names_account),
            is_idle: clauses.any(|clause| (is_arn(&clause) || is_of_account(&clause)) && is_idle(clause)),
        }
    }
}

/// A service that is let in on behalf of any account, where its documentation names a condition against that.
pub(super) fn conditions(elements: &StatementElements) -> Option<Finding> {
    let bound = Bound::of(&elements.condition);
    let named = services_of(elements);
    if bound.is_to_account || named.is_empty() {
        return None;
    }
    let relevant: Vec<&str> = services::relevant(&named)
        .into_iter()
        .filter(|name| services::writes_by_role(name).is_none())
        .collect();
    let known: Vec<&LoggingService> = relevant.iter().filter_map(|name| LoggingService::of(name)).collect();
    let who = named.join(", ");
    if known.len() < relevant.len() {
        let message =
            format!("it allows {who} on behalf of any account; no source says that a condition works here");
        let fix =
            "No action is needed: a condition on a key that a service does not send would stop its logs.";
        return (!bound.has_arn).then(|| Finding::new(Kind::NoSourceCondition, Severity::Note, message, fix));
    }
    let actions = match &elements.action {
        ElementMatch::Only(actions) => actions.as_slice(),
        ElementMatch::AllBut(_) => return None,
    };
    let takes = |service: &LoggingService| actions.iter().any(|action| service.takes_condition(action));
    let always =
        known.iter().all(|service| actions.iter().all(|action| service.always_takes_condition(action)));
    let advised: Vec<&&LoggingService> =
        known.iter().filter(|service| takes(service) && service.can_name_account()).collect();
    let advice = match advised.as_slice() {
        [] => return None,
        [one] => one.advice,
        _ => "Give each service a statement of its own, with the conditions that its documentation names.",
    };
    let takes_account = advised.iter().all(|service| service.source_account);
    let missing = match (bound.has_arn, takes_account) {
        (false, _) => "neither aws:SourceArn nor aws:SourceAccount",
        (true, true) => "no aws:SourceAccount",
        (true, false) => "no account in aws:SourceArn",
    };
    let why = if bound.is_idle { "; a value that matches everything counts as none" } else { "" };
    let is_documented = always && advised.iter().any(|service| service.in_documented_policy);
    let severity = if is_documented && !bound.has_arn { Severity::Warning } else { Severity::Note };
    let message = format!("it allows {who} with {missing} in its conditions{why}");
    Some(Finding::new(Kind::NoSourceCondition, severity, message, advice))
}

/// Where both keys are used, they must name the same account, or nothing gets in.
pub(super) fn accounts_differ(elements: &StatementElements) -> Option<Finding> {
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

/// The statements of a policy of any service through which a service could act for another account: of a bucket, a key,
/// a role. Nothing is known here of what each service sends there, so only a statement without any such condition is
/// found.
pub fn confused_deputies(document: &Document) -> Vec<Finding> {
    together(document, |statement| {
        let Ok(elements) = statement.elements() else { return Vec::new() };
        if elements.effect == Effect::Deny || !elements.complete {
            return Vec::new();
        }
        let found = [unbound(elements), accounts_differ(elements), principals::anyone(elements)];
        found.into_iter().flatten().filter(|finding| finding.severity > Severity::Note).collect()
    })
}

fn unbound(elements: &StatementElements) -> Option<Finding> {
    let bound = Bound::of(&elements.condition);
    let services = services_of(elements);
    let message = format!(
        "it allows {} with neither aws:SourceArn nor aws:SourceAccount in its conditions",
        services.join(", ")
    );
    let fix =
        "Add conditions on aws:SourceAccount or aws:SourceArn as the documentation of the service says.";
    (!services.is_empty() && !bound.has_arn && !bound.is_to_account)
        .then(|| Finding::new(Kind::NoSourceCondition, Severity::Warning, message, fix))
}

/// The services that a statement names.
pub(super) fn services_of(elements: &StatementElements) -> Vec<&str> {
    let PrincipalMatch::Only(principals) = &elements.principal else { return Vec::new() };
    let service = |principal: &'_ Principal| matches!(principal, Principal::Service(name) if name != "*");
    (principals.iter().filter(|principal| service(principal)))
        .filter_map(|principal| match principal {
            Principal::Service(name) => Some(name.as_str()),
            _ => None,
        })
        .collect()
}
