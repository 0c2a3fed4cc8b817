//! What is wrong with the logging of an account, or will be: [`Facts`] in, [`Finding`]s out.
//!
//! Pure: no I/O, no clock, no environment. Whoever reads an account keeps what was seen in [`Facts`], which is also
//! the snapshot file; [`checks`] looks at them.
//!
//! # Policy of the crate
//!
//! * **Every check says something**, also where all is well: what was looked at can be told from what was not.
//! * **What was not seen is unknown**, and the finding says which call could not be made. Nothing is guessed.
//! * **Every finding names its resource, what was seen, why it matters, and what to do**, as a command where one
//!   command does it.
//! * **One fault, one finding.** What only follows from another fault is not told again.
//!
//! ```
//! use mailtrail_doctor::{Facts, Severity, checks};
//!
//! let findings = checks(&Facts::default());
//! assert!(findings.iter().any(|finding| finding.severity == Severity::Unknown));
//! assert!(findings.iter().all(|finding| finding.severity != Severity::Broken));
//! ```

mod checks;
mod documents;
mod facts;
mod finding;
mod parts;
#[cfg(test)]
mod planted;
#[cfg(test)]
mod tests;

pub use checks::{ALL, SERVICE_LINKED_ROLES, checks, days_until_the_end};
pub use facts::{FORMAT, Facts, NotFacts, function_name, group_name};
pub use finding::{Check, Finding, Severity, Subject};
pub use mailtrail_resource_policy::inventory::Part;
pub use parts::{
    AccountFilter, Archive, Bucket, EmailEvents, Encryption, Filter, Function, FunctionSettings,
    GroupSettings, Key, KeySettings, LogGroup, Organization, Role, Stream, StreamSettings, Template,
};
