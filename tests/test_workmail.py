"""`mailtrail workmail`: shows, enables and disables email event logging, and lists what remains."""

import json
import subprocess

import pytest

from programs import DONE, FAILED, NEEDS_A_LOOK, REGION, WRONG_USAGE
from samples import ACCOUNT

DEFAULT_GROUP = "/aws/workmail/emailevents/example"
GROUP = "workmail-monitoring"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/workmail-monitoring"
SERVICE_LINKED = "AWSServiceRoleForAmazonWorkMailEvents"


@pytest.fixture
def organization(account):
    """An organization whose email events are not logged."""
    return account.fixtures.organization("example").rsplit("/", 1)[1]


@pytest.fixture
def workmail(mailtrail, account):
    """Runs `mailtrail workmail`."""
    return lambda *arguments: mailtrail.run("workmail", *arguments, env=account.environment())


def arn(group):
    return f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{group}:*"


def switch_on(account, organization, group=DEFAULT_GROUP, **role):
    account.fixtures.log_group(group)
    account.place().workmail.monitoring[organization] = {"LogGroupArn": arn(group), **role}


def changes(account):
    """The calls that were made and that change something."""
    reads = ("Describe", "Get", "List")
    return [call.operation for call in account.calls if not call.operation.startswith(reads) and call.error is None]


def lines(run):
    return [json.loads(line) for line in run.stdout.splitlines()]


def test_status_lists_all_organizations_with_log_group_role_and_retention(account, organization, workmail):
    switch_on(account, organization, RoleArn=ROLE)
    account.place().logs.groups.put_retention_policy({"logGroupName": DEFAULT_GROUP, "retentionInDays": 30})
    other = account.fixtures.organization("other").rsplit("/", 1)[1]
    gone = account.fixtures.organization("gone").rsplit("/", 1)[1]
    account.place().workmail.remove(gone)
    on, off = lines(workmail("status", "--json").expect(NEEDS_A_LOOK))
    logging = {"log_group": arn(DEFAULT_GROUP), "role": ROLE, "retention_days": 30, "note": None}
    assert isinstance(on.pop("days_left"), int)
    known = {"organization": organization, "alias": "example", "listed": True, "email_events": logging}
    assert on == {**known, "unknown": None, "archive": None}
    assert (off["organization"], off["email_events"]) == (other, None)
    shown = workmail("status", "--organization", "example").expect(DONE).stdout.splitlines(keepends=True)
    assert "31 March 2027" in shown.pop(1)
    assert "".join(shown) == GOLDEN_STATUS.format(organization)
    assert changes(account) == []


GOLDEN_STATUS = f"""\
account {ACCOUNT}, Region {REGION}
  ✓ example {{}}: email events are logged, expiring after 30 days
      log group {arn(DEFAULT_GROUP)}
      role      {ROLE}
"""


def test_status_reads_every_page_of_organizations(account, workmail):
    for number in range(5):
        account.fixtures.organization(f"example-{number}")
    account.faults.page_sizes["ListOrganizations"] = 2
    assert len(lines(workmail("status", "--json").expect(NEEDS_A_LOOK))) == 5


def test_an_account_without_organizations_is_fine(workmail):
    assert "no WorkMail organizations" in workmail("status").expect(DONE).stdout


def test_what_may_not_be_read_is_said(account, organization, workmail):
    account.faults.fail("DescribeEmailMonitoringConfiguration", "AccessDeniedException", nth=None)
    (status,) = lines(workmail("status", "--json").expect(NEEDS_A_LOOK))
    assert "DescribeEmailMonitoringConfiguration: AccessDeniedException" in status["unknown"]
    account.faults.fail("ListOrganizations", "AccessDeniedException", nth=None)
    refused = workmail("status").expect(FAILED)
    assert "ListOrganizations" in refused.stderr and REGION in refused.stderr


def test_a_log_group_that_is_gone_needs_a_look(account, organization, workmail):
    switch_on(account, organization)
    account.place().logs.groups.delete_log_group({"logGroupName": DEFAULT_GROUP})
    (status,) = lines(workmail("status", "--json").expect(NEEDS_A_LOOK))
    assert status["email_events"]["note"] == "the log group does not exist"
    assert status["email_events"]["role"].endswith(f"/{SERVICE_LINKED}")


def test_enable_makes_a_log_group_that_keeps_events_for_400_days(account, organization, workmail):
    workmail("enable", "--organization", "example", "--yes").expect(DONE)
    assert changes(account) == ["CreateLogGroup", "PutRetentionPolicy", "PutEmailMonitoringConfiguration"]
    assert account.place().logs.groups.find(DEFAULT_GROUP).retention == 400
    assert account.place().workmail.monitoring[organization] == {"LogGroupArn": arn(DEFAULT_GROUP)}
    again = workmail("enable", "--organization", "example", "--yes").expect(DONE)
    assert "nothing to do" in again.stdout and len(changes(account)) == 3


def test_enable_leaves_the_retention_of_a_log_group_and_warns_of_a_short_one(account, organization, workmail):
    account.fixtures.log_group(DEFAULT_GROUP)
    account.place().logs.groups.put_retention_policy({"logGroupName": DEFAULT_GROUP, "retentionInDays": 30})
    run = workmail("enable", "--organization", "example", "--yes").expect(NEEDS_A_LOOK)
    assert changes(account) == ["PutEmailMonitoringConfiguration"]
    assert "expire after 30 days" in run.stderr


def test_enable_takes_a_log_group_a_role_and_a_retention(account, organization, workmail):
    account.fixtures.log_group(GROUP)
    options = ("--log-group", GROUP, "--logging-role", ROLE, "--retention", "365")
    answer = workmail("enable", "--organization", organization, *options, "--yes", "--json").expect(DONE).answer
    assert (answer["done"], answer["notes"], answer["left_over"]) == (True, [], [])
    assert [call["operation"] for call in answer["calls"]] == changes(account)
    assert changes(account) == ["PutRetentionPolicy", "PutEmailMonitoringConfiguration"]
    expected = {"LogGroupArn": arn(GROUP), "RoleArn": ROLE}
    assert account.place().workmail.monitoring[organization] == expected
    workmail("enable", "--organization", organization, "--retention", "forever", "--yes").expect(DONE)
    assert account.place().logs.groups.find(GROUP).retention is None
    assert account.place().workmail.monitoring[organization] == expected


def test_a_role_without_workmail_in_its_name_needs_a_look(organization, workmail):
    options = ("--logging-role", f"arn:aws:iam::{ACCOUNT}:role/logging", "--retention", "90")
    run = workmail("enable", "--organization", "example", *options, "--yes").expect(NEEDS_A_LOOK)
    assert "does not contain `workmail`" in run.stderr


def test_a_dry_run_shows_the_calls_and_makes_none(account, organization, workmail):
    options = ("enable", "--organization", "example", "--retention", "90")
    dry = workmail(*options, "--dry-run", "--json").expect(DONE).answer
    assert dry["done"] is False and changes(account) == []
    done = workmail(*options, "--yes", "--json").expect(DONE).answer
    assert done["calls"] == dry["calls"]
    made = [call for call in account.calls if call.operation in changes(account)]
    assert [call["parameters"] for call in done["calls"]] == [call.parameters for call in made]


def test_nothing_is_changed_without_a_confirmation(account, organization, workmail):
    switch_on(account, organization)
    other = ("--log-group", GROUP)
    for arguments in (("enable", "--organization", "example", *other), ("disable", "--organization", "example")):
        assert "pass --yes" in workmail(*arguments).expect(FAILED).stderr
    assert changes(account) == []


def deleted_by_shell(command):
    """The changes that a command makes with a stand-in for the AWS CLI, which lists one policy."""
    stand_in = 'aws() { case "$2" in list-*) echo write;; *) shift; echo "$@";; esac; }\n'
    run = subprocess.run(["sh", "-c", stand_in + command], check=True, capture_output=True, text=True)
    return run.stdout.splitlines()


def test_disable_says_what_is_left_over(account, workmail):
    audit = account.fixtures.workmail_audit()
    organization = audit.organization.rsplit("/", 1)[1]
    switch_on(account, organization, RoleArn=ROLE)
    dry = workmail("disable", "--organization", "example", "--dry-run", "--json").expect(NEEDS_A_LOOK).answer
    assert dry["done"] is False and changes(account) == []
    answer = workmail("disable", "--organization", "example", "--yes", "--json").expect(NEEDS_A_LOOK).answer
    assert changes(account) == ["DeleteEmailMonitoringConfiguration"]
    assert organization not in account.place().workmail.monitoring
    assert answer["left_over"] == dry["left_over"]
    group, role, delivery, destination = answer["left_over"]
    assert DEFAULT_GROUP in group["what"] and group["remove"].startswith("aws logs delete-log-group")
    assert ROLE in role["what"] and "delete-role --role-name workmail-monitoring" in role["remove"]
    for left in answer["left_over"]:
        subprocess.run(["sh", "-n", "-c", left["remove"]], check=True, capture_output=True)
    calls = deleted_by_shell(role["remove"])
    assert calls == [
        "delete-role-policy --policy-name write --role-name workmail-monitoring",
        "detach-role-policy --policy-arn write --role-name workmail-monitoring",
        "delete-role --role-name workmail-monitoring",
    ]
    assert audit.log_type in delivery["what"]
    steps = delivery["remove"].split(" && ")
    assert steps[0].startswith(f"aws logs delete-delivery --id {audit.delivery} ")
    assert steps[1].startswith(f"aws logs delete-delivery-source --name {audit.source} ")
    assert destination["remove"].startswith("aws logs delete-delivery-destination --name ")


def test_a_role_that_another_organization_writes_with_is_not_to_be_removed(account, organization, workmail):
    switch_on(account, organization, RoleArn=ROLE)
    other = account.fixtures.organization("other").rsplit("/", 1)[1]
    switch_on(account, other, GROUP, RoleArn=ROLE)
    run = workmail("disable", "--organization", "example", "--yes", "--json").expect(NEEDS_A_LOOK)
    group, role = run.answer["left_over"]
    assert group["remove"].startswith("aws logs delete-log-group")
    assert (f"in use by other ({other})" in role["what"], role["remove"]) == (True, None)


def test_a_log_group_that_others_write_to_is_not_to_be_removed(account, organization, workmail):
    others = [account.fixtures.organization(alias).rsplit("/", 1)[1] for alias in ("second", "third")]
    account.fixtures.organization("silent")
    switch_on(account, organization, GROUP, RoleArn=ROLE)
    for other in others:
        account.place().workmail.monitoring[other] = {"LogGroupArn": arn(GROUP)}
    answer = workmail("disable", "--organization", "example", "--dry-run", "--json").expect(NEEDS_A_LOOK).answer
    group, role = answer["left_over"]
    assert group["what"].endswith(f"in use by second ({others[0]}), third ({others[1]})")
    assert (group["remove"], "delete-role" in role["remove"]) == (None, True)
    said = workmail("disable", "--organization", "example", "--yes").expect(NEEDS_A_LOOK).stdout
    assert "delete-log-group" not in said and "third" in said


def test_where_others_cannot_be_asked_nothing_that_they_may_need_is_to_be_removed(account, organization, workmail):
    switch_on(account, organization, GROUP, RoleArn=ROLE)
    account.fixtures.organization("other")
    account.faults.fail("DescribeEmailMonitoringConfiguration", "AccessDeniedException", nth=2)
    answer = workmail("disable", "--organization", "example", "--dry-run", "--json").expect(NEEDS_A_LOOK).answer
    for left in answer["left_over"]:
        assert "not known" in left["what"] and "AccessDenied" in left["what"] and left["remove"] is None


def test_what_is_off_can_be_switched_off_again(account, organization, workmail):
    assert "nothing to do" in workmail("disable", "--organization", "example", "--yes").expect(DONE).stdout
    assert changes(account) == []


def test_errors_name_the_call_and_the_resource(account, organization, workmail):
    account.faults.fail("PutEmailMonitoringConfiguration", "AccessDeniedException", nth=None)
    refused = workmail("enable", "--organization", "example", "--yes").expect(FAILED)
    assert "PutEmailMonitoringConfiguration" in refused.stderr and organization in refused.stderr
    unknown = workmail("enable", "--organization", "nowhere", "--yes").expect(FAILED)
    assert "nowhere" in unknown.stderr and "mailtrail workmail status" in unknown.stderr


@pytest.mark.parametrize(
    "wrong",
    [("--retention", "31"), ("--logging-role", "workmail"), ("--log-group", "aws/x"), ("--log-group", "a b")],
    ids=str,
)
def test_what_cannot_work_is_wrong_usage(workmail, wrong):
    workmail("enable", "--organization", "example", *wrong).expect(WRONG_USAGE)
