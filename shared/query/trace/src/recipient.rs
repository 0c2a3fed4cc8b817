//! What became of a message for each of its recipients, from all its legs.

use std::collections::{BTreeSet, HashMap, HashSet};

use mailtrail_clock::Time;

use crate::context::PENDING_MILLIS;
use crate::event::EventName;
use crate::leg::Leg;
use crate::reading::{Expansion, Reading};
use crate::status::{Outcome, Side};
use crate::{Context, Direction, Mailbox, Recipient, RecipientStatus, StatusCode, UnknownReason};

/// A leg of a message, and what it says.
pub(crate) struct ReadLeg<'l> {
    pub(crate) leg: &'l Leg,
    pub(crate) reading: Reading,
}

/// The recipients of a message: those of the envelope first, in its order, each group followed by its members.
pub(crate) fn recipients(legs: &[ReadLeg<'_>], context: &Context<'_>) -> Vec<Recipient> {
    let shown: Vec<&ReadLeg<'_>> =
        legs.iter().filter(|own| context.shows_journal || !carries_copy(own.leg, legs)).collect();
    let directions = Directions::of(&shown, context);
    rows(&shown)
        .into_iter()
        .map(|mailbox| {
            let direction = directions.of_recipient(mailbox.address.key(), context);
            Row::of(&mailbox, &shown).recipient(&mailbox, direction, context)
        })
        .collect()
}

/// Whether a leg only takes a copy to the address of the journal.
pub(crate) fn carries_copy(leg: &Leg, legs: &[ReadLeg<'_>]) -> bool {
    let journals: HashSet<&str> =
        legs.iter().flat_map(|own| own.leg.journals()).map(|mailbox| mailbox.address.key()).collect();
    let mut recipients =
        [Side::Outgoing, Side::Incoming].into_iter().flat_map(|side| leg.recipients(side)).peekable();
    !journals.is_empty()
        && leg.journals().next().is_none()
        && recipients.peek().is_some()
        && recipients.all(|mailbox| journals.contains(mailbox.address.key()))
}

/// Every recipient once, in the order in which they are told.
fn rows(legs: &[&ReadLeg<'_>]) -> Vec<Mailbox> {
    let mut rows = Rows { legs, mailboxes: Vec::new(), by_key: HashMap::new() };
    for side in [Side::Outgoing, Side::Incoming] {
        legs.iter().flat_map(|own| own.leg.named(side)).for_each(|mailbox| rows.add(mailbox));
    }
    let mut others: Vec<(Time, &Mailbox)> = Vec::new();
    for own in legs {
        others.extend(own.reading.outcomes.iter().map(|outcome| (outcome.time, &outcome.recipient)));
        for event in own.leg.events.iter().filter(|event| event.name != EventName::Journaled) {
            let of_rule =
                event.rule.iter().flat_map(|rule| &rule.actions).flat_map(|action| &action.recipients);
            others.extend(event.recipients.iter().chain(of_rule).map(|mailbox| (event.time, mailbox)));
        }
    }
    others.sort();
    for (_, mailbox) in others {
        rows.add(mailbox);
    }
    rows.mailboxes
}

struct Rows<'r> {
    legs: &'r [&'r ReadLeg<'r>],
    mailboxes: Vec<Mailbox>,
    by_key: HashMap<String, usize>,
}

impl Rows<'_> {
    /// Adds a recipient, and after it what it expands to. A name that is learned later is added to what is there.
    fn add(&mut self, mailbox: &Mailbox) {
        let mut open = vec![mailbox.clone()];
        while let Some(mailbox) = open.pop() {
            if let Some(&known) = self.by_key.get(mailbox.address.key()) {
                let name = &mut self.mailboxes[known].name;
                *name = name.take().or(mailbox.name);
                continue;
            }
            self.by_key.insert(mailbox.address.key().to_owned(), self.mailboxes.len());
            let members = expansions(self.legs, mailbox.address.key()).flat_map(|expansion| &expansion.to);
            let members: Vec<_> = members.cloned().collect();
            self.mailboxes.push(mailbox);
            open.extend(members.into_iter().rev());
        }
    }
}

fn expansions<'r>(legs: &'r [&'r ReadLeg<'r>], key: &'r str) -> impl Iterator<Item = &'r Expansion> {
    let all = legs.iter().flat_map(|own| &own.reading.expansions);
    all.filter(move |expansion| expansion.of.address.key() == key)
}

/// On which sides recipients are named, and whether the sender is one of ours.
struct Directions {
    outgoing: HashSet<String>,
    incoming: HashSet<String>,
    is_from_inside: bool,
}

impl Directions {
    fn of(legs: &[&ReadLeg<'_>], context: &Context<'_>) -> Self {
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

    fn of_recipient(&self, key: &str, context: &Context<'_>) -> Direction {
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

/// All that the legs say of one recipient.
struct Row<'r> {
    legs: Vec<&'r ReadLeg<'r>>,
    /// Sorted by what counts.
    outcomes: Vec<&'r Outcome>,
    expansions: Vec<&'r Expansion>,
    doubts: BTreeSet<UnknownReason>,
    is_contradictory: bool,
    /// Whether a receiving leg names it, so that the hand-over to it is not the end.
    is_received: bool,
    is_ambiguous: bool,
}

impl<'r> Row<'r> {
    fn of(mailbox: &'r Mailbox, legs: &'r [&'r ReadLeg<'r>]) -> Self {
        let key = mailbox.address.key();
        let of_key =
            |own: &'r ReadLeg<'r>| own.reading.outcomes.iter().filter(move |outcome| outcome.key() == key);
        let mut outcomes: Vec<&Outcome> = legs.iter().flat_map(|own| of_key(own)).collect();
        outcomes.sort_by_key(|outcome| outcome.order());
        let is_member = |own: &ReadLeg<'_>, side: Option<Side>| {
            let expansions = own.reading.expansions.iter();
            expansions
                .filter(|expansion| side.is_none_or(|side| side == expansion.side))
                .any(|expansion| expansion.to.iter().any(|member| member.address.key() == key))
        };
        let names = |own: &ReadLeg<'_>| {
            own.leg.events.iter().any(|event| event.recipients.iter().any(|own| own.address.key() == key))
                || is_member(own, None)
        };
        let times_named = |own: &&ReadLeg<'_>| {
            [Side::Incoming, Side::Outgoing]
                .map(|side| own.leg.named(side).iter().filter(|own| own.address.key() == key).count())
                .into_iter()
                .max()
                .unwrap_or_default()
        };
        let is_ambiguous = mailbox.address.is_masked()
            && (outcomes.len() > 1 || legs.iter().map(times_named).max().unwrap_or_default() > 1);
        Self {
            is_received: legs.iter().any(|own| {
                own.leg.named(Side::Incoming).iter().any(|own| own.address.key() == key)
                    || is_member(own, Some(Side::Incoming))
            }),
            doubts: legs
                .iter()
                .flat_map(|own| &own.reading.doubts)
                .filter(|(doubtful, _)| doubtful == key)
                .map(|(_, reason)| *reason)
                .collect(),
            is_contradictory: legs.iter().any(|own| own.reading.contradictions.contains(key)),
            expansions: expansions(legs, key).collect(),
            legs: legs.iter().copied().filter(|own| names(own)).collect(),
            outcomes,
            is_ambiguous,
        }
    }

    /// The outcome that counts: the last in time. A hand-over is none where the receiving side says more, and a rule's word
    /// that it is junk is none of a group.
    fn deciding(&self) -> Option<&'r Outcome> {
        let counts = |outcome: &&&Outcome| {
            let is_only_handed_over = outcome.status == RecipientStatus::Sent && self.is_received;
            let is_only_announced = outcome.is_announced && !self.expansions.is_empty();
            !is_only_handed_over && !is_only_announced
        };
        self.outcomes.iter().rev().find(counts).copied().filter(|_| !self.is_ambiguous)
    }

    fn recipient(&self, mailbox: &Mailbox, direction: Direction, context: &Context<'_>) -> Recipient {
        let deciding = self.deciding();
        let (status, unknown_reason) = match deciding {
            Some(outcome) => (outcome.status, None),
            None if self.is_ambiguous => (RecipientStatus::Unknown, Some(UnknownReason::Masked)),
            None if !self.expansions.is_empty() => (RecipientStatus::Expanded, None),
            None => self.without_outcome(context),
        };
        let mut also = Vec::new();
        for other in self.outcomes.iter().map(|outcome| outcome.status).filter(|other| *other != status) {
            if !also.contains(&other) {
                also.push(other);
            }
        }
        let redirected: BTreeSet<_> =
            self.outcomes.iter().filter_map(|outcome| outcome.redirected_to.as_ref()).collect();
        let mut expanded_to: Vec<String> = Vec::new();
        if status == RecipientStatus::Expanded {
            for member in self.expansions.iter().flat_map(|expansion| &expansion.to) {
                if expanded_to.iter().all(|known| known != member.address.as_str()) {
                    expanded_to.push(member.address.as_str().to_owned());
                }
            }
        }
        let own_code = deciding.and_then(|outcome| outcome.status_code.clone());
        let expanded_at = self.expansions.iter().map(|expansion| expansion.time).min();
        Recipient {
            address: mailbox.address.as_str().to_owned(),
            name: mailbox.name.clone(),
            direction,
            status,
            folder: deciding.and_then(|outcome| outcome.folder.clone()),
            detail: match unknown_reason {
                Some(reason) => Some(reason.sentence().to_owned()),
                None => deciding.and_then(|outcome| outcome.detail.clone()),
            },
            unknown_reason,
            explanation: own_code.as_deref().and_then(StatusCode::parse).map(StatusCode::sentence),
            status_code: own_code,
            redirected_to: redirected.into_iter().map(|to| to.address.as_str().to_owned()).collect(),
            expanded_to,
            also,
            contradiction: self.is_contradictory,
            time: deciding
                .map(|outcome| outcome.time)
                .or(expanded_at.filter(|_| status == RecipientStatus::Expanded)),
        }
    }

    /// Pending while there is time for an outcome; what makes that doubtful comes first.
    fn without_outcome(&self, context: &Context<'_>) -> (RecipientStatus, Option<UnknownReason>) {
        let is_in_gap =
            |own: &&ReadLeg<'_>| context.gaps.iter().any(|gap| gap.concerns(&own.leg.key, own.leg.first));
        let is_recent = |own: &&ReadLeg<'_>| {
            let as_of = context.as_of.get(&own.leg.key);
            as_of.is_some_and(|as_of| as_of.millis() - own.leg.first.millis() <= PENDING_MILLIS)
        };
        if self.legs.iter().any(is_in_gap) {
            return (RecipientStatus::Unknown, Some(UnknownReason::Gap));
        }
        for reason in [UnknownReason::GroupOrAlias, UnknownReason::RuleNotTied] {
            if self.doubts.contains(&reason) {
                return (RecipientStatus::Unknown, Some(reason));
            }
        }
        if self.legs.iter().any(is_recent) {
            return (RecipientStatus::Pending, None);
        }
        (RecipientStatus::Unknown, Some(UnknownReason::NoOutcome))
    }
}
