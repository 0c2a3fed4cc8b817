//! One entry of a list, and when it applies.

use mailtrail_filter_pattern::FilterPattern;
use mailtrail_normalize::{Deed, Record};
use mailtrail_ocsf::Enrichment;
use wildmatch::WildMatchPattern;

/// Somebody or something to watch.
#[derive(Debug, Clone, PartialEq)]
pub struct Watch {
    pub(crate) name: String,
    /// At least one. Those that are cheap to test come first.
    pub(crate) criteria: Vec<Criterion>,
}

/// What must hold.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Criterion {
    User(String),
    Role(String),
    Session(String),
    AccessKey(String),
    Arn(WildMatchPattern<'*', '\0'>),
    Account(String),
    Event(Notable),
    Pattern(Box<FilterPattern>),
}

/// What people want to hear of whoever does it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Notable {
    FailedLogin,
    Impersonation,
    NonOwnerAccess,
}

/// That an entry applies to a record, and what it was recognised by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match<'l> {
    /// Which entry of the list.
    pub(crate) at: usize,
    name: &'l str,
    attribute: &'static str,
    value: String,
}

impl Watch {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether all criteria hold; the first of them is what the record is marked with.
    pub(crate) fn matches(&self, at: usize, deed: &Deed<'_>, uid: &str, message: &str) -> Option<Match<'_>> {
        let mut found = None;
        for criterion in &self.criteria {
            let (attribute, value) = criterion.holds(deed, uid, message)?;
            found.get_or_insert_with(|| Match { at, name: &self.name, attribute, value: value.to_owned() });
        }
        found
    }
}

impl<'l> Match<'l> {
    /// Marks the record.
    pub fn mark<'a>(&self, record: &mut Record<'a>)
    where
        'l: 'a,
    {
        record.enrich(Enrichment::watch(self.attribute, self.value.clone(), self.name));
    }
}

impl Criterion {
    /// The attribute that it holds by, and its value. A pattern is about the event as a whole, which its id
    /// stands for.
    fn holds<'d>(&self, deed: &Deed<'d>, uid: &'d str, message: &str) -> Option<(&'static str, &'d str)> {
        match self {
            Self::User(name) => {
                let is = |said: &&str| *said == name;
                let by_name = deed.user.filter(is).map(|user| ("actor.user.name", user));
                by_name.or_else(|| deed.uid.filter(is).map(|uid| ("actor.user.uid", uid)))
            }
            Self::Role(role) => {
                let is = |arn: &&str| *arn == role || role_name(arn) == Some(role);
                deed.role.filter(is).map(|arn| ("actor.session.issuer", arn))
            }
            Self::Session(name) => {
                deed.session.filter(|said| said == name).map(|name| ("actor.session.uid_alt", name))
            }
            Self::AccessKey(id) => {
                let key = deed.keys.iter().find(|key| *key == id)?;
                Some(("actor.user.programmatic_credentials[].uid", *key))
            }
            Self::Arn(pattern) => {
                let matches = |arn: &&str| pattern.matches(arn);
                let principal = deed.uid.filter(matches).map(|arn| ("actor.user.uid", arn));
                principal.or_else(|| deed.role.filter(matches).map(|arn| ("actor.session.issuer", arn)))
            }
            Self::Account(account) => {
                deed.account.filter(|said| said == account).map(|account| ("actor.user.account.uid", account))
            }
            Self::Event(notable) => notable.holds(deed),
            Self::Pattern(pattern) => pattern.matches(message).then_some(("metadata.uid", uid)),
        }
    }
}

impl Notable {
    pub(crate) const ALL: [(&'static str, Self); 3] = [
        ("failed_login", Self::FailedLogin),
        ("impersonation", Self::Impersonation),
        ("non_owner_access", Self::NonOwnerAccess),
    ];

    fn holds<'d>(self, deed: &Deed<'d>) -> Option<(&'static str, &'d str)> {
        match self {
            Self::FailedLogin => (deed.is_sign_in && deed.failed).then_some(("status", "Failure")),
            Self::Impersonation => deed.impersonator.map(|id| ("actor.app_uid", id)),
            Self::NonOwnerAccess => {
                deed.owner.filter(|_| deed.is_by_non_owner()).map(|owner| ("resources[0].owner.uid", owner))
            }
        }
    }
}

/// The name of a role, without the path that it may have.
fn role_name(arn: &str) -> Option<&str> {
    arn.split_once(":role/").map(|(_, path)| path.rsplit('/').next().unwrap_or(path))
}
