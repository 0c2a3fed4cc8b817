"""`mailtrail activity` and the SQL of infra/queries find the same in every sample, whichever identity is asked for; but that
SQL takes a name for true at all times."""

import json

import pytest

import programs
import queries
from activity_cases import DAYS, query_of
from programs import DONE

# Kind of identity in the view `activity_records` → the option that asks for it, and the member of a question.
OPTIONS = {
    "user_name": ("--user", "user"),
    "address": ("--user", "user"),
    "user_id": ("--user", "user"),
    "principal": ("--user", "user"),
    "source_identity": ("--user", "user"),
    "on_behalf_of": ("--user", "user"),
    "role": ("--role", "role"),
    "role_session": ("--session", "session"),
    "access_key": ("--access-key", "access_key"),
    "token": ("--access-key", "access_key"),
    "account": ("--account", "account"),
}


@pytest.fixture(scope="module")
def sampled(tmp_path_factory):
    """The command line, an archive of every sample and of every case, and the database over it."""
    root = tmp_path_factory.mktemp("samples")
    (root / "home").mkdir()
    mailtrail = programs.Mailtrail(root / "home")
    cases = programs.PROJECT / "tests" / "cases" / "activity"
    events = [path for path in sorted(cases.glob("*.json")) if path.name != "cases.json"]
    mailtrail.ingest(*programs.good_samples(), *events, to=root / "archive").expect(DONE)
    return mailtrail, root / "archive", queries.Database(root / "archive")


def asked(mailtrail, archive, *options):
    """`mailtrail activity`."""
    ended = mailtrail.run("activity", "--archive", archive, "--json", *options)
    assert ended.code == DONE, ended.stderr
    return ended


def found_by_command(mailtrail, archive, *options):
    """The ids of the events that `mailtrail activity` finds."""
    return uids(asked(mailtrail, archive, *options))


def uids(ended):
    return {json.loads(line)["metadata"]["uid"] for line in ended.stdout.splitlines()}


def has_other_names(ended, value):
    """Whether the command knows a user by other names and ids, as it tells on stderr."""
    return any(line.startswith(f"{value} = ") for line in ended.stderr.splitlines())


def found_by_query(database, kind, value):
    """The ids of the events that the query for one member of a question finds."""
    name, parameters = query_of(kind, value)
    return {row["uid"] for row in database.rows(queries.Query.read(name).text, [*DAYS, *parameters])}


@pytest.mark.parametrize("kind", OPTIONS)
def test_every_identity_is_found_alike(kind, sampled):
    mailtrail, archive, database = sampled
    option, member = OPTIONS[kind]
    rows = database.rows("SELECT identities FROM activity_records")
    values = sorted({each["value"] for row in rows for each in row["identities"] if each["kind"] == kind})
    assert values, f"no sample has an identity of the kind {kind}"
    for value in values:
        found, ended = found_by_query(database, member, value), asked(mailtrail, archive, option, value)
        assert uids(ended) <= found and uids(ended), value
        # SQL takes what a sign-in says of a name for true at all times and of every organization, the command does not.
        assert found == uids(ended) or has_other_names(ended, value), value


@pytest.mark.parametrize(
    ("option", "member"), [("--failed", "failed"), ("--not-owner", "not_owner"), ("--impersonated", "event")]
)
def test_what_is_notable_is_found_alike(option, member, sampled):
    mailtrail, archive, database = sampled
    found = found_by_query(database, member, "impersonation")
    assert found == found_by_command(mailtrail, archive, option)
    assert found
