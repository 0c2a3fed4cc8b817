//! Which messages are asked for.

use crate::address::{folded, needles};
use crate::event::MailEvent;
use crate::{Direction, Directory, Mailbox, Message, RecipientStatus, message_id};

/// What is asked, as people type it. Everything that is given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// A part of the address that it is from, or of the sender on its behalf.
    pub from: Option<String>,
    /// A part of the address of a recipient, or of whom a rule sent it on to.
    pub to: Option<String>,
    /// A part of any of these addresses.
    pub participant: Option<String>,
    /// A part of the subject.
    pub subject: Option<String>,
    /// A Message-ID, with or without angle brackets.
    pub message_id: Option<String>,
    /// The trace id of a leg.
    pub trace_id: Option<String>,
    /// A status that one of the recipients has.
    pub status: Option<RecipientStatus>,
    /// The direction of the message, or of one of the recipients.
    pub direction: Option<Direction>,
}

/// A query, made ready to be compared with events and messages. Case does not matter, nor do display names.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    from: Option<Vec<String>>,
    to: Option<Vec<String>>,
    participant: Option<Vec<String>>,
    subject: Option<String>,
    message_id: Option<String>,
    trace_id: Option<String>,
    status: Option<RecipientStatus>,
    direction: Option<Direction>,
    directory: Option<Directory>,
}

/// Which of the conditions on events hold, one bit each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Conditions(pub(crate) u8);

impl Conditions {
    const FROM: u8 = 1;
    const TO: u8 = 1 << 1;
    const PARTICIPANT: u8 = 1 << 2;
    const SUBJECT: u8 = 1 << 3;
    const MESSAGE_ID: u8 = 1 << 4;
    const TRACE_ID: u8 = 1 << 5;

    pub(crate) fn include(self, required: Self) -> bool {
        self.0 & required.0 == required.0
    }
}

impl Filter {
    /// The filter of a query. With a directory, a recipient is found by the groups that it is in as well.
    pub fn new(query: &Query, directory: Option<&Directory>) -> Self {
        let part = |text: &Option<String>| text.as_deref().map(needles);
        let id = query.message_id.as_deref().map(|id| message_id::bare(id).to_owned());
        let asks_for_recipient = query.to.is_some() || query.participant.is_some();
        Self {
            from: part(&query.from),
            to: part(&query.to),
            participant: part(&query.participant),
            subject: query.subject.as_deref().map(folded),
            message_id: id,
            trace_id: query.trace_id.as_deref().map(|id| id.trim().to_owned()),
            status: query.status,
            direction: query.direction,
            directory: directory.filter(|_| asks_for_recipient).cloned(),
        }
    }

    /// The conditions that the events of a message must meet together.
    pub(crate) fn required(&self) -> Conditions {
        let bit = |is_asked: bool, bit: u8| if is_asked { bit } else { 0 };
        Conditions(
            bit(self.from.is_some(), Conditions::FROM)
                | bit(self.to.is_some(), Conditions::TO)
                | bit(self.participant.is_some(), Conditions::PARTICIPANT)
                | bit(self.subject.is_some(), Conditions::SUBJECT)
                | bit(self.message_id.is_some(), Conditions::MESSAGE_ID)
                | bit(self.trace_id.is_some(), Conditions::TRACE_ID),
        )
    }

    /// The conditions that one event meets.
    pub(crate) fn conditions(&self, event: &MailEvent) -> Conditions {
        let is_from = |needles: &Vec<String>| {
            [&event.from, &event.sender]
                .into_iter()
                .flatten()
                .any(|mailbox| has(mailbox.address.key(), needles))
        };
        let is_to =
            |needles: &Vec<String>| event.all_recipients().any(|mailbox| self.reaches(mailbox, needles));
        let bit = |holds: Option<bool>, bit: u8| if holds == Some(true) { bit } else { 0 };
        let subject = self.subject.as_ref().map(|part| {
            event.subject.as_ref().is_some_and(|subject| folded(subject).contains(part.as_str()))
        });
        let id = self.message_id.as_ref().map(|id| event.message_id.as_ref() == Some(id));
        let trace_id = self.trace_id.as_ref().map(|id| event.leg.is_traced && event.leg.trace_id == *id);
        Conditions(
            bit(self.from.as_ref().map(is_from), Conditions::FROM)
                | bit(self.to.as_ref().map(is_to), Conditions::TO)
                | bit(
                    self.participant.as_ref().map(|needles| is_from(needles) || is_to(needles)),
                    Conditions::PARTICIPANT,
                )
                | bit(subject, Conditions::SUBJECT)
                | bit(id, Conditions::MESSAGE_ID)
                | bit(trace_id, Conditions::TRACE_ID),
        )
    }

    /// Whether mail to a mailbox is mail to what is asked for: itself, or a member of it.
    fn reaches(&self, mailbox: &Mailbox, needles: &[String]) -> bool {
        let members = self.directory.as_ref().and_then(|known| known.expand(&mailbox.address));
        has(mailbox.address.key(), needles)
            || members.is_some_and(|members| members.iter().any(|member| has(member.key(), needles)))
    }

    /// Whether a message has what only whole messages have.
    pub(crate) fn accepts(&self, message: &Message) -> bool {
        let has_direction = |direction| {
            message.direction == direction || message.recipients.iter().any(|own| own.direction == direction)
        };
        self.status.is_none_or(|status| message.recipients.iter().any(|own| own.status == status))
            && self.direction.is_none_or(has_direction)
    }
}

fn has(key: &str, needles: &[String]) -> bool {
    needles.iter().any(|needle| key.contains(needle.as_str()))
}
