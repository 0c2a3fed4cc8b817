//! Watch lists: the identities and events that an operator wants to be told of.
//!
//! A list is JSON:
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
//! | `user` | a user, as people name one: user name, address or id; the name of a role session; a source identity; the id that a request was made on behalf of |
//! | `role` | a session of the role of this name or ARN |
//! | `session` | a role session of this name |
//! | `access_key` | what was signed with the access key of this id, or done with the token of this id |
//! | `arn` | a principal, or the role of its session, with this ARN; `*` stands for any text |
//! | `account` | the account of the caller, or the account that logged the event |
//! | `event` | `failed_login`, `impersonation`, or `non_owner_access` (a mailbox that another user, or an application in the owner's name, opened) |
//! | `pattern` | a log event that this filter pattern of CloudWatch Logs matches |
//!
//! Who did what is decided by [`mailtrail_activity`], and which names and ids are one user's at a time by
//! [`mailtrail_names`]: an entry for the user `ana` also holds for what her id did.
//!
//! Policy:
//!
//! * **One wrong entry is one entry less.** Each is read by itself; what is wrong is named with entry, field and
//!   reason, and the rest watches on.
//! * **The one who acts.** Criteria about identities mean the caller: a call of `AssumeRole` is its caller's, and what the
//!   session then does is the role's.
//! * **Marked, counted, announced.** A match is an `enrichments` entry in the record, which names the attribute that the entry
//!   was recognised by, and part of the [`Notification`] that each entry has in a batch.
//! * **Pure.** No I/O, no clock.

mod criteria;
mod list;
mod members;
mod notification;

pub use criteria::{Match, Watch};
pub use list::{MAX_WATCHES, WatchList, WrongWatch};
pub use notification::{Notification, Notifications, Tally};
