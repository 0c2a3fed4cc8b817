"""What AWS knows and other people's stand-ins do not: whose a bucket is, who may not make which call; and answers to others."""

import contextlib
import json
import urllib.parse

import standins
from samples import ACCOUNT

# What an S3 request asks for, by its method and query → the IAM action.
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
S3_ACTIONS = {
    ("PUT", ""): "s3:PutObject",
    ("HEAD", ""): "s3:ListBucket",
    ("GET", "encryption"): "s3:GetEncryptionConfiguration",
    ("GET", "list-type"): "s3:ListBucket",
    ("GET", "policy"): "s3:GetBucketPolicy",
}
# The services here that speak JSON 1.1; the others answer in XML.
JSON_SERVICES = {"firehose", "kms"}
XML, JSON = "application/xml", "application/x-amz-json-1.1"
DENIED = "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"


class Border:
    """Stands between a program and stand-ins."""

    def __init__(self):
        # Bucket → the account that it belongs to, of those that are not the tests' own.
        self.owners = {}
        # IAM actions that are denied.
        self.denied = set()
        # IAM actions that were needed so far.
        self.needed = set()
        # IAM action → what of its answers is replaced, and by what.
        self.rewriting = {}
        # Those to use instead of the stand-ins' own, in the order of these.
        self.endpoints = []

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

    def edited(self, request, answer):
        """The answer to a request that came through, or what a test has made of it."""
        method, target, headers, body = request
        _, action = _action(method, urllib.parse.urlsplit(target), headers, body)
        old, new = self.rewriting.get(action, ("", ""))
        return answer.replace(old.encode(), new.encode()) if old else answer


@contextlib.contextmanager
def before(*upstreams):
    """A border in front of stand-ins, until the block ends."""
    border = Border()
    with contextlib.ExitStack() as stack:
        for each in upstreams:
            border.endpoints.append(stack.enter_context(standins.in_front_of(each.endpoint, border.judge, border.edited)))
        yield border


def _action(method, url, headers, body):
    service = _service(headers)
    if target := headers.get("X-Amz-Target"):
        return service, f"{service}:{target.rpartition('.')[2]}"
    if body.startswith(b"Action="):
        return service, f"{service}:{urllib.parse.parse_qs(body.decode())['Action'][0]}"
    asked = {name for name in urllib.parse.parse_qs(url.query, keep_blank_values=True) if name != "x-id"}
    found = [action for (of, query), action in S3_ACTIONS.items() if of == method and {query} - {""} <= asked]
    if method == "GET" and not asked and url.path.strip("/").count("/"):
        found = ["s3:GetObject"]
    assert found, f"which action does {method} {url.path}?{url.query} need?"
    return "s3", found[0]


def _service(headers):
    """The service in the credential scope of the signature.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
    """
    return headers["Authorization"].partition("Credential=")[2].split("/")[3]


def _refusal(service):
    if service in JSON_SERVICES:
        said = {"__type": "AccessDeniedException", "message": "no policy allows it"}
        return 400, {"Content-Type": JSON}, json.dumps(said).encode()
    said = DENIED if service == "s3" else f"<ErrorResponse>{DENIED}</ErrorResponse>"
    return 403, {"Content-Type": XML}, said.encode()
