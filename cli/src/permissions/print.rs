//! What people read: the table of services, and notes.

use std::fmt::Write;

use mailtrail_permissions::{Catalogue, Destination, Documents, Model, Service, Setup};

use super::args::Format;
use crate::output::{BOLD, FAINT, LOOK, paint};

/// Every service, in columns.
pub(super) fn table(catalogue: &Catalogue) -> String {
    let widest = catalogue.services().iter().map(|service| service.id.len()).max().unwrap_or_default();
    let mut text = String::new();
    let heads =
        format!("{:widest$}  {:15}  {:4}  {:8}  {}", "SERVICE", "CLOUDWATCH-LOGS", "S3", "FIREHOSE", "LOGS");
    // A `String` takes every write.
    let _infallible = writeln!(text, "{}", paint(BOLD, heads));
    for service in catalogue.services() {
        let [logs, s3, firehose] = Destination::ALL
            .map(|to| service.destinations.get(&to).map_or_else(|| "–".to_owned(), ToString::to_string));
        let ended = if service.ended { " (ended)" } else { "" };
        let name = paint(FAINT, format!("{}{ended}", service.name));
        let _infallible = writeln!(text, "{:widest$}  {logs:15}  {s3:4}  {firehose:8}  {name}", service.id);
    }
    text
}

/// Every service, an object a line.
pub(super) fn lines(catalogue: &Catalogue) -> serde_json::Result<String> {
    let mut text = String::new();
    for service in catalogue.services() {
        text.push_str(&serde_json::to_string(service)?);
        text.push('\n');
    }
    Ok(text)
}

/// What else one should know about what was printed. Commands say the most of it in their own comments.
pub(super) fn notes(setup: &Setup<'_>, documents: &Documents, format: Format) -> Vec<String> {
    let service = setup.service();
    let mut notes = Vec::new();
    if format != Format::Cli {
        notes.push(format!("{}: {}", service.name, service.page));
        notes.extend(service.ended.then(|| format!("{} has ended", service.name)));
        notes.extend(service.notes.iter().cloned());
    }
    if format == Format::Cloudformation {
        if documents.key_policy.is_some() {
            notes.push(
                "Not in the template: the policy of the key; see key_policy of --format json".to_owned(),
            );
        }
        if setup.model() != Model::V2 {
            notes.push("Not in the template: the logs are switched on in the service itself".to_owned());
        }
    }
    let examples = examples(setup.examples());
    notes.extend(examples.map(|examples| format!("{} {examples}", paint(LOOK, "!"))));
    notes
}

/// Why there is nothing to print.
pub(super) fn nothing(service: &Service) -> String {
    let mark = paint(LOOK, "!");
    format!(
        "{mark} {} gets its permissions there in a way of its own: see {}",
        service.name,
        [vec![service.page.clone()], service.notes.clone()].concat().join("\n  ")
    )
}

/// What was not given, so that nobody takes an example for their own.
fn examples(what: &[&str]) -> Option<String> {
    let (last, others) = what.split_last()?;
    let (named, verb) = if others.is_empty() {
        ((*last).to_owned(), "is an example")
    } else {
        (format!("{} and {last}", others.join(", ")), "are examples")
    };
    Some(format!("{named} {verb}: give your own"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_are_named() {
        assert_eq!(examples(&[]), None);
        assert_eq!(examples(&["account"]).unwrap(), "account is an example: give your own");
        assert_eq!(
            examples(&["account", "Region", "bucket"]).unwrap(),
            "account, Region and bucket are examples: give your own"
        );
    }
}
