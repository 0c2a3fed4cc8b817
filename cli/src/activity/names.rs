//! Who and what ids are: learned from the snapshots and sign-ins of the archive, before its events are looked at.

use std::collections::BTreeSet;

use futures_util::{StreamExt, pin_mut};
use mailtrail_activity::{Activity, IdentityKind};
use mailtrail_archive::{ArchiveReader, ObjectBody, records_day};
use mailtrail_clock::{DAY, Time, TimeRange};
use mailtrail_names::{Alias, Evidence, Names, SignIns};

use super::filter::Filter;
use super::scan;
use crate::output::{count, plain};
use crate::reading::{self, Partition, Tally, date};

/// Names are learned from the sign-ins of so many days before the range, too: mail clients sign in at least once a month.
const DAYS_OF_NAMES: i64 = 31;
/// Other names and ids of a user that are told; a pattern may match thousands.
const TOLD: usize = 20;
/// Kinds of identities that are ids which names can stand beside.
const IDS: [IdentityKind; 4] =
    [IdentityKind::UserId, IdentityKind::OnBehalfOf, IdentityKind::Impersonator, IdentityKind::Token];

/// An id of an event, its name at the time, and the attribute of the record that holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NamedId {
    pub(super) path: String,
    pub(super) id: String,
    pub(super) name: String,
}

/// Learns from what the archive has for this range.
pub(super) async fn learn(
    archive: &ArchiveReader,
    range: TimeRange,
    mut sign_ins: Vec<Partition>,
    jobs: usize,
    tally: &mut Tally,
) -> Names {
    let mut names = Names::default();
    tally.preparing("learning names from snapshots");
    let learned = reading::learn_snapshots(archive, range, jobs, tally, &mut names).await;
    tally.preparing("learning names from sign-ins");
    sign_ins.retain(|partition| may_tell_names(range, partition.day));
    let objects = reading::read(archive, records_day, sign_ins, jobs, |_: &str, body: &mut ObjectBody| {
        scan::sign_ins(body)
    });
    pin_mut!(objects);
    let mut all = SignIns::default();
    while let Some(object) = objects.next().await {
        // Of the range, an object that cannot be read is named when the events are looked for.
        if range.overlaps_day(object.day) {
            all.merge(object.content.unwrap_or_default());
        } else {
            all.merge(tally.take(object).unwrap_or_default());
        }
    }
    names.learn_sign_ins(&all);
    if let Some(learned) = learned {
        tally.note(&format!("names are from {learned}, and from sign-ins"));
    }
    if names.omitted() > 0 {
        let omitted = count(names.omitted(), "name");
        tally.note(&format!("{omitted} left out: they are too many, or too long"));
    }
    names
}

/// Whether sign-ins of a day may tell names for events in a range.
fn may_tell_names(range: TimeRange, day: Time) -> bool {
    (0..=DAYS_OF_NAMES).any(|days| {
        let later = day.millis().checked_add(days * DAY).and_then(Time::from_millis);
        later.is_some_and(|later| range.overlaps_day(later))
    })
}

/// Tells what else the user who is asked for is known by. Returns whether anything was told.
pub(super) fn tell(filter: &Filter, names: &Names, tally: &Tally) -> bool {
    let Some(user) = &filter.user else { return false };
    let aliases = names.aliases(|text| user.matches(text));
    for alias in aliases.iter().take(TOLD) {
        tally.note(&plain(&told(alias, &aliases)));
    }
    if aliases.len() > TOLD {
        tally.note(&format!("and {} more", count((aliases.len() - TOLD) as u64, "name or id")));
    }
    !aliases.is_empty()
}

/// `ana = S-1-1-11-…, from 1 sign-in`; with its time where the name is no longer, or not only, of that id, and with its
/// organization where there are several.
fn told(alias: &Alias, all: &[Alias]) -> String {
    let Alias { asked, value, organization, since, until, evidence } = alias;
    let ids_of = |name: &String| {
        let of_name = all.iter().filter(|it| it.asked == *name || it.value == *name);
        of_name.map(|it| if it.asked == *name { &it.value } else { &it.asked }).collect::<BTreeSet<_>>()
    };
    let organizations: BTreeSet<&String> = all.iter().map(|alias| &alias.organization).collect();
    let of = if organizations.len() > 1 && !organization.is_empty() {
        format!(" of {organization}")
    } else {
        String::new()
    };
    let from_snapshots = evidence.contains(&Evidence::Snapshots);
    let is_disputed = ids_of(asked).len() > 1 || ids_of(value).len() > 1;
    let times = match until {
        None if is_disputed => format!(", since {}", date(*since)),
        Some(until) if is_disputed || from_snapshots => format!(", {} to {}", date(*since), date(*until)),
        _ => String::new(),
    };
    let evidence = evidence.iter().map(|evidence| match evidence {
        Evidence::Snapshots => "snapshots of the directory".to_owned(),
        Evidence::SignIns(number) => count(*number, "sign-in"),
    });
    format!("{asked} = {value}{of}{times}, from {}", evidence.collect::<Vec<_>>().join(" and "))
}

/// The ids of an activity that have a name which it does not say itself: who acted, in whose name, with which token, and whose
/// mailbox it was.
pub(super) fn named_ids(activity: &Activity<'_>, names: &Names) -> Vec<NamedId> {
    if names.is_empty() {
        return Vec::new();
    }
    let identities = activity.identities.iter().filter(|identity| IDS.contains(&identity.kind));
    let attributes = identities.map(|identity| &identity.attribute).chain(&activity.owner);
    let with_a_name = attributes.filter_map(|attribute| {
        let name = names.name(activity.organization, &attribute.value, activity.time)?;
        if activity.identities.iter().any(|identity| identity.attribute.value == name) {
            return None;
        }
        let (path, id) = (attribute.path.clone().into_owned(), attribute.value.clone().into_owned());
        Some(NamedId { path, id, name: name.to_owned() })
    });
    with_a_name.collect()
}

/// The name of an id at the time of an activity, or nothing.
pub(super) fn name_of(activity: &Activity<'_>, id: Option<&str>, names: &Names) -> String {
    let name = id.and_then(|id| names.name(activity.organization, id, activity.time));
    name.unwrap_or_default().to_owned()
}

/// A text with the names at the time of an activity before the ids in it: `ana (S-1-1-11-…)`. And these ids with their names.
pub(super) fn with_names(
    text: &str,
    activity: &Activity<'_>,
    names: &Names,
) -> (String, Vec<(String, String)>) {
    let (mut shown, mut found) = (String::with_capacity(text.len()), Vec::new());
    let is_of_id = |letter: char| letter.is_alphanumeric() || "-_.@".contains(letter);
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|letter: char| !is_of_id(letter)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        match names.name(activity.organization, word, activity.time) {
            Some(name) if name != word => {
                shown.extend([name, " (", word, ")"]);
                found.push((word.to_owned(), name.to_owned()));
            }
            _ => shown.push_str(word),
        }
        let next = after.find(is_of_id).unwrap_or(after.len());
        let (between, after) = after.split_at(next);
        shown.push_str(between);
        rest = after;
    }
    found.sort_unstable();
    found.dedup();
    (shown, found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alias(asked: &str, value: &str, until: Option<i64>, evidence: Evidence) -> Alias {
        Alias {
            asked: asked.to_owned(),
            value: value.to_owned(),
            organization: "m-1".to_owned(),
            since: Time::EPOCH,
            until: until.map(|days| Time::from_millis(days * DAY).unwrap()),
            evidence: vec![evidence],
        }
    }

    #[test]
    fn a_name_of_several_ids_is_told_with_its_times() {
        let one = alias("ana", "S-1", None, Evidence::Snapshots);
        assert_eq!(told(&one, std::slice::from_ref(&one)), "ana = S-1, from snapshots of the directory");
        let signed_in = alias("ana", "S-1", Some(5), Evidence::SignIns(3));
        assert_eq!(told(&signed_in, std::slice::from_ref(&signed_in)), "ana = S-1, from 3 sign-ins");
        let before = alias("ana", "S-1", Some(5), Evidence::Snapshots);
        let all = [before, alias("ana", "S-2", None, Evidence::Snapshots)];
        assert_eq!(
            all.each_ref().map(|alias| told(alias, &all)),
            [
                "ana = S-1, 1970-01-01 to 1970-01-06, from snapshots of the directory",
                "ana = S-2, since 1970-01-01, from snapshots of the directory"
            ]
        );
        let other =
            Alias { organization: "m-2".to_owned(), ..alias("ana", "S-1", Some(5), Evidence::SignIns(1)) };
        let all = [alias("ana", "S-1", Some(5), Evidence::SignIns(1)), other];
        assert!(told(&all[1], &all).starts_with("ana = S-1 of m-2, "));
    }
}
