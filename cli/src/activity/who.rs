//! An identity: whom a record names, and what people call it.

use std::borrow::Cow;

use mailtrail_normalize::role_arn;

use super::kept::Kept;
use super::record::Record;

/// An identity, as far as the record tells.
#[derive(Debug, Default)]
pub(super) struct Who<'r> {
    pub(super) name: Option<&'r str>,
    /// An ARN, or the id of a user of WorkMail.
    pub(super) uid: Option<&'r str>,
    /// The principal id.
    pub(super) uid_alt: Option<&'r str>,
    pub(super) account: Option<&'r str>,
    /// The ARN of the role that it acted in.
    pub(super) role: Option<String>,
    /// The name of the session.
    pub(super) session: Option<&'r str>,
    /// What it signed with: access keys, personal access tokens.
    pub(super) keys: Vec<&'r str>,
    /// The service that acted for it.
    pub(super) app: Option<&'r str>,
    /// The application that impersonated it.
    pub(super) impersonator: Option<&'r str>,
}

impl<'r> Who<'r> {
    pub(super) fn of(record: &'r Record<'_>, kept: &Kept<'r>) -> Self {
        let actor = &record.actor;
        let signed_in = record.account_switch_type_id.is_none().then_some(&record.user);
        let users = || std::iter::once(&actor.user).chain(signed_in);
        let uid = users().find_map(|user| user.uid.get()).or(kept.uid);
        let uid_alt = users().find_map(|user| user.uid_alt.get()).or(kept.uid_alt);
        let issuer = actor.session.issuer.get().or(kept.issuer);
        let credentials = users().flat_map(|user| &user.programmatic_credentials);
        let mut keys: Vec<&str> = credentials.filter_map(|credential| credential.uid.get()).collect();
        keys.extend(kept.key);
        keys.dedup();
        Self {
            name: users().find_map(|user| user.name.get()).or(kept.name),
            account: users().find_map(|user| user.account.uid.get()),
            role: role_arn(issuer, uid).map(Cow::into_owned),
            session: actor.session.uid_alt.get().or_else(|| session_name(uid, uid_alt)),
            keys,
            app: actor.app_name.get().or(kept.app),
            impersonator: actor.app_uid.get().or(kept.impersonator),
            uid,
            uid_alt,
        }
    }

    pub(super) fn is_known(&self) -> bool {
        let Self { name, uid, uid_alt, account, app, impersonator, keys, .. } = self;
        [name, uid, uid_alt, account, app, impersonator].into_iter().any(Option::is_some) || !keys.is_empty()
    }

    /// Name and session, as people call it.
    pub(super) fn label(&self) -> String {
        let role = self.role.as_deref().map(last_part);
        let mut label = match (self.name, role, self.session) {
            (Some(name), None, _) => name.to_owned(),
            (_, Some(role), Some(session)) => format!("{role}/{session}"),
            (_, Some(role), None) => role.to_owned(),
            (None, None, _) => {
                let uid = self.uid.map(|uid| if uid.starts_with("arn:") { resource(uid) } else { uid });
                uid.or(self.uid_alt).or(self.app).or(self.account).unwrap_or("?").to_owned()
            }
        };
        if let Some(impersonator) = self.impersonator {
            label = format!("{impersonator} as {label}");
        }
        label
    }
}

/// The name of a session, where it is told by the ids of the identity alone.
fn session_name<'r>(uid: Option<&'r str>, uid_alt: Option<&'r str>) -> Option<&'r str> {
    if !resource(uid?).starts_with("assumed-role/") {
        return None;
    }
    uid_alt.and_then(|id| id.split_once(':')).map(|(_, name)| name)
}

/// What an ARN names, after account and Region.
pub(super) fn resource(arn: &str) -> &str {
    arn.splitn(6, ':').nth(5).unwrap_or(arn)
}

/// The name of a role, without its path.
pub(super) fn last_part(arn: &str) -> &str {
    arn.rsplit_once('/').map_or(arn, |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::activity::deed::Deed;

    fn with<T>(json: &str, look: impl Fn(&Record<'_>, &Deed<'_>) -> T) -> T {
        let record: Record<'_> = serde_json::from_str(json).unwrap();
        look(&record, &Deed::of(&record).unwrap())
    }

    fn label(json: &str) -> String {
        with(json, |_, deed| deed.who.label())
    }

    #[test]
    fn who_signs_in_may_be_named_nowhere_but_as_the_user() {
        let json = r#"{"class_uid":3002,"activity_name":"Logon","actor":{"user":{"uid":"544894e8"}},
            "user":{"name":"ana","programmatic_credentials":[{"uid":"pat-1"}]}}"#;
        with(json, |_, deed| {
            assert_eq!((deed.who.name, deed.who.uid), (Some("ana"), Some("544894e8")));
            assert_eq!((deed.who.keys.as_slice(), deed.event), (["pat-1"].as_slice(), "Logon"));
        });
    }

    #[test]
    fn the_role_is_that_of_the_issuer_or_else_of_the_session_itself() {
        let role = |json: &str| with(json, |_, deed| deed.who.role.clone());
        let session =
            r#""user":{"uid":"arn:aws-cn:sts::111122223333:assumed-role/a/Admin/s","uid_alt":"AROA:s"}"#;
        let issuer = r#""session":{"issuer":"arn:aws:iam::111122223333:role/Other"}"#;
        assert_eq!(
            role(&format!(r#"{{"class_uid":6003,"actor":{{{session},{issuer}}}}}"#)).as_deref(),
            Some("arn:aws:iam::111122223333:role/Other")
        );
        let alone = format!(r#"{{"class_uid":6003,"actor":{{{session}}}}}"#);
        assert_eq!(role(&alone).as_deref(), Some("arn:aws-cn:iam::111122223333:role/a/Admin"));
        assert_eq!(label(&alone), "Admin/s");
        let federated = r#"{"class_uid":6003,"actor":{"user":{"uid":"arn:aws:sts::111122223333:federated-user/bob"},
            "session":{"uid_alt":"bob","issuer":"arn:aws:iam::111122223333:user/alice"}}}"#;
        assert_eq!((role(federated), label(federated).as_str()), (None, "federated-user/bob"));
    }
}
