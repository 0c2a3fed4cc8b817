//! Deduplication: a record that is stored twice is one event, if it says the same.
//!
//! A record does not have the message of its event, so two records of one event are compared by what the mapping made of it.
//! Records of different versions of the mapping differ for that alone: they count as equal.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use serde::Deserialize;
use serde_json::value::RawValue;

/// What a record is compared by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Identity {
    /// The same for records of one event, wherever they are stored.
    pub(super) event: u128,
    pub(super) version: Version,
}

/// What a version of the mapping made of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Version {
    mapping: u64,
    content: u64,
}

/// Attributes that differ between copies of an event: where it came from and how it was mapped, and the marks of watches.
const NOT_OF_THE_MESSAGE: [&str; 3] = ["metadata", "cloud", "enrichments"];

#[derive(Deserialize)]
struct Metadata<'a> {
    #[serde(borrow)]
    transformation_info_list: Option<&'a RawValue>,
}

impl Identity {
    /// The identity of the event of a record that stands in `line`.
    pub(super) fn of(event: u128, line: &[u8], keys: &RandomState) -> serde_json::Result<Self> {
        let attributes: HashMap<&str, &RawValue> = serde_json::from_slice(line)?;
        let mut mapping = "";
        if let Some(metadata) = attributes.get("metadata") {
            let metadata: Metadata<'_> = serde_json::from_str(metadata.get())?;
            mapping = metadata.transformation_info_list.map_or("", RawValue::get);
        }
        let mut of_message: Vec<(&str, &str)> =
            attributes.iter().map(|(&name, value)| (name, value.get())).collect();
        of_message.retain(|(name, _)| !NOT_OF_THE_MESSAGE.contains(name));
        of_message.sort_unstable();
        let version = Version { mapping: keys.hash_one(mapping), content: keys.hash_one(of_message) };
        Ok(Self { event, version })
    }
}

/// How a record relates to those that were read before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Novelty {
    New,
    Copy,
    /// The same event with another content.
    OtherContent,
}

/// The events that were read.
#[derive(Debug, Default)]
pub(super) struct Seen {
    first: HashMap<u128, Version>,
    /// What else was read of an event.
    others: HashMap<u128, Vec<Version>>,
}

impl Seen {
    /// Adds a record that is read.
    pub(super) fn add(&mut self, Identity { event, version }: Identity) -> Novelty {
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

    pub(super) fn clear(&mut self) {
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
