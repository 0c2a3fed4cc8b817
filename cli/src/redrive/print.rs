//! What became of objects and events: text for people, and the object of `--json`.

use std::collections::BTreeMap;
use std::time::Duration;

use mailtrail_redrive::{Counts, Fate, Ledger};
use serde::Serialize;

use super::Report;
use crate::output::{ERROR, NUMBER, SUCCESS, WARNING, count, paint};
use crate::summary::{open_gate, section};

/// The object of `--json`: a contract.
#[derive(Debug, Serialize)]
pub(super) struct Answer<'a> {
    what: &'a str,
    objects: u64,
    #[serde(flatten)]
    counts: Counts,
    objects_by_fate: &'a BTreeMap<Fate, u64>,
    quarantined_payloads: u64,
    balanced: bool,
    dry_run: bool,
}

pub(super) fn answer<'a>(what: &'a str, ledger: &'a Ledger, dry_run: bool) -> Answer<'a> {
    Answer {
        what,
        objects: ledger.objects,
        counts: ledger.counts,
        objects_by_fate: &ledger.fates,
        quarantined_payloads: ledger.quarantined_payloads,
        balanced: ledger.balanced(),
        dry_run,
    }
}

pub(super) fn summary(what: &str, report: &Report, dry_run: bool, took: Duration) -> String {
    let Ledger { counts, quarantined_payloads, .. } = &report.ledger;
    let mark = if report.failure.is_some() || report.was_stopped {
        paint(ERROR, "✗")
    } else if report.needs_attention(dry_run) {
        paint(WARNING, "!")
    } else {
        paint(SUCCESS, "✓")
    };
    let (events, objects) =
        (paint(NUMBER, count(counts.events, "event")), count(report.ledger.objects, "object"));
    let nothing = if dry_run { "; dry run: nothing is written or sent" } else { "" };
    let mut text = format!("{mark} {what}: {events} in {objects} in {:.1} s{nothing}\n", took.as_secs_f32());
    let of = |fate| report.ledger.objects_with(fate);
    let left = if dry_run { "due" } else { "left" };
    let lines = [
        ("done", counts.done, of(Fate::Done), "done now"),
        ("already", counts.already, of(Fate::Already), "done before"),
        ("gated", counts.gated, of(Fate::Gated), "not sent: the stream has no delivery tag"),
        ("filtered", counts.filtered, of(Fate::Filtered), "not sent: the stream does not accept their class"),
        ("refused", counts.refused, 0, "from a log group of mailtrail itself"),
        (left, counts.left, of(Fate::Left), if dry_run { "to be done" } else { "left for another run" }),
    ];
    for (heading, events, objects, meaning) in lines {
        if events > 0 || objects > 0 {
            section(&mut text, heading, &[format!("{} {meaning}", paint(NUMBER, count(events, "event")))]);
        }
    }
    let unreadable = of(Fate::Unreadable);
    if unreadable > 0 {
        let objects = paint(NUMBER, count(unreadable, "object"));
        section(&mut text, "look at", &[format!("{objects} unreadable; nothing there is changed")]);
    }
    if *quarantined_payloads > 0 {
        let payloads = paint(NUMBER, count(*quarantined_payloads, "payload"));
        let what = if dry_run { "would be quarantined" } else { "in quarantine/ of the archive" };
        section(&mut text, "look at", &[format!("{payloads} unreadable, {what}")]);
    }
    for stream in &report.gated {
        section(&mut text, "hint", &open_gate(stream));
    }
    text
}
