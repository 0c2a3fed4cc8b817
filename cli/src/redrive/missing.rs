//! What was asked for and is not there, and what there is instead: a name is more likely mistyped than that all is done.

use std::collections::BTreeSet;

use mailtrail_archive::{ArchiveConfig, ArchiveReader, Location, S3Options, is_archive_folder};
use mailtrail_aws_client::{Clients, Deadline};
use mailtrail_clock::Time;
use mailtrail_redrive::Selection;

use crate::likeness::by_likeness;
use crate::output::plain;

/// Names that are shown.
const SHOWN: usize = 5;

/// What there is, the most alike first.
pub(super) fn there_is<'a>(asked: &str, names: impl Iterator<Item = &'a str>) -> String {
    let names = by_likeness(asked, names);
    let shown: Vec<String> = names.iter().take(SHOWN).map(|(_, name)| format!("`{}`", plain(name))).collect();
    let more = names.len() - shown.len();
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    format!("{}{more}", shown.join(", "))
}

/// The log groups that were asked for and that nothing is of.
pub(super) fn log_groups(selection: &Selection) -> Vec<String> {
    let (unseen, seen) = selection.unseen();
    let explain = |name: &&str| {
        let name = plain(name);
        if seen.is_empty() {
            format!("no raw copy of that time has an event of the log group `{name}`, or of another one")
        } else {
            let others = there_is(&name, seen.iter().map(String::as_str));
            format!("no raw copy of that time has an event of the log group `{name}`; there is {others}")
        }
    };
    unseen.iter().map(explain).collect()
}

/// Of raw copies that none of the time that was asked for is among.
pub(super) fn days(days: &BTreeSet<Time>) -> Option<String> {
    let (first, last) = (days.first()?, days.last()?);
    Some(format!("there are no raw copies of that time, but of {} to {}", first.day(), last.day()))
}

/// Why a directory or bucket with these folders cannot be an archive; nothing where it can.
pub(super) fn archive(location: &Location, folders: &[String]) -> Option<String> {
    if folders.is_empty() {
        return Some(format!("there is nothing in {location}: check the URL of the archive"));
    }
    if folders.iter().any(|folder| is_archive_folder(folder)) {
        return None;
    }
    let others = there_is("", folders.iter().map(String::as_str));
    Some(format!("there is no archive in {location}, but {others}: check the URL of the archive"))
}

/// Of a place with nothing in it: what lies beside it, if anything does.
pub(super) async fn beside(location: &Location, clients: &Clients) -> Option<String> {
    let Location::S3 { bucket, prefix } = location else { return None };
    let mut below = prefix.as_str();
    while !below.is_empty() {
        let (parent, name) = below.rsplit_once('/').unwrap_or(("", below));
        let at = Location::S3 { bucket: bucket.clone(), prefix: parent.to_owned() };
        let config = ArchiveConfig { location: at.clone(), s3: S3Options::default() };
        let reader = ArchiveReader::open(&config, clients).await;
        let nothing = format!("there is nothing below {}", plain(&location.to_string()));
        let at = plain(&at.to_string());
        match reader.folders("", Deadline::NEVER).await {
            Err(error) => return Some(format!("{nothing}, and what there is instead is not known: {error}")),
            Ok(folders) if !folders.is_empty() => {
                let others = there_is(name, folders.iter().map(String::as_str));
                return Some(format!("{nothing}; in {at} there is {others}"));
            }
            Ok(_) => below = parent,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_most_alike_comes_first_and_not_everything_is_said() {
        let names = ["audit", "mail", "mail-2", "trail", "a", "b", "c"];
        assert_eq!(there_is("mial", names.into_iter()), "`mail`, `mail-2`, `trail`, `a`, `audit` and 2 more");
        assert_eq!(there_is("x", ["\u{1b}[2J"].into_iter()), "`\\u{1b}[2J`");
    }

    #[test]
    fn an_archive_is_known_by_its_folders() {
        let at = "s3://bucket".parse::<Location>().unwrap();
        let folders =
            |names: &[&str]| archive(&at, &names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>());
        assert_eq!(folders(&["other", "raw"]), None);
        assert!(folders(&["mail"]).unwrap().contains("there is no archive in s3://bucket, but `mail`"));
        assert!(folders(&[]).unwrap().contains("there is nothing in s3://bucket"));
    }
}
