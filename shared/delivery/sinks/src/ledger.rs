//! The ledger of an invocation: every payload and event that was received, and what became of it.

use std::collections::BTreeMap;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

/// What was received, and what became of it. Sums of ledgers are ledgers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ledger {
    /// Payloads received.
    pub payloads: u64,
    /// Payloads that were read, control messages apart.
    pub decoded_payloads: u64,
    /// Payloads that were health checks of CloudWatch Logs.
    pub control_messages: u64,
    /// Log events of control messages, in payloads of either kind. They say nothing of the log: the raw copy keeps them, no
    /// record is made of them, and they are not among `events`.
    pub control_events: u64,
    /// Payloads that could not be read and are kept whole.
    pub quarantined_payloads: u64,
    /// Log events in the payloads that were read.
    pub events: u64,
    /// Events whose object now exists in the archive.
    pub archived: u64,
    /// Those of them whose object existed before.
    pub already: u64,
    /// Events of our own log groups, which are not archived.
    pub refused: u64,
    /// Archived events, by class.
    pub by_class: BTreeMap<&'static str, u64>,
    /// What became of the archived events in each stream.
    pub streams: Vec<StreamLedger>,
}

/// What became of the archived events in one stream.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct StreamLedger {
    /// The stream's name.
    pub stream: String,
    /// Accepted by the stream.
    pub delivered: u64,
    /// Not sent, because the stream has no delivery tag: a decision of an operator.
    pub gated: u64,
    /// Not sent, because the stream does not accept their class.
    pub filtered: u64,
    /// Not accepted; kept under `undelivered/`.
    pub undelivered: u64,
}

impl StreamLedger {
    /// A ledger without entries.
    pub fn new(stream: impl Into<String>) -> Self {
        Self { stream: stream.into(), ..Self::default() }
    }

    fn sum(&self) -> u64 {
        self.delivered + self.gated + self.filtered + self.undelivered
    }
}

impl Ledger {
    /// Whether every payload and every event is accounted for. If not, something was lost or invented.
    pub fn archive_balances(&self) -> bool {
        self.payloads == self.decoded_payloads + self.control_messages + self.quarantined_payloads
            && self.events == self.archived + self.refused
            && self.archived == self.by_class.values().sum::<u64>()
            && self.already <= self.archived
    }

    /// Whether every archived event is accounted for in every stream.
    pub fn streams_balance(&self) -> bool {
        self.streams.iter().all(|stream| stream.sum() == self.archived)
    }

    /// Whether all of it balances.
    pub fn balanced(&self) -> bool {
        self.archive_balances() && self.streams_balance()
    }

    /// Whether events were refused and nothing else happened: such an invocation reports nothing.
    pub fn only_refused(&self) -> bool {
        self.refused > 0 && self.refused == self.events && self.payloads == self.decoded_payloads
    }

    /// Adds another ledger of the same streams.
    pub fn add(&mut self, other: &Self) {
        self.payloads += other.payloads;
        self.decoded_payloads += other.decoded_payloads;
        self.control_messages += other.control_messages;
        self.control_events += other.control_events;
        self.quarantined_payloads += other.quarantined_payloads;
        self.events += other.events;
        self.archived += other.archived;
        self.already += other.already;
        self.refused += other.refused;
        for (class, count) in &other.by_class {
            *self.by_class.entry(class).or_default() += count;
        }
        for stream in &other.streams {
            self.add_stream(stream);
        }
    }

    fn add_stream(&mut self, other: &StreamLedger) {
        match self.streams.iter_mut().find(|mine| mine.stream == other.stream) {
            None => self.streams.push(other.clone()),
            Some(mine) => {
                mine.delivered += other.delivered;
                mine.gated += other.gated;
                mine.filtered += other.filtered;
                mine.undelivered += other.undelivered;
            }
        }
    }
}

/// The ledger as `mailtrail ingest --json` prints it: a contract.
impl Serialize for Ledger {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Ledger", 11)?;
        object.serialize_field("payloads", &self.payloads)?;
        object.serialize_field("control_messages", &self.control_messages)?;
        object.serialize_field("control_events", &self.control_events)?;
        object.serialize_field("quarantined_payloads", &self.quarantined_payloads)?;
        object.serialize_field("events", &self.events)?;
        object.serialize_field("archived", &self.archived)?;
        object.serialize_field("already", &self.already)?;
        object.serialize_field("refused", &self.refused)?;
        object.serialize_field("by_class", &self.by_class)?;
        object.serialize_field("streams", &self.streams)?;
        object.serialize_field("balanced", &self.balanced())?;
        object.end()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn balanced_ledger() -> impl Strategy<Value = Ledger> {
        let counts = (0..9_u64, 0..9_u64, 0..9_u64, 0..999_u64, 0..999_u64, 0..99_u64);
        (counts, prop::collection::vec(0..=999_u64, 3)).prop_map(
            |((data, control, bad, mail, base, refused), cuts)| {
                let archived = mail + base;
                let delivered = cuts[0] % (archived + 1);
                let gated = cuts[1] % (archived - delivered + 1);
                let filtered = cuts[2] % (archived - delivered - gated + 1);
                Ledger {
                    payloads: data + control + bad,
                    decoded_payloads: data,
                    control_messages: control,
                    control_events: control,
                    quarantined_payloads: bad,
                    events: archived + refused,
                    archived,
                    already: cuts[0] % (archived + 1),
                    refused,
                    by_class: BTreeMap::from([("email_activity", mail), ("base_event", base)]),
                    streams: vec![StreamLedger {
                        stream: "events".to_owned(),
                        delivered,
                        gated,
                        filtered,
                        undelivered: archived - delivered - gated - filtered,
                    }],
                }
            },
        )
    }

    proptest! {
        #[test]
        fn the_sum_of_balanced_ledgers_balances(ledgers in prop::collection::vec(balanced_ledger(), 0..6)) {
            let mut sum = Ledger::default();
            for ledger in &ledgers {
                prop_assert!(ledger.balanced());
                sum.add(ledger);
            }
            prop_assert!(sum.balanced());
            prop_assert_eq!(sum.events, ledgers.iter().map(|ledger| ledger.events).sum::<u64>());
        }

        #[test]
        fn a_ledger_that_loses_or_invents_an_event_does_not_balance(ledger in balanced_ledger(), which in 0..6) {
            let mut wrong = ledger;
            match which {
                0 => wrong.payloads += 1,
                1 => wrong.events += 1,
                2 => wrong.archived += 1,
                3 => wrong.refused += 1,
                4 => wrong.quarantined_payloads += 1,
                _ => wrong.streams[0].delivered += 1,
            }
            prop_assert!(!wrong.balanced());
        }
    }
}
