//! The rules of a trace, one at a time: what decides, and what is next to it and does not.

#![allow(clippy::unwrap_used, reason = "a helper of a test is a test")]

#[path = "../common/mod.rs"]
mod common;
mod joins;
mod outcomes;

use common::{mail, only};
use mailtrail_trace::{MailEvent, Recipient};
use serde_json::{Value, json};

const LOG_GROUP: &str = "/aws/workmail/emailevents/example";
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

fn rule(after: i64, trace_id: &str, kind: &str, actions: &Value, more: &Value) -> MailEvent {
    let mut members = json!({"ruleName": "r", "ruleType": kind, "ruleActions": actions});
    members.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    mail(after, trace_id, "RULE_APPLIED", members)
}

fn inbound(after: i64, action: &str) -> MailEvent {
    rule(
        after,
        "t",
        "INBOUND_RULE",
        &json!([{"action": action, "recipients": ["ana@example.com"]}]),
        &json!({}),
    )
}

fn own(after: i64, action: &str, more: &Value) -> MailEvent {
    rule(after, "t", "MAILBOX_RULE", &json!([{"action": action}]), more)
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
