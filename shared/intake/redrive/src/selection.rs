//! Which events of raw copies are asked for.

use std::collections::HashSet;

use mailtrail_clock::{Time, TimeRange};
use mailtrail_subscription::{EventUids, Kind, LogBatch, LogEvent, Payload, Undecodable, batches};
use serde::Deserialize;

/// Events of a range of time, of some log groups or of all.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// When they happened.
    pub range: TimeRange,
    /// Their log groups, by name; none for all.
    pub log_groups: Vec<String>,
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
        Ok(Content {
            is_asked_for: self.is_all() || batches.iter().any(|batch| self.has_some_of(batch)),
            first_has_region: first.is_some_and(|event| event.system_fields().region.is_some()),
        })
    }

    /// Whether a batch has events that are asked for.
    fn has_some_of(&self, batch: &LogBatch<'_>) -> bool {
        batch.kind != Kind::Control
            && self.has_log_group(&batch.log_group)
            && batch.events.iter().any(|event| self.has_time(event))
    }

    fn has_time(&self, event: &LogEvent<'_>) -> bool {
        self.range.contains(event.time().unwrap_or(Time::EPOCH))
    }

    fn has_log_group(&self, name: &str) -> bool {
        self.log_groups.is_empty() || self.log_groups.iter().any(|wanted| wanted == name)
    }
}

/// Whether a record is of one of these events.
pub(crate) fn is_record_of(line: &[u8], uids: &HashSet<String>) -> bool {
    #[derive(Deserialize)]
    struct Record {
        metadata: Metadata,
    }
    #[derive(Deserialize)]
    struct Metadata {
        uid: String,
    }
    serde_json::from_slice(line).is_ok_and(|Record { metadata }| uids.contains(&metadata.uid))
}
