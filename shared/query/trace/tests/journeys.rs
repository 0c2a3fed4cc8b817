//! Generated journeys: what is said of them is the truth that their generator planned.
//!
//! `MAILTRAIL_TEST_JOURNEYS` sets how many.

#![allow(clippy::unwrap_used, reason = "a test")]

mod common;

use std::collections::BTreeSet;

use common::{directory, events, known, sorted, told, trace};
use mailtrail_samples::journeys::{ExpectedMessage, Journey, Journeys};
use mailtrail_trace::{MailEvent, Query};

const HOUR: i64 = 60 * 60 * 1000;
const DAYS: i64 = 24 * HOUR;

#[expect(
    clippy::disallowed_methods,
    reason = "not a setting of the program: how long a developer wants to wait"
)]
fn count() -> usize {
    std::env::var("MAILTRAIL_TEST_JOURNEYS").map_or(2000, |text| text.parse().unwrap())
}

fn last(journey: &Journey) -> i64 {
    journey.events.iter().map(|logged| logged.event.timestamp).max().unwrap()
}

fn shown(messages: Vec<ExpectedMessage>) -> Vec<ExpectedMessage> {
    sorted(messages.into_iter().filter(|message| !message.is_journal_copy).collect())
}

/// All journeys in one archive.
#[test]
fn every_status_is_the_truth_where_every_event_is_there() {
    let journeys: Vec<Journey> = Journeys::new(1).take(count()).collect();
    let all: Vec<MailEvent> = journeys.iter().flat_map(events).collect();
    for knows_directory in [false, true] {
        for late in [0, 30 * DAYS] {
            let as_of = journeys.iter().map(last).max().unwrap() + late;
            let known = known(as_of, knows_directory.then(|| directory(&journeys)));
            let messages = trace(&all, &Query::default(), &known.context());
            let expected = journeys
                .iter()
                .flat_map(|journey| journey.expected(&BTreeSet::new(), as_of, knows_directory));
            let (told, expected) = (sorted(messages.iter().map(told).collect()), shown(expected.collect()));
            for (told, expected) in told.iter().zip(&expected) {
                assert_eq!(told, expected, "directory {knows_directory}, {late} later");
            }
            assert_eq!(told.len(), expected.len());
        }
    }
}

/// Each event of each journey missing once, and the rest traced alone.
#[test]
fn without_one_event_every_status_is_still_what_can_be_known() {
    for journey in Journeys::new(2).take(count() / 10) {
        let all = events(&journey);
        for missing in 0..all.len() {
            let mut rest = all.clone();
            rest.remove(missing);
            for (knows_directory, late) in
                [(false, HOUR), (false, 10 * DAYS), (true, HOUR), (true, 10 * DAYS)]
            {
                let as_of = last(&journey) + late;
                let known = known(as_of, knows_directory.then(|| directory([&journey])));
                let messages = trace(&rest, &Query::default(), &known.context());
                let expected = journey.expected(&BTreeSet::from([missing]), as_of, knows_directory);
                let (told, expected) = (sorted(messages.iter().map(told).collect()), shown(expected));
                let without = &journey.events[missing].event.message;
                assert_eq!(
                    without_direction(told),
                    without_direction(expected),
                    "{}, directory {knows_directory}, {late} later, without {without}",
                    journey.form
                );
            }
        }
    }
}

/// The planned direction is that of the whole journey.
fn without_direction(mut messages: Vec<ExpectedMessage>) -> Vec<ExpectedMessage> {
    messages.iter_mut().flat_map(|message| &mut message.recipients).for_each(|own| own.direction = "");
    sorted(messages)
}
