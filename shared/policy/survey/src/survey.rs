//! What there is, part by part.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use mailtrail_aws_client::Deadline;
use mailtrail_resource_policy::arn::{LogGroupName, ResourcePattern};
use mailtrail_resource_policy::document::Document;
use mailtrail_resource_policy::inventory::{Inventory, Part};
use mailtrail_resource_policy::statement::ElementMatch;

use crate::clients::Account;
use crate::part::part;
use crate::{pages, v1};

/// What a survey may cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Budget {
    /// Policies of log groups that are looked at: each needs a call of its own. Those of delivery destinations and
    /// of groups that a policy names come first and always; this is the number of the others.
    pub log_group_policies: usize,
    /// The log group after which an earlier survey stopped.
    pub cursor: Option<String>,
}

impl Default for Budget {
    /// 500 calls, which at our rate are less than two minutes.
    fn default() -> Self {
        Self { log_group_policies: 500, cursor: None }
    }
}

/// What a survey brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Surveyed {
    /// What there is.
    pub inventory: Inventory,
    /// Where the next survey goes on with the policies of log groups; nothing when all were looked at.
    pub cursor: Option<String>,
}

/// A look at an account in one Region.
#[derive(Debug)]
pub struct Survey<'a> {
    account: &'a Account,
    deadline: Deadline,
    previous: Option<&'a Inventory>,
    v1_services: bool,
}

impl<'a> Survey<'a> {
    /// A look that ends at the deadline, with what it has by then.
    pub fn new(account: &'a Account, deadline: Deadline) -> Self {
        Self { account, deadline, previous: None, v1_services: false }
    }

    /// With an earlier look: what it saw of the policies of log groups stands, with its time, for those that are not
    /// looked at again.
    #[must_use]
    pub fn after(self, previous: Option<&'a Inventory>) -> Self {
        Self { previous, ..self }
    }

    /// Asks services with V1 log delivery, too: Step Functions and API Gateway. It takes a call for each state machine
    /// and each API, and the rights `states:ListStateMachines`, `states:DescribeStateMachine` and `apigateway:GET`.
    #[must_use]
    pub fn with_v1_services(self, v1_services: bool) -> Self {
        Self { v1_services, ..self }
    }

    /// Looks. What cannot be read is said in the inventory.
    pub async fn take(&self, budget: &Budget) -> Surveyed {
        let account_policies = part(self.account.account_policies(self.deadline)).await;
        let (sources, destinations, deliveries) = tokio::join!(
            part(self.account.delivery_sources(self.deadline)),
            part(self.account.delivery_destinations(self.deadline)),
            part(self.account.deliveries(self.deadline))
        );
        let log_groups = part(self.account.log_groups(self.deadline)).await;
        let mut inventory = Inventory {
            account: Some(self.account.id.clone()),
            region: Some(self.account.region.clone()),
            account_policies,
            log_groups,
            delivery_sources: sources,
            delivery_destinations: destinations,
            deliveries,
            v1_destinations: Part::NotSeen {
                reason: "services with V1 log delivery were not asked: each has an API of its own".to_owned(),
            },
            ..Inventory::default()
        };
        if self.v1_services {
            // Half of the time at the most: what comes after matters more.
            v1::ask(self.account, self.deadline.reserve(Duration::MAX), &mut inventory).await;
        }
        self.tag_destinations(&mut inventory).await;
        let cursor = self.look_at_groups(&mut inventory, budget).await;
        Surveyed { inventory, cursor }
    }

    /// Adds the tags of the log groups that deliveries write to: they tell whether a deployment tool keeps them.
    async fn tag_destinations(&self, inventory: &mut Inventory) {
        let destinations = destination_groups(inventory);
        let Part::Seen { value: groups, .. } = &mut inventory.log_groups else { return };
        for group in groups.iter_mut().filter(|group| destinations.contains(&group.name)) {
            let arn = self.account.log_group_arn(&group.name);
            let read = self.account.calls.run("ListTagsForResource", self.deadline, || {
                self.account.logs.list_tags_for_resource().resource_arn(&arn).send()
            });
            // Tags that were not read stay `None`, which says so.
            group.tags = read.await.ok().and_then(|answer| answer.tags().map(pages::sorted));
        }
    }

    /// Reads the policies of log groups: of those that matter most, and of the next ones in the order of names.
    async fn look_at_groups(&self, inventory: &mut Inventory, budget: &Budget) -> Option<String> {
        let earlier = || self.previous.iter().flat_map(|previous| &previous.log_group_policies);
        let Some(groups) = inventory.log_groups.seen() else {
            inventory.log_group_policies =
                earlier().map(|(name, seen)| (name.clone(), seen.clone())).collect();
            return budget.cursor.clone();
        };
        let existing: BTreeSet<String> = groups.iter().map(|group| group.name.clone()).collect();
        let mut first = destination_groups(inventory);
        first.extend(named_groups(inventory));
        first.retain(|group| existing.contains(group));
        let after = |name: &String| budget.cursor.as_ref().is_none_or(|cursor| name > cursor);
        let rest: Vec<&String> =
            existing.iter().filter(|name| after(name) && !first.contains(*name)).collect();
        let share = &rest[..rest.len().min(budget.log_group_policies)];
        let mut found = BTreeMap::new();
        for name in &first {
            if self.deadline.is_over() {
                break;
            }
            found.insert(name.clone(), part(self.account.log_group_policy(name, self.deadline)).await);
        }
        let mut looked_at = 0;
        for name in share {
            if self.deadline.is_over() {
                break;
            }
            found.insert((*name).clone(), part(self.account.log_group_policy(name, self.deadline)).await);
            looked_at += 1;
        }
        for (name, seen) in earlier().filter(|(name, _)| existing.contains(*name)) {
            let is_unread = found.get(name).is_none_or(|part| part.seen().is_none());
            if is_unread && seen.seen().is_some() {
                found.insert(name.clone(), seen.clone());
            }
        }
        inventory.log_group_policies = found;
        match looked_at {
            _ if looked_at == rest.len() => None,
            0 => budget.cursor.clone(),
            _ => Some(rest[looked_at - 1].clone()),
        }
    }
}

/// The log groups that deliveries are known to write to.
fn destination_groups(inventory: &Inventory) -> BTreeSet<String> {
    let destinations = inventory.delivery_destinations.seen().into_iter().flatten();
    let arns = destinations.map(|it| it.delivery_destination_configuration.destination_resource_arn.as_str());
    let mut groups: BTreeSet<String> = arns.filter_map(group_of).collect();
    groups.extend(inventory.v1_destinations.seen().into_iter().flatten().map(|it| it.log_group.clone()));
    groups
}

/// The log groups that policies name, one by one.
fn named_groups(inventory: &Inventory) -> BTreeSet<String> {
    let documents = inventory.policies().filter_map(|policy| Document::parse(&policy.document).ok());
    let mut groups = BTreeSet::new();
    for document in documents {
        for meaning in document.statements().iter().filter_map(|statement| statement.elements().ok()) {
            let (ElementMatch::Only(resources) | ElementMatch::AllBut(resources)) = &meaning.resource;
            groups.extend(resources.iter().filter_map(|resource| group_of(resource)));
        }
    }
    groups
}

fn group_of(arn: &str) -> Option<String> {
    let pattern = ResourcePattern::new(arn);
    let group = pattern.log_group().filter(LogGroupName::is_one)?;
    Some(group.name.to_owned())
}
