//! What is claimed of a day, against what is really there.

#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise, in its helpers too")]

use std::collections::BTreeSet;

use mailtrail_clock::{DAY, Time};
use mailtrail_coverage::{
    Day, DayCoverage, DayState, Evidence, Expiry, Method, Reason, SourceCount, Witness, judge,
};
use mailtrail_pull::{Archived, LogGroupId};
use proptest::prelude::*;

/// The events of the last hour may not be visible.
const INVISIBLE: i64 = 3_600_000;

fn id() -> LogGroupId {
    LogGroupId {
        account: "111122223333".to_owned(),
        region: "eu-west-1".to_owned(),
        name: "/example/mail".to_owned(),
    }
}

fn day() -> Day {
    "2026-11-20".parse().unwrap()
}

/// So many milliseconds after the end of the day.
fn after(millis: i64) -> Time {
    Time::from_millis(day().start().millis() + DAY + millis).unwrap()
}

fn evidence(events: u64, source: SourceCount) -> Evidence {
    let archived = Archived { events, ..Archived::default() };
    Evidence { archived, source, expiry: Expiry::None, witness: None, checked: after(2 * INVISIBLE) }
}

fn state(evidence: &Evidence) -> (DayState, Option<Reason>) {
    let judged = judge(&id(), day(), evidence);
    assert!(judged.is_possible(), "{judged:?}");
    (judged.state, judged.reason)
}

#[test]
fn a_count_with_nothing_of_another_origin_is_complete_and_one_with_imports_agrees() {
    let equal = evidence(7, SourceCount::Count(7));
    assert_eq!(state(&equal), (DayState::Complete, None));
    let with = |archived| state(&Evidence { archived, ..equal });
    let imported = Archived { events: 7, unproved: 1, ..Archived::default() };
    assert_eq!(with(imported), (DayState::Agrees, Some(Reason::OtherEvents)));
    let masked = Archived { events: 8, other_messages: 1, ..Archived::default() };
    assert_eq!(with(masked), (DayState::Agrees, Some(Reason::OtherEvents)));
    let more = Archived { events: 9, ..Archived::default() };
    assert_eq!(with(more), (DayState::Agrees, Some(Reason::MoreInArchive)));
    let fewer = Archived { events: 6, ..Archived::default() };
    assert_eq!(with(fewer), (DayState::Gap, None));
}

#[test]
fn what_was_compared_by_id_is_complete_whatever_else_the_archive_has() {
    let archived = Archived { events: 9, unproved: 2, other_messages: 1, ..Archived::default() };
    let compared = |missing| {
        let ids = SourceCount::Ids { events: 7, missing };
        judge(&id(), day(), &Evidence { archived, ..evidence(0, ids) })
    };
    let complete = compared(0);
    assert_eq!((complete.state, complete.extra), (DayState::Complete, Some(2)));
    // The same number on both sides, and another event: a count would not see it.
    let gap = compared(2);
    assert_eq!((gap.state, gap.missing, gap.extra), (DayState::Gap, Some(2), Some(4)));
}

#[test]
fn probes_are_in_neither_count_and_may_be_gone_from_the_log_group() {
    let archived = Archived { events: 5, probes: 2, ..Archived::default() };
    let with = |source| judge(&id(), day(), &Evidence { archived, ..evidence(0, source) });
    let judged = with(SourceCount::Count(7));
    assert_eq!((judged.source, judged.archive), (Some(5), 5));
    // Seven events of which two are missing are the same number.
    assert_eq!((judged.state, judged.reason), (DayState::Agrees, Some(Reason::Probes)));
    assert_eq!(with(SourceCount::Count(8)).state, DayState::Gap);
    assert_eq!(with(SourceCount::Ids { events: 7, missing: 0 }).state, DayState::Complete);
}

#[test]
fn a_count_that_proves_no_identity_is_never_complete() {
    let with = |archived, source| state(&Evidence { archived, ..evidence(0, source) });
    let seven = Archived { events: 7, ..Archived::default() };
    let doubles = Archived { doubles: 1, ..seven };
    assert_eq!(with(doubles, SourceCount::Count(7)), (DayState::Agrees, Some(Reason::OtherEvents)));
    assert_eq!(with(doubles, SourceCount::Count(8)), (DayState::Gap, None));
    for reason in [Reason::Recreated, Reason::Masked] {
        let doubtful = |events| SourceCount::Doubtful { events, reason };
        assert_eq!(with(seven, doubtful(7)), (DayState::Agrees, Some(reason)));
        assert_eq!(with(seven, doubtful(8)), (DayState::Gap, None));
        // Nothing is the same as nothing.
        assert_eq!(with(Archived::default(), doubtful(0)), (DayState::Complete, None));
    }
}

#[test]
fn counts_that_differ_prove_a_gap_and_nothing_else() {
    let with = |events| SourceCount::Doubtful { events, reason: Reason::CountsDiffer };
    assert_eq!(state(&evidence(4, with(5))), (DayState::Gap, None));
    assert_eq!(state(&evidence(5, with(5))), (DayState::Unknown, Some(Reason::CountsDiffer)));
    assert_eq!(state(&evidence(0, with(0))), (DayState::Unknown, Some(Reason::CountsDiffer)));
}

#[test]
fn no_number_of_an_answer_is_too_large_to_be_judged() {
    let archived = Archived { events: 3, other_messages: 1, probes: 1, ..Archived::default() };
    for source in [SourceCount::Count(u64::MAX), SourceCount::Ids { events: u64::MAX, missing: u64::MAX }] {
        assert_eq!(judge(&id(), day(), &Evidence { archived, ..evidence(0, source) }).state, DayState::Gap);
    }
}

#[test]
fn a_day_is_open_until_its_last_events_can_be_seen_and_final_after_14_days() {
    let at = |millis| Evidence { checked: after(millis), ..evidence(0, SourceCount::Count(7)) };
    assert_eq!(state(&at(-1)), (DayState::Open, Some(Reason::NotOver)));
    assert_eq!(state(&at(INVISIBLE - 1)), (DayState::Open, Some(Reason::NotOver)));
    assert_eq!(state(&at(INVISIBLE)), (DayState::Gap, None));
    let is_final = |millis| judge(&id(), day(), &at(millis)).is_final;
    assert_eq!([14 * DAY - 1, 14 * DAY].map(is_final), [false, true]);
}

#[test]
fn what_has_expired_proves_nothing_but_a_gap() {
    let with = |expiry, source| state(&Evidence { expiry, ..evidence(7, source) });
    for source in [SourceCount::Count(7), SourceCount::Count(3), SourceCount::Ids { events: 7, missing: 0 }] {
        assert_eq!(with(Expiry::Expiring, source), (DayState::Unknown, Some(Reason::Expiring)));
        assert_eq!(with(Expiry::Expired, source), (DayState::Unknown, Some(Reason::Expired)));
    }
    assert_eq!(with(Expiry::Expiring, SourceCount::Count(8)), (DayState::Gap, None));
}

#[test]
fn a_day_of_which_only_a_metric_tells_is_silent() {
    let with = |metric, events, source| {
        let witness = Some(Witness { metric, events, beside: 0 });
        let judged = judge(&id(), day(), &Evidence { witness, ..evidence(3, source) });
        assert!(judged.is_possible(), "{judged:?}");
        (judged.state, judged.method)
    };
    let (counted, unknown) = (SourceCount::Count(3), SourceCount::Unknown(Reason::NotAsked));
    assert_eq!(with(Some(5), 0, counted), (DayState::Silent, Method::Count));
    // The log was not looked at: it may have events that the archive lacks.
    assert_eq!(with(Some(5), 0, unknown), (DayState::Unknown, Method::Metric));
    assert_eq!(with(Some(5), 0, SourceCount::Count(4)), (DayState::Gap, Method::Count));
    assert_eq!(with(Some(5), 1, counted), (DayState::Complete, Method::Count));
    assert_eq!(with(Some(0), 0, counted), (DayState::Complete, Method::Count));
    assert_eq!(with(None, 0, unknown), (DayState::Unknown, Method::None));
    assert_eq!(with(Some(5), 1, unknown), (DayState::Unknown, Method::None));
}

#[test]
fn a_day_is_not_silent_where_the_log_was_not_seen_whole() {
    let witness = Some(Witness { metric: Some(5), events: 0, beside: 0 });
    let with = |expiry, source| {
        let judged = judge(&id(), day(), &Evidence { expiry, witness, ..evidence(3, source) });
        assert!(judged.is_possible(), "{judged:?}");
        (judged.state, judged.reason, judged.method, judged.witness)
    };
    let unknown = |reason, method| (DayState::Unknown, Some(reason), method, witness);
    for reason in [Reason::NoLogGroup, Reason::NotAnswered, Reason::NotAsked, Reason::BeforeCreation] {
        assert_eq!(with(Expiry::None, SourceCount::Unknown(reason)), unknown(reason, Method::Metric));
    }
    assert_eq!(with(Expiry::Expired, SourceCount::Count(3)), unknown(Reason::Expired, Method::Metric));
    assert_eq!(with(Expiry::Expiring, SourceCount::Count(3)), unknown(Reason::Expiring, Method::Count));
}

/// Around midnight, a mail may count on one day and be logged on the next.
#[test]
fn a_day_is_not_silent_over_mail_that_the_days_beside_it_can_have_logged() {
    let with = |metric, beside| {
        let witness = Some(Witness { metric: Some(metric), events: 0, beside });
        let judged = judge(&id(), day(), &Evidence { witness, ..evidence(0, SourceCount::Count(0)) });
        assert!(judged.is_possible() == (beside <= 10), "{judged:?}");
        judged.state
    };
    assert_eq!(with(1, 1), DayState::Complete);
    assert_eq!(with(10, 10), DayState::Complete);
    assert_eq!(with(2, 1), DayState::Silent);
    // More than that, no witness has.
    assert_eq!(with(11, 11), DayState::Complete);
}

/// The line of the contract.
#[test]
fn a_day_is_written_as_one_line() {
    let judged = judge(&id(), day(), &evidence(7, SourceCount::Count(9)));
    let line = serde_json::to_string(&judged).unwrap();
    assert_eq!(
        line,
        r#"{"log_group":"/example/mail","account":"111122223333","region":"eu-west-1","day":"2026-11-20","source":9,"archive":7,"missing":2,"extra":0,"method":"count","witness":null,"state":"gap","checked":"2026-11-21T02:00:00Z","final":false,"reason":null}"#
    );
    assert_eq!(serde_json::from_str::<DayCoverage>(&line).unwrap(), judged);
}

/// Events of both sides, by number: what is really there.
#[derive(Debug, Clone)]
struct Reality {
    log_group: BTreeSet<u8>,
    /// Those of the log group that the archive has, as a subscription sent them or as they were read.
    delivered: BTreeSet<u8>,
    /// Those of the log group that a file brought, under ids that prove nothing.
    imported: BTreeSet<u8>,
    /// What a file brought of another origin.
    foreign: u64,
    other_messages: u64,
    probes: u64,
    by_id: bool,
}

fn reality() -> impl Strategy<Value = Reality> {
    let set = || prop::collection::btree_set(0..12_u8, 0..12);
    (set(), set(), set(), 0..3_u64, 0..3_u64, 0..3_u64, any::<bool>()).prop_map(
        |(log_group, delivered, imported, foreign, other_messages, probes, by_id)| Reality {
            delivered: &delivered & &log_group,
            imported: &imported & &log_group,
            log_group,
            foreign,
            other_messages,
            probes,
            by_id,
        },
    )
}

proptest! {
    /// The oracle compares the events themselves. Judged by numbers alone, nothing may be claimed that is not so.
    #[test]
    fn complete_is_complete_and_a_gap_is_one(reality in reality()) {
        let Reality { log_group, delivered, imported, foreign, other_messages, probes, by_id } = &reality;
        let archived = Archived {
            events: delivered.len() as u64 + imported.len() as u64 + foreign + other_messages,
            other_messages: *other_messages,
            unproved: imported.len() as u64 + foreign,
            probes: *probes,
            ..Archived::default()
        };
        let has = delivered | imported;
        let missing = (log_group - &has).len() as u64;
        let events = log_group.len() as u64 + probes;
        let source = if *by_id { SourceCount::Ids { events, missing } } else { SourceCount::Count(events) };
        let judged = judge(&id(), day(), &Evidence { archived, ..evidence(0, source) });
        prop_assert!(judged.is_possible(), "{judged:?}");
        prop_assert_eq!(judged.source, Some(log_group.len() as u64));
        match judged.state {
            DayState::Complete => prop_assert_eq!(missing, 0),
            DayState::Gap => {
                prop_assert!(missing > 0 && judged.missing.unwrap() <= missing);
                prop_assert!(!by_id || judged.missing == Some(missing));
            }
            DayState::Agrees => prop_assert!(!by_id),
            other => prop_assert!(false, "{other:?}"),
        }
        // Where nothing can make up for an event that is missing, a count is as good as a comparison.
        if imported.is_empty() && *foreign == 0 && *other_messages == 0 && (*by_id || *probes == 0) {
            prop_assert_eq!(judged.state == DayState::Complete, missing == 0);
        }
    }
}
