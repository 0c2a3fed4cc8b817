//! Sign-ins, and roles that are assumed: which identity the caller got, and whether they got it.
//!
//! A role is described as its later calls will describe it: `user.uid` is the ARN of the session,
//! `user.uid_alt` its principal id, `session.credential_uid` the access key that it was given. Who assumed it
//! is the actor. Of a role that was refused only its own ARN is known, and where nothing says even that, the user is
//! the one who asked.

use std::borrow::Cow;

use mailtrail_aws_types::{AccountId, Arn};
use mailtrail_ocsf::{Account, AccountSwitch, ActivityId, Session, Status, Unmapped, User, UserType};

use super::call::Call;
use crate::fields::Fields;

pub(super) struct SignIn<'a> {
    pub(super) user: User<'a>,
    pub(super) session: Option<Session<'a>>,
    pub(super) status: Status<'a>,
    pub(super) account_switch: Option<AccountSwitch>,
    pub(super) is_mfa: Option<bool>,
}

/// What the class Authentication asks for, if the record tells who it was about.
pub(super) fn take<'a>(
    call: &mut Call<'a>,
    activity: &ActivityId<'_>,
    unmapped: &mut Unmapped<'a>,
) -> Option<SignIn<'a>> {
    let answer = call.answer.and_then(Fields::parse).unwrap_or_default();
    let status = call.status.clone();
    if *activity == ActivityId::ACCOUNT_SWITCH {
        return switch(call, answer, status);
    }
    let mut user = call.actor.user.clone().unwrap_or_default();
    let mut is_mfa = None;
    if let Some(mut additional) = call.fields.take_object("additionalEventData") {
        is_mfa = match additional.text("MFAUsed").as_deref() {
            Some("Yes") => Some(true),
            Some("No") => Some(false),
            _ => None,
        };
        if is_mfa.is_some() {
            additional.take_text("MFAUsed");
        }
        if user.name.is_none() {
            // IAM Identity Center names the person here, and nowhere else.
            user.name = additional.take_text("UserName");
        }
        additional.keep_rest("additionalEventData", unmapped);
    }
    user.is_identified().then_some(SignIn { user, session: None, status, account_switch: None, is_mfa })
}

/// The identity that was assumed, and the session that was opened for it.
fn switch<'a>(call: &Call<'a>, mut answer: Fields<'a>, status: Status<'a>) -> Option<SignIn<'a>> {
    let parameters = call.parameters.and_then(Fields::parse).unwrap_or_default();
    let key = answer.take_object("credentials").and_then(|mut key| key.take_text("accessKeyId"));
    let role = parameters.text("roleArn").or_else(|| asked_for(call).filter(|arn| arn.contains(":role/")));
    let root =
        parameters.text("targetPrincipal").or_else(|| asked_for(call).filter(|arn| arn.ends_with(":root")));
    let user = match root {
        Some(target) => Some(root_user(target)),
        None => role_session(answer, role.clone()),
    };
    let session = Session {
        uid_alt: parameters.text("roleSessionName"),
        issuer: role,
        credential_uid: key,
        ..Session::default()
    };
    Some(SignIn {
        user: user.or_else(|| call.actor.user.clone().filter(User::is_identified))?,
        session: (session != Session::default()).then_some(session),
        status,
        account_switch: Some(AccountSwitch::IMPERSONATE),
        is_mfa: None,
    })
}

/// A session of a role as it was answered; where it was refused, the role.
fn role_session<'a>(mut answer: Fields<'a>, role: Option<Cow<'a, str>>) -> Option<User<'a>> {
    let mut assumed = answer.take_object("assumedRoleUser").unwrap_or_default();
    let session = assumed.take_text("arn");
    let kind = if session.is_some() { "AssumedRole" } else { "Role" };
    Some(User {
        uid: Some(session.or(role)?),
        uid_alt: assumed.take_text("assumedRoleId"),
        kind: Some(UserType::other(Cow::Borrowed(kind))),
        ..User::default()
    })
}

/// The root user of an account, which is named by its id or by the ARN of its root
/// (<https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoot.html>).
fn root_user(target: Cow<'_, str>) -> User<'_> {
    let kind = Some(UserType::other(Cow::Borrowed("Root")));
    if AccountId::is_valid(&target) {
        return User { account: Some(Account { uid: target }), kind, ..User::default() };
    }
    let account = Arn::parse(&target).ok().and_then(|arn| arn.account_id());
    let account = account.map(|account| Account { uid: Cow::Owned(account.to_owned()) });
    User { uid: Some(target), account, kind, ..User::default() }
}

/// What a call that was refused was for. Its parameters are mostly not logged, but the error names it:
/// `User: … is not authorized to perform: sts:AssumeRole on resource: arn:…`
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html>).
fn asked_for<'a>(call: &Call<'a>) -> Option<Cow<'a, str>> {
    let (_, resource) = call.detail.as_deref()?.split_once(" on resource: ")?;
    let arn = resource.split_whitespace().next().filter(|arn| arn.starts_with("arn:"))?;
    Some(Cow::Owned(arn.to_owned()))
}
