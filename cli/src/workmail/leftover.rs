//! What remains in the account when email event logging is off.

use aws_sdk_workmail::Client;
use mailtrail_aws_client::Deadline;
use mailtrail_aws_types::Arn;
use mailtrail_doctor::group_name;
use mailtrail_policy_survey::{Account, Budget, CallError, Survey};
use serde::Serialize;

use super::organizations::{self, EmailEvents, Organization};

/// A resource that remains when email event logging is off.
#[derive(Debug, Serialize)]
pub(super) struct Leftover {
    /// The resource, for people.
    pub(super) what: String,
    /// The command that deletes it; `None` where something else needs it.
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
    let reasons = [inventory.delivery_sources.reason(), inventory.deliveries.reason()];
    if let Some(reason) = reasons.into_iter().flatten().next() {
        let remove =
            "allow logs:DescribeDeliverySources and logs:DescribeDeliveries, and run the command again"
                .to_owned();
        let what = format!("possibly deliveries of audit logs, which could not be read: {reason}");
        left.push(Leftover { what, remove: Some(remove) });
        return left;
    }
    let suffix = format!(":organization/{}", organization.id);
    let sources = inventory.delivery_sources.seen().into_iter().flatten();
    for source in sources.filter(|source| source.resource_arns.iter().any(|arn| arn.ends_with(&suffix))) {
        let deliveries = inventory.deliveries.seen().into_iter().flatten();
        let deliveries = deliveries.filter(|delivery| delivery.delivery_source_name == source.name);
        let mut steps: Vec<String> = deliveries
            .map(|delivery| format!("aws logs delete-delivery --id {} --region {region}", delivery.id))
            .collect();
        steps.push(format!("aws logs delete-delivery-source --name {} --region {region}", source.name));
        let kind = source.log_type.as_deref().unwrap_or("audit log");
        left.push(Leftover {
            what: format!("the delivery of {kind} ({}), which continues", source.name),
            remove: Some(steps.join(" && ")),
        });
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

/// The role that WorkMail assumes.
fn role(others: &Result<Vec<Other>, CallError>, events: &EmailEvents) -> Option<Leftover> {
    let name = Arn::parse(&events.role_arn).ok()?.role_name()?;
    let remove = if organizations::is_service_linked(&events.role_arn) {
        format!("aws iam delete-service-linked-role --role-name {name}")
    } else {
        format!(
            "aws iam list-role-policies --role-name {name} && aws iam list-attached-role-policies --role-name {name} (delete \
             and detach these first, then: aws iam delete-role --role-name {name})"
        )
    };
    let what = format!("the role {}", events.role_arn);
    Some(unless_used(what, remove, others, |other| other.role_arn == events.role_arn))
}
