//! Calls of an API: operation, request, response.

use std::borrow::Cow;

use serde::Serialize;

/// Object `api`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Api<'a> {
    /// The operation that was asked for.
    pub operation: Cow<'a, str>,
    /// The service that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<Service<'a>>,
    /// The version of the API.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<Cow<'a, str>>,
    /// What was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<Request<'a>>,
    /// What was answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response: Option<Response<'a>>,
}

/// Object `service`. OCSF requires a name or a uid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Service<'a> {
    /// Its name.
    pub name: Cow<'a, str>,
    /// The ARN of the one that was used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid: Option<Cow<'a, str>>,
}

impl<'a> Service<'a> {
    /// A service of which only the name is known.
    pub fn named(name: impl Into<Cow<'a, str>>) -> Self {
        Self { name: name.into(), uid: None }
    }
}

/// Object `request`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Request<'a> {
    /// Its id.
    pub uid: Cow<'a, str>,
    /// Its parameters, as JSON in text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<Cow<'a, str>>,
}

/// Object `response`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Response<'a> {
    /// The code of the error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Cow<'a, str>>,
    /// The words to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_message: Option<Cow<'a, str>>,
    /// The words to it, where AWS's own mapping has them: of a record of CloudTrail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<Cow<'a, str>>,
    /// Its content, as JSON in text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<Cow<'a, str>>,
}
