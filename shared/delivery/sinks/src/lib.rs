//! Where records go once they are archived: streams and a topic; and the ledger that counts them.
//!
//! * **A stream is a [`Sink`] and what an operator wants it to get.** A sink carries its own limits and gate; a new one
//!   is a module with an `impl Sink`, its address in `mailtrail_config::StreamAddress`, and its line in `open.rs`.
//! * **At least once to the streams**, with `metadata.uid` as the key to de-duplicate by. Only the failed
//!   records of a call are sent again; what is left at the deadline goes to `undelivered/` ([`Stream`]).
//! * **No tag, no stream** ([`TagGate`], the gate of Firehose).
//! * **Time is respected.** Every wait ends at the deadline.
//! * **Everything is counted** ([`Ledger`]).

mod file;
mod firehose;
mod ledger;
mod open;
mod packing;
mod sink;
mod slim;
mod stream;
mod topic;

pub use file::FileSink;
pub use firehose::{FirehoseSink, TagGate};
pub use ledger::{Ledger, StreamLedger};
pub use open::open_streams;
pub use packing::{PackedRecord, RecordBatch};
pub use sink::{Gate, Sink, SinkLimits, Unsent};
pub use stream::{Stream, StreamOutcome};
pub use topic::{Announcement, Topic};
