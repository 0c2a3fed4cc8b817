//! What is not copied, and what people have to look after: told, not done.

use aws_sdk_cloudwatchlogs::types::PolicyType;
use mailtrail_policy_survey::CallError;
use mailtrail_policy_survey::answers::expect;

use crate::aws::Aws;

/// Kinds of account policies that choose log groups by their names.
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutAccountPolicy.html>
const SELECTING: [PolicyType; 3] =
    [PolicyType::SubscriptionFilterPolicy, PolicyType::FieldIndexPolicy, PolicyType::TransformerPolicy];

/// What there is to say. Nothing here stops a move: what cannot be read is said.
pub(super) async fn of(aws: &Aws<'_>, from: &str, to: &str) -> Vec<String> {
    let mut notes = Vec::new();
    let parts = [
        ("anomaly detectors", anomaly_detectors(aws, from).await),
        ("syslog inputs", syslog_inputs(aws, from).await),
        ("policies of the account", account_policies(aws, to).await),
        ("saved queries", saved_queries(aws, from).await),
    ];
    for (what, found) in parts {
        match found {
            Ok(found) => notes.extend(found),
            Err(error) => notes.push(format!("{what}: not seen ({error})")),
        }
    }
    notes.push(format!(
        "dashboards, alarms, scheduled queries and programs that name {from} are not looked for"
    ));
    notes.push(format!("the events of {from} stay there until its retention is over"));
    notes
}

/// A new one has to learn again, so whether one is wanted is for people to say.
async fn anomaly_detectors(aws: &Aws<'_>, from: &str) -> Result<Vec<String>, CallError> {
    let (calls, logs, arn) = (&aws.account.calls, &aws.account.logs, aws.group_arn(from));
    let found = calls.all(
        "ListLogAnomalyDetectors",
        aws.deadline,
        |token| logs.list_log_anomaly_detectors().filter_log_group_arn(&arn).set_next_token(token).send(),
        |answer| (answer.anomaly_detectors.unwrap_or_default(), answer.next_token),
    );
    let name = |it: &aws_sdk_cloudwatchlogs::types::AnomalyDetector| {
        let name = it.detector_name().or(it.anomaly_detector_arn()).unwrap_or_default().to_owned();
        format!("the anomaly detector {name}: a new one would have to learn again")
    };
    let found = found.await?;
    for detector in &found {
        let groups = detector.log_group_arn_list();
        let ours = groups.iter().find(|group| group.trim_end_matches(":*") == arn).or(groups.first());
        aws.account.expect_log_group("ListLogAnomalyDetectors", from, ours.map(String::as_str))?;
    }
    Ok(found.iter().map(name).collect())
}

async fn syslog_inputs(aws: &Aws<'_>, from: &str) -> Result<Vec<String>, CallError> {
    let (calls, logs) = (&aws.account.calls, &aws.account.logs);
    let found = calls.all(
        "ListSyslogConfigurations",
        aws.deadline,
        |token| logs.list_syslog_configurations().log_group_identifier(from).set_next_token(token).send(),
        |answer| (answer.syslog_configurations.unwrap_or_default(), answer.next_token),
    );
    let name = |it: &aws_sdk_cloudwatchlogs::types::SyslogConfiguration| {
        format!(
            "the syslog input of the endpoint {}: it goes on writing to {from}",
            it.vpc_endpoint_id().unwrap_or("?")
        )
    };
    let found = found.await?;
    for input in &found {
        aws.account.expect_log_group("ListSyslogConfigurations", from, input.log_group_arn())?;
    }
    Ok(found.iter().map(name).collect())
}

async fn account_policies(aws: &Aws<'_>, to: &str) -> Result<Vec<String>, CallError> {
    let (calls, logs) = (&aws.account.calls, &aws.account.logs);
    let mut notes = Vec::new();
    for kind in SELECTING {
        let found = calls.all(
            "DescribeAccountPolicies",
            aws.deadline,
            |token| logs.describe_account_policies().policy_type(kind.clone()).set_next_token(token).send(),
            |answer| (answer.account_policies.unwrap_or_default(), answer.next_token),
        );
        for policy in found.await? {
            let (said, id) = (policy.policy_type().map(PolicyType::as_str), &aws.account.id);
            expect("DescribeAccountPolicies", "type of policies", kind.as_str(), said)?;
            expect("DescribeAccountPolicies", "account", id, policy.account_id())?;
            let Some(criteria) = policy.selection_criteria() else { continue };
            let name = policy.policy_name().unwrap_or_default();
            notes.push(format!(
                "the account's policy {name} chooses log groups by {criteria}: check whether {to} is meant"
            ));
        }
    }
    Ok(notes)
}

async fn saved_queries(aws: &Aws<'_>, from: &str) -> Result<Vec<String>, CallError> {
    let (calls, logs) = (&aws.account.calls, &aws.account.logs);
    let found = calls.all(
        "DescribeQueryDefinitions",
        aws.deadline,
        |token| logs.describe_query_definitions().set_next_token(token).send(),
        |answer| (answer.query_definitions.unwrap_or_default(), answer.next_token),
    );
    let found = found.await?;
    let names = found.iter().filter(|query| query.log_group_names().iter().any(|name| name == from));
    Ok(names
        .map(|query| format!("the saved query {} reads {from}", query.name().unwrap_or_default()))
        .collect())
}
