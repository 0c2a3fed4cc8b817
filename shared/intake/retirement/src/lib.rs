//! The end of a `WorkMail` organization: what an archive has of it, whether it is gone, and the note that closes it.
//!
//! * [`Holdings`]: what the archive keeps of an organization, from its coverage and its snapshots. It claims nothing that no
//!   comparison has found.
//! * [`Standing`]: whether an organization is gone, from what `ListOrganizations` answered on several days. Pure.
//! * [`ClosingNote`]: what there is and what is missing, written once, under a new key.
//! * [`Step`]: what is to be done while there is time. Pure.
//! * [`Organizations`] keeps both below `coverage/organizations/`, and reads them back as untrusted input.

mod holdings;
mod key;
mod log_group_days;
mod note;
mod organizations;
mod standing;
mod step;

pub use holdings::{Holdings, Snapshot, log_groups_of};
pub use log_group_days::{GapDay, LogGroupDays};
pub use note::{ClosingNote, Missing, MissingKind};
pub use organizations::Organizations;
pub use standing::{Observation, Presence, Standing};
pub use step::{Step, countdown, steps};
