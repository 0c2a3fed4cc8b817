//! What the five kinds have in common.

use std::borrow::Cow;

use mailtrail_aws_types::Arn;
use mailtrail_clock::Time;
use mailtrail_ocsf::{
    Action, ActivityId, Actor, Api, Class, Cloud, CommonAttributes, Disposition, Endpoint, HttpRequest,
    Metadata, Organization, Request, Service, Status, Unmapped, User,
};

use super::{Kind, PRODUCT, TRANSFORMATION};
use crate::fields::Fields;
use crate::{Context, Event};

/// Fields that only failures have: of a log-in, and of a question for availability.
const REASONS: [&str; 2] = ["auth_failed_reason", "error_message"];

/// One event: what every kind has is taken already, the rest waits in `fields`.
pub(super) struct Entry<'a> {
    pub(super) fields: Fields<'a>,
    pub(super) unmapped: Unmapped<'a>,
    pub(super) time: Time,
    pub(super) metadata: Metadata<'a>,
    pub(super) cloud: Cloud<'a>,
    pub(super) organization_arn: Option<Cow<'a, str>>,
}

/// How it went.
pub(super) struct Verdict {
    pub(super) status: Status<'static>,
    /// What a control did; nothing where the event does not tell.
    pub(super) action: Option<Action<'static>>,
}

impl<'a> Entry<'a> {
    pub(super) fn take(
        mut fields: Fields<'a>,
        kind: Option<Kind>,
        event: &Event<'a>,
        context: &Context<'a>,
    ) -> Self {
        let mut unmapped = Unmapped::default();
        let time = fields.take_millis("event_timestamp").unwrap_or_else(|| event.time_or_keep(&mut unmapped));
        let mut metadata = Metadata::new(event.uid.clone(), PRODUCT, TRANSFORMATION);
        metadata.event_code = kind.map(|kind| Cow::Borrowed(kind.event_code()));
        metadata.log_provider = Some(PRODUCT.name);
        metadata.profiles = &["cloud", "datetime"];
        metadata.correlation_uid = fields.take_text("request_id");
        context.place(&mut metadata);

        let mut cloud = context.cloud();
        metadata.tenant_uid = context.organization.map(Cow::Borrowed);
        let arn = fields.text("organization_arn");
        let parts = arn.as_deref().and_then(arn_parts);
        if let Some(parts) = parts {
            cloud = Cloud::aws(Some(owned(parts.region)), Some(owned(parts.account)));
            metadata.tenant_uid = Some(owned(parts.organization));
        }
        let organization_arn = parts.and_then(|_| fields.take_text("organization_arn"));
        Self { fields, unmapped, time, metadata, cloud, organization_arn }
    }

    /// Who did it, if the event tells.
    pub(super) fn user(&mut self) -> Option<User<'a>> {
        let (uid, name) = (self.fields.take_text("user_id"), self.fields.take_text("user"));
        if uid.is_none() && name.is_none() {
            return None;
        }
        let org = self.metadata.tenant_uid.clone().map(|uid| Organization { uid });
        Some(User { uid, name, org, ..User::default() })
    }

    /// The same, and the application that impersonated them. The id of an impersonator is worth a key of its
    /// own in `unmapped`.
    pub(super) fn actor(&mut self) -> Option<Actor<'a>> {
        let user = self.user();
        let app_uid = self.fields.take_text("impersonator_id");
        if let Some(app_uid) = &app_uid {
            self.unmapped.keep("impersonator_id", app_uid.clone());
        }
        (user.is_some() || app_uid.is_some()).then(|| Actor { user, app_uid, ..Actor::default() })
    }

    /// Where they were.
    pub(super) fn source(&mut self) -> Option<Endpoint<'a>> {
        self.fields.take_text("source_ip").map(Endpoint::from_address)
    }

    /// The protocol that they came by.
    pub(super) fn protocol(&mut self) -> Option<Endpoint<'a>> {
        self.fields.take_text("protocol").map(Endpoint::service)
    }

    /// The program that they used.
    pub(super) fn http_request(&mut self) -> Option<HttpRequest<'a>> {
        self.fields.take_text("user_agent").map(HttpRequest::by)
    }

    /// An operation that WorkMail was asked for.
    pub(super) fn api(&self, operation: Cow<'a, str>) -> Api<'a> {
        let service = Some(Service::named(PRODUCT.name));
        Api { operation, service, version: None, request: self.request(), response: None }
    }

    /// The request, by its id.
    pub(super) fn request(&self) -> Option<Request<'a>> {
        self.metadata.correlation_uid.clone().map(|uid| Request { uid, data: None })
    }

    /// How it went, by the field of this name; where customers do not log that, by what only a failure has.
    pub(super) fn verdict(&mut self, name: &str) -> Verdict {
        match self.fields.take_bool(name) {
            Some(true) => Verdict { status: Status::SUCCESS, action: Some(Action::ALLOWED) },
            Some(false) => Verdict { status: Status::FAILURE, action: Some(Action::DENIED) },
            None if REASONS.iter().any(|reason| self.fields.text(reason).is_some()) => {
                Verdict { status: Status::FAILURE, action: Some(Action::DENIED) }
            }
            None => Verdict { status: Status::UNKNOWN, action: None },
        }
    }

    /// Declares that the record uses attributes of the profile `security_control`.
    pub(super) fn is_controlled(&mut self) {
        self.metadata.profiles = &["cloud", "datetime", "security_control"];
    }

    /// What the record begins with.
    pub(super) fn into_common(self, class: Class, activity: ActivityId<'a>) -> CommonAttributes<'a> {
        CommonAttributes::new(class, activity, self.time, self.metadata, self.cloud)
    }

    /// The fields that no attribute took.
    pub(super) fn take_rest(&mut self) -> Unmapped<'a> {
        let mut unmapped = std::mem::take(&mut self.unmapped);
        std::mem::take(&mut self.fields).keep_rest("", &mut unmapped);
        unmapped
    }
}

impl Verdict {
    /// What became of the request: let through, or else this.
    pub(super) fn disposition(&self, denied: Disposition<'static>) -> Option<Disposition<'static>> {
        self.action
            .as_ref()
            .map(|action| if *action == Action::ALLOWED { Disposition::ALLOWED } else { denied })
    }
}

#[derive(Clone, Copy)]
struct ArnParts<'t> {
    region: &'t str,
    account: &'t str,
    organization: &'t str,
}

/// The parts of `arn:aws:workmail:<region>:<account>:organization/<id>`.
fn arn_parts(arn: &str) -> Option<ArnParts<'_>> {
    let arn = Arn::parse(arn).ok().filter(|arn| arn.service() == "workmail")?;
    let organization = arn.resource().strip_prefix("organization/")?;
    let filled = ![arn.region(), arn.account(), organization].contains(&"");
    filled.then_some(ArnParts { region: arn.region(), account: arn.account(), organization })
}

fn owned<'a>(text: &str) -> Cow<'a, str> {
    Cow::Owned(text.to_owned())
}
