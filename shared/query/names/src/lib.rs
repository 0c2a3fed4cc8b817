//! Names and ids: logs name most people and things by id alone, and people ask by name.
//!
//! [`Names`] learns from two sources which name or address was whose, and when:
//!
//! * snapshots of an organization's directory, each of one moment;
//! * sign-ins that succeeded, which have a name and an id ([`SignIns`]).
//!
//! Policy:
//!
//! * **At the time of the event.** Names change hands. A name is at a time those ids' that are known to have had it then;
//!   where none is, it is every id's that ever had it: an answer must not lack what someone did because the evidence of their
//!   name is younger. Of two ids that had a name at one time, it is both's.
//! * **An organization's own.** Two organizations may have equal names. Where the organization of an event or of what was
//!   learned is not known, it may be any.
//! * **A name never replaces an id.** Who uses one tells from where it is known ([`Alias`]).
//! * **Bounded.** So many names are kept; how many more were read, [`Names::omitted`] says.
//! * **Pure.** No I/O, no clock.

mod addresses;
mod alias;
mod names;
mod period;
mod sign_ins;
mod snapshots;
#[cfg(test)]
mod tests;

pub use addresses::add_addresses;
pub use alias::Alias;
pub use names::{Known, Names};
pub use period::Evidence;
pub use sign_ins::SignIns;
