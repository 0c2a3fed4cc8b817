//! What the new log group must have because the old one has it.

mod carried;
mod documents;
mod filters;
mod notes;
pub(super) mod policy;

use std::collections::BTreeMap;

use aws_sdk_cloudwatchlogs::types::{LogGroup, LogGroupClass};
use mailtrail_resource_policy::plan::Move;

use super::error::MoveError;
use crate::aws::Aws;
use crate::change::{CREATED_BY, Change, LogGroupChange, NewLogGroup};
use crate::setting::{BearerToken, DeletionProtection, Retention, Setting};
use carried::{Carried, is_of_class};

/// Reads a log group whole. Whatever cannot be read stops the move: half a copy is none.
pub(super) async fn read(
    aws: &Aws<'_>,
    group: &LogGroup,
    tags: BTreeMap<String, String>,
    moving: &Move,
    mark: &str,
) -> Result<Carried, MoveError> {
    let (from, to) = (&moving.from, &moving.to);
    let mut carried = Carried::default();
    carried.made.push(Change::LogGroup(LogGroupChange { present: true, group: new(group, tags, to, mark) }));
    // Before anything else: without it, a log group never expires its events.
    if let Some(days) = group.retention_in_days().filter(|_| !is_of_class(group, &LogGroupClass::Delivery)) {
        carried.set(Setting::PutRetentionPolicy(Retention {
            log_group_name: to.clone(),
            retention_in_days: days,
        }));
    }
    documents::read(aws, group, moving, &mut carried).await?;
    if is_of_class(group, &LogGroupClass::Standard) {
        filters::read(aws, moving, &mut carried).await?;
    }
    if group.bearer_token_authentication_enabled() == Some(true) {
        let enabled =
            BearerToken { log_group_identifier: to.clone(), bearer_token_authentication_enabled: true };
        carried.set(Setting::PutBearerTokenAuthentication(enabled));
    }
    if group.deletion_protection_enabled() == Some(true) {
        let enabled =
            DeletionProtection { log_group_identifier: to.clone(), deletion_protection_enabled: true };
        carried.last.push(Change::Setting(Setting::PutLogGroupDeletionProtection(enabled)));
    }
    carried.not_copied.extend(notes::of(aws, from, to).await);
    Ok(carried)
}

/// What the new log group is made of. Tags that begin with `aws:` are AWS's own; those that begin with `mailtrail:`
/// tell of the old log group, and of it only.
fn new(group: &LogGroup, tags: BTreeMap<String, String>, name: &str, mark: &str) -> NewLogGroup {
    let mut tags = tags;
    tags.retain(|key, _| !key.to_ascii_lowercase().starts_with("aws:") && !key.starts_with("mailtrail:"));
    tags.insert(CREATED_BY.to_owned(), mark.to_owned());
    NewLogGroup {
        log_group_name: name.to_owned(),
        log_group_class: group.log_group_class().map(|class| class.as_str().to_owned()),
        kms_key_id: group.kms_key_id().map(str::to_owned),
        tags,
    }
}
