//! WorkMail audit logs: flat JSON in `snake_case`, five kinds of it
//! (<https://docs.aws.amazon.com/workmail/latest/adminguide/monitoring-audit-logging.html>).
//!
//! No field says which kind an event is, and customers choose and reorder the fields that are logged. So
//! the kind is told by the fields that only it has ([`Kind`]), and no field is relied upon. An event that
//! lacks what its class requires, or whose kind cannot be told, is a Base Event with everything in
//! `unmapped`. What is logged as plain text is no business of this source.

mod access_control;
mod authentication;
mod availability;
mod entry;
mod kind;
mod mailbox_access;
mod token;

use std::borrow::Cow;

use mailtrail_ocsf::{ActivityId, BaseEvent, Class, Name, Product, Transformation};

use crate::fields::Fields;
use crate::source::Mapping;
use crate::{Context, Event, Record, transformation};
use entry::Entry;
use kind::{Kind, VERDICTS};

pub(crate) static MAPPING: Mapping = Mapping { recognises, normalize };

const PRODUCT: Product<'static> = Product {
    name: "Amazon WorkMail",
    vendor_name: "AWS",
    version: None,
    feature: Some(Name { name: Cow::Borrowed("Audit logging") }),
};
const TRANSFORMATION: Transformation = transformation("workmail_audit/1");

/// The ARN of a WorkMail organization; where it is not logged, a verdict and the time of it.
fn recognises(fields: &Fields<'_>) -> bool {
    fields.get("organization_arn").is_some_and(|arn| arn.get().contains(":workmail:"))
        || (fields.get("event_timestamp").is_some() && VERDICTS.iter().any(|name| fields.get(name).is_some()))
}

fn normalize<'a>(fields: Fields<'a>, event: &Event<'a>, context: &Context<'a>) -> Option<Record<'a>> {
    let kind = Kind::of(&fields);
    let entry = Entry::take(fields, kind, event, context);
    let record = match kind {
        Some(Kind::Authentication) => authentication::record(entry).map(Record::Authentication),
        Some(Kind::AccessControl) => access_control::record(entry).map(Record::ApiActivity),
        Some(Kind::MailboxAccess) => mailbox_access::record(entry).map(Record::ApiActivity),
        Some(Kind::AvailabilityProvider) => Some(Record::ApiActivity(availability::record(entry))),
        Some(Kind::PersonalAccessToken) => token::record(entry).map(Record::EntityManagement),
        None => None,
    };
    // The first attempt took the fields apart; an event that lacks so much is rare enough to parse again.
    record.or_else(|| Some(Record::BaseEvent(base_event(kind, event, context)?)))
}

/// The record of an event that its class cannot hold: all of it in `unmapped`.
fn base_event<'a>(kind: Option<Kind>, event: &Event<'a>, context: &Context<'a>) -> Option<BaseEvent<'a>> {
    let mut entry = Entry::take(Fields::parse(event.json())?, kind, event, context);
    let status = kind.and_then(Kind::verdict).map(|name| entry.verdict(name).status);
    Fields::parse(event.json())?.keep_rest("", &mut entry.unmapped);
    let activity = kind.map_or(ActivityId::UNKNOWN, |kind| ActivityId::other(kind.caption()));
    let unmapped = std::mem::take(&mut entry.unmapped);
    Some(BaseEvent {
        common: entry.into_common(Class::BaseEvent, activity),
        status,
        raw_data: None,
        unmapped,
    })
}
