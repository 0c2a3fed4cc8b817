//! Log-ins, and roles that are taken on: who somebody became, and whether they did.
//!
//! A role is described as its later calls will describe it: `user.uid` is the ARN of the session,
//! `user.uid_alt` its principal id, `session.credential_uid` the access key that it was given. Who took it on
//! is the actor. Of a role that was refused only its own ARN is known.

use std::borrow::Cow;

use mailtrail_ocsf::{AccountSwitch, Session, Status, Unmapped, User, UserType};

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
pub(super) fn take<'a>(call: &mut Call<'a>, unmapped: &mut Unmapped<'a>) -> Option<SignIn<'a>> {
    let answer = call.answer.and_then(Fields::parse).unwrap_or_default();
    let status = if is_refused(call, &answer) { Status::FAILURE } else { call.status.clone() };
    if let Some((user, session)) = role(call, answer) {
        let account_switch = Some(AccountSwitch::IMPERSONATE);
        return Some(SignIn { user, session: Some(session), status, account_switch, is_mfa: None });
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

/// Whether the event says that it failed, under its own name: in the answer, or in the details of a sign-in.
fn is_refused(call: &Call<'_>, answer: &Fields<'_>) -> bool {
    let name = call.api.operation.as_ref();
    let details = call.fields.get("serviceEventDetails").and_then(|details| Fields::parse(details.get()));
    let word = answer.text(name).or_else(|| details?.text(name));
    word.is_some_and(|word| word.eq_ignore_ascii_case("Failure"))
}

/// The role that was taken on, and the session that was opened for it.
fn role<'a>(call: &Call<'a>, mut answer: Fields<'a>) -> Option<(User<'a>, Session<'a>)> {
    let parameters = call.parameters.and_then(Fields::parse).unwrap_or_default();
    let role = parameters.text("roleArn");
    let mut assumed = answer.take_object("assumedRoleUser").unwrap_or_default();
    let uid = assumed.take_text("arn");
    let kind = if uid.is_some() { "AssumedRole" } else { "Role" };
    let user = User {
        uid: Some(uid.or_else(|| role.clone())?),
        uid_alt: assumed.take_text("assumedRoleId"),
        kind: Some(UserType::other(Cow::Borrowed(kind))),
        ..User::default()
    };
    let key = answer.take_object("credentials").and_then(|mut key| key.take_text("accessKeyId"));
    let session = Session {
        uid_alt: parameters.text("roleSessionName"),
        issuer: role,
        credential_uid: key,
        ..Session::default()
    };
    Some((user, session))
}
