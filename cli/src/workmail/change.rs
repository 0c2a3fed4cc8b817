//! What is called to switch logging, and what is left over when it is off.

use anyhow::Context;
use aws_sdk_workmail::Client;
use mailtrail_aws_client::Deadline;
use mailtrail_aws_types::{Arn, AwsPartition};
use mailtrail_doctor::group_name;
use mailtrail_policy_survey::{Account, Budget, CallError, Survey};
use serde::Serialize;
use serde_json::json;

use super::DEFAULT_DAYS;
use super::args::{EnableArgs, Retention};
use super::organizations::{self, EmailEvents, Listed};

/// A call that changes something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Call {
    CreateLogGroup { name: String },
    SetRetention { name: String, days: i32 },
    KeepForever { name: String },
    Enable { organization: String, log_group_arn: String, role_arn: Option<String> },
    Disable { organization: String },
}

/// What is to be done, and what one should know.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) log_group: String,
    pub(super) calls: Vec<Call>,
    pub(super) notes: Vec<String>,
}

/// Something that stays when logging is off.
#[derive(Debug, Serialize)]
pub(super) struct LeftOver {
    /// What it is.
    pub(super) what: String,
    /// What removes it; nothing where others need it.
    pub(super) remove: Option<String>,
}

/// What came of it, for machines.
#[derive(Debug, Serialize)]
pub(super) struct Outcome<'a> {
    organization: &'a str,
    alias: &'a str,
    /// Whether the calls were made.
    done: bool,
    calls: Vec<serde_json::Value>,
    notes: &'a [String],
    left_over: &'a [LeftOver],
}

impl<'a> Outcome<'a> {
    pub(super) fn of(
        organization: &'a Listed,
        calls: &[Call],
        done: bool,
        notes: &'a [String],
        left_over: &'a [LeftOver],
    ) -> Self {
        let call = |call: &Call| json!({"operation": call.operation(), "parameters": call.members()});
        let calls = calls.iter().map(call).collect();
        Self { organization: &organization.id, alias: &organization.alias, done, calls, notes, left_over }
    }
}

impl Call {
    pub(super) fn operation(&self) -> &'static str {
        match self {
            Self::CreateLogGroup { .. } => "CreateLogGroup",
            Self::SetRetention { .. } => "PutRetentionPolicy",
            Self::KeepForever { .. } => "DeleteRetentionPolicy",
            Self::Enable { .. } => "PutEmailMonitoringConfiguration",
            Self::Disable { .. } => "DeleteEmailMonitoringConfiguration",
        }
    }

    /// Its parameters, in one line.
    pub(super) fn parameters(&self) -> String {
        self.members().to_string()
    }

    fn members(&self) -> serde_json::Value {
        match self {
            Self::CreateLogGroup { name } | Self::KeepForever { name } => json!({"logGroupName": name}),
            Self::SetRetention { name, days } => json!({"logGroupName": name, "retentionInDays": days}),
            Self::Enable { organization, log_group_arn, role_arn: None } => {
                json!({"OrganizationId": organization, "LogGroupArn": log_group_arn})
            }
            Self::Enable { organization, log_group_arn, role_arn: Some(role) } => {
                json!({"OrganizationId": organization, "LogGroupArn": log_group_arn, "RoleArn": role})
            }
            Self::Disable { organization } => json!({"OrganizationId": organization}),
        }
    }

    /// Makes the call.
    pub(super) async fn make(&self, account: &Account, client: &Client) -> anyhow::Result<()> {
        let (calls, logs, never) = (&account.calls, &account.logs, Deadline::NEVER);
        let operation = self.operation();
        let made: Result<(), CallError> = match self {
            Self::CreateLogGroup { name } => {
                let made = calls
                    .run(operation, never, || logs.create_log_group().log_group_name(name).send())
                    .await
                    .map(|_| ());
                match made {
                    // Somebody else was quicker.
                    Err(error) if error.failure.code == "ResourceAlreadyExistsException" => Ok(()),
                    made => made,
                }
            }
            Self::SetRetention { name, days } => calls
                .run(operation, never, || {
                    logs.put_retention_policy().log_group_name(name).retention_in_days(*days).send()
                })
                .await
                .map(|_| ()),
            Self::KeepForever { name } => calls
                .run(operation, never, || logs.delete_retention_policy().log_group_name(name).send())
                .await
                .map(|_| ()),
            Self::Enable { organization, log_group_arn, role_arn } => calls
                .run(operation, never, || {
                    let call = client.put_email_monitoring_configuration().organization_id(organization);
                    call.log_group_arn(log_group_arn).set_role_arn(role_arn.clone()).send()
                })
                .await
                .map(|_| ()),
            Self::Disable { organization } => calls
                .run(operation, never, || {
                    client.delete_email_monitoring_configuration().organization_id(organization).send()
                })
                .await
                .map(|_| ()),
        };
        made.with_context(|| format!("{operation} {}", self.parameters()))
    }
}

/// What is to be called so that email events are logged as asked for.
pub(super) async fn plan(
    account: &Account,
    client: &Client,
    organization: &Listed,
    args: &EnableArgs,
) -> anyhow::Result<Plan> {
    let read = organizations::email_events(account, client, &organization.id, Deadline::NEVER);
    let now = read.await.with_context(|| format!("organization {}", organization.id))?;
    let name = log_group(organization, now.as_ref(), args);
    let partition = AwsPartition::of_region(&account.region);
    let arn = format!("arn:{partition}:logs:{}:{}:log-group:{name}:*", account.region, account.id);
    let kept = retention(account, &arn).await.with_context(|| format!("log group {name}"))?;
    let mut plan = Plan { log_group: name.clone(), calls: Vec::new(), notes: Vec::new() };
    if kept.is_none() {
        plan.calls.push(Call::CreateLogGroup { name: name.clone() });
    }
    let wanted = args.retention.or(kept).unwrap_or(Retention::Days(DEFAULT_DAYS));
    match wanted {
        _ if kept == Some(wanted) => {}
        Retention::Days(days) => plan.calls.push(Call::SetRetention { name, days }),
        Retention::Forever if kept.is_some() => plan.calls.push(Call::KeepForever { name }),
        // A log group that is made keeps its events for ever.
        Retention::Forever => {}
    }
    if let Retention::Days(days) = wanted
        && args.retention.is_none()
        && days <= DEFAULT_DAYS
    {
        plan.notes.push(format!(
            "{} keeps events for {days} days only: what is not archived by then is gone; see --retention, and \
             mailtrail doctor",
            plan.log_group
        ));
    }
    let is_so = now.as_ref().is_some_and(|now| {
        now.log_group_arn.trim_end_matches(":*") == arn.trim_end_matches(":*")
            && args.logging_role.as_ref().is_none_or(|role| *role == now.role_arn)
    });
    if !is_so {
        let (organization, role_arn) = (organization.id.clone(), role(now.as_ref(), args));
        plan.calls.push(Call::Enable { organization, log_group_arn: arn, role_arn });
    }
    if let Some(role) = args.logging_role.as_ref().filter(|role| !role.to_lowercase().contains("workmail")) {
        plan.notes.push(format!(
            "the name of {role} does not contain `workmail`: whoever has AmazonWorkMailFullAccess only cannot pass it"
        ));
    }
    Ok(plan)
}

/// The one that is named, else the one in use, else WorkMail's default.
fn log_group(organization: &Listed, now: Option<&EmailEvents>, args: &EnableArgs) -> String {
    let in_use = || now.and_then(|now| group_name(&now.log_group_arn));
    let default = || format!("/aws/workmail/emailevents/{}", organization.alias);
    args.log_group.clone().or_else(in_use).unwrap_or_else(default)
}

/// A role of one's own stays when only the log group changes.
fn role(now: Option<&EmailEvents>, args: &EnableArgs) -> Option<String> {
    let in_use = now.map(|now| now.role_arn.clone()).filter(|role| !is_service_linked(role));
    args.logging_role.clone().or(in_use)
}

/// How long a log group keeps its events; nothing where there is no such group.
pub(super) async fn retention(account: &Account, arn: &str) -> Result<Option<Retention>, CallError> {
    let Some(name) = group_name(arn) else { return Ok(None) };
    let answer = account.calls.run("DescribeLogGroups", Deadline::NEVER, || {
        account.logs.describe_log_groups().log_group_name_prefix(&name).limit(1).send()
    });
    let answer = answer.await?;
    let group = answer.log_groups().iter().find(|group| group.log_group_name() == Some(&name));
    Ok(group.map(|group| group.retention_in_days().map_or(Retention::Forever, Retention::Days)))
}

/// Another organization, and where its email events go.
struct Other {
    organization: Listed,
    now: EmailEvents,
}

/// What stays: the log group, the role, and the deliveries of audit logs. What cannot be read is said.
pub(super) async fn left_over(
    account: &Account,
    client: &Client,
    organization: &Listed,
    now: Option<&EmailEvents>,
) -> Vec<LeftOver> {
    let region = &account.region;
    let mut left = Vec::new();
    if let Some(now) = now {
        let others = others(account, client, organization).await;
        left.extend(left_log_group(&others, now, region));
        left.extend(left_role(&others, now));
    }
    let inventory = Survey::new(account, Deadline::NEVER)
        .take(&Budget { log_group_policies: 0, cursor: None })
        .await
        .inventory;
    let parts = [inventory.delivery_sources.reason(), inventory.deliveries.reason()];
    if let Some(reason) = parts.into_iter().flatten().next() {
        let remove =
            "allow logs:DescribeDeliverySources and logs:DescribeDeliveries, and run it again".to_owned();
        let what = format!("deliveries of audit logs, perhaps: {reason}");
        left.push(LeftOver { what, remove: Some(remove) });
        return left;
    }
    let of_it = format!(":organization/{}", organization.id);
    let sources = inventory.delivery_sources.seen().into_iter().flatten();
    for source in sources.filter(|source| source.resource_arns.iter().any(|arn| arn.ends_with(&of_it))) {
        let deliveries = inventory.deliveries.seen().into_iter().flatten();
        let deliveries = deliveries.filter(|delivery| delivery.delivery_source_name == source.name);
        let mut steps: Vec<String> = deliveries
            .map(|delivery| format!("aws logs delete-delivery --id {} --region {region}", delivery.id))
            .collect();
        steps.push(format!("aws logs delete-delivery-source --name {} --region {region}", source.name));
        let kind = source.log_type.as_deref().unwrap_or("audit log");
        left.push(LeftOver {
            what: format!("the delivery of {kind} ({}), which goes on by itself", source.name),
            remove: Some(steps.join(" && ")),
        });
    }
    left
}

/// Where the email events of all other organizations go, or why that is not known.
async fn others(account: &Account, client: &Client, organization: &Listed) -> Result<Vec<Other>, CallError> {
    let mut others = Vec::new();
    for other in organizations::list(account, client, Deadline::NEVER).await? {
        if other.id == organization.id {
            continue;
        }
        if let Some(now) = organizations::email_events(account, client, &other.id, Deadline::NEVER).await? {
            others.push(Other { organization: other, now });
        }
    }
    Ok(others)
}

/// Something that other organizations may need: with the command that removes it only where none is known to.
fn unless_used(
    what: String,
    remove: String,
    others: &Result<Vec<Other>, CallError>,
    uses: impl Fn(&EmailEvents) -> bool,
) -> LeftOver {
    let found: Vec<_> = match others {
        Err(error) => {
            let what =
                format!("{what}, unless another organization needs it, which is not known: workmail:{error}");
            return LeftOver { what, remove: None };
        }
        Ok(others) => others.iter().filter(|other| uses(&other.now)).collect(),
    };
    if found.is_empty() {
        return LeftOver { what, remove: Some(remove) };
    }
    let name = |other: &&Other| format!("{} ({})", other.organization.alias, other.organization.id);
    let found: Vec<String> = found.iter().map(name).collect();
    LeftOver { what: format!("{what}: it stays, as it is in use by {}", found.join(", ")), remove: None }
}

/// The log group, with what was logged.
fn left_log_group(
    others: &Result<Vec<Other>, CallError>,
    now: &EmailEvents,
    region: &str,
) -> Option<LeftOver> {
    let name = group_name(&now.log_group_arn)?;
    let what = format!("the log group {name}, with what was logged");
    let remove = format!("aws logs delete-log-group --log-group-name {name} --region {region}");
    Some(unless_used(what, remove, others, |other| group_name(&other.log_group_arn).as_ref() == Some(&name)))
}

/// Whether a role is linked to a service, by its path
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create-service-linked-role.html>).
fn is_service_linked(role: &str) -> bool {
    let path = Arn::parse(role).ok().and_then(|arn| arn.role_path());
    path.is_some_and(|path| path.starts_with("/aws-service-role/"))
}

/// The role that WorkMail writes with.
fn left_role(others: &Result<Vec<Other>, CallError>, now: &EmailEvents) -> Option<LeftOver> {
    let name = Arn::parse(&now.role_arn).ok()?.role_name()?;
    let remove = if is_service_linked(&now.role_arn) {
        format!("aws iam delete-service-linked-role --role-name {name}")
    } else {
        format!("aws iam delete-role --role-name {name} (after its policies)")
    };
    let what = format!("the role {}", now.role_arn);
    Some(unless_used(what, remove, others, |other| other.role_arn == now.role_arn))
}
