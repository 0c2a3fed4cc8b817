"""`mailtrail coverage`: what a count proves and what it does not, and what is said where something was not compared."""

import json
import shlex
import subprocess

import pytest

from covering import DAY, FIRST, GROUP, TODAY, Covered, stopped_while_it_counts, text
from programs import DONE, FAILED, NEEDS_A_LOOK
from samples import ACCOUNT


@pytest.fixture
def covered(account, mailtrail, tmp_path):
    """A log group without events."""
    return Covered(account, mailtrail, tmp_path)


def test_a_payload_of_many_days_fills_no_gap_of_another_day(covered):
    """Its first day lies long before the days that are counted, or before those that are counted again."""
    early, first, later = covered.log(-2, 1), covered.log(0, 2), covered.log(1, 2)
    covered.ingest(early + first[:1] + later[:1])
    run = covered.run().expect(NEEDS_A_LOOK)
    lines = {line["day"]: line for line in map(json.loads, run.stdout.splitlines())}
    assert [lines[text(FIRST + day * DAY)]["state"] for day in (-2, 0, 1)] == ["complete", "gap", "gap"]
    for since in (FIRST, FIRST - 2 * DAY):
        counted = covered.days(since=since, until=FIRST + 2 * DAY, code=NEEDS_A_LOOK)[-2:]
        assert [(line["state"], line["source"], line["archive"]) for line in counted] == [("gap", 2, 1)] * 2


def forget_streams(covered):
    """The log group no longer has the events of its log streams."""
    covered.group.streams.clear()


def test_a_count_of_a_log_group_that_was_made_again_proves_nothing(covered):
    covered.ingest(covered.log(0, 3))
    forget_streams(covered)
    covered.group.created = FIRST + DAY // 2
    for number in range(3):
        covered.aws.place().logs.events.log(GROUP, "b", FIRST + 20 * 3_600_000 + number, f"new {number}")
    (line,) = covered.days(until=FIRST + DAY)
    assert (line["state"], line["reason"], line["extra"]) == ("agrees", "recreated", 0)
    (line,) = covered.days("--exact", until=FIRST + DAY, code=NEEDS_A_LOOK)
    assert (line["state"], line["missing"]) == ("gap", 3)


def test_one_event_under_two_ids_does_not_stand_for_another(covered):
    one, _ = covered.log(0, 2)
    covered.ingest([one | {"id": str(int(one["id"]) + 777).zfill(56)}])
    covered.ingest([one], retrievedBy="FilterLogEvents")
    (line,) = covered.days(until=FIRST + DAY)
    assert (line["state"], line["reason"]) == ("agrees", "other-events")
    assert covered.states("--exact", until=FIRST + DAY, code=NEEDS_A_LOOK) == ["gap"]


def test_a_probe_does_not_stand_for_an_event(covered):
    covered.ingest(covered.log(0, 5)[:4])
    sent = {"mailtrailProbe": "0123456789abcdef", "sent": "2026-11-20T10:15:02.123Z"}
    probe = json.dumps(sent, separators=(",", ":"))
    event = {"id": f"{(FIRST + 1_000) << 144:056}", "timestamp": FIRST + 1_000, "message": probe}
    # The log stream of the probe is gone.
    covered.ingest([event], logStream="mailtrail-probe/0123456789abcdef")
    (line,) = covered.days(until=FIRST + DAY)
    assert (line["state"], line["reason"]) == ("agrees", "probes")
    assert covered.states("--exact", until=FIRST + DAY, code=NEEDS_A_LOOK) == ["gap"]


def test_masked_events_are_only_counted(covered):
    covered.ingest(covered.log(0, 2))
    covered.group.data_protection_status = "ACTIVATED"
    (line,) = covered.days(until=FIRST + DAY)
    assert (line["state"], line["reason"]) == ("agrees", "masked")


def test_events_of_no_known_region_are_of_none(covered):
    events = covered.log(0, 2)
    batch = {"messageType": "DATA_MESSAGE", "owner": ACCOUNT, "logGroup": GROUP, "logStream": "a"}
    path = covered.sent / "unknown.json"
    path.write_text(json.dumps(batch | {"subscriptionFilters": ["f"], "logEvents": events}))
    covered.mailtrail.ingest(path, to=covered.archive, env={"AWS_REGION": ""}).expect(DONE)
    assert list(covered.archive.glob("raw/region=unknown/*"))
    (line,) = covered.days(until=FIRST + DAY)
    assert (line["state"], line["reason"]) == ("agrees", "other-events")


def test_an_event_that_came_meanwhile_does_not_stand_for_one_that_is_missing(covered):
    covered.ingest(covered.log(0, 5)[:4])

    def late():
        covered.ingest(covered.log(0, 1))

    # After the log group was counted, and before the archive is counted again.
    covered.aws.faults.after("GetQueryResults", late, nth=3)
    (line,) = covered.days(until=FIRST + DAY, code=NEEDS_A_LOOK)
    assert (line["state"], line["source"], line["archive"], line["missing"]) == ("gap", 6, 5, 1)


def test_what_was_archived_meanwhile_is_no_gap(covered):
    missing = covered.log(0, 5)[4:]
    covered.ingest(covered.events[:4])
    covered.aws.faults.after("GetQueryResults", lambda: covered.ingest(missing), nth=3)
    assert covered.states(until=FIRST + DAY) == ["complete"]


def test_a_reading_that_leaves_out_an_event_hides_no_gap(covered):
    *_, unread = covered.log(0, 5)
    covered.ingest(covered.events[:4])

    def leave_out(answer):
        answer["events"] = [event for event in answer["events"] if event["eventId"] != unread["id"]]

    covered.aws.faults.rewrite("FilterLogEvents", leave_out)
    for options in ((), ("--exact",)):
        (line,) = covered.days(*options, until=FIRST + DAY, code=NEEDS_A_LOOK)
        assert (line["state"], line["source"], line["missing"]) == ("gap", 5, 1)
    # With all of them in the archive, two counts differ all the same: that needs a look.
    covered.ingest([unread])
    (line,) = covered.days("--exact", until=FIRST + DAY, code=NEEDS_A_LOOK)
    assert (line["state"], line["reason"]) == ("unknown", "counts-differ")


def test_days_that_insights_counted_stay_counted_where_older_ones_cannot_be_read(covered):
    for day in range(3):
        covered.ingest(covered.log(day, 3))
    covered.group.created = FIRST + DAY // 2
    covered.aws.faults.deny("logs:FilterLogEvents")
    lines = covered.days(code=NEEDS_A_LOOK)
    assert [line["state"] for line in lines] == ["unknown", "complete", "complete"]
    assert lines[0]["reason"] == "not-answered"


def test_days_before_the_log_group_are_not_complete_and_archived_ones_are_shown(covered):
    covered.ingest(covered.log(-20, 2))
    covered.ingest(covered.log(1, 1))
    forget_streams(covered)
    covered.group.created = FIRST + 2 * DAY
    lines = covered.days(since=FIRST - 20 * DAY)
    found = {line["day"]: (line["state"], line["reason"], line["archive"]) for line in lines}
    assert len(lines) == 23 and found[text(FIRST - 20 * DAY)] == ("unknown", "not-created", 2)
    assert found[text(FIRST + DAY)] == ("unknown", "not-created", 1)
    assert found[text(FIRST + 2 * DAY)] == ("complete", None, 0)


@pytest.mark.parametrize("name", ["my group", "", "x" * 600, "a:b"])
def test_a_name_that_no_log_group_can_have_stops_nothing(covered, name):
    covered.ingest(covered.log(0, 2))
    covered.ingest([{"id": "1", "timestamp": FIRST, "message": "x"}], group=name)
    found = {line["log_group"]: (line["state"], line["reason"]) for line in covered.days(until=FIRST + DAY)}
    assert found == {GROUP: ("complete", None), name: ("unknown", "no-log-group")}


def test_a_log_group_that_cannot_be_described_hides_no_other(covered):
    covered.ingest(covered.log(0, 2))
    covered.ingest([{"id": "1", "timestamp": FIRST, "message": "x"}], group="other")
    covered.aws.faults.deny("logs:DescribeLogGroups")
    lines = covered.days(until=FIRST + DAY, code=NEEDS_A_LOOK)
    assert [(line["log_group"], line["reason"]) for line in lines] == [(GROUP, "not-answered"), ("other", "not-answered")]


@pytest.mark.parametrize("action", ["logs:DescribeSubscriptionFilters", "lambda:GetFunctionConfiguration"])
def test_where_log_groups_may_be_missing_it_is_told(covered, action):
    audit = covered.aws.fixtures.workmail_audit()
    covered.aws.place().functions.add(audit.function.rsplit(":", 1)[1], MAILTRAIL_ARCHIVE="s3://example")
    covered.ingest(covered.log(0, 2))
    covered.aws.faults.deny(action)
    run = covered.run("--since", text(FIRST), "--until", text(FIRST)).expect(NEEDS_A_LOOK)
    # The organization logs to the other one.
    states = {line["log_group"]: line["state"] for line in map(json.loads, run.stdout.splitlines())}
    assert states[GROUP] == "complete" and action in run.stderr


def test_nothing_compared_is_nothing_well(covered):
    covered.ingest(covered.log(0, 2))
    for arguments, env in ((["--region", "us-east-1"], {}), ([], {"AWS_REGION": "us-east-1"})):
        run = covered.run(*arguments, **env).expect(NEEDS_A_LOOK)
        assert not run.stdout and "nothing was compared" in run.stderr
    covered.archive = covered.archive.with_name("archvie")
    run = covered.run("--log-group", GROUP).expect(FAILED)
    assert "no such directory" in run.stderr and not covered.archive.exists()


def test_a_copy_that_is_a_link_is_told_once_and_its_events_are_missing(covered):
    covered.ingest(covered.log(0, 2))
    (path,) = covered.archive.glob("raw/**/*.json.gz")
    path.symlink_to(path.rename(covered.sent / path.name))
    run = covered.run("--since", text(FIRST), "--until", text(FIRST), "--log-group", GROUP).expect(NEEDS_A_LOOK)
    assert json.loads(run.stdout)["state"] == "gap"
    assert len([line for line in run.stderr.splitlines() if path.name in line]) == 1


def test_an_answer_is_shown_before_it_is_kept(covered):
    covered.ingest(covered.log(0, 2))
    (covered.archive / "coverage").write_text("in the way")
    run = covered.run("--since", text(FIRST), "--until", text(FIRST)).expect(FAILED)
    assert json.loads(run.stdout)["state"] == "complete" and "coverage" in run.stderr


def test_one_command_fills_all_gaps(covered):
    covered.group.created = TODAY - 60 * DAY
    for day in range(-22, 2, 2):
        covered.log(day, 1)
    arguments = ["--log-group", GROUP, "--since", text(FIRST - 22 * DAY), "--until", text(FIRST + DAY)]
    run = covered.run(*arguments).expect(NEEDS_A_LOOK)
    (command,) = [line.strip() for line in run.stderr.splitlines() if "mailtrail backfill" in line]
    assert "and 2 more gaps" in run.stderr
    covered.mailtrail.run(*shlex.split(command)[1:], env=covered.aws.environment()).expect(DONE)
    assert {json.loads(line)["state"] for line in covered.run(*arguments).expect(DONE).stdout.splitlines()} == {"complete"}


def test_a_command_is_for_the_archive_that_was_read(covered):
    covered.archive = covered.archive.with_name("it's a\u202eb")
    covered.archive.mkdir()
    covered.ingest(covered.log(0, 2)[:1])
    run = covered.run("--since", text(FIRST), "--until", text(FIRST)).expect(NEEDS_A_LOOK)
    assert "\u202e" not in run.stderr
    (command,) = [line.strip() for line in run.stderr.splitlines() if "mailtrail backfill" in line]
    pasted = command.replace("mailtrail", shlex.quote(str(covered.mailtrail.binary)), 1)
    env = covered.mailtrail.environment(covered.aws.environment())
    subprocess.run(["bash", "-c", pasted], env=env, check=True, capture_output=True)
    assert covered.states(until=FIRST + DAY) == ["complete"]


def test_a_gap_of_a_log_group_of_mailtrail_itself_has_no_backfill(covered):
    audit = covered.aws.fixtures.workmail_audit()
    name = audit.function.rsplit(":", 1)[1]
    covered.aws.place().functions.add(name, MAILTRAIL_ARCHIVE="s3://example")
    own = f"/aws/lambda/{name}"
    if own not in [group.name for group in covered.aws.place().logs.groups]:
        covered.aws.fixtures.log_group(own)
    covered.aws.place().logs.groups.find(own).created = FIRST - DAY
    covered.aws.place().logs.events.log(own, "a", FIRST + 5, "x")
    run = covered.run("--since", text(FIRST), "--until", text(FIRST), "--log-group", own).expect(NEEDS_A_LOOK)
    assert json.loads(run.stdout)["state"] == "gap"
    assert "mailtrail backfill" not in run.stderr and "mailtrail itself writes" in run.stderr


def test_ctrl_c_ends_the_query_and_keeps_nothing(covered):
    covered.log(0, 1)
    covered.aws.faults.rewrite("GetQueryResults", lambda answer: answer.update(status="Running"))
    assert "stopped before the end" in stopped_while_it_counts(covered)
    assert len(covered.aws.called("StopQuery")) == 1 and not covered.kept()


def test_a_question_that_fails_starts_no_further_query(covered):
    covered.ingest(covered.log(0, 2))
    for nth in (1, 2, 4):
        covered.aws.faults.fail("GetQueryResults", "ThrottlingException", nth=nth)
    assert covered.states(until=FIRST + DAY) == ["complete"]
    assert len(covered.aws.called("StartQuery")) == 1
    # Nor where it fails for good.
    covered.aws.faults.fail("GetQueryResults", "ThrottlingException", nth=None)
    (line,) = covered.days(until=FIRST + DAY, code=NEEDS_A_LOOK)
    assert line["reason"] == "not-answered" and len(covered.aws.called("StartQuery")) == 2


@pytest.mark.parametrize("count", ["-1", str((1 << 64) - 1), str(1 << 41), None])
def test_an_answer_without_a_possible_count_is_none(covered, count):
    covered.ingest(covered.log(0, 2))

    def change(answer):
        if count is None:
            answer.pop("results")
        for field in (field for row in answer.get("results", []) for field in row if field["field"] == "events"):
            field["value"] = count

    covered.aws.faults.rewrite("GetQueryResults", change)
    (line,) = covered.days(until=FIRST + DAY, code=NEEDS_A_LOOK)
    assert (line["state"], line["reason"]) == ("unknown", "not-answered") and not covered.kept()
