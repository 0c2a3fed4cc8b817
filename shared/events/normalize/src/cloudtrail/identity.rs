//! `userIdentity`: who it was, in the dozen shapes that it has
//! (<https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html>).
//!
//! Only `type` is in all of them. A role has no `userName`: its ARN is that of the session's issuer, and the
//! name of the session stands in `principalId`. A user of IAM Identity Center has no ARN. A service may be
//! nothing but `invokedBy`.

use std::borrow::Cow;

use mailtrail_ocsf::{Account, Actor, Created, Credential, Idp, Session, Unmapped, User, UserType};

use crate::fields::Fields;

const KEY: &str = "userIdentity";

/// The actor, if OCSF accepts it as one; what has no place in it goes to `unmapped`.
pub(super) fn take<'a>(mut identity: Fields<'a>, unmapped: &mut Unmapped<'a>) -> Option<Actor<'a>> {
    let principal = identity.take_text("principalId");
    let session = session(&mut identity, principal.as_ref(), unmapped);
    let (mut idp, mut on_behalf_of) = (Idp::default(), None);
    let mut user = User {
        name: identity.take_text("userName"),
        uid: identity.take_text("arn"),
        uid_alt: principal,
        account: identity.take_text("accountId").map(|uid| Account { uid }),
        ..User::default()
    };
    if let Some(mut person) = identity.take_object("onBehalfOf") {
        idp.uid = person.take_text("identityStoreArn");
        // Not `uid_alt`: a role acts on behalf of a person, too, and has a principal id of its own.
        on_behalf_of = person.text("userId");
        person.keep_rest(&format!("{KEY}.onBehalfOf"), unmapped);
    }
    if !user.is_identified() {
        user.uid = user.uid_alt.take().or(on_behalf_of);
    }
    let user = user.is_identified().then(|| User {
        kind: identity.take_text("type").map(UserType::other),
        programmatic_credentials: credentials(&mut identity),
        ..user
    });
    let (session, federation) = session;
    idp.name = identity.take_text("identityProvider").or(federation);
    let app_name = identity.take_text("invokedBy");
    identity.keep_rest(KEY, unmapped);
    let is_actor = user.is_some() || session.is_some() || app_name.is_some();
    is_actor.then(|| Actor {
        user,
        session,
        app_name,
        app_uid: None,
        idp: (idp != Idp::default()).then_some(idp),
    })
}

/// The ids of what the identity signed with; both are often missing or empty.
fn credentials<'a>(identity: &mut Fields<'a>) -> Vec<Credential<'a>> {
    let key = identity.take_text("accessKeyId").map(|uid| Credential { uid, r#type: "AWS Access Key" });
    let person = identity
        .take_text("credentialId")
        .map(|uid| Credential { uid, r#type: "AWS IAM Identity Center Credential" });
    key.into_iter().chain(person).collect()
}

/// The session, and the web identity provider that stands behind it.
fn session<'a>(
    identity: &mut Fields<'a>,
    principal: Option<&Cow<'a, str>>,
    unmapped: &mut Unmapped<'a>,
) -> (Option<Session<'a>>, Option<Cow<'a, str>>) {
    let has_sessions = matches!(identity.text("type").as_deref(), Some("AssumedRole" | "FederatedUser"));
    let name = principal.filter(|_| has_sessions).and_then(session_name);
    let mut session = Session { uid_alt: name, ..Session::default() };
    let mut federation = None;
    if let Some(mut context) = identity.take_object("sessionContext") {
        let key = format!("{KEY}.sessionContext");
        if let Some(mut issuer) = context.take_object("sessionIssuer") {
            session.issuer = issuer.take_text("arn");
            issuer.keep_rest(&format!("{key}.sessionIssuer"), unmapped);
        }
        if let Some(mut attributes) = context.take_object("attributes") {
            session.created = attributes.take_iso8601("creationDate").map(Created::from);
            session.is_mfa = attributes.take_bool("mfaAuthenticated");
            attributes.keep_rest(&format!("{key}.attributes"), unmapped);
        }
        if let Some(mut web) = context.take_object("webIdFederationData") {
            if identity.get("identityProvider").is_none() {
                federation = web.take_text("federatedProvider");
            }
            web.keep_rest(&format!("{key}.webIdFederationData"), unmapped);
        }
        session.uid = context.take_text("signInSessionArn");
        context.keep_rest(&key, unmapped);
    }
    ((session != Session::default()).then_some(session), federation)
}

/// What stands after the colon of `AROA…:name`.
fn session_name<'a>(principal: &Cow<'a, str>) -> Option<Cow<'a, str>> {
    let name = match principal {
        Cow::Borrowed(text) => Cow::Borrowed(text.split_once(':')?.1),
        Cow::Owned(text) => Cow::Owned(text.split_once(':')?.1.to_owned()),
    };
    (!name.is_empty()).then_some(name)
}
