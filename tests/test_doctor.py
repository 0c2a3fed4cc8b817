"""`mailtrail doctor` over an account in order, and over the same account with one thing broken at a time."""

import json

import pytest

import deeds
import programs
from doctoring import FUNCTION, STREAM, TARGET, Planted
from logging_faults import BROKEN, EVENTS, FAULTS, archive_in_a_folder, no_tag, retention
from programs import DONE, FAILED, NEEDS_A_LOOK, REGION, WRONG_USAGE
from samples import ACCOUNT

UNKNOWN = "unknown"
KEYS = {"id", "subject", "severity", "resource", "seen", "why", "fix"}


@pytest.fixture
def planted(account, moto):
    """An account in order."""
    return Planted(account, moto)


@pytest.fixture
def doctor(mailtrail, planted):
    """Runs `mailtrail doctor`."""
    return lambda *arguments: mailtrail.run("doctor", *arguments, env=planted.environment())


def findings(run):
    """What `--json` printed: an object a line."""
    found = [json.loads(line) for line in run.stdout.splitlines()]
    assert found and all(set(finding) == KEYS for finding in found)
    return found


def wrong(run):
    """The checks that are not in order, once each."""
    return sorted({(finding["id"], finding["severity"]) for finding in findings(run) if finding["severity"] != "ok"})


def test_an_intact_account_is_clean(doctor):
    run = doctor("--json").expect(DONE)
    assert wrong(run) == [] and run.stderr == ""
    assert "✓" in doctor().expect(DONE).stdout


def test_nothing_is_changed(doctor, planted):
    doctor("--json").expect(DONE)
    reads = ("Describe", "Get", "List", "Head")
    assert planted.account.calls and all(call.operation.startswith(reads) for call in planted.account.calls)


def test_the_help_names_every_action_that_is_needed(doctor, planted, mailtrail):
    doctor("--json").expect(DONE)
    told = mailtrail.run("doctor", "--help").expect(DONE).stdout.split("allowed:")[1].split("Examples")[0]
    actions = set(told.replace(".\n", "").replace(",", " ").split())
    of_account = {action for action in actions if not action.startswith(("s3:", "kms:", "iam:"))}
    assert {action for call in planted.account.calls for action, _ in call.needs} == of_account


@pytest.mark.parametrize(("plant", "expected"), FAULTS, ids=[plant.__name__ for plant, _ in FAULTS])
def test_one_fault_is_found_and_nothing_else(doctor, planted, plant, expected):
    plant(planted)
    run = doctor("--json").expect(NEEDS_A_LOOK)
    assert wrong(run) == expected, run.stdout
    assert all(finding["fix"] for finding in findings(run) if finding["severity"] != "ok")


def test_the_archive_of_the_stack_takes_logs_without_a_finding(ministack, doctor, planted):
    packages = dict.fromkeys(programs.FUNCTIONS, deeds.NOTHING)
    made = deeds.Stack(ministack, packages).make(VendedLogsToBucket="true")
    archive = made.physical("AWS::S3::Bucket", "ArchiveBucket")
    written = made.s3.get_bucket_policy(Bucket=archive)["Policy"]
    planted.s3.put_bucket_policy(Bucket=TARGET, Policy=written.replace(archive, TARGET))
    run = doctor("--json").expect(DONE)
    assert wrong(run) == [] and "log delivery may look" in run.stdout


def test_a_function_without_an_archive_is_found_where_it_is_named(doctor, planted):
    archive_in_a_folder(planted)
    run = doctor("--json", "--function", FUNCTION).expect(NEEDS_A_LOOK)
    assert ("function-archive", BROKEN) in wrong(run)
    assert findings(run)[0]["resource"].startswith(planted.organization)


REFUSED = {
    "ListOrganizations": "email-events",
    "DescribeEmailMonitoringConfiguration": "email-events",
    "DescribeDeliveries": "audit-log-delivered",
    "DescribeConfigurationTemplates": "audit-log-fields",
    "DescribeLogGroups": "email-log-group",
    "DescribeSubscriptionFilters": "subscribed",
    "DescribeAccountPolicies": "account-filter-loop",
    "DescribeLogStreams": "archived-from-the-start",
    "DescribeResourcePolicies": "resource-policy",
    "GetDataProtectionPolicy": "masking",
    "GetFunctionConfiguration": "function-active",
    "GetPolicy": "invoke-permission",
    "DescribeDeliveryStream": "stream-active",
    "ListTagsForDeliveryStream": "stream-tag",
}


@pytest.mark.parametrize(("operation", "check"), REFUSED.items(), ids=REFUSED)
def test_what_may_not_be_read_is_said_and_not_guessed(doctor, planted, operation, check):
    planted.account.faults.fail(operation, "AccessDeniedException", nth=None)
    run = doctor("--json").expect(NEEDS_A_LOOK)
    unknown = [finding for finding in findings(run) if finding["severity"] == UNKNOWN]
    assert check in {finding["id"] for finding in unknown}
    assert any(f":{operation} " in finding["seen"] or f"{operation}: " in finding["seen"] for finding in unknown)
    assert not [finding for finding in findings(run) if finding["severity"] == BROKEN], run.stdout


def test_a_snapshot_says_the_same_as_the_account(doctor, planted, tmp_path, mailtrail):
    retention(planted)
    path = tmp_path / "facts.json"
    live = doctor("--json", "--save", path).expect(NEEDS_A_LOOK)
    again = mailtrail.run("doctor", "--json", path).expect(NEEDS_A_LOOK)
    assert again.stdout == live.stdout
    piped = mailtrail.run("doctor", "--json", "-", stdin=path.read_bytes()).expect(NEEDS_A_LOOK)
    assert piped.stdout == live.stdout


def test_a_snapshot_keeps_of_the_environment_only_what_is_needed(doctor, planted, tmp_path):
    planted.place.functions.environments[FUNCTION]["PASSWORD"] = "hunter2"
    path = tmp_path / "facts.json"
    doctor("--save", path).expect(DONE)
    assert "MAILTRAIL_ARCHIVE" in path.read_text() and "hunter2" not in path.read_text()


def test_a_file_that_is_no_snapshot_is_refused_by_name(mailtrail, tmp_path):
    path = tmp_path / "other.json"
    path.write_text('{"account_policies": []}')
    refused = mailtrail.run("doctor", path).expect(FAILED)
    assert str(path) in refused.stderr and "mailtrail doctor --save" in refused.stderr
    missing = mailtrail.run("doctor", tmp_path / "missing.json").expect(FAILED)
    assert "missing.json" in missing.stderr


def test_an_organization_that_is_not_there_is_named(doctor):
    assert "nowhere" in doctor("--organization", "nowhere").expect(FAILED).stderr


def test_a_file_and_an_account_exclude_each_other(mailtrail):
    mailtrail.run("doctor", "facts.json", "--organization", "example").expect(WRONG_USAGE)


def test_people_are_told_what_was_seen_why_it_matters_and_what_to_do(doctor, planted):
    retention(planted)
    no_tag(planted)
    told = doctor().expect(NEEDS_A_LOOK).stdout
    head, rest = told.split("\n", 1)
    assert head.startswith(f"account {ACCOUNT}, Region {REGION}, 20")
    assert rest.split("\nSubscriptions")[0] == GOLDEN_HEAD
    assert GOLDEN_STREAM in rest
    assert "1 broken, 1 to look at, " in rest.splitlines()[-1]
    assert len(doctor("--all").expect(NEEDS_A_LOOK).stdout.splitlines()) > len(told.splitlines())


GOLDEN_HEAD = f"""
WorkMail email events
  ! email-retention {EVENTS}: kept 3 days only
    why  CloudWatch Logs tries a failing function for a day; after that only the log group has the events.
    fix  aws logs put-retention-policy --log-group-name {EVENTS} --retention-in-days 30 --region {REGION}
  ✓ 6 in order

WorkMail audit logs
  ✓ 33 in order
"""
GOLDEN_STREAM = f"""
Firehose streams
  ✗ stream-tag {STREAM}: it has no tag LogDeliveryEnabled
    why  No tag, no stream: neither mailtrail nor log delivery writes to a stream unless LogDeliveryEnabled is true, \
exactly.
    fix  aws firehose tag-delivery-stream --delivery-stream-name {STREAM} --tags Key=LogDeliveryEnabled,Value=true \
--region {REGION}
  ✓ 3 in order
"""
