//! The ARN of an SNS topic.

use std::fmt;
use std::str::FromStr;

use mailtrail_aws_types::{AccountId, Arn};
use thiserror::Error;

/// The ARN of an SNS topic, standard or FIFO.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicArn {
    text: String,
    region: String,
}

/// Text that is not a topic's ARN.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("invalid topic ARN `{0}`: expected arn:aws:sns:<region>:<account>:<name>")]
pub struct InvalidTopicArn(String);

impl TopicArn {
    /// The Region that the topic is in.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// Whether it is a FIFO topic, which drops a message that it got within the last five minutes.
    /// <https://docs.aws.amazon.com/sns/latest/dg/fifo-message-dedup.html>
    pub fn is_fifo(&self) -> bool {
        self.text.strip_suffix(".fifo").is_some()
    }

    /// The ARN as text.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl FromStr for TopicArn {
    type Err = InvalidTopicArn;

    fn from_str(text: &str) -> Result<Self, InvalidTopicArn> {
        let topic = Arn::parse(text).ok().filter(|arn| {
            let is_in_an_account = !arn.region().is_empty() && AccountId::is_valid(arn.account());
            // A subscription's ARN has the topic's and an id after a colon.
            arn.service() == "sns" && is_in_an_account && !arn.resource().contains(':')
        });
        let topic = topic.ok_or_else(|| InvalidTopicArn(text.to_owned()))?;
        Ok(Self { text: text.to_owned(), region: topic.region().to_owned() })
    }
}

impl fmt::Display for TopicArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
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
            assert!(text.parse::<TopicArn>().is_err(), "{text}");
        }
    }
}
