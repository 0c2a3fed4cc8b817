//! The organizations of an account.

use aws_sdk_workmail::Client;
use mailtrail_aws_client::Deadline;
use mailtrail_policy_survey::{Account, CallError};

/// The Regions of `WorkMail`. There will be no others: AWS accepts no new customers.
/// <https://docs.aws.amazon.com/workmail/latest/adminguide/lambda.html>
pub const REGIONS: [&str; 3] = ["us-east-1", "us-west-2", "eu-west-1"];

/// An organization, as `ListOrganizations` returns it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrganizationSummary {
    /// `m-…`
    pub id: String,
    /// Its alias.
    pub alias: String,
}

/// The organizations that are not deleted. No call is made in a Region without `WorkMail`.
///
/// # Errors
/// When they cannot be listed to the end.
pub async fn organizations(
    account: &Account,
    client: &Client,
    deadline: Deadline,
) -> Result<Vec<OrganizationSummary>, CallError> {
    if !REGIONS.contains(&account.region.as_str()) && account.config.endpoint_url().is_none() {
        return Ok(Vec::new());
    }
    let ask = |token| client.list_organizations().set_next_token(token).send();
    let read = account.calls.all("ListOrganizations", deadline, ask, |answer| {
        let all = answer.organization_summaries().iter();
        let existing =
            all.filter(|it| !it.state().is_some_and(|state| state.eq_ignore_ascii_case("deleted")));
        let organizations = existing.map(|it| OrganizationSummary {
            id: it.organization_id().unwrap_or_default().to_owned(),
            alias: it.alias().unwrap_or_default().to_owned(),
        });
        (organizations.collect(), answer.next_token.clone())
    });
    read.await
}
