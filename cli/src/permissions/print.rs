//! The table of services, and remarks about the documents.

use std::fmt::Write;

use mailtrail_permissions::{Catalogue, Destination, Documents, Model, Service, Setup};

use super::args::Format;
use crate::output::{BOLD, FAINT, WARNING, paint};

/// All services, one a line.
pub(super) fn table(catalogue: &Catalogue) -> String {
    let widest = catalogue.services().iter().map(|service| service.id.len()).max().unwrap_or_default();
    let mut text = String::new();
    let header =
        format!("{:widest$}  {:15}  {:4}  {:8}  {}", "SERVICE", "CLOUDWATCH-LOGS", "S3", "FIREHOSE", "LOGS");
    // A `String` takes every write.
    let _infallible = writeln!(text, "{}", paint(BOLD, header));
    for service in catalogue.services() {
        let [logs, s3, firehose] = Destination::ALL
            .map(|to| service.destinations.get(&to).map_or_else(|| "–".to_owned(), ToString::to_string));
        let ended = if service.ended { " (ended)" } else { "" };
        let name = paint(FAINT, format!("{}{ended}", service.name));
        let _infallible = writeln!(text, "{:widest$}  {logs:15}  {s3:4}  {firehose:8}  {name}", service.id);
    }
    text
}

/// Remarks about the documents. A script has most of them as comments.
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
            notes.push("Not in the template: the key policy; see key_policy in --format json".to_owned());
        }
        if setup.model() != Model::V2 {
            notes.push("Not in the template: the call that enables the logs in the service".to_owned());
        }
    }
    let examples = examples(setup.examples());
    notes.extend(examples.map(|examples| format!("{} {examples}", paint(WARNING, "!"))));
    notes
}

/// The remark where there are no documents.
pub(super) fn no_documents(service: &Service) -> String {
    let mark = paint(WARNING, "!");
    format!(
        "{mark} {} is allowed to log there by a mechanism of its own: see {}",
        service.name,
        [vec![service.page.clone()], service.notes.clone()].concat().join("\n  ")
    )
}

/// The inputs that are examples.
fn examples(inputs: &[&str]) -> Option<String> {
    let (last, others) = inputs.split_last()?;
    let (named, verb) = if others.is_empty() {
        ((*last).to_owned(), "is an example")
    } else {
        (format!("{} and {last}", others.join(", ")), "are examples")
    };
    Some(format!("{named} {verb}: replace by your own"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_are_named() {
        assert_eq!(examples(&[]), None);
        assert_eq!(examples(&["account"]).unwrap(), "account is an example: replace by your own");
        assert_eq!(
            examples(&["account", "Region", "bucket"]).unwrap(),
            "account, Region and bucket are examples: replace by your own"
        );
    }
}
