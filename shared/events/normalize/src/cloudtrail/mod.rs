//! CloudTrail: one record for each log event, as a trail sends it to CloudWatch Logs
//! (<https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html>).
//!
//! A record is an Authentication or an API Activity by its `eventSource` *and* its `eventName`
//! ([`activity`]): WorkMail has a `CreateUser`, too. Both classes require an actor, and API Activity an
//! address; a record that has none (an insight, an aggregate) is a Base Event with everything in
//! `unmapped`, and so is one that AWS cut off, as far as it can be read. `metadata.uid` is the id of the log event; CloudTrail's own is `original_event_uid`.

mod activity;
mod call;
mod identity;
mod sign_in;

use std::borrow::Cow;

use mailtrail_clock::Time;
use mailtrail_ocsf::{
    ActivityId, ApiActivity, Authentication, BaseEvent, Class, Cloud, CommonAttributes, Metadata, Name,
    Product, Service, Status, Transformation, Unmapped,
};

use crate::fields::Fields;
use crate::observables::ObservableSources;
use crate::source::{Mapping, Source};
use crate::{Context, Event, Record, prefix, transformation};
pub use activity::is_sign_in;
use call::Call;
pub use call::says_failure;

pub(crate) static MAPPING: Mapping = Mapping { recognises, normalize };

const PRODUCT: Product<'static> =
    Product { name: "CloudTrail", vendor_name: "AWS", version: None, feature: None };
const TRANSFORMATION: Transformation = transformation("cloudtrail/2");

/// Within one major version CloudTrail only adds fields.
const MAJOR_VERSION: u32 = 1;

/// The version of the format, and who did it or the id of the record (written `eventId` in aggregates).
fn recognises(fields: &Fields<'_>) -> bool {
    let version = fields.text("eventVersion");
    version.as_deref().and_then(parse_version).is_some_and(|(major, _)| major == MAJOR_VERSION)
        && ["userIdentity", "eventID", "eventId"].iter().any(|name| fields.holds(name))
}

/// `1.11` as two numbers: it is later than `1.9`.
fn parse_version(text: &str) -> Option<(u32, u32)> {
    let (major, minor) = text.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

fn normalize<'a>(fields: Fields<'a>, event: &Event<'a>, context: &Context<'a>) -> Option<Record<'a>> {
    let record = record(fields, event, context);
    // The first attempt took the fields apart; a record without an actor is rare enough to parse again.
    record.or_else(|| Some(Record::BaseEvent(base_event(Fields::parse(event.json())?, event, context))))
}

/// A record of an event that was cut off (`[Truncated...]`), if what is left of it is recognised: a Base Event with the whole
/// members in `unmapped`, the text in `raw_data`, and `metadata.is_truncated`.
pub(crate) fn normalize_cut_off<'a>(event: &Event<'a>, context: &Context<'a>) -> Option<Record<'a>> {
    if !context.source.is_none_or(|source| source == Source::Cloudtrail) {
        return None;
    }
    let fields = prefix::fields(event.json()).filter(recognises)?;
    let mut record = base_event(fields, event, context);
    record.common.metadata.is_truncated = true;
    // That nothing failed is not known: the error may be in what is missing.
    record.status = record.status.filter(|status| *status == Status::FAILURE);
    record.raw_data = Some(Cow::Borrowed(event.message));
    Some(Record::BaseEvent(record))
}

/// What every record has, whatever its class.
struct Common<'a> {
    time: Time,
    metadata: Metadata<'a>,
    cloud: Cloud<'a>,
    unmapped: Unmapped<'a>,
}

impl<'a> Common<'a> {
    fn take(fields: &mut Fields<'a>, event: &Event<'a>, context: &Context<'a>) -> Self {
        let mut unmapped = Unmapped::default();
        let time = fields.take_iso8601("eventTime").unwrap_or_else(|| event.time_or_keep(&mut unmapped));
        let product = Product {
            version: fields.take_text("eventVersion"),
            feature: fields.take_text("eventCategory").map(|name| Name { name }),
            ..PRODUCT
        };
        let mut metadata = Metadata::new(event.uid.clone(), product, TRANSFORMATION);
        metadata.original_event_uid = fields.take_text("eventID").or_else(|| fields.take_text("eventId"));
        metadata.event_code = fields.take_text("eventType");
        metadata.log_provider = Some(PRODUCT.name);
        metadata.profiles = &["cloud", "datetime"];
        context.place(&mut metadata);
        let region = fields.take_text("awsRegion").or(context.region.map(Cow::Borrowed));
        let account = fields.take_text("recipientAccountId").or_else(|| fields.take_text("accountId"));
        let cloud = Cloud::aws(region, account.or(context.account.map(Cow::Borrowed)));
        Self { time, metadata, cloud, unmapped }
    }
}

/// The record of the class that it belongs to, if it has what the class requires.
fn record<'a>(mut fields: Fields<'a>, event: &Event<'a>, context: &Context<'a>) -> Option<Record<'a>> {
    fields.drop_nulls();
    let operation = fields.take_text("eventName")?;
    let service = fields.take_text("eventSource");
    let mut common = Common::take(&mut fields, event, context);
    let call = Call::take(operation, service, fields, &mut common.unmapped)?;
    let service = call.api.service.as_ref().map(|service| service.name.as_ref());
    match service.and_then(|service| activity::authentication(service, &call.api.operation)) {
        Some(activity) => authentication(activity, call, common).map(Record::Authentication),
        None => api_activity(call, common).map(Record::ApiActivity),
    }
}

fn api_activity<'a>(mut call: Call<'a>, mut common: Common<'a>) -> Option<ApiActivity<'a>> {
    let src_endpoint = call.source?;
    let observables = ObservableSources {
        source: Some(&src_endpoint),
        actor: Some(&call.actor),
        ..ObservableSources::default()
    }
    .observables();
    let activity = activity::of_call(&call.api.operation, call.read_only);
    let resources = call::resources(&mut call.fields, &mut common.unmapped);
    call.fields.keep_rest("", &mut common.unmapped);
    Some(ApiActivity {
        common: CommonAttributes::new(
            Class::ApiActivity,
            activity,
            common.time,
            common.metadata,
            common.cloud,
        ),
        status: call.status,
        status_code: call.code,
        status_detail: call.detail,
        actor: call.actor,
        api: call.api,
        src_endpoint,
        dst_endpoint: None,
        http_request: call.http_request,
        resources,
        authorizations: Vec::new(),
        action: None,
        disposition: None,
        observables,
        unmapped: common.unmapped,
    })
}

fn authentication<'a>(
    activity: ActivityId<'a>,
    mut call: Call<'a>,
    mut common: Common<'a>,
) -> Option<Authentication<'a>> {
    let service = call.api.service.as_ref().map(|service| Service::named(service.name.clone()))?;
    let sign_in = sign_in::take(&mut call, &activity, &mut common.unmapped)?;
    let observables = ObservableSources {
        source: call.source.as_ref(),
        user: Some(&sign_in.user),
        actor: Some(&call.actor),
        session: sign_in.session.as_ref(),
    }
    .observables();
    call.fields.keep_rest("", &mut common.unmapped);
    Some(Authentication {
        common: CommonAttributes::new(
            Class::Authentication,
            activity,
            common.time,
            common.metadata,
            common.cloud,
        ),
        status: sign_in.status,
        status_code: call.code,
        status_detail: call.detail,
        user: sign_in.user,
        actor: Some(call.actor),
        session: sign_in.session,
        service,
        api: Some(call.api),
        src_endpoint: call.source,
        dst_endpoint: None,
        http_request: call.http_request,
        auth_protocol: None,
        account_switch: sign_in.account_switch,
        is_mfa: sign_in.is_mfa,
        action: None,
        disposition: None,
        observables,
        unmapped: common.unmapped,
    })
}

/// The record of an event that its class cannot hold: all of it in `unmapped`.
fn base_event<'a>(fields: Fields<'a>, event: &Event<'a>, context: &Context<'a>) -> BaseEvent<'a> {
    let mut common = Common::take(&mut fields.clone(), event, context);
    let operation = fields.text("eventName");
    let has_error = ["errorCode", "errorMessage"].iter().any(|name| fields.text(name).is_some());
    let status = operation.as_deref().map(|operation| {
        if call::has_failed(&fields, has_error, operation) { Status::FAILURE } else { Status::SUCCESS }
    });
    let name = operation.or_else(|| fields.text("eventType"));
    fields.keep_rest("", &mut common.unmapped);
    let activity = name.map_or(ActivityId::UNKNOWN, ActivityId::other);
    BaseEvent {
        common: CommonAttributes::new(Class::BaseEvent, activity, common.time, common.metadata, common.cloud),
        status,
        raw_data: None,
        unmapped: common.unmapped,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recognised(json: &str) -> bool {
        recognises(&Fields::parse(json).unwrap())
    }

    #[test]
    fn the_minor_version_is_a_number() {
        assert_eq!(parse_version("1.11"), Some((1, 11)));
        assert!(parse_version("1.11") > parse_version("1.9"));
        for text in ["", "1", "1.", "1.x", "-1.0", "1.0.0"] {
            assert_eq!(parse_version(text), None, "{text}");
        }
    }

    #[test]
    fn a_record_that_was_cut_off_failed_where_its_answer_says_so() {
        let failed = |answer: &str| {
            let text = format!(r#"{{"eventVersion":"1.11","responseElements":{{"ConsoleLogin":{answer}"#);
            call::has_failed(&prefix::fields(&text).unwrap(), false, "ConsoleLogin")
        };
        assert!(failed(r#""Failure","x"#));
        assert!(!failed(r#""Fail"#) && !failed(r#""Success","x"#));
    }

    #[test]
    fn a_record_is_recognised_by_its_version_and_its_id_or_identity() {
        assert!(recognised(r#"{"eventVersion":"1.11","eventID":"e"}"#));
        assert!(recognised(r#"{"eventVersion":"1.0","eventId":"e"}"#));
        assert!(recognised(r#"{"eventVersion":"1.0","userIdentity":{}}"#));
        assert!(!recognised(r#"{"eventVersion":"2.0","eventID":"e"}"#));
        assert!(!recognised(r#"{"eventVersion":"1.11","eventName":"CreateUser"}"#));
        assert!(!recognised(r#"{"eventID":"e","userIdentity":{}}"#));
    }
}
