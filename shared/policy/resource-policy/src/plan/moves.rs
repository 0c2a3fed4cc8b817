//! Destinations that move to log groups under `/aws/vendedlogs/`.

use std::collections::BTreeSet;

use super::draft::Draft;
use super::edit;
use super::model::{Move, Step, StepKind, Unmet, V2Destination, Write};
use crate::arn::{self, ResourcePattern};
use crate::coverage::{self, Coverage};
use crate::evaluate::Requester;
use crate::grant::Grant;
use crate::inventory::{Delivery, DeliveryDestination, INACTIVE, Inventory};
use crate::limits::{DELIVERY_ACTIONS, LOG_DELIVERY};
use crate::moving::{self, Refusal, RefusalReason};
use crate::policy_set::{ParsedPolicy, PolicySet};
use crate::scope::PolicyScope;
use crate::{json, v1};

/// What could go wrong with every move.
const RISK: &str = "Events from then on are in the new log group, older ones stay in the old one; readers \
                    that name the old one have to be changed. Whether events in flight are late or doubled is not documented.";

impl Draft<'_> {
    /// Proposes moves: of the log groups that are asked for, and of those that fill a policy that stays too large.
    pub(super) fn move_destinations(&mut self, unmet: &[Unmet]) -> Vec<Refusal> {
        let options = self.options;
        let mut groups = options.moves.clone();
        groups.extend(self.groups_that_fill(unmet));
        let mut seen = BTreeSet::new();
        groups.retain(|group| seen.insert(group.clone()));
        if groups.is_empty() {
            return Vec::new();
        }
        let existing = self.inventory.log_groups.seen();
        let existing = existing.map(|groups| groups.iter().map(|group| group.name.as_str()).collect());
        let mut refused = Vec::new();
        for name in moving::new_names(&groups, &options.names, existing.as_ref()) {
            match name.and_then(|(from, to)| self.move_one(&from, &to)) {
                Ok(step) => self.steps.push(step),
                Err(refusal) => refused.push(refusal),
            }
        }
        refused
    }

    /// Log groups that are named in policies that stay above the target, and that something is known to deliver to.
    fn groups_that_fill(&self, unmet: &[Unmet]) -> BTreeSet<String> {
        let coverage = Coverage::new(&self.state);
        (coverage.entries.iter())
            .filter(|entry| {
                let place = &self.state.policies[entry.policy].scope;
                matches!(place, PolicyScope::Account(_)) && unmet.iter().any(|unmet| unmet.scope == *place)
            })
            .filter_map(|entry| ResourcePattern::new(entry.resource).log_group())
            .filter(|group| group.is_one() && self.inventory.is_here(group))
            .map(|group| group.name.to_owned())
            .filter(|name| !name.starts_with(crate::limits::VENDED_LOGS_PREFIX))
            .filter(|name| {
                !destinations(self.inventory, name).is_empty() || v1_of(self.inventory, name).next().is_some()
            })
            .collect()
    }

    fn move_one(&mut self, from: &str, to: &str) -> Result<Step, Refusal> {
        let refuse = |why| Refusal { log_group: from.to_owned(), why };
        let target = (StepKind::MoveDestination, PolicyScope::LogGroup(from.to_owned()));
        if self.allowed.excluded.contains(&target) {
            return Err(refuse(RefusalReason::NotProved));
        }
        let Some((account, region)) = self.here() else { return Err(refuse(RefusalReason::NoAccount)) };
        let partition = arn::partition(region);
        let to_arn = arn::arn(partition, region, account, to);
        let v2 = v2_destinations(self.inventory, from, &to_arn);
        let mut groups = self.inventory.log_groups.seen().into_iter().flatten();
        let known = groups.find(|group| group.name == from);
        let route = v1::Route { partition, region, account, from, to, known };
        let v1: Vec<v1::Commands> =
            v1_of(self.inventory, from).map(|destination| v1::commands(destination, &route)).collect();
        if v2.is_empty() && v1.is_empty() {
            return Err(refuse(self.why_no_destination(&route)));
        }
        if self.may_be_denied(&to_arn, &arn::arn(partition, region, account, from)) {
            return Err(refuse(RefusalReason::MayBeDenied(to.to_owned())));
        }
        let gone = gone_sources(self.inventory, &v2);
        if v1.is_empty() && !gone.is_empty() && gone.len() == sources_of(self.inventory, &v2).len() {
            let sources = gone.into_iter().map(str::to_owned).collect();
            return Err(refuse(RefusalReason::SourceGone { sources }));
        }
        let managed_by = managed_by(self.inventory, from, &v2);
        let of_gone =
            |source| format!("The resource of the delivery source {source} is deleted: it delivers nothing.");
        let mut notes: Vec<String> = gone.into_iter().map(of_gone).collect();
        if managed_by.is_none() {
            notes.extend(unknown(self.inventory, from, &v2));
        }
        let mut writes = Vec::new();
        if !v2.is_empty() && managed_by.is_none() {
            let grant = Grant::to_log_delivery(partition, region, account, format!("{to_arn}:log-stream:*"));
            if !self.is_granted(&grant) {
                let policy = edit::with_statement(
                    &ParsedPolicy::empty(PolicyScope::LogGroup(to_arn)),
                    &grant.statement(),
                );
                writes.extend(policy.map(|policy| self.grant_to_group(None, policy)));
                self.grants.push(grant);
            }
        }
        let saves_later = self.entries_of(from);
        let moving = Move { from: from.to_owned(), to: to.to_owned(), v2, v1, managed_by };
        Ok(step(moving, saves_later, writes, &notes))
    }

    /// Why nothing is known to deliver to a log group: where log delivery may write to it, a service may that was not
    /// asked.
    fn why_no_destination(&self, route: &v1::Route) -> RefusalReason {
        let v1::Route { partition, region, account, from, .. } = *route;
        let streams = format!("{}:log-stream:*", arn::arn(partition, region, account, from));
        let not_seen: Vec<String> =
            v1::not_seen(self.inventory).map(|(service, _)| service.title.to_owned()).collect();
        if self.is_granted(&Grant::to_log_delivery(partition, region, account, streams))
            && !not_seen.is_empty()
        {
            return RefusalReason::UnknownSource { not_seen };
        }
        RefusalReason::NoDestination
    }

    /// Whether a statement may deny log delivery a log group that does not deny it the one that it delivers to today.
    fn may_be_denied(&self, to_arn: &str, from_arn: &str) -> bool {
        let stream = |group: &str| format!("{group}:log-stream:any");
        let policies = self.state.compile();
        DELIVERY_ACTIONS.iter().any(|action| {
            let log_delivery = Requester::Service(LOG_DELIVERY);
            policies.may_deny_only(log_delivery, action, &stream(to_arn), &stream(from_arn))
        })
    }

    /// Whether the policies as they are now give a grant.
    pub(super) fn is_granted(&self, grant: &Grant) -> bool {
        let granting = PolicySet::granting(std::slice::from_ref(grant));
        granting.policies.iter().all(|parsed| {
            coverage::entries_of(0, parsed).all(|entry| coverage::covers_entry(&self.state, &entry))
        })
    }

    /// The characters that the entries of a log group take in account-level policies.
    fn entries_of(&self, group: &str) -> i64 {
        let coverage = Coverage::new(&self.state);
        let of_group = coverage.entries.iter().filter(|entry| {
            let found = ResourcePattern::new(entry.resource).log_group();
            entry.only.is_none()
                && found.is_some_and(|found| self.inventory.is_here(&found) && found.name == group)
        });
        let characters: usize = of_group.map(|entry| json::quote(entry.resource).len() + 1).sum();
        i64::try_from(characters).unwrap_or(i64::MAX)
    }
}

fn step(moving: Move, saves_later: i64, writes: Vec<Write>, notes: &[String]) -> Step {
    let by_hand = if moving.managed_by.is_some() || moving.v2.is_empty() { " (by hand)" } else { "" };
    Step {
        kind: StepKind::MoveDestination,
        what: format!("Deliver to {} instead of {}{by_hand}.", moving.to, moving.from),
        why: "Log groups under this prefix need no entry of their own where a policy allows the prefix as a whole, and \
              some services accept no others once a policy is full."
            .to_owned(),
        saves: 0,
        saves_later,
        risk: StepKind::MoveDestination.risk(),
        risk_reason: std::iter::once(RISK).chain(notes.iter().map(String::as_str)).collect::<Vec<_>>().join(" "),
        undo: "Point every destination back to the old log group, which is unchanged; the new one keeps its events."
            .to_owned(),
        writes,
        moving: Some(moving),
    }
}

/// The V2 destinations that write to a log group here.
fn destinations<'a>(inventory: &'a Inventory, group: &str) -> Vec<&'a DeliveryDestination> {
    let writes_there = |destination: &&DeliveryDestination| {
        let arn = &destination.delivery_destination_configuration.destination_resource_arn;
        let found = ResourcePattern::new(arn).log_group();
        found.is_some_and(|found| found.name == group && inventory.is_here(&found))
    };
    inventory.delivery_destinations.seen().into_iter().flatten().filter(writes_there).collect()
}

fn v1_of<'a>(
    inventory: &'a Inventory,
    group: &str,
) -> impl Iterator<Item = &'a crate::inventory::V1Destination> {
    inventory.v1_destinations.seen().into_iter().flatten().filter(move |found| found.log_group == group)
}

fn v2_destinations(inventory: &Inventory, group: &str, to_arn: &str) -> Vec<V2Destination> {
    let deliveries = |arn: &str| {
        let all = inventory.deliveries.seen().into_iter().flatten();
        all.filter(|delivery| delivery.delivery_destination_arn == arn)
            .map(|delivery| delivery.id.clone())
            .collect()
    };
    (destinations(inventory, group).into_iter())
        .map(|destination| {
            let from_arn = &destination.delivery_destination_configuration.destination_resource_arn;
            // Some are written with `:*` at the end: then the new one is, too.
            let tail = if from_arn.ends_with(":*") { ":*" } else { "" };
            V2Destination {
                name: destination.name.clone(),
                output_format: destination.output_format.clone(),
                deliveries: deliveries(&destination.arn),
                from_arn: from_arn.clone(),
                to_arn: format!("{to_arn}{tail}"),
            }
        })
        .collect()
}

/// The deliveries of destinations.
fn deliveries_of<'a>(inventory: &'a Inventory, v2: &[V2Destination]) -> impl Iterator<Item = &'a Delivery> {
    let ids: BTreeSet<String> = v2.iter().flat_map(|found| &found.deliveries).cloned().collect();
    let deliveries = inventory.deliveries.seen().into_iter().flatten();
    deliveries.filter(move |found| ids.contains(&found.id))
}

/// The sources that deliver to destinations, by name.
fn sources_of<'a>(inventory: &'a Inventory, v2: &[V2Destination]) -> BTreeSet<&'a str> {
    deliveries_of(inventory, v2).map(|found| found.delivery_source_name.as_str()).collect()
}

/// Those of them of which what they were for is deleted: nothing comes from there any more.
fn gone_sources<'a>(inventory: &'a Inventory, v2: &[V2Destination]) -> Vec<&'a str> {
    let names = sources_of(inventory, v2);
    let sources = inventory.delivery_sources.seen().into_iter().flatten();
    let gone = sources.filter(|source| source.status.as_deref() == Some(INACTIVE));
    gone.map(|source| source.name.as_str()).filter(|name| names.contains(name)).collect()
}

/// What was not seen, and may say that a deployment tool keeps what moves, or that a source is gone.
fn unknown(inventory: &Inventory, group: &str, v2: &[V2Destination]) -> Vec<String> {
    let mut groups = inventory.log_groups.seen().into_iter().flatten();
    let is_untold = groups.any(|found| found.name == group && found.tags.is_none());
    let tags = is_untold.then(|| {
        format!("The tags of {group} were not read, so whether a deployment tool manages it is unknown.")
    });
    let sources = inventory.delivery_sources.reason().filter(|_| !v2.is_empty()).map(|_| {
        "The delivery sources were not seen, so whether they are active, and whether a deployment tool manages them, is \
         unknown."
            .to_owned()
    });
    tags.into_iter().chain(sources).collect()
}

/// A deployment tool that keeps the log group, a destination, or one of its deliveries and their sources as they are.
fn managed_by(inventory: &Inventory, group: &str, v2: &[V2Destination]) -> Option<String> {
    let names: BTreeSet<&str> = v2.iter().map(|destination| destination.name.as_str()).collect();
    let groups = inventory.log_groups.seen().into_iter().flatten().filter(|found| found.name == group);
    let destinations = inventory.delivery_destinations.seen().into_iter().flatten();
    let destinations = destinations.filter(|found| names.contains(found.name.as_str()));
    let from = sources_of(inventory, v2);
    let sources = inventory.delivery_sources.seen().into_iter().flatten();
    let sources = sources.filter(|found| from.contains(found.name.as_str()));
    let tags = (groups.map(|found| &found.tags))
        .chain(destinations.map(|found| &found.tags))
        .chain(deliveries_of(inventory, v2).map(|found| &found.tags))
        .chain(sources.map(|found| &found.tags));
    tags.flatten().find_map(moving::managed_by).map(str::to_owned)
}
