//! Counts the events of a log group, and puts both sides together.

use std::collections::BTreeMap;

use mailtrail_clock::{DAY, Time};
use mailtrail_pull::{
    Archived, Backfill, Counts, LogGroup, Observer, PullError, Source, Window, count_events,
};

use crate::day::{Day, DayCoverage, Reason, Witness};
use crate::judge::{Evidence, Expiry, Finality, SourceCount, finality, judge};

/// So long before an event expires, its day counts as expiring: counting takes a while.
const MARGIN: i64 = 3_600_000;

/// Counts log groups.
pub struct Checker<S> {
    /// Reads log groups and archive. It needs no writer: nothing is archived.
    pub backfill: Backfill<S>,
    /// Whether events are read and compared with the archive, and not only counted.
    pub exact: bool,
}

/// What a log group has, by day.
#[derive(Debug, Default)]
pub struct SourceDays {
    counts: BTreeMap<Day, SourceCount>,
    /// Why the days that could be counted were not.
    pub failure: Option<PullError>,
}

/// The counts, or why there are none: an error, or nothing where it was stopped.
type Counted = Result<SourceDays, Option<PullError>>;

impl<S: Source> Checker<S> {
    /// Counts the days of a log group that are over and have not expired. Count before the archive is counted: what arrives
    /// between is then in the archive, and not a gap.
    pub async fn count(
        &self,
        group: &LogGroup,
        (first, last): (Day, Day),
        now: Time,
        observer: &dyn Observer,
    ) -> SourceDays {
        let is_countable =
            |day: &Day| finality(*day, now) != Finality::Open && expiry(group, *day, now) != Expiry::Expired;
        let days: Vec<Day> = Day::all(first, last).filter(is_countable).collect();
        let range = days.first().zip(days.last());
        let range = range.and_then(|(first, last)| Window::of_days(first.number(), last.number()));
        let Some(range) = range else { return SourceDays::default() };
        if self.exact && !group.is_readable() {
            observer.note(format!(
                "the log group `{}` has the class {}: its events can only be counted",
                group.name, group.class
            ));
        }
        let counted = if self.exact && group.is_readable() {
            self.read(group, range, &days, observer).await
        } else {
            self.ask(group, range, &days, observer).await
        };
        counted.unwrap_or_else(|failure| {
            let unknown = SourceCount::Unknown(Reason::NotAnswered);
            SourceDays { counts: days.iter().map(|day| (*day, unknown)).collect(), failure }
        })
    }

    /// By Insights.
    async fn ask(&self, group: &LogGroup, range: Window, days: &[Day], observer: &dyn Observer) -> Counted {
        let Backfill { source, retry, .. } = &self.backfill;
        let counted = count_events(source, *retry, group, range, observer).await?.ok_or(None)?;
        let count = |day: &Day| {
            let events = counted.days.get(&day.number()).copied().unwrap_or(0);
            let is_older = day.number() <= group.created / DAY;
            let count = if counted.uncounted.contains(&day.number()) {
                SourceCount::Unknown(Reason::NotAnswered)
            } else if is_older && !group.is_readable() {
                SourceCount::Unknown(Reason::BeforeCreation)
            } else if is_older {
                SourceCount::Doubtful { events, reason: Reason::Recreated }
            } else if group.is_masked {
                SourceCount::Doubtful { events, reason: Reason::Masked }
            } else {
                SourceCount::Count(events)
            };
            (*day, count.of_existing(group, *day))
        };
        Ok(SourceDays { counts: days.iter().map(count).collect(), failure: counted.failure })
    }

    /// By reading: the dry run of a backfill, which counts a second time. Where both counts differ, the larger one stands for
    /// the least that there is: neither proves the other wrong.
    async fn read(&self, group: &LogGroup, range: Window, days: &[Day], observer: &dyn Observer) -> Counted {
        let report = self.backfill.run(group, range, observer).await;
        let differing: BTreeMap<i64, u64> =
            report.differing_days().into_iter().map(|it| (it.day, it.counted)).collect();
        let read: BTreeMap<i64, Counts> = report.days().collect();
        if report.was_stopped || report.failure.is_some() {
            return Err(report.failure);
        }
        let count = |day: &Day| {
            let Counts { in_source: events, left: missing, .. } =
                read.get(&day.number()).copied().unwrap_or_default();
            let counted = differing.get(&day.number());
            let events = counted.copied().unwrap_or(0).max(events);
            let count = if missing == 0 && counted.is_some() {
                SourceCount::Doubtful { events, reason: Reason::CountsDiffer }
            } else {
                SourceCount::Ids { events, missing }
            };
            (*day, count.of_existing(group, *day))
        };
        Ok(SourceDays { counts: days.iter().map(count).collect(), failure: None })
    }
}

impl SourceCount {
    /// Nothing, of a day before the log group, was not looked for.
    fn of_existing(self, group: &LogGroup, day: Day) -> Self {
        let is_nothing = match self {
            Self::Ids { events, .. } | Self::Count(events) | Self::Doubtful { events, .. } => events == 0,
            Self::Unknown(_) => false,
        };
        let is_before = day.start().millis() + DAY <= group.created;
        if is_nothing && is_before { Self::Unknown(Reason::NotCreated) } else { self }
    }
}

impl SourceDays {
    /// The days of a log group that cannot be counted.
    pub fn unknown((first, last): (Day, Day), reason: Reason) -> Self {
        let unknown = SourceCount::Unknown(reason);
        Self { counts: Day::all(first, last).map(|day| (day, unknown)).collect(), failure: None }
    }

    /// Takes over the days that were counted again.
    pub fn update(&mut self, again: Self) {
        self.counts.extend(again.counts);
        self.failure = again.failure.or(self.failure.take());
    }

    fn of(&self, day: Day) -> SourceCount {
        self.counts.get(&day).copied().unwrap_or(SourceCount::Unknown(Reason::NotAsked))
    }
}

/// Judges the days of a log group. `archived` is what the archive has of them, `witness` what metrics say of one.
pub fn judge_days(
    group: &LogGroup,
    (first, last): (Day, Day),
    source: &SourceDays,
    archived: &BTreeMap<i64, Archived>,
    witness: impl Fn(Day, Archived) -> Option<Witness>,
    checked: Time,
) -> Vec<DayCoverage> {
    let judged = |day: Day| {
        let archived = archived.get(&day.number()).copied().unwrap_or_default();
        let evidence = Evidence {
            archived,
            source: source.of(day),
            expiry: expiry(group, day, checked),
            witness: witness(day, archived),
            checked,
        };
        judge(&group.id(), day, &evidence)
    };
    Day::all(first, last).map(judged).collect()
}

/// Whether a log group still has all events of a day.
fn expiry(group: &LogGroup, day: Day, now: Time) -> Expiry {
    let (start, oldest) = (day.start().millis(), group.oldest(now));
    match oldest {
        Some(oldest) if start + DAY <= oldest => Expiry::Expired,
        Some(oldest) if start < oldest + MARGIN => Expiry::Expiring,
        _ => Expiry::None,
    }
}
