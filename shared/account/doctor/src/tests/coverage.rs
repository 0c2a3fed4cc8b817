//! What is concluded from the days that were compared, and from none.

use mailtrail_clock::DAY;

use crate::Severity::{Broken, Note, Ok, Unknown, Warning};
use crate::fixtures::{AUDIT, EVENTS, intact, problems_after, seen};
use crate::{Coverage, CoveredDay, CoveredState, Facts, Finding, Part, checks};

const CHECK: &str = "archive-coverage";

/// Facts in which the last days of a log group were compared, the last of them so many days ago.
fn compared(days_ago: i64, states: &[CoveredState]) -> Facts {
    let mut facts = intact();
    let last = facts.at / DAY - days_ago;
    let first = last + 1 - i64::try_from(states.len()).unwrap();
    let day = |(at, state): (i64, &CoveredState)| CoveredDay {
        start: (first + at) * DAY,
        state: *state,
        missing: 2 * u64::from(*state == CoveredState::Gap),
        checked: (last + 1) * DAY,
    };
    let days = (0..).zip(states).map(day).collect();
    let coverage = Coverage { log_group: EVENTS.to_owned(), days };
    facts.archives[0].coverage = seen(vec![coverage]);
    facts
}

fn finding(facts: &Facts, of: &str) -> Finding {
    let mut all = checks(facts).into_iter().filter(|it| it.check.id == CHECK && it.resource == of);
    let found = all.next().unwrap();
    assert!(all.next().is_none());
    found
}

#[test]
fn where_nothing_was_compared_nothing_is_concluded() {
    let found = finding(&intact(), AUDIT);
    assert_eq!(found.severity, Note);
    assert!(found.seen.contains("nothing is known"), "{}", found.seen);
    assert!(found.seen.contains(": mailtrail coverage --log-group "), "{}", found.seen);
}

#[test]
fn a_tick_is_for_days_that_are_complete_and_were_compared_lately() {
    use CoveredState::{Agrees, Complete};
    let severity = |days_ago, states: &[CoveredState]| finding(&compared(days_ago, states), EVENTS).severity;
    assert_eq!(severity(1, &[Complete; 5]), Ok);
    assert_eq!(severity(7, &[Complete; 5]), Ok);
    assert_eq!(severity(8, &[Complete; 5]), Note);
    assert_eq!(severity(1, &[Complete, Agrees, Complete]), Note);
    let mut hole = compared(1, &[Complete; 5]);
    let Part::Seen { value, .. } = &mut hole.archives[0].coverage else { panic!() };
    value[0].days.remove(2);
    let found = finding(&hole, EVENTS);
    assert_eq!(found.severity, Note);
    assert!(found.seen.starts_with("4 of 5 days complete"), "{}", found.seen);
}

#[test]
fn a_gap_is_broken_while_its_events_are_there_and_the_fix_fills_it() {
    use CoveredState::{Complete, Gap};
    let found = finding(&compared(2, &[Complete, Gap, Gap, Complete]), EVENTS);
    assert_eq!(found.severity, Broken);
    assert!(found.seen.starts_with("at least 4 events are missing, on 2 days from "), "{}", found.seen);
    let command = found.fix.unwrap().commands.remove(0);
    assert!(command.starts_with("mailtrail backfill --log-group "), "{command}");
    assert!(command.contains(" --since ") && command.contains(" --archive "), "{command}");
    // The log group of the fixture keeps 400 days.
    assert_eq!(finding(&compared(401, &[Gap]), EVENTS).severity, Note);
}

#[test]
fn a_silent_day_is_a_finding_while_something_can_be_done() {
    let severity = |days_ago| finding(&compared(days_ago, &[CoveredState::Silent]), EVENTS).severity;
    assert_eq!([1, 13, 14, 100].map(severity), [Warning, Warning, Note, Note]);
}

#[test]
fn what_was_not_read_is_unknown_and_what_is_not_believed_is_told() {
    let refused = || Part::NotSeen { reason: "s3:GetObject on s3://x: AccessDenied: no".to_owned() };
    assert_eq!(problems_after(|facts| facts.archives[0].coverage = refused()), [(CHECK, Unknown)]);
    assert_eq!(problems_after(|facts| facts.archives[0].refused_coverage = 3), [(CHECK, Warning)]);
    // A fault of the archive itself is one finding.
    let both = problems_after(|facts| {
        facts.archives[0].coverage = refused();
        facts.archives[0].days = Part::NotSeen { reason: "no".to_owned() };
    });
    assert!(both.iter().all(|(id, _)| *id != CHECK), "{both:?}");
    assert!(checks(&intact()).iter().any(|it| it.check.id == CHECK));
}
