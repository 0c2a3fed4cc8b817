//! WorkMail organizations and their email event logging.

use anyhow::{Context, anyhow};
use aws_sdk_workmail::Client;
use mailtrail_aws_client::Deadline;
use mailtrail_aws_types::Arn;
use mailtrail_policy_survey::{Account, CallError};
pub(crate) use mailtrail_workmail::{OrganizationSummary as Organization, organizations as list};

use crate::args::command_in;

/// The configuration of email event logging.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EmailEvents {
    pub(crate) log_group_arn: String,
    pub(crate) role_arn: String,
}

/// The role that WorkMail assumes where none is configured.
/// <https://docs.aws.amazon.com/workmail/latest/APIReference/API_PutEmailMonitoringConfiguration.html>
fn service_linked_role(account: &str) -> String {
    let name = mailtrail_doctor::SERVICE_LINKED_ROLES[1];
    format!("arn:aws:iam::{account}:role/aws-service-role/events.workmail.amazonaws.com/{name}")
}

/// Whether a role is service-linked, by its path.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create-service-linked-role.html>
pub(super) fn is_service_linked(role: &str) -> bool {
    let path = Arn::parse(role).ok().and_then(|arn| arn.role_path());
    path.is_some_and(|path| path.starts_with("/aws-service-role/"))
}

/// The same as [`list`], without a deadline and with a readable error.
pub(super) async fn all(account: &Account, client: &Client) -> anyhow::Result<Vec<Organization>> {
    let organizations = list(account, client, Deadline::NEVER).await;
    organizations.with_context(|| format!("failed to list the WorkMail organizations in {}", account.region))
}

/// The organization with this id or alias.
pub(crate) async fn find(account: &Account, client: &Client, name: &str) -> anyhow::Result<Organization> {
    let organizations = all(account, client).await?;
    let found = organizations.into_iter().find(|it| it.id == name || it.alias == name);
    found.ok_or_else(|| unknown(account, name))
}

/// The error of a name that no organization has.
pub(super) fn unknown(account: &Account, name: &str) -> anyhow::Error {
    let (id, region) = (&account.id, &account.region);
    anyhow!(
        "unknown WorkMail organization `{name}` in account {id}, Region {region}; see: {}",
        command_in(account, "workmail status")
    )
}

/// The email event logging of an organization; `None` while it is off.
pub(crate) async fn email_events(
    account: &Account,
    client: &Client,
    id: &str,
    deadline: Deadline,
) -> Result<Option<EmailEvents>, CallError> {
    let answer = account.calls.run("DescribeEmailMonitoringConfiguration", deadline, || {
        client.describe_email_monitoring_configuration().organization_id(id).send()
    });
    match answer.await {
        Ok(answer) => {
            let log_group_arn = answer.log_group_arn().unwrap_or_default().to_owned();
            let role_arn = answer.role_arn().map_or_else(|| service_linked_role(&account.id), str::to_owned);
            Ok((!log_group_arn.is_empty()).then_some(EmailEvents { log_group_arn, role_arn }))
        }
        Err(error) if error.is_missing() => Ok(None),
        Err(error) => Err(error),
    }
}

/// The context of an error of [`email_events`].
pub(super) fn failed_to_read(id: &str) -> String {
    format!("failed to read the email event logging of `{id}`")
}
