//! Journaling: copies of every message, sent to an address outside.
//!
//! A copy is a message by itself, with a trace id of its own. It is told beside the message that it copies, and is none of
//! its recipients.

use std::collections::HashMap;

use crate::Address;
use crate::event::{EventName, MailEvent};
use crate::leg::Leg;
use crate::status::Side;

/// How long after the start of journaling a copy begins its way, in seconds.
const COPY_WITHIN: i64 = 60 * 60;

/// When journaling sent copies to which address.
#[derive(Debug, Clone, Default)]
pub struct Journaling(HashMap<JournalingAddress, Vec<u32>>);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct JournalingAddress {
    account: String,
    log_group: String,
    key: String,
}

impl JournalingAddress {
    fn new(event: &MailEvent, address: &Address) -> Self {
        let (account, log_group) = (event.leg.account.clone(), event.leg.log_group.clone());
        Self { account, log_group, key: address.key().to_owned() }
    }
}

impl Journaling {
    /// Learns from an event, if it is the start of journaling.
    pub fn learn(&mut self, event: &MailEvent) {
        if event.name == EventName::Journaled {
            for mailbox in event.recipients.iter().filter(|mailbox| mailbox.address.is_identity()) {
                let times = self.0.entry(JournalingAddress::new(event, &mailbox.address)).or_default();
                times.push(seconds(event));
            }
        }
    }

    /// Takes in what was learned elsewhere.
    pub fn merge(&mut self, other: Self) {
        for (address, times) in other.0 {
            self.0.entry(address).or_default().extend(times);
        }
    }

    /// Sorts the times, so that they can be searched.
    pub(crate) fn sort(&mut self) {
        for times in self.0.values_mut() {
            times.sort_unstable();
        }
    }

    /// Whether a leg carries a copy: all its recipients are addresses that journaling had just sent a copy to.
    pub(crate) fn is_copy(&self, leg: &Leg) -> bool {
        if self.0.is_empty() || leg.journals().next().is_some() {
            return false;
        }
        let begins = leg.first.millis() / 1000;
        let Some(event) = leg.events.first() else { return false };
        let mut recipients =
            [Side::Outgoing, Side::Incoming].into_iter().flat_map(|side| leg.recipients(side)).peekable();
        recipients.peek().is_some()
            && recipients.all(|mailbox| {
                let times = self.0.get(&JournalingAddress::new(event, &mailbox.address));
                times.is_some_and(|times| {
                    let next = times.partition_point(|time| i64::from(*time) <= begins);
                    next > 0 && begins - i64::from(times[next - 1]) <= COPY_WITHIN
                })
            })
    }

    /// The bytes that it holds, about.
    pub(crate) fn bytes(&self) -> usize {
        self.0.values().map(|times| times.capacity() * size_of::<u32>()).sum()
    }
}

fn seconds(event: &MailEvent) -> u32 {
    u32::try_from(event.time.millis() / 1000).unwrap_or(u32::MAX)
}
