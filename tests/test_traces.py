"""What became of mail, asked in SQL, against the truth of generated journeys (`cargo xtask journeys`).

Every form that a message's way can take, ten times; once with all events, once with one missing from each journey. Athena's
query and the macro of `_about/email.sql` have the status that is true for every recipient of every message. What SQL does
not do is named in the README of infra/queries, and shown here.
"""

import collections
import json
import os
import re
import subprocess

import duckdb
import pytest

import email_recipes
import payloads
import programs
import queries
import samples
from programs import DONE
from test_recipes import started_in

XTASK = programs.TARGET / "debug" / "xtask"
JUNK_FOLDERS = programs.PROJECT / "shared" / "query" / "trace" / "src" / "folder.rs"
ALL_DAYS = ["20200101", "20991231"]
FORMS = 38
START = 1_795_161_600_000  # 2026-11-20T08:00:00Z
# The reasons of a status that say that it is not known.
UNKNOWN = "unknown"

Message = collections.namedtuple("Message", "form trace_ids recipients")


class Journeys:
    """Generated journeys in an archive, and their truth."""

    def __init__(self, root, *options):
        inputs, home = root / "in", root / "home"
        home.mkdir()
        command = [XTASK, "journeys", "--seed", "3", "--count", str(10 * FORMS), *options, inputs]
        subprocess.run(command, check=True, capture_output=True, timeout=programs.TIMEOUT)
        self.archive = root / "archive"
        self.payloads = sorted(inputs.glob("*.json.gz"))
        mailtrail = programs.Mailtrail(home)
        mailtrail.ingest(*self.payloads, to=self.archive).expect(DONE)
        self.truth = json.loads((inputs / "truth.json").read_text())

    def messages(self):
        """What is true of every message; copies for the journal, and messages without a recipient, are none."""
        found = [(journey["form"], message) for journey in self.truth for message in journey["messages"]]
        for form, message in found:
            if message["recipients"] and not message["is_journal_copy"]:
                recipients = {(own["address"], own["status"], own["unknown_reason"]) for own in message["recipients"]}
                yield Message(form, frozenset(message["trace_ids"]), frozenset(recipients))

    def in_two_scripts(self):
        """The trace ids of legs that write a domain in ASCII which others write in its own script."""
        events = [event for path in self.payloads for event in payloads.events(path.read_bytes())]
        lines = [json.loads(event["message"]) for event in events if "xn--" in event["message"]]
        return {line["traceId"] for line in lines}


@pytest.fixture(scope="module", params=[(), ("--incomplete",)], ids=["whole", "incomplete"])
def journeys(request, tmp_path_factory):
    """Journeys with all their events, and with one missing from each."""
    return Journeys(tmp_path_factory.mktemp("journeys"), *request.param)


@pytest.fixture(scope="module")
def database(journeys):
    """Athena's tables and views over their archive."""
    return queries.Database(journeys.archive)


def traced(rows):
    """The messages that rows of the query tell of."""
    told = collections.defaultdict(set)
    for row in rows:
        reason = row["detail"] if row["status"] == UNKNOWN else None
        message = row["first_time"], row["message_id"], row["from_address"], row["trace_ids"]
        told[message].add((row["recipient"], row["status"], reason))
    return [(frozenset(message[-1].split()), frozenset(recipients)) for message, recipients in told.items()]


def compare(told, expected, two_scripts):
    """Every message is told once and as it is. A copy for the journal is a leg of the truth alone."""
    by_trace_id = collections.defaultdict(list)
    for message in expected:
        for trace_id in message.trace_ids:
            by_trace_id[trace_id].append(message)
    left = collections.Counter(message for message in expected if not message.trace_ids & two_scripts)
    for trace_ids, recipients in told:
        candidates = {message for trace_id in trace_ids for message in by_trace_id[trace_id]}
        if any(message.trace_ids & two_scripts for message in candidates):
            continue
        true = [message for message in candidates if message.recipients == recipients and trace_ids <= message.trace_ids]
        assert true and left[true[0]], f"{trace_ids}: {sorted(recipients, key=str)} instead of {candidates}"
        left[true[0]] -= 1
    assert not +left, f"not told: {+left}"


def test_every_recipient_has_the_status_that_is_true(journeys, database):
    rows = database.rows(queries.Query.read("email-trace").text, [*ALL_DAYS, ""])
    expected, two_scripts = list(journeys.messages()), journeys.in_two_scripts()
    compare(traced(rows), expected, two_scripts)
    compared = [message for message in expected if not message.trace_ids & two_scripts]
    assert len(compared) > len(expected) * 9 // 10 > 400
    assert len({message.form for message in compared}) >= FORMS - 1
    assert {"bounced", "delivered", "dropped", "expanded", "junk", "redirected", "rejected", "sent", "unknown"} <= {
        status for message in compared for _, status, _ in message.recipients
    }


def test_a_wrong_status_would_be_found(journeys, database):
    rows = database.rows(queries.Query.read("email-trace").text, [*ALL_DAYS, ""])
    bounced = next(row for row in rows if row["status"] == "bounced" and "ü" not in row["recipient"])
    bounced["status"] = "delivered"
    with pytest.raises(AssertionError):
        compare(traced(rows), list(journeys.messages()), journeys.in_two_scripts() - set(bounced["trace_ids"].split()))


def test_an_address_in_two_scripts_is_two(mailtrail, tmp_path):
    [legs] = trace(mailtrail, tmp_path, chain(0, written="jörg@xn--bcher-kva.example.com"))
    assert sorted(legs) == [("jörg@bücher.example.com", "expanded"), ("jörg@xn--bcher-kva.example.com", "delivered")]


@pytest.mark.parametrize(("redirects", "messages"), [(0, 1), (3, 1), (4, 2)])
def test_a_message_that_was_redirected_more_than_three_times_is_told_in_parts(redirects, messages, mailtrail, tmp_path):
    assert len(trace(mailtrail, tmp_path, chain(redirects))) == messages


def test_the_macros_of_the_archive_say_the_same(journeys, database):
    connection = connected(journeys.archive)
    with started_in(journeys.archive):
        found = connection.execute("FROM email_trace(?, ?, '')", ALL_DAYS).fetchall()
    rows = database.rows(queries.Query.read("email-trace").text, [*ALL_DAYS, ""])
    assert len(rows) > 1000
    assert found == [tuple(row.values()) for row in rows]


def test_a_journey_has_every_step_of_its_message(journeys, database):
    text = queries.Query.read("email-journey").text
    forms = {journey["form"]: journey["messages"] for journey in journeys.truth}
    assert len(forms) == FORMS
    for form, messages in forms.items():
        for message in messages:
            rows = database.rows(text, [*ALL_DAYS, message["trace_ids"][0]])
            assert {row["trace_id"] for row in rows} >= set(message["trace_ids"]), form
            # Others have that Message-ID as well.
            assert (len(rows) > message["events"]) == (message["same_message_id"] > 0), form


def test_a_journey_is_found_by_its_message_id_as_by_a_trace_id(journeys, database):
    connection = connected(journeys.archive)
    text = queries.Query.read("email-journey").text
    [message] = next(journey["messages"] for journey in journeys.truth if journey["form"] == "to both sides")
    rows = database.rows(text, [*ALL_DAYS, message["trace_ids"][0]])
    [message_id] = {row["message_id"].strip("<>") for row in rows if row["message_id"]}
    assert database.rows(text, [*ALL_DAYS, message_id]) == rows
    with started_in(journeys.archive):
        found = connection.execute("FROM email_journey(?, ?, ?)", [*ALL_DAYS, message_id]).fetchall()
    assert found == [tuple(row.values()) for row in rows]


def test_a_part_finds_the_recipients_that_it_is_a_part_of(journeys, database):
    text = queries.Query.read("email-trace").text
    rows = database.rows(text, [*ALL_DAYS, ""])
    for part in ("GRACE@", "order 12", "mail.example.com", rows[0]["trace_ids"].split()[0]):
        found = database.rows(text, [*ALL_DAYS, part])
        assert found == [row for row in rows if part.lower() in " ".join(str(value) for value in row.values()).lower()]
        assert found, part


ODD = [
    ({"eventName": "ORGANIZATION_EMAIL_RECEIVED", "from": "x@example.org", "recipients": ["bob@example.com"]}, None),
    ({"eventName": "MAILBOX_EMAIL_DELIVERED", "recipient": "bob@example.com"}, ""),
    ({"eventName": "RULE_APPLIED", "ruleType": "INBOUND_RULE", "ruleActions": "oops"}, "odd"),
    ({"eventName": "RULE_APPLIED", "ruleActions": [{"action": 5, "recipients": "bob@example.com"}, 7, None]}, "odd"),
    ({"eventName": "ORGANIZATION_EMAIL_RECEIVED", "from": ["x"], "recipients": {"a": 1}, "messageId": 7}, "odd"),
    ({"eventName": "ORGANIZATION_EMAIL_RECEIVED", "from": "<>", "recipients": ["<((<<", "", "eva@example.com"]}, "odd"),
    ({"eventName": "INCOMING_EMAIL_BOUNCED", "bouncedRecipient": {"emailAddress": "eva@example.com", "reason": {}}}, "odd"),
]


def test_lines_of_odd_shapes_harm_no_answer(mailtrail, tmp_path):
    told = trace(mailtrail, tmp_path, ODD)
    rows = sorted(row for rows in told for row in rows)
    assert [row for row in rows if row[0].endswith("@example.com")] == [
        # Without a trace id nothing ties the delivery to the message.
        ("bob@example.com", "delivered"),
        ("bob@example.com", "pending"),
        ("eva@example.com", "bounced"),
    ]
    connection = connected(tmp_path / "archive")
    with started_in(tmp_path / "archive"):
        for question, names in (("odd", {"odd"}), ("7", {"odd"})):
            found = connection.execute("FROM email_journey(?, ?, ?)", [*ALL_DAYS, question]).fetchall()
            assert (len(found), {row[-1] for row in found}) == (5, names)
        assert len(connection.execute("FROM email_trace(?, ?, '')", ALL_DAYS).fetchall()) == len(rows)


def test_the_junk_folders_are_those_of_the_trace():
    [listed] = re.findall(r"const JUNK: .*?= &\[(.*?)\];", JUNK_FOLDERS.read_text(), re.DOTALL)
    [asked] = re.findall(r"contains\(\s*ARRAY\[(.*?)\]", queries.Query.read("email-trace").text, re.DOTALL)
    names = re.findall(r'"(.+?)"', listed)
    assert len(names) > 40
    assert re.findall(r"'(.+?)'", asked) == names


def test_the_macros_are_the_queries_for_athena():
    if "MAILTRAIL_WRITE_EMAIL_SQL" in os.environ:
        email_recipes.PATH.write_text(email_recipes.script())
    assert email_recipes.PATH.read_text() == email_recipes.script()


def connected(archive):
    """A connection with the views and macros that the archive describes, whatever the time zone."""
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'Asia/Kathmandu'")
    with started_in(archive):
        for name in ("duckdb.sql", "email.sql"):
            connection.execute((archive / "_about" / name).read_text())
    return connection


def chain(redirects, written=None):
    """The log lines of a message that one mailbox after the other redirects to the next."""
    name = "jörg@bücher.example.com" if written else "box0@example.com"
    message = {"from": "x@example.org", "messageId": "<m@example.org>"}

    def received(number, address):
        return {"eventName": "ORGANIZATION_EMAIL_RECEIVED", "recipients": [address], "subject": "s", **message}, f"in-{number}"

    lines = [received(0, name)]
    for number in range(1, redirects + 1):
        target = f"box{number}@example.com"
        rule = {"eventName": "RULE_APPLIED", "ruleType": "MAILBOX_RULE", "ruleActions": [{"action": "Redirect"}]}
        lines += [({**rule, "targetRecipient": target}, f"in-{number - 1}"), received(number, target)]
    delivered = {"eventName": "MAILBOX_EMAIL_DELIVERED", "recipient": written or f"box{redirects}@example.com"}
    return [*lines, ({**delivered, "folder": "INBOX"}, f"in-{redirects}")]


def trace(mailtrail, tmp_path, lines):
    """The recipients of each message of some log lines, with their statuses."""
    events = [
        {"id": f"{number:056}", "timestamp": START + number, "message": json.dumps({"traceId": trace_id, "event": event})}
        for number, (event, trace_id) in enumerate(lines)
    ]
    path = tmp_path / "batch.json"
    path.write_text(json.dumps(samples.batch("chain", 0) | {"logEvents": events}))
    mailtrail.ingest(path, to=tmp_path / "archive").expect(DONE)
    database = queries.Database(tmp_path / "archive")
    rows = database.rows(queries.Query.read("email-trace").text, [*ALL_DAYS, ""])
    told = collections.defaultdict(list)
    for row in rows:
        told[row["first_time"]].append((row["recipient"], row["status"]))
    return list(told.values())
