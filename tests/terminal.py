"""The built program on a terminal: it asks, and it is answered."""

import contextlib
import os
import pty
import select
import subprocess
import time

import programs

# What stands at the end of a question.
QUESTION = "[y/N]"


def run(command, cwd, env, answer="n\n"):
    """Runs a command with its input and all of its output on a terminal. Returns exit code and output.

    The answer is typed when a question is there, and not before: what is not asked is not answered.
    """
    master, slave = pty.openpty()
    process = subprocess.Popen([*map(str, command)], stdin=slave, stdout=slave, stderr=slave, cwd=cwd, env=env)
    os.close(slave)
    shown, answered, deadline = b"", False, time.monotonic() + programs.TIMEOUT
    # The other end is closed when the process has ended.
    with contextlib.suppress(OSError):
        while time.monotonic() < deadline:
            if not select.select([master], [], [], 1)[0]:
                continue
            shown += os.read(master, 65_536)
            if QUESTION.encode() in shown and not answered:
                os.write(master, answer.encode())
                answered = True
    code = process.wait(timeout=programs.TIMEOUT)
    os.close(master)
    return code, shown.decode().replace("\r\n", "\n")
