"""`mailtrail doctor`, given answers that are not about what was asked: nothing is concluded from them."""

import json

import pytest

import border
from account.asking import log_group
from answers import SAYS_NOTHING, says
from doctoring import ARCHIVE, EVENTS, FAILURES, FUNCTION, FUNCTION_ROLE, ROLE, STREAM, TOPIC, Installation
from logging_faults import off
from programs import DONE, NEEDS_A_LOOK, REGION
from samples import ACCOUNT

OTHER = "/another/group"
STRANGER = "444455556666"
ELSEWHERE = f"arn:aws:logs:us-east-1:{STRANGER}:"
FUNCTION_ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:"
# Operation → what of its answer is edited, what it says instead, and the check that knows nothing then.
OF_ACCOUNT = [
    ("DescribeLogGroups", says("logGroups", "arn", "logGroupArn"), f"{ELSEWHERE}log-group:{EVENTS}", "email-log-group"),
    ("DescribeLogGroups", says("logGroups", "logGroupName"), OTHER, "email-log-group"),
    ("DescribeSubscriptionFilters", says("subscriptionFilters", "logGroupName"), OTHER, "subscribed"),
    ("DescribeSubscriptionFilters", says("subscriptionFilters", "logGroupName"), SAYS_NOTHING, "subscribed"),
    ("DescribeLogStreams", says("logStreams", "arn"), f"{log_group(OTHER)}:log-stream:x", "archived-from-the-start"),
    ("DescribeLogStreams", says("logStreams", "arn"), SAYS_NOTHING, "archived-from-the-start"),
    ("DescribeLogStreams", says("logStreams", "logStreamName"), "another", "stream-delivering"),
    ("GetDataProtectionPolicy", says(None, "logGroupIdentifier"), log_group(OTHER), "masking"),
    ("DescribeConfigurationTemplates", says("configurationTemplates", "service"), "ses", "audit-log-fields"),
    ("DescribeAccountPolicies", says("accountPolicies", "policyType"), "TRANSFORMER_POLICY", "account-filter-loop"),
    ("DescribeAccountPolicies", says("accountPolicies", "accountId"), STRANGER, "account-filter-loop"),
    ("DescribeResourcePolicies", says("resourcePolicies", "policyScope"), "RESOURCE", "resource-policy"),
    ("DescribeDeliverySources", says("deliverySources", "arn"), f"{ELSEWHERE}delivery-source:x", "audit-log-delivered"),
    ("DescribeDeliveryDestinations", says("deliveryDestinations", "name"), "another", "audit-log-delivered"),
    ("DescribeDeliveries", says("deliveries", "arn"), f"{ELSEWHERE}delivery:x", "audit-log-delivered"),
    ("GetFunctionConfiguration", says(None, "FunctionArn"), f"{FUNCTION_ARN}another", "function-active"),
    ("GetFunctionConfiguration", says(None, "FunctionArn"), SAYS_NOTHING, "function-active"),
    ("GetFunctionEventInvokeConfig", says(None, "FunctionArn"), f"{FUNCTION_ARN}another", "function-on-failure"),
    ("ListEventSourceMappings", says("EventSourceMappings", "EventSourceArn"), "arn:aws:kinesis:::x", "subscribed"),
]
# IAM action → what of its answer is replaced, by what, and the check that knows nothing then.
OF_OTHERS = [
    ("s3:ListBucket", f"<Name>{FAILURES}<", "<Name>another<", "function-on-failure"),
    ("s3:ListBucket", "<Prefix>aws/lambda/<", "<Prefix>another/<", "function-on-failure"),
    ("kms:DescribeKey", f":{ACCOUNT}:key/", f":{STRANGER}:key/", "key-state"),
    ("iam:GetRole", f"<RoleName>{ROLE}<", "<RoleName>another<", "email-role"),
    ("iam:GetRole", f":iam::{ACCOUNT}:role/{FUNCTION_ROLE}<", f":iam::{STRANGER}:role/{FUNCTION_ROLE}<", "function-role"),
    ("iam:GetRolePolicy", f"<RoleName>{ROLE}<", "<RoleName>another<", "email-role-permissions"),
    ("iam:GetRolePolicy", "<PolicyName>write<", "<PolicyName>another<", "email-role-permissions"),
    ("iam:GetPolicy", ":policy/managed<", ":policy/another<", "email-role-permissions"),
    ("iam:GetPolicyVersion", "<VersionId>v1<", "<VersionId>v2<", "email-role-permissions"),
    ("firehose:DescribeDeliveryStream", f'Name": "{STREAM}"', 'Name": "another"', "stream-active"),
    ("firehose:DescribeDeliveryStream", f":{ACCOUNT}:deliverystream", f":{STRANGER}:deliverystream", "stream-active"),
    ("firehose:ListTagsForDeliveryStream", '"HasMoreTags": false', '"HasMoreTags": true', "stream-tag"),
    ("sns:GetTopicAttributes", f"<value>{TOPIC}<", f"<value>{TOPIC}-another<", "topic-subscribers"),
]
# What does not say what it is about.
DOES_NOT_SAY = {
    "DescribeEmailMonitoringConfiguration": "a log group and a role, of no organization",
    "GetFunctionConcurrency": "a number",
    "GetPolicy": "a document; its statements name the function (below)",
    "ListOrganizations": "ids and aliases, of no account",
    "ListTagsForResource": "tags",
    "GetCallerIdentity": "it is what says which account this is",
    "iam:ListRolePolicies": "names of policies, of no role",
    "iam:ListAttachedRolePolicies": "ARNs of policies, of no role",
    "kms:GetKeyPolicy": "a document",
    "s3:GetBucketPolicy": "a document",
    "s3:GetEncryptionConfiguration": "a setting, of no bucket",
}


@pytest.fixture
def installation(account, moto, ministack):
    """An account with one thing of everything."""
    with border.before(moto, ministack) as of_others:
        made = Installation(account, moto, ministack, of_others)
        made.data_stream(EVENTS, **{FUNCTION: "Enabled"})
        made.attach(ROLE)
        made.logs.settings.put_account_policy(
            {
                "policyName": "all",
                "policyType": "SUBSCRIPTION_FILTER_POLICY",
                "policyDocument": json.dumps({"DestinationArn": f"{FUNCTION_ARN}siem", "FilterPattern": ""}),
                "selectionCriteria": 'LogGroupName NOT IN ["x"]',
            }
        )
        masks = {"Name": "x", "Version": "2021-06-01", "Statement": [{"Operation": {"Audit": {}, "Deidentify": {}}}]}
        document = {"logGroupIdentifier": EVENTS, "policyDocument": json.dumps(masks)}
        made.logs.settings.put_data_protection_policy(document)
        yield made


@pytest.fixture
def findings(mailtrail, installation):
    """What `mailtrail doctor` finds."""

    def run(*arguments):
        ran = mailtrail.run("doctor", "--json", *arguments, env=installation.environment())
        assert ran.code in (DONE, NEEDS_A_LOOK), ran.stderr
        return [json.loads(line) for line in ran.stdout.splitlines()]

    return run


def check_unknown(findings, operation, check):
    """That nothing is known of what an operation was to tell, and why."""
    unexpected = [finding for finding in findings if "UnexpectedAnswer" in finding["seen"]]
    assert any(finding["id"] == check and operation in finding["seen"] for finding in unexpected), unexpected
    assert {finding["severity"] for finding in unexpected} == {"unknown"}


def names(table):
    """What the tests are called."""
    return [f"{row[0]}-{index}" for index, row in enumerate(table)]


@pytest.mark.parametrize(("operation", "edit", "value", "check"), OF_ACCOUNT, ids=names(OF_ACCOUNT))
def test_an_answer_to_another_question_is_not_believed(installation, findings, operation, edit, value, check):
    assert not [finding for finding in findings() if "UnexpectedAnswer" in finding["seen"]]
    installation.account.faults.rewrite(operation, lambda answer: edit(value, answer))
    check_unknown(findings(), operation, check)


@pytest.mark.parametrize(("action", "old", "new", "check"), OF_OTHERS, ids=names(OF_OTHERS))
def test_an_answer_of_other_services_to_another_question_is_not_believed(installation, findings, action, old, new, check):
    installation.border.rewriting[action] = (old, new)
    operation = "ListObjectsV2" if action == "s3:ListBucket" else action.split(":")[1]
    check_unknown(findings(), operation, check)


def test_the_policy_of_another_function_is_not_believed(installation, findings):
    def of_another(answer):
        answer["Policy"] = answer["Policy"].replace(f":function:{FUNCTION}", ":function:another")

    installation.subscribe(EVENTS)
    installation.account.faults.rewrite("GetPolicy", of_another)
    check_unknown(findings(), "GetPolicy", "invoke-permission")


def test_roles_of_another_account_are_not_named(installation, findings):
    group = installation.stack_group()
    may = (["logs:CreateLogStream", "logs:PutLogEvents"], f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{group}:*")
    installation.role("mailtrail-workmail", "events.workmail.amazonaws.com", may)
    off(installation)

    def commands():
        (finding,) = [finding for finding in findings() if finding["id"] == "email-events"]
        return " ".join(finding["commands"])

    assert ":role/mailtrail-workmail" in commands()
    installation.border.rewriting["iam:ListRoles"] = (f":iam::{ACCOUNT}:role/", f":iam::{STRANGER}:role/")
    assert "mailtrail-workmail" not in commands()


def test_every_read_is_held_against_what_was_asked_or_does_not_say(installation, findings):
    findings()
    asked = {call.operation for call in installation.account.calls} | installation.border.needed
    held = {row[0] for row in (*OF_ACCOUNT, *OF_OTHERS)}
    assert asked - held == set(DOES_NOT_SAY)
    assert held <= asked


def test_the_archive_that_is_read_is_the_one_that_was_asked_for(installation, findings):
    # A listing below another prefix.
    installation.border.rewriting["s3:ListBucket"] = (f"<Prefix>mail/raw/region={REGION}", "<Prefix>another/raw/region=x")
    unknown = [finding for finding in findings() if finding["severity"] == "unknown"]
    assert any("names other folders" in finding["seen"] and ARCHIVE in finding["seen"] for finding in unknown), unknown
