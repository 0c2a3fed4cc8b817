//! The ends of a message: who it is from, who it is for.
//!
//! OCSF's address attributes take ASCII addresses only. What a mail system writes instead is kept in the
//! attributes for mailboxes, which take any text; an address inside such a text is used as well.

use std::borrow::Cow;

use mailtrail_ocsf::{Email, Observable, is_email_address, mailbox_address};

use crate::InternalDomains;
use crate::fields::Fields;

/// Where the recipients of an event stand, by event.
const RECIPIENT_FIELDS: [&str; 4] = ["recipients", "recipient", "destination", "journalingAddress"];

#[derive(Default)]
pub(super) struct Addresses<'a> {
    from: Mailbox<'a>,
    sender: Mailbox<'a>,
    to: Vec<Cow<'a, str>>,
    to_mailboxes: Vec<Cow<'a, str>>,
    /// Whether some recipient is not an address, so that its domain is unknown.
    has_unknown_recipient: bool,
}

/// What stands in an address field.
#[derive(Default)]
struct Mailbox<'a> {
    /// The address, if there is one in it.
    address: Option<Cow<'a, str>>,
    /// The whole text, where it is more or less than an address.
    text: Option<Cow<'a, str>>,
}

impl<'a> From<Cow<'a, str>> for Mailbox<'a> {
    fn from(text: Cow<'a, str>) -> Self {
        if is_email_address(&text) {
            return Self { address: Some(text), text: None };
        }
        let address = mailbox_address(&text).map(|address| Cow::Owned(address.to_owned()));
        Self { address, text: Some(text) }
    }
}

impl<'a> Addresses<'a> {
    /// Takes every address of the event; `bounced` and `named` are those that others took already.
    pub(super) fn take(
        fields: &mut Fields<'a>,
        bounced: Option<Cow<'a, str>>,
        named: Vec<Cow<'a, str>>,
    ) -> Self {
        let mut mailbox = |name| fields.take_text(name).map(Mailbox::from).unwrap_or_default();
        let mut addresses = Self { from: mailbox("from"), sender: mailbox("sender"), ..Self::default() };
        let listed = RECIPIENT_FIELDS.into_iter().flat_map(|name| fields.take_texts(name));
        for recipient in listed.chain(bounced).chain(named) {
            addresses.add_recipient(recipient.into());
        }
        addresses
    }

    fn add_recipient(&mut self, recipient: Mailbox<'a>) {
        self.has_unknown_recipient |= recipient.address.is_none();
        self.to.extend(recipient.address);
        self.to_mailboxes.extend(recipient.text);
    }

    /// Whether the class Email Activity can hold the event: it needs a `from` or a `to`.
    pub(super) fn has_one(&self) -> bool {
        self.from.address.is_some() || !self.to.is_empty()
    }

    /// Whether all ends are known and lie in the organization's domains.
    pub(super) fn all_in(&self, domains: &InternalDomains) -> bool {
        let from = self.from.address.as_ref().is_some_and(|from| domains.contains(from));
        from && !self.has_unknown_recipient
            && !self.to.is_empty()
            && self.to.iter().all(|to| domains.contains(to))
    }

    pub(super) fn observables(&self) -> Vec<Observable<'a>> {
        let from = self.from.address.iter().map(|from| Observable::email_address("email.from", from.clone()));
        let sender = self
            .sender
            .address
            .iter()
            .map(|sender| Observable::email_address("email.sender", sender.clone()));
        let to = self.to.iter().enumerate();
        let to = to.map(|(at, to)| Observable::email_address(format!("to[{at}]"), to.clone()));
        from.chain(sender).chain(to).collect()
    }

    /// The envelope's recipients, and the message. `email.to` repeats them only where there is no `from`:
    /// they include Bcc, and the header's To must not tell.
    pub(super) fn into_email(self, delivered: bool) -> (Vec<Cow<'a, str>>, Email<'a>) {
        let email = Email {
            to: if self.from.address.is_none() { self.to.clone() } else { Vec::new() },
            delivered_to_list: if delivered { self.to.clone() } else { Vec::new() },
            from: self.from.address,
            from_mailbox: self.from.text,
            sender: self.sender.address,
            sender_mailbox: self.sender.text,
            to_mailboxes: self.to_mailboxes,
            ..Email::default()
        };
        (self.to, email)
    }
}
