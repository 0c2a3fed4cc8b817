//! Who is let in: anyone, other accounts, and principals to whom these policies give nothing.
//!
//! CloudWatch Logs applies resource policies to calls of AWS services only
//! (<https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutResourcePolicy.html>). A statement for
//! another account is found all the same: what it says was meant, and is one change of AWS away.

use std::collections::BTreeSet;

use mailtrail_aws_types::AccountId;

use super::finding::{Finding, Kind, Severity};
use super::source::Bound;
use crate::arn::ResourcePattern;
use crate::condition::Clause;
use crate::coverage::covers_action;
use crate::services;
use crate::statement::{ElementMatch, Principal, PrincipalMatch, StatementElements};

/// Actions with which a caller could change what resource policies allow.
const POLICY_ACTIONS: [&str; 2] = ["logs:PutResourcePolicy", "logs:DeleteResourcePolicy"];

/// Anyone: the worst without a condition, less so the more the conditions say of the source.
pub(super) fn anyone(elements: &StatementElements) -> Option<Finding> {
    let wild = |principal: &Principal| {
        matches!(principal, Principal::Anyone) || matches!(principal, Principal::Service(name) if name == "*")
    };
    let is_anyone = match &elements.principal {
        PrincipalMatch::Only(principals) => principals.iter().any(wild),
        PrincipalMatch::AllBut(_) => true,
        PrincipalMatch::Holder => false,
    };
    let bound = Bound::of(&elements.condition);
    let (severity, limit) = match (bound.is_to_account, elements.condition.iter().any(Clause::restricts)) {
        (true, _) => (Severity::Note, "limited to an account or an organization by its conditions"),
        (false, true) => (Severity::Warning, "with conditions that name no account"),
        (false, false) => (Severity::Critical, "without a condition that limits it"),
    };
    let message = format!("it allows any principal, or all but a few, {limit}");
    let fix = "Name the services that need it.";
    is_anyone.then(|| Finding::new(Kind::WildcardPrincipal, severity, message, fix))
}

/// Other accounts, their roles and users.
pub(super) fn foreign(elements: &StatementElements, account: Option<&str>) -> Option<Finding> {
    let own = account?;
    let others: BTreeSet<&str> =
        identities(elements).filter(|it| account_of(it).is_some_and(|account| account != own)).collect();
    if others.is_empty() {
        return None;
    }
    let named =
        |actions: &[String]| actions.iter().take(5).map(String::as_str).collect::<Vec<_>>().join(", ");
    let what = match &elements.action {
        ElementMatch::Only(actions) if changes_policies(actions) => {
            format!("may change the resource policies ({})", named(actions))
        }
        ElementMatch::Only(actions) => format!("is allowed {}", named(actions)),
        ElementMatch::AllBut(actions) => format!("is allowed everything but {}", named(actions)),
    };
    let who = others.into_iter().collect::<Vec<_>>().join(", ");
    let message = format!("another account, {who}, {what}");
    let fix = "Remove the principal. CloudWatch Logs applies these policies to calls of AWS services only; for another account, \
               make a role that it may assume.";
    Some(Finding::new(Kind::ForeignPrincipal, Severity::Warning, message, fix))
}

/// Principals that deliver nothing by a resource policy: those of this account, and services that use a role.
pub(super) fn ineffective(elements: &StatementElements, account: Option<&str>) -> Option<Finding> {
    let PrincipalMatch::Only(principals) = &elements.principal else { return None };
    let is_idle = |principal: &&Principal| match principal {
        Principal::Aws(identity) => account_of(identity).is_none_or(|of| account.is_none_or(|own| of == own)),
        Principal::Service(name) => services::writes_by_role(name).is_some(),
        Principal::Other(..) => true,
        Principal::Anyone => false,
    };
    let idle: Vec<&str> = (principals.iter().filter(is_idle))
        .filter_map(|principal| match principal {
            Principal::Aws(name) | Principal::Service(name) | Principal::Other(_, name) => {
                Some(name.as_str())
            }
            Principal::Anyone => None,
        })
        .collect();
    let fix = "Remove it: CloudWatch Logs applies these policies to calls of AWS services only, and some services write with an \
               IAM role.";
    let message = format!("it allows {}, which delivers nothing by a resource policy", idle.join(", "));
    (!idle.is_empty()).then(|| Finding::new(Kind::IneffectivePrincipal, Severity::Note, message, fix))
}

/// Whether a statement lets in nothing but accounts, roles and users: none of which these policies are applied to.
pub(super) fn are_identities(elements: &StatementElements) -> bool {
    matches!(&elements.principal, PrincipalMatch::Only(principals)
        if principals.iter().all(|principal| matches!(principal, Principal::Aws(_) | Principal::Other(..))))
}

fn identities(elements: &StatementElements) -> impl Iterator<Item = &str> {
    let principals = match &elements.principal {
        PrincipalMatch::Only(principals) => principals.as_slice(),
        PrincipalMatch::AllBut(_) | PrincipalMatch::Holder => &[],
    };
    principals.iter().filter_map(|principal| match principal {
        Principal::Aws(name) => Some(name.as_str()),
        _ => None,
    })
}

/// The account of an identity, or a pattern of some: 12 digits, or an ARN. Other ids, such as that of a deleted role, name
/// none.
fn account_of(identity: &str) -> Option<&str> {
    if AccountId::is_valid(identity) {
        return Some(identity);
    }
    ResourcePattern::new(identity).account()
}

fn changes_policies(actions: &[String]) -> bool {
    actions.iter().any(|action| POLICY_ACTIONS.iter().any(|known| covers_action(action, known)))
}
