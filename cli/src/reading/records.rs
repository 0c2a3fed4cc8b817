//! Deduplication: a record that is stored twice is one event, if it says the same.
//!
//! A record does not have the message of its event, so two records of one event are compared by what the mapping made of it:
//! all of it but what depends on where the event was read, or on settings. Records of different versions of the mapping differ for that alone: they count as equal.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, Hash, RandomState};

use mailtrail_subscription::{ContentKey, ContentKeys, Naming, is_cloudwatch_id};
use serde_json::value::RawValue;

/// Makes what records are known by, with random keys of this run: no sender can write two events that are taken for one.
#[derive(Debug, Clone, Default)]
pub(crate) struct RecordKeys {
    keys: [RandomState; 2],
    content: ContentKeys,
}

/// Where a record says that its event was logged. `account` is that under which it lies.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EventKey<'a> {
    pub(crate) account: &'a str,
    pub(crate) log_group: &'a str,
    pub(crate) log_stream: &'a str,
    pub(crate) uid: &'a str,
}

impl RecordKeys {
    /// Account, log group, log stream and uid make an event; where the uid is not of CloudWatch's own form, it
    /// proves nothing, and the whole record counts.
    pub(crate) fn event(&self, key: EventKey<'_>, line: &[u8]) -> u128 {
        let EventKey { account, log_group, log_stream, uid } = key;
        self.hash((account, log_group, log_stream, uid, (!is_cloudwatch_id(uid)).then_some(line)))
    }

    /// What the event of a record that stands in `line` is compared by.
    pub(crate) fn identity(&self, key: EventKey<'_>, line: &[u8]) -> serde_json::Result<Identity> {
        Identity::of(self.event(key, line), line, &self.keys[0])
    }

    /// What it is known by, however it arrived.
    pub(crate) fn content(&self, account: &str, line: &[u8]) -> serde_json::Result<ContentKey> {
        content_key(line, account, &self.content)
    }

    pub(crate) fn hash(&self, value: impl Hash + Copy) -> u128 {
        let [high, low] = &self.keys;
        u128::from(high.hash_one(value)) << 64 | u128::from(low.hash_one(value))
    }
}

/// What a record is compared by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Identity {
    /// The same for records of one event, wherever they are stored.
    pub(crate) event: u128,
    pub(crate) version: Version,
}

/// What a version of the mapping made of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Version {
    mapping: u64,
    content: u64,
}

/// Attributes that are no part of the message: the marks of watches.
const MARKS: &str = "enrichments";
/// Members of `metadata` that are none either: how the event was mapped, and the organization, which a setting may name.
const SETTINGS: [&str; 2] = [MAPPING, "tenant_uid"];
const MAPPING: &str = "transformation_info_list";
/// Members of `metadata` that say of which event a record is, and not where it was read.
const NAMES: [&str; 4] = ["product", "original_event_uid", "correlation_uid", "event_code"];

/// The members of an object, as they stand there.
type Members<'a> = BTreeMap<&'a str, &'a RawValue>;

impl Identity {
    /// The identity of the event of a record that stands in `line`.
    fn of(event: u128, line: &[u8], keys: &RandomState) -> serde_json::Result<Self> {
        let mut attributes: Members<'_> = serde_json::from_slice(line)?;
        attributes.remove(MARKS);
        let metadata = attributes.remove("metadata").map_or("{}", RawValue::get);
        let mut metadata: Members<'_> = serde_json::from_str(metadata)?;
        let mapping = metadata.get(MAPPING).map_or("", |mapping| mapping.get());
        metadata.retain(|name, _| !SETTINGS.contains(name));
        // Where the event itself has no id, its place is that of the batch: another Region may have read it.
        if !metadata.contains_key("original_event_uid") {
            attributes.remove("cloud");
        }
        let content = [texts(&attributes), texts(&metadata)];
        let version = Version { mapping: keys.hash_one(mapping), content: keys.hash_one(content) };
        Ok(Self { event, version })
    }
}

/// What the event of a record that stands in `line` is known by, however it arrived: as raw copies are by their message, by what
/// the mapping made of that. `account` is that under which the record lies.
fn content_key(line: &[u8], account: &str, keys: &ContentKeys) -> serde_json::Result<ContentKey> {
    let mut attributes: Members<'_> = serde_json::from_slice(line)?;
    let metadata: Members<'_> =
        serde_json::from_str(attributes.remove("metadata").map_or("{}", RawValue::get))?;
    for name in [MARKS, "cloud", "observables"] {
        attributes.remove(name);
    }
    let own_id = [("original_event_uid", Naming::Event), ("correlation_uid", Naming::Trace)];
    let is_whole = !metadata.contains_key("is_truncated");
    let naming = own_id.into_iter().find(|(name, _)| is_whole && metadata.contains_key(name));
    let naming = naming.map_or(Naming::Place, |(_, naming)| naming);
    let text = |name| metadata.get(name).map_or("", |value: &&RawValue| value.get());
    let (log_group, content) = (text("log_name"), (texts(&attributes), NAMES.map(text)));
    if naming == Naming::Place {
        let hash = keys.hash((account, log_group, text("log_source"), content));
        return Ok(ContentKey { hash, anywhere: hash, naming });
    }
    // As it stands, an empty text has quotes.
    let log_group = if log_group == "\"\"" { "" } else { log_group };
    Ok(keys.named(naming, (account, log_group), content))
}

fn texts<'a>(members: &Members<'a>) -> Vec<(&'a str, &'a str)> {
    members.iter().map(|(name, value)| (*name, value.get())).collect()
}

/// How a record relates to those that were read before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Novelty {
    New,
    Copy,
    /// The same event with another content.
    OtherContent,
}

/// The events that were read.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    first: HashMap<u128, Version>,
    /// What else was read of an event.
    others: HashMap<u128, Vec<Version>>,
}

impl Seen {
    /// Adds a record that is read.
    pub(crate) fn add(&mut self, Identity { event, version }: Identity) -> Novelty {
        let is_new = !self.first.contains_key(&event);
        let first = *self.first.entry(event).or_insert(version);
        if first == version {
            return if is_new { Novelty::New } else { Novelty::Copy };
        }
        let others = self.others.entry(event).or_default();
        if others.contains(&version) {
            return Novelty::Copy;
        }
        others.push(version);
        // As many contents are shown as any version of the mapping made of the event.
        let contents = |mapping| {
            let made = others.iter().chain([&first]).filter(|version| version.mapping == mapping);
            made.count()
        };
        let own = contents(version.mapping);
        let is_most = others
            .iter()
            .chain([&first])
            .all(|other| other.mapping == version.mapping || contents(other.mapping) < own);
        if is_most { Novelty::OtherContent } else { Novelty::Copy }
    }

    pub(crate) fn clear(&mut self) {
        self.first.clear();
        self.others.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(event: u128, mapping: u8, about: &str, also: &str) -> Identity {
        let line = format!(
            r#"{{"metadata":{{"uid":"x","transformation_info_list":[{mapping}]}},"about":"{about}"{also}}}"#
        );
        Identity::of(event, line.as_bytes(), &KEYS.with(Clone::clone)).unwrap()
    }

    thread_local! {
        static KEYS: RandomState = RandomState::new();
    }

    #[test]
    fn copies_are_equal_whatever_marks_them_and_wherever_they_are() {
        let mut seen = Seen::default();
        assert_eq!(seen.add(record(1, 1, "a", "")), Novelty::New);
        assert_eq!(seen.add(record(1, 1, "a", r#","enrichments":[{}]"#)), Novelty::Copy);
        assert_eq!(seen.add(record(1, 1, "a", r#","cloud":{"region":"eu-west-1"}"#)), Novelty::Copy);
        assert_eq!(seen.add(record(2, 1, "a", "")), Novelty::New);
    }

    /// What CloudTrail says of its event besides the call: its own id, the Region, the account that it was delivered to.
    #[test]
    fn events_that_differ_in_what_describes_them_are_two_contents() {
        let of = |own_id: &str, cloud: &str| {
            let line = format!(
                r#"{{"metadata":{{"uid":"x","original_event_uid":"{own_id}"}},"cloud":{{"region":"{cloud}"}}}}"#
            );
            Identity::of(1, line.as_bytes(), &KEYS.with(Clone::clone)).unwrap()
        };
        let mut seen = Seen::default();
        let read = [("e", "eu-west-1"), ("e", "eu-west-1"), ("f", "eu-west-1"), ("e", "us-east-1")]
            .map(|(own_id, cloud)| seen.add(of(own_id, cloud)));
        assert_eq!(read, [Novelty::New, Novelty::Copy, Novelty::OtherContent, Novelty::OtherContent]);
    }

    #[test]
    fn other_contents_are_told_once() {
        let mut seen = Seen::default();
        let read = ["a", "b", "b", "a", "c"].map(|about| seen.add(record(1, 1, about, "")));
        let (copy, other) = (Novelty::Copy, Novelty::OtherContent);
        assert_eq!(read, [Novelty::New, other, copy, copy, other]);
    }

    #[test]
    fn another_version_of_the_mapping_is_no_other_content() {
        let mut seen = Seen::default();
        let read = [(1, "a"), (2, "A"), (1, "b"), (2, "B"), (2, "C")];
        let read = read.map(|(mapping, about)| seen.add(record(1, mapping, about, "")));
        let (copy, other) = (Novelty::Copy, Novelty::OtherContent);
        assert_eq!(read, [Novelty::New, copy, other, copy, other]);
    }
}
