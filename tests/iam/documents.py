"""Policy documents, as IAM reads them. What its grammar does not allow is not guessed: `Unreadable`.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

import json

from .conditions import holds, is_operator
from .patterns import expand, is_arn_like, is_like

VARIABLES_SINCE = "2012-10-17"
VERSIONS = ("2008-10-17", VARIABLES_SINCE)
_OF_DOCUMENT = {"Version", "Id", "Statement"}
_OF_STATEMENT = {"Sid", "Effect", "Condition"}
_PAIRS = [("Principal", "NotPrincipal"), ("Action", "NotAction"), ("Resource", "NotResource")]
_KINDS = {"AWS", "Service", "Federated", "CanonicalUser"}


class Unreadable(Exception):
    """A document or a statement that the grammar does not allow: what it means is unknown."""


class Statement:
    """One statement."""

    def __init__(self, raw, version=VARIABLES_SINCE):
        if not isinstance(raw, dict):
            raise Unreadable("a statement is an object")
        self.raw = raw
        self.has_variables = version == VARIABLES_SINCE
        if raw.get("Effect") not in ("Allow", "Deny"):
            raise Unreadable("Effect is Allow or Deny")
        for pair in _PAIRS:
            if sum(name in raw for name in pair) != 1:
                raise Unreadable(f"one of {' and '.join(pair)}")
        if unknown := set(raw) - _OF_STATEMENT - {name for pair in _PAIRS for name in pair}:
            raise Unreadable(f"unknown elements: {', '.join(sorted(unknown))}")
        if not isinstance(raw.get("Sid", ""), str):
            raise Unreadable("Sid is a text")
        self.sid = raw.get("Sid", "")
        self.allows = raw["Effect"] == "Allow"
        self.principals = _principals(raw.get("Principal", raw.get("NotPrincipal")))
        self.actions = _texts(raw.get("Action", raw.get("NotAction")))
        self.resources = _texts(raw.get("Resource", raw.get("NotResource")))
        self.conditions = list(_conditions(raw.get("Condition", {})))

    def is_about_principal(self, principal):
        """Whether it is about who asks."""
        if "NotPrincipal" in self.raw:
            return not principal.is_exempt_by(self.principals)
        return principal.is_named_by(self.principals)

    def is_about_action(self, action):
        """Whether it is about what is asked for. Case does not matter in actions."""
        listed = any(is_like(pattern.lower(), action.lower()) for pattern in self.actions)
        return listed != ("NotAction" in self.raw)

    def is_about_resource(self, resource, context):
        """Whether it is about the resource."""
        listed = any(is_arn_like(pattern, resource) for pattern in self.resource_patterns(context))
        return listed != ("NotResource" in self.raw)

    def resource_patterns(self, context):
        """What it lists of resources, with its variables replaced; without those that have no value."""
        expanded = (expand(text, context, self.has_variables) for text in self.resources)
        return [text for text in expanded if text is not None]

    @property
    def has_resource_variables(self):
        """Whether the resources that it is about depend on the context."""
        return self.has_variables and any("${" in text for text in self.resources)

    def is_about_context(self, context):
        """Whether its conditions are met: all of them."""
        return all(
            holds(operator, key, values, context, self.has_variables) for operator, key, values in self.conditions
        )


class Document:
    """A policy document: the statements that can be read, and those that cannot, as they stand."""

    def __init__(self, text):
        self.text = text
        parsed = parse(text)
        if not isinstance(parsed, dict) or "Statement" not in parsed or set(parsed) - _OF_DOCUMENT:
            raise Unreadable("a document has a Version, an Id and Statements, and nothing else")
        version = parsed.get("Version", VERSIONS[0])
        if version not in VERSIONS:
            raise Unreadable("unknown version")
        self.version = version
        self.statements, self.unreadable = [], []
        for raw in _listed(parsed["Statement"]):
            try:
                self.statements.append(Statement(raw, version))
            except Unreadable:
                self.unreadable.append(raw)
        self.sids = [raw["Sid"] for raw in _listed(parsed["Statement"]) if isinstance(raw, dict) and raw.get("Sid")]


def parse(text):
    """JSON without repeated members: which of them counts is nowhere said."""

    def members(pairs):
        if len(dict(pairs)) != len(pairs):
            raise Unreadable("a member stands twice")
        return dict(pairs)

    try:
        return json.loads(text, object_pairs_hook=members)
    except ValueError as error:
        raise Unreadable(str(error)) from error


def _listed(value):
    return value if isinstance(value, list) else [value]


def _texts(value):
    texts = _listed(value)
    if not texts or not all(isinstance(text, str) for text in texts):
        raise Unreadable("a text, or a list of texts that is not empty")
    return texts


def _principals(value):
    if value == "*":
        return {"*": ["*"]}
    if not isinstance(value, dict) or not value or set(value) - _KINDS:
        raise Unreadable("a principal is * or an object of its kinds")
    return {kind: _texts(names) for kind, names in value.items()}


def _conditions(value):
    """Triples of operator, key and values."""
    if not isinstance(value, dict):
        raise Unreadable("a condition is an object")
    for operator, keys in value.items():
        if not is_operator(operator) or not isinstance(keys, dict):
            raise Unreadable(f"unknown operator {operator}")
        for key, values in keys.items():
            yield operator, key, [_text(one) for one in _listed(values)]


def _text(value):
    """The spelling of a value: numbers and booleans may stand without quotes."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float, str)):
        return str(value)
    raise Unreadable("a value of a condition is a text, a number or a boolean")
