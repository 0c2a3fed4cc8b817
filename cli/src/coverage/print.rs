//! What was found, for people: a calendar of each log group, a summary, and what to do.

use std::collections::BTreeMap;
use std::fmt::Write;

use mailtrail_coverage::{Day, DayCoverage, DayState, Method, Reason};
use mailtrail_plain_text::shell_word;

use super::args::CoverageArgs;
use super::calendar::{STATES, calendar, symbol, word};
use super::{Checked, Earlier};
use crate::output::{BOLD, FAINT, SUCCESS, WARNING, count, paint, plain, wrap};

/// The gaps that are named for one log group.
const MOST_GAPS: usize = 10;

/// What to look at where nothing was compared.
const NOTHING: &str = "no log group and no day. Are the archive, the account and the Region the right ones, and are the days \
                       from 2014 to today?";

/// The text for all log groups.
pub(super) fn report(checked: &[Checked], args: &CoverageArgs) -> String {
    if checked.iter().all(|it| it.days.is_empty()) {
        return format!("{} nothing was compared: {}\n", paint(WARNING, "!"), wrap(NOTHING, 2));
    }
    let mut text = String::new();
    for checked in checked.iter().filter(|it| !it.days.is_empty()) {
        text += &log_group(checked, args);
    }
    let found = |state: &DayState| checked.iter().flat_map(|it| &it.days).any(|day| day.state == *state);
    let states = STATES.into_iter().filter(found);
    let legend: Vec<String> = states.map(|state| format!("{} {}", symbol(state), word(state))).collect();
    text + &format!("{}  {}\n", legend.join("  "), paint(FAINT, "days in UTC"))
}

fn log_group(Checked { group, days, earlier, is_own }: &Checked, args: &CoverageArgs) -> String {
    let place = plain(&format!("{}, {}", group.account, group.region));
    let mut text = format!("{}  {}\n", paint(BOLD, plain(&group.name)), paint(FAINT, place));
    text += &calendar(days);
    line(&mut text, &summary(days));
    let reasons = reasons(days);
    for (reason, days) in &reasons {
        line(&mut text, &format!("{}: {}", count(*days, "day"), self::reason(*reason)));
    }
    if let Some(found) = earlier_of_unknown(days, earlier) {
        line(&mut text, &found);
    }
    let gaps = spans(days, DayState::Gap);
    for span in gaps.iter().take(MOST_GAPS) {
        let missing = span.iter().filter_map(|day| day.missing).fold(0, u64::saturating_add);
        let least = if span.iter().all(|day| day.method == Method::Ids) { "" } else { "at least " };
        line(&mut text, &format!("{}: {least}{} missing", range(span), count(missing, "event")));
    }
    if gaps.len() > MOST_GAPS {
        line(&mut text, &format!("and {} more gaps, see --json", gaps.len() - MOST_GAPS));
    }
    // One backfill fills all gaps, and reads only once what lies between them.
    if let Some((first, last)) = super::gaps(days) {
        if *is_own {
            line(
                &mut text,
                "mailtrail itself writes to this log group: what is archived of it would log more of it",
            );
        } else if group.is_readable() {
            command(&mut text, &backfill(&group.name, first, last, args));
        } else {
            line(
                &mut text,
                &format!("its class, {}, has no FilterLogEvents: export the events", plain(&group.class)),
            );
            command(&mut text, "aws logs create-export-task help");
        }
    }
    if let Some(counted) = counted_by_metrics(days) {
        line(&mut text, &counted);
    }
    let silent = spans(days, DayState::Silent);
    if let Some(latest) = silent.last() {
        let days: usize = silent.iter().map(Vec::len).sum();
        let metric: u64 =
            silent.iter().flatten().filter_map(|day| day.witness?.metric).fold(0, u64::saturating_add);
        let days = count(u64::try_from(days).unwrap_or(u64::MAX), "day");
        line(
            &mut text,
            &format!(
                "{days} without an event, latest {}, though WorkMail's metrics count {metric}: logging was off, or goes elsewhere",
                range(latest)
            ),
        );
        command(&mut text, &with_options("mailtrail workmail status", args.account.options()));
    }
    text.push('\n');
    text
}

/// `19 complete, 1 gap, 1 open; 12,000 events in the archive`
fn summary(days: &[DayCoverage]) -> String {
    let number = |state| days.iter().filter(|day| day.state == state).count();
    let counts = STATES.into_iter().map(|state| (state, number(state))).filter(|(_, number)| *number > 0);
    let counts: Vec<String> = counts.map(|(state, number)| format!("{number} {}", word(state))).collect();
    let archived = days.iter().map(|day| day.archive).sum();
    let mark = if days.iter().any(|day| day.state.needs_attention()) {
        paint(WARNING, "!")
    } else if days.iter().all(|day| matches!(day.state, DayState::Complete | DayState::Open)) {
        paint(SUCCESS, "✓")
    } else {
        " ".to_owned()
    };
    format!("{mark} {}; {} in the archive", counts.join(", "), count(archived, "event"))
}

/// The days without an answer, by reason; days that are not over say it themselves.
fn reasons(days: &[DayCoverage]) -> Vec<(Reason, u64)> {
    let mut reasons: Vec<(Reason, u64)> = Vec::new();
    let found = days.iter().filter_map(|day| day.reason).filter(|reason| *reason != Reason::NotOver);
    for reason in found {
        match reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, days)) => *days += 1,
            None => reasons.push((reason, 1)),
        }
    }
    reasons
}

/// What earlier checks found of days of which nothing can be said any more.
fn earlier_of_unknown(days: &[DayCoverage], earlier: &BTreeMap<Day, Earlier>) -> Option<String> {
    let unknown = days.iter().filter(|day| day.state == DayState::Unknown);
    let found: Vec<DayState> = unknown.filter_map(|day| Some(earlier.get(&day.day)?.state)).collect();
    let number = |state| found.iter().filter(|it| **it == state).count();
    let counts = STATES.into_iter().map(|state| (state, number(state))).filter(|(_, number)| *number > 0);
    let counts: Vec<String> = counts.map(|(state, number)| format!("{number} {}", word(state))).collect();
    (!found.is_empty()).then(|| format!("of these, earlier checks found {}", counts.join(", ")))
}

/// What metrics tell of days whose log was not seen.
fn counted_by_metrics(days: &[DayCoverage]) -> Option<String> {
    let found: Vec<&DayCoverage> = days.iter().filter(|day| day.method == Method::Metric).collect();
    let metric = found.iter().filter_map(|day| day.witness?.metric).fold(0, u64::saturating_add);
    let days = count(u64::try_from(found.len()).unwrap_or(u64::MAX), "day");
    let text = "of which the archive has no event; whether the log had any is not known";
    (!found.is_empty()).then(|| format!("{days}: WorkMail's metrics count {metric}, {text}"))
}

fn reason(reason: Reason) -> &'static str {
    match reason {
        Reason::NotOver => "not over",
        Reason::Expired => "the events have expired, so that they cannot be counted any more",
        Reason::Expiring => "events are expiring, so that a count proves nothing",
        Reason::BeforeCreation => "Insights does not see what is older than the log group",
        Reason::NotAsked => "AWS was not asked",
        Reason::NoLogGroup => "the log group does not exist",
        Reason::NotAnswered => "not answered, see above",
        Reason::CountsDiffer => "two counts of the log group differ; run the same command again",
        Reason::NotCreated => "the log group did not exist yet",
        Reason::Recreated => {
            "the log group was created on that day or later, and events may be of an earlier one of its name; --exact compares each \
             event"
        }
        Reason::Masked => {
            "the log group masks its events, so that their messages may differ; --exact compares each event"
        }
        Reason::Probes => {
            "the archive has probes of the doctor, which the log group may have or not; --exact compares each event"
        }
        Reason::OtherEvents => {
            "the archive has events that may be of another origin (imported, of no known Region, another message under one id, one \
             event under two ids); --exact compares each event"
        }
        Reason::MoreInArchive => {
            "the archive has more events than the log group; --exact compares each event"
        }
    }
}

/// Days of a state that follow each other.
fn spans(days: &[DayCoverage], state: DayState) -> Vec<Vec<&DayCoverage>> {
    let mut spans: BTreeMap<i64, Vec<&DayCoverage>> = BTreeMap::new();
    // Of days that follow each other, this number is the same.
    for (at, day) in (0_i64..).zip(days.iter().filter(|day| day.state == state)) {
        spans.entry(day.day.number() - at).or_default().push(day);
    }
    spans.into_values().collect()
}

/// `2026-11-20`, or `2026-11-20 to 2026-11-22`
fn range(span: &[&DayCoverage]) -> String {
    match span {
        [] => String::new(),
        [one] => one.day.to_string(),
        [first, .., last] => format!("{} to {}", first.day, last.day),
    }
}

fn backfill(name: &str, first: Day, last: Day, args: &CoverageArgs) -> String {
    let until = Day::new(last.number() + 1).unwrap_or(last);
    let name = shell_word(name);
    let command = format!("mailtrail backfill --log-group {name} --since {first} --until {until}");
    let archive = args.archive.options();
    let archive = archive.iter().map(|(name, value)| (*name, value.as_str()));
    with_options(&command, archive.chain(args.account.options()))
}

/// A command with options, to be pasted.
fn with_options<'a>(command: &str, options: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let options = options.into_iter().map(|(name, value)| format!(" {name} {}", shell_word(value)));
    options.fold(command.to_owned(), |command, option| command + &option)
}

fn line(text: &mut String, line: &str) {
    // A `String` takes every write.
    let _infallible = writeln!(text, "    {}", wrap(line, 4));
}

/// A command stands on one line, to be pasted. Its words do nothing to a terminal.
fn command(text: &mut String, command: &str) {
    let _infallible = writeln!(text, "      {command}");
}
