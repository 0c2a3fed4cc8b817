//! What the archive has of a log group, for a stretch of time. Pure.
//!
//! An event is in the archive when a raw copy has it under the same id and with the same message. Where ids say nothing
//! (an import without ids, a group whose subscription has other ids than the reading), log stream, time and message are
//! counted instead: of three equal events of which the archive has two, one is missing. An archive may have one event in
//! both ways; it then counts as the larger of both numbers, so that no event is taken for another one.

use std::collections::{BTreeMap, HashMap, HashSet};

use mailtrail_subscription::{EventUids, LogBatch, LogEvent, is_cloudwatch_id};

use crate::Ids;
use crate::hashes::Hashes;
use crate::source::SourceEvent;

/// Events are held by the hour, so that those of hours that are done can be dropped.
const HOUR: i64 = 3_600_000;

/// What is known of the archive.
#[derive(Debug)]
pub(crate) struct Known {
    ids: Ids,
    hashes: Hashes,
    hours: BTreeMap<i64, Events>,
}

/// The events of a stretch of time.
#[derive(Debug, Default)]
pub(crate) struct Events {
    /// Identity → the content that it was read with first.
    first: HashMap<u128, u64>,
    /// The same identities with other contents.
    others: HashSet<(u128, u64)>,
    /// Content → how many more events without a comparable id than with one.
    spare: HashMap<u64, i32>,
    /// How many have a comparable id.
    with_id: u64,
}

/// An event of a batch, as it is compared.
pub(crate) struct Compared {
    pub(crate) millis: i64,
    identity: u128,
    content: u64,
    has_id: bool,
}

/// The events of a batch. What `FilterLogEvents` returns always has a time, so others are left out.
pub(crate) fn compared(batch: &LogBatch<'_>, hashes: &Hashes, ids: Ids) -> Vec<Compared> {
    let uids = EventUids::of(batch);
    let is_comparable = batch.retrieved_by.is_some() || ids != Ids::Differ;
    let of = |(at, event): (usize, &LogEvent<'_>)| {
        let (millis, uid) = (event.time()?.millis(), uids.uid(at));
        let identity = hashes.identity(&batch.log_stream, &uid);
        let content = hashes.content(&batch.log_stream, millis, &event.message());
        Some(Compared { millis, identity, content, has_id: is_comparable && is_cloudwatch_id(&uid) })
    };
    batch.events.iter().enumerate().filter_map(of).collect()
}

impl Events {
    pub(crate) fn add(&mut self, event: &Compared) {
        let Compared { identity, content, has_id, .. } = *event;
        let is_new = match self.first.get(&identity) {
            Some(first) if *first == content => false,
            Some(_) => self.others.insert((identity, content)),
            None => {
                self.with_id += u64::from(has_id);
                self.first.insert(identity, content).is_none()
            }
        };
        if is_new {
            *self.spare.entry(content).or_default() += if has_id { -1 } else { 1 };
        }
    }

    /// How many events of a source these can answer for.
    pub(crate) fn count(&self) -> u64 {
        let spare = self.spare.values().filter_map(|spare| u64::try_from(*spare).ok());
        self.with_id + spare.sum::<u64>()
    }
}

/// Whether the archive has an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Has {
    Event,
    /// One with its id and another message.
    OtherMessage,
    Nothing,
}

impl Known {
    pub(crate) fn new(ids: Ids) -> Self {
        Self { ids, hashes: Hashes::default(), hours: BTreeMap::new() }
    }

    /// Learns the events of a batch that the archive has.
    pub(crate) fn add(&mut self, batch: &LogBatch<'_>) {
        for event in compared(batch, &self.hashes, self.ids) {
            self.hours.entry(event.millis / HOUR).or_default().add(&event);
        }
    }

    /// Whether the archive has an event. Each event of the archive answers for one of the source, so ask once for each.
    pub(crate) fn find(&mut self, event: &SourceEvent) -> Has {
        let identity = self.hashes.identity(&event.log_stream, &event.id);
        let content = self.hashes.content(&event.log_stream, event.timestamp, &event.message);
        let Some(hour) = self.hours.get_mut(&(event.timestamp / HOUR)) else { return Has::Nothing };
        let first = hour.first.get(&identity);
        if first == Some(&content) || hour.others.contains(&(identity, content)) {
            return Has::Event;
        }
        let is_other = first.is_some();
        match hour.spare.get_mut(&content) {
            Some(spare) if *spare > 0 => {
                *spare -= 1;
                Has::Event
            }
            _ if is_other => Has::OtherMessage,
            _ => Has::Nothing,
        }
    }

    /// Drops the hours before a time: nothing of them is asked for again.
    pub(crate) fn forget_before(&mut self, millis: i64) {
        let hour = millis / HOUR;
        if self.hours.first_key_value().is_some_and(|(first, _)| *first < hour) {
            self.hours = self.hours.split_off(&hour);
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

    /// Id, time and message of events.
    type Listed<'a> = &'a [(&'a str, i64, &'a str)];

    fn known(ids: Ids, copies: &[(&str, Listed<'_>)]) -> Known {
        let mut known = Known::new(ids);
        for (retrieved_by, events) in copies {
            let events: Vec<_> = events
                .iter()
                .map(|(id, time, message)| {
                    format!(r#"{{"id":"{id}","timestamp":{time},"message":"{message}"}}"#)
                })
                .collect();
            let text = format!(
                r#"{{"messageType":"DATA_MESSAGE","owner":"111122223333","logGroup":"g","logStream":"s",{retrieved_by}"logEvents":[{}]}}"#,
                events.join(",")
            );
            known.add(&batches(&text).unwrap()[0]);
        }
        known
    }

    const SENT: &str = "";
    const PULLED: &str = r#""retrievedBy":"FilterLogEvents","#;

    fn find(known: &mut Known, number: u32, timestamp: i64, message: &str) -> Has {
        let (log_stream, message) = ("s".to_owned(), message.to_owned());
        known.find(&SourceEvent { id: id(number), log_stream, timestamp, message })
    }

    #[test]
    fn an_event_is_known_by_id_and_message() {
        let mut known = known(Ids::Agree, &[(SENT, &[(&id(1), 5, "a"), (&id(2), 5, "a")])]);
        assert_eq!(find(&mut known, 1, 5, "a"), Has::Event);
        assert_eq!(find(&mut known, 1, 5, "a"), Has::Event);
        assert_eq!(find(&mut known, 2, 5, "masked"), Has::OtherMessage);
        assert_eq!(find(&mut known, 3, 5, "a"), Has::Nothing);
        known.forget_before(HOUR);
        assert_eq!(find(&mut known, 1, 5, "a"), Has::Nothing);
    }

    #[test]
    fn both_messages_of_an_id_are_known() {
        let mut known = known(Ids::Agree, &[(SENT, &[(&id(1), 5, "a")]), (PULLED, &[(&id(1), 5, "b")])]);
        assert_eq!((find(&mut known, 1, 5, "a"), find(&mut known, 1, 5, "b")), (Has::Event, Has::Event));
    }

    #[test]
    fn where_ids_differ_equal_events_are_counted() {
        let mut known = known(Ids::Differ, &[(SENT, &[("x", 5, "a"), ("y", 5, "a"), ("z", 6, "a")])]);
        let found: Vec<_> = (1..=3).map(|number| find(&mut known, number, 5, "a")).collect();
        assert_eq!(found, [Has::Event, Has::Event, Has::Nothing]);
    }

    #[test]
    fn an_event_that_was_sent_and_pulled_is_one_and_no_other_is_taken_for_it() {
        for order in [[1, 2], [2, 1]] {
            let mut known = known(Ids::Differ, &[(SENT, &[(&id(9), 5, "a")]), (PULLED, &[(&id(1), 5, "a")])]);
            let found = order.map(|number| find(&mut known, number, 5, "a"));
            assert_eq!(found.iter().filter(|it| **it == Has::Event).count(), 1, "{found:?}");
        }
    }

    #[test]
    fn events_are_counted_as_often_as_they_can_answer() {
        let count = |ids, copies: &[(&str, Listed<'_>)]| {
            known(ids, copies).hours.values().map(Events::count).sum::<u64>()
        };
        let (one, two, import) = (id(1), id(2), "");
        assert_eq!(count(Ids::Agree, &[(SENT, &[(&one, 5, "a"), (&two, 5, "a"), (&two, 5, "b")])]), 2);
        // The same event without an id and with one, and one without alone.
        assert_eq!(count(Ids::Agree, &[(SENT, &[(&one, 5, "a")]), (PULLED, &[(import, 5, "a")])]), 1);
        assert_eq!(count(Ids::Agree, &[(SENT, &[(&one, 5, "a")]), (PULLED, &[(import, 5, "b")])]), 2);
        assert_eq!(count(Ids::Differ, &[(SENT, &[(&two, 5, "a")]), (PULLED, &[(&one, 5, "a")])]), 1);
    }

    #[test]
    fn imported_events_without_an_id_count_once_however_often_they_were_imported() {
        let import: Listed<'_> = &[("", 5, "a"), ("", 5, "a")];
        let mut known = known(Ids::Agree, &[(PULLED, import), (PULLED, import)]);
        let found: Vec<_> = (1..=3).map(|number| find(&mut known, number, 5, "a")).collect();
        assert_eq!(found, [Has::Event, Has::Event, Has::Nothing]);
    }
}
