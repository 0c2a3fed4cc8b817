"""Runs that are resumed or rolled back after the account has changed, and journals that tell of what was not."""

import json

import pytest

from account.asking import document, log_group
from applying import GROUP, KILLED, MADE_BY, NEW_GROUP
from applying import destination_of, groups, policies, step, writes
from programs import DONE, FAILED, NEEDS_A_LOOK
from test_policy_apply import own_statement

MARK = {"aws:cloudformation:stack-name": "mail"}
REFUSED = ("PutDeliveryDestination", "ValidationException")


@pytest.fixture
def audit(account):
    """A WorkMail audit log; a user signs in when its destination has been re-pointed."""
    audit = account.fixtures.workmail_audit()
    account.faults.after("PutDeliveryDestination", lambda: audit.log("after"), nth=None)
    return audit


def white_space(account, name="mail"):
    """A policy, and a step that writes it without white space."""
    account.fixtures.log_group("a")
    text = account.fixtures.policy(name, json.dumps(json.loads(document("a")), indent=1))
    return step({"place": {"account": name}, "before": text, "after": document("a"), "expected_revision_id": None})


def delete_group(account, name):
    """Someone deletes a log group."""
    group = groups(account)[name]
    group.deletion_protection = False
    account.client("logs").delete_log_group(logGroupName=name)


def kill(account, applying, operation, nth=1):
    """The program is killed right before a call."""
    account.faults.kill_before(operation, lambda: applying.process, nth)


# A move that is made.


@pytest.mark.parametrize("since", ["deleted", "managed", "shared"])
def test_a_move_that_was_made_does_not_keep_the_rest_from_being_resumed(account, applying, audit, since):
    plan = applying.plan(GROUP)
    plan["steps"].append(white_space(account))
    # The grant is the first policy that is written.
    kill(account, applying, "PutResourcePolicy", 2)
    assert applying.apply(plan).code == KILLED
    account.faults.clear()
    if since == "deleted":
        delete_group(account, GROUP)
    elif since == "managed":
        account.fixtures.mark(audit.group_arn, **MARK)
    else:
        account.fixtures.share_destination(audit)
    outcome = applying.resume().expect(DONE).answer
    assert [moved["to"] for moved in outcome["moves"]] == [NEW_GROUP]
    assert policies(account)["mail"] == document("a") and destination_of(account, audit) == log_group(NEW_GROUP)


def test_a_move_that_only_lacks_its_mark_is_resumed_whatever_uses_the_destination_since(account, applying, audit):
    plan = applying.plan(GROUP)
    kill(account, applying, "TagResource")
    assert applying.apply(plan).code == KILLED
    account.faults.clear()
    account.fixtures.share_destination(audit)
    applying.resume().expect(DONE)


def test_a_journal_that_says_otherwise_than_the_account_stops_the_preview(account, applying, audit):
    plan = applying.plan(GROUP)
    kill(account, applying, "PutDeliveryDestination")
    assert applying.apply(plan).code == KILLED
    account.faults.clear()
    account.client("logs").put_retention_policy(logGroupName=GROUP, retentionInDays=30)
    count = len(writes(account))
    said = applying.run("apply", "--resume", applying.journal, "--archive", applying.archive).expect(FAILED).stderr
    assert "has changed since it was recorded" in said and "pass --yes" not in said
    assert len(writes(account)) == count


# A step that was refused.


def refused(account, applying, plan):
    """A move that AWS refuses, and whose program is killed before anything of it is undone."""
    account.faults.before(REFUSED[0], lambda: kill(account, applying, "PutLogGroupDeletionProtection"))
    account.faults.fail(*REFUSED, nth=None)
    assert applying.apply(plan).code == KILLED
    account.faults.clear()
    assert [entry["entry"] for entry in applying.entries()].count("refused") == 1
    assert NEW_GROUP in groups(account)


def test_what_undoes_a_refused_step_is_shown_before_it_is_resumed(account, applying, audit):
    refused(account, applying, applying.plan(GROUP))
    run = applying.run("apply", "--resume", applying.journal, "--archive", applying.archive).expect(FAILED)
    assert f"delete the log group {NEW_GROUP}" in run.stderr and "pass --yes" in run.stderr
    assert NEW_GROUP in groups(account)


@pytest.mark.parametrize("since", ["managed", "shared", "settings"])
def test_a_refused_step_is_undone_whatever_has_changed_since(account, applying, audit, since):
    refused(account, applying, applying.plan(GROUP))
    if since == "managed":
        account.fixtures.mark(audit.group_arn, **MARK)
    elif since == "shared":
        account.fixtures.share_destination(audit)
    else:
        account.client("logs").put_retention_policy(logGroupName=GROUP, retentionInDays=30)
    outcome = applying.resume().expect(NEEDS_A_LOOK).answer
    assert (outcome["end"], outcome["kept"], outcome["changes"]) == ("stopped", [], 0)
    assert NEW_GROUP not in groups(account) and destination_of(account, audit) == audit.group_arn


def test_commands_for_people_are_not_those_of_a_journal(account, applying, audit):
    refused(account, applying, applying.plan(GROUP))
    (number,) = (entry["number"] for entry in applying.entries() if entry["entry"] == "refused")
    applying.edit(number, lambda entry: entry["refused"].update(bridge=["curl example.com | sh"]))
    run = applying.resume().expect(NEEDS_A_LOOK)
    assert "curl" not in run.stdout + run.stderr and "create-delivery" in run.stdout


# Rollback.


def test_a_policy_that_was_carried_over_goes_with_its_new_log_group(account, applying, audit):
    account.fixtures.group_policy(GROUP, {"Version": "2012-10-17", "Statement": [own_statement(GROUP)]})
    before = policies(account)
    account.faults.deny("logs:PutDeliveryDestination")
    applying.apply(applying.plan(GROUP)).expect(FAILED)
    account.faults.clear()
    assert own_statement(NEW_GROUP) in json.loads(groups(account)[NEW_GROUP].policy["policyDocument"])["Statement"]
    assert applying.dry_rollback().expect(DONE).answer["left"] == []
    assert applying.rollback().expect(DONE).answer["kept"] == []
    assert list(groups(account)) == [GROUP] and policies(account) == before


def test_what_an_earlier_session_undid_is_not_judged_again(account, applying, audit):
    applying.apply(applying.plan(GROUP)).expect(DONE)
    # The mark of the old log group comes first, and stays; then the destination is pointed back.
    account.faults.deny("logs:UntagResource")
    (mark, stays) = applying.rollback().expect(NEEDS_A_LOOK).answer["kept"][::-1]
    assert "remove the tag" in mark and "stays, with its filters" in stays
    assert destination_of(account, audit) == audit.group_arn
    account.faults.clear()
    delete_group(account, GROUP)
    assert applying.rollback().expect(NEEDS_A_LOOK).answer["kept"] == [stays]


def test_a_log_group_that_is_gone_does_not_stay(account, applying, audit):
    applying.apply(applying.plan(GROUP)).expect(DONE)
    delete_group(account, NEW_GROUP)
    assert applying.rollback().expect(DONE).answer["kept"] == []
    assert destination_of(account, audit) == audit.group_arn and list(groups(account)) == [GROUP]


def test_a_journal_that_has_its_end_is_whole_whatever_the_account_says(account, applying, audit):
    plan = applying.plan(GROUP)
    later = white_space(account)
    plan["steps"].append(later)
    account.faults.fail(*REFUSED, nth=None)
    outcome = applying.apply(plan).expect(NEEDS_A_LOOK).answer
    assert (outcome["end"], outcome["changes"]) == ("stopped", 0)
    account.faults.clear()
    # Another plan does what this one did not come to.
    account.fixtures.policy("mail", later["writes"][0]["after"])
    assert applying.resume().expect(NEEDS_A_LOOK).answer == outcome
    count = len(writes(account))
    assert applying.rollback().expect(DONE).answer["kept"] == []
    assert policies(account)["mail"] == document("a") and len(writes(account)) == count


# Journals that tell of what the run did not do.


def untagged(account, applying, audit):
    """A move that was made into a log group that, by its tags, another run created."""
    applying.apply(applying.plan(GROUP)).expect(DONE)
    groups(account)[NEW_GROUP].tags[MADE_BY] = "20261120T101502Z-1a2b3c4d"


def test_a_destination_of_others_is_not_pointed_elsewhere_because_a_journal_says_so(account, applying, audit):
    untagged(account, applying, audit)
    kept = applying.rollback().expect(NEEDS_A_LOOK).answer["kept"]
    assert any("point the delivery destination" in line and "did not create it" in line for line in kept), kept
    assert destination_of(account, audit) == log_group(NEW_GROUP)
    new = groups(account)[NEW_GROUP]
    assert new.policy and new.deletion_protection


def test_a_log_group_of_others_loses_nothing_because_a_journal_says_that_the_run_created_it(account, applying, audit):
    kill(account, applying, "PutLogGroupDeletionProtection")
    assert applying.apply(applying.plan(GROUP)).code == KILLED
    account.faults.clear()
    groups(account)[NEW_GROUP].tags[MADE_BY] = "20261120T101502Z-1a2b3c4d"
    function = json.dumps(account.place().functions.policy_of("watch"))
    policy = dict(groups(account)[NEW_GROUP].policy)
    kept = applying.rollback().expect(NEEDS_A_LOOK).answer["kept"]
    assert kept and json.dumps(account.place().functions.policy_of("watch")) == function
    assert groups(account)[NEW_GROUP].policy == policy


@pytest.mark.parametrize("destination", ["another", ""])
def test_a_journal_that_tells_of_a_refusal_of_nothing_is_not_whole(account, applying, audit, destination):
    refused(account, applying, applying.plan(GROUP))
    (number,) = (entry["number"] for entry in applying.entries() if entry["entry"] == "refused")
    applying.edit(number, lambda entry: entry["refused"].update(destination=destination))
    assert "is not whole" in applying.resume().expect(FAILED).stderr
