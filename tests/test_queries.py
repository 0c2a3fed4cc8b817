"""The queries of infra/queries/ over an archive that `mailtrail ingest` wrote from the events of `query_fixtures`.

DuckDB runs every Athena query, which must return the expected rows and no others although half of the events are
stored twice.
"""

import datetime
import json
import re

import pytest
import zstandard

import archive
import programs
import queries
import query_fixtures
import query_fixtures_cloudtrail
import tables
from programs import DONE
from query_expectations import CASES

TODAY = [query_fixtures.DAY, query_fixtures.DAY]

# The queries that read the view `activity`; the one by account has the account as a parameter.
OF_IDENTITIES = [name for name in CASES if name.startswith(("activity-", "audit-", "cloudtrail-"))]
OF_IDENTITIES.remove("activity-by-account")

every_query = pytest.mark.parametrize("name", queries.names(queries.ATHENA, ".sql"))


@pytest.fixture(scope="module")
def ingested(tmp_path_factory):
    """An archive of the shipped samples and of the fixtures, some as an earlier mapping wrote them."""
    root = tmp_path_factory.mktemp("queries")
    home, inputs = root / "home", root / "inputs"
    home.mkdir()
    inputs.mkdir()
    for number, payload in enumerate(query_fixtures.payloads()):
        (inputs / f"{number}.gz").write_bytes(payload)
    mailtrail = programs.Mailtrail(home)
    mailtrail.ingest(inputs, *programs.good_samples(), to=root / "archive").expect(DONE)
    for name, record in query_fixtures.EARLIER.items():
        folder = root / "archive" / name / f"region={query_fixtures.REGION}" / f"accountId={query_fixtures.ACCOUNT}"
        line = f"{json.dumps(record)}\n".encode()
        (folder / f"eventDay={query_fixtures.DAY}" / "compact-0.ndjson.zst").write_bytes(zstandard.compress(line))
    return root / "archive"


@pytest.fixture(scope="module")
def database(ingested):
    """Tables and views over it."""
    return queries.Database(ingested)


@pytest.fixture(scope="module")
def database_of_files(ingested):
    """The same, every statement reading the files that it needs."""
    return queries.Database(ingested, reads_files=True)


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """Tables and views over an archive that has nothing yet."""
    return queries.Database(tmp_path_factory.mktemp("empty"))


def parameters(name):
    """The parameters of a query in these tests."""
    return [*TODAY, *CASES[name].parameters]


# Athena


@every_query
def test_a_query_returns_the_expected_rows_and_no_others(name, database):
    assert name in CASES, "a query without expected rows"
    case = CASES[name]
    found = database.rows(queries.Query.read(name).text, parameters(name))
    assert [tuple(row[column] for column in case.columns.split()) for row in found] == case.rows


def test_every_expectation_is_of_a_query():
    assert sorted(CASES) == queries.names(queries.ATHENA, ".sql")


def test_times_are_timestamps_in_utc(database):
    text = queries.Query.read("cloudtrail-by-access-key").text
    found = database.rows(text, parameters("cloudtrail-by-access-key"))
    start = datetime.datetime(2026, 12, 3, 9)
    expected = [start + datetime.timedelta(minutes=number) for number in range(3)]
    assert [row["event_time"] for row in found[:3]] == expected


@every_query
def test_a_query_finds_nothing_in_an_empty_archive(name, empty):
    assert empty.rows(queries.Query.read(name).text, parameters(name)) == []


@every_query
def test_the_head_of_a_query_names_its_parameters(name):
    query = queries.Query.read(name)
    assert query.placeholders == len(query.parameters) == len(parameters(name))
    comments = [line.partition("--")[2] for line in query.text.splitlines()]
    assert "?" not in "".join(comments), "a question mark that is no parameter"
    assert query.parameters[:2] == ["first day ('20261120')", "last day ('20261120')"]


@every_query
def test_a_query_reads_the_days_that_it_is_asked_for_and_no_others(name, database_of_files):
    plan = database_of_files.plan(queries.Query.read(name).text, parameters(name))
    read = [tuple(map(int, found)) for found in re.findall(r"Scanning Files: (\d+)/(\d+)", plan)]
    assert len(read) == plan.count("READ_JSON") > 0, plan
    assert all(some < all_of_them for some, all_of_them in read), plan


@every_query
def test_a_query_can_be_narrowed_to_the_log_groups_of_one_account(name, database):
    text = queries.Query.read(name).text
    narrowed, times = queries.OFFERED["accountid"].subn("", text)
    assert times == 1
    assert database.rows(narrowed, parameters(name)) == database.rows(text, parameters(name))
    assert database.rows(narrowed.replace(query_fixtures.ACCOUNT, "777788889999"), parameters(name)) == []


@pytest.mark.parametrize("name", OF_IDENTITIES)
def test_a_query_about_identities_can_be_narrowed_to_the_events_of_one_account(name, database):
    narrowed, times = queries.OFFERED["event_account"].subn("", queries.Query.read(name).text)
    assert times == 1
    of_owner = narrowed.replace(query_fixtures_cloudtrail.MEMBER, query_fixtures.ACCOUNT)
    assert database.rows(narrowed, parameters(name)) == []
    assert database.rows(of_owner, parameters(name)) == database.rows(queries.Query.read(name).text, parameters(name))


def test_a_call_of_two_accounts_is_one_row(database):
    text = "SELECT who, event_account, also_in FROM activity WHERE eventday = ? AND operation = 'PutObject'"
    [row] = database.rows(text, TODAY[:1])
    assert row == {
        "who": query_fixtures_cloudtrail.BOB_USER["arn"],
        "event_account": query_fixtures.ACCOUNT,
        "also_in": [query_fixtures_cloudtrail.MEMBER],
    }


@pytest.mark.parametrize("name", tables.TABLES)
def test_a_view_has_every_event_once(name, database, ingested):
    events = set()
    stored = 0
    for each in archive.from_directory(ingested).kind("records"):
        if each.parts["class"] == name:
            stored += len(each.records)
            head = [record["metadata"] for record in each.records]
            events |= {(each.parts["account"], at["log_name"], at["log_source"], at["uid"]) for at in head}
    in_table = database.rows(f"SELECT count(*) AS events FROM {name}")
    in_view = database.rows(f"SELECT count(*) AS events FROM {name}_once")
    assert in_table == [{"events": stored}]
    assert in_view == [{"events": len(events)}]
    assert stored > len(events), "nothing is stored twice"


def _column(name):
    """A column, named as the text of a view has it."""
    return name.strip().strip('"')


@pytest.mark.parametrize("name", tables.TABLES)
def test_a_view_compares_all_that_a_mapping_makes_of_a_message(name):
    text = (queries.ATHENA / "views" / f"{name}_once.sql").read_text()
    compared = re.search(r"CAST\(ROW\((.+?)\) AS JSON\)", text, re.DOTALL)[1].split(",")
    assert {_column(column) for column in compared} == set(tables.columns(name)) - {"metadata", "cloud", "enrichments"}


SAME_IDS = [programs.PROJECT / "tests/cases/archive/same-ids-other-messages.json", programs.EVENTS / "payload.json"]
SUBJECTS = "SELECT email.subject AS subject FROM email_activity_once WHERE email.subject IS NOT NULL ORDER BY 1"


def test_two_messages_under_one_id_are_two_rows(mailtrail, tmp_path):
    mailtrail.ingest(*SAME_IDS, to=tmp_path / "archive").expect(DONE)
    both = queries.Database(tmp_path / "archive")
    mailtrail.ingest(SAME_IDS[1], to=tmp_path / "other").expect(DONE)
    one = queries.Database(tmp_path / "other")
    count = "SELECT count(*) AS events FROM email_activity_once"
    assert (one.rows(count), both.rows(count)) == ([{"events": 3}], [{"events": 4}])
    assert len(both.rows(SUBJECTS)) == len(one.rows(SUBJECTS)) + 1


def test_what_another_version_of_a_mapping_made_of_an_event_is_a_copy(mailtrail, tmp_path):
    mailtrail.ingest(*SAME_IDS, to=tmp_path / "archive").expect(DONE)
    expected = queries.Database(tmp_path / "archive").rows(SUBJECTS)
    path, _ = sorted((tmp_path / "archive").glob("email_activity/**/*.ndjson.zst"))
    earlier = [json.loads(line) for line in zstandard.decompress(path.read_bytes(), 1 << 20).splitlines()]
    for record in earlier:
        [info] = record["metadata"]["transformation_info_list"]
        info["uid"] = "workmail_email/0"
        record["activity_name"] = "As it was called then"
    text = "".join(f"{json.dumps(record)}\n" for record in earlier).encode()
    path.with_name("compact-0.ndjson.zst").write_bytes(zstandard.compress(text))
    database = queries.Database(tmp_path / "archive")
    assert database.rows(SUBJECTS) == expected
    assert database.rows("SELECT count(*) AS events FROM email_activity") == [{"events": 9}]
