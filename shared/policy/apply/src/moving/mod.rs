//! Moving a destination: from the log group A to a new one, B.
//!
//! The order is the one in which nothing can be lost: B with everything that A has; the grant, looked at with the
//! evaluator; only then the destinations, in place; then a look whether events come in. A and its events are left
//! alone, but for a tag that tells where it goes on.

pub(crate) mod bridge;
mod carry_over;
pub(crate) mod error;
mod grant;
pub(crate) mod verify;

use std::collections::{BTreeMap, BTreeSet};

use mailtrail_resource_policy::inventory::Delivery;
use mailtrail_resource_policy::moving::managed_by;
use mailtrail_resource_policy::plan::{Move, Write};

use crate::aws::{Aws, format_of, resource_of};
use crate::change::{Change, DestinationChange, PolicyChange, SUPERSEDED_BY, TagChange};
use crate::error::MoveBlocked;
use crate::journal::ChangeSet;
use error::MoveError;

/// Tags of a log group, the most that there can be.
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_TagResource.html>
const TAGS: usize = 50;

/// Everything that a move changes, made of what is there now. Reads only.
pub(crate) async fn change_set(
    aws: &Aws<'_>,
    moving: &Move,
    writes: &[Write],
    mark: &str,
) -> Result<ChangeSet, MoveError> {
    let (from, to) = (&moving.from, &moving.to);
    let Some(group) = aws.log_group(from).await? else { return Err(MoveError::Blocked(MoveBlocked::Gone)) };
    if aws.log_group(to).await?.is_some() {
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
    let carried = carry_over::read(aws, &group, tags, moving, mark).await?;
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

fn repoint(moving: &Move) -> Vec<Change> {
    let changes = moving.v2.iter().map(|destination| DestinationChange {
        name: destination.name.clone(),
        output_format: destination.output_format.clone(),
        before: destination.from_arn.clone(),
        after: destination.to_arn.clone(),
    });
    changes.map(Change::Destination).collect()
}

/// The last look before destinations are re-pointed: no other delivery moves along, and log delivery may write to B.
pub(crate) async fn check_before_repointing(aws: &Aws<'_>, moving: &Move) -> Result<(), MoveError> {
    let sources = check_destinations(aws, moving).await?;
    grant::check(aws, &moving.to, &sources).await
}

/// Looks whether the destinations are what they were when the plan was made. Returns the names of the sources that
/// deliver to them.
async fn check_destinations(aws: &Aws<'_>, moving: &Move) -> Result<BTreeSet<String>, MoveError> {
    let deliveries = aws.account.deliveries(aws.deadline).await?;
    let mut sources = BTreeSet::new();
    for planned in &moving.v2 {
        let changed = || MoveError::Blocked(MoveBlocked::Destination(planned.name.clone()));
        let found = aws.destination(&planned.name).await?.ok_or_else(changed)?;
        let resource = resource_of(&found);
        let is_known = resource == planned.from_arn || resource == planned.to_arn;
        if !is_known || format_of(&found) != planned.output_format.as_deref() {
            return Err(changed());
        }
        let tags: BTreeMap<String, String> = found.tags.clone().unwrap_or_default().into_iter().collect();
        if let Some(tool) = managed_by(&tags) {
            return Err(MoveError::Blocked(MoveBlocked::Managed(tool.to_owned())));
        }
        let delivers_there =
            |delivery: &&Delivery| Some(delivery.delivery_destination_arn.as_str()) == found.arn();
        let users: Vec<&Delivery> = deliveries.iter().filter(delivers_there).collect();
        let now: BTreeSet<&String> = users.iter().map(|delivery| &delivery.id).collect();
        if now != planned.deliveries.iter().collect() {
            return Err(MoveError::Blocked(MoveBlocked::Shared(planned.name.clone())));
        }
        sources.extend(users.iter().map(|delivery| delivery.delivery_source_name.clone()));
    }
    Ok(sources)
}

/// Why a move is left to people.
pub(crate) fn left_to_people(moving: &Move) -> String {
    match &moving.managed_by {
        Some(tool) => format!("{}: {tool} manages it; change the destination there", moving.from),
        None => format!("{}: the plan has the commands", moving.from),
    }
}
