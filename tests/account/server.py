"""An AWS account for tests: the calls that a policy auditor makes, over HTTP, on a free port of the loopback address.

Other people's stand-ins (standins.py) know neither the size limit of resource policies nor pages, WorkMail, or data
protection. This one knows them, and little else: every request and every answer is checked against AWS's own service
models, state is kept per account and Region, documented limits and conflicts are enforced, and it can be told to fail.

What it cannot do is a *mistake*: an operation or a parameter that it does not know, a request that no SDK would send,
an answer that the model does not allow. It answers HTTP 500, and the fixture fails the test, whatever the program made
of it.
"""

import contextlib
import dataclasses
import http.server
import traceback

import boto3
import botocore.config

from programs import REGION
from samples import ACCOUNT
from serving import serving

from . import model, permissions, wire
from .asked import Asked
from .errors import Dropped, Refused
from .faults import Faults
from .fixtures import Fixtures
from .world import UNKNOWN, World


@dataclasses.dataclass
class Call:
    """A call, and how it ended."""

    service: str
    operation: str
    parameters: dict
    account: str
    region: str
    caller: str
    # Pairs of IAM action and resource.
    needs: list
    answer: dict | None = None
    # None if the call was done; the name of its error, "dropped", or "mistake" if it could not be judged.
    error: str | None = "mistake"

    @property
    def resource(self):
        """The ARN of what the call is about, or `*`."""
        return self.needs[0][1]

    def __str__(self):
        shown = ", ".join(f"{key}={str(value)[:60]!r}" for key, value in self.parameters.items())
        return f"{self.account} {self.region} {self.service}:{self.operation}({shown}) → {self.error or 'done'}"


class Aws:
    """A running AWS."""

    def __init__(self):
        self.faults = Faults()
        self.world = World(self.faults.page_sizes)
        self.calls = []
        self.mistakes = []
        self.endpoint = None

    @property
    def limits(self):
        """The limits of every account."""
        return self.world.limits

    def place(self, account=ACCOUNT, region=REGION):
        """The state of one Region of one account."""
        return self.world.place(account, region)

    @property
    def fixtures(self):
        """Puts things into the account of the tests without calls."""
        return self.fixtures_in()

    def fixtures_in(self, account=ACCOUNT, region=REGION):
        """Puts things into any account and Region without calls."""
        return Fixtures(self.place(account, region))

    def client(self, service, account=ACCOUNT, region=REGION, session_token=None, attempts=1):
        """A boto3 client: of an account, or with the access key and token of a role session."""
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name=region,
            aws_access_key_id=account,
            aws_secret_access_key="test",
            aws_session_token=session_token,
            config=botocore.config.Config(retries={"total_max_attempts": attempts}),
        )

    def environment(self, account=ACCOUNT, region=REGION):
        """What a program needs to talk to this AWS instead of the real one.

        S3, SNS and Firehose are moto's: a test names it in AWS_ENDPOINT_URL_S3 and the like.
        """
        credentials = {"AWS_ACCESS_KEY_ID": account, "AWS_SECRET_ACCESS_KEY": "test"}
        return {"AWS_ENDPOINT_URL": self.endpoint, "AWS_REGION": region, **credentials}

    def called(self, operation=None):
        """The calls of an operation, or all, in order."""
        return [call for call in self.calls if operation in (None, call.operation)]

    def transcript(self):
        """The calls, for people."""
        return "\n".join(map(str, self.calls))

    def answer(self, method, target, headers, body):
        """Status, headers and body of the answer to an HTTP request. Raises `Dropped`."""
        try:
            request = wire.read(method, target, headers, body)
        except (wire.Unreadable, Refused) as cause:
            return self.mistake(str(cause))
        try:
            caller = self.world.caller(request.access_key, request.session_token, request.region)
        except Refused as refused:
            self._open(request, UNKNOWN).error = refused.code
            return wire.error(request.operation, self._in_words_of(request.service, refused))
        call = self._open(request, caller)
        try:
            if wrong := model.check_request(request.operation, request.parameters):
                return self.mistake(f"request {call}: {wrong}")
            answer = self._do(request, caller, call)
        except Refused as refused:
            call.error = refused.code
            if wrong := model.check_error(request.operation, refused.code):
                return self.mistake(f"{call}: {wrong}")
            return wire.error(request.operation, refused)
        except Dropped:
            call.error = "dropped"
            raise
        if wrong := model.check_answer(request.operation, answer):
            return self.mistake(f"answer to {call}: {wrong}")
        call.answer, call.error = answer, None
        return wire.answer(request.operation, answer)

    def _open(self, request, caller):
        name = request.operation.name
        needs = permissions.needs(request.service, name, request.parameters, caller.account, request.region)
        call = Call(request.service, name, request.parameters, caller.account, request.region, caller.arn, needs)
        self.calls.append(call)
        return call

    def _do(self, request, caller, call):
        """One call at a time does its work; what a test has told to happen around it may make calls of its own."""
        self.faults.check_before(call)
        with self.world.lock:
            handler = self.world.handler(request.service, call.operation, caller, request.region)
            if handler is None:
                raise NotImplementedError(f"this AWS does not know {call.service}:{call.operation}")
            asked = Asked(self.faults.heard(call))
            answer = handler(asked) or {}
            if asked.unread:
                raise NotImplementedError(f"{call} leaves out of account: {', '.join(sorted(asked.unread))}")
        self.faults.check_after(call)
        return self.faults.rewritten(call, answer)

    def mistake(self, text):
        """Keeps what the account could not judge, and answers HTTP 500."""
        self.mistakes.append(text)
        return 500, {"Content-Type": "text/plain"}, text.encode()

    @staticmethod
    def _in_words_of(service, refused):
        """STS, a service of the query protocol, has another name for credentials that they do not know."""
        if refused.code != "UnrecognizedClientException":
            return refused
        if service == "sts":
            return Refused("InvalidClientTokenId", refused.message, 403)
        return Refused(refused.code, refused.message, 403 if service == "lambda" else 400)


@contextlib.contextmanager
def running():
    """An AWS that answers until the block ends."""
    aws = Aws()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Head and body of an answer leave in two pieces; the client must not wait for the second.
        disable_nagle_algorithm = True

        def reply(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            try:
                status, headers, content = aws.answer(self.command, self.path, self.headers, body)
            except Dropped:
                self.close_connection = True
                return
            except Exception:
                status, headers, content = aws.mistake(traceback.format_exc())
            with contextlib.suppress(ConnectionError):
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

        def log_message(self, *_):
            pass

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = reply

    with serving(Handler) as address:
        aws.endpoint = f"http://{address}"
        yield aws
