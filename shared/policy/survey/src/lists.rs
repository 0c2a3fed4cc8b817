//! What an account has, list by list, as it is now.
//!
//! Each list fails as a whole when it cannot be read to its end: half a list is none.

use std::collections::BTreeSet;

use aws_sdk_cloudwatchlogs::types::{self, PolicyScope};
use mailtrail_aws_client::Deadline;
use mailtrail_resource_policy::arn;
use mailtrail_resource_policy::inventory::{
    Delivery, DeliveryDestination, DeliverySource, LogGroup, ResourcePolicy,
};
use mailtrail_resource_policy::moving::is_name;

use crate::calls::CallError;
use crate::clients::Account;
use crate::pages::{self, PAGE};

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

    /// Which of these log groups are there: by the list of all of them, unless it takes fewer calls to ask for each.
    ///
    /// # Errors
    /// When it is not known of one of them.
    pub async fn existing_log_groups(
        &self,
        names: &BTreeSet<String>,
        deadline: Deadline,
    ) -> Result<BTreeSet<String>, CallError> {
        let possible: BTreeSet<&str> =
            names.iter().map(String::as_str).filter(|name| is_name(name)).collect();
        let (mut found, mut token) = (BTreeSet::new(), None::<String>);
        for _ in &possible {
            let ask = || self.logs.describe_log_groups().limit(PAGE).set_next_token(token.clone()).send();
            let page = self.calls.run("DescribeLogGroups", deadline, ask).await?;
            let groups = page.log_groups().iter().filter_map(types::LogGroup::log_group_name);
            found.extend(groups.filter(|name| possible.contains(name)).map(str::to_owned));
            // An empty token has been seen at the end of lists.
            token = page.next_token.filter(|token| !token.is_empty());
            if token.is_none() {
                return Ok(found);
            }
        }
        for name in possible {
            if !found.contains(name) && self.log_group(name, deadline).await?.is_some() {
                found.insert(name.to_owned());
            }
        }
        Ok(found)
    }

    /// A log group, if it is there.
    ///
    /// # Errors
    /// When it cannot be asked for.
    pub async fn log_group(
        &self,
        name: &str,
        deadline: Deadline,
    ) -> Result<Option<types::LogGroup>, CallError> {
        // Of all names that begin with this one, it is the first. (A search by pattern leaves members out.)
        let found = self.calls.run("DescribeLogGroups", deadline, || {
            self.logs.describe_log_groups().log_group_name_prefix(name).limit(1).send()
        });
        let groups = found.await?.log_groups.unwrap_or_default();
        Ok(groups.into_iter().find(|group| group.log_group_name() == Some(name)))
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
