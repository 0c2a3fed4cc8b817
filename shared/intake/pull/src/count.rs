//! The second count of a range: by Insights, or, where that cannot say, by a second reading.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use mailtrail_aws_client::{Deadline, RetryPolicy};
use mailtrail_clock::DAY;

use crate::backfill::{Backfill, read_error, unless_stopped};
use crate::error::PullError;
use crate::group::LogGroup;
use crate::hashes::Hashes;
use crate::observer::Observer;
use crate::pages::Pages;
use crate::report::Report;
use crate::source::Source;
use crate::window::{Stride, Window};

/// How often days whose counts differ are read and counted again.
const MOST_ROUNDS: u32 = 2;
/// The wait before they are is drawn from that after so many failed tries: some seconds.
const WAIT_OF_ROUND: u32 = 7;

/// Counts the range in another way. Days of which both counts differ are read again, as events may have arrived since.
pub(crate) async fn verify<S: Source>(
    backfill: &Backfill<S>,
    report: &mut Report,
    group: &LogGroup,
    observer: &dyn Observer,
) -> Result<(), PullError> {
    for round in 0..=MOST_ROUNDS {
        let counted = count(backfill, report, group, observer).await?;
        let Some(counted) = counted.filter(|_| !observer.is_stopped()) else { return Ok(()) };
        let differing = report.by_day.other_than(&counted);
        report.counted = Some(counted);
        if differing.is_empty() || round == MOST_ROUNDS {
            return Ok(());
        }
        let wait = tokio::time::sleep(backfill.retry.wait(WAIT_OF_ROUND + round));
        if unless_stopped(observer, wait).await.is_none() {
            return Ok(());
        }
        for day in report.range.by_day().filter(|day| differing.contains(&day.day())) {
            let mut again = Report { ids: report.ids, ..Report::new(group, day) };
            let ended = backfill.segment(&mut again, group, day, None, observer).await;
            report.by_day.0.entry(day.day()).or_default().read_again(again.by_day.total());
            report.completed_copies += again.completed_copies;
            report.damaged_objects += again.damaged_objects;
            ended?;
            if observer.is_stopped() {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// Counts the range of a report, by day. Nothing where it was stopped.
async fn count<S: Source>(
    backfill: &Backfill<S>,
    report: &Report,
    group: &LogGroup,
    observer: &dyn Observer,
) -> Result<Option<BTreeMap<i64, u64>>, PullError> {
    let (source, retry) = (&backfill.source, backfill.retry);
    let attempt = || source.count(&group.name, report.range, observer);
    let Some(counted) = unless_stopped(observer, retry.run(Deadline::NEVER, attempt)).await else {
        return Ok(None);
    };
    let counted = match counted {
        Ok(counted) => counted,
        Err(_) if observer.is_stopped() => return Ok(None),
        Err(failure) => {
            observer.note(format!(
                "failed to count the events of `{}` by Insights: {failure}; they are counted by a second reading",
                group.name
            ));
            return by_reading(source, retry, group, report.range, observer).await;
        }
    };
    let has_events = |day| report.by_day.0.get(&day).is_some_and(|counts| counts.in_source > 0);
    let counted = complete(source, retry, group, report.range, counted, has_events, observer).await;
    counted.map_or(Ok(None), |counted| counted.failure.map_or(Ok(Some(counted.days)), Err))
}

/// How many events CloudWatch Logs has of the days of a range.
#[derive(Debug, Default)]
pub struct EventCounts {
    /// By the number of the UTC day; a day without events may be missing.
    pub days: BTreeMap<i64, u64>,
    /// The days that had to be read, and were not.
    pub uncounted: BTreeSet<i64>,
    /// Why they were not.
    pub failure: Option<PullError>,
}

/// Counts the events that CloudWatch Logs has of a range. Insights counts them, but for days that it does not see whole: those
/// are read, if the class of the log group allows it. Nothing where it was stopped.
///
/// # Errors
/// When Insights cannot count them.
pub async fn count_events<S: Source>(
    source: &S,
    retry: RetryPolicy,
    group: &LogGroup,
    range: Window,
    observer: &dyn Observer,
) -> Result<Option<EventCounts>, PullError> {
    let counted = retry.run(Deadline::NEVER, || source.count(&group.name, range, observer)).await;
    if observer.is_stopped() {
        return Ok(None);
    }
    let counted = counted.map_err(|failure| PullError::Count { log_group: group.name.clone(), failure })?;
    Ok(complete(source, retry, group, range, counted, |_| group.is_readable(), observer).await)
}

/// Insights does not see events from before the creation of their log group: those days are read. What Insights counted stays
/// counted where they cannot be. Nothing where it was stopped.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AnalyzingLogData.html>
async fn complete<S: Source>(
    source: &S,
    retry: RetryPolicy,
    group: &LogGroup,
    range: Window,
    days: BTreeMap<i64, u64>,
    is_worth_it: impl Fn(i64) -> bool,
    observer: &dyn Observer,
) -> Option<EventCounts> {
    let mut counts = EventCounts { days, ..EventCounts::default() };
    for day in range.by_day().filter(|day| day.day() <= group.created / DAY && is_worth_it(day.day())) {
        if counts.failure.is_none() {
            match by_reading(source, retry, group, day, observer).await {
                Ok(read) => counts.days.extend(read?),
                Err(error) => counts.failure = Some(error),
            }
        }
        if counts.failure.is_some() {
            counts.days.remove(&day.day());
            counts.uncounted.insert(day.day());
        }
    }
    Some(counts)
}

async fn by_reading<S: Source>(
    source: &S,
    retry: RetryPolicy,
    group: &LogGroup,
    range: Window,
    observer: &dyn Observer,
) -> Result<Option<BTreeMap<i64, u64>>, PullError> {
    let (hashes, mut counted) = (Hashes::default(), BTreeMap::new());
    let (mut stride, mut rest) = (Stride::first(), Some(range));
    while let Some(left) = rest {
        let window = stride.next(left);
        let (mut pages, mut seen) = (Pages::of(source, &group.name, window, retry), HashSet::new());
        loop {
            let Some(page) = unless_stopped(observer, pages.next()).await else { return Ok(None) };
            let Some(events) = page.map_err(|failure| read_error(group, window, failure))? else { break };
            seen.extend(events.iter().map(|event| hashes.identity(&event.log_stream, &event.id)));
        }
        let events = seen.len() as u64;
        *counted.entry(window.day()).or_default() += events;
        stride.learn(window, events);
        rest = Window::new(window.end(), left.end());
    }
    Ok(Some(counted))
}
