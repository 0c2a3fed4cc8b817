"""`mailtrail doctor` over an account in order, and over the same account with one thing broken at a time."""

import json
import re
import shlex

import pytest

import aws_commands
import border
import deployment
import function
import programs
from doctoring import ARCHIVE, ARCHIVE_URL, AUDIT, EVENTS, FAILURES, FUNCTION, FUNCTION_ROLE, OWN_LOGS, ROLE, STREAM, TARGET
from doctoring import Installation
from logging_faults import BROKEN, FAULTS, FAULTS_OF_A_SNAPSHOT, archive_in_a_folder, bucket_of_a_stranger, no_tag
from logging_faults import off, retention, slots_are_taken
from programs import DONE, FAILED, NEEDS_A_LOOK, REGION, WRONG_USAGE
from samples import ACCOUNT

UNKNOWN = "unknown"
KEYS = {"account", "region", "id", "subject", "severity", "resource", "seen", "why", "fix", "commands"}
# Severities of findings that need no attention.
FINE = ("ok", "note")


@pytest.fixture
def installation(account, moto, ministack):
    """An account in order."""
    with border.before(moto, ministack) as of_others:
        yield Installation(account, moto, ministack, of_others)


@pytest.fixture
def doctor(mailtrail, installation):
    """Runs `mailtrail doctor`."""
    return lambda *arguments: mailtrail.run("doctor", *arguments, env=installation.environment())


def findings(run):
    """What `--json` printed: an object a line."""
    found = [json.loads(line) for line in run.stdout.splitlines()]
    assert found and all(set(finding) == KEYS for finding in found)
    return found


def wrong(run):
    """The checks that are not in order, once each."""
    return sorted({(finding["id"], finding["severity"]) for finding in findings(run) if finding["severity"] not in FINE})


# The AWS CLI makes several calls of this one.
HIGH_LEVEL = "aws s3 mb "


def check_commands(finding, mailtrail, env):
    """Each command is one line that can be pasted: one that its program knows, with options that it knows."""
    for line in finding["commands"]:
        assert "\n" not in line and not re.search(r"\b(NAME|SID|BUCKET|ID|GROUP)\b", line), line
        program, *words = shlex.split(line)
        if program == "mailtrail":
            is_change = words[:2] in (["workmail", "enable"], ["workmail", "disable"])
            run = mailtrail.run(*words, *(["--dry-run"] if is_change else []), env=env)
            assert run.code != WRONG_USAGE, f"{line}\n{run.stderr}"
        elif not line.startswith(HIGH_LEVEL):
            assert program == "aws", line
            for command in aws_commands.commands(line):
                aws_commands.call(command)
    # A command in words stands between backticks, and is no line to paste.
    if not finding["commands"]:
        assert not finding["fix"].startswith(("aws ", "mailtrail ")), finding


def test_an_intact_account_is_clean(doctor):
    run = doctor("--json").expect(DONE)
    assert wrong(run) == [] and run.stderr == ""
    assert "✓" in doctor().expect(DONE).stdout


def test_a_tick_for_the_days_is_only_given_for_a_comparison(doctor, installation):
    def of_days():
        found = findings(doctor("--json").expect(DONE))
        return {it["resource"]: (it["severity"], it["seen"]) for it in found if it["id"] == "archive-coverage"}

    before = of_days()
    assert {severity for severity, _ in before.values()} == {"note"}
    assert all("of gaps nothing is known" in seen for _, seen in before.values())
    installation.compared(EVENTS, "complete")
    after = of_days()
    assert after[EVENTS][0] == "ok" and after[AUDIT] == before[AUDIT]
    # What contradicts itself is not believed.
    installation.compared(EVENTS, "complete", missing=1)
    assert wrong(doctor("--json").expect(NEEDS_A_LOOK)) == [("archive-coverage", "look")]


def test_a_directory_that_was_not_saved_lately_is_a_finding(doctor, installation):
    def seen(expected):
        found = findings(doctor("--json").expect(expected))
        [finding] = [it for it in found if it["id"] == "archive-directory"]
        return finding

    assert seen(DONE)["severity"] == "ok"
    installation.saved(8)
    old = seen(NEEDS_A_LOOK)
    assert old["severity"] == "look" and old["seen"].endswith(", 8 days ago")
    assert "mailtrail directory save --organization " in old["fix"] and installation.organization in old["fix"]
    installation.saved(8, last=1)
    assert seen(DONE)["severity"] == "ok"
    installation.saved(8, last=1, names=False)
    assert seen(NEEDS_A_LOOK)["seen"] == old["seen"], "what names no snapshot is no proof that it holds"
    # What is of the future says nothing.
    installation.saved(-2, last=-1)
    assert seen(NEEDS_A_LOOK)["seen"] == "the archive has no snapshot of its directory"


def test_nothing_is_changed(doctor, installation):
    doctor("--json").expect(DONE)
    reads = ("Describe", "Get", "List", "Head")
    assert installation.account.calls and all(call.operation.startswith(reads) for call in installation.account.calls)


@pytest.fixture
def needed(mailtrail):
    """The actions under "Required permissions" in the help."""
    told = mailtrail.run("doctor", "--help").expect(DONE).stdout.split("Required permissions:")[1].split("Exit codes")[0]
    return set(told.replace(".\n", "").replace(",", " ").split())


def test_the_help_names_every_action_that_is_needed(doctor, installation, needed):
    installation.data_stream(EVENTS, **{FUNCTION: "Enabled"})
    installation.attach(ROLE)
    installation.compared(EVENTS, "complete")
    doctor("--json").expect(DONE)
    installation.stack_group()
    off(installation)
    doctor("--json").expect(NEEDS_A_LOOK)
    assert {action for call in installation.account.calls for action, _ in call.needs} | installation.border.needed == needed


def test_every_check_has_a_fault_of_its_own_here(mailtrail):
    told = mailtrail.run("doctor", "--checks", "--json").expect(DONE).stdout.splitlines()
    checks = {json.loads(line)["id"] for line in told}
    alone = [expected for _, expected in FAULTS + FAULTS_OF_A_SNAPSHOT if len(expected) == 1]
    assert {check for [(check, _)] in alone} == checks


def test_every_check_is_listed_with_its_reason(mailtrail):
    lines = mailtrail.run("doctor", "--checks").expect(DONE).stdout.splitlines()
    objects = mailtrail.run("doctor", "--checks", "--json").expect(DONE).stdout.splitlines()
    checks = [json.loads(line) for line in objects]
    assert all(set(check) == {"id", "subject", "why"} for check in checks)
    for check in checks:
        place = lines.index(f"  {check['id']}")
        assert lines[place + 1] == f"    why  {check['why']}"


@pytest.mark.parametrize(("inject", "expected"), FAULTS, ids=[inject.__name__ for inject, _ in FAULTS])
def test_one_fault_is_found_and_nothing_else(doctor, installation, mailtrail, inject, expected):
    inject(installation)
    run = doctor("--json").expect(NEEDS_A_LOOK)
    assert wrong(run) == expected, run.stdout
    to_do = [finding for finding in findings(run) if finding["severity"] not in FINE]
    assert all(finding["fix"] for finding in to_do)
    for finding in to_do:
        check_commands(finding, mailtrail, installation.environment())


@pytest.mark.parametrize(
    ("inject", "expected"), FAULTS_OF_A_SNAPSHOT, ids=[inject.__name__ for inject, _ in FAULTS_OF_A_SNAPSHOT]
)
def test_one_fault_of_a_snapshot_is_found_and_nothing_else(doctor, mailtrail, tmp_path, inject, expected):
    path = tmp_path / "facts.json"
    doctor("--save", path).expect(DONE)
    facts = json.loads(path.read_text())
    inject(facts)
    path.write_text(json.dumps(facts))
    assert wrong(mailtrail.run("doctor", "--json", path).expect(NEEDS_A_LOOK)) == expected


def test_who_holds_the_slots_of_a_log_group_is_said(doctor, installation):
    slots_are_taken(installation)
    [finding] = [finding for finding in findings(doctor("--json")) if finding["severity"] == BROKEN]
    assert finding["resource"] == EVENTS
    assert all(f"{name} (to " in finding["seen"] for name in ("siem", "metrics"))
    assert "delete the one of metrics, siem that is not needed" in finding["fix"]
    assert [command.split()[2] for command in finding["commands"]] == ["put-subscription-filter"]


def test_a_data_stream_between_is_followed_to_its_reader(doctor, installation):
    installation.data_stream(EVENTS, **{FUNCTION: "Enabled"})
    run = doctor("--json").expect(DONE)
    assert [f for f in findings(run) if f["id"] == "subscribed" and ":kinesis:" in f["seen"]]


def test_an_alias_of_a_function_has_a_policy_of_its_own(doctor, installation):
    installation.subscribe_an_alias(EVENTS)
    installation.allow_invocation(Qualifier="live", **installation.source)
    doctor("--json").expect(DONE)


def test_a_bucket_of_a_stranger_that_shows_nothing_is_not_known(doctor, installation):
    """S3 refuses whatever is asked of it, as it does where an action is not allowed."""
    bucket_of_a_stranger(installation)
    installation.border.denied |= {"s3:ListBucket", "s3:GetBucketPolicy", "s3:GetEncryptionConfiguration"}
    run = doctor("--json").expect(NEEDS_A_LOOK)
    of_bucket = [finding for finding in findings(run) if finding["resource"] == TARGET]
    assert {finding["id"] for finding in of_bucket} >= {"bucket-owner", "bucket-policy", "bucket-encryption"}
    assert all(finding["severity"] == UNKNOWN and f"on {TARGET}: " in finding["seen"] for finding in of_bucket)


def test_the_archive_of_the_stack_takes_logs_without_a_finding(ministack, doctor, installation):
    packages = dict.fromkeys(programs.FUNCTIONS, deployment.EMPTY_PACKAGE)
    made = deployment.Stack(ministack, packages).create(VendedLogsToBucket="true")
    archive = made.physical("AWS::S3::Bucket", "ArchiveBucket")
    written = made.s3.get_bucket_policy(Bucket=archive)["Policy"]
    installation.s3.put_bucket_policy(Bucket=TARGET, Policy=written.replace(archive, TARGET))
    run = doctor("--json").expect(DONE)
    assert wrong(run) == [] and "log delivery may read the ACL and list the bucket" in run.stdout


def test_the_role_of_the_stack_may_do_what_the_function_does(role_policies, doctor, installation):
    written = role_policies["workmail-events"]
    for old, new in ((function.ARCHIVE, ARCHIVE_URL), (function.ARCHIVE_BUCKET, ARCHIVE), ("/trail/", "/mail/")):
        written = written.replace(old, new)
    for bucket in set(re.findall(r"arn:aws:s3:::([a-z0-9.-]*failures[a-z0-9.-]*)", written)):
        written = written.replace(bucket, FAILURES)
    groups = {resource for resource in re.findall(r"log-group:([^:\"]+)", written)}
    assert len(groups) == 1
    written = written.replace(groups.pop(), OWN_LOGS)
    installation.iam.put_role_policy(RoleName=FUNCTION_ROLE, PolicyName="write", PolicyDocument=written)
    assert wrong(doctor("--json").expect(DONE)) == []


def test_a_function_without_an_archive_is_found_where_it_is_named(doctor, installation):
    archive_in_a_folder(installation)
    run = doctor("--json", "--function", FUNCTION).expect(NEEDS_A_LOOK)
    assert ("function-archive", BROKEN) in wrong(run)
    assert findings(run)[0]["resource"].startswith(installation.organization)


NOT_REFUSED_HERE = {
    "sts:GetCallerIdentity": "who the account is must be known: without it there is nothing to look at",
    "iam:ListRoles": "only asked for where the logging of email events is off, to name the role of the stack",
    "logs:ListTagsForResource": "tags count only where the condition of a policy asks for them, and none here does",
}
# What may not be read → a check that it takes away, and how the call is named.
REFUSED = {
    "workmail:ListOrganizations": "email-events",
    "workmail:DescribeEmailMonitoringConfiguration": "email-events",
    "logs:DescribeDeliverySources": "audit-log-delivered",
    "logs:DescribeDeliveryDestinations": "audit-log-delivered",
    "logs:DescribeDeliveries": "audit-log-delivered",
    "logs:DescribeConfigurationTemplates": "audit-log-fields",
    "logs:DescribeLogGroups": "email-log-group",
    "logs:DescribeSubscriptionFilters": "subscribed",
    "logs:DescribeAccountPolicies": "account-filter-loop",
    "logs:DescribeLogStreams": "archived-from-the-start",
    "logs:DescribeResourcePolicies": "resource-policy",
    "logs:GetDataProtectionPolicy": "masking",
    "lambda:GetFunctionConfiguration": "function-active",
    "lambda:GetPolicy": "invoke-permission",
    "lambda:ListEventSourceMappings": "subscribed",
    "firehose:DescribeDeliveryStream": "stream-active",
    "firehose:ListTagsForDeliveryStream": "stream-tag",
    "s3:ListBucket": "bucket-owner",
    "s3:GetObject": "archive-coverage",
    "s3:GetBucketPolicy": "bucket-policy",
    "s3:GetEncryptionConfiguration": "bucket-encryption",
    "kms:DescribeKey": "key-state",
    "kms:GetKeyPolicy": "key-policy",
    "iam:GetRole": "email-role",
    "iam:ListRolePolicies": "email-role-permissions",
    "iam:GetRolePolicy": "function-role",
    "iam:ListAttachedRolePolicies": "stream-role",
    "iam:GetPolicy": "email-role-permissions",
    "iam:GetPolicyVersion": "email-role-permissions",
    "lambda:GetFunctionConcurrency": "function-concurrency",
    "lambda:GetFunctionEventInvokeConfig": "function-on-failure",
    "sns:GetTopicAttributes": "topic-subscribers",
}
# Where the call is not called as its action.
CALLS = {
    "s3:ListBucket": ("HeadBucket", "ListObjectsV2"),
    "s3:GetEncryptionConfiguration": ("GetBucketEncryption",),
}


def test_every_action_is_refused_once_here(needed):
    assert {*REFUSED, *NOT_REFUSED_HERE} == needed


@pytest.mark.parametrize(("action", "check"), REFUSED.items(), ids=REFUSED)
def test_what_may_not_be_read_is_said_and_not_guessed(doctor, installation, action, check):
    installation.data_stream(EVENTS, **{FUNCTION: "Enabled"})
    installation.subscribe(AUDIT)
    installation.attach(ROLE)
    installation.compared(EVENTS, "complete")
    installation.account.faults.deny(action)
    installation.border.denied.add(action)
    run = doctor("--json").expect(NEEDS_A_LOOK)
    unknown = [finding for finding in findings(run) if finding["severity"] == UNKNOWN]
    assert check in {finding["id"] for finding in unknown}, run.stdout
    calls = CALLS.get(action, (action.split(":")[1],))
    assert all(any(f":{call} on " in each["seen"] or f"{call}: " in each["seen"] for call in calls) for each in unknown)
    assert not [finding for finding in findings(run) if finding["severity"] == BROKEN], run.stdout
    # The permission to grant is named.
    assert any(f"grant {action} to the caller" in finding["fix"] for finding in unknown), unknown


def test_a_snapshot_says_the_same_as_the_account(doctor, installation, tmp_path, mailtrail):
    retention(installation)
    path = tmp_path / "facts.json"
    live = doctor("--json", "--save", path).expect(NEEDS_A_LOOK)
    again = mailtrail.run("doctor", "--json", path).expect(NEEDS_A_LOOK)
    assert again.stdout == live.stdout
    piped = mailtrail.run("doctor", "--json", "-", stdin=path.read_bytes()).expect(NEEDS_A_LOOK)
    assert piped.stdout == live.stdout


def test_a_snapshot_keeps_of_the_environment_only_what_is_needed(doctor, installation, tmp_path):
    installation.place.functions.environments[FUNCTION]["PASSWORD"] = "hunter2"
    path = tmp_path / "facts.json"
    doctor("--save", path).expect(DONE)
    assert "MAILTRAIL_ARCHIVE" in path.read_text() and "hunter2" not in path.read_text()


def test_an_invalid_snapshot_is_refused_by_name(mailtrail, tmp_path):
    path = tmp_path / "other.json"
    path.write_text('{"account_policies": []}')
    refused = mailtrail.run("doctor", path).expect(FAILED)
    assert str(path) in refused.stderr and "mailtrail doctor --save" in refused.stderr
    missing = mailtrail.run("doctor", tmp_path / "missing.json").expect(FAILED)
    assert "missing.json" in missing.stderr


def test_an_organization_that_is_not_there_is_named(doctor):
    assert "nowhere" in doctor("--organization", "nowhere").expect(FAILED).stderr


def test_an_account_without_an_organization_is_not_silent(account, moto, mailtrail):
    env = {**account.environment(), "AWS_ENDPOINT_URL_S3": moto.endpoint}
    run = mailtrail.run("doctor", env=env).expect(NEEDS_A_LOOK)
    assert "no WorkMail organization in this Region" in run.stdout and "--region" in run.stdout
    assert "Support for WorkMail ends" not in run.stdout


def test_a_file_and_an_account_exclude_each_other(mailtrail, doctor, tmp_path):
    mailtrail.run("doctor", "facts.json", "--organization", "example").expect(WRONG_USAGE)
    # The Region of the environment is none that was asked for.
    path = tmp_path / "facts.json"
    doctor("--save", path).expect(DONE)
    mailtrail.run("doctor", path, env={"AWS_REGION": REGION}).expect(DONE)
    refused = mailtrail.run("doctor", path, "--region", "us-east-1", env={"AWS_REGION": REGION})
    assert "--region" in refused.expect(WRONG_USAGE).stderr


def test_people_are_told_what_was_seen_why_it_matters_and_what_to_do(doctor, installation):
    retention(installation)
    no_tag(installation)
    told = doctor().expect(NEEDS_A_LOOK).stdout
    head, rest = told.split("\n", 1)
    assert head.startswith(f"account {ACCOUNT}, Region {REGION}, 20")
    end, rest = rest.split("\n", 1)
    assert re.fullmatch(r"Support for WorkMail ends in [\d,]+ days?", end)
    # What is broken comes first, what is in order last.
    assert rest.split("\nNotes\n")[0] == GOLDEN
    in_order = rest.split("\nIn order\n")[1].splitlines()
    assert "  ✓ WorkMail audit logs: 33 checks" in in_order
    assert any(line.startswith("  ✓ Firehose streams: ") and " of " in line for line in in_order), in_order
    last = in_order[-1]
    assert "1 broken, 1 warning, " in last
    # The lines add up.
    of_lines = [int(re.search(r": (\d+) ", line)[1]) for line in in_order if line.startswith("  ✓ ")]
    assert sum(of_lines) == int(re.search(r"(\d+) in order", last)[1])
    assert len(doctor("--all").expect(NEEDS_A_LOOK).stdout.splitlines()) > len(told.splitlines())


GOLDEN = f"""
Broken
  ✗ stream-tag {STREAM}: the tag LogDeliveryEnabled is missing
    why  mailtrail and log delivery write to a stream only while it has the tag LogDeliveryEnabled with exactly the \
value true.
    fix  aws firehose tag-delivery-stream --delivery-stream-name {STREAM} --tags Key=LogDeliveryEnabled,Value=true \
--region {REGION}

Warnings
  ! email-retention {EVENTS}: events expire after only 60 days
    why  The log group is the only other copy of what is not archived: a gap can be filled from it until its events \
expire. WorkMail itself sets 30 days.
    fix  aws logs put-retention-policy --log-group-name {EVENTS} --retention-in-days 400 --region {REGION}
"""


def test_nothing_is_concluded_from_the_newest_event(doctor):
    """It is said what was looked at, and that gaps are not looked for."""
    [note] = [finding for finding in findings(doctor("--json").expect(DONE)) if finding["id"] == "archive-newest"]
    assert note["severity"] == "note" and EVENTS in note["seen"] and "gaps are not looked for" in note["seen"]
    assert "all in order" not in doctor().expect(DONE).stdout


def test_the_trust_that_aws_documents_is_no_fault(doctor, installation):
    """With conditions it is in order where events show that they hold."""
    assert wrong(doctor("--json").expect(DONE)) == []
    installation.iam.update_assume_role_policy(RoleName=ROLE, PolicyDocument=installation.trust(conditions=True))
    assert wrong(doctor("--json").expect(DONE)) == []


def test_logging_is_enabled_with_what_the_stack_has_made(doctor, installation, mailtrail):
    """Not with a second log group, to which nothing is subscribed."""
    group = installation.stack_group()
    installation.role("mailtrail-workmail", "events.workmail.amazonaws.com", ("logs:*", f"arn:aws:logs:*:*:log-group:{group}:*"))
    off(installation)
    [finding] = [each for each in findings(doctor("--json")) if each["id"] == "email-events"]
    [command] = finding["commands"]
    words = shlex.split(command)[1:]
    role = f"arn:aws:iam::{ACCOUNT}:role/mailtrail-workmail"
    assert words[words.index("--log-group") + 1] == group and words[words.index("--logging-role") + 1] == role
    mailtrail.run(*words, "--yes", env=installation.environment()).expect(DONE)
    enabled = installation.workmail.monitoring[installation.organization]
    assert enabled["RoleArn"] == role and f":log-group:{group}" in enabled["LogGroupArn"]


def test_several_regions_and_accounts_are_looked_at_side_by_side(doctor, installation, tmp_path, mailtrail):
    other = "us-east-1"
    path = tmp_path / "facts.json"
    run = doctor("--json", "--region", REGION, "--region", other, "--save", path).expect(DONE)
    assert {finding["region"] for finding in findings(run)} == {REGION, other}
    # That the other Region has no organization is no problem: this one has it.
    [nothing] = [each for each in findings(run) if each["region"] == other and each["id"] == "email-events"]
    assert nothing["severity"] == "note" and "no WorkMail organization" in nothing["seen"]
    assert not [each for each in findings(run) if each["region"] == REGION and each["severity"] not in FINE]
    assert mailtrail.run("doctor", "--json", path).expect(DONE).stdout == run.stdout
    told = doctor("--region", REGION, "--region", other).stdout
    assert f"account {ACCOUNT}, Region {other}" in told and f"- {ACCOUNT} {other} " in told


def test_a_role_that_cannot_be_assumed_takes_nothing_from_the_others(doctor, installation):
    role = "arn:aws:iam::444455556666:role/absent"
    run = doctor("--json", "--assume-role", role, "--region", REGION, "--region", "us-east-1").expect(FAILED)
    assert run.stderr.count(f"failed to read {role} in ") == 2
    unread = [(each["account"], each["id"], each["severity"]) for each in findings(run)]
    assert unread == [("444455556666", "account-read", UNKNOWN)] * 2
    # Nothing was looked at: nothing is in order.
    told = doctor("--assume-role", role, "--region", REGION, "--region", "us-east-1").expect(FAILED)
    assert "✓" not in told.stdout and "2 not known, 0 in order" in told.stdout
    # It meant the role to assume, where one could take it for that of WorkMail.
    doctor("--role", role).expect(WRONG_USAGE)


def test_where_one_region_cannot_be_read_no_tick_stands_for_all(doctor, installation, tmp_path, mailtrail):
    """The account that it is, is asked of each Region."""
    installation.account.faults.deny("sts:GetCallerIdentity", region="us-east-1")
    run = doctor("--region", REGION, "--region", "us-east-1").expect(FAILED)
    assert "in us-east-1" in run.stderr and f"in {REGION}" not in run.stderr
    last = run.stdout.splitlines()[-1]
    assert "1 of 2 accounts and Regions not read" in last and not last.startswith("✓")
    # It is in the answer too, and in what is saved of it.
    path = tmp_path / "facts.json"
    answer = doctor("--json", "--region", REGION, "--region", "us-east-1", "--save", path).expect(FAILED)
    [unread] = [each for each in findings(answer) if each["region"] == "us-east-1"]
    assert (unread["account"], unread["id"], unread["severity"]) == (ACCOUNT, "account-read", UNKNOWN)
    again = mailtrail.run("doctor", "--json", path).expect(NEEDS_A_LOOK)
    assert again.stdout == answer.stdout


def test_an_organization_is_looked_for_in_every_region(doctor, installation):
    """One that lacks it is no failure, and nothing is said of it."""
    regions = ("--region", "us-east-1", "--region", REGION)
    run = doctor("--json", "--organization", "example", *regions).expect(DONE)
    assert {finding["region"] for finding in findings(run)} == {REGION}
    assert "nowhere" in doctor("--organization", "nowhere", *regions).expect(FAILED).stderr
