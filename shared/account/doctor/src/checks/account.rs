//! The account and Region as a whole: whether it was read, and whether it has anything to check.

use super::{archive, workmail};
use crate::facts::Facts;
use crate::finding::{Check, Finding, Severity, Subject};

pub(super) static READ: Check = Check {
    id: "account-read",
    subject: Subject::Account,
    why: "Of an account and Region that cannot be read, nothing is known: neither what is in order, nor what is lost.",
};

/// For an account and Region of which nothing was read.
pub(super) fn unread(facts: &Facts) -> Option<Finding> {
    let reason = facts.unread.as_ref()?;
    Some(READ.unknown(facts.account_and_region(), reason))
}

/// Whether there is something to check: an organization, a function of the pipeline or an archive.
pub(super) fn has_anything(facts: &Facts) -> bool {
    let has_organization = facts.organizations.seen().is_some_and(|it| !it.is_empty());
    has_organization || !facts.archives.is_empty() || facts.functions.iter().any(|it| facts.is_ours(it))
}

/// That there is nothing to check, which another account or Region of the same run has, is no problem.
pub(super) fn nothing_here(finding: Finding) -> Finding {
    let is_it = [workmail::EVENTS.id, archive::REACHED.id].contains(&finding.check.id);
    if is_it && finding.severity == Severity::Warning {
        return finding.check.note(finding.resource, finding.seen);
    }
    finding
}
