//! Where records go once they are archived: the streams, the topic; and what keeps count of them.
//!
//! * **At least once to the streams**, `metadata.uid` being the key to de-duplicate by. Only the failed
//!   records of a call are sent again; what is left at the deadline goes to `undelivered/` ([`Stream`]).
//! * **No tag, no stream.** ([`TagGate`])
//! * **Time is respected.** Every wait ends at the deadline.
//! * **Everything is counted.** ([`Ledger`])

mod ledger;
mod stream;
mod tag_gate;
mod topic;

pub use ledger::{Ledger, StreamLedger};
pub use stream::{Delivery, Stream, Target, UnknownTarget};
pub use tag_gate::{DELIVERY_TAG, Gate, TagGate};
pub use topic::{Announcement, Topic, TopicArn, UnknownTopic};
