//! Moving a destination: from the log group A to a new one, B.
//!
//! The order is the one in which nothing can be lost: B with everything that A has; the grant, looked at with the
//! evaluator; only then the destinations, in place; then a look whether events come in. A and its events are left
//! alone, but for a tag that tells where it goes on.

pub(crate) mod bridge;
mod carry_over;
pub(crate) mod error;
pub(crate) mod grant;
pub(crate) mod verify;

use std::collections::{BTreeMap, BTreeSet};

use mailtrail_policy_survey::CallError;
use mailtrail_resource_policy::inventory::{Delivery, DeliveryDestination};
use mailtrail_resource_policy::moving::managed_by;
use mailtrail_resource_policy::plan::{Move, Write};

use crate::aws::Aws;
use crate::change::{CREATED_BY, Change, DestinationChange, PolicyChange, SUPERSEDED_BY, TagChange};
use crate::error::MoveBlocked;
use crate::journal::ChangeSet;
use error::MoveError;

/// Tags of a log group, the most that there can be.
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_TagResource.html>
const TAGS: usize = 50;

/// Everything that a move changes, made of what is there now. Reads only. `journal` is the run; where it was begun
/// before, the new log group may be there, with its tag.
pub(crate) async fn change_set(
    aws: &Aws<'_>,
    moving: &Move,
    writes: &[Write],
    journal: &str,
) -> Result<ChangeSet, MoveError> {
    let (from, to) = (&moving.from, &moving.to);
    let Some(group) = aws.log_group(from).await? else { return Err(MoveError::Blocked(MoveBlocked::Gone)) };
    if aws.log_group(to).await?.is_some() && !is_ours(aws, to, journal).await? {
        return Err(MoveError::Blocked(MoveBlocked::Exists(to.clone())));
    }
    let arn = aws.group_arn(from);
    let tags = aws.tags(&arn).await?;
    if let Some(tool) = managed_by(&tags) {
        return Err(MoveError::Blocked(MoveBlocked::Managed(tool.to_owned())));
    }
    // A gets the tag of what stands in for it, B gets the one by which we know it. AWS's own do not count.
    let is_theirs = |key: &&String| !key.starts_with("mailtrail:") && !key.starts_with("aws:");
    let needed = tags.keys().filter(is_theirs).count() + 1;
    if needed > TAGS {
        return Err(MoveError::Blocked(MoveBlocked::Tags));
    }
    check_destinations(aws, moving).await?;
    let superseded = tags.get(SUPERSEDED_BY).cloned();
    let carried = carry_over::read(aws, &group, tags, moving, journal).await?;
    let mut prepare = carried.made;
    prepare.extend(writes.iter().map(|write| Change::Policy(PolicyChange::from(write))));
    let own = carry_over::policy::adapted(aws, moving, writes).await?;
    prepare.extend(own.change.map(Change::Policy));
    prepare.extend(carried.last);
    let mut not_copied = carried.not_copied;
    not_copied.extend(own.not_copied);
    let finish = TagChange {
        resource_arn: arn,
        key: SUPERSEDED_BY.to_owned(),
        before: superseded,
        after: Some(to.clone()),
    };
    Ok(ChangeSet { prepare, repoint: repoint(moving), finish: vec![Change::Tag(finish)], not_copied })
}

/// Whether a log group was created by a run: its tag says so.
pub(crate) async fn is_ours(aws: &Aws<'_>, group: &str, journal: &str) -> Result<bool, CallError> {
    let tags = aws.tags(&aws.group_arn(group)).await?;
    Ok(tags.get(CREATED_BY).is_some_and(|by| by == journal))
}

/// The destinations of a move, pointed to its new log group.
pub(crate) fn repoint(moving: &Move) -> Vec<Change> {
    let changes = moving.v2.iter().map(|destination| DestinationChange {
        name: destination.name.clone(),
        output_format: destination.output_format.clone(),
        before: destination.from_arn.clone(),
        after: destination.to_arn.clone(),
    });
    changes.map(Change::Destination).collect()
}

/// The last look before destinations are re-pointed: the new log group is the one that this run created, no other
/// delivery moves along, and log delivery may write to it.
pub(crate) async fn check_before_repointing(
    aws: &Aws<'_>,
    moving: &Move,
    journal: &str,
) -> Result<(), MoveError> {
    if !is_ours(aws, &moving.to, journal).await? {
        return Err(MoveError::Blocked(MoveBlocked::NotOurs(moving.to.clone())));
    }
    let sources = check_destinations(aws, moving).await?;
    grant::check(aws, &moving.to, &sources).await
}

/// Looks whether the destinations are those that write to the log group, and what they were when the plan was made.
/// Returns the names of the sources that deliver to them.
async fn check_destinations(aws: &Aws<'_>, moving: &Move) -> Result<BTreeSet<String>, MoveError> {
    let blocked = |why| Err(MoveError::Blocked(why));
    let all = aws.account.delivery_destinations(aws.deadline).await?;
    let (from, to) = (aws.group_arn(&moving.from), aws.group_arn(&moving.to));
    let place = |found: &DeliveryDestination| {
        let arn = &found.delivery_destination_configuration.destination_resource_arn;
        arn.strip_suffix(":*").unwrap_or(arn).to_owned()
    };
    if let Some(other) = all.iter().find(|found| {
        [&from, &to].contains(&&place(found)) && !moving.v2.iter().any(|planned| planned.name == found.name)
    }) {
        return blocked(MoveBlocked::Unplanned(other.name.clone()));
    }
    let deliveries = aws.account.deliveries(aws.deadline).await?;
    let all_sources = aws.account.delivery_sources(aws.deadline).await?;
    let mut sources = BTreeSet::new();
    for planned in &moving.v2 {
        let changed = || MoveError::Blocked(MoveBlocked::Destination(planned.name.clone()));
        let found = all.iter().find(|found| found.name == planned.name).ok_or_else(changed)?;
        let resource = &found.delivery_destination_configuration.destination_resource_arn;
        let is_known = *resource == planned.from_arn || *resource == planned.to_arn;
        if !is_known || found.output_format != planned.output_format {
            return Err(changed());
        }
        let users: Vec<&Delivery> =
            deliveries.iter().filter(|delivery| delivery.delivery_destination_arn == found.arn).collect();
        let now: BTreeSet<&String> = users.iter().map(|delivery| &delivery.id).collect();
        if now != planned.deliveries.iter().collect() {
            return blocked(MoveBlocked::Shared(planned.name.clone()));
        }
        let names: BTreeSet<&String> = users.iter().map(|delivery| &delivery.delivery_source_name).collect();
        let of_sources = all_sources.iter().filter(|source| names.contains(&source.name));
        let tags = std::iter::once(&found.tags)
            .chain(users.iter().map(|delivery| &delivery.tags))
            .chain(of_sources.map(|source| &source.tags));
        if let Some(tool) = tags.flatten().find_map(managed_by) {
            return blocked(MoveBlocked::Managed(tool.to_owned()));
        }
        sources.extend(names.into_iter().cloned());
    }
    Ok(sources)
}

/// Why a move is left to people.
pub(crate) fn left_to_people(moving: &Move) -> String {
    match &moving.managed_by {
        Some(tool) => {
            // The name of a tool that is known, whatever the plan says.
            let tag = BTreeMap::from([("managed-by".to_owned(), tool.clone())]);
            let tool = managed_by(&tag).unwrap_or("a deployment tool");
            format!("{}: {tool} manages it; change the destination there", moving.from)
        }
        None => {
            format!("{}: its services are set up by commands, which a plan that moves it has", moving.from)
        }
    }
}
