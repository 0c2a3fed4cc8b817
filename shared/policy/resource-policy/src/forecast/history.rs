//! The sizes that policies had.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::trend::{MAX_POINTS, Outlook, Point, outlook};
use crate::limits::Limits;
use crate::measure::Measures;

/// Times between two points that are kept. An audit that runs every few minutes must not drive out the past.
const APART: i64 = 60 * 60 * 1000;

/// Where the numbers of account policies stand: under the empty name, which no policy has.
const ACCOUNT_POLICIES: &str = "";

/// The sizes that each policy had, by its name, the latest last; and how many account policies there were.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct History(BTreeMap<String, Vec<Point>>);

impl History {
    /// What was known, and what was measured now. A policy that is gone is forgotten; not so while the policies of the
    /// account cannot be read.
    #[must_use]
    pub fn and(&self, measures: &Measures, now: i64) -> Self {
        let known = if measures.account_policies.is_none() { self.0.clone() } else { BTreeMap::new() };
        let sizes = measures.policies.iter().map(|measure| (measure.policy.as_str(), measure.size));
        let number = measures.account_policies.map(|number| (ACCOUNT_POLICIES, number));
        let points = sizes.chain(number).map(|(name, size)| {
            let mut points = self.0.get(name).cloned().unwrap_or_default();
            points.retain(|point| point.at <= now - APART);
            points.push(Point { at: now, size });
            points.drain(..points.len().saturating_sub(MAX_POINTS));
            (name.to_owned(), points)
        });
        Self(known.into_iter().chain(points).collect())
    }

    /// The sizes that a policy had.
    pub fn of(&self, policy: &str) -> &[Point] {
        self.0.get(policy).map_or(&[], Vec::as_slice)
    }

    /// What lies ahead of the quota of account policies: here a size is a number of policies.
    pub(crate) fn quota_outlook(&self, limits: &Limits) -> Outlook {
        let number = limits.account_policies;
        let limits = Limits { soft_characters: number, hard_characters: number, ..*limits };
        outlook(self.of(ACCOUNT_POLICIES), &limits)
    }

    /// What lies ahead of a policy.
    pub fn outlook(&self, policy: &str, limits: &Limits) -> Outlook {
        outlook(self.of(policy), limits)
    }
}
