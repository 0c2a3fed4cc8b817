//! Whom a record names, and where: the attributes of a mail event that hold addresses, each as it is written.

use std::borrow::Cow;

use crate::{MailEvent, Mailbox, TraceFields};

/// An attribute of a record, such as `email.from`, `to[0]` or `unmapped.recipient` (of `unmapped`, what follows is one key).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedIn<'r> {
    /// Where it stands in the record.
    pub path: Cow<'static, str>,
    /// The value.
    pub value: &'r str,
}

impl TraceFields<'_> {
    /// Where a sender stands that is asked for: the From address, or who sent on its behalf. `event` is the event of the
    /// record.
    pub fn find_sender(
        &self,
        event: &MailEvent,
        is_asked_for: impl Fn(&Mailbox) -> bool,
    ) -> Option<NamedIn<'_>> {
        // The event has every address parsed; the attributes have to be only where one is asked for.
        event.from.iter().chain(&event.sender).find(|own| is_asked_for(own))?;
        let email = &self.email;
        let attributes = [
            ("email.from_mailbox", &*email.from_mailbox),
            ("email.from", &email.from),
            ("email.sender_mailbox", &email.sender_mailbox),
            ("email.sender", &email.sender),
            ("unmapped.from", self.unmapped.get("from").unwrap_or_default()),
            ("unmapped.sender", self.unmapped.get("sender").unwrap_or_default()),
        ];
        let mut attributes = attributes.into_iter().map(|(path, value)| NamedIn { path: path.into(), value });
        attributes.find(|named| Mailbox::parse(named.value).is_some_and(|mailbox| is_asked_for(&mailbox)))
    }

    /// Where a recipient stands that is asked for, whatever names it: the envelope, an outcome, or a rule. `event` is the
    /// event of the record.
    pub fn find_recipient(
        &self,
        event: &MailEvent,
        is_asked_for: impl Fn(&Mailbox) -> bool,
    ) -> Option<NamedIn<'_>> {
        let found = event.all_recipients().find(|own| is_asked_for(own))?;
        let is_named = |text: &str| Mailbox::parse(text).is_some_and(|mailbox| is_asked_for(&mailbox));
        let at = |list: &'static str| move |(at, text)| (format!("{list}[{at}]"), text);
        let to = self.to.iter().enumerate().map(at("to"));
        let mailboxes = self.email.to_mailboxes.iter().enumerate().map(at("email.to_mailboxes"));
        let own = mailboxes.chain(to).find(|(_, text)| is_named(text));
        if let Some((path, value)) = own {
            return Some(NamedIn { path: path.into(), value });
        }
        // A Base Event has all of it in `unmapped`.
        let mut holding = HOLDING.into_iter().filter_map(|key| Some((key, self.unmapped.get(key)?)));
        Some(match holding.find(|(key, value)| holds(key, value, found)) {
            Some((key, value)) => NamedIn { path: format!("unmapped.{key}").into(), value },
            // What the event was read from in a shape that is not known here.
            None => NamedIn { path: "metadata.event_code".into(), value: &self.metadata.event_code },
        })
    }

    /// The subject as it is written.
    pub fn subject(&self) -> Option<NamedIn<'_>> {
        let attributes = [
            ("email.subject", &*self.email.subject),
            ("unmapped.subject", self.unmapped.get("subject").unwrap_or_default()),
        ];
        let (path, value) = attributes.into_iter().find(|(_, value)| !value.is_empty())?;
        Some(NamedIn { path: path.into(), value })
    }
}

/// The keys of `unmapped` that name recipients; the last ones where none before them does.
const HOLDING: [&str; 8] = [
    "recipient",
    "destination",
    "journalingAddress",
    "bouncedRecipient.emailAddress",
    "bouncedRecipient",
    "targetRecipient",
    "recipients",
    "ruleActions",
];

/// Whether an attribute is what names a mailbox: itself, or JSON that may have it.
fn holds(key: &str, value: &str, mailbox: &Mailbox) -> bool {
    let is_json = matches!(key, "recipients" | "ruleActions");
    is_json || Mailbox::parse(value).is_some_and(|own| own.address == mailbox.address)
}
