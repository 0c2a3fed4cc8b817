//! The OCSF records that mailtrail emits.
//!
//! OCSF 1.8.0, and of it only what we write: each class is one plain struct of borrowed text, in which
//! an absent attribute is skipped and nothing is ever `null`. What OCSF asks for by convention, these
//! types make impossible to get wrong:
//!
//! * an enumerated attribute and its sibling (`status_id` and `status`) are one value whose parts
//!   cannot disagree ([`Status`], [`Direction`], …);
//! * `type_uid` is computed from class and activity ([`Classification`]);
//! * a timestamp is written twice, as milliseconds and as RFC 3339 text ([`mailtrail_clock::Time`]), from one number;
//! * `unmapped` is flat: dotted keys, text values ([`Unmapped`]).
//!
//! Schema: <https://schema.ocsf.io/1.8.0/>.

mod actor;
mod address;
mod api;
mod api_activity;
mod authentication;
mod base_event;
mod class;
mod classification;
mod common;
mod email_activity;
mod endpoint;
mod enrichment;
mod entity_management;
mod enums;
mod metadata;
mod policy;
mod resource;
#[cfg(feature = "schema")]
mod schema;
mod unmapped;

pub use actor::{Actor, Created, Credential, Idp, Organization, Session, User};
pub use address::{is_email_address, mailbox_address};
pub use api::{Api, Request, Response, Service};
pub use api_activity::ApiActivity;
pub use authentication::Authentication;
pub use base_event::BaseEvent;
pub use class::{Class, UnknownClass};
pub use classification::{ActivityId, Classification};
pub use common::CommonAttributes;
pub use email_activity::{Email, EmailActivity, EmailAuth};
pub use endpoint::{Endpoint, HttpRequest, Url};
pub use enrichment::Enrichment;
pub use entity_management::{EntityManagement, ManagedEntity};
pub use enums::{
    AccountSwitch, Action, AuthProtocol, Direction, Disposition, EntityType, ResourceRole, Severity, Status,
    UserType,
};
pub use metadata::{Account, Cloud, Metadata, Name, Observable, Product, Transformation};
pub use policy::{Authorization, Policy};
pub use resource::Resource;
pub use unmapped::Unmapped;

/// The version of OCSF that every record conforms to (`metadata.version`).
pub const OCSF_VERSION: &str = "1.8.0";
