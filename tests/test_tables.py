"""The definitions of infra/tables/: one table said twice, over what the archive really holds, where it really lies."""

import itertools
import json

import boto3
import pytest
import sqlglot

import archive
import query_fixtures
import programs
import tables

DATABASE = "mailtrail"
LONGEST_COMMENT = 255
# Partitions that AWS lists for their tenants alone.
AIR_GAPPED = "aws-iso"
# The values of the placeholders in the definitions.
FILLED_IN = {"<archive>": "s3://archive/mail", "<accounts>": query_fixtures.ACCOUNT, "<parquet>": "s3://parquet"}

every_table = pytest.mark.parametrize("name", tables.TABLES)
every_definition = pytest.mark.parametrize("path", sorted(tables.FOLDER.rglob("*.json")), ids=lambda path: path.stem)


def values(name, column):
    """The values that a table's partitions are looked for under."""
    return tables.DEFINITIONS[name]["Parameters"][f"projection.{column}.values"].split(",")


def test_there_is_a_table_for_every_class():
    assert sorted(tables.TABLES) == sorted({class_of(record) for record in tables.golden_records()})


# Columns


def test_the_tables_have_a_column_for_everything_in_the_golden_records():
    missing = {(class_of(record), *found) for record in tables.golden_records() if (found := lacking(record))}
    assert missing == set()


def test_a_column_that_is_missing_is_found():
    record = next(record for record in tables.golden_records() if class_of(record) == "email_activity")
    assert lacking(record) == []
    assert lacking({**record, "smell": "fishy"}) == ["smell"]
    assert lacking({**record, "email": {**record["email"], "from": 7}}) == ["email.from"]
    assert lacking({**record, "to": ["ana@example.com", None]}) == ["to"]
    assert lacking({**record, "status_id": 1 << 31}) == ["status_id"]
    assert lacking({**record, "unmapped": {"count": 1}}) == ["unmapped.count"]


@every_table
def test_a_stream_has_the_columns_of_the_archive(name):
    stream = json.loads((tables.FOLDER / "parquet" / f"{name}.json").read_text())
    assert stream["Name"] == f"{name}_parquet"
    assert stream["StorageDescriptor"]["Columns"] == tables.DEFINITIONS[name]["StorageDescriptor"]["Columns"]


def class_of(record):
    """The class of a record, as the archive writes it."""
    return record["class_name"].lower().replace(" ", "_")


def lacking(record):
    """The attributes of a record that its table has no column for."""
    return tables.missing(tables.TABLES[class_of(record)], record)


# Partitions


@every_table
def test_every_region_is_projected(name):
    session = boto3.session.Session()
    partitions = [it for it in session.get_available_partitions() if not it.startswith(AIR_GAPPED)]
    regions = itertools.chain.from_iterable(session.get_available_regions("ec2", it) for it in partitions)
    assert sorted(values(name, "region")) == sorted([*regions, "unknown"])


def test_objects_are_where_the_tables_look_for_them(mailtrail, tmp_path):
    mailtrail.ingest(*programs.good_samples(), to=tmp_path / "archive").expect(programs.DONE)
    objects = archive.from_directory(tmp_path / "archive").kind("records")
    assert {each.parts["class"] for each in objects} == set(tables.TABLES)
    for each in objects:
        name, region = each.parts["class"], each.parts["region"]
        found = {"region": region, "accountid": each.parts["account"], "eventday": each.parts["day"]}
        folder = tables.template(tables.DEFINITIONS[name])
        for column, value in found.items():
            folder = folder.replace(f"${{{column}}}", value)
        assert f"<archive>/{each.key}".rpartition("/")[0] + "/" == folder
        assert region in values(name, "region")


# Both ways to create a table


@every_definition
def test_glue_takes_a_definition(path, moto):
    text = path.read_text()
    for placeholder, value in FILLED_IN.items():
        text = text.replace(placeholder, value)
    assert "<archive>" not in text
    definition = json.loads(text)
    comments = [it.get("Comment", "") for it in definition["StorageDescriptor"]["Columns"]]
    assert all(len(comment) <= LONGEST_COMMENT for comment in comments)
    glue = moto.client("glue")
    glue.create_database(DatabaseInput={"Name": DATABASE})
    glue.create_table(DatabaseName=DATABASE, TableInput=definition)
    table = glue.get_table(DatabaseName=DATABASE, Name=definition["Name"])["Table"]
    assert {key: table[key] for key in definition} == definition


@every_table
def test_a_statement_says_what_the_definition_says(name):
    statement = sqlglot.parse_one((tables.FOLDER / f"{name}.sql").read_text(), read="athena")
    definition = tables.DEFINITIONS[name]
    storage = definition["StorageDescriptor"]
    partitions = statement.find(sqlglot.exp.PartitionedByProperty).this
    assert statement.this.this.name == definition["Name"]
    assert [*_columns(statement.this)] == [*map(_column, storage["Columns"])]
    assert [*_columns(partitions)] == [*map(_column, definition["PartitionKeys"])]
    assert statement.find(sqlglot.exp.LocationProperty).name == storage["Location"]
    assert statement.find(sqlglot.exp.RowFormatSerdeProperty).name == storage["SerdeInfo"]["SerializationLibrary"]
    formats = statement.find(sqlglot.exp.InputOutputFormat)
    assert formats.args["input_format"].name == storage["InputFormat"]
    assert formats.args["output_format"].name == storage["OutputFormat"]
    properties = [it for it in statement.args["properties"].expressions if type(it) is sqlglot.exp.Property]
    assert {it.name: it.args["value"].name for it in properties} == definition["Parameters"]


def _column(column):
    return column["Name"], tables.shape(column["Type"]), column.get("Comment")


def _columns(schema):
    """The columns that a statement declares: name, shape and comment."""
    for column in schema.expressions:
        comment = column.find(sqlglot.exp.CommentColumnConstraint)
        yield column.name, _shape(column.kind), comment and comment.this.name


def _shape(kind):
    if kind.this is sqlglot.exp.DataType.Type.STRUCT:
        return {part.name: _shape(part.kind) for part in kind.expressions}
    if kind.this is sqlglot.exp.DataType.Type.ARRAY:
        return [_shape(kind.expressions[0])]
    return tables.PLAIN[kind.sql("hive").lower().replace(" ", "")]
