//! The summary of a run, for people: what was received, what was archived and where, and what needs a look.

use std::cmp::Reverse;
use std::fmt::Write;
use std::time::Duration;

use bytesize::ByteSize;
use indicatif::HumanCount;
use mailtrail_aws_types::DELIVERY_TAG;
use mailtrail_delivery::{Ledger, StreamLedger};
use mailtrail_subscription::Shape;

use crate::inputs::PassedOver;
use crate::outcome::{Outcome, ShapeCounts};
use crate::output::{BOLD, ERROR, FAINT, NUMBER, SUCCESS, WARNING, count, paint, plain};

/// The summary of a run: a headline, and a section for each question that has an answer. `archive` says where
/// the archive is.
pub(crate) fn of(outcome: &Outcome, archive: &str, passed_over: PassedOver, took: Duration) -> String {
    let mut text = format!("{}\n", headline(outcome, took));
    section(&mut text, "came in", &came_in(outcome));
    section(&mut text, "skipped", &skipped(outcome, passed_over));
    section(&mut text, "archived", &archived(&outcome.ledger, archive));
    section(&mut text, "streamed", &outcome.ledger.streams.iter().map(streamed).collect::<Vec<_>>());
    section(&mut text, "watched", &watched(outcome));
    section(&mut text, "look at", &look_at(outcome, "in quarantine/ of the archive"));
    let stored = " before they are archived; ingested again with it, they are stored and shown once more";
    section(&mut text, "hint", &hints(outcome, stored));
    text
}

/// The summary of a dry run: what the files are, and what would become of their events.
pub(crate) fn of_dry_run(outcome: &Outcome, passed_over: PassedOver, took: Duration) -> String {
    let mut text = format!("{}; dry run: nothing is written\n", headline(outcome, took));
    let of_shape = |(shape, counts): (&Shape, &ShapeCounts)| {
        let files = count(counts.files, "file");
        format!("{files}, {}: {shape}", paint(NUMBER, count(counts.events, "event")))
    };
    section(&mut text, "files", &outcome.shapes.iter().map(of_shape).collect::<Vec<_>>());
    section(&mut text, "skipped", &skipped(outcome, passed_over));
    section(&mut text, "events", &events(outcome));
    section(&mut text, "refused", &refused(&outcome.ledger).into_iter().collect::<Vec<_>>());
    section(&mut text, "look at", &look_at(outcome, "to be kept in quarantine/ of the archive"));
    section(&mut text, "hint", &hints(outcome, ""));
    text
}

/// Lines beside a heading; nothing where there are none.
pub(crate) fn section(text: &mut String, heading: &str, lines: &[String]) {
    for (at, line) in lines.iter().enumerate() {
        let heading = if at == 0 { heading } else { "" };
        // A `String` takes every write.
        let _infallible = writeln!(text, "  {} {line}", paint(BOLD, format_args!("{heading:<9}")));
    }
}

fn headline(outcome: &Outcome, took: Duration) -> String {
    let Outcome { processed, left, .. } = outcome;
    let events = paint(NUMBER, count(outcome.ledger.events, "event"));
    let took = format!("in {:.1} s", took.as_secs_f32());
    if outcome.failure.is_some() {
        format!(
            "{} failed: {events} from {processed} of {} {took}",
            paint(ERROR, "✗"),
            count(processed + left, "file")
        )
    } else if *left > 0 {
        format!(
            "{} stopped: {events} from {processed} of {} {took}",
            paint(ERROR, "✗"),
            count(processed + left, "file")
        )
    } else {
        let mark = if outcome.needs_a_look() { paint(WARNING, "!") } else { paint(SUCCESS, "✓") };
        format!("{mark} {events} from {} {took}", count(*processed, "file"))
    }
}

fn came_in(outcome: &Outcome) -> Vec<String> {
    let Outcome { ledger, received_bytes, decoded_bytes, .. } = outcome;
    let payloads = count(ledger.payloads, "payload");
    let mut lines =
        vec![format!("{payloads}, {}, {} decoded", ByteSize(*received_bytes), ByteSize(*decoded_bytes))];
    let mut add = |number: u64, noun: &str, what: &str| {
        if number > 0 {
            lines.push(format!("{} {what}", count(number, noun)));
        }
    };
    add(ledger.control_messages, "payload", "of health checks of CloudWatch Logs, kept raw");
    add(ledger.quarantined_payloads, "payload", "unreadable, quarantined");
    lines.extend(refused(ledger));
    lines.extend(known_before(outcome));
    lines
}

/// The events that a dry run would archive, and those that it would not.
fn events(outcome: &Outcome) -> Vec<String> {
    let mut lines = classes(&outcome.ledger);
    lines.extend(known_before(outcome));
    lines
}

fn known_before(outcome: &Outcome) -> Option<String> {
    let events = count(outcome.in_archive_before, "event");
    let line = || format!("{events} of files left out: in the archive, or in the files, before");
    (outcome.in_archive_before > 0).then(line)
}

fn refused(ledger: &Ledger) -> Option<String> {
    let refused = count(ledger.refused, "event");
    (ledger.refused > 0).then(|| format!("{refused} refused: from a log group of mailtrail itself"))
}

/// What was not taken in, counted by kind: each file was named when it was met.
fn skipped(outcome: &Outcome, passed_over: PassedOver) -> Vec<String> {
    let of_kind = |(kind, &files): (&String, &u64)| format!("{}: {kind}", count(files, "file"));
    let mut lines: Vec<_> = outcome.skipped.iter().map(of_kind).collect();
    if passed_over.own_archive {
        lines.push("the archive itself, which lies in a folder that is ingested".to_owned());
    }
    if passed_over.of_archives {
        lines.push("what an archive holds besides payloads: records, pointers, descriptions".to_owned());
    }
    if passed_over.hidden > 0 {
        lines.push(format!("{}, not looked into", count(passed_over.hidden, "hidden file or folder")));
    }
    lines
}

fn archived(ledger: &Ledger, archive: &str) -> Vec<String> {
    let mut lines = vec![archive.to_string()];
    lines.extend(classes(ledger));
    lines.push(paint(FAINT, novelty(ledger)));
    lines
}

fn classes(ledger: &Ledger) -> Vec<String> {
    let widest = ledger.by_class.values().max().map_or(0, |&events| HumanCount(events).to_string().len());
    let line = |(class, events): (&str, u64)| {
        let number = format!("{:>widest$}", HumanCount(events).to_string());
        format!("{} {class}", paint(NUMBER, number))
    };
    by_count(ledger).into_iter().map(line).collect()
}

/// The classes, the one with the most events first.
pub(crate) fn by_count(ledger: &Ledger) -> Vec<(&'static str, u64)> {
    let mut classes: Vec<_> = ledger.by_class.iter().map(|(&class, &events)| (class, events)).collect();
    classes.sort_by_key(|&(class, events)| (Reverse(events), class));
    classes
}

/// How much of what is archived was archived before.
pub(crate) fn novelty(ledger: &Ledger) -> String {
    match (ledger.already, ledger.archived.saturating_sub(ledger.already)) {
        (0, 0) => "no events".to_owned(),
        (0, _) => "all of them new".to_owned(),
        (_, 0) => "all of them archived before: nothing is stored twice".to_owned(),
        (already, new) => format!("{} new, {} archived before", HumanCount(new), HumanCount(already)),
    }
}

fn streamed(stream: &StreamLedger) -> String {
    let mut words = format!("{}: {} delivered", stream.stream, paint(NUMBER, HumanCount(stream.delivered)));
    let others = [
        (stream.filtered, "filtered by class"),
        (stream.gated, "gated"),
        (stream.undelivered, "undelivered"),
    ];
    for (events, what) in others.into_iter().filter(|&(events, _)| events > 0) {
        // A `String` takes every write.
        let _infallible = write!(words, ", {} {what}", paint(NUMBER, HumanCount(events)));
    }
    words
}

/// The entries of the watch list that applied, and to how much.
fn watched(outcome: &Outcome) -> Vec<String> {
    let line =
        |(watch, &events): (&String, &u64)| format!("{watch}: {}", paint(NUMBER, count(events, "event")));
    let mut lines: Vec<String> = outcome.watched.iter().map(line).collect();
    if !lines.is_empty() && outcome.ledger.already > 0 {
        lines.push(paint(FAINT, "marked are new records only: what was archived before stays as it is"));
    }
    lines
}

/// What failed, or cannot be read. `others` says where the payloads are, or would be, that are not named.
fn look_at(outcome: &Outcome, others: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for payload in &outcome.quarantined {
        lines.push(format!("{}: {}", plain(&payload.input), payload.reason));
        lines.push(paint(
            FAINT,
            match &payload.key {
                Some(key) => format!("kept in {key}"),
                None => "to be kept in quarantine/ of the archive".to_owned(),
            },
        ));
    }
    if outcome.incomplete_files > 0 {
        lines.push(format!(
            "{} not taken in as a whole, named above",
            count(outcome.incomplete_files, "file")
        ));
    }
    if outcome.not_compared.objects > 0 {
        let objects = count(outcome.not_compared.objects, "object");
        lines.push(format!("{objects} of the archive cannot be read: events in them may be archived again"));
    }
    if !outcome.other_accounts.is_empty() {
        let accounts: Vec<String> = outcome.other_accounts.iter().map(|account| plain(account)).collect();
        lines.push(format!(
            "events of {}, of which the archive had none, but of other accounts: taken in; one account writes one archive, unless \
             its trail is that of an organization",
            accounts.join(", ")
        ));
    }
    let untold = outcome.ledger.quarantined_payloads.saturating_sub(outcome.quarantined.len() as u64);
    if untold > 0 {
        lines.push(format!("and {} more, {others}", HumanCount(untold)));
    }
    for (stream, reason) in &outcome.delivery_failures {
        lines.push(format!("failed to deliver all events to the stream {stream}: {}", plain(reason)));
        lines.push(paint(FAINT, format_args!("kept in undelivered/stream={stream}/ of the archive")));
    }
    if outcome.is_complete() && !outcome.ledger.streams_balance() {
        lines.push(
            "the counts of the streams do not balance: a bug in mailtrail, please report it".to_owned(),
        );
    }
    lines
}

/// That a stream is gated, and how to open it.
pub(crate) fn open_gate(stream: &str) -> [String; 2] {
    let (key, value) = DELIVERY_TAG;
    [
        format!("{stream} is gated: without the tag {key}={value} it gets no events; to open it:"),
        format!(
            "aws firehose tag-delivery-stream --delivery-stream-name {stream} --tags Key={key},Value={value}"
        ),
    ]
}

/// What an operator decided, and may have forgotten; and how to decide otherwise.
///
/// `stored` is what to know of names that are missing.
fn hints(outcome: &Outcome, stored: &str) -> Vec<String> {
    let mut lines = Vec::new();
    if outcome.skipped_content > 0 {
        lines.push(
            "skipped files stay where they are; --quarantine keeps files without payloads, too".to_owned(),
        );
    }
    for (events, what, option) in [
        (outcome.without_log_group, "log group", "--log-group"),
        (outcome.without_log_stream, "log stream", "--log-stream"),
    ] {
        if events > 0 {
            let events = count(events, "event");
            lines
                .push(format!("{events} of files that do not say the {what}; {option} NAME says it{stored}"));
        }
    }
    if outcome.not_compared.days > 0 {
        let days = count(outcome.not_compared.days, "day");
        lines.push(format!(
            "{days} with more events than are compared with files: some may be archived again, and are shown once"
        ));
    }
    for StreamLedger { stream, .. } in outcome.ledger.streams.iter().filter(|stream| stream.gated > 0) {
        lines.extend(open_gate(stream));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_of_a_stream_does_nothing_to_the_terminal() {
        let mut outcome = Outcome::of_streams(["mail".to_owned()]);
        let reason = "Denied: \u{9b}31m\u{202e}\n";
        outcome.delivery_failures.insert("mail".to_owned(), reason.to_owned());
        let text = of(&outcome, "archive", PassedOver::default(), Duration::ZERO);
        assert!(text.contains(r"the stream mail: Denied: \u{9b}31m\u{202e}\n"), "{text}");
    }

    #[test]
    fn marks_are_said_to_be_of_new_records_where_some_were_archived_before() {
        let mut outcome = Outcome::default();
        outcome.watched.insert("alice".to_owned(), 2);
        assert_eq!(watched(&outcome).len(), 1);
        outcome.ledger.already = 1;
        assert!(watched(&outcome)[1].contains("new records only"));
        outcome.watched.clear();
        assert!(watched(&outcome).is_empty());
    }

    #[test]
    fn a_dry_run_does_not_say_that_anything_is_in_the_archive() {
        let mut outcome = Outcome::default();
        outcome.ledger.quarantined_payloads = 11;
        let text = |dry_run: bool| {
            let took = Duration::from_secs(1);
            if dry_run {
                return of_dry_run(&outcome, PassedOver::default(), took);
            }
            of(&outcome, "trail", PassedOver::default(), took)
        };
        assert!(text(true).contains("and 11 more, to be kept in quarantine/"), "{}", text(true));
        assert!(text(false).contains("and 11 more, in quarantine/"), "{}", text(false));
    }

    #[test]
    fn a_stream_without_the_tag_is_named_with_the_command_that_opens_it() {
        let mut outcome = Outcome::of_streams(["mail".to_owned()]);
        outcome.processed = 1;
        outcome.ledger.archived = 1200;
        outcome.ledger.streams[0].gated = 1200;
        let text = of(&outcome, "s3://example-trail", PassedOver::default(), Duration::from_millis(1234));
        insta::assert_snapshot!(anstream::adapter::strip_str(&text), @"
            ✓ 0 events from 1 file in 1.2 s
              came in   0 payloads, 0 B, 0 B decoded
              archived  s3://example-trail
                        all of them new
              streamed  mail: 0 delivered, 1,200 gated
              hint      mail is gated: without the tag LogDeliveryEnabled=true it gets no events; to open it:
                        aws firehose tag-delivery-stream --delivery-stream-name mail --tags Key=LogDeliveryEnabled,Value=true
            ");
    }
}
