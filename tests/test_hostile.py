"""Every row of the table of hostile input: what cannot be read is kept, and nothing else is harmed."""

import datetime
import json
import re

import pytest

import archive
import ocsf_checks
import payloads
import programs
import samples
from programs import DONE, NEEDS_A_LOOK

HOSTILE = programs.EVENTS / "hostile"
OWN_LOG_GROUP = "/aws/lambda/mailtrail-workmail-events"
MEBIBYTE = 1024 * 1024

# Whole payloads that are put away, and the reason that names their folder.
QUARANTINED = {
    "empty-data.json": "not_gzip",
    "not-gzip.json": "not_gzip",
    "truncated-gzip.json": "truncated_gzip",
    "wrong-crc.json": "bad_checksum",
    "wrong-length.json": "bad_checksum",
    "trailing-bytes.json": "trailing_bytes",
    "bomb.json": "too_large",
    "bomb-of-members.json": "too_large",
    "empty-gzip.json": "not_json",
    "not-json.json": "not_json",
    "truncated-json.json": "not_json",
    "other-shape.json": "not_a_batch",
    "unknown-message-type.json": "unknown_message_type",
    "missing-log-events.json": "missing_log_events",
}


@pytest.fixture
def where(tmp_path):
    """An archive deep in a folder, so that a way out of it would be seen."""
    return tmp_path / "deep" / "er" / "archive"


@pytest.fixture
def ingested(mailtrail, where):
    """Ingests hostile samples and returns the ledger and the archive, both checked."""

    def ingest(*names, code=DONE, **how):
        run = mailtrail.ingest(*(HOSTILE / name for name in names), to=where, **how).expect(code)
        ledger = programs.check_ledger(run.answer)
        content = archive.from_directory(where).check()
        problems = [problem for record in content.records() for problem in ocsf_checks.problems(record)]
        assert problems == []
        return ledger, content

    return ingest


def sent(name):
    """The one payload of a hostile sample, as bytes."""
    [payload] = payloads.payloads((HOSTILE / name).read_bytes())
    return payload


def sent_events(name):
    """The log events of a hostile sample."""
    return payloads.events((HOSTILE / name).read_bytes())


def kinds(content):
    """The kinds of objects, without the archive's description of itself."""
    return {each.kind for each in content.events()}


# Payloads that are not data


def test_a_control_message_is_counted_and_its_raw_copy_kept(ingested):
    ledger, content = ingested("control-message.json")
    assert (ledger["payloads"], ledger["control_messages"], ledger["events"]) == (1, 1, 0)
    assert ledger["control_events"] == 1
    [raw] = content.events()
    assert raw.kind == "raw"
    assert raw.parts["account"] == "unknown"
    assert raw.body == sent("control-message.json")


@pytest.mark.parametrize("name", QUARANTINED)
def test_a_payload_that_cannot_be_read_is_kept_whole_with_the_reason(ingested, name):
    ledger, content = ingested(name, code=NEEDS_A_LOOK)
    assert (ledger["payloads"], ledger["quarantined_payloads"], ledger["events"]) == (1, 1, 0)
    assert kinds(content) == {"quarantine"}
    assert content.quarantined() == {QUARANTINED[name]: [sent(name)]}


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("not-base64.json", "not_base64"),
        ("other-invocation.json", "unknown_event"),
        ("on-failure-without-event.json", "unknown_event"),
    ],
)
def test_an_invocation_without_a_payload_is_kept_with_the_reason_if_that_is_asked_for(ingested, name, reason):
    ledger, content = ingested(name, code=NEEDS_A_LOOK, options=["--quarantine"])
    assert (ledger["payloads"], ledger["quarantined_payloads"], ledger["events"]) == (1, 1, 0)
    assert kinds(content) == {"quarantine"}
    [kept] = content.quarantined()[reason]
    invocation = (HOSTILE / name).read_bytes()
    inside = json.loads(invocation).get("awslogs", {}).get("data", "").encode()
    assert kept.strip() in (invocation.strip(), inside.strip())


def test_one_bad_payload_does_not_harm_its_neighbours(ingested):
    ledger, content = ingested("kinesis-mixed.json", code=NEEDS_A_LOOK)
    assert (ledger["payloads"], ledger["quarantined_payloads"]) == (3, 1)
    good, bad, also_good = payloads.payloads((HOSTILE / "kinesis-mixed.json").read_bytes())
    assert content.quarantined() == {"truncated_gzip": [bad]}
    assert sorted(each.body for each in content.kind("raw")) == sorted([good, also_good])
    expected = [event for payload in (good, also_good) for event in payloads.events(payload)]
    assert ledger["archived"] == len(expected)


def test_what_was_quarantined_can_be_ingested_again(mailtrail, ingested, where):
    _, content = ingested("truncated-gzip.json", "bomb.json", code=NEEDS_A_LOOK)
    kept = sorted(path for path in where.rglob("*.bin"))
    assert len(kept) == 2
    run = mailtrail.ingest(*kept, to=where).expect(NEEDS_A_LOOK)
    assert programs.check_ledger(run.answer)["quarantined_payloads"] == 2
    assert archive.from_directory(where).digests() == content.digests()


@pytest.mark.parametrize("members", [False, True], ids=["one member", "many members"])
def test_a_gibibyte_in_a_megabyte_is_not_unpacked_into_memory(mailtrail, where, members):
    bomb = samples.bomb(1024, members)
    # Nothing says that it is a payload, so it is kept where that is asked for.
    for options, kept in [((), {}), (("--quarantine",), {"too_large": [bomb]})]:
        run = mailtrail.ingest("-", to=where, options=options, stdin=bomb, measure=True).expect(NEEDS_A_LOOK)
        assert run.peak_memory < 200 * MEBIBYTE, f"{run.peak_memory / MEBIBYTE:.0f} MiB at the peak"
        assert archive.from_directory(where).quarantined() == kept


def test_the_bound_on_the_decoded_size_is_a_setting(ingested):
    size = len(payloads.decoded(sent("message-1mib.json")))
    ingested("message-1mib.json", env={"MAILTRAIL_DECODED_LIMIT": str(size)})
    _, content = ingested("message-1mib.json", code=NEEDS_A_LOOK, env={"MAILTRAIL_DECODED_LIMIT": str(size - 1)})
    assert content.quarantined() == {"too_large": [sent("message-1mib.json")]}


# Log events of any shape


def test_a_message_of_any_shape_becomes_a_base_event_that_holds_it(ingested):
    ledger, content = ingested("message-shapes.json")
    events = {str(event["id"]): event["message"] for event in sent_events("message-shapes.json")}
    assert ledger["archived"] == len(events) > 6
    by_uid = {record["metadata"]["uid"]: record for record in content.records()}
    assert set(by_uid) == set(events)
    for uid, message in events.items():
        if not _is_an_object(message):
            assert by_uid[uid]["class_uid"] == 0
            assert by_uid[uid].get("raw_data", "") == _in_unicode(message)


def test_an_empty_message_and_a_nul_are_among_the_shapes():
    shapes = [event["message"] for event in sent_events("message-shapes.json")]
    assert "" in shapes
    assert any("\0" in message for message in shapes)
    assert any("\ud800" <= character <= "\udfff" for message in shapes for character in message)


@pytest.mark.parametrize(
    ("name", "class_name"), [("message-1mib.json", "base_event"), ("event-1mib.json", "email_activity")]
)
def test_a_message_of_a_mebibyte_is_archived(ingested, name, class_name):
    [event] = sent_events(name)
    assert len(event["message"].encode()) == MEBIBYTE
    ledger, content = ingested(name)
    assert ledger["by_class"] == {class_name: 1}
    [record] = content.records()
    assert record.get("raw_data", event["message"]) == event["message"]


def test_messages_of_ten_thousand_nested_arrays_are_archived(ingested):
    messages = [event["message"] for event in sent_events("deep-nesting.json")]
    ledger, content = ingested("deep-nesting.json")
    assert ledger["archived"] == len(messages)
    nothing_but_arrays = [message for message in messages if message.startswith("[[[")]
    assert nothing_but_arrays
    kept = [record.get("raw_data") for record in content.records("base_event")]
    assert all(message in kept for message in nothing_but_arrays)


# Text that is not Unicode


@pytest.mark.parametrize("name", ["invalid-utf8.json", "invalid-utf8.gz"])
def test_invalid_utf8_is_read_with_replacement_characters_and_kept_exactly(ingested, name):
    ledger, content = ingested(name)
    assert ledger["archived"] == len(sent_events(name)) >= 1
    [raw] = content.kind("raw")
    assert raw.body == sent(name)
    assert "\N{REPLACEMENT CHARACTER}" in json.dumps(content.records(), ensure_ascii=False)


def test_lone_surrogates_in_names_are_replaced(ingested):
    ledger, content = ingested("surrogate-names.json")
    assert ledger["archived"] == len(sent_events("surrogate-names.json")) >= 1
    for record in content.records():
        assert "\N{REPLACEMENT CHARACTER}" in record["metadata"]["log_name"]
        assert "\N{REPLACEMENT CHARACTER}" in record["metadata"]["log_source"]
    assert any("\N{REPLACEMENT CHARACTER}" in record["metadata"]["uid"] for record in content.records())


# Paths


@pytest.mark.parametrize("name", ["owner-traversal.json", "owner-13-digits.json"])
def test_an_owner_that_is_no_account_becomes_unknown(ingested, tmp_path, where, name):
    ledger, content = ingested(name)
    assert ledger["archived"] >= 1
    assert {each.parts["account"] for each in content.events()} == {"unknown"}
    expect_nothing_outside(tmp_path, where)


def test_a_region_that_is_none_becomes_unknown(ingested, tmp_path, where):
    ledger, content = ingested("region-bad.json")
    assert ledger["archived"] >= 1
    assert "unknown" in {each.parts["region"] for each in content.kind("records")}
    expect_nothing_outside(tmp_path, where)


def expect_nothing_outside(tmp_path, where):
    """No file was written but those of the archive and of the test's own home."""
    strays = [
        path
        for path in tmp_path.rglob("*")
        if path.is_file() and where not in path.parents and tmp_path / "home" not in path.parents
    ]
    assert strays == []


# Again, and almost again


def test_two_events_of_the_same_short_id_are_both_kept(ingested):
    ledger, content = ingested("same-short-id-a.json", "same-short-id-b.json")
    assert ledger["archived"] == 2
    assert ledger["already"] == 0
    assert len(content.kind("raw")) == len(content.kind("records")) == 2
    assert len({record["metadata"]["uid"] for record in content.records()}) == 1


def test_the_same_events_packed_differently_are_one_set_of_objects(ingested):
    first, content = ingested("same-events-regzipped-a.json")
    assert sent("same-events-regzipped-a.json") != sent("same-events-regzipped-b.json")
    again, same = ingested("same-events-regzipped-b.json")
    assert again["already"] == again["archived"] == first["archived"]
    assert same.digests() == content.digests()
    [raw] = same.kind("raw")
    assert raw.body == sent("same-events-regzipped-a.json")


# Loops


def test_a_batch_of_our_own_is_refused_and_leaves_nothing(ingested):
    count = len(sent_events("own-log-group.json"))
    ledger, content = ingested("own-log-group.json", options=["--own-log-group", OWN_LOG_GROUP])
    assert (ledger["events"], ledger["refused"], ledger["archived"]) == (count, count, 0)
    assert content.events() == []


def test_the_same_batch_is_archived_where_that_log_group_is_not_our_own(ingested):
    ledger, _ = ingested("own-log-group.json", options=["--own-log-group", "/aws/lambda/another"])
    assert ledger["refused"] == 0
    assert ledger["archived"] == len(sent_events("own-log-group.json"))


# Time


def test_events_of_any_time_lie_under_their_own_day_in_the_order_of_time(ingested):
    events = sent_events("out-of-order.json")
    ledger, content = ingested("out-of-order.json")
    assert ledger["archived"] == len(events)
    # That each lies under the day of its `time`, in order, is what check() looks at.
    stamps = {str(event["id"]): event.get("timestamp") for event in events}
    assert len(stamps) == len(events)
    for record in content.records():
        stamp = stamps[record["metadata"]["uid"]]
        if type(stamp) is int and 0 <= stamp <= ocsf_checks.LATEST_TIME:
            assert record["time"] == stamp
        else:
            assert record["time"] == 0
            assert stamp is None or str(stamp) in record["unmapped"].values()
    assert len({each.parts["day"] for each in content.kind("records")}) >= 4


def test_the_raw_copy_lies_under_the_day_of_the_earliest_timestamp(ingested):
    _, content = ingested("out-of-order.json")
    stamps = [event.get("timestamp") for event in sent_events("out-of-order.json")]
    usable = [stamp if type(stamp) is int and 0 <= stamp <= ocsf_checks.LATEST_TIME else 0 for stamp in stamps]
    [raw] = content.kind("raw")
    assert raw.parts["day"] == archive.day_of(min(usable))


def test_quarantine_lies_under_the_day_of_arrival(ingested):
    before = datetime.datetime.now(datetime.UTC)
    _, content = ingested("not-json.json", code=NEEDS_A_LOOK)
    after = datetime.datetime.now(datetime.UTC)
    days = {each.parts["day"] for each in content.kind("quarantine")}
    assert days <= {f"{before:%Y%m%d}", f"{after:%Y%m%d}"}


def _is_an_object(message):
    try:
        return isinstance(json.loads(message), dict)
    except (ValueError, RecursionError):
        return False


def _in_unicode(message):
    """The message with U+FFFD for every surrogate that has no partner (json has joined the others)."""
    return re.sub("[\ud800-\udfff]", "\N{REPLACEMENT CHARACTER}", message)
