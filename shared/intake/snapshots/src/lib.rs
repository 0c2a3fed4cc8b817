//! Snapshots of directories in an archive.
//!
//! A snapshot is kept where it says something else than the one before; where it does not, an object below
//! `coverage/directory/` says up to when that one holds. Both are written under new keys only, and read back as untrusted input.

mod as_of;
mod keep;
mod list;

pub use as_of::{AsOf, held_until};
pub use keep::{KeepError, SavedSnapshot, keep};
pub use list::{ReadError, Snapshots, first_readable, read};
