//! What WorkMail says of organizations and their email event logging.

use aws_sdk_workmail::Client;
use mailtrail_aws_client::Deadline;
use mailtrail_policy_survey::{Account, CallError};

/// Where WorkMail is, and nowhere else. It takes no new customers any more.
/// <https://docs.aws.amazon.com/workmail/latest/adminguide/lambda.html>
const REGIONS: [&str; 3] = ["us-east-1", "us-west-2", "eu-west-1"];

/// An organization, as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listed {
    pub(crate) id: String,
    pub(crate) alias: String,
}

/// Where email events go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EmailEvents {
    pub(crate) log_group_arn: String,
    pub(crate) role_arn: String,
}

/// What WorkMail writes with where no role is set.
/// <https://docs.aws.amazon.com/workmail/latest/APIReference/API_PutEmailMonitoringConfiguration.html>
fn service_linked_role(account: &str) -> String {
    let name = mailtrail_doctor::SERVICE_LINKED_ROLES[1];
    format!("arn:aws:iam::{account}:role/aws-service-role/events.workmail.amazonaws.com/{name}")
}

/// The organizations that are not deleted. In a Region without WorkMail nobody is asked.
pub(crate) async fn list(
    account: &Account,
    client: &Client,
    deadline: Deadline,
) -> Result<Vec<Listed>, CallError> {
    if !REGIONS.contains(&account.region.as_str()) && account.config.endpoint_url().is_none() {
        return Ok(Vec::new());
    }
    let ask = |token| client.list_organizations().set_next_token(token).send();
    let read = account.calls.all("ListOrganizations", deadline, ask, |answer| {
        let all = answer.organization_summaries().iter();
        let there = all.filter(|it| !it.state().is_some_and(|state| state.eq_ignore_ascii_case("deleted")));
        let listed = there.map(|it| Listed {
            id: it.organization_id().unwrap_or_default().to_owned(),
            alias: it.alias().unwrap_or_default().to_owned(),
        });
        (listed.collect(), answer.next_token.clone())
    });
    read.await
}

/// Where the email events of an organization go; nothing where they are not logged.
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
