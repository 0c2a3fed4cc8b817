//! The identities of an event: every name and id that it can be asked for by.

use std::borrow::Cow;

use mailtrail_aws_types::{AccountId, Arn};
use mailtrail_ocsf::{Class, is_email_address};

use crate::ActivityFields;
use crate::activity::Source;
use crate::fields::User;

/// A value, and the attribute of the record that holds it, such as `actor.user.name`, `resources[0].owner.uid` or
/// `unmapped.userIdentity.arn` (of `unmapped`, what follows is one key).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute<'r> {
    /// Where it stands in the record.
    pub path: Cow<'static, str>,
    /// The value. A role's ARN may be derived from the ARN of its session, which is then the attribute.
    pub value: Cow<'r, str>,
}

/// What kind of identity a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IdentityKind {
    /// An ARN, or a principal id (`AIDA…`, `AROA…:session`), in AWS.
    Principal,
    /// The name of a user of IAM, IAM Identity Center or WorkMail.
    UserName,
    /// The id of a user of WorkMail (`S-1-1-11-…` or a UUID).
    UserId,
    /// An email address that a user of WorkMail signs in by.
    Address,
    /// The ARN of the role that the caller acts in.
    Role,
    /// The name of the session of a role or of a federated user.
    RoleSession,
    /// The source identity that was set when the role was assumed, and stays through a chain of roles
    /// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_monitor.html>).
    SourceIdentity,
    /// The id of the IAM Identity Center user on whose behalf the request was made.
    OnBehalfOf,
    /// The id of the access key that signed the request.
    AccessKey,
    /// The id of a personal access token of WorkMail, or of an Identity Center credential.
    Token,
    /// The id of the application that impersonated a user of WorkMail.
    Impersonator,
    /// The account of the caller.
    Account,
    /// The service that made the request for someone, or for itself.
    Service,
}

/// One identity of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity<'r> {
    /// What kind of identity.
    pub kind: IdentityKind,
    /// Its value, and where the record has it.
    pub attribute: Attribute<'r>,
}

/// What people ask for: a set of kinds of identities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Subject {
    /// A user, as people name one: user name, address, id, the name of a role session, source identity, on-behalf-of id,
    /// principal.
    User,
    /// A role, by its ARN or its name.
    Role,
    /// A session, by its name.
    Session,
    /// An access key or a token.
    Credential,
    /// A principal, or the role of its session, by ARN.
    Arn,
    /// The account of the caller.
    Account,
}

impl Subject {
    /// The kinds that it stands for.
    pub const fn kinds(self) -> &'static [IdentityKind] {
        use IdentityKind as Kind;
        match self {
            Self::User => &[
                Kind::UserName,
                Kind::Address,
                Kind::UserId,
                Kind::RoleSession,
                Kind::SourceIdentity,
                Kind::OnBehalfOf,
                Kind::Principal,
            ],
            Self::Role => &[Kind::Role],
            Self::Session => &[Kind::RoleSession],
            Self::Credential => &[Kind::AccessKey, Kind::Token],
            Self::Arn => &[Kind::Principal, Kind::Role],
            Self::Account => &[Kind::Account],
        }
    }

    /// The texts that an identity is asked for by: its value, and of a role its name, too.
    pub fn texts<'i>(self, identity: &'i Identity<'_>) -> impl Iterator<Item = &'i str> {
        let value = &*identity.attribute.value;
        let name = (self == Self::Role).then(|| role_name(value)).flatten();
        std::iter::once(value).chain(name)
    }
}

/// The name of a role, without the path that it may have: `arn:aws:iam::111122223333:role/team/Admin` is `Admin`.
pub fn role_name(arn: &str) -> Option<&str> {
    Arn::parse(arn).ok()?.role_name()
}

/// All identities of the caller, the most telling of a kind first.
pub(crate) fn identities<'r>(
    fields: &'r ActivityFields<'_>,
    source: Source,
    is_sign_in: bool,
) -> Vec<Identity<'r>> {
    let mut found = Identities(Vec::new());
    if fields.class_uid == Class::BaseEvent.uid() {
        match source {
            Source::CloudTrail => found.of_user_identity(fields),
            Source::WorkMail => found.of_audit_event(fields),
            Source::Other => {}
        }
        return found.0;
    }
    // Of a sign-in, the user may be named nowhere else. Of a role that is assumed, it is the role and not the caller.
    if is_sign_in {
        found.of_user(&fields.user, &SIGN_IN_USER, source);
    }
    found.of_user(&fields.actor.user, &ACTOR_USER, source);
    let session = &fields.actor.session;
    found.of_session(
        "actor.session.uid_alt",
        session.uid_alt.get(),
        "actor.session.issuer",
        session.issuer.get(),
    );
    if source == Source::CloudTrail {
        found.of_both_shapes(fields);
    }
    found.add(IdentityKind::Impersonator, "actor.app_uid", fields.actor.app_uid.get());
    found.add(IdentityKind::Service, "actor.app_name", fields.actor.app_name.get());
    found.0
}

/// The attributes of an OCSF `user`.
struct UserPaths {
    name: &'static str,
    uid: &'static str,
    uid_alt: &'static str,
    account: &'static str,
    credential: &'static str,
}

const SIGN_IN_USER: UserPaths = UserPaths {
    name: "user.name",
    uid: "user.uid",
    uid_alt: "user.uid_alt",
    account: "user.account.uid",
    credential: "user.programmatic_credentials[].uid",
};
const ACTOR_USER: UserPaths = UserPaths {
    name: "actor.user.name",
    uid: "actor.user.uid",
    uid_alt: "actor.user.uid_alt",
    account: "actor.user.account.uid",
    credential: "actor.user.programmatic_credentials[].uid",
};

struct Identities<'r>(Vec<Identity<'r>>);

impl<'r> Identities<'r> {
    /// Adds an identity, unless it is there already.
    fn add(&mut self, kind: IdentityKind, path: &'static str, value: Option<impl Into<Cow<'r, str>>>) {
        let Some(value) = value.map(Into::into) else { return };
        let is_known = |known: &Identity<'_>| known.kind == kind && known.attribute.value == value;
        if !self.0.iter().any(is_known) {
            self.0.push(Identity { kind, attribute: Attribute { path: Cow::Borrowed(path), value } });
        }
    }

    fn of_user(&mut self, user: &'r User<'_>, paths: &UserPaths, source: Source) {
        match source {
            Source::WorkMail => {
                self.add_workmail_name(paths.name, user.name.get());
                self.add(IdentityKind::UserId, paths.uid, user.uid.get());
            }
            Source::CloudTrail | Source::Other => {
                self.add(IdentityKind::UserName, paths.name, user.name.get());
                self.add(IdentityKind::Principal, paths.uid, user.uid.get());
                self.add(IdentityKind::Principal, paths.uid_alt, user.uid_alt.get());
            }
        }
        self.add(IdentityKind::Account, paths.account, user.account.uid.get());
        for credential in &user.programmatic_credentials {
            let is_key = credential.r#type.get() == Some("AWS Access Key");
            let kind = if is_key { IdentityKind::AccessKey } else { IdentityKind::Token };
            self.add(kind, paths.credential, credential.uid.get());
        }
    }

    fn add_workmail_name(&mut self, path: &'static str, name: Option<&'r str>) {
        let is_address = name.is_some_and(is_email_address);
        self.add(if is_address { IdentityKind::Address } else { IdentityKind::UserName }, path, name);
    }

    /// Role and name of the session: as logged, or else as the ids of the principal have them.
    fn of_session(
        &mut self,
        name_path: &'static str,
        name: Option<&'r str>,
        issuer_path: &'static str,
        issuer: Option<&'r str>,
    ) {
        self.add(IdentityKind::RoleSession, name_path, name);
        let issuer = issuer.filter(|arn| arn.contains(":role/"));
        self.add(IdentityKind::Role, issuer_path, issuer);
        let principals = self.0.iter().filter(|identity| identity.kind == IdentityKind::Principal);
        for Attribute { path, value } in
            principals.map(|identity| identity.attribute.clone()).collect::<Vec<_>>()
        {
            let add = |kind, text: Option<String>| {
                Some(Identity { kind, attribute: Attribute { path: path.clone(), value: Cow::Owned(text?) } })
            };
            let role =
                if issuer.is_none() { Arn::parse(&value).ok().and_then(|arn| arn.role_arn()) } else { None };
            let session = session_name(&value).map(str::to_owned);
            for identity in
                [add(IdentityKind::Role, role), add(IdentityKind::RoleSession, session)].into_iter().flatten()
            {
                let is_known = |known: &Identity<'_>| {
                    known.kind == identity.kind && known.attribute.value == identity.attribute.value
                };
                if !self.0.iter().any(is_known) {
                    self.0.push(identity);
                }
            }
        }
    }

    /// What CloudTrail's records have in `unmapped`, whatever their class.
    fn of_both_shapes(&mut self, fields: &'r ActivityFields<'_>) {
        let get = |key| fields.unmapped.get(key);
        self.add(
            IdentityKind::SourceIdentity,
            "unmapped.userIdentity.sessionContext.sourceIdentity",
            get("userIdentity.sessionContext.sourceIdentity"),
        );
        self.add(
            IdentityKind::OnBehalfOf,
            "unmapped.userIdentity.onBehalfOf.userId",
            get("userIdentity.onBehalfOf.userId"),
        );
    }

    /// A Base Event of CloudTrail.
    fn of_user_identity(&mut self, fields: &'r ActivityFields<'_>) {
        let get = |key| fields.unmapped.get(key);
        let rows = [
            (IdentityKind::UserName, "unmapped.userIdentity.userName", get("userIdentity.userName")),
            (IdentityKind::Principal, "unmapped.userIdentity.arn", get("userIdentity.arn")),
            (IdentityKind::Principal, "unmapped.userIdentity.principalId", get("userIdentity.principalId")),
            (IdentityKind::Account, "unmapped.userIdentity.accountId", get("userIdentity.accountId")),
            (IdentityKind::AccessKey, "unmapped.userIdentity.accessKeyId", get("userIdentity.accessKeyId")),
            (IdentityKind::Token, "unmapped.userIdentity.credentialId", get("userIdentity.credentialId")),
            (IdentityKind::Service, "unmapped.userIdentity.invokedBy", get("userIdentity.invokedBy")),
        ];
        for (kind, path, value) in rows {
            self.add(kind, path, value);
        }
        if get("userIdentity.userName").is_none() {
            let name = get("userIdentity.arn").and_then(user_name);
            self.add(IdentityKind::UserName, "unmapped.userIdentity.arn", name);
        }
        let issuer = "unmapped.userIdentity.sessionContext.sessionIssuer.arn";
        self.of_session("", None, issuer, get("userIdentity.sessionContext.sessionIssuer.arn"));
        self.of_both_shapes(fields);
    }

    /// A Base Event of WorkMail's audit logs.
    fn of_audit_event(&mut self, fields: &'r ActivityFields<'_>) {
        let get = |key| fields.unmapped.get(key);
        self.add_workmail_name("unmapped.user", get("user"));
        self.add(IdentityKind::UserId, "unmapped.user_id", get("user_id"));
        self.add(IdentityKind::Token, "unmapped.personal_access_token_id", get("personal_access_token_id"));
        self.add(IdentityKind::Impersonator, "unmapped.impersonator_id", get("impersonator_id"));
    }
}

/// The name of an IAM user, without the path that it may have: `arn:aws:iam::111122223333:user/team/alice` is `alice`. A
/// record that was cut off may have lost `userName`, which follows the ARN.
fn user_name(arn: &str) -> Option<&str> {
    let name = Arn::parse(arn).ok()?.resource().strip_prefix("user/")?.rsplit('/').next()?;
    (!name.is_empty()).then_some(name)
}

/// The name of the session that a principal is: the end of its ARN (`…:assumed-role/Admin/alice`,
/// `…:federated-user/bob`), or of its id (`AROA…:alice`, `111122223333:bob`).
fn session_name(principal: &str) -> Option<&str> {
    let name = if let Ok(arn) = Arn::parse(principal) {
        arn.session_name().or_else(|| arn.resource().strip_prefix("federated-user/"))?
    } else {
        let (id, name) = principal.split_once(':')?;
        (id.starts_with("AROA") || AccountId::is_valid(id)).then_some(name)?
    };
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_session_ends_the_arn_or_the_id_of_its_principal() {
        for (principal, name) in [
            ("arn:aws:sts::111122223333:assumed-role/Admin/alice", Some("alice")),
            ("arn:aws:sts::111122223333:federated-user/bob", Some("bob")),
            ("AROAEXAMPLE:alice", Some("alice")),
            ("111122223333:bob", Some("bob")),
            ("AROAEXAMPLE", None),
            ("AROAEXAMPLE:", None),
            ("AIDAEXAMPLE", None),
            ("arn:aws:iam::111122223333:user/alice", None),
            ("accounts.example.com:app:user", None),
        ] {
            assert_eq!(session_name(principal), name, "{principal}");
        }
    }

    #[test]
    fn the_name_of_a_user_ends_its_arn() {
        for (arn, name) in [
            ("arn:aws:iam::111122223333:user/alice", Some("alice")),
            ("arn:aws:iam::111122223333:user/team/alice", Some("alice")),
            ("arn:aws:iam::111122223333:user/", None),
            ("arn:aws:iam::111122223333:root", None),
            ("user/alice", None),
        ] {
            assert_eq!(user_name(arn), name, "{arn}");
        }
    }

    #[test]
    fn a_role_goes_by_its_name_without_the_path() {
        assert_eq!(role_name("arn:aws:iam::111122223333:role/a/b/Admin"), Some("Admin"));
    }
}
