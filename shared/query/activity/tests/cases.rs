//! The cases of `tests/cases/activity`, answered by the rules: of records as they are written, and as they are read.

#![allow(clippy::unwrap_used, reason = "a test")]

#[path = "../../../../tests/cases/activity/cases.rs"]
mod cases;
mod common;

use std::net::IpAddr;

use cases::{Ask, activity_cases};
use common::records_of;
use mailtrail_activity::{Activity, ActivityFields, IdentityKind, Outcome, Subject};
use mailtrail_names::{Names, SignIns};

/// Whether an activity is asked for.
fn answers(ask: &Ask, activity: &Activity<'_>, names: &Names) -> bool {
    let is = |subject, wanted: &Option<String>| {
        wanted.as_ref().is_none_or(|wanted| activity.find(subject, |text| text == wanted).is_some())
    };
    let is_known = |user: &String| names.of_user(activity).iter().any(|known| known.value == user);
    let user = is(Subject::User, &ask.user) || ask.user.as_ref().is_some_and(is_known);
    let account =
        ask.account.as_ref().is_none_or(|wanted| activity.find_account(|text| text == wanted).is_some());
    let failed = activity.outcome == Outcome::Failure;
    let event = match ask.event.as_deref() {
        Some("failed_login") => activity.is_sign_in && failed,
        Some("impersonation") => activity.first(IdentityKind::Impersonator).is_some(),
        Some("non_owner_access") => activity.is_by_non_owner(),
        Some(other) => panic!("{other}"),
        None => true,
    };
    let address = |wanted: &IpAddr| activity.sources.iter().any(|text| text.parse() == Ok(*wanted));
    user && is(Subject::Role, &ask.role)
        && is(Subject::Session, &ask.session)
        && is(Subject::Credential, &ask.access_key)
        && account
        && event
        && ask.source_ip.as_ref().is_none_or(|wanted| address(&wanted.parse().unwrap()))
        && (!ask.failed || failed)
        && (!ask.not_owner || activity.is_by_non_owner())
}

#[test]
fn every_question_has_its_answer() {
    for case in activity_cases() {
        records_of(&case.payload(), |records| {
            let lines: Vec<String> =
                records.iter().map(|record| serde_json::to_string(record).unwrap()).collect();
            let written = records.iter().map(ActivityFields::from).collect::<Vec<_>>();
            let read: Vec<ActivityFields<'_>> =
                lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
            for fields in [written, read] {
                let activities: Vec<_> =
                    fields.iter().map(|fields| (fields.uid(), Activity::of(fields))).collect();
                let (mut names, mut sign_ins) = (Names::default(), SignIns::default());
                for (_, activity) in &activities {
                    sign_ins.learn(activity);
                }
                names.learn_sign_ins(&sign_ins);
                // Blocks of addresses are the command line's, and so is what is followed.
                let is_ours = |ask: &Ask| {
                    !ask.follow && !ask.source_ip.as_ref().is_some_and(|block| block.contains('/'))
                };
                for question in case.questions.iter().filter(|question| is_ours(&question.ask)) {
                    let found =
                        activities.iter().filter(|(_, activity)| answers(&question.ask, activity, &names));
                    let found: Vec<_> = found
                        .map(|(uid, _)| (*uid).to_owned())
                        .filter(|uid| question.found.contains(uid) || !case.copies.contains(uid))
                        .collect();
                    assert_eq!(found, question.found, "{}: {:?}", case.name, question.ask);
                }
                for (uid, activity) in &activities {
                    let outcome = format!("{:?}", activity.outcome).to_lowercase();
                    assert_eq!(outcome, case.outcomes[*uid], "{}: {uid}", case.name);
                }
            }
        });
    }
}
