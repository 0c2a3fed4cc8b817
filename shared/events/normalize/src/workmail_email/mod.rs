//! WorkMail email event logs: `{"traceId":…,"event":{"eventName":…,…}}`.
//!
//! Nine event names are documented
//! (<https://docs.aws.amazon.com/workmail/latest/adminguide/cw-events.html>), and what AWS's own queries
//! read differs from that list (<https://docs.aws.amazon.com/workmail/latest/adminguide/cw-insights.html>).
//! So fields are taken wherever they occur and in every shape that either page shows; the name of the
//! event only decides what the step means ([`step`]). An unknown name is a step of unknown meaning.
//!
//! Email Activity requires an address. An event without one (a mailbox rule that moves a message) is a
//! Base Event with everything in `unmapped`; it is found again by its `correlation_uid`, the `traceId`.

mod addresses;
mod bounce;
mod control;
mod step;
mod verdict;

use std::borrow::Cow;

use mailtrail_ocsf::{
    ActivityId, BaseEvent, Class, CommonAttributes, Direction, EmailActivity, Metadata, Name, Product,
    Transformation, Unmapped,
};

use crate::fields::Fields;
use crate::source::Mapping;
use crate::{Context, Event, Record, transformation};
use addresses::Addresses;
use bounce::Bounce;
use control::Control;
use step::{Step, step};

pub(crate) static MAPPING: Mapping = Mapping { recognises, normalize };

const PRODUCT: Product<'static> = Product {
    name: "Amazon WorkMail",
    vendor_name: "AWS",
    version: None,
    feature: Some(Name { name: Cow::Borrowed("Email event logging") }),
};
const TRANSFORMATION: Transformation = transformation("workmail_email/1");

/// An object `event`. Without a name in it, it is none of ours, but that needs a second look.
fn recognises(fields: &Fields<'_>) -> bool {
    fields.get("event").is_some_and(|event| event.get().starts_with('{'))
}

fn normalize<'a>(fields: Fields<'a>, event: &Event<'a>, context: &Context<'a>) -> Option<Record<'a>> {
    let email = email_activity(fields, event, context).map(Record::EmailActivity);
    // The first attempt took the fields apart; an event without an address is rare enough to parse again.
    email.or_else(|| Some(Record::BaseEvent(base_event(Fields::parse(event.json())?, event, context)?)))
}

/// The record, if the event names an address.
fn email_activity<'a>(
    mut top: Fields<'a>,
    event: &Event<'a>,
    context: &Context<'a>,
) -> Option<EmailActivity<'a>> {
    let trace = top.take_text("traceId");
    let mut fields = top.take_object("event")?;
    let name = fields.take_text("eventName")?;
    let mut unmapped = Unmapped::default();

    let step = step(&name, &fields);
    let bounce = Bounce::take(&mut fields, &mut unmapped);
    let control = Control::take(&name, &mut fields, &mut unmapped);
    let addresses = Addresses::take(&mut fields, bounce.address, control.recipients);
    if !addresses.has_one() {
        return None;
    }
    let internal = addresses.all_in(context.internal_domains);
    let observables = addresses.observables();
    let (to, mut email) = addresses.into_email(step.delivers);
    email.subject = fields.take_text("subject");
    email.message_uid = fields.take_text("messageId");
    let email_auth = verdict::email_auth(&mut fields, &mut unmapped, control.dmarc_policy);

    let mut metadata = metadata(event, context, name, trace.clone());
    metadata.original_time = fields.take_text("messageTimestamp");
    if control.policy.is_some() || control.action.is_some() {
        metadata.profiles = &["cloud", "datetime", "security_control"];
    }
    let time = event.time_or_keep(&mut unmapped);
    fields.keep_rest("", &mut unmapped);
    top.keep_rest("", &mut unmapped);
    Some(EmailActivity {
        common: CommonAttributes::new(Class::EmailActivity, step.activity, time, metadata, context.cloud()),
        status: step.status,
        status_code: bounce.status,
        status_detail: bounce.reason.or(step.detail.map(Cow::Borrowed)),
        direction: if internal { Direction::INTERNAL } else { step.direction },
        message_trace_uid: trace,
        to,
        email,
        email_auth,
        protocol_name: step.protocol,
        policy: control.policy,
        action: control.action,
        disposition: control.disposition,
        observables,
        unmapped,
    })
}

/// The record of an event that names no address: all of it in `unmapped`.
fn base_event<'a>(mut top: Fields<'a>, event: &Event<'a>, context: &Context<'a>) -> Option<BaseEvent<'a>> {
    let mut fields = top.take_object("event")?;
    let name = fields.take_text("eventName")?;
    let trace = top.get("traceId").and_then(mailtrail_json_text::scalar);
    let mut unmapped = Unmapped::default();
    let time = event.time_or_keep(&mut unmapped);
    let Step { status, detail, .. } = step(&name, &fields);
    let activity = ActivityId::other(detail.map_or_else(|| name.clone(), Cow::Borrowed));
    let metadata = metadata(event, context, name, trace);
    fields.keep_rest("", &mut unmapped);
    top.keep_rest("", &mut unmapped);
    Some(BaseEvent {
        common: CommonAttributes::new(Class::BaseEvent, activity, time, metadata, context.cloud()),
        status: Some(status),
        raw_data: None,
        unmapped,
    })
}

fn metadata<'a>(
    event: &Event<'a>,
    context: &Context<'a>,
    name: Cow<'a, str>,
    trace: Option<Cow<'a, str>>,
) -> Metadata<'a> {
    let mut metadata = Metadata::new(event.uid.clone(), PRODUCT, TRANSFORMATION);
    metadata.event_code = Some(name).filter(|name| !name.is_empty());
    metadata.log_provider = Some(PRODUCT.name);
    metadata.tenant_uid = context.organization.map(Cow::Borrowed);
    metadata.profiles = &["cloud", "datetime"];
    metadata.correlation_uid = trace;
    context.place(&mut metadata);
    metadata
}
