//! The plan of `mailtrail workmail enable`.

use anyhow::Context;
use aws_sdk_workmail::Client;
use mailtrail_aws_client::Deadline;
use mailtrail_aws_types::AwsPartition;
use mailtrail_doctor::group_name;
use mailtrail_policy_survey::{Account, CallError};

use super::args::{EnableArgs, Retention};
use super::call::Call;
use super::organizations::{self, EmailEvents, Organization};
use crate::args::command_in;

/// The retention of a log group that is created: time to fill gaps from it that are found a year later.
const DEFAULT_DAYS: i32 = 400;

/// Up to this many days, a retention leaves little time to fill a gap. It is what WorkMail itself sets for a log group
/// that it creates. <https://docs.aws.amazon.com/workmail/latest/adminguide/tracking.html>
const SHORT_DAYS: i32 = 30;

/// The calls that enable logging as requested, and warnings about the result.
#[derive(Debug)]
pub(super) struct Plan {
    /// The name of the log group that will receive the events.
    pub(super) log_group: String,
    /// In this order; empty where everything is as requested.
    pub(super) calls: Vec<Call>,
    pub(super) warnings: Vec<String>,
}

/// Reads the current configuration, and plans only the calls that change something.
pub(super) async fn plan(
    account: &Account,
    client: &Client,
    organization: &Organization,
    args: &EnableArgs,
) -> anyhow::Result<Plan> {
    let events = organizations::email_events(account, client, &organization.id, Deadline::NEVER).await;
    let events = events.with_context(|| organizations::failed_to_read(&organization.id))?;
    let name = log_group(organization, events.as_ref(), args);
    let partition = AwsPartition::of_region(&account.region);
    let arn = format!("arn:{partition}:logs:{}:{}:log-group:{name}:*", account.region, account.id);
    let current = retention(account, &arn).await;
    let current = current.with_context(|| format!("failed to read the log group `{name}`"))?;
    let mut plan = Plan { log_group: name.clone(), calls: Vec::new(), warnings: Vec::new() };
    if current.is_none() {
        plan.calls.push(Call::CreateLogGroup { name: name.clone() });
    }
    let wanted = args.retention.or(current).unwrap_or(Retention::Days(DEFAULT_DAYS));
    match wanted {
        _ if current == Some(wanted) => {}
        Retention::Days(days) => plan.calls.push(Call::SetRetention { name, days }),
        Retention::Forever if current.is_some() => plan.calls.push(Call::RemoveRetention { name }),
        // Events of a new log group never expire.
        Retention::Forever => {}
    }
    if let Retention::Days(days) = wanted
        && args.retention.is_none()
        && days <= SHORT_DAYS
    {
        plan.warnings.push(format!(
            "events of {} expire after {days} days, and those that are not archived by then are lost: set --retention, and \
             check the archive with: {}",
            plan.log_group,
            command_in(account, "doctor")
        ));
    }
    let is_enabled = events.as_ref().is_some_and(|events| {
        events.log_group_arn.trim_end_matches(":*") == arn.trim_end_matches(":*")
            && args.logging_role.as_ref().is_none_or(|role| *role == events.role_arn)
    });
    if !is_enabled {
        let (organization, role_arn) = (organization.id.clone(), role(events.as_ref(), args));
        plan.calls.push(Call::Enable { organization, log_group_arn: arn, role_arn });
    }
    if let Some(role) = args.logging_role.as_ref().filter(|role| !role.to_lowercase().contains("workmail")) {
        plan.warnings.push(format!(
            "the name of {role} does not contain `workmail`: callers with only the managed policy AmazonWorkMailFullAccess \
             cannot pass it"
        ));
    }
    Ok(plan)
}

/// The requested log group, else the one in use, else the default of WorkMail.
fn log_group(organization: &Organization, events: Option<&EmailEvents>, args: &EnableArgs) -> String {
    let in_use = || events.and_then(|events| group_name(&events.log_group_arn));
    let default = || format!("/aws/workmail/emailevents/{}", organization.alias);
    args.log_group.clone().or_else(in_use).unwrap_or_else(default)
}

/// The requested role, else a customer-managed role in use, else the service-linked role.
fn role(events: Option<&EmailEvents>, args: &EnableArgs) -> Option<String> {
    let in_use =
        events.map(|events| events.role_arn.clone()).filter(|role| !organizations::is_service_linked(role));
    args.logging_role.clone().or(in_use)
}

/// The retention of a log group; `None` where it does not exist.
pub(super) async fn retention(account: &Account, arn: &str) -> Result<Option<Retention>, CallError> {
    let Some(name) = group_name(arn) else { return Ok(None) };
    let group = account.log_group(&name, Deadline::NEVER).await?;
    Ok(group.map(|group| group.retention_in_days().map_or(Retention::Forever, Retention::Days)))
}
