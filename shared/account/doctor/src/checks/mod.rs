//! The checks, one module for each subject.

mod archive;
mod buckets;
mod deliveries;
mod functions;
mod keys;
mod loops;
mod policies;
mod retirement;
mod roles;
mod streams;
mod subscriptions;
mod workmail;

use crate::facts::Facts;
use crate::finding::{Check, Finding};

pub use retirement::days_until_the_end;
pub use roles::SERVICE_LINKED as SERVICE_LINKED_ROLES;

/// Every check, in the order in which they are told.
pub const ALL: &[&Check] = &[
    &workmail::EVENTS,
    &workmail::GROUP,
    &workmail::RETENTION,
    &workmail::ROLE,
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
    &subscriptions::SLOTS,
    &subscriptions::PERMISSION,
    &functions::ACTIVE,
    &functions::ARCHIVE,
    &functions::ROOM,
    &functions::SOURCE,
    &loops::OWN_GROUPS,
    &loops::WHOLE_ACCOUNT,
    &streams::ACTIVE,
    &streams::TAG,
    &streams::SOURCE,
    &streams::DECOMPRESSION,
    &buckets::OWNER,
    &buckets::WRITE,
    &buckets::ACL,
    &buckets::NOISE,
    &buckets::INVERTED,
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
    &retirement::DAYS,
    &retirement::KEPT,
];

/// Looks at everything. In the order of [`ALL`]; of one check, what is worst first.
pub fn checks(facts: &Facts) -> Vec<Finding> {
    let mut findings = workmail::checks(facts);
    findings.extend(deliveries::checks(facts));
    findings.extend(roles::checks(facts));
    findings.extend(subscriptions::checks(facts));
    findings.extend(functions::checks(facts));
    findings.extend(loops::checks(facts));
    findings.extend(streams::checks(facts));
    findings.extend(buckets::checks(facts));
    findings.extend(keys::checks(facts));
    findings.extend(policies::checks(facts));
    findings.extend(archive::checks(facts));
    findings.extend(retirement::checks(facts));
    let place = |finding: &Finding| ALL.iter().position(|check| check.id == finding.check.id);
    findings.sort_by_key(|finding| (place(finding), std::cmp::Reverse(finding.severity)));
    findings
}

/// `1 day`, `30 days`.
fn days(number: i64) -> String {
    format!("{number} day{}", if number == 1 { "" } else { "s" })
}

/// A day of a time in milliseconds since 1970, `2026-11-20`; of a time that cannot be, nothing.
fn day(millis: i64) -> String {
    let time = mailtrail_clock::Time::from_millis(millis);
    time.map_or_else(String::new, |time| time.rfc3339().chars().take(10).collect())
}
