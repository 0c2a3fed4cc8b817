//! Names and ids of users: WorkMail logs the name at a sign-in, and elsewhere the id alone.

use std::collections::BTreeMap;

use mailtrail_aws_types::Arn;

use crate::activity::Source;
use crate::{Activity, IdentityKind, Outcome};

/// Pairs that are kept. An archive has a pair for each user and name, and no more than this is plausible.
const MAX_PAIRS: usize = 100_000;

/// Which user name or address goes with which id, as successful sign-ins say, and how many of them. A sign-in that failed
/// proves nothing: its name is whatever the client sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names(BTreeMap<Pair, u64>);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Pair {
    name: String,
    id: String,
    /// Where the name is this user's.
    scope: Scope,
}

/// The events in which an alias is the same user's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// All events: no two users share an id.
    All,
    /// Events of WorkMail: a user of IAM may have the name of a user of WorkMail.
    WorkMail,
    /// Events of CloudTrail, except those of users of IAM.
    IdentityCenter,
}

impl Scope {
    /// Whether an activity is in the scope.
    pub fn includes(self, activity: &Activity<'_>) -> bool {
        match self {
            Self::All => true,
            Self::WorkMail => activity.source == Source::WorkMail,
            Self::IdentityCenter => activity.source == Source::CloudTrail && !is_by_iam_user(activity),
        }
    }
}

fn is_by_iam_user(activity: &Activity<'_>) -> bool {
    let is_iam_user = |arn: Arn<'_>| arn.service() == "iam" && arn.resource_type() == Some("user");
    activity.values(IdentityKind::Principal).any(|principal| Arn::parse(principal).is_ok_and(is_iam_user))
}

/// Another value that a user is known by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alias {
    /// The name or id that was asked for.
    pub asked: String,
    /// The id or name that goes with it.
    pub value: String,
    /// The events that it applies to.
    pub scope: Scope,
    /// How many sign-ins say so.
    pub sign_ins: u64,
}

impl Names {
    /// Learns from a sign-in that succeeded and has both.
    pub fn learn(&mut self, activity: &Activity<'_>) {
        let name = activity.first(IdentityKind::UserName).or_else(|| activity.first(IdentityKind::Address));
        let id = activity.first(IdentityKind::UserId).or_else(|| activity.first(IdentityKind::OnBehalfOf));
        let is_proof = activity.is_sign_in && activity.outcome == Outcome::Success;
        let scope = match activity.source {
            Source::WorkMail => Scope::WorkMail,
            Source::CloudTrail | Source::Other => Scope::IdentityCenter,
        };
        if let (true, Some(name), Some(id)) = (is_proof, name, id) {
            self.add(Pair { name: name.to_owned(), id: id.to_owned(), scope }, 1);
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
        for (Pair { name, id, scope }, &sign_ins) in &self.0 {
            let (asked, value, scope) = match (is_asked_for(name), is_asked_for(id)) {
                (true, false) => (name, id, Scope::All),
                (false, true) => (id, name, *scope),
                _ => continue,
            };
            aliases.push(Alias { asked: asked.clone(), value: value.clone(), scope, sign_ins });
        }
        aliases
    }
}
