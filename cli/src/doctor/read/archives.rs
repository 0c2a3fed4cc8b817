//! The archives of the functions, and the one given on the command line.

use std::str::FromStr;

use mailtrail_archive::{ArchiveError, ArchiveReader, Location, RAW, S3Options};
use mailtrail_aws_client::clients as aws;
use mailtrail_clock::now;
use mailtrail_config::settings;
use mailtrail_coverage::{Day, DayCoverage, DayState, LastChecks};
use mailtrail_doctor::{
    Archive, Coverage, CoveredDay, CoveredState, Days, EndedOrganization, Facts, Part, SavedDirectory,
};
use mailtrail_pull::LogGroupId;
use mailtrail_retirement::{ClosingNote, LogGroupDays, Organizations};
use mailtrail_snapshots::{Snapshots, held_until};

use super::super::args::ScopeArgs;
use super::reader::Reader;

/// Each archive once, with the functions that write to it.
pub(super) fn archives(facts: &Facts, scope: &ScopeArgs) -> Vec<Archive> {
    let mut archives: Vec<Archive> = Vec::new();
    for function in &facts.functions {
        let Some(url) = function.variable(settings::ARCHIVE.name) else { continue };
        let text = |name| function.variable(name).map(str::to_owned);
        let owner = text(settings::ARCHIVE_OWNER.name);
        let key = text(settings::ARCHIVE_KMS_KEY.name);
        match archives.iter_mut().find(|it| it.url == url && it.owner == owner && it.key == key) {
            Some(archive) => _ = archive.functions.insert(function.name.clone()),
            None => archives
                .push(Archive { functions: [function.name.clone()].into(), ..archive(url, owner, key) }),
        }
    }
    if let Some(url) = scope.archive.as_ref().map(ToString::to_string)
        && !archives.iter().any(|archive| archive.url == url)
    {
        archives.push(archive(&url, scope.archive_owner.clone(), None));
    }
    archives
}

fn archive(url: &str, owner: Option<String>, key: Option<String>) -> Archive {
    let bucket = match Location::from_str(url) {
        Ok(Location::S3 { bucket, .. }) => Some(bucket),
        _ => None,
    };
    Archive { url: url.to_owned(), bucket, owner, key, ..Archive::default() }
}

impl Reader<'_> {
    /// What an archive has of this account and Region: its days, and what it keeps of its coverage.
    pub(super) async fn read_archive(&self, archive: &mut Archive) {
        let reader = match self.archive_reader(archive) {
            Ok(reader) => reader,
            Err(reason) => {
                archive.days = Part::NotSeen { reason: reason.clone() };
                archive.coverage = Part::NotSeen { reason: reason.clone() };
                archive.directories = Part::NotSeen { reason };
                return;
            }
        };
        archive.days = self.days(archive, &reader).await;
        (archive.coverage, archive.refused_coverage) = self.coverage(archive, &reader).await;
        archive.directories = self.directories(archive, &reader).await;
        self.add_ended(archive, &reader).await;
    }

    /// The organizations that ended. What is not believed counts with what is not believed of coverage.
    async fn add_ended(&self, archive: &mut Archive, reader: &ArchiveReader) {
        let (account, region) = (&self.account.id, &self.account.region);
        // An archive that cannot be read is told by its coverage.
        let Ok(organizations) = Organizations::read(reader, account, region, now()).await else { return };
        archive.refused_coverage += u64::try_from(organizations.refused.len()).unwrap_or(u64::MAX);
        archive.ended = organizations.ended().map(|(key, note)| ended(key, note)).collect();
    }

    fn archive_reader(&self, archive: &Archive) -> Result<ArchiveReader, String> {
        let options = S3Options { expected_owner: archive.owner.clone(), kms_key: None };
        match Location::from_str(&archive.url) {
            // A directory of a function is in its execution environment.
            Ok(Location::Directory(_)) if !archive.functions.is_empty() => {
                Err(format!("{} is a directory of the function", archive.url))
            }
            Ok(Location::Directory(path)) if !path.is_dir() => {
                Err(format!("the directory {} does not exist", path.display()))
            }
            Ok(Location::Directory(path)) => Ok(ArchiveReader::directory(path)),
            Ok(Location::S3 { bucket, prefix }) => {
                Ok(ArchiveReader::s3(aws::s3(&self.account.config), &bucket, &prefix, options))
            }
            Err(error) => Err(error.to_string()),
        }
    }

    /// The last checks of the days of its log groups, and how much below `coverage/` is not believed.
    async fn coverage(&self, archive: &Archive, reader: &ArchiveReader) -> (Part<Vec<Coverage>>, u64) {
        let now = now();
        let last = match LastChecks::read(reader, None, now).await {
            Ok(last) => last,
            Err(error) => {
                let reason = format!("s3:GetObject on {}: {error}", archive.url);
                return (Part::NotSeen { reason }, 0);
            }
        };
        let is_here = |id: &LogGroupId| id.account == self.account.id && id.region == self.account.region;
        let here = last.days.iter().filter(|(id, _)| is_here(id));
        let coverage = here.map(|(id, days)| Coverage {
            log_group: id.name.clone(),
            days: days.values().filter_map(covered_day).collect(),
        });
        let value = coverage.collect();
        (Part::Seen { at: now.millis(), value }, u64::try_from(last.refused.len()).unwrap_or(u64::MAX))
    }

    /// The newest snapshots of directories, as their keys say, and up to when they hold. A time in the future says nothing.
    async fn directories(&self, archive: &Archive, reader: &ArchiveReader) -> Part<Vec<SavedDirectory>> {
        let now = now();
        let saved = async {
            let mut saved = Vec::new();
            for key in Snapshots::list(reader, None, self.deadline).await?.newest(now) {
                saved.push(SavedDirectory {
                    organization: key.organization.to_string(),
                    taken: key.taken.millis(),
                    as_of: held_until(reader, &key, now, self.deadline).await?.millis(),
                });
            }
            Ok::<_, ArchiveError>(saved)
        };
        match saved.await {
            Ok(value) => Part::Seen { at: now.millis(), value },
            Err(error) => {
                Part::NotSeen { reason: format!("s3:ListObjectsV2 on {}: {}", archive.url, error.failure) }
            }
        }
    }

    /// The first and the last day in `raw/`.
    async fn days(&self, archive: &Archive, reader: &ArchiveReader) -> Part<Option<Days>> {
        let at = now().millis();
        let folder = format!("{RAW}/region={}/accountId={}", self.account.region, self.account.id);
        match reader.folders(&folder, self.deadline).await {
            Ok(folders) => {
                let days = folders.iter().filter_map(|folder| folder.rsplit_once("eventDay="));
                let days = || days.clone().map(|(_, day)| day.to_owned());
                let value = days().min().zip(days().max()).map(|(first, last)| Days { first, last });
                Part::Seen { at, value }
            }
            Err(error) => Part::NotSeen { reason: format!("s3:ListObjectsV2 on {}: {error}", archive.url) },
        }
    }
}

fn ended(key: &str, note: &ClosingNote) -> EndedOrganization {
    let days = |group: &LogGroupDays| {
        [group.complete, group.agrees, group.gap, group.silent, group.unknown].into_iter().sum::<u64>()
    };
    EndedOrganization {
        organization: note.organization.to_string(),
        alias: note.alias.clone(),
        day: Day::of(note.ended).start().millis(),
        note: key.to_owned(),
        log_groups: note.log_groups.iter().map(|group| group.log_group.clone()).collect(),
        complete_days: note.log_groups.iter().map(|group| group.complete).sum(),
        days: note.log_groups.iter().map(days).sum(),
        has_names: note.snapshot.is_some(),
        missing: u64::try_from(note.missing.len()).unwrap_or(u64::MAX),
    }
}

/// A day with an answer.
fn covered_day(day: &DayCoverage) -> Option<CoveredDay> {
    let state = match day.state {
        DayState::Complete => CoveredState::Complete,
        DayState::Agrees => CoveredState::Agrees,
        DayState::Gap => CoveredState::Gap,
        DayState::Silent => CoveredState::Silent,
        DayState::Open | DayState::Unknown => return None,
    };
    Some(CoveredDay {
        start: day.day.start().millis(),
        state,
        missing: day.missing.unwrap_or(0),
        checked: day.checked.millis(),
    })
}
