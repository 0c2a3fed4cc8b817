"""AWS stand-ins: other people's servers, started for the tests on a free port of the loopback address.

Each runs in a session of its own, so that the programs it starts (ministack runs our function) end with it, and is
ended by its own process id. What it printed is kept in a file, whose end is shown beside a test that fails.
"""

import contextlib
import dataclasses
import http.client
import http.server
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from pathlib import Path

import boto3
import botocore.config

from programs import REGION
from samples import ACCOUNT
from serving import serving

START_TIMEOUT = 60
STOP_TIMEOUT = 10
CREDENTIALS = {"AWS_ACCESS_KEY_ID": ACCOUNT, "AWS_SECRET_ACCESS_KEY": "test"}


@dataclasses.dataclass(frozen=True)
class StandIn:
    """A running stand-in."""

    name: str
    endpoint: str
    reset_path: str
    log: Path

    def client(self, service, patience=60):
        """A boto3 client of this stand-in, which waits so many seconds for an answer."""
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
            config=botocore.config.Config(
                s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}, read_timeout=patience
            ),
        )

    def environment(self):
        """What a program needs to talk to this stand-in instead of AWS."""
        return {"AWS_ENDPOINT_URL": self.endpoint, "AWS_REGION": REGION, **CREDENTIALS}

    def reset(self):
        """Forgets everything that tests made."""
        request = urllib.request.Request(self.endpoint + self.reset_path, method="POST")
        with urllib.request.urlopen(request, timeout=START_TIMEOUT) as answer:
            assert answer.status == 200


@contextlib.contextmanager
def moto(directory):
    """A moto server."""
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with _running("moto", port, directory, command, {"MOTO_ACCOUNT_ID": ACCOUNT}) as log:
        yield StandIn("moto", f"http://127.0.0.1:{port}", "/moto-api/reset", log)


@contextlib.contextmanager
def ministack(directory, **more):
    """A ministack: it runs Lambda functions as processes of this machine. It knows more settings, as variables."""
    port = free_port()
    settings = {
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "MINISTACK_REGION": REGION,
        # Its functions talk to it, and to nothing else.
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_EC2_METADATA_DISABLED": "true",
        # A fixed port that is not used here.
        "IOT_MTLS_ENABLED": "0",
        "TMPDIR": str(directory),
        **more,
    }
    with _running("ministack", port, directory, [sys.executable, "-m", "ministack"], settings) as log:
        yield StandIn("ministack", f"http://127.0.0.1:{port}", "/_ministack/reset", log)


@contextlib.contextmanager
def bucket_owner_guard(endpoint, owner):
    """An S3 endpoint in front of another that knows who owns the buckets, as S3 does and the stand-ins do not.

    A request that expects another owner, or none at all, is answered as S3 answers: 403 AccessDenied.
    """
    denied = b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"

    def judge(_method, _target, headers, _body):
        is_owner = headers.get("x-amz-expected-bucket-owner") == owner
        return None if is_owner else (403, {"Content-Type": "application/xml"}, denied)

    with in_front_of(endpoint, judge) as guarded:
        yield guarded


@contextlib.contextmanager
def in_front_of(endpoint, judge, edited=lambda request, answer: answer):
    """An endpoint that hands requests on to another, but for those that it has an answer to itself.

    `judge(method, target, headers, body)` gives status, headers and body of that answer, or None. `edited` is given the
    same of a request that was handed on, and the body of its answer, and gives the body that is passed back.
    """
    upstream = urllib.parse.urlparse(endpoint).netloc

    class Front(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def forward(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            request = (self.command, self.path, self.headers, body)
            if judged := judge(*request):
                return self.answer(*judged)
            connection = http.client.HTTPConnection(upstream, timeout=START_TIMEOUT)
            connection.request(self.command, self.path, body, dict(self.headers))
            answer = connection.getresponse()
            headers = {name: value for name, value in answer.getheaders() if name.lower() not in HOP_BY_HOP}
            # An answer to HEAD has the length of what it does not bring.
            length = answer.getheader("Content-Length") if self.command == "HEAD" else None
            return self.answer(answer.status, headers, edited(request, answer.read()), length)

        def answer(self, status, headers, body, length=None):
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", length or str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, *_):
            pass

        do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = forward

    with serving(Front) as address:
        yield f"http://{address}"


HOP_BY_HOP = {"connection", "content-length", "date", "server", "transfer-encoding"}


def free_port():
    """A port of the loopback address that no process listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(condition, timeout, what):
    """Polls until the condition gives something true, and returns that."""
    deadline = time.monotonic() + timeout
    while not (found := condition()):
        assert time.monotonic() < deadline, f"waited {timeout} s in vain: {what}"
        time.sleep(0.05)
    return found


def answers(port):
    """Whether a process accepts connections on the port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def stop(process):
    """Ends a process that was started in a session of its own, and everything that it started."""
    if process.poll() is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_TIMEOUT
    while time.monotonic() < deadline and not _has_ended(process.pid):
        time.sleep(0.02)
    # Its id is still its own until it is waited for: this reaches it, if it hangs, and what it left behind.
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _has_ended(pid):
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is not None


@contextlib.contextmanager
def _running(name, port, directory, command, settings):
    log = directory / f"{name}.log"
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "MAILTRAIL_"))}
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=directory,
            env={**environment, **CREDENTIALS, **settings},
            start_new_session=True,
        )
    try:
        wait_until(lambda: _is_up(process, port, log), START_TIMEOUT, f"{name} does not answer: see {log}")
        yield log
    finally:
        stop(process)


def _is_up(process, port, log):
    said = log.read_text(errors="replace")[-4000:]
    assert process.poll() is None, f"{log.stem} ended with {process.returncode}:\n{said}"
    return answers(port)
