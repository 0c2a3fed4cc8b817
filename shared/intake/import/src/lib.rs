//! Files of log events, turned into the payloads that a subscription would have sent.
//!
//! Whatever AWS or its command line makes of log events is taken in: log files of CloudTrail, objects of export tasks,
//! answers of `FilterLogEvents`, `GetLogEvents` and of Insights, WorkMail's audit logs as log delivery writes them, what
//! Firehose makes of a subscription, and what queues, topics and buses put around any of these. What a file is,
//! [`recognize`](mailtrail_subscription::recognize) says, by its content.
//!
//! * **Streamed.** [`Import`] reads a file piece by piece and hands out payloads while it does: memory is bounded, whatever
//!   the size of the file. (Wrappers, which are messages, are held as a whole.)
//! * **As far as it goes.** Where a file ends early or becomes something else, the events before that are taken in, and the
//!   [`Report`] says so, as it does of entries that are no log events.
//! * **Nothing invented.** An event has the account, Region, log group and log stream that the file says, or else the operator, or
//!   the path ([`FileOrigin`]); what is not said is left empty. Its message is that of the file. Lines whose fields only
//!   a header names become the JSON object of their fields.

mod damage;
mod decode;
mod entry;
mod event;
mod import;
mod items;
mod lines;
mod origin;
mod window;
mod wrapper;

pub use damage::Damage;
pub use import::{Import, Report};
pub use origin::FileOrigin;
