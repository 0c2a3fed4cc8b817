//! What else someone is known by who is asked for: to be told with the answer.

use std::collections::BTreeMap;

use mailtrail_clock::Time;

use crate::claim::{Claim, ClaimKind};
use crate::{Evidence, Names};

/// Another value that someone is known by who is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alias {
    /// The name or id that was asked for.
    pub asked: String,
    /// The id or name that goes with it.
    pub value: String,
    /// The organization; empty where it is not known.
    pub organization: String,
    /// Since when that is known.
    pub since: Time,
    /// Until when; none where nothing says that it ended.
    pub until: Option<Time>,
    /// From where.
    pub evidence: Vec<Evidence>,
}

impl Names {
    /// The ids that go with the names that are asked for, and the names that go with the ids, in order. At the time of an
    /// event it may be fewer: [`Names::of_user`].
    pub fn aliases(&self, is_asked_for: impl Fn(&str) -> bool) -> Vec<Alias> {
        let mut aliases = BTreeMap::new();
        let mut add = |asked: &str, value: &str, claim: &Claim| {
            let key = [asked, value, &*claim.organization].map(str::to_owned);
            add(aliases.entry(key), claim);
        };
        for claim in &self.claims {
            match (is_asked_for(&claim.value), is_asked_for(&claim.id)) {
                (true, false) => {
                    add(&claim.value, &claim.id, claim);
                    // The ids at the identity provider go with the name, too; and with such an id, the names.
                    let of_id = self.by_id.get(&claim.id).into_iter().flatten().map(|&at| &self.claims[at]);
                    let of_id = of_id.filter(|other| other.organization == claim.organization);
                    let is_linked = claim.kind == ClaimKind::LinkedId;
                    for other in of_id.filter(|other| is_linked != (other.kind == ClaimKind::LinkedId)) {
                        if !is_asked_for(&other.value) {
                            add(&claim.value, &other.value, if is_linked { other } else { claim });
                        }
                    }
                }
                (false, true) => add(&claim.id, &claim.value, claim),
                _ => {}
            }
        }
        aliases.into_values().collect()
    }
}

fn add(entry: std::collections::btree_map::Entry<'_, [String; 3], Alias>, claim: &Claim) {
    let [asked, value, organization] = entry.key().clone();
    let alias = entry.or_insert_with(|| Alias {
        asked,
        value,
        organization,
        since: claim.since,
        until: claim.until,
        evidence: Vec::new(),
    });
    alias.since = alias.since.min(claim.since);
    alias.until = alias.until.zip(claim.until).map(|(one, other)| one.max(other));
    if !alias.evidence.contains(&claim.evidence) {
        alias.evidence.push(claim.evidence);
        alias.evidence.sort_unstable();
    }
}
