//! What a record says of who did what.

use std::borrow::Cow;

use mailtrail_aws_types::Arn;
use mailtrail_clock::Time;
use mailtrail_ocsf::Class;

use crate::identity::identities;
use crate::{ActivityFields, Attribute, Identity, IdentityKind, Outcome, Subject};

/// Who did what, from where, and how it ended. Whatever the source does not say is empty.
#[derive(Debug)]
pub struct Activity<'r> {
    /// When it happened; the epoch where the record has no usable time.
    pub time: Time,
    /// Every name and id of the caller.
    pub identities: Vec<Identity<'r>>,
    /// The operation; where the source has no word for it, the activity of the class.
    pub operation: &'r str,
    /// The service that was asked, such as `iam.amazonaws.com` or `Amazon WorkMail`.
    pub service: &'r str,
    /// How it ended.
    pub outcome: Outcome,
    /// The attribute that says that it failed.
    pub failure: Option<Attribute<'r>>,
    /// The code of the error.
    pub error_code: &'r str,
    /// What the source says of the error.
    pub error_detail: &'r str,
    /// The addresses that it came from, the client's first; or the domain or the name of a service.
    pub sources: Vec<&'r str>,
    /// The program that asked, as it names itself.
    pub user_agent: &'r str,
    /// What it was about.
    pub target: Target<'r>,
    /// The owner of the mailbox that was accessed, by user id.
    pub owner: Option<Attribute<'r>>,
    /// The role that was assumed.
    pub assumed: Option<AssumedRole<'r>>,
    /// The account that logged the event: `cloud.account.uid`.
    pub event_account: &'r str,
    /// The Region that logged the event.
    pub region: &'r str,
    /// The `WorkMail` organization, by id.
    pub organization: &'r str,
    /// What the copies of one call have in common that CloudTrail delivers to several accounts: `sharedEventID`.
    pub shared_event_id: Option<&'r str>,
    /// Whether it is an attempt to sign in.
    pub is_sign_in: bool,
    /// Whether the source cut the event off, so that more was said than is known.
    pub is_partial: bool,
}

/// What an activity was about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Target<'r> {
    /// What kind of thing: `Message`, `AWS::S3::Bucket`.
    pub kind: &'r str,
    /// Its name.
    pub name: &'r str,
    /// Its id or ARN.
    pub uid: &'r str,
    /// The folder of the mailbox that it lies in.
    pub folder: &'r str,
}

/// A role that a call assumed, or tried to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AssumedRole<'r> {
    /// The ARN of the role, or whatever else names it.
    pub role: &'r str,
    /// The name of the session; empty where it is not logged.
    pub session: &'r str,
}

/// Who wrote the log. Only the fields that a source has count: any log line may hold the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    CloudTrail,
    WorkMail,
    Other,
}

impl Source {
    fn of(fields: &ActivityFields<'_>) -> Self {
        match fields.metadata.log_provider.get() {
            Some("CloudTrail") => Self::CloudTrail,
            Some("Amazon WorkMail") => Self::WorkMail,
            _ => Self::Other,
        }
    }
}

impl<'r> Activity<'r> {
    /// What a record says. It may name no one ([`Self::is_attributed`]).
    pub fn of(fields: &'r ActivityFields<'_>) -> Self {
        let source = Source::of(fields);
        let is_base = fields.class_uid == Class::BaseEvent.uid();
        let unmapped = |key: &str| fields.unmapped.get(key).filter(|_| is_base);
        let operation = operation(fields, is_base);
        let service = fields.api.service.name.get().or_else(|| fields.service.name.get());
        let service = service.or_else(|| unmapped("eventSource"));
        let is_sign_in = match source {
            _ if fields.class_uid == Class::Authentication.uid() => fields.account_switch_type_id.is_none(),
            Source::CloudTrail => {
                is_base && mailtrail_normalize::is_sign_in(service.unwrap_or_default(), operation)
            }
            Source::WorkMail => is_base && fields.metadata.event_code.get() == Some("AUTHENTICATION"),
            Source::Other => false,
        };
        let (outcome, failure) = Outcome::of(fields, source, operation);
        let error_detail = ["errorMessage", "auth_failed_reason", "error_message"];
        let error_detail = || error_detail.into_iter().find_map(unmapped);
        let user_agent = fields.http_request.user_agent.get();
        Self {
            time: fields.time(),
            identities: identities(fields, source, is_sign_in),
            operation,
            service: service.or_else(|| fields.metadata.log_provider.get()).unwrap_or_default(),
            outcome,
            failure,
            error_code: fields.status_code.get().or_else(|| unmapped("errorCode")).unwrap_or_default(),
            error_detail: fields.status_detail.get().or_else(error_detail).unwrap_or_default(),
            sources: sources(fields, is_base),
            user_agent: user_agent
                .or_else(|| unmapped("userAgent"))
                .or_else(|| unmapped("user_agent"))
                .unwrap_or_default(),
            target: target(fields),
            owner: owner(fields).filter(|_| source == Source::WorkMail),
            assumed: assumed(fields),
            event_account: fields.cloud.account.uid.get().unwrap_or_default(),
            region: fields.cloud.region.get().unwrap_or_default(),
            organization: fields.metadata.tenant_uid.get().unwrap_or_default(),
            shared_event_id: fields.unmapped.get("sharedEventID").filter(|_| source == Source::CloudTrail),
            is_sign_in,
            is_partial: fields.metadata.is_truncated,
        }
    }

    /// Whether it is anyone's: the record names an identity, or someone tried to sign in. A step of a message names
    /// addresses, and no identity.
    pub fn is_attributed(&self) -> bool {
        !self.identities.is_empty() || self.is_sign_in
    }

    /// The first value of a kind.
    pub fn first(&self, kind: IdentityKind) -> Option<&str> {
        self.values(kind).next()
    }

    /// All values of a kind.
    pub fn values(&self, kind: IdentityKind) -> impl Iterator<Item = &str> {
        let of_kind = self.identities.iter().filter(move |identity| identity.kind == kind);
        of_kind.map(|identity| &*identity.attribute.value)
    }

    /// The identity by which it is the subject's, in the order of the subject's kinds.
    pub fn find(&self, subject: Subject, is_asked_for: impl Fn(&str) -> bool) -> Option<&Identity<'r>> {
        let kinds = subject.kinds().iter();
        kinds
            .flat_map(|kind| self.identities.iter().filter(move |identity| identity.kind == *kind))
            .find(|identity| subject.texts(identity).any(&is_asked_for))
    }

    /// Where the account stands that is asked for: that of the caller, or that which logged the event.
    pub fn find_account(&self, is_asked_for: impl Fn(&str) -> bool) -> Option<Attribute<'_>> {
        let of_caller = self.find(Subject::Account, &is_asked_for).map(|identity| identity.attribute.clone());
        let value = Cow::Borrowed(self.event_account);
        let of_event = || Attribute { path: Cow::Borrowed("cloud.account.uid"), value };
        of_caller.or_else(|| is_asked_for(self.event_account).then(of_event))
    }

    /// The access keys and tokens that it was done with.
    pub fn credentials(&self) -> impl Iterator<Item = &str> {
        let kinds = Subject::Credential.kinds();
        let credentials = self.identities.iter().filter(|identity| kinds.contains(&identity.kind));
        credentials.map(|identity| &*identity.attribute.value)
    }

    /// Whether it is an access to a mailbox by a user who does not own it, or by an application in the owner's name. Where
    /// the record does not say which user it was, it does not say that it was not the owner.
    pub fn is_by_non_owner(&self) -> bool {
        let Some(owner) = &self.owner else { return false };
        let is_another = self.first(IdentityKind::UserId).is_some_and(|id| id != owner.value);
        is_another || self.first(IdentityKind::Impersonator).is_some()
    }

    /// The caller in a few words: a user, `role/session`, a service; `?` where nothing names one.
    pub fn label(&self) -> String {
        use IdentityKind as Kind;
        let first = |kinds: &[Kind]| kinds.iter().find_map(|kind| self.first(*kind));
        let role = self.first(Kind::Role).map(|arn| crate::role_name(arn).unwrap_or(arn));
        let mut label = match (first(&[Kind::UserName, Kind::Address]), role, self.first(Kind::RoleSession)) {
            (Some(name), None, _) => name.to_owned(),
            (_, Some(role), Some(session)) => format!("{role}/{session}"),
            (_, Some(role), None) => role.to_owned(),
            (None, None, _) => {
                let principal = first(&[Kind::UserId, Kind::OnBehalfOf, Kind::Principal]).map(resource);
                let other = [Kind::Service, Kind::Token, Kind::AccessKey, Kind::Account];
                principal.or_else(|| first(&other)).unwrap_or("?").to_owned()
            }
        };
        if let Some(impersonator) = self.first(Kind::Impersonator) {
            label = format!("{impersonator} as {label}");
        }
        label
    }

    /// The id of the caller that says the most: an ARN, or else a name, or any other id.
    pub fn principal(&self) -> Option<&str> {
        use IdentityKind as Kind;
        let order = [
            Kind::UserName,
            Kind::Address,
            Kind::UserId,
            Kind::Principal,
            Kind::OnBehalfOf,
            Kind::Role,
            Kind::Service,
            Kind::Token,
            Kind::Impersonator,
            Kind::Account,
        ];
        let arn = self.values(Kind::Principal).find(|principal| principal.starts_with("arn:"));
        arn.or_else(|| order.into_iter().find_map(|kind| self.first(kind)))
    }
}

/// What an ARN names, after account and Region; any other text as it is.
fn resource(principal: &str) -> &str {
    Arn::parse(principal).map_or(principal, |arn| arn.resource())
}

fn operation<'r>(fields: &'r ActivityFields<'_>, is_base: bool) -> &'r str {
    let unmapped = ["eventName", "action"].into_iter().filter(|_| is_base);
    let operation =
        fields.api.operation.get().or_else(|| unmapped.into_iter().find_map(|key| fields.unmapped.get(key)));
    let is_named_by_its_code = is_base || fields.class_uid == Class::EmailActivity.uid();
    let code = fields.metadata.event_code.get().filter(|_| is_named_by_its_code);
    operation.or(code).or_else(|| fields.activity_name.get()).unwrap_or_default()
}

/// `sourceIPAddress` may be a list, as `X-Forwarded-For` is: the client, then the proxies.
fn sources<'r>(fields: &'r ActivityFields<'_>, is_base: bool) -> Vec<&'r str> {
    let from = &fields.src_endpoint;
    let unmapped = ["sourceIPAddress", "source_ip", "vpcEndpointId"];
    let unmapped = unmapped.into_iter().filter(|_| is_base).map(|key| fields.unmapped.get(key));
    let texts = [&from.ip, &from.domain, &from.svc_name, &from.uid].map(|text| text.get());
    let texts = texts.into_iter().chain(unmapped).flatten();
    texts.flat_map(|text| text.split(',')).map(str::trim).filter(|text| !text.is_empty()).collect()
}

fn owner<'r>(fields: &'r ActivityFields<'_>) -> Option<Attribute<'r>> {
    let attribute =
        |path, value: &'r str| Attribute { path: Cow::Borrowed(path), value: Cow::Borrowed(value) };
    let owner = fields.resources.first().and_then(|resource| resource.owner.uid.get());
    let owner = owner.map(|owner| attribute("resources[0].owner.uid", owner));
    // Where neither item nor folder is logged, there is no resource.
    owner.or_else(|| Some(attribute("unmapped.owner_id", fields.unmapped.get("owner_id")?)))
}

fn target<'r>(fields: &'r ActivityFields<'_>) -> Target<'r> {
    let folder = fields.unmapped.get("folder_path");
    let Some(resource) = fields.resources.first() else {
        let name = fields.entity.name.get().unwrap_or_default();
        return Target { name, folder: folder.unwrap_or_default(), ..Target::default() };
    };
    Target {
        kind: resource.r#type.get().unwrap_or_default(),
        name: resource.name.get().unwrap_or_default(),
        uid: resource.uid.get().unwrap_or_default(),
        folder: resource.namespace.get().or(folder).unwrap_or_default(),
    }
}

fn assumed<'r>(fields: &'r ActivityFields<'_>) -> Option<AssumedRole<'r>> {
    fields.account_switch_type_id?;
    let role = fields.session.issuer.get().or_else(|| fields.user.uid.get());
    let role = role.or_else(|| fields.user.account.uid.get()).unwrap_or_default();
    Some(AssumedRole { role, session: fields.session.uid_alt.get().unwrap_or_default() })
}
