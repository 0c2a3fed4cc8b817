//! Which name was whose, and when.

use std::collections::HashMap;
use std::sync::Arc;

use mailtrail_activity::{Activity, Subject};
use mailtrail_clock::Time;
use mailtrail_directory::EntityKind;

use crate::SignIns;
use crate::period::{Evidence, NameKind, NamePeriod};

/// The most periods that are kept: an organization of 50,000 users has a quarter of a million.
const MAX_PERIODS: usize = 1_000_000;
/// The most periods on one name, and of one id. More of them would make every look-up slow, and no answer better.
const MAX_OF_ONE: usize = 1_000;
/// Bytes of the longest name or id: more than any address has.
const LONGEST: usize = 1_024;

/// Which name was whose, and when.
#[derive(Debug, Clone, Default)]
pub struct Names {
    pub(crate) periods: Vec<NamePeriod>,
    /// Positions in `periods`, by id.
    pub(crate) by_id: HashMap<Arc<str>, Vec<usize>>,
    /// Positions in `periods`, by value.
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
            let known = known.map(|at| (at, &self.periods[at])).find(|(_, period)| {
                matches!(period.evidence, Evidence::SignIns(_))
                    && *period.value == *pair.name
                    && *period.organization == *pair.organization
            });
            if let Some((at, _)) = known {
                let period = &mut self.periods[at];
                period.since = period.since.min(seen.first);
                period.until = period.until.map(|until| until.max(seen.last));
                if let Evidence::SignIns(count) = &mut period.evidence {
                    *count = count.saturating_add(seen.sign_ins);
                }
                continue;
            }
            let is_address = pair.name.contains('@');
            self.add(NamePeriod {
                organization: pair.organization.as_str().into(),
                id: pair.id.as_str().into(),
                of: EntityKind::User.name(),
                kind: if is_address { NameKind::Address } else { NameKind::Name },
                value: pair.name.as_str().into(),
                since: seen.first,
                until: Some(seen.last),
                evidence: Evidence::SignIns(seen.sign_ins),
            });
        }
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.periods.is_empty()
    }

    /// How many names were read and not kept, because there are too many, or they are too long.
    pub fn omitted(&self) -> u64 {
        self.omitted
    }

    /// Adds a period, unless there are too many.
    pub(crate) fn add(&mut self, mut period: NamePeriod) -> Option<usize> {
        let is_full = |index: &HashMap<Arc<str>, Vec<usize>>, text: &str| {
            index.get(text).is_some_and(|periods| periods.len() >= MAX_OF_ONE)
        };
        if self.periods.len() >= MAX_PERIODS
            || period.id.len().max(period.value.len()) > LONGEST
            || period.id.is_empty()
            || period.value.is_empty()
            || is_full(&self.by_id, &period.id)
            || is_full(&self.by_value, &period.value)
        {
            self.omitted += 1;
            return None;
        }
        let at = self.periods.len();
        period.id = insert(&mut self.by_id, period.id, at);
        period.value = insert(&mut self.by_value, period.value, at);
        self.periods.push(period);
        Some(at)
    }

    /// The name of an id of an organization at a time: the one that it is known to have had then, or else the one whose
    /// evidence is nearest in time; an address where there is no name. `organization` may be empty: then it is not known.
    pub fn name(&self, organization: &str, id: &str, at: Time) -> Option<&str> {
        let names = self.periods_of(organization, id).filter(|period| period.kind <= NameKind::Address);
        let best = names.min_by_key(|period| (period.distance(at), period.kind, period.evidence))?;
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

    /// The texts that stand for the same user, group or resource as this one, in an organization and at a time: of an id, its
    /// names, addresses and linked ids; of a name or address, the ids. In order, each once. What else has a name, such as a
    /// token, which anybody may name as they like, is none of them.
    pub fn others(&self, organization: &str, text: &str, at: Time) -> Vec<&str> {
        let mut others: Vec<&str> = Vec::new();
        let own = self.periods_of(organization, text).filter(|period| period.is_of_entity());
        for period in own.filter(|period| self.is_believed(period, at)) {
            others.extend([&*period.value, &*period.id]);
        }
        let named = self.periods_on(organization, text).filter(|period| period.is_of_entity());
        for period in named.filter(|period| period.kind != NameKind::LinkedId) {
            if self.is_believed(period, at) {
                others.push(&period.id);
                let of_id = self.indexed(&self.by_id, &period.id);
                let linked =
                    of_id.filter(|other| other.kind == NameKind::LinkedId && other.is_of(organization));
                others.extend(linked.map(|other| &*other.value));
            }
        }
        others.retain(|other| *other != text);
        others.sort_unstable();
        others.dedup();
        others
    }

    /// The periods of an id, or of that which it is linked to.
    fn periods_of(&self, organization: &str, id: &str) -> impl Iterator<Item = &NamePeriod> {
        let linked = self.periods_on(organization, id).filter(|period| period.kind == NameKind::LinkedId);
        let linked = linked.flat_map(|period| {
            let of_id = self.indexed(&self.by_id, &period.id);
            of_id.filter(|other| *other.organization == *period.organization)
        });
        self.indexed(&self.by_id, id).filter(|period| period.is_of(organization)).chain(linked)
    }

    /// The periods on a name, address or linked id.
    fn periods_on(&self, organization: &str, value: &str) -> impl Iterator<Item = &NamePeriod> {
        self.indexed(&self.by_value, value).filter(|period| period.is_of(organization))
    }

    fn indexed(
        &self,
        index: &HashMap<Arc<str>, Vec<usize>>,
        text: &str,
    ) -> impl Iterator<Item = &NamePeriod> {
        let periods: &[usize] = index.get(text).map_or(&[], Vec::as_slice);
        periods.iter().map(|&at| &self.periods[at])
    }

    /// Whether a period holds at a time: it is known to, or no other id of its kind is known to have had the value then. A user
    /// and a token may have one name at a time.
    fn is_believed(&self, period: &NamePeriod, at: Time) -> bool {
        let is_of_another = |other: &NamePeriod| {
            other.of == period.of
                && other.id != period.id
                && other.kind != NameKind::LinkedId
                && other.covers(at)
        };
        period.kind == NameKind::LinkedId
            || period.covers(at)
            || !self.periods_on(&period.organization, &period.value).any(is_of_another)
    }
}

/// Adds a position under a text. Returns the text that is kept.
fn insert(index: &mut HashMap<Arc<str>, Vec<usize>>, text: Arc<str>, at: usize) -> Arc<str> {
    let kept = index.get_key_value(&text).map_or(text, |(kept, _)| Arc::clone(kept));
    index.entry(Arc::clone(&kept)).or_default().push(at);
    kept
}
