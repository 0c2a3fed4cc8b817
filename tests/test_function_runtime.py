"""The functions' own binaries on a Runtime API, with an archive in a directory: how they start, answer and report."""

import gzip
import hashlib
import json

import archive
import function
import programs
import pytest
import samples
from runtime import Runtime

OTHER_ACCOUNT = "444455556666"
SETTINGS = {"AWS_REGION": programs.REGION}


@pytest.fixture
def workmail_events(tmp_path):
    """The function with an archive in a directory, and no AWS."""
    return Runtime("workmail-events", tmp_path, {**SETTINGS, "MAILTRAIL_ARCHIVE": str(tmp_path / "archive")})


def lines(invocation, message):
    """What it printed of one kind."""
    return [line for line in map(archive.strict_json, invocation.lines) if line.get("message") == message]


def files(directory):
    """Every file of an archive, and the SHA-256 of its bytes."""
    found = (path for path in directory.rglob("*") if path.is_file() and ".tmp" not in path.parts)
    return {str(path.relative_to(directory)): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


# Start


@pytest.mark.parametrize("name", programs.FUNCTIONS)
@pytest.mark.parametrize(
    ("settings", "error_type", "words"),
    [
        ({}, "InvalidSetting", "MAILTRAIL_ARCHIVE is not set"),
        ({"MAILTRAIL_ARCHIVE": "s3://X"}, "InvalidSetting", "MAILTRAIL_ARCHIVE"),
        ({"MAILTRAIL_ARCHIVE": "/dev/null/archive"}, "ArchiveUnavailable", "/dev/null/archive"),
    ],
)
def test_a_function_that_does_not_start_tells_lambda_why_and_ends(tmp_path, name, settings, error_type, words):
    invocation = Runtime(name, tmp_path, SETTINGS).invoke(**settings)
    assert invocation.answer is None
    assert invocation.start_error == f"Runtime.{error_type}"
    assert (invocation.error["errorType"], invocation.error["stackTrace"]) == (error_type, [])
    assert words in invocation.error["errorMessage"]
    assert invocation.exit_code == 1
    assert any(words in line for line in invocation.lines)


def test_the_error_of_a_start_says_nothing_of_people(tmp_path):
    private = {"MAILTRAIL_WATCHES": "ana@example.com", "MAILTRAIL_INTERNAL_DOMAINS": "secret.example"}
    invocation = Runtime("workmail-events", tmp_path, SETTINGS).invoke(**private)
    said = json.dumps(invocation.error) + "".join(invocation.lines)
    assert invocation.start_error and "ana@" not in said and "secret.example" not in said


# The ledger line


def test_the_ledger_line_names_every_object_with_its_hash(workmail_events, tmp_path):
    event = json.loads(samples.invocation(samples.payload("witness", 40)))
    invocation = workmail_events.invoke(event)
    [line] = lines(invocation, "invocation")
    named = {each["key"]: each["sha256"] for each in line["objects"]}
    assert len(named) == len(line["objects"]) > 1
    assert named == files(tmp_path / "archive")

    [again] = lines(workmail_events.invoke(event), "invocation")
    assert again["already"] == 40
    # A first invocation that ended before its line would have left them without a witness.
    assert {each["key"]: each["sha256"] for each in again["objects"]} == {
        key: sha256 for key, sha256 in named.items() if not key.startswith("_about/")
    }
    assert all(each["already"] for each in again["objects"]) and not any("already" in each for each in line["objects"])


def test_what_is_quarantined_is_named_too(workmail_events, tmp_path):
    invocation = workmail_events.invoke({"awslogs": {"data": "no base64!"}})
    [line] = lines(invocation, "invocation")
    assert line["quarantined"] == 1
    assert {each["key"]: each["sha256"] for each in line["objects"]} == files(tmp_path / "archive")


def test_many_objects_are_named_in_lines_of_a_bounded_length(workmail_events, tmp_path):
    batches = [samples.batch(number, 1) | {"owner": f"{number:012}"} for number in range(900)]
    payloads = [gzip.compress(json.dumps(batch).encode(), mtime=0) for batch in batches]
    invocation = workmail_events.invoke(function.kinesis_event(payloads))
    assert invocation.answer == {"batchItemFailures": []}
    reports = lines(invocation, "invocation") + lines(invocation, "objects")
    assert len(reports) > 1
    assert max(len(line.encode()) for line in invocation.lines) < 300 * 1024
    assert len({report["requestId"] for report in reports}) == 1
    named = [each for report in reports for each in report["objects"]]
    assert {each["key"]: each["sha256"] for each in named} == files(tmp_path / "archive")
    assert len(named) == len({each["key"] for each in named})


def test_the_events_of_a_control_message_are_counted(workmail_events):
    batch = samples.batch("control", 3) | {"messageType": "CONTROL_MESSAGE"}
    invocation = workmail_events.invoke(json.loads(samples.invocation(gzip.compress(json.dumps(batch).encode()))))
    programs.check_ledger(invocation.answer, programs.FUNCTION_LEDGER)
    assert (invocation.answer["control_messages"], invocation.answer["control_events"]) == (1, 3)
    assert invocation.answer["events"] == 0
    [line] = lines(invocation, "invocation")
    assert (line["control"], line["control_events"], line["imbalance"]) == (1, 3, 0)


# Kinesis


@pytest.mark.parametrize("answer", ["batch-item-failures", "fail-invocation", None])
def test_a_record_that_is_not_archived_is_named_or_fails_the_invocation(workmail_events, tmp_path, answer):
    blocked = tmp_path / "archive" / "raw" / f"region={programs.REGION}" / f"accountId={samples.ACCOUNT}"
    blocked.parent.mkdir(parents=True)
    blocked.write_text("a file in the place of a folder")
    good = samples.batch("good", 3) | {"owner": OTHER_ACCOUNT}
    event = function.kinesis_event([gzip.compress(json.dumps(good).encode()), samples.payload("bad", 3)])
    settings = {"MAILTRAIL_KINESIS_FAILURES": answer} if answer else {}
    invocation = workmail_events.invoke(event, **settings)
    if answer == "fail-invocation":
        assert invocation.answer is None and invocation.error["errorType"] == "NotArchived"
    else:
        assert invocation.answer == {"batchItemFailures": [{"itemIdentifier": "1"}]}
    [line] = lines(invocation, "invocation")
    assert (line["failed"], line["level"]) == (1, "ERROR")
