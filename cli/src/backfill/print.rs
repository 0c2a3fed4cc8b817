//! What became of the log groups: text for people, and the object of `--json`.

use std::fmt::Write;

use mailtrail_clock::{DAY, Time};
use mailtrail_pull::{Counts, Ids, Report};
use serde::Serialize;

use crate::output::{ERROR, FAINT, NUMBER, SUCCESS, WARNING, count, paint, plain, wrap};

/// The days with two counts that are named.
const NAMED_DAYS: usize = 5;
const MINUTE: i64 = 60_000;

/// The object of `--json`.
#[derive(Debug, Serialize)]
pub(super) struct Answer<'a> {
    log_groups: Vec<Line<'a>>,
    added: u64,
    balanced: bool,
    dry_run: bool,
}

#[derive(Debug, Serialize)]
struct Line<'a> {
    log_group: &'a str,
    account: &'a str,
    region: &'a str,
    since: String,
    until: String,
    #[serde(flatten)]
    counts: Counts,
    ids: Ids,
    counted: Option<u64>,
    agrees: Option<bool>,
    /// Events before this time have expired.
    expired_before: Option<String>,
}

/// The object for these log groups. `now` is what retention is counted from.
pub(super) fn answer(reports: &[Report], now: Time, dry_run: bool) -> Answer<'_> {
    let line = |report: &'_ Report| Line {
        since: text(report.range.start()),
        until: text(report.range.end()),
        counts: report.counts(),
        ids: report.ids,
        counted: report.counted(),
        agrees: report.agrees(),
        expired_before: expired_before(report, now).map(text),
        log_group: "",
        account: "",
        region: "",
    };
    let lines = reports.iter().map(|report| Line {
        log_group: &report.group.name,
        account: &report.group.account,
        region: &report.group.region,
        ..line(report)
    });
    Answer {
        log_groups: lines.collect(),
        added: reports.iter().map(|report| report.counts().added).sum(),
        balanced: reports.iter().all(|report| report.counts().balance()),
        dry_run,
    }
}

/// Whether an operator should look at something.
pub(super) fn needs_attention(report: &Report, now: Time, dry_run: bool) -> bool {
    let is_left = report.counts().left > 0 && !dry_run;
    let is_damaged = report.damaged_objects > 0;
    report.agrees() != Some(true) || is_left || is_damaged || expired_before(report, now).is_some()
}

/// The time before which events that were asked for have expired.
fn expired_before(report: &Report, now: Time) -> Option<i64> {
    // `--since 30d` is counted from a moment before.
    report.group.oldest(now).filter(|oldest| report.range.start() < oldest - MINUTE)
}

/// What became of a log group.
pub(super) fn report(report: &Report, now: Time, dry_run: bool) -> String {
    let counts = report.counts();
    let mark = match (&report.failure, report.was_stopped, needs_attention(report, now, dry_run)) {
        (Some(_), _, _) | (_, true, _) => paint(ERROR, "✗"),
        (_, _, true) => paint(WARNING, "!"),
        _ => paint(SUCCESS, "✓"),
    };
    let mut text = format!(
        "{mark} {}: {} from {}\n",
        plain(&report.group.name),
        paint(NUMBER, count(counts.in_source, "event")),
        report.range
    );
    let left = match (counts.left, dry_run) {
        (0, _) => String::new(),
        (left, true) => format!(", {left} missing; dry run: nothing is written"),
        (left, false) => format!(", {left} left"),
    };
    line(
        &mut text,
        &format!("{} in the archive before, {} added{left}", counts.in_archive_before, counts.added),
    );
    line(&mut text, ids(report.ids));
    second_count(&mut text, report);
    notes(&mut text, report, now);
    text
}

fn ids(ids: Ids) -> &'static str {
    match ids {
        Ids::Agree => "compared by id: those of the subscription were seen to be the same",
        Ids::Assumed => "compared by id: the archive has no events of a subscription to compare ids with",
        Ids::Differ => "compared by log stream, time and message: the subscription has other ids",
    }
}

fn second_count(text: &mut String, report: &Report) {
    match (report.counted(), report.agrees()) {
        (Some(counted), Some(true)) => line(text, &format!("counted again: {counted}; both counts agree")),
        (Some(counted), _) => {
            line(text, &format!("counted again: {counted}; the counts differ"));
            let days = report.differing_days();
            for day in days.iter().take(NAMED_DAYS) {
                let midnight = Time::from_millis(day.day * DAY).unwrap_or(Time::EPOCH).rfc3339();
                line(text, &format!("  {}: {} read, {} counted", &midnight[..10], day.read, day.counted));
            }
            if days.len() > NAMED_DAYS {
                line(text, &format!("  and {} more days", days.len() - NAMED_DAYS));
            }
            line(text, "events may have arrived meanwhile; run the same command again");
        }
        (None, _) => line(text, "not counted again"),
    }
}

fn notes(text: &mut String, report: &Report, now: Time) {
    let counts = report.counts();
    if counts.other_message > 0 {
        let events = count(counts.other_message, "event");
        line(
            text,
            &format!(
                "{events} with another message under the same id (masked or transformed): both are kept"
            ),
        );
    }
    if report.completed_copies > 0 {
        let copies = count(report.completed_copies, "raw copy").replace("copys", "copies");
        line(text, &format!("{copies} without all records, of a run that was interrupted: completed"));
    }
    if report.damaged_objects > 0 {
        let objects = count(report.damaged_objects, "object");
        line(
            text,
            &format!(
                "{objects} of the archive in the way, named above: restore them from a copy, or move them out of the archive, and \
                 run the same command again"
            ),
        );
    }
    if report.group.is_masked {
        line(text, "a data protection policy masks events of this log group");
    }
    if let (Some(oldest), Some(days)) = (expired_before(report, now), report.group.retention_days) {
        let days = count(u64::try_from(days).unwrap_or_default(), "day");
        line(
            text,
            &format!(
                "what was logged before {} has expired, and is gone or will be within days: the log group keeps events for {days}",
                self::text(oldest)
            ),
        );
    }
}

fn line(text: &mut String, line: &str) {
    // A `String` takes every write.
    let _infallible = writeln!(text, "    {}", paint(FAINT, wrap(line, 4)));
}

fn text(millis: i64) -> String {
    Time::from_millis(millis).unwrap_or(Time::EPOCH).rfc3339()
}
