"""`mailtrail policy` on accounts in every state: read from AWS, from a snapshot, and from what the AWS CLI printed."""

import json
import shlex

import pytest

import archive
from account.documents import AWS_WRITTEN
from account.fixtures import GROUP as GROUPS
from applying import GROUP, Applying, policies, writes
from programs import DONE, FAILED, NEEDS_A_LOOK, REGION, WRONG_USAGE
from samples import ACCOUNT

OTHER_ACCOUNT = "444455556666"
OTHER_REGION = "us-east-1"
SOURCES = ["aws", "snapshot", "aws-cli"]


class Policy:
    """`mailtrail policy`, asking the account of the tests."""

    def __init__(self, account, mailtrail):
        self.account = account
        self.mailtrail = mailtrail

    def run(self, *arguments, stdin=b"", **environment):
        """Runs a command that may ask AWS."""
        environment = {**self.account.environment(), **environment}
        return self.mailtrail.run("policy", *arguments, stdin=stdin, env=environment)

    def read(self, command, source, *options):
        """Runs `audit` or `plan` on one of SOURCES."""
        if source == "aws":
            return self.run(command, *options)
        if source == "snapshot":
            path = self.mailtrail.home / "account.json"
            assert self.run("snapshot", "--output", path).code in (DONE, NEEDS_A_LOOK)
            return self.offline(command, path, *options)
        return self.offline(command, "-", *options, stdin=self.aws_cli())

    def offline(self, *arguments, stdin=b""):
        """Runs a command that cannot ask AWS: it has no credentials, and nothing listens at the endpoint."""
        nowhere = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
        return self.mailtrail.run("policy", *arguments, stdin=stdin, env=nowhere)

    def aws_cli(self):
        """What `aws logs describe-resource-policies` prints."""
        answer = self.account.client("logs").describe_resource_policies()
        return json.dumps({"resourcePolicies": answer["resourcePolicies"]}, indent=4).encode()

    def audit(self, source="aws"):
        """The report, with the exit code that belongs to it."""
        run = self.read("audit", source, "--json")
        needing = [finding for finding in run.answer["findings"] if finding["severity"] != "note"]
        return run.expect(NEEDS_A_LOOK if needing else DONE).answer

    def plan(self, source="aws", *options):
        """The plan, with the exit code that belongs to it."""
        run = self.read("plan", source, "--json", *options)
        answer = run.answer
        return run.expect(NEEDS_A_LOOK if answer["unmet"] or answer["refused"] else DONE).answer


@pytest.fixture
def policy(account, mailtrail):
    """The commands, on an empty account."""
    return Policy(account, mailtrail)


def found(report, *, policy=None):
    """The kinds of what was found, of one policy or in all."""
    return {finding["id"] for finding in report["findings"] if policy in (None, finding["policy"])}


def of(report, name=AWS_WRITTEN):
    """The measures of one policy."""
    (measure,) = [measure for measure in report["measures"]["policies"] if measure["policy"] == name]
    return measure


@pytest.mark.parametrize("source", SOURCES)
def test_an_account_without_policies_has_nothing_to_do(policy, source):
    report = policy.audit(source)
    assert (report["measures"]["policies"], report["measures"]["account_policies"]) == ([], 0)
    assert found(report) <= {"not-seen"}
    assert policy.plan(source)["steps"] == []
    assert "nothing to do" in policy.read("audit", source).expect(DONE).stdout
    assert "nothing to do" in policy.read("plan", source).expect(DONE).stdout


@pytest.mark.parametrize("source", SOURCES)
def test_dead_entries_are_found_where_the_log_groups_are_known_and_never_guessed(account, policy, source):
    full = account.fixtures.full_of_dead_groups()
    report = policy.audit(source)
    plan = policy.plan(source)
    if source == "aws-cli":
        assert "dead-entries" not in found(report) and "unknown-entries" in found(report)
        assert plan["steps"] == [] and plan["unmet"]
        return
    (dead,) = [finding for finding in report["findings"] if finding["id"] == "dead-entries"]
    assert len(dead["resources"]) == len(full.dead)
    (step,) = plan["steps"]
    assert step["kind"] == "dead-entries" and step["saves"] > 4_000
    (write,) = step["writes"]
    assert write["before"] == full.document and all(group in write["after"] for group in full.live)


@pytest.mark.parametrize("source", SOURCES)
def test_ten_policies_use_the_quota_up(account, policy, source):
    account.fixtures.ten_policies()
    report = policy.audit(source)
    assert "policies-used-up" in found(report) and report["measures"]["account_policies"] == 10
    assert "10 of 10 policies are used" in policy.read("audit", source).stdout


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize(
    ("size", "finding", "soft_room", "hard_room"),
    [
        (5_119, "near-soft-limit", 1, 46_081),
        (5_120, "over-soft-limit", 0, 46_080),
        (5_121, "over-soft-limit", -1, 46_079),
        (51_199, "near-hard-limit", -46_079, 1),
        (51_201, "over-hard-limit", -46_081, -1),
    ],
)
def test_sizes_around_the_limits_are_told_exactly(account, policy, source, size, finding, soft_room, hard_room):
    account.fixtures.policy_of(size)
    report = policy.audit(source)
    measure = of(report)
    assert (measure["size"], measure["soft_room"], measure["hard_room"]) == (size, soft_room, hard_room)
    sizes = {"near-soft-limit", "over-soft-limit", "near-hard-limit", "over-hard-limit"}
    assert found(report) & sizes == {finding}
    said = policy.read("audit", source).expect(NEEDS_A_LOOK).stdout
    assert f"{size:,} characters" in said and "5,120" in said and "51,200" in said
    plan = policy.plan(source)
    if source == "aws-cli":
        assert plan["steps"] == []
    else:
        assert {step["kind"] for step in plan["steps"]} <= {"log-group-policies", "merge-statements"}


@pytest.mark.parametrize("source", SOURCES)
def test_policies_that_people_wrote_are_read_and_what_is_wrong_with_them_is_told(account, policy, source):
    documents = account.fixtures.hand_written()
    report = policy.audit(source)
    assert {measure["policy"] for measure in report["measures"]["policies"]} == set(documents)
    assert "white-space" in found(report, policy="opensearch")
    assert {"wildcard-principal", "white-space"} <= found(report, policy="careless")
    assert "source-accounts-differ" in found(report, policy="two-accounts")
    assert "statement-not-understood" in found(report, policy="unknown")
    assert policy.plan(source)["steps"] == []


@pytest.mark.parametrize("source", SOURCES)
def test_a_policy_of_invalid_json_is_measured_and_left_alone(account, policy, source):
    text = account.fixtures.not_json()
    full = account.fixtures.full_of_dead_groups()
    report = policy.audit(source)
    assert "not-a-policy" in found(report, policy="broken") and of(report, "broken")["size"] == len(text)
    assert of(report)["size"] == len(full.document)
    places = [write["place"] for step in policy.plan(source)["steps"] for write in step["writes"]]
    assert {"account": "broken"} not in places


@pytest.mark.parametrize("source", SOURCES)
def test_a_wildcard_that_is_there_is_never_dead_and_covers(account, policy, source):
    account.fixtures.wildcard()
    account.fixtures.log_group("/aws/vendedlogs/states/example")
    account.fixtures.policy("covered", account.fixtures.delivery_policy(["/aws/vendedlogs/states/example"]))
    report = policy.audit(source)
    assert of(report)["wildcards"] == 1
    assert "dead-entries" not in found(report)
    assert "covered-entries" in found(report, policy="covered")


@pytest.mark.parametrize("source", ["aws", "snapshot"])
def test_policies_of_log_groups_are_measured_beside_those_of_the_account(account, policy, source):
    account.fixtures.log_groups(3)
    account.fixtures.group_policy(GROUPS.format(1))
    report = policy.audit(source)
    assert report["measures"]["log_group_policies"] == 1 and report["measures"]["account_policies"] == 0
    (measure,) = report["measures"]["policies"]
    assert measure["log_group"].endswith(GROUPS.format(1))
    assert report["log_groups_looked_at"] == [3, 3]


def test_fewer_log_groups_are_asked_for_their_policy_with_an_option(account, policy):
    account.fixtures.log_groups(5)
    report = policy.run("audit", "--json", "--log-group-policies", "2").expect(DONE).answer
    assert report["log_groups_looked_at"] == [2, 5]


@pytest.mark.parametrize("command", ["audit", "plan", "snapshot"])
def test_throttling_on_every_call_is_waited_out(account, policy, command):
    full = account.fixtures.full_of_dead_groups()
    account.faults.page_sizes["DescribeLogGroups"] = 1
    account.faults.throttle_each_once()
    run = policy.run(command, *(["--json"] if command != "snapshot" else []))
    assert run.code == (NEEDS_A_LOOK if command == "audit" else DONE), run.stderr
    assert f"{full.name}" in run.stdout
    assert any(call.error == "ThrottlingException" for call in account.called("DescribeLogGroups"))


@pytest.mark.parametrize(
    ("action", "part", "told"),
    [
        ("logs:DescribeLogGroups", "log groups", "dead-entries"),
        ("logs:DescribeDeliverySources", "delivery sources", "delivery-source-gone"),
        ("logs:DescribeDeliveryDestinations", "delivery destinations", None),
        ("logs:DescribeDeliveries", "deliveries", "destination-shared"),
    ],
)
def test_what_may_not_be_read_is_said_and_nothing_is_guessed_of_it(account, policy, action, part, told):
    account.fixtures.full_of_dead_groups()
    account.faults.deny(action)
    report = policy.run("audit", "--json").expect(NEEDS_A_LOOK).answer
    (seen,) = [seen for seen in report["seen"] if seen["part"] == part]
    assert "AccessDenied" in seen["reason"] and seen["at"] is None
    assert told not in found(report)
    said = policy.run("audit").expect(NEEDS_A_LOOK).stdout
    assert f"not seen: {part} (" in said and "AccessDenied" in said
    run = policy.run("snapshot").expect(NEEDS_A_LOOK)
    assert f"not read: {part}" in run.stderr
    assert archive.strict_json(run.stdout)["account_policies"]["state"] == "seen"


def test_without_the_policies_of_the_account_there_is_no_plan(account, policy):
    account.fixtures.full_of_dead_groups()
    account.faults.deny("logs:DescribeResourcePolicies")
    report = policy.run("audit", "--json").expect(NEEDS_A_LOOK).answer
    assert report["plan"] is None and report["measures"]["account_policies"] is None
    assert "no plan" in policy.run("audit").expect(NEEDS_A_LOOK).stdout
    run = policy.run("plan", "--json").expect(FAILED)
    assert run.stdout == "" and "the policies of the account were not read" in run.stderr


@pytest.mark.parametrize("command", [["audit"], ["plan"], ["snapshot"]])
def test_a_region_that_is_switched_off_is_a_clear_failure(account, policy, command):
    account.world.switch_off(OTHER_REGION)
    run = policy.run(*command, "--region", OTHER_REGION).expect(FAILED)
    assert run.stdout == "" and "AWS does not accept the credentials here" in run.stderr


def test_another_account_is_looked_at_through_a_role(account, policy):
    other = account.fixtures_in(OTHER_ACCOUNT, OTHER_REGION)
    other.not_json()
    role = other.role("audit")
    run = policy.run("audit", "--json", "--assume-role", role, "--region", OTHER_REGION).expect(NEEDS_A_LOOK)
    assert (run.answer["account"], run.answer["region"]) == (OTHER_ACCOUNT, OTHER_REGION)
    assert "not-a-policy" in found(run.answer)
    refused = policy.run("audit", "--assume-role", f"arn:aws:iam::{OTHER_ACCOUNT}:role/unknown").expect(FAILED)
    assert "role/unknown" in refused.stderr and "trust policy" in refused.stderr


def test_without_a_region_nothing_is_asked(account, policy):
    run = policy.run("audit", AWS_REGION="", AWS_CONFIG_FILE="/nowhere").expect(FAILED)
    assert "--region" in run.stderr and account.calls == []


@pytest.mark.parametrize(
    ("text", "said"),
    [("", "neither a snapshot nor"), ("[]", "neither a snapshot nor"), ("{}", "no `resourcePolicies`")],
)
def test_a_file_that_is_neither_kind_is_refused(policy, tmp_path, text, said):
    path = tmp_path / "strange.json"
    path.write_text(text)
    for command in ("audit", "plan"):
        run = policy.offline(command, path).expect(FAILED)
        assert said in run.stderr and "strange.json" in run.stderr
    assert "failed to read" in policy.offline("audit", tmp_path / "missing.json").expect(FAILED).stderr


def test_reading_changes_nothing(account, policy):
    account.fixtures.full_of_dead_groups()
    account.fixtures.workmail_audit()
    for command in (["snapshot"], ["audit"], ["plan"], ["plan", "--move", GROUP]):
        policy.run(*command)
    assert writes(account) == []


def test_a_snapshot_says_what_aws_says(account, policy):
    account.fixtures.full_of_dead_groups()
    account.fixtures.workmail_audit()
    live, offline = policy.audit("aws"), policy.audit("snapshot")
    for key in ("measures", "findings", "plan", "log_groups_looked_at"):
        assert live[key] == offline[key], key


def test_people_see_a_bar_with_both_limits_what_fills_it_and_what_goes(account, policy):
    full = account.fixtures.full_of_dead_groups()
    said = policy.run("audit").expect(NEEDS_A_LOOK).stdout
    assert f"account {ACCOUNT}, Region {REGION}" in said
    for expected in (AWS_WRITTEN, "█", "┃", "(soft)", "(hard)", f"{len(full.live + full.dead)} log groups"):
        assert expected in said, expected
    assert "the plan removes" in said and "mailtrail policy plan" in said
    # Bars and ARNs are not cut in two.
    assert all(len(line) <= 100 or "┃" in line or "arn:aws:" in line for line in said.splitlines()), said


def test_a_plan_in_a_file_is_the_plan_on_stdout(account, policy, tmp_path):
    account.fixtures.full_of_dead_groups()
    run = policy.run("plan", "--json", "--output", tmp_path / "plan.json").expect(DONE)
    assert archive.strict_json((tmp_path / "plan.json").read_text()) == run.answer
    said = policy.run("plan", "--output", tmp_path / "plan.json").expect(DONE).stdout
    assert f"mailtrail policy apply {tmp_path / 'plan.json'}" in said and "no access is lost" in said


def test_what_counts_as_full_can_be_said(account, policy):
    account.fixtures.full_of_dead_groups()
    assert policy.plan("aws", "--target", "hard")["steps"] == []
    assert policy.plan("aws", "--soft-limit", "10000")["steps"] == []
    assert policy.plan("aws", "--share", "10")["target_characters"] == 512
    policy.run("plan", "--share", "101").expect(WRONG_USAGE)
    policy.run("plan", "--name", "/only-one").expect(WRONG_USAGE)


def test_a_log_group_that_cannot_be_moved_is_named_with_the_reason(account, policy):
    account.fixtures.log_group("/example/alone")
    run = policy.run("plan", "--move", "/example/alone").expect(NEEDS_A_LOOK)
    assert "/example/alone" in run.stdout
    assert policy.plan("aws", "--move", "/example/alone")["refused"]


@pytest.fixture
def applying(account, mailtrail):
    """Plans to be carried out."""
    return Applying(account, mailtrail.home)


def test_a_plan_is_shown_dry_carried_out_and_undone(account, applying):
    full = account.fixtures.full_of_dead_groups()
    plan = applying.plan()
    dry = applying.run("apply", applying.write(plan), "--dry-run").expect(DONE)
    assert "PutResourcePolicy" in dry.stdout and writes(account) == []
    run = applying.run("apply", applying.write(plan), "--archive", applying.archive, "--yes").expect(DONE)
    assert f"1 change made; journal {applying.journal}" in run.stdout
    assert len(policies(account)[AWS_WRITTEN]) < 4_096
    run = applying.run("rollback", applying.journal, "--archive", applying.archive, "--yes").expect(DONE)
    assert "1 change undone" in run.stdout
    assert policies(account) == {AWS_WRITTEN: full.document}


def test_without_a_terminal_an_unanswered_question_is_not_a_yes(account, applying):
    account.fixtures.full_of_dead_groups()
    path = applying.write(applying.plan())
    to = ["--archive", applying.archive]
    run = applying.run("apply", path, *to).expect(FAILED)
    assert "pass --yes" in run.stderr and run.stdout == ""
    assert writes(account) == [] and applying.journals == []


def test_an_archive_that_is_mistyped_is_named_and_not_created(account, applying):
    to = ["--archive", applying.archive, "--yes"]
    journal = "20261120T101502Z-00000000"
    commands = [["apply", "--resume", journal, *to], ["rollback", journal, *to], ["rollback", journal, *to[:2], "--dry-run"]]
    for command in commands:
        assert f"there is no archive `{applying.archive}`" in applying.run(*command).expect(FAILED).stderr
        assert not applying.archive.exists()
    applying.archive.mkdir()
    for command in commands:
        run = applying.run(*command).expect(FAILED)
        assert "there is no journal" in run.stderr and run.stdout == ""
        assert list(applying.archive.iterdir()) == []
    assert writes(account) == []


def test_commands_that_are_advised_can_be_pasted(account, applying):
    account.fixtures.full_of_dead_groups()
    applying.archive = applying.home / "my archive"
    plan = applying.home / "my plan.json"
    snapshot = applying.home / "my account.json"
    applying.run("snapshot", "--output", snapshot)

    def advised(text, what):
        (line,) = [line for line in text.splitlines() if what in line]
        words = shlex.split(line.partition(what)[2].partition("; ")[0])
        assert words[:2] == ["mailtrail", "policy"]
        return words[2:]

    audit = applying.run("audit", snapshot, "--share", "50", "--archive", applying.archive).expect(NEEDS_A_LOOK)
    show = advised(audit.stdout, "show it with: ")
    assert show == ["plan", str(snapshot), "--region", REGION, "--share", "50", "--archive", str(applying.archive)]
    carry_out = advised(applying.run(*show, "--output", plan).expect(DONE).stdout, "carry it out: ")
    assert carry_out == ["apply", str(plan), "--archive", str(applying.archive), "--region", REGION]
    account.faults.deny("logs:PutResourcePolicy")
    refused = applying.run(*carry_out, "--yes").expect(FAILED).stderr
    account.faults.clear()
    resume, roll_back = advised(refused, "; resume it with: "), advised(refused, "; roll it back with: ")
    # AWS_REGION is not set where they are pasted.
    applying.environment["AWS_REGION"] = ""
    applying.run(*resume, "--yes").expect(DONE)
    assert "1 change undone" in applying.run(*roll_back, "--yes").expect(DONE).stdout


def test_a_name_that_is_not_used_is_told_and_one_outside_the_prefix_is_wrong_usage(account, applying):
    account.fixtures.full_of_dead_groups()
    assert "is not the name of a log group" in applying.run("plan", "--name", "a=b").expect(WRONG_USAGE).stderr
    run = applying.run("plan", "--name", "a=/aws/vendedlogs/b")
    assert "the name /aws/vendedlogs/b is not used: the plan does not move a" in run.expect(DONE).stderr


def test_the_usage_of_an_error_is_that_of_the_command(account, applying):
    for command in (["apply", "plan.json"], ["rollback", "x"], ["apply"]):
        (usage,) = [line for line in applying.run(*command).expect(WRONG_USAGE).stderr.splitlines() if "Usage" in line]
        assert usage.startswith(f"Usage: mailtrail policy {command[0]} [OPTIONS]") and "--region" not in usage


def test_a_change_without_an_archive_is_wrong_usage(account, applying):
    path = applying.write({"steps": []})
    for command in (["apply", path, "--yes"], ["rollback", "x", "--yes"]):
        assert "archive" in applying.run(*command).expect(WRONG_USAGE).stderr
    applying.run("apply", "--yes").expect(WRONG_USAGE)
    applying.run("apply", path, "--resume", "x").expect(WRONG_USAGE)
    applying.run("apply", path, "--wait", "soon").expect(WRONG_USAGE)
    assert account.calls == []


def test_an_invalid_plan_is_refused(account, applying):
    for strange in ({}, {"steps": []}, [1]):
        run = applying.change("apply", applying.write(strange)).expect(FAILED)
        assert "invalid plan" in run.stderr and run.stdout == ""
    newer = {**applying.plan(), "format": 99}
    newer["steps"] = [{**step(), "writes": []}]
    assert "99" in applying.change("apply", applying.write(newer)).expect(FAILED).stderr
    assert writes(account) == []


def step():
    """A step that does nothing."""
    words = {key: "" for key in ("what", "why", "risk_reason", "undo")}
    return {"kind": "white-space", **words, "saves": 0, "saves_later": 0, "risk": "none"}


def test_a_plan_without_steps_is_carried_out_by_doing_nothing(account, applying):
    answer = applying.apply(applying.plan()).expect(DONE).answer
    assert answer == {"journal": None, "end": "done", "changes": 0}
    assert applying.journals == [] and writes(account) == []


@pytest.mark.parametrize("key", ["account", "region"])
def test_a_plan_for_elsewhere_is_refused(account, applying, key):
    account.fixtures.full_of_dead_groups()
    plan = {**applying.plan(), key: {"account": OTHER_ACCOUNT, "region": OTHER_REGION}[key]}
    for run in (applying.apply(plan), applying.dry_run(plan)):
        assert "the plan is for" in run.expect(FAILED).stderr
    assert writes(account) == [] and applying.journals == []


def test_a_journal_that_is_not_there_is_named(account, applying):
    applying.archive.mkdir()
    for run in (applying.rollback("20261120T101502Z-00000000"), applying.resume("20261120T101502Z-00000000")):
        assert "there is no journal" in run.expect(FAILED).stderr and run.stdout == ""
    assert writes(account) == []


def test_a_plan_made_of_what_the_aws_cli_printed_is_carried_out(account, applying, policy):
    text = json.dumps(account.fixtures.delivery_policy(account.fixtures.log_groups(38)), indent=4)
    account.fixtures.policy(AWS_WRITTEN, text)
    plan = policy.read("plan", "aws-cli", "--json").answer
    assert [step["kind"] for step in plan["steps"]] == ["white-space"]
    applying.apply(plan).expect(DONE)
    assert json.loads(policies(account)[AWS_WRITTEN]) == json.loads(text)
    assert len(policies(account)[AWS_WRITTEN]) < len(text)
    applying.rollback().expect(DONE)
    assert policies(account) == {AWS_WRITTEN: text}
