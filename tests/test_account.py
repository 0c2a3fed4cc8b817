"""The account of the tests (account/) as a whole: pages, other services, Regions, failing, and checking."""

import contextlib
import json
import subprocess
from concurrent.futures import ThreadPoolExecutor

import botocore
import botocore.exceptions
import pytest
import requests

from account import model
from account.asking import code, document, log_group, pages, refused
from account.documents import AWS_WRITTEN
from account.faults import ANY, WRITES
from programs import REGION
from samples import ACCOUNT

OTHER_ACCOUNT = "444455556666"
OTHER_REGION = "us-east-1"


@pytest.fixture
def logs(account):
    """CloudWatch Logs in the account."""
    return account.client("logs")


def test_every_list_comes_in_pages(account, logs):
    fixtures, names = account.fixtures, [f"g{number}" for number in range(7)]
    for name in names:
        fixtures.log_group(name)
        fixtures.policy(name, document(name))
        logs.create_log_stream(logGroupName="g0", logStreamName=name)
        metric = {"metricName": "m", "metricNamespace": "n", "metricValue": "1"}
        logs.put_metric_filter(logGroupName="g0", filterName=name, filterPattern="", metricTransformations=[metric])
        organization = fixtures.organization(name)
        logs.put_delivery_source(name=name, resourceArn=organization, logType="ACCESS_CONTROL_LOGS")
        to = {"destinationResourceArn": log_group(name)}
        made = logs.put_delivery_destination(name=name, deliveryDestinationConfiguration=to)["deliveryDestination"]
        logs.create_delivery(deliverySourceName=name, deliveryDestinationArn=made["arn"])
    for operation, key, item, parameters in [
        ("describe_log_groups", "logGroups", "logGroupName", {}),
        ("list_log_groups", "logGroups", "logGroupName", {}),
        ("describe_resource_policies", "resourcePolicies", "policyName", {}),
        ("describe_log_streams", "logStreams", "logStreamName", {"logGroupName": "g0"}),
        ("describe_metric_filters", "metricFilters", "filterName", {"logGroupName": "g0"}),
        ("describe_delivery_sources", "deliverySources", "name", {}),
        ("describe_delivery_destinations", "deliveryDestinations", "name", {}),
        ("describe_deliveries", "deliveries", "deliverySourceName", {}),
    ]:
        found = [[one[item] for one in page] for page in pages(getattr(logs, operation), key, limit=3, **parameters)]
        assert found == [names[:3], names[3:6], names[6:]], operation


def test_a_page_is_never_longer_than_documented_or_than_a_test_wants(account, logs):
    account.fixtures.log_groups(120)
    assert [len(page) for page in pages(logs.describe_log_groups, "logGroups")] == [50, 50, 20]
    assert len(logs.list_log_groups(limit=1000)["logGroups"]) == 120
    account.faults.page_sizes["DescribeLogGroups"] = 40
    assert [len(page) for page in pages(logs.describe_log_groups, "logGroups")] == [40, 40, 40]


def test_a_token_is_good_for_its_own_question_only(account, logs):
    account.fixtures.log_groups(60)
    token = logs.describe_log_groups()["nextToken"]
    other = {"logGroupNamePrefix": "/example", "nextToken": token}
    assert code(logs.describe_log_groups, **other) == "InvalidParameterException"
    assert code(logs.describe_log_groups, nextToken="guessed") == "InvalidParameterException"


def test_the_policy_of_a_function_is_full_at_20_kilobytes(account):
    functions = account.client("lambda")
    account.fixtures.function("f")
    permission = {"FunctionName": "f", "Action": "lambda:InvokeFunction", "Principal": "logs.amazonaws.com"}
    assert code(functions.get_policy, FunctionName="f") == "ResourceNotFoundException"
    number = 0
    with pytest.raises(functions.exceptions.PolicyLengthExceededException):
        for number in range(200):
            source = log_group(f"/example/{number}")
            functions.add_permission(**permission, StatementId=f"s{number}", SourceArn=f"{source}:*")
    read = functions.get_policy(FunctionName="f")
    assert len(json.loads(read["Policy"])["Statement"]) == number
    assert 20_000 < len(read["Policy"]) <= 20_480
    with pytest.raises(functions.exceptions.ResourceConflictException):
        functions.add_permission(**permission, StatementId="s0")
    with pytest.raises(functions.exceptions.PreconditionFailedException):
        functions.remove_permission(FunctionName="f", StatementId="s0", RevisionId="old")
    functions.remove_permission(FunctionName="f", StatementId="s0", RevisionId=read["RevisionId"])
    assert functions.get_policy(FunctionName="f")["RevisionId"] != read["RevisionId"]


def test_email_monitoring_of_an_organization_is_switched_on_and_off(account):
    workmail, arn = account.client("workmail"), account.fixtures.log_group("/aws/workmail/emailevents/example")
    number = account.fixtures.organization().rsplit("/", 1)[1]
    assert workmail.list_organizations()["OrganizationSummaries"][0]["OrganizationId"] == number
    assert workmail.describe_organization(OrganizationId=number)["State"] == "Active"
    assert code(workmail.describe_email_monitoring_configuration, OrganizationId=number) == "ResourceNotFoundException"
    workmail.put_email_monitoring_configuration(OrganizationId=number, LogGroupArn=f"{arn}:*")
    assert workmail.describe_email_monitoring_configuration(OrganizationId=number)["LogGroupArn"] == f"{arn}:*"
    workmail.delete_email_monitoring_configuration(OrganizationId=number)
    assert code(workmail.describe_organization, OrganizationId="m-" + "0" * 32) == "OrganizationNotFoundException"


def test_a_stream_is_found_by_its_tags(account):
    tagging = account.client("resourcegroupstaggingapi")
    tagged = account.fixtures.stream("tagged", LogDeliveryEnabled="true")
    account.fixtures.stream("plain")
    wanted = {"TagFilters": [{"Key": "LogDeliveryEnabled", "Values": ["true"]}]}
    found = tagging.get_resources(ResourceTypeFilters=["firehose:deliverystream"], **wanted)["ResourceTagMappingList"]
    assert [one["ResourceARN"] for one in found] == [tagged]


def test_accounts_and_regions_know_nothing_of_each_other(account):
    account.fixtures.log_group("here")
    account.fixtures_in(region=OTHER_REGION).log_group("there")
    role = account.fixtures_in(account=OTHER_ACCOUNT).role("audit", external_id="abc")
    account.fixtures_in(account=OTHER_ACCOUNT).log_group("theirs")
    sts = account.client("sts")
    wrong = {"RoleArn": role, "RoleSessionName": "mailtrail"}
    assert code(sts.assume_role, **wrong) == "AccessDenied"
    assumed = sts.assume_role(**wrong, ExternalId="abc")["Credentials"]
    session = {"account": assumed["AccessKeyId"], "session_token": assumed["SessionToken"]}
    clients = [account.client("logs"), account.client("logs", region=OTHER_REGION), account.client("logs", **session)]
    names = [client.describe_log_groups()["logGroups"][0]["logGroupName"] for client in clients]
    assert names == ["here", "there", "theirs"]
    identity = account.client("sts", **session).get_caller_identity()
    assert identity["Arn"] == f"arn:aws:sts::{OTHER_ACCOUNT}:assumed-role/audit/mailtrail"
    stolen = account.client("logs", account=assumed["AccessKeyId"], session_token="wrong")
    assert code(stolen.describe_log_groups) == "UnrecognizedClientException"


def test_a_region_that_is_off_knows_no_credentials(account):
    account.world.switch_off(OTHER_REGION)
    assert code(account.client("logs", region=OTHER_REGION).describe_log_groups) == "UnrecognizedClientException"
    assert code(account.client("sts", region=OTHER_REGION).get_caller_identity) == "InvalidClientTokenId"
    assert account.client("logs").describe_log_groups()["logGroups"] == []
    assert [call.error for call in account.calls] == ["UnrecognizedClientException"] * 2 + [None]


def test_the_nth_call_fails_as_told_and_only_that(account, logs):
    put = {"policyName": "a", "policyDocument": document("a")}
    account.faults.fail("PutResourcePolicy", "ServiceUnavailableException", nth=2)
    logs.put_resource_policy(**put)
    assert code(logs.put_resource_policy, **put) == "ServiceUnavailableException"
    logs.put_resource_policy(**put)
    account.faults.fail_after("DeleteResourcePolicy", "ServiceUnavailableException")
    assert code(logs.delete_resource_policy, policyName="a") == "ServiceUnavailableException"
    assert logs.describe_resource_policies()["resourcePolicies"] == []


def test_every_call_can_be_throttled_once_or_every_third(account, logs):
    account.faults.throttle_each_once()
    assert code(logs.describe_log_groups) == "ThrottlingException"
    assert code(logs.describe_deliveries) == "ThrottlingException"
    logs.describe_log_groups()
    assert code(account.client("sts").get_caller_identity) == "Throttling"
    account.faults.clear()
    account.faults.throttle(every=3)
    logs.describe_log_groups()
    logs.describe_log_groups()
    assert code(logs.describe_log_groups) == "ThrottlingException"
    logs.describe_log_groups()


def test_the_documented_rates_can_be_kept(account, logs):
    account.faults.keep_rates()
    seconds = iter([0.0] * 12 + [1.5])
    account.faults.clock = lambda: next(seconds)
    for _ in range(13):
        _try(logs.describe_log_groups)
    assert [call.error for call in account.calls] == [None] * 10 + ["ThrottlingException"] * 2 + [None]


def test_a_call_can_fail_every_time(account, logs):
    account.faults.fail("DescribeDeliveries", "ServiceUnavailableException", nth=None)
    assert [code(logs.describe_deliveries) for _ in range(3)] == ["ServiceUnavailableException"] * 3


def test_a_caller_that_comes_too_often_gets_through_if_it_tries_again(account):
    account.fixtures.log_groups(3)
    account.faults.throttle_each_once()
    patient = account.client("logs", attempts=2)
    assert len(patient.describe_log_groups()["logGroups"]) == 3
    assert [call.error for call in account.calls] == ["ThrottlingException", None]


def test_what_is_denied_says_who_and_what(account, logs):
    account.faults.deny("logs:Describe*", "iam:PassRole", "sts:AssumeRole")
    said, words = refused(logs.describe_resource_policies)
    assert said == "AccessDeniedException"
    user = f"arn:aws:iam::{ACCOUNT}:user/example"
    assert words.startswith(f"User: {user} is not authorized to perform: logs:DescribeResourcePolicies on resource: *")
    logs.create_log_group(logGroupName="a")
    filters = {"logGroupName": "a", "filterName": "f", "filterPattern": "", "roleArn": account.fixtures.role("r")}
    stream = account.fixtures.stream("s")
    assert code(logs.put_subscription_filter, **filters, destinationArn=stream) == "AccessDeniedException"
    role = account.fixtures.role("audit")
    assert code(account.client("sts").assume_role, RoleArn=role, RoleSessionName="session") == "AccessDenied"
    account.faults.allow("logs:Describe*")
    logs.describe_resource_policies()


def test_a_denial_can_be_of_one_region_or_one_resource(account, logs):
    account.faults.deny("logs:DescribeDeliveries", region=OTHER_REGION)
    account.faults.deny("logs:DeleteLogGroup", resource="*:log-group:sealed*")
    for name in ("sealed", "open"):
        logs.create_log_group(logGroupName=name)
    assert code(logs.delete_log_group, logGroupName="sealed") == "AccessDeniedException"
    logs.delete_log_group(logGroupName="open")
    logs.describe_deliveries()
    assert code(account.client("logs", region=OTHER_REGION).describe_deliveries) == "AccessDeniedException"


@pytest.mark.parametrize(("drop", "done"), [("drop_before", False), ("drop_after", True)])
def test_the_connection_breaks_before_or_after_the_work(account, logs, drop, done):
    getattr(account.faults, drop)("CreateLogGroup")
    with pytest.raises(botocore.exceptions.ConnectionClosedError):
        logs.create_log_group(logGroupName="a")
    assert ("a" in account.place().logs.groups) is done
    assert account.calls[-1].error == "dropped"


@pytest.mark.parametrize(("kill", "done"), [("kill_before", ["a"]), ("kill_after", ["a", "b"])])
def test_a_program_is_killed_at_any_of_its_writes(account, logs, kill, done):
    program = subprocess.Popen(["sleep", "60"])
    getattr(account.faults, kill)(WRITES, program, nth=2)
    logs.create_log_group(logGroupName="a")
    logs.describe_log_groups()
    with pytest.raises(botocore.exceptions.ConnectionClosedError):
        logs.create_log_group(logGroupName="b")
    assert program.wait(10) == -9
    assert [group.name for group in account.place().logs.groups] == done


def test_many_callers_at_once_do_not_disturb_each_other(account, logs):
    account.faults.fail(ANY, "ServiceUnavailableException", nth=20)
    with ThreadPoolExecutor(8) as callers:
        list(callers.map(lambda number: _try(logs.create_log_group, logGroupName=f"g{number:02d}"), range(40)))
    assert len(list(account.place().logs.groups)) == 39
    assert [call.error for call in account.calls].count("ServiceUnavailableException") == 1


def _try(call, **parameters):
    with contextlib.suppress(botocore.exceptions.ClientError):
        call(**parameters)


def test_another_caller_can_write_between_read_and_write(account, logs):
    account.fixtures.policy(AWS_WRITTEN, document("a"))
    account.faults.before("PutResourcePolicy", lambda: account.fixtures.policy(AWS_WRITTEN, document("a", "theirs")))
    account.faults.before("DescribeResourcePolicies", lambda: account.fixtures.policy("mine", document("b")), nth=2)
    assert len(logs.describe_resource_policies()["resourcePolicies"]) == 1
    logs.put_resource_policy(policyName="other", policyDocument=document("c"))
    theirs, *others = logs.describe_resource_policies()["resourcePolicies"]
    assert theirs["policyDocument"] == document("a", "theirs")
    assert [one["policyName"] for one in others] == ["other", "mine"]


def test_a_request_outside_the_bounds_of_the_model_is_refused(logs):
    assert code(logs.describe_log_groups, limit=51) == "InvalidParameterException"
    assert code(logs.create_log_group, logGroupName="with blank") == "InvalidParameterException"
    assert code(logs.put_delivery_destination, name="a", outputFormat="foobar") == "ValidationException"
    said = refused(logs.put_retention_policy, logGroupName="x" * 513, retentionInDays=1)[1]
    assert said.endswith("Member must have length less than or equal to 512")


def test_calls_are_recorded_with_what_they_need(account, logs):
    audit = account.fixtures.workmail_audit()
    logs.describe_resource_policies()
    logs.put_retention_policy(logGroupName=audit.group, retentionInDays=1)
    logs.get_delivery_source(name=audit.source)
    logs.create_log_group(logGroupName="tagged", tags={"a": "b"})
    code(logs.get_delivery, id="none")
    here = f"arn:aws:logs:{REGION}:{ACCOUNT}"
    assert [call.needs for call in account.calls] == [
        [("logs:DescribeResourcePolicies", "*")],
        [("logs:PutRetentionPolicy", f"{here}:log-group:{audit.group}")],
        [("logs:GetDeliverySource", f"{here}:delivery-source:{audit.source}")],
        [("logs:CreateLogGroup", f"{here}:log-group:tagged"), ("logs:TagResource", f"{here}:log-group:tagged")],
        [("logs:GetDelivery", f"{here}:delivery:none")],
    ]
    assert [call.error for call in account.calls] == [None] * 4 + ["ResourceNotFoundException"]
    assert account.called("GetDeliverySource")[0].parameters == {"name": audit.source}


def test_a_member_that_is_null_is_absent_and_an_error_has_its_name_in_the_body(account):
    account.fixtures.log_group("a")
    scope = f"Credential={ACCOUNT}/20261120/{REGION}/logs/aws4_request"
    headers = {"Authorization": f"AWS4-HMAC-SHA256 {scope}", "X-Amz-Target": "Logs_20140328.PutResourcePolicy"}
    first = {"resourceArn": log_group("a"), "policyDocument": document("a"), "expectedRevisionId": None}
    answer = requests.post(account.endpoint, json=first, headers=headers, timeout=10)
    assert (answer.status_code, answer.json()["resourcePolicy"]["policyScope"]) == (200, "RESOURCE")
    answer = requests.post(account.endpoint, json=first, headers=headers, timeout=10)
    assert (answer.status_code, answer.json()["__type"]) == (400, "InvalidParameterException")


@pytest.fixture
def careless(account):
    """The account, whose mistakes are part of the test."""
    yield account
    account.mistakes.clear()


def test_what_cannot_be_judged_is_a_mistake_that_fails_the_test(careless):
    logs = careless.client("logs")
    assert code(logs.get_log_record, logRecordPointer="x") == "500"
    assert "does not know logs:GetLogRecord" in careless.mistakes[-1]
    assert careless.calls[-1].error == "mistake"
    assert code(logs.describe_log_groups, includeLinkedAccounts=True) == "500"
    assert careless.mistakes[-1].endswith("leaves out of account: includeLinkedAccounts\n")
    careless.faults.fail("DescribeLogGroups", "NoSuchException")
    assert code(logs.describe_log_groups) == "500"
    assert "no error of this operation: NoSuchException" in careless.mistakes[-1]
    careless.place().logs.groups.describe_log_groups = lambda _: {"logGroups": [{"name": "a"}]}
    assert code(logs.describe_log_groups) == "500"
    assert "Unknown parameter in logGroups[0]" in careless.mistakes[-1]
    answer = requests.post(careless.endpoint, data=b"{}", timeout=10)
    assert (answer.status_code, careless.mistakes[-1]) == (500, "POST / is not signed")


def test_every_operation_that_is_served_is_one_of_its_service(account):
    place = account.place()
    served = {
        "logs": place.logs.parts,
        "workmail": [place.workmail],
    }
    for name, parts in served.items():
        known = {botocore.xform_name(operation) for operation in model.service(name).operation_names}
        for part in parts:
            verbs = ("associate_", "create_", "delete_", "describe_", "disassociate_", "get_", "list_", "put_", "tag_")
            methods = {method for method in dir(part) if method.startswith(verbs)}
            assert methods <= known, name
