"""The columns of the tables over an archive: every attribute that the record types of shared/ocsf can write.

Until the definitions for Athena are generated from those types, they are written down here, for the tests alone.
`test_queries` holds them against the golden records.
"""

import functools
import json

import programs

GOLDEN = programs.PROJECT / "shared" / "normalize" / "tests" / "golden"

STRING, NUMBER, BOOLEAN = "VARCHAR", "BIGINT", "BOOLEAN"


def _struct(*names, **parts):
    """Named strings, and parts of other types."""
    return {**dict.fromkeys(names, STRING), **parts}


ACCOUNT = ORGANIZATION = _struct("uid")
CREDENTIAL = _struct("uid", "type")
USER = _struct(
    "name",
    "uid",
    "uid_alt",
    "type",
    type_id=NUMBER,
    account=ACCOUNT,
    org=ORGANIZATION,
    programmatic_credentials=[CREDENTIAL],
)
SESSION = _struct("uid", "uid_alt", "issuer", "credential_uid", "created_time_dt", is_mfa=BOOLEAN, created_time=NUMBER)
ACTOR = _struct("app_name", "app_uid", user=USER, session=SESSION, idp=_struct("name", "uid"))
SERVICE = _struct("name", "uid")
API = _struct(
    "operation",
    "version",
    service=SERVICE,
    request=_struct("uid", "data"),
    response=_struct("error", "error_message", "message", "data"),
)
ENDPOINT = _struct("ip", "domain", "svc_name", "uid")
HTTP_REQUEST = _struct("user_agent", url=_struct("url_string"))
POLICY = _struct("name", "uid", "type", "data", is_applied=BOOLEAN)
RESOURCE = _struct("name", "uid", "type", "namespace", "role", owner=USER, role_id=NUMBER)
EMAIL = _struct(
    "from",
    "from_mailbox",
    "sender",
    "sender_mailbox",
    "subject",
    "message_uid",
    to=[STRING],
    to_mailboxes=[STRING],
    delivered_to_list=[STRING],
)
METADATA = _struct(
    "version",
    "uid",
    "original_event_uid",
    "event_code",
    "log_name",
    "log_source",
    "log_provider",
    "tenant_uid",
    "correlation_uid",
    "original_time",
    product=_struct("name", "vendor_name", "version", feature=_struct("name")),
    profiles=[STRING],
    transformation_info_list=[_struct("name", "uid")],
)

HEAD = {
    **_struct("category_name", "class_name", "activity_name", "type_name", "severity", "time_dt", "status"),
    **dict.fromkeys(
        ("category_uid", "class_uid", "activity_id", "type_uid", "severity_id", "status_id", "time"), NUMBER
    ),
    "metadata": METADATA,
    "cloud": _struct("provider", "region", account=ACCOUNT),
    "unmapped": "MAP(VARCHAR, VARCHAR)",
}
OUTCOME = _struct("status_code", "status_detail", "action", "disposition", action_id=NUMBER, disposition_id=NUMBER)
OBSERVABLES = {"observables": [_struct("name", "type", "value", type_id=NUMBER)]}
CALL = {"actor": ACTOR, "src_endpoint": ENDPOINT, "http_request": HTTP_REQUEST}

TABLES = {
    "email_activity": {
        **HEAD,
        **OUTCOME,
        **OBSERVABLES,
        **_struct("direction", "message_trace_uid", "protocol_name", direction_id=NUMBER),
        "to": [STRING],
        "email": EMAIL,
        "email_auth": _struct("spf", "dkim", "dmarc", "dmarc_policy"),
        "policy": POLICY,
    },
    "authentication": {
        **HEAD,
        **OUTCOME,
        **OBSERVABLES,
        **CALL,
        **_struct("auth_protocol", "account_switch_type", auth_protocol_id=NUMBER, account_switch_type_id=NUMBER),
        "user": USER,
        "session": SESSION,
        "service": SERVICE,
        "api": API,
        "dst_endpoint": ENDPOINT,
        "is_mfa": BOOLEAN,
    },
    "api_activity": {
        **HEAD,
        **OUTCOME,
        **OBSERVABLES,
        **CALL,
        "api": API,
        "dst_endpoint": ENDPOINT,
        "resources": [RESOURCE],
        "authorizations": [_struct("decision", policy=POLICY)],
    },
    "entity_management": {
        **HEAD,
        **OBSERVABLES,
        **CALL,
        "entity": _struct("name", "type", "data", type_id=NUMBER),
    },
    "base_event": {**HEAD, "raw_data": STRING},
}
PARTITIONS = {"region": STRING, "accountId": STRING, "eventDay": STRING}


def columns(name):
    """Column → type in DuckDB's words, of one table without its partitions."""
    return {column: _kind(shape) for column, shape in TABLES[name].items()}


@functools.cache
def golden_records():
    """What the mappings make of every sample."""
    return [record for path in sorted(GOLDEN.glob("*.snap.json")) for record in json.loads(path.read_text())]


def missing(shape, value, path=""):
    """The attributes of a value that a shape has no place for."""
    if isinstance(value, dict) and isinstance(shape, dict):
        parts = ((shape.get(name), part, f"{path}.{name}".lstrip(".")) for name, part in value.items())
        return [found for inner, part, below in parts for found in missing(inner, part, below)]
    if isinstance(value, list) and isinstance(shape, list):
        return [found for part in value for found in missing(shape[0], part, path)]
    fits = {bool: BOOLEAN, int: NUMBER, str: STRING, dict: "MAP(VARCHAR, VARCHAR)"}
    return [] if shape == fits.get(type(value)) else [path]


def _kind(shape):
    if isinstance(shape, dict):
        return "STRUCT({})".format(", ".join(f'"{name}" {_kind(part)}' for name, part in shape.items()))
    return f"{_kind(shape[0])}[]" if isinstance(shape, list) else shape
