//! Legs that may be one message, where nothing joins them.
//!
//! A submission has no Message-ID; if none of its hand-overs is logged, only sender, recipients, subject and a short time
//! suggest which receiving leg is its other half. That is told, and never merged.

use std::collections::{HashMap, HashSet};

use crate::event::EventName;
use crate::leg::Leg;
use crate::status::Side;

/// How long after a submission its message is received, in milliseconds.
const WITHIN_MILLIS: i64 = 10 * 60 * 1000;
/// How much earlier the receiving side may have logged it: the clocks of two services.
const SKEW_MILLIS: i64 = 60 * 1000;

/// How far apart two such legs may begin, in whole seconds as the first pass knows them.
pub(crate) const NEAR_SECONDS: i64 = (WITHIN_MILLIS + SKEW_MILLIS) / 1000 + 1;

/// What sender and subject a leg has in common with its likely other half.
pub(crate) fn kinship(leg: &Leg) -> Option<(&str, &str)> {
    leg.events_named(&[EventName::Submitted, EventName::Received]).find_map(|event| {
        let from = &event.from.as_ref()?.address;
        from.is_identity().then(|| (from.key(), event.subject.as_deref().unwrap_or_default()))
    })
}

/// The pairs of a submission without Message-ID and a receiving leg.
pub(crate) fn pairs(legs: &[Leg]) -> Vec<(usize, usize)> {
    let mut received: HashMap<(&str, &str), Vec<usize>> = HashMap::new();
    for (index, leg) in legs.iter().enumerate() {
        if leg.events_named(&[EventName::Received]).next().is_some()
            && let Some(kinship) = kinship(leg)
        {
            received.entry(kinship).or_default().push(index);
        }
    }
    let mut pairs = Vec::new();
    for (index, leg) in legs.iter().enumerate().filter(|(_, leg)| leg.message_ids().is_empty()) {
        let sent_to: HashSet<_> =
            leg.named(Side::Outgoing).into_iter().map(|mailbox| mailbox.address.key()).collect();
        let Some(candidates) = kinship(leg).and_then(|kinship| received.get(&kinship)) else { continue };
        if sent_to.is_empty() {
            continue;
        }
        // Legs are in order of time.
        let after = |other: &usize| legs[*other].first.millis() - leg.first.millis();
        let near = candidates.partition_point(|other| after(other) < -SKEW_MILLIS)
            ..candidates.partition_point(|other| after(other) <= WITHIN_MILLIS);
        for &other in candidates[near].iter().filter(|other| **other != index) {
            let named = legs[other].named(Side::Incoming);
            if !named.is_empty() && named.iter().all(|mailbox| sent_to.contains(mailbox.address.key())) {
                pairs.push((index, other));
            }
        }
    }
    pairs
}
