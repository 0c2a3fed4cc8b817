"""The built programs, run as their users run them: in an environment of their own, watched from outside."""

import dataclasses
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import archive

PROJECT = Path(__file__).resolve().parent.parent
EVENTS = PROJECT / "events"
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", PROJECT / "target"))
MAILTRAIL = Path(os.environ.get("MAILTRAIL_BIN", TARGET / "debug" / "mailtrail")).absolute()
FUNCTIONS = {
    name: Path(os.environ.get(f"{name.upper().replace('-', '_')}_BIN", TARGET / "debug" / name)).absolute()
    for name in ("workmail-events", "cloudtrail-activity", "policy-audit", "archive-maintenance")
}

DONE, FAILED, WRONG_USAGE, NEEDS_A_LOOK = 0, 1, 2, 3
REGION = "eu-west-1"
TIMEOUT = 300

# A command of mailtrail that a text advises, up to the `;` or the end of the line that ends it.
ADVISED = re.compile(r": (mailtrail (?:'[^'\n]*'|[^;'\n])*)")
# What stands for a value in a usage; in an advice, the value is known.
PLACEHOLDER = re.compile("[A-Z]{2,}")
# The Region that a text speaks of, and the commands that work in one.
OF_REGION, IN_A_REGION = re.compile(r"\bRegion ([a-z]+-[a-z-]+-\d)\b"), {"backfill", "doctor", "policy", "workmail"}

# Of a child, the kernel also counts what its parent held when it forked; so the parent that counts is a small one.
MEASURE = """
import os, sys
pid = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(pid, 0)
with open(sys.argv[1], "w") as report:
    report.write(str(usage.ru_maxrss * 1024))
sys.exit(os.waitstatus_to_exitcode(status))
"""


@dataclasses.dataclass(frozen=True)
class Run:
    """How a program ended, and what it said."""

    code: int
    stdout: str
    stderr: str
    peak_memory: int | None = None

    def expect(self, code):
        """Asserts the exit code, showing what the program said if it is another."""
        assert self.code == code, f"exit code {self.code} instead of {code}\n{self.stdout}\n{self.stderr}"
        self.expect_manners()
        return self

    def expect_manners(self):
        """No panic, no backtrace, nothing made for a terminal where there is none, and commands that can be pasted."""
        for rude in ("panicked at", "RUST_BACKTRACE", "stack backtrace", "\x1b", "\r"):
            assert rude not in self.stdout + self.stderr, f"{rude!r} in the output:\n{self.stdout}\n{self.stderr}"
        for line in self.stderr.splitlines():
            check_advice(line)

    @property
    def answer(self):
        """The one JSON object on stdout of a command that ran with --json."""
        lines = self.stdout.splitlines()
        assert len(lines) == 1, f"{len(lines)} lines on stdout instead of one:\n{self.stdout}\n{self.stderr}"
        return archive.strict_json(lines[0])


def check_advice(text):
    """The commands that a text advises are words of a shell, without placeholders, and name the Region that it speaks of."""
    for command in ADVISED.findall(text):
        words = shlex.split(command)
        assert not any(PLACEHOLDER.fullmatch(word) for word in words), text
        if (region := OF_REGION.search(text)) and words[1] in IN_A_REGION:
            assert region[1] in words, text


class Mailtrail:
    """The command line, in a home of its own and without any AWS credentials, unless a test adds them."""

    def __init__(self, home):
        self.home = home
        self.binary = MAILTRAIL

    def environment(self, extra=None):
        """The whole environment of the program. The odd time zone shows where UTC was forgotten."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "TMPDIR": str(self.home),
            "LANG": "C.UTF-8",
            "TZ": "Asia/Kathmandu",
            "AWS_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            **(extra or {}),
        }

    def run(self, *arguments, stdin=b"", env=None, wrap=(), measure=False):
        """Runs `mailtrail <arguments>` to its end. `wrap` is a command that is given the program to start."""
        command = [*wrap, str(self.binary), *map(str, arguments)]
        report = self.home / "peak-memory"
        if measure:
            command = [sys.executable, "-I", "-S", "-c", MEASURE, str(report), *command]
        ended = subprocess.run(
            command, input=stdin, capture_output=True, cwd=self.home, env=self.environment(env), timeout=TIMEOUT
        )
        peak_memory = int(report.read_text()) if measure else None
        return Run(ended.returncode, ended.stdout.decode(), ended.stderr.decode(), peak_memory)

    def ingest(self, *paths, to, options=(), **how):
        """`mailtrail ingest --json` into an archive."""
        return self.run("ingest", "--archive", to, "--json", *options, *paths, **how)

    def start(self, *arguments):
        """Starts the program and leaves it to the caller to end it."""
        return subprocess.Popen(
            [str(self.binary), *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=self.home,
            env=self.environment(),
        )


LEDGER = {
    "payloads",
    "control_messages",
    "control_events",
    "quarantined_payloads",
    "events",
    "archived",
    "already",
    "refused",
    "skipped_files",
    "incomplete_files",
    "in_archive_before",
    "by_class",
    "streams",
    "balanced",
}
# Functions are not given files.
FUNCTION_LEDGER = LEDGER - {"skipped_files", "incomplete_files", "in_archive_before"}
STREAM = {"stream", "delivered", "gated", "filtered", "undelivered"}


def check_ledger(ledger, keys=frozenset(LEDGER)):
    """The ledger has the keys of the contract, no others, and balances. Returns it, to be chained."""
    assert set(ledger) == keys
    counts = [value for key, value in ledger.items() if key not in ("by_class", "streams", "balanced")]
    counts += ledger["by_class"].values()
    assert all(type(count) is int and count >= 0 for count in counts), ledger
    assert ledger["balanced"] is True
    assert ledger["payloads"] >= ledger["control_messages"] + ledger["quarantined_payloads"], ledger
    assert ledger["events"] == ledger["archived"] + ledger["refused"], ledger
    assert ledger["archived"] == sum(ledger["by_class"].values()), ledger
    assert ledger["already"] <= ledger["archived"], ledger
    for stream in ledger["streams"]:
        assert set(stream) == STREAM
        delivery = sum(stream[part] for part in STREAM - {"stream"})
        assert delivery == ledger["archived"], f"{stream} of {ledger['archived']} archived"
    return ledger


def sample_files():
    """Every sample invocation of events/, good and hostile."""
    found = sorted(path for path in EVENTS.rglob("*") if path.suffix in (".json", ".gz"))
    assert len(found) > 40, f"events/ holds only {len(found)} samples"
    return found


def good_samples():
    """The samples that are not hostile."""
    return [path for path in sample_files() if "hostile" not in path.parts]
