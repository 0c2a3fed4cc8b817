//! Logs of no known source: kept whole, as Base Event with `raw_data`.

use std::borrow::Cow;

use mailtrail_clock::Time;
use mailtrail_ocsf::{
    ActivityId, BaseEvent, Class, CommonAttributes, Metadata, Product, Transformation, Unmapped,
};

use crate::{Context, Event, Record, transformation};

const PRODUCT: Product<'static> =
    Product { name: "Amazon CloudWatch Logs", vendor_name: "AWS", version: None, feature: None };
const TRANSFORMATION: Transformation = transformation("other/1");

/// Keeps a log event of unknown shape.
pub(crate) fn normalize<'a>(event: &Event<'a>, context: &Context<'a>) -> Record<'a> {
    let mut unmapped = Unmapped::default();
    let time = event.time_or_keep(&mut unmapped);
    let mut record = base_event(time, event, context);
    record.raw_data = Some(Cow::Borrowed(event.message));
    record.unmapped = unmapped;
    Record::BaseEvent(record)
}

/// The beginning of a log event whose record would be too long to be written: so many bytes of the message at the most. The
/// raw copy has the rest.
pub fn normalize_beginning<'a>(event: &Event<'a>, context: &Context<'a>, bytes: usize) -> Record<'a> {
    let mut record = base_event(event.time.unwrap_or(Time::EPOCH), event, context);
    record.common.metadata.is_truncated = true;
    record.raw_data = Some(Cow::Borrowed(&event.message[..event.message.floor_char_boundary(bytes)]));
    Record::BaseEvent(record)
}

fn base_event<'a>(time: Time, event: &Event<'a>, context: &Context<'a>) -> BaseEvent<'a> {
    let mut metadata = Metadata::new(event.uid.clone(), PRODUCT, TRANSFORMATION);
    metadata.profiles = &["cloud", "datetime"];
    context.place(&mut metadata);
    BaseEvent {
        common: CommonAttributes::new(Class::BaseEvent, ActivityId::UNKNOWN, time, metadata, context.cloud()),
        status: None,
        raw_data: None,
        unmapped: Unmapped::default(),
    }
}
