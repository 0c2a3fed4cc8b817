//! Measures whether subscription and reading give events the same ids: on the newest hour that the archive has from the
//! subscription.

use std::pin::pin;

use futures_util::TryStreamExt;
use mailtrail_clock::DAY;

use crate::backfill::{Backfill, read_error, unless_stopped};
use crate::copies::{Copies, days};
use crate::error::PullError;
use crate::group::LogGroup;
use crate::ids::{Ids, Sample};
use crate::observer::Observer;
use crate::pages::Pages;
use crate::source::Source;
use crate::window::Window;

/// The days with raw copies that are looked through for one of the log group.
const MOST_DAYS: usize = 14;
/// The pages that are read at least; as many more as it takes to compare an event, as any number of them may be empty. One event
/// with the same id would do.
const ENOUGH_PAGES: usize = 5;
const HOUR: i64 = 3_600_000;

/// How the ids of a log group compare. Nothing where it was stopped.
pub(crate) async fn measure<S: Source>(
    backfill: &Backfill<S>,
    group: &LogGroup,
    range: Window,
    observer: &dyn Observer,
) -> Result<Option<Ids>, PullError> {
    for day in days(&backfill.reader, group, range).await?.into_iter().take(MOST_DAYS) {
        let Some(day) = Window::new(day * DAY, (day + 1) * DAY).and_then(|day| day.intersection(range))
        else {
            continue;
        };
        let Some(newest) = newest_sent(backfill, group, day, observer).await? else { continue };
        let Some(hour) = day.intersection(newest) else { continue };
        let mut sample = sample(backfill, group, day, hour, observer).await?;
        let mut pages = Pages::of(&backfill.source, &group.name, hour, backfill.retry);
        for number in 1.. {
            let Some(page) = unless_stopped(observer, pages.next()).await else { return Ok(None) };
            let Some(events) = page.map_err(|failure| read_error(group, hour, failure))? else { break };
            for event in &events {
                sample.compare(event);
            }
            if number >= ENOUGH_PAGES && sample.verdict() != Ids::Assumed {
                break;
            }
        }
        return Ok(Some(sample.verdict()));
    }
    Ok(Some(Ids::Assumed))
}

/// The hour that ends with the newest event which a subscription sent on a day.
async fn newest_sent<S: Source>(
    backfill: &Backfill<S>,
    group: &LogGroup,
    day: Window,
    observer: &dyn Observer,
) -> Result<Option<Window>, PullError> {
    let mut newest = None;
    let mut copies = Copies::of(&backfill.reader, group, day, backfill.decoded_limit, observer).await?;
    let due = copies.due(day.end()).await?;
    let mut read = pin!(copies.read_all(due));
    while let Some(copies) = read.try_next().await? {
        for batch in copies.iter().flat_map(|copy| copy.batches(group)) {
            if batch.retrieved_by.is_none() {
                let times = batch.events.iter().filter_map(|event| Some(event.time()?.millis()));
                newest = times.filter(|millis| day.contains(*millis)).chain(newest).max();
            }
        }
    }
    Ok(newest.and_then(|newest| {
        let end = (newest / 1_000 + 1) * 1_000;
        Window::new((end - HOUR).max(0), end)
    }))
}

/// What a subscription sent in an hour of a day.
async fn sample<S: Source>(
    backfill: &Backfill<S>,
    group: &LogGroup,
    day: Window,
    hour: Window,
    observer: &dyn Observer,
) -> Result<Sample, PullError> {
    let mut sample = Sample::default();
    let mut copies = Copies::of(&backfill.reader, group, day, backfill.decoded_limit, observer).await?;
    let due = copies.due(hour.end()).await?;
    let mut read = pin!(copies.read_all(due));
    while let Some(copies) = read.try_next().await? {
        for batch in copies.iter().flat_map(|copy| copy.batches(group)) {
            sample.add(&batch, hour);
        }
    }
    Ok(sample)
}
