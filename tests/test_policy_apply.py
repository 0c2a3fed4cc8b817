"""Plans carried out against the account of the tests, undisturbed: policies shrunk, a destination moved, and back."""

import json

import pytest

from account.asking import document, log_group
from account.documents import AWS_WRITTEN
from applying import GROUP, MADE_BY, NEW_GROUP, SUPERSEDED_BY, Applying
from applying import destination_of, groups, messages, policies, settings, step, writes
from programs import DONE, FAILED, NEEDS_A_LOOK, REGION


@pytest.fixture
def audit(account):
    """A WorkMail audit log; a user signs in when its destination has been re-pointed."""
    audit = account.fixtures.workmail_audit()
    audit.log("before")
    account.faults.after("PutDeliveryDestination", lambda: audit.log("after"), nth=None)
    return audit


def shown(calls):
    """Calls as a dry run shows them, without what only a run knows: its journal, revisions, the transformer."""
    simple = []
    for operation, parameters in calls:
        parameters = json.loads(json.dumps(parameters))
        parameters.pop("expectedRevisionId", None)
        parameters.pop("transformerConfig", None)
        parameters.pop("transformerConfigOf", None)
        parameters.get("tags", {}).pop(MADE_BY, None)
        simple.append((operation, parameters))
    return simple


def test_a_policy_full_of_dead_entries_is_shrunk_and_rolled_back_byte_for_byte(account, applying):
    full = account.fixtures.full_of_dead_groups()
    plan = applying.plan()
    assert plan["steps"] and not any("move" in step for step in plan["steps"])
    outcome = applying.apply(plan).expect(DONE).answer
    assert (outcome["end"], outcome["journal"]) == ("done", applying.journal)
    shrunk = policies(account)[AWS_WRITTEN]
    assert len(shrunk) < plan["target_characters"] < len(full.document)
    assert all(group in shrunk for group in full.live) and not any(group in shrunk for group in full.dead)
    assert applying.plan()["steps"] == []
    assert applying.rollback().expect(DONE).answer["end"] == "rolled-back"
    assert policies(account) == {AWS_WRITTEN: full.document}


def test_the_journal_has_the_plan_and_each_call_before_and_after_it(account, applying):
    full = account.fixtures.full_of_dead_groups()
    plan = applying.plan()
    applying.apply(plan).expect(DONE)
    first, *entries = applying.entries()
    assert (first["entry"], first["plan"]) == ("plan", plan)
    intents = [entry for entry in entries if entry["entry"] == "intent"]
    answers = {entry["intent"]: entry for entry in entries if entry["entry"] == "answer"}
    assert [answers[intent["number"]]["answer"] for intent in intents] == ["done"] * len(intents)
    assert intents[0]["change"]["before"] == full.document
    assert intents[-1]["change"]["after"] == policies(account)[AWS_WRITTEN]
    called = [(call.operation, call.parameters) for call in writes(account)]
    assert [(intent["call"]["operation"], intent["call"]["parameters"]) for intent in intents] == called
    assert entries[-1]["outcome"]["end"] == "done"


def test_a_plan_is_carried_out_once_and_undone_once(account, applying):
    account.fixtures.full_of_dead_groups()
    outcome = applying.apply(applying.plan()).expect(DONE).answer
    before = len(writes(account))
    again = applying.resume().expect(DONE)
    assert again.answer == {**outcome, "changes": 0} and "nothing to do" in again.stderr
    assert len(writes(account)) == before
    undone = applying.rollback().expect(DONE).answer
    assert undone["changes"] == outcome["changes"]
    before = len(writes(account))
    again = applying.rollback().expect(DONE)
    assert again.answer == {**undone, "changes": 0} and "nothing to undo" in again.stderr
    assert "was rolled back" in applying.resume().expect(FAILED).stderr
    assert len(writes(account)) == before


def test_an_audit_log_is_moved_with_every_setting_and_back(account, applying, audit):
    before = settings(groups(account)[GROUP])
    old_policies = policies(account)
    outcome = applying.apply(applying.plan(GROUP)).expect(DONE).answer
    (moved,) = outcome["moves"]
    assert (moved["from"], moved["to"], moved["seen"]) == (GROUP, NEW_GROUP, "workmail_authentication_logs")
    old, new = groups(account)[GROUP], groups(account)[NEW_GROUP]
    assert settings(old) == settings(new) == before
    assert old.tags[SUPERSEDED_BY] == NEW_GROUP
    assert new.tags[MADE_BY] == applying.journal
    assert destination_of(account, audit) == log_group(NEW_GROUP)
    assert account.place().logs.deliveries.destinations[audit.destination]["tags"] == {"team": "mail"}
    assert (messages(old), messages(new)) == (["before"], ["after"])
    assert any("subscription filter to-stream" in note for note in moved["not_copied"])

    undone = applying.rollback().expect(NEEDS_A_LOOK).answer
    assert any(log_group(NEW_GROUP) in kept for kept in undone["kept"])
    old, new = groups(account)[GROUP], groups(account)[NEW_GROUP]
    assert destination_of(account, audit) == log_group(GROUP)
    assert settings(old) == before and SUPERSEDED_BY not in old.tags
    assert policies(account) == old_policies
    assert (messages(old), messages(new)) == (["before", "after"], ["after"])
    assert account.place().logs.deliveries.lost == {}


def test_a_dry_run_shows_the_very_calls_of_a_run_and_makes_none(account, applying, audit):
    plan = applying.plan(GROUP)
    dry = applying.dry_run(plan).expect(DONE).answer
    assert writes(account) == [] and applying.journals == []
    assert dry["stops"] == [] and dry["left"] == []
    applying.apply(plan).expect(DONE)
    told = shown((call["operation"], call["parameters"]) for call in dry["calls"])
    assert told == shown((call.operation, call.parameters) for call in writes(account))


def test_a_dry_run_tells_where_a_plan_would_stop(account, applying, audit):
    account.fixtures.policy("mail", document(GROUP) + "\n")
    plan = applying.plan(GROUP)
    wanted = {"place": {"account": "mail"}, "before": document(GROUP), "after": None, "expected_revision_id": None}
    plan["steps"].append(step(wanted))
    account.fixtures.share_destination(audit)
    stops = applying.dry_run(plan).expect(NEEDS_A_LOOK).answer["stops"]
    assert ["used by other deliveries" in stops[1], stops[0].startswith("mail has changed")] == [True, True]
    account.faults.deny("logs:DescribeResourcePolicies")
    assert "nothing was changed" in applying.dry_run(plan).expect(FAILED).stderr
    assert writes(account) == [] and applying.journals == []


def test_the_policy_of_the_old_group_holds_for_the_new_one_beside_the_grant(account, applying, audit):
    account.fixtures.group_policy(GROUP, {"Version": "2012-10-17", "Statement": [own_statement(GROUP)]})
    applying.apply(applying.plan(GROUP)).expect(DONE)
    written = json.loads(groups(account)[NEW_GROUP].policy["policyDocument"])["Statement"]
    assert own_statement(NEW_GROUP) in written
    assert messages(groups(account)[NEW_GROUP]) == ["after"]


def own_statement(group):
    """What a log group's own policy may say."""
    return {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": f"{log_group(group)}:*",
    }


def test_a_new_group_into_which_nothing_came_yet_stays_when_the_move_is_undone(account, applying):
    account.fixtures.workmail_audit()
    applying.apply(applying.plan(GROUP)).expect(NEEDS_A_LOOK)
    assert len(applying.rollback().expect(NEEDS_A_LOOK).answer["kept"]) == 1
    assert groups(account)[NEW_GROUP].policy and groups(account)[NEW_GROUP].deletion_protection


def test_a_new_group_into_which_nothing_comes_is_not_verified(account, applying):
    account.fixtures.workmail_audit()
    (moved,) = applying.apply(applying.plan(GROUP)).expect(NEEDS_A_LOOK).answer["moves"]
    assert moved["seen"] is None
    assert SUPERSEDED_BY in groups(account)[GROUP].tags


def test_what_is_not_copied_is_listed(account, applying, audit):
    logs = account.client("logs")
    logs.create_log_anomaly_detector(logGroupArnList=[log_group(GROUP)], detectorName="odd")
    logs.put_query_definition(name="failed", queryString="fields @message", logGroupNames=[GROUP])
    account.faults.deny("logs:ListSyslogConfigurations")
    notes = applying.apply(applying.plan(GROUP)).expect(DONE).answer["moves"][0]["not_copied"]
    for expected in ("anomaly detector odd", "saved query failed", "syslog inputs: not seen"):
        assert any(expected in note for note in notes), expected


def test_what_a_deployment_tool_keeps_is_left_to_people(account, applying, audit):
    account.fixtures.mark(audit.group_arn, **{"aws:cloudformation:stack-name": "mail"})
    outcome = applying.apply(applying.plan(GROUP)).expect(NEEDS_A_LOOK).answer
    assert (outcome["moves"], outcome["changes"], len(outcome["left"])) == ([], 0, 1)
    assert writes(account) == []


def test_a_mark_that_came_after_the_plan_stops_the_move(account, applying, audit):
    plan = applying.plan(GROUP)
    account.fixtures.mark(audit.group_arn, **{"aws:cloudformation:stack-name": "mail"})
    assert "would not be moved" in applying.apply(plan).expect(FAILED).stderr
    assert writes(account) == []


@pytest.mark.parametrize(
    ("happens", "said"),
    [
        (lambda account, audit: account.fixtures.log_group(NEW_GROUP), "there is a log group"),
        (lambda account, audit: account.fixtures.share_destination(audit), "used by other deliveries"),
    ],
    ids=["the new group exists", "the destination is shared"],
)
def test_a_move_whose_preconditions_fail_is_not_begun(account, applying, audit, happens, said):
    plan = applying.plan(GROUP)
    happens(account, audit)
    assert said in applying.apply(plan).expect(FAILED).stderr
    assert writes(account) == []
    assert destination_of(account, audit) == audit.group_arn


def test_a_destination_is_not_repointed_to_where_log_delivery_may_not_write(account, applying, audit):
    plan = applying.plan(GROUP)
    (move,) = plan["steps"]
    move["writes"] = []
    assert "log delivery may not write" in applying.apply(plan).expect(FAILED).stderr
    assert destination_of(account, audit) == audit.group_arn
    applying.rollback().expect(DONE)
    assert NEW_GROUP not in groups(account)


def test_a_refusal_to_repoint_restores_everything_and_shows_the_bridge(account, applying, audit):
    permission = account.place().functions.policy_of("watch")
    before = settings(groups(account)[GROUP])
    account.faults.fail("PutDeliveryDestination", "ValidationException", nth=None)
    outcome = applying.apply(applying.plan(GROUP)).expect(NEEDS_A_LOOK).answer
    assert outcome["end"] == "stopped"
    bridge = "\n".join(outcome["refused"]["bridge"])
    for command in ("create-delivery --delivery-source-name", "--record-fields event_timestamp", audit.delivery):
        assert command in bridge
    assert list(groups(account)) == [GROUP]
    assert settings(groups(account)[GROUP]) == before and SUPERSEDED_BY not in groups(account)[GROUP].tags
    assert account.place().functions.policy_of("watch") == permission
    assert destination_of(account, audit) == audit.group_arn
    before = len(writes(account))
    assert applying.resume().expect(NEEDS_A_LOOK).answer == outcome
    applying.rollback().expect(DONE)
    assert len(writes(account)) == before


def test_a_log_group_that_came_back_since_the_plan_keeps_its_entry(account, applying):
    full = account.fixtures.full_of_dead_groups()
    plan = applying.plan()
    account.fixtures.log_group(full.dead[0])
    (stop,) = applying.dry_run(plan).expect(NEEDS_A_LOOK).answer["stops"]
    said = applying.apply(plan).expect(FAILED).stderr
    for expected in (full.dead[0], "was allowed, and would not be", f"the log group {full.dead[0]} exists"):
        assert expected in stop and expected in said, expected
    assert "create the plan again: nothing was changed" in said
    assert policies(account) == {AWS_WRITTEN: full.document}
    assert writes(account) == [] and applying.journals == []
    applying.apply(applying.plan()).expect(DONE)
    assert full.dead[0] in policies(account)[AWS_WRITTEN]


def test_an_entry_stays_when_what_took_it_in_is_gone_since_the_plan(account, applying):
    account.fixtures.log_group("/aws/vendedlogs/a")
    own = account.fixtures.policy("own", document("/aws/vendedlogs/a", "*"))
    account.fixtures.wildcard()
    plan = applying.plan()
    left = {"place": {"account": "own"}, "before": own, "after": document("*"), "expected_revision_id": None}
    none = {**left, "after": None}
    plan["steps"] = [step(left)]
    assert applying.dry_run(plan).expect(DONE).answer["stops"] == []
    plan["steps"] = [step(none)]
    assert "log-group:*" in applying.dry_run(plan).expect(NEEDS_A_LOOK).answer["stops"][0]
    only = account.fixtures.policy("own", document("/aws/vendedlogs/a"))
    plan["steps"] = [step({**none, "before": only})]
    assert applying.dry_run(plan).expect(DONE).answer["stops"] == []
    del account.place().logs.policies.of_account[AWS_WRITTEN]
    assert "the log group /aws/vendedlogs/a exists" in applying.apply(plan).expect(FAILED).stderr
    assert policies(account) == {"own": only}
    account.fixtures.group_policy("/aws/vendedlogs/a")
    applying.apply(plan).expect(DONE)
    assert policies(account) == {}


def test_a_plan_that_was_edited_is_not_believed_to_be_proved(account, applying):
    full = account.fixtures.full_of_dead_groups()
    plan = applying.plan()
    last = plan["steps"][-1]["writes"][-1]
    honest = last["after"]
    statement = json.loads(honest)["Statement"][0]
    without = {key: value for key, value in statement.items() if key != "Condition"}
    for edited, said in (
        ({**statement, "Resource": statement["Resource"][1:]}, f"the log group {full.live[0]} exists"),
        (without, "without being listed"),
        ({**statement, "Principal": "*"}, "has a statement that is never edited"),
    ):
        last["after"] = json.dumps({**json.loads(honest), "Statement": [edited]})
        failed = applying.apply(plan).expect(FAILED).stderr
        assert said in failed and "not proved" in failed and "proved for" not in failed
    assert writes(account) == []
    last["after"] = honest
    assert "proved for the current policies" in applying.apply(plan).expect(DONE).stderr


def test_whether_log_groups_are_there_is_found_with_few_calls(account, applying):
    full = account.fixtures.full_of_dead_groups()
    plan = applying.plan()
    before = len(account.called("DescribeLogGroups"))
    applying.dry_run(plan).expect(DONE)
    assert len(account.called("DescribeLogGroups")) - before == 1 < len(full.dead)
    for number in range(100):
        account.fixtures.log_group(f"/other/{number}")
    account.fixtures.policy("two", document("x"))
    plan["steps"] = [step({**plan["steps"][0]["writes"][0], "place": {"account": "two"}})]
    plan["steps"][0]["writes"][0] |= {"before": document("x"), "after": None}
    before = len(account.called("DescribeLogGroups"))
    applying.dry_run(plan).expect(DONE)
    assert len(account.called("DescribeLogGroups")) - before == 2


def test_what_may_not_be_read_stops_a_run_before_it_begins(account, applying):
    account.fixtures.full_of_dead_groups()
    plan = applying.plan()
    for action in ("logs:DescribeResourcePolicies", "logs:DescribeLogGroups"):
        account.faults.deny(action)
        for run in (applying.dry_run(plan), applying.apply(plan)):
            said = run.expect(FAILED).stderr
            assert action in said and "allow the call, then try again: nothing was changed" in said
        account.faults.clear()
    assert writes(account) == [] and applying.journals == []


def test_a_plan_for_another_account_is_refused(account, applying):
    account.fixtures.full_of_dead_groups()
    plan = {**applying.plan(), "account": "444455556666"}
    assert "the plan is for 444455556666" in applying.apply(plan).expect(FAILED).stderr
    assert applying.journals == []


def test_a_journal_is_the_same_in_a_bucket(account, moto, tmp_path):
    s3 = moto.client("s3")
    s3.create_bucket(Bucket="journals", CreateBucketConfiguration={"LocationConstraint": REGION})
    applying = Applying(account, tmp_path, "s3://journals/mail", {"AWS_ENDPOINT_URL_S3": moto.endpoint})
    full = account.fixtures.full_of_dead_groups()
    outcome = applying.apply(applying.plan()).expect(DONE).answer
    applying.rollback(outcome["journal"]).expect(DONE)
    assert policies(account) == {AWS_WRITTEN: full.document}
    keys = [found["Key"] for found in s3.list_objects_v2(Bucket="journals")["Contents"]]
    assert keys[0] == f"mail/policy-audit/journal/{outcome['journal']}/0000-plan.json"
    assert [key.rsplit("/")[-1][:4] for key in keys] == [f"{number:04}" for number in range(len(keys))]


def test_an_unknown_journal_is_named(account, applying):
    applying.archive.mkdir()
    for journal in ("20261120T101502Z-00000000", "..", ""):
        assert "there is no journal" in applying.resume(journal).expect(FAILED).stderr


def test_a_policy_of_a_log_group_is_written_with_its_revision_and_taken_back(account, applying):
    account.fixtures.log_group("a")
    account.fixtures.policy("of-account", document("a"))
    account.fixtures.group_policy("a")
    before = groups(account)["a"].policy["policyDocument"]
    revision = groups(account)["a"].policy["revisionId"]
    place = {"log_group": log_group("a")}
    spaced = json.dumps(json.loads(document("a")), indent=1)
    first = {"place": place, "before": before, "after": spaced, "expected_revision_id": revision}
    second = {"place": place, "before": spaced, "after": document("a"), "expected_revision_id": None}
    third = {"place": place, "before": document("a"), "after": None, "expected_revision_id": None}
    plan = applying.plan()
    plan["steps"] = [step(first, second), step(third)]
    applying.apply(plan).expect(DONE)
    assert groups(account)["a"].policy is None
    applying.rollback().expect(DONE)
    assert groups(account)["a"].policy["policyDocument"] == before


def test_what_may_not_be_read_of_a_log_group_stops_a_move_before_anything_is_written(account, applying, audit):
    plan = applying.plan(GROUP)
    account.faults.deny("logs:GetDataProtectionPolicy")
    assert "logs:GetDataProtectionPolicy" in applying.apply(plan).expect(FAILED).stderr
    assert writes(account) == []
