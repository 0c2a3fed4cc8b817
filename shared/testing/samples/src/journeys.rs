//! Journeys of messages with their truth: every form that a message's way can take, and what a perfect trace says of it,
//! also where one of its events is missing.
//!
//! [`Traffic`](crate::Traffic) looks like the mail of a company; this looks for what is hard. The truth is stated from what was
//! planned (`plan`), and never read from the log lines.

mod draft;
mod expected;
mod forms;
mod plan;
mod spelling;

use std::collections::BTreeSet;

pub use expected::{ExpectedMessage, ExpectedRecipient};
pub use spelling::plain;

use crate::batch::{Event, event_id};
use crate::example::OWNER;
use crate::rng::Rng;
use crate::traffic::START_MS;
use draft::Draft;
use forms::FORMS;
use plan::{Plan, View};

/// An endless, reproducible stream of journeys, all forms in turn.
#[derive(Debug, Clone)]
pub struct Journeys {
    rng: Rng,
    number: usize,
}

/// The events of one journey, in order of time, and its truth.
#[derive(Debug, Clone)]
pub struct Journey {
    /// What is special about it.
    pub form: &'static str,
    /// What is logged.
    pub events: Vec<JourneyEvent>,
    /// What its addresses are: the address, and the mailboxes that mail to it reaches. An address that is a mailbox has
    /// itself alone.
    pub directory: Vec<(String, Vec<String>)>,
    plan: Plan,
}

/// A log event, and where it was logged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JourneyEvent {
    /// The account of the log group.
    pub account: &'static str,
    /// The log group.
    pub log_group: &'static str,
    /// The event.
    pub event: Event,
}

impl Journeys {
    /// The journeys of this seed, a minute apart.
    pub fn new(seed: u64) -> Self {
        Self { rng: Rng::new(seed), number: 0 }
    }

    /// How many forms there are.
    pub fn forms() -> usize {
        FORMS.len()
    }
}

impl Iterator for Journeys {
    type Item = Journey;

    fn next(&mut self) -> Option<Journey> {
        const MINUTE: i64 = 60_000;
        let (form, write) = FORMS[self.number % FORMS.len()];
        let begins = START_MS + MINUTE * i64::try_from(self.number).unwrap_or_default();
        let mut draft = Draft::new(&mut self.rng, self.number, begins);
        write(&mut draft);
        let (plan, directory) = draft.finish();
        let low = (self.number as u128) << 32;
        let events = plan.events.iter().zip(low..).map(|(planned, low)| JourneyEvent {
            account: OWNER,
            log_group: plan.legs[planned.leg].log_group,
            event: Event {
                id: event_id(planned.at, low),
                timestamp: planned.at,
                message: planned.line.clone(),
            },
        });
        self.number += 1;
        Some(Journey { form, events: events.collect(), directory, plan })
    }
}

impl Journey {
    /// What a perfect trace says of the events without those that are missing, by their position: as of a time, in
    /// milliseconds since 1970, and with a directory or without.
    pub fn expected(
        &self,
        missing: &BTreeSet<usize>,
        as_of: i64,
        knows_directory: bool,
    ) -> Vec<ExpectedMessage> {
        View { plan: &self.plan, missing, knows_directory, as_of }.messages()
    }
}
