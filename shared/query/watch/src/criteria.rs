//! One entry of a list, and when it applies.

use mailtrail_activity::{Activity, Attribute, IdentityKind, Outcome, Subject};
use mailtrail_aws_types::StarPattern;
use mailtrail_filter_pattern::FilterPattern;
use mailtrail_names::Known;
use mailtrail_normalize::Record;
use mailtrail_ocsf::Enrichment;

use crate::mail::{Mail, MailCriteria};

/// The bytes of a value that are repeated in the mark of each entry: more than any identity of AWS has.
const LONGEST_VALUE: usize = 4 << 10;

/// An identity or an event to watch.
#[derive(Debug, Clone, PartialEq)]
pub struct Watch {
    pub(crate) name: String,
    /// At least one. Those that are cheap to test come first.
    pub(crate) criteria: Vec<Criterion>,
}

/// What must hold.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Criterion {
    /// An identity that is this text.
    Identity(Subject, String),
    Arn(StarPattern),
    Account(String),
    Event(EventKind),
    /// All that is asked of mail.
    Mail(Box<MailCriteria>),
    Pattern(Box<FilterPattern>),
}

/// Kinds of events that matter for every identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EventKind {
    FailedLogin,
    Impersonation,
    NonOwnerAccess,
}

/// An event that entries are compared with.
pub(crate) struct WatchedEvent<'e> {
    pub(crate) activity: &'e Activity<'e>,
    /// What else its user is known by.
    pub(crate) known: &'e [Known<'e>],
    /// Where an entry of the list asks for mail, and the record is of a mail event.
    pub(crate) mail: Option<&'e Mail<'e>>,
    pub(crate) uid: &'e str,
    pub(crate) message: &'e str,
}

/// An entry of the list that applies to a record, and the attribute that it was recognised by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match<'l> {
    /// Which entry of the list.
    pub(crate) at: usize,
    name: &'l str,
    attribute: Attribute<'static>,
}

impl Watch {
    /// The name that the operator gave it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it asks for mail.
    pub(crate) fn asks_for_mail(&self) -> bool {
        self.criteria.iter().any(|criterion| matches!(criterion, Criterion::Mail(_)))
    }

    /// Whether all criteria hold; the first of them is what the record is marked with.
    pub(crate) fn matches(&self, at: usize, event: &WatchedEvent<'_>) -> Option<Match<'_>> {
        let mut found = None;
        for criterion in &self.criteria {
            let attribute = criterion.holds(event)?;
            found.get_or_insert(attribute);
        }
        let Attribute { path, value } = found?;
        let value = value[..value.floor_char_boundary(LONGEST_VALUE)].to_owned();
        let attribute = Attribute { path, value: value.into() };
        Some(Match { at, name: &self.name, attribute })
    }
}

impl<'l> Match<'l> {
    /// Adds the match to the record's enrichments.
    pub fn mark<'a>(&self, record: &mut Record<'a>)
    where
        'l: 'a,
    {
        let Attribute { path, value } = self.attribute.clone();
        record.enrich(Enrichment::watch(path, value, self.name));
    }
}

impl Criterion {
    /// The attribute that it holds by. A pattern is about the event as a whole, which its id stands for.
    fn holds<'d>(&self, event: &WatchedEvent<'d>) -> Option<Attribute<'d>> {
        let WatchedEvent { activity, known, mail, uid, message } = *event;
        let of = |subject, is_asked_for: &dyn Fn(&str) -> bool| {
            activity.find(subject, is_asked_for).map(|identity| identity.attribute.clone())
        };
        match self {
            Self::Identity(Subject::User, wanted) => {
                let by_another_name = || {
                    let known = known.iter().find(|known| known.value == wanted)?;
                    Some(activity.identities.get(known.identity)?.attribute.clone())
                };
                of(Subject::User, &|text| text == wanted).or_else(by_another_name)
            }
            Self::Identity(subject, wanted) => of(*subject, &|text| text == wanted),
            Self::Arn(pattern) => of(Subject::Arn, &|text| pattern.matches(text)),
            Self::Account(account) => activity.find_account(|text| text == account),
            Self::Event(notable) => notable.holds(activity),
            Self::Mail(criteria) => criteria.hold(mail?),
            Self::Pattern(pattern) => {
                let uid = Attribute { path: "metadata.uid".into(), value: uid.into() };
                pattern.matches(message).then_some(uid)
            }
        }
    }
}

impl EventKind {
    pub(crate) const ALL: [(&'static str, Self); 3] = [
        ("failed_login", Self::FailedLogin),
        ("impersonation", Self::Impersonation),
        ("non_owner_access", Self::NonOwnerAccess),
    ];

    fn holds<'d>(self, activity: &'d Activity<'_>) -> Option<Attribute<'d>> {
        match self {
            Self::FailedLogin if activity.is_sign_in && activity.outcome == Outcome::Failure => {
                activity.failure.clone()
            }
            Self::Impersonation => {
                let kind = IdentityKind::Impersonator;
                let identity = activity.identities.iter().find(|identity| identity.kind == kind)?;
                Some(identity.attribute.clone())
            }
            Self::NonOwnerAccess if activity.is_by_non_owner() => activity.owner.clone(),
            Self::FailedLogin | Self::NonOwnerAccess => None,
        }
    }
}
