//! Where a message went: the legs of a message joined, and one status for each recipient.
//!
//! WorkMail logs a message under one trace id on its way out and under another on its way in; each is a *leg*. Most events
//! of a leg name neither sender nor subject nor Message-ID, so a leg is read whole before anything is said of it.
//!
//! ```text
//! line → TraceFields → MailEvent → Index (pass 1) → Selection, or Parts → Gatherer (pass 2) → Message
//! ```
//!
//! Policy:
//!
//! * **Nothing is merged on suspicion.** Legs are one message where Message-ID, sender, recipients and time agree
//!   (`join`); what only seems to belong to it is told beside it (`likely`).
//! * **One status of a closed list** ([`RecipientStatus`]) for each recipient, and why where it is not known. The last outcome in
//!   time counts, others are in `also`, what cannot all be true is marked.
//! * **What is not logged is not concluded**, with one exception: a recipient that alone has no outcome is a group or an
//!   alias, where mailboxes got the message that no one named.
//! * **Order does not matter**: of events, of objects, of copies of one event.
//! * **Pure.** No I/O, no clock: how far the archive goes ([`AsOf`]) is given.

mod address;
mod alone;
mod assemble;
mod context;
mod direction;
mod directory;
mod division;
mod event;
mod expansion;
mod fields;
mod filter;
mod folder;
mod header_text;
mod index;
mod join;
mod journaling;
mod journey;
mod leg;
mod likely;
mod mailbox_rule;
mod message;
mod message_id;
mod named;
mod projection;
mod reading;
mod recipient;
mod row;
mod rule;
mod selection;
mod status;
mod status_code;
mod verdict;

pub use address::{Address, Mailbox, folded};
pub use assemble::Gatherer;
pub use context::{AsOf, Context, DEFAULT_WINDOW, Gap};
pub use directory::Directory;
pub use division::Parts;
pub use event::{EventName, LegKey, MailEvent};
pub use fields::TraceFields;
pub use filter::{Filter, Query};
pub use index::{Index, Learned, Prepared};
pub use journaling::Journaling;
pub use message::{AppliedRule, Direction, JourneyStep, Message, Recipient};
pub use named::NamedIn;
pub use rule::{Rule, RuleAction};
pub use selection::{MAX_LEGS, Selection};
pub use status::{RecipientStatus, UnknownReason};
pub use status_code::StatusCode;
pub use verdict::{VerdictKind, Verdicts};
