//! Batches of any size, one after the other, from a seed.

use std::{cmp::Reverse, collections::BinaryHeap};

use crate::{
    batch::{Batch, Event, event_id},
    mail::{Mailroom, Step},
    rng::Rng,
};

/// 2026-11-20T08:00:00Z: when the traffic starts.
pub const START_MS: i64 = 1_795_161_600_000;

/// An endless, reproducible stream of WorkMail log events, cut into batches. A message that is submitted at
/// the end of one batch is sent in the next.
#[derive(Debug, Clone)]
pub struct Traffic {
    mailroom: Mailroom,
    rng: Rng,
    /// Mean time between two messages, in milliseconds.
    gap_ms: u32,
    next_message: i64,
    /// What is still to be logged, soonest first; the number keeps the order within one millisecond.
    pending: BinaryHeap<Reverse<(i64, u64, String)>>,
    planned: u64,
    /// The part of an event id below its timestamp.
    next_id: u128,
}

impl Traffic {
    /// The traffic of this seed: about two messages a minute from [`START_MS`] on.
    pub fn new(seed: u64) -> Self {
        let mut rng = Rng::new(seed);
        let mailroom = Mailroom::new(rng.bits());
        let next_id = u128::from(rng.bits()) << 64;
        Self {
            mailroom,
            rng,
            gap_ms: 30_000,
            next_message: START_MS,
            pending: BinaryHeap::new(),
            planned: 0,
            next_id,
        }
    }

    /// The same traffic with another mean time between two messages, in milliseconds.
    #[must_use]
    pub fn with_gap(mut self, gap_ms: u32) -> Self {
        self.gap_ms = gap_ms;
        self
    }

    /// The next batch, of exactly that many events, in order of time; it starts where the last one ended.
    pub fn batch(&mut self, events: usize) -> Batch {
        Batch::of((0..events).map(|_| self.next_event()).collect())
    }

    /// As [`Self::batch`], but the clock is set to `start_ms` (milliseconds since 1970) first. Messages that
    /// are on their way are given up.
    pub fn batch_at(&mut self, start_ms: i64, events: usize) -> Batch {
        self.pending.clear();
        self.next_message = start_ms;
        self.batch(events)
    }

    /// Has `message` logged at `at_ms`, among whatever else happens then.
    pub(crate) fn plan(&mut self, at_ms: i64, message: String) {
        self.pending.push(Reverse((at_ms, self.planned, message)));
        self.planned += 1;
    }

    fn next_event(&mut self) -> Event {
        loop {
            if let Some(Reverse((at, ..))) = self.pending.peek()
                && *at < self.next_message
                && let Some(Reverse((timestamp, _, message))) = self.pending.pop()
            {
                let id = event_id(timestamp, self.next_id);
                self.next_id += 1;
                return Event { id, timestamp, message };
            }
            self.start_message();
        }
    }

    fn start_message(&mut self) {
        for Step { at, message } in self.mailroom.journey(self.next_message) {
            self.plan(at, message);
        }
        // Mail comes in bursts: now and then the next message follows at once.
        let gap = if self.rng.one_in(4) { self.gap_ms / 20 } else { self.gap_ms.saturating_mul(5) / 2 };
        self.next_message += i64::from(self.rng.between(1, gap.max(2)));
    }
}
