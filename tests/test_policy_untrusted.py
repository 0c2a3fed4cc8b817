"""Plan files and journals that were edited: what they ask for is derived from the account and proved, or refused."""

import hashlib
import json

import pytest

from account.asking import document, log_group
from account.documents import AWS_WRITTEN
from applying import GROUP, JOURNALS, KILLED, NEW_GROUP
from applying import destination_of, groups, policies, rechain, step, writes
from programs import DONE, FAILED, NEEDS_A_LOOK, REGION
from samples import ACCOUNT

THEIRS = "444455556666"
ANYONE = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": "*", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "*"}
        ],
    }
)
NO_CHAIN = "20261120T101502Z-1a2b3c4d"


@pytest.fixture
def audit(account):
    """A WorkMail audit log; a user signs in when its destination has been re-pointed."""
    audit = account.fixtures.workmail_audit()
    account.faults.after("PutDeliveryDestination", lambda: audit.log("after"), nth=None)
    return audit


def write(place, before, after):
    """A write of a policy, as a plan has it."""
    return {"place": place, "before": before, "after": after, "expected_revision_id": None}


def check_refused(account, applying, plan, said=""):
    """A plan is refused: as a dry run, and when it is to be carried out; with nothing done, and no question."""
    for run in (applying.dry_run(plan), applying.apply(plan), applying.run("apply", applying.write(plan), "--archive", "a")):
        assert run.code in (FAILED, NEEDS_A_LOOK), run.stdout
        assert said in run.stderr and "pass --yes" not in run.stderr, run.stderr
    assert writes(account) == [] and applying.journals == []


def to_arn(arn):
    """Edits where a destination moves to."""
    return lambda move: move["v2"][0].update(to_arn=arn)


def renamed(name):
    """Edits where a log group moves to, as a whole."""

    def edit(move):
        move["to"] = name
        move["v2"][0]["to_arn"] = log_group(name)

    return edit


MOVES = {
    "an existing log group": to_arn(log_group("/existing")),
    "one under the prefix": to_arn(log_group("/aws/vendedlogs/other")),
    "another account": to_arn(f"arn:aws:logs:{REGION}:{THEIRS}:log-group:{NEW_GROUP}"),
    "another Region": to_arn(f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{NEW_GROUP}"),
    "another partition": to_arn(f"arn:aws-cn:logs:{REGION}:{ACCOUNT}:log-group:{NEW_GROUP}"),
    "a bucket": to_arn("arn:aws:s3:::example"),
    "outside the prefix": renamed("/plain/new"),
    "an existing one as a whole": renamed("/existing"),
    "no name": renamed("/aws/vendedlogs/"),
    "a pattern": renamed("/aws/vendedlogs/*"),
    "from elsewhere": lambda move: move["v2"][0].update(from_arn=log_group("/existing")),
    "another log group": lambda move: move.update({"from": "/existing"}),
    "twice": lambda move: move["v2"].append(dict(move["v2"][0])),
    "another destination": lambda move: move["v2"][0].update(name="another"),
    "other deliveries": lambda move: move["v2"][0].update(deliveries=[]),
    "another format": lambda move: move["v2"][0].update(output_format="plain"),
}


@pytest.mark.parametrize("edit", MOVES.values(), ids=MOVES)
def test_a_move_to_what_was_not_derived_is_refused(account, applying, audit, edit):
    account.fixtures.log_group("/existing")
    plan = applying.plan(GROUP)
    edit(plan["steps"][-1]["move"])
    check_refused(account, applying, plan)
    assert destination_of(account, audit) == audit.group_arn


def test_a_destination_that_the_plan_leaves_out_is_found(account, applying, audit):
    plan = applying.plan(GROUP)
    made = account.place().logs.deliveries.put_delivery_destination(
        {
            "name": "second",
            "outputFormat": "json",
            "deliveryDestinationConfiguration": {"destinationResourceArn": audit.group_arn},
        }
    )
    assert made["deliveryDestination"]["name"] == "second"
    check_refused(account, applying, plan, "the delivery destination second writes to it as well")


@pytest.mark.parametrize("of", ["delivery", "source"])
def test_what_a_deployment_tool_keeps_is_not_moved_because_a_file_does_not_say_so(account, applying, audit, of):
    plan = applying.plan(GROUP)
    arn = account.place().arn("logs", {"delivery": f"delivery:{audit.delivery}", "source": f"delivery-source:{audit.source}"}[of])
    account.fixtures.mark(arn, **{"aws:cloudformation:stack-name": "mail"})
    check_refused(account, applying, plan, "CloudFormation")


@pytest.mark.parametrize("principal", ["es.amazonaws.com", "delivery.logs.amazonaws.com"])
def test_a_grant_that_a_file_lists_is_not_given(account, applying, principal):
    full = account.fixtures.full_of_dead_groups()
    plan = applying.plan()
    statement = {"Effect": "Allow", "Principal": {"Service": principal}, "Action": "logs:PutLogEvents", "Resource": "*"}
    last = plan["steps"][-1]["writes"][-1]
    edited = json.loads(last["after"])
    edited["Statement"].append(statement)
    last["after"] = json.dumps(edited)
    plan["grants"] = [{"principal": principal, "actions": ["logs:PutLogEvents"], "resource": "*", "condition": []}]
    check_refused(account, applying, plan, "was not allowed, and would be")
    assert policies(account) == {AWS_WRITTEN: full.document}


def test_what_a_plan_would_allow_that_is_not_proved_is_said_and_no_call_of_it_is_told(account, applying):
    account.fixtures.full_of_dead_groups()
    plan = applying.plan()
    write = plan["steps"][0]["writes"][-1]
    honest = write["after"]
    statement = json.loads(honest)["Statement"][0]
    for edited, said in (
        ({**statement, "Sid": "x", "Principal": {"Service": "evil.amazonaws.com"}}, "for evil.amazonaws.com on "),
        ({**statement, "Sid": "x", "Principal": {"AWS": f"arn:aws:iam::{THEIRS}:root"}}, f"arn:aws:iam::{THEIRS}:root"),
        ({**{key: statement[key] for key in statement if key != "Condition"}, "Sid": "x"}, "if (always)"),
    ):
        write["after"] = with_statement(honest, edited)
        dry = applying.run("apply", applying.write(plan), "--dry-run").expect(NEEDS_A_LOOK)
        run = applying.apply(plan).expect(FAILED)
        assert dry.stdout == run.stdout == "" and applying.dry_run(plan).answer["calls"] == []
        for text in (dry.stderr, run.stderr):
            assert "it is not proved to be safe" in text and said in text and "to be written" not in text, text
    assert writes(account) == [] and applying.journals == []


def test_a_step_that_does_nothing_is_refused(account, applying):
    plan = applying.plan()
    plan["steps"] = [step()]
    check_refused(account, applying, plan, "it writes nothing")


def test_words_of_others_in_an_error_stay_on_one_line(account, applying):
    account.fixtures.full_of_dead_groups()
    forged = "x\n! forged\u202e\r"
    named = applying.plan()
    named["steps"][0]["writes"][0]["place"] = {"account": forged}
    for plan in (
        {**applying.plan(), "account": forged},
        {**applying.plan(), "region": forged},
        {**applying.plan(), "steps": [{**step(), "kind": forged}]},
        named,
    ):
        for run in (applying.apply(plan), applying.dry_run(plan)):
            assert run.code != DONE and "x\\n! forged\\u{202e}" in run.stderr
            assert not any(line.startswith("! forged") for line in run.stderr.splitlines())
    applying.apply(applying.plan()).expect(DONE)
    (applying.entry(0).parent / "x\n! forged.json").write_text("{}")
    assert "x\\n! forged" in applying.rollback().expect(FAILED).stderr


def test_a_key_that_stands_twice_in_an_entry_is_refused(account, applying):
    shrunk(account, applying)
    path = applying.entry(len(applying.entries()) - 1)
    path.write_text(path.read_text().replace("{", '{"number": 1, ', 1))
    assert "`number` stands twice" in applying.rollback().expect(FAILED).stderr


def test_what_is_taken_back_later_in_a_plan_is_not_written_in_between(account, applying):
    account.fixtures.log_group("a")
    text = account.fixtures.policy("mail", document("a"))
    plan = applying.plan()
    place = {"account": "mail"}
    for between in (document(), document("a", "*"), ANYONE):
        plan["steps"] = [step(write(place, text, between), write(place, between, text))]
        check_refused(account, applying, plan)
        plan["steps"] = [step(write(place, text, between)), step(write(place, between, text))]
        check_refused(account, applying, plan)


@pytest.mark.parametrize(
    "arn",
    [
        f"arn:aws:logs:{REGION}:{THEIRS}:log-group:a",
        f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:a",
        f"arn:aws-us-gov:logs:{REGION}:{ACCOUNT}:log-group:a",
        "a",
    ],
)
def test_the_policy_of_a_log_group_elsewhere_is_not_written(account, applying, arn):
    account.fixtures.log_group("a")
    account.fixtures.policy("mail", document("a"))
    plan = applying.plan()
    plan["steps"] = [step(write({"log_group": arn}, None, document("a")))]
    check_refused(account, applying, plan, "is not that of a log group of account")


def test_a_policy_that_was_deleted_since_the_plan_is_called_deleted(account, applying):
    account.fixtures.full_of_dead_groups()
    plan = applying.plan()
    del account.place().logs.policies.of_account[AWS_WRITTEN]
    check_refused(account, applying, plan, f"{AWS_WRITTEN} was deleted since the plan was created")


@pytest.mark.parametrize("text", ["what", "why", "risk_reason", "undo"])
def test_words_of_a_file_are_not_those_that_are_shown(account, applying, text):
    account.fixtures.full_of_dead_groups()
    plan = applying.plan()
    plan["steps"][0][text] = "run: curl example.com | sh"
    run = applying.apply(plan).expect(DONE)
    assert "curl" not in run.stderr + run.stdout


def test_the_question_tells_who_may_do_what_on_which_condition(account, applying, audit):
    plan = applying.plan(GROUP)
    run = applying.run("apply", applying.write(plan), "--archive", applying.archive).expect(FAILED)
    for expected in (
        "create the policy of " + log_group(NEW_GROUP),
        "+ Allow delivery.logs.amazonaws.com",
        "logs:CreateLogStream, logs:PutLogEvents",
        f"StringEquals aws:SourceAccount {ACCOUNT}",
        f"ArnLike aws:SourceArn arn:aws:logs:{REGION}:{ACCOUNT}:*",
        f"on   {log_group(NEW_GROUP)}:log-stream:*",
        f"point the delivery destination {audit.destination}",
        f"from {audit.group_arn}",
        f"to   {log_group(NEW_GROUP)}",
        f"create the log group {NEW_GROUP}",
        "pass --yes",
    ):
        assert expected in run.stderr, expected
    assert "for this account only" not in run.stderr
    assert writes(account) == []


def test_what_has_changed_since_it_was_shown_is_not_done(account, applying, audit):
    plan = applying.plan(GROUP)
    # After the preview has read the filters, another caller adds one that sends events elsewhere.
    def add():
        account.client("logs").put_metric_filter(
            logGroupName=GROUP,
            filterName="late",
            filterPattern="x",
            metricTransformations=[{"metricName": "x", "metricNamespace": "x", "metricValue": "1"}],
        )

    account.faults.after("DescribeQueryDefinitions", add)
    said = applying.apply(plan).expect(FAILED).stderr
    assert "has changed since it was shown" in said
    assert destination_of(account, audit) == audit.group_arn and NEW_GROUP not in groups(account)


# Journals.


def shrunk(account, applying):
    """A policy that was shrunk; the documents before and after."""
    full = account.fixtures.full_of_dead_groups()
    applying.apply(applying.plan()).expect(DONE)
    return full.document, policies(account)[AWS_WRITTEN]


def test_a_journal_with_missing_entries_is_refused(account, applying):
    _, after = shrunk(account, applying)
    count = len(writes(account))
    entries = len(applying.entries())
    kept = {number: applying.entry(number).read_bytes() for number in range(entries)}
    for number in range(entries - 1):
        path = applying.entry(number)
        path.unlink()
        for run in (applying.rollback(), applying.resume()):
            assert "is not whole" in run.expect(FAILED).stderr and run.stdout == "", number
        path.write_bytes(kept[number])
    assert policies(account) == {AWS_WRITTEN: after} and len(writes(account)) == count


def test_a_journal_whose_last_entries_are_missing_is_refused_by_what_is_there(account, applying):
    _, after = shrunk(account, applying)
    for number in range(1, len(applying.entries())):
        applying.entry(number).unlink()
    for run in (applying.rollback(), applying.resume()):
        said = run.expect(FAILED).stderr
        assert "is as step 1 leaves it, and no entry tells of it" in said and run.stdout == ""
    assert policies(account) == {AWS_WRITTEN: after}


def test_a_move_whose_last_entries_are_missing_is_refused_by_what_is_there(account, applying, audit):
    applying.apply(applying.plan(GROUP)).expect(DONE)
    for number in range(len(applying.entries()) - 1, 0, -1):
        applying.entry(number).unlink()
        if number in (1, 2):
            assert "is not whole" in applying.rollback().expect(FAILED).stderr
    assert destination_of(account, audit) == log_group(NEW_GROUP)


def test_an_entry_that_was_edited_or_swapped_is_found(account, applying):
    _, after = shrunk(account, applying)
    original = applying.entry(1).read_bytes()
    applying.edit(1, lambda entry: entry["change"].update(before=ANYONE), chained=False)
    assert "is not whole" in applying.rollback().expect(FAILED).stderr
    applying.entry(1).write_bytes(applying.entry(2).read_bytes())
    assert "is not whole" in applying.rollback().expect(FAILED).stderr
    applying.entry(1).write_bytes(original)
    (applying.entry(1).parent / "0001-session.json").write_bytes(original)
    assert "two entries with the number 1" in applying.rollback().expect(FAILED).stderr
    assert policies(account) == {AWS_WRITTEN: after}


def test_an_edited_change_is_not_carried_out_although_its_hashes_are_right(account, applying):
    _, after = shrunk(account, applying)
    applying.edit(1, lambda entry: entry["change"].update(before=ANYONE))
    assert "which is not in step 1" in applying.rollback().expect(FAILED).stderr
    assert policies(account) == {AWS_WRITTEN: after}
    applying.edit(0, lambda entry: entry["plan"]["steps"][0]["writes"][0].update(before=ANYONE))
    assert "its plan is not the one" in applying.rollback().expect(FAILED).stderr
    assert policies(account) == {AWS_WRITTEN: after}


def forge(applying, edit):
    """The one journal as one of another plan, with everything that follows from it made right again."""
    folder = applying.archive / JOURNALS / applying.journal
    first = json.loads((folder / "0000-plan.json").read_text())
    edit(first["plan"])
    compact = json.dumps(first["plan"], separators=(",", ":"), ensure_ascii=False).encode()
    first["plan_sha256"] = hashlib.sha256(compact).hexdigest()
    first["journal"] = f"{applying.journal.split('-')[0]}-{first['plan_sha256'][:8]}"
    (folder / "0000-plan.json").write_text(json.dumps(first))
    for path in folder.iterdir():
        entry = json.loads(path.read_text())
        if entry["entry"] == "intent":
            change = first["plan"]["steps"][entry["step"]]["writes"][entry["action"]]
            entry["change"].update({key: change[key] for key in ("before", "after")})
        if entry["entry"] == "end":
            entry["outcome"]["journal"] = first["journal"]
        path.write_text(json.dumps(entry))
    rechain(folder)
    folder.rename(folder.parent / first["journal"])


def with_statement(text, statement):
    """A document with one more statement."""
    parsed = json.loads(text)
    parsed["Statement"].append(statement)
    return json.dumps(parsed)


def open_to(service, resource):
    """A statement that lets a service in on behalf of anyone."""
    return {"Effect": "Allow", "Principal": {"Service": service}, "Action": "logs:PutLogEvents", "Resource": resource}


@pytest.mark.parametrize(
    "restored",
    [
        lambda before, after: ANYONE,
        lambda before, after: with_statement(after, json.loads(ANYONE)["Statement"][0]),
        lambda before, after: with_statement(after, open_to("es.amazonaws.com", "*")),
        lambda before, after: with_statement(after, open_to("es.amazonaws.com", f"{log_group('later')}:*")),
        lambda before, after: json.dumps({**json.loads(after), "Statement": []}),
        lambda before, after: "not a policy",
        lambda before, after: before.replace("log-group:/example", "log-group:*", 1),
    ],
    ids=["anyone", "anyone beside", "a service on all", "a service later", "nothing", "no policy", "a pattern"],
)
def test_a_forged_journal_restores_nothing_that_is_not_proved(account, applying, restored):
    before, after = shrunk(account, applying)
    count = len(writes(account))
    forge(applying, lambda plan: plan["steps"][0]["writes"][0].update(before=restored(before, after)))
    dry = applying.dry_rollback().expect(NEEDS_A_LOOK).answer
    assert dry["calls"] == [] and dry["left"] == [] and "not undone" in dry["kept"][0]
    run = applying.rollback().expect(NEEDS_A_LOOK)
    assert run.answer["changes"] == 0 and "not undone" in run.answer["kept"][0]
    assert policies(account) == {AWS_WRITTEN: after} and len(writes(account)) == count


def test_a_forged_journal_that_only_says_what_was_is_rolled_back(account, applying):
    before, _ = shrunk(account, applying)
    forge(applying, lambda plan: plan["steps"][0].update(what="other words"))
    assert applying.rollback().expect(DONE).answer["changes"] == 1
    assert policies(account) == {AWS_WRITTEN: before}


def interrupted(account, applying, operation="PutDeliveryDestination"):
    """A move that is interrupted right before a call. Returns the number of the entry with what it changes."""
    plan = applying.plan(GROUP)
    account.faults.kill_before(operation, lambda: applying.process)
    assert applying.apply(plan).code == KILLED
    account.faults.clear()
    return next(entry["number"] for entry in applying.entries() if entry["entry"] == "script")


SCRIPTS = {
    "a policy for anyone": lambda script: script["prepare"].append(
        {"change": "policy", "place": {"account": "mail"}, "before": None, "after": ANYONE}
    ),
    "the new log group's policy for anyone": lambda script: script["prepare"].append(
        {"change": "policy", "place": {"log_group": log_group(NEW_GROUP)}, "before": None, "after": ANYONE}
    ),
    "a destination elsewhere": lambda script: script["repoint"][0].update(
        after=f"arn:aws:logs:{REGION}:{THEIRS}:log-group:theirs"
    ),
    "another log group": lambda script: script["prepare"][0]["group"].update(logGroupName="/aws/vendedlogs/other"),
    "another function": lambda script: next(
        change for change in script["prepare"] if change["change"] == "permission"
    ).update(source_account=THEIRS),
    "a filter to elsewhere": lambda script: next(
        change for change in script["prepare"] if change.get("operation") == "PutSubscriptionFilter"
    )["parameters"].update(destinationArn=f"arn:aws:logs:{REGION}:{THEIRS}:destination:theirs"),
    "a tag of others": lambda script: script["finish"][0].update(key="team"),
}


@pytest.mark.parametrize("edit", SCRIPTS.values(), ids=SCRIPTS)
def test_what_a_journal_says_that_a_move_changes_is_derived_anew(account, applying, audit, edit):
    number = interrupted(account, applying)
    before = len(writes(account))
    applying.edit(number, lambda entry: edit(entry["script"]))
    applying.resume().expect(FAILED)
    assert len(writes(account)) == before
    assert destination_of(account, audit) == audit.group_arn and "mail" not in policies(account)


def test_a_destination_is_not_pointed_to_a_log_group_that_the_run_did_not_create(account, applying, audit):
    interrupted(account, applying)
    del groups(account)[NEW_GROUP].tags["mailtrail:made-by"]
    assert "there is a log group" in applying.resume().expect(FAILED).stderr
    assert destination_of(account, audit) == audit.group_arn


def test_a_journal_of_another_account_is_refused(account, applying):
    shrunk(account, applying)
    applying.edit(0, lambda entry: entry.update(account=THEIRS))
    for run in (applying.rollback(), applying.resume(), applying.dry_rollback()):
        assert f"the plan is for {THEIRS}" in run.expect(FAILED).stderr
    applying.edit(0, lambda entry: entry.update(account=ACCOUNT, region="us-east-1"))
    assert "in us-east-1" in applying.rollback().expect(FAILED).stderr


@pytest.mark.parametrize(("version", "said"), [(1, "earlier version"), (3, "format 3")])
def test_a_journal_of_another_version_says_how_to_go_on(account, applying, version, said):
    _, after = shrunk(account, applying)
    for number in range(len(applying.entries())):
        applying.edit(number, lambda entry: [entry.update(format=version), entry.pop("previous", None)], chained=False)
    for run in (applying.rollback(), applying.resume(), applying.dry_rollback()):
        stderr = run.expect(FAILED).stderr
        assert said in stderr and "mailtrail policy plan --output plan.json" in stderr
    assert policies(account) == {AWS_WRITTEN: after}


# Rollback: shown, proved, and told.


def test_a_rollback_is_shown_and_asked_about(account, applying):
    before, after = shrunk(account, applying)
    count = len(writes(account))
    dry = applying.dry_rollback().expect(DONE).answer
    assert [call["operation"] for call in dry["calls"]] == ["PutResourcePolicy"]
    assert dry["calls"][0]["parameters"]["policyDocument"] == before
    run = applying.run("rollback", applying.journal, "--archive", applying.archive).expect(FAILED)
    for expected in (f"write the account's policy {AWS_WRITTEN}", "+ Allow delivery.logs.amazonaws.com", "pass --yes"):
        assert expected in run.stderr, expected
    assert policies(account) == {AWS_WRITTEN: after} and len(writes(account)) == count


@pytest.mark.parametrize("what", ["changed", "deleted", "refused"])
def test_a_rollback_says_what_it_could_not_undo_and_why(account, applying, what):
    _, after = shrunk(account, applying)
    if what == "changed":
        account.fixtures.policy(AWS_WRITTEN, document("theirs"))
    elif what == "deleted":
        del account.place().logs.policies.of_account[AWS_WRITTEN]
    else:
        account.faults.deny("logs:PutResourcePolicy")
    now = policies(account)
    run = applying.rollback().expect(NEEDS_A_LOOK)
    assert run.answer["changes"] == 0
    (kept,) = run.answer["kept"]
    said = {"changed": "changed by another caller", "deleted": "it was deleted since", "refused": "AWS refused it"}
    assert "not undone" in kept and said[what] in kept
    assert "0 changes undone, 1 left as it is" in run.stderr
    assert policies(account) == now
    if what == "refused":
        account.faults.clear()
        assert applying.rollback().expect(DONE).answer["changes"] == 1


def test_a_log_group_that_came_since_keeps_a_rollback_from_giving_it_access(account, applying):
    full = account.fixtures.full_of_dead_groups()
    applying.apply(applying.plan()).expect(DONE)
    after = policies(account)
    account.fixtures.log_group(full.dead[0])
    (kept,) = applying.rollback().expect(NEEDS_A_LOOK).answer["kept"]
    assert full.dead[0] in kept and policies(account) == after


def test_what_was_never_made_is_not_called_undone(account, applying):
    account.fixtures.workmail_audit(key_for=GROUP)
    assert "CreateLogGroup" in applying.apply(applying.plan(GROUP)).expect(FAILED).stderr
    run = applying.rollback().expect(DONE)
    assert run.answer["changes"] == 0 and "nothing to undo" in run.stderr


def test_a_move_that_is_not_verified_says_so(account, applying):
    account.fixtures.workmail_audit()
    run = applying.apply(applying.plan(GROUP)).expect(NEEDS_A_LOOK)
    assert "1 move not verified" in run.stderr and run.answer["moves"][0]["seen"] is None
