//! Watch lists: which identities and events somebody wants to hear of.
//!
//! A list is JSON that people write:
//!
//! ```json
//! {"watches": [
//!   {"name": "alice", "user": "alice"},
//!   {"name": "break-glass", "role": "BreakGlass", "account": "111122223333"},
//!   {"name": "root", "arn": "arn:aws:iam::*:root"},
//!   {"name": "failed-log-ins", "event": "failed_login"},
//!   {"name": "denied", "pattern": "{ $.errorCode = \"AccessDenied\" }"}
//! ]}
//! ```
//!
//! Each entry has a name and at least one of these criteria; where it has several, all of them must hold.
//!
//! | criterion | holds for |
//! |---|---|
//! | `user` | a user of this name, or a WorkMail user of this id |
//! | `role` | a session of the role of this name or ARN |
//! | `session` | a role session of this name |
//! | `access_key` | what was signed with the access key of this id, or done with the token of this id |
//! | `arn` | a principal, or the role of its session, with this ARN; `*` stands for any text |
//! | `account` | somebody of this account |
//! | `event` | `failed_login`, `impersonation`, or `non_owner_access` (a mailbox opened by somebody else) |
//! | `pattern` | a log event that this filter pattern of CloudWatch Logs matches |
//!
//! Policy:
//!
//! * **One wrong entry is one entry less.** Each is read by itself; what is wrong is named with entry, field and
//!   reason, and the rest watches on.
//! * **The one who acts.** Criteria about identities mean who did it. That somebody took on a role is a deed of
//!   the somebody; what the session then did is the role's.
//! * **Marked, counted, told.** A match is an `enrichments` entry in the record, and part of the [`Sighting`]
//!   that each entry has in a batch.
//! * **Pure.** No I/O, no clock.

mod criteria;
mod list;
mod members;
mod sighting;

pub use criteria::{Match, Watch};
pub use list::{MAX_WATCHES, WatchList, WrongWatch};
pub use sighting::{Sighting, Sightings, Tally};
