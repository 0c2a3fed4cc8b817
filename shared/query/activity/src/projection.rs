//! From a typed record to the fields that its line would be read as.

use mailtrail_normalize::Record;
use mailtrail_ocsf as ocsf;

use crate::fields::{
    Actor, Api, Cloud, Content, Credential, Endpoint, HttpRequest, Identified, Metadata, Named, Resource,
    Session, User,
};
use crate::{ActivityFields, Text};

impl<'r> From<&'r Record<'_>> for ActivityFields<'r> {
    fn from(record: &'r Record<'_>) -> Self {
        let fields = Self::of_common(record.common());
        match record {
            Record::EmailActivity(record) => Self {
                status_id: Some(record.status.id()),
                status_code: text(record.status_code.as_deref()),
                status_detail: text(record.status_detail.as_deref()),
                unmapped: (&record.unmapped).into(),
                ..fields
            },
            Record::Authentication(record) => Self {
                status_id: Some(record.status.id()),
                status_code: text(record.status_code.as_deref()),
                status_detail: text(record.status_detail.as_deref()),
                actor: record.actor.as_ref().map(actor).unwrap_or_default(),
                user: user(&record.user),
                session: record.session.as_ref().map(session).unwrap_or_default(),
                account_switch_type_id: record.account_switch.as_ref().map(ocsf::AccountSwitch::id),
                service: named(&record.service.name),
                api: record.api.as_ref().map(api).unwrap_or_default(),
                src_endpoint: record.src_endpoint.as_ref().map(endpoint).unwrap_or_default(),
                http_request: http_request(record.http_request.as_ref()),
                unmapped: (&record.unmapped).into(),
                ..fields
            },
            Record::ApiActivity(record) => Self {
                status_id: Some(record.status.id()),
                status_code: text(record.status_code.as_deref()),
                status_detail: text(record.status_detail.as_deref()),
                actor: actor(&record.actor),
                api: api(&record.api),
                src_endpoint: endpoint(&record.src_endpoint),
                http_request: http_request(record.http_request.as_ref()),
                resources: record.resources.iter().map(resource).collect(),
                unmapped: (&record.unmapped).into(),
                ..fields
            },
            Record::EntityManagement(record) => Self {
                status_id: Some(record.status.id()),
                actor: record.actor.as_ref().map(actor).unwrap_or_default(),
                entity: named(&record.entity.name),
                src_endpoint: record.src_endpoint.as_ref().map(endpoint).unwrap_or_default(),
                http_request: http_request(record.http_request.as_ref()),
                unmapped: (&record.unmapped).into(),
                ..fields
            },
            Record::BaseEvent(record) => Self {
                status_id: record.status.as_ref().map(ocsf::Status::id),
                unmapped: (&record.unmapped).into(),
                ..fields
            },
        }
    }
}

impl<'r> ActivityFields<'r> {
    fn of_common(common: &'r ocsf::CommonAttributes<'_>) -> Self {
        let metadata = &common.metadata;
        Self {
            time: common.time.millis(),
            class_uid: common.class_uid(),
            activity_name: common.activity_name().into(),
            metadata: Metadata {
                uid: (&*metadata.uid).into(),
                event_code: text(metadata.event_code.as_deref()),
                log_name: metadata.log_name.into(),
                log_source: metadata.log_source.into(),
                log_provider: text(metadata.log_provider),
                tenant_uid: text(metadata.tenant_uid.as_deref()),
                is_truncated: metadata.is_truncated,
            },
            cloud: Cloud {
                region: text(common.cloud.region.as_deref()),
                account: account(common.cloud.account.as_ref()),
            },
            ..Self::default()
        }
    }
}

fn text(text: Option<&str>) -> Text<'_> {
    text.unwrap_or_default().into()
}

fn named(name: &str) -> Named<'_> {
    Named { name: name.into() }
}

fn account<'r>(account: Option<&'r ocsf::Account<'_>>) -> Identified<'r> {
    Identified { uid: text(account.map(|account| &*account.uid)) }
}

fn actor<'r>(actor: &'r ocsf::Actor<'_>) -> Actor<'r> {
    Actor {
        user: actor.user.as_ref().map(user).unwrap_or_default(),
        session: actor.session.as_ref().map(session).unwrap_or_default(),
        app_name: text(actor.app_name.as_deref()),
        app_uid: text(actor.app_uid.as_deref()),
    }
}

fn user<'r>(user: &'r ocsf::User<'_>) -> User<'r> {
    let credentials = user.programmatic_credentials.iter();
    User {
        name: text(user.name.as_deref()),
        uid: text(user.uid.as_deref()),
        uid_alt: text(user.uid_alt.as_deref()),
        account: account(user.account.as_ref()),
        programmatic_credentials: credentials
            .map(|credential| Credential { uid: (&*credential.uid).into(), r#type: credential.r#type.into() })
            .collect(),
    }
}

fn session<'r>(session: &'r ocsf::Session<'_>) -> Session<'r> {
    Session {
        uid_alt: text(session.uid_alt.as_deref()),
        issuer: text(session.issuer.as_deref()),
        credential_uid: text(session.credential_uid.as_deref()),
    }
}

fn api<'r>(api: &'r ocsf::Api<'_>) -> Api<'r> {
    let request = api.request.as_ref().and_then(|request| request.data.as_deref());
    let response = api.response.as_ref().and_then(|response| response.data.as_deref());
    Api {
        operation: (&*api.operation).into(),
        service: named(api.service.as_ref().map_or("", |service| &*service.name)),
        request: Content { data: text(request) },
        response: Content { data: text(response) },
    }
}

fn endpoint<'r>(endpoint: &'r ocsf::Endpoint<'_>) -> Endpoint<'r> {
    Endpoint {
        ip: text(endpoint.ip.as_deref()),
        domain: text(endpoint.domain.as_deref()),
        svc_name: text(endpoint.svc_name.as_deref()),
        uid: text(endpoint.uid.as_deref()),
    }
}

fn http_request<'r>(request: Option<&'r ocsf::HttpRequest<'_>>) -> HttpRequest<'r> {
    HttpRequest { user_agent: text(request.and_then(|request| request.user_agent.as_deref())) }
}

fn resource<'r>(resource: &'r ocsf::Resource<'_>) -> Resource<'r> {
    let owner = resource.owner.as_ref().and_then(|owner| owner.uid.as_deref());
    Resource {
        name: text(resource.name.as_deref()),
        uid: text(resource.uid.as_deref()),
        r#type: text(resource.r#type.as_deref()),
        namespace: text(resource.namespace.as_deref()),
        owner: Identified { uid: text(owner) },
    }
}
