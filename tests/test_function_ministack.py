"""The function on ministack: log group → subscription → function → S3 and Firehose, and nothing of ours in between."""

import json
import time

import pytest

import archive
import function
import ocsf_checks
import payloads
import programs
import samples
from function import OWN_LOG_GROUP, SETTINGS, STREAM
from programs import DONE

HOSTILE = programs.EVENTS / "hostile"


@pytest.fixture
def context(role_policies, enforcing, code):
    """Everything but the function."""
    return function.Function(enforcing, code).create_context(role_policies["workmail-events"])


@pytest.fixture
def deployed(context):
    """The function, with its usual settings."""
    return context.deploy(**SETTINGS)


def invoked(deployed, event):
    """Invokes the function, which must not fail."""
    answer = deployed.invoke(event)
    assert answer.error is None, answer
    return answer.payload


def streamed_records(deployed, name=STREAM):
    return [record for body in deployed.streamed(name) for record in archive.ndjson(body)]


def sorted_by_uid(records):
    return sorted(records, key=lambda record: record["metadata"]["uid"])


# From the log group to archive and stream


def test_what_workmail_logs_is_archived_and_streamed(deployed):
    deployed.subscribe()
    now = int(time.time() * 1000)
    lines = samples.messages("workmail", 60)
    deployed.put_log_events([{"timestamp": now + number, "message": line} for number, line in enumerate(lines)])

    content = deployed.wait_for_records(len(lines))
    records = content.records()
    assert len(records) == len(lines)
    assert [problem for record in records for problem in ocsf_checks.problems(record)] == []
    assert {record["metadata"]["log_name"] for record in records} == {function.LOG_GROUP}
    assert {record["time"] for record in records} == {now + number for number in range(len(lines))}
    assert {each.parts["region"] for each in content.events()} == {programs.REGION}
    assert {each.parts["account"] for each in content.events()} == {samples.ACCOUNT}
    [raw] = content.kind("raw")
    assert [event["message"] for event in json.loads(raw.payload)["logEvents"]] == lines

    deployed.wait_for_log_lines()
    assert sorted_by_uid(streamed_records(deployed)) == sorted_by_uid(records)


def test_the_logs_are_json_with_metrics_and_without_anything_private(deployed):
    deployed.subscribe()
    now = int(time.time() * 1000)
    lines = samples.messages("private", 40)
    deployed.put_log_events([{"timestamp": now, "message": line} for line in lines])
    deployed.wait_for_records(len(lines))

    printed = deployed.wait_for_log_lines()
    assert all(isinstance(json.loads(line), dict) for line in printed)
    sums = function.metrics(printed)
    assert sums["received"] >= 1
    assert sums["archived"] == len(lines)
    assert sums["delivered"] == len(lines)
    assert sums["quarantined"] == sums["refused"] == sums["control"] == 0
    for private in (*samples.PEOPLE, *samples.OTHERS, *samples.SUBJECTS, "@example"):
        assert private not in "\n".join(printed)


def test_the_same_payload_again_adds_no_object(deployed):
    event = json.loads(samples.invocation(samples.payload("again", 30)))
    invoked(deployed, event)
    before = deployed.archive()
    assert len(before.records()) == 30
    invoked(deployed, event)
    assert deployed.archive().digests() == before.digests()


def test_the_function_and_the_command_line_make_the_same_archive(deployed, mailtrail, tmp_path):
    sample = programs.EVENTS / "mixed-hour.json"
    invoked(deployed, sample.read_bytes())
    mailtrail.ingest(sample, to=tmp_path / "archive").expect(DONE)
    assert deployed.archive().digests() == archive.from_directory(tmp_path / "archive").digests()


# Samples, good and hostile, as `cargo lambda invoke` would send them


def test_every_good_sample_invocation_is_archived(deployed):
    for path in programs.good_samples():
        document = json.loads(path.read_bytes()) if path.suffix == ".json" else {}
        if "awslogs" in document or "Records" in document:
            before = len(deployed.archive().records())
            invoked(deployed, path.read_bytes())
            assert len(deployed.archive().records()) == before + len(payloads.events(path.read_bytes())), path


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("not-base64.json", "not_base64"),
        ("not-gzip.json", "not_gzip"),
        ("truncated-gzip.json", "truncated_gzip"),
        ("wrong-crc.json", "bad_checksum"),
        ("trailing-bytes.json", "trailing_bytes"),
        ("bomb.json", "too_large"),
        ("not-json.json", "not_json"),
        ("other-shape.json", "not_a_batch"),
        ("other-invocation.json", "unknown_event"),
        ("unknown-message-type.json", "unknown_message_type"),
        ("missing-log-events.json", "missing_log_events"),
    ],
)
def test_what_cannot_be_read_is_kept_and_does_not_fail_the_invocation(deployed, name, reason):
    invoked(deployed, (HOSTILE / name).read_bytes())
    content = deployed.archive()
    assert {each.kind for each in content.events()} == {"quarantine"}
    assert list(content.quarantined()) == [reason]
    assert function.metrics(deployed.wait_for_log_lines())["quarantined"] == 1
    assert deployed.streamed() == []


@pytest.mark.parametrize(
    "name", ["message-shapes.json", "surrogate-names.json", "out-of-order.json", "deep-nesting.json"]
)
def test_hostile_log_events_are_archived(deployed, name):
    invoked(deployed, (HOSTILE / name).read_bytes())
    content = deployed.archive()
    assert len(content.records()) == len(payloads.events((HOSTILE / name).read_bytes()))
    assert [problem for record in content.records() for problem in ocsf_checks.problems(record)] == []


# Kinesis


def test_a_kinesis_event_answers_that_no_item_failed(deployed):
    sent = samples.payloads("kinesis", 3, 10)
    assert invoked(deployed, function.kinesis_event(sent)) == {"batchItemFailures": []}
    assert len(deployed.archive().records()) == 30


def test_a_kinesis_record_that_cannot_be_read_is_no_failed_item(deployed):
    assert invoked(deployed, (HOSTILE / "kinesis-mixed.json").read_bytes()) == {"batchItemFailures": []}
    assert list(deployed.archive().quarantined()) == ["truncated_gzip"]


# Loops


def test_a_batch_of_its_own_log_group_is_refused_without_a_word(context):
    deployed = context.deploy(**SETTINGS, MAILTRAIL_OWN_LOG_GROUPS=OWN_LOG_GROUP)
    invoked(deployed, (HOSTILE / "own-log-group.json").read_bytes())
    time.sleep(1)
    assert deployed.archive().events() == []
    assert deployed.log_lines() == []


# Streams


@pytest.mark.parametrize("value", ["True", "placeholder", None])
def test_a_stream_without_the_exact_tag_gets_nothing_and_the_archive_everything(context, value):
    context.make_stream("gated", {"LogDeliveryEnabled": value} if value else {})
    deployed = context.deploy(**SETTINGS | {"MAILTRAIL_STREAMS": "firehose:gated"})
    invoked(deployed, samples.invocation(samples.payload("gated", 20)))
    assert len(deployed.archive().records()) == 20
    assert deployed.streamed("gated") == []
    assert deployed.archive().kind("undelivered") == []
    assert function.metrics(deployed.wait_for_log_lines())["gated"] == 20


def test_what_a_missing_stream_did_not_take_is_kept(context):
    deployed = context.deploy(**SETTINGS | {"MAILTRAIL_STREAMS": f"firehose:missing firehose:{STREAM}"})
    invoked(deployed, samples.invocation(samples.payload("missing", 20)))
    content = deployed.archive()
    undelivered = [record for each in content.kind("undelivered") for record in each.records]
    assert sorted_by_uid(undelivered) == sorted_by_uid(content.records())
    assert len(streamed_records(deployed)) == 20
    assert function.metrics(deployed.wait_for_log_lines())["undelivered"] == 20


def test_a_wrong_stream_setting_harms_no_event(context):
    wrong = f"nonsense://stream firehose:{STREAM}"
    deployed = context.deploy(**SETTINGS | {"MAILTRAIL_STREAMS": wrong})
    invoked(deployed, samples.invocation(samples.payload("wrong", 20)))
    assert len(deployed.archive().records()) == 20
    assert len(streamed_records(deployed)) == 20
    assert any("MAILTRAIL_STREAMS" in line and "nonsense" in line for line in deployed.wait_for_log_lines())


@pytest.mark.parametrize(("options", "one_by_one"), [("", False), ("?packing=off", True)])
def test_packing_decides_how_many_events_a_firehose_record_holds(mailtrail, context, options, one_by_one):
    [payload] = samples.payloads("packing", 1, 50)
    aws = context.stand_in.environment()
    stream = ["--stream", f"firehose:{STREAM}{options}"]
    run = mailtrail.ingest("-", to=function.ARCHIVE, env=aws, options=stream, stdin=payload).expect(DONE)
    assert programs.check_ledger(run.answer)["streams"][0]["delivered"] == 50
    sent = [archive.ndjson(body) for body in context.streamed()]
    assert sum(map(len, sent)) == 50
    assert (len(sent) == 50) is one_by_one
    assert one_by_one or len(sent) < 10


# What only the archive may do: stop everything


def test_a_missing_archive_bucket_fails_the_invocation(context):
    context.s3.delete_bucket(Bucket=function.ARCHIVE_BUCKET)
    deployed = context.deploy(**SETTINGS)
    answer = deployed.invoke(samples.invocation(samples.payload("missing", 5)))
    assert answer.error
    assert function.ARCHIVE_BUCKET in json.dumps(answer.payload)
    assert deployed.streamed() == [], "streamed what was not archived"


@pytest.mark.parametrize("value", ["", "nonsense://archive", "s3://"])
def test_a_wrong_archive_setting_stops_the_function_and_names_itself(context, value):
    deployed = context.deploy(**SETTINGS | {"MAILTRAIL_ARCHIVE": value})
    answer = deployed.invoke(samples.invocation(samples.payload("wrong", 5)))
    assert answer.error
    said = json.dumps(answer.payload) + "\n".join(deployed.log_lines())
    assert "MAILTRAIL_ARCHIVE" in said
    assert value in said
    assert "s3://" in said
