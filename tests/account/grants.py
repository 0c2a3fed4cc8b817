"""Whether the resource policies let log delivery write: a small evaluator, for what AWS itself does with them.

It is written apart from the one that is tested, and errs on the other side: what it does not understand allows nothing
and denies everything. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

import json
import re

from .documents import LOG_DELIVERY, WRITE

EXACT = {"stringequals", "arnequals", "stringlike", "arnlike"}


def may_deliver(documents, stream_arn, context):
    """Whether log delivery may create this log stream and write to it.

    The context holds the keys of the request: aws:SourceArn and aws:SourceAccount.
    """
    statements = [statement for document in documents for statement in _statements(document)]
    return all(_allows(statements, action, stream_arn, context) for action in WRITE)


def _allows(statements, action, resource, context):
    if any(_meets(statement, action, resource, context, "Deny") for statement in statements):
        return False
    return any(_meets(statement, action, resource, context, "Allow") for statement in statements)


def _statements(document):
    try:
        parsed = json.loads(document)
    except ValueError:
        return []
    listed = _listed(parsed.get("Statement", [])) if isinstance(parsed, dict) else []
    return [statement for statement in listed if isinstance(statement, dict)]


def _meets(statement, action, resource, context, effect):
    if statement.get("Effect") != effect:
        return False
    unsure = effect == "Deny"
    return (
        _names_principal(statement)
        and _element(statement, "Action", action.lower(), str.lower)
        and _element(statement, "Resource", resource, str)
        and all(
            _holds(operator, key, values, context, unsure)
            for operator, keys in statement.get("Condition", {}).items()
            for key, values in keys.items()
        )
    )


def _names_principal(statement):
    if "NotPrincipal" in statement:
        return not _is_delivery(statement["NotPrincipal"])
    return _is_delivery(statement.get("Principal", {}))


def _is_delivery(principal):
    if principal == "*":
        return True
    services = _listed(principal.get("Service", [])) + [one for one in _listed(principal.get("AWS", [])) if one == "*"]
    return LOG_DELIVERY in services or "*" in services


def _element(statement, name, asked, form):
    if f"Not{name}" in statement:
        return not any(_like(form(pattern), asked) for pattern in _listed(statement[f"Not{name}"]))
    return any(_like(form(pattern), asked) for pattern in _listed(statement.get(name, [])))


def _holds(operator, key, values, context, unsure):
    actual = {name.lower(): value for name, value in context.items()}.get(key.lower())
    if operator.lower() not in EXACT or actual is None:
        return unsure
    same = str.__eq__ if operator.lower() == "stringequals" else _like
    return any(same(value, actual) for value in _listed(values))


def _like(pattern, text):
    """IAM's wildcards: `*` is any text, `?` is one character."""
    parts = (".*" if part == "*" else "." if part == "?" else re.escape(part) for part in re.split(r"([*?])", pattern))
    return re.fullmatch("".join(parts), text, re.DOTALL) is not None


def _listed(value):
    return value if isinstance(value, list) else [value]
