//! One object of records: its bytes in, the events that are asked for out. Pure, and work for a processor.

use std::hash::{BuildHasher, RandomState};

use mailtrail_clock::{Time, TimeRange};
use mailtrail_subscription::is_cloudwatch_id;

use super::deed::Deed;
use super::event::Event;
use super::filter::Filter;
use super::follow::{Followed, Opened};
use super::record::Record;
use super::session::issued;
use crate::reading::for_each_line;

/// What is looked for.
#[derive(Debug)]
pub(super) struct Query {
    pub(super) filter: Filter,
    pub(super) range: TimeRange,
    /// Whether the records themselves are wanted.
    pub(super) wants_records: bool,
    /// Keys of this run for [`Found::identity`]: nobody can write two events that it takes for one.
    pub(super) keys: [RandomState; 2],
}

/// An event that is asked for.
#[derive(Debug)]
pub(super) struct Found {
    /// The epoch where the event has no usable time.
    pub(super) time: Time,
    /// The same for the same event, wherever it is stored.
    pub(super) identity: u128,
    pub(super) answer: Answer,
}

/// What is shown of an event.
#[derive(Debug)]
pub(super) enum Answer {
    /// The record as it lies in the archive.
    Record(Vec<u8>),
    Event(Box<Event>),
}

impl Found {
    /// The record, where it is wanted.
    pub(super) fn record(&self) -> Option<&[u8]> {
        if let Answer::Record(line) = &self.answer { Some(line) } else { None }
    }

    /// The event, where no record is wanted.
    pub(super) fn event(self) -> Option<Event> {
        if let Answer::Event(event) = self.answer { Some(*event) } else { None }
    }
}

impl Query {
    /// The events of an object that are asked for, and those of the sessions that are followed.
    ///
    /// # Errors
    /// When it cannot be read to its last byte: then nothing of it counts.
    pub(super) fn scan(&self, followed: &Followed, key: &str, object: &[u8]) -> Result<Vec<Found>, String> {
        let (account, mut found) = (account(key), Vec::new());
        for_each_line(object, |line| {
            let record: Record<'_> = serde_json::from_slice(line)?;
            found.extend(self.find(followed, &record, line, account));
            Ok(())
        })?;
        Ok(found)
    }

    fn find(&self, followed: &Followed, record: &Record<'_>, line: &[u8], account: &str) -> Option<Found> {
        let (time, deed) = (record.moment(), Deed::of(record)?);
        if !self.range.contains(time) || !self.filter.accepts(&deed) {
            return None;
        }
        let via = followed.via(&deed.who.keys);
        if via.is_none() && !self.filter.selects(&deed) {
            return None;
        }
        Some(Found {
            time,
            identity: self.identity(record, line, account),
            answer: if self.wants_records {
                Answer::Record(line.to_owned())
            } else {
                Answer::Event(Box::new(Event::new(record, &deed, account, via.unwrap_or_default())))
            },
        })
    }

    /// The calls in an object that opened a session which can be followed.
    ///
    /// # Errors
    /// As for [`Self::scan`].
    pub(super) fn opened(&self, object: &[u8]) -> Result<Vec<Opened>, String> {
        let mut opened = Vec::new();
        for_each_line(object, |line| {
            let record: Record<'_> = serde_json::from_slice(line)?;
            opened.extend(self.opening(&record));
            Ok(())
        })?;
        Ok(opened)
    }

    fn opening(&self, record: &Record<'_>) -> Option<Opened> {
        let session = issued(record)?;
        let (time, deed) = (record.moment(), Deed::of(record)?);
        let is_start = self.filter.selects(&deed);
        let by: Vec<String> = deed.who.keys.iter().map(|&key| key.to_owned()).collect();
        let wanted = self.range.contains(time) && (is_start || !by.is_empty());
        wanted.then_some(Opened { time, session, by, is_start })
    }

    /// Account, log group, log stream and uid make an event; where the uid is not of CloudWatch's own form, it
    /// proves nothing, and the whole record counts.
    fn identity(&self, record: &Record<'_>, line: &[u8], account: &str) -> u128 {
        let (group, stream, uid) =
            (&*record.metadata.log_name, &*record.metadata.log_source, &*record.metadata.uid);
        let whole = (account, group, stream, uid, (!is_cloudwatch_id(uid)).then_some(line));
        let [high, low] = &self.keys;
        u128::from(high.hash_one(whole)) << 64 | u128::from(low.hash_one(whole))
    }
}

/// The account under which an object lies.
fn account(key: &str) -> &str {
    key.split('/').find_map(|part| part.strip_prefix("accountId=")).unwrap_or_default()
}
