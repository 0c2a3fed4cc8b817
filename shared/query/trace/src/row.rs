//! All that the legs of a message say of each recipient.

use std::collections::{BTreeSet, HashMap, HashSet};

use mailtrail_clock::Time;

use crate::event::EventName;
use crate::leg::Leg;
use crate::reading::{Expansion, Reading};
use crate::status::{Outcome, Side};
use crate::{Mailbox, UnknownReason};

/// A leg of a message, and what it says.
pub(crate) struct ReadLeg<'l> {
    pub(crate) leg: &'l Leg,
    pub(crate) reading: Reading,
}

/// All that the legs say of one recipient.
pub(crate) struct Row<'r> {
    pub(crate) mailbox: Mailbox,
    /// The legs that name it.
    pub(crate) legs: Vec<&'r ReadLeg<'r>>,
    /// In the order in which they count.
    pub(crate) outcomes: Vec<&'r Outcome>,
    pub(crate) expansions: Vec<&'r Expansion>,
    pub(crate) doubts: BTreeSet<UnknownReason>,
    pub(crate) is_contradictory: bool,
    /// Whether a receiving leg names it, so that the hand-over to it is not the end.
    pub(crate) is_received: bool,
    /// How often one event names it: more than once only where it is masked.
    pub(crate) times_named: usize,
}

/// Every recipient once: those of the envelope first, in its order, each group followed by its members.
pub(crate) fn rows<'r>(legs: &[&'r ReadLeg<'r>]) -> Vec<Row<'r>> {
    let mut rows = Rows { all: Vec::new(), by_key: HashMap::new(), expansions: HashMap::new() };
    for expansion in legs.iter().flat_map(|own| &own.reading.expansions) {
        rows.expansions.entry(expansion.of.address.key()).or_default().push(expansion);
    }
    for side in [Side::Outgoing, Side::Incoming] {
        for mailbox in legs.iter().flat_map(|own| own.leg.named(side)) {
            rows.add(mailbox);
        }
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
    for own in legs {
        rows.take(own);
    }
    for row in &mut rows.all {
        row.outcomes.sort_by_key(|outcome| outcome.order());
    }
    rows.all
}

struct Rows<'r> {
    all: Vec<Row<'r>>,
    by_key: HashMap<String, usize>,
    expansions: HashMap<&'r str, Vec<&'r Expansion>>,
}

impl<'r> Rows<'r> {
    /// Adds a recipient, and after it what it expands to. A name that is learned later is added to what is there.
    fn add(&mut self, mailbox: &Mailbox) {
        let mut open = vec![mailbox.clone()];
        while let Some(mailbox) = open.pop() {
            let key = mailbox.address.key();
            if let Some(&known) = self.by_key.get(key) {
                let name = &mut self.all[known].mailbox.name;
                *name = name.take().or(mailbox.name);
                continue;
            }
            self.by_key.insert(key.to_owned(), self.all.len());
            let expansions = self.expansions.get(key).cloned().unwrap_or_default();
            open.extend(expansions.iter().flat_map(|expansion| &expansion.to).rev().cloned());
            self.all.push(Row {
                mailbox,
                legs: Vec::new(),
                outcomes: Vec::new(),
                expansions,
                doubts: BTreeSet::new(),
                is_contradictory: false,
                is_received: false,
                times_named: 0,
            });
        }
    }

    /// Takes what a leg says of every recipient.
    fn take(&mut self, own: &'r ReadLeg<'r>) {
        let Reading { outcomes, expansions, doubts, contradictions, .. } = &own.reading;
        for outcome in outcomes {
            self.change(outcome.key(), |row| row.outcomes.push(outcome));
        }
        for (key, reason) in doubts {
            self.change(key, |row| {
                row.doubts.insert(*reason);
            });
        }
        for key in contradictions {
            self.change(key, |row| row.is_contradictory = true);
        }
        let mut naming: HashSet<&str> = HashSet::new();
        naming.extend(own.leg.events.iter().flat_map(|event| &event.recipients).map(|own| own.address.key()));
        for Expansion { side, to, .. } in expansions {
            for member in to {
                naming.insert(member.address.key());
                self.change(member.address.key(), |row| row.is_received |= *side == Side::Incoming);
            }
        }
        for key in naming {
            self.change(key, |row| row.legs.push(own));
        }
        for side in [Side::Incoming, Side::Outgoing] {
            let mut times: HashMap<&str, usize> = HashMap::new();
            for mailbox in own.leg.named(side) {
                *times.entry(mailbox.address.key()).or_default() += 1;
            }
            for (key, times) in times {
                self.change(key, |row| {
                    row.times_named = times.max(row.times_named);
                    row.is_received |= side == Side::Incoming;
                });
            }
        }
    }

    /// Changes a row. The address of the journal has none.
    fn change(&mut self, key: &str, change: impl FnOnce(&mut Row<'r>)) {
        if let Some(&row) = self.by_key.get(key) {
            change(&mut self.all[row]);
        }
    }
}
