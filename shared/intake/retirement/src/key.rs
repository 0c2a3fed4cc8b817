//! `coverage/organizations/…` of an archive. Pure.
//!
//! ```text
//! coverage/organizations/region=<r>/accountId=<a>/organization=<m-…>/<time>-<listed | gone | ended>.json
//! ```
//! `<time>` is when it was written, such as `20270331T020000Z`.

use mailtrail_archive::Partition;
use mailtrail_aws_types::OrganizationId;
use mailtrail_clock::Time;
use mailtrail_coverage::ORGANIZATIONS;

use crate::standing::Presence;

const ENDING: &str = ".json";
/// A clock may be ahead of another one by this much, in milliseconds.
const CLOCKS_DIFFER: i64 = 10 * 60 * 1_000;

/// What a key says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) organization: OrganizationId,
    pub(crate) at: Time,
    pub(crate) presence: Presence,
}

/// The folder of an account and Region.
pub(crate) fn folder(account: &str, region: &str) -> String {
    let partition = Partition::new(Some(region), Some(account));
    let part = |part: Option<&str>| part.unwrap_or(Partition::UNKNOWN).to_owned();
    format!("{ORGANIZATIONS}/region={}/accountId={}", part(partition.region()), part(partition.account()))
}

impl Key {
    pub(crate) fn text(&self, account: &str, region: &str) -> String {
        let Self { organization, at, presence } = self;
        let presence = word(*presence);
        format!("{}/organization={organization}/{}-{presence}{ENDING}", folder(account, region), at.compact())
    }

    /// What a key of this account and Region says; nothing for one that is not of this form.
    pub(crate) fn parse(key: &str, account: &str, region: &str) -> Option<Self> {
        let rest = key.strip_prefix(&folder(account, region))?.strip_prefix("/organization=")?;
        let (organization, name) = rest.split_once('/')?;
        let (time, presence) = name.strip_suffix(ENDING)?.split_once('-')?;
        let at = Time::from_iso8601(time).filter(|at| at.compact() == time)?;
        let all = [Presence::Listed, Presence::Gone, Presence::Ended];
        let presence = all.into_iter().find(|it| word(*it) == presence)?;
        Some(Self { organization: organization.parse().ok()?, at, presence })
    }
}

/// Whether a moment is later than the clock of another program can be.
pub(crate) fn is_in_future(time: Time, now: Time) -> bool {
    time.millis() > now.millis() + CLOCKS_DIFFER
}

fn word(presence: Presence) -> &'static str {
    match presence {
        Presence::Listed => "listed",
        Presence::Gone => "gone",
        Presence::Ended => "ended",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FOLDER: &str = "coverage/organizations/region=eu-west-1/accountId=111122223333";
    const ID: &str = "m-0123456789abcdef0123456789abcdef";

    #[test]
    fn a_key_says_what_it_was_made_of_and_other_objects_say_nothing() {
        let parse = |key: &str| Key::parse(key, "111122223333", "eu-west-1");
        for presence in ["listed", "gone", "ended"] {
            let key = format!("{FOLDER}/organization={ID}/20270331T020000Z-{presence}.json");
            assert_eq!(parse(&key).unwrap().text("111122223333", "eu-west-1"), key);
        }
        for key in [
            format!("{FOLDER}/organization={ID}/20270331T020000Z-lost.json"),
            format!("{FOLDER}/organization={ID}/2027-03-31-gone.json"),
            format!("{FOLDER}/organization=m-1/20270331T020000Z-gone.json"),
            format!("{FOLDER}/organization={ID}/x/20270331T020000Z-gone.json"),
            format!("{FOLDER}4/organization={ID}/20270331T020000Z-gone.json"),
        ] {
            assert_eq!(parse(&key), None, "{key}");
        }
    }
}
