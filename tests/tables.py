"""The tables over an archive, as infra/tables/ defines them, and their columns in DuckDB's words.

The definitions are generated from the record types of shared/ocsf; a type in Hive's words becomes a shape: the name of
a type, a list of one shape (an array), or name → shape (a struct).
"""

import functools
import json
import re

import programs

FOLDER = programs.PROJECT / "infra" / "tables"
GOLDEN = programs.PROJECT / "shared" / "events" / "normalize" / "tests" / "golden"

MAP = "MAP(VARCHAR, VARCHAR)"
# Hive → DuckDB.
PLAIN = {"string": "VARCHAR", "boolean": "BOOLEAN", "int": "INTEGER", "bigint": "BIGINT", "map<string,string>": MAP}
BITS = {"INTEGER": 32, "BIGINT": 64}
# In a template of locations: the name in keys of objects, and the column.
PARTITION = re.compile(r"(\w+)=\$\{(\w+)\}")


def shape(kind):
    """The shape of a type in Hive's words."""
    outer, _, inner = kind.removesuffix(">").partition("<")
    if outer == "struct":
        return {name: shape(part) for name, part in (attribute.split(":", 1) for attribute in _split(inner))}
    return [shape(inner)] if outer == "array" else PLAIN[kind]


def _split(attributes):
    """The attributes of a struct: separated by commas, but not by those inside of angle brackets."""
    depth, start = 0, 0
    for at, sign in enumerate(attributes):
        depth += {"<": 1, ">": -1}.get(sign, 0)
        if sign == "," and depth == 0:
            yield attributes[start:at]
            start = at + 1
    yield attributes[start:]


def template(definition):
    """Where the objects of a table are, as the projection of its partitions has it."""
    return definition["Parameters"]["storage.location.template"]


DEFINITIONS = {path.stem: json.loads(path.read_text()) for path in sorted(FOLDER.glob("*.json"))}
TABLES = {
    name: {column["Name"]: shape(column["Type"]) for column in definition["StorageDescriptor"]["Columns"]}
    for name, definition in DEFINITIONS.items()
}
# The same for all of them, in the names of the archive.
PARTITIONS = {
    folder: PLAIN["string"] for definition in DEFINITIONS.values() for folder, _ in PARTITION.findall(template(definition))
}


def columns(name):
    """Column → type in DuckDB's words, of one table without its partitions."""
    return {column: _kind(part) for column, part in TABLES[name].items()}


def _kind(part):
    if isinstance(part, dict):
        return "STRUCT({})".format(", ".join(f'"{name}" {_kind(inner)}' for name, inner in part.items()))
    return f"{_kind(part[0])}[]" if isinstance(part, list) else part


@functools.cache
def golden_records():
    """What the mappings make of every sample."""
    return [record for path in sorted(GOLDEN.glob("*.snap.json")) for record in json.loads(path.read_text())]


def missing(part, value, path=""):
    """The attributes of a value that a shape has no place for."""
    if isinstance(value, dict) and (isinstance(part, dict) or part == MAP):
        kinds = part if isinstance(part, dict) else dict.fromkeys(value, PLAIN["string"])
        inner = ((kinds.get(name), inner, f"{path}.{name}".lstrip(".")) for name, inner in value.items())
        return [found for kind, nested, below in inner for found in missing(kind, nested, below)]
    if isinstance(value, list) and isinstance(part, list):
        return [found for nested in value for found in missing(part[0], nested, path)]
    return [] if _fits(part, value) else [path]


def _fits(part, value):
    if isinstance(value, int) and not isinstance(value, bool):
        return part in BITS and -(1 << BITS[part] - 1) <= value < 1 << BITS[part] - 1
    return part == {bool: PLAIN["boolean"], str: PLAIN["string"]}.get(type(value), "nothing")
