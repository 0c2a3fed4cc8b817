"""The Logs Insights queries of infra/queries/: parsed, every name known, and held to the cases of who did what.

Of a case, a query must let through the log events that answer the question. What Insights cannot ask is listed here
and in the README of infra/queries.
"""

import json
import re

import pytest

import insights
import queries
import query_fixtures
from activity_cases import CASES, FOLDER, every_case, query_of
from query_expectations import CASES as EXPECTED

# What Insights has no query for, and why.
WITHOUT_INSIGHTS = {
    "email-trace": "none: Insights compares no event with another",
    "activity-with-issued-keys": "two queries: cloudtrail-assumed-roles, then cloudtrail-by-access-key",
    "other-events": "a log group has no classes",
}
# Query → the example in it that a question replaces.
EXAMPLES = {
    "activity-by-access-key": "AKIAEXAMPLEALICE",
    "activity-by-account": "111122223333",
    "activity-by-source": "203.0.113.20",
    "activity-by-user": "alice",
    "cloudtrail-by-role": "Admin",
    "cloudtrail-by-role-arn": "arn:aws:iam::111122223333:role/Admin",
    "cloudtrail-by-session": "alice",
}

every_insights_query = pytest.mark.parametrize("name", queries.names(queries.INSIGHTS, ".txt"))


@every_insights_query
def test_every_word_of_an_insights_query_is_known(name):
    assert insights.problems(text_of(name)) == []


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("fields event.fron", "unknown field: event.fron"),
        ("select event.from", "unknown command: select"),
        ("filter isnice(event.from)", "unknown function: isnice"),
        ("filter event.from ~ 1", "invalid syntax: ' ~ 1'"),
        ('filter event.eventName = "EMAIL_EATEN"', 'in no sample: "EMAIL_EATEN"'),
        ("filter event.from like /@nowhere$/", "in no sample: /@nowhere$/"),
        ("filter traceId in (\n SOURCE 'other'\n | fields traceId\n )", "a subquery of another log group: other"),
        ("filter traceId in (\n SOURCE '/aws/workmail/emailevents/x'\n | fields trace\n )", "unknown field: trace"),
        ("limit 20000", "expected one limit of up to 10000 rows, not [20000, 10]"),
    ],
)
def test_a_word_that_insights_does_not_know_is_found(line, problem):
    head = "# Mail.\n# Log group: the log group of WorkMail's email events.\n"
    assert insights.problems(f"{head}{line}\n| limit 10") == [problem]
    assert insights.problems(f"{head}fields event.from\n| limit 10") == []


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ('a = "x"', True),
        ('a != "x" or b.0 = 1', True),
        ('missing = "x"', False),
        ('missing != "x"', False),
        ('not (missing = "x") and ispresent(a)', True),
        ("a like /^X$/", False),
        ("a not like /^X$/ and a like /x/", True),
        ('a in ["y", "x"]', True),
        ('a = "y" or a = "x" and c = "false"', True),
        ('(a = "y" or a = "x") and c = "true"', False),
    ],
)
def test_a_filter_is_read_as_insights_reads_it(condition, holds):
    message = json.dumps({"a": "x", "b": [1], "c": False, "d": None})
    assert insights.passes(f"# Comment | filter no.\nfields a\n| filter {condition}\n| limit 1", message) is holds


def test_a_journey_has_the_events_of_every_leg_with_the_message_id():
    messages = [json.dumps(line) for line in query_fixtures.MAIL_LINES]
    query = text_of("email-journey").replace("figures@mail.example.com", "m1@example.com")
    query = insights.with_answers(query, messages)
    found = [message for message in messages if insights.passes(query, message)]
    assert found == [message for message in messages if json.loads(message)["traceId"] in ("in-1", "out-1")]
    assert len(found) == 6


def test_every_question_has_an_insights_query_or_a_reason():
    asked, answered = set(queries.names(queries.ATHENA, ".sql")), set(queries.names(queries.INSIGHTS, ".txt"))
    assert answered | set(WITHOUT_INSIGHTS) == asked
    assert not answered & set(WITHOUT_INSIGHTS)


# The cases


@every_case
def test_the_filters_let_through_the_events_of_a_case(case):
    batch = json.loads((FOLDER / case["events"]).read_text())
    for question in case["questions"]:
        if reason_not_to_ask(question["ask"], case) is None:
            found = [event["id"] for event in batch["logEvents"] if answers(question["ask"], event["message"])]
            # A query has every copy of a call; of the cases' answers only those that are asked for alone.
            copies = set(case["copies"]) - set(question["found"])
            assert [uid for uid in found if uid not in copies] == question["found"], question["ask"]


def answers(ask, message):
    """Whether the query of every member of a question lets a log event through."""
    return all(insights.passes(query_for(kind, value), message) for kind, value in ask.items())


def query_for(kind, value):
    """The query that asks one member of a question, with the value in place of the example."""
    name, _ = query_of(kind, value)
    text = text_of(name)
    if name not in EXAMPLES:
        return text
    pattern = re.escape(value).replace("/", r"\/").replace("\\-", "-")
    quoted = text.replace(f'"{EXAMPLES[name]}"', f'"{value}"')
    return re.sub(r"(?<![\w\"])" + re.escape(EXAMPLES[name]) + r"(?![\w\"])", lambda _: pattern, quoted)


def reason_not_to_ask(ask, case):
    """Why Insights cannot answer a question, or None."""
    if "follow" in ask:
        return "subqueries are not nested"
    if "/" in ask.get("source_ip", ""):
        return "a block of addresses is a condition of its own: isIpInSubnet"
    if case["names"] == "learned" and "user" in ask:
        return "nothing joins the name of a user to the id"
    if case["finding"] == "I13":
        return "no field is discovered in a message that is not valid JSON"
    return None


def test_what_insights_cannot_ask_is_said_in_the_page():
    page = " ".join(queries.README.read_text().split())
    asked = [(question["ask"], case) for case in CASES for question in case["questions"]]
    reasons = {reason_not_to_ask(ask, case) for ask, case in asked} - {None}
    assert len(reasons) == 4
    for reason in reasons:
        assert reason in page


# The page


def test_the_page_lists_every_query():
    rows = re.findall(r"^\| (.+?) \| `athena/(.+?)\.sql` \| (.+?) \|$", queries.README.read_text(), re.MULTILINE)
    assert sorted(rows) == sorted(listed(name) for name in EXPECTED)


def text_of(name):
    """The text of an Insights query."""
    return (queries.INSIGHTS / f"{name}.txt").read_text()


def listed(name):
    """The row of a query in the page, whose two files have one title."""
    title = queries.title(queries.ATHENA / f"{name}.sql", "--")
    if name in WITHOUT_INSIGHTS:
        return title, name, WITHOUT_INSIGHTS[name]
    assert queries.title(queries.INSIGHTS / f"{name}.txt", "#") == title
    return title, name, f"`insights/{name}.txt`"
