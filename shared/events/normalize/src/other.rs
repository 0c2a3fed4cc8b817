//! Logs of no known source: kept whole, as Base Event with `raw_data`.

use std::borrow::Cow;

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
    let mut metadata = Metadata::new(event.uid.clone(), PRODUCT, TRANSFORMATION);
    metadata.profiles = &["cloud", "datetime"];
    context.place(&mut metadata);
    Record::BaseEvent(BaseEvent {
        common: CommonAttributes::new(Class::BaseEvent, ActivityId::UNKNOWN, time, metadata, context.cloud()),
        status: None,
        raw_data: Some(Cow::Borrowed(event.message)),
        unmapped,
    })
}
