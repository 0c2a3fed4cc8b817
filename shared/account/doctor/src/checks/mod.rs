//! The checks, one module for each kind of resource.

mod account;
mod archive;
mod buckets;
mod coverage;
mod deliveries;
mod directory;
mod format;
mod function_role;
mod functions;
mod keys;
mod loops;
mod newest;
mod policies;
mod retirement;
mod roles;
mod streams;
mod subscriptions;
mod workmail;
mod workmail_role;

use crate::facts::Facts;
use crate::finding::{Check, Finding};

pub use roles::SERVICE_LINKED as SERVICE_LINKED_ROLES;

/// Every check, in the order of the report.
pub const ALL: &[&Check] = &[
    &account::READ,
    &workmail::EVENTS,
    &workmail::GROUP,
    &workmail::RETENTION,
    &workmail_role::ROLE,
    &workmail_role::PERMISSIONS,
    &workmail_role::ARRIVING,
    &workmail::MASKING,
    &deliveries::PRESENT,
    &deliveries::ACTIVE,
    &deliveries::FIELDS,
    &deliveries::FORMAT,
    &deliveries::DESTINATION,
    &deliveries::ALLOWED,
    &roles::DELIVERY_ROLE,
    &subscriptions::SUBSCRIBED,
    &subscriptions::PATTERN,
    &subscriptions::SYSTEM_FIELDS,
    &subscriptions::FAILED_RECORDS,
    &subscriptions::SLOTS,
    &subscriptions::PERMISSION,
    &functions::ACTIVE,
    &functions::ARCHIVE,
    &function_role::ROLE,
    &function_role::KEY,
    &functions::CONCURRENCY,
    &functions::ON_FAILURE,
    &functions::SUBSCRIBERS,
    &functions::POLICY_SIZE,
    &functions::SOURCE,
    &loops::OWN_GROUPS,
    &loops::WHOLE_ACCOUNT,
    &streams::ACTIVE,
    &streams::TAG,
    &streams::SOURCE,
    &streams::DECOMPRESSION,
    &streams::ROLE,
    &streams::DELIVERING,
    &buckets::OWNER,
    &buckets::WRITE,
    &buckets::ACL,
    &buckets::LIST_ACCESS,
    &buckets::NEGATED_ELEMENTS,
    &buckets::SOURCE,
    &buckets::ENCRYPTION,
    &keys::STATE,
    &keys::POLICY,
    &keys::SOURCE,
    &policies::POLICIES,
    &archive::REACHED,
    &archive::OWNER,
    &archive::DENIED,
    &archive::KEY,
    &newest::NEWEST,
    &coverage::COVERED,
    &directory::SAVED,
    &retirement::END_OF_SUPPORT,
    &retirement::FROM_THE_START,
];

/// Applies every check. The findings are in the order of [`ALL`], the most severe of a check first.
pub fn checks(facts: &Facts) -> Vec<Finding> {
    if let Some(unread) = account::unread(facts) {
        return vec![unread];
    }
    let mut findings = workmail::checks(facts);
    findings.extend(deliveries::checks(facts));
    findings.extend(roles::checks(facts));
    findings.extend(subscriptions::checks(facts));
    findings.extend(functions::checks(facts));
    findings.extend(function_role::checks(facts));
    findings.extend(loops::checks(facts));
    findings.extend(streams::checks(facts));
    findings.extend(buckets::checks(facts));
    findings.extend(keys::checks(facts));
    findings.extend(policies::checks(facts));
    findings.extend(archive::checks(facts));
    findings.extend(newest::checks(facts));
    findings.extend(coverage::checks(facts));
    findings.extend(directory::checks(facts));
    findings.extend(retirement::checks(facts));
    let position = |finding: &Finding| ALL.iter().position(|check| check.id == finding.check.id);
    findings.sort_by_key(|finding| (position(finding), std::cmp::Reverse(finding.severity)));
    findings
}

/// The findings of each of several accounts and Regions. One that has nothing to check is in order beside another that has.
pub fn checks_of_all(all: &[Facts]) -> Vec<Vec<Finding>> {
    let is_found = all.iter().any(account::has_anything);
    let of_one = |facts: &Facts| {
        let findings = checks(facts);
        if is_found && !account::has_anything(facts) {
            return findings.into_iter().map(account::nothing_here).collect();
        }
        findings
    };
    all.iter().map(of_one).collect()
}
