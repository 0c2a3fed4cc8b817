"""Resource policies in the account of the tests: limits, revisions, pages, and whether they let log delivery in."""

import json

import pytest

from account.asking import code, document, log_group, of_length, pages, refused
from account.documents import compact, hand_written, policy
from account.grants import may_deliver
from programs import REGION
from samples import ACCOUNT

OTHER_ACCOUNT = "444455556666"


@pytest.fixture
def logs(account):
    """CloudWatch Logs in the account."""
    return account.client("logs")


def test_an_account_has_ten_policies_and_no_eleventh(account, logs):
    account.fixtures.ten_policies()
    eleventh = {"policyName": "eleventh", "policyDocument": document("a")}
    assert refused(logs.put_resource_policy, **eleventh) == ("LimitExceededException", "Resource limit exceeded.")
    logs.put_resource_policy(policyName="policy-3", policyDocument=document("b"))
    logs.delete_resource_policy(policyName="policy-0")
    logs.put_resource_policy(**eleventh)
    assert len(logs.describe_resource_policies()["resourcePolicies"]) == 10


def test_a_policy_comes_back_byte_for_byte(logs):
    written = json.dumps(json.loads(document("ä", "b")), indent=3, ensure_ascii=False) + "\n"
    put = logs.put_resource_policy(policyName="mine", policyDocument=written)["resourcePolicy"]
    (read,) = logs.describe_resource_policies()["resourcePolicies"]
    assert read == put
    assert read["policyDocument"] == written
    assert read["policyScope"] == "ACCOUNT"
    assert "revisionId" not in read


@pytest.mark.parametrize("limit", [51_200, 5_120])
def test_a_policy_over_the_limit_is_refused_in_characters_and_in_bytes(account, logs, limit):
    account.limits.policy_document = limit
    logs.put_resource_policy(policyName="fits", policyDocument=of_length(limit))
    said = refused(logs.put_resource_policy, policyName="fits", policyDocument=of_length(limit + 1))
    assert said[0] == "InvalidParameterException"
    assert said[1].endswith(f"Member must have length less than or equal to {limit}")
    in_bytes = of_length(limit).replace("x", "ü", 1)
    assert code(logs.put_resource_policy, policyName="fits", policyDocument=in_bytes) == "InvalidParameterException"
    assert logs.describe_resource_policies()["resourcePolicies"][0]["policyDocument"] == of_length(limit)


@pytest.mark.parametrize("broken", ["{", "[]", '"text"', '{"Version":"2012-10-17"}'])
def test_what_is_not_a_policy_is_refused(logs, broken):
    assert code(logs.put_resource_policy, policyName="x", policyDocument=broken) == "InvalidParameterException"


def test_a_policy_is_of_the_account_or_of_one_log_group(account, logs):
    arn = account.fixtures.log_group("a")
    for both_or_none in ({}, {"policyName": "x", "resourceArn": arn}):
        parameters = {"policyDocument": document("a"), **both_or_none}
        assert code(logs.put_resource_policy, **parameters) == "InvalidParameterException"
        assert code(logs.delete_resource_policy, **both_or_none) == "InvalidParameterException"
    assert code(logs.delete_resource_policy, policyName="none") == "ResourceNotFoundException"


def test_the_policy_of_a_log_group_changes_only_for_who_knows_its_revision(account, logs):
    mine = {"resourceArn": account.fixtures.log_group("a"), "policyDocument": document("a")}
    assert code(logs.put_resource_policy, **mine, expectedRevisionId="1") == "OperationAbortedException"
    first = logs.put_resource_policy(**mine)["revisionId"]
    assert code(logs.put_resource_policy, **mine) == "InvalidParameterException"
    second = logs.put_resource_policy(**mine, expectedRevisionId=first)["revisionId"]
    assert second != first
    assert code(logs.put_resource_policy, **mine, expectedRevisionId=first) == "OperationAbortedException"
    arn = mine["resourceArn"]
    assert code(logs.delete_resource_policy, resourceArn=arn) == "InvalidParameterException"
    assert code(logs.delete_resource_policy, resourceArn=arn, expectedRevisionId=first) == "OperationAbortedException"
    logs.delete_resource_policy(resourceArn=arn, expectedRevisionId=second)
    assert logs.describe_resource_policies(policyScope="RESOURCE", resourceArn=arn)["resourcePolicies"] == []


def test_the_policy_of_a_log_group_is_shown_only_to_who_names_the_group(account, logs):
    arn = account.fixtures.log_group("a")
    revision = account.fixtures.group_policy("a")
    assert logs.describe_resource_policies()["resourcePolicies"] == []
    assert logs.describe_resource_policies(policyScope="RESOURCE")["resourcePolicies"] == []
    (shown,) = logs.describe_resource_policies(policyScope="RESOURCE", resourceArn=arn)["resourcePolicies"]
    assert (shown["policyScope"], shown["revisionId"], shown["resourceArn"]) == ("RESOURCE", revision, arn)
    assert "policyName" not in shown


@pytest.mark.parametrize("size", [5_119, 5_120, 5_121, 51_199, 51_201])
def test_a_policy_can_be_created_with_any_size(account, logs, size):
    groups = account.fixtures.policy_of(size)
    (shown,) = logs.describe_resource_policies()["resourcePolicies"]
    assert len(shown["policyDocument"]) == size
    assert len(json.loads(shown["policyDocument"])["Statement"][0]["Resource"]) == len(groups)


@pytest.mark.parametrize("limit", [5_120, 51_200])
def test_a_full_policy_has_no_room_for_another_group_and_is_95_percent_dead(account, logs, limit):
    full = account.fixtures.full_of_dead_groups(limit)
    assert limit - 100 < len(full.document) <= limit
    assert len(full.dead) / len(full.dead + full.live) >= 0.93
    assert [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]] == full.live


def test_policies_can_be_created_that_aws_would_not_take(account, logs):
    broken, documents = account.fixtures.not_json(), account.fixtures.hand_written()
    shown = {one["policyName"]: one["policyDocument"] for one in logs.describe_resource_policies()["resourcePolicies"]}
    assert shown == {"broken": broken, **documents}


def test_ten_thousand_log_groups_are_listed_in_full_pages(account, logs):
    account.fixtures.log_groups(10_000)
    assert [len(page) for page in pages(logs.list_log_groups, "logGroups", limit=1000)] == [1000] * 10


def test_grants_are_judged_with_their_conditions_and_denials():
    stream = f"{log_group('/example/first')}:log-stream:s"
    context = {"aws:SourceArn": f"arn:aws:logs:{REGION}:{ACCOUNT}:delivery-source:a", "aws:SourceAccount": ACCOUNT}
    written = hand_written(["/example/first", "/example/second", "/example/third"], ACCOUNT, REGION)
    assert may_deliver([document("/example/first")], stream, context)
    assert may_deliver([document("/example/*")], stream, context)
    assert not may_deliver([document("/example/firs")], stream, context)
    assert not may_deliver([document("/example/first")], stream, {**context, "aws:SourceAccount": OTHER_ACCOUNT})
    assert may_deliver([written["careless"]], stream, context)
    for name in ("opensearch", "two-accounts", "forbidding", "inverted", "unknown"):
        assert not may_deliver([written[name]], stream.replace("first", "second"), context), name
    denied = policy({"Effect": "Deny", "Principal": "*", "Action": "logs:Put*", "Resource": "*"})
    assert not may_deliver([written["careless"], compact(denied)], stream, context)
    assert not may_deliver(["not json"], stream, context)
