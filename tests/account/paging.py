"""Answers in pages, with tokens that cannot be guessed or used for another question."""

import base64
import json

from .errors import Refused


def page(items, request, most, token="nextToken", limit="limit", error="InvalidParameterException"):
    """The items of the page that a request asks for, and the token of the next page as a dictionary to answer with.

    A token belongs to the question it was given for. It is about places, not about items: what is made or removed
    between two pages may be seen twice or never, as on AWS.
    """
    size = min(request.get(limit, most), most)
    # The parameters as they came, which is not to read them (asked.py).
    question = {key: value for key, value in dict.items(request) if key not in (token, limit)}
    # A time becomes text, as a token has it.
    question = json.loads(json.dumps(question, default=str))
    start = _read(request[token], question, error) if token in request else 0
    end = start + size
    more = {token: _write(end, question)} if end < len(items) else {}
    return items[start:end], more


def _write(start, question):
    return base64.urlsafe_b64encode(json.dumps([start, question], sort_keys=True).encode()).decode()


def _read(token, question, error):
    try:
        start, asked = json.loads(base64.urlsafe_b64decode(token.encode()))
    except ValueError:
        start, asked = 0, None
    if asked != question:
        raise Refused(error, "The specified nextToken is invalid.")
    return start
