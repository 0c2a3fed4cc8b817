"""The queries of infra/queries/ answer what they say: over an archive that `mailtrail ingest` made of planted lines.

Every Athena query is run, by DuckDB, and has to return what was planted and nothing else, although half of it is
stored twice. No engine for Logs Insights runs here: its queries are read, and every word has to be known.
"""

import dataclasses
import datetime
import re

import pytest

import archive
import planted
import programs
import queries
import tables
from programs import DONE

TODAY = [planted.DAY, planted.DAY]
USER, ROLE = (f"arn:aws:iam::{planted.ACCOUNT}:{kind}" for kind in ("user", "role"))
STS = f"arn:aws:sts::{planted.ACCOUNT}:assumed-role"


@dataclasses.dataclass(frozen=True)
class Case:
    """What a query has to return: the rows, each with these columns of it."""

    columns: str
    rows: list
    parameters: tuple = ()


CALL = "who operation status source access_key"
ALICE_CALLS = [
    (f"{USER}/alice", "ListBuckets", "Success", "203.0.113.20", planted.ALICE_KEY),
    (f"{USER}/alice", "DeleteUser", "Failure", "203.0.113.20", planted.ALICE_KEY),
    (f"{USER}/alice", "AssumeRole", "Success", "203.0.113.20", planted.ALICE_KEY),
]
ALICE_SIGN_IN = (f"{USER}/alice", "ConsoleLogin", "Success", "203.0.113.20", None)
SENT = ("OUTGOING_EMAIL_SENT", "bob@example.com", "Success", None, "out-1")
RECEIVED = ("ORGANIZATION_EMAIL_RECEIVED", "bob@example.com", "Success", None, "in-1")
ARRIVED = [
    RECEIVED,
    ("MAILBOX_EMAIL_DELIVERED", "bob@example.com", "Success", "INBOX", "in-1"),
    ("RULE_APPLIED", None, "Success", "Invoices", "in-1"),
]
STEP = "step recipients status folder trace_id"
SPAM = ("offers@example.net", None, "bob@example.com, carla@example.com", "You won", "FAIL", "in-2")
MESSAGE = "from_address sent_by recipients subject spam trace_id"
OFFICE, MASKED = "198.51.100.7", "***********"
DENIED_ACCESS = [
    (planted.ANA, planted.BOB, None, "delete", "item-3", OFFICE, "EWS", "Failure"),
    (planted.BOB, planted.ANA, None, "delete", "item-7", None, "EWS", "Failure"),
]
ACCESS = "who owner impersonator operation object_id source protocol result"

CASES = {
    "audit-access-denied": Case(
        "who source protocol scope rule_id result",
        [
            (planted.BOB, "203.0.113.9", "ActiveSync", "AccessControl", "deny-outside", "Failure"),
            (planted.CARLA, "203.0.113.9", "ActiveSync", "DeviceAccessControl", None, "Failure"),
            (planted.BOB, None, "ActiveSync", "AccessControl", "deny-nowhere", "Failure"),
            (planted.ANA, MASKED, "ActiveSync", "AccessControl", None, "Failure"),
        ],
    ),
    "audit-availability-failures": Case(
        "who domain provider error", [(planted.ANA, "legacy.example.com", "LAMBDA", "Timed out")]
    ),
    "audit-failed-logins-by-address": Case(
        "source failures users who protocols reasons",
        [
            ("203.0.113.5", 3, 2, "ana, bob", "IMAP", "Invalid credentials"),
            (MASKED, 1, 1, "carla", "IMAP", "Invalid credentials"),
            ("203.0.113.6", 1, 1, "bob", "IMAP", "Invalid credentials"),
        ],
    ),
    "audit-impersonation": Case(
        "impersonator impersonated owner operation source result",
        [
            ("imp-01", planted.CARLA, planted.CARLA, "read", OFFICE, "Success"),
            ("imp-01", planted.CARLA, None, "AccessControlEvaluation", "203.0.113.9", "Success"),
            ("imp-02", None, planted.CARLA, "update", OFFICE, "Success"),
            ("imp-02", planted.BOB, planted.BOB, "move", None, "Success"),
        ],
    ),
    "audit-mailbox-denied": Case(ACCESS, DENIED_ACCESS),
    "audit-non-owner-access": Case(
        ACCESS,
        [
            (planted.ANA, planted.BOB, None, "read", "item-2", OFFICE, "EWS", "Success"),
            DENIED_ACCESS[0],
            (planted.CARLA, planted.CARLA, "imp-01", "read", "item-4", OFFICE, "EWS", "Success"),
            (planted.ANA, planted.BOB, None, "read_hierarchy", None, OFFICE, "EWS", "Success"),
            (None, planted.CARLA, "imp-02", "update", "item-5", OFFICE, "EWS", "Success"),
            (planted.BOB, planted.ANA, None, "read", "item-6", None, "EWS", "Success"),
            DENIED_ACCESS[1],
            (planted.BOB, planted.BOB, "imp-02", "move", "item-9", None, "EWS", "Success"),
        ],
    ),
    "audit-personal-access-tokens": Case(
        "who operation token expires source",
        [
            ("ana", "Create", "phone", "2027-03-31T00:00:00Z", OFFICE),
            ("ana", "Delete", "laptop", "2027-03-31T00:00:00Z", OFFICE),
            ("ana", "Create", None, "2027-03-31T00:00:00Z", OFFICE),
        ],
    ),
    "cloudtrail-assumed-roles": Case(
        "who new_role_arn new_identity new_access_key status",
        [
            (f"{USER}/alice", planted.AUDITOR, f"{STS}/Auditor/night", planted.NIGHT_KEY, "Success"),
            (f"{USER}/bob", planted.AUDITOR, f"{ROLE}/Auditor", None, "Failure"),
        ],
    ),
    "cloudtrail-behind-roles": Case(
        "user_name role_arn session_name operation access_key",
        [("alice", planted.AUDITOR, "night", "ListUsers", planted.NIGHT_KEY)],
        ("alice",),
    ),
    "cloudtrail-by-access-key": Case(CALL, ALICE_CALLS, (planted.ALICE_KEY,)),
    "cloudtrail-by-operation": Case(CALL, ALICE_CALLS[1:2], ("DeleteUser", "bob")),
    "cloudtrail-by-role": Case(
        "role_name session_name operation access_key",
        [
            ("Auditor", "night", "ListUsers", planted.NIGHT_KEY),
            ("Auditor", "day", "DescribeOrganization", planted.DAY_KEY),
            ("Auditor", "team", "ListBuckets", "ASIAPLANTEDTEAM"),
            ("Auditor", "bare", "GetUser", None),
        ],
        ("Auditor",),
    ),
    "cloudtrail-by-role-arn": Case(
        "role_arn session_name operation",
        [(planted.AUDITOR, "night", "ListUsers"), (planted.AUDITOR, "day", "DescribeOrganization")],
        (planted.AUDITOR,),
    ),
    "cloudtrail-by-session": Case(
        "session_name role_arn operation",
        [("night", planted.AUDITOR, "ListUsers"), ("night", f"{planted.AUDITOR}Junior", "ListBuckets")],
        ("night",),
    ),
    "cloudtrail-by-user": Case(CALL, [*ALICE_CALLS, ALICE_SIGN_IN], ("alice",)),
    "cloudtrail-denied": Case(
        "who operation error_code",
        [
            (f"{USER}/alice", "DeleteUser", "AccessDenied"),
            (f"{USER}/bob", "RunInstances", "Client.UnauthorizedOperation"),
            (f"{USER}/bob", "AssumeRole", "AccessDenied"),
        ],
    ),
    "cloudtrail-failed-sign-ins": Case(
        "who operation error_message with_mfa source",
        [(f"{USER}/bob", "ConsoleLogin", "Failed authentication", False, "203.0.113.20")],
    ),
    "email-by-message-id": Case(STEP, [SENT, RECEIVED], ("m1@example.com",)),
    "email-by-trace": Case(STEP, ARRIVED, ("in-1",)),
    "email-dmarc-failures": Case("dmarc_policy messages senders", [("QUARANTINE", 1, 1)]),
    "email-find-submission": Case(
        "from_address recipients subject trace_id",
        [("Ana@example.com", "bob@example.com, press@example.net", "Invoice 12", "out-1")],
        ("ANA@", "press@example.net"),
    ),
    "email-incoming-bounces": Case(
        "recipient status_code reason trace_id", [("carla@example.com", "5.2.2", "Mailbox full", "in-2")]
    ),
    "email-journey": Case(
        STEP,
        [
            ("OUTGOING_EMAIL_SUBMITTED", "bob@example.com, press@example.net", "Submitted", None, "out-1"),
            SENT,
            ("OUTGOING_EMAIL_BOUNCED", "press@example.net", "Failure", None, "out-1"),
            *ARRIVED,
        ],
        ("m1@example.com",),
    ),
    "email-outgoing-bounces": Case(
        "recipient status_code reason trace_id", [("press@example.net", "5.1.1", "user unknown", "out-1")]
    ),
    "email-received-from-address": Case(
        MESSAGE,
        [("partner@example.org", "assistant@example.org", "carla@example.com", "Lunch?", "PASS", "in-3")],
        ("Assistant@example.org",),
    ),
    "email-received-from-domain": Case(MESSAGE, [SPAM], ("Example.net",)),
    "email-rules-inbound": Case(
        "rule_name rule_action outcome recipients trace_id",
        [("drop-spam", "DROP", "Dropped", "bob@example.com", "in-2")],
    ),
    "email-rules-mailbox": Case(
        "rule_name rule_action folder target_recipient trace_id",
        [
            ("invoices", "Move", "Invoices", None, "in-1"),
            ("fwd", "Redirect", None, "elsewhere@example.org", "in-4"),
        ],
    ),
    "email-rules-outbound": Case(
        "rule_name rule_action outcome recipients trace_id",
        [("no-customer-lists", "BOUNCE", "Rejected", "press@example.net", "out-2")],
    ),
    "email-spam": Case(MESSAGE, [SPAM]),
    "email-spam-by-recipient": Case("address messages", [("bob@example.com", 1), ("carla@example.com", 1)]),
    "email-verdicts-by-subject": Case(
        "from_address subject spam spf dkim dmarc dmarc_policy",
        [("ana@example.com", "Invoice 12", "PASS", "PASS", "PASS", "PASS", None)],
        ("invoice",),
    ),
    # The two of dora have one id, but in two log streams.
    "email-volume-received": Case(
        "address messages", [("carla@example.com", 2), ("dora@example.com", 2), ("bob@example.com", 1)]
    ),
    "email-volume-sent": Case("address messages", [("ana@example.com", 1), ("carla@example.com", 1)]),
    "other-events": Case(
        "log_group event events",
        [
            (planted.AUDIT, "MAILBOX_ACCESS", 5),
            (planted.AUDIT, "ACCESS_CONTROL", 1),
            (planted.AUDIT, "AUTHENTICATION", 1),
            (planted.AUDIT, "PERSONAL_ACCESS_TOKEN", 1),
            (planted.MAIL, "RULE_APPLIED", 1),
        ],
    ),
}

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
    """An archive of the shipped samples and of what was planted."""
    root = tmp_path_factory.mktemp("queries")
    home, inputs = root / "home", root / "inputs"
    home.mkdir()
    inputs.mkdir()
    for number, payload in enumerate(planted.payloads()):
        (inputs / f"{number}.gz").write_bytes(payload)
    mailtrail = programs.Mailtrail(home)
    mailtrail.ingest(inputs, *programs.good_samples(), to=root / "archive").expect(DONE)
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
def test_a_query_returns_what_was_planted_and_nothing_else(name, database):
    assert name in CASES, "a query that nobody expects anything of"
    case = CASES[name]
    found = database.rows(queries.Query.read(name).text, parameters(name))
    assert [tuple(row[column] for column in case.columns.split()) for row in found] == case.rows


def test_every_expectation_is_of_a_query():
    assert sorted(CASES) == queries.names(queries.ATHENA, ".sql")


def test_times_are_timestamps_in_utc(database):
    text = queries.Query.read("cloudtrail-by-access-key").text
    found = database.rows(text, parameters("cloudtrail-by-access-key"))
    start = datetime.datetime(2026, 12, 3, 9)
    assert [row["event_time"] for row in found] == [start + datetime.timedelta(minutes=number) for number in range(3)]


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
    assert database.rows(narrowed.replace(planted.ACCOUNT, "444455556666"), parameters(name)) == []


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
