"""A run that is stopped in the middle, at any moment and by any means, and then simply run again."""

import random
import signal
import time

import pytest

import archive
import programs
import samples
from programs import DONE, FAILED

SEED = 20261120
MOMENTS = 20
PAYLOADS, EVENTS = 120, 25
# So long may it take until a run has written what a test waits for.
PATIENCE = 120


@pytest.fixture(scope="module")
def incoming(tmp_path_factory):
    """Many payloads, so that a run takes long enough to be stopped in the middle."""
    return samples.write(tmp_path_factory.mktemp("incoming"), SEED, PAYLOADS, EVENTS)


@pytest.fixture(scope="module")
def undisturbed(incoming, tmp_path_factory):
    """The archive of an undisturbed run."""
    home = tmp_path_factory.mktemp("undisturbed")
    run = programs.Mailtrail(home).ingest(*incoming, to=home / "archive").expect(DONE)
    assert programs.check_ledger(run.answer)["archived"] == PAYLOADS * EVENTS
    return archive.from_directory(home / "archive").check()


def objects_in(where):
    """How many objects an archive holds at this moment."""
    return sum(1 for path in where.rglob("*") if path.is_file() and archive.TEMPORARY not in path.parts)


def run_until(mailtrail, incoming, where, objects, end):
    """Starts a run, ends it by a signal as soon as so many objects are there, and returns how it ended."""
    process = mailtrail.start("ingest", "--archive", where, "--json", *incoming)
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None and objects_in(where) < objects:
        assert time.monotonic() < deadline, f"{objects_in(where)} objects instead of {objects} after {PATIENCE} s"
    process.send_signal(end)
    stdout, stderr = process.communicate(timeout=PATIENCE)
    return programs.Run(process.returncode, stdout.decode(), stderr.decode())


def test_a_run_that_was_killed_and_run_again_leaves_the_archive_of_an_undisturbed_run(
    mailtrail, incoming, undisturbed, tmp_path
):
    rng = random.Random(SEED)
    total = len(undisturbed.objects)
    in_the_middle = 0
    for moment in range(MOMENTS):
        where = tmp_path / f"archive-{moment}"
        run_until(mailtrail, incoming, where, rng.randrange(total), signal.SIGKILL)
        left = archive.from_directory(where).check()
        in_the_middle += 0 < len(left.objects) < total
        assert left.digests().items() <= undisturbed.digests().items(), f"moment {moment}: objects of its own"

        ledger = programs.check_ledger(mailtrail.ingest(*incoming, to=where).expect(DONE).answer)
        assert ledger["archived"] == PAYLOADS * EVENTS
        assert archive.from_directory(where).check().digests() == undisturbed.digests(), f"moment {moment}"
        assert leftovers(where) == [], f"moment {moment}"
    assert in_the_middle >= MOMENTS // 2, f"only {in_the_middle} of {MOMENTS} runs were killed in the middle"


def test_ctrl_c_stops_a_run_cleanly_and_the_next_run_finishes_it(mailtrail, incoming, undisturbed, tmp_path):
    where = tmp_path / "archive"
    stopped = run_until(mailtrail, incoming, where, len(undisturbed.objects) // 4, signal.SIGINT)
    stopped.expect(FAILED)
    assert stopped.stderr.strip(), "it does not say that it was stopped"
    left = archive.from_directory(where).check()
    assert 0 < len(left.objects) < len(undisturbed.objects)
    assert left.digests().items() <= undisturbed.digests().items()
    assert leftovers(where) == []
    if stopped.stdout:
        programs.check_ledger(stopped.answer)

    mailtrail.ingest(*incoming, to=where).expect(DONE)
    assert archive.from_directory(where).digests() == undisturbed.digests()


def test_two_runs_at_once_leave_the_archive_of_one(mailtrail, incoming, undisturbed, tmp_path):
    where = tmp_path / "archive"
    runs = [mailtrail.start("ingest", "--archive", where, "--json", *incoming) for _ in range(2)]
    for process in runs:
        stdout, stderr = process.communicate(timeout=PATIENCE)
        programs.check_ledger(programs.Run(process.returncode, stdout.decode(), stderr.decode()).expect(DONE).answer)
    assert archive.from_directory(where).check().digests() == undisturbed.digests()


def leftovers(where):
    """Unfinished files."""
    return [path for path in (where / archive.TEMPORARY).rglob("*") if path.is_file()]
