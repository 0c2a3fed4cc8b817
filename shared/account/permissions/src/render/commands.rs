//! The commands of the AWS CLI that do the same.

use std::fmt::Write;

use serde::Serialize;

use super::names;
use crate::catalogue::{Destination, Model, Source};
use crate::documents::Documents;
use crate::setup::Setup;

/// The email events of WorkMail in the table.
const EMAIL_EVENTS: &str = "workmail-events";

/// A script for a POSIX shell: commands of the AWS CLI, each under a comment that says what it is for.
/// Documents stand in it without white space, because their size is limited.
pub fn commands(setup: &Setup<'_>, documents: &Documents) -> Result<String, serde_json::Error> {
    let mut script = Script::new(setup);
    if let Some(policy) = &documents.caller_policy {
        script.say("For whoever sets the logs up: attach this policy to their role.");
        script.run(
            &["iam", "create-policy"],
            &[("policy-name", names::caller_policy(setup)), ("policy-document", compact(policy)?)],
        );
    }
    if setup.destination == Destination::CloudWatchLogs && setup.model != Model::Own {
        script.say("The log group, unless it is there.");
        script.run(&["logs", "create-log-group"], &[("log-group-name", setup.name.clone())]);
    }
    if let Some(policy) = &documents.log_group_policy {
        script.say("An account has room for ten such policies in a Region.");
        script.run(
            &["logs", "put-resource-policy"],
            &[("policy-name", names::log_group_policy(setup)), ("policy-document", compact(policy)?)],
        );
    }
    if let Some(policy) = &documents.bucket_policy {
        script
            .say("This replaces the bucket's policy: where it has one, add these statements to it instead.");
        script.run(
            &["s3api", "put-bucket-policy"],
            &[
                ("bucket", setup.name.clone()),
                ("policy", compact(policy)?),
                ("expected-bucket-owner", setup.place.account().to_owned()),
            ],
        );
        script.say("Where the bucket encrypts with a customer-managed key, its policy needs the statement");
        script.say("`AllowLogsDeliveryToUseTheKey` of key_policy too: see --format json.");
        script.text.push('\n');
    }
    for (key, value) in &documents.stream_tags {
        script.say("AWS sets this tag when the delivery is made; without it nothing is delivered.");
        script.run(
            &["firehose", "tag-delivery-stream"],
            &[("delivery-stream-name", setup.name.clone()), ("tags", format!("Key={key},Value={value}"))],
        );
    }
    script.role(documents)?;
    match (setup.model, &setup.service.source) {
        (Model::V2, Some(source)) => script.deliveries(source),
        _ => script.switch_on(),
    }
    Ok(script.text)
}

struct Script<'a> {
    setup: &'a Setup<'a>,
    text: String,
}

impl<'a> Script<'a> {
    fn new(setup: &'a Setup<'a>) -> Self {
        let mut script = Self { setup, text: String::new() };
        let (service, destination) = (setup.service, setup.destination);
        script.say(&format!("{} to {} ({})", service.name, destination.name(), setup.model));
        script.say(&service.page);
        if service.ended {
            script.say("The service has ended.");
        }
        for note in &service.notes {
            script.say(note);
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
        self.say("The role that the service takes.");
        self.run(
            &["iam", "create-role"],
            &[("role-name", name.clone()), ("assume-role-policy-document", compact(trust)?)],
        );
        self.run(
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
        self.say("Where to, and for each type of log where from: leave out the types that are not wanted.");
        self.run(
            &["logs", "put-delivery-destination"],
            &[
                ("name", destination.clone()),
                (
                    "delivery-destination-configuration",
                    format!("destinationResourceArn={}", setup.destination_arn()),
                ),
            ],
        );
        let destination_arn = setup.place.logs(&format!("delivery-destination:{destination}"));
        for log_type in &source.log_types {
            let name = names::delivery_source(setup, source, log_type);
            self.run(
                &["logs", "put-delivery-source"],
                &[
                    ("name", name.clone()),
                    ("resource-arn", setup.one_source_arn(&source.arn)),
                    ("log-type", log_type.clone()),
                ],
            );
            self.run(
                &["logs", "create-delivery"],
                &[("delivery-source-name", name), ("delivery-destination-arn", destination_arn.clone())],
            );
        }
    }

    /// Logs that the service itself switches on. Of WorkMail's email events the call is known.
    /// <https://docs.aws.amazon.com/workmail/latest/APIReference/API_PutEmailMonitoringConfiguration.html>
    fn switch_on(&mut self) {
        let setup = self.setup;
        let (Some(role), Some(name), EMAIL_EVENTS) =
            (&setup.service.role, Documents::role_name(setup), setup.service.id.as_str())
        else {
            self.say("Then switch the logs on in the service: the page above says how.");
            return;
        };
        let organization = setup.one_source_arn(&role.source_arn);
        let (_, organization) = organization.rsplit_once('/').unwrap_or_default();
        self.say("Switch the logs on.");
        self.run(
            &["workmail", "put-email-monitoring-configuration"],
            &[
                ("organization-id", organization.to_owned()),
                ("role-arn", setup.place.iam(&format!("role/{name}"))),
                ("log-group-arn", setup.destination_arn()),
            ],
        );
    }

    /// A comment. Its text comes from us, and is one line.
    fn say(&mut self, text: &str) {
        self.text.push_str("# ");
        self.text.push_str(text);
        self.text.push('\n');
    }

    /// A command, an option a line.
    fn run(&mut self, operation: &[&str; 2], options: &[(&str, String)]) {
        let [service, operation] = operation;
        // A `String` takes every write.
        let _infallible =
            write!(self.text, "aws {service} {operation} --region {}", self.setup.place.region());
        for (name, value) in options {
            let _infallible = write!(self.text, " \\\n  --{name} {}", shell_words::quote(value));
        }
        self.text.push_str("\n\n");
    }
}

fn compact(document: &impl Serialize) -> Result<String, serde_json::Error> {
    serde_json::to_string(document)
}
