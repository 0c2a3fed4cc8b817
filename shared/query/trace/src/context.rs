//! What is known besides the events.

use std::collections::BTreeMap;
use std::time::Duration;

use mailtrail_clock::{Time, TimeRange};
use mailtrail_normalize::InternalDomains;

use crate::event::{LegKey, MailEvent};
use crate::{Directory, Mailbox};

/// How far apart legs of one message may begin, unless asked otherwise: mail servers try for up to five days
/// ([RFC 5321, 4.5.4.1](https://www.rfc-editor.org/rfc/rfc5321#section-4.5.4.1)).
pub const DEFAULT_WINDOW: Duration = Duration::from_secs(PENDING_SECONDS);

/// How long an outcome may take, in milliseconds: as long as mail servers try.
pub(crate) const PENDING_MILLIS: i64 = PENDING_SECONDS.cast_signed() * 1000;
const PENDING_SECONDS: u64 = 5 * 24 * 60 * 60;

/// What is known besides the events.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// How far each log group is archived.
    pub as_of: &'a AsOf,
    /// What addresses are, where it is known.
    pub directory: Option<&'a Directory>,
    /// The organization's domains.
    pub internal_domains: &'a InternalDomains,
    /// When the archive lacks events.
    pub gaps: &'a [Gap],
    /// How far apart legs of one message may begin.
    pub window: Duration,
    /// The time that was read; legs may lie outside.
    pub read: TimeRange,
    /// Whether copies for the journal are shown.
    pub shows_journal: bool,
    /// Whether each message tells its journey.
    pub tells_journey: bool,
}

impl Context<'_> {
    pub(crate) fn window_millis(&self) -> i64 {
        i64::try_from(self.window.as_millis()).unwrap_or(i64::MAX / 4)
    }

    /// The display name of a mailbox: that beside its address, else that of the directory.
    pub(crate) fn name(&self, mailbox: &Mailbox) -> Option<String> {
        let known = || Some(self.directory?.name(&mailbox.address)?.to_owned());
        mailbox.name.clone().or_else(known)
    }
}

/// The newest event of each log group that is archived.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AsOf(BTreeMap<String, BTreeMap<String, Time>>);

impl AsOf {
    /// Says that a log group is archived up to a time, if that is later than what was said before.
    pub fn add(&mut self, account: &str, log_group: &str, time: Time) {
        let groups = self.0.entry(account.to_owned()).or_default();
        let newest = groups.entry(log_group.to_owned()).or_insert(time);
        *newest = time.max(*newest);
    }

    /// Learns from an event.
    pub fn learn(&mut self, event: &MailEvent) {
        let LegKey { account, log_group, .. } = &event.leg;
        let newest = self.0.get_mut(account).and_then(|groups| groups.get_mut(log_group));
        match newest {
            Some(newest) => *newest = event.time.max(*newest),
            None => self.add(account, log_group, event.time),
        }
    }

    /// Takes in what was learned elsewhere.
    pub fn merge(&mut self, other: Self) {
        for (account, groups) in other.0 {
            for (log_group, time) in groups {
                self.add(&account, &log_group, time);
            }
        }
    }

    /// Account, log group and newest event of each.
    pub fn log_groups(&self) -> impl Iterator<Item = (&str, &str, Time)> {
        self.0.iter().flat_map(|(account, groups)| {
            groups.iter().map(|(log_group, newest)| (account.as_str(), log_group.as_str(), *newest))
        })
    }

    pub(crate) fn get(&self, leg: &LegKey) -> Option<Time> {
        self.0.get(&leg.account)?.get(&leg.log_group).copied()
    }
}

/// A time of which the archive lacks events of a log group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// The account of the log group.
    pub account: String,
    /// The log group.
    pub log_group: String,
    /// When it begins.
    pub since: Time,
    /// When it ends.
    pub until: Time,
}

impl Gap {
    /// Whether an outcome of a leg may lie in it.
    pub(crate) fn concerns(&self, leg: &LegKey, first: Time) -> bool {
        self.account == leg.account
            && self.log_group == leg.log_group
            && self.until >= first
            && self.since.millis() <= first.millis() + PENDING_MILLIS
    }
}
