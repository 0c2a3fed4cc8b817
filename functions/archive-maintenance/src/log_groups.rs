//! The log groups that the archive is compared with: those that are subscribed to what fills it.

use mailtrail_aws_client::Deadline;
use mailtrail_policy_survey::{Account, CallError, PAGE};
use mailtrail_pull::LogGroup;

/// The log groups of probes, whose events no reader shows, begin with this.
const OF_PROBES: &str = "/mailtrail-probe/";

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The log groups that are subscribed, by name.
    pub(crate) subscribed: Vec<LogGroup>,
    /// Why it is not known of others.
    pub(crate) failures: Vec<String>,
}

/// Finds the log groups with a subscription filter to one of these destinations, those of mailtrail itself and of probes
/// left out. What one of them does not tell holds up no other; those that there is no time for are told.
///
/// # Errors
/// When they cannot be listed, or the caller may not ask for filters.
pub(crate) async fn find(
    account: &Account,
    destinations: &[String],
    own: &[String],
    deadline: Deadline,
) -> Result<Found, CallError> {
    let ask = |token| account.logs.describe_log_groups().limit(PAGE).set_next_token(token).send();
    let listed = account.calls.all("DescribeLogGroups", deadline, ask, |answer| {
        (answer.log_groups.unwrap_or_default(), answer.next_token)
    });
    let listed = listed.await?;
    let mut found = Found::default();
    for (at, group) in listed.iter().enumerate() {
        let group = LogGroup::described(group, &account.id, &account.region);
        if group.name.starts_with(OF_PROBES) || own.contains(&group.name) {
            continue;
        }
        if deadline.is_over() {
            let left = listed.len() - at;
            found.failures.push(format!("no time to ask {left} log groups for their subscription filters"));
            break;
        }
        match is_subscribed(account, &group.name, destinations, deadline).await {
            Ok(true) => found.subscribed.push(group),
            Ok(false) => {}
            Err(error) if error.is_denied() => return Err(error),
            // It was deleted meanwhile.
            Err(error) if error.is_missing() => {}
            Err(error) => found.failures.push(format!("`{}`: {error}", group.name)),
        }
    }
    found.subscribed.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(found)
}

async fn is_subscribed(
    account: &Account,
    log_group: &str,
    destinations: &[String],
    deadline: Deadline,
) -> Result<bool, CallError> {
    let ask = |token| {
        let call = account.logs.describe_subscription_filters().log_group_name(log_group).limit(PAGE);
        call.set_next_token(token).send()
    };
    let filters = account.calls.all("DescribeSubscriptionFilters", deadline, ask, |answer| {
        (answer.subscription_filters.unwrap_or_default(), answer.next_token)
    });
    let is_ours = |arn: &str| destinations.iter().any(|destination| destination == arn);
    Ok(filters.await?.iter().filter_map(|filter| filter.destination_arn()).any(is_ours))
}
