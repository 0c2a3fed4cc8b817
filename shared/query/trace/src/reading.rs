//! What one leg says of its recipients.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use mailtrail_clock::Time;

use crate::event::{EventName, MailEvent};
use crate::leg::Leg;
use crate::rule::{Effect, Rule, RuleAction};
use crate::status::{Outcome, RecipientStatus, Side, UnknownReason, contradict};
use crate::{Directory, Mailbox, expansion, folder, mailbox_rule};

/// What one leg says.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    pub(crate) outcomes: Vec<Outcome>,
    pub(crate) expansions: Vec<Expansion>,
    /// Recipients without an outcome, and what stands in the way of one.
    pub(crate) doubts: Vec<(String, UnknownReason)>,
    /// Recipients of whom it says what cannot all be true.
    pub(crate) contradictions: BTreeSet<String>,
    /// The mailbox of each mailbox rule, where it is known, by the uid of its event.
    pub(crate) owners: BTreeMap<String, Mailbox>,
}

/// An address that is a group or an alias.
#[derive(Debug)]
pub(crate) struct Expansion {
    pub(crate) of: Mailbox,
    pub(crate) side: Side,
    pub(crate) to: Vec<Mailbox>,
    /// Whether the directory says so; else it is concluded.
    pub(crate) is_known: bool,
    pub(crate) time: Time,
}

impl Reading {
    pub(crate) fn of(leg: &Leg, directory: Option<&Directory>) -> Self {
        let mut reading = Self::default();
        reading.outcomes.extend(leg.events.iter().flat_map(direct_outcomes));
        reading.outcomes.extend(organization_rules(leg));
        into_junk(&mut reading.outcomes);
        reading.find_contradictions();
        expansion::find(leg, directory, &mut reading);
        mailbox_rule::apply(leg, &mut reading);
        let rejected = rejections(leg, &reading);
        reading.outcomes.extend(rejected);
        reading
    }

    /// The recipients of whom an event of this side says what became of the message.
    pub(crate) fn resolved(&self, side: Side) -> HashSet<&str> {
        let resolving = |outcome: &&Outcome| outcome.side == side && !outcome.is_announced;
        self.outcomes.iter().filter(resolving).map(Outcome::key).collect()
    }

    /// The recipients that are a group or an alias.
    pub(crate) fn expanded(&self) -> HashSet<&str> {
        self.expansions.iter().map(|expansion| expansion.of.address.key()).collect()
    }

    fn find_contradictions(&mut self) {
        let mut by_key: HashMap<&str, Vec<&Outcome>> = HashMap::new();
        for outcome in &self.outcomes {
            by_key.entry(outcome.key()).or_default().push(outcome);
        }
        let contradictory = by_key.into_iter().filter(|(_, outcomes)| contradict(outcomes));
        self.contradictions = contradictory.map(|(key, _)| key.to_owned()).collect();
    }
}

/// The outcome that an event is, for each of its recipients.
pub(crate) fn direct_outcome(event: &MailEvent) -> Option<(RecipientStatus, Side)> {
    match event.name {
        EventName::Delivered if event.folder.as_deref().is_some_and(folder::is_junk) => {
            Some((RecipientStatus::Junk, Side::Incoming))
        }
        EventName::Delivered => Some((RecipientStatus::Delivered, Side::Incoming)),
        EventName::IncomingBounced => Some((RecipientStatus::Bounced, Side::Incoming)),
        EventName::Sent => Some((RecipientStatus::Sent, Side::Outgoing)),
        EventName::OutgoingBounced => Some((RecipientStatus::Bounced, Side::Outgoing)),
        _ => None,
    }
}

/// What an event says by itself.
fn direct_outcomes(event: &MailEvent) -> impl Iterator<Item = Outcome> {
    direct_outcome(event).into_iter().flat_map(move |(status, side)| {
        event.recipients.iter().map(move |recipient| Outcome {
            folder: event.folder.clone(),
            detail: event.reason.clone(),
            status_code: event.status_code.clone(),
            ..Outcome::new(recipient, event.time, status, side)
        })
    })
}

/// What an action of an email-flow rule of the organization means.
pub(crate) fn of_organization_rule(effect: Effect) -> Option<RecipientStatus> {
    match effect {
        Effect::Drop => Some(RecipientStatus::Dropped),
        Effect::Bounce => Some(RecipientStatus::Bounced),
        Effect::Junk => Some(RecipientStatus::Junk),
        Effect::Redirect | Effect::Move | Effect::None => None,
    }
}

/// What the organization's email-flow rules did.
fn organization_rules(leg: &Leg) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for (event, rule) in leg.rules().filter(|(_, rule)| !rule.is_of_mailbox()) {
        let side = if rule.is_outbound() { Side::Outgoing } else { Side::Incoming };
        for action in &rule.actions {
            let Some(status) = of_organization_rule(action.effect()) else { continue };
            for recipient in affected(leg, side, action) {
                outcomes.push(Outcome {
                    is_announced: status == RecipientStatus::Junk,
                    detail: by_rule(rule),
                    ..Outcome::new(recipient, event.time, status, side)
                });
            }
        }
    }
    outcomes
}

/// Whom an action is for: those that it names, or else every recipient.
fn affected<'l>(leg: &'l Leg, side: Side, action: &'l RuleAction) -> Vec<&'l Mailbox> {
    if action.recipients.is_empty() { leg.named(side) } else { action.recipients.iter().collect() }
}

/// How the detail of an outcome names the rule.
pub(crate) fn by_rule(rule: &Rule) -> Option<String> {
    rule.name.as_ref().map(|name| format!("rule {name}"))
}

/// A delivery that a rule has marked as junk is one into the junk folder, whatever language its name is in; unless it is the
/// inbox.
fn into_junk(outcomes: &mut [Outcome]) {
    let announced: HashSet<String> = outcomes
        .iter()
        .filter(|outcome| outcome.is_announced)
        .map(|outcome| outcome.key().to_owned())
        .collect();
    for outcome in outcomes.iter_mut().filter(|outcome| outcome.status == RecipientStatus::Delivered) {
        if announced.contains(outcome.key()) && !outcome.folder.as_deref().is_some_and(folder::is_inbox) {
            outcome.status = RecipientStatus::Junk;
        }
    }
}

/// Recipients whose mail DMARC rejected, and who have no delivery all the same.
fn rejections(leg: &Leg, reading: &Reading) -> Vec<Outcome> {
    let delivered = reading.outcomes.iter().filter(|own| !own.is_announced && own.status.is_delivery());
    let mut reached = reading.expanded();
    reached.extend(delivered.map(Outcome::key));
    let mut outcomes = Vec::new();
    for event in leg.events_named(&[EventName::DmarcApplied]) {
        if !event.rejects() {
            continue;
        }
        let recipients: Vec<&Mailbox> = if event.recipients.is_empty() {
            leg.named(Side::Incoming)
        } else {
            event.recipients.iter().collect()
        };
        for recipient in recipients.into_iter().filter(|own| !reached.contains(own.address.key())) {
            outcomes.push(Outcome {
                detail: Some("DMARC policy of the sender's domain".into()),
                ..Outcome::new(recipient, event.time, RecipientStatus::Rejected, Side::Incoming)
            });
        }
    }
    outcomes
}
