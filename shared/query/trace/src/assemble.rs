//! The second of two passes: the events of the legs that matched, made into messages.

use std::collections::{BTreeSet, HashMap, HashSet};

use mailtrail_clock::Time;

use crate::context::PENDING_MILLIS;
use crate::event::{EventName, LegKey, MailEvent};
use crate::filter::{Conditions, Filter};
use crate::leg::Leg;
use crate::reading::Reading;
use crate::recipient::{copies, recipients};
use crate::row::ReadLeg;
use crate::selection::MAX_LEGS;
use crate::{AppliedRule, Context, Direction, Mailbox, Message, Selection, Verdicts, join, journey, likely};

/// Gathers the events of the legs that are asked for, in any order.
#[derive(Debug)]
pub struct Gatherer<'s> {
    selection: &'s Selection,
    events: Vec<MailEvent>,
}

impl<'s> Gatherer<'s> {
    /// A gatherer of what the first pass has selected.
    pub fn new(selection: &'s Selection) -> Self {
        Self { selection, events: Vec::new() }
    }

    /// Keeps an event, if it is of a leg that is asked for.
    pub fn add(&mut self, event: MailEvent) {
        if self.selection.contains(&event.leg) {
            self.events.push(event);
        }
    }

    /// Takes in what another gatherer of the same selection has kept.
    pub fn merge(&mut self, other: Self) {
        self.events.extend(other.events);
    }

    /// The messages that a filter asks for, oldest first. An event that was added twice counts once; two events with one id
    /// and other content are both told.
    pub fn finish(self, filter: &Filter, context: &Context<'_>) -> Vec<Message> {
        let Self { selection, mut events } = self;
        events.sort();
        events.dedup();
        let legs = Leg::all(events);
        let likely = likely::pairs(&legs);
        let groups = join::join(&legs, context.window_millis());
        let assembly = Assembly::new(&legs, &groups, &likely, selection, context);
        let mut messages = Vec::new();
        for group in &groups {
            if !group.iter().any(|leg| selection.tells(&legs[*leg].key)) {
                continue;
            }
            let events = group.iter().flat_map(|leg| &legs[*leg].events);
            let conditions = events.fold(0, |all, event| all | filter.conditions(event).0);
            if Conditions(conditions).include(filter.required()) {
                messages.push(assembly.message(group));
            }
        }
        messages
            .retain(|message| filter.accepts(message) && (context.shows_journal || !message.is_journal_copy));
        messages.sort_by(|a, b| (a.first_time, &a.trace_ids).cmp(&(b.first_time, &b.trace_ids)));
        messages
    }
}

/// What messages are made from.
struct Assembly<'a> {
    legs: &'a [Leg],
    selection: &'a Selection,
    context: &'a Context<'a>,
    /// How many legs have a Message-ID.
    legs_by_id: HashMap<&'a str, usize>,
    /// The likely other halves of a leg that are not of its message.
    likely: HashMap<usize, BTreeSet<usize>>,
}

impl<'a> Assembly<'a> {
    fn new(
        legs: &'a [Leg],
        groups: &[Vec<usize>],
        pairs: &[(usize, usize)],
        selection: &'a Selection,
        context: &'a Context<'a>,
    ) -> Self {
        let mut legs_by_id: HashMap<&str, usize> = HashMap::new();
        for id in legs.iter().flat_map(Leg::message_ids) {
            *legs_by_id.entry(id).or_default() += 1;
        }
        let mut group_of = vec![0; legs.len()];
        for (number, group) in groups.iter().enumerate() {
            for leg in group {
                group_of[*leg] = number;
            }
        }
        let mut likely: HashMap<usize, BTreeSet<usize>> = HashMap::new();
        for &(one, other) in pairs.iter().filter(|(one, other)| group_of[*one] != group_of[*other]) {
            likely.entry(one).or_default().insert(other);
            likely.entry(other).or_default().insert(one);
        }
        Self { legs, selection, context, legs_by_id, likely }
    }

    fn message(&self, group: &[usize]) -> Message {
        let context = self.context;
        let (group, more) = group.split_at(group.len().min(MAX_LEGS));
        let legs: Vec<ReadLeg<'_>> = group
            .iter()
            .map(|leg| &self.legs[*leg])
            .map(|leg| ReadLeg { leg, reading: Reading::of(leg, context.directory) })
            .collect();
        let mut events: Vec<(&MailEvent, &Reading)> =
            legs.iter().flat_map(|own| own.leg.events.iter().map(|event| (event, &own.reading))).collect();
        events.sort_by_key(|(event, _)| *event);
        // The message itself, before copies of it.
        let copies = copies(&legs);
        let of_journal: HashSet<&LegKey> =
            legs.iter().zip(&copies).filter(|(_, is_copy)| **is_copy).map(|(own, _)| &own.leg.key).collect();
        let (last, own): (Vec<&MailEvent>, Vec<&MailEvent>) =
            events.iter().map(|(event, _)| *event).partition(|event| of_journal.contains(&event.leg));
        let own: Vec<&MailEvent> = own.into_iter().chain(last).collect();
        let from = own.iter().find_map(|event| event.from.as_ref());
        let sender = own.iter().find_map(|event| event.sender.as_ref());
        let id = own.iter().find_map(|event| event.joining_id());
        let id = id.or_else(|| own.iter().find_map(|event| event.message_id.as_deref()));
        let mut verdicts = Verdicts::default();
        let applied = own.iter().filter(|event| event.name == EventName::DmarcApplied);
        for event in applied.chain(&own) {
            verdicts.or(&event.verdicts);
        }
        let times = || events.iter().map(|(event, _)| event.time);
        let (first_time, last_time) =
            (times().min().unwrap_or(Time::EPOCH), times().max().unwrap_or(Time::EPOCH));
        let as_of = legs.iter().map(|own| context.as_of.get(&own.leg.key)).min().flatten();
        let recipients = recipients(&legs, &copies, context);
        let (same_message_id, left_behind) = self.others(group.len() + more.len(), &legs);
        Message {
            message_id: id.map(|id| format!("<{id}>")),
            trace_ids: trace_ids(group.iter().map(|leg| &self.legs[*leg])),
            likely_trace_ids: self.likely_trace_ids(group),
            same_message_id,
            more_legs: more.len(),
            direction: Direction::common(recipients.iter().map(|recipient| recipient.direction)),
            from: from.map(|from| from.address.as_str().to_owned()),
            from_name: from.and_then(|from| context.name(from)),
            sender: sender.map(|sender| sender.address.as_str().to_owned()),
            subject: own.iter().find_map(|event| event.subject.clone()),
            first_time,
            last_time,
            as_of,
            complete: more.is_empty()
                && left_behind == 0
                && self.is_within_read(first_time, last_time, as_of),
            log_groups: distinct(legs.iter().map(|own| own.leg.key.log_group.as_str())),
            recipients,
            rules: events.iter().flat_map(|(event, reading)| applied_rules(event, reading)).collect(),
            journaled_to: distinct(
                legs.iter().flat_map(|own| own.leg.journals()).map(|journal| journal.address.as_str()),
            ),
            is_journal_copy: group.iter().all(|leg| self.selection.journaling.is_copy(&self.legs[*leg])),
            verdicts,
            events: events.len(),
            journey: context.tells_journey.then(|| {
                events
                    .iter()
                    .map(|(event, reading)| journey::step(event, reading.owners.get(&event.uid)))
                    .collect()
            }),
        }
    }

    /// How many legs share a Message-ID and are not of the message; and how many of these were not gathered.
    fn others(&self, own: usize, legs: &[ReadLeg<'_>]) -> (usize, usize) {
        let ids: BTreeSet<&str> = legs.iter().flat_map(|own| own.leg.message_ids()).collect();
        let left_behind: usize = ids.iter().map(|id| self.selection.left_behind(id)).sum();
        let all: usize = ids.iter().map(|id| self.legs_by_id.get(id).copied().unwrap_or_default()).sum();
        let own = if ids.len() > 1 {
            legs.iter().map(|own| own.leg.message_ids().len()).sum()
        } else {
            own.min(all)
        };
        (all.saturating_sub(own) + left_behind, left_behind)
    }

    fn likely_trace_ids(&self, group: &[usize]) -> Vec<String> {
        let likely: BTreeSet<usize> =
            group.iter().filter_map(|leg| self.likely.get(leg)).flatten().copied().collect();
        trace_ids(likely.into_iter().map(|leg| &self.legs[leg]))
    }

    /// Whether no leg can lie outside the time that was read, and no outcome of one. After the newest event there is none.
    fn is_within_read(&self, first: Time, last: Time, as_of: Option<Time>) -> bool {
        let (read, window) = (self.context.read, self.context.window_millis().max(PENDING_MILLIS));
        let begins = read.since().is_none_or(|since| first.millis() - window >= since.millis());
        let ends = read.until().is_none_or(|until| {
            last.millis() + window < until.millis() || as_of.is_some_and(|as_of| as_of < until)
        });
        begins && ends
    }
}

fn trace_ids<'l>(legs: impl Iterator<Item = &'l Leg>) -> Vec<String> {
    distinct(legs.filter(|leg| leg.key.is_traced).map(|leg| leg.key.trace_id.as_str()))
}

/// Each text once, in the order of their first.
fn distinct<'t>(texts: impl Iterator<Item = &'t str>) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for text in texts {
        if all.iter().all(|known| known != text) {
            all.push(text.to_owned());
        }
    }
    all
}

/// The actions of the rule of an event.
fn applied_rules(event: &MailEvent, reading: &Reading) -> Vec<AppliedRule> {
    let Some(rule) = &event.rule else { return Vec::new() };
    let owner = reading.owners.get(&event.uid);
    let text = |mailbox: &Mailbox| mailbox.address.as_str().to_owned();
    let one = |action: Option<&crate::RuleAction>| {
        let named = action.map(|action| action.recipients.as_slice()).unwrap_or_default();
        AppliedRule {
            name: rule.name.clone(),
            r#type: rule.kind.clone(),
            action: action.map(|action| action.action.clone()),
            recipients: match named {
                [] => owner.map(text).into_iter().collect(),
                _ => named.iter().map(text).collect(),
            },
            target_folder: rule.target_folder.clone(),
            target_recipient: rule.target_recipient.as_ref().map(text),
        }
    };
    if rule.actions.is_empty() {
        vec![one(None)]
    } else {
        rule.actions.iter().map(|action| one(Some(action))).collect()
    }
}
