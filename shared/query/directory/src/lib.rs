//! The directory of a `WorkMail` organization: who and what its ids are, as it was at one time.
//!
//! Logs name people and things by ids that only `WorkMail` can explain, and `WorkMail` ends. A [`Snapshot`] keeps what its API
//! told, under a [`SnapshotKey`] of the archive; [`Snapshot::entity`] and the look-ups beside it answer from it, and [`diff`]
//! says what changed between two.
//!
//! Policy:
//!
//! * **Not read is not empty.** A list that a refused call would have told is absent ([`Listed`]); no difference and no answer is
//!   made of what is absent.
//! * **Equal content has equal bytes**, but for the time: lists are sorted.
//! * **What is read back is not trusted.** It may be cut off, of a later format, of another place, or made to fill the memory
//!   ([`SnapshotError`]).
//! * **Pure.** No I/O, no clock.

mod access;
mod bounded;
mod diff;
mod entity;
mod item;
mod key;
mod look_up;
pub mod operations;
mod organization;
mod read;
mod snapshot;

pub use access::{
    AccessControlRule, AvailabilityConfiguration, ExportJob, FolderRetention, IdentityProvider,
    ImpersonationRole, ImpersonationRule, MobileDeviceOverride, MobileDeviceRule, PersonalAccessToken,
    RetentionPolicy,
};
pub use bounded::MOST_ITEMS;
pub use diff::{Change, ChangeKind, Diff, FieldChange, diff};
pub use entity::{Delegate, Group, Mailbox, Member, Permission, Resource, User};
pub use item::Item;
pub use key::{AS_OF_FOLDER, FOLDER, SnapshotKey};
pub use look_up::{Entity, EntityKind, Named};
pub use organization::{Domain, EmailMonitoring, Organization};
pub use read::{LARGEST, SnapshotError};
pub use snapshot::{FORMAT, Listed, NOT_AVAILABLE, Snapshot};
