"""`mailtrail permissions`, row by row: policies and templates under others' linters, commands under AWS's models.

parliament and policy_sentry know IAM's actions and what they act on, cfn-lint knows CloudFormation, botocore knows
every call and its parameters, and moto carries out those of them that it can.
"""

import functools
import json
import re
import subprocess
import sys
import warnings
from pathlib import Path

import botocore.session
import pytest

import aws_commands
import programs
from programs import DONE, NEEDS_A_LOOK, REGION, WRONG_USAGE
from samples import ACCOUNT

with warnings.catch_warnings():
    # It still finds its files through setuptools.
    warnings.simplefilter("ignore")
    import parliament
from policy_sentry.querying.actions import get_action_data

ORGANIZATION = f"arn:aws:workmail:{REGION}:{ACCOUNT}:organization/m-0123456789abcdef0123456789abcdef"
FORMATS = ("json", "cloudformation", "cli")
OPTION = {"cloudwatch-logs": "--log-group", "s3": "--bucket", "firehose": "--stream"}

# What AWS creates, and customers cannot change.
MADE_BY_AWS = {"service_linked_role_policy", "service_linked_role_trust_policy"}
# The policy of a key that is there is its owner's to change; one for the console is for those who need it.
NOT_APPLIED = MADE_BY_AWS | {"key_policy", "console_policy"}
# parliament's finding, and the document where it is no fault → why.
ACCEPTED = {
    ("RESOURCE_POLICY_PRIVILEGE_ESCALATION", "caller_policy"): "the page asks for s3:PutBucketPolicy",
    ("RESOURCE_STAR", "key_policy"): "in the policy of a key, * is that key",
    ("RESOURCE_STAR", "service_linked_role_policy"): "made by AWS; the tag limits it",
}
# Actions that are younger than parliament's list; policy_sentry knows them.
YOUNG = {
    f"{prefix}:AllowVendedLogDeliveryForResource"
    for prefix in (
        "aidevops",
        "bedrock-agentcore",
        "elasticloadbalancing",
        "events",
        "quicksight",
        "securityhub",
    )
}


@pytest.fixture(scope="module")
def cli(tmp_path_factory):
    """The command line."""
    return programs.Mailtrail(tmp_path_factory.mktemp("permissions"))


@pytest.fixture(scope="module")
def table(cli):
    """Every service, as --list shows it to machines."""
    run = cli.run("permissions", "--list", "--json").expect(DONE)
    return [json.loads(line) for line in run.stdout.splitlines()]


@pytest.fixture(scope="module")
def rows(cli, table):
    """(service, destination) → format → what is printed; of those that print anything."""
    printed = {}
    for service in table:
        for destination, model in service["destinations"].items():
            if model == "own":
                continue
            arguments = ("permissions", service["id"], destination, "--account", ACCOUNT, "--format")
            printed[service["id"], destination] = {
                kind: cli.run(*arguments, kind).expect(DONE).stdout for kind in FORMATS
            }
    return printed


def policies(text):
    """The policies among the documents, by their keys."""
    return {key: value for key, value in json.loads(text).items() if key.endswith("_policy")}


def canonical(documents):
    """These documents, whatever the order of them and of their keys."""
    return sorted(json.dumps(document, sort_keys=True) for document in documents)


# documents


def test_every_service_of_the_table_prints_or_names_its_page(cli, table, rows):
    assert len(table) > 80
    assert len(rows) > 150
    for service in table:
        assert service["page"].startswith("https://docs.aws.amazon.com/")
        for destination in set(OPTION) - set(service["destinations"]):
            run = cli.run("permissions", service["id"], destination).expect(WRONG_USAGE)
            assert all(has in run.stderr for has in service["destinations"]), run.stderr
        for destination, model in service["destinations"].items():
            if model == "own":
                assert service["page"] in cli.run("permissions", service["id"], destination).expect(NEEDS_A_LOOK).stderr


def test_every_grant_to_a_service_asks_for_account_and_source(rows):
    asked = 0
    for row, printed in rows.items():
        for key, policy in policies(printed["json"]).items():
            for statement in policy["Statement"]:
                if "Service" not in statement.get("Principal", {}) or key in MADE_BY_AWS:
                    continue
                asked += 1
                assert statement["Condition"]["StringEquals"]["aws:SourceAccount"] == ACCOUNT, row
                source = statement["Condition"]["ArnLike"]["aws:SourceArn"]
                assert source.split(":")[4] in ("", ACCOUNT), row
    assert asked > 150


def test_arns_are_of_the_partition_of_the_region(cli):
    partitions = botocore.session.get_session().get_data("partitions")["partitions"]
    regions = {region: each["id"] for each in partitions for region in each["regions"] if not region.endswith("-global")}
    assert len(regions) > 40 and len(set(regions.values())) > 7
    for region, partition in regions.items():
        run = cli.run("permissions", "network-firewall", "cloudwatch-logs", "--region", region).expect(DONE)
        assert set(re.findall(r"arn:([a-z-]+):", run.stdout)) == {partition}, region


def findings(policy):
    """What parliament has to say about a policy: issue and detail."""
    return [(found.issue, found.detail) for found in parliament.analyze_policy_string(json.dumps(policy)).findings]


def test_policies_pass_parliament(rows):
    accepted = set()
    for row, printed in rows.items():
        for key, policy in policies(printed["json"]).items():
            if key.endswith("trust_policy"):
                continue  # has no resource, which parliament asks of every policy; cfn-lint reads it
            for issue, detail in findings(policy):
                if issue in ("UNKNOWN_ACTION", "UNKNOWN_PREFIX"):
                    name = detail.split()[-1]
                    assert any(action in (name, f"{name}:AllowVendedLogDeliveryForResource") for action in YOUNG), row
                else:
                    assert (issue, key) in ACCEPTED, f"{row}: {key}: {issue} {detail}"
                    accepted.add((issue, key))
    assert accepted == set(ACCEPTED), "nothing is accepted that does not occur"


@pytest.mark.parametrize(
    ("wrong", "issue"),
    [
        ({"Action": ["logs:PutLogsEvents"]}, "UNKNOWN_ACTION"),
        ({"Resource": ["arn:aws:s3:::example"]}, "RESOURCE_MISMATCH"),
        ({"Condition": {"StringEquals": {"aws:SourceAcount": ACCOUNT}}}, "UNKNOWN_CONDITION_FOR_ACTION"),
    ],
)
def test_parliament_finds_an_injected_fault(rows, wrong, issue):
    policy = policies(rows["workmail", "cloudwatch-logs"]["json"])["log_group_policy"]
    assert findings(policy) == []
    policy["Statement"][0].update(wrong)
    assert issue in [found for found, _ in findings(policy)]


def test_every_action_exists(rows):
    known = functools.cache(lambda prefix, name: bool(get_action_data(prefix, name)))
    seen = set()
    for row, printed in rows.items():
        for policy in policies(printed["json"]).values():
            for action in (action for statement in policy["Statement"] for action in statement["Action"]):
                seen.add(action)
                assert action.endswith("*") or known(*action.split(":")), f"{row}: no action {action}"
    assert seen >= YOUNG
    assert not known("logs", "PutLogsEvents")


# templates


def lint(*templates):
    """What cfn-lint has to say, one finding a line."""
    command = [str(Path(sys.executable).parent / "cfn-lint"), "--format", "parseable", *map(str, templates)]
    return subprocess.run(command, capture_output=True, text=True, timeout=programs.TIMEOUT).stdout


def test_templates_pass_cfn_lint(rows, tmp_path):
    for (service, destination), printed in rows.items():
        (tmp_path / f"{service}-{destination}.json").write_text(printed["cloudformation"])
    assert lint(*tmp_path.iterdir()) == ""


@pytest.mark.parametrize(
    ("right", "wrong"),
    [("sts:AssumeRole", "sts:AssumeRoles"), ("2012-10-17", "2012-10-18"), ('"RoleName"', '"Name"')],
)
def test_cfn_lint_finds_an_injected_fault(rows, tmp_path, right, wrong):
    template = rows["workmail-events", "cloudwatch-logs"]["cloudformation"]
    assert right in template
    (tmp_path / "wrong.json").write_text(template.replace(right, wrong))
    assert lint(tmp_path / "wrong.json") != ""


def test_a_template_holds_the_same_policies(rows):
    for row, printed in rows.items():
        resources = json.loads(printed["cloudformation"])["Resources"]
        made = [resource["Properties"] for resource in resources.values()]
        made = [each.get("PolicyDocument") or each.get("AssumeRolePolicyDocument") for each in made]
        made = [json.loads(each) if isinstance(each, str) else each for each in made if each]
        made += [
            each["PolicyDocument"] for role in resources.values() for each in role["Properties"].get("Policies", [])
        ]
        wanted = [policy for key, policy in policies(printed["json"]).items() if key not in NOT_APPLIED]
        assert canonical(made) == canonical(wanted), row


# commands


def calls(script):
    """The calls of a script, each for a Region."""
    made = aws_commands.read(script)
    assert all(call.options in ({"--region": REGION}, {"--region": "us-east-1"}) for call in made), script
    return made


def test_commands_are_calls_that_aws_knows(rows):
    services = set()
    for row, printed in rows.items():
        made = calls(printed["cli"])
        assert made, row
        services |= {call.service for call in made}
    assert services == {"iam", "logs", "s3", "firehose", "workmail"}


def test_commands_carry_the_same_policies(rows):
    for row, printed in rows.items():
        sent = [
            json.loads(value)
            for call in calls(printed["cli"])
            for value in call.parameters.values()
            if isinstance(value, str) and value.startswith("{")
        ]
        wanted = [policy for key, policy in policies(printed["json"]).items() if key not in NOT_APPLIED]
        assert canonical(sent) == canonical(wanted), row


def carry_out(stand_in, script):
    """Sends the calls of a script to a stand-in; WorkMail is on none. Returns the names of what was called."""
    made = calls(script)
    for call in made:
        if call.service != "workmail":
            getattr(stand_in.client(call.service), call.operation)(**call.parameters)
    return [call.operation for call in made]


def workmail_commands(cli, destination, name, service="workmail"):
    """The script for an organization."""
    place = ("--account", ACCOUNT, "--resource", ORGANIZATION, OPTION[destination], name)
    return cli.run("permissions", service, destination, "--format", "cli", *place).expect(DONE).stdout


def test_the_audit_logs_of_workmail_are_set_up_by_the_commands(cli, moto):
    s3, firehose, logs = (moto.client(service) for service in ("s3", "firehose", "logs"))
    s3.create_bucket(Bucket="example-logs", CreateBucketConfiguration={"LocationConstraint": REGION})
    role = f"arn:aws:iam::{ACCOUNT}:role/example"
    to = {"RoleARN": role, "BucketARN": "arn:aws:s3:::example-logs"}
    firehose.create_delivery_stream(DeliveryStreamName="mail", ExtendedS3DestinationConfiguration=to)
    group = "/aws/vendedlogs/workmail/example"
    called = carry_out(moto, workmail_commands(cli, "cloudwatch-logs", group))
    assert called.count("create_delivery") == called.count("put_delivery_source") == 5
    carry_out(moto, workmail_commands(cli, "s3", "example-logs"))
    carry_out(moto, workmail_commands(cli, "firehose", "mail"))

    sources = logs.describe_delivery_sources()["deliverySources"]
    assert {(source["resourceArns"][0], source["service"]) for source in sources} == {(ORGANIZATION, "workmail")}
    kinds = [delivery["deliveryDestinationType"] for delivery in logs.describe_deliveries()["deliveries"]]
    assert sorted(kinds) == ["CWL"] * 5 + ["FH"] * 5 + ["S3"] * 5
    [policy] = logs.describe_resource_policies()["resourcePolicies"]
    assert f"log-group:{group}:log-stream:*" in policy["policyDocument"]
    assert len(json.loads(s3.get_bucket_policy(Bucket="example-logs")["Policy"])["Statement"]) == 2
    tags = firehose.list_tags_for_delivery_stream(DeliveryStreamName="mail")["Tags"]
    assert tags == [{"Key": "LogDeliveryEnabled", "Value": "true"}]


def test_the_email_events_of_workmail_get_a_role_by_the_commands(cli, moto):
    script = workmail_commands(cli, "cloudwatch-logs", "workmail-monitoring", "workmail-events")
    assert carry_out(moto, script)[-1] == "put_email_monitoring_configuration"
    parameters = calls(script)[-1].parameters
    assert parameters["OrganizationId"] == ORGANIZATION.rsplit("/", 1)[1]
    assert parameters["LogGroupArn"] == f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:workmail-monitoring:*"
    iam = moto.client("iam")
    name = parameters["RoleArn"].rsplit("/", 1)[1]
    assert "workmail" in name
    trust = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]["Statement"][0]
    assert trust["Condition"]["ArnLike"]["aws:SourceArn"] == ORGANIZATION
    assert len(iam.list_role_policies(RoleName=name)["PolicyNames"]) == 1


def test_what_is_set_up_for_one_destination_leaves_another_alone(cli, moto):
    for group in ("/aws/vendedlogs/a/b", "/aws/vendedlogs/a-b"):
        carry_out(moto, workmail_commands(cli, "cloudwatch-logs", group, "workmail-events"))
        given = ("--account", ACCOUNT, "--log-group", f"{group}/steps", "--format", "cli")
        carry_out(moto, cli.run("permissions", "step-functions", "cloudwatch-logs", *given).expect(DONE).stdout)
    assert len(moto.client("logs").describe_resource_policies()["resourcePolicies"]) == 2
    assert len(moto.client("iam").list_roles()["Roles"]) == 2
