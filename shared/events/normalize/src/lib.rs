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
//!   keys of the event; unless an operator who knows better names it ([`Context::source`]).
//!
//! A new source is a module and its entries in `source`; CONTRIBUTING.md lists the files.

mod cloudtrail;
mod columns;
mod context;
mod fields;
mod observables;
mod other;
mod prefix;
mod record;
mod source;
mod workmail_audit;
mod workmail_email;

pub use cloudtrail::{is_sign_in, says_failure};
pub use columns::{Columns, UnknownColumns};
pub use context::{Context, Event, InternalDomains};
pub use other::normalize_beginning;
pub use record::Record;
pub use source::{Source, UnknownSource};

use fields::Fields;
use mailtrail_ocsf::Transformation;

/// The version of the mapping as a whole, in `_about/mapping-<version>.json` of the archive. It changes when an event of
/// any source would give another record; the records name the version of their source (`TRANSFORMATION`).
pub const MAPPING_VERSION: &str = "2";

/// Turns a log event into its OCSF record.
pub fn normalize<'a>(event: &Event<'a>, context: &Context<'a>) -> Record<'a> {
    let record = match Fields::parse(event.json()) {
        Some(fields) => source::mapping(&fields, context.source).and_then(|map| map(fields, event, context)),
        None => cloudtrail::normalize_cut_off(event, context),
    };
    record.unwrap_or_else(|| other::normalize(event, context))
}

const fn transformation(uid: &'static str) -> Transformation {
    Transformation { name: "mailtrail", uid }
}
