//! The one path from payload to ledger, used by the functions and by the command line:
//!
//! `bytes → Payload → LogBatch → Record… → archive → streams → Ledger`
//!
//! * The archive comes first: raw copy and records side by side, all of them before anything goes to a
//!   stream. A write that does not end well ends the run ([`Run::failure`]).
//! * What cannot be read is quarantined whole; that is no failure.
//! * What somebody watches is marked in the record, counted, and announced once the archive has it.
//! * Batches of our own log groups are refused: no loops.
//!
//! Nothing here reads a clock or the environment.

mod encode;
mod options;
mod per_log_group;
mod raw;
mod run;
mod watch;

pub use encode::{EncodeError, Encoded, encode};
pub use options::Options;
pub use per_log_group::{Organization, PerLogGroup, UnknownOrganization, WrongEntry};
pub use run::{Pipeline, Problem, Run};
pub use watch::Watched;
