//! Reads the directory of a `WorkMail` organization: who and what its ids are.
//!
//! * **Read only**, by the operations of [`mailtrail_directory::operations::READ`] and no other.
//! * **At most five calls a second** in a Region, over all its organizations: `WorkMail` publishes no rates.
//! * **A call that is refused is told**, and the rest is read. What it would have told is absent from the snapshot.
//! * **Half a snapshot is none**: where the organization goes away, or no call is answered any more, there is an error.

mod answer;
mod entities;
mod lists;
mod organizations;
mod progress;
mod read;
mod session;

pub use organizations::{OrganizationSummary, REGIONS, organizations};
pub use progress::Progress;
pub use read::{CALLS_PER_SECOND, Options, ReadError, duration, pace, read};
