"""What S3, KMS and IAM know and moto does not: whose a bucket is, and who may not make which call."""

import contextlib
import json
import urllib.parse

import standins
from samples import ACCOUNT

# What an S3 request asks for, by its method and query → the IAM action.
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
S3_ACTIONS = {
    ("HEAD", ""): "s3:ListBucket",
    ("GET", "encryption"): "s3:GetEncryptionConfiguration",
    ("GET", "list-type"): "s3:ListBucket",
    ("GET", "policy"): "s3:GetBucketPolicy",
}
XML, JSON = "application/xml", "application/x-amz-json-1.1"
DENIED = "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"


class Border:
    """Stands between a program and moto."""

    def __init__(self):
        # Bucket → the account that it belongs to, of those that are not the tests' own.
        self.owners = {}
        # IAM actions that nobody may do.
        self.denied = set()
        # IAM actions that were needed so far.
        self.needed = set()
        self.endpoint = None

    def judge(self, method, target, headers, body):
        """The answer to a request that does not come through; None for one that does."""
        url = urllib.parse.urlsplit(target)
        service, action = _action(method, url, headers, body)
        self.needed.add(action)
        if action in self.denied:
            return _refusal(service)
        expected = headers.get("x-amz-expected-bucket-owner")
        is_foreign = expected and expected != self.owners.get(url.path.split("/")[1], ACCOUNT)
        return _refusal(service) if is_foreign else None


@contextlib.contextmanager
def before(endpoint):
    """A border in front of an endpoint, until the block ends."""
    border = Border()
    with standins.in_front_of(endpoint, border.judge) as border.endpoint:
        yield border


def _action(method, url, headers, body):
    if target := headers.get("X-Amz-Target"):
        return "kms", f"kms:{target.rpartition('.')[2]}"
    if body.startswith(b"Action="):
        return "iam", f"iam:{urllib.parse.parse_qs(body.decode())['Action'][0]}"
    asked = {name for name in urllib.parse.parse_qs(url.query, keep_blank_values=True) if name != "x-id"}
    found = [action for (of, query), action in S3_ACTIONS.items() if of == method and {query} - {""} <= asked]
    assert found, f"which action does {method} {url.path}?{url.query} need?"
    return "s3", found[0]


def _refusal(service):
    if service == "kms":
        said = {"__type": "AccessDeniedException", "message": "no policy allows it"}
        return 400, {"Content-Type": JSON}, json.dumps(said).encode()
    said = f"<ErrorResponse>{DENIED}</ErrorResponse>" if service == "iam" else DENIED
    return 403, {"Content-Type": XML}, said.encode()
