//! Checks of the logging of an account: [`Facts`] in, [`Finding`]s out.
//!
//! Pure: no I/O, no clock, no environment. The caller reads an account into [`Facts`], which is also the snapshot file,
//! and [`checks`] evaluates them.
//!
//! # Rules
//!
//! * **Every check reports**, also where everything is in order, so that a resource that was checked can be told from one
//!   that was not.
//! * **What could not be read is [`Severity::Unknown`]**, and the finding names the call. Nothing is guessed.
//! * **In order is what was read, and no more.** A policy that cannot be evaluated makes its check unknown; what proves
//!   nothing is a [`Severity::Note`], which says what was looked at.
//! * **Every finding names the resource, what was read, why it matters, and how to fix it**, as commands that can be
//!   pasted where commands do it.
//! * **One fault, one finding.** What only follows from another fault is not reported again.
//!
//! ```
//! use mailtrail_doctor::{Facts, Severity, checks};
//!
//! let findings = checks(&Facts::default());
//! assert!(findings.iter().any(|finding| finding.severity == Severity::Unknown));
//! assert!(findings.iter().all(|finding| finding.severity != Severity::Broken));
//! ```

mod access;
mod checks;
mod coverage;
mod facts;
mod finding;
mod fix;
#[cfg(test)]
mod fixtures;
mod model;
mod ownership;
mod role;
#[cfg(test)]
mod tests;

pub use checks::{ALL, SERVICE_LINKED_ROLES, checks, checks_of_all};
pub use coverage::{Coverage, CoveredDay, CoveredState, EndedOrganization};
pub use facts::{FORMAT, Facts, SnapshotError, UNKNOWN_ACCOUNT, function_name, group_name};
pub use finding::{Check, Finding, Severity, Subject};
pub use fix::Fix;
pub use mailtrail_resource_policy::inventory::Part;
pub use model::{
    AccountFilter, Archive, Bucket, Days, EmailEvents, Encryption, ErrorLog, Failures, Filter, Function,
    FunctionSettings, GroupSettings, Key, KeySettings, LogGroup, Mapping, Organization, SavedDirectory,
    Stream, StreamDestination, StreamSettings, Subscriptions, Template, Topic,
};
pub use role::{IdentityPolicy, Role, name_in as role_name};
