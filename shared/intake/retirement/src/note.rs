//! The note that closes an organization. Pure.

use std::fmt;

use mailtrail_aws_types::OrganizationId;
use mailtrail_clock::{DAY, Time};
use mailtrail_coverage::{Day, Finality, finality};
use serde::{Deserialize, Serialize};

use crate::holdings::Holdings;
use crate::log_group_days::LogGroupDays;

/// So many days after its end, CloudWatch Logs takes no further events of a day.
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html>
const DAYS_OF_LATE_EVENTS: i64 = 14;

/// What an archive had of an organization when it ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClosingNote {
    /// `m-…`
    pub organization: OrganizationId,
    /// Its alias, where it is known.
    pub alias: String,
    /// 12 digits.
    pub account: String,
    /// `eu-west-1`
    pub region: String,
    /// When it ended: the first whole answer of `ListOrganizations` without it, or when it was retired.
    #[serde(with = "mailtrail_clock::rfc3339")]
    pub ended: Time,
    /// Whether `ListOrganizations` still had it then; nothing where that was not answered.
    pub is_listed: Option<bool>,
    /// When the note was written.
    #[serde(with = "mailtrail_clock::rfc3339")]
    pub written: Time,
    /// The first day on which CloudWatch Logs takes no further events of the last day.
    pub final_on: Day,
    /// What coverage keeps of each log group.
    pub log_groups: Vec<LogGroupDays>,
    /// The newest snapshot of its directory.
    pub snapshot: Option<String>,
    /// What is missing: what was accepted when it was retired, or is gone with the organization.
    pub missing: Vec<Missing>,
}

/// Something that the archive lacks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    /// What kind of thing it is.
    pub kind: MissingKind,
    /// What exactly, and why.
    pub text: String,
}

/// The kinds of things that may be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MissingKind {
    /// There is no snapshot of who and what the ids are, or none of the last day.
    Names,
    /// The archive lacks events that a log group had.
    Gap,
    /// Metrics count what was not logged.
    Silent,
    /// Days of which no comparison has an answer.
    Unknown,
}

impl MissingKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Names, Self::Gap, Self::Silent, Self::Unknown];

    /// The word of it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Names => "names",
            Self::Gap => "gap",
            Self::Silent => "silent",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for MissingKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl ClosingNote {
    /// The note of an organization of which an archive has this.
    pub fn of(holdings: Holdings, ended: Time, is_listed: Option<bool>, written: Time) -> Self {
        let missing = holdings.missing(ended, is_listed.unwrap_or_default());
        let Holdings { organization, alias, account, region, log_groups, snapshot, .. } = holdings;
        Self {
            organization,
            alias,
            account,
            region,
            ended,
            is_listed,
            written,
            final_on: final_on(ended),
            log_groups,
            snapshot: snapshot.map(|snapshot| snapshot.key),
            missing,
        }
    }

    /// Whether it can have been written when and for what its key says. What an archive has is input.
    pub(crate) fn is_possible(&self) -> bool {
        self.ended <= self.written && self.final_on == final_on(self.ended)
    }
}

/// The first day on which no further events of the day of a moment are taken.
fn final_on(ended: Time) -> Day {
    Day::new(ended.day_number() + 1 + DAYS_OF_LATE_EVENTS).unwrap_or_else(|| Day::of(ended))
}

/// The last day that counts: the day of the end, as soon as it is over.
pub(crate) fn last_day(ended: Option<Time>, now: Time) -> Day {
    let over = (1..=2).filter_map(|back| Day::new(now.day_number() - back));
    let over = over.into_iter().find(|day| finality(*day, now) != Finality::Open).unwrap_or_default();
    ended.map_or(over, |ended| Day::of(ended).min(over))
}

/// So many whole days lie between two moments.
pub(crate) fn days_between(earlier: Time, later: Time) -> i64 {
    (later.millis() - earlier.millis()).div_euclid(DAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_day_is_that_of_the_end_or_the_last_one_that_is_over() {
        let at = |text: &str| Time::from_iso8601(text).unwrap();
        let last = |ended: Option<&str>, now: &str| last_day(ended.map(at), at(now)).to_string();
        assert_eq!(last(None, "2027-04-02T06:00:00Z"), "2027-04-01");
        assert_eq!(last(None, "2027-04-02T00:30:00Z"), "2027-03-31", "yesterday was over only just");
        assert_eq!(last(Some("2027-03-31T02:00:00Z"), "2027-04-02T06:00:00Z"), "2027-03-31");
        assert_eq!(last(Some("2027-04-02T02:00:00Z"), "2027-04-02T06:00:00Z"), "2027-04-01");
        assert_eq!(final_on(at("2027-03-31T02:00:00Z")).to_string(), "2027-04-15");
    }
}
