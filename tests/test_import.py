"""Files of log events: every one that AWS makes is taken in, or named for what it is."""

import collections
import gzip
import json
import os
import random
import signal
import time

import pytest

import archive
import payloads
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
SEEDS = int(os.environ.get("MAILTRAIL_IMPORT_RUNS", "4"))
DAY = 86_400_000
BASE = 1_795_132_800_000
# So long may it take until a run has written what a test waits for.
PATIENCE = 120


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
    assert run.peak_memory < 200 << 20, run.peak_memory


def call(number, rng):
    """A record of CloudTrail, of one of three days, and its time."""
    moment = BASE + rng.randrange(3 * DAY) // 1_000 * 1_000
    record = {
        "eventVersion": "1.11",
        "eventTime": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment // 1_000)),
        "awsRegion": rng.choice(["us-east-1", "eu-west-1"]),
        "recipientAccountId": "111122223333",
        "eventID": str(number),
        "eventName": "RunInstances",
        "eventSource": "ec2.amazonaws.com",
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "readOnly": False,
        "sourceIPAddress": "203.0.113.9",
        "userIdentity": {"type": "IAMUser", "userName": "alice", "accountId": "111122223333"},
    }
    return moment, json.dumps(record)


def sent(calls, rng, path):
    """What a subscription sends of these calls, minutes after they were made: several batches in one payload."""
    with gzip.open(path, "wt") as payload:
        for first, stream in enumerate(("a", "b")):
            some = sorted((moment + rng.randrange(900_000), line) for moment, line in calls[first::2])
            events = [
                {"id": f"{rng.randrange(10**56):056}", "timestamp": moment, "message": line} for moment, line in some
            ]
            batch = {
                "messageType": "DATA_MESSAGE",
                "owner": "111122223333",
                "logGroup": "trail",
                "logStream": stream,
                "subscriptionFilters": ["f"],
                "logEvents": events,
            }
            payload.write(json.dumps(batch))


def end_at_random(process, where, rng, objects):
    """Kills a run at some moment after it has written so many objects. Returns whether that ended it."""
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None and sum(path.is_file() for path in where.rglob("*")) < objects:
        assert time.monotonic() < deadline, f"not {objects} objects after {PATIENCE} s"
    time.sleep(rng.random() * 0.003)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=PATIENCE)
    return process.returncode == -signal.SIGKILL


def numbers(lines, member):
    """How often the event of each number is in these lines of JSON."""
    return collections.Counter(int(member(json.loads(line))) for line in lines)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_an_import_that_is_killed_and_run_again_leaves_each_event_once_with_its_raw_copy(mailtrail, seed, tmp_path):
    rng, where = random.Random(seed), tmp_path / "archive"
    calls = [call(number, rng) for number in range(400)]
    sent(rng.sample(calls, 150), rng, tmp_path / "sent.gz")
    mailtrail.ingest(tmp_path / "sent.gz", to=where).expect(DONE)
    files = tmp_path / "files"
    files.mkdir()
    for number in range(40):
        # Each call is in one file, some in two.
        own = calls[number * 10 : number * 10 + 10]
        lines = [line for _, line in own + rng.sample([other for other in calls if other not in own], 2)]
        (files / f"{number:02}.json.gz").write_bytes(gzip.compress(f'{{"Records":[{",".join(lines)}]}}'.encode()))
    killed = 0
    for life in range(3):
        objects = len(archive.from_directory(where).check().objects) + rng.randrange(1, 40)
        process = mailtrail.start("ingest", "--archive", where, "--json", files)
        killed += end_at_random(process, where, rng, objects)
    mailtrail.ingest(files, to=where).expect(DONE)

    whole = archive.from_directory(where).check()
    batches = [batch for copy in whole.kind("raw") for batch in payloads.batches(copy.body)]
    copied = {json.loads(event["message"])["eventID"] for batch in batches for event in batch["logEvents"]}
    assert copied == {str(number) for number in range(400)}
    once = {number: 1 for number in range(400)}
    shown = mailtrail.run("activity", "--archive", where, "--json").expect(DONE).stdout.splitlines()
    assert numbers(shown, lambda record: record["metadata"]["original_event_uid"]) == once
    found = mailtrail.run("search", "--archive", where, "--json").expect(DONE).stdout.splitlines()
    assert numbers(found, lambda event: json.loads(event["message"])["eventID"]) == once
    again = mailtrail.ingest(files, to=where).expect(DONE)
    assert archive.from_directory(where).digests() == whole.digests(), again.stdout
    assert killed, "no run was killed before its end"
