//! What a log group has and the archive lacks: read, compared, archived, counted.
//!
//! * [`Window`]: whole seconds, inclusive as each API counts them; they get shorter where there are many events.
//! * Paging is not trusted (`pages`): an empty page is not the end, a token that repeats or expired begins the window again,
//!   and an event may be returned twice.
//! * What the archive has is read from its raw copies (`copies`, `known`): by id where ids were seen to agree ([`Ids`]), else
//!   by log stream, time and message, counted. Events are never moved past a time: a window is read whole, whatever its order.
//! * What it lacks becomes the payload that a subscription would have sent, and takes the pipeline of all payloads.
//! * Entries below `pull/` of the archive (`cursor`) tell the next run where an interrupted one was. They are believed where the
//!   archive has the events that they say it has (`archived`).
//! * A log group is done when two counts of it agree (`count`): what was read, and what Insights counts.
//! * What the archive has of each log group and day is counted by reading raw copies once ([`archived_days`]).
//!
//! [`Backfill::run`] puts these together over a [`Source`]; [`CloudWatch`] is the one of AWS.

mod archived;
mod backfill;
mod cloudwatch;
mod copies;
mod count;
mod cursor;
mod error;
mod group;
mod hashes;
mod ids;
mod known;
mod ledger;
mod measure;
mod observer;
mod pages;
mod report;
mod source;
mod tally;
mod window;

pub use backfill::{Backfill, Writer};
pub use cloudwatch::{CloudWatch, calls_per_second};
pub use copies::accounts;
pub use count::{EventCounts, count_events};
pub use error::PullError;
pub use group::{LogGroup, Refusal};
pub use ids::Ids;
pub use ledger::Counts;
pub use observer::Observer;
pub use report::{DifferingDay, Report};
pub use source::{EventPage, Source, SourceEvent};
pub use tally::{Archived, ArchivedDays, LogGroupId, archived_days};
pub use window::Window;
