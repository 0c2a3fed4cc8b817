//! SNS topics that functions publish to.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_sns::Client;
use mailtrail_config::settings;
use mailtrail_doctor::{Facts, Part, Subscriptions, Topic};
use mailtrail_policy_survey::answers;

use super::reader::{Reader, checked};

const ATTRIBUTES: &str = "GetTopicAttributes";
/// <https://docs.aws.amazon.com/sns/latest/api/API_GetTopicAttributes.html>
const MISSING: [&str; 2] = ["NotFound", "NotFoundException"];

/// The topics of the functions.
pub(super) fn arns(facts: &Facts) -> BTreeSet<String> {
    let arns = facts.functions.iter().filter_map(|function| function.variable(settings::TOPIC.name));
    arns.map(str::to_owned).collect()
}

impl Reader<'_> {
    /// Reads one topic.
    pub(super) async fn topic(&self, arn: String) -> Topic {
        let client = Client::new(&self.account.config);
        let read = self
            .account
            .calls
            .run(ATTRIBUTES, self.deadline, || client.get_topic_attributes().topic_arn(&arn).send());
        let read = checked(read, |answer| {
            let said = answer.attributes().and_then(|attributes| attributes.get("TopicArn"));
            answers::expect(ATTRIBUTES, "topic", &arn, said.map(String::as_str))
        });
        let subscriptions = match self.part_if_exists("sns", &arn, &MISSING, read).await {
            Part::Seen { at, value } => Part::Seen {
                at,
                value: value.map(|answer| subscriptions(&answer.attributes.unwrap_or_default())),
            },
            Part::NotSeen { reason } => Part::NotSeen { reason },
        };
        Topic { arn, subscriptions }
    }
}

fn subscriptions(attributes: &HashMap<String, String>) -> Subscriptions {
    let number = |name| attributes.get(name).and_then(|text| text.parse().ok()).unwrap_or_default();
    Subscriptions { confirmed: number("SubscriptionsConfirmed"), pending: number("SubscriptionsPending") }
}
