//! What is there in one account and Region.

use std::collections::BTreeMap;

use aws_sdk_cloudwatchlogs::types;
use mailtrail_aws_client::Deadline;
use mailtrail_policy_survey::{Account, CallError};

/// The AWS of one account and Region.
#[derive(Debug, Clone)]
pub(crate) struct Aws<'a> {
    pub(crate) account: &'a Account,
    pub(crate) lambda: aws_sdk_lambda::Client,
    pub(crate) deadline: Deadline,
}

/// What was found where a change is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Seen {
    /// What the change begins with; of a log group's policy, with its revision.
    Before(Option<String>),
    /// What the change comes to.
    After,
    /// Something else.
    Other(String),
    /// Nothing, where the change begins with something and comes to something.
    Gone,
    /// Not looked at: to send the change again changes nothing.
    NotLooked,
}

impl<'a> Aws<'a> {
    pub(crate) fn new(account: &'a Account, deadline: Deadline) -> Self {
        Self { account, lambda: aws_sdk_lambda::Client::new(&account.config), deadline }
    }

    /// The ARN of a log group here, without `:*`.
    pub(crate) fn group_arn(&self, name: &str) -> String {
        self.account.log_group_arn(name)
    }

    /// A log group, if it is there.
    pub(crate) async fn log_group(&self, name: &str) -> Result<Option<types::LogGroup>, CallError> {
        self.account.log_group(name, self.deadline).await
    }

    /// The tags of a log group, a destination …, by ARN.
    pub(crate) async fn tags(&self, arn: &str) -> Result<BTreeMap<String, String>, CallError> {
        let (calls, logs) = (&self.account.calls, &self.account.logs);
        let tags = calls.run("ListTagsForResource", self.deadline, || {
            logs.list_tags_for_resource().resource_arn(arn).send()
        });
        Ok(tags.await?.tags.unwrap_or_default().into_iter().collect())
    }

    /// A delivery destination, if it is there.
    pub(crate) async fn destination(
        &self,
        name: &str,
    ) -> Result<Option<types::DeliveryDestination>, CallError> {
        let (calls, logs) = (&self.account.calls, &self.account.logs);
        let found = calls.run("GetDeliveryDestination", self.deadline, || {
            logs.get_delivery_destination().name(name).send()
        });
        match found.await {
            Ok(found) => {
                let found = found.delivery_destination;
                if let Some(found) = &found {
                    self.account.expect_destination("GetDeliveryDestination", name, found)?;
                }
                Ok(found)
            }
            Err(error) if error.is_missing() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The log stream of a log group that was written to last, if anything was.
    pub(crate) async fn last_stream(&self, group: &str) -> Result<Option<types::LogStream>, CallError> {
        let (calls, logs) = (&self.account.calls, &self.account.logs);
        let streams = calls.run("DescribeLogStreams", self.deadline, || {
            let call = logs.describe_log_streams().log_group_name(group).limit(1);
            call.order_by(types::OrderBy::LastEventTime).descending(true).send()
        });
        let streams = streams.await?.log_streams.unwrap_or_default();
        self.account.expect_log_streams("DescribeLogStreams", group, &streams)?;
        Ok(streams.into_iter().next())
    }
}

/// The ARN that a destination writes to.
pub(crate) fn resource_of(destination: &types::DeliveryDestination) -> &str {
    let place = destination.delivery_destination_configuration();
    place.map(types::DeliveryDestinationConfiguration::destination_resource_arn).unwrap_or_default()
}

/// The format of a destination.
pub(crate) fn format_of(destination: &types::DeliveryDestination) -> Option<&str> {
    destination.output_format().map(types::OutputFormat::as_str)
}
