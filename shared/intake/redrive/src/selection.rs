//! Which events of raw copies are asked for.

use mailtrail_clock::{Time, TimeRange};
use mailtrail_subscription::{Kind, LogBatch, Payload, Undecodable, batches};
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

    /// Whether a record is of an event that is asked for.
    pub(crate) fn has_record(&self, line: &[u8]) -> bool {
        #[derive(Deserialize)]
        struct Record {
            time: i64,
            metadata: Metadata,
        }
        #[derive(Deserialize)]
        struct Metadata {
            log_name: String,
        }
        let Ok(Record { time, metadata }) = serde_json::from_slice(line) else { return false };
        self.has_log_group(&metadata.log_name)
            && self.range.contains(Time::from_millis(time).unwrap_or(Time::EPOCH))
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
            && batch.events.iter().any(|event| self.range.contains(event.time().unwrap_or(Time::EPOCH)))
    }

    fn has_log_group(&self, name: &str) -> bool {
        self.log_groups.is_empty() || self.log_groups.iter().any(|wanted| wanted == name)
    }
}
