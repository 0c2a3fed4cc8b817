//! Which name was whose, and when.

use std::collections::HashMap;
use std::sync::Arc;

use mailtrail_activity::{Activity, Subject};
use mailtrail_clock::Time;
use mailtrail_directory::EntityKind;

use crate::SignIns;
use crate::claim::{Claim, ClaimKind, Evidence};

/// The most claims that are kept: an organization of 50,000 users has a quarter of a million.
const MAX_CLAIMS: usize = 1_000_000;
/// The most claims on one name, and of one id. More of them would make every look-up slow, and no answer better.
const MAX_OF_ONE: usize = 1_000;
/// Bytes of the longest name or id: more than any address has.
const LONGEST: usize = 1_024;

/// Which name was whose, and when.
#[derive(Debug, Clone, Default)]
pub struct Names {
    pub(crate) claims: Vec<Claim>,
    /// Positions in `claims`, by id.
    pub(crate) by_id: HashMap<Arc<str>, Vec<usize>>,
    /// Positions in `claims`, by value.
    pub(crate) by_value: HashMap<Arc<str>, Vec<usize>>,
    /// The newest snapshot of each organization.
    pub(crate) newest: HashMap<Arc<str>, Time>,
    omitted: u64,
}

/// What else an identity of an activity is known by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known<'n> {
    /// The position of the identity in [`Activity::identities`].
    pub identity: usize,
    /// The other name or id.
    pub value: &'n str,
}

impl Names {
    /// Learns what sign-ins say.
    pub fn learn_sign_ins(&mut self, sign_ins: &SignIns) {
        for (pair, seen) in sign_ins.iter() {
            let known = self.by_id.get(pair.id.as_str()).into_iter().flatten().copied();
            let known = known.map(|at| (at, &self.claims[at])).find(|(_, claim)| {
                matches!(claim.evidence, Evidence::SignIns(_))
                    && *claim.value == *pair.name
                    && *claim.organization == *pair.organization
            });
            if let Some((at, _)) = known {
                let claim = &mut self.claims[at];
                claim.since = claim.since.min(seen.first);
                claim.until = claim.until.map(|until| until.max(seen.last));
                if let Evidence::SignIns(count) = &mut claim.evidence {
                    *count = count.saturating_add(seen.sign_ins);
                }
                continue;
            }
            let is_address = pair.name.contains('@');
            self.add(Claim {
                organization: pair.organization.as_str().into(),
                id: pair.id.as_str().into(),
                of: EntityKind::User.name(),
                kind: if is_address { ClaimKind::Address } else { ClaimKind::Name },
                value: pair.name.as_str().into(),
                since: seen.first,
                until: Some(seen.last),
                evidence: Evidence::SignIns(seen.sign_ins),
            });
        }
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.claims.is_empty()
    }

    /// How many names were read and not kept, because there are too many, or they are too long.
    pub fn omitted(&self) -> u64 {
        self.omitted
    }

    /// Adds a claim, unless there are too many.
    pub(crate) fn add(&mut self, mut claim: Claim) -> Option<usize> {
        let is_full = |index: &HashMap<Arc<str>, Vec<usize>>, text: &str| {
            index.get(text).is_some_and(|claims| claims.len() >= MAX_OF_ONE)
        };
        if self.claims.len() >= MAX_CLAIMS
            || claim.id.len().max(claim.value.len()) > LONGEST
            || claim.id.is_empty()
            || claim.value.is_empty()
            || is_full(&self.by_id, &claim.id)
            || is_full(&self.by_value, &claim.value)
        {
            self.omitted += 1;
            return None;
        }
        let at = self.claims.len();
        claim.id = insert(&mut self.by_id, claim.id, at);
        claim.value = insert(&mut self.by_value, claim.value, at);
        self.claims.push(claim);
        Some(at)
    }

    /// The name of an id of an organization at a time: the one that it is known to have had then, or else the one whose
    /// evidence is nearest in time; an address where there is no name. `organization` may be empty: then it is not known.
    pub fn name(&self, organization: &str, id: &str, at: Time) -> Option<&str> {
        let names = self.claims_of(organization, id).filter(|claim| claim.kind <= ClaimKind::Address);
        let best = names.min_by_key(|claim| (claim.distance(at), claim.kind, claim.evidence))?;
        Some(&best.value)
    }

    /// What else the user of an activity is known by, in its organization and at its time: with an id, the names and
    /// addresses; with a name or an address, the ids.
    pub fn of_user(&self, activity: &Activity<'_>) -> Vec<Known<'_>> {
        if self.is_empty() {
            return Vec::new();
        }
        let kinds = Subject::User.kinds();
        let identities = activity.identities.iter().enumerate();
        let identities = identities.filter(|(_, identity)| kinds.contains(&identity.kind));
        let known = identities.flat_map(|(at, identity)| {
            let others = self.others(activity.organization, &identity.attribute.value, activity.time);
            others.into_iter().map(move |value| Known { identity: at, value })
        });
        known.collect()
    }

    /// The texts that stand for the same as this one, in an organization and at a time: of an id, its names, addresses and
    /// linked ids; of a name or address, the ids. In order, each once.
    pub fn others(&self, organization: &str, text: &str, at: Time) -> Vec<&str> {
        let mut others: Vec<&str> = Vec::new();
        for claim in self.claims_of(organization, text).filter(|claim| self.is_believed(claim, at)) {
            others.extend([&*claim.value, &*claim.id]);
        }
        for claim in self.claims_on(organization, text).filter(|claim| claim.kind != ClaimKind::LinkedId) {
            if self.is_believed(claim, at) {
                others.push(&claim.id);
                let of_id = self.indexed(&self.by_id, &claim.id);
                let linked =
                    of_id.filter(|other| other.kind == ClaimKind::LinkedId && other.is_of(organization));
                others.extend(linked.map(|other| &*other.value));
            }
        }
        others.retain(|other| *other != text);
        others.sort_unstable();
        others.dedup();
        others
    }

    /// The claims of an id, or of that which it is linked to.
    fn claims_of(&self, organization: &str, id: &str) -> impl Iterator<Item = &Claim> {
        let linked = self.claims_on(organization, id).filter(|claim| claim.kind == ClaimKind::LinkedId);
        let linked = linked.flat_map(|claim| {
            let of_id = self.indexed(&self.by_id, &claim.id);
            of_id.filter(|other| *other.organization == *claim.organization)
        });
        self.indexed(&self.by_id, id).filter(|claim| claim.is_of(organization)).chain(linked)
    }

    /// The claims on a name, address or linked id.
    fn claims_on(&self, organization: &str, value: &str) -> impl Iterator<Item = &Claim> {
        self.indexed(&self.by_value, value).filter(|claim| claim.is_of(organization))
    }

    fn indexed(&self, index: &HashMap<Arc<str>, Vec<usize>>, text: &str) -> impl Iterator<Item = &Claim> {
        let claims: &[usize] = index.get(text).map_or(&[], Vec::as_slice);
        claims.iter().map(|&at| &self.claims[at])
    }

    /// Whether a claim holds at a time: it is known to, or no other id is known to have had the value then.
    fn is_believed(&self, claim: &Claim, at: Time) -> bool {
        let is_of_another =
            |other: &Claim| other.id != claim.id && other.kind != ClaimKind::LinkedId && other.covers(at);
        claim.kind == ClaimKind::LinkedId
            || claim.covers(at)
            || !self.claims_on(&claim.organization, &claim.value).any(is_of_another)
    }
}

/// Adds a position under a text. Returns the text that is kept.
fn insert(index: &mut HashMap<Arc<str>, Vec<usize>>, text: Arc<str>, at: usize) -> Arc<str> {
    let kept = index.get_key_value(&text).map_or(text, |(kept, _)| Arc::clone(kept));
    index.entry(Arc::clone(&kept)).or_default().push(at);
    kept
}
