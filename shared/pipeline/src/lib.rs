//! The one path from payload to ledger, used by the functions and by the command line:
//!
//! `bytes → Payload → LogBatch → Record… → archive → streams → Ledger`
//!
//! * The archive comes first: raw copy and records side by side, all of them before anything goes to a
//!   stream. A write that does not end well ends the run ([`Run::failure`]).
//! * What cannot be read is quarantined whole; that is no failure.
//! * Batches of our own log groups are refused: no loops.
//!
//! Nothing here reads a clock or the environment.

mod encode;
mod options;
mod raw;
mod run;

pub use encode::{EncodeError, encode};
pub use options::{Options, Organizations, UnknownOrganization};
pub use run::{Pipeline, Problem, Run};
