//! The cases of `tests/cases/activity`, answered by the rules: of records as they are written, and as they are read.

#![allow(clippy::unwrap_used, reason = "a test")]

#[path = "../../../../tests/cases/activity/cases.rs"]
mod cases;
mod common;

use std::net::IpAddr;

use cases::{Ask, activity_cases};
use common::records_of;
use mailtrail_activity::{Activity, ActivityFields, IdentityKind, Names, Outcome, Subject};

/// Whether an activity is asked for; `user_aliases` are other values that the user is known by.
fn answers(ask: &Ask, activity: &Activity<'_>, user_aliases: &[String]) -> bool {
    let is = |subject, wanted: &Option<String>| {
        wanted.as_ref().is_none_or(|wanted| activity.find(subject, |text| text == wanted).is_some())
    };
    let is_user =
        |text: &str| ask.user.as_deref() == Some(text) || user_aliases.iter().any(|alias| alias == text);
    let user = ask.user.is_none() || activity.find(Subject::User, is_user).is_some();
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
                let mut names = Names::default();
                for (_, activity) in &activities {
                    names.learn(activity);
                }
                // Blocks of addresses are the command line's, and so is what is followed.
                let is_ours = |ask: &Ask| {
                    !ask.follow && !ask.source_ip.as_ref().is_some_and(|block| block.contains('/'))
                };
                for question in case.questions.iter().filter(|question| is_ours(&question.ask)) {
                    let aliases = names.aliases(|text| question.ask.user.as_deref() == Some(text));
                    let aliases: Vec<String> = aliases.into_iter().map(|alias| alias.value).collect();
                    let found =
                        activities.iter().filter(|(_, activity)| answers(&question.ask, activity, &aliases));
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
