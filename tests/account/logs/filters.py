"""Subscription filters and metric filters."""

import fnmatch
import json

from ..errors import Refused, invalid_parameter, limit_exceeded
from ..paging import page
from .groups import STANDARD


class Filters:
    """The filters of the log groups."""

    def __init__(self, place, groups):
        self.place = place
        self.groups = groups

    def put_subscription_filter(self, request):
        # https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutSubscriptionFilter.html
        group = self._standard(request["logGroupName"])
        filters, name = group.subscription_filters, request["filterName"]
        if name not in filters and len(filters) >= self.place.limits.subscription_filters:
            raise limit_exceeded()
        self._check_transformed(group, request)
        self._check_destination(group, request)
        created = filters[name]["creationTime"] if name in filters else self.place.now()
        # The two defaults are in the answers that LocalStack's tests recorded from AWS in February 2026.
        filters[name] = {
            "distribution": "ByLogStream",
            "applyOnTransformedLogs": False,
            **request,
            "creationTime": created,
        }

    def delete_subscription_filter(self, request):
        filters = self.groups.find(request["logGroupName"]).subscription_filters
        if filters.pop(request["filterName"], None) is None:
            raise Refused("ResourceNotFoundException", "The specified subscription filter does not exist.")

    def describe_subscription_filters(self, request):
        found = _named(self.groups.find(request["logGroupName"]).subscription_filters, request)
        shown, more = page(found, request, self.place.page_sizes.get("DescribeSubscriptionFilters", 50))
        return {"subscriptionFilters": shown, **more}

    def put_metric_filter(self, request):
        # https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html
        group = self._standard(request["logGroupName"])
        filters, name = group.metric_filters, request["filterName"]
        if name not in filters and len(filters) >= self.place.limits.metric_filters:
            raise limit_exceeded()
        transformation = request["metricTransformations"][0]
        if "dimensions" in transformation and "defaultValue" in transformation:
            # https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_MetricTransformation.html
            raise invalid_parameter("A metric with dimensions cannot have a default value.")
        self._check_transformed(group, request)
        created = filters[name]["creationTime"] if name in filters else self.place.now()
        filters[name] = {"applyOnTransformedLogs": False, **request, "creationTime": created}

    def delete_metric_filter(self, request):
        filters = self.groups.find(request["logGroupName"]).metric_filters
        if filters.pop(request["filterName"], None) is None:
            raise Refused("ResourceNotFoundException", "The specified metric filter does not exist.")

    def describe_metric_filters(self, request):
        groups = [self.groups.find(request["logGroupName"])] if "logGroupName" in request else self.groups
        found = [found for group in groups for found in _named(group.metric_filters, request)]
        shown, more = page(found, request, self.place.page_sizes.get("DescribeMetricFilters", 50))
        return {"metricFilters": shown, **more}

    def _standard(self, name):
        """Only the Standard class has filters.

        https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch_Logs_Log_Classes.html
        """
        group = self.groups.find(name)
        if group.log_class != STANDARD:
            raise Refused("InvalidOperationException", f"Log groups of class {group.log_class} have no filters.")
        return group

    @staticmethod
    def _check_transformed(group, request):
        if request.get("applyOnTransformedLogs") and group.transformer is None:
            raise Refused("InvalidOperationException", "The log group has no transformer.")

    def _check_destination(self, group, request):
        """The destination takes a test message, or the filter is refused."""
        arn = request["destinationArn"]
        _, _, service, _, account, *_ = arn.split(":")
        if service == "lambda":
            if account != self.place.account:
                raise invalid_parameter("A function of another account needs a destination.")
            if not self._may_invoke(arn, group):
                raise invalid_parameter(
                    "Could not execute the lambda function. Make sure you have given CloudWatch Logs permission to "
                    "execute your function."
                )
            return
        if "roleArn" not in request:
            raise invalid_parameter(f"destinationArn for vendor {service} cannot be used without roleArn")
        if service == "firehose" and not self.place.streams.is_active(arn):
            raise invalid_parameter(
                "Could not deliver test message to specified Firehose stream. Check if the given Firehose stream is in "
                "ACTIVE state."
            )

    def _may_invoke(self, function_arn, group):
        """Whether the function's policy lets CloudWatch Logs invoke it for this group.

        https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html (example 2: Lambda)
        """
        document = self.place.functions.policy_of(function_arn)
        services = {"logs.amazonaws.com", f"logs.{self.place.region}.amazonaws.com"}
        for statement in json.loads(document)["Statement"] if document else []:
            principal = statement["Principal"]
            if not isinstance(principal, dict) or principal.get("Service") not in services:
                continue
            condition = statement.get("Condition", {})
            source = condition.get("ArnLike", {}).get("AWS:SourceArn", "*")
            account = condition.get("StringEquals", {}).get("AWS:SourceAccount", self.place.account)
            if fnmatch.fnmatchcase(f"{group.arn}:*", source) and account == self.place.account:
                return True
        return False


def _named(filters, request):
    """Filters in order of their names, those whose name begins as asked."""
    prefix = request.get("filterNamePrefix", "")
    return [filters[name] for name in sorted(filters) if name.startswith(prefix)]
