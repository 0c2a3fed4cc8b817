"""The developer's loop of the README: `cargo lambda watch` in one terminal, `cargo lambda invoke` in another."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import archive
import payloads
import programs
import standins

# As the README shows them, but for the port, a free one, and the archive, a temporary one: nothing is in the way.
WATCH = "MAILTRAIL_ARCHIVE=./mailtrail-archive cargo lambda watch -A 127.0.0.1 -P 9000"
INVOKE = "cargo lambda invoke -A 127.0.0.1 -P 9000 workmail-events --data-file events/organization-email-received.json"
PORT = "9000"
BUILD_TIMEOUT = 3600
INVOKE_TIMEOUT = 120

pytestmark = pytest.mark.watch


@pytest.fixture(scope="module")
def environment():
    """The shell's environment, with cargo-lambda (and the zig beside it) of this Python first on the path."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "MAILTRAIL_"))}
    here = str(Path(sys.executable).parent)
    return {**clean, "PATH": f"{here}:{clean['PATH']}", "AWS_REGION": programs.REGION}


@pytest.fixture(scope="module")
def built(environment):
    """The function, built: `watch` finds everything done, and the first invocation does not wait for a compiler."""
    command = ["cargo", "build", "--bin", "workmail-events"]
    subprocess.run(command, cwd=programs.PROJECT, env=environment, check=True, timeout=BUILD_TIMEOUT)


@pytest.fixture
def watching(built, environment, tmp_path):
    """`cargo lambda watch`, running. Gives its port and its log."""
    port = standins.free_port()
    log = tmp_path / "watch.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            shell(WATCH, port),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=programs.PROJECT,
            env={**environment, "MAILTRAIL_ARCHIVE": str(tmp_path / "archive")},
            start_new_session=True,
        )
    try:
        standins.wait_until(lambda: standins.answers(port), INVOKE_TIMEOUT, f"{WATCH}: see {log}")
        yield port, log
    finally:
        standins.stop(process)


def shell(command, port):
    """The words of a command of the README, with another port, and without the variables set before it."""
    words = command.split()
    while "=" in words[0]:
        words.pop(0)
    return [str(port) if word == PORT else word for word in words]


def invoke(command, port, environment, log):
    """Invokes the function as the README does and returns what was printed."""
    ended = subprocess.run(
        shell(command, port),
        capture_output=True,
        text=True,
        cwd=programs.PROJECT,
        env=environment,
        timeout=INVOKE_TIMEOUT,
    )
    said = f"{ended.stdout}\n{ended.stderr}\n{log.read_text(errors='replace')}"
    assert ended.returncode == 0, said
    return ended.stdout


def test_an_invocation_of_the_watched_function_is_archived(watching, environment, tmp_path):
    port, log = watching
    invoke(INVOKE, port, environment, log)
    sample = programs.PROJECT / INVOKE.split()[-1]
    content = archive.from_directory(tmp_path / "archive").check()
    assert len(content.records()) == len(payloads.events(sample.read_bytes())) >= 1
    [raw] = content.kind("raw")
    assert [raw.body] == payloads.payloads(sample.read_bytes())

    invoke(INVOKE, port, environment, log)
    assert archive.from_directory(tmp_path / "archive").digests() == content.digests()


def test_a_hostile_invocation_of_the_watched_function_is_quarantined(watching, environment, tmp_path):
    port, log = watching
    invoke(INVOKE.replace("organization-email-received", "hostile/truncated-gzip"), port, environment, log)
    assert list(archive.from_directory(tmp_path / "archive").check().quarantined()) == ["truncated_gzip"]
