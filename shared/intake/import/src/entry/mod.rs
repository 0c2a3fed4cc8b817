//! From an entry of a JSON text to its log events.

mod answer;
mod cloudtrail;
mod insights;
mod workmail;

use mailtrail_subscription::Shape;

use crate::event::Sink;
use crate::items::Layout;

pub(crate) use insights::row_event;
pub(crate) use workmail::{audit_event, organization_of};

/// Hands the events of an entry to the sink. Whether the entry is one of its kind.
pub(crate) type ReadEntry = fn(&str, &mut dyn Sink) -> bool;

/// How the entries of a shape become events.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader {
    pub(crate) layout: Layout,
    pub(crate) read: ReadEntry,
}

impl Reader {
    /// The reader of a shape that is JSON; nothing for others.
    pub(crate) fn of(shape: Shape) -> Option<Self> {
        let lists = Layout::Lists;
        let (layout, read): (Layout, ReadEntry) = match shape {
            Shape::CloudTrailFile | Shape::CloudTrailInsightsFile => {
                (lists(&["Records"]), cloudtrail::record)
            }
            Shape::CloudTrailRecords => (Layout::Documents, cloudtrail::record),
            Shape::LookupEvents => (lists(&["Events"]), cloudtrail::looked_up),
            Shape::FilterLogEvents | Shape::GetLogEvents => (lists(&["events"]), answer::event),
            Shape::LogEventList | Shape::PutLogEvents => (Layout::Documents, answer::event_or_list),
            Shape::InsightsResults => (lists(&["results"]), insights::row),
            Shape::AuditJson => (Layout::Documents, workmail::audit),
            Shape::EmailEventMessages => (Layout::Documents, workmail::email_event),
            _ => return None,
        };
        Some(Self { layout, read })
    }
}
