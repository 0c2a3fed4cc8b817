//! Deliveries, and what was not seen.

use std::collections::BTreeMap;

use super::finding::{Finding, Kind, Severity};
use crate::inventory::{INACTIVE, Inventory, Part};
use crate::v1;

/// Deliveries.
pub(super) fn deliveries(inventory: &Inventory) -> Vec<Finding> {
    let mut findings = Vec::new();
    let deliveries = inventory.deliveries.seen().map_or(&[][..], Vec::as_slice);
    let sources = inventory.delivery_sources.seen().into_iter().flatten();
    for source in sources.filter(|source| source.status.as_deref() == Some(INACTIVE)) {
        let used_by = deliveries.iter().filter(|delivery| delivery.delivery_source_name == source.name);
        let message = format!("the resource of the delivery source {} is deleted", source.name);
        let fix = "Delete its deliveries, then the source, then destinations that nothing else uses.";
        let finding = Finding::new(Kind::DeliverySourceGone, Severity::Warning, message, fix);
        findings.push(finding.about(used_by.map(|delivery| delivery.id.as_str())));
    }
    let mut destinations: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for delivery in deliveries {
        destinations.entry(&delivery.delivery_destination_arn).or_default().push(&delivery.id);
    }
    for (arn, ids) in destinations.into_iter().filter(|(_, ids)| ids.len() > 1) {
        let message = format!("{} deliveries share the destination {arn}", ids.len());
        let fix = "No action is needed; if the destination moves, all of them move.";
        findings.push(Finding::new(Kind::DestinationShared, Severity::Note, message, fix).about(ids));
    }
    findings
}

/// Why nothing is known of most services with V1 log delivery.
const NOT_ASKED: &str = "they were not asked, for each has an API of its own; a snapshot file can name them under v1_destinations";

/// What was not seen. Of a file that holds policies only, no more is expected; of an account that was asked, a part that
/// is missing needs attention.
pub(super) fn unseen(inventory: &Inventory) -> Vec<Finding> {
    type Unseen<'a> = (Severity, &'static str, &'a str, Vec<&'a str>);
    fn reason<'a, T>(severity: Severity, what: &'static str, part: &'a Part<T>) -> Option<Unseen<'a>> {
        Some((severity, what, part.reason()?, Vec::new()))
    }

    let asked = if inventory.account.is_some() { Severity::Warning } else { Severity::Note };
    let mut unseen: Vec<_> = [
        reason(asked, "the policies of the account", &inventory.account_policies),
        reason(asked, "the log groups", &inventory.log_groups),
        reason(asked, "the delivery sources", &inventory.delivery_sources),
        reason(asked, "the delivery destinations", &inventory.delivery_destinations),
        reason(asked, "the deliveries", &inventory.deliveries),
        reason(
            Severity::Note,
            "the destinations of services with V1 log delivery",
            &inventory.v1_destinations,
        ),
    ]
    .into_iter()
    .flatten()
    .collect();
    let mut by_reason: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (group, part) in &inventory.log_group_policies {
        if let Some(reason) = part.reason() {
            by_reason.entry(reason).or_default().push(group);
        }
    }
    unseen.extend(
        (by_reason.into_iter())
            .map(|(reason, groups)| (Severity::Note, "the policies of some log groups", reason, groups)),
    );
    if inventory.v1_destinations.seen().is_some() {
        let mut by_reason: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (service, reason) in v1::not_seen(inventory) {
            by_reason.entry(reason.unwrap_or(NOT_ASKED)).or_default().push(service.title);
        }
        let what = "the destinations of some services with V1 log delivery";
        unseen
            .extend(by_reason.into_iter().map(|(reason, services)| (Severity::Note, what, reason, services)));
    }
    let finding = |(severity, what, reason, resources): Unseen| {
        let fix = match reason {
            NOT_ASKED => {
                "Name their destinations in a snapshot, and audit that; until then nothing is derived from it."
            }
            _ => {
                "Allow the calls that read it, or take a newer snapshot; until then nothing is derived from it."
            }
        };
        let message = format!("{what} were not seen: {reason}");
        Finding::new(Kind::NotSeen, severity, message, fix).about(resources)
    };
    unseen.into_iter().map(finding).collect()
}
