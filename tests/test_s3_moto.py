"""The command line against moto: S3 and Firehose as others understood them, and payloads made by moto itself."""

import gzip
import json
import time

import pytest

import archive
import ocsf_checks
import payloads
import programs
import samples
import standins
from programs import DONE, FAILED, NEEDS_A_LOOK
from samples import ACCOUNT

BUCKET = "example-archive"
ARCHIVE = f"s3://{BUCKET}/mail/trail"
STREAM_BUCKET = "example-stream"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/example"
TAG = "LogDeliveryEnabled"
LOG_GROUP = "/aws/workmail/emailevents/example"


@pytest.fixture
def s3(moto):
    """An S3 with an empty, versioned archive bucket."""
    client = moto.client("s3")
    make_bucket(client, BUCKET)
    client.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    return client


@pytest.fixture
def aws(moto):
    """The environment in which the program finds moto instead of AWS."""
    return moto.environment()


@pytest.fixture
def incoming(tmp_path):
    """Three payloads of 40 events."""
    return samples.write(tmp_path / "incoming", "s3", 3, 40)


def make_bucket(client, name):
    """A bucket in the Region of the tests."""
    client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": programs.REGION})


def make_stream(moto, name, tags, prefix=""):
    """A Firehose stream into a bucket of its own, with tags."""
    s3 = moto.client("s3")
    if STREAM_BUCKET not in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]:
        make_bucket(s3, STREAM_BUCKET)
    destination = {"RoleARN": ROLE, "BucketARN": f"arn:aws:s3:::{STREAM_BUCKET}", "Prefix": prefix}
    created = moto.client("firehose").create_delivery_stream(
        DeliveryStreamName=name,
        DeliveryStreamType="DirectPut",
        ExtendedS3DestinationConfiguration=destination,
        Tags=[{"Key": key, "Value": value} for key, value in tags.items()] or [{"Key": "owner", "Value": "example"}],
    )
    return created["DeliveryStreamARN"]


def bodies(client, bucket, prefix=""):
    """The bodies of all objects of a bucket."""
    listed = client.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])
    return [client.get_object(Bucket=bucket, Key=entry["Key"])["Body"].read() for entry in listed]


def versions(client):
    """Everything that S3 says about every version of every archived object."""
    pages = client.get_paginator("list_object_versions").paginate(Bucket=BUCKET)
    found = [entry for page in pages for entry in page.get("Versions", []) + page.get("DeleteMarkers", [])]
    return sorted((entry["Key"], entry["VersionId"], entry["ETag"], str(entry["LastModified"])) for entry in found)


# Archive


def test_the_archive_in_s3_is_the_archive_in_a_directory(mailtrail, s3, aws, incoming, tmp_path):
    run = mailtrail.ingest(*incoming, to=ARCHIVE, env=aws).expect(DONE)
    ledger = programs.check_ledger(run.answer)
    assert (ledger["archived"], ledger["already"]) == (120, 0)
    mailtrail.ingest(*incoming, to=tmp_path / "local", env=aws).expect(DONE)
    in_s3 = archive.from_s3(s3, ARCHIVE).check()
    assert in_s3.digests() == archive.from_directory(tmp_path / "local").check().digests()
    assert all(key.startswith("mail/trail/") for key, *_ in versions(s3))


def test_a_second_run_writes_no_object_and_no_version(mailtrail, s3, aws, incoming):
    mailtrail.ingest(*incoming, to=ARCHIVE, env=aws).expect(DONE)
    before = versions(s3)
    ledger = programs.check_ledger(mailtrail.ingest(*incoming, to=ARCHIVE, env=aws).expect(DONE).answer)
    assert ledger["already"] == ledger["archived"] == 120
    assert versions(s3) == before


def test_a_retry_after_half_a_run_writes_only_the_missing_half(mailtrail, s3, aws, incoming):
    mailtrail.ingest(incoming[0], to=ARCHIVE, env=aws).expect(DONE)
    half = versions(s3)
    ledger = programs.check_ledger(mailtrail.ingest(*incoming, to=ARCHIVE, env=aws).expect(DONE).answer)
    assert (ledger["archived"], ledger["already"]) == (120, 40)
    assert set(half) < set(versions(s3))
    keys = [key for key, *_ in versions(s3)]
    assert len(keys) == len(set(keys))


def test_the_archive_may_be_a_whole_bucket(mailtrail, s3, aws, incoming):
    mailtrail.ingest(*incoming, to=f"s3://{BUCKET}", env=aws).expect(DONE)
    assert len(archive.from_s3(s3, f"s3://{BUCKET}").check().records()) == 120


def test_quarantine_lies_in_the_same_bucket(mailtrail, s3, aws):
    sample = programs.EVENTS / "hostile" / "truncated-gzip.json"
    mailtrail.ingest(sample, to=ARCHIVE, env=aws).expect(NEEDS_A_LOOK)
    before = versions(s3)
    [sent] = payloads.payloads(sample.read_bytes())
    assert archive.from_s3(s3, ARCHIVE).check().quarantined() == {"truncated_gzip": [sent]}
    mailtrail.ingest(sample, to=ARCHIVE, env=aws).expect(NEEDS_A_LOOK)
    assert versions(s3) == before


def expect_refusal(run, *words):
    """The run failed and says, in words, what is wrong with which bucket."""
    run.expect(FAILED)
    for word in (BUCKET, *words):
        assert word.lower() in run.stderr.lower(), f"{word!r} is not in:\n{run.stderr}"
    assert len(run.stderr.strip().splitlines()) < 20, run.stderr


def test_a_missing_bucket_is_named(mailtrail, moto, aws, incoming):
    expect_refusal(mailtrail.ingest(*incoming, to=ARCHIVE, env=aws), "bucket", "not exist")


def test_a_bucket_that_may_not_be_written_is_named(mailtrail, s3, aws, incoming):
    everything = {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{BUCKET}/*"}
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps({"Version": "2012-10-17", "Statement": [everything]}))
    expect_refusal(mailtrail.ingest(*incoming, to=ARCHIVE, env=aws), "s3:PutObject")
    assert versions(s3) == []


def test_every_request_names_the_owner_of_the_bucket(mailtrail, s3, aws, moto, incoming):
    with standins.bucket_owner_guard(moto.endpoint, ACCOUNT) as guarded:
        env = {**aws, "AWS_ENDPOINT_URL": guarded}
        owner = ["--archive-owner", ACCOUNT]
        mailtrail.ingest(*incoming, to=ARCHIVE, env=env, options=owner).expect(DONE)
    assert len(archive.from_s3(s3, ARCHIVE).check().records()) == 120


def test_a_bucket_of_another_owner_is_not_written(mailtrail, s3, aws, moto, incoming):
    with standins.bucket_owner_guard(moto.endpoint, ACCOUNT) as guarded:
        env = {**aws, "AWS_ENDPOINT_URL": guarded}
        owner = ["--archive-owner", "444455556666"]
        expect_refusal(mailtrail.ingest(*incoming, to=ARCHIVE, env=env, options=owner), "444455556666")
    assert versions(s3) == []


# Streams


def streamed(mailtrail, aws, incoming, stream, code):
    """Ingests with one stream; returns the counts of that stream."""
    run = mailtrail.ingest(*incoming, to=ARCHIVE, env=aws, options=["--stream", stream]).expect(code)
    ledger = programs.check_ledger(run.answer)
    assert ledger["archived"] == 120
    [counts] = ledger["streams"]
    return {key: value for key, value in counts.items() if key != "stream" and value}, run


def test_a_tagged_stream_gets_every_event(mailtrail, s3, moto, aws, incoming):
    make_stream(moto, "tagged", {TAG: "true"})
    counts, _ = streamed(mailtrail, aws, incoming, "firehose:tagged", DONE)
    assert counts == {"delivered": 120}
    sent = [record for body in bodies(s3, STREAM_BUCKET) for record in archive.ndjson(body)]
    kept = archive.from_s3(s3, ARCHIVE).check().records()
    assert sorted(sent, key=_uid) == sorted(kept, key=_uid)


@pytest.mark.parametrize("tags", [{}, {TAG: "True"}, {TAG: "placeholder"}, {TAG: ""}, {TAG.lower(): "true"}], ids=str)
def test_a_stream_without_the_exact_tag_is_gated(mailtrail, s3, moto, aws, incoming, tags):
    make_stream(moto, "gated", tags)
    counts, run = streamed(mailtrail, aws, incoming, "firehose:gated", DONE)
    assert counts == {"gated": 120}
    assert bodies(s3, STREAM_BUCKET) == []
    assert archive.from_s3(s3, ARCHIVE).check().kind("undelivered") == []
    assert "gated" in run.stderr
    assert TAG in run.stderr


def test_what_a_missing_stream_did_not_take_is_kept_beside_the_archive(mailtrail, s3, aws, incoming):
    counts, run = streamed(mailtrail, aws, incoming, "firehose:missing", NEEDS_A_LOOK)
    assert counts == {"undelivered": 120}
    content = archive.from_s3(s3, ARCHIVE).check()
    kept = content.kind("undelivered")
    assert {each.parts["stream"] for each in kept} == {"missing"}
    undelivered = [record for each in kept for record in each.records]
    assert sorted(undelivered, key=_uid) == sorted(content.records(), key=_uid)
    assert "missing" in run.stderr


def test_one_stream_does_not_wait_for_another(mailtrail, s3, moto, aws, incoming):
    make_stream(moto, "good", {TAG: "true"}, "good/")
    make_stream(moto, "gated", {}, "gated/")
    options = ["--stream", "firehose:gated", "--stream", "firehose:missing", "--stream", "firehose:good"]
    run = mailtrail.ingest(*incoming, to=ARCHIVE, env=aws, options=options).expect(NEEDS_A_LOOK)
    by_name = {counts["stream"].split(":")[-1]: counts for counts in programs.check_ledger(run.answer)["streams"]}
    assert by_name["good"]["delivered"] == by_name["gated"]["gated"] == by_name["missing"]["undelivered"] == 120
    assert sum(len(archive.ndjson(body)) for body in bodies(s3, STREAM_BUCKET, "good/")) == 120
    assert bodies(s3, STREAM_BUCKET, "gated/") == []


def _uid(record):
    return record["metadata"]["uid"]


# Payloads that moto made: event ids are JSON numbers, in no order of keys that we chose


def subscribe(moto, destination):
    """A log group of WorkMail with a subscription, and some lines in it. Returns the lines."""
    logs = moto.client("logs")
    logs.create_log_group(logGroupName=LOG_GROUP)
    logs.create_log_stream(logGroupName=LOG_GROUP, logStreamName="stream-0")
    logs.put_subscription_filter(
        logGroupName=LOG_GROUP, filterName="mailtrail", filterPattern="", destinationArn=destination, roleArn=ROLE
    )
    lines = samples.messages("moto", 30)
    now = int(time.time() * 1000)
    events = [{"timestamp": now + number, "message": line} for number, line in enumerate(lines)]
    logs.put_log_events(logGroupName=LOG_GROUP, logStreamName="stream-0", logEvents=events)
    return lines


def from_kinesis(moto):
    """What arrives at a Kinesis stream."""
    kinesis = moto.client("kinesis")
    kinesis.create_stream(StreamName="logs", ShardCount=1)
    stream = kinesis.describe_stream(StreamName="logs")["StreamDescription"]
    lines = subscribe(moto, stream["StreamARN"])
    shard = stream["Shards"][0]["ShardId"]
    start = kinesis.get_shard_iterator(StreamName="logs", ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    [record] = kinesis.get_records(ShardIterator=start["ShardIterator"])["Records"]
    return lines, record["Data"]


def from_firehose(moto):
    """What a Firehose stream writes to its bucket."""
    lines = subscribe(moto, make_stream(moto, "logs", {}))
    [body] = bodies(moto.client("s3"), STREAM_BUCKET)
    return lines, body


@pytest.mark.parametrize("made", [from_kinesis, from_firehose])
def test_a_subscription_payload_made_by_moto_is_archived(mailtrail, moto, tmp_path, made):
    lines, payload = made(moto)
    [batch] = payloads.batches(payload)
    assert all(type(event["id"]) is int for event in batch["logEvents"]), "moto makes its ids like AWS now: good"

    (tmp_path / "payload").write_bytes(payload)
    (tmp_path / "invocation").write_bytes(samples.invocation(payload))
    ledger = programs.check_ledger(mailtrail.ingest(tmp_path / "payload", to=tmp_path / "archive").expect(DONE).answer)
    assert ledger["archived"] == len(lines) == 30
    content = archive.from_directory(tmp_path / "archive").check()
    assert [each.payload for each in content.kind("raw")] == [gzip.decompress(payload)]
    assert {_uid(record) for record in content.records()} == {str(event["id"]) for event in batch["logEvents"]}
    assert [problem for record in content.records() for problem in ocsf_checks.problems(record)] == []

    again = mailtrail.ingest(tmp_path / "invocation", to=tmp_path / "archive").expect(DONE).answer
    assert again["already"] == 30
    assert archive.from_directory(tmp_path / "archive").digests() == content.digests()
