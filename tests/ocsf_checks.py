"""Is this an OCSF 1.8.0 event? Asked of an independent schema and validator, and of what they do not look at.

The JSON Schema is generated for exactly the class and the profiles that the record declares: with more profiles than
that, attributes of a profile that was never declared would slip through. On top of it come the checks that no
published validator makes: the arithmetic of type_uid, the captions of siblings, 99 with the source's own word, times
in milliseconds, no null, and an `unmapped` that fits into a map of strings.

`problems` returns every problem as one line; an event without problems is valid.
"""

import datetime
import functools

import jsonschema
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

VERSION = "1.8.0"
OTHER = 99
# The end of the year 9999, in milliseconds.
LATEST_TIME = 253_402_300_799_999
# Seconds of our days, read as milliseconds, fall into January 1970: nothing real does.
END_OF_1970 = 365 * 86_400_000


@functools.cache
def schema():
    """The whole OCSF schema as the package ships it."""
    return get_ocsf_schema(VERSION)


@functools.cache
def class_names():
    """Class uid → class name, as in the archive's top-level prefixes (`email_activity`)."""
    return {definition["uid"]: name for name, definition in schema()["classes"].items()}


@functools.cache
def _validator(class_uid, profiles):
    generated = OcsfJsonSchemaEmbedded(schema()).get_class_schema(class_names()[class_uid], list(profiles))
    jsonschema.Draft202012Validator.check_schema(generated)
    return jsonschema.Draft202012Validator(generated)


def problems(record):
    """Everything that is wrong with one event, a line each; nothing wrong → an empty list."""
    class_uid = record.get("class_uid")
    if class_uid not in class_names():
        return [f"class_uid: {class_uid!r} is an unknown class of OCSF {VERSION}"]
    definition = schema()["classes"][class_names()[class_uid]]
    metadata = record.get("metadata", {})
    profiles = metadata.get("profiles", [])
    return [
        *_profile_problems(profiles, definition),
        *_schema_problems(record, class_uid, profiles),
        *_version_problems(metadata),
        *_type_problems(record),
        *_sibling_problems(record, definition, ""),
        *_time_problems(record, definition, ""),
        *_event_time_problems(record),
        *_null_problems(record, ""),
        *_unmapped_problems(record),
    ]


def _schema_problems(record, class_uid, profiles):
    for error in _validator(class_uid, tuple(sorted(profiles))).iter_errors(record):
        yield f"schema: {error.json_path}: {error.message[:300]}"


def _profile_problems(profiles, definition):
    for profile in profiles:
        if profile not in definition["profiles"]:
            yield f"metadata.profiles: {profile!r} is no profile of {definition['name']}"


def _version_problems(metadata):
    if metadata.get("version") != VERSION:
        yield f"metadata.version: {metadata.get('version')!r} instead of {VERSION}"


def _type_problems(record):
    expected = record["class_uid"] * 100 + record.get("activity_id", 0)
    if record.get("type_uid") != expected:
        yield f"type_uid: {record.get('type_uid')!r} instead of {expected}"


def _sibling_problems(value, definition, path):
    """Every enumerated id at any depth: its sibling is there and says what the schema's caption says."""
    for name, attribute, here in _attributes(value, definition, path):
        if "sibling" in attribute and "enum" in attribute:
            identifier, sibling = value[name], value.get(attribute["sibling"])
            caption = attribute["enum"].get(str(identifier), {}).get("caption")
            where = f"{here} = {identifier!r}: sibling {attribute['sibling']}"
            if not sibling:
                yield f"{where} is missing"
            elif identifier != OTHER and sibling != caption:
                yield f"{where} is {sibling!r} instead of {caption!r}"
    for nested, nested_definition, here in _objects(value, definition, path):
        yield from _sibling_problems(nested, nested_definition, here)


def _time_problems(value, definition, path):
    """Every timestamp at any depth: within reason, and at one with its `_dt` twin."""
    for name, attribute, here in _attributes(value, definition, path):
        if attribute["type"] != "timestamp_t" or not isinstance(value[name], int):
            continue
        time, twin = value[name], value.get(f"{name}_dt")
        if not 0 <= time <= LATEST_TIME:
            yield f"{here}: {time} is not within 1970–9999 in milliseconds"
        elif twin is not None and _milliseconds(twin) != time:
            yield f"{here}_dt: {twin!r} is not {time} ms"
    for nested, nested_definition, here in _objects(value, definition, path):
        yield from _time_problems(nested, nested_definition, here)


def _event_time_problems(record):
    """0 is what a missing timestamp becomes; anything else in the year 1970 was meant as seconds."""
    time = record.get("time")
    if isinstance(time, int) and 0 < time < END_OF_1970:
        yield f"time: {time} looks like seconds; OCSF wants milliseconds"
    if "datetime" in record.get("metadata", {}).get("profiles", []) and "time_dt" not in record:
        yield "time_dt: missing, though the profile datetime is declared"


def _null_problems(value, path):
    if value is None:
        yield f"{path}: null"
    elif isinstance(value, dict):
        for name, nested in value.items():
            yield from _null_problems(nested, f"{path}.{name}".lstrip("."))
    elif isinstance(value, list):
        for index, nested in enumerate(value):
            yield from _null_problems(nested, f"{path}[{index}]")


def _unmapped_problems(record):
    unmapped = record.get("unmapped", {})
    if not isinstance(unmapped, dict):
        yield f"unmapped: {type(unmapped).__name__} instead of a map"
        return
    for name, value in unmapped.items():
        if not isinstance(value, str):
            yield f"unmapped.{name}: {type(value).__name__} instead of a string"


def _attributes(value, definition, path):
    for name, attribute in definition["attributes"].items():
        if name in value:
            yield name, attribute, f"{path}.{name}".lstrip(".")


def _objects(value, definition, path):
    for name, attribute, here in _attributes(value, definition, path):
        if attribute["type"] != "object_t":
            continue
        object_definition = schema()["objects"][attribute["object_type"]]
        nested = value[name] if isinstance(value[name], list) else [value[name]]
        for index, item in enumerate(nested):
            if isinstance(item, dict):
                yield item, object_definition, here if item is value[name] else f"{here}[{index}]"


def _milliseconds(text):
    try:
        parsed = datetime.datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    if parsed.tzinfo is None:
        return None
    since = parsed - datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
    return since // datetime.timedelta(milliseconds=1)
