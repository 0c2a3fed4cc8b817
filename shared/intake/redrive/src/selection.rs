//! Which events of raw copies are asked for.

use std::collections::{BTreeSet, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use mailtrail_clock::{Time, TimeRange};
use mailtrail_subscription::{EventUids, Kind, LogBatch, LogEvent, Payload, Undecodable, batches};

/// How many log groups are remembered: of a name that is mistyped, the right one is hardly beyond them.
const REMEMBERED: usize = 10_000;

/// Events of a range of time, of some log groups or of all. Its clones share which log groups were seen.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// When they happened.
    range: TimeRange,
    /// Their log groups, by name; none for all.
    log_groups: Vec<String>,
    /// The log groups of the events of that range that were looked at, where some were asked for.
    seen: Arc<Mutex<BTreeSet<String>>>,
}

/// What is in a payload.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Content {
    /// Whether some event is asked for.
    pub(crate) is_asked_for: bool,
    /// Whether the first event says its Region. A raw copy lies under the Region of its first event; only where that event does
    /// not say it is it the Region of all others that do not.
    pub(crate) first_has_region: bool,
}

impl Selection {
    /// Events of a range of time, and of these log groups; of all where none is named.
    pub fn new(range: TimeRange, log_groups: Vec<String>) -> Self {
        Self { range, log_groups, seen: Arc::default() }
    }

    /// The log groups that were asked for and that no event was of, and those that events of the range were of.
    pub fn unseen(&self) -> (Vec<&str>, BTreeSet<String>) {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let unseen = self.log_groups.iter().filter(|name| !seen.contains(*name)).map(String::as_str);
        (unseen.collect(), seen)
    }

    /// Whether all events are asked for.
    pub(crate) fn is_all(&self) -> bool {
        self.range == TimeRange::default() && self.log_groups.is_empty()
    }

    /// The uids of the events that are asked for, by the time that CloudWatch Logs has for them: that of a record may be another.
    ///
    /// # Errors
    /// When a payload cannot be read.
    pub(crate) fn uids(&self, payloads: &[Payload], limit: usize) -> Result<HashSet<String>, Undecodable> {
        let mut found = HashSet::new();
        for payload in payloads {
            let text = payload.decode(limit)?;
            for batch in batches(&text)?.iter().filter(|batch| self.has_some_of(batch)) {
                let uids = EventUids::of(batch);
                let is_asked_for = |(at, event): (usize, &LogEvent<'_>)| {
                    self.has_time(event).then(|| uids.uid(at).into_owned())
                };
                found.extend(batch.events.iter().enumerate().filter_map(is_asked_for));
            }
        }
        Ok(found)
    }

    /// Reads a payload, and says what is in it.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) fn look_at(&self, payload: &Payload, limit: usize) -> Result<Content, Undecodable> {
        let text = payload.decode(limit)?;
        let batches = batches(&text)?;
        let first = batches.iter().find_map(|batch| batch.events.first());
        self.remember(&batches);
        Ok(Content {
            is_asked_for: self.is_all() || batches.iter().any(|batch| self.has_some_of(batch)),
            first_has_region: first.is_some_and(|event| event.system_fields().region.is_some()),
        })
    }

    fn remember(&self, batches: &[LogBatch<'_>]) {
        if self.log_groups.is_empty() {
            return;
        }
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        for batch in batches.iter().filter(|batch| self.has_time_of(batch)) {
            if seen.len() < REMEMBERED || self.has_log_group(&batch.log_group) {
                seen.insert(batch.log_group.to_string());
            }
        }
    }

    /// Whether a batch has events that are asked for.
    fn has_some_of(&self, batch: &LogBatch<'_>) -> bool {
        self.has_log_group(&batch.log_group) && self.has_time_of(batch)
    }

    fn has_time_of(&self, batch: &LogBatch<'_>) -> bool {
        batch.kind != Kind::Control && batch.events.iter().any(|event| self.has_time(event))
    }

    fn has_time(&self, event: &LogEvent<'_>) -> bool {
        self.range.contains(event.time().unwrap_or(Time::EPOCH))
    }

    fn has_log_group(&self, name: &str) -> bool {
        self.log_groups.is_empty() || self.log_groups.iter().any(|wanted| wanted == name)
    }
}
