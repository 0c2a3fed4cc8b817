"""The function as it is deployed: what `cargo xtask package` makes runs, and does what the tested binary does."""

import os
import subprocess

import pytest

import archive
import function
import programs
import test_watch

PACKAGE = "cargo xtask package"
# The same with less optimization, so that it builds in minutes on a small machine.
QUICK = f"{PACKAGE} --quick"


@pytest.fixture(scope="module")
def packaged():
    """The zip of a function."""
    environment = {**os.environ, "CARGO_TARGET_DIR": str(programs.TARGET)}
    where = {"cwd": programs.PROJECT, "env": environment}
    subprocess.run(QUICK.split(), **where, check=True, timeout=test_watch.BUILD_TIMEOUT)
    return (programs.TARGET / "quick-packages" / "workmail-events.zip").read_bytes()


def test_the_packaged_function_archives_and_streams_a_batch(role_policies, enforcing, packaged):
    context = function.Function(enforcing, packaged).create_context(role_policies["workmail-events"])
    deployed = context.deploy(**function.SETTINGS)
    sample = programs.EVENTS / "mixed-hour.json"
    answer = deployed.invoke(sample.read_bytes())
    assert answer.error is None, answer
    records = deployed.archive().check().records()
    assert len(records) == answer.payload["archived"] == 120
    streamed = [record for body in deployed.streamed(function.STREAM) for record in archive.ndjson(body)]
    assert len(streamed) == 120
