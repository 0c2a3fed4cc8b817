"""The limits of the services, with the pages that state them. A test may lower one to reach it sooner."""

import dataclasses

# CWL = https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs
# CWLAPI = https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference


@dataclasses.dataclass
class Limits:
    """What one account may have in one Region."""

    # Policies without a resource ARN; fixed. CWL/cloudwatch_limits_cwl.html, CWLAPI/API_PutResourcePolicy.html
    account_policies: int = 10
    # Characters of an account's policy, and bytes of a log group's: CWLAPI/API_PutResourcePolicy.html and
    # CWL/AWS-logs-infrastructure-V2-CloudWatchLogs.html. Until March 2026 the bound of the API was 5,120, and some
    # services still check that one: https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
    policy_document: int = 51_200
    # CWLAPI/API_PutSubscriptionFilter.html (the page of quotas, CWL/cloudwatch_limits_cwl.html, has been seen with 5)
    subscription_filters: int = 2
    # CWLAPI/API_PutMetricFilter.html
    metric_filters: int = 100
    # CWLAPI/API_CreateLogGroup.html
    log_groups: int = 1_000_000
    # CWLAPI/API_TagResource.html
    tags: int = 50
    # CWLAPI/API_PutDataProtectionPolicy.html
    data_protection_document: int = 30_720
    # CWLAPI/API_PutIndexPolicy.html
    indexed_fields: int = 20
    # CWLAPI/API_PutLogEvents.html: messages in UTF-8 and 26 bytes for each event.
    batch_bytes: int = 1_048_576
    # https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
    function_policy: int = 20_480


# Days that a log group can keep its events. CWLAPI/API_PutRetentionPolicy.html
RETENTION_DAYS = {
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
}
# An event of a batch costs this much more than its message. CWLAPI/API_PutLogEvents.html
EVENT_OVERHEAD_BYTES = 26
# Events older than this, or newer, are rejected. CWLAPI/API_PutLogEvents.html
OLDEST_EVENT_MS = 14 * 24 * 3_600_000
NEWEST_EVENT_MS = 2 * 3_600_000
