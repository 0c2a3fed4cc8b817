//! A record as an answer to one question: who did what, from where, and how did it go?

use mailtrail_ocsf::{Actor, Api, Endpoint, Status, Unmapped, User};

use crate::Record;

/// What the record tells of the one who acted. Everything may be missing.
///
/// The same names hold for every source, so that whoever asks needs to know none of them. Of a role that
/// somebody took on, they are those of the somebody, not of the role.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Deed<'r> {
    /// The name of the user; nothing for a role.
    pub user: Option<&'r str>,
    /// The id: an ARN in AWS, the user id in WorkMail.
    pub uid: Option<&'r str>,
    /// The ARN of the role of which this was a session.
    pub role: Option<&'r str>,
    /// The name of that session.
    pub session: Option<&'r str>,
    /// The account of the one who acted; where it is not told, the account that the event happened in.
    pub account: Option<&'r str>,
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
                if record.actor.is_none() {
                    deed.user(&record.user);
                }
                deed.is_sign_in = record.account_switch.is_none();
                deed.source = source(record.src_endpoint.as_ref());
                deed
            }
            Self::ApiActivity(record) => {
                let mut deed = Deed::of(Some(&record.actor), Some(&record.api), &record.status);
                deed.source = source(Some(&record.src_endpoint));
                deed.impersonator = record.actor.app_uid.as_deref();
                let owner = record.resources.first().and_then(|target| target.owner.as_ref());
                deed.owner = owner.and_then(|owner| owner.uid.as_deref());
                deed
            }
            Self::EntityManagement(record) => {
                let mut deed = Deed::of(record.actor.as_ref(), None, &record.status);
                deed.source = source(record.src_endpoint.as_ref());
                deed
            }
            Self::BaseEvent(record) => Deed::of_unmapped(&record.unmapped),
        };
        deed.account =
            deed.account.or_else(|| self.head().cloud.account.as_ref().map(|account| &*account.uid));
        deed.operation = deed.operation.or_else(|| self.head().metadata.event_code.as_deref());
        deed
    }
}

impl<'r> Deed<'r> {
    /// Whether somebody opened a mailbox that is not theirs, an application in the owner's name among them.
    pub fn is_by_non_owner(&self) -> bool {
        self.owner.is_some() && (self.owner != self.uid || self.impersonator.is_some())
    }

    fn of(actor: Option<&'r Actor<'_>>, api: Option<&'r Api<'_>>, status: &Status<'_>) -> Self {
        let mut deed = Self { failed: *status == Status::FAILURE, ..Self::default() };
        deed.operation = api.map(|api| api.operation.as_ref());
        let Some(actor) = actor else { return deed };
        if let Some(user) = &actor.user {
            deed.user(user);
        }
        if let Some(session) = &actor.session {
            (deed.role, deed.session) = (session.issuer.as_deref(), session.uid_alt.as_deref());
        }
        deed.service = actor.app_name.as_deref();
        deed
    }

    fn user(&mut self, user: &'r User<'_>) {
        (self.user, self.uid) = (user.name.as_deref(), user.uid.as_deref());
        self.account = user.account.as_ref().map(|account| account.uid.as_ref());
        self.keys = user.programmatic_credentials.iter().map(|credential| credential.uid.as_ref()).collect();
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
        Self {
            user: either("userIdentity.userName", "user"),
            uid: either("userIdentity.arn", "user_id"),
            role: get("userIdentity.sessionContext.sessionIssuer.arn"),
            session: principal.and_then(|principal| principal.split_once(':')).map(|(_, name)| name),
            account: get("userIdentity.accountId"),
            keys: either("userIdentity.accessKeyId", "personal_access_token_id").into_iter().collect(),
            service: get("userIdentity.invokedBy"),
            operation: either("eventName", "action"),
            source: either("sourceIPAddress", "source_ip"),
            failed: is_failure || get("errorCode").is_some(),
            is_sign_in: get("auth_successful").is_some(),
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
