"""Least privilege, proved: what the functions call on the stand-ins, held against the roles of infra/sam."""

import contextlib
import json
import re
import subprocess

import pytest
import yaml

import deployment
import function
import privileged_calls
import programs
import recording
import samples
import stack
import standins
from account.documents import delivery_statement, policy
from account.permissions import ACCOUNT_WIDE

XTASK = programs.TARGET / "debug" / "xtask"
README = programs.PROJECT / "infra" / "README.md"
FITS = {"denied": [], "idle": []}

# Parameters of the stack: from the least that it can be told to everything.
LEAST = {"PolicyMode": "report"}
KEYS = {"KmsKeyArn": deployment.KEY, "FailuresKmsKeyArn": deployment.FAILURES_KEY}
STREAMS = {"StreamEmailActivity": "true", "OtherStreams": deployment.OTHER_STREAMS}
EVERYTHING = {
    **KEYS,
    **STREAMS,
    "Watches": deployment.WATCH_LIST,
    "PolicyMode": "move",
    "PolicyRoles": deployment.OTHER_ROLE,
    "PolicyV1Services": "on",
    "Profile": "scale-out",
    "FillGaps": "on",
    "SaveDirectory": "on",
}
STACKS = {
    "least": LEAST,
    "with a key, without watches": {**KEYS, "PolicyMode": "shrink"},
    "watching, without a key or streams": {"Watches": deployment.WATCH_LIST, "PolicyMode": "off", "Coverage": "off"},
    "everything": EVERYTHING,
}

# What Lambda does in the name of a function, and not the function itself: the stand-in does it without any call.
BY_LAMBDA = {
    # Writes the log. https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html
    "OwnLogs",
    # Keeps what failed. https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
    "KeepFailures",
    "FindFailures",
    "FailuresKey",
    # Reads the data stream. https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html
    "ReadQueue",
}


# What the audit does with the archive and the topic, which are in its own account alone; and how it gets to the others.
AT_HOME = BY_LAMBDA | {"KeepReports", "FindReports", "ArchiveKey", "Announce", "OtherAccounts"}
# Services that the audit asks, as the variables of the SDK for their endpoints have them.
SERVICES_OF_ACCOUNT = ("APIGATEWAYV2", "CLOUDWATCH", "CLOUDWATCH_LOGS", "LAMBDA", "SFN", "STS", "WORKMAIL")


@pytest.fixture(scope="session")
def packages(tmp_path_factory):
    """The packages of all functions, made once."""
    folder = tmp_path_factory.mktemp("packages")
    return {name: function.package(folder, name) for name in programs.FUNCTIONS}


def judge(policies, calls, directory):
    """Holds the policies of a role against calls. Returns what does not fit."""
    role = directory / "role.json"
    role.write_text(json.dumps({"policies": policies, "calls": calls}))
    ended = subprocess.run([XTASK, "privileges", role], capture_output=True, text=True, timeout=programs.TIMEOUT)
    found = json.loads(ended.stdout or "null")
    assert ended.returncode == (programs.DONE if found == FITS else programs.NEEDS_A_LOOK), ended.stderr
    return found


def check_fit(policies, calls, directory):
    """The role allows every call, and has no part that none of them needs, but for what Lambda does with it."""
    found = judge(policies, calls, directory)
    assert found["denied"] == []
    idle = [part for part in found["idle"] if part["sid"] not in BY_LAMBDA]
    assert idle == []
    # None of the exceptions is one for nothing.
    statements = {statement["Sid"] for policy in policies for statement in policy["Statement"]}
    assert statements & BY_LAMBDA == {part["sid"] for part in found["idle"]}


@contextlib.contextmanager
def recorded(deployed, name):
    """Writes down what a function calls."""
    with recording.recording(deployed.stand_in) as recorder:
        deployed.set(name, **recorder.environment())
        yield recorder
        assert recorder.unknown == []


def put_watch_list(deployed, parameters):
    """The watch list in the archive, under its key, and a snapshot that names users."""
    key = parameters.get("KmsKeyArn")
    encryption = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key} if key else {}
    if "Watches" in parameters:
        deployed.put(deployment.WATCH_LIST, json.dumps(deployment.WATCHES).encode(), **encryption)
        deployed.put(*samples.snapshot({"S-1-1-11-1": "ana"}), **encryption)


def make_gated_stream(stand_in):
    """The stream of `deployment.OTHER_STREAMS` that is there, and has no tag."""
    context = function.Function(stand_in, None)
    context.make_bucket(function.STREAM_BUCKET)
    context.make_stream("gated", {})


def needed_elsewhere(parameters):
    """The statements that the README of infra wants a role of `PolicyRoles` to have."""
    section = README.read_text().split("### Roles in other accounts")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (always|`(\w+)=(\w+)`) \| (.+) \|$", section, re.MULTILINE)
    meant = [sids for when, name, value, sids in rows if when == "always" or parameters.get(name) == value]
    return {sid for sids in meant for sid in re.findall(r"`(\w+)`", sids)}


def policy_elsewhere(policies, parameters):
    """The policy of a role of `PolicyRoles`, made from the function's as the README says."""
    [policy] = policies
    needed = needed_elsewhere(parameters)
    statements = [each for each in policy["Statement"] if each["Sid"] in needed]
    assert needed == {each["Sid"] for each in statements}
    document = json.dumps({**policy, "Statement": statements})
    return json.loads(document.replace(samples.ACCOUNT, deployment.OTHER_ACCOUNT))


# Every call is allowed, and nothing else


@pytest.mark.parametrize("parameters", STACKS.values(), ids=STACKS)
def test_the_roles_allow_what_the_functions_call_and_nothing_else(ministack, account, packages, tmp_path, parameters):
    deployed = deployment.Stack(ministack, packages).create(**parameters)
    make_gated_stream(ministack)
    put_watch_list(deployed, parameters)
    for name in deployment.READERS:
        with recorded(deployed, name) as recorder:
            count = privileged_calls.every_sample(deployed, name)
        check_fit(deployed.policies(name), recorder.calls, tmp_path)
        assert len(recorder.calls) > count / 10
    own = {f"AWS_ENDPOINT_URL_{name}": account.endpoint for name in SERVICES_OF_ACCOUNT}
    if parameters.get("Coverage") != "off":
        with recorded(deployed, deployment.MAINTENANCE) as recorder:
            deployed.set(deployment.MAINTENANCE, **own)
            last = privileged_calls.maintains(deployed, account)
        assert last["directory_failures"] == [] and len(last["directories"]) == ("SaveDirectory" in parameters)
        assert last["failures"] == [] and (last["gap_days"] == 0) is ("FillGaps" in parameters)
        calls = recorder.calls + privileged_calls.calls_of(account)
        check_fit(deployed.policies(deployment.MAINTENANCE), calls, tmp_path)
        account.calls.clear()
    if parameters["PolicyMode"] != "off":
        with recorded(deployed, deployment.AUDIT) as recorder:
            deployed.set(deployment.AUDIT, **own, MAILTRAIL_POLICY_SHARE="1")
            roles = [parameters["PolicyRoles"]] if "PolicyRoles" in parameters else []
            answers = privileged_calls.audits(deployed, account, roles)
        assert all(answer["report"] for answer in answers)
        check_fit(deployed.policies(deployment.AUDIT), recorder.calls + privileged_calls.calls_of(account), tmp_path)
        for role in roles:
            policies = [policy_elsewhere(deployed.policies(deployment.AUDIT), parameters)]
            assert judge(policies, privileged_calls.calls_of(account, role), tmp_path) == FITS


# The stand-in enforces them


def test_the_deployed_functions_work_with_their_roles_and_not_without(enforcing, packages):
    parameters = {**STREAMS, "Watches": deployment.WATCH_LIST, "PolicyMode": "shrink"}
    deployed = deployment.Stack(enforcing, packages).create(**parameters).allow_plain_http()
    make_gated_stream(enforcing)
    put_watch_list(deployed, parameters)
    count = 0
    for name in deployment.READERS:
        # The stand-in does not look at the tags of streams.
        deployed.change_role(name, deployment.without_tags)
        count = privileged_calls.every_sample(deployed, name)
    content = deployed.archive()
    assert len(content.records()) == count
    assert {each.parts["stream"] for each in content.kind("undelivered")} == {"missing"}

    def all_counted():
        counted = deployed.deployed.counted()
        return counted if counted["archived"] >= 2 * count else None

    counted = standins.wait_until(all_counted, function.PATIENCE, "the reports of both functions")
    assert counted["failed"] == counted["unannounced"] == counted["wrong_settings"] == 0
    assert counted["delivered"] > 0 and counted["announced"] > 0

    logs = enforcing.client("logs")
    gone = policy(delivery_statement(["/example/gone"], samples.ACCOUNT, programs.REGION))
    logs.put_resource_policy(policyName="gone", policyDocument=json.dumps(gone))
    deployed.set(deployment.AUDIT, MAILTRAIL_POLICY_SHARE="1")
    [audited] = deployed.invoke(deployment.AUDIT, b"{}")
    assert audited["acted"]["done"] and not audited["acted"]["failed"]
    assert logs.describe_resource_policies()["resourcePolicies"] == []

    for name, sid in (("workmail-events", "WriteArchive"), (deployment.AUDIT, "KeepReports")):
        deployed.change_role(name, lambda statements: [each for each in statements if each["Sid"] != sid])
        refused = deployed.invoke(name, samples.invocation(samples.payload(sid, 5)), fails=True)
        assert "AccessDenied" in json.dumps(refused)


# Conditions, which no stand-in evaluates


def statements_of(node):
    """Every policy statement below a node of the template."""
    if isinstance(node, str) and node.startswith('{"Version"'):
        node = json.loads(node)
    if isinstance(node, dict) and "Effect" in node:
        yield node
    elif isinstance(node, (dict, list)):
        for each in node.values() if isinstance(node, dict) else node:
            yield from statements_of(each)


def template_resources():
    """Pairs of a name and a resource of the template; of a loop, what it makes for each of its values."""
    for name, its in yaml.safe_load(stack.TEMPLATE.read_text())["Resources"].items():
        yield from its[2].items() if name.startswith("Fn::ForEach::") else [(name, its)]


def template_statements():
    """Pairs of a resource of the template and a statement in it."""
    return [(name, each) for name, its in template_resources() for each in statements_of(its["Properties"])]


def test_events_go_only_to_streams_with_the_tag():
    actions = [(each["Action"], each.get("Condition")) for _, each in template_statements() if "Principal" not in each]
    writing = [condition for action, condition in actions if "firehose:Put" in json.dumps(action)]
    assert writing == [{"StringEquals": {"aws:ResourceTag/LogDeliveryEnabled": "true"}}] * len(deployment.READERS)


def test_a_service_is_let_in_for_this_account_and_its_own_resources_alone():
    let_in = [
        (name, each["Principal"]["Service"], each)
        for name, each in template_statements()
        if isinstance(each.get("Principal"), dict) and each["Effect"] == "Allow"
    ]
    # Lambda assumes a function's role for the function that a caller with iam:PassRole gave it to: it names no
    # source. https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html
    without = {name for name, service, each in let_in if "Condition" not in each}
    assert without == {f"{deployment.pascal(name)}Role" for name in programs.FUNCTIONS}
    for name, service, each in let_in:
        if name not in without:
            assert each["Condition"]["StringEquals"]["aws:SourceAccount"] in (
                {"Ref": "AWS::AccountId"},
                "${AWS::AccountId}",
            )
            assert "AWS::AccountId" in json.dumps(each["Condition"]["ArnLike"]["aws:SourceArn"])
    assert {service for _, service, _ in let_in} == {
        "cloudwatch.amazonaws.com",
        "delivery.logs.amazonaws.com",
        "events.workmail.amazonaws.com",
        "firehose.amazonaws.com",
        "lambda.amazonaws.com",
        "logs.amazonaws.com",
        "scheduler.amazonaws.com",
    }


def test_no_role_is_granted_actions_by_a_pattern():
    granted = [each for _, each in template_statements() if each["Effect"] == "Allow"]
    assert granted and not any("*" in json.dumps(each["Action"]) for each in granted)


def test_everything_is_named_only_where_iam_knows_no_resource():
    anything = {
        each["Sid"]: each["Action"]
        for _, each in template_statements()
        if each["Effect"] == "Allow" and each.get("Resource") == "*"
    }
    # Resource policies are things of the account, and the lists of a service have no owner.
    # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html
    # https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsstepfunctions.html
    of_maintenance = {"FindLogGroups", "FindOrganizations", "ReadMetrics"}
    assert set(anything) == {"FindStateMachines", "Look", "LookAround", "Shrink", "TellOfFindings"} | of_maintenance
    lists = [[actions] if isinstance(actions, str) else actions for actions in anything.values()]
    granted = {action for actions in lists for action in actions}
    # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html
    of_metrics = {"cloudwatch:GetMetricData", "cloudwatch:ListMetrics"}
    of_lists = {f"logs:{operation}" for operation in ACCOUNT_WIDE}
    assert granted <= of_lists | of_metrics | {"states:ListStateMachines", "workmail:ListOrganizations"}


# Roles in other accounts


def test_a_role_in_another_account_needs_every_statement_that_is_not_about_what_is_at_home():
    statements = {each["Sid"] for name, each in template_statements() if name == "PolicyAuditRole" and "Sid" in each}
    modes = ("report", "shrink", "move")
    asked = [{"PolicyMode": mode, "PolicyV1Services": "on"} for mode in modes]
    assert set().union(*map(needed_elsewhere, asked)) == statements - AT_HOME
