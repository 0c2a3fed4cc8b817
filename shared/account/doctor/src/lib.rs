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
//! * **Every finding names the resource, what was read, why it matters, and how to fix it**, as a command where one
//!   command does it.
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
mod facts;
mod finding;
#[cfg(test)]
mod fixtures;
mod model;
mod ownership;
#[cfg(test)]
mod tests;

pub use checks::{ALL, SERVICE_LINKED_ROLES, checks, days_until_end_of_support};
pub use facts::{FORMAT, Facts, SnapshotError, function_name, group_name};
pub use finding::{Check, Finding, Severity, Subject};
pub use mailtrail_resource_policy::inventory::Part;
pub use model::{
    AccountFilter, Archive, Bucket, EmailEvents, Encryption, Filter, Function, FunctionSettings,
    GroupSettings, Key, KeySettings, LogGroup, Organization, Role, Stream, StreamSettings, Template,
};
