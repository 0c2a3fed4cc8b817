"""What tests of AWS's answers say often."""

import botocore.exceptions
import pytest

from programs import REGION
from samples import ACCOUNT

from .documents import compact, delivery_statement, policy


def refused(call, **parameters):
    """The error that AWS answers with: its name and its words."""
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        call(**parameters)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def code(call, **parameters):
    """The name of the error that AWS answers with."""
    return refused(call, **parameters)[0]


def document(*groups):
    """A policy for log delivery to these groups of the account of the tests."""
    return compact(policy(delivery_statement(groups, ACCOUNT, REGION)))


def of_length(length):
    """A policy of exactly so many characters."""
    return document("x" * (length - len(document(""))))


def log_group(name):
    """The ARN of a log group of the account of the tests."""
    return f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{name}"


def pages(call, key, **parameters):
    """The items of each page of a list."""
    answer = call(**parameters)
    found = [answer[key]]
    while "nextToken" in answer:
        answer = call(**parameters, nextToken=answer["nextToken"])
        found.append(answer[key])
    return found
