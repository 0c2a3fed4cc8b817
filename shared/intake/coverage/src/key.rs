//! `coverage/…` of an archive. Pure.
//!
//! ```text
//! coverage/region=<r>/accountId=<a>/logGroup=<hash>/<checked>-<first day>-<last day>-<content>.ndjson
//! coverage/metrics/region=<r>/accountId=<a>/<saved>-<content>.ndjson
//! coverage/findings/<run>.json
//! coverage/directory/organization=<m-…>/<as of>.json
//! coverage/organizations/region=<r>/accountId=<a>/organization=<m-…>/<time>-<listed | gone | ended>.json
//! ```
//! `<content>` is the beginning of the SHA-256 of the content, `<checked>` and `<saved>` are times such as `20261121T020000Z`.
//! The name of a log group may have any characters of a path, so its hash is the folder, as it is below `pull/`. The last
//! check of a day is in the newest object whose days include it: listing the folder of a log group is enough to find it.

use mailtrail_archive::Partition;
use mailtrail_clock::Time;
use mailtrail_directory::AS_OF_FOLDER;
use mailtrail_pull::LogGroupId;
use sha2::{Digest, Sha256};

use crate::day::Day;

/// The folder of everything here.
pub(crate) const COVERAGE: &str = "coverage";
/// The folder of saved metrics.
const METRICS: &str = "coverage/metrics";
/// The folder of what the daily function found, and people were told.
pub const FINDINGS: &str = "coverage/findings";
/// The folder of what was seen of organizations: whether they are gone, and the notes that close them.
pub const ORGANIZATIONS: &str = "coverage/organizations";
const ENDING: &str = ".ndjson";
/// A clock may be ahead of another one by this much, in milliseconds.
const CLOCKS_DIFFER: i64 = 10 * 60 * 1_000;

/// What the name of an object says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Name {
    /// When the days were checked, in whole seconds.
    pub(crate) checked: Time,
    pub(crate) first: Day,
    pub(crate) last: Day,
}

/// The folder of a log group.
pub(crate) fn folder(id: &LogGroupId) -> String {
    let partition = Partition::new(Some(&id.region), Some(&id.account));
    let (region, account) = (partition.region(), partition.account());
    let hash = hex::encode(&Sha256::digest(&id.name)[..8]);
    format!(
        "{COVERAGE}/region={}/accountId={}/logGroup={hash}",
        region.unwrap_or(Partition::UNKNOWN),
        account.unwrap_or(Partition::UNKNOWN)
    )
}

/// The key of days of a log group that were checked at one time.
pub(crate) fn key(id: &LogGroupId, name: &Name, content: &[u8]) -> String {
    let Name { checked, first, last } = name;
    let days = format!("{}-{}", first.compact(), last.compact());
    format!("{}/{}-{days}-{}{ENDING}", folder(id), checked.compact(), hash(content))
}

/// What a key says; nothing for one that is not of this form.
pub(crate) fn name_of(key: &str) -> Option<Name> {
    let name = key.rsplit_once('/')?.1.strip_suffix(ENDING)?;
    let mut parts = name.split('-');
    let checked = parts.next().and_then(time_of)?;
    let (first, last) = (parts.next()?.parse::<Day>().ok()?, parts.next()?.parse::<Day>().ok()?);
    let is_hash = parts.next().is_some_and(|hash| hash.len() == 16);
    (is_hash && parts.next().is_none() && first <= last).then_some(Name { checked, first, last })
}

/// Whether a key ends with the hash of its content.
pub(crate) fn is_of_content(key: &str, content: &[u8]) -> bool {
    key.ends_with(&format!("-{}{ENDING}", hash(content)))
}

/// The folder of the saved metrics of an account and Region.
pub(crate) fn metrics_folder(account: &str, region: &str) -> String {
    let partition = Partition::new(Some(region), Some(account));
    let part = |part: Option<&str>| part.unwrap_or(Partition::UNKNOWN).to_owned();
    format!("{METRICS}/region={}/accountId={}", part(partition.region()), part(partition.account()))
}

/// The key of metrics that were saved at one time.
pub(crate) fn metrics_key(account: &str, region: &str, saved: Time, content: &[u8]) -> String {
    format!("{}/{}-{}{ENDING}", metrics_folder(account, region), saved.compact(), hash(content))
}

/// When metrics were saved, by their key; nothing for a key that is not of this form.
pub(crate) fn metrics_saved(key: &str) -> Option<Time> {
    let name = key.rsplit_once('/')?.1.strip_suffix(ENDING)?;
    time_of(name.split_once('-')?.0)
}

/// Whether a moment is later than the clock of another program can be.
pub(crate) fn is_in_future(time: Time, now: Time) -> bool {
    time.millis() > now.millis() + CLOCKS_DIFFER
}

fn time_of(text: &str) -> Option<Time> {
    Time::from_iso8601(text).filter(|time| time.compact() == text)
}

/// Whether a key lies where checks are, and not where something else is.
pub(crate) fn is_of_checks(key: &str) -> bool {
    ![METRICS, FINDINGS, AS_OF_FOLDER, ORGANIZATIONS]
        .iter()
        .any(|folder| key.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')))
}

fn hash(content: &[u8]) -> String {
    hex::encode(&Sha256::digest(content)[..8])
}
