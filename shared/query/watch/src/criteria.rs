//! One entry of a list, and when it applies.

use std::borrow::Cow;

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
    attribute: String,
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
            found.get_or_insert_with(|| Match { at, name: &self.name, attribute, value: value.into_owned() });
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
        record.enrich(Enrichment::watch(self.attribute.clone(), self.value.clone(), self.name));
    }
}

impl Criterion {
    /// The attribute that it holds by, and its value. A pattern is about the event as a whole, which its id
    /// stands for.
    fn holds<'d>(&self, deed: &'d Deed<'_>, uid: &'d str, message: &str) -> Option<(String, Cow<'d, str>)> {
        let said = |attribute: &str, value: &'d str| (attribute.to_owned(), Cow::Borrowed(value));
        let of_user = |part: &str, value: &'d str| (attribute_of_user(deed, part), Cow::Borrowed(value));
        match self {
            Self::User(name) => {
                let parts = [("name", deed.user), ("uid", deed.uid), ("uid_alt", deed.uid_alt)];
                let known = parts.into_iter().find(|(_, value)| *value == Some(name))?;
                Some(of_user(known.0, known.1?))
            }
            Self::Role(role) => role_of(deed).filter(|(_, arn)| arn == role || role_name(arn) == Some(role)),
            Self::Session(name) => {
                deed.session.filter(|said| said == name).map(|name| said("actor.session.uid_alt", name))
            }
            Self::AccessKey(id) => {
                let key = deed.keys.iter().find(|key| *key == id)?;
                Some(of_user("programmatic_credentials[].uid", key))
            }
            Self::Arn(pattern) => {
                let principal = deed.uid.filter(|arn| pattern.matches(arn)).map(|arn| of_user("uid", arn));
                principal.or_else(|| role_of(deed).filter(|(_, arn)| pattern.matches(arn)))
            }
            Self::Account(account) => {
                let of_user = deed.account.map(|said| of_user("account.uid", said));
                let of_event = || deed.place.map(|place| said("cloud.account.uid", place));
                of_user.or_else(of_event).filter(|(_, said)| said == account)
            }
            Self::Event(notable) => notable.holds(deed),
            Self::Pattern(pattern) => pattern.matches(message).then(|| said("metadata.uid", uid)),
        }
    }
}

/// Where the record tells a part of who the user is. A Base Event has all of it in one place.
fn attribute_of_user(deed: &Deed<'_>, part: &str) -> String {
    if deed.teller == "unmapped" { deed.teller.to_owned() } else { format!("{}.{part}", deed.teller) }
}

/// The role, and where the record tells it. One that is not logged was told from the ARN of the session.
fn role_of<'d>(deed: &'d Deed<'_>) -> Option<(String, Cow<'d, str>)> {
    let attribute = match deed.role.as_ref()? {
        Cow::Borrowed(_) if deed.teller != "unmapped" => "actor.session.issuer".to_owned(),
        _ => attribute_of_user(deed, "uid"),
    };
    Some((attribute, Cow::Borrowed(deed.role.as_deref()?)))
}

impl Notable {
    pub(crate) const ALL: [(&'static str, Self); 3] = [
        ("failed_login", Self::FailedLogin),
        ("impersonation", Self::Impersonation),
        ("non_owner_access", Self::NonOwnerAccess),
    ];

    fn holds<'d>(self, deed: &Deed<'d>) -> Option<(String, Cow<'d, str>)> {
        let said = |attribute: &str, value: &'d str| (attribute.to_owned(), Cow::Borrowed(value));
        match self {
            Self::FailedLogin => (deed.is_sign_in && deed.failed).then(|| said("status", "Failure")),
            Self::Impersonation => deed.impersonator.map(|id| said("actor.app_uid", id)),
            Self::NonOwnerAccess => {
                let owner = deed.owner.filter(|_| deed.is_by_non_owner());
                owner.map(|owner| said("resources[0].owner.uid", owner))
            }
        }
    }
}

/// The name of a role, without the path that it may have.
fn role_name(arn: &str) -> Option<&str> {
    arn.split_once(":role/").map(|(_, path)| path.rsplit('/').next().unwrap_or(path))
}
