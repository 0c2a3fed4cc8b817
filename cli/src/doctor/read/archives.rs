//! The archives of the functions, and the one given on the command line.

use std::str::FromStr;

use mailtrail_archive::{ArchiveReader, Location, RAW, S3Options};
use mailtrail_aws_client::clients as aws;
use mailtrail_config::settings;
use mailtrail_doctor::{Archive, Days, Facts, Part};

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
    /// The first and the last day in `raw/` of an archive for this account and Region.
    pub(super) async fn days(&self, archive: &Archive) -> Part<Option<Days>> {
        let at = mailtrail_clock::now().millis();
        let options = S3Options { expected_owner: archive.owner.clone(), kms_key: None };
        let reader = match Location::from_str(&archive.url) {
            // A directory of a function is in its execution environment.
            Ok(Location::Directory(_)) if !archive.functions.is_empty() => {
                return Part::NotSeen { reason: format!("{} is a directory of the function", archive.url) };
            }
            Ok(Location::Directory(path)) if !path.is_dir() => {
                return Part::NotSeen { reason: format!("the directory {} does not exist", path.display()) };
            }
            Ok(Location::Directory(path)) => ArchiveReader::directory(path),
            Ok(Location::S3 { bucket, prefix }) => {
                ArchiveReader::s3(aws::s3(&self.account.config), &bucket, &prefix, options)
            }
            Err(error) => return Part::NotSeen { reason: error.to_string() },
        };
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
