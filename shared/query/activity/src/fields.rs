//! The attributes of a record that tell who did what. Everything is borrowed; attributes that are not named here are
//! skipped.

use std::borrow::Cow;

use mailtrail_clock::Time;
use serde::Deserialize;

use crate::unmapped::UnmappedFields;

/// A text; empty where the attribute is absent. Borrowed from the line where JSON has no escapes in it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'a> Text<'a> {
    /// The text, if it says anything.
    pub fn get(&self) -> Option<&str> {
        (!self.0.is_empty()).then_some(&*self.0)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn into_inner(self) -> Cow<'a, str> {
        self.0
    }
}

impl<'a, T: Into<Cow<'a, str>>> From<T> for Text<'a> {
    fn from(text: T) -> Self {
        Self(text.into())
    }
}

/// What a record says of an activity: of any class, read or about to be written.
///
/// Deserialised from a line of the archive, or projected from a typed record
/// ([`From<&Record>`](mailtrail_normalize::Record)).
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ActivityFields<'a> {
    pub(crate) time: i64,
    pub(crate) class_uid: u32,
    #[serde(borrow)]
    pub(crate) activity_name: Text<'a>,
    pub(crate) status_id: Option<u8>,
    #[serde(borrow)]
    pub(crate) status_code: Text<'a>,
    #[serde(borrow)]
    pub(crate) status_detail: Text<'a>,
    #[serde(borrow)]
    pub(crate) metadata: Metadata<'a>,
    #[serde(borrow)]
    pub(crate) cloud: Cloud<'a>,
    #[serde(borrow)]
    pub(crate) actor: Actor<'a>,
    #[serde(borrow)]
    pub(crate) user: User<'a>,
    #[serde(borrow)]
    pub(crate) session: Session<'a>,
    /// Where it is present, `user` and `session` are the role that was assumed, and not the caller.
    pub(crate) account_switch_type_id: Option<u8>,
    #[serde(borrow)]
    pub(crate) service: Named<'a>,
    #[serde(borrow)]
    pub(crate) api: Api<'a>,
    #[serde(borrow)]
    pub(crate) entity: Named<'a>,
    #[serde(borrow)]
    pub(crate) src_endpoint: Endpoint<'a>,
    #[serde(borrow)]
    pub(crate) http_request: HttpRequest<'a>,
    #[serde(borrow)]
    pub(crate) resources: Vec<Resource<'a>>,
    #[serde(borrow)]
    pub(crate) unmapped: UnmappedFields<'a>,
}

impl ActivityFields<'_> {
    /// When it happened; the epoch where the record has no usable time.
    pub fn time(&self) -> Time {
        Time::from_millis(self.time).unwrap_or(Time::EPOCH)
    }

    /// `metadata.uid`.
    pub fn uid(&self) -> &str {
        &self.metadata.uid.0
    }

    /// `metadata.log_name`: the log group.
    pub fn log_group(&self) -> &str {
        &self.metadata.log_name.0
    }

    /// `metadata.log_source`: the log stream.
    pub fn log_stream(&self) -> &str {
        &self.metadata.log_source.0
    }
}

#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct Metadata<'a> {
    #[serde(borrow)]
    pub(crate) uid: Text<'a>,
    #[serde(borrow)]
    pub(crate) event_code: Text<'a>,
    #[serde(borrow)]
    pub(crate) log_name: Text<'a>,
    #[serde(borrow)]
    pub(crate) log_source: Text<'a>,
    #[serde(borrow)]
    pub(crate) log_provider: Text<'a>,
    #[serde(borrow)]
    pub(crate) tenant_uid: Text<'a>,
    pub(crate) is_truncated: bool,
}

#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct Cloud<'a> {
    #[serde(borrow)]
    pub(crate) region: Text<'a>,
    #[serde(borrow)]
    pub(crate) account: Identified<'a>,
}

#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct Identified<'a> {
    #[serde(borrow)]
    pub(crate) uid: Text<'a>,
}

#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct Credential<'a> {
    #[serde(borrow)]
    pub(crate) uid: Text<'a>,
    #[serde(borrow)]
    pub(crate) r#type: Text<'a>,
}

#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct Named<'a> {
    #[serde(borrow)]
    pub(crate) name: Text<'a>,
}

#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct Actor<'a> {
    #[serde(borrow)]
    pub(crate) user: User<'a>,
    #[serde(borrow)]
    pub(crate) session: Session<'a>,
    #[serde(borrow)]
    pub(crate) app_name: Text<'a>,
    #[serde(borrow)]
    pub(crate) app_uid: Text<'a>,
}

#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct User<'a> {
    #[serde(borrow)]
    pub(crate) name: Text<'a>,
    #[serde(borrow)]
    pub(crate) uid: Text<'a>,
    #[serde(borrow)]
    pub(crate) uid_alt: Text<'a>,
    #[serde(borrow)]
    pub(crate) account: Identified<'a>,
    #[serde(borrow)]
    pub(crate) programmatic_credentials: Vec<Credential<'a>>,
}

#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct Session<'a> {
    #[serde(borrow)]
    pub(crate) uid_alt: Text<'a>,
    #[serde(borrow)]
    pub(crate) issuer: Text<'a>,
    #[serde(borrow)]
    pub(crate) credential_uid: Text<'a>,
}

#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct Api<'a> {
    #[serde(borrow)]
    pub(crate) operation: Text<'a>,
    #[serde(borrow)]
    pub(crate) service: Named<'a>,
    #[serde(borrow)]
    pub(crate) request: Content<'a>,
    #[serde(borrow)]
    pub(crate) response: Content<'a>,
}

/// JSON in text.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct Content<'a> {
    #[serde(borrow)]
    pub(crate) data: Text<'a>,
}

#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct Endpoint<'a> {
    #[serde(borrow)]
    pub(crate) ip: Text<'a>,
    #[serde(borrow)]
    pub(crate) domain: Text<'a>,
    #[serde(borrow)]
    pub(crate) svc_name: Text<'a>,
    #[serde(borrow)]
    pub(crate) uid: Text<'a>,
}

#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct HttpRequest<'a> {
    #[serde(borrow)]
    pub(crate) user_agent: Text<'a>,
}

#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct Resource<'a> {
    #[serde(borrow)]
    pub(crate) name: Text<'a>,
    #[serde(borrow)]
    pub(crate) uid: Text<'a>,
    #[serde(borrow)]
    pub(crate) r#type: Text<'a>,
    #[serde(borrow)]
    pub(crate) namespace: Text<'a>,
    #[serde(borrow)]
    pub(crate) owner: Identified<'a>,
}
