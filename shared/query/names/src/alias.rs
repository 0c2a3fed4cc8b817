//! What else someone is known by who is asked for: to be told with the answer.

use std::collections::BTreeMap;

use mailtrail_clock::Time;

use crate::period::{NameKind, NamePeriod};
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
    /// The ids of users, groups and resources that go with the names that are asked for, and the names that go with the ids, in order. At the time of an
    /// event it may be fewer: [`Names::of_user`].
    pub fn aliases(&self, is_asked_for: impl Fn(&str) -> bool) -> Vec<Alias> {
        let mut aliases = BTreeMap::new();
        let mut add = |asked: &str, value: &str, period: &NamePeriod| {
            let key = [asked, value, &*period.organization].map(str::to_owned);
            add(aliases.entry(key), period);
        };
        for period in self.periods.iter().filter(|period| period.is_of_entity()) {
            match (is_asked_for(&period.value), is_asked_for(&period.id)) {
                (true, false) => {
                    add(&period.value, &period.id, period);
                    // The ids at the identity provider go with the name, too; and with such an id, the names.
                    let of_id = self.by_id.get(&period.id).into_iter().flatten().map(|&at| &self.periods[at]);
                    let of_id = of_id.filter(|other| other.organization == period.organization);
                    let is_linked = period.kind == NameKind::LinkedId;
                    for other in of_id.filter(|other| is_linked != (other.kind == NameKind::LinkedId)) {
                        if !is_asked_for(&other.value) {
                            add(&period.value, &other.value, if is_linked { other } else { period });
                        }
                    }
                }
                (false, true) => add(&period.id, &period.value, period),
                _ => {}
            }
        }
        aliases.into_values().collect()
    }
}

fn add(entry: std::collections::btree_map::Entry<'_, [String; 3], Alias>, period: &NamePeriod) {
    let [asked, value, organization] = entry.key().clone();
    let alias = entry.or_insert_with(|| Alias {
        asked,
        value,
        organization,
        since: period.since,
        until: period.until,
        evidence: Vec::new(),
    });
    alias.since = alias.since.min(period.since);
    alias.until = alias.until.zip(period.until).map(|(one, other)| one.max(other));
    if !alias.evidence.contains(&period.evidence) {
        alias.evidence.push(period.evidence);
        alias.evidence.sort_unstable();
    }
}
