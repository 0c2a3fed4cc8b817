//! Which legs are one message, and what is told of the message.

use std::time::Duration;

use mailtrail_clock::{Time, TimeRange};
use mailtrail_normalize::InternalDomains;
use mailtrail_trace::{
    Context, Direction, Filter, Gatherer, Index, MAX_LEGS, Message, Query, RecipientStatus,
};
use serde_json::json;

use crate::common::{EIGHT, known, logged, mail, messages, only, trace};
use crate::{DAY, delivered, received, sent, submitted};

#[test]
fn legs_are_one_message_within_the_window_only() {
    let internal = |after| {
        let members = json!({"from": "Bob <BOB@example.com>", "messageId": "1@example.com", "recipients": ["ANA@example.com"]});
        mail(after, "i", "ORGANIZATION_EMAIL_RECEIVED", members)
    };
    let out = [submitted(0, "o", &["ana@example.com"]), sent(1, "o", "ana@example.com")];
    let count = |after, window: u64| {
        let known = known(EIGHT + 9 * DAY, None);
        let context = Context { window: Duration::from_secs(window), ..known.context() };
        let [one, other] = out.clone();
        trace(&[one, other, internal(after)], &Query::default(), &context).len()
    };
    assert_eq!(count(2, 5 * 86_400), 1);
    assert_eq!(count(5 * DAY, 5 * 86_400), 1);
    assert_eq!(count(5 * DAY + 1, 5 * 86_400), 2);
    assert_eq!(count(-5 * DAY, 5 * 86_400), 1);
    assert_eq!(count(10_000, 10), 1);
    assert_eq!(count(10_001, 10), 2);
}

#[test]
fn an_id_from_another_sender_or_to_another_recipient_joins_nothing() {
    let out = [submitted(0, "o", &["ana@example.com"]), sent(1, "o", "ana@example.com")];
    for (from, recipient) in [("x@example.org", "ana@example.com"), ("bob@example.com", "carla@example.com")]
    {
        let members = json!({"from": from, "messageId": "<1@example.com>", "recipients": [recipient]});
        let other = mail(2, "i", "ORGANIZATION_EMAIL_RECEIVED", members);
        let messages = messages(&[out[0].clone(), out[1].clone(), other]);
        assert_eq!(messages.len(), 2);
        assert!(messages.iter().all(|message| message.same_message_id == 1));
    }
}

#[test]
fn what_seems_to_belong_to_a_message_is_told_and_found_by_either_half() {
    let submitted = submitted(0, "o", &["ana@example.com", "carla@example.com"]);
    let received = |after, trace_id: &str, from: &str, recipient: &str| {
        let members = json!({"from": from, "subject": "s", "recipients": [recipient]});
        mail(after, trace_id, "ORGANIZATION_EMAIL_RECEIVED", members)
    };
    let all = [
        submitted,
        received(60_000, "i", "Bob <BOB@example.com>", "ana@example.com"),
        received(60_000, "other recipient", "bob@example.com", "dmitri@example.com"),
        received(60_000, "other sender", "x@example.com", "ana@example.com"),
        received(10 * 60_000 + 1, "late", "bob@example.com", "ana@example.com"),
        received(-60_001, "early", "bob@example.com", "ana@example.com"),
    ];
    let known = known(EIGHT, None);
    for (asked, likely) in [("o", "i"), ("i", "o")] {
        let query = Query { trace_id: Some(asked.into()), ..Query::default() };
        let messages = trace(&all, &query, &known.context());
        assert_eq!(messages.len(), 1);
        assert_eq!(
            (&messages[0].trace_ids[..], &messages[0].likely_trace_ids[..]),
            (&[asked.to_owned()][..], &[likely.to_owned()][..])
        );
    }
}

/// What is said of each is looked up, and not searched for: else this takes minutes.
#[test]
fn a_message_may_have_many_recipients_and_many_likely_halves() {
    let addresses: Vec<String> = (0..10_000).map(|n| format!("user{n}@example.com")).collect();
    let texts: Vec<&str> = addresses.iter().map(String::as_str).collect();
    let mut all = vec![received(0, "t", &texts)];
    all.extend(addresses.iter().map(|address| delivered(1, "t", address, "INBOX")));
    let message = only(&all);
    assert_eq!(message.recipients.len(), 10_000);
    assert!(message.recipients.iter().all(|own| own.status == RecipientStatus::Delivered));

    // A day of alerts with one subject, none with a Message-ID.
    let mut alerts = Vec::new();
    for n in 0..3000 {
        alerts.push(submitted(n * 30_000, &format!("o{n}"), &["ana@example.com"]));
        let members = json!({"from": "bob@example.com", "subject": "s", "recipients": ["ana@example.com"]});
        alerts.push(mail(n * 30_000 + 1000, &format!("i{n}"), "ORGANIZATION_EMAIL_RECEIVED", members));
    }
    let messages = messages(&alerts);
    assert_eq!(messages.len(), 6000);
    assert!(messages[..2000].iter().all(|message| !message.likely_trace_ids.is_empty()));
}

/// A leg with two Message-IDs ties the legs of both, in a selection and in parts as well.
#[test]
fn a_leg_may_have_several_ids() {
    let sent = |id: &str, recipient: &str| {
        let members = json!({"from": "bob@example.com", "recipient": recipient, "messageId": id});
        mail(0, "o", "OUTGOING_EMAIL_SENT", members)
    };
    let received = |trace_id: &str, id: &str, subject: &str, recipient: &str| {
        let members = json!({"from": "bob@example.com", "messageId": id, "subject": subject, "recipients": [recipient]});
        mail(1, trace_id, "ORGANIZATION_EMAIL_RECEIVED", members)
    };
    let all = [
        sent("<1@example.com>", "ana@example.com"),
        sent("<2@example.com>", "carla@example.com"),
        received("i1", "<1@example.com>", "one", "ana@example.com"),
        received("i2", "<2@example.com>", "two", "carla@example.com"),
    ];
    assert_eq!(only(&all).trace_ids, ["o", "i1", "i2"]);
    let known = known(EIGHT, None);
    let query = Query { subject: Some("one".into()), to: Some("carla".into()), ..Query::default() };
    assert_eq!(trace(&all, &query, &known.context())[0].trace_ids, ["o", "i1", "i2"]);

    let filter = Filter::new(&Query::default(), None);
    let mut index = Index::new(&filter);
    for event in &all {
        index.add(event);
    }
    let parts = index.divide(50);
    let of: Vec<Vec<usize>> = all.iter().map(|event| parts.of(&event.leg).collect()).collect();
    assert!(of.iter().all(|parts| parts.len() == 1 && *parts == of[0]), "{of:?}");
}

#[test]
fn every_leg_that_fits_is_of_the_message() {
    let received = |trace_id: &str, after| {
        let members = json!({"from": "bob@example.com", "messageId": "<1@example.com>", "recipients": ["ana@example.com"]});
        mail(after, trace_id, "ORGANIZATION_EMAIL_RECEIVED", members)
    };
    let all = [
        sent(0, "o1", "ana@example.com"),
        sent(DAY, "o2", "ana@example.com"),
        sent(6 * DAY, "o3", "ana@example.com"),
        received("i1", 2 * DAY),
        received("i2", 20 * DAY),
    ];
    let messages = messages(&all);
    let traces: Vec<_> = messages.iter().map(|message| message.trace_ids.clone()).collect();
    assert_eq!(traces, [vec!["o1", "o2", "i1", "o3"], vec!["i2"]]);
}

#[test]
fn a_message_has_a_thousand_legs_at_most() {
    let mut all = vec![submitted(0, "o", &["ana@example.com"]), sent(1, "o", "ana@example.com")];
    for n in 0..1200 {
        let members = json!({"from": "bob@example.com", "messageId": "<1@example.com>", "recipients": ["ana@example.com"]});
        all.push(mail(2 + n, &format!("i{n}"), "ORGANIZATION_EMAIL_RECEIVED", members));
    }
    let message = only(&all);
    assert_eq!((message.trace_ids.len(), message.more_legs, message.complete), (MAX_LEGS, 201, false));
}

#[test]
fn of_a_constant_id_the_nearest_legs_are_gathered_and_the_others_counted() {
    let mut all = Vec::new();
    for n in 0..2500_i64 {
        let recipient = format!("user{n}@example.com");
        all.push(received(n * 1000, &format!("t{n}"), &[&recipient]));
        all.push(delivered(n * 1000 + 1, &format!("t{n}"), &recipient, "INBOX"));
    }
    let filter = Filter::new(&Query { to: Some("user1250@".into()), ..Query::default() }, None);
    let mut index = Index::new(&filter);
    for event in &all {
        index.add(event);
    }
    let selection = index.select();
    let gathered = all.iter().filter(|event| selection.contains(&event.leg)).count();
    assert_eq!(gathered, 2 * (MAX_LEGS + 1));
    assert!(selection.contains(&all[2 * 1750].leg) && !selection.contains(&all[2 * 1751].leg));
    let mut second = Gatherer::new(&selection);
    all.iter().cloned().for_each(|event| second.add(event));
    let [message] = &second.finish(&filter, &known(EIGHT, None).context())[..] else { panic!() };
    assert_eq!((message.same_message_id, message.complete), (2499, false));
}

#[test]
fn one_message_has_one_direction_or_is_mixed() {
    let all = [
        submitted(0, "o", &["ana@example.com", "y@example.net"]),
        sent(1, "o", "ana@example.com"),
        sent(1, "o", "y@example.net"),
        mail(
            2,
            "i",
            "ORGANIZATION_EMAIL_RECEIVED",
            json!({"from": "bob@example.com", "messageId": "<1@example.com>", "recipients": ["ana@example.com"]}),
        ),
        delivered(3, "i", "ana@example.com", "INBOX"),
    ];
    let message = only(&all);
    assert_eq!(message.direction, Direction::Mixed);
    let directions: Vec<_> = message.recipients.iter().map(|own| own.direction).collect();
    assert_eq!(directions, [Direction::Internal, Direction::Outbound]);
    assert_eq!(message.recipients[0].also, [RecipientStatus::Sent]);

    // Without the receiving leg only the domain tells.
    let mut with_domains = known(EIGHT, None);
    let direction = |known: &crate::common::Known| {
        trace(&all[..2], &Query::default(), &known.context())[0].recipients[0].direction
    };
    assert_eq!(direction(&with_domains), Direction::Outbound);
    with_domains.domains = InternalDomains::new(["Example.com"]);
    assert_eq!(direction(&with_domains), Direction::Internal);
}

#[test]
fn a_copy_for_the_journal_is_shown_where_it_is_asked_for() {
    let copy = |trace_id: &str, after| {
        let members = json!({"from": "j@example.com", "messageId": "<9@example.com>", "recipient": "journal@example.net"});
        mail(after, trace_id, "OUTGOING_EMAIL_SENT", members)
    };
    let all = [
        received(0, "t", &["ana@example.com"]),
        mail(1000, "t", "JOURNALING_INITIATED", json!({"journalingAddress": "journal@example.net"})),
        copy("soon", 2000),
        copy("before", 0),
        copy("late", 2 * 60 * 60 * 1000),
    ];
    let traces = |messages: Vec<Message>| {
        messages
            .into_iter()
            .map(|message| (message.trace_ids[0].clone(), message.is_journal_copy))
            .collect::<Vec<_>>()
    };
    let is = |trace_id: &str, is_copy| (trace_id.to_owned(), is_copy);
    assert_eq!(traces(messages(&all)), [is("before", false), is("t", false), is("late", false)]);
    let known = known(EIGHT, None);
    let context = Context { shows_journal: true, ..known.context() };
    assert_eq!(
        traces(trace(&all, &Query::default(), &context)),
        [is("before", false), is("t", false), is("soon", true), is("late", false)]
    );
}

#[test]
fn an_event_of_unknown_name_or_without_a_trace_id_has_its_place() {
    let message =
        only(&[received(0, "t", &["ana@example.com"]), mail(1, "t", "SOMETHING_NEW", json!({"a": 1}))]);
    assert_eq!(message.events, 2);
    let alone = delivered(0, "", "ana@example.com", "INBOX");
    let other = delivered(1, "", "ana@example.com", "INBOX");
    let messages = messages(&[alone, other]);
    assert_eq!(messages.len(), 2);
    assert!(messages.iter().all(|message| message.trace_ids.is_empty() && message.recipients.len() == 1));
}

#[test]
fn one_id_with_two_contents_is_two_events() {
    let mut other = delivered(1, "t", "ana@example.com", "INBOX");
    other.folder = Some("Other".into());
    let same = delivered(1, "t", "ana@example.com", "INBOX");
    let message = only(&[received(0, "t", &["ana@example.com"]), same.clone(), same, other]);
    assert_eq!(message.events, 3);
}

#[test]
fn a_trace_id_is_unique_in_its_log_group_only() {
    let all = [received(0, "t", &["ana@example.com"]), {
        let members = json!({"recipient": "ana@example.com", "folder": "INBOX"});
        logged("other", 1, "t", "MAILBOX_EMAIL_DELIVERED", members)
    }];
    assert_eq!(messages(&all).len(), 2);
}

#[test]
fn a_message_is_complete_where_no_leg_can_lie_outside_what_was_read() {
    let known = known(EIGHT + 20 * DAY, None);
    let is_complete = |since: Option<i64>, until: Option<i64>| {
        let time = |after: i64| Time::from_millis(EIGHT + after).unwrap();
        let read = TimeRange::new(since.map(time), until.map(time)).unwrap();
        let context = Context { read, ..known.context() };
        trace(&[received(0, "t", &["ana@example.com"])], &Query::default(), &context)[0].complete
    };
    assert!(is_complete(None, None));
    assert!(is_complete(Some(-5 * DAY), None) && !is_complete(Some(-5 * DAY + 1), None));
    assert!(is_complete(None, Some(5 * DAY + 1)) && !is_complete(None, Some(5 * DAY)));
    // Later than the newest event of the log group there is nothing.
    assert!(is_complete(None, Some(20 * DAY + 1)));
}
