"""The reader that judges every archive in these tests says no where it must."""

import gzip
import hashlib
import json

import pytest
import zstandard

import archive

BATCH = "20261120T040000Z-00112233445566778899aabbccddeeff"
PLACE = "region=eu-west-1/accountId=111122223333/eventDay=20261120"
KEY = f"email_activity/{PLACE}/{BATCH}.ndjson.zst"
RAW_KEY = f"raw/{PLACE}/{BATCH}.json.gz"
TIME = 1795147200123


def record(**changes):
    """As much of an event as the layout is made of."""
    return {
        "class_uid": 4009,
        "time": TIME,
        "metadata": {"uid": "1"},
        "cloud": {"region": "eu-west-1", "account": {"uid": "111122223333"}},
        **changes,
    }


def packed(*records, end="\n"):
    """The body of an object of events."""
    return zstandard.compress(("\n".join(map(json.dumps, records)) + end).encode())


def quarantined(content, reason="not_json", day="20261120"):
    """The two keys of a quarantined payload."""
    key = f"quarantine/reason={reason}/eventDay={day}/{hashlib.sha256(content).hexdigest()}"
    return f"{key}.bin", f"{key}.json"


BIN, REASON = quarantined(b"a letter", day="20200101")

CONTROLS = {
    "a key of no known form": {"letters/a.txt": b"a letter"},
    "an account that is none": {KEY.replace("111122223333", "1111222233334"): packed(record())},
    "a Region that is none": {KEY.replace("eu-west-1", ".."): packed(record())},
    "a name that is none": {KEY.replace(BATCH, "batch"): packed(record())},
    "a class that OCSF does not have": {KEY.replace("email_activity", "letters"): packed(record())},
    "an event of another class": {KEY: packed(record(class_uid=0))},
    "an event of another day": {KEY: packed(record(time=TIME + 86_400_000))},
    "an event of another account": {KEY: packed(record(cloud={"region": "eu-west-1", "account": {"uid": "4"}}))},
    "an event of another Region": {KEY: packed(record(cloud={"region": "eu", "account": {"uid": "111122223333"}}))},
    "an event without an id": {KEY: packed(record(metadata={"uid": ""}))},
    "events that are not in order": {KEY: packed(record(time=TIME + 1), record())},
    "a key that stands twice": {KEY: zstandard.compress(b'{"time":1,"time":2}\n')},
    "a last line without its end": {KEY: packed(record(), end="")},
    "an empty line": {KEY: packed(record(), end="\n\n")},
    "no event at all": {KEY: zstandard.compress(b"\n")},
    "zstd that is cut off": {KEY: packed(record())[:-4]},
    "an empty object": {KEY: b""},
    "gzip that is cut off": {RAW_KEY: gzip.compress(b"{}")[:-4]},
    "bytes that are not those of their name": {BIN.replace("20200101", "20261120"): b"another letter"},
    "half a pair in quarantine": {BIN: b"a letter"},
    "an arrival long ago": {BIN: b"a letter", REASON: b'{"reason":"not_json"}'},
    "a reason that is not told": {BIN: b"a letter", REASON: b'{"reason":"unknown"}'},
}


def test_a_sound_archive_is_accepted():
    content = archive.Archive({KEY: packed(record(), record(time=TIME + 1)), RAW_KEY: gzip.compress(b"{}")}).check()
    assert content.by_class() == {"email_activity": 2}
    assert [each.payload for each in content.kind("raw")] == [b"{}"]


def test_several_zstd_frames_in_a_row_are_one_object():
    content = archive.Archive({KEY: packed(record()) + packed(record(time=TIME + 1))}).check()
    assert content.by_class() == {"email_activity": 2}


@pytest.mark.parametrize("control", CONTROLS)
def test_the_reader_refuses(control):
    with pytest.raises((AssertionError, EOFError, ValueError)):
        archive.Archive(CONTROLS[control]).check()
