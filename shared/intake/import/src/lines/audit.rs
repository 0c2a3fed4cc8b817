//! WorkMail's audit logs as plain text or in the W3C extended log file format
//! (<https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateDelivery.html>).
//!
//! A line names no field. The operator who sets up the delivery chooses fields, order and separator, and the header says them: so an
//! event is the JSON object of its fields, as the log has it in JSON, and can be read without the file.
//!
//! Values are chosen by strangers. So a header counts where a file begins, and where a member of gzip does, which was a file
//! once; further down only what repeats it. It ends with the names of the fields, and has no moment as a number, which each row
//! has. Any other line is an event.

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

/// Numbers with so many digits are moments: in seconds or milliseconds.
const DIGITS_OF_A_MOMENT: usize = 10;
/// The field that has it.
const MOMENT: &str = "event_timestamp";

/// The lines of an audit log.
pub(crate) struct AuditLines<R> {
    window: Window<R>,
    header: Option<Header>,
    /// Lines of the header, as they stand.
    of_header: Vec<String>,
    section: Section,
    /// The organization, where the path says it and no field does.
    organization_arn: Option<String>,
}

/// Where a line stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Section {
    /// At the beginning of the file, or of a member.
    Beginning,
    /// After directives without the names of the fields.
    Directives,
    /// After the names of the fields.
    Rows,
}

/// The fields, by what separates the values. A header may have spaces where the lines have tabs.
struct Header {
    as_written: Option<Columns>,
    with_tabs: Option<Columns>,
    has_moment: bool,
}

impl<R: Read> AuditLines<R> {
    /// The lines of a text. `fields` holds where there is no header, and until there is one.
    pub(crate) fn new(window: Window<R>, organization_arn: Option<String>, fields: Option<&str>) -> Self {
        let (header, section) = (fields.map(Header::of), Section::Beginning);
        Self { window, header, of_header: Vec::new(), section, organization_arn }
    }

    fn read(&mut self, line: &str, sink: &mut dyn Sink, counts: &mut Counts) {
        if line.trim().is_empty()
            || self.of_header.iter().any(|known| known == line)
            || self.begins_with(line)
        {
            return;
        }
        self.section = Section::Rows;
        counts.headers += u64::from(line.starts_with(FIELDS) || names_audit_fields(line));
        // Some lines of a log are whole documents.
        if let Some(event) = audit_event(line) {
            return sink.event(event);
        }
        let values = self.header.as_ref().and_then(|header| header.read(line));
        let values = values.map(|values| self.with_organization(values));
        sink.event(values.as_deref().and_then(audit_event).unwrap_or_else(|| as_it_is(line)));
    }

    /// Takes a line of the header, if this is one.
    fn begins_with(&mut self, line: &str) -> bool {
        // Rows of a log without moments look like any header.
        let can_be_told = self.header.as_ref().is_none_or(|header| header.has_moment);
        if self.section == Section::Rows || !can_be_told || has_moment(line) {
            return false;
        }
        let is_directive = DIRECTIVES.iter().any(|directive| line.starts_with(directive));
        let fields = line.strip_prefix(FIELDS);
        if let Some(fields) = fields {
            self.begin(fields, line);
        } else if is_directive {
            self.section = Section::Directives;
            self.keep(line);
        } else if self.section == Section::Beginning && names_audit_fields(line) {
            self.begin(line, line);
        } else {
            return false;
        }
        true
    }

    /// Goes on with the fields of another header, or of the first.
    fn begin(&mut self, fields: &str, line: &str) {
        if self.section == Section::Beginning {
            self.of_header.clear();
        }
        self.header = Some(Header::of(fields));
        self.section = Section::Rows;
        self.keep(line);
    }

    fn keep(&mut self, line: &str) {
        if self.of_header.len() < MOST_KEPT {
            self.of_header.push(line.to_owned());
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

/// Whether a number in it may be a moment.
fn has_moment(line: &str) -> bool {
    line.split(|letter: char| !letter.is_ascii_digit()).any(|number| number.len() >= DIGITS_OF_A_MOMENT)
}

/// A line that has not as many values as the header has names.
fn as_it_is(line: &str) -> FileEvent<'_> {
    FileEvent { message: Cow::Borrowed(line), ..FileEvent::default() }
}

impl Header {
    fn of(fields: &str) -> Self {
        let fields = fields.trim();
        let names: Vec<&str> = fields.split_ascii_whitespace().collect();
        let (as_written, with_tabs) = (fields.parse().ok(), names.join("\\t").parse().ok());
        let has_moment = fields
            .split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
            .any(|name| name == MOMENT);
        Self { as_written, with_tabs, has_moment }
    }

    fn read(&self, line: &str) -> Option<String> {
        // A value may begin like that, but no row is without a moment.
        if line.starts_with(['#', '{']) && !has_moment(line) {
            return None;
        }
        let columns = if line.contains('\t') { self.with_tabs.as_ref() } else { None };
        columns.or(self.as_written.as_ref())?.row(line)
    }
}

impl<R: Read> Lines for AuditLines<R> {
    fn advance(&mut self, sink: &mut dyn Sink, counts: &mut Counts) -> Result<bool, Damage> {
        let row = |line: &str| self.header.as_ref().and_then(|header| header.read(line));
        let are_two = |before: &str, after: &str| {
            let is_header =
                names_audit_fields(after) || DIRECTIVES.iter().any(|directive| after.starts_with(directive));
            row(before).is_some() && (is_header || row(after).is_some())
        };
        let Some(line) = next_line(&mut self.window, counts, are_two)? else { return Ok(false) };
        let (text, length) = (line.text().into_owned(), line.length);
        if self.window.is_at_beginning() {
            self.section = Section::Beginning;
        }
        self.window.take(length);
        self.read(text.strip_suffix('\r').unwrap_or(&text), sink, counts);
        Ok(true)
    }
}
