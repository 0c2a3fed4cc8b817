"""Payloads in files of other origins, each with the records that it becomes: SES, Mail Manager, applications, Firehose's objects."""

import json

import pytest

import archive
from programs import DONE, PROJECT

FILES = PROJECT / "shared" / "events" / "subscription" / "tests" / "files"
RECEIVED = {
    "activity_name": "Receive",
    "class_name": "Email Activity",
    "direction": "Inbound",
    "email": {"from": "alice@example.org", "subject": "x", "message_uid": "<m1@example.org>"},
    "email_auth": {"dkim": "PASS", "dmarc": "PASS"},
    "message_trace_uid": "t-1",
    "status": "Success",
    "time": 1795860000000,
    "to": ["bob@example.com"],
}


@pytest.fixture
def taken_in(mailtrail, tmp_path):
    """Takes files of FILES into one archive. Returns the ledger of the last, and the archive."""

    def ingest(*names):
        for name in names:
            ledger = mailtrail.ingest(FILES / name, to=tmp_path / "archive").expect(DONE).answer
        return ledger, archive.from_directory(tmp_path / "archive").check()

    return ingest


def said(name):
    """The log events of a file of one decoded payload, by id: their messages."""
    return {event["id"]: event["message"] for event in json.loads((FILES / name).read_text())["logEvents"]}


@pytest.mark.parametrize(
    ("name", "log_group"),
    [
        ("messages-of-any-form.json", "/app/x"),
        ("mail-manager.json", "/aws/vendedlogs/ses/mailmanager/rs-1"),
        ("ses-events.json", "/app/ses-events"),
    ],
)
def test_events_without_a_mapping_keep_their_message_to_the_letter(taken_in, name, log_group):
    """Also SES's own bounces and Mail Manager's logs: they look like mail, and are of another service than WorkMail."""
    ledger, kept = taken_in(name)
    messages = said(name)
    assert ledger["by_class"] == {"base_event": len(messages)}
    records = kept.records("base_event")
    assert {record["metadata"]["uid"]: record["raw_data"] for record in records} == messages
    for record in records:
        assert record["metadata"]["log_name"] == log_group and record["metadata"]["log_source"] == "s1"
        assert record["metadata"]["product"] == {"name": "Amazon CloudWatch Logs", "vendor_name": "AWS"}
        assert record["activity_name"] == "Unknown" and "email" not in record


# What a pattern of CloudWatch Logs matches of messages-of-any-form.json, by the last digit of the id.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
PATTERNS = {
    # A comparison with what is not there does not hold, whatever the operator.
    '{ $.userIdentity.accountId = "anonymous" }': "0",
    '{ $.userIdentity.accountId != "anonymous" }': "",
    '{ $.errorCode = "AccessDenied" && $.userIdentity.accountId != "anonymous" }': "",
    '{ $.errorCode = "AccessDenied" && $.userIdentity.accountId NOT EXISTS }': "1",
    # JSON after other text is text.
    '{ $.logLevel = "ERROR" }': "2",
    "ERROR": "23",
    # Fields of a line.
    "[date, time, location, bytes, ip, method, host, uri, status = 404, referrer]": "4",
    "[date, time, location, bytes, ip, method, host, uri, status = 200, referrer]": "",
}


@pytest.mark.parametrize(("pattern", "ids"), PATTERNS.items(), ids=PATTERNS)
def test_a_pattern_matches_what_it_matches_in_cloudwatch(mailtrail, taken_in, tmp_path, pattern, ids):
    taken_in("messages-of-any-form.json")
    run = mailtrail.run("search", "--archive", tmp_path / "archive", "--json", "--filter-pattern", pattern).expect(DONE)
    found = [json.loads(line)["id"] for line in run.stdout.splitlines()]
    assert "".join(sorted(each[-1] for each in found)) == ids


def check_received(record, log_stream, uid):
    """A record is of the mail of these files."""
    assert {key: record[key] for key in RECEIVED} == RECEIVED
    metadata = record["metadata"]
    assert (metadata["log_source"], metadata["uid"]) == (log_stream, uid)
    assert metadata["event_code"] == "ORGANIZATION_EMAIL_RECEIVED" and metadata["correlation_uid"] == "t-1"


def test_a_batch_of_a_policy_of_the_account_is_one_like_any_other(taken_in):
    ledger, kept = taken_in("account-policy.json")
    assert ledger["by_class"] == {"email_activity": 1}
    (record,) = kept.records()
    check_received(record, "s1", "39000000000000000000000000000000000000000000000000000000")
    (raw,) = kept.kind("raw")
    assert raw.payload == (FILES / "account-policy.json").read_bytes()


@pytest.mark.parametrize(
    "names",
    [["firehose-members.gz"], ["firehose-decompressed.json"], ["firehose-members.gz", "firehose-decompressed.json"]],
)
def test_an_object_of_firehose_with_several_payloads_is_all_of_them_once(taken_in, names):
    """One gzip member after the other, or, where Firehose decompresses, one JSON document after the other."""
    ledger, kept = taken_in(*names)
    assert ledger["by_class"] == {"email_activity": 3}
    assert ledger["already"] == (3 if len(names) == 2 else 0)
    records = sorted(kept.records(), key=lambda record: record["metadata"]["uid"])
    assert len(records) == 3 and len(kept.kind("raw")) == 1
    for number, record in enumerate(records):
        check_received(record, f"s{number}", f"{number}")
