//! Where records go: the archive first, then the streams; and what keeps count of them.
//!
//! The guarantees that this crate is responsible for:
//!
//! * **Again is the same.** Keys derive from content and a write never overwrites ([`Archive::put`]): a
//!   retry at any point leaves the objects of one delivery.
//! * **At least once to the streams**, `metadata.uid` being the key to de-duplicate by. Only the failed
//!   records of a call are sent again; what is left at the deadline goes to `undelivered/` ([`Stream`]).
//! * **No tag, no stream.** ([`TagGate`])
//! * **Time is respected.** Every wait ends at the [`Deadline`].
//! * **Everything is counted.** ([`Ledger`])
//!
//! One place decides whether an error is worth another try: [`failure`].

pub mod about;
mod archive;
pub mod aws;
pub mod failure;
mod layout;
mod ledger;
mod object;
mod quarantine;
mod retry;
mod stream;
mod tag_gate;
mod topic;

pub use archive::{Archive, ArchiveError, ArchiveReader, Location, Put, S3Options, UnknownLocation};
pub use layout::{
    Place, RAW, batch_object_key, batch_of, quarantine_key, raw_day, raw_key, records_day, sign_day,
    sign_key, undelivered_key,
};
pub use ledger::{Ledger, StreamLedger};
pub use object::{LEVEL, Object, ObjectWriter};
pub use quarantine::{Quarantined, quarantine};
pub use retry::{Deadline, Pacing};
pub use stream::{Delivery, Stream, Target, UnknownTarget};
pub use tag_gate::{DELIVERY_TAG, Gate, TagGate};
pub use topic::{Announcement, Topic, TopicArn, UnknownTopic};
