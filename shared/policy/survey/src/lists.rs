//! What an account has, list by list, as it is now.
//!
//! Each list fails as a whole when it cannot be read to its end, or when one of its items is not what was asked for
//! (see [`crate::answers`]): half a list is none.

use std::collections::BTreeSet;

use aws_sdk_cloudwatchlogs::types::{self, PolicyScope};
use mailtrail_aws_client::Deadline;
use mailtrail_resource_policy::arn;
use mailtrail_resource_policy::inventory::{
    Delivery, DeliveryDestination, DeliverySource, LogGroup, ResourcePolicy,
};
use mailtrail_resource_policy::moving::is_name;

use crate::answers::{expect, unexpected};
use crate::calls::{CallError, Tokens};
use crate::clients::Account;
use crate::pages::{self, PAGE};

const POLICIES: &str = "DescribeResourcePolicies";
const GROUPS: &str = "DescribeLogGroups";
/// The service in the ARNs of log groups, sources, destinations and deliveries.
const LOGS: &str = "logs";

impl Account {
    /// The policies of the account.
    ///
    /// # Errors
    /// When they cannot be read to their end, or one of them is not a policy of the account.
    pub async fn account_policies(&self, deadline: Deadline) -> Result<Vec<ResourcePolicy>, CallError> {
        let ask = |token| self.logs.describe_resource_policies().limit(PAGE).set_next_token(token).send();
        let policies = self.calls.all(POLICIES, deadline, ask, |answer| {
            (answer.resource_policies.unwrap_or_default(), answer.next_token)
        });
        let policies = policies.await?;
        let mut names = BTreeSet::new();
        for policy in &policies {
            is_of_account(policy)?;
            // A name is one policy: a list that has it twice does not say what that policy is.
            if !names.insert(policy.policy_name()) {
                let name = policy.policy_name().unwrap_or_default();
                return Err(unexpected(POLICIES, format!("the policy {name} is listed twice")));
            }
        }
        Ok(policies.iter().map(pages::policy).collect())
    }

    /// The policy of a log group; nothing where it has none.
    ///
    /// # Errors
    /// When it cannot be read, or the answer does not say that it is the policy of this log group.
    pub async fn log_group_policy(
        &self,
        name: &str,
        deadline: Deadline,
    ) -> Result<Option<ResourcePolicy>, CallError> {
        let arn = self.log_group_arn(name);
        let ask = |token| {
            let call = self.logs.describe_resource_policies().policy_scope(PolicyScope::Resource);
            call.resource_arn(&arn).set_next_token(token).send()
        };
        let policies = self.calls.all(POLICIES, deadline, ask, |answer| {
            (answer.resource_policies.unwrap_or_default(), answer.next_token)
        });
        let policies = policies.await?;
        for policy in &policies {
            let scope = policy.policy_scope().map(PolicyScope::as_str);
            expect(POLICIES, "policy scope", PolicyScope::Resource.as_str(), scope)?;
            self.expect_log_group(POLICIES, name, policy.resource_arn())?;
            expect_document(policy)?;
        }
        match policies.as_slice() {
            [] => Ok(None),
            [one] => Ok(Some(pages::policy(one))),
            _ => Err(unexpected(POLICIES, format!("the log group {name} is said to have several policies"))),
        }
    }

    /// The log groups.
    ///
    /// # Errors
    /// When they cannot be read to their end, or one of them is of another account or Region.
    pub async fn log_groups(&self, deadline: Deadline) -> Result<Vec<LogGroup>, CallError> {
        let ask = |token| self.logs.describe_log_groups().limit(PAGE).set_next_token(token).send();
        let groups = self
            .calls
            .all(GROUPS, deadline, ask, |answer| (answer.log_groups.unwrap_or_default(), answer.next_token));
        let groups = groups.await?;
        groups.iter().try_for_each(|group| self.is_group_here(group))?;
        Ok(groups.iter().map(pages::log_group).collect())
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
        let (mut found, mut tokens) = (BTreeSet::new(), Tokens::default());
        for _ in &possible {
            let ask = || self.logs.describe_log_groups().limit(PAGE).set_next_token(tokens.latest()).send();
            let page = self.calls.run(GROUPS, deadline, ask).await?;
            page.log_groups().iter().try_for_each(|group| self.is_group_here(group))?;
            let groups = page.log_groups().iter().filter_map(types::LogGroup::log_group_name);
            found.extend(groups.filter(|name| possible.contains(name)).map(str::to_owned));
            if !tokens.add(GROUPS, page.next_token)? {
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
    /// When it cannot be asked for, or the answer is about others.
    pub async fn log_group(
        &self,
        name: &str,
        deadline: Deadline,
    ) -> Result<Option<types::LogGroup>, CallError> {
        // Of all names that begin with this one, it is the first. (A search by pattern leaves members out.)
        let found = self.calls.run(GROUPS, deadline, || {
            self.logs.describe_log_groups().log_group_name_prefix(name).limit(1).send()
        });
        let groups = found.await?.log_groups.unwrap_or_default();
        for group in &groups {
            self.is_group_here(group)?;
            // Where the prefix was ignored, that the log group is not in the answer says nothing.
            if !group.log_group_name().unwrap_or_default().starts_with(name) {
                return expect(GROUPS, "log group", name, group.log_group_name()).map(|()| None);
            }
        }
        Ok(groups.into_iter().find(|group| group.log_group_name() == Some(name)))
    }

    /// V2 log delivery: what logs.
    ///
    /// # Errors
    /// When they cannot be read to their end, or one of them is of another account or Region.
    pub async fn delivery_sources(&self, deadline: Deadline) -> Result<Vec<DeliverySource>, CallError> {
        const OPERATION: &str = "DescribeDeliverySources";
        let ask = |token| self.logs.describe_delivery_sources().limit(PAGE).set_next_token(token).send();
        let sources = self.calls.all(OPERATION, deadline, ask, |answer| {
            (answer.delivery_sources.unwrap_or_default(), answer.next_token)
        });
        let sources = sources.await?;
        sources.iter().try_for_each(|source| self.expect_here(OPERATION, LOGS, source.arn()))?;
        Ok(sources.iter().map(pages::source).collect())
    }

    /// V2 log delivery: where to.
    ///
    /// # Errors
    /// When they cannot be read to their end, or one of them is of another account or Region.
    pub async fn delivery_destinations(
        &self,
        deadline: Deadline,
    ) -> Result<Vec<DeliveryDestination>, CallError> {
        const OPERATION: &str = "DescribeDeliveryDestinations";
        let ask = |token| self.logs.describe_delivery_destinations().limit(PAGE).set_next_token(token).send();
        let destinations = self.calls.all(OPERATION, deadline, ask, |answer| {
            (answer.delivery_destinations.unwrap_or_default(), answer.next_token)
        });
        let destinations = destinations.await?;
        for destination in &destinations {
            let name = destination.name().unwrap_or_default();
            self.expect_destination(OPERATION, name, destination)?;
        }
        Ok(destinations.iter().map(pages::destination).collect())
    }

    /// V2 log delivery: which source to which destination.
    ///
    /// # Errors
    /// When they cannot be read to their end, or one of them is of another account or Region.
    pub async fn deliveries(&self, deadline: Deadline) -> Result<Vec<Delivery>, CallError> {
        const OPERATION: &str = "DescribeDeliveries";
        let ask = |token| self.logs.describe_deliveries().limit(PAGE).set_next_token(token).send();
        let deliveries = self.calls.all(OPERATION, deadline, ask, |answer| {
            (answer.deliveries.unwrap_or_default(), answer.next_token)
        });
        let deliveries = deliveries.await?;
        deliveries.iter().try_for_each(|delivery| self.expect_here(OPERATION, LOGS, delivery.arn()))?;
        Ok(deliveries.iter().map(pages::delivery).collect())
    }

    /// Checks that an answer is about a delivery destination of this account and Region.
    ///
    /// # Errors
    /// When it is about another one, or does not say.
    pub fn expect_destination(
        &self,
        operation: &'static str,
        name: &str,
        said: &types::DeliveryDestination,
    ) -> Result<(), CallError> {
        expect(operation, "delivery destination", name, said.name())?;
        self.expect_here(operation, LOGS, said.arn())?;
        let in_arn = said.arn().and_then(|arn| arn.rsplit_once(":delivery-destination:"));
        expect(operation, "delivery destination", name, in_arn.map(|(_, name)| name))
    }

    fn is_group_here(&self, group: &types::LogGroup) -> Result<(), CallError> {
        let arn = group.log_group_arn().or(group.arn());
        self.expect_log_group(GROUPS, group.log_group_name().unwrap_or_default(), arn)
    }

    /// The ARN of a log group here, without `:*`.
    pub fn log_group_arn(&self, name: &str) -> String {
        arn::log_group(&self.region, &self.id, name)
    }
}

/// Checks that a policy is one of the account. An endpoint from before there were others does not say; there, all of
/// them are.
fn is_of_account(policy: &types::ResourcePolicy) -> Result<(), CallError> {
    if let Some(arn) = policy.resource_arn() {
        return Err(unexpected(
            POLICIES,
            format!("asked for the policies of the account; got that of {arn}"),
        ));
    }
    if let Some(scope) = policy.policy_scope() {
        expect(POLICIES, "policy scope", PolicyScope::Account.as_str(), Some(scope.as_str()))?;
    }
    if policy.policy_name().is_none_or(str::is_empty) {
        return Err(unexpected(POLICIES, "a policy of the account has no name"));
    }
    expect_document(policy)
}

/// Checks that a policy has a document: what it says is not known otherwise.
fn expect_document(policy: &types::ResourcePolicy) -> Result<(), CallError> {
    match policy.policy_document() {
        Some(_) => Ok(()),
        None => Err(unexpected(POLICIES, "a policy has no document")),
    }
}
