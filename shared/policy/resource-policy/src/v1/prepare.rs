//! The new log group, as much like the old one as is known, before anything is pointed to it.

use std::collections::BTreeMap;

use super::fill::Filler;
use super::model::{PolicyRequirement, Route, Service};
use crate::arn;
use crate::document::Document;
use crate::grant::Grant;
use crate::inventory::LogGroup;

/// What operators have to set up themselves, what stops events first.
const BY_HAND: &str = "subscription filters (until then its events reach no subscriber), metric filters, data \
                       protection, field indexes, transformer, deletion protection";

/// The new log group, leave for log delivery to write to it, and a line that says what it lacks.
pub(super) fn new_log_group(service: &Service, route: &Route) -> Vec<String> {
    let none = BTreeMap::new();
    let filler = Filler::new(&none, route, false);
    let mut commands = vec![create(&filler, route)];
    commands.extend(keep_as_long(&filler, route));
    if matches!(service.policy, PolicyRequirement::LogDelivery | PolicyRequirement::NotVerified) {
        commands.push(let_write(&filler, route));
    }
    commands.push(lacks(route));
    commands
}

/// Its key, its class and its first tags can be set with it only, or are best so.
fn create(filler: &Filler, route: &Route) -> String {
    let mut arguments = vec!["logs", "create-log-group", "--log-group-name", route.to];
    let group = route.known;
    if let Some(class) = group.and_then(|group| group.log_group_class.as_deref()) {
        arguments.extend(["--log-group-class", class]);
    }
    if let Some(key) = group.and_then(|group| group.kms_key_id.as_deref()) {
        arguments.extend(["--kms-key-id", key]);
    }
    let tags = group.and_then(tags);
    if let Some(tags) = &tags {
        arguments.extend(["--tags", tags]);
    }
    filler.line(&arguments)
}

/// As JSON. Tags that begin with `aws:` are AWS's own; those that begin with `mailtrail:` tell of the old log group.
fn tags(group: &LogGroup) -> Option<String> {
    let mut tags = group.tags.clone()?;
    tags.retain(|key, _| !key.to_ascii_lowercase().starts_with("aws:") && !key.starts_with("mailtrail:"));
    (!tags.is_empty()).then(|| serde_json::json!(tags).to_string())
}

/// A new log group never expires its events.
fn keep_as_long(filler: &Filler, route: &Route) -> Option<String> {
    let days = route.known?.retention_in_days?.to_string();
    let name = ["logs", "put-retention-policy", "--log-group-name", route.to];
    Some(filler.line(&[&name[..], &["--retention-in-days", &days]].concat()))
}

fn let_write(filler: &Filler, route: &Route) -> String {
    let arn = arn::arn(route.partition, route.region, route.account, route.to);
    let stream = format!("{arn}:log-stream:*");
    let grant = Grant::to_log_delivery(route.partition, route.region, route.account, stream);
    let document = Document::of(vec![grant.statement()]).to_json();
    let which = ["logs", "put-resource-policy", "--resource-arn", &arn];
    filler.line(&[&which[..], &["--policy-document", &document]].concat())
}

/// What does not come along.
fn lacks(route: &Route) -> String {
    let unknown = match route.known {
        None => ", and its retention, KMS key, class and tags, which are not known here",
        Some(LogGroup { tags: None, .. }) => ", and its tags, which are not known here",
        Some(_) => "",
    };
    format!(
        "# Before you go on, set up for {} what {} has as well: {BY_HAND}{unknown}.",
        route.to, route.from
    )
}
