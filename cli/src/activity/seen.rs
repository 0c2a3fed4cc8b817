//! Deduplication: a record that is stored twice is one event, if it says the same.
//!
//! Records of different versions of the mapping differ for that alone ([`RecordVersion`]): they count as equal.

use std::collections::HashMap;

use mailtrail_archive::RecordVersion;

/// What a record is compared by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Identity {
    /// The same for records of one event, wherever they are stored.
    pub(super) event: u128,
    pub(super) version: RecordVersion,
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
    first: HashMap<u128, RecordVersion>,
    /// What else was read of an event.
    others: HashMap<u128, Vec<RecordVersion>>,
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
        let contents = |version: RecordVersion| {
            let made = others.iter().chain([&first]).filter(|other| other.is_of_same_mapping(version));
            made.count()
        };
        let own = contents(version);
        let is_most = others
            .iter()
            .chain([&first])
            .all(|other| other.is_of_same_mapping(version) || contents(*other) < own);
        if is_most { Novelty::OtherContent } else { Novelty::Copy }
    }

    pub(super) fn clear(&mut self) {
        self.first.clear();
        self.others.clear();
    }
}

#[cfg(test)]
mod tests {
    use std::hash::RandomState;

    use super::*;

    fn record(event: u128, mapping: u8, about: &str, also: &str) -> Identity {
        let line = format!(
            r#"{{"metadata":{{"uid":"x","transformation_info_list":[{mapping}]}},"about":"{about}"{also}}}"#
        );
        Identity { event, version: KEYS.with(|keys| RecordVersion::of(&line, keys)) }
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
