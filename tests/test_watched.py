"""Watched identities on ministack: a trail's log group → the function → marks, counts and an SNS topic."""

import json
import time

import pytest

import archive
import function
import ocsf_checks
import programs
import samples
import standins

TRAIL = "/example/trail"
WATCHES = {
    "watches": [
        {"name": "alice", "user": "alice"},
        {"name": "break-glass", "role": "BreakGlass"},
        {"name": "absent", "user": "absent"},
        {"name": "denied", "pattern": '{ $.errorCode = "AccessDenied" }'},
        {"name": "typo", "usr": "mallory"},
    ]
}
SETTINGS = {"MAILTRAIL_ARCHIVE": function.ARCHIVE}


@pytest.fixture(scope="session")
def code(tmp_path_factory):
    """The deployment package of the trail's function, made once."""
    return function.package(tmp_path_factory.mktemp("trail-package"), "cloudtrail-activity")


@pytest.fixture
def context(role_policies, enforcing, code):
    """Archive bucket and the trail's log group; the function is not deployed yet."""
    return function.Function(enforcing, code).create_context(role_policies["cloudtrail-activity"])


class Listener:
    """A queue that hears what a topic is told."""

    def __init__(self, stand_in):
        sns, self.sqs = stand_in.client("sns"), stand_in.client("sqs")
        self.topic = sns.create_topic(Name="example-watch")["TopicArn"]
        self.queue = self.sqs.create_queue(QueueName="example-watch")["QueueUrl"]
        asked = self.sqs.get_queue_attributes(QueueUrl=self.queue, AttributeNames=["QueueArn"])
        arn = asked["Attributes"]["QueueArn"]
        told_by_topic = {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn,
            "Condition": {"ArnEquals": {"aws:SourceArn": self.topic}},
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": told_by_topic})
        self.sqs.set_queue_attributes(QueueUrl=self.queue, Attributes={"Policy": policy})
        sns.subscribe(TopicArn=self.topic, Protocol="sqs", Endpoint=arn)

    def heard(self):
        """What was announced since the last time: subject → news."""
        news = {}
        while messages := self.sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                envelope = json.loads(message["Body"])
                news[envelope["Subject"]] = json.loads(envelope["Message"])
                self.sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])
        return news


def call(name, identity, **fields):
    """A CloudTrail record as it stands in a log event."""
    return json.dumps(
        {
            "eventVersion": "1.11",
            "userIdentity": identity,
            "eventTime": "2026-11-20T10:15:02Z",
            "eventSource": "s3.amazonaws.com",
            "eventName": name,
            "awsRegion": programs.REGION,
            "sourceIPAddress": "203.0.113.7",
            "eventID": f"{name}-{time.monotonic_ns()}",
            "eventType": "AwsApiCall",
            "recipientAccountId": samples.ACCOUNT,
            **fields,
        }
    )


ALICE = {
    "type": "IAMUser",
    "userName": "alice",
    "principalId": "AIDAEXAMPLE",
    "arn": f"arn:aws:iam::{samples.ACCOUNT}:user/alice",
    "accountId": samples.ACCOUNT,
    "accessKeyId": "AKIAIOSFODNN7EXAMPLE",
}
SESSION = {
    "type": "AssumedRole",
    "principalId": "AROAEXAMPLE:night",
    "arn": f"arn:aws:sts::{samples.ACCOUNT}:assumed-role/BreakGlass/night",
    "accountId": samples.ACCOUNT,
    "sessionContext": {"sessionIssuer": {"type": "Role", "arn": f"arn:aws:iam::{samples.ACCOUNT}:role/BreakGlass"}},
}
OTHER = {**ALICE, "userName": "bob", "arn": f"arn:aws:iam::{samples.ACCOUNT}:user/bob"}
CALLS = [
    call("PutObject", ALICE),
    call("GetObject", ALICE, errorCode="AccessDenied", errorMessage="no", sourceIPAddress="203.0.113.8"),
    call("DeleteObject", SESSION),
    call("PutObject", OTHER),
]


def by_name(record):
    """The names of the entries that marked a record."""
    marks = record.get("enrichments", [])
    assert all(mark["type"] == "watch" and mark["provider"] == "mailtrail" for mark in marks)
    return sorted(mark["data"] for mark in marks)


def test_watched_identities_are_marked_counted_and_announced(context):
    listener = Listener(context.stand_in)
    config = {"Bucket": function.ARCHIVE_BUCKET, "Key": "trail/config/watches.json"}
    context.s3.put_object(**config, Body=json.dumps(WATCHES).encode())
    deployed = context.deploy(
        **SETTINGS, MAILTRAIL_WATCHES="config/watches.json", MAILTRAIL_TOPIC=listener.topic
    ).subscribe_to(TRAIL)
    now = int(time.time() * 1000)
    deployed.put_log_events([{"timestamp": now, "message": line} for line in CALLS], TRAIL)

    records = deployed.wait_for_records(len(CALLS)).records()
    assert [problem for record in records for problem in ocsf_checks.problems(record)] == []
    marks = {(record["actor"]["user"]["uid"], record["api"]["operation"]): by_name(record) for record in records}
    assert marks == {
        (ALICE["arn"], "PutObject"): ["alice"],
        (ALICE["arn"], "GetObject"): ["alice", "denied"],
        (SESSION["arn"], "DeleteObject"): ["break-glass"],
        (OTHER["arn"], "PutObject"): [],
    }

    heard = standins.wait_until(listener.heard, function.PATIENCE, "an announcement")
    assert set(heard) == {
        "mailtrail: alice: 2 events, 1 failed",
        "mailtrail: break-glass: 1 event",
        "mailtrail: denied: 1 event, 1 failed",
    }
    news = heard["mailtrail: alice: 2 events, 1 failed"]
    assert news["who"] == {ALICE["arn"]: 2}
    assert news["what"] == {"GetObject": 1, "PutObject": 1}
    assert news["from"] == {"203.0.113.7": 1, "203.0.113.8": 1}
    assert (news["first"], news["last"], news["log_group"]) == ("2026-11-20T10:15:02Z", "2026-11-20T10:15:02Z", TRAIL)
    objects = {each.key for each in deployed.archive().events()}
    assert set(news["objects"]) <= objects

    printed = deployed.wait_for_log_lines()
    sums = function.metrics(printed)
    assert (sums["watched"], sums["announced"], sums["unannounced"]) == (4, 3, 0)
    assert sums["wrong_settings"] >= 1
    said = "\n".join(printed)
    assert "entry 5 (`typo`), field `usr`" in said
    for private in ("203.0.113", "mallory", ALICE["arn"], SESSION["arn"]):
        assert private not in said


@pytest.mark.parametrize(
    "settings",
    [
        {"MAILTRAIL_WATCHES": "config/missing.json"},
        {"MAILTRAIL_WATCHES": "{ no json"},
        {"MAILTRAIL_WATCHES": "somewhere"},
        {"MAILTRAIL_TOPIC": "example-watch"},
        {"MAILTRAIL_SOURCES": "/example/trail=syslog"},
        {"MAILTRAIL_COLUMNS": "/example/trail=one"},
    ],
)
def test_a_wrong_setting_around_the_watches_harms_no_event(context, settings):
    deployed = context.deploy(**SETTINGS | settings)
    answer = deployed.invoke(samples.invocation(samples.payload("wrong", 5)))
    assert answer.error is None, answer
    assert len(deployed.archive().records()) == 5
    [name] = settings
    printed = deployed.wait_for_log_lines()
    assert any(name in line for line in printed), printed
    assert function.metrics(printed)["wrong_settings"] >= 1


def test_a_missing_topic_is_counted_and_harms_no_event(context):
    watches = json.dumps([{"name": "mail", "pattern": "{ $.event.eventName = * }"}])
    topic = f"arn:aws:sns:{programs.REGION}:{samples.ACCOUNT}:missing"
    deployed = context.deploy(**SETTINGS, MAILTRAIL_WATCHES=watches, MAILTRAIL_TOPIC=topic)
    answer = deployed.invoke(samples.invocation(samples.payload("missing-topic", 5)))
    assert answer.error is None, answer
    records = deployed.archive().records()
    assert [by_name(record) for record in records] == [["mail"]] * 5
    sums = function.metrics(deployed.wait_for_log_lines())
    assert (sums["watched"], sums["announced"], sums["unannounced"]) == (5, 0, 1)


ANA, BOB = "S-1-1-11-1111111111-2222222222-3333333333-1001", "S-1-1-11-1111111111-2222222222-3333333333-1002"
ACCESS = json.dumps(
    {
        "event_timestamp": 1_795_169_702_000,
        "organization_arn": f"arn:aws:workmail:eu-west-1:{samples.ACCOUNT}:organization/{samples.ORGANIZATION}",
        "user_id": ANA,
        "action": "read",
        "owner_id": BOB,
        "item_id": "i-1",
        "object_type": "Message",
        "source_ip": "203.0.113.9",
        "action_allowed": True,
    }
)
BY_NAME = json.dumps([{"name": "watched", "user": "ana"}])


def test_a_user_is_watched_by_name_where_events_have_the_id(context):
    listener = Listener(context.stand_in)
    key, body = samples.snapshot({ANA: "ana", BOB: "bob"})
    context.s3.put_object(Bucket=function.ARCHIVE_BUCKET, Key=f"trail/{key}", Body=body)
    deployed = context.deploy(**SETTINGS, MAILTRAIL_WATCHES=BY_NAME, MAILTRAIL_TOPIC=listener.topic)
    deployed.subscribe_to(TRAIL).put_log_events([{"timestamp": int(time.time() * 1000), "message": ACCESS}], TRAIL)

    [record] = deployed.wait_for_records(1).records()
    assert by_name(record) == ["watched"] and ocsf_checks.problems(record) == []
    [news] = standins.wait_until(listener.heard, function.PATIENCE, "an announcement").values()
    assert (news["who"], news["names"]) == ({ANA: 1}, {ANA: "ana"})
    printed = deployed.wait_for_log_lines()
    assert function.metrics(printed)["wrong_settings"] == 0
    assert not any(private in line for private in (ANA, '"ana"') for line in printed)


def test_a_snapshot_that_cannot_be_read_harms_no_event(context):
    key, body = samples.snapshot({ANA: "ana"})
    context.s3.put_object(Bucket=function.ARCHIVE_BUCKET, Key=f"trail/{key}", Body=body[:-5])
    deployed = context.deploy(**SETTINGS, MAILTRAIL_WATCHES=BY_NAME)
    answer = deployed.invoke(samples.invocation(samples.payload("damaged-snapshot", 5)))
    assert answer.error is None, answer
    assert len(deployed.archive().records()) == 5
    printed = deployed.wait_for_log_lines()
    assert any(key in line for line in printed), printed
    assert function.metrics(printed)["wrong_settings"] >= 1


def test_the_command_line_watches_by_name_and_names_a_snapshot_that_it_cannot_read(mailtrail, tmp_path):
    watches, lines = tmp_path / "watches.json", tmp_path / "batch.json"
    watches.write_text(BY_NAME)
    event = {"id": f"{1:056}", "timestamp": 1_795_169_702_000, "message": ACCESS}
    lines.write_text(json.dumps(samples.batch("cli", 0) | {"logGroup": "audit", "logEvents": [event]}))
    key, body = samples.snapshot({ANA: "ana"})
    for name, content, ended in [("whole", body, programs.DONE), ("cut", body[:-5], programs.NEEDS_A_LOOK)]:
        snapshot = tmp_path / name / key
        snapshot.parent.mkdir(parents=True)
        snapshot.write_bytes(content)
        run = mailtrail.run("ingest", "--archive", tmp_path / name, "--watches", watches, lines).expect(ended)
        assert ("watched: 1 event" in run.stdout) is (ended == programs.DONE)
        assert (key in run.stderr) is (ended != programs.DONE)
        [record] = archive.from_directory(tmp_path / name).check().records()
        assert by_name(record) == (["watched"] if ended == programs.DONE else [])
SUBJECT, PERSON = "Redundancies", "press@example.net"
MAIL_WATCHES = [
    {"name": "from-ana", "sender": "Ana Lima <ana@EXAMPLE.com>"},
    {"name": "to-press", "recipient": PERSON, "status": "bounced"},
    {"name": "abroad", "domain": "bücher.example.org"},
    {"name": "secret", "subject": SUBJECT.upper()},
    {"name": "junk", "status": "junk"},
    {"name": "wrong", "recipient": "ana"},
]
MAIL = [
    {
        "eventName": "ORGANIZATION_EMAIL_RECEIVED",
        "from": "Ana <ana@example.com>",
        "recipients": ["jörg@xn--bcher-kva.example.org"],
        "subject": f"The {SUBJECT}",
    },
    {"eventName": "MAILBOX_EMAIL_DELIVERED", "recipient": PERSON, "folder": "Spam"},
    {"eventName": "OUTGOING_EMAIL_BOUNCED", "destination": PERSON, "reason": "550 5.1.1"},
    {"eventName": "OUTGOING_EMAIL_SENT", "recipient": PERSON, "from": "bob@example.com"},
]
MAIL_LINES = [json.dumps({"traceId": "t", "event": event}) for event in MAIL]
MAIL_MARKS = [["abroad", "from-ana", "secret"], ["junk"], ["to-press"], []]


def by_event(records):
    """The names of the entries that marked the record of each event of mail."""
    marks = {record["metadata"]["event_code"]: by_name(record) for record in records}
    return [marks[event["eventName"]] for event in MAIL]


def test_watched_mail_is_announced_without_subjects_and_addresses(context):
    listener = Listener(context.stand_in)
    deployed = context.deploy(**SETTINGS, MAILTRAIL_WATCHES=json.dumps(MAIL_WATCHES), MAILTRAIL_TOPIC=listener.topic)
    batch = samples.batch("mail", 0)
    batch["logEvents"] = [
        {"id": f"{number:056}", "timestamp": 1_795_169_702_000, "message": line} for number, line in enumerate(MAIL_LINES)
    ]
    answer = deployed.invoke(samples.invocation(samples.packed(batch)))
    assert answer.error is None, answer
    records = deployed.archive().records()
    assert by_event(records) == MAIL_MARKS
    assert [problem for record in records for problem in ocsf_checks.problems(record)] == []

    heard = standins.wait_until(listener.heard, function.PATIENCE, "an announcement")
    assert set(heard) == {
        "mailtrail: from-ana: 1 event",
        "mailtrail: to-press: 1 event, 1 failed",
        "mailtrail: abroad: 1 event",
        "mailtrail: secret: 1 event",
        "mailtrail: junk: 1 event",
    }
    printed = deployed.wait_for_log_lines()
    sums = function.metrics(printed)
    assert (sums["watched"], sums["announced"], sums["unannounced"]) == (5, 5, 0)
    said = "\n".join([json.dumps(heard), *printed])
    assert "entry 6 (`wrong`), field `recipient`: it must be one whole address" in said
    for private in (SUBJECT, PERSON, "ana@", "cher-kva"):
        assert private.lower() not in said.lower()


def test_the_command_line_marks_mail(mailtrail, tmp_path):
    watches, lines = tmp_path / "watches.json", tmp_path / "batch.json"
    watches.write_text(json.dumps(MAIL_WATCHES[:-1]))
    batch = samples.batch("mail", 0)
    batch["logEvents"] = [
        {"id": f"{number:056}", "timestamp": 1_795_169_702_000, "message": line} for number, line in enumerate(MAIL_LINES)
    ]
    lines.write_text(json.dumps(batch))
    run = mailtrail.run("ingest", "--archive", tmp_path / "archive", "--watches", watches, lines).expect(programs.DONE)
    assert "to-press: 1 event" in run.stdout and PERSON not in run.stdout + run.stderr
    records = archive.from_directory(tmp_path / "archive").check().records()
    assert by_event(records) == MAIL_MARKS

    watches.write_text(json.dumps(MAIL_WATCHES))
    run = mailtrail.run("ingest", "--archive", tmp_path / "archive", "--watches", watches, lines)
    run.expect(programs.WRONG_USAGE)
    assert "entry 6 (`wrong`), field `recipient`" in run.stderr


def test_the_command_line_marks_and_counts_what_a_watch_list_names(mailtrail, tmp_path):
    watches, lines = tmp_path / "watches.json", tmp_path / "batch.json"
    watches.write_text(json.dumps([{"name": "alice", "user": "alice"}]))
    batch = samples.batch("cli", 0) | {"logGroup": TRAIL}
    batch["logEvents"] = [
        {"id": f"{number:056}", "timestamp": 1_795_169_702_000, "message": line} for number, line in enumerate(CALLS)
    ]
    lines.write_text(json.dumps(batch))
    run = mailtrail.run("ingest", "--archive", tmp_path / "archive", "--watches", watches, lines).expect(programs.DONE)
    assert "alice: 2 events" in run.stdout
    records = archive.from_directory(tmp_path / "archive").check().records()
    assert sorted(map(by_name, records)) == [[], [], ["alice"], ["alice"]]

    watches.write_text(json.dumps([{"name": "alice", "usr": "alice"}]))
    run = mailtrail.run("ingest", "--archive", tmp_path / "archive", "--watches", watches, lines)
    run.expect(programs.WRONG_USAGE)
    assert "entry 1 (`alice`), field `usr`: there is no such field" in run.stderr
