"""The queries of infra/queries/: the Athena ones run by DuckDB, the Insights ones read word by word.

DuckDB stands in for Athena: sqlglot translates one dialect into the other, nothing is rewritten by hand.
"""

import dataclasses
import functools
import json
import re

import duckdb
import sqlglot

import payloads
import programs
import tables

QUERIES = programs.PROJECT / "infra" / "queries"
ATHENA, INSIGHTS = QUERIES / "athena", QUERIES / "insights"
README = QUERIES / "README.md"

# The narrowing to one account that queries offer as a comment.
OFFERED = re.compile(r"-- (?=AND accountid = )")


def names(folder, suffix):
    """The names of the queries of one kind."""
    return sorted(path.stem for path in folder.glob(f"*{suffix}"))


def title(path, mark):
    """The first line of a query: what it finds."""
    first = path.read_text().splitlines()[0]
    assert first.startswith(f"{mark} "), f"{path.name} does not begin with a comment"
    return first.removeprefix(f"{mark} ")


# Athena


@dataclasses.dataclass(frozen=True)
class Query:
    """A query for Athena: its text, and what its head says about its parameters."""

    text: str
    parameters: list

    @classmethod
    def read(cls, name):
        """The query of that name."""
        text = (ATHENA / f"{name}.sql").read_text()
        return cls(text, re.findall(r"^--   \d+\. (.+)$", text, re.MULTILINE))

    @property
    def placeholders(self):
        """How many parameters the statement itself takes."""
        return len(list(sqlglot.parse_one(self.text, read="athena").find_all(sqlglot.exp.Placeholder)))


def translated(text):
    """A statement for Athena in the words of DuckDB."""
    statements = sqlglot.transpile(text, read="athena", write="duckdb", unsupported_level=sqlglot.ErrorLevel.RAISE)
    assert len(statements) == 1, f"{len(statements)} statements in one file"
    return statements[0]


class Database:
    """The tables and the views over one archive."""

    def __init__(self, archive):
        self.connection = duckdb.connect()
        self.connection.execute("SET TimeZone = 'UTC'")
        for name in tables.TABLES:
            self._create_table(name, archive)
        for path in views():
            self.connection.execute(translated(path.read_text()))

    def _create_table(self, name, archive):
        objects = sorted(str(path) for path in archive.glob(f"{name}/**/*.ndjson.zst"))
        if not objects:
            definitions = ", ".join(
                f'"{column}" {kind}' for column, kind in {**tables.columns(name), **tables.PARTITIONS}.items()
            )
            self.connection.execute(f"CREATE TABLE {name} ({definitions})")
            return
        # An attribute that no column has is left out, as Athena leaves it out.
        self.connection.execute(
            f"CREATE VIEW {name} AS SELECT * FROM read_json({objects}, format = 'newline_delimited',"
            f" compression = 'zstd', columns = {tables.columns(name)}, hive_partitioning = true,"
            f" hive_types = {tables.PARTITIONS})"
        )

    def rows(self, text, parameters=()):
        """The rows that a statement for Athena returns, each as column → value."""
        result = self.connection.execute(translated(text), list(parameters))
        found = [column[0] for column in result.description]
        return [dict(zip(found, row, strict=True)) for row in result.fetchall()]

    def plan(self, text, parameters=()):
        """How DuckDB goes about a statement."""
        return self.connection.execute(f"EXPLAIN {translated(text)}", list(parameters)).fetchall()[0][1]


def views():
    """The views in the order to create them in: those of one class first, the others read them."""
    return sorted((ATHENA / "views").glob("*.sql"), key=lambda path: (not path.stem.endswith("_once"), path.stem))


# Logs Insights

COMMANDS = {"fields", "filter", "stats", "sort", "limit", "parse", "display", "dedup"}
FUNCTIONS = {"count", "count_distinct", "earliest", "latest", "min", "max", "ispresent", "coalesce", "tolower"}
WORDS = {"as", "by", "and", "or", "not", "like", "in", "asc", "desc"}
SYSTEM_FIELDS = {"@timestamp", "@message", "@log", "@logStream", "@ingestionTime"}
MOST_ROWS = 10_000
# What a query says of its log group → a part of the names of the samples' groups.
LOG_GROUPS = {
    "WorkMail's email events": "/aws/workmail/emailevents/",
    "WorkMail's audit logs": "/aws/vendedlogs/workmail/",
    "a CloudTrail trail": "aws-cloudtrail-logs-",
}
LITERAL = re.compile(r'"[^"]*"|/(?:[^/\\]|\\.)*/')
TOKEN = re.compile(r"\s*(?:(?P<name>[@A-Za-z_][\w.@]*)(?P<call>\s*\()?|(?P<number>\d+)|(?P<sign>!=|[=<>]=?|[(),*]))")


def problems(text):
    """What Insights would not know in a query, a line each."""
    found = re.findall(r"^# Log group: the log group of (.+)\.$", text, re.MULTILINE)
    if len(found) != 1 or found[0] not in LOG_GROUPS:
        return [f"no log group, or one that is not known: {found}"]
    seen = sample_values(LOG_GROUPS[found[0]])
    body = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    wrong = [f"in no sample: {literal}" for literal in LITERAL.findall(body) if not _occurs(literal, seen)]
    # Without literals: a regular expression may hold a bar.
    steps = [step.split(None, 1) for step in LITERAL.sub(" 0 ", body).split("|")]
    wrong += [f"no command: {command}" for command, _ in steps if command not in COMMANDS]
    aliases = {alias for _, rest in steps for alias in re.findall(r"\bas (\w+)", rest)}
    wrong += [problem for _, rest in steps for problem in _unknown(rest, set(seen) | SYSTEM_FIELDS | aliases)]
    limits = [int(rest) for command, rest in steps if command == "limit"]
    if len(limits) != 1 or limits[0] > MOST_ROWS:
        wrong.append(f"not one limit of up to {MOST_ROWS} rows: {limits}")
    return wrong


def _occurs(literal, seen):
    """Whether a value that a query looks for, or a regular expression, is one that samples have."""
    pattern = re.escape(literal[1:-1]) if literal.startswith('"') else literal[1:-1]
    return any(re.search(pattern, value) for values in seen.values() for value in values)


def _unknown(text, known):
    position, text = 0, text.rstrip()
    while position < len(text):
        token = TOKEN.match(text, position)
        if token is None:
            yield f"cannot be read: {text[position:]!r}"
            return
        position = token.end()
        name = token["name"]
        if name is None or name in WORDS:
            continue
        if token["call"] and name not in FUNCTIONS:
            yield f"no function: {name}"
        if not token["call"] and name not in known:
            yield f"no field of any sample: {name}"


@functools.cache
def sample_values(log_group):
    """The fields that Insights finds in the samples of a log group, in its way of writing (`a.b`, `list.0`), and
    their values as text."""
    found = {}
    for path in programs.good_samples():
        for payload in payloads.payloads(path.read_bytes()):
            for batch in payloads.batches(payload):
                if log_group in batch.get("logGroup", ""):
                    for event in batch["logEvents"]:
                        _collect("", _json(event["message"]), found)
    return found


def _json(message):
    try:
        return json.loads(message)
    except ValueError:
        return {}


def _collect(path, value, found):
    parts = {}
    if isinstance(value, dict):
        parts = value
    elif isinstance(value, list):
        parts = {str(at): part for at, part in enumerate(value)}
    elif path:
        found.setdefault(path, set()).add(str(value))
    for name, part in parts.items():
        _collect(f"{path}.{name}".lstrip("."), part, found)
