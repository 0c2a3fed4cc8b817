"""The queries of infra/queries/athena, run by DuckDB: sqlglot translates the dialect, nothing is rewritten by hand."""

import dataclasses
import re

import duckdb
import sqlglot

import programs
import tables

QUERIES = programs.PROJECT / "infra" / "queries"
ATHENA, INSIGHTS = QUERIES / "athena", QUERIES / "insights"
README = QUERIES / "README.md"

# The conditions that queries offer as a comment: one account of log groups, one account of events.
OFFERED = {column: re.compile(rf"-- (?=AND {column} = )") for column in ("accountid", "event_account")}


def names(folder, suffix):
    """The names of the queries of one kind."""
    return sorted(path.stem for path in folder.glob(f"*{suffix}"))


def title(path, mark):
    """The first line of a query: what it finds."""
    first = path.read_text().splitlines()[0]
    assert first.startswith(f"{mark} "), f"{path.name} does not begin with a comment"
    return first.removeprefix(f"{mark} ")


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


def translate(text):
    """A statement for Athena in the dialect of DuckDB."""
    statements = sqlglot.transpile(text, read="athena", write="duckdb", unsupported_level=sqlglot.ErrorLevel.RAISE)
    assert len(statements) == 1, f"{len(statements)} statements in one file"
    return statements[0]


class Database:
    """The tables and views over one archive, read once, or with `reads_files` by every statement as Athena does."""

    def __init__(self, archive, reads_files=False):
        self.relation = "VIEW" if reads_files else "TABLE"
        self.connection = duckdb.connect()
        self.connection.execute("SET TimeZone = 'UTC'")
        for name in tables.TABLES:
            self._create_table(name, archive)
        for path in views():
            self.connection.execute(translate(path.read_text()))

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
            f"CREATE {self.relation} {name} AS SELECT * FROM read_json({objects}, format = 'newline_delimited',"
            f" compression = 'zstd', columns = {tables.columns(name)}, hive_partitioning = true,"
            f" hive_types = {tables.PARTITIONS})"
        )

    def rows(self, text, parameters=()):
        """The rows that a statement for Athena returns, each as column → value."""
        result = self.connection.execute(translate(text), list(parameters))
        found = [column[0] for column in result.description]
        return [dict(zip(found, row, strict=True)) for row in result.fetchall()]

    def plan(self, text, parameters=()):
        """How DuckDB executes a statement."""
        return self.connection.execute(f"EXPLAIN {translate(text)}", list(parameters)).fetchall()[0][1]


def views():
    """The views in the order to create them in: each after those that it reads."""
    texts = {path.stem: path for path in sorted((ATHENA / "views").glob("*.sql"))}
    ordered = []

    def add(name):
        for read in _tables_of(texts[name]):
            if read in texts and texts[read] not in ordered:
                add(read)
        if texts[name] not in ordered:
            ordered.append(texts[name])

    for name in texts:
        add(name)
    return ordered


def _tables_of(path):
    """The tables and views that the view of a file reads."""
    select = sqlglot.parse_one(path.read_text(), read="athena").expression
    return sorted({table.name for table in select.find_all(sqlglot.exp.Table)})
