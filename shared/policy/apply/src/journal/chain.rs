//! A journal is whole, or it is not used: its entries are numbered from 0 without a gap, and each has the hash of the
//! one before.
//!
//! That finds what was lost, edited, reordered or added by mistake or by halves. It is no proof against a person who
//! may write to the archive, and could make every hash anew: what a journal asks for is proved against the account as
//! well, whatever its hashes say.

use bytes::Bytes;
use mailtrail_resource_policy::plan::Plan;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::entry::{Body, Entry};
use super::unique::UniqueKeys;
use crate::error::JournalError;

/// The name of the first entry of each journal.
pub(super) const BEGINNING: &str = "0000-plan.json";

/// Characters of the hash of the plan in the id of a journal.
const IN_ID: usize = 8;

/// The name of an entry. One number is one name, so that of two sessions only one can write it.
pub(super) fn name(number: u32) -> String {
    if number == 0 { BEGINNING.to_owned() } else { format!("{number:04}-entry.json") }
}

/// The hash of an entry, as the next one has it.
pub(super) fn hash(text: &[u8]) -> String {
    hex::encode(Sha256::digest(text))
}

/// The hash of a plan.
pub(super) fn hash_of_plan(plan: &Plan) -> String {
    hash(&serde_json::to_vec(plan).unwrap_or_default())
}

/// The end of the id of the journal of a plan.
pub(super) fn in_id(hash: &str) -> &str {
    hash.get(..IN_ID).unwrap_or(hash)
}

/// What every version of an entry has.
#[derive(Deserialize)]
struct AnyEntry {
    format: u32,
}

/// The entries of a journal, in order, of its objects by name. Returns the hash of the last one as well.
pub(super) fn entries(
    id: &str,
    objects: Vec<(String, Bytes)>,
) -> Result<(Vec<Entry>, Option<String>), JournalError> {
    let broken = |reason: String| JournalError::Broken { journal: id.to_owned(), reason };
    let mut numbered = Vec::with_capacity(objects.len());
    for (name, text) in objects {
        let number = name.split('-').next().and_then(|number| number.parse::<u32>().ok());
        let number = number.ok_or_else(|| broken(format!("`{name}` is not one of its entries")))?;
        numbered.push((number, name, text));
    }
    numbered.sort_by(|one, two| (one.0, &one.1).cmp(&(two.0, &two.1)));
    let (mut entries, mut previous) = (Vec::with_capacity(numbered.len()), None);
    for (expected, (number, name, text)) in (0..).zip(numbered) {
        let not_read = |error: serde_json::Error| broken(format!("`{name}`: {error}"));
        let parsed: AnyEntry = serde_json::from_slice(&text).map_err(not_read)?;
        match parsed.format {
            Entry::FORMAT => {}
            Entry::WITHOUT_CHAIN => return Err(JournalError::Earlier(id.to_owned())),
            other => {
                let reason = format!("`{name}` has the format {other}; expected {}", Entry::FORMAT);
                return Err(broken(reason));
            }
        }
        if number > expected {
            return Err(broken(format!("the entry {expected} is missing")));
        }
        if number < expected || name != self::name(number) {
            return Err(broken(format!("`{name}`: there are two entries with the number {number}")));
        }
        serde_json::from_slice::<UniqueKeys>(&text).map_err(not_read)?;
        let entry: Entry = serde_json::from_slice(&text).map_err(not_read)?;
        if entry.number != number {
            return Err(broken(format!("`{name}` says that it is the entry {}", entry.number)));
        }
        if entry.previous != previous {
            let reason = match number {
                0 => "the entry 0 names one before it".to_owned(),
                _ => format!(
                    "the entry {} was edited, or is of another journal: the entry {number} has another hash of it",
                    number - 1
                ),
            };
            return Err(broken(reason));
        }
        previous = Some(hash(&text));
        entries.push(entry);
    }
    match entries.first().map(|entry| &entry.body) {
        Some(Body::Plan(header)) => {
            let hash = hash_of_plan(&header.plan);
            if header.journal != id {
                return Err(broken(format!("it was begun as the journal {}", header.journal)));
            }
            if header.plan_sha256 != hash || id.rsplit('-').next() != Some(in_id(&hash)) {
                return Err(broken("its plan is not the one that it was begun with".to_owned()));
            }
        }
        Some(_) => return Err(broken("it does not begin with the plan".to_owned())),
        None => return Err(JournalError::Missing(id.to_owned())),
    }
    Ok((entries, previous))
}
