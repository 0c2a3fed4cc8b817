//! What sign-ins say: `WorkMail` logs the name at a sign-in, and elsewhere the id alone.

use std::collections::BTreeMap;

use mailtrail_activity::{Activity, IdentityKind, Outcome};
use mailtrail_clock::Time;

/// Pairs that are kept. An archive has a pair for each user and name, and no more than this is plausible.
const MAX_PAIRS: usize = 200_000;

/// Which name or address signed in as which id, from when to when, and how often. What was learned in parts can be merged
/// in any order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SignIns(BTreeMap<Pair, Seen>);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Pair {
    /// Empty where it is not known.
    pub(crate) organization: String,
    pub(crate) id: String,
    pub(crate) name: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) first: Time,
    pub(crate) last: Time,
    pub(crate) sign_ins: u64,
}

impl SignIns {
    /// Learns from a sign-in that has both, unless it failed: then its name is whatever the client sent.
    pub fn learn(&mut self, activity: &Activity<'_>) {
        let name = activity.first(IdentityKind::UserName).or_else(|| activity.first(IdentityKind::Address));
        let id = activity.first(IdentityKind::UserId).or_else(|| activity.first(IdentityKind::OnBehalfOf));
        let teaches = activity.is_sign_in && activity.outcome != Outcome::Failure;
        if let (true, Some(name), Some(id)) = (teaches, name, id) {
            let pair = Pair {
                organization: activity.organization.to_owned(),
                id: id.to_owned(),
                name: name.to_owned(),
            };
            self.add(pair, Seen { first: activity.time, last: activity.time, sign_ins: 1 });
        }
    }

    /// Adds what was learned elsewhere.
    pub fn merge(&mut self, other: Self) {
        for (pair, seen) in other.0 {
            self.add(pair, seen);
        }
    }

    /// Whether nothing was learned.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Pair, &Seen)> {
        self.0.iter()
    }

    fn add(&mut self, pair: Pair, seen: Seen) {
        if let Some(known) = self.0.get_mut(&pair) {
            known.first = known.first.min(seen.first);
            known.last = known.last.max(seen.last);
            known.sign_ins = known.sign_ins.saturating_add(seen.sign_ins);
        } else if self.0.len() < MAX_PAIRS {
            self.0.insert(pair, seen);
        }
    }
}
