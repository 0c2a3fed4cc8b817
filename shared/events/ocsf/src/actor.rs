//! Who: users, roles and services, their sessions and the ids of their credentials.

use std::borrow::Cow;

use serde::Serialize;

use mailtrail_clock::Time;

use crate::{Account, UserType};

/// Object `actor`. OCSF requires one of its attributes, `idp` excepted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Actor<'a> {
    /// The identity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<User<'a>>,
    /// The session that it acts in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<Session<'a>>,
    /// The service that acts for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_name: Option<Cow<'a, str>>,
    /// The id of what acts for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_uid: Option<Cow<'a, str>>,
    /// Who vouches for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idp: Option<Idp<'a>>,
}

/// Object `user`. OCSF requires a name, a uid or an account.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct User<'a> {
    /// The name that it goes by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Cow<'a, str>>,
    /// Its id: of a WorkMail user the user id, of an identity in AWS its ARN.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid: Option<Cow<'a, str>>,
    /// Its other id: of an identity in AWS the principal id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid_alt: Option<Cow<'a, str>>,
    /// What kind of identity.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub kind: Option<UserType<'a>>,
    /// The account that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<Account<'a>>,
    /// The organization that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub org: Option<Organization<'a>>,
    /// What it proved itself with.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub programmatic_credentials: Vec<Credential<'a>>,
}

impl User<'_> {
    /// Whether OCSF accepts it.
    pub fn is_identified(&self) -> bool {
        self.name.is_some() || self.uid.is_some() || self.account.is_some()
    }
}

/// Object `organization`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Organization<'a> {
    /// Its id (`m-…`).
    pub uid: Cow<'a, str>,
}

/// Object `programmatic_credential`: the id of an access key or a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Credential<'a> {
    /// The id; the secret is never logged.
    pub uid: Cow<'a, str>,
    /// What kind of credential.
    pub r#type: &'static str,
}

/// Object `session`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Session<'a> {
    /// Its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid: Option<Cow<'a, str>>,
    /// The name that was given to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid_alt: Option<Cow<'a, str>>,
    /// The role or user that it is a session of, as ARN.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer: Option<Cow<'a, str>>,
    /// The access key that was issued for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential_uid: Option<Cow<'a, str>>,
    /// Whether it was opened with a second factor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_mfa: Option<bool>,
    /// When it was opened.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub created: Option<Created>,
}

/// `created_time` and `created_time_dt`, from one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Created {
    created_time: i64,
    created_time_dt: String,
}

impl From<Time> for Created {
    fn from(time: Time) -> Self {
        Self { created_time: time.millis(), created_time_dt: time.rfc3339() }
    }
}

/// Object `idp`: an identity provider. OCSF requires a name or a uid.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Idp<'a> {
    /// Its name or URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Cow<'a, str>>,
    /// Its ARN.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid: Option<Cow<'a, str>>,
}
