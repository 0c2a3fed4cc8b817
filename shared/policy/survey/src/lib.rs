//! Reads what an account has of resource policies, log groups and log deliveries in one Region.
//!
//! Policy:
//!
//! * **Read only.** Nothing here changes anything.
//! * **Within AWS's rates.** Each operation is called at most so often a second ([`calls`]), for other tools of the
//!   same account have to live from the same quotas.
//! * **Services with V1 log delivery are asked on request** ([`Survey::with_v1_services`]): it takes rights
//!   and calls of other services.
//! * **What cannot be read is said so**, part by part, with the reason; the rest is read all the same. Nothing is
//!   concluded from a part that is missing.
//! * **An answer is held against what was asked** ([`answers`]): one that is about something else, or does not say what it
//!   is about, counts as not read.
//! * **The next one goes on** where this one ended ([`ReportStore`]): each policy of a log group takes a call of its own, and
//!   an account may have a million of them.
//! * **Policies before log groups**, so that a group that is made meanwhile is never taken for one that is gone.

pub mod answers;
pub mod calls;
mod clients;
mod lists;
mod pages;
mod part;
mod report_store;
mod survey;
mod v1;

pub use calls::{CallError, Calls};
pub use clients::{Account, AccountError};
pub use pages::{PAGE, Page};
pub use report_store::{Artifact, ReportStore};
pub use survey::{Budget, Survey, Surveyed};
