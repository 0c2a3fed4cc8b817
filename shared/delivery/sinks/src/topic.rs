//! An SNS topic: where people hear of what was seen.
//!
//! An announcement is made at least once: a batch that comes again is announced again, for nobody knows whether
//! the first try died before or after its announcement. Each has an id to tell by; a FIFO topic drops the second
//! one within five minutes by itself
//! (<https://docs.aws.amazon.com/sns/latest/dg/fifo-message-dedup.html>).

use std::fmt;
use std::str::FromStr;

use aws_sdk_sns::Client;
use aws_sdk_sns::types::MessageAttributeValue;
use sha2::{Digest, Sha256};
use thiserror::Error;

use mailtrail_aws_client::failure::Failure;
use mailtrail_aws_client::{Deadline, RetryPolicy};

/// The longest subject, in characters. <https://docs.aws.amazon.com/sns/latest/api/API_Publish.html>
const MAX_SUBJECT: usize = 100;

/// The ARN of a topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicArn {
    text: String,
    region: String,
}

/// Text that is no topic's ARN.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("it is no topic; the ARN of one is arn:aws:sns:<region>:<account>:<name>")]
pub struct UnknownTopic;

impl TopicArn {
    /// The Region that the topic is in.
    pub fn region(&self) -> &str {
        &self.region
    }

    fn is_fifo(&self) -> bool {
        self.text.strip_suffix(".fifo").is_some()
    }
}

impl FromStr for TopicArn {
    type Err = UnknownTopic;

    fn from_str(text: &str) -> Result<Self, UnknownTopic> {
        let parts: Vec<&str> = text.split(':').collect();
        let [arn, partition, service, region, account, name] = parts[..] else { return Err(UnknownTopic) };
        let is_topic = arn == "arn"
            && partition.starts_with("aws")
            && service == "sns"
            && !region.is_empty()
            && account.len() == 12
            && account.bytes().all(|byte| byte.is_ascii_digit())
            && !name.is_empty();
        if !is_topic {
            return Err(UnknownTopic);
        }
        Ok(Self { text: text.to_owned(), region: region.to_owned() })
    }
}

impl fmt::Display for TopicArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Something to tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announcement {
    /// The same for the same news.
    pub id: String,
    /// One line.
    pub subject: String,
    /// The news.
    pub body: String,
    /// Message attributes, for the filter policies of subscriptions.
    pub attributes: Vec<(&'static str, String)>,
}

/// A topic to announce to.
#[derive(Debug)]
pub struct Topic {
    client: Client,
    arn: TopicArn,
    retry_policy: RetryPolicy,
}

impl Topic {
    /// A topic. Nothing is asked of SNS yet.
    pub fn new(client: Client, arn: TopicArn, retry_policy: RetryPolicy) -> Self {
        Self { client, arn, retry_policy }
    }

    /// Announces, and tries again until the deadline.
    ///
    /// # Errors
    /// When SNS did not take it.
    pub async fn announce(&self, news: &Announcement, deadline: Deadline) -> Result<(), Failure> {
        self.retry_policy.run(deadline, || Box::pin(self.publish(news))).await
    }

    async fn publish(&self, news: &Announcement) -> Result<(), Failure> {
        let subject: String = news.subject.chars().take(MAX_SUBJECT).collect();
        let mut call =
            self.client.publish().topic_arn(&self.arn.text).subject(subject).message(news.body.as_str());
        for (name, value) in &news.attributes {
            let value = MessageAttributeValue::builder().data_type("String").string_value(value).build();
            let value = value.map_err(|error| Failure::permanent("BadRequest", error.to_string()))?;
            call = call.message_attributes(*name, value);
        }
        if self.arn.is_fifo() {
            let id = hex::encode(Sha256::digest(&news.id));
            call = call.message_group_id("mailtrail").message_deduplication_id(id);
        }
        call.send().await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_arn_of_a_topic_is_one() {
        let arn: TopicArn = "arn:aws-cn:sns:cn-north-1:111122223333:watch.fifo".parse().unwrap();
        assert_eq!((arn.region(), arn.is_fifo()), ("cn-north-1", true));
        for text in [
            "",
            "watch",
            "arn:aws:sqs:eu-west-1:111122223333:watch",
            "arn:aws:sns::111122223333:watch",
            "arn:aws:sns:eu-west-1:1:watch",
            "arn:aws:sns:eu-west-1:111122223333:",
            "arn:aws:sns:eu-west-1:111122223333:watch:0000",
        ] {
            assert_eq!(text.parse::<TopicArn>(), Err(UnknownTopic), "{text}");
        }
    }
}
