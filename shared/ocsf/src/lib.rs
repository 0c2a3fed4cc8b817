//! The OCSF records that mailtrail emits.
//!
//! OCSF 1.8.0, and of it only what we write: each class is one plain struct of borrowed text, in which
//! an absent attribute is skipped and nothing is ever `null`. What OCSF asks for by convention, these
//! types make impossible to get wrong:
//!
//! * an enumerated attribute and its sibling (`status_id` and `status`) are one value whose parts
//!   cannot disagree ([`Status`], [`Direction`], …);
//! * `type_uid` is computed from class and activity ([`Classification`]);
//! * a timestamp is written twice, as milliseconds and as RFC 3339 text ([`Time`]), from one number;
//! * `unmapped` is flat: dotted keys, text values ([`Unmapped`]).
//!
//! Schema: <https://schema.ocsf.io/1.8.0/>.

mod address;
mod base_event;
mod class;
mod classification;
mod email_activity;
mod enums;
mod metadata;
mod time;
mod unmapped;

pub use address::{is_email_address, mailbox_address};
pub use base_event::BaseEvent;
pub use class::{Class, UnknownClass};
pub use classification::{Activity, Classification};
pub use email_activity::{Email, EmailActivity, EmailAuth, Policy};
pub use enums::{Action, Direction, Disposition, Severity, Status};
pub use metadata::{Account, Cloud, Metadata, Name, Observable, Product, Transformation};
pub use time::{LATEST, Time};
pub use unmapped::Unmapped;

/// The version of OCSF that every record conforms to (`metadata.version`).
pub const OCSF_VERSION: &str = "1.8.0";
