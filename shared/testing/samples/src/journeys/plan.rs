//! What is planned of a journey, and what a perfect trace says of it, whichever of its events are there.
//!
//! The answer comes from what was planned: which legs are one message, whose a rule is, who is in a group. Nothing here
//! reads a log line.

use std::collections::BTreeSet;

use super::expected::{ExpectedMessage, ExpectedRecipient};

/// How long an outcome may take before it is no longer awaited, in milliseconds.
const FIVE_DAYS: i64 = 5 * 24 * 60 * 60 * 1000;

#[derive(Debug, Clone, Default)]
pub(super) struct Plan {
    pub(super) legs: Vec<Leg>,
    pub(super) recipients: Vec<Recipient>,
    pub(super) events: Vec<Planned>,
    pub(super) links: Vec<Link>,
    /// A submission and the receiving leg of the same message.
    pub(super) halves: Vec<(usize, usize)>,
}

#[derive(Debug, Clone)]
pub(super) struct Leg {
    pub(super) trace_id: String,
    pub(super) log_group: &'static str,
    pub(super) message_id: String,
    /// The start of journaling that made this leg, which only carries a copy.
    pub(super) copy_of: Option<usize>,
}

#[derive(Debug, Clone)]
pub(super) struct Recipient {
    pub(super) address: String,
    pub(super) direction: &'static str,
    /// Of a group or an alias, its mailboxes.
    pub(super) members: Vec<usize>,
    /// How many masked addresses look like this one.
    pub(super) masked: usize,
}

#[derive(Debug, Clone)]
pub(super) struct Planned {
    pub(super) leg: usize,
    pub(super) at: i64,
    pub(super) line: String,
    pub(super) kind: Kind,
    pub(super) names: Vec<usize>,
    pub(super) says: Vec<(usize, Said)>,
    /// Where journaling sends its copy, or a mailbox rule the message.
    pub(super) target: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Submitted,
    Received,
    Sent,
    MailboxRule,
    Journaling,
    Other,
}

/// What an event says of a recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    Delivered,
    Junk,
    /// By a rule, before any delivery.
    JunkByRule,
    BouncedIncoming,
    BouncedOutgoing,
    Sent,
    Dropped,
    Redirected,
    Rejected,
}

impl Said {
    fn status(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Junk | Self::JunkByRule => "junk",
            Self::BouncedIncoming | Self::BouncedOutgoing => "bounced",
            Self::Sent => "sent",
            Self::Dropped => "dropped",
            Self::Redirected => "redirected",
            Self::Rejected => "rejected",
        }
    }

    fn is_outgoing(self) -> bool {
        matches!(self, Self::Sent | Self::BouncedOutgoing)
    }

    fn is_delivery(self) -> bool {
        matches!(self, Self::Delivered | Self::Junk)
    }
}

/// Two legs that are one message, if of each list one event is there.
#[derive(Debug, Clone)]
pub(super) struct Link {
    pub(super) legs: (usize, usize),
    pub(super) needs: Vec<Vec<usize>>,
}

/// A plan seen without some of its events.
pub(super) struct View<'p> {
    pub(super) plan: &'p Plan,
    pub(super) missing: &'p BTreeSet<usize>,
    pub(super) knows_directory: bool,
    pub(super) as_of: i64,
}

/// What a group is expected to be.
enum Expanded {
    No,
    To(Vec<usize>),
    Perhaps,
}

impl View<'_> {
    pub(super) fn messages(&self) -> Vec<ExpectedMessage> {
        let of_leg = self.components();
        let components: BTreeSet<usize> = of_leg.iter().copied().collect();
        components
            .into_iter()
            .map(|component| (0..of_leg.len()).filter(|leg| of_leg[*leg] == component).collect::<Vec<_>>())
            .filter(|legs| legs.iter().any(|leg| self.events(&[*leg]).next().is_some()))
            .map(|legs| self.message(&legs, &of_leg))
            .collect()
    }

    /// The first leg of the message of each leg.
    fn components(&self) -> Vec<usize> {
        let mut of_leg: Vec<usize> = (0..self.plan.legs.len()).collect();
        for Link { legs: (one, other), needs } in &self.plan.links {
            if needs.iter().all(|any| any.iter().any(|event| self.is_there(*event))) {
                let (one, other) = (of_leg[*one], of_leg[*other]);
                of_leg.iter_mut().filter(|leg| **leg == one.max(other)).for_each(|leg| *leg = one.min(other));
            }
        }
        of_leg
    }

    fn is_there(&self, event: usize) -> bool {
        !self.missing.contains(&event)
    }

    fn events<'v>(&'v self, legs: &'v [usize]) -> impl Iterator<Item = (usize, &'v Planned)> {
        let events = self.plan.events.iter().enumerate();
        events.filter(move |(index, event)| self.is_there(*index) && legs.contains(&event.leg))
    }

    fn has_id(&self, leg: usize) -> bool {
        let has_some = self.plan.legs[leg].message_id.contains('@');
        has_some && self.events(&[leg]).any(|(_, event)| matches!(event.kind, Kind::Sent | Kind::Received))
    }

    fn message(&self, legs: &[usize], of_leg: &[usize]) -> ExpectedMessage {
        let legs: Vec<usize> =
            legs.iter().copied().filter(|leg| self.events(&[*leg]).next().is_some()).collect();
        let is_copy = |leg: &usize| self.plan.legs[*leg].copy_of.is_some_and(|event| self.is_there(event));
        let (copies, own): (Vec<usize>, Vec<usize>) = legs.iter().partition(|leg| is_copy(leg));
        let shown = if own.is_empty() { &copies } else { &own };
        let ids: BTreeSet<&str> = legs
            .iter()
            .filter(|leg| self.has_id(**leg))
            .map(|leg| self.plan.legs[*leg].message_id.as_str())
            .collect();
        let others = (0..of_leg.len()).filter(|leg| !legs.contains(leg) && self.has_id(*leg));
        let trace_id = |leg: &usize| self.plan.legs[*leg].trace_id.clone();
        let likely = self.plan.halves.iter().filter_map(|&(submitted, received)| {
            let is_open = of_leg[submitted] != of_leg[received]
                && !self.has_id(submitted)
                && self.has_kind(submitted, Kind::Submitted)
                && self.has_kind(received, Kind::Received);
            let other = if legs.contains(&submitted) { received } else { submitted };
            let is_own = legs.contains(&submitted) || legs.contains(&received);
            (is_open && is_own).then(|| trace_id(&other))
        });
        let journals = self.events(&legs).filter(|(_, event)| event.kind == Kind::Journaling);
        ExpectedMessage {
            trace_ids: legs.iter().map(trace_id).collect(),
            likely_trace_ids: likely.collect(),
            same_message_id: others
                .filter(|leg| ids.contains(self.plan.legs[*leg].message_id.as_str()))
                .count(),
            recipients: self.recipients(shown),
            journaled_to: journals.filter_map(|(_, event)| event.target.clone()).collect(),
            is_journal_copy: own.is_empty(),
            events: self.events(&legs).count(),
        }
    }

    fn has_kind(&self, leg: usize, kind: Kind) -> bool {
        self.events(&[leg]).any(|(_, event)| event.kind == kind)
    }

    fn recipients(&self, legs: &[usize]) -> Vec<ExpectedRecipient> {
        let mut told: BTreeSet<usize> = BTreeSet::new();
        for (_, event) in self.events(legs) {
            told.extend(&event.names);
        }
        for recipient in told.clone() {
            if let Expanded::To(members) = self.expansion(recipient, legs) {
                told.extend(members);
            }
        }
        told.into_iter().map(|recipient| self.recipient(recipient, legs)).collect()
    }

    fn recipient(&self, recipient: usize, legs: &[usize]) -> ExpectedRecipient {
        let planned = &self.plan.recipients[recipient];
        let expansion = self.expansion(recipient, legs);
        let is_group = matches!(expansion, Expanded::To(_));
        let is_received = self.is_received(recipient, legs);
        let mut said: Vec<(i64, Said)> = self.said(recipient, legs);
        said.sort_by_key(|(at, _)| *at);
        let counts = |said: Said| match said {
            Said::Sent => !is_received && !is_group,
            Said::JunkByRule => !is_group,
            _ => true,
        };
        let is_masked = planned.masked > 0
            && (said.len() > 1
                || (planned.masked > 1 && legs.iter().any(|leg| self.has_kind(*leg, Kind::Received))));
        let last = said.iter().rev().map(|(_, said)| *said).find(|said| counts(*said)).filter(|_| !is_masked);
        let (status, unknown_reason) = match (last, &expansion) {
            (Some(said), _) => (said.status(), None),
            (None, _) if is_masked => ("unknown", Some("masked")),
            (None, Expanded::To(_)) => ("expanded", None),
            (None, _) => self.without_outcome(recipient, legs),
        };
        let targets = self.events(legs).filter(|(_, event)| {
            let mut owners = event.says.iter().filter(|(_, said)| *said == Said::Redirected);
            owners.any(|(owner, _)| self.tied_to(event, *owner) == Some(recipient))
        });
        ExpectedRecipient {
            address: planned.address.clone(),
            direction: planned.direction,
            status,
            unknown_reason,
            redirected_to: targets.filter_map(|(_, event)| event.target.clone()).collect(),
            expanded_to: match expansion {
                Expanded::To(members) if status == "expanded" => {
                    members.into_iter().map(|member| self.plan.recipients[member].address.clone()).collect()
                }
                _ => BTreeSet::new(),
            },
        }
    }

    fn without_outcome(&self, recipient: usize, legs: &[usize]) -> (&'static str, Option<&'static str>) {
        let named_in = |leg: &&usize| self.mailboxes_of(**leg).contains(&recipient);
        let in_legs: Vec<usize> = legs.iter().filter(named_in).copied().collect();
        for leg in &in_legs {
            let groups =
                self.named_in(*leg).into_iter().filter(|own| !self.plan.recipients[*own].members.is_empty());
            let is_perhaps = |group: usize| matches!(self.expansion(group, &[*leg]), Expanded::Perhaps);
            if !self.knows_directory && groups.into_iter().any(is_perhaps) {
                return ("unknown", Some("group_or_alias"));
            }
        }
        let is_untied = |(_, event): (usize, &Planned)| {
            event.kind == Kind::MailboxRule
                && event.says.iter().any(|(owner, _)| self.tied_to(event, *owner).is_none())
                && in_legs.contains(&event.leg)
        };
        if self.events(legs).any(is_untied) {
            return ("unknown", Some("rule_not_tied"));
        }
        let begins = self.events(legs).map(|(_, event)| event.at).min().unwrap_or(i64::MIN);
        if self.as_of - begins <= FIVE_DAYS { ("pending", None) } else { ("unknown", Some("no_outcome")) }
    }

    /// What present events say of a recipient, as far as it can be tied to it.
    fn said(&self, recipient: usize, legs: &[usize]) -> Vec<(i64, Said)> {
        let mut all = Vec::new();
        for (_, event) in self.events(legs) {
            for &(own, said) in &event.says {
                let is_delivered = || {
                    let mut others =
                        self.events(std::slice::from_ref(&event.leg)).flat_map(|(_, other)| &other.says);
                    others.any(|(own, said)| *own == recipient && said.is_delivery())
                };
                let is_rule = event.kind == Kind::MailboxRule;
                let of = if is_rule { self.tied_to(event, own) } else { Some(own) };
                if of == Some(recipient) && !(said == Said::Rejected && is_delivered()) {
                    all.push((event.at, said));
                }
            }
        }
        all
    }

    /// The recipient that a mailbox rule is tied to: its owner, where it alone can have got the message; or the group or
    /// alias that was written to, where nothing tells that it is one.
    fn tied_to(&self, event: &Planned, owner: usize) -> Option<usize> {
        let is_gone = |recipient: &usize| {
            let mut others = self
                .events(std::slice::from_ref(&event.leg))
                .filter(|(_, other)| other.kind != Kind::MailboxRule);
            others.any(|(_, other)| {
                other.says.contains(&(*recipient, Said::BouncedIncoming))
                    || other.says.contains(&(*recipient, Said::Dropped))
            })
        };
        let named = self.named_in(event.leg);
        let is_concluded = |group: &usize| !matches!(self.expansion(*group, &[event.leg]), Expanded::No);
        if !self.knows_directory && named.iter().any(is_concluded) {
            return None;
        }
        let mut candidates = self.mailboxes_of(event.leg);
        candidates.retain(|recipient| !is_gone(recipient));
        let only = candidates.first().copied().filter(|_| candidates.len() == 1)?;
        (only == owner || self.plan.recipients[only].members.contains(&owner)).then_some(only)
    }

    /// The recipients that a leg was received for, with its groups expanded.
    fn mailboxes_of(&self, leg: usize) -> BTreeSet<usize> {
        let expanded = |recipient: usize| match self.expansion(recipient, &[leg]) {
            Expanded::To(members) => members,
            Expanded::No | Expanded::Perhaps => vec![recipient],
        };
        self.named_in(leg).into_iter().flat_map(expanded).collect()
    }

    /// The recipients that a leg was received for.
    fn named_in(&self, leg: usize) -> Vec<usize> {
        let received =
            |(_, event): (usize, &Planned)| (event.kind == Kind::Received).then(|| event.names.clone());
        self.events(&[leg]).find_map(received).unwrap_or_default()
    }

    fn is_received(&self, recipient: usize, legs: &[usize]) -> bool {
        legs.iter().any(|leg| {
            let named = self.named_in(*leg);
            let is_member = |group: &usize| match self.expansion(*group, &[*leg]) {
                Expanded::To(members) => members.contains(&recipient),
                Expanded::No | Expanded::Perhaps => false,
            };
            named.contains(&recipient) || named.iter().any(is_member)
        })
    }

    /// What a group or an alias is seen to be.
    fn expansion(&self, group: usize, legs: &[usize]) -> Expanded {
        let members = &self.plan.recipients[group].members;
        if members.is_empty() {
            return Expanded::No;
        }
        let has_said = |recipient: usize, leg: usize, is_outgoing: bool| {
            let legs = [leg];
            let mut events = self.events(&legs).filter(|(_, event)| event.kind != Kind::MailboxRule);
            events.any(|(_, event)| {
                let mut said = event.says.iter().filter(|(own, _)| *own == recipient).map(|(_, said)| *said);
                said.any(|said| {
                    said.is_outgoing() == is_outgoing && !matches!(said, Said::JunkByRule | Said::Rejected)
                })
            })
        };
        for &leg in legs {
            let named = self.named_in(leg);
            if self.knows_directory {
                let submitted = self.events(&[leg]).any(|(_, event)| {
                    event.kind == Kind::Submitted
                        && event.names.contains(&group)
                        && !has_said(group, leg, true)
                });
                if submitted || (named.contains(&group) && !has_said(group, leg, false)) {
                    return Expanded::To(members.clone());
                }
                continue;
            }
            if !named.contains(&group) || has_said(group, leg, false) {
                continue;
            }
            let reached: Vec<usize> = members
                .iter()
                .copied()
                .filter(|own| !named.contains(own) && has_said(*own, leg, false))
                .collect();
            let open = named.iter().filter(|own| !has_said(**own, leg, false)).count();
            match (reached.is_empty(), open) {
                (true, _) => {}
                (false, 1) => return Expanded::To(reached),
                (false, _) => return Expanded::Perhaps,
            }
        }
        Expanded::No
    }
}
