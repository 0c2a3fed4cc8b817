"""The cases of tests/cases/activity/cases.json, answered by the SQL of infra/queries over what `mailtrail` archives.

Each question is asked by the shipped queries alone; of several members, an event must be in the answer of each.
"""

import pytest

import programs
import queries
from activity_cases import CASES, DAYS, FOLDER, every_case, query_of
from programs import DONE


@pytest.fixture(scope="module")
def database_of(tmp_path_factory):
    """The database over the archive of a case's events; two cases may have the same."""
    databases = {}

    def database(case):
        events = case["events"]
        if events not in databases:
            root = tmp_path_factory.mktemp("case")
            (root / "home").mkdir()
            programs.Mailtrail(root / "home").ingest(FOLDER / events, to=root / "archive").expect(DONE)
            databases[events] = queries.Database(root / "archive")
        return databases[events]

    return database


def found_by(database, ask):
    """The ids of the events that answer every member of a question."""

    def rows(name, parameters):
        return {row["uid"] for row in database.rows(queries.Query.read(name).text, [*DAYS, *parameters])}

    members = dict(ask)
    followed = rows("activity-with-issued-keys", [ask["user"]]) if members.pop("follow", False) else set()
    return set.intersection(*(rows(*query_of(kind, value)) for kind, value in members.items())) | followed


def can_be_asked(ask):
    """Whether DuckDB can answer: blocks of addresses need a type that only Athena has."""
    return "/" not in ask.get("source_ip", "")


@every_case
def test_the_queries_find_the_events_of_a_case(case, database_of):
    database = database_of(case)
    for question in case["questions"]:
        if can_be_asked(question["ask"]):
            assert sorted(found_by(database, question["ask"])) == question["found"], question["ask"]


@every_case
def test_every_event_has_the_outcome_of_its_case(case, database_of):
    found = database_of(case).rows("SELECT uid, outcome FROM activity_records ORDER BY uid")
    assert {row["uid"]: row["outcome"] for row in found} == case["outcomes"]


def test_copies_of_one_call_are_one_row_of_the_account_of_the_caller(database_of):
    [case] = [case for case in CASES if case["finding"] == "I8"]
    first, second = sorted(case["outcomes"])
    copies = database_of(case).rows("SELECT uid, event_account FROM activity_records ORDER BY uid")
    [call] = database_of(case).rows("SELECT uid, event_account, also_in FROM activity")
    assert copies == [
        {"uid": first, "event_account": "111122223333"},
        {"uid": second, "event_account": "444455556666"},
    ]
    assert call == {"uid": first, "event_account": "111122223333", "also_in": ["444455556666"]}
    assert found_by(database_of(case), {"account": "111122223333"}) == {first}


def test_only_blocks_of_addresses_cannot_be_asked_here():
    asks = [question["ask"] for case in CASES for question in case["questions"]]
    not_asked = [ask for ask in asks if not can_be_asked(ask)]
    assert not_asked and all(list(ask) == ["source_ip"] for ask in not_asked)
    comments = (queries.ATHENA / "activity-by-source.sql").read_text()
    assert "try_cast(address AS ipaddress)" in comments, "how Athena asks for a block is not said"
