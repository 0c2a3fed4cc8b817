"""Every command of the README is run by a test: this one says by which, and refuses a command that no test runs."""

import json
import os
import re
import shutil
import subprocess

import pytest

import directories
import policy_sample
import programs
import test_package
import test_watch
from account.documents import AWS_WRITTEN
from applying import NEW_GROUP, destination_of, messages, policies, writes
from applying import groups as groups_of
from covering import DAY, GROUP, TODAY
from samples import ACCOUNT

README = programs.PROJECT / "README.md"
TESTS = programs.PROJECT / "tests"

FIRST = "cargo mailtrail demo"
TASKS = "cargo xtask --help"
COMMANDS = ("ingest", "backfill", "coverage", "redrive", "trace", "activity", "search", "permissions", "workmail", "doctor")
EXPLANATIONS = [f"cargo mailtrail {command} --help" for command in COMMANDS]
SERVICES = "cargo mailtrail permissions --list"
DIRECTORY = "cargo mailtrail directory save --archive mailtrail-demo/all"
FILL = "cargo mailtrail ingest --archive mailtrail-demo/all events/*.json"
# Each question of the README, and what its answer must name.
QUESTIONS = {
    "trace --from elif@example.com --to hiro@example.com --detail": [
        "Quarterly figures",
        "hiro@example.com, 2026-11-20",
        "The mailbox is full.",
        "must make room",
    ],
    "activity --user alice --follow": ["iam DeleteUser", "Admin/alice", "MailAdmin/ticket-4711"],
    "activity --role Support": ["Support/laptop", "Support/night-shift", "s3 DeleteBucket"],
    "activity --access-key AKIAEXAMPLEALICE --summary": ["17 events, 5 failed", "203.0.113.20", "2 AccessDenied"],
    "activity --not-owner": ["WorkMail read_attachment", "salaries.xlsx", "imp-01"],
    """search --since 2026-11-20 --filter-pattern '{ $.errorCode = "AccessDenied" }'""": ["DeleteBucket"],
}


def question(words):
    """The command that asks a question."""
    command, options = words.split(" ", 1)
    return f"cargo mailtrail {command} --archive mailtrail-demo/all {options}"


# What to do about resource policies: on the sample account, then on the account of the tests.
SAMPLE = [f"cargo mailtrail policy {command} infra/policies/account.json" for command in ("audit", "plan")]
SHRINK = [
    "cargo mailtrail policy audit",
    "cargo mailtrail policy plan --output mailtrail-demo/plan.json",
    "cargo mailtrail policy apply mailtrail-demo/plan.json --dry-run",
    "cargo mailtrail policy apply mailtrail-demo/plan.json --archive mailtrail-demo/journals --yes",
]
ROLLBACK = "cargo mailtrail policy rollback 20261120T101502Z-1a2b3c4d --archive mailtrail-demo/journals --yes"
MOVE = [
    f"cargo mailtrail policy plan --move {policy_sample.AUDIT} --output mailtrail-demo/move.json",
    "cargo mailtrail policy apply mailtrail-demo/move.json --archive mailtrail-demo/journals --yes",
]

# What was logged before the subscription was made: on the account of the tests.
COVERAGE = "cargo mailtrail coverage --archive mailtrail-demo/mail"
BACKFILL = "cargo mailtrail backfill --log-group /aws/workmail/emailevents/example --archive mailtrail-demo/mail"

# Command of the README → the test that runs it: `file::test`, below tests/ or, for Rust, below the project.
RUN_BY = {
    FIRST: "test_readme.py::test_the_first_command_of_the_readme_shows_the_demo",
    test_watch.WATCH: "test_watch.py::test_an_invocation_of_the_watched_function_is_archived",
    test_watch.INVOKE: "test_watch.py::test_an_invocation_of_the_watched_function_is_archived",
    test_package.PACKAGE: "test_package.py::test_the_packaged_function_archives_and_streams_a_batch",
    DIRECTORY: "test_readme.py::test_the_directory_of_an_account_is_saved",
    TASKS: "test_readme.py::test_the_other_tasks_are_listed",
    FILL: "test_readme.py::test_an_archive_of_all_sources_answers_the_questions_of_the_readme",
    **{
        question(words): "test_readme.py::test_an_archive_of_all_sources_answers_the_questions_of_the_readme"
        for words in QUESTIONS
    },
    **{command: "test_readme.py::test_the_sample_account_is_audited_and_planned_for" for command in SAMPLE},
    **{
        command: "test_readme.py::test_policies_are_shrunk_and_an_audit_log_moved_and_all_is_undone"
        for command in [*SHRINK, ROLLBACK, *MOVE]
    },
    **{command: "test_readme.py::test_installed_on_day_30_the_days_before_are_brought_in" for command in (COVERAGE, BACKFILL)},
    SERVICES: "test_readme.py::test_the_services_are_listed",
    **{command: "test_readme.py::test_a_command_explains_itself" for command in EXPLANATIONS},
}

# The command that runs the tests is run whenever this is read.
RUNS_THE_TESTS = "cargo xtask test"


def commands():
    """The command lines of all ```sh blocks: continuation lines joined, prompts and comments taken off."""
    blocks = re.findall(r"^```sh\n(.*?)^```", README.read_text(), re.DOTALL | re.MULTILINE)
    lines = "".join(blocks).replace("\\\n", " ").splitlines()
    lines = (re.sub(r"(^|\s)#.*", "", line).removeprefix("$ ") for line in lines)
    return [" ".join(line.split()) for line in lines if line.strip()]


def test_every_command_of_the_readme_is_run_by_a_test():
    not_run = [command for command in commands() if command not in RUN_BY and command != RUNS_THE_TESTS]
    assert not_run == []


def test_every_command_listed_here_is_in_the_readme():
    assert [command for command in [*RUN_BY, RUNS_THE_TESTS] if command not in commands()] == []


@pytest.mark.parametrize("command", RUN_BY)
def test_the_test_that_is_said_to_run_a_command_exists(command):
    file, test = RUN_BY[command].split("::")
    path = TESTS / file if file.startswith("test_") else programs.PROJECT / file
    assert re.search(rf"(def|fn) {test}\(", path.read_text()), f"no {test} in {path}"


def test_the_readme_names_no_shell_that_this_test_does_not_read():
    fences = set(re.findall(r"^```(\w*)", README.read_text(), re.MULTILINE)) - {""}
    assert not fences & {"bash", "shell", "console", "zsh"}, "use ```sh"


@pytest.fixture
def demo_folder():
    """Where the demo leaves its archive; gone afterwards, unless there was one before."""
    folder = programs.PROJECT / "mailtrail-demo"
    existed = folder.exists()
    yield folder
    if not existed:
        shutil.rmtree(folder, ignore_errors=True)


def test_the_first_command_of_the_readme_shows_the_demo(demo_folder):
    assert commands()[0] == FIRST
    ended = subprocess.run(
        FIRST.split(),
        cwd=programs.PROJECT,
        env={**os.environ, "CARGO_TARGET_DIR": str(programs.TARGET)},
        capture_output=True,
        text=True,
        timeout=test_watch.BUILD_TIMEOUT,
    )
    assert ended.returncode == programs.DONE, ended.stderr
    assert (demo_folder / "archive" / "email_activity").is_dir()
    assert "email_activity" in ended.stdout + ended.stderr


def test_an_archive_of_all_sources_answers_the_questions_of_the_readme(demo_folder):
    def answer(command):
        ended = subprocess.run(
            command,
            shell=True,
            cwd=programs.PROJECT,
            env={**os.environ, "CARGO_TARGET_DIR": str(programs.TARGET)},
            capture_output=True,
            text=True,
            timeout=test_watch.BUILD_TIMEOUT,
        )
        assert ended.returncode == programs.DONE, ended.stderr
        return ended.stdout

    answer(FILL)
    for words, named in QUESTIONS.items():
        said = answer(question(words))
        assert [text for text in named if text not in said] == [], said


def policy(command, code, environment=None):
    """Runs a command of the README about policies, and returns what it says."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "MAILTRAIL_"))}
    ended = subprocess.run(
        command.split(),
        cwd=programs.PROJECT,
        env={**clean, "CARGO_TARGET_DIR": str(programs.TARGET), **(environment or {})},
        capture_output=True,
        text=True,
        timeout=test_watch.BUILD_TIMEOUT,
    )
    assert ended.returncode == code, ended.stderr
    return ended.stdout


def test_installed_on_day_30_the_days_before_are_brought_in(account, mailtrail, demo_folder, tmp_path):
    # The last day was over an hour ago, whatever the time is; with it and the two after it, these are the 30 that are shown.
    days, last = 28, TODAY - 2 * DAY
    account.fixtures.log_group(GROUP)
    logs = account.place().logs
    logs.groups.find(GROUP).created = last - 40 * DAY
    rest = []
    for day in range(-days, 1):
        for number in range(5):
            message = json.dumps({"day": day, "number": number})
            event_id = logs.events.log(GROUP, "a", last + day * DAY + number, message)
            rest.append({"id": event_id, "timestamp": last + day * DAY + number, "message": message})
    # The subscription has sent what was logged on that day.
    batch = {"messageType": "DATA_MESSAGE", "owner": ACCOUNT, "logGroup": GROUP, "logStream": "a"}
    sent = tmp_path / "sent.json"
    sent.write_text(json.dumps(batch | {"subscriptionFilters": ["f"], "logEvents": rest[-5:]}))
    mailtrail.ingest(sent, to=demo_folder / "mail").expect(programs.DONE)

    def lines(code):
        """What `coverage` says of each day, with one object a line."""
        said = policy(f"{COVERAGE} --json", code, account.environment()).splitlines()
        return [(line["state"], line["source"], line["archive"]) for line in map(json.loads, said)][: days + 1]

    assert lines(programs.NEEDS_A_LOOK) == [*[("gap", 5, 0)] * days, ("complete", 5, 5)]
    shown = policy(COVERAGE, programs.NEEDS_A_LOOK, account.environment())
    assert BACKFILL.removeprefix("cargo ").split(" --archive")[0] in shown
    policy(BACKFILL, programs.DONE, account.environment())
    assert "gap" not in policy(COVERAGE, programs.DONE, account.environment())
    assert lines(programs.DONE) == [("complete", 5, 5)] * (days + 1)


def test_the_directory_of_an_account_is_saved(account, demo_folder):
    organization = account.fixtures.organization().rsplit("/", 1)[1]
    directories.fill(account.place().directories.of(organization))
    assert "4 users, 2 groups" in policy(DIRECTORY, programs.DONE, account.environment())
    assert len(list(demo_folder.glob(f"all/directory/organization={organization}/*.json.zst"))) == 1


def test_the_sample_account_is_audited_and_planned_for():
    audit, plan = SAMPLE
    # Long lines are wrapped between words.
    said = " ".join(policy(audit, programs.NEEDS_A_LOOK).split())
    assert "┃" in said and "log groups that do not exist" in said
    assert "no access is lost" in policy(plan, programs.DONE)


def test_policies_are_shrunk_and_an_audit_log_moved_and_all_is_undone(account, demo_folder):
    log = policy_sample.fixtures(account)
    account.faults.after("PutDeliveryDestination", lambda: log.log("after"), nth=None)
    demo_folder.mkdir(exist_ok=True)
    before = policies(account)
    audit, plan, dry_run, apply = SHRINK

    def run(command, code=programs.DONE):
        return policy(command, code, account.environment())

    def rollback(said, code):
        """As the README says, with the journal that was told of."""
        [journal] = re.findall(r"journal (\S+)", said)
        return run(ROLLBACK.replace("20261120T101502Z-1a2b3c4d", journal), code)

    assert "98 % of 5,120" in run(audit, programs.NEEDS_A_LOOK)
    assert "mailtrail policy apply mailtrail-demo/plan.json" in run(plan)
    assert "PutResourcePolicy" in run(dry_run) and writes(account) == []
    said = run(apply)
    assert len(policies(account)[AWS_WRITTEN]) < 4_096
    rollback(said, programs.DONE)
    assert policies(account) == before

    plan, apply = MOVE
    run(plan)
    said = run(apply)
    assert messages(groups_of(account)[NEW_GROUP]) == ["after"]
    assert destination_of(account, log) != log.group_arn
    rollback(said, programs.NEEDS_A_LOOK)
    assert destination_of(account, log) == log.group_arn


def test_the_other_tasks_are_listed():
    listed = subprocess.run(TASKS.split(), cwd=programs.PROJECT, capture_output=True, text=True, timeout=600)
    assert listed.returncode == programs.DONE, listed.stderr
    assert all(task in listed.stdout for task in ("test", "bench", "fuzz", "package", "generate", "payloads"))


def test_the_services_are_listed():
    listed = subprocess.run(SERVICES.split(), cwd=programs.PROJECT, capture_output=True, text=True, timeout=600)
    assert listed.returncode == programs.DONE, listed.stderr
    assert "workmail" in listed.stdout and len(listed.stdout.splitlines()) > 86


@pytest.mark.parametrize("command", EXPLANATIONS)
def test_a_command_explains_itself(command):
    explained = subprocess.run(command.split(), cwd=programs.PROJECT, capture_output=True, text=True, timeout=600)
    assert explained.returncode == programs.DONE, explained.stderr
    assert "Examples:" in explained.stdout and "Exit codes" in explained.stdout
