//! Fills a gap: what a log group has of a day and the archive lacks is archived.

use mailtrail_archive::ArchiveReader;
use mailtrail_coverage::Day;
use mailtrail_policy_survey::Account;
use mailtrail_pull::{Backfill, CloudWatch, LogGroup, Observer, Window, Writer, calls_per_second};

/// What became of a gap.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// Events that were archived.
    pub(crate) added: u64,
    /// Why it ended early.
    pub(crate) failure: Option<String>,
}

/// Reads log groups and the archive, and writes where there is a writer.
pub(crate) fn backfill(
    account: &Account,
    reader: ArchiveReader,
    writer: Option<Writer>,
    decoded_limit: usize,
) -> Backfill<CloudWatch> {
    // Half of the quota, for we are not alone; a stand-in has none.
    let half = f64::from(calls_per_second(&account.region)) / 2.0;
    let rate = (!account.calls.are_to_a_stand_in()).then_some(half);
    Backfill {
        source: CloudWatch::new(account.logs.clone(), rate, false),
        reader,
        writer,
        unmask: false,
        retry: account.calls.retry_policy(),
        decoded_limit,
    }
}

/// Fills the gap of a day. It goes on where an earlier one was interrupted.
pub(crate) async fn fill(
    backfill: &Backfill<CloudWatch>,
    group: &LogGroup,
    day: Day,
    observer: &dyn Observer,
) -> Outcome {
    let Some(window) = Window::of_days(day.number(), day.number()) else { return Outcome::default() };
    let report = Box::pin(backfill.run(group, window, observer)).await;
    let added = report.counts().added;
    let failure = report.failure.map(|failure| failure.to_string());
    let stopped =
        report.was_stopped.then(|| "no time to read it to its end; the next run goes on there".to_owned());
    Outcome { added, failure: failure.or(stopped) }
}
