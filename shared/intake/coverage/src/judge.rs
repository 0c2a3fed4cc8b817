//! From the counts of both sides to what is known of a day. Pure.

use mailtrail_clock::{DAY, Time};
use mailtrail_pull::{Archived, LogGroupId};

use crate::day::{Day, DayCoverage, DayState, Method, Reason, Witness};

/// `PutLogEvents` takes events that are so old: a day is final this long after its end.
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html>
const OLDEST_WRITTEN: i64 = 14 * DAY;
/// Events of the last hour may not be visible yet to Insights and `FilterLogEvents`: AWS states no bound.
const INVISIBLE: i64 = 3_600_000;

/// What the log group has of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceCount {
    /// Events that were read, and those of them that the archive lacks.
    Ids {
        /// All of them.
        events: u64,
        /// Those that the archive lacks.
        missing: u64,
    },
    /// Events that were counted.
    Count(u64),
    /// Events that were counted, and why an equal number in the archive does not prove that it has them.
    Doubtful {
        /// How many at least.
        events: u64,
        /// Why.
        reason: Reason,
    },
    /// Why it is not known.
    Unknown(Reason),
}

/// Whether the log group still has all events of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expiry {
    /// It has.
    None,
    /// Some may be gone.
    Expiring,
    /// All are gone, or may be.
    Expired,
}

/// What a day is judged by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Evidence {
    /// What the archive has.
    pub archived: Archived,
    /// What the log group has.
    pub source: SourceCount,
    /// Whether it has all events still.
    pub expiry: Expiry,
    /// What metrics say.
    pub witness: Option<Witness>,
    /// When both were counted.
    pub checked: Time,
}

/// Whether further events of a day can come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finality {
    /// It is not over, or its last events may not be visible.
    Open,
    /// It is over. Late events may come.
    Over,
    /// CloudWatch Logs takes no further events of it.
    Final,
}

/// Whether further events of a day can come after a moment.
pub fn finality(day: Day, now: Time) -> Finality {
    let end = day.start().millis() + DAY;
    match now.millis() {
        now if now < end + INVISIBLE => Finality::Open,
        now if now < end + OLDEST_WRITTEN => Finality::Over,
        _ => Finality::Final,
    }
}

/// Judges a day of a log group.
pub fn judge(id: &LogGroupId, day: Day, evidence: &Evidence) -> DayCoverage {
    let Evidence { archived, witness, checked, .. } = *evidence;
    let finality = finality(day, checked);
    let source = match (finality, evidence.expiry) {
        (Finality::Open, _) => SourceCount::Unknown(Reason::NotOver),
        (_, Expiry::Expired) => SourceCount::Unknown(Reason::Expired),
        _ => evidence.source,
    };
    let counts = Counts::of(archived, source);
    let is_silent = witness.is_some_and(Witness::is_silent);
    let (state, reason) = match (counts, source) {
        _ if finality == Finality::Open => (DayState::Open, Some(Reason::NotOver)),
        (Some(Counts { missing: 1.., .. }), _) => (DayState::Gap, None),
        (_, SourceCount::Unknown(reason)) => (DayState::Unknown, Some(reason)),
        _ if evidence.expiry == Expiry::Expiring => (DayState::Unknown, Some(Reason::Expiring)),
        _ if is_silent => (DayState::Silent, None),
        (_, SourceCount::Ids { .. }) => (DayState::Complete, None),
        (_, SourceCount::Doubtful { reason: Reason::CountsDiffer, .. }) => {
            (DayState::Unknown, Some(Reason::CountsDiffer))
        }
        _ if archived.has_others() => (DayState::Agrees, Some(Reason::OtherEvents)),
        _ if archived.probes > 0 => (DayState::Agrees, Some(Reason::Probes)),
        // Where the archive has nothing, nothing of it is taken for something else.
        (_, SourceCount::Doubtful { reason, .. }) if archived.events > 0 => (DayState::Agrees, Some(reason)),
        (Some(Counts { extra: 1.., .. }), _) => (DayState::Agrees, Some(Reason::MoreInArchive)),
        _ => (DayState::Complete, None),
    };
    let method = match (source, state) {
        (SourceCount::Ids { .. }, _) => Method::Ids,
        (SourceCount::Count(_) | SourceCount::Doubtful { .. }, _) => Method::Count,
        (SourceCount::Unknown(_), DayState::Unknown) if is_silent => Method::Metric,
        (SourceCount::Unknown(_), _) => Method::None,
    };
    DayCoverage {
        log_group: id.name.clone(),
        account: id.account.clone(),
        region: id.region.clone(),
        day,
        source: counts.map(|counts| counts.source),
        archive: archived.events,
        missing: counts.map(|counts| counts.missing),
        extra: counts.map(|counts| counts.extra),
        method,
        witness,
        state,
        checked,
        is_final: finality == Finality::Final,
        reason,
    }
}

/// The counts of a day, without probes of the doctor: `source + extra = archive + missing`.
#[derive(Debug, Clone, Copy)]
struct Counts {
    source: u64,
    missing: u64,
    extra: u64,
}

impl Counts {
    fn of(archived: Archived, source: SourceCount) -> Option<Self> {
        // The log group has an event once, whatever messages the archive has of it.
        let known = archived.events.saturating_sub(archived.other_messages);
        let (counted, missing, known) = match source {
            SourceCount::Ids { events, missing } => (events, missing, archived.events),
            SourceCount::Count(events) | SourceCount::Doubtful { events, .. } => (events, 0, known),
            SourceCount::Unknown(_) => return None,
        };
        // It has the probes that the archive has, unless their log streams are gone: this is the least that it has besides.
        let source = counted.saturating_sub(archived.probes);
        let missing = missing.max(source.saturating_sub(known));
        let extra = archived.events.saturating_add(missing).saturating_sub(source);
        Some(Self { source, missing, extra })
    }
}
