"""Lambda's Runtime API, for a function's own binary in an environment of its own.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

import contextlib
import dataclasses
import http.server
import json
import os
import subprocess
import threading
import time
import uuid

import programs
from samples import ACCOUNT
from serving import serving

VERSION = "/2018-06-01/runtime"
PATIENCE = 120


@dataclasses.dataclass(frozen=True)
class Invocation:
    """What an invocation gave back."""

    # What the function answered; None if it failed, or was killed.
    answer: object
    # The error that it told of: type and message.
    error: dict | None
    # What it printed.
    lines: list
    # The type of error by which it said that it does not start; None if it started.
    start_error: str | None
    # How it ended; negative if it was stopped, as Lambda does.
    exit_code: int


class Runtime:
    """A Lambda that starts the function anew for each invocation."""

    def __init__(self, name, home, environment, timeout=900):
        self.name = name
        self.home = home
        self.environment = environment
        self.timeout = timeout
        self.process = None

    def invoke(self, event=None, **settings):
        """Starts the function with these settings besides those of its environment, and gives it one event."""
        with _api(event or {}, self.name, self.timeout) as api:
            self.process = subprocess.Popen(
                [str(programs.FUNCTIONS[self.name])],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                cwd=self.home,
                env={**self._context(api.address), **self.environment, **settings},
            )
            stop = threading.Thread(target=self._stop_when, args=(api.done,))
            stop.start()
            printed, _ = self.process.communicate(timeout=PATIENCE)
            api.done.set()
            stop.join()
        lines = printed.decode().splitlines()
        return Invocation(api.answer, api.error, lines, api.start_error, self.process.returncode)

    def _stop_when(self, done):
        assert done.wait(PATIENCE), f"{self.name} neither answers nor ends"
        self.process.kill()

    def _context(self, address):
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "TMPDIR": str(self.home),
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_LAMBDA_RUNTIME_API": address,
            "AWS_LAMBDA_FUNCTION_NAME": self.name,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
            "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{self.name}",
            "AWS_LAMBDA_LOG_STREAM_NAME": "example",
        }


class _Api:
    def __init__(self):
        self.address = None
        self.done = threading.Event()
        self.answer = None
        self.error = None
        self.start_error = None


@contextlib.contextmanager
def _api(event, name, timeout):
    """The Runtime API with one invocation. The function asks for the next one in vain, until it is stopped."""
    api, request_id = _Api(), str(uuid.uuid4())
    waiting = threading.Lock()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            assert self.path == f"{VERSION}/invocation/next", self.path
            if not waiting.acquire(blocking=False):
                api.done.wait(PATIENCE)
                self.close_connection = True
                return
            deadline = int((time.time() + timeout) * 1000)
            arn = f"arn:aws:lambda:{programs.REGION}:{ACCOUNT}:function:{name}"
            headers = {"Aws-Request-Id": request_id, "Deadline-Ms": str(deadline), "Invoked-Function-Arn": arn}
            self.reply(200, json.dumps(event).encode(), headers)

        def do_POST(self):
            said = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"null")
            if self.path == f"{VERSION}/init/error":
                # It has to end by itself.
                api.error, api.start_error = said, self.headers["Lambda-Runtime-Function-Error-Type"]
                self.reply(202, b"", {})
                return
            if self.path == f"{VERSION}/invocation/{request_id}/response":
                api.answer = said
            else:
                assert self.path == f"{VERSION}/invocation/{request_id}/error", self.path
                api.error = said
            self.reply(202, b"", {})
            api.done.set()

        def reply(self, status, body, headers):
            self.send_response(status)
            for key, value in headers.items():
                self.send_header(f"Lambda-Runtime-{key}", value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with serving(Handler) as api.address:
        try:
            yield api
        finally:
            api.done.set()
