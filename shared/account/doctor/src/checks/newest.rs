//! The newest event of each log group, held against the newest raw copy of the archive.
//!
//! A log group that has an event of a day after the newest raw copy has an event that is not archived. The reverse
//! proves nothing: the raw copy may be of another log group, and gaps between are not looked for.

use mailtrail_resource_policy::inventory::Part;

use super::format::day;
use crate::facts::Facts;
use crate::finding::{Check, Finding, Subject};
use crate::fix::{Fix, word};
use crate::model::{Archive, Days, LogGroup};
use crate::ownership::Ownership;

pub(super) static NEWEST: Check = Check {
    id: "archive-newest",
    subject: Subject::Archive,
    why: "Events that are in a log group and not in the archive are lost when they expire.",
};

const DAY: i64 = mailtrail_clock::DAY;

/// For log groups with a subscription.
pub(super) fn checks(facts: &Facts) -> Vec<Finding> {
    let wanted = facts.wanted_groups();
    let groups = wanted.iter().filter_map(|name| facts.log_group(name));
    let groups: Vec<&LogGroup> = groups.filter(|group| facts.subscribed_since(group).is_some()).collect();
    // The checks of archives report one that does not exist, was not read, or belongs to another account.
    let exists = |archive: &&Archive| {
        let bucket = archive.bucket.as_ref().and_then(|name| facts.bucket(name));
        archive.owner_fits.seen() != Some(&false)
            && bucket.is_some_and(|bucket| bucket.exists.seen() == Some(&true))
    };
    let written = facts.archives.iter().filter(|archive| !archive.functions.is_empty()).filter(exists);
    let days: Vec<&Part<Option<Days>>> = written.map(|archive| &archive.days).collect();
    if groups.is_empty() || days.is_empty() {
        return Vec::new();
    }
    let here = facts.account_and_region();
    if let Some(reason) = days.iter().find_map(|days| days.reason()) {
        return vec![NEWEST.unknown(here, reason)];
    }
    let last = days.iter().filter_map(|days| Some(days.seen()?.as_ref()?.last.as_str())).max();
    let mut findings: Vec<Finding> = groups.iter().filter_map(|group| behind(facts, group, last)).collect();
    if findings.is_empty() {
        let newest = groups.iter().filter_map(|group| Some((&group.name, (*group.last_event.seen()?)?)));
        let newest: Vec<String> = newest.map(|(name, last)| format!("{name} on {}", day(last))).collect();
        let events = if newest.is_empty() { "no events".to_owned() } else { newest.join(", ") };
        let copies = last.map_or_else(|| "none".to_owned(), |last| format!("on {last}"));
        let seen = format!("newest events: {events}; newest raw copy: {copies}; gaps are not looked for");
        findings.push(NEWEST.note(here, seen));
    }
    findings
}

/// The log group whose newest event is of a later day than any raw copy. A raw copy of one day may hold events of the
/// next one, so one day more must be between.
fn behind(facts: &Facts, group: &LogGroup, last: Option<&str>) -> Option<Finding> {
    let event = match (group.last_event.seen(), group.last_event.reason()) {
        (Some(event), _) => (*event)?,
        (None, reason) => return Some(NEWEST.unknown(&group.name, reason.unwrap_or_default())),
    };
    let day_before = day(event - DAY).replace('-', "");
    if last.is_some_and(|last| last >= day_before.as_str()) {
        return None;
    }
    let copies = last.map_or_else(
        || "the archive has no raw copy of this account and Region".to_owned(),
        |last| format!("the newest raw copy of the archive is of {last}"),
    );
    let functions = facts.functions.iter().filter(|function| facts.ownership(function) == Ownership::Ours);
    let logs = functions.filter_map(|function| Some(&function.known()?.log_group));
    let tail = |group: &String| facts.aws(&format!("logs tail {} --since 1d", word(group)));
    let fix = Fix::steps("read what the function logged:", logs.map(tail));
    Some(NEWEST.broken(&group.name, format!("its newest event is of {}, and {copies}", day(event)), fix))
}

impl Facts {
    /// Since when a filter of a log group sends to the pipeline, in milliseconds since 1970.
    pub(super) fn subscribed_since(&self, group: &LogGroup) -> Option<i64> {
        let filters = group.filters.seen()?.iter();
        let ours = filters.filter(|it| self.destination_ownership(&it.destination_arn) == Ownership::Ours);
        ours.map(|filter| filter.created).min()
    }
}
