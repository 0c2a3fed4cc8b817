"""The stack: looked over by the linters of others, and deployed to ministack through the SAM door."""

import collections
import json
import sys
import time
from pathlib import Path

import pytest

import function
import payloads
import programs
import samples
import stack
import standins
import tools


# As an operator sets them in CDK.
SETTINGS = {
    "logGroups": [stack.MAIL_GROUP, stack.TRAIL_GROUP],
    "workMailOrganizations": [stack.ORGANIZATION],
    "streamEmailActivity": True,
    "silenceHours": 6,
}


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    """The packages of the functions."""
    return stack.put_packages(tmp_path_factory.mktemp("cdk") / "packages")


@pytest.fixture(scope="module")
def synthesised(packages):
    """The template that `cdk synth` makes: it fails where cdk-nag finds something."""
    output = packages.parent / "out"
    context = ("--context", f"packages={packages}", "--context", f"settings={json.dumps(SETTINGS)}")
    tools.run(
        "npx", "cdk", "synth", "--quiet", "--strict", "--output", output, *context, cwd=tools.node_modules()
    )
    return output / "mailtrail.template.json"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The template that `sam build` makes."""
    return stack.build(tmp_path_factory.mktemp("sam"))


@pytest.fixture(params=["sam", "cdk"])
def template(request):
    """The templates of both doors."""
    return stack.TEMPLATE if request.param == "sam" else request.getfixturevalue("synthesised")


# Others look it over


def test_the_stack_is_what_its_own_tests_want():
    folder = tools.node_modules()
    tools.run("npm", "run", "check", cwd=folder)
    tools.run("npm", "test", cwd=folder)


def test_cfn_lint_finds_nothing(template):
    linter = Path(sys.executable).with_name("cfn-lint")
    tools.run(linter, template, cwd=template.parent)


def test_the_settings_of_cdk_are_the_defaults_of_the_parameters(synthesised):
    parameters = json.loads(synthesised.read_text())["Parameters"]
    defaults = {name: its["Default"] for name, its in parameters.items() if "Default" in its}
    assert defaults["StreamEmailActivity"] == "true"
    assert defaults["SilenceHours"] == "6"


def test_sam_finds_the_template_valid():
    printed = stack.sam("validate", "--lint", "--template", stack.TEMPLATE, cwd=stack.TEMPLATE.parent)
    assert "is a valid SAM Template" in printed


def test_checkov_finds_nothing_that_stands_without_a_reason(template):
    checkov = tools.python_program("checkov", "checkov")
    options = ("--framework", "cloudformation", "--skip-download", "--output", "json")
    # It warns that it does not look into loops; what is in them stands in the template of CDK.
    env = {"LOG_LEVEL": "ERROR"}
    report = json.loads(tools.run(checkov, "--file", template, *options, cwd=template.parent, env=env))
    assert report["results"]["failed_checks"] == []
    assert report["summary"]["passed"] > 50
    assert all(check["check_result"]["suppress_comment"] for check in report["results"]["skipped_checks"])


# Deployed


@pytest.fixture
def ready(ministack, built):
    """An account with log groups, and the template for it."""
    stack.prepare(ministack)
    return stack.for_stand_in(built)


def events_of(lines):
    now = int(time.time() * 1000)
    return [{"timestamp": now + number, "message": line} for number, line in enumerate(lines)]


def trail_messages():
    sample = (programs.EVENTS / "cloudtrail-iam-user.json").read_bytes()
    return [event["message"] for event in payloads.events(sample)]


def test_what_is_logged_is_archived_and_streamed_by_the_deployed_stack(ministack, ready, tmp_path):
    stack.deploy(
        ministack,
        ready,
        LogGroups=stack.MAIL_GROUP,
        CloudTrailLogGroups=stack.TRAIL_GROUP,
        WorkMailOrganizations=stack.ORGANIZATION_HEX,
        OrganizationsOfLogGroups=f"{stack.MAIL_GROUP}={stack.ORGANIZATION}",
        StreamEmailActivity="true",
        InternalDomains="example.com",
        AlarmEmail="postmaster@example.com",
    )
    deployed = stack.deployed(ministack)
    mails, calls = samples.messages("deployed", 30), trail_messages()
    deployed.put_log_events(stack.MAIL_GROUP, events_of(mails))
    deployed.put_log_events(stack.TRAIL_GROUP, events_of(calls))

    records = deployed.wait_for_records(len(mails) + len(calls)).records()
    groups = collections.Counter(record["metadata"]["log_name"] for record in records)
    assert groups == {stack.MAIL_GROUP: len(mails), stack.TRAIL_GROUP: len(calls)}
    tenants = {record["metadata"].get("tenant_uid") for record in records if "email" in record}
    assert tenants == {stack.ORGANIZATION}

    wanted = [record["metadata"]["uid"] for record in records if record["class_name"] == "Email Activity"]
    assert sorted(deployed.wait_for_streamed("email_activity", len(wanted), tmp_path)) == sorted(wanted)

    def all_counted():
        counted = deployed.counted()
        return counted if counted["archived"] >= len(records) else None

    counted = standins.wait_until(all_counted, function.PATIENCE, "the reports of both functions")
    assert counted["delivered"] == len(wanted)
    assert (
        counted["wrong_settings"]
        == counted["undelivered"]
        == counted["quarantined"]
        == counted["failed"]
        == 0
    )


def test_an_organization_s_log_groups_are_made_and_subscribed(ministack, ready):
    stack.deploy(ministack, ready, WorkMailOrganizations=stack.ORGANIZATION_HEX, WorkMailLogRetentionDays="90")
    logs = ministack.client("logs")
    below = {"/aws/vendedlogs/workmail": 5, "/workmail": 1}
    for prefix, count in below.items():
        groups = logs.describe_log_groups(logGroupNamePrefix=f"{prefix}/{stack.ORGANIZATION}/")["logGroups"]
        assert len(groups) == count
        for group in groups:
            assert group["retentionInDays"] == 90
            filters = logs.describe_subscription_filters(logGroupName=group["logGroupName"])
            assert len(filters["subscriptionFilters"]) == 1
    [policy] = logs.describe_resource_policies()["resourcePolicies"]
    assert "/aws/vendedlogs/*" in policy["policyDocument"]


def test_the_scale_out_profile_with_every_option_is_deployed(ministack, ready):
    key = f"arn:aws:kms:{programs.REGION}:{samples.ACCOUNT}:key/example"
    stack.deploy(
        ministack,
        ready,
        Profile="scale-out",
        LogGroups=stack.MAIL_GROUP,
        KmsKeyArn=key,
        ObjectLockDays="30",
        InfrequentAccessDays="60",
        VendedLogsToBucket="true",
        ReservedConcurrency="2",
    )
    deployed = stack.deployed(ministack)
    assert len(deployed.resources("AWS::Kinesis::Stream")) == 2
    mappings = ministack.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    assert len(mappings) == 2
    assert all(mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"] for mapping in mappings)

    stream = deployed.resources("AWS::Kinesis::Stream")["WorkmailEventsQueue"]
    kinesis = ministack.client("kinesis")
    kinesis.put_record(StreamName=stream, PartitionKey="example", Data=samples.payload("scale-out", 20))
    assert len(deployed.wait_for_records(20).records()) == 20


def test_the_profile_of_a_deployed_stack_can_be_changed(ministack, ready):
    def destinations():
        filters = ministack.client("logs").describe_subscription_filters(logGroupName=stack.MAIL_GROUP)
        return [each["destinationArn"].split(":")[2] for each in filters["subscriptionFilters"]]

    stack.deploy(ministack, ready, LogGroups=stack.MAIL_GROUP)
    assert destinations() == ["lambda"]
    # What is not named again keeps its value.
    stack.deploy(ministack, ready, Profile="scale-out")
    assert destinations() == ["kinesis"]
    stack.deploy(ministack, ready, Profile="standard")
    assert destinations() == ["lambda"]
    assert len(ministack.client("kinesis").list_streams()["StreamNames"]) == 2
    assert ministack.client("lambda").list_event_source_mappings()["EventSourceMappings"] == []


@pytest.mark.parametrize(
    ("parameter", "value", "said"),
    [
        ("LogGroups", "/mailtrail/example/workmail-events", "none of mailtrail's own"),
        ("WorkMailOrganizations", "example", "32 hex digits"),
        ("LogGroup1", "/example", "LogGroups must contain what LogGroup1 names"),
        ("InternalDomains", "nonsense", "domains separated by commas"),
        ("MemorySize", "64", "MemorySize"),
        ("Profile", "standart", "Profile"),
        ("InfrequentAccessDays", "7", "InfrequentAccessDays must be 0, or 30 and more"),
    ],
)
def test_what_cannot_work_is_refused_before_anything_is_made(ministack, ready, parameter, value, said):
    printed = stack.deploy(ministack, ready, code=1, **{parameter: value})
    assert said in " ".join(printed.split())


def test_failures_may_not_depend_on_the_key_of_the_archive(ministack, ready):
    key = f"arn:aws:kms:{programs.REGION}:{samples.ACCOUNT}:key/example"
    printed = stack.deploy(ministack, ready, code=1, KmsKeyArn=key, FailuresKmsKeyArn=key)
    assert "FailuresKmsKeyArn must be another key" in " ".join(printed.split())
