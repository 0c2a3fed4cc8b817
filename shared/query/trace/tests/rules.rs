//! The rules of a trace, one at a time: what decides, and what is next to it and does not.

#![allow(clippy::unwrap_used, reason = "a test")]

mod common;

use std::time::Duration;

use common::{EIGHT, known, logged, mail, messages, only, trace};
use mailtrail_clock::{Time, TimeRange};
use mailtrail_trace::{
    Context, Direction, Directory, Filter, Gap, Gatherer, Index, MAX_LEGS, MailEvent, Message, Query,
    Recipient, RecipientStatus, UnknownReason,
};
use serde_json::{Value, json};

const DAY: i64 = 24 * 60 * 60 * 1000;

fn received(after: i64, trace_id: &str, recipients: &[&str]) -> MailEvent {
    let members = json!({"from": "x@example.org", "subject": "s", "messageId": "<1@example.org>", "recipients": recipients});
    mail(after, trace_id, "ORGANIZATION_EMAIL_RECEIVED", members)
}

fn delivered(after: i64, trace_id: &str, recipient: &str, folder: &str) -> MailEvent {
    mail(after, trace_id, "MAILBOX_EMAIL_DELIVERED", json!({"recipient": recipient, "folder": folder}))
}

fn bounced(after: i64, trace_id: &str, recipient: &str) -> MailEvent {
    let bounce = json!({"emailAddress": recipient, "status": "5.2.2", "reason": "full"});
    mail(after, trace_id, "INCOMING_EMAIL_BOUNCED", json!({"bouncedRecipient": bounce}))
}

fn submitted(after: i64, trace_id: &str, recipients: &[&str]) -> MailEvent {
    let members = json!({"from": "bob@example.com", "subject": "s", "recipients": recipients});
    mail(after, trace_id, "OUTGOING_EMAIL_SUBMITTED", members)
}

fn sent(after: i64, trace_id: &str, recipient: &str) -> MailEvent {
    let members = json!({"from": "bob@example.com", "recipient": recipient, "messageId": "<1@example.com>"});
    mail(after, trace_id, "OUTGOING_EMAIL_SENT", members)
}

fn rule(after: i64, trace_id: &str, kind: &str, actions: Value, more: Value) -> MailEvent {
    let mut members = json!({"ruleName": "r", "ruleType": kind, "ruleActions": actions});
    members.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    mail(after, trace_id, "RULE_APPLIED", members)
}

fn inbound(after: i64, action: &str) -> MailEvent {
    rule(
        after,
        "t",
        "INBOUND_RULE",
        json!([{"action": action, "recipients": ["ana@example.com"]}]),
        json!({}),
    )
}

fn own(after: i64, action: &str, more: Value) -> MailEvent {
    rule(after, "t", "MAILBOX_RULE", json!([{"action": action}]), more)
}

fn dmarc(after: i64, policy: &str) -> MailEvent {
    let members = json!({"from": "x@example.org", "recipients": ["ana@example.com"], "policy": policy});
    mail(after, "t", "DMARC_POLICY_APPLIED", members)
}

/// What became of the message for ana, with these events after its arrival.
fn ana(events: impl IntoIterator<Item = MailEvent>) -> Recipient {
    let mut all = vec![received(0, "t", &["ana@example.com"])];
    all.extend(events);
    only(&all).recipients[0].clone()
}

#[test]
fn of_outcomes_at_one_moment_the_weightiest_counts() {
    let to = json!({"targetRecipient": "y@example.net"});
    let events = [
        bounced(9, "t", "ana@example.com"),
        inbound(9, "DROP"),
        own(9, "Redirect", to),
        delivered(9, "t", "ana@example.com", "Junk"),
        delivered(9, "t", "ana@example.com", "INBOX"),
    ];
    let statuses = [
        RecipientStatus::Bounced,
        RecipientStatus::Dropped,
        RecipientStatus::Redirected,
        RecipientStatus::Junk,
        RecipientStatus::Delivered,
    ];
    for (first, status) in statuses.iter().enumerate() {
        assert_eq!(ana(events[first..].iter().cloned()).status, *status);
    }
    assert_eq!(
        ana([dmarc(9, "REJECT"), bounced(9, "t", "ana@example.com")]).status,
        RecipientStatus::Bounced
    );
    assert_eq!(ana([dmarc(9, "REJECT"), inbound(9, "DROP")]).status, RecipientStatus::Rejected);
}

#[test]
fn the_last_outcome_counts_and_the_others_are_told() {
    let recipient = ana([
        delivered(1, "t", "ana@example.com", "INBOX"),
        own(2, "Redirect", json!({"targetRecipient": "Y <y@Example.NET>"})),
    ]);
    assert_eq!(
        (recipient.status, &recipient.also[..]),
        (RecipientStatus::Redirected, &[RecipientStatus::Delivered][..])
    );
    assert_eq!(recipient.redirected_to, ["y@example.net"]);
    assert!(!recipient.contradiction);
    assert_eq!(recipient.detail.as_deref(), Some("rule r"));
}

#[test]
fn what_cannot_all_be_true_is_marked() {
    let inbox = |after| delivered(after, "t", "ana@example.com", "INBOX");
    assert!(ana([inbox(1), bounced(2, "t", "ana@example.com")]).contradiction);
    assert!(ana([bounced(1, "t", "ana@example.com"), inbox(2)]).contradiction);
    assert!(ana([inbound(1, "DROP"), inbox(2)]).contradiction);
    assert!(ana([inbound(1, "MOVE_TO_JUNK"), inbox(2)]).contradiction);
    assert!(!ana([inbound(1, "MOVE_TO_JUNK"), delivered(2, "t", "ana@example.com", "Correo")]).contradiction);
    assert!(!ana([inbox(1), own(2, "Delete", json!({}))]).contradiction);
    assert!(!ana([dmarc(1, "REJECT"), inbox(2)]).contradiction);

    let outside = |name: &str, after| {
        let members = json!({"destination": "y@example.net", "reason": "550 5.1.1 no"});
        if name == "sent" {
            sent(after, "o", "y@example.net")
        } else {
            mail(after, "o", "OUTGOING_EMAIL_BOUNCED", members)
        }
    };
    let row = |events: &[MailEvent]| only(events).recipients[0].clone();
    let bounced_later =
        row(&[submitted(0, "o", &["y@example.net"]), outside("sent", 1), outside("bounced", 2)]);
    assert_eq!((bounced_later.status, bounced_later.contradiction), (RecipientStatus::Bounced, false));
    assert_eq!(bounced_later.status_code.as_deref(), Some("5.1.1"));
    assert_eq!(bounced_later.explanation.as_deref(), Some("There is no such mailbox in that domain."));
    let sent_later = row(&[submitted(0, "o", &["y@example.net"]), outside("bounced", 1), outside("sent", 2)]);
    assert_eq!((sent_later.status, sent_later.contradiction), (RecipientStatus::Sent, true));
}

#[test]
fn what_two_legs_say_of_one_recipient_is_no_contradiction() {
    // In a loop, a mailbox gets the message, and later not.
    let all = [
        received(0, "1", &["ana@example.com"]),
        delivered(1, "1", "ana@example.com", "INBOX"),
        rule(
            2,
            "1",
            "MAILBOX_RULE",
            json!([{"action": "Redirect"}]),
            json!({"targetRecipient": "ana@example.com"}),
        ),
        received(3, "2", &["ana@example.com"]),
        bounced(4, "2", "ana@example.com"),
    ];
    let message = only(&all);
    assert_eq!(message.trace_ids, ["1", "2"]);
    assert_eq!(
        (message.recipients[0].status, message.recipients[0].contradiction),
        (RecipientStatus::Bounced, false)
    );
}

#[test]
fn dmarc_is_a_verdict_first() {
    let all = [
        received(0, "t", &["ana@example.com"]),
        dmarc(1, "reject"),
        delivered(2, "t", "ana@example.com", "INBOX"),
    ];
    let message = only(&all);
    assert_eq!(message.recipients[0].status, RecipientStatus::Delivered);
    assert!(message.recipients[0].also.is_empty());
    assert_eq!(message.verdicts.dmarc_policy.as_deref(), Some("reject"));
    assert_eq!(ana([dmarc(1, "QUARANTINE")]).status, RecipientStatus::Pending);
    assert_eq!(ana([dmarc(1, "reject")]).status, RecipientStatus::Rejected);
}

#[test]
fn a_rule_that_says_junk_makes_a_delivery_junk_in_any_language() {
    assert_eq!(
        ana([inbound(1, "MOVE_TO_JUNK"), delivered(2, "t", "ana@example.com", "Rommel")]).status,
        RecipientStatus::Junk
    );
    assert_eq!(ana([inbound(1, "MOVE_TO_JUNK")]).status, RecipientStatus::Junk);
    assert_eq!(ana([delivered(2, "t", "ana@example.com", "Rommel")]).status, RecipientStatus::Delivered);
    let moved =
        ana([delivered(1, "t", "ana@example.com", "INBOX"), own(2, "Move", json!({"targetFolder": "Spam"}))]);
    assert_eq!((moved.status, moved.folder.as_deref()), (RecipientStatus::Junk, Some("Spam")));
    let copied =
        ana([delivered(1, "t", "ana@example.com", "INBOX"), own(2, "Copy", json!({"targetFolder": "Spam"}))]);
    assert_eq!((copied.status, copied.folder.as_deref()), (RecipientStatus::Delivered, Some("INBOX")));
}

#[test]
fn no_outcome_is_pending_for_five_days() {
    let at = |as_of: i64| {
        let known = known(EIGHT + as_of, None);
        trace(&[received(0, "t", &["ana@example.com"])], &Query::default(), &known.context())[0].clone()
    };
    assert_eq!(at(5 * DAY).recipients[0].status, RecipientStatus::Pending);
    let later = at(5 * DAY + 1);
    assert_eq!(later.recipients[0].status, RecipientStatus::Unknown);
    assert_eq!(later.recipients[0].unknown_reason, Some(UnknownReason::NoOutcome));
    assert_eq!(later.as_of, Time::from_millis(EIGHT + 5 * DAY + 1));

    // Nothing is pending where no one knows how far the archive goes.
    let mut unknown = known(EIGHT, None);
    unknown.as_of = mailtrail_trace::AsOf::default();
    let message = &trace(&[received(0, "t", &["ana@example.com"])], &Query::default(), &unknown.context())[0];
    assert_eq!((message.recipients[0].status, message.as_of), (RecipientStatus::Unknown, None));
}

#[test]
fn a_gap_of_its_log_group_in_its_time_is_the_reason() {
    let known = known(EIGHT + DAY, None);
    let reason = |log_group: &str, since: i64, until: i64| {
        let time = |after| Time::from_millis(EIGHT + after).unwrap();
        let gap = Gap {
            account: "111122223333".into(),
            log_group: log_group.into(),
            since: time(since),
            until: time(until),
        };
        let context = Context { gaps: &[gap], ..known.context() };
        trace(&[received(0, "t", &["ana@example.com"])], &Query::default(), &context)[0].recipients[0]
            .unknown_reason
    };
    const GROUP: &str = "/aws/workmail/emailevents/example";
    assert_eq!(reason(GROUP, -DAY, DAY), Some(UnknownReason::Gap));
    assert_eq!(reason(GROUP, 5 * DAY, 6 * DAY), Some(UnknownReason::Gap));
    assert_eq!(reason(GROUP, -DAY, -1), None);
    assert_eq!(reason(GROUP, 5 * DAY + 1, 6 * DAY), None);
    assert_eq!(reason("other", -DAY, DAY), None);
}

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

#[test]
fn whom_a_rule_sends_a_message_on_to_is_no_member_of_a_group() {
    let all = [
        received(0, "t", &["ana@example.com"]),
        own(1, "Redirect", json!({"targetRecipient": "bob@example.com"})),
        delivered(2, "t", "bob@example.com", "INBOX"),
    ];
    let statuses: Vec<_> = only(&all).recipients.iter().map(|own| own.status).collect();
    assert_eq!(statuses, [RecipientStatus::Redirected, RecipientStatus::Delivered]);
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
    all.iter().for_each(|event| index.add(event));
    let selection = index.select();
    let gathered = all.iter().filter(|event| selection.contains(&event.leg)).count();
    assert_eq!(gathered, 2 * (MAX_LEGS + 1));
    assert!(selection.contains(&all[2 * 1750].leg) && !selection.contains(&all[2 * 1751].leg));
    let mut gatherer = Gatherer::new(&selection);
    all.iter().cloned().for_each(|event| gatherer.add(event));
    let [message] = &gatherer.finish(&filter, &known(EIGHT, None).context())[..] else { panic!() };
    assert_eq!((message.same_message_id, message.complete), (2499, false));
}

#[test]
fn equal_masks_are_not_one_address() {
    let named = |count: usize| {
        let members = json!({"from": "*****", "messageId": "<*****>", "recipients": vec!["*******"; count]});
        mail(0, "t", "ORGANIZATION_EMAIL_RECEIVED", members)
    };
    let other = mail(
        0,
        "u",
        "OUTGOING_EMAIL_SENT",
        json!({"from": "*****", "messageId": "<*****>", "recipient": "*******"}),
    );
    let all = [named(1), delivered(1, "t", "*******", "INBOX"), other];
    let messages = messages(&all);
    assert_eq!(messages.len(), 2);
    assert_eq!(messages[0].recipients[0].status, RecipientStatus::Delivered);
    let two = only(&[named(2), delivered(1, "t", "*******", "INBOX")]);
    assert_eq!(two.recipients[0].unknown_reason, Some(UnknownReason::Masked));
    assert_eq!(two.recipients[0].also, [RecipientStatus::Delivered]);
}

#[test]
fn a_rule_of_one_mailbox_among_several_is_told_and_concluded_nothing_from() {
    let all = [
        received(0, "t", &["ana@example.com", "carla@example.com"]),
        delivered(1, "t", "carla@example.com", "INBOX"),
        own(2, "Redirect", json!({"targetRecipient": "y@example.net"})),
    ];
    let message = only(&all);
    let statuses: Vec<_> = message.recipients.iter().map(|own| (own.status, own.unknown_reason)).collect();
    let untied = Some(UnknownReason::RuleNotTied);
    assert_eq!(statuses, [(RecipientStatus::Unknown, untied), (RecipientStatus::Delivered, None)]);
    assert!(message.rules[0].recipients.is_empty());
    assert_eq!(message.rules[0].target_recipient.as_deref(), Some("y@example.net"));

    let named = [
        received(0, "t", &["ana@example.com", "carla@example.com"]),
        rule(
            1,
            "t",
            "MAILBOX_RULE",
            json!([{"action": "Delete", "recipients": ["ana@example.com"]}]),
            json!({}),
        ),
    ];
    assert_eq!(only(&named).recipients[0].status, RecipientStatus::Dropped);
}

#[test]
fn a_rule_without_recipients_is_for_all_of_its_side() {
    let drop = |kind: &str| rule(1, "t", kind, json!([{"action": "DROP"}]), json!({}));
    let all = [received(0, "t", &["ana@example.com", "carla@example.com"]), drop("INBOUND_RULE")];
    assert!(only(&all).recipients.iter().all(|own| own.status == RecipientStatus::Dropped));
    let out = [submitted(0, "t", &["y@example.net"]), drop("OUTBOUND_RULE")];
    assert_eq!(only(&out).recipients[0].status, RecipientStatus::Dropped);
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
    let direction = |known: &common::Known| {
        trace(&all[..2], &Query::default(), &known.context())[0].recipients[0].direction
    };
    assert_eq!(direction(&with_domains), Direction::Outbound);
    with_domains.domains = mailtrail_normalize::InternalDomains::new(["Example.com"]);
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

#[test]
fn a_member_of_a_group_is_found_through_the_directory() {
    let mut directory = Directory::default();
    directory.add_mailbox("ana@example.com");
    directory.add_group("staff@example.com", ["ana@example.com", "bob@example.com"]);
    let known = known(EIGHT, Some(directory));
    let query = Query { to: Some("bob".into()), ..Query::default() };
    let all = [received(0, "t", &["staff@example.com"]), delivered(1, "t", "ana@example.com", "INBOX")];
    let messages = trace(&all, &query, &known.context());
    let rows: Vec<_> = messages[0].recipients.iter().map(|own| (own.address.as_str(), own.status)).collect();
    assert_eq!(
        rows,
        [
            ("staff@example.com", RecipientStatus::Expanded),
            ("ana@example.com", RecipientStatus::Delivered),
            ("bob@example.com", RecipientStatus::Pending)
        ]
    );
    assert_eq!(messages[0].recipients[0].expanded_to, ["ana@example.com", "bob@example.com"]);
}
