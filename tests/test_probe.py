"""`mailtrail doctor --probe`: an event through log group, filter, function and archive, on a stand-in that does all of it."""

import json
import time

import pytest
import yaml

import function
import stack
from function import ARCHIVE, LOG_GROUP, NAME, SETTINGS
from programs import DONE, FAILED, NEEDS_A_LOOK

WATCHES = {"watches": [{"name": "everything", "pattern": "{ $.mailtrailProbe = * }"}]}


@pytest.fixture
def deployed(role_policies, enforcing, code):
    """The function, subscribed to the log group of WorkMail."""
    made = function.Function(enforcing, code).create_context(role_policies["workmail-events"])
    made.deploy(**SETTINGS, MAILTRAIL_WATCHES=json.dumps(WATCHES)).subscribe()
    return made


@pytest.fixture
def probe(mailtrail, enforcing):
    """Sends a probe."""
    environment = enforcing.environment()
    return lambda *arguments: mailtrail.run("doctor", "--probe", *arguments, env=environment)


def test_a_probe_arrives_in_the_archive(deployed, probe):
    outcome = json.loads(probe("--through", LOG_GROUP, "--yes", "--json").expect(DONE).stdout)
    assert (outcome["log_group"], outcome["function"], outcome["archive"]) == (LOG_GROUP, NAME, ARCHIVE)
    assert outcome["key"].startswith("base_event/") and outcome["hops"] == []
    [record] = deployed.archive().records()
    assert record["metadata"]["log_source"] == outcome["log_stream"] == f"mailtrail-probe/{outcome['probe']}"
    assert outcome["probe"] in record["raw_data"]
    # The watch list marks no probe.
    assert "enrichments" not in record


def test_the_log_group_of_the_stack_is_found_and_needs_no_question(deployed, probe):
    named = yaml.safe_load(stack.TEMPLATE.read_text())["Resources"]["ProbeLogs"]["Properties"]["LogGroupName"]
    log_group = "".join("mailtrail" if part == {"Ref": "AWS::StackName"} else part for part in named["Fn::Join"][1])
    deployed.subscribe_to(log_group)
    outcome = json.loads(probe("--json").expect(DONE).stdout)
    assert (outcome["log_group"], outcome["archive"]) == (log_group, ARCHIVE) and outcome["key"]
    deployed.subscribe_to("/mailtrail-probe/other")
    assert "--through GROUP" in probe().expect(FAILED).stderr


def test_what_others_write_into_a_log_stream_of_probes_is_in_every_answer(deployed, mailtrail, enforcing):
    """A caller who may write to a log group may name its log streams."""
    stream = "mailtrail-probe/0123456789abcdef"
    deployed.logs.create_log_stream(logGroupName=LOG_GROUP, logStreamName=stream)
    event = {"timestamp": int(time.time() * 1000), "message": "who wrote this chose the log stream"}
    deployed.logs.put_log_events(logGroupName=LOG_GROUP, logStreamName=stream, logEvents=[event])
    deployed.wait_for_records(1)
    found = mailtrail.run("search", "--archive", ARCHIVE, "--json", env=enforcing.environment()).expect(DONE)
    assert event["message"] in found.stdout


def test_a_probe_is_in_no_answer(deployed, probe, mailtrail, enforcing):
    told = probe("--through", LOG_GROUP, "--yes").expect(DONE).stdout
    assert told.startswith("✓ the probe ") and ARCHIVE in told
    # Only its arrival was seen, and not the way that it took.
    assert "went through" not in told and "configured route: " in told
    environment = enforcing.environment()
    for command in ("search", "activity"):
        answer = mailtrail.run(command, "--archive", ARCHIVE, "--json", env=environment)
        assert answer.code == DONE and answer.stdout == "", answer
        found = "0 events found in 0 events" if command == "search" else "0 events found"
        assert f"{found}, 1 probe left out" in answer.stderr, answer
    assert len(deployed.archive().records()) == 1


def test_a_probe_that_does_not_arrive_is_looked_for(deployed, probe, enforcing):
    enforcing.client("iam").delete_role_policy(RoleName=function.ROLE_NAME, PolicyName=NAME)
    run = probe("--through", LOG_GROUP, "--yes", "--json", "--timeout", "1").expect(NEEDS_A_LOOK)
    outcome = json.loads(run.stdout)
    assert outcome["key"] is None
    hops = {hop["name"]: hop["seen"] for hop in outcome["hops"]}
    assert hops["log group"] == "has the event" and set(hops) == {"log group", "function", "quarantine"}
    assert hops["quarantine"] == "0 payloads of this day"
    told = probe("--through", LOG_GROUP, "--yes", "--timeout", "1").expect(NEEDS_A_LOOK).stdout
    assert "did not arrive" in told and f"mailtrail doctor --log-group {LOG_GROUP} --region " in told


def test_a_probe_is_sent_after_a_question_and_only_where_it_can_arrive(deployed, probe, enforcing):
    deployed.logs.put_subscription_filter(
        logGroupName=LOG_GROUP, filterName="siem", filterPattern="", destinationArn=deployed.arn
    )
    asked = probe("--through", LOG_GROUP).expect(FAILED).stderr
    # Who else gets it is in the question.
    assert "--yes" in asked and ARCHIVE in asked and f"siem (to {deployed.arn})" in asked
    enforcing.client("logs").create_log_group(logGroupName="/example/other")
    refused = probe("--through", "/example/other", "--yes").expect(FAILED)
    assert "mailtrail doctor --log-group /example/other --region " in refused.stderr
    assert "--through GROUP" in probe().expect(FAILED).stderr
    streams = enforcing.client("logs").describe_log_streams(logGroupName=LOG_GROUP)["logStreams"]
    assert [stream["logStreamName"] for stream in streams] == ["stream-0"]
    assert deployed.archive().records() == []
