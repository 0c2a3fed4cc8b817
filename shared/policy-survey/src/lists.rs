//! What an account has, list by list, as it is now.
//!
//! Each list fails as a whole when it cannot be read to its end: half a list is none.

use aws_sdk_cloudwatchlogs::types::PolicyScope;
use mailtrail_delivery::Deadline;
use mailtrail_resource_policy::arn;
use mailtrail_resource_policy::inventory::{
    Delivery, DeliveryDestination, DeliverySource, LogGroup, ResourcePolicy,
};

use crate::pages::{self, PAGE};
use crate::{Account, CallError};

impl Account {
    /// The policies of the account.
    ///
    /// # Errors
    /// When they cannot be read to their end.
    pub async fn account_policies(&self, deadline: Deadline) -> Result<Vec<ResourcePolicy>, CallError> {
        let ask = |token| self.logs.describe_resource_policies().limit(PAGE).set_next_token(token).send();
        let lists = self.calls.all("DescribeResourcePolicies", deadline, ask, |answer| {
            (answer.resource_policies().iter().map(pages::policy).collect(), answer.next_token)
        });
        lists.await
    }

    /// The policy of a log group; nothing where it has none.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn log_group_policy(
        &self,
        name: &str,
        deadline: Deadline,
    ) -> Result<Option<ResourcePolicy>, CallError> {
        let arn = self.log_group_arn(name);
        let answer = self.calls.run("DescribeResourcePolicies", deadline, || {
            let call = self.logs.describe_resource_policies();
            call.policy_scope(PolicyScope::Resource).resource_arn(&arn).send()
        });
        Ok(answer.await?.resource_policies().first().map(pages::policy))
    }

    /// The log groups.
    ///
    /// # Errors
    /// When they cannot be read to their end.
    pub async fn log_groups(&self, deadline: Deadline) -> Result<Vec<LogGroup>, CallError> {
        let ask = |token| self.logs.describe_log_groups().limit(PAGE).set_next_token(token).send();
        let lists = self.calls.all("DescribeLogGroups", deadline, ask, |answer| {
            (answer.log_groups().iter().map(pages::log_group).collect(), answer.next_token)
        });
        lists.await
    }

    /// V2 log delivery: what logs.
    ///
    /// # Errors
    /// When they cannot be read to their end.
    pub async fn delivery_sources(&self, deadline: Deadline) -> Result<Vec<DeliverySource>, CallError> {
        let ask = |token| self.logs.describe_delivery_sources().limit(PAGE).set_next_token(token).send();
        let lists = self.calls.all("DescribeDeliverySources", deadline, ask, |answer| {
            (answer.delivery_sources().iter().map(pages::source).collect(), answer.next_token)
        });
        lists.await
    }

    /// V2 log delivery: where to.
    ///
    /// # Errors
    /// When they cannot be read to their end.
    pub async fn delivery_destinations(
        &self,
        deadline: Deadline,
    ) -> Result<Vec<DeliveryDestination>, CallError> {
        let ask = |token| self.logs.describe_delivery_destinations().limit(PAGE).set_next_token(token).send();
        let lists = self.calls.all("DescribeDeliveryDestinations", deadline, ask, |answer| {
            (answer.delivery_destinations().iter().map(pages::destination).collect(), answer.next_token)
        });
        lists.await
    }

    /// V2 log delivery: which source to which destination.
    ///
    /// # Errors
    /// When they cannot be read to their end.
    pub async fn deliveries(&self, deadline: Deadline) -> Result<Vec<Delivery>, CallError> {
        let ask = |token| self.logs.describe_deliveries().limit(PAGE).set_next_token(token).send();
        let lists = self.calls.all("DescribeDeliveries", deadline, ask, |answer| {
            (answer.deliveries().iter().map(pages::delivery).collect(), answer.next_token)
        });
        lists.await
    }

    /// The ARN of a log group here, without `:*`.
    pub(crate) fn log_group_arn(&self, name: &str) -> String {
        arn::arn(arn::partition(&self.region), &self.region, &self.id, name)
    }
}
