//! API Activity (class 6003): a call of a service's API, an access to a mailbox item, an access rule evaluated.
//!
//! <https://schema.ocsf.io/1.8.0/classes/api_activity>

use std::borrow::Cow;

use serde::Serialize;

use crate::{
    Action, Actor, Api, Authorization, CommonAttributes, Disposition, Endpoint, HttpRequest, Observable,
    Resource, Status, Unmapped,
};

/// A record of class API Activity.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ApiActivity<'a> {
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
    /// Who asked.
    pub actor: Actor<'a>,
    /// What for.
    pub api: Api<'a>,
    /// Where they were.
    pub src_endpoint: Endpoint<'a>,
    /// The protocol or the place that they came to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dst_endpoint: Option<Endpoint<'a>>,
    /// The program that they used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http_request: Option<HttpRequest<'a>>,
    /// What it was about.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<Resource<'a>>,
    /// What rules decided (profile `security_control`).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub authorizations: Vec<Authorization<'a>>,
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
