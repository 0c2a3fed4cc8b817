//! A question to another mail system whether a person is free, by way of a function or of EWS.
//!
//! WorkMail asks on behalf of the user, so it is the source.

use std::borrow::Cow;

use mailtrail_ocsf::{
    ActivityId, Actor, Api, ApiActivity, Class, Endpoint, HttpRequest, Resource, Response, Service,
};

use super::PRODUCT;
use super::entry::Entry;
use crate::observables::ObservableSources;

/// The record. What the class requires is known of every event: WorkMail is who asks.
pub(super) fn record(mut entry: Entry<'_>) -> ApiActivity<'_> {
    let actor = Actor { user: entry.user(), app_name: Some(Cow::Borrowed(PRODUCT.name)), ..Actor::default() };
    let observables = ObservableSources { actor: Some(&actor), ..ObservableSources::default() }.observables();
    let status = entry.verdict("availability_event_successful").status;
    let error = entry.fields.take_text("error_message");
    let function = entry.fields.take_text("function_arn").map(|arn| Resource {
        uid: Some(arn),
        r#type: Some(Cow::Borrowed("AWS::Lambda::Function")),
        ..Resource::default()
    });
    let domain = entry.fields.take_text("domain");
    ApiActivity {
        status,
        status_code: None,
        status_detail: error.clone(),
        actor,
        api: Api {
            operation: Cow::Borrowed("GetAvailability"),
            service: entry.fields.take_text("type").map(Service::named),
            version: None,
            request: entry.request(),
            response: error.map(|error| Response { error_message: Some(error), ..Response::default() }),
        },
        src_endpoint: Endpoint::service("workmail.amazonaws.com"),
        dst_endpoint: domain.map(|domain| Endpoint { domain: Some(domain), ..Endpoint::default() }),
        http_request: entry.fields.take_text("ews_endpoint").map(HttpRequest::to),
        resources: function.into_iter().collect(),
        authorizations: Vec::new(),
        action: None,
        disposition: None,
        observables,
        unmapped: entry.take_rest(),
        common: entry.into_common(Class::ApiActivity, ActivityId::READ),
    }
}
