//! What must hold of any events, in any order.

#![allow(clippy::unwrap_used, reason = "a test")]

mod common;

use common::{directory, events, known, line, trace};
use mailtrail_samples::journeys::{Journey, Journeys};
use mailtrail_trace::{
    Context, Direction, Filter, Gatherer, Index, LegKey, MailEvent, Mailbox, Message, Query, RecipientStatus,
    TraceFields,
};
use proptest::prelude::*;
use proptest::sample::Index as Position;

fn journeys(seed: u64, count: usize) -> Vec<Journey> {
    Journeys::new(seed).take(count).collect()
}

fn json(messages: &[Message]) -> Vec<String> {
    messages.iter().map(|message| serde_json::to_string(message).unwrap()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn neither_order_nor_repetition_nor_division_of_events_matters(
        seed: u64,
        swaps in prop::collection::vec((any::<Position>(), any::<Position>()), 0..400),
        repeated in prop::collection::vec(any::<Position>(), 0..40),
        knows_directory: bool,
    ) {
        let journeys = journeys(seed, Journeys::forms());
        let all: Vec<MailEvent> = journeys.iter().flat_map(events).collect();
        let known = known(all.iter().map(|event| event.time.millis()).max().unwrap(), knows_directory.then(|| directory(&journeys)));
        let context = Context { tells_journey: true, ..known.context() };
        let mut other = all.clone();
        other.extend(repeated.iter().map(|position| position.get(&all).clone()));
        for (one, another) in &swaps {
            let (one, another) = (one.index(other.len()), another.index(other.len()));
            other.swap(one, another);
        }

        let filter = Filter::new(&Query::default(), None);
        let (first, second) = other.split_at(other.len() / 3);
        let (mut index, mut rest) = (Index::new(&filter), Index::new(&filter));
        for event in first {
            index.add(event);
        }
        for event in second {
            rest.add(event);
        }
        index.merge(rest);
        let selection = index.select();
        let (mut gatherer, mut rest) = (Gatherer::new(&selection), Gatherer::new(&selection));
        first.iter().cloned().for_each(|event| gatherer.add(event));
        second.iter().cloned().for_each(|event| rest.add(event));
        gatherer.merge(rest);
        prop_assert_eq!(json(&gatherer.finish(&filter, &context)), json(&trace(&all, &Query::default(), &context)));
    }

    #[test]
    fn the_latest_messages_are_the_last_of_all(seed: u64, count in 1_usize..60) {
        let journeys = journeys(seed, Journeys::forms());
        let all: Vec<MailEvent> = journeys.iter().flat_map(events).collect();
        let known = known(all.iter().map(|event| event.time.millis()).max().unwrap(), None);
        let context = Context { shows_journal: true, ..known.context() };
        let filter = Filter::new(&Query::default(), None);
        let mut index = Index::new(&filter);
        for event in &all {
            index.add(event);
        }
        let selection = index.select_latest(count);
        let mut gatherer = Gatherer::new(&selection);
        all.iter().cloned().for_each(|event| gatherer.add(event));
        let last = |messages: Vec<Message>| {
            let messages = json(&messages);
            messages[messages.len() - count.min(messages.len())..].to_vec()
        };
        let latest = last(gatherer.finish(&filter, &context));
        prop_assert_eq!(latest, last(trace(&all, &Query::default(), &context)));
    }

    #[test]
    fn all_parts_together_are_all_messages(seed: u64, count in 1_u16..9) {
        let journeys = journeys(seed, Journeys::forms());
        let all: Vec<MailEvent> = journeys.iter().flat_map(events).collect();
        let known = known(all.iter().map(|event| event.time.millis()).max().unwrap(), None);
        let filter = Filter::new(&Query::default(), None);
        let mut index = Index::new(&filter);
        for event in &all {
            index.add(event);
        }
        let parts = index.divide(count);
        let mut messages = Vec::new();
        for part in 0..parts.count() {
            let selection = parts.selection(part);
            let mut gatherer = Gatherer::new(&selection);
            let own = all.iter().filter(|event| parts.of(&event.leg).any(|own| own == part));
            own.cloned().for_each(|event| gatherer.add(event));
            messages.extend(gatherer.finish(&filter, &known.context()));
        }
        let mut told = json(&messages);
        let mut expected = json(&trace(&all, &Query::default(), &known.context()));
        told.sort();
        expected.sort();
        prop_assert_eq!(told, expected);
    }

    /// The oracle makes every message, and then asks each of its events.
    #[test]
    fn two_passes_find_what_one_over_everything_finds(seed: u64, journey: Position, at: Position, asked in 0_u8..255, status in 0_usize..10) {
        let journeys = journeys(seed, 2 * Journeys::forms());
        let all: Vec<MailEvent> = journeys.iter().flat_map(events).collect();
        let of_one = events(journey.get(&journeys));
        let example = at.get(&of_one);
        let query = query(example, asked, status);
        let known = known(all.iter().map(|event| event.time.millis()).max().unwrap(), None);
        let context = known.context();
        let everything = trace(&all, &Query::default(), &context);
        let expected: Vec<Message> = everything.into_iter().filter(|message| matches(message, &all, &query)).collect();
        let found = trace(&all, &query, &context);
        prop_assert_eq!(json(&found), json(&expected), "{:?}", query);
    }

    /// Whatever text stands in a record.
    #[test]
    fn any_text_is_read(text in ".{0,24}", name in 0_usize..9, key in 0_usize..8) {
        const NAMES: [&str; 9] = [
            "ORGANIZATION_EMAIL_RECEIVED", "MAILBOX_EMAIL_DELIVERED", "RULE_APPLIED", "JOURNALING_INITIATED",
            "INCOMING_EMAIL_BOUNCED", "OUTGOING_EMAIL_SUBMITTED", "OUTGOING_EMAIL_SENT", "OUTGOING_EMAIL_BOUNCED",
            "DMARC_POLICY_APPLIED",
        ];
        const KEYS: [&str; 8] =
            ["recipient", "recipients", "from", "messageId", "bouncedRecipient", "ruleActions", "targetRecipient", "policy"];
        let members = serde_json::json!({KEYS[key]: text, "from": "a@example.com"});
        let one = common::mail(0, "t", NAMES[name], members.clone());
        let listed = serde_json::json!({KEYS[key]: [text.clone(), {"action": text.clone(), "recipients": text}]});
        let other = common::mail(1, "t", NAMES[name], listed);
        prop_assert!(common::messages(&[one, other]).len() == 1);
    }
}

/// A query of parts of an event.
fn query(example: &MailEvent, asked: u8, status: usize) -> Query {
    let is_asked = |bit: u8| asked & (1 << bit) != 0;
    let part = |mailbox: Option<&Mailbox>, bit: u8| {
        let text = mailbox?.address.as_str();
        let text = if is_asked(7) { text.to_uppercase() } else { format!(" <{text}> ") };
        Some(text).filter(|_| is_asked(bit))
    };
    let recipient = example.recipients.first();
    Query {
        from: part(example.from.as_ref(), 0),
        to: part(recipient, 1),
        participant: part(recipient.or(example.from.as_ref()), 2),
        subject: example.subject.clone().map(|text| text.to_uppercase()).filter(|_| is_asked(3)),
        message_id: example.message_id.clone().filter(|_| is_asked(4)),
        trace_id: Some(example.leg.trace_id.clone()).filter(|_| is_asked(5)),
        status: Some(RecipientStatus::ALL[status]).filter(|_| is_asked(6)),
        direction: Some(Direction::Internal).filter(|_| is_asked(6) && is_asked(7)),
    }
}

/// Whether the events of a message, together, have every part.
fn matches(message: &Message, all: &[MailEvent], query: &Query) -> bool {
    let is_own = |leg: &LegKey| {
        message.trace_ids.contains(&leg.trace_id) && message.log_groups.contains(&leg.log_group)
    };
    let own: Vec<&MailEvent> = all.iter().filter(|event| is_own(&event.leg)).collect();
    let has = |mailbox: &Mailbox, part: &String| {
        mailbox.address.key().contains(Mailbox::parse(part).unwrap().address.key())
    };
    let from = |event: &MailEvent, part: &String| event.from.as_ref().is_some_and(|own| has(own, part));
    let to = |event: &MailEvent, part: &String| {
        let rule = event.rule.iter().flat_map(|rule| {
            rule.actions.iter().flat_map(|action| &action.recipients).chain(&rule.target_recipient)
        });
        event.recipients.iter().chain(rule).any(|own| has(own, part))
    };
    let some = |part: &Option<String>, holds: &dyn Fn(&MailEvent, &String) -> bool| {
        part.as_ref().is_none_or(|part| own.iter().any(|event| holds(event, part)))
    };
    some(&query.from, &from)
        && some(&query.to, &to)
        && some(&query.participant, &|event, part| from(event, part) || to(event, part))
        && some(&query.subject, &|event, part| {
            event.subject.as_ref().is_some_and(|own| own.to_lowercase().contains(&part.to_lowercase()))
        })
        && some(&query.message_id, &|event, id| event.message_id.as_ref() == Some(id))
        && some(&query.trace_id, &|event, id| event.leg.trace_id == *id)
        && query.status.is_none_or(|status| message.recipients.iter().any(|own| own.status == status))
        && query.direction.is_none_or(|direction| {
            message.direction == direction || message.recipients.iter().any(|own| own.direction == direction)
        })
}

#[test]
fn the_first_pass_keeps_at_most_64_bytes_a_leg() {
    const LEGS: usize = 100_000;
    let filter = Filter::new(&Query { subject: Some("x".into()), ..Query::default() }, None);
    let mut index = Index::new(&filter);
    let journey = Journeys::new(1).next().unwrap();
    let example = line(&journey.events[0]);
    let mut event = MailEvent::of(&serde_json::from_str::<TraceFields<'_>>(&example).unwrap()).unwrap();
    for leg in 0..LEGS {
        event.leg.trace_id = leg.to_string();
        event.message_id = Some(format!("{leg}@example.org"));
        // Three events a leg, one of them with the id.
        index.add(&event);
        event.message_id = None;
        index.add(&event);
        index.add(&event);
    }
    assert!(index.bytes() <= 64 * LEGS, "{} bytes a leg", index.bytes() / LEGS);
}
