//! One mail event, whatever class of record it became.

use std::collections::HashMap;

use mailtrail_clock::Time;
use serde::Serialize;
use serde_json::Value;

use crate::fields::UnmappedFields;
use crate::rule::{self, Rule};
use crate::{Mailbox, StatusCode, TraceFields, Verdicts, header_text, message_id};

/// What identifies a leg: all events of one message on one way, into the organization or out of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LegKey {
    /// The account that logged it.
    pub account: String,
    /// The log group, which is one organization's.
    pub log_group: String,
    /// The trace id. An event without one is a leg of its own, and has its uid here.
    pub trace_id: String,
    /// Whether `trace_id` is one.
    pub is_traced: bool,
}

/// The names of mail events.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum EventName {
    /// `ORGANIZATION_EMAIL_RECEIVED`
    Received,
    /// `MAILBOX_EMAIL_DELIVERED`
    Delivered,
    /// `RULE_APPLIED`
    RuleApplied,
    /// `JOURNALING_INITIATED`
    Journaled,
    /// `INCOMING_EMAIL_BOUNCED`
    IncomingBounced,
    /// `OUTGOING_EMAIL_SUBMITTED`
    Submitted,
    /// `OUTGOING_EMAIL_SENT`
    Sent,
    /// `OUTGOING_EMAIL_BOUNCED`
    OutgoingBounced,
    /// `DMARC_POLICY_APPLIED`
    DmarcApplied,
    /// A name that WorkMail does not document
    /// (<https://docs.aws.amazon.com/workmail/latest/adminguide/cw-events.html>).
    Other(String),
}

/// A mail event. What it does not say is empty.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct MailEvent {
    /// When it was logged; the epoch where the record has no usable time.
    pub time: Time,
    /// The id of the event.
    pub uid: String,
    /// The leg that it is of.
    pub leg: LegKey,
    /// The log stream.
    pub log_stream: String,
    /// What happened.
    pub name: EventName,
    /// The From header.
    pub from: Option<Mailbox>,
    /// Who really sent, on behalf of `from`.
    pub sender: Option<Mailbox>,
    /// Whom it is about: all recipients of the envelope, or the one of this event. Not those that a rule names.
    pub recipients: Vec<Mailbox>,
    /// The Subject header.
    pub subject: Option<String>,
    /// The Message-ID, without angle brackets.
    pub message_id: Option<String>,
    /// The folder that the message was put into.
    pub folder: Option<String>,
    /// The enhanced status code of a bounce.
    pub status_code: Option<String>,
    /// The words of a bounce.
    pub reason: Option<String>,
    /// The rule that was applied.
    pub rule: Option<Rule>,
    /// What the checks found.
    pub verdicts: Verdicts,
    /// Whether the mapping knew all its ends to be in the organization's domains.
    pub is_internal: bool,
}

/// OCSF's id of the direction Internal.
const INTERNAL: u8 = 3;

impl EventName {
    const ALL: [(Self, &'static str); 9] = [
        (Self::Received, "ORGANIZATION_EMAIL_RECEIVED"),
        (Self::Delivered, "MAILBOX_EMAIL_DELIVERED"),
        (Self::RuleApplied, "RULE_APPLIED"),
        (Self::Journaled, "JOURNALING_INITIATED"),
        (Self::IncomingBounced, "INCOMING_EMAIL_BOUNCED"),
        (Self::Submitted, "OUTGOING_EMAIL_SUBMITTED"),
        (Self::Sent, "OUTGOING_EMAIL_SENT"),
        (Self::OutgoingBounced, "OUTGOING_EMAIL_BOUNCED"),
        (Self::DmarcApplied, "DMARC_POLICY_APPLIED"),
    ];

    fn parse(name: &str) -> Self {
        let known = Self::ALL.into_iter().find(|(_, text)| *text == name);
        known.map_or_else(|| Self::Other(name.to_owned()), |(known, _)| known)
    }

    /// The name as WorkMail writes it.
    pub fn as_str(&self) -> &str {
        if let Self::Other(name) = self {
            return name;
        }
        Self::ALL.iter().find(|(known, _)| known == self).map_or("", |(_, text)| text)
    }
}

impl Serialize for EventName {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl MailEvent {
    /// The mail event that a record is of; nothing for a record of anything else.
    pub fn of(fields: &TraceFields<'_>) -> Option<Self> {
        let metadata = &fields.metadata;
        let leg = fields.leg()?;
        let name = EventName::parse(&metadata.event_code);
        let bounces = matches!(name, EventName::IncomingBounced | EventName::OutgoingBounced);
        let rule = (name == EventName::RuleApplied).then(|| rule_of(fields));
        let recipients = if rule.is_some() { Vec::new() } else { recipients(fields) };
        let (status_code, reason) = if bounces { bounce(fields) } else { (None, None) };
        let unmapped = &fields.unmapped;
        let text =
            |own: &str, key: &str| first(&[own, unmapped.get(key).unwrap_or_default()]).map(str::to_owned);
        let message_id = text(&fields.email.message_uid, "messageId");
        Some(Self {
            time: Time::from_millis(fields.time).unwrap_or(Time::EPOCH),
            uid: metadata.uid.clone().into_owned(),
            leg,
            log_stream: metadata.log_source.clone().into_owned(),
            name,
            from: mailbox(&[&fields.email.from_mailbox, &fields.email.from], unmapped, "from"),
            sender: mailbox(&[&fields.email.sender_mailbox, &fields.email.sender], unmapped, "sender"),
            recipients,
            subject: text(&fields.email.subject, "subject").map(|subject| header_text::decoded(&subject)),
            message_id: message_id.map(|id| message_id::bare(&id).to_owned()).filter(|id| !id.is_empty()),
            folder: unmapped.get("folder").map(str::to_owned),
            status_code,
            reason,
            rule,
            verdicts: verdicts(fields),
            is_internal: fields.direction_id == Some(INTERNAL),
        })
    }

    /// The Message-ID, if others can be compared with it.
    pub(crate) fn joining_id(&self) -> Option<&str> {
        self.message_id.as_deref().filter(|id| message_id::is_valid(id))
    }

    /// Whether the policy that was applied is to reject (DMARC).
    pub(crate) fn rejects(&self) -> bool {
        self.verdicts.dmarc_policy.as_deref().is_some_and(|policy| policy.eq_ignore_ascii_case("REJECT"))
    }

    /// Every mailbox of the event but the sender's: recipients, and those that a rule names.
    pub fn all_recipients(&self) -> impl Iterator<Item = &Mailbox> {
        let rule = self.rule.iter();
        let named = rule.clone().flat_map(|rule| rule.actions.iter().flat_map(|action| &action.recipients));
        let targets = rule.filter_map(|rule| rule.target_recipient.as_ref());
        self.recipients.iter().chain(named).chain(targets)
    }
}

impl TraceFields<'_> {
    /// The leg that a mail event is of; nothing for a record of anything else.
    pub fn leg(&self) -> Option<LegKey> {
        let metadata = &self.metadata;
        let is_mail = metadata.product.name == "Amazon WorkMail"
            && metadata.product.feature.name == "Email event logging";
        let trace_id = first(&[&metadata.correlation_uid]);
        (is_mail && !metadata.event_code.is_empty()).then(|| LegKey {
            account: self.cloud.account.uid.clone().into_owned(),
            log_group: metadata.log_name.clone().into_owned(),
            trace_id: trace_id.unwrap_or(&metadata.uid).to_owned(),
            is_traced: trace_id.is_some(),
        })
    }
}

/// The first text that says anything.
fn first<'t>(texts: &[&'t str]) -> Option<&'t str> {
    texts.iter().copied().find(|text| !text.is_empty())
}

fn mailbox(own: &[&str], unmapped: &UnmappedFields<'_>, key: &str) -> Option<Mailbox> {
    Mailbox::parse(first(own).or_else(|| unmapped.get(key))?)
}

/// The recipients, each once. Masked ones stay as many as they are: equal asterisks are not one address.
fn recipients(fields: &TraceFields<'_>) -> Vec<Mailbox> {
    const LISTS: [&str; 6] = [
        "recipients",
        "recipient",
        "destination",
        "journalingAddress",
        "bouncedRecipient.emailAddress",
        "bouncedRecipient",
    ];
    let listed = LISTS.iter().filter_map(|key| fields.unmapped.get(key)).flat_map(texts);
    let own = fields.to.iter().chain(&fields.email.to_mailboxes).cloned();
    let (mut found, mut by_key): (Vec<Mailbox>, HashMap<String, usize>) = (Vec::new(), HashMap::new());
    for mailbox in own.chain(listed).filter_map(|text| Mailbox::parse(&text)) {
        let known = by_key.get(mailbox.address.key()).filter(|_| !mailbox.address.is_masked());
        if let Some(&known) = known {
            // `to` has the bare address, `to_mailboxes` the name beside it.
            found[known].name = found[known].name.take().or(mailbox.name);
        } else {
            by_key.insert(mailbox.address.key().to_owned(), found.len());
            found.push(mailbox);
        }
    }
    found
}

/// A list of texts as JSON, or one text.
fn texts(value: &str) -> Vec<String> {
    let list = value.starts_with('[').then(|| serde_json::from_str::<Vec<Value>>(value).ok()).flatten();
    let text = |value: Value| match value {
        Value::String(text) => Some(text),
        _ => None,
    };
    list.map_or_else(|| vec![value.to_owned()], |list| list.into_iter().filter_map(text).collect())
}

fn rule_of(fields: &TraceFields<'_>) -> Rule {
    let unmapped = &fields.unmapped;
    let text = |own: &str, key: &str| first(&[own, unmapped.get(key).unwrap_or_default()]).map(str::to_owned);
    let data: Value = serde_json::from_str(&fields.policy.data).unwrap_or_default();
    let actions = match unmapped.get("ruleActions").map(serde_json::from_str) {
        Some(Ok(actions)) => rule::actions(&actions),
        _ => rule::actions(&data["ruleActions"]),
    };
    Rule {
        name: text(&fields.policy.name, "ruleName"),
        kind: text(&fields.policy.r#type, "ruleType"),
        actions,
        target_folder: unmapped.get("targetFolder").map(str::to_owned),
        target_recipient: unmapped.get("targetRecipient").and_then(Mailbox::parse),
    }
}

/// Status code and reason, in every shape that WorkMail's pages show of a bounce.
fn bounce(fields: &TraceFields<'_>) -> (Option<String>, Option<String>) {
    let unmapped = |keys: [&str; 2]| keys.into_iter().find_map(|key| fields.unmapped.get(key));
    let reason = first(&[&fields.status_detail]).or_else(|| unmapped(["bouncedRecipient.reason", "reason"]));
    let code = first(&[&fields.status_code]).or_else(|| unmapped(["bouncedRecipient.status", "status"]));
    let code = code.or_else(|| StatusCode::find(reason?));
    (code.map(str::to_owned), reason.map(str::to_owned))
}

fn verdicts(fields: &TraceFields<'_>) -> Verdicts {
    let (auth, unmapped) = (&fields.email_auth, &fields.unmapped);
    let word = |own: &str, keys: [&str; 2]| {
        let kept = keys.into_iter().find_map(|key| unmapped.get(key));
        first(&[own]).or(kept).map(str::to_owned)
    };
    Verdicts {
        spam: word("", ["spamVerdict", "spamVerdict.status"]),
        spf: word(&auth.spf, ["spfVerdict", "spfVerdict.status"]),
        dkim: word(&auth.dkim, ["dkimVerdict", "dkimVerdict.status"]),
        dmarc: word(&auth.dmarc, ["dmarcVerdict", "dmarcVerdict.status"]),
        dmarc_policy: word(&auth.dmarc_policy, ["policy", "dmarcPolicy"]),
    }
}
