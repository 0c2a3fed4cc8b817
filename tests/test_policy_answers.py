"""Answers that are not about what was asked: nothing is concluded from them, and nothing is written.

An endpoint ignores parameters that it does not know, so an emulator, or a Region from before a feature, answers as
though they had not been sent.
"""

import pytest

from account.asking import log_group
from account.documents import AWS_WRITTEN
from answers import SAYS_NOTHING, says
from applying import GROUP, destination_of, policies, writes
from programs import DONE, FAILED, NEEDS_A_LOOK

OTHER = "/another/group"
ELSEWHERE = "arn:aws:logs:us-east-1:444455556666:"


def of_old_endpoint(answer):
    """What an endpoint says of policies that knows of no others than the account's."""
    for policy in answer["resourcePolicies"]:
        for field in ("policyScope", "resourceArn", "revisionId"):
            policy.pop(field, None)


# Operation → what of its answer is edited, and what it says instead; read before a move is begun.
BEFORE = [
    ("DescribeLogGroups", says("logGroups", "arn", "logGroupArn"), f"{ELSEWHERE}log-group:{GROUP}"),
    ("DescribeLogGroups", says("logGroups", "arn", "logGroupArn"), SAYS_NOTHING),
    ("DescribeLogGroups", says("logGroups", "logGroupName", "arn", "logGroupArn"), OTHER),
    ("DescribeResourcePolicies", says("resourcePolicies", "policyScope"), "RESOURCE"),
    ("DescribeResourcePolicies", says("resourcePolicies", "policyName"), SAYS_NOTHING),
    ("DescribeResourcePolicies", says("resourcePolicies", "policyDocument"), SAYS_NOTHING),
    ("DescribeDeliverySources", says("deliverySources", "arn"), f"{ELSEWHERE}delivery-source:x"),
    ("DescribeDeliverySources", says("deliverySources", "arn"), SAYS_NOTHING),
    ("DescribeDeliveryDestinations", says("deliveryDestinations", "arn"), f"{ELSEWHERE}delivery-destination:x"),
    ("DescribeDeliveryDestinations", says("deliveryDestinations", "arn"), SAYS_NOTHING),
    ("DescribeDeliveryDestinations", says("deliveryDestinations", "name"), "another"),
    ("DescribeDeliveries", says("deliveries", "arn"), f"{ELSEWHERE}delivery:x"),
    ("DescribeDeliveries", says("deliveries", "arn"), SAYS_NOTHING),
    ("DescribeSubscriptionFilters", says("subscriptionFilters", "logGroupName"), OTHER),
    ("DescribeSubscriptionFilters", says("subscriptionFilters", "logGroupName"), SAYS_NOTHING),
    ("DescribeMetricFilters", says("metricFilters", "logGroupName"), OTHER),
    ("DescribeMetricFilters", says("metricFilters", "logGroupName"), SAYS_NOTHING),
    ("DescribeIndexPolicies", says("indexPolicies", "logGroupIdentifier"), log_group(OTHER)),
    ("DescribeIndexPolicies", says("indexPolicies", "logGroupIdentifier"), SAYS_NOTHING),
    ("GetDataProtectionPolicy", says(None, "logGroupIdentifier"), log_group(OTHER)),
    ("GetDataProtectionPolicy", says(None, "logGroupIdentifier"), SAYS_NOTHING),
    ("GetTransformer", says(None, "logGroupIdentifier"), log_group(OTHER)),
    ("GetTransformer", says(None, "logGroupIdentifier"), SAYS_NOTHING),
    ("GetCallerIdentity", says(None, "Account"), "444455556666"),
]
# The same, of what is read right before the destination is pointed to the new log group, or after.
DURING = [
    ("GetDeliveryDestination", says("deliveryDestination", "name"), "another"),
    ("GetDeliveryDestination", says("deliveryDestination", "arn"), f"{ELSEWHERE}delivery-destination:x"),
    ("GetDeliveryDestination", says("deliveryDestination", "arn"), SAYS_NOTHING),
    ("DescribeLogStreams", says("logStreams", "arn"), f"{log_group(OTHER)}:log-stream:x"),
    ("DescribeLogStreams", says("logStreams", "arn"), SAYS_NOTHING),
]
# The same, of what is only told.
TOLD = [
    ("ListLogAnomalyDetectors", says("anomalyDetectors", "logGroupArnList"), log_group(OTHER), "anomaly detectors"),
    ("DescribeAccountPolicies", says("accountPolicies", "policyType"), "DATA_PROTECTION_POLICY", "policies of the"),
    ("DescribeAccountPolicies", says("accountPolicies", "accountId"), "444455556666", "policies of the account"),
]


def rewrite(account, operation, edit, value):
    """Answers of an operation are not about what was asked from now on."""
    account.faults.rewrite(operation, lambda answer: edit(value, answer))


def names(table):
    """What the tests are called."""
    return [f"{row[0]}-{'nothing' if row[2] is SAYS_NOTHING else 'another'}-{index}" for index, row in enumerate(table)]


@pytest.mark.parametrize(("operation", "edit", "value"), BEFORE, ids=names(BEFORE))
def test_a_move_is_not_begun_by_an_answer_to_another_question(account, applying, operation, edit, value):
    audit = account.fixtures.workmail_audit()
    plan = applying.plan(GROUP)
    rewrite(account, operation, edit, value)
    said = applying.apply(plan).expect(FAILED).stderr
    assert f"{operation}: UnexpectedAnswer" in said
    assert writes(account) == [] and applying.journals == []
    assert destination_of(account, audit) == audit.group_arn


@pytest.mark.parametrize(("operation", "edit", "value"), DURING, ids=names(DURING))
def test_a_move_stops_at_an_answer_to_another_question(account, applying, operation, edit, value):
    audit = account.fixtures.workmail_audit()
    account.faults.after("PutDeliveryDestination", lambda: audit.log("after"), nth=None)
    plan = applying.plan(GROUP)
    rewrite(account, operation, edit, value)
    said = applying.apply(plan).expect(FAILED).stderr
    assert f"{operation}: UnexpectedAnswer" in said and "check the endpoint" in said
    if operation == "GetDeliveryDestination":
        assert destination_of(account, audit) == audit.group_arn


@pytest.mark.parametrize(("operation", "edit", "value", "told"), TOLD, ids=names(TOLD))
def test_what_is_only_told_is_told_as_not_seen(account, applying, operation, edit, value, told):
    audit = account.fixtures.workmail_audit()
    account.faults.after("PutDeliveryDestination", lambda: audit.log("after"), nth=None)
    logs = account.client("logs")
    logs.create_log_anomaly_detector(logGroupArnList=[log_group(GROUP)], detectorName="odd")
    logs.put_account_policy(policyName="all", policyDocument="{}", policyType="SUBSCRIPTION_FILTER_POLICY")
    rewrite(account, operation, edit, value)
    (moved,) = applying.apply(applying.plan(GROUP)).expect(DONE).answer["moves"]
    assert any(note.startswith(told) and "not seen" in note for note in moved["not_copied"]), moved["not_copied"]


def test_the_policy_of_the_account_is_not_taken_for_that_of_each_log_group(account, applying):
    groups = account.fixtures.log_groups(50)
    document = account.fixtures.policy(AWS_WRITTEN, account.fixtures.delivery_policy(groups))
    assert len(document) > 4_096
    account.faults.ignore("DescribeResourcePolicies", "policyScope", "resourceArn")
    account.faults.rewrite("DescribeResourcePolicies", of_old_endpoint)
    report = applying.run("audit", "--json").expect(NEEDS_A_LOOK).answer
    assert "covered-entries" not in {finding["id"] for finding in report["findings"]}
    assert report["log_groups_looked_at"] == [0, len(groups)]
    run = applying.run("plan", "--json").expect(NEEDS_A_LOOK)
    assert run.answer["steps"] == [] and run.answer["unmet"]
    assert policies(account) == {AWS_WRITTEN: document}


@pytest.mark.parametrize("value", [log_group(OTHER), SAYS_NOTHING])
def test_the_policy_of_another_log_group_is_not_that_of_this_one(account, applying, value):
    account.fixtures.log_group("a")
    account.fixtures.group_policy("a")
    rewrite(account, "DescribeResourcePolicies", says("resourcePolicies", "resourceArn"), value)
    report = applying.run("audit", "--json").answer
    assert report["measures"]["log_group_policies"] == 0 and report["log_groups_looked_at"] == [0, 1]


def test_a_dead_entry_is_none_where_the_list_of_log_groups_is_of_another_account(account, applying):
    account.fixtures.full_of_dead_groups()
    rewrite(account, "DescribeLogGroups", says("logGroups", "arn", "logGroupArn"), f"{ELSEWHERE}log-group:a")
    report = applying.run("audit", "--json").expect(NEEDS_A_LOOK).answer
    (seen,) = [seen for seen in report["seen"] if seen["part"] == "log groups"]
    assert "UnexpectedAnswer" in seen["reason"]
    assert "dead-entries" not in {finding["id"] for finding in report["findings"]}


@pytest.mark.parametrize(
    ("operation", "part"),
    [
        ("DescribeLogGroups", "log groups"),
        ("DescribeDeliverySources", "delivery sources"),
        ("DescribeDeliveryDestinations", "delivery destinations"),
        ("DescribeDeliveries", "deliveries"),
        ("DescribeResourcePolicies", "policies of the account"),
    ],
)
def test_a_list_whose_pages_lead_back_to_the_first_is_not_read(account, applying, operation, part):
    for alias in ("one", "two", "three"):
        account.fixtures.workmail_audit(f"/aws/workmail/{alias}", alias=alias)
        account.fixtures.policy(alias, account.fixtures.delivery_policy([alias]))
    account.faults.page_sizes[operation] = 1
    account.faults.ignore(operation, "nextToken")
    run = applying.run("snapshot").expect(NEEDS_A_LOOK)
    assert f"not read: {part}" in run.stderr and "UnexpectedAnswer" in run.stderr
