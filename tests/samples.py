"""Payloads like those of CloudWatch, as many as a test wants, the same for the same seed.

The shipped samples (events/) show every shape once; these are for what needs numbers: a run that is killed in the
middle, a full disk, a Firehose stream.
"""

import base64
import gzip
import json
import random
import struct
import zlib

import zstandard

ACCOUNT = "111122223333"
LOG_GROUP = "/aws/workmail/emailevents/example"
GZIP_HEADER = b"\x1f\x8b\x08\0\0\0\0\0\x02\xff"
START = 1_795_161_600_000  # 2026-11-20T08:00:00Z
PEOPLE = ["ana@example.com", "bob@example.com", "eve@example.com"]
OTHERS = ["offers@example.net", "partner@example.org", "news@example.net"]
SUBJECTS = ["Minutes of Tuesday", "Invoice 4711", "Grüße aus Wien", "Lunch?"]


def payload(seed, events):
    """One gzip payload of exactly that many events, in order of time."""
    return packed(batch(seed, events))


def packed(batch):
    """The gzip payload of a batch."""
    return gzip.compress(json.dumps(batch).encode(), compresslevel=6, mtime=0)


def payloads(seed, count, events):
    """That many payloads of that many events each, all different."""
    return [payload(f"{seed}/{number}", events) for number in range(count)]


def bomb(mebibytes, members):
    """About a kilobyte of gzip for each mebibyte of blanks, in one member or in as many as there are mebibytes."""
    blanks = b" " * 1024 * 1024
    if members:
        return gzip.compress(blanks, mtime=0) * mebibytes
    # What deflate makes of the first mebibyte, flushed, stands for every other one as well.
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = deflate.compress(blanks) + deflate.flush(zlib.Z_FULL_FLUSH)
    checksum = 0
    for _ in range(mebibytes):
        checksum = zlib.crc32(blanks, checksum)
    trailer = struct.pack("<II", checksum, mebibytes * len(blanks))
    return GZIP_HEADER + block * mebibytes + deflate.flush() + trailer


def invocation(gz):
    """The event that a subscription filter hands to a Lambda function."""
    return json.dumps({"awslogs": {"data": base64.b64encode(gz).decode()}}).encode()


def write(directory, seed, count, events):
    """Writes payloads as files, one each, and returns their paths."""
    directory.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, content in enumerate(payloads(seed, count, events)):
        path = directory / f"{number:05}.gz"
        path.write_bytes(content)
        paths.append(path)
    return paths


def batch(seed, events):
    """The decoded batch of a data message."""
    rng = random.Random(str(seed))
    time = START + rng.randrange(6 * 3600_000)
    return {
        "messageType": "DATA_MESSAGE",
        "owner": ACCOUNT,
        "logGroup": LOG_GROUP,
        "logStream": f"stream-{rng.randrange(4)}",
        "subscriptionFilters": ["mailtrail"],
        "logEvents": [_event(rng, time + 250 * number, number) for number in range(events)],
    }


def messages(seed, events):
    """The log lines of a batch alone, as WorkMail writes them."""
    return [event["message"] for event in batch(seed, events)["logEvents"]]


def _event(rng, time, number):
    # 56 digits, the time on top, as CloudWatch makes them.
    identifier = (time << 144) | (rng.getrandbits(112) << 32) | number
    return {"id": f"{identifier:056}", "timestamp": time, "message": json.dumps(_message(rng))}


def _message(rng):
    trace = f"{rng.getrandbits(128):032x}"
    return {"traceId": trace, "event": rng.choice(MESSAGES)(rng)}


def _received(rng):
    return {
        "eventName": "ORGANIZATION_EMAIL_RECEIVED",
        "recipients": rng.sample(PEOPLE, 2),
        "from": rng.choice(OTHERS),
        "subject": rng.choice(SUBJECTS),
        "messageId": f"<{rng.getrandbits(64):x}@example.net>",
        "spamVerdict": rng.choice(["PASS", "FAIL"]),
        "dkimVerdict": "PASS",
        "dmarcVerdict": "GRAY",
        "spfVerdict": "PASS",
    }


def _delivered(rng):
    return {"eventName": "MAILBOX_EMAIL_DELIVERED", "recipient": rng.choice(PEOPLE), "folder": "INBOX"}


def _submitted(rng):
    return {
        "eventName": "OUTGOING_EMAIL_SUBMITTED",
        "recipients": [rng.choice(OTHERS)],
        "from": rng.choice(PEOPLE),
        "subject": rng.choice(SUBJECTS),
    }


def _moved(_):
    return {
        "eventName": "RULE_APPLIED",
        "ruleName": "news",
        "ruleType": "MAILBOX_RULE",
        "ruleActions": [{"action": "Move"}],
        "targetFolder": "Newsletters",
    }


MESSAGES = [_received, _delivered, _submitted, _moved]


ORGANIZATION = "m-0123456789abcdef0123456789abcdef"


def snapshot(users):
    """Key and body of a snapshot of a directory, with these users: id → name."""
    content = {
        "format": 1,
        "taken": "2026-11-20T08:00:00Z",
        "organization": {"id": ORGANIZATION, "account": ACCOUNT, "region": "eu-west-1"},
        "users": [{"id": user, "name": name, "state": "ENABLED"} for user, name in users.items()],
    }
    body = zstandard.compress(json.dumps(content).encode())
    return f"directory/organization={ORGANIZATION}/20261120T080000Z.json.zst", body
