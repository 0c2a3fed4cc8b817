//! Log events to OCSF records: one module per source.
//!
//! Policy:
//!
//! * **No event fails.** What no source recognises, and what lacks the attributes that its class
//!   requires, becomes a Base Event.
//! * **No field is lost.** A source *takes* the fields that it knows out of the event; whatever is left
//!   goes to `unmapped`.
//! * **Pure.** The same event in the same context gives the same record: no clock, no environment.
//! * **By shape, never by name.** A WorkMail log group can have any name, so a source is recognised by the
//!   keys of the event.
//!
//! A new source is one new module and one line in `SOURCES`.

mod cloudtrail;
mod context;
mod fields;
mod observables;
mod other;
mod record;
mod workmail_audit;
mod workmail_email;

pub use context::{Context, Event, InternalDomains};
pub use record::Record;

use fields::Fields;
use mailtrail_ocsf::Transformation;

/// The version of the mapping, in every record. It changes when the same event would give another record.
pub const MAPPING_VERSION: &str = "1";

/// A kind of log that we know.
struct Source {
    /// Whether an event is of this source, by one look at its keys.
    recognises: fn(&Fields<'_>) -> bool,
    /// Maps an event; nothing where it turns out to be none of this source.
    normalize: for<'a> fn(Fields<'a>, &Event<'a>, &Context<'a>) -> Option<Record<'a>>,
}

/// Every source, in the order in which they are asked.
const SOURCES: &[Source] = &[workmail_email::SOURCE, workmail_audit::SOURCE, cloudtrail::SOURCE];

/// Turns a log event into its OCSF record.
pub fn normalize<'a>(event: &Event<'a>, context: &Context<'a>) -> Record<'a> {
    let Some(fields) = Fields::parse(event.message) else { return other::normalize(event, context) };
    SOURCES
        .iter()
        .find(|source| (source.recognises)(&fields))
        .and_then(|source| (source.normalize)(fields, event, context))
        .unwrap_or_else(|| other::normalize(event, context))
}

const fn transformation(uid: &'static str) -> Transformation {
    Transformation { name: "mailtrail", uid }
}
