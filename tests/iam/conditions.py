"""Conditions.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
"""

import datetime
import ipaddress
import operator

from .patterns import expand, is_arn_like, is_like, plain

_EACH, _ANY, _IF_EXISTS = "ForAllValues:", "ForAnyValue:", "IfExists"


def _number(text):
    return float(text)


def _moment(text):
    """ISO 8601, or seconds since 1970."""
    try:
        return float(text)
    except ValueError:
        moment = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
        aware = moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)
        return aware.timestamp()


def _compare(convert, compare):
    """A comparison of what texts stand for: one that stands for nothing of the kind compares with nothing."""

    def test(wanted, actual):
        try:
            return compare(convert(actual), convert(plain(wanted)))
        except ValueError:
            return False

    return test


def _is_in_range(wanted, actual):
    try:
        return ipaddress.ip_address(actual) in ipaddress.ip_network(plain(wanted), strict=False)
    except ValueError:
        return False


def _is_arn(wanted, actual):
    return actual.startswith("arn:") and is_arn_like(wanted, actual)


def _equals(wanted, actual):
    return plain(wanted) == actual


def _equals_ignoring_case(wanted, actual):
    return plain(wanted).lower() == actual.lower()


def _comparisons(name, convert):
    return {
        f"{name}LessThan": (_compare(convert, operator.lt), False),
        f"{name}LessThanEquals": (_compare(convert, operator.le), False),
        f"{name}GreaterThan": (_compare(convert, operator.gt), False),
        f"{name}GreaterThanEquals": (_compare(convert, operator.ge), False),
        f"{name}Equals": (_compare(convert, operator.eq), False),
        f"{name}NotEquals": (_compare(convert, operator.eq), True),
    }


# Operator → how a value of the policy is held against one of the request, and whether the outcome is turned round.
OPERATORS = {
    "StringEquals": (_equals, False),
    "StringNotEquals": (_equals, True),
    "StringEqualsIgnoreCase": (_equals_ignoring_case, False),
    "StringNotEqualsIgnoreCase": (_equals_ignoring_case, True),
    "StringLike": (is_like, False),
    "StringNotLike": (is_like, True),
    "ArnEquals": (_is_arn, False),
    "ArnLike": (_is_arn, False),
    "ArnNotEquals": (_is_arn, True),
    "ArnNotLike": (_is_arn, True),
    "Bool": (_equals_ignoring_case, False),
    "BinaryEquals": (_equals, False),
    "IpAddress": (_is_in_range, False),
    "NotIpAddress": (_is_in_range, True),
    **_comparisons("Numeric", _number),
    **_comparisons("Date", _moment),
}


def is_operator(name):
    """Whether IAM knows the operator."""
    if name == "Null":
        return True
    return name.removeprefix(_EACH).removeprefix(_ANY).removesuffix(_IF_EXISTS) in OPERATORS


def holds(name, key, values, context, has_variables):
    """Whether one key of a condition is met. Keys of the context are lower-case: case does not matter in them."""
    actual = context.get(key.lower())
    if name == "Null":
        is_absent = "true" if actual is None else "false"
        return any(value.lower() == is_absent for value in values)
    quantifier = next((word for word in (_EACH, _ANY) if name.startswith(word)), "")
    name = name.removeprefix(quantifier)
    base = name.removesuffix(_IF_EXISTS)
    test, is_negated = OPERATORS[base]
    if actual is None and name != base:
        return True
    expanded = [text for text in (expand(value, context, has_variables) for value in values) if text is not None]

    def fits(one):
        return any(test(wanted, one) for wanted in expanded) != is_negated

    if quantifier:
        # An absent key is an empty set: each of its values fits, and none of them does.
        several = [actual] if isinstance(actual, str) else list(actual or [])
        return all(map(fits, several)) if quantifier == _EACH else any(map(fits, several))
    if actual is None:
        return is_negated
    several = [actual] if isinstance(actual, str) else list(actual)
    return any(any(test(wanted, one) for wanted in expanded) for one in several) != is_negated
