//! What names are believed, held against a list of claims that is looked through from end to end.

use mailtrail_clock::Time;
use proptest::prelude::*;

use crate::claim::{Claim, ClaimKind, Evidence};
use crate::{Names, SignIns};

fn time(millis: i64) -> Time {
    Time::from_millis(millis).unwrap()
}

fn claim(organization: &str, id: &str, kind: ClaimKind, value: &str, span: (i64, Option<i64>)) -> Claim {
    Claim {
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

fn names_of(claims: &[Claim]) -> Names {
    let mut names = Names::default();
    for claim in claims {
        names.add(claim.clone());
    }
    names
}

/// Every claim, each looked at for each question.
fn naive_others(claims: &[Claim], organization: &str, text: &str, at: Time) -> Vec<String> {
    let is_of = |one: &str, other: &str| one.is_empty() || other.is_empty() || one == other;
    let holds = |claim: &Claim| {
        let is_so = |claim: &Claim| claim.since <= at && claim.until.is_none_or(|until| until >= at);
        let others = claims.iter().filter(|other| {
            other.value == claim.value
                && other.id != claim.id
                && other.kind != ClaimKind::LinkedId
                && is_of(&other.organization, &claim.organization)
        });
        claim.kind == ClaimKind::LinkedId || is_so(claim) || !others.into_iter().any(is_so)
    };
    let mut found = Vec::new();
    for claim in claims.iter().filter(|claim| is_of(&claim.organization, organization)) {
        let is_linked = claim.kind == ClaimKind::LinkedId;
        if *claim.id == *text && holds(claim) {
            found.push(claim.value.to_string());
        }
        if *claim.value == *text && is_linked {
            let of_id = claims.iter().filter(|other| other.id == claim.id);
            for other in of_id.filter(|other| other.organization == claim.organization && holds(other)) {
                found.extend([other.value.to_string(), claim.id.to_string()]);
            }
        }
        if *claim.value == *text && !is_linked && holds(claim) {
            found.push(claim.id.to_string());
            let linked = claims.iter().filter(|other| {
                other.id == claim.id
                    && other.kind == ClaimKind::LinkedId
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

fn any_claim() -> impl Strategy<Value = Claim> {
    let organization = prop::sample::select(vec!["", "m-1", "m-2"]);
    let id = prop::sample::select(vec!["S-1", "S-2", "S-3"]);
    let kinds = vec![ClaimKind::Name, ClaimKind::Address, ClaimKind::Alias, ClaimKind::LinkedId];
    let span = (0..12i64, prop::option::of(0..6i64));
    (organization, id, prop::sample::select(kinds), 0..3u8, span).prop_map(
        |(organization, id, kind, value, (since, length))| {
            let value = match kind {
                ClaimKind::Name => ["ana", "bob", "eve"],
                ClaimKind::Address | ClaimKind::Alias => ["ana@example.com", "bob@example.com", "ana"],
                ClaimKind::LinkedId => ["guid-1", "guid-2", "guid-3"],
            }[usize::from(value)];
            claim(organization, id, kind, value, (since, length.map(|length| since + length)))
        },
    )
}

proptest! {
    #[test]
    fn what_goes_with_a_text_is_what_all_claims_say(
        claims in prop::collection::vec(any_claim(), 0..14),
        at in 0..20i64,
    ) {
        let names = names_of(&claims);
        for organization in ["", "m-1", "m-2", "m-3"] {
            for text in ["S-1", "S-2", "ana", "ana@example.com", "guid-1", "unknown"] {
                prop_assert_eq!(
                    names.others(organization, text, time(at)),
                    naive_others(&claims, organization, text, time(at)),
                    "{} {}", organization, text
                );
            }
        }
    }

    /// No answer lacks what someone did: who ever had a name is found by it, unless another had it then.
    #[test]
    fn every_id_with_a_name_is_found_by_it_unless_another_had_it_then(
        claims in prop::collection::vec(any_claim(), 1..14),
        at in 0..20i64,
    ) {
        let names = names_of(&claims);
        for claim in claims.iter().filter(|claim| claim.kind != ClaimKind::LinkedId) {
            let found = names.others(&claim.organization, &claim.value, time(at));
            let had_it = claims.iter().any(|other| {
                other.value == claim.value && other.id != claim.id && other.covers(time(at))
                    && found.contains(&&*other.id)
            });
            prop_assert!(found.contains(&&*claim.id) || had_it);
        }
    }

    #[test]
    fn a_name_is_shown_that_the_id_had_at_the_time_or_next_to_it(
        claims in prop::collection::vec(any_claim(), 0..14),
        at in 0..20i64,
    ) {
        let shown = names_of(&claims);
        let shown = shown.name("m-1", "S-1", time(at));
        let linked: Vec<_> = claims.iter().filter(|claim| claim.kind == ClaimKind::LinkedId).collect();
        let of_id = claims.iter().filter(|claim| {
            *claim.id == *"S-1" && claim.is_of("m-1") && claim.kind <= ClaimKind::Address
        });
        let nearest = of_id.clone().map(|claim| claim.distance(time(at))).min();
        match (shown, nearest) {
            (None, nearest) => prop_assert_eq!(nearest, None),
            (Some(shown), nearest) => prop_assert!(
                of_id.clone().any(|claim| *claim.value == *shown && Some(claim.distance(time(at))) == nearest)
                    || linked.iter().any(|claim| *claim.value == *"S-1")
            ),
        }
    }
}

#[test]
fn a_name_that_changed_hands_is_at_a_time_whose_it_was_then() {
    let names = names_of(&[
        claim("m-1", "S-1", ClaimKind::Name, "ana", (10, Some(19))),
        claim("m-1", "S-1", ClaimKind::Name, "ana.old", (20, None)),
        claim("m-1", "S-2", ClaimKind::Name, "ana", (30, None)),
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
        claim("m-1", "S-1", ClaimKind::Name, "ana", (10, None)),
        claim("m-1", "S-2", ClaimKind::Name, "ana", (10, None)),
        claim("m-2", "S-3", ClaimKind::Name, "ana", (10, None)),
    ]);
    assert_eq!(names.others("m-1", "ana", time(15)), ["S-1", "S-2"]);
    assert_eq!(names.others("m-2", "ana", time(15)), ["S-3"]);
    assert_eq!(names.others("", "ana", time(15)), ["S-1", "S-2", "S-3"], "it may be any");
    assert_eq!(names.name("m-2", "S-1", time(15)), None);
}

#[test]
fn an_id_at_the_identity_provider_leads_to_the_name() {
    let names = names_of(&[
        claim("m-1", "S-1", ClaimKind::Name, "ana", (10, None)),
        claim("m-1", "S-1", ClaimKind::LinkedId, "guid-1", (10, None)),
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
    names.add(claim("m-1", "S-1", ClaimKind::Name, &"x".repeat(5_000), (0, None)));
    for number in 0..1_500 {
        names.add(claim("m-1", &format!("S-{number}"), ClaimKind::Name, "ana", (0, None)));
    }
    assert_eq!(names.omitted(), 501);
    names.learn_sign_ins(&SignIns::default());
    assert_eq!(names.others("m-1", "ana", time(0)).len(), 1_000);
}
