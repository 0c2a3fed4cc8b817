//! What an audit of resource policies tells: JSON for machines, Markdown for people.
//!
//! Policy:
//!
//! * **What was not seen is said.** Every part of the account stands in the report with the time when it was read, or
//!   with the reason why it was not.
//! * **A report carries its own past.** The sizes of each policy that a forecast is derived from are in the latest report,
//!   so that the next audit reads one object and not a year of them
//!   ([`History`](mailtrail_resource_policy::forecast::History)).
//! * **Pure.** No I/O, no clock.

mod forecast;
mod markdown;
mod report;

pub use forecast::{not_known_yet, sentence};
pub use markdown::markdown;
pub use report::{FORMAT, NOT_ASKED, PartSeen, Report};
