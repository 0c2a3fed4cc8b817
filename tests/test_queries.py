"""The queries of infra/queries/ over an archive that `mailtrail ingest` wrote from the events of `query_fixtures`.

DuckDB runs every Athena query, which must return the expected rows and no others although half of the events are
stored twice. No engine for Logs Insights runs here: its queries are parsed, and every name in them must be known.
"""

import datetime
import json
import re

import pytest
import zstandard

import archive
import query_fixtures
import programs
import queries
import tables
from query_expectations import CASES
from programs import DONE

TODAY = [query_fixtures.DAY, query_fixtures.DAY]

# What Insights has no query for, and why.
WITHOUT_INSIGHTS = {
    "email-journey": "two queries: email-by-message-id, then email-by-trace",
    "cloudtrail-behind-roles": "two queries: cloudtrail-assumed-roles, then cloudtrail-by-access-key",
    "other-events": "a log group has no classes",
}

every_query = pytest.mark.parametrize("name", queries.names(queries.ATHENA, ".sql"))
every_insights_query = pytest.mark.parametrize("name", queries.names(queries.INSIGHTS, ".txt"))


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
def empty(tmp_path_factory):
    """Tables and views over an archive that has nothing yet."""
    return queries.Database(tmp_path_factory.mktemp("empty"))


def parameters(name):
    """What a query is asked in these tests."""
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
    assert [row["event_time"] for row in found[:3]] == [start + datetime.timedelta(minutes=number) for number in range(3)]


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
def test_a_query_reads_the_days_that_it_is_asked_for_and_no_others(name, database):
    plan = database.plan(queries.Query.read(name).text, parameters(name))
    read = [tuple(map(int, found)) for found in re.findall(r"Scanning Files: (\d+)/(\d+)", plan)]
    assert len(read) == plan.count("READ_JSON") > 0, plan
    assert all(some < all_of_them for some, all_of_them in read), plan


@every_query
def test_a_query_can_be_narrowed_to_one_account(name, database):
    text = queries.Query.read(name).text
    narrowed, times = queries.OFFERED.subn("", text)
    assert times == 1
    assert database.rows(narrowed, parameters(name)) == database.rows(text, parameters(name))
    assert database.rows(narrowed.replace(query_fixtures.ACCOUNT, "444455556666"), parameters(name)) == []


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


# Logs Insights


@every_insights_query
def test_every_word_of_an_insights_query_is_known(name):
    assert queries.problems((queries.INSIGHTS / f"{name}.txt").read_text()) == []


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("fields event.fron", "no field of any sample: event.fron"),
        ("select event.from", "no command: select"),
        ("filter isnice(event.from)", "no function: isnice"),
        ("filter event.from ~ 1", "cannot be read: ' ~ 1'"),
        ('filter event.eventName = "EMAIL_EATEN"', 'in no sample: "EMAIL_EATEN"'),
        ("filter event.from like /@nowhere$/", "in no sample: /@nowhere$/"),
        ("limit 20000", "not one limit of up to 10000 rows: [20000, 10]"),
    ],
)
def test_a_word_that_insights_does_not_know_is_found(line, problem):
    head = "# Mail.\n# Log group: the log group of WorkMail's email events.\n"
    assert queries.problems(f"{head}{line}\n| limit 10") == [problem]
    assert queries.problems(f"{head}fields event.from\n| limit 10") == []


def test_every_question_has_an_insights_query_or_a_reason():
    asked, answered = set(queries.names(queries.ATHENA, ".sql")), set(queries.names(queries.INSIGHTS, ".txt"))
    assert answered | set(WITHOUT_INSIGHTS) == asked
    assert not answered & set(WITHOUT_INSIGHTS)


# The page


def test_the_page_lists_every_query():
    rows = re.findall(r"^\| (.+?) \| `athena/(.+?)\.sql` \| (.+?) \|$", queries.README.read_text(), re.MULTILINE)
    assert sorted(rows) == sorted(listed(name) for name in CASES)


def listed(name):
    """The row of a query in the page, whose two files have one title."""
    title = queries.title(queries.ATHENA / f"{name}.sql", "--")
    if name in WITHOUT_INSIGHTS:
        return title, name, WITHOUT_INSIGHTS[name]
    insights = queries.INSIGHTS / f"{name}.txt"
    assert queries.title(insights, "#") == title
    return title, name, f"`insights/{name}.txt`"
