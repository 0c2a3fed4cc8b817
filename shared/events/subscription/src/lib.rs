//! The wire: whatever CloudWatch Logs can send, decoded into batches of log events.
//!
//! Everything here reads bytes from outside, so the policy is:
//!
//! * **Bounded.** The decoded size has a limit that the caller sets, the number of events another
//!   ([`MAX_EVENTS`]); what a payload says about its own size is a hint and never trusted.
//! * **All or nothing.** A payload that cannot be read to its last byte is [`Undecodable`] as a whole,
//!   with a reason from a short list; the bytes stay with the caller, who keeps them.
//! * **Tolerant where nothing is lost by it.** Any order of keys, unknown keys, several gzip members,
//!   several JSON documents, ids of any form, invalid UTF-8 (read with U+FFFD).
//! * **Borrowed.** A [`LogEvent`] is four slices of the decoded payload; text is unescaped when asked for.
//!
//! The way is [`payloads`] (an invocation or a file → payloads) → [`Payload::decode`] (inflate) →
//! [`batches`] (parse) → [`BatchId`] and [`EventUids`] (the identities that object names and records are made of).
//! What was pulled or imported takes the same way: a [`Composer`] makes payloads of it.

mod batch;
mod batch_id;
mod compose;
mod content_hash;
mod error;
mod event_uids;
mod inflate;
mod payload;
mod probe;
mod sameness;
mod shape;

pub use batch::{Kind, LogBatch, LogEvent, MAX_EVENTS, SystemFields, batches};
pub use batch_id::{BatchId, is_cloudwatch_id};
pub use compose::{Composer, Origin, RetrievedEvent};
pub use error::Undecodable;
pub use event_uids::{EventUids, number_of_uid};
pub use inflate::inflate;
pub use payload::{Content, Payload, payloads};
pub use probe::{PROBE_STREAM_PREFIX, is_probe, probe_message};
pub use sameness::{ContentKey, ContentKeys, Naming};
pub use shape::{
    Format, HEAD, Holds, Other, Recognized, Shape, names_audit_fields, recognize, recognize_head,
};
