//! What a version of the mapping made of an event: whether two records of one event say the same.
//!
//! A record does not have the message of its event, so two of them are compared by what the mapping made of it: all of it but
//! what depends on settings or on where the event was read. What another version of the mapping made differs for that alone.

use std::hash::{BuildHasher, Hash, Hasher, RandomState};

use mailtrail_json_text::Members;

/// Attributes that settings decide: the marks of watches, and whose mail is internal.
const OF_SETTINGS: [&str; 3] = ["enrichments", "direction", "direction_id"];
/// The member of `metadata` that names the mapping.
const MAPPING: &str = "transformation_info_list";
/// The member of `metadata` that a setting decides: the organization.
const ORGANIZATION: &str = "tenant_uid";
/// The member of `metadata` that only events have that say their own place.
const OWN_UID: &str = "original_event_uid";

/// The mapping of a record, and what it made of the event, as hashes under the random keys of a run: no sender can write two
/// events that it takes for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RecordVersion {
    mapping: u64,
    content: u64,
}

impl RecordVersion {
    /// The version of a record, given as its line.
    pub fn of(line: &str, keys: &RandomState) -> Self {
        let metadata =
            members(line).find_map(|(name, text)| (name == "metadata").then_some(text)).unwrap_or("{}");
        let mapping = members(metadata).find_map(|(name, text)| (name == MAPPING).then_some(text));
        let has_own_uid = members(metadata).any(|(name, _)| name == OWN_UID);
        let mut content = keys.build_hasher();
        for (name, text) in members(line) {
            match &*name {
                "metadata" => members(text)
                    .filter(|(name, _)| ![MAPPING, ORGANIZATION].contains(&&**name))
                    .for_each(|member| member.hash(&mut content)),
                // Where the event does not say its place, it is that of the reader.
                "cloud" if !has_own_uid => {}
                name if OF_SETTINGS.contains(&name) => {}
                name => (name, text).hash(&mut content),
            }
        }
        Self { mapping: keys.hash_one(mapping), content: content.finish() }
    }

    /// Whether the same mapping made both.
    pub fn is_of_same_mapping(self, other: Self) -> bool {
        self.mapping == other.mapping
    }

    /// Whether one mapping made two things of an event, which it cannot do of one message.
    pub fn contradicts(self, other: Self) -> bool {
        self.is_of_same_mapping(other) && self.content != other.content
    }
}

fn members(object: &str) -> impl Iterator<Item = (std::borrow::Cow<'_, str>, &str)> {
    Members::of(object).into_iter().flatten().map(|(name, member)| (name, member.text()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contradicts(one: &str, other: &str) -> bool {
        let keys = RandomState::new();
        let [one, other] = [one, other].map(|line| RecordVersion::of(line, &keys));
        one.contradicts(other)
    }

    const RECORD: &str = r#"{"metadata":{"uid":"1","transformation_info_list":[{"uid":"x/1"}]},"cloud":{"region":"a"},"subject":"s","subject":"t"}"#;

    #[test]
    fn a_record_that_was_altered_contradicts_in_whatever_was() {
        assert!(!contradicts(RECORD, RECORD));
        for (from, to) in [
            (r#""subject":"s""#, r#""subject":"S""#),
            (r#""subject":"t""#, r#""subject":"T""#),
            (r#""uid":"1""#, r#""uid":"2""#),
            (r#""cloud""#, r#""more":1,"cloud""#),
        ] {
            assert!(contradicts(RECORD, &RECORD.replace(from, to)), "{to}");
        }
    }

    #[test]
    fn what_settings_and_another_mapping_change_is_no_contradiction() {
        for (from, to) in [
            ("x/1", "x/2"),
            (r#""region":"a""#, r#""region":"b""#),
            (r#"{"uid":"1""#, r#"{"uid":"1","tenant_uid":"m-0""#),
            (r#""cloud""#, r#""direction":"Internal","direction_id":3,"enrichments":[{}],"cloud""#),
        ] {
            assert!(!contradicts(RECORD, &RECORD.replace(from, to)), "{to}");
        }
        let own = RECORD.replace(r#"{"uid":"1""#, r#"{"uid":"1","original_event_uid":"e""#);
        assert!(contradicts(&own, &own.replace(r#""region":"a""#, r#""region":"b""#)));
    }
}
