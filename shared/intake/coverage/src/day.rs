//! One log group and day: the line of `coverage --json`, and of an object below `coverage/`. Pure.

use std::fmt;
use std::str::FromStr;

use mailtrail_clock::{DAY, LATEST, Time};
use mailtrail_pull::LogGroupId;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// More events than a day can have: what says so was not counted.
pub(crate) const IMPOSSIBLE: u64 = 1 << 40;

/// The most mails that may count on one day and be logged on the next, in the minutes around midnight. A day of which the metrics
/// count more, and the log has none, is silent for another reason.
pub(crate) const SHIFTED: u64 = 10;

/// A UTC day, by its number since 1970. Written as `2026-11-20`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i64);

/// How the events of the log group were counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    /// They were read, and each was looked for in the archive.
    Ids,
    /// Insights counted them.
    Count,
    /// They were not counted; a metric tells of something of which the archive has nothing.
    Metric,
    /// They were not counted.
    None,
}

/// What is known of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DayState {
    /// Every event that the log group has is in the archive.
    Complete,
    /// The archive has as many events or more, but they may be others: the count proves no more.
    Agrees,
    /// The log group has events that the archive lacks.
    Gap,
    /// A metric of `WorkMail` tells of mail or of failed sign-ins. The log group was counted: the archive has all that it has, and
    /// that is none.
    Silent,
    /// The day is not over.
    Open,
    /// Nothing can be said.
    Unknown,
}

/// Why a day is not complete, though no gap was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// The day is not over, or was over less than an hour before.
    NotOver,
    /// The events of the day have expired: the log group no longer has them.
    Expired,
    /// Events of the day are expiring: the log group may have had more.
    Expiring,
    /// Insights does not see events from before the creation of the log group, and its class cannot be read otherwise.
    BeforeCreation,
    /// AWS was not asked.
    NotAsked,
    /// The log group does not exist.
    NoLogGroup,
    /// The question was not answered: no permission, an error of AWS, a check that was stopped.
    NotAnswered,
    /// Two counts of the log group differ.
    CountsDiffer,
    /// The log group did not exist on that day, and has no event of it.
    NotCreated,
    /// The log group was created on that day or later: events of the archive may be of an earlier one of its name.
    Recreated,
    /// A data protection policy masks the log group: the archive may have its events with other messages.
    Masked,
    /// The archive has probes of the doctor, and it is not known whether the log group still has them.
    Probes,
    /// The archive has events that may be of another origin: imported, of no known Region, with another message, or under two
    /// ids.
    OtherEvents,
    /// The archive has more events than the log group.
    MoreInArchive,
}

/// What `WorkMail` itself counted, beside the events of that name in the archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Witness {
    /// The sum of the metrics; nothing where CloudWatch has none of the day, or was not asked.
    pub metric: Option<u64>,
    /// Events that such a metric counts, in all log groups of the organization.
    pub events: u64,
    /// What the days before and after have of such events beyond their own metrics, at most 10: around midnight, a mail may
    /// count on one day and be logged on the next.
    pub beside: u64,
}

/// One log group and day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayCoverage {
    /// The log group.
    pub log_group: String,
    /// Its account: 12 digits.
    pub account: String,
    /// Its Region.
    pub region: String,
    /// The UTC day of the time that CloudWatch Logs has for an event.
    pub day: Day,
    /// Events that the log group has; nothing where they were not counted.
    pub source: Option<u64>,
    /// Distinct events that the archive has.
    pub archive: u64,
    /// Events that the archive lacks. By count, the least number that it can be.
    pub missing: Option<u64>,
    /// Events of the archive that the log group does not have. `source + extra = archive + missing`
    pub extra: Option<u64>,
    /// How the events of the log group were counted.
    pub method: Method,
    /// What metrics say; nothing for a log group without any.
    pub witness: Option<Witness>,
    /// What is known of the day.
    pub state: DayState,
    /// When both were counted.
    #[serde(with = "mailtrail_clock::rfc3339")]
    pub checked: Time,
    /// Whether CloudWatch Logs takes no further events of the day: it was over for 14 days.
    #[serde(rename = "final")]
    pub is_final: bool,
    /// Why it is not complete, though no gap was found.
    pub reason: Option<Reason>,
}

impl Day {
    /// The day with a number. Nothing before 1970 and after 9999.
    pub fn new(number: i64) -> Option<Self> {
        (0..=LATEST / DAY).contains(&number).then_some(Self(number))
    }

    /// The day of a moment.
    pub fn of(time: Time) -> Self {
        Self(time.day_number())
    }

    /// From one day to another, both included; none where the second one is earlier.
    pub fn all(first: Self, last: Self) -> impl DoubleEndedIterator<Item = Self> {
        (first.0..=last.0).map(Self)
    }

    /// Its number since 1970.
    pub fn number(self) -> i64 {
        self.0
    }

    /// Its first millisecond.
    pub fn start(self) -> Time {
        Time::from_millis(self.0 * DAY).unwrap_or(Time::EPOCH)
    }

    /// `20261120`
    pub fn compact(self) -> String {
        self.start().day()
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.start().rfc3339()[..10])
    }
}

impl FromStr for Day {
    type Err = &'static str;

    /// `2026-11-20` or `20261120`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let time = match text.len() {
            10 => Time::from_iso8601(&format!("{text}T00:00:00Z")),
            8 => Time::from_iso8601(&format!("{text}T000000Z")),
            _ => None,
        };
        time.map(Self::of).ok_or("expected a day such as 2026-11-20")
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl DayState {
    /// Whether an operator should look at it.
    pub fn needs_attention(self) -> bool {
        matches!(self, Self::Gap | Self::Silent)
    }
}

impl Witness {
    /// Whether the metrics tell of something of which the log has nothing.
    pub fn is_silent(self) -> bool {
        self.events == 0 && self.metric.is_some_and(|metric| metric > self.beside)
    }
}

impl DayCoverage {
    /// The log group.
    pub fn id(&self) -> LogGroupId {
        LogGroupId {
            account: self.account.clone(),
            region: self.region.clone(),
            name: self.log_group.clone(),
        }
    }

    /// Whether [`judge`](crate::judge) can have written it. What an archive has is input.
    pub fn is_possible(&self) -> bool {
        let Self { source, archive, missing, extra, witness, .. } = *self;
        let is_within = witness.is_none_or(|it| it.beside <= SHIFTED);
        let metric = witness.map(|it| (it.metric.unwrap_or(0), it.events));
        let counts = [source, Some(archive), missing, extra].into_iter().flatten();
        let is_small = counts.chain(metric.into_iter().flat_map(|(metric, events)| [metric, events]));
        let balances = match (source, missing, extra) {
            (Some(source), Some(missing), Some(extra)) => {
                source.checked_add(extra).is_some_and(|sum| Some(sum) == archive.checked_add(missing))
            }
            (None, None, None) => true,
            _ => false,
        };
        let is_counted = matches!(self.method, Method::Ids | Method::Count) == source.is_some();
        let is_silent = witness.is_some_and(Witness::is_silent);
        let agrees = match self.state {
            DayState::Complete => {
                missing == Some(0) && (self.method == Method::Ids || extra == Some(0)) && !is_silent
            }
            DayState::Agrees => missing == Some(0) && self.method == Method::Count && !is_silent,
            DayState::Gap => missing.is_some_and(|missing| missing > 0),
            DayState::Silent => is_silent && missing == Some(0),
            DayState::Open => source.is_none() && self.method == Method::None,
            DayState::Unknown => missing.unwrap_or(0) == 0,
        };
        let is_told = (self.method == Method::Metric)
            == (is_silent && source.is_none() && self.state == DayState::Unknown);
        let is_over = self.checked.millis() >= self.day.start().millis() + DAY;
        is_small.into_iter().all(|count| count < IMPOSSIBLE)
            && balances
            && is_counted
            && agrees
            && is_told
            && is_within
            && (is_over || self.state == DayState::Open || source.is_none())
    }
}
