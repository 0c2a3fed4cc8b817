//! The one path from payload to ledger, used by the functions and by the command line:
//!
//! `bytes → Payload → LogBatch → Record… → archive → streams → Ledger`
//!
//! * The archive comes first: raw copy and records side by side, all of them before anything goes to a
//!   stream. A write that fails ends the run ([`Run::failure`]).
//! * What cannot be decoded is quarantined whole, which is not a failure.
//! * What the watch list names is marked in the record, counted, and notified once the archive has it. Users are also
//!   known by what snapshots of the directory, and sign-ins that passed, say of their names.
//! * Batches of our own log groups are refused: no loops.
//!
//! [`Pipeline::open`] puts the parts together, from the one [`Config`](mailtrail_config::Config). Nothing here reads the
//! wall clock or the environment.

mod encode;
mod names;
mod pipeline;
mod prepare;
mod preview;
mod raw;
mod run;
mod sign_ins;
mod watch;
mod watch_list;

pub use encode::{EncodeError, Encoded, encode};
pub use pipeline::Pipeline;
pub use prepare::PrepareError;
pub use preview::{Preview, preview, records};
pub use run::{Problem, Run, RunError};
pub use watch::Watched;

use sign_ins::sign_ins;
