//! A log-in to a mailbox by a mail client. Log-ins to the web application are not logged.

use std::borrow::Cow;

use mailtrail_ocsf::{
    ActivityId, AuthProtocol, Authentication, Class, Credential, Disposition, Service, UserType,
};

use super::PRODUCT;
use super::entry::Entry;
use crate::observables::ObservableSources;

/// The record, if the event names the user.
pub(super) fn record(mut entry: Entry<'_>) -> Option<Authentication<'_>> {
    let mut user = entry.user()?;
    user.kind = Some(UserType::USER);
    let token = entry.fields.take_text("personal_access_token_id");
    let credential = token.map(|uid| Credential { uid, r#type: "WorkMail Personal Access Token" });
    user.programmatic_credentials = credential.into_iter().collect();
    let source = entry.source();
    let verdict = entry.verdict("auth_successful");
    entry.is_controlled();
    let observables =
        ObservableSources { source: source.as_ref(), user: Some(&user), ..ObservableSources::default() }
            .observables();
    Some(Authentication {
        disposition: verdict.disposition(Disposition::BLOCKED),
        status: verdict.status,
        action: verdict.action,
        status_code: None,
        status_detail: entry.fields.take_text("auth_failed_reason"),
        user,
        actor: None,
        session: None,
        service: Service { name: Cow::Borrowed(PRODUCT.name), uid: entry.organization_arn.take() },
        api: None,
        src_endpoint: source,
        dst_endpoint: entry.protocol(),
        http_request: entry.http_request(),
        auth_protocol: entry.fields.take_text("method").map(auth_protocol),
        account_switch: None,
        is_mfa: None,
        observables,
        unmapped: entry.take_rest(),
        common: entry.into_common(Class::Authentication, ActivityId::LOGON),
    })
}

fn auth_protocol(method: Cow<'_, str>) -> AuthProtocol<'_> {
    if method.eq_ignore_ascii_case("basic") { AuthProtocol::BASIC } else { AuthProtocol::other(method) }
}
