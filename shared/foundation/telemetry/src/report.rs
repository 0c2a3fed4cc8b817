//! What a function reports: one type per thing that happens, one JSON line each.

use std::io::{self, Write};

use serde::Serialize;

use crate::metrics::{Declaration, Unit};

/// How much a line matters, by what was lost: a warning lost nothing, an error needs an operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Level {
    /// As it should be.
    Info,
    /// Nothing is lost, but an operator should look at it.
    Warn,
    /// Something failed.
    Error,
}

/// A line about a whole invocation: the ledger, as metrics of the function.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the fields are the ledger's, and are documented there")]
pub struct Invocation<'a> {
    #[serde(rename = "_aws")]
    pub aws: Declaration,
    pub level: Level,
    pub message: &'static str,
    pub function: &'a str,
    #[serde(rename = "requestId")]
    pub request_id: &'a str,
    pub received: u64,
    pub control: u64,
    /// Not a metric: a number for who looks at a single invocation.
    pub control_events: u64,
    pub quarantined: u64,
    pub events: u64,
    pub archived: u64,
    pub already: u64,
    pub refused: u64,
    pub decoded_bytes: u64,
    pub duration: u64,
    pub failed: u64,
    pub imbalance: u64,
    /// The objects that it wrote or found; those for which the line has no room are in lines of their own ([`ObjectsReport`]).
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub objects: &'a [ObjectReport<'a>],
}

/// An object that an invocation wrote, or found in its place: a witness outside the archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ObjectReport<'a> {
    /// Its key in the archive.
    pub key: &'a str,
    /// The SHA-256 of the bytes that were sent, in hexadecimal digits.
    pub sha256: &'a str,
    /// Whether it existed before: it has these bytes, unless another version wrote the same events.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub already: bool,
}

/// A line about more objects that an invocation wrote or found.
#[derive(Debug, Clone, Serialize)]
pub struct ObjectsReport<'a> {
    /// How much it matters.
    pub level: Level,
    /// What happened.
    pub message: &'static str,
    /// The function.
    pub function: &'a str,
    /// The invocation.
    #[serde(rename = "requestId")]
    pub request_id: &'a str,
    /// The objects.
    pub objects: &'a [ObjectReport<'a>],
}

impl Invocation<'_> {
    /// The metrics of the line.
    pub const METRICS: &'static [(&'static str, Unit)] = &[
        ("received", Unit::Count),
        ("control", Unit::Count),
        ("quarantined", Unit::Count),
        ("events", Unit::Count),
        ("archived", Unit::Count),
        ("already", Unit::Count),
        ("refused", Unit::Count),
        ("decoded_bytes", Unit::Bytes),
        ("duration", Unit::Milliseconds),
        ("failed", Unit::Count),
        ("imbalance", Unit::Count),
    ];
    /// Its dimensions.
    pub const DIMENSIONS: &'static [&'static str] = &["function"];
}

/// A line about the archived events of one class in an invocation.
#[derive(Debug, Clone, Serialize)]
pub struct ClassReport<'a> {
    /// The declaration of `classified`.
    #[serde(rename = "_aws")]
    pub aws: Declaration,
    /// How much it matters.
    pub level: Level,
    /// What happened.
    pub message: &'static str,
    /// The function.
    pub function: &'a str,
    /// The class, by its name in the archive.
    pub class: &'a str,
    /// The invocation.
    #[serde(rename = "requestId")]
    pub request_id: &'a str,
    /// Events of the class whose object now exists. The sum over the classes is `archived`.
    pub classified: u64,
}

impl ClassReport<'_> {
    /// The metrics of the line.
    pub const METRICS: &'static [(&'static str, Unit)] = &[("classified", Unit::Count)];
    /// Its dimensions.
    pub const DIMENSIONS: &'static [&'static str] = &["function", "class"];
}

/// A line about one stream in an invocation.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the fields are the ledger's, and are documented there")]
pub struct StreamReport<'a> {
    #[serde(rename = "_aws")]
    pub aws: Declaration,
    pub level: Level,
    pub message: &'static str,
    pub function: &'a str,
    pub stream: &'a str,
    #[serde(rename = "requestId")]
    pub request_id: &'a str,
    pub delivered: u64,
    pub gated: u64,
    pub filtered: u64,
    pub undelivered: u64,
}

impl StreamReport<'_> {
    /// The metrics of the line.
    pub const METRICS: &'static [(&'static str, Unit)] = &[
        ("delivered", Unit::Count),
        ("gated", Unit::Count),
        ("filtered", Unit::Count),
        ("undelivered", Unit::Count),
    ];
    /// Its dimensions.
    pub const DIMENSIONS: &'static [&'static str] = &["function", "stream"];
}

/// A line about something that needs a look. The text names reasons and objects, never content.
#[derive(Debug, Clone, Serialize)]
pub struct ProblemReport<'a> {
    /// How much it matters.
    pub level: Level,
    /// What happened, and where it is kept.
    pub message: String,
    /// The function.
    pub function: &'a str,
    /// The invocation.
    #[serde(rename = "requestId")]
    pub request_id: &'a str,
}

/// A line about a setting that is ignored, counted so that an alarm can see it.
#[derive(Debug, Clone, Serialize)]
pub struct SettingReport<'a> {
    /// The declaration of `wrong_settings`.
    #[serde(rename = "_aws")]
    pub aws: Declaration,
    /// How much it matters.
    pub level: Level,
    /// What is wrong, and what is allowed.
    pub message: String,
    /// The function.
    pub function: &'a str,
    /// Always 1.
    pub wrong_settings: u64,
}

impl SettingReport<'_> {
    /// The metrics of the line.
    pub const METRICS: &'static [(&'static str, Unit)] = &[("wrong_settings", Unit::Count)];
    /// Its dimensions.
    pub const DIMENSIONS: &'static [&'static str] = &["function"];
}

/// A line about an entry of the watch list that events of an invocation matched.
#[derive(Debug, Clone, Serialize)]
pub struct WatchReport<'a> {
    /// The declaration of the metrics.
    #[serde(rename = "_aws")]
    pub aws: Declaration,
    /// How much it matters: an error where a notification failed.
    pub level: Level,
    /// What happened.
    pub message: &'static str,
    /// The function.
    pub function: &'a str,
    /// The entry's name.
    pub watch: &'a str,
    /// The invocation.
    #[serde(rename = "requestId")]
    pub request_id: &'a str,
    /// Events that matched the entry.
    pub watched: u64,
    /// Notifications that the topic accepted.
    pub announced: u64,
    /// Notifications that failed.
    pub unannounced: u64,
    /// Why the first of them failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl WatchReport<'_> {
    /// The metrics of the line.
    pub const METRICS: &'static [(&'static str, Unit)] =
        &[("watched", Unit::Count), ("announced", Unit::Count), ("unannounced", Unit::Count)];
    /// Its dimensions.
    pub const DIMENSIONS: &'static [&'static str] = &["function", "watch"];
}

/// A line about the resource policies of one account and Region.
#[derive(Debug, Clone, Serialize)]
pub struct PolicyReport<'a> {
    /// The declaration of the metrics.
    #[serde(rename = "_aws")]
    pub aws: Declaration,
    /// How much it matters.
    pub level: Level,
    /// What happened.
    pub message: &'static str,
    /// The function.
    pub function: &'a str,
    /// The account that was audited.
    pub account: &'a str,
    /// The Region.
    pub region: &'a str,
    /// What was measured.
    #[serde(flatten)]
    pub measured: PolicyMetrics,
    /// 1 where the policies could not be looked at.
    pub audit_failed: u64,
}

/// What an audit measured. What it could not read has no metric: a number would be a guess.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct PolicyMetrics {
    /// Characters of the largest policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub characters: Option<u64>,
    /// Its share of the soft limit, in percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub soft_share: Option<u64>,
    /// Its share of the hard limit, in percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hard_share: Option<u64>,
    /// Policies of the account, of which there may be ten.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policies: Option<u64>,
    /// Entries of log groups that do not exist.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dead_entries: Option<u64>,
    /// Days until the first policy hits the soft limit; very many where none grows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub days_to_limit: Option<i64>,
}

impl PolicyMetrics {
    /// The metrics of the line: those that were measured, and whether the audit failed.
    pub fn declared(&self) -> Vec<(&'static str, Unit)> {
        PolicyReport::METRICS.iter().copied().filter(|(name, _)| self.is_known(name)).collect()
    }

    fn is_known(&self, metric: &str) -> bool {
        match metric {
            "characters" => self.characters.is_some(),
            "soft_share" => self.soft_share.is_some(),
            "hard_share" => self.hard_share.is_some(),
            "policies" => self.policies.is_some(),
            "dead_entries" => self.dead_entries.is_some(),
            "days_to_limit" => self.days_to_limit.is_some(),
            _ => true,
        }
    }
}

impl PolicyReport<'_> {
    /// Its metrics, where everything could be measured.
    pub const METRICS: &'static [(&'static str, Unit)] = &[
        ("characters", Unit::Count),
        ("soft_share", Unit::Percent),
        ("hard_share", Unit::Percent),
        ("policies", Unit::Count),
        ("dead_entries", Unit::Count),
        ("days_to_limit", Unit::Count),
        ("audit_failed", Unit::Count),
    ];
    /// Their dimensions.
    pub const DIMENSIONS: &'static [&'static str] = &["function", "account", "region"];
}

/// A line about what the archive has of the log groups that it is compared with.
#[derive(Debug, Clone, Serialize)]
pub struct CoverageReport<'a> {
    /// The declaration of the metrics.
    #[serde(rename = "_aws")]
    pub aws: Declaration,
    /// How much it matters.
    pub level: Level,
    /// What happened.
    pub message: &'static str,
    /// The function.
    pub function: &'a str,
    /// Log groups.
    pub log_groups: u64,
    /// Days of log groups that this invocation compared.
    pub compared_days: u64,
    /// Those that are left to the next one.
    pub left_days: u64,
    /// Days of log groups of which the archive lacks events, as they were compared last.
    pub gap_days: u64,
    /// The events that it lacks.
    pub missing_events: u64,
    /// Days of which metrics count something, and no such event was logged.
    pub silent_days: u64,
    /// The days for which the oldest one that was never compared has waited since its end.
    pub unchecked_days: u64,
    /// Comparisons that failed.
    pub coverage_failed: u64,
    /// Events that were missing, and that this invocation archived.
    pub filled_events: u64,
    /// Directories of organizations that were not saved, or not whole.
    pub directory_failed: u64,
}

impl CoverageReport<'_> {
    /// The metrics of the line.
    pub const METRICS: &'static [(&'static str, Unit)] = &[
        ("gap_days", Unit::Count),
        ("missing_events", Unit::Count),
        ("silent_days", Unit::Count),
        ("unchecked_days", Unit::Count),
        ("coverage_failed", Unit::Count),
        ("filled_events", Unit::Count),
        ("directory_failed", Unit::Count),
    ];
    /// Their dimensions.
    pub const DIMENSIONS: &'static [&'static str] = &["function"];
}

/// Writes a report as one line of JSON that does nothing to a terminal: reasons quote keys and answers of others.
///
/// # Errors
/// When the line cannot be written.
pub fn write(report: &impl Serialize, out: &mut impl Write) -> io::Result<()> {
    let json = serde_json::to_string(report)?;
    let line = mailtrail_plain_text::escape_json(&json).into_owned() + "\n";
    out.write_all(line.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_does_nothing_to_a_terminal_and_says_the_same() {
        let message = "failed to read `a\u{9b}31m\u{202e}b\u{200b}`".to_owned();
        let report = ProblemReport { level: Level::Warn, message, function: "f", request_id: "r" };
        let mut line = Vec::new();
        write(&report, &mut line).unwrap();
        assert!(line.is_ascii() && line.ends_with(b"}\n"), "{}", String::from_utf8_lossy(&line));
        let read: serde_json::Value = serde_json::from_slice(&line).unwrap();
        assert_eq!(read["message"], report.message.as_str());
    }
}
