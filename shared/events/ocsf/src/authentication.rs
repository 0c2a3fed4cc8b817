//! Authentication (class 3002): a log-in, or an assumed identity.
//!
//! <https://schema.ocsf.io/1.8.0/classes/authentication>

use std::borrow::Cow;

use serde::Serialize;

use crate::{
    AccountSwitch, Action, Actor, Api, AuthProtocol, CommonAttributes, Disposition, Endpoint, HttpRequest,
    Observable, Service, Session, Status, Unmapped, User,
};

/// A record of class Authentication.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Authentication<'a> {
    /// What every record begins with.
    #[serde(flatten)]
    pub common: CommonAttributes<'a>,
    /// How it went.
    #[serde(flatten)]
    pub status: Status<'a>,
    /// The code of the error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_code: Option<Cow<'a, str>>,
    /// The words to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_detail: Option<Cow<'a, str>>,
    /// Who was to be authenticated: for an assumed identity, that one.
    pub user: User<'a>,
    /// Who asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<Actor<'a>>,
    /// The session that was opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<Session<'a>>,
    /// What they wanted to get into.
    pub service: Service<'a>,
    /// The call, where it is one (profile `cloud`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api: Option<Api<'a>>,
    /// Where they were.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub src_endpoint: Option<Endpoint<'a>>,
    /// The protocol or the place that they came to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dst_endpoint: Option<Endpoint<'a>>,
    /// The program that they used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http_request: Option<HttpRequest<'a>>,
    /// How they proved who they are.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub auth_protocol: Option<AuthProtocol<'a>>,
    /// How another identity was assumed.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub account_switch: Option<AccountSwitch>,
    /// Whether a second factor was used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_mfa: Option<bool>,
    /// What the control did (profile `security_control`).
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub action: Option<Action<'a>>,
    /// What became of the request (profile `security_control`).
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub disposition: Option<Disposition<'a>>,
    /// Every address, user name and credential of the record, to search by.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub observables: Vec<Observable<'a>>,
    /// What has no place above.
    #[serde(skip_serializing_if = "Unmapped::is_empty")]
    pub unmapped: Unmapped<'a>,
}
