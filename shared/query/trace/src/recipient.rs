//! What became of a message for each of its recipients, from all its legs.

use std::collections::{BTreeSet, HashSet};

use crate::context::PENDING_MILLIS;
use crate::direction::Directions;
use crate::row::{ReadLeg, Row, rows};
use crate::status::{Outcome, Side};
use crate::{Context, Direction, Recipient, RecipientStatus, StatusCode, UnknownReason};

/// The recipients of a message, in the order of its envelope; each group is followed by its members. `copies` are the legs
/// that only carry a copy for the journal.
pub(crate) fn recipients(legs: &[ReadLeg<'_>], copies: &[bool], context: &Context<'_>) -> Vec<Recipient> {
    let shown = legs.iter().zip(copies).filter(|(_, is_copy)| context.shows_journal || !**is_copy);
    let shown: Vec<&ReadLeg<'_>> = shown.map(|(own, _)| own).collect();
    let directions = Directions::of(&shown, context);
    let recipient = |row: Row<'_>| {
        let direction = directions.of_recipient(row.mailbox.address.key(), context);
        row.recipient(direction, context)
    };
    rows(&shown).into_iter().map(recipient).collect()
}

/// Which legs only take a copy to the address of the journal.
pub(crate) fn copies(legs: &[ReadLeg<'_>]) -> Vec<bool> {
    let journals: HashSet<&str> =
        legs.iter().flat_map(|own| own.leg.journals()).map(|mailbox| mailbox.address.key()).collect();
    let is_copy = |own: &ReadLeg<'_>| {
        let sides = [Side::Outgoing, Side::Incoming].into_iter();
        let mut recipients = sides.flat_map(|side| own.leg.recipients(side)).peekable();
        own.leg.journals().next().is_none()
            && recipients.peek().is_some()
            && recipients.all(|mailbox| journals.contains(mailbox.address.key()))
    };
    legs.iter().map(is_copy).collect()
}

impl<'r> Row<'r> {
    /// Whether outcomes of equal masks cannot be told apart.
    fn is_ambiguous(&self) -> bool {
        self.mailbox.address.is_masked() && (self.outcomes.len() > 1 || self.times_named > 1)
    }

    /// The outcome that counts: the last in time. A hand-over is none where the receiving side says more, and a rule's word
    /// that it is junk is none of a group.
    fn deciding(&self) -> Option<&'r Outcome> {
        let counts = |outcome: &&&Outcome| {
            let is_only_handed_over = outcome.status == RecipientStatus::Sent && self.is_received;
            let is_only_announced = outcome.is_announced && !self.expansions.is_empty();
            !is_only_handed_over && !is_only_announced
        };
        self.outcomes.iter().rev().find(counts).copied().filter(|_| !self.is_ambiguous())
    }

    fn recipient(&self, direction: Direction, context: &Context<'_>) -> Recipient {
        let deciding = self.deciding();
        let (status, unknown_reason) = match deciding {
            Some(outcome) => (outcome.status, None),
            None if self.is_ambiguous() => (RecipientStatus::Unknown, Some(UnknownReason::Masked)),
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
            let mut told = HashSet::new();
            let members = self.expansions.iter().flat_map(|expansion| &expansion.to);
            let members = members.filter(|member| told.insert(member.address.key()));
            expanded_to = members.map(|member| member.address.as_str().to_owned()).collect();
        }
        let own_code = deciding.and_then(|outcome| outcome.status_code.clone());
        let expanded_at = self.expansions.iter().map(|expansion| expansion.time).min();
        Recipient {
            address: self.mailbox.address.as_str().to_owned(),
            name: context.name(&self.mailbox),
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
