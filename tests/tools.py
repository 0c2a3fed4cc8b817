"""The programs that look over the stack and deploy it, installed below target/ when a test asks for one.

Each set has an environment of its own, because their versions of boto do not go together.
"""

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys

import programs

CDK = programs.PROJECT / "infra" / "cdk"
REQUIREMENTS = programs.PROJECT / "tests" / "requirements"
INSTALL_TIMEOUT = 1800


def python_program(name, requirements):
    """The path of a program of one of the files of requirements."""
    return _environment(REQUIREMENTS / f"{requirements}.txt") / "bin" / name


def node_modules():
    """The folder of infra/cdk, with what its lock file names installed in it."""
    assert shutil.which("npm"), "the tests of infra/cdk need Node.js 20 or later, with npm"
    lock = CDK / "package-lock.json"
    complete = CDK / "node_modules" / ".complete"
    digest = _digest(lock)
    with _installing():
        if not complete.exists() or complete.read_text() != digest:
            # No package of the lock file needs a script of its own to be run.
            run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", cwd=CDK, timeout=INSTALL_TIMEOUT)
            complete.write_text(digest)
    return CDK


def run(*command, cwd, env=None, timeout=600, code=0):
    """Runs a program to its end. Returns what it printed, after asserting its exit code."""
    ended = subprocess.run(
        list(map(str, command)),
        cwd=cwd,
        env={**quiet_environment(), **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=timeout,
    )
    assert ended.returncode == code, f"{command[0]} ended with {ended.returncode}:\n{ended.stdout[-8000:]}"
    return ended.stdout


def quiet_environment():
    """The environment of this process without anything of AWS in it. No tool calls home or collects traces."""
    ours = ("AWS_", "MAILTRAIL_")
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
    return {
        **inherited,
        "AWS_DEFAULT_REGION": programs.REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "CDK_DISABLE_CLI_TELEMETRY": "true",
        "CDK_DISABLE_STACK_TRACE": "1",
        "SAM_CLI_TELEMETRY": "0",
    }


def _environment(requirements):
    folder = programs.TARGET.absolute() / f"python-{requirements.stem}-{_digest(requirements)[:8]}"
    # Written last: a folder without it is half an installation.
    complete = folder / "complete"
    with _installing():
        if not complete.exists():
            # The files are complete. pip's own resolver stumbles over extras where it wants hashes.
            install = ("install", "--quiet", "--no-deps", "--require-hashes", "--requirement")
            run(sys.executable, "-m", "venv", "--clear", folder, cwd=programs.PROJECT)
            run(folder / "bin" / "pip", *install, requirements, cwd=programs.PROJECT, timeout=INSTALL_TIMEOUT)
            complete.touch()
    return folder


@contextlib.contextmanager
def _installing():
    """One worker of pytest-xdist at a time: the others find what it installed."""
    with (programs.TARGET / "installing.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _digest(file):
    return hashlib.sha256(file.read_bytes()).hexdigest()
