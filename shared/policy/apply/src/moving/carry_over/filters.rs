//! Filters of a log group, and the permissions that they need.

use aws_sdk_cloudwatchlogs::types;
use mailtrail_policy_survey::{CallError, PAGE};
use mailtrail_resource_policy::plan::Move;

use super::carried::Carried;
use crate::aws::Aws;
use crate::change::Change;
use crate::permissions;
use crate::setting::{MetricFilter, MetricTransformation, Setting, SubscriptionFilter};

/// Reads the filters.
pub(super) async fn read(aws: &Aws<'_>, moving: &Move, carried: &mut Carried) -> Result<(), CallError> {
    let to_arn = aws.group_arn(&moving.to);
    for filter in subscription_filters(aws, &moving.from).await? {
        let filter = subscription(filter, &moving.to);
        if filter.destination_arn.contains(":lambda:") {
            let permission = permissions::to_invoke(&filter.destination_arn, &to_arn, &aws.account.id);
            carried.made.push(Change::Permission(permission));
        }
        if let Some(role) = &filter.role_arn {
            carried.not_copied.push(format!(
                "the role {role} of the subscription filter {} is used for {} too: check that neither its trust policy \
                 nor its permissions name {}",
                filter.filter_name, moving.to, moving.from
            ));
        }
        carried.set(Setting::PutSubscriptionFilter(filter));
    }
    for filter in metric_filters(aws, &moving.from).await? {
        carried.set(Setting::PutMetricFilter(metric(filter, &moving.to)));
    }
    Ok(())
}

async fn subscription_filters(
    aws: &Aws<'_>,
    group: &str,
) -> Result<Vec<types::SubscriptionFilter>, CallError> {
    let (calls, logs) = (&aws.account.calls, &aws.account.logs);
    let ask = |token| {
        let call = logs.describe_subscription_filters().log_group_name(group).limit(PAGE);
        call.set_next_token(token).send()
    };
    let filters = calls.all("DescribeSubscriptionFilters", aws.deadline, ask, |answer| {
        (answer.subscription_filters.unwrap_or_default(), answer.next_token)
    });
    let filters = filters.await?;
    for filter in &filters {
        aws.account.expect_log_group("DescribeSubscriptionFilters", group, filter.log_group_name())?;
    }
    Ok(filters)
}

async fn metric_filters(aws: &Aws<'_>, group: &str) -> Result<Vec<types::MetricFilter>, CallError> {
    let (calls, logs) = (&aws.account.calls, &aws.account.logs);
    let ask = |token| {
        let call = logs.describe_metric_filters().log_group_name(group).limit(PAGE);
        call.set_next_token(token).send()
    };
    let filters = calls.all("DescribeMetricFilters", aws.deadline, ask, |answer| {
        (answer.metric_filters.unwrap_or_default(), answer.next_token)
    });
    let filters = filters.await?;
    for filter in &filters {
        aws.account.expect_log_group("DescribeMetricFilters", group, filter.log_group_name())?;
    }
    Ok(filters)
}

fn subscription(filter: types::SubscriptionFilter, group: &str) -> SubscriptionFilter {
    SubscriptionFilter {
        log_group_name: group.to_owned(),
        filter_name: filter.filter_name.unwrap_or_default(),
        filter_pattern: filter.filter_pattern.unwrap_or_default(),
        destination_arn: filter.destination_arn.unwrap_or_default(),
        role_arn: filter.role_arn,
        distribution: filter.distribution.map(|distribution| distribution.as_str().to_owned()),
        apply_on_transformed_logs: filter.apply_on_transformed_logs,
        field_selection_criteria: filter.field_selection_criteria,
        emit_system_fields: filter.emit_system_fields.unwrap_or_default(),
    }
}

fn metric(filter: types::MetricFilter, group: &str) -> MetricFilter {
    let transformations = filter.metric_transformations.unwrap_or_default();
    MetricFilter {
        log_group_name: group.to_owned(),
        filter_name: filter.filter_name.unwrap_or_default(),
        filter_pattern: filter.filter_pattern.unwrap_or_default(),
        metric_transformations: transformations.into_iter().map(transformation).collect(),
        apply_on_transformed_logs: filter.apply_on_transformed_logs,
        field_selection_criteria: filter.field_selection_criteria,
        emit_system_field_dimensions: filter.emit_system_field_dimensions.unwrap_or_default(),
    }
}

fn transformation(transformation: types::MetricTransformation) -> MetricTransformation {
    MetricTransformation {
        metric_name: transformation.metric_name,
        metric_namespace: transformation.metric_namespace,
        metric_value: transformation.metric_value,
        default_value: transformation.default_value,
        dimensions: transformation.dimensions.map(|dimensions| dimensions.into_iter().collect()),
        unit: transformation.unit.map(|unit| unit.as_str().to_owned()),
    }
}
