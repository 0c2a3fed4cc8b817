//! Entries about mail, on the events of mail.

#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise, in its helpers too")]

use std::borrow::Cow;
use std::sync::LazyLock;

use mailtrail_activity::{Activity, ActivityFields};
use mailtrail_clock::Time;
use mailtrail_names::Names;
use mailtrail_normalize::{Context, Event, InternalDomains, Record, normalize};
use mailtrail_samples::journeys::Journeys;
use mailtrail_trace::{MailEvent, TraceFields};
use mailtrail_watch::{Notifications, WatchList, WrongWatch};
use serde_json::{Value, json};

const RECEIVED: &str = r#"{"traceId":"t","event":{"eventName":"ORGANIZATION_EMAIL_RECEIVED","from":"Ana Lima <ANA@example.com.>",
    "sender":"assistant@example.org","recipients":["bob@example.com","\"Jörg\" <jörg@bücher.example.com>"],
    "subject":"Über die Rechnung 12"}}"#;
const DELIVERED: &str = r#"{"traceId":"t","event":{"eventName":"MAILBOX_EMAIL_DELIVERED","recipient":"bob@example.com","folder":"INBOX"}}"#;
const INTO_JUNK: &str = r#"{"traceId":"t","event":{"eventName":"MAILBOX_EMAIL_DELIVERED","recipient":"bob@example.com","folder":"Spam"}}"#;
const BOUNCED: &str = r#"{"traceId":"t","event":{"eventName":"INCOMING_EMAIL_BOUNCED","bouncedRecipient":
    {"emailAddress":"jörg@bücher.example.com","reason":"Mailbox full","status":"5.2.2"}}}"#;
const RULE: &str = r#"{"traceId":"t","event":{"eventName":"RULE_APPLIED","ruleName":"by-department","ruleType":"INBOUND_RULE",
    "ruleActions":[{"action":"DROP","recipients":["bob@example.com"]},{"action":"DEFAULT","recipients":["carla@example.com"]}]}}"#;
const REDIRECT: &str = r#"{"traceId":"t","event":{"eventName":"RULE_APPLIED","ruleName":"own","ruleType":"MAILBOX_RULE",
    "ruleActions":[{"action":"Redirect"}],"targetRecipient":"outside@example.net"}}"#;
const REJECTED: &str = r#"{"traceId":"t","event":{"eventName":"DMARC_POLICY_APPLIED","from":"x@below.example.org",
    "recipients":["bob@example.com"],"policy":"REJECT"}}"#;
const ANA: &str = r#"{"eventVersion":"1.11","eventID":"e","eventName":"ListUsers","eventSource":"workmail.amazonaws.com",
    "userIdentity":{"type":"IAMUser","userName":"ana@example.com"},"requestParameters":{"subject":"Rechnung"}}"#;
const EVENTS: [&str; 8] = [RECEIVED, DELIVERED, INTO_JUNK, BOUNCED, RULE, REDIRECT, REJECTED, ANA];

static NO_DOMAINS: LazyLock<InternalDomains> = LazyLock::new(InternalDomains::default);

fn with_record<'a, T>(message: &'a str, ask: impl FnOnce(Record<'a>) -> T) -> T {
    let context = Context {
        log_group: "/aws/workmail/emailevents/example",
        log_stream: "stream",
        region: None,
        account: Some("111122223333"),
        organization: None,
        source: None,
        internal_domains: &NO_DOMAINS,
    };
    let time = Time::from_millis(1_795_169_702_000);
    let event = Event { uid: Cow::Borrowed("uid-1"), time, timestamp_text: None, message, values: None };
    ask(normalize(&event, &context))
}

fn list(entry: &Value) -> WatchList {
    let (list, wrong) = WatchList::parse(&json!([entry]).to_string());
    assert_eq!(wrong, [], "{entry}");
    list
}

/// The marks that a list leaves in the record of a message: attribute and value.
fn marks<'a>(list: &'a WatchList, message: &'a str) -> Vec<(String, String)> {
    with_record(message, |mut record| {
        let found = list.matches(&record, message, &Names::default());
        for found in found {
            found.mark(&mut record);
        }
        let record = serde_json::to_value(&record).unwrap();
        let text = |mark: &Value, name: &str| mark[name].as_str().unwrap().to_owned();
        let marks = record["enrichments"].as_array().cloned().unwrap_or_default();
        marks.iter().map(|mark| (text(mark, "name"), text(mark, "value"))).collect()
    })
}

#[test]
fn every_member_holds_for_what_it_says_and_for_nothing_else() {
    let bounced = "unmapped.bouncedRecipient.emailAddress";
    let joerg = "jörg@bücher.example.com";
    let cases: [(Value, Vec<&str>, &str, &str); 18] = [
        (
            json!({"sender": "ana@EXAMPLE.com"}),
            vec![RECEIVED],
            "email.from_mailbox",
            "Ana Lima <ANA@example.com.>",
        ),
        (
            json!({"sender": "<assistant@example.org>"}),
            vec![RECEIVED],
            "email.sender",
            "assistant@example.org",
        ),
        (json!({"sender": "na@example.com"}), vec![], "", ""),
        (json!({"recipient": "Carla <carla@example.com>"}), vec![RULE], "to[1]", "carla@example.com"),
        (json!({"recipient": "outside@example.net"}), vec![REDIRECT], "to[0]", "outside@example.net"),
        (
            json!({"recipient": "jörg@xn--bcher-kva.example.com", "subject": "rechnung"}),
            vec![RECEIVED],
            "email.to_mailboxes[0]",
            "\"Jörg\" <jörg@bücher.example.com>",
        ),
        (json!({"recipient": "JÖRG@bücher.example.com", "status": "bounced"}), vec![BOUNCED], bounced, joerg),
        (json!({"domain": "@Example.ORG"}), vec![RECEIVED], "email.sender", "assistant@example.org"),
        (json!({"domain": "example.net"}), vec![REDIRECT], "to[0]", "outside@example.net"),
        (json!({"domain": "xn--bcher-kva.example.com", "status": "bounced"}), vec![BOUNCED], bounced, joerg),
        (json!({"subject": "ÜBER DIE"}), vec![RECEIVED], "email.subject", "Über die Rechnung 12"),
        (json!({"status": "bounced"}), vec![BOUNCED], "metadata.event_code", "INCOMING_EMAIL_BOUNCED"),
        (json!({"status": "junk"}), vec![INTO_JUNK], "metadata.event_code", "MAILBOX_EMAIL_DELIVERED"),
        (json!({"status": "redirected"}), vec![REDIRECT], "metadata.event_code", "RULE_APPLIED"),
        (
            json!({"recipient": "bob@example.com", "status": "dropped"}),
            vec![RULE],
            "to[0]",
            "bob@example.com",
        ),
        // The rule drops the mail of another one; and whose mail this rule redirects, it does not say.
        (json!({"recipient": "carla@example.com", "status": "dropped"}), vec![], "", ""),
        (json!({"recipient": "outside@example.net", "status": "redirected"}), vec![], "", ""),
        (
            json!({"sender": "x@below.example.org", "status": "rejected"}),
            vec![REJECTED],
            "email.from",
            "x@below.example.org",
        ),
    ];
    for (mut entry, matching, attribute, value) in cases {
        entry["name"] = "w".into();
        let list = list(&entry);
        for message in EVENTS {
            let marks = marks(&list, message);
            assert_eq!(!marks.is_empty(), matching.contains(&message), "{entry} on {message}");
            if !marks.is_empty() {
                assert_eq!(marks, [(attribute.to_owned(), value.to_owned())], "{entry}");
            }
        }
    }
}

#[test]
fn members_about_mail_are_combined_with_others() {
    let of_account = list(&json!({"name": "w", "account": "111122223333", "status": "bounced"}));
    assert_eq!(EVENTS.map(|event| marks(&of_account, event).len()), [0, 0, 0, 1, 0, 0, 0, 0]);
    let with_pattern =
        list(&json!({"name": "w", "recipient": "bob@example.com", "pattern": "{ $.event.folder = * }"}));
    assert_eq!(EVENTS.map(|event| marks(&with_pattern, event).len()), [0, 1, 1, 0, 0, 0, 0, 0]);
    let of_user = list(&json!({"name": "w", "user": "ana@example.com", "domain": "example.com"}));
    assert_eq!(EVENTS.map(|event| marks(&of_user, event).len()), [0; 8]);
}

/// Each entry asks for what an event of a journey says, which it then holds for, however the event is written.
#[test]
fn what_an_event_says_can_be_watched_for() {
    let mut asked = 0;
    for logged in Journeys::new(8).take(4 * Journeys::forms()).flat_map(|journey| journey.events) {
        let message = &logged.event.message;
        let mail = with_record(message, |record| MailEvent::of(&TraceFields::from(&record)).unwrap());
        let mut entries: Vec<Value> = Vec::new();
        let from = mail.from.iter().filter(|from| from.address.is_identity());
        entries.extend(from.map(|from| json!({"sender": from.address.as_str()})));
        let recipients = mail.recipients.iter().filter(|own| own.address.is_identity());
        entries.extend(recipients.clone().map(|own| json!({"recipient": own.address.key()})));
        entries.extend(recipients.filter_map(|own| Some(json!({"domain": own.address.domain()?}))));
        entries.extend(mail.subject.iter().map(|subject| json!({"subject": subject.to_uppercase()})));
        for (status, of) in mail.outcomes() {
            entries.push(json!({"status": status.as_str()}));
            let of = of.filter(|of| of.address.is_identity());
            entries.extend(of.map(|of| json!({"status": status.as_str(), "recipient": of.address.as_str()})));
        }
        for mut entry in entries {
            entry["name"] = "w".into();
            assert_eq!(marks(&list(&entry), message).len(), 1, "{entry} on {message}");
            asked += 1;
        }
    }
    assert!(asked > 3000, "{asked}");
}

#[test]
fn a_notification_tells_neither_subjects_nor_addresses() {
    let (list, _) = WatchList::parse(
        r#"[{"name": "domain", "domain": "example.com"}, {"name": "bounces", "status": "bounced"}]"#,
    );
    let names = Names::default();
    let mut notifications = Notifications::new(&list, &names);
    for message in EVENTS {
        with_record(message, |record| {
            for found in list.matches(&record, message, &Names::default()) {
                let (fields, time) = (ActivityFields::from(&record), Time::from_millis(0).unwrap());
                notifications.add(&found, &Activity::of(&fields), time, "email_activity/…".to_owned());
            }
        });
    }
    let notifications = notifications.finish();
    let counts: Vec<_> = notifications.iter().map(|own| (&*own.watch, own.events, own.failed)).collect();
    assert_eq!(counts, [("domain", 5, 0), ("bounces", 1, 1)]);
    let told = serde_json::to_string(&notifications).unwrap();
    assert!(told.contains("ORGANIZATION_EMAIL_RECEIVED"), "{told}");
    assert!(!told.contains("example.") && !told.contains("Rechnung"), "{told}");
}

#[test]
fn an_invalid_address_domain_or_status_is_refused_and_not_repeated() {
    let cases = [
        ("sender", json!("ana")),
        ("sender", json!("ana@example.com, bob@example.com")),
        ("recipient", json!("*****@example.com")),
        ("recipient", json!(["ana@example.com"])),
        ("domain", json!("ana@example.com")),
        ("domain", json!("ana example")),
        ("domain", json!("@")),
        ("subject", json!("  ")),
        ("status", json!("pending for ana")),
        ("status", json!("expanded")),
        ("status", json!("Bounced")),
        ("sender", json!("")),
    ];
    for (field, value) in cases {
        let (list, wrong) = WatchList::parse(&json!([{"name": "w", (field): value}]).to_string());
        assert!(list.is_empty(), "{field} {value}");
        let [WrongWatch::Entry { field: named, .. }] = &wrong[..] else { panic!("{wrong:?}") };
        assert_eq!(named, field);
        assert!(!wrong[0].to_string().contains("ana"), "{}", wrong[0]);
    }
}
