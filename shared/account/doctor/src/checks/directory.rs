//! Snapshots of directories: who and what the ids of an organization are. An archive may be told of changes by CloudTrail, of which
//! the doctor reads nothing; so a snapshot counts as current for as long as a person would expect it to be.

use super::format::{day, days};
use crate::facts::Facts;
use crate::finding::{Check, Finding, Subject};
use crate::fix::{Fix, word};
use crate::model::{Archive, Organization};

pub(super) static SAVED: Check = Check {
    id: "archive-directory",
    subject: Subject::Archive,
    why: "Most events name people and things by ids that WorkMail alone explains, and WorkMail ends on 31 March 2027: names \
          that were not saved by then are gone.",
};

/// Days for which what was read of a directory counts as current.
const RECENT_DAYS: i64 = 7;
const DAY: i64 = mailtrail_clock::DAY;

/// For each organization, over all archives that were read.
pub(super) fn checks(facts: &Facts) -> Vec<Finding> {
    let organizations = facts.organizations.seen().into_iter().flatten();
    let read: Vec<&Archive> = facts.archives.iter().filter(|it| it.days.seen().is_some()).collect();
    let Some(first) = read.first() else { return Vec::new() };
    if let Some((archive, reason)) = read.iter().find_map(|it| Some((it, it.directories.reason()?))) {
        return vec![SAVED.unknown(&archive.url, reason)];
    }
    organizations.map(|organization| saved(facts, organization, first, &read)).collect()
}

fn saved(facts: &Facts, organization: &Organization, first: &Archive, archives: &[&Archive]) -> Finding {
    let resource = format!("{} ({})", organization.id, organization.alias);
    let directories = archives.iter().flat_map(|archive| {
        archive.directories.seen().into_iter().flatten().map(|directory| (&archive.url, directory))
    });
    let of_organization = directories.filter(|(_, it)| it.organization == organization.id);
    // Of several archives, the one that was told last.
    let newest = of_organization.max_by_key(|(_, it)| it.as_of);
    let url = newest.map_or(&first.url, |(url, _)| url);
    let command = format!("directory save --organization {} --archive {}", word(&organization.id), word(url));
    let fix = Fix::from(facts.mailtrail(&command));
    match newest {
        None => SAVED.warning(resource, "the archive has no snapshot of its directory", fix),
        Some((_, it)) if it.as_of > facts.at.saturating_sub(RECENT_DAYS * DAY) => {
            SAVED.ok(resource, format!("snapshot of {}, read last on {}", day(it.taken), day(it.as_of)))
        }
        Some((_, it)) => {
            let ago = days(facts.at.saturating_sub(it.as_of) / DAY);
            let seen = format!(
                "its newest snapshot is of {}; its directory was read last on {}, {ago} ago",
                day(it.taken),
                day(it.as_of)
            );
            SAVED.warning(resource, seen, fix)
        }
    }
}
