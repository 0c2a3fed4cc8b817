//! The direction of a message for each recipient.

use std::collections::HashSet;

use crate::event::EventName;
use crate::reading::Expansion;
use crate::row::ReadLeg;
use crate::status::Side;
use crate::{Context, Direction};

/// On which sides recipients are named, and whether the sender is one of ours.
pub(crate) struct Directions {
    outgoing: HashSet<String>,
    incoming: HashSet<String>,
    is_from_inside: bool,
}

impl Directions {
    pub(crate) fn of(legs: &[&ReadLeg<'_>], context: &Context<'_>) -> Self {
        let keys = |side: Side| -> HashSet<String> {
            let recipients = legs.iter().flat_map(|own| own.leg.recipients(side));
            let outcomes = legs.iter().flat_map(|own| &own.reading.outcomes);
            let outcomes = outcomes.filter(|outcome| outcome.side == side).map(|outcome| &outcome.recipient);
            recipients.chain(outcomes).map(|mailbox| mailbox.address.key().to_owned()).collect()
        };
        let (mut outgoing, mut incoming) = (keys(Side::Outgoing), keys(Side::Incoming));
        incoming.extend(dmarc_recipients(legs));
        // What a group gets, its members get the same way.
        for own in legs {
            for Expansion { of, side, to, .. } in &own.reading.expansions {
                let members = || to.iter().map(|member| member.address.key().to_owned());
                if outgoing.contains(of.address.key()) {
                    outgoing.extend(members());
                }
                if *side == Side::Incoming {
                    incoming.extend(members());
                }
            }
        }
        let targets: HashSet<&str> =
            legs.iter().flat_map(|own| own.leg.targets()).map(|mailbox| mailbox.address.key()).collect();
        let submits = |own: &&&ReadLeg<'_>| {
            own.leg.recipients(Side::Outgoing).any(|mailbox| !targets.contains(mailbox.address.key()))
        };
        let events = || legs.iter().flat_map(|own| &own.leg.events);
        let is_own_domain = || {
            let froms = events().filter_map(|event| event.from.as_ref());
            froms.map(|from| from.address.key()).any(|from| context.internal_domains.contains(from))
        };
        let is_from_inside = legs.iter().any(|own| submits(&own))
            || is_own_domain()
            || events().any(|event| event.is_internal);
        Self { outgoing, incoming, is_from_inside }
    }

    pub(crate) fn of_recipient(&self, key: &str, context: &Context<'_>) -> Direction {
        let is_incoming = self.incoming.contains(key) || context.internal_domains.contains(key);
        match (self.outgoing.contains(key) || self.incoming.contains(key), is_incoming, self.is_from_inside) {
            (false, ..) => Direction::Unknown,
            (true, true, true) => Direction::Internal,
            (true, true, false) => Direction::Inbound,
            (true, false, _) => Direction::Outbound,
        }
    }
}

fn dmarc_recipients<'r>(legs: &'r [&'r ReadLeg<'r>]) -> impl Iterator<Item = String> {
    let events = legs.iter().flat_map(|own| own.leg.events_named(&[EventName::DmarcApplied]));
    events.flat_map(|event| &event.recipients).map(|mailbox| mailbox.address.key().to_owned())
}
