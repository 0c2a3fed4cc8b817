"""Every event that we emit is OCSF 1.8.0 — says a validator that is not ours, after proving that it can say no."""

import functools

import pytest

import archive
import ocsf_checks
import programs

GOLDEN = programs.PROJECT / "shared" / "events" / "normalize" / "tests" / "golden"
# What the events of all sources become.
EMITTED_CLASSES = {"api_activity", "authentication", "base_event", "email_activity", "entity_management"}


def email_activity():
    """A valid event, written by hand, for the controls to spoil."""
    return {
        "category_uid": 4,
        "category_name": "Network Activity",
        "class_uid": 4009,
        "class_name": "Email Activity",
        "activity_id": 2,
        "activity_name": "Receive",
        "type_uid": 400902,
        "type_name": "Email Activity: Receive",
        "severity_id": 1,
        "severity": "Informational",
        "status_id": 1,
        "status": "Success",
        "direction_id": 1,
        "direction": "Inbound",
        "time": 1795147200123,
        "time_dt": "2026-11-20T04:00:00.123Z",
        "metadata": {
            "version": "1.8.0",
            "uid": "39812654321098765432109876543210987654321098765432109876",
            "product": {"name": "Amazon WorkMail", "vendor_name": "AWS"},
            "profiles": ["cloud", "datetime"],
        },
        "cloud": {"provider": "AWS", "region": "eu-west-1", "account": {"uid": "111122223333"}},
        "to": ["ana@example.com"],
        "email": {"from": "offers@example.net", "subject": "Invoice 4711"},
        "observables": [{"name": "email.from", "type_id": 5, "type": "Email Address", "value": "offers@example.net"}],
        "unmapped": {"spamVerdict": "FAIL"},
    }


def changed(path, value):
    """The valid event with one attribute set to something else."""
    record = email_activity()
    *parents, last = path
    _at(record, parents)[last] = value
    return record


def without(path):
    """The valid event with one attribute taken away."""
    record = email_activity()
    *parents, last = path
    del _at(record, parents)[last]
    return record


def _at(record, path):
    return functools.reduce(lambda place, step: place[step], path, record)


def submitted_as_other():
    """99 without the source's own word for it."""
    record = without(["status"])
    record["status_id"] = 99
    return record


def without_sender_and_recipient():
    """A class constraint: an email has a `from` or a `to`."""
    return without(["email", "from"])


CONTROLS = {
    "an attribute that the class does not have": (changed(["colour"], "red"), "'colour' was unexpected"),
    "an attribute that an object does not have": (changed(["email", "colour"], "red"), "'colour' was unexpected"),
    "an attribute of a profile that was not declared": (changed(["action_id"], 1), "'action_id' was unexpected"),
    "a profile that the class does not have": (changed(["metadata", "profiles"], ["cloud", "nonsense"]), "'nonsense'"),
    "a declared profile whose required attribute is missing": (without(["cloud"]), "'cloud' is a required property"),
    "a required attribute that is missing": (without(["severity_id"]), "'severity_id' is a required property"),
    "a class that does not exist": (changed(["class_uid"], 4999), "is an unknown class"),
    "a number that the enum does not have": (changed(["direction_id"], 7), "$.direction_id"),
    "text where a number belongs": (changed(["time"], "1795147200123"), "$.time"),
    "an address that is none": (changed(["to"], ["MAILER-DAEMON"]), "$.to[0]"),
    "an email without sender and recipient": (without_sender_and_recipient(), "$.email"),
    "the wrong type_uid": (changed(["type_uid"], 400901), "type_uid: 400901 instead of 400902"),
    "the wrong caption": (changed(["direction"], "Incoming"), "'Incoming' instead of 'Inbound'"),
    "the wrong caption, deep inside": (changed(["observables", 0, "type"], "Email"), "instead of 'Email Address'"),
    "a caption that is missing": (without(["severity"]), "sibling severity is missing"),
    "99 without the source's own word": (submitted_as_other(), "sibling status is missing"),
    "a time in seconds": (changed(["time"], 1795147200), "looks like seconds"),
    "a time in microseconds": (changed(["time"], 1795147200123000), "is not within 1970–9999"),
    "a negative time": (changed(["time"], -1), "is not within 1970–9999"),
    "two times that disagree": (changed(["time_dt"], "2026-11-20T04:00:00.124Z"), "time_dt"),
    "a time in local words": (changed(["time_dt"], "2026-11-20T04:00:00.123"), "time_dt"),
    "a declared datetime profile without time_dt": (without(["time_dt"]), "time_dt: missing"),
    "null": (changed(["status_detail"], None), "status_detail: null"),
    "null, deep inside": (changed(["email", "subject"], None), "email.subject: null"),
    "an unmapped that is not flat": (changed(["unmapped"], {"rule": {"name": "news"}}), "unmapped.rule"),
    "an unmapped that holds a number": (changed(["unmapped"], {"count": 1}), "unmapped.count"),
    "another version": (changed(["metadata", "version"], "1.7.0"), "metadata.version"),
}


def test_a_valid_event_has_no_problems():
    assert ocsf_checks.problems(email_activity()) == []


@pytest.mark.parametrize("control", CONTROLS)
def test_the_checks_refuse(control):
    record, expected = CONTROLS[control]
    found = ocsf_checks.problems(record)
    assert any(expected in problem for problem in found), f"{expected!r} is not among {found}"


def test_every_golden_record_is_valid():
    files = sorted(GOLDEN.glob("*.json"))
    assert len(files) > 20, f"only {len(files)} golden files in {GOLDEN}"
    records = {f"{path.name}:{at}": record for path in files for at, record in enumerate(archive.strict_json(path.read_bytes(), list))}
    assert len(records) > 150
    assert _invalid(records) == {}


def test_every_record_made_of_the_samples_is_valid(mailtrail, tmp_path):
    run = mailtrail.ingest(*programs.sample_files(), to=tmp_path / "archive")
    ledger = programs.check_ledger(run.expect(programs.NEEDS_A_LOOK).answer)
    objects = archive.from_directory(tmp_path / "archive").check().kind("records")
    records = {f"{each.key}:{line}": record for each in objects for line, record in enumerate(each.records, 1)}
    assert len(records) > 100
    assert set(ledger["by_class"]) == EMITTED_CLASSES
    assert _invalid(records) == {}


def test_every_record_made_for_several_accounts_and_internal_domains_is_valid(mailtrail, tmp_path):
    settings = {
        "MAILTRAIL_INTERNAL_DOMAINS": "example.com",
        "MAILTRAIL_ORGANIZATIONS": "m-0123456789abcdef0123456789abcdef",
    }
    mailtrail.ingest(*programs.good_samples(), to=tmp_path / "archive", env=settings).expect(programs.DONE)
    records = archive.from_directory(tmp_path / "archive").check().records()
    assert _invalid(dict(enumerate(records))) == {}
    assert any(record.get("direction") == "Internal" for record in records)
    assert any(record["metadata"].get("tenant_uid") == settings["MAILTRAIL_ORGANIZATIONS"] for record in records)


def _invalid(records):
    """Name → problems, of the records that have any."""
    found = {name: ocsf_checks.problems(record) for name, record in records.items()}
    return {name: problems for name, problems in found.items() if problems}
