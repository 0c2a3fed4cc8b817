"""WorkMail's last day: an organization that ends is closed, by the function and by the command line, and is at rest afterwards."""

import json
import shlex
import signal
import subprocess

import pytest
import zstandard

import border
import directories
import retiring
from maintaining import WINDOW
from programs import DONE, FAILED, NEEDS_A_LOOK, REGION, TIMEOUT, WRONG_USAGE
from retiring import Retiring


@pytest.fixture
def world(account, moto, mailtrail, tmp_path):
    """The function, not invoked yet."""
    with border.before(moto) as of_moto:
        yield Retiring(account, moto, of_moto, tmp_path, mailtrail)


@pytest.fixture
def organization(world):
    """An organization with events on each of four days, all archived and compared."""
    number, group = world.organization()
    for back in range(1, WINDOW + 1):
        world.log(2, back, group)
    world.run_well()
    return number, group


def test_an_organization_is_gone_when_whole_answers_of_two_days_say_so_and_then_it_is_closed(world, organization):
    number, group = organization
    assert world.seen(number) == []
    world.account.place().workmail.remove(number)
    world.run_well()
    world.run_well()
    assert (world.seen(number), world.news()) == (["gone"], []), "one day proves nothing"
    world.go_back(number, 1)
    world.run_well()
    assert world.seen(number) == ["gone", "gone", "ended"]
    ((subject, message),) = world.news()
    assert f"ended on {world.date(1)}" in subject and f"Log group {group}: days: " in message
    note = world.note(number)
    assert (note["organization"], note["is_listed"]) == (number, False)
    (of_group,) = note["log_groups"]
    assert (of_group["log_group"], of_group["gap"], of_group["first_day"]) == (group, 0, world.date(WINDOW))
    assert of_group["complete"] >= WINDOW - 1 and [it["kind"] for it in note["missing"]] == ["names"]
    before = world.note(number)
    assert world.run_well()["organizations"] == []
    assert (len(world.news()), world.note(number), len(world.seen(number))) == (1, before, 3), "once"


def test_neither_a_refusal_nor_an_answer_without_a_list_is_an_end(world, organization):
    number, _ = organization
    world.account.place().workmail.remove(number)
    world.account.faults.deny("workmail:ListOrganizations")
    (failure,) = world.run()["failures"]
    assert "failed to list the organizations of WorkMail" in failure and world.seen(number) == []
    world.account.faults.clear()
    world.account.faults.rewrite("ListOrganizations", lambda answer: answer.clear())
    (failure,) = world.run()["failures"]
    assert "an answer has no list" in failure and world.seen(number) == []


def test_a_list_is_read_to_its_last_page(world, organization):
    number, _ = organization
    for other in range(4):
        world.account.fixtures.organization(f"a-{other}")
    world.account.faults.page_sizes["ListOrganizations"] = 1
    world.run_well()
    assert world.seen(number) == []


def test_an_organization_that_was_missing_on_one_day_only_goes_on(world, organization):
    number, _ = organization
    world.end(number)
    world.account.place().workmail.organizations[number]["State"] = "Active"
    world.run_well()
    assert world.seen(number) == ["gone", "listed"]
    assert world.news() == []


def test_nothing_is_expected_of_an_organization_after_its_end_and_another_one_goes_on(world):
    number, group = world.organization()
    other, of_other = world.organization("other")
    for back in (3, 4):
        world.log(2, back, group)
        world.log(2, back, of_other)
    for back in (1, 2):
        world.mail(number, 30, back)
        world.mail(other, 30, back)
    assert world.run_well()["silent_days"] >= 2
    told = len(world.news())
    world.end(number, 3)
    answer = world.run_well()
    assert world.seen(number)[-1] == "ended" and world.seen(other) == []
    assert {day for day, _, _ in world.findings()} <= {world.date(1), world.date(2)}
    kept = json.loads(sorted((world.archive / "coverage/findings").glob("*.json"))[-1].read_text())
    assert {it["log_group"] for it in kept} == {of_other} and answer["silent_days"] == len(kept)
    assert len(world.news()) == told + 1
    world.log(3, 3, group, archived=False)
    world.forget()
    assert world.run_well()["gap_days"] == 1, "up to its end, a gap is a gap"


def test_a_gap_holds_up_the_note_until_it_is_filled(world, organization):
    number, group = organization
    world.log(3, 2, group, archived=False)
    world.forget()
    world.end(number)
    world.run_well()
    assert world.seen(number) == ["gone", "gone"]
    world.run_well(MAILTRAIL_FILL_GAPS="on")
    assert world.seen(number)[-1] == "ended" and world.note(number)["log_groups"][0]["gap"] == 0


@pytest.mark.parametrize(("back", "seen"), [(14, ["gone", "gone"]), (15, ["gone", "gone", "ended"])])
def test_a_gap_holds_up_the_note_no_longer_than_until_the_last_day_is_final(world, back, seen):
    number, group = world.organization()
    world.log(3, 17, group, archived=False)
    world.log(2, 1, group)
    world.run_well()
    compare = ("coverage", "--log-group", group, "--archive", world.archive)
    world.mailtrail.run(*compare, env=world.account.environment()).expect(NEEDS_A_LOOK)
    world.end(number, back)
    world.run_well()
    assert world.seen(number) == seen
    if seen[-1] == "ended":
        note = world.note(number)
        assert note["final_on"] <= note["written"][:10] and note["log_groups"][0]["gap"] == 1
        assert "gap" in [it["kind"] for it in note["missing"]]


def test_the_alarm_about_silence_rests_when_all_have_ended_and_acts_again_when_one_comes_back(world, organization):
    number, _ = organization
    place, alarm = world.account.place(), {"MAILTRAIL_SILENCE_ALARM": "example-silence"}
    other, _ = world.organization("other")
    world.run_well(**alarm)
    world.end(number)
    world.run_well(**alarm)
    assert world.seen(number)[-1] == "ended" and place.metrics.resting == set(), "another one goes on"
    world.end(other)
    world.run_well(**alarm)
    assert place.metrics.resting == {"example-silence"}
    place.workmail.organizations[other]["State"] = "Active"
    world.run_well(**alarm)
    world.run_well(**alarm)
    assert place.metrics.resting == set()


def test_a_note_that_could_not_be_told_is_left_to_the_next_run(world, organization):
    number, _ = organization
    world.end(number)
    world.border.denied.add("sns:Publish")
    assert any("was not published" in failure for failure in world.run()["failures"])
    assert world.seen(number) == ["gone", "gone"]
    world.border.denied.clear()
    world.run_well()
    assert world.seen(number)[-1] == "ended"
    assert len([subject for subject, _ in world.news() if "ended on" in subject]) == 1


def test_an_organization_that_comes_back_is_told_and_its_note_stands(world, organization):
    number, _ = organization
    world.end(number)
    world.run_well()
    note = world.note(number)
    world.account.place().workmail.organizations[number]["State"] = "Active"
    world.run_well()
    world.run_well()
    back = [subject for subject, _ in world.news() if "is there again" in subject]
    assert len(back) == 1 and world.note(number) == note and world.seen(number)[-1] == "listed"
    run = world.retire(number, "--yes").expect(NEEDS_A_LOOK)
    assert "already closed" in run.stdout and "there again" in run.stderr


def test_the_command_closes_an_organization_that_is_gone_and_says_what_is_done(world):
    number, group = world.organization()
    for back in range(2, WINDOW + 1):
        world.log(2, back, group)
    world.log(3, 2, group, archived=False)
    world.run_well()
    world.save_names(number)
    world.account.place().workmail.remove(number)

    dry = world.retire(number, "--dry-run").expect(NEEDS_A_LOOK)
    assert "gap:" in dry.stdout and "WorkMail has it no longer" in dry.stdout
    assert "--yes" in world.retire(number).expect(FAILED).stderr, "there is no terminal to ask on"
    assert world.seen(number) == []

    run = world.retire(number, "--yes", "--json").expect(DONE)
    answer = json.loads(run.stdout)
    assert (answer["already"], answer["note"]["missing"]) == (False, [])
    (of_group,) = answer["note"]["log_groups"]
    assert (of_group["gap"], of_group["unknown"], of_group["missing_events"]) == (0, 0, 0)
    assert answer["key"].startswith(f"{retiring.FOLDER}/organization={number}/")
    assert world.note(number) == answer["note"]

    again = world.retire(number, "--yes", "--json").expect(DONE)
    assert json.loads(again.stdout) == {**answer, "already": True} and "already closed" in again.stderr
    assert world.seen(number) == ["ended"]
    line = world.status(DONE)[number]
    assert (line["listed"], line["archive"]["standing"], line["archive"]["to_do"]) == (False, "ended", [])


def test_what_is_missing_keeps_the_note_from_being_written_until_it_is_accepted_by_name(world, organization):
    number, _ = organization
    world.account.faults.deny("workmail:ListUsers")
    run = world.retire(number, "--yes").expect(FAILED)
    assert "names" in run.stderr and world.seen(number) == []
    (line,) = [line for line in run.stderr.splitlines() if "--accept-missing" in line]
    command = shlex.split(line.split("accept it with: ")[1])
    assert command[:3] == ["mailtrail", "workmail", "retire"]
    assert "expected one of" in world.retire(number, "--accept-missing", "all").expect(WRONG_USAGE).stderr
    accepted = world.mailtrail.run(*command[1:], "--yes", env=world.account.environment()).expect(NEEDS_A_LOOK)
    assert "is closed" in accepted.stdout and world.note(number)["is_listed"] is True
    world.run_well()
    assert world.seen(number) == ["ended"], "it was there when it was retired, and does not come back by being there"


@pytest.mark.parametrize("was_saved", [False, True])
def test_the_directory_is_saved_while_workmail_has_the_organization(world, organization, was_saved):
    number, _ = organization
    folder = world.archive / "directory" / f"organization={number}"
    if was_saved:
        command = ("directory", "save", "--organization", number, "--archive", world.archive)
        world.mailtrail.run(*command, env=world.account.environment()).expect(DONE)
        (earlier,) = folder.glob("*.json.zst")
        # Nothing changed since: what was saved on another day holds still.
        snapshot = directories.read(earlier)
        snapshot["taken"] = f"{world.date(3)}T06:00:00Z"
        earlier.unlink()
        earlier = folder / f"{world.date(3).replace('-', '')}T060000Z.json.zst"
        earlier.write_bytes(zstandard.compress(json.dumps(snapshot).encode()))
    assert "directory: save it" in world.retire(number, "--dry-run").expect(NEEDS_A_LOOK).stdout
    run = world.retire(number, "--yes", "--json").expect(DONE)
    answer = json.loads(run.stdout)
    (kept,) = folder.glob("*.json.zst")
    assert answer["note"]["snapshot"] == str(kept.relative_to(world.archive))
    assert (answer["note"]["missing"], answer["note"]["is_listed"]) == ([], True)
    assert not was_saved or kept == earlier


def test_an_organization_that_goes_away_while_its_directory_is_read_gets_no_note(world, organization):
    number, _ = organization
    world.account.faults.before("ListGroups", lambda: world.account.place().workmail.remove(number))
    run = world.retire(number, "--yes").expect(FAILED)
    assert "the directory was not saved" in run.stderr and world.seen(number) == []
    assert not list(world.archive.glob("directory/*/*.zst"))
    gone = world.retire(number, "--yes", "--accept-missing", "names").expect(NEEDS_A_LOOK)
    assert "cannot be read any more" in gone.stderr and world.note(number)["snapshot"] is None


@pytest.mark.parametrize("operation", ["ListOrganizations", "FilterLogEvents", "StartQuery", "GetMetricData"])
def test_a_run_that_is_killed_leaves_no_note_and_the_next_one_goes_on(world, operation):
    number, group = world.organization()
    world.log(2, 3, group)
    world.log(3, 2, group, archived=False)
    world.run_well()
    world.save_names(number)
    world.account.place().workmail.remove(number)
    started = []
    world.account.faults.kill_before(operation, lambda: started[0])
    command = [world.mailtrail.binary, "workmail", "retire", "--organization", number, "--yes", "--archive", world.archive]
    environment = world.mailtrail.environment(world.account.environment())
    pipes = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    started.append(subprocess.Popen([*map(str, command)], env=environment, **pipes))
    assert started[0].wait(TIMEOUT) == -signal.SIGKILL
    assert world.seen(number) == []
    world.account.faults.clear()
    answer = json.loads(world.retire(number, "--yes", "--json").expect(DONE).stdout)
    assert answer["note"]["missing"] == [] and world.seen(number) == ["ended"]


def test_log_groups_of_other_people_and_objects_of_others_close_nothing(world, organization):
    number, _ = organization
    folder = world.archive / retiring.FOLDER / f"organization={number}"
    folder.mkdir(parents=True)
    (folder / "20260101T000000Z-ended.json").write_text("{}")
    (folder / "20260101T000000Z-gone.json").write_text(json.dumps({"organization": "m-1"}))
    (folder / "notes.txt").write_text("\x1b[2J")
    invocation = world.invoke()
    assert invocation.answer["failures"] == []
    assert len([line for line in invocation.lines if "is not believed" in line]) == 3
    line = world.status(NEEDS_A_LOOK)[number]
    assert line["archive"]["standing"] == "listed"


def test_the_status_counts_down_and_names_what_is_to_be_done(world, organization):
    number, group = organization
    world.log(3, 2, group, archived=False)
    world.forget()
    world.run_well()
    line = world.status(NEEDS_A_LOOK)[number]
    assert isinstance(line["days_left"], int) and line["listed"] is True
    (of_group,) = line["archive"]["log_groups"]
    assert (of_group["gap"], of_group["missing_events"]) == (1, 3)
    commands = [shlex.split(each["command"]) for each in line["archive"]["to_do"]]
    backfill = next(command for command in commands if command[1] == "backfill")
    world.mailtrail.run(*backfill[1:], env=world.account.environment()).expect(DONE)
    world.run_well()
    world.save_names(number)
    line = world.status(DONE)[number]
    assert line["archive"]["to_do"] == [] and line["archive"]["snapshot"]["age_days"] == 0


def test_a_name_that_no_organization_has_is_unknown_and_writes_nothing(world, organization):
    run = world.retire("unheard-of", "--yes").expect(FAILED)
    assert "unknown WorkMail organization `unheard-of`" in run.stderr
    assert not (world.archive / "coverage" / "organizations").exists()
    missing = world.mailtrail.run("workmail", "retire", "--organization", "example", env=world.account.environment())
    assert "missing archive" in missing.expect(WRONG_USAGE).stderr



def test_the_doctor_is_calm_about_an_organization_that_ended(world, organization):
    number, group = organization
    world.save_names(number)
    world.end(number)
    world.run_well()
    run = world.mailtrail.run("doctor", "--archive", world.archive, "--json", env=world.account.environment())
    findings = [json.loads(line) for line in run.stdout.splitlines()]
    (ended,) = [each for each in findings if each["id"] == "workmail-end"]
    assert ended["severity"] == "ok" and f"ended on {world.date(1)}" in ended["seen"], ended
    assert "nothing is missing" in ended["seen"] and number in ended["resource"]
    assert {each["severity"] for each in findings if each["resource"] == group} <= {"ok", "note"}, findings


def test_the_function_counts_down_and_names_what_is_to_be_done_until_the_end(world, organization):
    number, group = organization
    world.log(3, 2, group, archived=False)
    world.forget()
    answer = world.run_well()
    assert isinstance(answer["days_left"], int)
    (outlook,) = answer["organizations"]
    (of_group,) = outlook["log_groups"]
    assert (outlook["organization"], of_group["log_group"], of_group["gap"]) == (number, group, 1)
    commands = [shlex.split(step["command"]) for step in outlook["to_do"]]
    assert [command[:3] for command in commands] == [
        ["mailtrail", "backfill", "--log-group"],
        ["mailtrail", "directory", "save"],
    ]
    assert all(command[-4:] == ["--archive", str(world.archive), "--region", REGION] for command in commands)
    ((_, message),) = world.news()
    lines = message.splitlines()
    assert any("31 March 2027" in line or "WorkMail ends today" in line for line in lines), message
    assert "Names: never saved; they are lost when WorkMail ends" in lines
    assert [line for line in lines if line.startswith("To do (")] == [
        f"To do ({step['reason']}): {step['command']}" for step in outlook["to_do"]
    ]
    # People are told with what is new only; and of an organization that ended, its note tells.
    world.run_well()
    assert len(world.news()) == 1
    world.end(number)
    (outlook,) = world.run_well()["organizations"]
    commands = [shlex.split(step["command"])[1:3] for step in outlook["to_do"]]
    assert commands == [["backfill", "--log-group"], ["workmail", "retire"]]
