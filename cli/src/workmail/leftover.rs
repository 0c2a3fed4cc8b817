//! What remains in the account when email event logging is off.

use aws_sdk_workmail::Client;
use mailtrail_aws_client::Deadline;
use mailtrail_aws_types::Arn;
use mailtrail_doctor::{Part, group_name};
use mailtrail_policy_survey::{Account, Budget, CallError, Survey};
use mailtrail_resource_policy::inventory::{Delivery, DeliverySource, Inventory};
use serde::Serialize;

use super::organizations::{self, EmailEvents, Organization};

/// A resource that remains when email event logging is off.
#[derive(Debug, Serialize)]
pub(super) struct Leftover {
    /// The resource, for people.
    pub(super) what: String,
    /// The command that deletes it, for a POSIX shell; `None` where something else needs it, or that is not known.
    pub(super) remove: Option<String>,
}

/// Another organization with email event logging.
struct Other {
    organization: Organization,
    events: EmailEvents,
}

/// The log group, the role and the deliveries of audit logs. What could not be read is part of the result.
pub(super) async fn leftovers(
    account: &Account,
    client: &Client,
    organization: &Organization,
    events: Option<&EmailEvents>,
) -> Vec<Leftover> {
    let region = &account.region;
    let mut left = Vec::new();
    if let Some(events) = events {
        let others = others(account, client, organization).await;
        left.extend(log_group(&others, events, region));
        left.extend(role(&others, events));
    }
    let inventory = Survey::new(account, Deadline::NEVER)
        .take(&Budget { log_group_policies: 0, cursor: None })
        .await
        .inventory;
    left.extend(audit_logs(&inventory, organization, region));
    left
}

/// The deliveries of audit logs with their sources, and the delivery destinations that no other delivery uses.
fn audit_logs(inventory: &Inventory, organization: &Organization, region: &str) -> Vec<Leftover> {
    let (sources, destinations, deliveries) = match (
        &inventory.delivery_sources,
        &inventory.delivery_destinations,
        &inventory.deliveries,
    ) {
        (
            Part::Seen { value: sources, .. },
            Part::Seen { value: destinations, .. },
            Part::Seen { value: deliveries, .. },
        ) => (sources, destinations, deliveries),
        (Part::NotSeen { reason }, ..)
        | (_, Part::NotSeen { reason }, _)
        | (.., Part::NotSeen { reason }) => {
            let what = format!(
                "possibly deliveries of audit logs, which could not be read: logs:{reason}; correct what the error says, and \
                 run the command again"
            );
            return vec![Leftover { what, remove: None }];
        }
    };
    let mut left = Vec::new();
    let suffix = format!(":organization/{}", organization.id);
    let is_its = |source: &&DeliverySource| source.resource_arns.iter().any(|arn| arn.ends_with(&suffix));
    let sources: Vec<_> = sources.iter().filter(is_its).collect();
    for source in &sources {
        let of_source = deliveries.iter().filter(|delivery| delivery.delivery_source_name == source.name);
        let mut steps: Vec<String> = of_source
            .map(|delivery| format!("aws logs delete-delivery --id {} --region {region}", delivery.id))
            .collect();
        steps.push(format!("aws logs delete-delivery-source --name {} --region {region}", source.name));
        let kind = source.log_type.as_deref().unwrap_or("audit log");
        left.push(Leftover {
            what: format!("the delivery of {kind} ({}), which continues", source.name),
            remove: Some(steps.join(" && ")),
        });
    }
    let is_of_it = |delivery: &Delivery| sources.iter().any(|it| it.name == delivery.delivery_source_name);
    for destination in destinations {
        let mut users =
            deliveries.iter().filter(|it| it.delivery_destination_arn == destination.arn).peekable();
        if users.peek().is_some() && users.all(is_of_it) {
            let name = &destination.name;
            left.push(Leftover {
                what: format!("the delivery destination {name}, which no other delivery uses"),
                remove: Some(format!("aws logs delete-delivery-destination --name {name} --region {region}")),
            });
        }
    }
    left
}

/// The email event logging of all other organizations of the Region.
async fn others(
    account: &Account,
    client: &Client,
    organization: &Organization,
) -> Result<Vec<Other>, CallError> {
    let mut others = Vec::new();
    for other in organizations::list(account, client, Deadline::NEVER).await? {
        if other.id == organization.id {
            continue;
        }
        if let Some(events) = organizations::email_events(account, client, &other.id, Deadline::NEVER).await?
        {
            others.push(Other { organization: other, events });
        }
    }
    Ok(others)
}

/// A resource that other organizations may use. The command that deletes it is given only where none does.
fn unless_used(
    what: String,
    remove: String,
    others: &Result<Vec<Other>, CallError>,
    uses: impl Fn(&EmailEvents) -> bool,
) -> Leftover {
    let found: Vec<_> = match others {
        Err(error) => {
            let what = format!("{what}; whether another organization uses it is not known: workmail:{error}");
            return Leftover { what, remove: None };
        }
        Ok(others) => others.iter().filter(|other| uses(&other.events)).collect(),
    };
    if found.is_empty() {
        return Leftover { what, remove: Some(remove) };
    }
    let name = |other: &&Other| format!("{} ({})", other.organization.alias, other.organization.id);
    let found: Vec<String> = found.iter().map(name).collect();
    Leftover { what: format!("{what}, in use by {}", found.join(", ")), remove: None }
}

/// The log group and its events.
fn log_group(others: &Result<Vec<Other>, CallError>, events: &EmailEvents, region: &str) -> Option<Leftover> {
    let name = group_name(&events.log_group_arn)?;
    let what = format!("the log group {name} with its events");
    let remove = format!("aws logs delete-log-group --log-group-name {name} --region {region}");
    Some(unless_used(what, remove, others, |other| group_name(&other.log_group_arn).as_ref() == Some(&name)))
}

/// The command that deletes a role, and before it what keeps a role from being deleted: its policies.
fn delete_role(name: &str) -> String {
    let each = |list: &str, query: &str, call: &str| {
        let listed = format!("aws iam {list} --role-name {name} --query '{query}' --output text");
        format!("for policy in $({listed}); do aws iam {call} \"$policy\" --role-name {name} || exit; done")
    };
    let inline = each("list-role-policies", "PolicyNames[]", "delete-role-policy --policy-name");
    let managed = each(
        "list-attached-role-policies",
        "AttachedPolicies[].PolicyArn",
        "detach-role-policy --policy-arn",
    );
    format!("({inline}; {managed}; aws iam delete-role --role-name {name})")
}

/// The role that WorkMail assumes.
fn role(others: &Result<Vec<Other>, CallError>, events: &EmailEvents) -> Option<Leftover> {
    let name = Arn::parse(&events.role_arn).ok()?.role_name()?;
    let remove = if organizations::is_service_linked(&events.role_arn) {
        format!("aws iam delete-service-linked-role --role-name {name}")
    } else {
        delete_role(name)
    };
    let what = format!("the role {}", events.role_arn);
    Some(unless_used(what, remove, others, |other| other.role_arn == events.role_arn))
}
