"""Texts of policies that stand for many: wildcards, policy variables, ARNs.

* https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
* https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

import functools
import re

# A wildcard that was written as `${*}`, or came out of a value of the request, stands for itself.
_LITERAL = {"*": "\ue000", "?": "\ue001"}
_PLAIN = {private: plain for plain, private in _LITERAL.items()}
_VARIABLE = re.compile(r"\$\{\s*([^}',]*?)\s*(?:,\s*'([^']*)'\s*)?\}")
_ARN_PARTS = 6


def expand(text, context, has_variables):
    """The text with its variables replaced; None if one of them has no value in the context.

    Only documents of version 2012-10-17 have variables: in older ones `${…}` is text.
    """
    if not has_variables or "${" not in text:
        return text
    missing = False

    def replace(found):
        nonlocal missing
        name, default = found.group(1), found.group(2)
        if name in ("*", "?", "$"):
            return _LITERAL.get(name, name)
        value = context.get(name.lower(), default)
        if not isinstance(value, str):
            missing = True
            return ""
        return "".join(_LITERAL.get(character, character) for character in value)

    expanded = _VARIABLE.sub(replace, text)
    return None if missing else expanded


def plain(text):
    """An expanded text as it is compared where wildcards mean nothing."""
    return "".join(_PLAIN.get(character, character) for character in text)


def is_like(pattern, text):
    """Wildcards: `*` is any number of characters, `?` exactly one."""
    return _expression(pattern).fullmatch(text) is not None


def is_arn_like(pattern, arn):
    """Segment by segment: a wildcard does not reach over a colon, but for the last segment, which is the resource.

    A pattern with fewer segments, the last of which ends with `*`, takes in whatever follows.
    """
    expression = _arn_expression(pattern)
    return expression is not None and expression.fullmatch(arn) is not None


@functools.lru_cache(maxsize=None)
def _expression(pattern):
    return re.compile(_source(pattern, "."), re.DOTALL)


@functools.lru_cache(maxsize=None)
def _arn_expression(pattern):
    *segments, last = pattern.split(":", _ARN_PARTS - 1)
    if len(segments) < _ARN_PARTS - 1 and not last.endswith("*"):
        return None
    sources = [*(_source(segment, "[^:]") for segment in segments), _source(last, ".")]
    return re.compile(":".join(sources), re.DOTALL)


def _source(pattern, any_character):
    """The regular expression of a pattern, where wildcards stand for such characters."""
    wildcards = {"*": f"{any_character}*", "?": any_character}
    return "".join(wildcards.get(one) or re.escape(_PLAIN.get(one, one)) for one in pattern)
