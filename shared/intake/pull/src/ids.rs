//! Whether a subscription and a reading give one event the same id. No page of AWS says so; it is measured. Pure.

use std::collections::HashSet;

use mailtrail_subscription::{LogBatch, is_cloudwatch_id};
use serde::{Deserialize, Serialize};

use crate::hashes::Hashes;
use crate::source::SourceEvent;
use crate::window::Window;

/// How the ids of both ways compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ids {
    /// The same, of every event that both have.
    Agree,
    /// Nothing was there to compare; taken for the same.
    Assumed,
    /// Others: events are compared by log stream, time and message.
    Differ,
}

/// The events that a subscription sent in a stretch of time.
#[derive(Debug, Default)]
pub(crate) struct Sample {
    hashes: Hashes,
    identities: HashSet<u128>,
    contents: HashSet<u64>,
    same: u64,
    other: u64,
}

impl Sample {
    /// Adds what a subscription sent in a window; what was pulled or imported proves nothing.
    pub(crate) fn add(&mut self, batch: &LogBatch<'_>, window: Window) {
        if batch.retrieved_by.is_some() {
            return;
        }
        for event in &batch.events {
            let (id, Some(time)) = (event.id(), event.time()) else { continue };
            if is_cloudwatch_id(&id) && window.contains(time.millis()) {
                self.identities.insert(self.hashes.identity(&batch.log_stream, &id));
                let content = self.hashes.content(&batch.log_stream, time.millis(), &event.message());
                self.contents.insert(content);
            }
        }
    }

    /// Compares an event that was read.
    pub(crate) fn compare(&mut self, event: &SourceEvent) {
        let SourceEvent { id, log_stream, timestamp, message } = event;
        if self.identities.contains(&self.hashes.identity(log_stream, id)) {
            self.same += 1;
        } else if self.contents.contains(&self.hashes.content(log_stream, *timestamp, message)) {
            self.other += 1;
        }
    }

    /// What the comparison showed. A subscription with a filter pattern, or two equal lines of which it sent one, leave
    /// events that have a double with another id: one event with the same id outweighs them, as ids are never equal by
    /// chance.
    pub(crate) fn verdict(&self) -> Ids {
        match (self.same, self.other) {
            (0, 0) => Ids::Assumed,
            (0, _) => Ids::Differ,
            _ => Ids::Agree,
        }
    }
}

#[cfg(test)]
mod tests {
    use mailtrail_subscription::batches;

    use super::*;

    fn id(number: u32) -> String {
        format!("{number:056}")
    }

    fn verdict(retrieved_by: &str, read: &[(u32, i64, &str)]) -> Ids {
        let text = format!(
            r#"{{"messageType":"DATA_MESSAGE","owner":"111122223333","logGroup":"g","logStream":"s",{retrieved_by}"logEvents":[{{"id":"{}","timestamp":5,"message":"a"}}]}}"#,
            id(1)
        );
        let mut sample = Sample::default();
        sample.add(&batches(&text).unwrap()[0], Window::new(0, 1_000).unwrap());
        for (number, timestamp, message) in read {
            let (log_stream, message) = ("s".to_owned(), (*message).to_owned());
            sample.compare(&SourceEvent { id: id(*number), log_stream, timestamp: *timestamp, message });
        }
        sample.verdict()
    }

    #[test]
    fn ids_are_the_same_others_or_not_known() {
        assert_eq!(verdict("", &[(1, 5, "a")]), Ids::Agree);
        assert_eq!(verdict("", &[(1, 5, "unmasked"), (2, 5, "a")]), Ids::Agree);
        assert_eq!(verdict("", &[(7, 5, "a")]), Ids::Differ);
        assert_eq!(verdict("", &[(7, 6, "a"), (8, 5, "b")]), Ids::Assumed);
        assert_eq!(verdict(r#""retrievedBy":"FilterLogEvents","#, &[(1, 5, "a")]), Ids::Assumed);
    }
}
