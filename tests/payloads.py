"""What is inside an input file, worked out a second time: the oracle that the pipeline's ledger is held against.

It reads well-formed input only, as plainly as Python can: base64, gzip, JSON. What it finds, mailtrail has to find.
"""

import base64
import gzip
import json

GZIP_MAGIC = b"\x1f\x8b"


def payloads(content):
    """The payloads of an input file, as the bytes that CloudWatch sent."""
    if content.startswith(GZIP_MAGIC):
        return [content]
    document = json.loads(content)
    if "messageType" in document:
        return [content]
    return [base64.b64decode(text) for text in _encoded(document)]


def decoded(payload):
    """The bytes of a payload, unpacked when they are packed."""
    return gzip.decompress(payload) if payload.startswith(GZIP_MAGIC) else payload


def batches(payload):
    """The JSON documents of a payload, one after the other."""
    text = decoded(payload).decode("utf-8", errors="replace")
    found, position = [], 0
    while remaining := text[position:].lstrip():
        position = len(text) - len(remaining)
        document, position = json.JSONDecoder().raw_decode(text, position)
        found.append(document)
    return found


def events(content):
    """The log events of all data messages of an input file."""
    found = [batch for payload in payloads(content) for batch in batches(payload)]
    return [event for batch in found if batch["messageType"] == "DATA_MESSAGE" for event in batch["logEvents"]]


def _encoded(document):
    if "awslogs" in document:
        return [document["awslogs"]["data"]]
    if "Records" in document:
        return [record["kinesis"]["data"] for record in document["Records"]]
    if "requestPayload" in document:
        return _encoded(document["requestPayload"])
    return _encoded(json.loads(document["payload"]))
