//! HTTP and WebSocket APIs of API Gateway, and the log groups of their stages' access logs.

use aws_sdk_apigatewayv2::Client;
use aws_sdk_apigatewayv2::types::Stage;
use mailtrail_aws_client::Deadline;
use mailtrail_resource_policy::inventory::V1Destination;

use super::destination::{self, group_here};
use crate::calls::CallError;
use crate::clients::Account;

/// Its id in the table.
pub(super) const ID: &str = "api-gateway-http";

/// Where the stages log to.
///
/// # Errors
/// When they cannot be read to their end: half a list is none.
pub(super) async fn destinations(
    account: &Account,
    deadline: Deadline,
) -> Result<Vec<V1Destination>, CallError> {
    let client = Client::new(&account.config);
    let mut found = Vec::new();
    for api in apis(&client, account, deadline).await? {
        match stages(&client, account, &api, deadline).await {
            Ok(stages) => found.extend(stages.iter().filter_map(|stage| destination(account, &api, stage))),
            // The API was deleted since it was listed.
            Err(error) if error.failure.code == "NotFoundException" => {}
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

/// The ids of the APIs.
async fn apis(client: &Client, account: &Account, deadline: Deadline) -> Result<Vec<String>, CallError> {
    let ask = |token| client.get_apis().set_next_token(token).send();
    let apis = account.calls.all("GetApis", deadline, ask, |got| {
        let ids = got.items().iter().filter_map(|api| api.api_id().map(str::to_owned)).collect();
        (ids, got.next_token)
    });
    apis.await
}

async fn stages(
    client: &Client,
    account: &Account,
    api: &str,
    deadline: Deadline,
) -> Result<Vec<Stage>, CallError> {
    let ask = |token| client.get_stages().api_id(api).set_next_token(token).send();
    let stages = account.calls.all("GetStages", deadline, ask, |got| (got.items().to_vec(), got.next_token));
    stages.await
}

fn destination(account: &Account, api: &str, stage: &Stage) -> Option<V1Destination> {
    let logging = stage.access_log_settings()?;
    let group = group_here(account, logging.destination_arn()?)?;
    let values = [
        ("api_id", Some(api.to_owned())),
        ("stage", stage.stage_name().map(str::to_owned)),
        ("format", logging.format().map(str::to_owned)),
    ];
    Some(destination::destination(ID, group, values))
}
