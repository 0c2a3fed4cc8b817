//! WorkMail's audit logs as plain text or in the W3C extended log file format
//! (<https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateDelivery.html>).
//!
//! A line names no field. The operator who sets up the delivery chooses fields, order and separator, and the header says them: so an
//! event is the JSON object of its fields, as the log has it in JSON, and can be read without the file.
//!
//! Values are chosen by strangers. So a header counts where a file begins, and where a member of gzip does, which was a file
//! once; further down only what repeats it. Any other line is an event.

use std::borrow::Cow;
use std::io::Read;

use mailtrail_normalize::Columns;
use mailtrail_subscription::names_audit_fields;

use super::{Counts, Lines, next_line};
use crate::Damage;
use crate::entry::audit_event;
use crate::event::{FileEvent, Sink};
use crate::window::Window;

const FIELDS: &str = "#Fields:";
/// <https://www.w3.org/TR/WD-logfile.html>
const DIRECTIVES: [&str; 7] =
    ["#Version:", FIELDS, "#Software:", "#Start-Date:", "#End-Date:", "#Date:", "#Remark:"];
/// So many lines of a header are kept, to know them where they are repeated.
const MOST_KEPT: usize = 16;

/// The lines of an audit log.
pub(crate) struct AuditLines<R> {
    window: Window<R>,
    header: Option<Header>,
    /// Lines of the header, as they stand.
    of_header: Vec<String>,
    /// Whether only lines of a header were read since the file, or a member of it, began.
    is_in_header: bool,
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
        Self { window, header: None, of_header: Vec::new(), is_in_header: true, organization_arn }
    }

    fn read(&mut self, line: &str, sink: &mut dyn Sink, counts: &mut Counts) {
        if line.trim().is_empty() || (self.is_in_header && self.begins_with(line)) {
            return;
        }
        if self.of_header.iter().any(|known| known == line) {
            return;
        }
        self.is_in_header = false;
        counts.headers += u64::from(line.starts_with(FIELDS) || names_audit_fields(line));
        let values = self.header.as_ref().and_then(|header| header.read(line));
        match values.map(|values| self.with_organization(values)) {
            Some(values) => sink.event(audit_event(&values).unwrap_or_else(|| as_it_is(line))),
            None => sink.event(audit_event(line).unwrap_or_else(|| as_it_is(line))),
        }
    }

    /// Takes a line of the header, if this is one.
    fn begins_with(&mut self, line: &str) -> bool {
        if let Some(fields) = line.strip_prefix(FIELDS) {
            self.header = Some(Header::of(fields));
        } else if names_audit_fields(line) {
            self.header = Some(Header::of(line));
        } else if !DIRECTIVES.iter().any(|directive| line.starts_with(directive)) {
            return false;
        }
        if self.of_header.len() < MOST_KEPT {
            self.of_header.push(line.to_owned());
        }
        true
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
        if self.window.is_at_beginning() {
            self.is_in_header = true;
            self.of_header.clear();
        }
        self.window.take(length);
        self.read(text.strip_suffix('\r').unwrap_or(&text), sink, counts);
        Ok(true)
    }
}
