//! A leg: all events of one message on one way, and what they name.

use std::collections::{BTreeSet, HashMap, HashSet};

use mailtrail_clock::Time;

use crate::event::{EventName, LegKey, MailEvent};
use crate::rule::Rule;
use crate::status::Side;
use crate::{Address, Mailbox};

/// The events of a leg, in order of time. There is at least one.
#[derive(Debug)]
pub(crate) struct Leg {
    pub(crate) key: LegKey,
    pub(crate) first: Time,
    pub(crate) events: Vec<MailEvent>,
}

impl Leg {
    /// The legs of events, which are sorted and without repetition. The oldest leg is first.
    pub(crate) fn all(events: Vec<MailEvent>) -> Vec<Self> {
        let mut by_key = HashMap::<LegKey, Vec<MailEvent>>::new();
        for event in events {
            by_key.entry(event.leg.clone()).or_default().push(event);
        }
        let leg = |(key, events): (LegKey, Vec<MailEvent>)| {
            let first = events.iter().map(|event| event.time).min().unwrap_or(Time::EPOCH);
            Self { key, first, events }
        };
        let mut legs: Vec<_> = by_key.into_iter().map(leg).collect();
        legs.sort_by(|a, b| (a.first, &a.key).cmp(&(b.first, &b.key)));
        legs
    }

    /// The Message-IDs that can join it to other legs.
    pub(crate) fn message_ids(&self) -> BTreeSet<&str> {
        self.events.iter().filter_map(MailEvent::joining_id).collect()
    }

    /// The From addresses that can.
    pub(crate) fn froms(&self) -> BTreeSet<&str> {
        let froms = self.events.iter().filter_map(|event| event.from.as_ref());
        froms.map(|from| &from.address).filter(|from| from.is_identity()).map(Address::key).collect()
    }

    pub(crate) fn events_named<'l>(&'l self, names: &'l [EventName]) -> impl Iterator<Item = &'l MailEvent> {
        self.events.iter().filter(|event| names.contains(&event.name))
    }

    /// The recipients of the envelope, in its order; masked ones as often as they are named.
    pub(crate) fn named(&self, side: Side) -> Vec<&Mailbox> {
        const NAMING: [(Side, EventName); 2] =
            [(Side::Incoming, EventName::Received), (Side::Outgoing, EventName::Submitted)];
        let naming = self.events.iter().filter(|event| NAMING.contains(&(side, event.name.clone())));
        let (mut named, mut known): (Vec<&Mailbox>, HashSet<&str>) = (Vec::new(), HashSet::new());
        for event in naming {
            named.extend(event.recipients.iter().filter(|mailbox| !known.contains(mailbox.address.key())));
            known.extend(event.recipients.iter().map(|mailbox| mailbox.address.key()));
        }
        named
    }

    /// Every recipient of one side, whichever event names it.
    pub(crate) fn recipients(&self, side: Side) -> impl Iterator<Item = &Mailbox> {
        let names: &[EventName] = match side {
            Side::Incoming => &[EventName::Received, EventName::Delivered, EventName::IncomingBounced],
            Side::Outgoing => &[EventName::Submitted, EventName::Sent, EventName::OutgoingBounced],
        };
        self.events_named(names).flat_map(|event| &event.recipients)
    }

    /// The rules of mailboxes and of the organization that were applied, with their events.
    pub(crate) fn rules(&self) -> impl Iterator<Item = (&MailEvent, &Rule)> {
        self.events.iter().filter_map(|event| Some((event, event.rule.as_ref()?)))
    }

    /// Whom rules sent the message on to.
    pub(crate) fn targets(&self) -> impl Iterator<Item = &Mailbox> {
        self.rules().filter_map(|(_, rule)| rule.target_recipient.as_ref())
    }

    /// Where copies for the journal were sent.
    pub(crate) fn journals(&self) -> impl Iterator<Item = &Mailbox> {
        self.events_named(&[EventName::Journaled]).flat_map(|event| &event.recipients)
    }
}
