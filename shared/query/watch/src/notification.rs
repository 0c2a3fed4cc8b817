//! What the entries of a list matched in one batch: the content of an announcement.

use std::collections::{BTreeMap, BTreeSet};

use mailtrail_activity::{Activity, Outcome};
use mailtrail_clock::Time;
use mailtrail_names::Names;
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::{Match, WatchList};

/// Different values that a tally names; the rest is counted together. An announcement has at most 256 KiB
/// (<https://docs.aws.amazon.com/sns/latest/api/API_Publish.html>).
const NAMED: usize = 10;
/// Characters of a value that a tally keeps. The caller chose it.
const LONGEST_VALUE: usize = 256;
/// Objects that a notification names.
const OBJECTS: usize = 10;

/// What one entry matched in a batch.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Notification {
    /// The entry's name.
    pub watch: String,
    /// How many events.
    pub events: u64,
    /// How many of them were refused or failed.
    pub failed: u64,
    /// The first of them.
    #[serde(serialize_with = "rfc3339")]
    pub first: Time,
    /// The last of them.
    #[serde(serialize_with = "rfc3339")]
    pub last: Time,
    /// The callers: by ARN, or else by name or id.
    pub who: Tally,
    /// The names, at the time, of those callers that are ids of users.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub names: BTreeMap<String, String>,
    /// The operations.
    pub what: Tally,
    /// The source addresses.
    pub from: Tally,
    /// Where the records are in the archive; of very many objects, the first ones.
    pub objects: BTreeSet<String>,
}

/// How often each of some values was seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    counts: BTreeMap<String, u64>,
    others: u64,
}

/// The notifications of a batch, collected event by event.
#[derive(Debug)]
pub struct Notifications<'l> {
    list: &'l WatchList,
    names: &'l Names,
    of_watch: BTreeMap<usize, Notification>,
}

impl<'l> Notifications<'l> {
    /// Without any match so far.
    pub fn new(list: &'l WatchList, names: &'l Names) -> Self {
        Self { list, names, of_watch: BTreeMap::new() }
    }

    /// An entry applied to an event, whose record lies in the object of this key.
    pub fn add(&mut self, found: &Match<'_>, activity: &Activity<'_>, time: Time, object: String) {
        let Some(watch) = self.list.watches().get(found.at) else { return };
        let notification =
            self.of_watch.entry(found.at).or_insert_with(|| Notification::new(watch.name(), time));
        notification.events += 1;
        notification.failed += u64::from(activity.outcome == Outcome::Failure);
        notification.first = notification.first.min(time);
        notification.last = notification.last.max(time);
        notification.who.count(activity.principal());
        notification.name(activity, self.names);
        notification.what.count(Some(activity.operation).filter(|text| !text.is_empty()));
        notification.from.count(activity.sources.first().copied());
        if notification.objects.len() < OBJECTS {
            notification.objects.insert(object);
        }
    }

    /// The notifications, in the order of the list.
    pub fn finish(self) -> Vec<Notification> {
        self.of_watch.into_values().collect()
    }
}

impl Notification {
    fn new(watch: &str, time: Time) -> Self {
        Self {
            watch: watch.to_owned(),
            events: 0,
            failed: 0,
            first: time,
            last: time,
            who: Tally::default(),
            names: BTreeMap::new(),
            what: Tally::default(),
            from: Tally::default(),
            objects: BTreeSet::new(),
        }
    }

    /// Names the caller, if it is one of those that are told. One whose name changed within the batch keeps the first.
    fn name(&mut self, activity: &Activity<'_>, names: &Names) {
        let Some(id) = activity.principal().filter(|id| self.who.of(id) > 0 && !self.names.contains_key(*id))
        else {
            return;
        };
        if let Some(name) = names.name(activity.organization, id, activity.time) {
            self.names.insert(id.to_owned(), name.chars().take(LONGEST_VALUE).collect());
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over references")]
fn rfc3339<S: Serializer>(time: &Time, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&time.rfc3339())
}

impl Tally {
    fn count(&mut self, value: Option<&str>) {
        let Some(value) = value else { return };
        let value: String = value.chars().take(LONGEST_VALUE).collect();
        if self.counts.len() < NAMED || self.counts.contains_key(&value) {
            *self.counts.entry(value).or_default() += 1;
        } else {
            self.others += 1;
        }
    }

    /// How often a value was seen, if it is one of those that are named.
    pub fn of(&self, value: &str) -> u64 {
        self.counts.get(value).copied().unwrap_or_default()
    }

    /// How often values were seen that are not named.
    pub fn others(&self) -> u64 {
        self.others
    }
}

/// `{"value": 3, "other": 1, "…": 7}`, the last for all that are not named.
impl Serialize for Tally {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (value, count) in &self.counts {
            map.serialize_entry(value, count)?;
        }
        if self.others > 0 {
            map.serialize_entry("…", &self.others)?;
        }
        map.end()
    }
}
