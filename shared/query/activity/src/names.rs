//! Names and ids of users: WorkMail logs the name at a sign-in, and elsewhere the id alone.

use std::collections::BTreeMap;

use crate::{Activity, IdentityKind, Outcome};

/// Pairs that are kept. An archive has a pair for each user and name, and no more than this is plausible.
const MAX_PAIRS: usize = 100_000;

/// Which user name or address goes with which id, as sign-ins say, and how many of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names(BTreeMap<Pair, u64>);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Pair {
    name: String,
    id: String,
}

/// Another value that a user is known by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alias {
    /// The name or id that was asked for.
    pub asked: String,
    /// The id or name that goes with it.
    pub value: String,
    /// How many sign-ins say so.
    pub sign_ins: u64,
}

impl Names {
    /// Learns from a sign-in that has both, unless it failed: then its name is whatever the client sent.
    pub fn learn(&mut self, activity: &Activity<'_>) {
        let name = activity.first(IdentityKind::UserName).or_else(|| activity.first(IdentityKind::Address));
        let id = activity.first(IdentityKind::UserId).or_else(|| activity.first(IdentityKind::OnBehalfOf));
        let teaches = activity.is_sign_in && activity.outcome != Outcome::Failure;
        if let (true, Some(name), Some(id)) = (teaches, name, id) {
            self.add(Pair { name: name.to_owned(), id: id.to_owned() }, 1);
        }
    }

    /// Adds what was learned elsewhere.
    pub fn merge(&mut self, other: Self) {
        for (pair, sign_ins) in other.0 {
            self.add(pair, sign_ins);
        }
    }

    fn add(&mut self, pair: Pair, sign_ins: u64) {
        if self.0.len() < MAX_PAIRS || self.0.contains_key(&pair) {
            *self.0.entry(pair).or_default() += sign_ins;
        }
    }

    /// The ids that go with the names that are asked for, and the names that go with the ids.
    pub fn aliases(&self, is_asked_for: impl Fn(&str) -> bool) -> Vec<Alias> {
        let mut aliases = Vec::new();
        for (Pair { name, id }, &sign_ins) in &self.0 {
            match (is_asked_for(name), is_asked_for(id)) {
                (true, false) => aliases.push(Alias { asked: name.clone(), value: id.clone(), sign_ins }),
                (false, true) => aliases.push(Alias { asked: id.clone(), value: name.clone(), sign_ins }),
                _ => {}
            }
        }
        aliases
    }
}
