//! The truth of journeys covers what a trace can say, and their lines what WorkMail can log.

#![allow(clippy::unwrap_used, reason = "a helper of a test is a test")]

use std::collections::BTreeSet;

use mailtrail_samples::journeys::{Journey, Journeys, plain};
use serde_json::Value;

const DAY: i64 = 24 * 60 * 60 * 1000;

fn journeys() -> Vec<Journey> {
    Journeys::new(5).take(4 * Journeys::forms()).collect()
}

fn last(journey: &Journey) -> i64 {
    journey.events.iter().map(|logged| logged.event.timestamp).max().unwrap()
}

#[test]
fn the_same_seed_gives_the_same_journeys() {
    let events =
        |journeys: Vec<Journey>| journeys.into_iter().map(|journey| journey.events).collect::<Vec<_>>();
    assert_eq!(events(journeys()), events(journeys()));
    let other: Vec<_> = Journeys::new(6).take(1).collect();
    assert_ne!(events(other)[0], journeys()[0].events);
}

#[test]
fn every_event_name_and_log_group_occurs_and_some_journeys_go_on_after_midnight() {
    let (mut names, mut groups, mut midnights) = (BTreeSet::new(), BTreeSet::new(), 0);
    for journey in journeys() {
        for logged in &journey.events {
            let line: Value = serde_json::from_str(&logged.event.message).unwrap();
            names.insert(line["event"]["eventName"].as_str().unwrap().to_owned());
            groups.insert(logged.log_group);
        }
        let days: BTreeSet<i64> = journey.events.iter().map(|logged| logged.event.timestamp / DAY).collect();
        midnights += usize::from(days.len() == 2);
    }
    assert_eq!((names.len(), groups.len()), (9, 2), "{names:?} {groups:?}");
    assert!(midnights > 3, "{midnights}");
}

#[test]
fn every_status_and_every_reason_is_expected_somewhere() {
    let (mut statuses, mut reasons) = (BTreeSet::new(), BTreeSet::new());
    for journey in journeys() {
        for missing in 0..journey.events.len() {
            for (late, knows_directory) in [(0, false), (9 * DAY, false), (9 * DAY, true)] {
                let as_of = last(&journey) + late;
                let expected = journey.expected(&BTreeSet::from([missing]), as_of, knows_directory);
                for recipient in expected.iter().flat_map(|message| &message.recipients) {
                    statuses.insert(recipient.status);
                    reasons.extend(recipient.unknown_reason);
                }
            }
        }
    }
    let all = [
        "bounced",
        "delivered",
        "dropped",
        "expanded",
        "junk",
        "pending",
        "redirected",
        "rejected",
        "sent",
        "unknown",
    ];
    assert_eq!(Vec::from_iter(statuses), all);
    assert_eq!(Vec::from_iter(reasons), ["group_or_alias", "masked", "no_outcome", "rule_not_tied"]);
}

#[test]
fn what_is_missing_is_not_expected() {
    for journey in journeys() {
        let all: BTreeSet<usize> = (0..journey.events.len()).collect();
        assert_eq!(journey.expected(&all, last(&journey), false), []);
        let messages = journey.expected(&BTreeSet::new(), last(&journey), false);
        assert_eq!(messages.iter().map(|message| message.events).sum::<usize>(), journey.events.len());
    }
}

#[test]
fn every_spelling_of_an_address_has_one_plain_one() {
    assert_eq!(plain("ANA@Example.com"), "ana@example.com");
    assert_eq!(plain("jürgen@xn--bcher-kva.example.com"), "jürgen@bücher.example.com");
    assert_eq!(plain("x@other-xn--bcher-kva.example.com"), "x@other-xn--bcher-kva.example.com");
}
