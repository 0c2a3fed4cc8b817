//! Notifications to people, by an SNS topic.
//!
//! A notification is sent at least once: a batch that arrives again is notified again, for the first attempt may have
//! ended before or after its notification. Each has an id to de-duplicate by; a FIFO topic drops a second one within
//! five minutes by itself (<https://docs.aws.amazon.com/sns/latest/dg/fifo-message-dedup.html>).

use aws_sdk_sns::Client;
use aws_sdk_sns::types::MessageAttributeValue;
use mailtrail_aws_client::failure::Failure;
use mailtrail_aws_client::{Clients, Deadline, RetryPolicy};
use mailtrail_config::TopicArn;
use sha2::{Digest, Sha256};

/// The longest subject, in characters. <https://docs.aws.amazon.com/sns/latest/api/API_Publish.html>
const MAX_SUBJECT: usize = 100;

/// A notification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announcement {
    /// The same for the same occurrence, to de-duplicate by.
    pub id: String,
    /// One line; only the first 100 characters are sent.
    pub subject: String,
    /// The message: 256 KiB at most.
    pub body: String,
    /// Message attributes, for the filter policies of subscriptions.
    pub attributes: Vec<(&'static str, String)>,
}

/// A topic to send notifications to.
#[derive(Debug)]
pub struct Topic {
    client: Client,
    arn: TopicArn,
    retry_policy: RetryPolicy,
}

impl Topic {
    /// The topic that an operator decided on. Nothing is asked of SNS yet.
    pub async fn open(arn: &TopicArn, clients: &Clients) -> Self {
        Self::new(clients.sns(arn.region()).await, arn.clone(), RetryPolicy::default())
    }

    /// A topic, with a client for its Region.
    pub fn new(client: Client, arn: TopicArn, retry_policy: RetryPolicy) -> Self {
        Self { client, arn, retry_policy }
    }

    /// Sends a notification, with retries until the deadline.
    ///
    /// # Errors
    /// When SNS did not accept it: an answer without a message id accepts nothing.
    pub async fn announce(&self, notification: &Announcement, deadline: Deadline) -> Result<(), Failure> {
        self.retry_policy.run(deadline, || Box::pin(self.publish(notification))).await
    }

    async fn publish(&self, notification: &Announcement) -> Result<(), Failure> {
        let subject: String = notification.subject.chars().take(MAX_SUBJECT).collect();
        let mut call = self
            .client
            .publish()
            .topic_arn(self.arn.as_str())
            .subject(subject)
            .message(notification.body.as_str());
        for (name, value) in &notification.attributes {
            let value = MessageAttributeValue::builder().data_type("String").string_value(value).build();
            let value = value.map_err(|error| Failure::permanent("BadRequest", error.to_string()))?;
            call = call.message_attributes(*name, value);
        }
        if self.arn.is_fifo() {
            let id = hex::encode(Sha256::digest(&notification.id));
            call = call.message_group_id("mailtrail").message_deduplication_id(id);
        }
        let answer = call.send().await?;
        match answer.message_id() {
            Some(id) if !id.is_empty() => Ok(()),
            _ => Err(Failure::broken_answer("the answer has no message id")),
        }
    }
}
