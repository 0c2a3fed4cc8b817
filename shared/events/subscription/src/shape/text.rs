//! Text, by its first lines.

use super::Shape;

/// Fields of WorkMail's audit logs.
const AUDIT_FIELDS: [&str; 5] =
    ["event_timestamp", "request_id", "organization_arn", "user_id", "auth_successful"];
/// What `CreateExportTask` writes into `aws-logs-write-test`.
const EXPORT_TASK_TEST: &str = "Permission Check Successful";

/// So many lines are looked at for one that begins with a time.
const LOOKED_AT: usize = 64;

/// What a text is, where one of its first lines tells.
pub(super) fn shape(text: &str) -> Option<Shape> {
    let mut lines = text.lines();
    let first = lines.next().unwrap_or_default();
    if first.starts_with("#Version:") || first.starts_with("#Fields:") {
        let fields = text.lines().take(8).find_map(|line| line.strip_prefix("#Fields:"));
        let audit = fields.is_some_and(names_audit_fields);
        return Some(if audit { Shape::AuditW3c } else { Shape::W3cLog });
    }
    if first.split(',').any(|name| ["@timestamp", "@message"].contains(&name.trim_matches('"'))) {
        return Some(Shape::InsightsResults);
    }
    if names_audit_fields(first) {
        return Some(Shape::AuditPlain);
    }
    if first.trim() == EXPORT_TASK_TEST {
        return Some(Shape::ExportTaskTest);
    }
    if is_base64_of_gzip(text) {
        return Some(Shape::Base64Gzip);
    }
    if after_time(first) == Some("+00:00") {
        return Some(Shape::LogsTail);
    }
    // An object of an export task may begin with the end of an event.
    let is_exported = text.lines().take(LOOKED_AT).any(|line| after_time(line) == Some("Z"));
    is_exported.then_some(Shape::ExportTaskObject)
}

/// Whether a line is the header of a WorkMail audit log: names alone, separated by white space or commas, of which two are those
/// of its fields.
pub fn names_audit_fields(line: &str) -> bool {
    let names: Vec<_> = line.split([' ', '\t', ',', '|', ';']).filter(|name| !name.is_empty()).collect();
    let is_name = |name: &&str| {
        !name.starts_with(|first: char| first.is_ascii_digit())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    let known = names.iter().filter(|name| AUDIT_FIELDS.contains(name)).count();
    known >= 2 && names.iter().all(is_name)
}

/// What stands between the time that a line begins with, in the form of ISO 8601, and the space after it.
fn after_time(line: &str) -> Option<&str> {
    const FORM: &[u8] = b"0000-00-00T00:00:00";
    let (time, _) = line.split_once(' ')?;
    let fits = |(at, byte): (usize, &u8)| match FORM[at] {
        b'0' => byte.is_ascii_digit(),
        sign => *byte == sign,
    };
    let begins = time.len() > FORM.len()
        && time.bytes().take(FORM.len()).collect::<Vec<_>>().iter().enumerate().all(fits);
    let rest = time.get(FORM.len()..).filter(|_| begins)?;
    Some(
        rest.strip_prefix('.')
            .map_or(rest, |fraction| fraction.trim_start_matches(|c: char| c.is_ascii_digit())),
    )
}

/// `H4sI` is the base64 of gzip's first three bytes.
fn is_base64_of_gzip(text: &str) -> bool {
    let in_base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=\r\n".contains(&byte);
    text.starts_with("H4sI") && text.trim_end().bytes().all(in_base64)
}
