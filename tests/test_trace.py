"""`mailtrail trace`: its JSON is what its page says, of every sample, also of those that were made to deceive."""

import csv
import io
import json
import re

import jsonschema
import pytest

import programs
from programs import DONE, NEEDS_A_LOOK

# A line of a log may have a megabyte.
csv.field_size_limit(1 << 24)
PAGE = programs.PROJECT / "docs" / "trace.md"


@pytest.fixture(scope="module")
def sampled(tmp_path_factory):
    """The command line, and an archive of every sample."""
    root = tmp_path_factory.mktemp("trace")
    (root / "home").mkdir()
    mailtrail = programs.Mailtrail(root / "home")
    mailtrail.ingest(*programs.good_samples(), to=root / "archive").expect(DONE)
    hostile = mailtrail.ingest(programs.EVENTS / "hostile", to=root / "archive")
    assert hostile.code in (DONE, NEEDS_A_LOOK), hostile
    return mailtrail, root / "archive"


def schema():
    """The schema of the page."""
    (block,) = re.findall(r"```json\n(.*?)```", PAGE.read_text(), re.DOTALL)
    return json.loads(block)


def trace(sampled, *options):
    mailtrail, archive = sampled
    run = mailtrail.run("trace", "--archive", archive, *options)
    assert run.code in (DONE, NEEDS_A_LOOK), run
    run.expect_manners()
    return run


def test_the_json_of_every_message_is_as_the_page_says(sampled):
    validator = jsonschema.Draft202012Validator(schema())
    validator.check_schema(validator.schema)
    for options in (["--json"], ["--json", "--detail", "--journal"]):
        lines = trace(sampled, *options).stdout.splitlines()
        assert len(lines) > 50
        for line in lines:
            errors = [error.message for error in validator.iter_errors(json.loads(line))]
            assert not errors, f"{errors}\n{line}"


def test_list_csv_and_count_agree_with_the_json(sampled):
    messages = [json.loads(line) for line in trace(sampled, "--json").stdout.splitlines()]
    assert trace(sampled, "--count").stdout == f"{len(messages)}\n"
    rows = list(csv.DictReader(io.StringIO(trace(sampled, "--csv").stdout)))
    assert len(rows) == sum(max(1, len(message["recipients"])) for message in messages)
    listed = trace(sampled, "--limit", str(len(messages))).stdout.splitlines()
    assert [line.split()[0] for line in listed] == ["#", *map(str, range(1, len(messages) + 1))]
    for status in {recipient["status"] for message in messages for recipient in message["recipients"]}:
        having = [
            message for message in messages if any(own["status"] == status for own in message["recipients"])
        ]
        found = [json.loads(line) for line in trace(sampled, "--json", "--status", status).stdout.splitlines()]
        assert found == having, status


def test_each_message_is_found_by_what_it_says(sampled):
    messages = [json.loads(line) for line in trace(sampled, "--json").stdout.splitlines()]
    options = {"--from": "from", "--subject": "subject", "--message-id": "message_id"}
    for message in messages[::7]:
        asked = [part for option, member in options.items() if message[member] for part in (option, message[member])]
        if asked:
            assert json.dumps(message) in [
                json.dumps(json.loads(line)) for line in trace(sampled, "--json", *asked).stdout.splitlines()
            ], asked
