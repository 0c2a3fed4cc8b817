"""Files of log events: every one that AWS makes is taken in, or named for what it is."""

import gzip
import json

import pytest

import archive
import programs
from programs import DONE, NEEDS_A_LOOK

FILES = programs.PROJECT / "shared/events/subscription/tests/files"
GROUP = "/aws/workmail/emailevents/example"
# File → its events, by class.
TAKEN_IN = {
    "cloudtrail-file.json.gz": {"api_activity": 2},
    "export-task-object.gz": {"email_activity": 3},
    "filter-log-events.json": {"email_activity": 1},
    "get-log-events.json": {"email_activity": 1},
    "insights-results.json": {"email_activity": 1},
    "audit-json.json.gz": {"authentication": 3},
    "audit-plain.log.gz": {"authentication": 1},
    "audit-w3c.log.gz": {"authentication": 1},
    "firehose-members.gz": {"email_activity": 3},
    "firehose-decompressed.json": {"email_activity": 3},
    "firehose-gzip-of-gzip.gz": {"email_activity": 3},
    "firehose-messages.ndjson": {"email_activity": 3},
    "firehose-transformation.json": {"email_activity": 1},
    "sqs-event.json": {"email_activity": 1},
    "sns-event.json": {"email_activity": 1},
}
NAMED = {
    "cloudtrail-digest.json.gz": "CloudTrail digest file",
    "s3-notification.json": "S3 event notification",
}


@pytest.mark.parametrize("name", sorted(TAKEN_IN))
def test_a_file_is_taken_in(mailtrail, tmp_path, name):
    for attempt in range(2):
        run = mailtrail.ingest(FILES / name, to=tmp_path / "archive", options=["--log-group", GROUP]).expect(DONE)
        ledger = programs.check_ledger(run.answer)
        assert ledger["by_class"] == TAKEN_IN[name]
        assert ledger["already"] == (ledger["archived"] if attempt else 0)
    made = archive.from_directory(tmp_path / "archive").check()
    assert len(made.records()) == sum(TAKEN_IN[name].values())
    for raw in made.kind("raw"):
        assert raw.parts["account"] == "111122223333" or name in ("audit-plain.log.gz", "audit-w3c.log.gz"), raw.key


@pytest.mark.parametrize("name", sorted(NAMED))
def test_a_file_without_events_is_named(mailtrail, tmp_path, name):
    run = mailtrail.ingest(FILES / name, to=tmp_path / "archive").expect(NEEDS_A_LOOK)
    assert NAMED[name] in run.stderr
    assert programs.check_ledger(run.answer)["skipped_files"] == 1
    assert not archive.from_directory(tmp_path / "archive").kind("quarantine")


def test_all_files_at_once_and_one_event_counts_once(mailtrail, tmp_path):
    run = mailtrail.ingest(FILES, to=tmp_path / "archive", options=["--log-group", GROUP]).expect(NEEDS_A_LOOK)
    ledger = programs.check_ledger(run.answer)
    assert ledger["skipped_files"] == len(NAMED)
    again = mailtrail.ingest(FILES, to=tmp_path / "archive", options=["--log-group", GROUP]).expect(NEEDS_A_LOOK)
    ledger = programs.check_ledger(again.answer)
    assert ledger["already"] == ledger["archived"]


def test_memory_does_not_grow_with_a_file(mailtrail, tmp_path):
    """A hundred megabytes of CloudTrail, in a file of a few megabytes."""
    record = {
        "eventVersion": "1.11",
        "eventTime": "2026-11-28T10:00:00Z",
        "awsRegion": "us-east-1",
        "recipientAccountId": "111122223333",
        "eventID": "e",
        "eventName": "x",
        "eventSource": "ec2.amazonaws.com",
        "requestParameters": {"x": "0123456789abcdef" * 512},
    }
    lines = (json.dumps({**record, "eventID": str(number)}) for number in range(12_000))
    with gzip.open(tmp_path / "large.json.gz", "wt", compresslevel=1) as file:
        file.write('{"Records":[' + next(lines))
        for line in lines:
            file.write("," + line)
        file.write("]}")
    run = mailtrail.run("ingest", "--dry-run", "--json", tmp_path / "large.json.gz", measure=True).expect(DONE)
    assert run.answer["events"] == 12_000
    assert run.peak_memory < 150 << 20, run.peak_memory
