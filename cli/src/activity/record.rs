//! A record as far as this command looks at it. Everything is borrowed from the line; what is not named here
//! is skipped.

use std::borrow::Cow;
use std::ops::Deref;

use mailtrail_clock::Time;
use serde::Deserialize;

use super::kept::Unmapped;

/// A text; empty where it is absent. It is borrowed where JSON has no escapes in it.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub(super) struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

impl Text<'_> {
    /// The text, if it says anything.
    pub(super) fn get(&self) -> Option<&str> {
        (!self.0.is_empty()).then_some(&*self.0)
    }
}

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Record<'a> {
    pub(super) time: i64,
    pub(super) class_uid: u32,
    #[serde(borrow)]
    pub(super) activity_name: Text<'a>,
    pub(super) status_id: Option<u8>,
    #[serde(borrow)]
    pub(super) status_code: Text<'a>,
    #[serde(borrow)]
    pub(super) status_detail: Text<'a>,
    #[serde(borrow)]
    pub(super) metadata: Metadata<'a>,
    #[serde(borrow)]
    pub(super) cloud: Cloud<'a>,
    #[serde(borrow)]
    pub(super) actor: Actor<'a>,
    #[serde(borrow)]
    pub(super) user: User<'a>,
    #[serde(borrow)]
    pub(super) session: Session<'a>,
    /// Where it is there, `user` and `session` are those that were taken on, and not who asked.
    pub(super) account_switch_type_id: Option<u8>,
    #[serde(borrow)]
    pub(super) service: Named<'a>,
    #[serde(borrow)]
    pub(super) api: Api<'a>,
    #[serde(borrow)]
    pub(super) entity: Named<'a>,
    #[serde(borrow)]
    pub(super) src_endpoint: Endpoint<'a>,
    #[serde(borrow)]
    pub(super) http_request: HttpRequest<'a>,
    #[serde(borrow)]
    pub(super) resources: Vec<Resource<'a>>,
    #[serde(borrow)]
    pub(super) unmapped: Unmapped<'a>,
}

impl Record<'_> {
    /// When it happened: the epoch where nobody knows.
    pub(super) fn moment(&self) -> Time {
        Time::from_millis(self.time).unwrap_or(Time::EPOCH)
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Metadata<'a> {
    #[serde(borrow)]
    pub(super) uid: Text<'a>,
    #[serde(borrow)]
    pub(super) log_name: Text<'a>,
    #[serde(borrow)]
    pub(super) log_source: Text<'a>,
    #[serde(borrow)]
    pub(super) log_provider: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Cloud<'a> {
    #[serde(borrow)]
    pub(super) region: Text<'a>,
    #[serde(borrow)]
    pub(super) account: Identified<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Identified<'a> {
    #[serde(borrow)]
    pub(super) uid: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Named<'a> {
    #[serde(borrow)]
    pub(super) name: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Actor<'a> {
    #[serde(borrow)]
    pub(super) user: User<'a>,
    #[serde(borrow)]
    pub(super) session: Session<'a>,
    #[serde(borrow)]
    pub(super) app_name: Text<'a>,
    #[serde(borrow)]
    pub(super) app_uid: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct User<'a> {
    #[serde(borrow)]
    pub(super) name: Text<'a>,
    #[serde(borrow)]
    pub(super) uid: Text<'a>,
    #[serde(borrow)]
    pub(super) uid_alt: Text<'a>,
    #[serde(borrow)]
    pub(super) account: Identified<'a>,
    #[serde(borrow)]
    pub(super) programmatic_credentials: Vec<Identified<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Session<'a> {
    #[serde(borrow)]
    pub(super) uid_alt: Text<'a>,
    #[serde(borrow)]
    pub(super) issuer: Text<'a>,
    #[serde(borrow)]
    pub(super) credential_uid: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Api<'a> {
    #[serde(borrow)]
    pub(super) operation: Text<'a>,
    #[serde(borrow)]
    pub(super) service: Named<'a>,
    #[serde(borrow)]
    pub(super) request: Content<'a>,
    #[serde(borrow)]
    pub(super) response: Content<'a>,
}

/// JSON in text.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Content<'a> {
    #[serde(borrow)]
    pub(super) data: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Endpoint<'a> {
    #[serde(borrow)]
    pub(super) ip: Text<'a>,
    #[serde(borrow)]
    pub(super) domain: Text<'a>,
    #[serde(borrow)]
    pub(super) svc_name: Text<'a>,
    #[serde(borrow)]
    pub(super) uid: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct HttpRequest<'a> {
    #[serde(borrow)]
    pub(super) user_agent: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Resource<'a> {
    #[serde(borrow)]
    pub(super) name: Text<'a>,
    #[serde(borrow)]
    pub(super) uid: Text<'a>,
    #[serde(borrow)]
    pub(super) r#type: Text<'a>,
    #[serde(borrow)]
    pub(super) namespace: Text<'a>,
    #[serde(borrow)]
    pub(super) owner: Identified<'a>,
}
