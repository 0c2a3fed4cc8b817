//! The call itself: what was asked, by whom, from where, and what came of it.

use std::borrow::Cow;

use mailtrail_ocsf::{
    Account, Actor, Api, Endpoint, HttpRequest, Request, Resource, Response, Service, Status, Unmapped, User,
};

use super::identity;
use crate::fields::Fields;

/// What both classes have in common. The rest of the record waits in `fields`.
pub(super) struct Call<'a> {
    pub(super) fields: Fields<'a>,
    pub(super) actor: Actor<'a>,
    pub(super) api: Api<'a>,
    pub(super) source: Option<Endpoint<'a>>,
    pub(super) http_request: Option<HttpRequest<'a>>,
    pub(super) status: Status<'a>,
    pub(super) code: Option<Cow<'a, str>>,
    pub(super) detail: Option<Cow<'a, str>>,
    /// Whether the service says that the call changed nothing.
    pub(super) read_only: Option<bool>,
    /// `requestParameters`, as JSON.
    pub(super) parameters: Option<&'a str>,
    /// `responseElements`, as JSON.
    pub(super) answer: Option<&'a str>,
}

impl<'a> Call<'a> {
    /// The call, if the record has an identity that OCSF accepts as an actor.
    pub(super) fn take(
        operation: Cow<'a, str>,
        service: Option<Cow<'a, str>>,
        mut fields: Fields<'a>,
        unmapped: &mut Unmapped<'a>,
    ) -> Option<Self> {
        let actor = identity::take(fields.take_object("userIdentity")?, unmapped)?;
        let (code, detail) = (fields.take_text("errorCode"), fields.take_text("errorMessage"));
        let failed = has_failed(&fields, code.is_some() || detail.is_some(), &operation);
        let parameters = fields.get("requestParameters").map(serde_json::value::RawValue::get);
        let request = fields
            .take_text("requestID")
            .map(|uid| Request { uid, data: fields.take_json("requestParameters").map(Cow::Borrowed) });
        let answer = fields.take_json("responseElements");
        let response = Response {
            error: code.clone(),
            error_message: None,
            message: detail.clone(),
            data: answer.map(Cow::Borrowed),
        };
        let api = Api {
            operation,
            service: service.map(Service::named),
            version: fields.take_text("apiVersion"),
            request,
            response: (response != Response::default()).then_some(response),
        };
        Some(Self {
            actor,
            api,
            source: source(&mut fields),
            http_request: fields.take_text("userAgent").map(HttpRequest::by),
            status: if failed { Status::FAILURE } else { Status::SUCCESS },
            code,
            detail,
            read_only: fields.text("readOnly").map(|text| text == "true"),
            parameters,
            answer,
            fields,
        })
    }
}

/// Whether an event of this name failed: by its error, or by its own name in the answer or in the details of a sign-in.
pub(super) fn has_failed(fields: &Fields<'_>, has_error: bool, operation: &str) -> bool {
    let said = |name: &str| match fields.get(name) {
        Some(value) => says_failure(value.get(), operation),
        // What is legible of an object that was cut off.
        None => fields.text(&format!("{name}.{operation}")).is_some_and(|word| is_failure(&word)),
    };
    has_error || said("responseElements") || said("serviceEventDetails")
}

/// Whether the answer to an operation, as JSON, is `{"<operation>": "Failure"}`. Sign-in events fail in this way, without
/// an error.
pub fn says_failure(answer: &str, operation: &str) -> bool {
    let word = || Fields::parse(answer)?.text(operation);
    answer.contains(operation) && word().is_some_and(|word| is_failure(&word))
}

fn is_failure(word: &str) -> bool {
    word.eq_ignore_ascii_case("Failure")
}

/// Where the call came from. The address may be the name of a service, or `AWS Internal`.
fn source<'a>(fields: &mut Fields<'a>) -> Option<Endpoint<'a>> {
    let address = fields.take_text("sourceIPAddress").map(Endpoint::from_address);
    let uid = fields.take_text("vpcEndpointId");
    (address.is_some() || uid.is_some()).then(|| Endpoint { uid, ..address.unwrap_or_default() })
}

/// The resources that have an ARN; of the others, what is known goes to `unmapped`.
pub(super) fn resources<'a>(fields: &mut Fields<'a>, unmapped: &mut Unmapped<'a>) -> Vec<Resource<'a>> {
    let (list, _) = fields.take_objects("resources").unzip();
    let mut resources = Vec::new();
    for (at, mut item) in list.into_iter().flatten().enumerate() {
        if let Some(arn) = item.take_text("ARN") {
            let account = item.take_text("accountId").map(|uid| Account { uid });
            resources.push(Resource {
                uid: Some(arn),
                r#type: item.take_text("type"),
                owner: account.map(|account| User { account: Some(account), ..User::default() }),
                ..Resource::default()
            });
        }
        item.keep_rest(&format!("resources[{at}]"), unmapped);
    }
    resources
}
