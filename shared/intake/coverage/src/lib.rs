//! Coverage: what CloudWatch has of a log group and a day, beside what the archive has. Counts in, states out.
//!
//! * [`judge`] is pure: the counts of both sides become a [`DayCoverage`] with a [`DayState`]. A day is *complete* only where
//!   nothing but the events of the log group can make up the number; a count alone *agrees*.
//! * [`Checker`] gets the counts: of the archive from its raw copies, of the log group through the
//!   [`Source`](mailtrail_pull::Source) of backfills.
//!   [`judge_days`] puts them together.
//! * [`keep`] writes days below `coverage/` of an archive, under new keys only; [`LastChecks`] reads them back, as untrusted input.
//! * [`metrics`]: what `WorkMail` itself counted, the witness that a log has of nothing. [`History`] keeps it, and whose log each
//!   log group is.

mod check;
mod cloudwatch;
mod day;
mod history;
mod judge;
mod key;
mod last_checks;
pub mod metrics;
mod observed;

pub use check::{Checker, SourceDays, judge_days};
pub use cloudwatch::CloudWatchMetrics;
pub use day::{Day, DayCoverage, DayState, Method, Reason, Witness};
pub use history::History;
pub use judge::{Evidence, Expiry, Finality, SourceCount, finality, judge};
pub use key::{FINDINGS, ORGANIZATIONS};
pub use last_checks::{LastChecks, keep};
pub use observed::{Log, Observed};
