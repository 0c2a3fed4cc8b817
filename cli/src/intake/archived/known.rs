//! The events that an archive has, as far as it was asked for. Pure, and bounded.

use std::collections::HashMap;

use mailtrail_clock::Time;
use mailtrail_subscription::{ContentKey, ContentKeys, EventUids, LogBatch, Naming, is_cloudwatch_id};

/// The most entries that are held, up to three for an event: some 50 MiB.
const MOST_ENTRIES: usize = 1_800_000;

/// What the archive has.
#[derive(Debug, Default)]
pub(super) struct Known {
    keys: ContentKeys,
    /// Events, by what they are known by, and the batch that each is from.
    entries: HashMap<[u8; 16], BatchNumber>,
    /// How many more events with ids have a content, where it is more than one.
    repeated: HashMap<[u8; 16], u32>,
    /// Batches that were imported.
    batches: Vec<Imported>,
    /// Their numbers, by name.
    numbers: HashMap<String, BatchNumber>,
    /// Whether an event found no room.
    is_full: bool,
}

/// The number of a batch that was imported, or [`NO_BATCH`].
pub(super) type BatchNumber = u32;

/// That of events which came otherwise, or in this run.
pub(super) const NO_BATCH: BatchNumber = BatchNumber::MAX;

/// A batch that is in the archive because its events were imported.
#[derive(Debug)]
pub(super) struct Imported {
    /// The name of its raw copy.
    pub(super) name: String,
    /// How many events it has.
    pub(super) events: usize,
}

/// What tells one event from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NamedBy {
    /// The id that it has.
    Id(u128),
    /// Its number among equal ones.
    Number(u32),
}

/// An event, as it is compared.
#[derive(Debug, Clone, Copy)]
pub(super) struct Compared {
    pub(super) time: Time,
    pub(super) content: ContentKey,
    pub(super) named_by: NamedBy,
    /// Whether what the archive has of it was recognised as what it says: then it is the event of a file that no log group saw,
    /// whatever log group it is from.
    pub(super) is_recognized: bool,
}

impl Compared {
    /// The same for what is one event.
    pub(super) fn entry(&self) -> (u128, Option<u32>) {
        match self.named_by {
            NamedBy::Id(id) => (id, None),
            NamedBy::Number(number) => (self.content.hash, Some(number)),
        }
    }
}

impl Known {
    /// The events of a batch, in their order.
    pub(super) fn compared(&self, batch: &LogBatch<'_>, uids: &EventUids<'_>) -> Vec<Compared> {
        compared(&self.keys, batch, uids)
    }

    pub(super) fn keys(&self) -> ContentKeys {
        self.keys.clone()
    }

    /// The number of a batch. One that has events of several days is read for each of them.
    pub(super) fn add_batch(&mut self, batch: Imported) -> BatchNumber {
        let next = BatchNumber::try_from(self.batches.len()).unwrap_or(NO_BATCH);
        let number = *self.numbers.entry(batch.name.clone()).or_insert(next);
        if number == next {
            self.batches.push(batch);
        }
        number
    }

    pub(super) fn batch(&self, number: BatchNumber) -> Option<&Imported> {
        self.batches.get(number as usize)
    }

    /// Adds an event that the archive has, or has from now on.
    pub(super) fn add(&mut self, event: Compared, batch: BatchNumber) {
        if self.entries.len() >= MOST_ENTRIES {
            self.is_full = true;
            return;
        }
        let number = match event.named_by {
            NamedBy::Id(id) => {
                if self.entries.contains_key(&id.to_ne_bytes()) {
                    return;
                }
                self.entries.insert(id.to_ne_bytes(), batch);
                self.next_with_id(event.content)
            }
            NamedBy::Number(number) => number,
        };
        let has_id = matches!(event.named_by, NamedBy::Id(_));
        let entry = self.entry(event.content, number, has_id);
        self.entries.entry(entry).or_insert(batch);
        if event.is_recognized && event.content.is_of_log_group() {
            let anywhere = ContentKey { hash: event.content.anywhere, ..event.content };
            let entry = self.entry(anywhere, number, has_id);
            self.entries.entry(entry).or_insert(batch);
        }
    }

    /// The batch that an event is from, if the archive has it. Of events without an id, it has as many as it has equal
    /// ones, with ids or without, whichever are more.
    pub(super) fn find(&self, event: Compared) -> Option<BatchNumber> {
        match event.named_by {
            NamedBy::Id(id) => self.entries.get(&id.to_ne_bytes()).copied(),
            NamedBy::Number(number) => {
                let of = |has_id| self.entries.get(&self.entry(event.content, number, has_id)).copied();
                // A batch that was imported is the better answer: it may have to be written again.
                of(false).or_else(|| of(true))
            }
        }
    }

    /// Makes room for a further day. Whether what was known had to be forgotten for it.
    pub(super) fn make_room(&mut self) -> bool {
        let is_necessary = self.is_full || self.entries.len() > MOST_ENTRIES / 2;
        if is_necessary {
            *self = Self { keys: self.keys.clone(), ..Self::default() };
        }
        is_necessary
    }

    pub(super) fn is_full(&self) -> bool {
        self.is_full
    }

    /// The number of an event with an id among those of equal content.
    fn next_with_id(&mut self, content: ContentKey) -> u32 {
        let first = self.entry(content, 0, true);
        if content.naming == Naming::Event || !self.entries.contains_key(&first) {
            return 0;
        }
        let more = self.repeated.entry(first).or_default();
        *more += 1;
        *more
    }

    fn entry(&self, content: ContentKey, number: u32, has_id: bool) -> [u8; 16] {
        let number = if content.naming == Naming::Event { 0 } else { number };
        self.keys.hash((content.hash, number, has_id)).to_ne_bytes()
    }
}

/// The events of a batch, in their order. That they were recognised is not known.
pub(super) fn compared(keys: &ContentKeys, batch: &LogBatch<'_>, uids: &EventUids<'_>) -> Vec<Compared> {
    let compared = |(at, event): (usize, &mailtrail_subscription::LogEvent<'_>)| {
        let message = event.message();
        let content = keys.of(batch, event, &message);
        let named_by = uids.number(at).map_or_else(
            || {
                let id = event.id();
                let account = event.system_fields().account.unwrap_or_else(|| batch.owner.clone());
                // An id of another form may be of several events.
                let time = (!is_cloudwatch_id(&id)).then(|| event.timestamp_text());
                NamedBy::Id(keys.hash((account, &batch.log_group, &batch.log_stream, &id, time, &message)))
            },
            NamedBy::Number,
        );
        Compared { time: event.time().unwrap_or(Time::EPOCH), content, named_by, is_recognized: false }
    };
    batch.events.iter().enumerate().map(compared).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(known: &Known, text: &str, naming: Naming, named_by: NamedBy) -> Compared {
        let content = known.keys.named(naming, ("", ""), text);
        Compared { time: Time::EPOCH, content, named_by, is_recognized: false }
    }

    #[test]
    fn of_equal_events_the_archive_has_as_many_as_with_ids_or_without() {
        let mut known = Known::default();
        let of = |known: &Known, named_by| event(known, "a", Naming::Place, named_by);
        for id in [1, 2, 2, 1] {
            known.add(of(&known, NamedBy::Id(id)), NO_BATCH);
        }
        known.add(of(&known, NamedBy::Number(0)), 7);
        let found = [0, 1, 2].map(|number| known.find(of(&known, NamedBy::Number(number))));
        assert_eq!(found, [Some(7), Some(NO_BATCH), None]);
        let found = [1, 2, 3].map(|id| known.find(of(&known, NamedBy::Id(id))).is_some());
        assert_eq!(found, [true, true, false]);
        assert_eq!(known.find(event(&known, "b", Naming::Place, NamedBy::Number(0))), None);
    }

    #[test]
    fn what_names_its_event_is_one_event() {
        let mut known = Known::default();
        let of = |known: &Known, number| event(known, "a", Naming::Event, NamedBy::Number(number));
        known.add(of(&known, 0), NO_BATCH);
        assert!(known.find(of(&known, 3)).is_some());
    }

    #[test]
    fn what_a_log_group_has_is_the_event_of_no_other_and_of_none_only_where_it_was_recognized() {
        let mut known = Known::default();
        let of = |known: &Known, log_group: &str, named_by, is_recognized| {
            let content = known.keys.named(Naming::Trace, ("", log_group), "a");
            Compared { time: Time::EPOCH, content, named_by, is_recognized }
        };
        let found = |known: &Known| {
            ["g", "h", ""].map(|group| {
                [0, 1].map(|number| known.find(of(known, group, NamedBy::Number(number), false)).is_some())
            })
        };
        known.add(of(&known, "g", NamedBy::Id(1), false), NO_BATCH);
        assert_eq!(found(&known), [[true, false], [false; 2], [false; 2]]);
        // What each of two log groups has once, none has twice.
        known.add(of(&known, "h", NamedBy::Id(2), true), NO_BATCH);
        known.add(of(&known, "i", NamedBy::Id(3), true), NO_BATCH);
        assert_eq!(found(&known), [[true, false]; 3]);
    }
}
