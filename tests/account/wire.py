"""The three protocols that these services speak: bytes → request, answer or error → bytes.

https://smithy.io/2.0/aws/protocols/ (awsJson1_1, awsQuery, restJson1)
"""

import dataclasses
import datetime
import functools
import json
import re
import urllib.parse
import xml.etree.ElementTree as ElementTree

from botocore.model import OperationModel

from . import model
from .errors import Refused

# Credential=<access key>/<date>/<Region>/<service>/aws4_request
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
CREDENTIAL = re.compile(r"Credential=([^/]+)/\d{8}/([^/]+)/([^/]+)/aws4_request")


@dataclasses.dataclass(frozen=True)
class Request:
    """A request as its caller meant it."""

    service: str
    operation: OperationModel
    parameters: dict
    region: str
    access_key: str
    session_token: str


class Unreadable(Exception):
    """Not a request that this AWS can make sense of: a mistake of the test, never an answer of AWS."""


def read(method, target, headers, body):
    """The request in an HTTP request."""
    credential = CREDENTIAL.search(headers.get("Authorization", ""))
    if not credential:
        raise Unreadable(f"{method} {target} is not signed")
    access_key, region, name = credential.groups()
    if name not in model.SERVICES:
        raise Unreadable(f"{method} {target} is signed for {name}, an unknown service")
    service = model.service(name)
    protocol = _protocol(service)
    if protocol == "json":
        operation, parameters = _read_json(service, headers, body)
    elif protocol == "query":
        operation, parameters = _read_query(service, body)
    else:
        operation, parameters = _read_rest(name, service, method, target, body)
    return Request(name, operation, parameters, region, access_key, headers.get("X-Amz-Security-Token", ""))


def answer(operation, value):
    """Status, headers and body of an answer."""
    protocol = _protocol(operation.service_model)
    status = operation.http.get("responseCode", 200)
    if protocol == "query":
        return status, {"Content-Type": "text/xml"}, _answer_xml(operation, value)
    headers = {"Content-Type": _json_type(operation)}
    if operation.output_shape is None:
        return status, headers, b""
    if protocol == "rest-json":
        value = _named(operation.output_shape, value)
    return status, headers, json.dumps(value, default=_json_time).encode()


def error(operation, refused):
    """Status, headers and body of an error."""
    protocol = _protocol(operation.service_model)
    shape = model.error_shape(operation, refused.code)
    code = model.error_code(shape) if shape and protocol == "query" else refused.code
    known = shape.metadata.get("error", {}).get("httpStatusCode", 400) if shape else 400
    status = refused.status or known
    if protocol == "query":
        root = ElementTree.Element("ErrorResponse")
        inner = ElementTree.SubElement(root, "Error")
        for tag, text in (("Type", "Sender"), ("Code", code), ("Message", refused.message)):
            ElementTree.SubElement(inner, tag).text = text
        return status, {"Content-Type": "text/xml"}, ElementTree.tostring(root)
    headers = {"Content-Type": _json_type(operation), "x-amzn-ErrorType": code}
    return status, headers, json.dumps({"__type": code, "message": refused.message}).encode()


def _protocol(service):
    """CloudWatch speaks three protocols; our client knows the one with forms and XML."""
    protocol = service.metadata["protocol"]
    return "query" if protocol == "smithy-rpc-v2-cbor" else protocol


def _named(shape, value):
    """A value with the names that its members have on the wire, where these are others than in the model."""
    if shape.type_name == "structure":
        members = {name: shape.members[name] for name in value}
        return {
            member.serialization.get("name", name): _named(member, value[name]) for name, member in members.items()
        }
    return [_named(shape.member, item) for item in value] if shape.type_name == "list" else value


def _unnamed(shape, value):
    """The way back: the names of the model."""
    if shape.type_name == "structure" and isinstance(value, dict):
        names = {member.serialization.get("name", name): name for name, member in shape.members.items()}
        return {
            names.get(key, key): _unnamed(shape.members[names[key]], item) if key in names else item
            for key, item in value.items()
        }
    if shape.type_name == "list" and isinstance(value, list):
        return [_unnamed(shape.member, item) for item in value]
    return value


def _json_type(operation):
    version = operation.service_model.metadata.get("jsonVersion")
    return f"application/x-amz-json-{version}" if version else "application/json"


def _json_time(value):
    return value.timestamp()


def _read_json(service, headers, body):
    prefix, _, name = headers.get("X-Amz-Target", "").partition(".")
    if prefix != service.metadata["targetPrefix"] or name not in service.operation_names:
        raise Unreadable(f"{service.service_name} has no {prefix}.{name}")
    return service.operation_model(name), _json_members(body)


def _json_members(body):
    try:
        return _without_nulls(json.loads(body or b"{}"))
    except ValueError as cause:
        raise Refused("SerializationException", "The body is not JSON.") from cause


def _without_nulls(value):
    """In these protocols a member that is null is a member that is absent."""
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    return [_without_nulls(item) for item in value] if isinstance(value, list) else value


def _read_query(service, body):
    form = dict(urllib.parse.parse_qsl(body.decode(), keep_blank_values=True))
    name = form.get("Action")
    if name not in service.operation_names:
        raise Unreadable(f"{service.service_name} has no {name}")
    operation = service.operation_model(name)
    return operation, _query_members(operation.input_shape, form, "") if operation.input_shape else {}


def _query_members(shape, form, prefix):
    """The structure whose parts have names that begin with the prefix."""
    members = {name: f"{prefix}{member.serialization.get('name', name)}" for name, member in shape.members.items()}
    present = {name: key for name, key in members.items() if _present(form, key)}
    return {name: _query_part(shape.members[name], form, key) for name, key in present.items()}


def _query_part(shape, form, key):
    if shape.type_name == "structure":
        return _query_members(shape, form, f"{key}.")
    if shape.type_name == "list":
        items = f"{key}.{shape.member.serialization.get('name', 'member')}"
        return [_query_part(shape.member, form, at) for at in _numbered(form, items)]
    if shape.type_name == "map":
        name_of_key = shape.key.serialization.get("name", "key")
        name_of_value = shape.value.serialization.get("name", "value")
        return {
            form[f"{at}.{name_of_key}"]: _query_part(shape.value, form, f"{at}.{name_of_value}")
            for at in _numbered(form, f"{key}.entry")
        }
    return _scalar(shape, form[key])


def _present(form, key):
    return any(name == key or name.startswith(f"{key}.") for name in form)


def _numbered(form, key):
    number = 1
    while _present(form, f"{key}.{number}"):
        yield f"{key}.{number}"
        number += 1


def _scalar(shape, text):
    if shape.type_name in ("integer", "long"):
        return int(text)
    if shape.type_name == "timestamp":
        return datetime.datetime.fromisoformat(text)
    return text == "true" if shape.type_name == "boolean" else text


def _read_rest(signing_name, service, method, target, body):
    url = urllib.parse.urlsplit(target)
    for operation, pattern in _routes(signing_name):
        found = pattern.fullmatch(url.path)
        if found and operation.http["method"] == method:
            query = dict(urllib.parse.parse_qsl(url.query))
            members = _unnamed(operation.input_shape, _json_members(body)) if body else {}
            for name, member in operation.input_shape.members.items():
                place, key = member.serialization.get("location"), member.serialization.get("name", name)
                if place == "uri":
                    members[name] = urllib.parse.unquote(found[key])
                elif place == "querystring" and key in query:
                    members[name] = _scalar(member, query[key])
            return operation, members
    raise Unreadable(f"{service.service_name} has no {method} {target}")


@functools.cache
def _routes(signing_name):
    """The operations of a service with the paths that they answer on, those with the most text of their own first."""
    service = model.service(signing_name)
    operations = [service.operation_model(operation) for operation in service.operation_names]
    routes = []
    for operation in operations:
        path = operation.http["requestUri"].split("?")[0]
        parts = re.split(r"\{(\w+)\+?\}", path)
        text = "".join(f"(?P<{part}>[^/]+)" if index % 2 else re.escape(part) for index, part in enumerate(parts))
        routes.append((-sum(len(part) for part in parts[::2]), operation.name, operation, re.compile(text)))
    return [(operation, pattern) for _, _, operation, pattern in sorted(routes, key=lambda route: route[:2])]


def _answer_xml(operation, value):
    root = ElementTree.Element(f"{operation.name}Response")
    if operation.output_shape is not None:
        _fill(ElementTree.SubElement(root, f"{operation.name}Result"), operation.output_shape, value)
    metadata = ElementTree.SubElement(root, "ResponseMetadata")
    ElementTree.SubElement(metadata, "RequestId").text = "00000000-0000-0000-0000-000000000000"
    return ElementTree.tostring(root)


def _fill(element, shape, value):
    if shape.type_name == "structure":
        for name, item in value.items():
            member = shape.members[name]
            _fill(ElementTree.SubElement(element, member.serialization.get("name", name)), member, item)
    elif shape.type_name == "list":
        for item in value:
            _fill(ElementTree.SubElement(element, shape.member.serialization.get("name", "member")), shape.member, item)
    elif shape.type_name == "map":
        for key, item in value.items():
            entry = ElementTree.SubElement(element, "entry")
            _fill(ElementTree.SubElement(entry, shape.key.serialization.get("name", "key")), shape.key, key)
            _fill(ElementTree.SubElement(entry, shape.value.serialization.get("name", "value")), shape.value, item)
    elif shape.type_name == "timestamp":
        element.text = value.strftime("%Y-%m-%dT%H:%M:%SZ")
    elif shape.type_name == "boolean":
        element.text = "true" if value else "false"
    else:
        element.text = str(value)
