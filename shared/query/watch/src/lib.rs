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
//!   {"name": "bounces-to-press", "recipient": "press@example.net", "status": "bounced"},
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
//! | `sender` | mail from this address, or sent on behalf of another by it |
//! | `recipient` | mail to this address, or that a rule acts on for it or sends on to it |
//! | `domain` | mail from or to an address in this domain, and in none below it |
//! | `subject` | mail whose subject contains this text; case does not matter |
//! | `status` | an event that says that mail was `delivered`, `junk`, `bounced`, `redirected`, `dropped`, `rejected` (the sender's DMARC policy) or `sent`; with `recipient`, for this one |
//! | `pattern` | a log event that this filter pattern of CloudWatch Logs matches |
//!
//! Who did what is decided by [`mailtrail_activity`], which names and ids are one user's at a time by [`mailtrail_names`], and
//! what is said of mail by [`mailtrail_trace`]: an entry for the user `ana` also holds for what her id did. An event is
//! compared by itself: only some events of a message name its sender or subject
//! (<https://docs.aws.amazon.com/workmail/latest/adminguide/cw-events.html>), so `sender` with `status` holds for none that
//! names no sender, such as a bounce. Addresses are compared as traces compare them, in any spelling.
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
mod mail;
mod members;
mod notification;

pub use criteria::{Match, Watch};
pub use list::{MAX_WATCHES, WatchList, WrongWatch};
pub use notification::{Notification, Notifications, Tally};
