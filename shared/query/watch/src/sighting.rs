//! What the entries of a list saw in one batch: the words of an announcement.

use std::collections::{BTreeMap, BTreeSet};

use mailtrail_clock::Time;
use mailtrail_normalize::Deed;
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::{Match, WatchList};

/// Different values that a tally names; the rest is counted together. An announcement has at most 256 KiB
/// (<https://docs.aws.amazon.com/sns/latest/api/API_Publish.html>).
const NAMED: usize = 10;
/// Characters of a value that a tally keeps. The words come from whoever caused the event.
const LONGEST_VALUE: usize = 256;
/// Objects that a sighting names.
const OBJECTS: usize = 10;

/// What one entry saw in a batch.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Sighting {
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
    /// Who it was: ARNs, or names where there is none.
    pub who: Tally,
    /// What they did.
    pub what: Tally,
    /// Where they were.
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

/// The sightings of a batch as it goes by.
#[derive(Debug)]
pub struct Sightings<'l> {
    list: &'l WatchList,
    of_watch: BTreeMap<usize, Sighting>,
}

impl<'l> Sightings<'l> {
    /// Nothing was seen yet.
    pub fn new(list: &'l WatchList) -> Self {
        Self { list, of_watch: BTreeMap::new() }
    }

    /// An entry applied to an event, whose record lies in the object of this key.
    pub fn add(&mut self, found: &Match<'_>, deed: &Deed<'_>, time: Time, object: String) {
        let Some(watch) = self.list.watches().get(found.at) else { return };
        let sighting = self.of_watch.entry(found.at).or_insert_with(|| Sighting::new(watch.name(), time));
        sighting.events += 1;
        sighting.failed += u64::from(deed.failed);
        sighting.first = sighting.first.min(time);
        sighting.last = sighting.last.max(time);
        sighting.who.count(who(deed));
        sighting.what.count(deed.operation);
        sighting.from.count(deed.source);
        if sighting.objects.len() < OBJECTS {
            sighting.objects.insert(object);
        }
    }

    /// What was seen, in the order of the list.
    pub fn finish(self) -> Vec<Sighting> {
        self.of_watch.into_values().collect()
    }
}

impl Sighting {
    fn new(watch: &str, time: Time) -> Self {
        Self {
            watch: watch.to_owned(),
            events: 0,
            failed: 0,
            first: time,
            last: time,
            who: Tally::default(),
            what: Tally::default(),
            from: Tally::default(),
            objects: BTreeSet::new(),
        }
    }
}

/// The word for who it was: an ARN says the most, a name more than an id, and that more than an account.
fn who<'d>(deed: &'d Deed<'_>) -> Option<&'d str> {
    let arn = deed.uid.filter(|uid| uid.starts_with("arn:"));
    let known = arn.or(deed.user).or(deed.uid).or(deed.uid_alt).or(deed.role.as_deref());
    known.or(deed.service).or(deed.impersonator).or(deed.account)
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
