//! What became of a log group.

use std::collections::BTreeMap;

use crate::error::PullError;
use crate::group::LogGroup;
use crate::ids::Ids;
use crate::ledger::{ByDay, Counts};
use crate::window::Window;

/// What became of a log group.
#[derive(Debug)]
pub struct Report {
    /// The log group.
    pub group: LogGroup,
    /// What was read of it.
    pub range: Window,
    /// How the ids of subscription and reading compare.
    pub ids: Ids,
    /// Raw copies whose records were missing, and were written.
    pub completed_copies: u64,
    /// Objects of the archive that are damaged, or of others, where something had to be written: it is left.
    pub damaged_objects: u64,
    /// Why it ended early.
    pub failure: Option<PullError>,
    /// Whether it was stopped by who started it.
    pub was_stopped: bool,
    pub(crate) by_day: ByDay,
    /// The second count, by day.
    pub(crate) counted: Option<BTreeMap<i64, u64>>,
}

/// A day of which the two counts differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DifferingDay {
    /// Its number since 1970.
    pub day: i64,
    /// Events that were read.
    pub read: u64,
    /// Events that the second count has.
    pub counted: u64,
}

impl Report {
    pub(crate) fn new(group: &LogGroup, range: Window) -> Self {
        Self {
            group: group.clone(),
            range,
            ids: Ids::Assumed,
            completed_copies: 0,
            damaged_objects: 0,
            failure: None,
            was_stopped: false,
            by_day: ByDay::default(),
            counted: None,
        }
    }

    /// The counts of the whole range.
    pub fn counts(&self) -> Counts {
        self.by_day.total()
    }

    /// The counts of each day, by its number. A day without events may be missing.
    pub fn days(&self) -> impl Iterator<Item = (i64, Counts)> {
        self.by_day.0.iter().map(|(day, counts)| (*day, *counts))
    }

    /// How many events the second count has; nothing where none was made.
    pub fn counted(&self) -> Option<u64> {
        self.counted.as_ref().map(|counted| counted.values().sum())
    }

    /// Whether both counts are the same on every day; nothing where there is no second one.
    pub fn agrees(&self) -> Option<bool> {
        self.counted.as_ref().map(|counted| self.by_day.other_than(counted).is_empty())
    }

    /// The days of which the two counts differ.
    pub fn differing_days(&self) -> Vec<DifferingDay> {
        let Some(counted) = &self.counted else { return Vec::new() };
        let differing = |day| DifferingDay {
            day,
            read: self.by_day.0.get(&day).map_or(0, |counts| counts.in_source),
            counted: counted.get(&day).copied().unwrap_or(0),
        };
        self.by_day.other_than(counted).into_iter().map(differing).collect()
    }
}
