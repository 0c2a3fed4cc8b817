"""The function policy-audit where a policy stays full: what it moves, what it goes on with, what it leaves alone."""

import time

import pytest

from account.documents import AWS_WRITTEN, compact
from applying import GROUP, NEW_GROUP, destination_of, groups, messages, policies
from auditing import changes
from programs import REGION
from samples import ACCOUNT

OTHER_ACCOUNT = "444455556666"
SHRINK = {"MAILTRAIL_POLICY_MODE": "shrink"}


def forbidding(users):
    """A statement that is never made smaller, of about 46 characters for each user."""
    arns = [f"arn:aws:iam::{ACCOUNT}:user/another-{number:04}" for number in range(users)]
    return {"Effect": "Deny", "Principal": {"AWS": arns}, "Action": "logs:PutLogEvents", "Resource": "*"}


@pytest.fixture
def stubborn(account):
    """A WorkMail audit log whose entry stands in a full policy that cannot be made smaller."""
    audit = account.fixtures.workmail_audit()
    account.faults.after("PutDeliveryDestination", lambda: audit.log("after"), nth=None)
    policy = account.fixtures.delivery_policy([GROUP])
    policy["Statement"].append(forbidding(100))
    account.fixtures.policy(AWS_WRITTEN, compact(policy))
    # Nor has the log group's own policy room for the entry.
    account.fixtures.group_policy(GROUP, {"Version": "2012-10-17", "Statement": [forbidding(82)]})
    return audit


def test_a_destination_moves_when_a_policy_stays_full(account, audit, stubborn):
    before = policies(account)
    done = audit.audit_one(MAILTRAIL_POLICY_MODE="move")
    assert done["acted"]["failed"] == []
    assert f"moved {GROUP} to {NEW_GROUP}" in done["acted"]["done"]
    assert messages(groups(account)[NEW_GROUP]) == ["after"]
    assert destination_of(account, stubborn).endswith(f":log-group:{NEW_GROUP}")
    assert policies(account)[AWS_WRITTEN].count("Deny") == before[AWS_WRITTEN].count("Deny") == 1


@pytest.mark.parametrize("mode", ["report", "shrink"])
def test_a_destination_does_not_move_in_another_mode(account, audit, stubborn, mode):
    audit.audit_one(MAILTRAIL_POLICY_MODE=mode)
    assert destination_of(account, stubborn) == stubborn.group_arn
    assert account.called("PutDeliveryDestination") == []


def test_what_is_left_to_people_is_not_begun_every_day(account, audit, stubborn):
    account.fixtures.mark(stubborn.group_arn, **{"aws:cloudformation:stack-name": "mail"})
    for _ in range(2):
        audit.audit_one(MAILTRAIL_POLICY_MODE="move")
    assert changes(account) == [] and audit.journals() == []
    assert len(audit.news()) == 1


def test_a_run_that_was_interrupted_is_gone_on_with_by_the_next_invocation(account, audit, stubborn):
    account.faults.kill_after("PutDeliveryDestination", lambda: audit.runtime.process)
    assert audit.invoke(MAILTRAIL_POLICY_MODE="move").answer is None
    (journal,) = audit.journals()
    account.faults.clear()
    stubborn.log("after")
    done = audit.audit_one(MAILTRAIL_POLICY_MODE="move")
    assert done["acted"]["journals"][0] == journal and audit.journals() == [journal]
    assert f"moved {GROUP} to {NEW_GROUP}" in done["acted"]["done"]
    assert len(account.called("PutDeliveryDestination")) == 1
    assert "made room" in audit.news()[-1][0]


def test_a_run_that_was_interrupted_is_gone_on_with_whatever_is_done_elsewhere(account, audit, stubborn):
    account.faults.kill_after("PutDeliveryDestination", lambda: audit.runtime.process)
    audit.invoke(MAILTRAIL_POLICY_MODE="move")
    account.faults.clear()
    stubborn.log("after")
    (journal,) = audit.journals()
    tomorrow = time.strftime("%Y%m%d", time.gmtime(time.time() + 24 * 3600))
    for number in range(25):
        audit.begin_elsewhere(journal, f"{tomorrow}T1000{number:02}Z-1a2b3c4d", OTHER_ACCOUNT)
    done = audit.audit_one(MAILTRAIL_POLICY_MODE="move")
    assert (done["acted"]["journals"][0], done["acted"]["failed"]) == (journal, [])


def test_a_run_of_another_session_is_left_alone_until_it_is_quiet(account, audit, stubborn):
    account.faults.kill_after("PutDeliveryDestination", lambda: audit.runtime.process)
    audit.invoke(MAILTRAIL_POLICY_MODE="move")
    account.faults.clear()
    (journal,) = audit.journals()
    before = len(changes(account))
    audit.rewrite(journal, by=f"arn:aws:iam::{ACCOUNT}:user/another")
    acted = audit.audit_one(MAILTRAIL_POLICY_MODE="move")["acted"]
    assert "user/another is writing" in acted["left"][0] and journal in acted["left"][0]
    assert (acted["done"], acted["failed"], len(changes(account))) == ([], [], before)
    audit.rewrite(journal, at="2026-01-01T00:00:00Z")
    assert f"moved {GROUP} to {NEW_GROUP}" in audit.audit_one(MAILTRAIL_POLICY_MODE="move")["acted"]["done"]


def test_a_destination_that_aws_will_not_repoint_is_told_with_the_way_round_and_not_tried_every_day(
    account, audit, stubborn
):
    account.faults.fail("PutDeliveryDestination", "ValidationException", nth=None)
    acted = audit.audit_one(MAILTRAIL_POLICY_MODE="move")["acted"]
    (journal,) = audit.journals()
    assert "ValidationException" in acted["failed"][0] and NEW_GROUP not in groups(account)
    bridge = "aws logs create-delivery --delivery-source-name"
    assert any(command.startswith(bridge) for command in acted["commands"])
    markdown = audit.kept("report.md")[-1].read_text()
    for text in (audit.news()[-1][1], markdown):
        assert "## By hand" in text and f"    {bridge}" in text
    before = len(changes(account))
    acted = audit.audit_one(MAILTRAIL_POLICY_MODE="move")["acted"]
    assert GROUP in acted["left"][0] and journal in acted["left"][0]
    assert (len(changes(account)), audit.journals(), len(audit.news())) == (before, [journal], 1)
    assert "* Skipped: " in audit.kept("report.md")[-1].read_text()


def test_a_move_that_was_interrupted_is_left_to_people_where_the_mode_only_shrinks(account, audit, stubborn):
    account.faults.kill_after("PutDeliveryDestination", lambda: audit.runtime.process)
    audit.invoke(MAILTRAIL_POLICY_MODE="move")
    account.faults.clear()
    before = len(changes(account))
    acted = audit.audit_one(**SHRINK)["acted"]
    (journal,) = audit.journals()
    assert "which the mode does not allow" in acted["failed"][0]
    options = f"{journal} --archive {audit.archive} --region {REGION}"
    assert acted["commands"] == [f"mailtrail policy apply --resume {options}", f"mailtrail policy rollback {options}"]
    assert len(changes(account)) == before
