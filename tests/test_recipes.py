"""Every recipe for reading an archive that we write down is run over an archive of every sample.

Recipes stand in the archive's own description, in what the demo says, and in the help of the commands. No machine needs their
programs for that: `duckdb`, `jq` and `zstdcat` are the Python modules behind commands of those names.
"""

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys

import duckdb
import pytest

import archive
import programs
import tables
from programs import DONE

CASES = programs.PROJECT / "tests" / "cases" / "archive"
ABOUT = programs.PROJECT / "shared" / "archive" / "store" / "src" / "about"
COMMANDS = ["activity", "demo", "doctor", "ingest", "permissions", "search", "trace"]
COMMANDS += ["policy audit", "policy plan", "policy apply", "workmail status", "workmail disable"]
# As the DuckDB of the command line takes them: `-init FILE`, then `-c SQL`, or SQL on standard input.
DUCKDB = f"""#!{sys.executable}
import sys
import duckdb
options = dict(zip(sys.argv[1::2], sys.argv[2::2], strict=True))
connection = duckdb.connect()
if "-init" in options:
    connection.execute(open(options["-init"]).read())
for row in connection.execute(options.get("-c") or sys.stdin.read()).fetchall():
    print(*row, sep="|")
"""
# The `jq` of PyPI is the library. `-c` writes a value a line, as it does; `-r` texts as they are.
JQ = f"""#!{sys.executable}
import json
import sys
import jq
*options, program = sys.argv[1:]
compiled, text = jq.compile(program), sys.stdin.read()
for value in compiled.input_text(text) if text.strip() else []:
    print(value if "-r" in options and isinstance(value, str) else json.dumps(value))
"""
ZSTDCAT = f"""#!{sys.executable}
import sys
import zstandard
for name in sys.argv[1:]:
    with open(name, "rb") as file:
        zstandard.ZstdDecompressor().copy_stream(file, sys.stdout.buffer)
"""


@pytest.fixture(scope="module")
def everything(tmp_path_factory):
    """An archive of every sample, and of attributes whose names differ in case alone."""
    root = tmp_path_factory.mktemp("recipes")
    home = root / "home"
    home.mkdir()
    mailtrail = programs.Mailtrail(home)
    cases = [CASES / name for name in ("keys-differ-in-case.json", "app-keys-differ-in-case.json")]
    mailtrail.ingest(*programs.good_samples(), *cases, to=root / "archive").expect(DONE)
    return root / "archive"


@pytest.fixture(scope="module")
def shell(tmp_path_factory):
    """Runs a line in a folder, with the programs that recipes use."""
    folder = tmp_path_factory.mktemp("bin")
    for name, script in {"duckdb": DUCKDB, "jq": JQ, "zstdcat": ZSTDCAT}.items():
        (folder / name).write_text(script)
        (folder / name).chmod(0o755)
    (folder / "mailtrail").symlink_to(programs.MAILTRAIL)
    path = f"{folder}:{os.environ['PATH']}"

    def run(line, where):
        command = ["bash", "-o", "pipefail", "-c", line]
        clean = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "MAILTRAIL_"))}
        env = {**clean, "PATH": path}
        ended = subprocess.run(command, cwd=where, env=env, capture_output=True, text=True, timeout=120)
        assert ended.returncode == DONE, f"{line}\n{ended.stderr}"
        return ended.stdout

    return run


@contextlib.contextmanager
def started_in(where):
    """The module has the folder of the process, a recipe that of its shell."""
    before = os.getcwd()
    os.chdir(where)
    try:
        yield
    finally:
        os.chdir(before)


def connected(where):
    """A connection with the views that the archive describes, as if started in its folder."""
    connection = duckdb.connect()
    with started_in(where):
        connection.execute((where / "_about" / "duckdb.sql").read_text())
    return connection


def views(where):
    """The rows of each view, and its columns with their types."""
    connection = connected(where)
    with started_in(where):
        return {name: connection.execute(f"SELECT * FROM {name}").fetchall() for name in tables.TABLES}, {
            name: [column[:2] for column in connection.execute(f"DESCRIBE {name}").fetchall()] for name in tables.TABLES
        }


# The views


def test_a_view_of_each_class_has_all_of_its_records_and_its_columns(everything):
    rows, columns = views(everything)
    records = archive.from_directory(everything).check()
    for name in tables.TABLES:
        assert len(rows[name]) == len(records.records(name)) > 0, name
        typed = dict(tables.columns(name)) | {folder: "VARCHAR" for folder in tables.PARTITIONS}
        assert {column: kind.replace('"', "") for column, kind in columns[name]} == {
            column: kind.replace('"', "") for column, kind in typed.items()
        }


def test_attributes_whose_names_differ_in_case_alone_are_both_there(everything, shell):
    sql = "SELECT DISTINCT key FROM (SELECT unnest(map_keys(unmapped)) AS key FROM {}) WHERE lower(key) LIKE '{}' ORDER BY 1"
    for name, key in (("api_activity", "additionalEventData.signatureVersion"), ("base_event", "eventId")):
        query = sql.format(name, key.lower())
        found = shell(f'duckdb -init _about/duckdb.sql -c "{query}"', everything).split()
        assert len(found) == 2 and key in found, (name, found)


def test_the_script_runs_whole_where_classes_are_missing(mailtrail, tmp_path):
    mailtrail.ingest(programs.EVENTS / "payload.gz", to=tmp_path / "archive").expect(DONE)
    rows, columns = views(tmp_path / "archive")
    assert {name for name in rows if rows[name]} == {"email_activity"}
    assert all({"class_uid", "unmapped", "eventDay"} <= {column for column, _ in columns[name]} for name in rows)


def test_a_condition_on_the_day_decides_which_objects_are_read(everything, tmp_path):
    broken = tmp_path / "archive"
    shutil.copytree(everything, broken)
    folders = sorted(broken.glob("api_activity/*/*/eventDay=*"))
    day = folders[0].name.removeprefix("eventDay=")
    others = [folder for folder in folders if not folder.name.endswith(day)]
    assert others
    for records in (records for folder in others for records in folder.iterdir()):
        records.write_bytes(b"no records")
    connection = connected(broken)
    counted = f"SELECT count(*) FROM api_activity WHERE eventDay = '{day}'"
    with started_in(broken):
        [(count,)] = connection.execute(counted).fetchall()
        assert count > 0
        with pytest.raises(duckdb.Error):
            connection.execute("SELECT count(class_uid) FROM api_activity").fetchall()


# The recipes


def test_every_recipe_in_the_description_of_the_archive_runs(everything, shell):
    recipes = [line.strip() for line in (ABOUT / "README.md").read_text().splitlines() if line.startswith("    ")]
    assert [line.split()[0] for line in recipes] == ["gzip", "zstdcat", "duckdb", "(cat"]
    for recipe in recipes:
        assert shell(recipe, everything), recipe
    [example] = re.findall(r"^--     (SELECT .*;)$", (everything / "_about" / "duckdb.sql").read_text(), re.MULTILINE)
    assert shell(f'duckdb -init _about/duckdb.sql -c "{example}"', everything)
    [example] = re.findall(r"^--     (\(cat .*)$", (everything / "_about" / "email.sql").read_text(), re.MULTILINE)
    assert shell(example, everything)


def test_every_recipe_of_the_demo_runs(mailtrail, home_of_demo, shell):
    said = mailtrail.run("demo").expect(DONE).stdout
    _, _, recipes = said.partition("Try next\n")
    lines = re.split(r"^  # .*\n", recipes, flags=re.MULTILINE)
    lines = [recipe.strip().replace(str(programs.MAILTRAIL), "mailtrail") for recipe in lines if recipe.strip()]
    assert len(lines) == 6
    for recipe in lines:
        assert shell(recipe, home_of_demo), recipe


@pytest.fixture
def home_of_demo(mailtrail):
    """Where the demo is run."""
    return mailtrail.home


def jq_programs(command, mailtrail):
    """The `jq` programs in the help of a command, with what is before the pipe."""
    said = mailtrail.run(*command.split(), "--help").expect(DONE).stdout
    return re.findall(r"^ *(.*\S) \| jq (.+)$", said, re.MULTILINE)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_jq_program_in_a_help_compiles_and_runs_on_what_the_archive_answers(command, mailtrail, everything, shell):
    found = jq_programs(command, mailtrail)
    assert found
    for before, program in found:
        # Without input it compiles and does nothing.
        shell(f"jq {program} < /dev/null", everything)
        if before.startswith(("mailtrail activity", "mailtrail search", "mailtrail trace")):
            shell(f"{before} | jq {program}".replace("mailtrail ", f"MAILTRAIL_ARCHIVE={everything} mailtrail ", 1), everything)


def test_zstdcat_and_jq_read_every_object_of_records(everything, shell):
    for name in tables.TABLES:
        lines = shell(f"zstdcat {name}/*/*/*/*.ndjson.zst | jq -c .", everything).splitlines()
        assert len(lines) == len(archive.from_directory(everything).records(name))
        assert all("class_uid" in json.loads(line) for line in lines)
