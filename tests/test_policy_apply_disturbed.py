"""Plans carried out while something goes wrong: killed at every call, refused, throttled, or not alone."""

import contextlib
import itertools
import json
import time
import random

import pytest

import account.server
from account.asking import document, log_group
from account.documents import AWS_WRITTEN
from account.faults import ANY, WRITES
from applying import GROUP, KILLED, MADE_BY, NEW_GROUP, SUPERSEDED_BY, Applying
from applying import destination_of, groups, messages, policies, settings, step, writes
from programs import DONE, FAILED, NEEDS_A_LOOK

SEED = 20261120
# Runs that are killed twice.
TWICE = 12
# More calls than a move makes.
MANY = 200


class Moving:
    """A WorkMail audit log that is to be moved, and in which something is logged at each call that the mover makes."""

    def __init__(self, aws, home):
        home.mkdir()
        self.aws = aws
        self.applying = Applying(aws, home)
        self.audit = aws.fixtures.workmail_audit()
        self.plan = self.applying.plan(GROUP)
        self.logged = 0
        self.calm()

    def calm(self):
        """Nothing goes wrong any more."""
        self.aws.faults.clear()
        self.aws.faults.after(ANY, self._log, nth=None)

    def _log(self):
        self.logged += 1
        self.audit.log(str(self.logged))

    def go_on(self):
        """What an operator does after a run that was interrupted: resume it, or begin if it had not begun."""
        self.calm()
        return self.applying.resume() if self.applying.journals else self.applying.apply(self.plan)

    def undo(self):
        """Undoes the run. What has to stay needs attention."""
        run = self.applying.rollback()
        return run.expect(NEEDS_A_LOOK if run.answer["kept"] else DONE).answer

    def end_state(self):
        """Everything that a move leaves behind, but for what is different each time."""
        return {
            "groups": {name: (settings(group), self._policy(group)) for name, group in groups(self.aws).items()},
            "superseded": groups(self.aws)[GROUP].tags.get(SUPERSEDED_BY),
            "destination": destination_of(self.aws, self.audit),
            "policies": policies(self.aws),
            "function": self.aws.place().functions.policy_of("watch"),
        }

    @staticmethod
    def _policy(group):
        return group.policy and group.policy["policyDocument"]

    def check_nothing_is_lost(self):
        """Each event is in one of the log groups, once."""
        assert self.aws.place().logs.deliveries.lost == {}
        found = [message for group in groups(self.aws).values() for message in messages(group)]
        assert sorted(found, key=int) == [str(number + 1) for number in range(self.logged)]

    def check_undone(self, before, outcome):
        """All is as it was before, but for a new log group that says that it is kept: events may be in it."""
        after = self.end_state()
        new_group = after["groups"].pop(NEW_GROUP, None)
        assert (new_group is not None) == bool(outcome["kept"])
        if new_group:
            # The permission of its filter.
            del after["function"]
        assert after == {key: before[key] for key in after}
        self.check_nothing_is_lost()


@pytest.fixture
def moving(tmp_path):
    """Moves in accounts of their own, as many as a test wants."""
    numbers = itertools.count()

    @contextlib.contextmanager
    def start():
        with account.server.running() as aws:
            yield Moving(aws, tmp_path / str(next(numbers)))
            assert not aws.mistakes, "\n".join(aws.mistakes)

    return start


@pytest.fixture
def moved(moving):
    """What an undisturbed move leaves behind."""
    with moving() as move:
        before = move.end_state()
        move.applying.apply(move.plan).expect(DONE)
        move.check_nothing_is_lost()
        assert move.end_state() != before
        return move.end_state()


def until_undisturbed(moving, disturb):
    """Moves that are each disturbed at another call, up to the first that ends before the disturbance comes."""
    for nth in range(1, MANY):
        with moving() as move:
            disturb(move, nth)
            run = move.applying.apply(move.plan)
            if run.code == DONE:
                assert nth > 10, "hardly any call was disturbed"
                return
            assert run.code == KILLED, run.stderr
            yield nth, move
    raise AssertionError(f"not done after {MANY} calls")


def kill(moment, operation):
    """Kills the program before or after its nth call."""

    def disturb(move, nth):
        getattr(move.aws.faults, f"kill_{moment}")(operation, lambda: move.applying.process, nth)

    return disturb


@pytest.mark.parametrize(("moment", "operation"), [("before", ANY), ("after", WRITES)])
def test_a_move_that_is_killed_at_any_call_and_resumed_ends_as_an_undisturbed_one(moving, moved, moment, operation):
    for nth, move in until_undisturbed(moving, kill(moment, operation)):
        move.go_on().expect(DONE)
        assert move.end_state() == moved, f"killed {moment} call {nth}"
        move.check_nothing_is_lost()


def test_a_move_that_is_killed_twice_ends_as_an_undisturbed_one(moving, moved):
    rng = random.Random(SEED)
    for _ in range(TWICE):
        with moving() as move:
            first, second = rng.choice(["before", "after"]), rng.choice(["before", "after"])
            kill(first, WRITES)(move, rng.randrange(1, 14))
            assert move.applying.apply(move.plan).code == KILLED
            move.calm()
            kill(second, ANY)(move, rng.randrange(2, 30))
            if move.applying.resume().code == KILLED:
                move.go_on().expect(DONE)
            assert move.end_state() == moved
            move.check_nothing_is_lost()


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_move_that_is_killed_at_any_write_can_be_undone(moving, moment):
    with moving() as move:
        before = move.end_state()
    for _, move in until_undisturbed(moving, kill(moment, WRITES)):
        move.calm()
        move.check_undone(before, move.undo())


def test_a_rollback_that_is_killed_at_any_call_is_done_by_the_next(moving):
    with moving() as move:
        before = move.end_state()
    for nth in range(1, MANY):
        with moving() as move:
            move.applying.apply(move.plan).expect(DONE)
            kill("before", ANY)(move, nth)
            killed = move.applying.rollback().code == KILLED
            move.calm()
            outcome = move.undo()
            assert outcome["kept"]
            move.check_undone(before, outcome)
            if not killed:
                return
    raise AssertionError("always killed")


def test_connections_that_break_after_the_work_is_done_change_nothing(moving, moved):
    for nth in range(1, 16):
        with moving() as move:
            move.aws.faults.drop_after(WRITES, nth)
            move.applying.apply(move.plan).expect(DONE)
            assert move.end_state() == moved, f"dropped write {nth}"
            move.check_nothing_is_lost()


def test_a_move_is_done_although_every_call_is_throttled_once(moving, moved):
    with moving() as move:
        move.aws.faults.throttle_each_once()
        move.applying.apply(move.plan).expect(DONE)
        assert move.end_state() == moved
        move.check_nothing_is_lost()


def test_a_destination_that_is_being_updated_is_waited_for(moving, moved):
    with moving() as move:
        busy = "Requested resource is currently being updated. Please try again later."
        move.aws.faults.fail("PutDeliveryDestination", "ConflictException", busy, nth=1)
        move.aws.faults.fail("PutDeliveryDestination", "ConflictException", busy, nth=2)
        run = move.applying.apply(move.plan).expect(DONE)
        assert run.stderr.count("… waiting ") == 3  # twice for the destination, once for events
        assert len(move.aws.called("PutDeliveryDestination")) == 3
        assert move.end_state() == moved
        move.check_nothing_is_lost()


def test_a_permission_that_is_not_known_everywhere_yet_is_waited_for(moving, moved):
    with moving() as move:
        said = "Could not execute the lambda function. Make sure you have given CloudWatch Logs permission to do so."
        move.aws.faults.fail("PutSubscriptionFilter", "InvalidParameterException", said)
        move.applying.apply(move.plan).expect(DONE)
        assert move.end_state() == moved
        move.check_nothing_is_lost()


def test_what_was_tried_and_cannot_be_looked_at_is_looked_at_by_the_next_session(moving, moved):
    with moving() as move:
        # The work is done, its answer says that it is not, and no one may look.
        move.aws.faults.after("CreateLogGroup", lambda: move.aws.faults.deny("logs:DescribeLogGroups"))
        move.aws.faults.fail_after("CreateLogGroup", "OperationAbortedException")
        assert "allow the call" in move.applying.apply(move.plan).expect(FAILED).stderr
        move.go_on().expect(DONE)
        assert move.end_state() == moved
        move.check_nothing_is_lost()


def test_a_destination_that_never_stops_being_updated_is_left_as_it_was(moving):
    with moving() as move:
        before = move.end_state()
        move.aws.faults.fail("PutDeliveryDestination", "ConflictException", nth=None)
        outcome = move.applying.apply(move.plan).expect(NEEDS_A_LOOK).answer
        assert (outcome["end"], outcome["refused"]["destination"]) == ("stopped", move.audit.destination)
        assert move.end_state() == before
        move.check_nothing_is_lost()


def test_a_restoring_that_is_killed_at_any_call_is_gone_on_with(moving):
    with moving() as move:
        before = move.end_state()
    for nth in range(1, MANY):
        with moving() as move:
            refuse = ("PutDeliveryDestination", "ValidationException")

            def disturb(move=move, nth=nth):
                kill("before", ANY)(move, nth)

            move.aws.faults.before("PutDeliveryDestination", disturb)
            move.aws.faults.fail(*refuse, nth=None)
            killed = move.applying.apply(move.plan).code == KILLED
            move.calm()
            move.aws.faults.fail(*refuse, nth=None)
            outcome = move.applying.resume().expect(NEEDS_A_LOOK).answer
            assert outcome["end"] == "stopped"
            move.check_undone(before, outcome)
            if not killed:
                assert nth > 5
                return
    raise AssertionError("always killed")


@pytest.mark.parametrize(
    "action",
    ["logs:CreateLogGroup", "lambda:AddPermission", "logs:PutMetricFilter", "logs:PutDeliveryDestination"]
    + ["logs:PutResourcePolicy", "logs:DescribeLogStreams"],
)
def test_access_denied_in_the_middle_says_what_to_allow_and_the_run_goes_on_afterwards(moving, moved, action):
    with moving() as move:
        move.aws.faults.deny(action)
        said = move.applying.apply(move.plan).expect(FAILED).stderr
        journal = move.applying.journal
        for expected in (action, "allow the call", f"resume {journal}", f"rollback {journal}"):
            assert expected in said
        move.go_on().expect(DONE)
        assert move.end_state() == moved
        move.check_nothing_is_lost()


def test_a_run_that_was_denied_can_be_undone_instead(moving):
    with moving() as move:
        before = move.end_state()
        move.aws.faults.deny("logs:PutMetricFilter")
        move.applying.apply(move.plan).expect(FAILED)
        move.applying.rollback().expect(DONE)
        assert move.end_state() == before
        move.check_nothing_is_lost()


def test_no_run_is_begun_beside_one_that_has_no_end_and_each_undoes_its_own_only(account, applying):
    full = account.fixtures.full_of_dead_groups()
    plan = applying.plan()
    account.faults.deny("logs:PutResourcePolicy")
    applying.apply(plan).expect(FAILED)
    account.faults.clear()
    (refused,) = applying.journals
    said = applying.run("apply", applying.write(plan), "--archive", applying.archive).expect(FAILED).stderr
    assert f"the run of the journal {refused} in this archive has no end" in said and "to be written" not in said
    assert applying.journals == [refused]
    # In another archive nothing is known of it.
    elsewhere = Applying(account, applying.home, applying.home / "elsewhere")
    elsewhere.apply(plan).expect(DONE)
    shrunk = policies(account)
    assert "has changed since" in applying.resume().expect(FAILED).stderr
    run = applying.rollback().expect(DONE)
    assert run.answer["changes"] == 0 and "nothing to undo" in run.stderr
    assert policies(account) == shrunk
    elsewhere.rollback().expect(DONE)
    assert policies(account) == {AWS_WRITTEN: full.document}
    # The journal of a run is named by its second and its plan.
    while time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()) == refused.partition("-")[0]:
        time.sleep(0.05)
    applying.apply(plan).expect(DONE)


def test_what_another_caller_undid_is_not_said_to_be_undone(account, applying):
    full = account.fixtures.full_of_dead_groups()
    applying.apply(applying.plan()).expect(DONE)
    account.fixtures.policy(AWS_WRITTEN, full.document)
    before = len(writes(account))
    # There is nothing to ask, and so no terminal is needed.
    run = applying.run("rollback", applying.journal, "--archive", applying.archive, "--json").expect(DONE)
    assert run.answer["changes"] == 0 and "nothing to undo" in run.stderr
    assert len(writes(account)) == before and policies(account) == {AWS_WRITTEN: full.document}


def test_shrinking_that_is_killed_at_any_call_and_resumed_is_done_and_can_be_undone(tmp_path):
    for nth in range(1, MANY):
        (tmp_path / str(nth)).mkdir()
        with account.server.running() as aws:
            applying = Applying(aws, tmp_path / str(nth))
            plan, texts = plan_of_three_writes(aws, applying)
            aws.faults.kill_before(ANY, lambda applying=applying: applying.process, nth)
            killed = applying.apply(plan).code == KILLED
            aws.faults.clear()
            (applying.resume() if applying.journals else applying.apply(plan)).expect(DONE)
            assert policies(aws) == {"old": document("b")}
            assert groups(aws)["a"].policy["policyDocument"] == document("a")
            applying.rollback().expect(DONE)
            assert policies(aws) == texts and groups(aws)["a"].policy is None
            if not killed:
                return
    raise AssertionError("always killed")


def plan_of_three_writes(aws, applying):
    """A plan that makes the policy of a log group, writes a policy and deletes one; and the policies before."""
    aws.fixtures.log_group("a")
    texts = {"old": json.dumps(json.loads(document("a", "b")), indent=2) + "\n", "gone": document("a")}
    for name, text in texts.items():
        aws.fixtures.policy(name, text)
    plan = applying.plan()
    nothing = {"before": None, "after": None, "expected_revision_id": None}
    plan["steps"] = [
        step({**nothing, "place": {"log_group": log_group("a")}, "after": document("a")}),
        step(
            {"place": {"account": "old"}, "before": texts["old"], "after": document("b"), "expected_revision_id": None},
            {"place": {"account": "gone"}, "before": texts["gone"], "after": None, "expected_revision_id": None},
        ),
    ]
    return plan, texts


def test_what_another_caller_wrote_since_the_plan_stands(account, applying):
    account.fixtures.full_of_dead_groups()
    plan, theirs = applying.plan(), document("theirs")
    account.faults.before("DescribeResourcePolicies", lambda: account.fixtures.policy(AWS_WRITTEN, theirs))
    said = applying.apply(plan).expect(FAILED).stderr
    assert f"{AWS_WRITTEN} has changed" in said and "create the plan again: nothing was changed" in said
    assert policies(account) == {AWS_WRITTEN: theirs}
    assert writes(account) == [] and applying.journals == []


def test_what_another_caller_writes_right_before_us_stands(account, applying):
    account.fixtures.full_of_dead_groups()
    plan, theirs = applying.plan(), document("theirs")
    # What the plan rests on was looked at, to be shown and to be proved, and its first policy is about to be.
    account.faults.before("DescribeResourcePolicies", lambda: account.fixtures.policy(AWS_WRITTEN, theirs), nth=3)
    assert "it was changed by another caller" in applying.apply(plan).expect(FAILED).stderr
    assert policies(account) == {AWS_WRITTEN: theirs}
    applying.rollback().expect(DONE)
    assert policies(account) == {AWS_WRITTEN: theirs}
    assert writes(account) == []


def test_a_run_goes_on_only_while_what_is_left_of_it_is_safe(account, applying):
    plan, texts = plan_of_three_writes(account, applying)
    account.faults.kill_before("PutResourcePolicy", lambda: applying.process, 2)
    assert applying.apply(plan).code == KILLED
    account.faults.clear()
    kept = groups(account)["a"].policy
    groups(account)["a"].policy = None
    said = applying.resume().expect(FAILED).stderr
    for expected in ("the log group a exists", "create the plan again", f"rollback {applying.journal}"):
        assert expected in said
    assert policies(account) == texts
    groups(account)["a"].policy = kept
    account.faults.deny("logs:DescribeLogGroups")
    assert f"resume {applying.journal}" in applying.resume().expect(FAILED).stderr
    assert policies(account) == texts
    account.faults.clear()
    applying.resume().expect(DONE)
    assert policies(account) == {"old": document("b")}


def test_what_another_caller_writes_right_after_us_is_noticed_and_stands(account, applying):
    account.fixtures.full_of_dead_groups()
    plan, theirs = applying.plan(), document("theirs")
    account.faults.after("PutResourcePolicy", lambda: account.fixtures.policy(AWS_WRITTEN, theirs))
    assert "another caller wrote at the same time" in applying.apply(plan).expect(FAILED).stderr
    assert policies(account) == {AWS_WRITTEN: theirs}
    assert "has changed since the plan was created" in applying.resume().expect(FAILED).stderr
    (kept,) = applying.rollback().expect(NEEDS_A_LOOK).answer["kept"]
    assert "changed by another caller since" in kept
    assert policies(account) == {AWS_WRITTEN: theirs}


def test_no_caller_gets_in_between_reading_and_writing_the_policy_of_a_log_group(account, applying):
    account.fixtures.log_group("a")
    account.fixtures.policy("of-account", document("a"))
    revision = account.fixtures.group_policy("a")
    before = groups(account)["a"].policy["policyDocument"]
    place = {"log_group": log_group("a")}
    plan = applying.plan()
    plan["steps"] = [step({"place": place, "before": before, "after": None, "expected_revision_id": revision})]
    theirs = {"Version": "2012-10-17", "Statement": []}
    account.faults.before("DeleteResourcePolicy", lambda: account.fixtures.group_policy("a", theirs))
    assert "it was changed by another caller" in applying.apply(plan).expect(FAILED).stderr
    assert json.loads(groups(account)["a"].policy["policyDocument"]) == theirs


def test_a_destination_that_another_caller_repointed_stays_there(moving):
    with moving() as move:
        theirs = move.aws.fixtures.log_group("theirs")
        place = move.aws.place().logs.deliveries.destinations[move.audit.destination]

        def repoint():
            place["deliveryDestinationConfiguration"] = {"destinationResourceArn": theirs}

        move.aws.faults.before("CreateLogGroup", repoint)
        assert "has changed since the plan was created" in move.applying.apply(move.plan).expect(FAILED).stderr
        assert destination_of(move.aws, move.audit) == theirs
        move.applying.rollback().expect(DONE)
        assert destination_of(move.aws, move.audit) == theirs
        assert NEW_GROUP not in groups(move.aws)


def test_a_log_group_that_another_caller_creates_at_the_same_moment_is_not_touched(moving):
    with moving() as move:
        move.aws.faults.before("CreateLogGroup", lambda: move.aws.fixtures.log_group(NEW_GROUP))
        move.applying.apply(move.plan).expect(FAILED)
        assert MADE_BY not in groups(move.aws)[NEW_GROUP].tags
        made = settings(groups(move.aws)[NEW_GROUP])
        move.applying.rollback()
        assert settings(groups(move.aws)[NEW_GROUP]) == made
        assert destination_of(move.aws, move.audit) == move.audit.group_arn


def test_a_quota_is_named_and_not_tried_again(account, applying):
    plan, _ = plan_of_three_writes(account, applying)
    account.faults.fail("PutResourcePolicy", "LimitExceededException", nth=None)
    assert "make room under the quota" in applying.apply(plan).expect(FAILED).stderr
    assert len(account.called("PutResourcePolicy")) == 1
