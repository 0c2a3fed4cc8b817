//! A record as an answer to one question: who did what, from where, and how did it go?

use std::borrow::Cow;

use mailtrail_ocsf::{Actor, Api, Endpoint, Session, Status, Unmapped, User};

use crate::Record;
use crate::workmail_audit::REASONS;

/// What the record tells of the one who acted. Everything may be missing.
///
/// The same names hold for every source, so that whoever asks needs to know none of them. Of a role that
/// somebody took on, they are those of the somebody, not of the role.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Deed<'r> {
    /// The attribute of the record that tells of the user: `actor.user`, of a log-in `user`, of a Base Event `unmapped`.
    pub teller: &'static str,
    /// The name of the user; nothing for a role.
    pub user: Option<&'r str>,
    /// The id: an ARN in AWS, the user id in WorkMail.
    pub uid: Option<&'r str>,
    /// The other id: in AWS the principal id, of a person in IAM Identity Center the id there.
    pub uid_alt: Option<&'r str>,
    /// The ARN of the role of which this was a session: as it is logged, or else as the ARN of the session has it.
    pub role: Option<Cow<'r, str>>,
    /// The name of that session.
    pub session: Option<&'r str>,
    /// The account of the one who acted, where it is told.
    pub account: Option<&'r str>,
    /// The account that the event happened in.
    pub place: Option<&'r str>,
    /// The ids of the access keys or tokens that were used.
    pub keys: Vec<&'r str>,
    /// The service of AWS that acted on somebody's behalf.
    pub service: Option<&'r str>,
    /// What was done.
    pub operation: Option<&'r str>,
    /// The address, domain or service that it came from.
    pub source: Option<&'r str>,
    /// Whether it was refused or failed.
    pub failed: bool,
    /// Whether it is an attempt to log in.
    pub is_sign_in: bool,
    /// The id of who used the impersonation of another user.
    pub impersonator: Option<&'r str>,
    /// The owner of the mailbox that was accessed.
    pub owner: Option<&'r str>,
}

impl Record<'_> {
    /// Who did what, as far as the record tells.
    pub fn deed(&self) -> Deed<'_> {
        let mut deed = match self {
            Self::EmailActivity(_) => Deed::default(),
            Self::Authentication(record) => {
                let mut deed = Deed::of(record.actor.as_ref(), record.api.as_ref(), &record.status);
                // Who logs in is the user, of whom a record may say more than of the actor.
                deed.is_sign_in = record.account_switch.is_none();
                if deed.is_sign_in {
                    let session = record.actor.as_ref().and_then(|actor| actor.session.as_ref());
                    deed.identity("user", Some(&record.user), session);
                }
                deed.source = source(record.src_endpoint.as_ref());
                deed
            }
            Self::ApiActivity(record) => {
                let mut deed = Deed::of(Some(&record.actor), Some(&record.api), &record.status);
                deed.source = source(Some(&record.src_endpoint));
                deed.impersonator = record.actor.app_uid.as_deref();
                let owner = record.resources.first().and_then(|target| target.owner.as_ref());
                // Where neither item nor folder is logged, there is nothing that the owner could be the owner of.
                let owner = owner.and_then(|owner| owner.uid.as_deref());
                deed.owner = owner.or_else(|| record.unmapped.get("owner_id"));
                deed
            }
            Self::EntityManagement(record) => {
                let mut deed = Deed::of(record.actor.as_ref(), None, &record.status);
                deed.source = source(record.src_endpoint.as_ref());
                deed
            }
            Self::BaseEvent(record) => Deed::of_unmapped(&record.unmapped),
        };
        deed.place = self.head().cloud.account.as_ref().map(|account| &*account.uid);
        deed.operation = deed.operation.or_else(|| self.head().metadata.event_code.as_deref());
        deed
    }
}

impl<'r> Deed<'r> {
    /// Whether somebody opened a mailbox that is not theirs, an application in the owner's name among them. Where
    /// nobody says who it was, nobody says that it was not the owner.
    pub fn is_by_non_owner(&self) -> bool {
        let is_another = self.uid.is_some() && self.uid != self.owner;
        self.owner.is_some() && (is_another || self.impersonator.is_some())
    }

    fn of(actor: Option<&'r Actor<'_>>, api: Option<&'r Api<'_>>, status: &Status<'_>) -> Self {
        let mut deed = Self { failed: *status == Status::FAILURE, ..Self::default() };
        deed.operation = api.map(|api| api.operation.as_ref());
        let Some(actor) = actor else { return deed };
        deed.identity("actor.user", actor.user.as_ref(), actor.session.as_ref());
        deed.service = actor.app_name.as_deref();
        deed
    }

    fn identity(
        &mut self,
        teller: &'static str,
        user: Option<&'r User<'_>>,
        session: Option<&'r Session<'_>>,
    ) {
        self.teller = teller;
        if let Some(user) = user {
            (self.user, self.uid, self.uid_alt) =
                (user.name.as_deref(), user.uid.as_deref(), user.uid_alt.as_deref());
            self.account = user.account.as_ref().map(|account| account.uid.as_ref());
            self.keys =
                user.programmatic_credentials.iter().map(|credential| credential.uid.as_ref()).collect();
        }
        self.role = role_arn(session.and_then(|session| session.issuer.as_deref()), self.uid);
        self.session = session.and_then(|session| session.uid_alt.as_deref());
    }

    /// The same of an event that lacked what its class requires: everything that it said is in `unmapped`,
    /// under the source's own names. An identity must not go unseen because an address is missing.
    fn of_unmapped(unmapped: &'r Unmapped<'_>) -> Self {
        let get = |key: &str| unmapped.get(key).filter(|value| !value.is_empty());
        let either = |one: &str, other: &str| get(one).or_else(|| get(other));
        let is = |name: &str, word: &str| get(name).is_some_and(|text| text.eq_ignore_ascii_case(word));
        let principal = get("userIdentity.principalId");
        let is_failure = ["auth_successful", "access_granted", "action_allowed"]
            .iter()
            .any(|verdict| is(verdict, "false") || is(verdict, "0"));
        let is_reasoned = REASONS.iter().any(|reason| get(reason).is_some());
        let uid = either("userIdentity.arn", "user_id");
        Self {
            teller: "unmapped",
            user: either("userIdentity.userName", "user"),
            uid,
            uid_alt: either("userIdentity.principalId", "userIdentity.onBehalfOf.userId"),
            role: role_arn(get("userIdentity.sessionContext.sessionIssuer.arn"), uid),
            session: principal.and_then(|principal| principal.split_once(':')).map(|(_, name)| name),
            account: get("userIdentity.accountId"),
            place: None,
            keys: either("userIdentity.accessKeyId", "personal_access_token_id").into_iter().collect(),
            service: get("userIdentity.invokedBy"),
            operation: either("eventName", "action"),
            source: either("sourceIPAddress", "source_ip"),
            failed: is_failure || is_reasoned || get("errorCode").is_some(),
            is_sign_in: either("auth_successful", "auth_failed_reason").is_some(),
            impersonator: get("impersonator_id"),
            owner: get("owner_id"),
        }
    }
}

fn source<'r>(endpoint: Option<&'r Endpoint<'_>>) -> Option<&'r str> {
    let endpoint = endpoint?;
    let parts = [&endpoint.ip, &endpoint.domain, &endpoint.svc_name, &endpoint.uid];
    parts.into_iter().find_map(|part| part.as_deref())
}

/// The ARN of the role of a session: that of the issuer; where none is logged, what the session's own ARN says.
pub fn role_arn<'r>(issuer: Option<&'r str>, session: Option<&str>) -> Option<Cow<'r, str>> {
    if let Some(issuer) = issuer.filter(|arn| arn.contains(":role/")) {
        return Some(Cow::Borrowed(issuer));
    }
    let (place, path) = session?.split_once(":assumed-role/")?;
    let (role, _session) = path.rsplit_once('/')?;
    let mut parts = place.split(':');
    let (arn, partition, account) = (parts.next()?, parts.next()?, parts.nth(2)?);
    Some(Cow::Owned(format!("{arn}:{partition}:iam::{account}:role/{role}")))
}
