//! What an entry asks of mail: who it is from and for, its subject, what became of it.

use mailtrail_activity::Attribute;
use mailtrail_normalize::Record;
use mailtrail_trace::{Address, MailEvent, Mailbox, NamedIn, RecipientStatus, TraceFields, folded};
use serde_json::Value;

use crate::list::{text, wrong};

/// The members of an entry that are about mail. Each that is given must hold, for one event.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct MailCriteria {
    pub(crate) sender: Option<Address>,
    pub(crate) recipient: Option<Address>,
    /// As [`Address::domain`] gives it.
    pub(crate) domain: Option<String>,
    /// As [`folded`] gives it.
    pub(crate) subject: Option<String>,
    pub(crate) status: Option<RecipientStatus>,
}

impl MailCriteria {
    /// Whether none is given.
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Takes a member of an entry, if it is one about mail; else false.
    pub(crate) fn take(&mut self, field: &str, value: &Value) -> Result<bool, (String, String)> {
        match field {
            "sender" => self.sender = Some(address(field, text(field, value)?)?),
            "recipient" => self.recipient = Some(address(field, text(field, value)?)?),
            "domain" => self.domain = Some(domain(field, text(field, value)?)?),
            "subject" => {
                let part = folded(text(field, value)?.trim());
                self.subject = Some(part).filter(|part| !part.is_empty());
                self.subject.as_ref().ok_or_else(|| wrong(field, "it must be text, and not empty"))?;
            }
            "status" => self.status = Some(status(field, text(field, value)?)?),
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// The attribute of a record that they hold by: the first of those that are asked for. A status is about the event as a
    /// whole, and its name stands for it.
    pub(crate) fn hold<'r>(&self, mail: &'r Mail<'_>) -> Option<Attribute<'r>> {
        let Mail { fields, event } = mail;
        let is =
            |wanted: &Address, own: &Mailbox| own.address.is_identity() && own.address.key() == wanted.key();
        let mut found = None;
        if let Some(wanted) = &self.sender {
            let named = fields.find_sender(event, |own| is(wanted, own))?;
            found.get_or_insert(named);
        }
        if let Some(wanted) = &self.recipient {
            let named = fields.find_recipient(event, |own| is(wanted, own))?;
            found.get_or_insert(named);
        }
        if let Some(wanted) = &self.domain {
            let is_in = |own: &Mailbox| own.address.domain() == Some(wanted);
            let named = fields.find_sender(event, is_in).or_else(|| fields.find_recipient(event, is_in))?;
            found.get_or_insert(named);
        }
        if let Some(wanted) = &self.subject {
            let subject = event.subject.as_deref()?;
            let named = fields.subject().filter(|_| folded(subject).contains(wanted.as_str()))?;
            found.get_or_insert(named);
        }
        if let Some(wanted) = self.status {
            let is_recipient = |of: Option<&Mailbox>| match &self.recipient {
                Some(recipient) => of.is_some_and(|of| is(recipient, of)),
                None => true,
            };
            let outcomes = event.outcomes();
            outcomes.into_iter().find(|(status, of)| *status == wanted && is_recipient(*of))?;
            found.get_or_insert(NamedIn { path: "metadata.event_code".into(), value: event.name.as_str() });
        }
        found.map(|NamedIn { path, value }| Attribute { path, value: value.into() })
    }
}

/// A mail event, and the attributes that it was read from.
pub(crate) struct Mail<'r> {
    fields: TraceFields<'r>,
    event: MailEvent,
}

impl<'r> Mail<'r> {
    /// The mail event that a record is of; nothing for a record of anything else.
    pub(crate) fn of(record: &'r Record<'_>) -> Option<Self> {
        let fields = TraceFields::from(record);
        let event = MailEvent::of(&fields)?;
        Some(Self { fields, event })
    }
}

fn address(field: &str, text: &str) -> Result<Address, (String, String)> {
    let mailbox = Mailbox::parse(text).filter(|mailbox| mailbox.address.is_identity());
    let reason =
        "it must be one whole address, or `<>` for bounces; for all addresses of a domain, use domain";
    mailbox.map(|mailbox| mailbox.address).ok_or_else(|| wrong(field, reason))
}

/// A domain as addresses have it, with or without an `@` before it.
fn domain(field: &str, text: &str) -> Result<String, (String, String)> {
    let domain = text.trim();
    let domain = domain.strip_prefix('@').unwrap_or(domain);
    let is_one = !domain.contains(['@', '<', '>']);
    let address = Address::parse(&format!("any@{domain}"));
    let domain = address.domain().filter(|_| is_one).map(str::to_owned);
    domain.ok_or_else(|| wrong(field, "it must be a domain, the part of an address after the `@`"))
}

fn status(field: &str, text: &str) -> Result<RecipientStatus, (String, String)> {
    let known = RecipientStatus::OF_ONE_EVENT.into_iter().find(|status| status.as_str() == text);
    known.ok_or_else(|| {
        let words = RecipientStatus::OF_ONE_EVENT.map(RecipientStatus::as_str).join(", ");
        wrong(field, &format!("it must be one of {words}, which a single event says"))
    })
}
