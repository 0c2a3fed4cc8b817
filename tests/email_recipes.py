"""The questions about mail in an archive's own description: `_about/email.sql`, for DuckDB.

It is the SQL for Athena in DuckDB's dialect, over the views of `_about/duckdb.sql`, and nothing else:
`MAILTRAIL_WRITE_EMAIL_SQL=1` writes it anew.
"""

import re

import sqlglot
from sqlglot.tokens import TokenType

import programs
import queries

PATH = programs.PROJECT / "shared" / "archive" / "store" / "src" / "about" / "email.sql"
HEAD = """\
-- Where mail went, for DuckDB (1.4 or later). It reads the views of duckdb.sql, so that one comes first; start DuckDB in the
-- folder that holds `_about`:
--
--     (cat _about/duckdb.sql _about/email.sql; echo "FROM email_trace('20261101', '20261130', 'ana@example.com');") | duckdb
--
-- email_trace(first_day, last_day, part) has one row for each recipient of each message, with one status. `part` is a part of
-- the sender, the recipient, the subject, the Message-ID or a trace id; '' finds all.
-- email_journey(first_day, last_day, message) has every step of one message; `message` is a part of its Message-ID, or a trace id.
-- Each event counts once, however often it is stored. email_steps has all of them.
-- Times are in UTC. Where these answers end: `infra/queries/README.md` of mailtrail, whose queries for Athena these are.

SET TimeZone = 'UTC';
"""
VIEWS = ["email_activity_once", "base_event_once", "email_steps"]
# Query → the parameters of the macro that asks it.
MACROS = {
    "email-trace": ["first_day", "last_day", "part"],
    "email-journey": ["first_day", "last_day", "message"],
}


def script():
    """The whole file."""
    views = [_view(queries.ATHENA / "views" / f"{name}.sql") for name in VIEWS]
    macros = [_macro(name, parameters) for name, parameters in MACROS.items()]
    return "\n".join([HEAD, *views, *macros])


def _view(path):
    text = _translated(sqlglot.parse_one(path.read_text(), read="athena"))
    return re.sub(r"^CREATE OR REPLACE VIEW", "CREATE OR REPLACE TEMP VIEW", text)


def _macro(name, parameters):
    text = queries.Query.read(name).text
    places = [token.start for token in sqlglot.tokenize(text, read="athena") if token.token_type == TokenType.PLACEHOLDER]
    for place, parameter in reversed(list(zip(places, parameters, strict=True))):
        text = text[:place] + parameter + text[place + 1 :]
    head = f"CREATE OR REPLACE TEMP MACRO {name.replace('-', '_')}({', '.join(parameters)}) AS TABLE"
    return f"{head}\n{_translated(sqlglot.parse_one(text, read='athena'))}"


def _translated(statement):
    return f"{statement.sql(dialect='duckdb', pretty=True, comments=False)};\n"
