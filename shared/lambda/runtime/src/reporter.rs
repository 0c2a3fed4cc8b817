//! Lines on standard output, which Lambda hands to CloudWatch Logs.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::io;

use mailtrail_archive::Witness;
use mailtrail_clock::now;
use mailtrail_config::{Environment, settings};
use mailtrail_delivery::{Ledger, StreamLedger};
use mailtrail_pipeline::Watched;
use mailtrail_telemetry::metrics::Declaration;
use mailtrail_telemetry::report::{
    self, ClassReport, CoverageReport, Invocation, Level, ObjectReport, ObjectsReport, PolicyReport,
    ProblemReport, SettingReport, StreamReport, WatchReport,
};
use serde::Serialize;

use crate::objects;

/// Writes the function's reports.
#[derive(Debug, Clone)]
pub struct Reporter {
    function: String,
}

/// What is reported of an invocation besides its ledger.
pub(crate) struct InvocationDetails<'a> {
    pub(crate) request_id: &'a str,
    pub(crate) decoded_bytes: u64,
    pub(crate) milliseconds: u64,
    /// Payloads that failed.
    pub(crate) failed: u64,
    /// Every object that it wrote or found.
    pub(crate) witnesses: Vec<&'a Witness>,
}

impl Reporter {
    /// A reporter with the name that Lambda sets, or else `name`.
    pub fn new(environment: &Environment, name: &str) -> Self {
        let name = environment.get(settings::FUNCTION_NAME).unwrap_or(name);
        Self { function: name.to_owned() }
    }

    /// The function's name.
    pub fn function(&self) -> &str {
        &self.function
    }

    /// One line for the invocation (and more where it wrote many objects), one for each class of its events, and one for
    /// each stream that got or missed events.
    pub(crate) fn invocation(&self, ledger: &Ledger, details: &InvocationDetails<'_>) {
        let level = match (details.failed, ledger.balanced(), ledger.quarantined_payloads) {
            (0, true, 0) => Level::Info,
            (0, true, _) => Level::Warn,
            _ => Level::Error,
        };
        let objects: Vec<_> = details
            .witnesses
            .iter()
            .map(|Witness { key, sha256, already }| ObjectReport { key, sha256, already: *already })
            .collect();
        let mut lines = objects::lines(&objects).into_iter();
        write(&Invocation {
            aws: Declaration::new(now(), Invocation::DIMENSIONS, Invocation::METRICS),
            level,
            message: "invocation",
            function: &self.function,
            request_id: details.request_id,
            received: ledger.payloads,
            control: ledger.control_messages,
            control_events: ledger.control_events,
            quarantined: ledger.quarantined_payloads,
            events: ledger.events,
            archived: ledger.archived,
            already: ledger.already,
            refused: ledger.refused,
            decoded_bytes: details.decoded_bytes,
            duration: details.milliseconds,
            failed: details.failed,
            // A payload that failed is not accounted for, and is reported as such.
            imbalance: u64::from(details.failed == 0 && !ledger.balanced()),
            objects: lines.next().unwrap_or_default(),
        });
        for objects in lines {
            let (function, request_id) = (self.function.as_str(), details.request_id);
            write(&ObjectsReport { level: Level::Info, message: "objects", function, request_id, objects });
        }
        for class in self.classes(ledger, details) {
            write(&class);
        }
        for stream in ledger.streams.iter().filter(|stream| **stream != StreamLedger::new(&stream.stream)) {
            self.stream(stream, details);
        }
    }

    fn classes<'r>(
        &'r self,
        ledger: &'r Ledger,
        details: &'r InvocationDetails<'_>,
    ) -> impl Iterator<Item = ClassReport<'r>> {
        ledger.by_class.iter().map(|(&class, &classified)| ClassReport {
            aws: Declaration::new(now(), ClassReport::DIMENSIONS, ClassReport::METRICS),
            level: Level::Info,
            message: "class",
            function: &self.function,
            class,
            request_id: details.request_id,
            classified,
        })
    }

    fn stream(&self, stream: &StreamLedger, details: &InvocationDetails<'_>) {
        write(&StreamReport {
            aws: Declaration::new(now(), StreamReport::DIMENSIONS, StreamReport::METRICS),
            level: if stream.undelivered > 0 { Level::Error } else { Level::Info },
            message: "stream",
            function: &self.function,
            stream: &stream.stream,
            request_id: details.request_id,
            delivered: stream.delivered,
            gated: stream.gated,
            filtered: stream.filtered,
            undelivered: stream.undelivered,
        });
    }

    /// One line for each entry of the watch list that events matched.
    pub(crate) fn watched<'w>(&self, request_id: &str, watched: impl Iterator<Item = &'w Watched>) {
        let mut by_watch: BTreeMap<&str, Vec<&Watched>> = BTreeMap::new();
        for one in watched {
            by_watch.entry(&one.watch).or_default().push(one);
        }
        for (watch, seen) in by_watch {
            let count = |took| seen.iter().filter(|one| one.was_announced() == Some(took)).count() as u64;
            let reason = seen.iter().find_map(|one| one.announced.as_ref()?.as_ref().err());
            write(&WatchReport {
                aws: Declaration::new(now(), WatchReport::DIMENSIONS, WatchReport::METRICS),
                level: if reason.is_some() { Level::Error } else { Level::Info },
                message: "watch",
                function: &self.function,
                watch,
                request_id,
                watched: seen.iter().map(|one| one.events).sum(),
                announced: count(true),
                unannounced: count(false),
                reason: reason.map(ToString::to_string),
            });
        }
    }

    /// One line for the policies of an account in a Region.
    pub fn policy(&self, report: &PolicyReport<'_>) {
        write(report);
    }

    /// One line for what the archive has of the log groups.
    pub fn coverage(&self, report: &CoverageReport<'_>) {
        write(report);
    }

    /// Nothing is lost, but an operator should look at it.
    pub fn problem(&self, request_id: &str, problem: &impl Display) {
        let level = Level::Warn;
        write(&ProblemReport { level, message: problem.to_string(), function: &self.function, request_id });
    }

    /// A payload is not archived, and must be sent again.
    pub fn failure(&self, request_id: &str, reason: &str) {
        let (level, message) = (Level::Error, reason.to_owned());
        write(&ProblemReport { level, message, function: &self.function, request_id });
    }

    /// A setting is invalid, and its default applies.
    pub fn ignored_setting(&self, error: &impl Display) {
        write(&SettingReport {
            aws: Declaration::new(now(), SettingReport::DIMENSIONS, SettingReport::METRICS),
            level: Level::Error,
            message: format!("{error}; setting ignored"),
            function: &self.function,
            wrong_settings: 1,
        });
    }

    /// The function does not start.
    pub(crate) fn failed_to_start(&self, reason: &str) {
        let message = format!("failed to start: {reason}");
        write(&ProblemReport { level: Level::Error, message, function: &self.function, request_id: "" });
    }
}

/// Writes a line. A log that cannot be written to must not stop anything.
fn write(report: &impl Serialize) {
    let _unwritable = report::write(report, &mut io::stdout().lock());
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const DETAILS: InvocationDetails<'static> = InvocationDetails {
        request_id: "example",
        decoded_bytes: 0,
        milliseconds: 0,
        failed: 0,
        witnesses: Vec::new(),
    };

    fn reporter() -> Reporter {
        Reporter { function: "workmail-events".to_owned() }
    }

    fn lines_of(ledger: &Ledger) -> Vec<Value> {
        let reporter = reporter();
        reporter.classes(ledger, &DETAILS).map(|line| serde_json::to_value(line).unwrap()).collect()
    }

    #[test]
    fn every_class_of_an_invocation_is_a_line_with_its_events() {
        let by_class = BTreeMap::from([("base_event", 2), ("email_activity", 5)]);
        let lines = lines_of(&Ledger { events: 7, archived: 7, by_class, ..Ledger::default() });
        let counted: Vec<_> = lines.iter().map(|line| (&line["class"], &line["classified"])).collect();
        assert_eq!(counted, [(&json!("base_event"), &json!(2)), (&json!("email_activity"), &json!(5))]);
    }

    #[test]
    fn the_metric_of_a_class_has_the_function_and_the_class_as_dimensions_which_stand_in_the_line() {
        let by_class = BTreeMap::from([("email_activity", 1)]);
        let [line] = &lines_of(&Ledger { by_class, ..Ledger::default() })[..] else { panic!("one line") };
        let directive = &line["_aws"]["CloudWatchMetrics"][0];
        assert_eq!(directive["Dimensions"], json!([["function", "class"]]));
        assert_eq!(directive["Metrics"], json!([{"Name": "classified", "Unit": "Count"}]));
        for name in ["function", "class", "classified"] {
            assert!(!line[name].is_null(), "{name}");
        }
    }

    #[test]
    fn an_invocation_without_archived_events_has_no_line_about_classes() {
        assert!(lines_of(&Ledger { payloads: 1, control_messages: 1, ..Ledger::default() }).is_empty());
    }
}
