"""`mailtrail redrive` on moto, and killed in directories: what failed is done again, and not twice."""

import collections
import json
import random
import signal
import time

import pytest

import archive
import programs
import samples
from programs import DONE, NEEDS_A_LOOK
from test_s3_moto import ARCHIVE, STREAM_BUCKET, TAG, bodies, make_bucket, make_stream, s3

__all__ = ["s3"]
FAILURES = "example-failures"
KEYS = {"what", "objects", "events", "done", "already", "gated", "filtered", "refused", "left"}
KEYS |= {"objects_by_fate", "quarantined_payloads", "balanced", "dry_run"}
FATES = {"done", "already", "gated", "filtered", "left", "unreadable"}
SEED = 20261120
MOMENTS = 12


@pytest.fixture
def aws(moto):
    """The environment in which the program finds moto instead of AWS."""
    return moto.environment()


def redrive(mailtrail, *arguments, code=DONE, env=None):
    """The answer of `mailtrail redrive --json`, which balances."""
    return check(mailtrail.run("redrive", *arguments, "--json", env=env).expect(code).answer)


def check(answer):
    """The keys of the contract, and sums that add up."""
    assert set(answer) == KEYS and set(answer["objects_by_fate"]) == FATES and answer["balanced"] is True
    parts = ("done", "already", "gated", "filtered", "refused", "left")
    assert answer["events"] == sum(answer[part] for part in parts)
    assert answer["objects"] == sum(answer["objects_by_fate"].values())
    return answer


def uids(records):
    """How often each event is there."""
    return collections.Counter(record["metadata"]["uid"] for record in records)


# On moto


def test_after_an_outage_a_stream_has_each_event_once(mailtrail, s3, moto, aws, tmp_path):
    incoming = samples.write(tmp_path / "incoming", "redrive", 4, 30)
    options = ["--stream", "firehose:mail"]
    mailtrail.ingest(*incoming, to=ARCHIVE, env=aws, options=options).expect(NEEDS_A_LOOK)
    undelivered = ("undelivered", "--archive", ARCHIVE)
    assert redrive(mailtrail, *undelivered, code=NEEDS_A_LOOK, env=aws)["left"] == 120

    make_stream(moto, "mail", {TAG: "no"})
    before = archive.from_s3(s3, ARCHIVE).check().digests()
    assert redrive(mailtrail, *undelivered, env=aws)["gated"] == 120
    assert redrive(mailtrail, *undelivered, "--dry-run", env=aws)["gated"] == 120
    assert archive.from_s3(s3, ARCHIVE).digests() == before

    tag = [{"Key": TAG, "Value": "true"}]
    moto.client("firehose").tag_delivery_stream(DeliveryStreamName="mail", Tags=tag)
    assert redrive(mailtrail, *undelivered, "--dry-run", env=aws)["left"] == 120
    assert redrive(mailtrail, *undelivered, env=aws)["done"] == 120
    assert redrive(mailtrail, *undelivered, env=aws)["already"] == 120
    sent = [record for body in bodies(s3, STREAM_BUCKET) for record in archive.ndjson(body)]
    content = archive.from_s3(s3, ARCHIVE).check()
    assert uids(sent) == uids(content.records()) and set(uids(sent).values()) == {1}
    assert content.digests().items() >= before.items()


def test_failed_invocations_are_archived_from_their_bucket(mailtrail, s3, moto, aws, tmp_path):
    make_bucket(s3, FAILURES)
    folder = "aws/lambda/mailtrail-workmail-events/2026/11/20"
    for name in ("on-failure.json", "on-failure-kinesis.json"):
        s3.put_object(Bucket=FAILURES, Key=f"{folder}/{name}", Body=(programs.EVENTS / name).read_bytes())
    failures = ("failures", f"s3://{FAILURES}", "--archive", ARCHIVE)
    first = redrive(mailtrail, *failures, env=aws)
    assert first["done"] == first["events"] > 0 and first["objects"] == 2
    second = redrive(mailtrail, *failures, env=aws)
    assert second["already"] == first["done"] and second["objects_by_fate"]["already"] == 2
    content = archive.from_s3(s3, ARCHIVE).check()
    assert {each.parts["region"] for each in content.kind("raw")} == {programs.REGION}


def test_raw_copies_are_mapped_anew_into_an_archive_in_s3(mailtrail, s3, aws, tmp_path):
    incoming = samples.write(tmp_path / "incoming", "raw", 3, 20)
    mailtrail.ingest(*incoming, to=ARCHIVE, env=aws).expect(DONE)
    other = ARCHIVE.replace("mail/trail", "other")
    assert redrive(mailtrail, "raw", "--archive", ARCHIVE, "--to", other, env=aws)["done"] == 60
    copies = [archive.from_s3(s3, url).check().digests() for url in (ARCHIVE, other)]
    assert copies[0] == copies[1]
    for url in (ARCHIVE, f"{ARCHIVE}/below", ARCHIVE.rsplit("/", 1)[0]):
        mailtrail.run("redrive", "raw", "--archive", ARCHIVE, "--to", url, env=aws).expect(programs.WRONG_USAGE)


# Killed


def run_and_kill(mailtrail, arguments, delay, end):
    """Starts the program and ends it after a while."""
    process = mailtrail.start(*arguments)
    time.sleep(delay)
    process.send_signal(end)
    stdout, stderr = process.communicate(timeout=programs.TIMEOUT)
    programs.Run(process.returncode, stdout.decode(), stderr.decode()).expect_manners()
    return process.returncode


def test_killed_at_random_it_goes_on_and_sends_at_most_what_was_in_progress_again(mailtrail, tmp_path):
    incoming = samples.write(tmp_path / "incoming", SEED, 60, 25)
    where, out = tmp_path / "archive", tmp_path / "out.ndjson"
    missing = f"file://{tmp_path}/missing/out.ndjson"
    mailtrail.ingest(*incoming, to=where, options=["--stream", missing]).expect(NEEDS_A_LOOK)
    command = ["redrive", "undelivered", "--archive", where, "--stream", f"file://{out}", "--rate", "1500", "--jobs", "1"]
    rng, killed = random.Random(SEED), 0
    for _ in range(MOMENTS):
        killed += run_and_kill(mailtrail, command, rng.uniform(0.02, 0.3), signal.SIGKILL) < 0
    # What the last of them had in hand is claimed, for ten minutes.
    waiting = mailtrail.run(*command, "--json")
    assert waiting.code in (DONE, NEEDS_A_LOOK) and check(waiting.answer)["left"] <= killed * 25
    assert waiting.answer["left"] == 0 or "--take-over" in waiting.stderr
    answer = check(mailtrail.run(*command, "--take-over", "--json").expect(DONE).answer)
    assert answer["done"] + answer["already"] == 60 * 25
    taken = uids(json.loads(line) for line in out.read_text().splitlines() if line.endswith("}"))
    assert set(taken) == set(uids(archive.from_directory(where).check().records()))
    assert sum(taken.values()) <= 60 * 25 + killed * 25
    before = out.read_bytes()
    assert check(mailtrail.run(*command, "--json").expect(DONE).answer)["already"] == 60 * 25
    assert out.read_bytes() == before


def test_ctrl_c_stops_it_cleanly(mailtrail, tmp_path):
    incoming = samples.write(tmp_path / "incoming", SEED, 20, 25)
    where, out = tmp_path / "archive", tmp_path / "out.ndjson"
    missing = f"file://{tmp_path}/missing/out.ndjson"
    mailtrail.ingest(*incoming, to=where, options=["--stream", missing]).expect(NEEDS_A_LOOK)
    command = ["redrive", "undelivered", "--archive", where, "--stream", f"file://{out}", "--jobs", "1", "--json"]
    process = mailtrail.start(*command, "--rate", "50")
    deadline = time.monotonic() + programs.TIMEOUT
    while not any((where / "redrive").rglob("*.json")):
        assert time.monotonic() < deadline and process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=programs.TIMEOUT)
    stopped = programs.Run(process.returncode, stdout.decode(), stderr.decode()).expect(programs.FAILED)
    assert "run the same command again" in stopped.stderr
    assert 0 < check(stopped.answer)["done"] < 500
    assert check(mailtrail.run(*command).expect(DONE).answer)["events"] == 500
    assert set(uids(archive.ndjson(out.read_bytes())).values()) == {1}


def test_ctrl_c_ends_the_wait_of_a_low_rate(mailtrail, tmp_path):
    incoming = samples.write(tmp_path / "incoming", SEED, 20, 25)
    where, out = tmp_path / "archive", tmp_path / "out.ndjson"
    missing = f"file://{tmp_path}/missing/out.ndjson"
    mailtrail.ingest(*incoming, to=where, options=["--stream", missing]).expect(NEEDS_A_LOOK)
    command = ["redrive", "undelivered", "--archive", where, "--stream", f"file://{out}", "--jobs", "8", "--json"]
    # The second object has its turn after more than half an hour, far beyond the time that a program may take here.
    process = mailtrail.start(*command, "--rate", "0.01")
    deadline = time.monotonic() + programs.TIMEOUT
    while not any(path for path in (where / "redrive").rglob("*.json") if ".claim-" not in path.name):
        assert time.monotonic() < deadline and process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=programs.TIMEOUT)
    stopped = programs.Run(process.returncode, stdout.decode(), stderr.decode()).expect(programs.FAILED)
    assert check(stopped.answer)["done"] == 25 == len(out.read_text().splitlines())
    # Who waited has claimed nothing.
    assert check(mailtrail.run(*command).expect(DONE).answer)["done"] == 475


def test_runs_at_the_same_time_send_each_event_once(mailtrail, tmp_path):
    incoming = samples.write(tmp_path / "incoming", SEED, 40, 25)
    where, out = tmp_path / "archive", tmp_path / "out.ndjson"
    missing = f"file://{tmp_path}/missing/out.ndjson"
    mailtrail.ingest(*incoming, to=where, options=["--stream", missing]).expect(NEEDS_A_LOOK)
    command = ["redrive", "undelivered", "--archive", where, "--stream", f"file://{out}", "--json"]
    processes = [mailtrail.start(*command) for _ in range(4)]
    answers = []
    for process in processes:
        stdout, stderr = process.communicate(timeout=programs.TIMEOUT)
        assert process.returncode in (DONE, NEEDS_A_LOOK), stderr
        answers.append(check(json.loads(stdout)))
    assert sum(answer["done"] for answer in answers) == 40 * 25
    assert set(uids(archive.ndjson(out.read_bytes())).values()) == {1}
    assert check(mailtrail.run(*command).expect(DONE).answer)["already"] == 40 * 25
