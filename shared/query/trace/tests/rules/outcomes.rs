//! What became of a message for one recipient.

use mailtrail_clock::Time;
use mailtrail_trace::{AsOf, Context, Directory, Gap, MailEvent, Query, RecipientStatus, UnknownReason};
use serde_json::json;

use crate::common::{EIGHT, known, mail, messages, only, trace};
use crate::{DAY, LOG_GROUP, ana, bounced, delivered, dmarc, inbound, own, received, rule, sent, submitted};

#[test]
fn of_outcomes_at_one_moment_the_weightiest_counts() {
    let to = json!({"targetRecipient": "y@example.net"});
    let events = [
        bounced(9, "t", "ana@example.com"),
        inbound(9, "DROP"),
        own(9, "Redirect", &to),
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
        own(2, "Redirect", &json!({"targetRecipient": "Y <y@Example.NET>"})),
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
    assert!(!ana([inbox(1), own(2, "Delete", &json!({}))]).contradiction);
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
            &json!([{"action": "Redirect"}]),
            &json!({"targetRecipient": "ana@example.com"}),
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
    let moved = ana([
        delivered(1, "t", "ana@example.com", "INBOX"),
        own(2, "Move", &json!({"targetFolder": "Spam"})),
    ]);
    assert_eq!((moved.status, moved.folder.as_deref()), (RecipientStatus::Junk, Some("Spam")));
    let copied = ana([
        delivered(1, "t", "ana@example.com", "INBOX"),
        own(2, "Copy", &json!({"targetFolder": "Spam"})),
    ]);
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
    unknown.as_of = AsOf::default();
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
    assert_eq!(reason(LOG_GROUP, -DAY, DAY), Some(UnknownReason::Gap));
    assert_eq!(reason(LOG_GROUP, 5 * DAY, 6 * DAY), Some(UnknownReason::Gap));
    assert_eq!(reason(LOG_GROUP, -DAY, -1), None);
    assert_eq!(reason(LOG_GROUP, 5 * DAY + 1, 6 * DAY), None);
    assert_eq!(reason("other", -DAY, DAY), None);
}

#[test]
fn whom_a_rule_sends_a_message_on_to_is_no_member_of_a_group() {
    let all = [
        received(0, "t", &["ana@example.com"]),
        own(1, "Redirect", &json!({"targetRecipient": "bob@example.com"})),
        delivered(2, "t", "bob@example.com", "INBOX"),
    ];
    let statuses: Vec<_> = only(&all).recipients.iter().map(|own| own.status).collect();
    assert_eq!(statuses, [RecipientStatus::Redirected, RecipientStatus::Delivered]);
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
        own(2, "Redirect", &json!({"targetRecipient": "y@example.net"})),
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
            &json!([{"action": "Delete", "recipients": ["ana@example.com"]}]),
            &json!({}),
        ),
    ];
    assert_eq!(only(&named).recipients[0].status, RecipientStatus::Dropped);
}

#[test]
fn a_rule_without_recipients_is_for_all_of_its_side() {
    let drop = |kind: &str| rule(1, "t", kind, &json!([{"action": "DROP"}]), &json!({}));
    let all = [received(0, "t", &["ana@example.com", "carla@example.com"]), drop("INBOUND_RULE")];
    assert!(only(&all).recipients.iter().all(|own| own.status == RecipientStatus::Dropped));
    let out = [submitted(0, "t", &["y@example.net"]), drop("OUTBOUND_RULE")];
    assert_eq!(only(&out).recipients[0].status, RecipientStatus::Dropped);
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
