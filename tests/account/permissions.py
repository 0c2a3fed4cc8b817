"""Which IAM action on which resource each call needs: what a role must allow so that the call is not denied.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html and the same page of
the other services. A log group is named without the `:*` that policies often end in.
"""

import re

from . import model

# Operations of CloudWatch Logs that IAM knows no resource for: a policy must name `*`.
# DescribeLogGroups has one, but who sets up log delivery needs it on `*` too:
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-CloudWatchLogs.html
ACCOUNT_WIDE = {
    *("CreateLogDelivery", "DeleteAccountPolicy", "DeleteResourcePolicy", "DescribeAccountPolicies"),
    *("DescribeConfigurationTemplates", "DescribeDeliveries", "DescribeDeliveryDestinations"),
    *("DescribeDeliverySources", "DescribeLogGroups", "DescribeQueryDefinitions", "DescribeResourcePolicies"),
    *("ListLogAnomalyDetectors", "ListLogGroups", "ListSyslogConfigurations", "PutAccountPolicy"),
    *("PutQueryDefinition", "PutResourcePolicy", "StopQuery"),
}


def needs(service, operation, parameters, account, region):
    """The pairs of action and resource."""
    if service == "logs":
        return _logs(operation, parameters, f"arn:aws:logs:{region}:{account}")
    if service == "apigateway":
        return [_api(operation, parameters, region)]
    return [(f"{ACTION_PREFIX.get(service, service)}:{operation}", RESOURCES[service](parameters, account, region))]


def log_group_arn(identifier, account, region):
    """The ARN of a log group that is named by its name or its ARN."""
    if identifier.startswith("arn:"):
        return identifier.removesuffix(":*")
    return f"arn:aws:logs:{region}:{account}:log-group:{identifier}"


def _logs(operation, request, arn):
    pairs = [(f"logs:{operation}", _logs_resource(operation, request, arn))]
    if operation == "CreateLogGroup" and request.get("tags"):
        # https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html (tags)
        pairs.append(("logs:TagResource", pairs[0][1]))
    if request.get("roleArn") and operation == "PutSubscriptionFilter":
        # https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutSubscriptionFilter.html
        pairs.append(("iam:PassRole", request["roleArn"]))
    if operation == "PutDeliverySource" and ":workmail:" in request.get("resourceArn", ""):
        # https://docs.aws.amazon.com/workmail/latest/adminguide/monitoring-audit-logging.html
        pairs.append(("workmail:AllowVendedLogDeliveryForResource", request["resourceArn"]))
    if operation == "PutDataProtectionPolicy" and _tells_of_findings(request.get("policyDocument", "")):
        # What a destination needs that already gets the findings of another log group.
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/data-protection-policy-permissions.html
        pairs.append(("logs:CreateLogDelivery", "*"))
    if operation == "CreateDelivery":
        name = request.get("deliverySourceName")
        pairs += [(f"logs:{operation}", f"{arn}:delivery-source:{name}"), (f"logs:{operation}", f"{arn}:delivery:*")]
    return pairs


def _tells_of_findings(document):
    """Whether a data protection policy has a destination for what it finds."""
    return bool(re.search(r'"FindingsDestination"\s*:\s*\{\s*"', document))


def _logs_resource(operation, request, arn):
    if operation in ACCOUNT_WIDE:
        return "*"
    for key, kind in (("deliveryDestinationName", "delivery-destination"), ("id", "delivery")):
        if key in request:
            return f"{arn}:{kind}:{request[key]}"
    if "name" in request:
        kind = "delivery-source" if operation.endswith("DeliverySource") else "delivery-destination"
        return f"{arn}:{kind}:{request['name']}"
    for key in ("resourceArn", "deliveryDestinationArn", "resourceIdentifier"):
        if key in request:
            return request[key]
    if "logGroupArnList" in request:
        return request["logGroupArnList"][0]
    identifiers = request.get("logGroupIdentifiers") or ["*"]
    group = request.get("logGroupName") or request.get("logGroupIdentifier") or identifiers[0]
    _, _, _, region, account, *_ = arn.split(":")
    of_group = log_group_arn(group, account, region)
    if operation in ("PutLogEvents", "GetLogEvents", "DeleteLogStream") and "logStreamName" in request:
        return f"{of_group}:log-stream:{request['logStreamName']}"
    return of_group


def _function(request, account, region):
    name = request.get("FunctionName")
    if name is None:
        return "*"
    return name if name.startswith("arn:") else f"arn:aws:lambda:{region}:{account}:function:{name}"


def _organization(request, account, region):
    name = request.get("OrganizationId")
    return f"arn:aws:workmail:{region}:{account}:organization/{name}" if name else "*"


def _api(operation, request, region):
    """The actions of API Gateway are the methods of HTTP, its resources the paths.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-permissions-to-manage-apis.html
    """
    described = model.service("apigateway").operation_model(operation).http
    path = described["requestUri"].removeprefix("/v2")
    for place, name in (("{apiId}", "ApiId"), ("{stageName}", "StageName")):
        path = path.replace(place, request.get(name, ""))
    return f"apigateway:{described['method']}", f"arn:aws:apigateway:{region}::{path}"


ACTION_PREFIX = {"monitoring": "cloudwatch", "tagging": "tag"}
RESOURCES = {
    "lambda": _function,
    # Metrics have no ARN.
    "monitoring": lambda *_: "*",
    "states": lambda request, *_: request.get("stateMachineArn", "*"),
    "sts": lambda request, *_: request.get("RoleArn", "*"),
    "tagging": lambda *_: "*",
    "workmail": _organization,
}
