//! A typed record says what its line says; and one event alone says what a trace of it alone concludes.

#![allow(clippy::unwrap_used, reason = "a test")]

mod common;

use std::borrow::Cow;
use std::collections::BTreeSet;

use common::{event, events, known, mail, trace};
use mailtrail_clock::Time;
use mailtrail_normalize::{Context, Event, InternalDomains, Record, normalize};
use mailtrail_samples::journeys::Journeys;
use mailtrail_trace::{MailEvent, Query, RecipientStatus, TraceFields};
use proptest::prelude::*;
use serde_json::json;

fn with_record<T>(message: &str, ask: impl FnOnce(&Record<'_>) -> T) -> T {
    let domains = InternalDomains::default();
    let context = Context {
        log_group: "/aws/workmail/emailevents/example",
        log_stream: "email-events",
        region: Some("eu-west-1"),
        account: Some("111122223333"),
        organization: None,
        source: None,
        internal_domains: &domains,
    };
    let time = Time::from_millis(1_795_161_600_000);
    let event = Event { uid: Cow::Borrowed("uid-1"), time, timestamp_text: None, message, values: None };
    ask(&normalize(&event, &context))
}

/// Whether it is a mail event.
fn assert_same(message: &str) -> bool {
    with_record(message, |record| {
        let line = serde_json::to_string(record).unwrap();
        let fields = TraceFields::from(record);
        let of_record = MailEvent::of(&fields);
        assert_eq!(of_record, event(&line), "{line}");
        // Whom it names, it names in an attribute of the record.
        let json: serde_json::Value = serde_json::from_str(&line).unwrap();
        let Some(mail) = of_record else { return false };
        let sender = mail
            .from
            .as_ref()
            .map(|from| fields.find_sender(&mail, |own| own.address == from.address).unwrap());
        let recipient = mail.recipients.first();
        let recipient =
            recipient.map(|first| fields.find_recipient(&mail, |own| own.address == first.address).unwrap());
        let subject = mail.subject.as_ref().map(|_| fields.subject().unwrap());
        for named in [sender, recipient, subject].into_iter().flatten() {
            let found = match named.path.strip_prefix("unmapped.") {
                Some(key) => json["unmapped"].get(key),
                None => json.pointer(&format!("/{}", named.path.replace(['.', '['], "/").replace(']', ""))),
            };
            assert_eq!(
                found.and_then(serde_json::Value::as_str),
                Some(named.value),
                "{} in {line}",
                named.path
            );
        }
        true
    })
}

#[test]
fn of_every_journey() {
    let journeys = Journeys::new(6).take(10 * Journeys::forms());
    let events = journeys.flat_map(|journey| journey.events);
    assert!(events.filter(|logged| assert_same(&logged.event.message)).count() > 1500);
}

proptest! {
    /// Members of WorkMail's email events, each there or not, with text of any kind.
    #[test]
    fn of_any_event(members in proptest::sample::subsequence(MEMBERS.to_vec(), 1..MEMBERS.len()), text in "\\PC{0,12}") {
        let text = serde_json::to_string(&text).unwrap();
        let members = members.join(",").replace("TEXT", &text[1..text.len() - 1]);
        assert_same(&format!(r#"{{"traceId":"t","event":{{{members}}}}}"#));
    }
}

const MEMBERS: [&str; 14] = [
    r#""eventName":"RULE_APPLIED""#,
    r#""from":"TEXT <ana@example.com>""#,
    r#""sender":"TEXT""#,
    r#""subject":"TEXT""#,
    r#""messageId":"<TEXT@x>""#,
    r#""recipients":["TEXT","\"x y\"@example.org"]"#,
    r#""recipient":"TEXT@example.org""#,
    r#""destination":"jörg@bücher.example.com""#,
    r#""bouncedRecipient":{"emailAddress":"TEXT","reason":"TEXT","status":"5.1.1"}"#,
    r#""journalingAddress":"TEXT""#,
    r#""ruleName":"TEXT","ruleType":"MAILBOX_RULE""#,
    r#""ruleActions":[{"action":"TEXT","recipients":["bob@example.com"]}]"#,
    r#""targetRecipient":"TEXT","targetFolder":"TEXT""#,
    r#""policy":"REJECT","dmarcVerdict":"TEXT","spamVerdict":{"status":"TEXT"}"#,
];

#[test]
fn an_event_alone_says_what_a_trace_of_it_concludes() {
    let (mut said, mut statuses) = (0, BTreeSet::new());
    let journeys = Journeys::new(7).take(10 * Journeys::forms());
    for own in journeys.flat_map(|journey| events(&journey)) {
        let outcomes = own.outcomes();
        let told: BTreeSet<(String, RecipientStatus)> = outcomes
            .iter()
            .filter_map(|(status, of)| Some((of.as_ref()?.address.key().to_owned(), *status)))
            .collect();
        let known = known(own.time.millis(), None);
        let messages = trace(std::slice::from_ref(&own), &Query::default(), &known.context());
        let concluded: BTreeSet<(String, RecipientStatus)> = messages
            .iter()
            .flat_map(|message| &message.recipients)
            .filter(|own| RecipientStatus::OF_ONE_EVENT.contains(&own.status))
            .map(|own| (mailtrail_trace::Address::parse(&own.address).key().to_owned(), own.status))
            .collect();
        // Equal masks are one key, and cannot be told apart.
        if !own.recipients.iter().any(|own| own.address.is_masked()) {
            assert_eq!(told, concluded, "{own:?}");
        }
        said += outcomes.len();
        statuses.extend(outcomes.iter().map(|(status, _)| *status));
    }
    assert_eq!(Vec::from_iter(statuses), RecipientStatus::OF_ONE_EVENT);
    assert!(said > 1000, "{said}");
}

#[test]
fn a_rule_that_names_no_one_says_what_became_of_mail_but_not_whose() {
    let rule = |kind: &str, action: &str| {
        let rule =
            json!({"ruleType": kind, "ruleActions": [{"action": action}], "targetFolder": "Junk E-mail"});
        mail(0, "t", "RULE_APPLIED", rule)
    };
    for (kind, action, status) in [
        ("MAILBOX_RULE", "Redirect", RecipientStatus::Redirected),
        ("MAILBOX_RULE", "Delete", RecipientStatus::Dropped),
        ("MAILBOX_RULE", "Move", RecipientStatus::Junk),
        ("INBOUND_RULE", "MOVE_TO_JUNK", RecipientStatus::Junk),
        ("OUTBOUND_RULE", "BOUNCE", RecipientStatus::Bounced),
    ] {
        assert_eq!(rule(kind, action).outcomes(), [(status, None)], "{kind} {action}");
    }
    assert_eq!(rule("INBOUND_RULE", "DEFAULT").outcomes(), []);
}
