//! WorkMail's audit logs as plain text or in the W3C extended log file format
//! (<https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateDelivery.html>).
//!
//! A line names no field. The operator who sets up the delivery chooses fields, order and separator, and the header says them: so an
//! event is the JSON object of its fields, as the log has it in JSON, and can be read without the file.

use std::borrow::Cow;
use std::io::Read;

use mailtrail_normalize::Columns;

use super::{Counts, Lines, next_line};
use crate::Damage;
use crate::entry::audit_event;
use crate::event::{FileEvent, Sink};
use crate::window::Window;

const FIELDS: &str = "#Fields:";
/// A field that every header has.
const TIMESTAMP: &str = "event_timestamp";

/// The lines of an audit log.
pub(crate) struct AuditLines<R> {
    window: Window<R>,
    header: Option<Header>,
    /// The organization, where the path says it and no field does.
    organization_arn: Option<String>,
}

/// The fields, by what separates the values. A header may have spaces where the lines have tabs.
struct Header {
    as_written: Option<Columns>,
    with_tabs: Option<Columns>,
}

impl<R: Read> AuditLines<R> {
    pub(crate) fn new(window: Window<R>, organization_arn: Option<String>) -> Self {
        Self { window, header: None, organization_arn }
    }

    fn read(&mut self, line: &str, sink: &mut dyn Sink, counts: &mut Counts) {
        if let Some(fields) = line.strip_prefix(FIELDS) {
            self.header = Some(Header::of(fields));
        } else if line.starts_with('#') || line.trim().is_empty() {
            // A directive that says nothing of the fields.
        } else if self.header.is_none() || is_header(line) {
            self.header = Some(Header::of(line));
        } else if let Some(values) = self.header.as_ref().and_then(|header| header.read(line)) {
            let values = self.with_organization(values);
            sink.event(audit_event(&values).unwrap_or_else(|| as_it_is(line)));
        } else if line.starts_with('{') {
            // A document of another delivery.
            counts.other += 1;
        } else {
            sink.event(as_it_is(line));
        }
    }

    /// The values with the organization that the path names.
    fn with_organization(&self, values: String) -> String {
        match &self.organization_arn {
            Some(arn) if !values.contains("\"organization_arn\"") => {
                let rest = values.strip_prefix('{').unwrap_or(&values);
                let comma = if rest == "}" { "" } else { "," };
                // An ARN has no character that JSON escapes: its parts were checked.
                format!("{{\"organization_arn\":\"{arn}\"{comma}{rest}")
            }
            _ => values,
        }
    }
}

/// A line that has not as many values as the header has names.
fn as_it_is(line: &str) -> FileEvent<'_> {
    FileEvent { message: Cow::Borrowed(line), ..FileEvent::default() }
}

/// Whether a line is a header again, as where objects were joined.
fn is_header(line: &str) -> bool {
    line.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_'))
        .any(|name| name == TIMESTAMP)
}

impl Header {
    fn of(fields: &str) -> Self {
        let fields = fields.trim();
        let names: Vec<&str> = fields.split_ascii_whitespace().collect();
        Self { as_written: fields.parse().ok(), with_tabs: names.join("\\t").parse().ok() }
    }

    fn read(&self, line: &str) -> Option<String> {
        let columns = if line.contains('\t') { self.with_tabs.as_ref() } else { None };
        columns.or(self.as_written.as_ref())?.read(line)
    }
}

impl<R: Read> Lines for AuditLines<R> {
    fn advance(&mut self, sink: &mut dyn Sink, counts: &mut Counts) -> Result<bool, Damage> {
        let Some(line) = next_line(&mut self.window, counts)? else { return Ok(false) };
        let (text, length) = (line.text().into_owned(), line.length);
        self.window.take(length);
        self.read(text.strip_suffix('\r').unwrap_or(&text), sink, counts);
        Ok(true)
    }
}
