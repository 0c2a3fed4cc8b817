"""The command line as people use it: what it prints, what it returns, what it leaves behind."""

import gzip
import json
import os
import re

import pytest

import archive
import ocsf_checks
import payloads
import programs
import samples
from programs import DONE, FAILED, NEEDS_A_LOOK, WRONG_USAGE

GOOD = {
    "organization-email-received.json",
    "kinesis.json",
    "on-failure.json",
    "on-failure-kinesis.json",
    "payload.gz",
    "payload.json",
    "two-members.gz",
    "two-documents.gz",
    "account-level.json",
    "system-fields.json",
    "no-filters.json",
    "console-test-event.json",
    "number-ids.json",
    "empty-ids.json",
    "mixed-hour.json",
}


@pytest.fixture
def home(mailtrail):
    """The working directory of the program, where nothing lies yet."""
    return mailtrail.home


def ingested(mailtrail, where, *paths, code=DONE, **how):
    """Ingests, checks ledger and archive, and returns both."""
    ledger = programs.check_ledger(mailtrail.ingest(*paths, to=where, **how).expect(code).answer)
    return ledger, archive.from_directory(where).check()


# demo


def demo_archive(home):
    """The archive that the demo made, wherever it put it."""
    roots = [path.parent for path in home.rglob("raw") if path.is_dir()]
    assert len(roots) == 1, f"{len(roots)} archives below {home}"
    return roots[0]


def test_the_demo_does_the_main_job_and_says_where_the_result_lies(mailtrail, home):
    run = mailtrail.run("demo").expect(DONE)
    made = demo_archive(home)
    assert made.name in run.stdout + run.stderr
    content = archive.from_directory(made).check()
    assert set(content.by_class()) == {"email_activity", "base_event"}
    assert len(content.records()) > 100
    assert [problem for record in content.records() for problem in ocsf_checks.problems(record)] == []
    codes = {record["metadata"].get("event_code") for record in content.records()}
    assert len(codes & set(WORKMAIL_EVENTS)) == len(WORKMAIL_EVENTS)


def test_the_demo_shown_again_changes_nothing(mailtrail, home):
    first = mailtrail.run("demo", "--json").expect(DONE).answer
    before = archive.from_directory(demo_archive(home)).digests()
    again = mailtrail.run("demo", "--json").expect(DONE).answer
    assert first["already"] == 0
    assert again["already"] == again["archived"] == first["archived"]
    assert archive.from_directory(demo_archive(home)).digests() == before


WORKMAIL_EVENTS = [
    "ORGANIZATION_EMAIL_RECEIVED",
    "MAILBOX_EMAIL_DELIVERED",
    "RULE_APPLIED",
    "JOURNALING_INITIATED",
    "INCOMING_EMAIL_BOUNCED",
    "OUTGOING_EMAIL_SUBMITTED",
    "OUTGOING_EMAIL_SENT",
    "OUTGOING_EMAIL_BOUNCED",
    "DMARC_POLICY_APPLIED",
]


# ingest: what goes in comes out


def test_the_samples_show_every_kind_of_input():
    assert {path.name for path in programs.good_samples()} >= GOOD


def test_every_sample_balances_and_ingesting_it_again_adds_nothing(mailtrail, tmp_path):
    for path in programs.sample_files():
        where = tmp_path / path.name
        first = mailtrail.ingest(path, to=where)
        ledger = programs.check_ledger(first.answer)
        first.expect(NEEDS_A_LOOK if ledger["quarantined_payloads"] or ledger["skipped_files"] else DONE)
        content = archive.from_directory(where).check()
        assert content.by_class() == ledger["by_class"], path
        assert ledger["already"] == 0, path
        assert sum(map(len, content.quarantined().values())) == ledger["quarantined_payloads"], path

        again = programs.check_ledger(mailtrail.ingest(path, to=where).expect(first.code).answer)
        assert again == {**ledger, "already": ledger["archived"]}, path
        assert archive.from_directory(where).digests() == content.digests(), path


def test_what_a_good_sample_holds_is_what_the_archive_holds(mailtrail, tmp_path):
    for path in programs.good_samples():
        sent = payloads.payloads(path.read_bytes())
        events = payloads.events(path.read_bytes())
        ledger, content = ingested(mailtrail, tmp_path / path.name, path)
        assert ledger["payloads"] == len(sent), path
        assert ledger["events"] == ledger["archived"] == len(events), path
        kept = sorted(each.payload for each in content.kind("raw"))
        assert kept == sorted({payloads.decoded(payload) for payload in sent}), path
        uids = sorted(record["metadata"]["uid"] for record in content.records())
        named = sorted(str(event["id"]) for event in events if str(event.get("id", "")))
        assert len(uids) == len(events), path
        assert set(named) <= set(uids), path


def test_the_raw_copy_is_the_exact_bytes_that_were_sent(mailtrail, tmp_path):
    for name in ("payload.gz", "two-members.gz", "organization-email-received.json"):
        [sent] = payloads.payloads((programs.EVENTS / name).read_bytes())
        _, content = ingested(mailtrail, tmp_path / name, programs.EVENTS / name)
        assert [each.body for each in content.kind("raw")] == [sent], name


def test_a_payload_that_arrived_decoded_is_kept_gzipped_without_a_time(mailtrail, tmp_path):
    path = programs.EVENTS / "payload.json"
    _, content = ingested(mailtrail, tmp_path / "archive", path)
    [raw] = content.kind("raw")
    assert raw.payload == path.read_bytes()
    assert raw.body[4:8] == bytes(4), "the gzip header carries a time: not the same bytes tomorrow"


def test_a_record_finds_its_raw_copy_by_the_name_of_its_object(mailtrail, tmp_path):
    _, content = ingested(mailtrail, tmp_path / "archive", programs.EVENTS / "mixed-hour.json")
    [raw] = content.kind("raw")
    assert {each.parts["batch"] for each in content.kind("records")} == {raw.parts["batch"]}


def test_the_archive_says_what_it_is(mailtrail, tmp_path):
    _, content = ingested(mailtrail, tmp_path / "archive", programs.EVENTS / "payload.gz")
    about = {each.key: each.body.decode() for each in content.kind("other") if each.key.startswith("_about/")}
    assert any("zst" in text and "eventDay" in text for text in about.values()), sorted(about)


def test_every_input_kind_of_the_same_payload_makes_the_same_archive(mailtrail, tmp_path):
    packed = samples.payload("kinds", 20)
    (tmp_path / "gz").write_bytes(packed)
    (tmp_path / "invocation").write_bytes(samples.invocation(packed))
    (tmp_path / "failed").write_text(
        json.dumps({"version": "1.0", "requestPayload": json.loads(samples.invocation(packed)), "responseContext": {}})
    )
    made = {kind: ingested(mailtrail, tmp_path / f"{kind}-archive", tmp_path / kind)[1] for kind in KINDS}
    assert made["gz"].digests() == made["invocation"].digests() == made["failed"].digests()
    _, decoded = ingested(mailtrail, tmp_path / "decoded-archive", "-", stdin=gzip.decompress(packed))
    _, piped = ingested(mailtrail, tmp_path / "piped-archive", "-", stdin=packed)
    assert piped.digests() == made["gz"].digests()
    assert decoded.digests().keys() == made["gz"].digests().keys()
    assert decoded.records() == made["gz"].records()


KINDS = ("gz", "invocation", "failed")


def test_a_directory_is_read_whole(mailtrail, tmp_path):
    paths = samples.write(tmp_path / "in" / "deep" / "er", "directory", 5, 10)
    ledger, by_name = ingested(mailtrail, tmp_path / "by-name", *paths)
    assert ledger["payloads"] == 5
    assert ledger["archived"] == 50
    _, by_directory = ingested(mailtrail, tmp_path / "by-directory", tmp_path / "in")
    assert by_directory.digests() == by_name.digests()


def test_an_archive_can_be_named_by_a_file_url(mailtrail, tmp_path):
    path = programs.EVENTS / "payload.gz"
    _, by_path = ingested(mailtrail, tmp_path / "one", path)
    mailtrail.ingest(path, to=f"file://{tmp_path}/two").expect(DONE)
    assert archive.from_directory(tmp_path / "two").check().digests() == by_path.digests()


def test_the_region_is_the_option_else_the_variable_else_unknown(mailtrail, tmp_path):
    path = programs.EVENTS / "payload.gz"
    runs = {
        "us-west-2": {"options": ["--region", "us-west-2"]},
        "us-east-1": {"env": {"AWS_REGION": "us-east-1"}},
        "unknown": {"env": {"AWS_REGION": ""}},
    }
    for region, how in runs.items():
        _, content = ingested(mailtrail, tmp_path / region, path, **how)
        assert {each.parts["region"] for each in content.events()} == {region}


# ingest: streams


def test_a_file_stream_gets_every_event_once_a_line_each(mailtrail, tmp_path):
    stream = tmp_path / "stream.ndjson"
    ledger, content = ingested(
        mailtrail, tmp_path / "archive", programs.EVENTS / "mixed-hour.json", options=["--stream", f"file://{stream}"]
    )
    [counts] = ledger["streams"]
    assert counts["delivered"] == ledger["archived"] > 100
    sent = archive.ndjson(stream.read_bytes())
    assert _by_uid(sent) == _by_uid(content.records())


def test_a_stream_gets_only_the_classes_that_it_asks_for(mailtrail, tmp_path):
    stream = tmp_path / "stream.ndjson"
    wanted = f"file://{stream}?classes=email_activity"
    ledger, content = ingested(
        mailtrail, tmp_path / "archive", programs.EVENTS / "mixed-hour.json", options=["--stream", wanted]
    )
    [counts] = ledger["streams"]
    assert counts["delivered"] == ledger["by_class"]["email_activity"]
    assert counts["filtered"] == ledger["archived"] - counts["delivered"]
    assert _by_uid(archive.ndjson(stream.read_bytes())) == _by_uid(content.records("email_activity"))


def _by_uid(records):
    return {record["metadata"]["uid"]: record for record in records}


# ingest: what people see


def test_the_summary_names_what_came_in_what_came_out_and_where_it_lies(mailtrail, tmp_path):
    path = programs.EVENTS / "mixed-hour.json"
    run = mailtrail.run("ingest", "--archive", tmp_path / "archive", path).expect(DONE)
    count = len(payloads.events(path.read_bytes()))
    assert re.search(rf"\b{count}\b", run.stdout + run.stderr)
    assert str(tmp_path / "archive") in run.stdout + run.stderr


def test_with_json_stdout_is_one_object_and_nothing_else(mailtrail, tmp_path):
    run = mailtrail.ingest(programs.EVENTS / "kinesis.json", to=tmp_path / "archive").expect(DONE)
    assert programs.check_ledger(run.answer)["payloads"] == 3
    assert run.stdout.endswith("}\n")


def test_nothing_that_is_said_holds_an_address_or_a_subject(mailtrail, tmp_path):
    paths = samples.write(tmp_path / "in", "private", 1, 50)
    paths += [programs.EVENTS / "hostile" / "message-shapes.json", programs.EVENTS / "hostile" / "not-json.json"]
    run = mailtrail.ingest(*paths, to=tmp_path / "archive", env={"MAILTRAIL_LOG": "debug"}).expect(NEEDS_A_LOOK)
    for private in (*samples.PEOPLE, *samples.OTHERS, *samples.SUBJECTS, "@example"):
        assert private not in run.stdout + run.stderr


# ingest: what holds no payloads

SHAPES = programs.PROJECT / "shared" / "events" / "subscription" / "tests" / "files"
# Files that hold no log events, named for what they are. `test_import.py` has the others one by one.
NAMED = {"cloudtrail-digest.json.gz", "s3-notification.json"}


def test_a_folder_of_files_that_aws_makes_is_taken_in_or_named_for_what_it_is(mailtrail, tmp_path):
    run = mailtrail.ingest(SHAPES, to=tmp_path / "archive").expect(NEEDS_A_LOOK)
    ledger = programs.check_ledger(run.answer)
    skipped = set(re.findall(r"^skipped `[^`]*/([^`/]+)`: ", run.stderr, re.MULTILINE))
    assert skipped == NAMED
    assert ledger["skipped_files"] == len(skipped)
    # A payload that is compressed otherwise is in an event of a subscription filter: kept, as it would be in the function.
    assert ledger["quarantined_payloads"] == 1
    assert "zlib" in run.stderr
    kept = archive.from_directory(tmp_path / "archive").check().quarantined()
    assert {reason: len(payloads) for reason, payloads in kept.items()} == {"not_gzip": 1}
    for named in ("CloudTrail digest", "S3 event"):
        assert named in run.stderr


def test_a_dry_run_says_what_the_run_then_does(mailtrail, home, tmp_path):
    # One file after the other: files have events of each other, and each event counts for the first.
    paths = ("--jobs", "1", SHAPES, programs.EVENTS)
    counts = mailtrail.run("ingest", "--dry-run", "--json", *paths).expect(NEEDS_A_LOOK).answer
    assert list(home.iterdir()) == []
    ledger = programs.check_ledger(mailtrail.ingest(*paths, to=tmp_path / "a").expect(NEEDS_A_LOOK).answer)
    assert counts.keys() - {"dry_run", "by_shape"} <= ledger.keys()
    assert {key: ledger[key] for key in counts.keys() & ledger.keys()} == {
        key: counts[key] for key in counts.keys() & ledger.keys()
    }


# ingest: what goes wrong


@pytest.mark.parametrize(
    "arguments",
    [
        ["--nonsense"],
        ["nonsense"],
        ["ingest", "--nonsense"],
        ["ingest", "--archive"],
        ["ingest", "--archive", "ftp://example.com/archive", "-"],
        ["ingest", "--archive", "s3:/example-archive/mail", "-"],
        ["ingest", "--archive", "S3://example-archive", "-"],
        ["ingest", "--archive", "file:/tmp/archive", "-"],
        ["ingest", "--archive", "C:\\archive", "-"],
        ["search", "--archive", "s3:example-archive"],
        ["activity", "--archive", "https://example.com/archive"],
        ["demo", "--archive", "s3:/example-archive"],
        ["doctor", "--archive", "s3:/example-archive"],
        ["policy", "rollback", "x", "--archive", "s3:/example-archive"],
        ["ingest", "--archive", "archive", "--stream", "firehose://mail", "-"],
        ["ingest", "--archive", "archive", "--stream", "ftp://example.com/stream", "-"],
        ["ingest", "--archive", "archive", "--stream", "firehose:mail?classes=nonsense", "-"],
        ["ingest", "--archive", "s3://example-archive", "--archive-owner", "12345", "-"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_exit_code_2_and_does_nothing(mailtrail, home, arguments):
    run = mailtrail.run(*arguments, stdin=samples.payload("usage", 1)).expect(WRONG_USAGE)
    assert run.stdout == ""
    assert run.stderr
    assert list(home.iterdir()) == []


def test_a_path_that_does_not_exist_is_named(mailtrail, tmp_path):
    run = mailtrail.ingest(tmp_path / "nothing-here.gz", to=tmp_path / "archive").expect(FAILED)
    assert "nothing-here.gz" in run.stderr


def expect_failure_about(run, where):
    """The run failed and says, in few words, about which path."""
    run.expect(FAILED)
    assert str(where) in run.stderr
    assert len(run.stderr.strip().splitlines()) < 20


def test_a_file_in_the_place_of_the_archive_is_refused(mailtrail, tmp_path):
    where = tmp_path / "archive"
    where.write_text("a letter")
    expect_failure_about(mailtrail.ingest(programs.EVENTS / "payload.gz", to=where), where)
    assert where.read_text() == "a letter"


def test_an_archive_that_may_not_be_written_fails_the_run(mailtrail, tmp_path):
    where = tmp_path / "archive"
    where.mkdir(mode=0o555)
    # Root may write anywhere: take that power away.
    obedient = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    run = mailtrail.ingest(programs.EVENTS / "payload.gz", to=where, wrap=obedient)
    expect_failure_about(run, where)
    assert list(where.iterdir()) == []


def test_a_full_disk_fails_the_run_and_leaves_nothing_half_written(mailtrail, tmp_path):
    where = tmp_path / "archive"
    [path] = samples.write(tmp_path / "in", "full", 1, 400)
    # No file may grow over 1 KiB, and a write that would is an error instead of a signal.
    no_room = ["bash", "-c", 'trap "" XFSZ; ulimit -f 1; exec "$@"', "bash"]
    run = mailtrail.ingest(path, to=where, wrap=no_room)
    expect_failure_about(run, where)
    assert archive.from_directory(where).check().events() == []

    ledger, content = ingested(mailtrail, where, path)
    assert ledger["archived"] == 400
    assert ledger["already"] == 0
    _, undisturbed = ingested(mailtrail, tmp_path / "undisturbed", path)
    assert content.digests() == undisturbed.digests()
    assert not [path for path in (where / archive.TEMPORARY).rglob("*") if path.is_file()]
