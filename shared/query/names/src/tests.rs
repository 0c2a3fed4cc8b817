//! What names are believed, held against a list of periods that is looked through from end to end.

use mailtrail_clock::Time;
use proptest::prelude::*;

use crate::period::{Evidence, NameKind, NamePeriod};
use crate::{Names, SignIns};

fn time(millis: i64) -> Time {
    Time::from_millis(millis).unwrap()
}

fn period(organization: &str, id: &str, kind: NameKind, value: &str, span: (i64, Option<i64>)) -> NamePeriod {
    NamePeriod {
        organization: organization.into(),
        id: id.into(),
        of: "user",
        kind,
        value: value.into(),
        since: time(span.0),
        until: span.1.map(time),
        evidence: Evidence::Snapshots,
    }
}

fn names_of(periods: &[NamePeriod]) -> Names {
    let mut names = Names::default();
    for period in periods {
        names.add(period.clone());
    }
    names
}

/// Every period, each looked at for each question.
fn naive_others(periods: &[NamePeriod], organization: &str, text: &str, at: Time) -> Vec<String> {
    let is_of = |one: &str, other: &str| one.is_empty() || other.is_empty() || one == other;
    let holds = |period: &NamePeriod| {
        let is_so = |period: &NamePeriod| period.since <= at && period.until.is_none_or(|until| until >= at);
        let others = periods.iter().filter(|other| {
            other.value == period.value
                && other.id != period.id
                && other.kind != NameKind::LinkedId
                && is_of(&other.organization, &period.organization)
        });
        period.kind == NameKind::LinkedId || is_so(period) || !others.into_iter().any(is_so)
    };
    let mut found = Vec::new();
    for period in periods.iter().filter(|period| is_of(&period.organization, organization)) {
        let is_linked = period.kind == NameKind::LinkedId;
        if *period.id == *text && holds(period) {
            found.push(period.value.to_string());
        }
        if *period.value == *text && is_linked {
            let of_id = periods.iter().filter(|other| other.id == period.id);
            for other in of_id.filter(|other| other.organization == period.organization && holds(other)) {
                found.extend([other.value.to_string(), period.id.to_string()]);
            }
        }
        if *period.value == *text && !is_linked && holds(period) {
            found.push(period.id.to_string());
            let linked = periods.iter().filter(|other| {
                other.id == period.id
                    && other.kind == NameKind::LinkedId
                    && is_of(&other.organization, organization)
            });
            found.extend(linked.map(|other| other.value.to_string()));
        }
    }
    found.retain(|other| other != text);
    found.sort();
    found.dedup();
    found
}

fn any_period() -> impl Strategy<Value = NamePeriod> {
    let organization = prop::sample::select(vec!["", "m-1", "m-2"]);
    let id = prop::sample::select(vec!["S-1", "S-2", "S-3"]);
    let kinds = vec![NameKind::Name, NameKind::Address, NameKind::Alias, NameKind::LinkedId];
    let span = (0..12i64, prop::option::of(0..6i64));
    (organization, id, prop::sample::select(kinds), 0..3u8, span).prop_map(
        |(organization, id, kind, value, (since, length))| {
            let value = match kind {
                NameKind::Name => ["ana", "bob", "eve"],
                NameKind::Address | NameKind::Alias => ["ana@example.com", "bob@example.com", "ana"],
                NameKind::LinkedId => ["guid-1", "guid-2", "guid-3"],
            }[usize::from(value)];
            period(organization, id, kind, value, (since, length.map(|length| since + length)))
        },
    )
}

proptest! {
    #[test]
    fn what_goes_with_a_text_is_what_all_periods_say(
        periods in prop::collection::vec(any_period(), 0..14),
        at in 0..20i64,
    ) {
        let names = names_of(&periods);
        for organization in ["", "m-1", "m-2", "m-3"] {
            for text in ["S-1", "S-2", "ana", "ana@example.com", "guid-1", "unknown"] {
                prop_assert_eq!(
                    names.others(organization, text, time(at)),
                    naive_others(&periods, organization, text, time(at)),
                    "{} {}", organization, text
                );
            }
        }
    }

    /// No answer lacks what someone did: who ever had a name is found by it, unless another had it then.
    #[test]
    fn every_id_with_a_name_is_found_by_it_unless_another_had_it_then(
        periods in prop::collection::vec(any_period(), 1..14),
        at in 0..20i64,
    ) {
        let names = names_of(&periods);
        for period in periods.iter().filter(|period| period.kind != NameKind::LinkedId) {
            let found = names.others(&period.organization, &period.value, time(at));
            let had_it = periods.iter().any(|other| {
                other.value == period.value && other.id != period.id && other.covers(time(at))
                    && found.contains(&&*other.id)
            });
            prop_assert!(found.contains(&&*period.id) || had_it);
        }
    }

    #[test]
    fn a_name_is_shown_that_the_id_had_at_the_time_or_next_to_it(
        periods in prop::collection::vec(any_period(), 0..14),
        at in 0..20i64,
    ) {
        let shown = names_of(&periods);
        let shown = shown.name("m-1", "S-1", time(at));
        let linked: Vec<_> = periods.iter().filter(|period| period.kind == NameKind::LinkedId).collect();
        let of_id = periods.iter().filter(|period| {
            *period.id == *"S-1" && period.is_of("m-1") && period.kind <= NameKind::Address
        });
        let nearest = of_id.clone().map(|period| period.distance(time(at))).min();
        match (shown, nearest) {
            (None, nearest) => prop_assert_eq!(nearest, None),
            (Some(shown), nearest) => prop_assert!(
                of_id.clone().any(|period| *period.value == *shown && Some(period.distance(time(at))) == nearest)
                    || linked.iter().any(|period| *period.value == *"S-1")
            ),
        }
    }
}

#[test]
fn a_name_that_changed_hands_is_at_a_time_whose_it_was_then() {
    let names = names_of(&[
        period("m-1", "S-1", NameKind::Name, "ana", (10, Some(19))),
        period("m-1", "S-1", NameKind::Name, "ana.old", (20, None)),
        period("m-1", "S-2", NameKind::Name, "ana", (30, None)),
    ]);
    let ids = |at| names.others("m-1", "ana", time(at));
    assert_eq!([ids(15), ids(35)], [["S-1"], ["S-2"]]);
    assert_eq!(ids(25), ["S-1", "S-2"], "no one is known to have had it");
    let name = |id, at| names.name("m-1", id, time(at)).unwrap();
    assert_eq!([name("S-1", 5), name("S-1", 25), name("S-2", 5)], ["ana", "ana.old", "ana"]);
    let aliases = names.aliases(|text| text == "ana");
    let told: Vec<_> = aliases.iter().map(|alias| (alias.value.as_str(), alias.until.is_some())).collect();
    assert_eq!(told, [("S-1", true), ("S-2", false)]);
}

#[test]
fn two_users_of_one_name_are_both_found_and_two_organizations_are_apart() {
    let names = names_of(&[
        period("m-1", "S-1", NameKind::Name, "ana", (10, None)),
        period("m-1", "S-2", NameKind::Name, "ana", (10, None)),
        period("m-2", "S-3", NameKind::Name, "ana", (10, None)),
    ]);
    assert_eq!(names.others("m-1", "ana", time(15)), ["S-1", "S-2"]);
    assert_eq!(names.others("m-2", "ana", time(15)), ["S-3"]);
    assert_eq!(names.others("", "ana", time(15)), ["S-1", "S-2", "S-3"], "it may be any");
    assert_eq!(names.name("m-2", "S-1", time(15)), None);
}

#[test]
fn an_id_at_the_identity_provider_leads_to_the_name() {
    let names = names_of(&[
        period("m-1", "S-1", NameKind::Name, "ana", (10, None)),
        period("m-1", "S-1", NameKind::LinkedId, "guid-1", (10, None)),
    ]);
    assert_eq!(names.name("", "guid-1", time(15)), Some("ana"));
    assert_eq!(names.others("", "guid-1", time(15)), ["S-1", "ana"]);
    assert_eq!(names.others("", "ana", time(15)), ["S-1", "guid-1"]);
    let value = |asked: &'static str| {
        let aliases = names.aliases(|text| text == asked);
        aliases.into_iter().map(|alias| alias.value).collect::<Vec<_>>()
    };
    assert_eq!([value("ana"), value("guid-1")], [["S-1", "guid-1"], ["S-1", "ana"]]);
    assert_eq!(value("S-1"), ["ana", "guid-1"]);
}

#[test]
fn what_is_too_long_or_too_much_is_counted() {
    let mut names = Names::default();
    names.add(period("m-1", "S-1", NameKind::Name, &"x".repeat(5_000), (0, None)));
    for number in 0..1_500 {
        names.add(period("m-1", &format!("S-{number}"), NameKind::Name, "ana", (0, None)));
    }
    assert_eq!(names.omitted(), 501);
    names.learn_sign_ins(&SignIns::default());
    assert_eq!(names.others("m-1", "ana", time(0)).len(), 1_000);
}

#[test]
fn a_token_takes_no_name_from_a_user() {
    let user = period("", "id-1", NameKind::Name, "ana", (100, Some(200)));
    let token =
        NamePeriod { of: "personal access token", ..period("", "token-1", NameKind::Name, "ana", (0, None)) };
    let names = names_of(&[user, token]);
    assert_eq!(names.others("", "ana", time(50)), ["id-1"]);
    assert_eq!(names.name("", "token-1", time(50)), Some("ana"));
    let told: Vec<_> = names.aliases(|text| text == "ana").into_iter().map(|alias| alias.value).collect();
    assert_eq!(told, ["id-1"]);
}
