//! What makes two records the same event, however each of them arrived.
//!
//! The same event has another id, log group and log stream in a file than in a subscription, or none. So it is known by what
//! it says: CloudTrail gives each event an id; an event of WorkMail has the id of its request or message, and all else in it;
//! any other event is that of its log stream. Pure.

use std::borrow::Cow;
use std::hash::{BuildHasher, Hash, RandomState};

use mailtrail_json_text::{Member, Members};
use serde::Deserialize;

/// What stands for an event.
pub(super) type Identity = u128;

/// Members of a record that say where it was logged and what was found in it, and not what happened.
const BESIDE: [&str; 4] = ["metadata", "cloud", "enrichments", "observables"];

#[derive(Deserialize)]
struct Line<'a> {
    time: i64,
    #[serde(borrow)]
    metadata: Metadata<'a>,
}

#[derive(Deserialize)]
struct Metadata<'a> {
    #[serde(borrow)]
    uid: Cow<'a, str>,
    #[serde(borrow)]
    product: Product<'a>,
    original_event_uid: Option<Cow<'a, str>>,
    correlation_uid: Option<Cow<'a, str>>,
    #[serde(borrow)]
    log_name: Cow<'a, str>,
    #[serde(borrow)]
    log_source: Cow<'a, str>,
    #[serde(default)]
    is_truncated: bool,
}

#[derive(Deserialize)]
struct Product<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
}

/// Makes identities. The keys are random, so that no sender can construct two events with one identity.
#[derive(Debug, Default)]
pub(super) struct Identities([RandomState; 2]);

impl Identities {
    /// The identity of the event of a record, and a hash of its uid.
    pub(super) fn of(&self, line: &[u8]) -> serde_json::Result<(Identity, u64)> {
        let Line { time, metadata } = serde_json::from_slice(line)?;
        let text = String::from_utf8_lossy(line);
        let uid = self.0[0].hash_one(&metadata.uid);
        let identity =
            match (&*metadata.product.name, &metadata.original_event_uid, &metadata.correlation_uid) {
                ("CloudTrail", Some(id), _) if !metadata.is_truncated && !text.contains("\"addendum") => {
                    self.hash(("event", id, time))
                }
                (product, _, Some(id)) => self.hash((product, id, content(&text))),
                (product, ..) => {
                    self.hash((product, &metadata.log_name, &metadata.log_source, content(&text)))
                }
            };
        Ok((identity, uid))
    }

    /// The hash of a uid, as [`Self::of`] returns it.
    pub(super) fn uid(&self, uid: &str) -> u64 {
        self.0[0].hash_one(uid)
    }

    fn hash(&self, value: impl Hash) -> Identity {
        let [high, low] = &self.0;
        u128::from(high.hash_one(&value)) << 64 | u128::from(low.hash_one(&value))
    }
}

/// What a record says of the event alone.
fn content(line: &str) -> Vec<(Cow<'_, str>, &str)> {
    let Some(members) = Members::of(line) else { return Vec::new() };
    let members = members.filter(|(name, _)| !BESIDE.contains(&name.as_ref()));
    members.map(|(name, member)| (name, text(member))).collect()
}

fn text(member: Member<'_>) -> &str {
    match member {
        Member::Whole(value) => value.get(),
        Member::Cut(text) => text,
    }
}
