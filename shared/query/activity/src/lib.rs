//! Who did what: the answer of a record of any class, and the only implementation of it.
//!
//! [`ActivityFields`] is what a record says, borrowed. A reader gets it from a line of the archive (serde), the pipeline
//! from the typed record that it is about to write (`From<&Record>`); both give the same fields. [`Activity::of`] holds
//! every rule: which identities acted, what they did, how it ended. Watches, `mailtrail activity` and the marks in records
//! ask nothing else.
//!
//! Policy:
//!
//! * **The one who acts.** Identities are those of the caller. A call of `AssumeRole` is its caller's; what the session then
//!   does is the role's.
//! * **Every identity of an event.** They are a list of kind and value ([`Identity`]), so that an event can be asked for by
//!   any of them, and each names the attribute of the record that it stands in.
//! * **Any class.** An event that lacked what its class requires is a Base Event with everything in `unmapped`. An identity
//!   must not go unseen because an address is missing.
//! * **Pure.** No I/O, no clock.

mod activity;
mod credential;
mod fields;
mod identity;
mod outcome;
mod parameters;
mod projection;
mod unmapped;

pub use activity::{Activity, AssumedRole, Target};
pub use credential::{Issued, issued};
pub use fields::{ActivityFields, Text};
pub use identity::{Attribute, Identity, IdentityKind, Subject, role_name};
pub use outcome::Outcome;
pub use parameters::parameters;
