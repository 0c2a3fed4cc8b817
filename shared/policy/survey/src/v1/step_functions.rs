//! State machines, and the log groups that they log to.

use aws_sdk_sfn::Client;
use aws_sdk_sfn::operation::describe_state_machine::DescribeStateMachineOutput;
use aws_sdk_sfn::types::IncludedData;
use mailtrail_aws_client::Deadline;
use mailtrail_resource_policy::inventory::V1Destination;

use super::destination::{destination, group_here};
use crate::answers::expect;
use crate::calls::CallError;
use crate::clients::Account;

/// Its id in the table.
pub(super) const ID: &str = "step-functions";
/// State machines of a page, the most that the operation allows.
/// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListStateMachines.html>
const PAGE: i32 = 1000;
/// The level where a state machine names none.
/// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_LoggingConfiguration.html>
const NO_LEVEL: &str = "OFF";

/// Where the state machines log to.
///
/// # Errors
/// When they cannot be read to their end: half a list is none.
pub(super) async fn destinations(
    account: &Account,
    deadline: Deadline,
) -> Result<Vec<V1Destination>, CallError> {
    let client = Client::new(&account.config);
    let mut found = Vec::new();
    for arn in state_machines(&client, account, deadline).await? {
        // The definition is none of our business, and may be encrypted with a key that we cannot use.
        let described = account.calls.run("DescribeStateMachine", deadline, || {
            let call = client.describe_state_machine().state_machine_arn(&arn);
            call.included_data(IncludedData::MetadataOnly).send()
        });
        match described.await {
            Ok(machine) => {
                let said = Some(machine.state_machine_arn());
                expect("DescribeStateMachine", "state machine", &arn, said)?;
                found.extend(destinations_of(account, &machine));
            }
            // It was deleted since it was listed.
            Err(error) if error.failure.code == "StateMachineDoesNotExist" => {}
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

async fn state_machines(
    client: &Client,
    account: &Account,
    deadline: Deadline,
) -> Result<Vec<String>, CallError> {
    let ask = |token| client.list_state_machines().max_results(PAGE).set_next_token(token).send();
    let machines = account.calls.all("ListStateMachines", deadline, ask, |listed| {
        let arns = listed.state_machines().iter().map(|machine| machine.state_machine_arn().to_owned());
        (arns.collect(), listed.next_token)
    });
    let machines = machines.await?;
    for arn in &machines {
        account.expect_here("ListStateMachines", "states", Some(arn))?;
    }
    Ok(machines)
}

fn destinations_of(account: &Account, machine: &DescribeStateMachineOutput) -> Vec<V1Destination> {
    let Some(logging) = machine.logging_configuration() else { return Vec::new() };
    let level = logging.level().map_or(NO_LEVEL, |level| level.as_str());
    let arns =
        logging.destinations().iter().filter_map(|to| to.cloud_watch_logs_log_group()?.log_group_arn());
    let groups = arns.filter_map(|arn| group_here(account, arn));
    let found = |group| {
        let values = [
            ("state_machine_arn", Some(machine.state_machine_arn().to_owned())),
            ("role_arn", Some(machine.role_arn().to_owned())),
            ("level", Some(level.to_owned())),
            ("include_execution_data", Some(logging.include_execution_data().to_string())),
        ];
        destination(ID, group, values)
    };
    groups.map(found).collect()
}
