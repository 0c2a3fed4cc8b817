//! What an audit of resource policies tells: JSON for machines, Markdown for people.
//!
//! Policy:
//!
//! * **What was not seen is said.** Every part of the account stands in the report with the time when it was read, or
//!   with the reason why it was not.
//! * **A report carries its own past.** The sizes of each policy that a forecast rests on are in the latest report, so
//!   that the next audit reads one object and not a year of them ([`History`]).
//! * **Pure.** No I/O, no clock.

mod ahead;
mod history;
mod markdown;
mod report;

pub use ahead::{NextLimit, NotKnownYet, PolicyForecast};
pub use history::History;
pub use markdown::markdown;
pub use report::{DAYS, FORMAT, NOT_ASKED, PartSeen, Report};
