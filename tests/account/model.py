"""AWS's own description of its interfaces, as botocore ships it: what may be asked, and what may be answered.

botocore checks a request's structure and leaves sizes, patterns and enumerations to the server; we are the server, so
they are checked here. Of an answer the structure, the patterns and the enumerations are checked, but not the sizes:
they bound what a caller may send, and an account may hold what another part of AWS wrote.
"""

import functools
import re

import botocore.session
from botocore.validate import ParamValidator

from .errors import COMMON, Refused

# Name in the credential scope of a signature → name of the service model.
SERVICES = {
    "apigateway": "apigatewayv2",
    "lambda": "lambda",
    "logs": "logs",
    "monitoring": "cloudwatch",
    "states": "stepfunctions",
    "sts": "sts",
    "tagging": "resourcegroupstaggingapi",
    "workmail": "workmail",
}
# What the services call a request that breaks a bound of the model; the first that an operation knows.
BAD_REQUEST = [
    "InvalidParameterException",
    "ValidationException",
    "InvalidArgumentException",
    "InvalidParameterValueException",
]
# A longer value is left out of a message, as AWS does with what it holds sensitive.
LONGEST_QUOTE = 200
NUMBERS = {"integer", "long", "float", "double"}


@functools.cache
def service(signing_name):
    """The model of a service."""
    return botocore.session.get_session().get_service_model(SERVICES[signing_name])


def check_request(operation, request):
    """Refuses a request that breaks a bound; returns what is wrong with its structure, which no SDK would send."""
    shape = operation.input_shape
    if shape is None:
        return ""
    broken = list(_broken_bounds(shape, request, "", sizes=True))
    if broken:
        count = f"{len(broken)} validation error{'s' if len(broken) > 1 else ''} detected"
        raise Refused(_bad_request(operation), f"{count}: {'; '.join(broken)}")
    return ParamValidator().validate(request, shape).generate_report()


def check_answer(operation, answer):
    """What is wrong with an answer: nothing, if the stand-in is right."""
    shape = operation.output_shape
    if shape is None:
        return f"this operation answers nothing, but: {answer}" if answer else ""
    report = ParamValidator().validate(answer, shape).generate_report()
    structure = [line for line in report.splitlines() if "Invalid length" not in line]
    return "\n".join([*structure, *_broken_bounds(shape, answer, "", sizes=False)])


def check_error(operation, code):
    """What is wrong with an error: an operation answers with those of its model, and with the common ones."""
    known = {name for error in operation.error_shapes for name in (error.name, error_code(error))}
    return "" if code in known | COMMON else f"no error of this operation: {code}"


def error_code(shape):
    """The name of an error on the wire."""
    return shape.metadata.get("error", {}).get("code", shape.name)


def error_shape(operation, code):
    """The error of an operation, or None for a common one."""
    return next((error for error in operation.error_shapes if code in (error.name, error_code(error))), None)


def _bad_request(operation):
    known = {error.name for error in operation.error_shapes}
    return next((code for code in BAD_REQUEST if code in known), "ValidationException")


def _broken_bounds(shape, value, path, sizes):
    """The constraints of a value that it does not satisfy, in AWS's words."""
    for constraint in _own_constraints(shape, value, sizes):
        quoted = str(value)
        shown = f"Value '{quoted}' at" if len(quoted) <= LONGEST_QUOTE else "Value at"
        yield f"{shown} '{path or shape.name}' failed to satisfy constraint: {constraint}"
    if shape.type_name == "structure" and isinstance(value, dict):
        for name in shape.required_members:
            if sizes and name not in value:
                at = f"{path}.{name}" if path else name
                yield f"Value null at '{at}' failed to satisfy constraint: Member must not be null"
        for name, member in shape.members.items():
            if name in value:
                yield from _broken_bounds(member, value[name], f"{path}.{name}" if path else name, sizes)
    elif shape.type_name == "list" and isinstance(value, list):
        for index, item in enumerate(value, 1):
            yield from _broken_bounds(shape.member, item, f"{path}.{index}.member", sizes)
    elif shape.type_name == "map" and isinstance(value, dict):
        for key, item in value.items():
            yield from _broken_bounds(shape.key, key, f"{path}.key", sizes)
            yield from _broken_bounds(shape.value, item, f"{path}.{key}.member", sizes)


def _own_constraints(shape, value, sizes):
    bounds = shape.metadata
    if sizes and shape.type_name in NUMBERS and isinstance(value, (int, float)):
        if value < bounds.get("min", value):
            yield f"Member must have value greater than or equal to {bounds['min']}"
        if value > bounds.get("max", value):
            yield f"Member must have value less than or equal to {bounds['max']}"
    elif sizes and isinstance(value, (str, list, dict)) and shape.type_name != "structure":
        if len(value) < bounds.get("min", 0):
            yield f"Member must have length greater than or equal to {bounds['min']}"
        if len(value) > bounds.get("max", len(value)):
            yield f"Member must have length less than or equal to {bounds['max']}"
    if isinstance(value, str):
        if bounds.get("enum") and value not in bounds["enum"]:
            yield f"Member must satisfy enum value set: [{', '.join(bounds['enum'])}]"
        if "pattern" in bounds and not _pattern(bounds["pattern"]).fullmatch(value):
            yield f"Member must satisfy regular expression pattern: {bounds['pattern']}"


@functools.cache
def _pattern(pattern):
    """A pattern of the models, which are written for Java: its Unicode classes are widened to what Python has.

    Patterns that Python cannot read at all constrain nothing here; none of the operations served needs one.
    """
    for java, python in {r"\p{L}": r"\w", r"\p{N}": r"\w", r"\p{Z}": r"\s"}.items():
        pattern = pattern.replace(java, python)
    try:
        return re.compile(pattern)
    except re.error:
        return re.compile(".*", re.DOTALL)
