"""Reads an archive as a stranger would, years later: from its keys and with gzip, zstd and JSON alone.

The layout is a contract, so the reader is strict: a key that the layout does not know, a record that lies under the
wrong class, Region, account or day, a line out of order, a body that is cut off: each is an AssertionError.
"""

import dataclasses
import datetime
import functools
import gzip
import hashlib
import json
import re
import urllib.parse
from pathlib import Path

import zstandard

import ocsf_checks

PARTITION = r"region=(?P<region>unknown|[a-z]{2}(?:-[a-z]+)+-\d)/accountId=(?P<account>unknown|\d{12})/"
DAY = r"eventDay=(?P<day>\d{8})/"
BATCH = r"(?P<batch>\d{8}T\d{6}Z-[0-9a-f]{32})"
KEYS = {
    "raw": re.compile(rf"raw/{PARTITION}{DAY}{BATCH}\.json\.gz"),
    "day_pointer": re.compile(rf"raw/{PARTITION}{DAY}{BATCH}\.earlier"),
    "quarantine": re.compile(
        rf"quarantine/reason=(?P<reason>[a-z0-9_]+)/{DAY}(?P<sha256>[0-9a-f]{{64}})\.(?P<form>bin|json)"
    ),
    "undelivered": re.compile(rf"undelivered/stream=(?P<stream>[^/]+)/{DAY}{BATCH}\.ndjson\.zst"),
    "other": re.compile(r"(?:policy-audit|config|coverage|directory|pull|redrive|_about)/.+"),
    # Readers accept joined days (`compact-…`) although nothing writes them yet.
    "records": re.compile(rf"(?P<class>[a-z_]+)/{PARTITION}{DAY}(?:{BATCH}|compact-[0-9a-f]+)\.ndjson\.zst"),
}
# Where a directory archive writes what is not finished: no part of the archive.
TEMPORARY = ".tmp"


@dataclasses.dataclass(frozen=True)
class Object:
    """One object: its place in the layout, taken from its key, and its bytes."""

    key: str
    kind: str
    parts: dict
    body: bytes

    @functools.cached_property
    def records(self):
        """The events of an NDJSON object."""
        return ndjson(unzstd(self.body))

    @functools.cached_property
    def payload(self):
        """The decoded payload of a raw object."""
        return gzip.decompress(self.body)


class Archive:
    """All objects of one archive, held in memory."""

    def __init__(self, bodies):
        self.objects = [_object(key, body) for key, body in sorted(bodies.items())]

    def kind(self, kind):
        """The objects of one kind: raw, day_pointer, records, quarantine, undelivered, other."""
        return [each for each in self.objects if each.kind == kind]

    def records(self, class_name=None):
        """All events, or those of one class."""
        wanted = [each for each in self.kind("records") if class_name in (None, each.parts["class"])]
        return [record for each in wanted for record in each.records]

    def by_class(self):
        """Class → number of events, as in the ledger."""
        counts = {}
        for each in self.kind("records"):
            counts[each.parts["class"]] = counts.get(each.parts["class"], 0) + len(each.records)
        return counts

    def quarantined(self):
        """Reason → the payloads that were put away for it."""
        found = {}
        for each in self.kind("quarantine"):
            if each.parts["form"] == "bin":
                found.setdefault(each.parts["reason"], []).append(each.body)
        return found

    def events(self):
        """What was archived of log events and payloads: all objects but the archive's description of itself."""
        return [each for each in self.objects if each.kind != "other"]

    def digests(self):
        """Key → SHA-256: equal digests are equal archives."""
        return {each.key: hashlib.sha256(each.body).hexdigest() for each in self.objects}

    def check(self):
        """Every object is whole and lies where it belongs. Returns the archive, to be chained."""
        for each in self.objects:
            CHECKS[each.kind](each)
        forms = {}
        for each in self.kind("quarantine"):
            forms.setdefault(each.parts["sha256"], set()).add(each.parts["form"])
        assert all(form == {"bin", "json"} for form in forms.values()), f"half of a pair in quarantine/: {forms}"
        return self


def from_directory(directory):
    """The archive in a directory, without what lies under its `.tmp`."""
    return Archive(tree(directory))


def from_s3(client, url):
    """The archive under `s3://bucket/prefix`."""
    parsed = urllib.parse.urlparse(url)
    prefix = parsed.path.strip("/")
    prefix = f"{prefix}/" if prefix else ""
    bodies = {}
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=parsed.netloc, Prefix=prefix):
        for entry in page.get("Contents", []):
            body = client.get_object(Bucket=parsed.netloc, Key=entry["Key"])["Body"].read()
            bodies[entry["Key"].removeprefix(prefix)] = body
    return Archive(bodies)


def tree(directory):
    """Path below the directory → bytes, of every file that is not under `.tmp`."""
    directory = Path(directory)
    files = (path for path in directory.rglob("*") if path.is_file())
    relative = ((path.relative_to(directory), path) for path in files)
    return {str(name): path.read_bytes() for name, path in relative if name.parts[0] != TEMPORARY}


def unzstd(body):
    """The content of a zstd object, whatever its frames say or do not say about their size."""
    decompressor = zstandard.ZstdDecompressor()
    content = b""
    while body:
        frame = decompressor.decompressobj()
        content += frame.decompress(body)
        assert frame.eof, "a zstd frame is cut off"
        body = frame.unused_data
    return content


def ndjson(content):
    """The lines of an NDJSON file, each ended by a newline."""
    assert content.endswith(b"\n"), "the last line is not ended"
    return [strict_json(line) for line in content.decode("utf-8").split("\n")[:-1]]


def strict_json(text, kind=dict):
    """One JSON object (or a list) as every parser reads it: no key twice, no NaN."""
    value = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    assert isinstance(value, kind), f"not a JSON {kind.__name__}: {text[:80]!r}"
    return value


def day_of(milliseconds):
    """The UTC day of a time, as in `eventDay`."""
    moment = datetime.datetime(1970, 1, 1) + datetime.timedelta(milliseconds=milliseconds)
    return moment.strftime("%Y%m%d")


def _object(key, body):
    for kind, pattern in KEYS.items():
        if match := pattern.fullmatch(key):
            return Object(key, kind, match.groupdict(), body)
    raise AssertionError(f"the layout knows no such key: {key}")


def _check_raw(each):
    assert each.payload, f"{each.key}: empty"


def _check_day_pointer(each):
    key = each.body.decode()
    assert KEYS["raw"].fullmatch(key.removesuffix("\n")) and key.endswith("\n"), f"{each.key}: {key}"
    assert key.split("/")[-1].split(".")[0] == each.parts["batch"], f"{each.key}: {key}"


def _check_records(each):
    assert each.parts["class"] in ocsf_checks.class_names().values(), f"{each.key}: no OCSF class"
    assert each.records, f"{each.key}: empty"
    times = [record["time"] for record in each.records]
    assert times == sorted(times), f"{each.key}: not in the order of time"
    for record in each.records:
        cloud = record.get("cloud", {})
        assert ocsf_checks.class_names()[record["class_uid"]] == each.parts["class"], f"{each.key}: wrong class"
        assert day_of(record["time"]) == each.parts["day"], f"{each.key}: {record['time']} is of another day"
        assert record["metadata"]["uid"], f"{each.key}: an event without metadata.uid"
        if record["metadata"].get("product", {}).get("name") == "CloudTrail":
            continue  # A trail of all Regions is logged in one: the folder is where it was logged.
        for part, value in (("region", cloud.get("region")), ("account", cloud.get("account", {}).get("uid"))):
            assert each.parts[part] in ("unknown", value), f"{each.key}: {part} of the event is {value!r}"


def _check_quarantine(each):
    if each.parts["form"] == "bin":
        assert hashlib.sha256(each.body).hexdigest() == each.parts["sha256"], f"{each.key}: not these bytes"
    else:
        assert each.parts["reason"] in json.dumps(strict_json(each.body)), f"{each.key}: does not say why"
    arrived = datetime.datetime.strptime(each.parts["day"], "%Y%m%d").replace(tzinfo=datetime.UTC)
    age = datetime.datetime.now(datetime.UTC) - arrived
    assert datetime.timedelta() <= age < datetime.timedelta(days=2), f"{each.key}: not the day of arrival"


def _check_undelivered(each):
    assert each.records, f"{each.key}: empty"


def _check_other(each):
    assert each.body, f"{each.key}: empty"


CHECKS = {
    "raw": _check_raw,
    "day_pointer": _check_day_pointer,
    "records": _check_records,
    "quarantine": _check_quarantine,
    "undelivered": _check_undelivered,
    "other": _check_other,
}


def _unique(pairs):
    names = [name for name, _ in pairs]
    assert len(names) == len(set(names)), f"a key stands twice: {sorted(names)}"
    return dict(pairs)


def _no_constant(name):
    raise AssertionError(f"{name} is invalid JSON")
