//! Objects that every record carries: where it comes from and who made it.

use std::borrow::Cow;

use serde::Serialize;

use crate::OCSF_VERSION;

/// Object `metadata`.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Metadata<'a> {
    version: &'static str,
    /// The CloudWatch event id: what readers de-duplicate by.
    pub uid: Cow<'a, str>,
    /// The product that logged the event.
    pub product: Product<'a>,
    /// The source's own id of the event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub original_event_uid: Option<Cow<'a, str>>,
    /// The source's own name of the event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_code: Option<Cow<'a, str>>,
    /// The log group.
    pub log_name: &'a str,
    /// The log stream.
    pub log_source: &'a str,
    /// The service that wrote the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_provider: Option<&'static str>,
    /// The WorkMail organization (`m-…`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant_uid: Option<Cow<'a, str>>,
    /// What the events of one message, or one request, have in common.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub correlation_uid: Option<Cow<'a, str>>,
    /// The time as the source wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub original_time: Option<Cow<'a, str>>,
    /// The OCSF profiles whose attributes the record uses.
    pub profiles: &'static [&'static str],
    /// Whether the source delivered the event cut off: attributes may be missing that it had. Absent where it is whole.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_truncated: bool,
    /// Who turned the log event into this record, and by which version of the mapping.
    pub transformation_info_list: [Transformation; 1],
}

impl<'a> Metadata<'a> {
    /// The attributes that every record has; the rest is absent.
    pub fn new(uid: Cow<'a, str>, product: Product<'a>, transformation: Transformation) -> Self {
        Self {
            version: OCSF_VERSION,
            uid,
            product,
            original_event_uid: None,
            event_code: None,
            log_name: "",
            log_source: "",
            log_provider: None,
            tenant_uid: None,
            correlation_uid: None,
            original_time: None,
            profiles: &[],
            is_truncated: false,
            transformation_info_list: [transformation],
        }
    }
}

/// Object `product`.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Product<'a> {
    /// The service, as AWS names it.
    pub name: &'static str,
    /// Who makes it.
    pub vendor_name: &'static str,
    /// The version of its log format.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<Cow<'a, str>>,
    /// The part of the service that logs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub feature: Option<Name<'a>>,
}

/// An object of which only the name is known.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Name<'a> {
    /// The name.
    pub name: Cow<'a, str>,
}

/// Object `transformation_info`: a mapping and its version.
#[derive(Debug, Clone, Copy, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Transformation {
    /// Who transformed.
    pub name: &'static str,
    /// Which mapping, in which version: `workmail_email/1`.
    pub uid: &'static str,
}

/// Object `cloud` (profile `cloud`).
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Cloud<'a> {
    provider: &'static str,
    /// The Region that the event happened in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<Cow<'a, str>>,
    /// The account that the event happened in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<Account<'a>>,
}

impl<'a> Cloud<'a> {
    /// A place in AWS, as far as it is known.
    pub fn aws(region: Option<Cow<'a, str>>, account: Option<Cow<'a, str>>) -> Self {
        Self { provider: "AWS", region, account: account.map(|uid| Account { uid }) }
    }
}

/// Object `account`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Account<'a> {
    /// The twelve digits; `anonymous` where CloudTrail says so.
    pub uid: Cow<'a, str>,
}

/// Object `observable`: a value to look for, and where in the record it stands.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Observable<'a> {
    name: Cow<'static, str>,
    type_id: u8,
    r#type: &'static str,
    value: Cow<'a, str>,
}

impl<'a> Observable<'a> {
    /// An e-mail address.
    pub fn email_address(name: impl Into<Cow<'static, str>>, value: Cow<'a, str>) -> Self {
        Self { name: name.into(), type_id: 5, r#type: "Email Address", value }
    }

    /// An address of the network.
    pub fn ip_address(name: &'static str, value: Cow<'a, str>) -> Self {
        Self { name: Cow::Borrowed(name), type_id: 2, r#type: "IP Address", value }
    }

    /// The name of a user.
    pub fn user_name(name: &'static str, value: Cow<'a, str>) -> Self {
        Self { name: Cow::Borrowed(name), type_id: 4, r#type: "User Name", value }
    }

    /// The id of an access key or a token, never the secret.
    pub fn credential(name: &'static str, value: Cow<'a, str>) -> Self {
        Self { name: Cow::Borrowed(name), type_id: 19, r#type: "User Credential ID", value }
    }
}
