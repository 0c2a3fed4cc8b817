//! A script of AWS CLI commands.

use std::fmt::Write;

use serde::Serialize;

use super::names;
use crate::catalogue::{Destination, Model, Source};
use crate::documents::Documents;
use crate::setup::{EMAIL_EVENTS, Setup};

/// A script for a POSIX shell: AWS CLI commands, each under a comment that explains it. Documents are without white space,
/// because AWS limits their size.
pub fn commands(setup: &Setup<'_>, documents: &Documents) -> Result<String, serde_json::Error> {
    let mut script = ShellScript::new(setup);
    if let Some(policy) = &documents.caller_policy {
        script.comment("For the caller that configures the logs: attach this policy to its role.");
        script.command(
            &["iam", "create-policy"],
            &[("policy-name", names::caller_policy(setup)), ("policy-document", compact(policy)?)],
        );
    }
    if setup.destination == Destination::CloudWatchLogs && setup.model != Model::Own {
        script.comment("The log group, if it does not exist.");
        script.command(&["logs", "create-log-group"], &[("log-group-name", setup.name.clone())]);
    }
    if let Some(policy) = &documents.log_group_policy {
        script.comment("The quota is 10 such policies in an account and Region.");
        script.command(
            &["logs", "put-resource-policy"],
            &[("policy-name", names::log_group_policy(setup)), ("policy-document", compact(policy)?)],
        );
    }
    if let Some(policy) = &documents.bucket_policy {
        script
            .comment("This replaces the bucket policy: if there is one, add these statements to it instead.");
        script.command(
            &["s3api", "put-bucket-policy"],
            &[
                ("bucket", setup.name.clone()),
                ("policy", compact(policy)?),
                ("expected-bucket-owner", setup.account_region.account().to_owned()),
            ],
        );
        script.comment(
            "If the bucket encrypts with a customer-managed key, its key policy needs the statement",
        );
        script.comment("`AllowLogsDeliveryToUseTheKey` of key_policy as well: see --format json.");
        script.text.push('\n');
    }
    for (key, value) in &documents.stream_tags {
        script.comment("AWS sets this tag when the delivery is created; without it nothing is delivered.");
        script.command(
            &["firehose", "tag-delivery-stream"],
            &[("delivery-stream-name", setup.name.clone()), ("tags", format!("Key={key},Value={value}"))],
        );
    }
    script.role(documents)?;
    match (setup.model, &setup.service.source) {
        (Model::V2, Some(source)) => script.deliveries(source),
        _ => script.enable(),
    }
    Ok(script.text)
}

struct ShellScript<'a> {
    setup: &'a Setup<'a>,
    text: String,
}

impl<'a> ShellScript<'a> {
    fn new(setup: &'a Setup<'a>) -> Self {
        let mut script = Self { setup, text: String::new() };
        let (service, destination) = (setup.service, setup.destination);
        script.comment(&format!("{} to {} ({})", service.name, destination.name(), setup.model));
        script.comment(&service.page);
        if service.ended {
            script.comment("The service has ended.");
        }
        for note in &service.notes {
            script.comment(note);
        }
        script.text.push('\n');
        script
    }

    fn role(&mut self, documents: &Documents) -> Result<(), serde_json::Error> {
        let (Some(name), Some(trust), Some(policy)) =
            (Documents::role_name(self.setup), &documents.role_trust_policy, &documents.role_policy)
        else {
            return Ok(());
        };
        self.comment("The role that the service assumes.");
        self.command(
            &["iam", "create-role"],
            &[("role-name", name.clone()), ("assume-role-policy-document", compact(trust)?)],
        );
        self.command(
            &["iam", "put-role-policy"],
            &[
                ("role-name", name),
                ("policy-name", "write-logs".to_owned()),
                ("policy-document", compact(policy)?),
            ],
        );
        Ok(())
    }

    /// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-vended-logs-permissions-V2.html>
    fn deliveries(&mut self, source: &Source) {
        let setup = self.setup;
        let destination = names::delivery_destination(setup);
        self.comment("The destination, and a source and a delivery for each log type: omit the log types that are not needed.");
        self.command(
            &["logs", "put-delivery-destination"],
            &[
                ("name", destination.clone()),
                (
                    "delivery-destination-configuration",
                    format!("destinationResourceArn={}", setup.destination_arn()),
                ),
            ],
        );
        let destination_arn = setup.account_region.logs(&format!("delivery-destination:{destination}"));
        for log_type in &source.log_types {
            let name = names::delivery_source(setup, source, log_type);
            self.command(
                &["logs", "put-delivery-source"],
                &[
                    ("name", name.clone()),
                    ("resource-arn", setup.one_source_arn(&source.arn)),
                    ("log-type", log_type.clone()),
                ],
            );
            self.command(
                &["logs", "create-delivery"],
                &[("delivery-source-name", name), ("delivery-destination-arn", destination_arn.clone())],
            );
        }
    }

    /// Logs that the service itself enables. The catalogue has the call for WorkMail email events only.
    /// <https://docs.aws.amazon.com/workmail/latest/APIReference/API_PutEmailMonitoringConfiguration.html>
    fn enable(&mut self) {
        let setup = self.setup;
        let (Some(role), Some(name), EMAIL_EVENTS) =
            (&setup.service.role, Documents::role_name(setup), setup.service.id.as_str())
        else {
            self.comment("Then enable the logs in the service, as the page above describes.");
            return;
        };
        let organization = setup.one_source_arn(&role.source_arn);
        let (_, organization) = organization.rsplit_once('/').unwrap_or_default();
        self.comment("Enable the logs.");
        self.command(
            &["workmail", "put-email-monitoring-configuration"],
            &[
                ("organization-id", organization.to_owned()),
                ("role-arn", setup.account_region.iam(&format!("role/{name}"))),
                ("log-group-arn", setup.destination_arn()),
            ],
        );
    }

    /// A comment of one line. The text is from the catalogue.
    fn comment(&mut self, text: &str) {
        self.text.push_str("# ");
        self.text.push_str(text);
        self.text.push('\n');
    }

    /// A command, with one option a line.
    fn command(&mut self, operation: &[&str; 2], options: &[(&str, String)]) {
        let [service, operation] = operation;
        // A `String` takes every write.
        let _infallible =
            write!(self.text, "aws {service} {operation} --region {}", self.setup.account_region.region());
        for (name, value) in options {
            let _infallible =
                write!(self.text, " \\\n  --{name} {}", mailtrail_plain_text::shell_word(value));
        }
        self.text.push_str("\n\n");
    }
}

fn compact(document: &impl Serialize) -> Result<String, serde_json::Error> {
    serde_json::to_string(document)
}
