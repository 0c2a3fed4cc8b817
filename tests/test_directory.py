"""`mailtrail directory`: saved from the account of the tests, shown and compared without it."""

import collections
import fnmatch
import json
import re
import signal
import subprocess
import time

import pytest

import border
import directories
import programs
from account import model
from directories import ANA, BOB, FORMER, IDENTITY, RESTING, ROLE, ROOM, RULE, STAFF, TEAM, TOKEN
from programs import DONE, FAILED, NEEDS_A_LOOK, REGION, WRONG_USAGE
from samples import ACCOUNT

PAGE = programs.PROJECT / "docs" / "directory.md"


@pytest.fixture
def saved(account, mailtrail, tmp_path):
    """The command, on an account without organizations."""
    return directories.Directories(account, mailtrail, tmp_path)


def operations(heading):
    """The operations of a table of the page."""
    section = PAGE.read_text().split(heading)[1].split("\n\n")[0]
    rows = [row for row in section.splitlines() if row.startswith("| ")]
    return {name for row in rows for name in re.findall(r"`(\w+)`", row.split("|")[1])}


READ = operations("| operation | tells |")
NOT_READ = operations("| not called | because |")


# Everything is read


def test_every_operation_of_the_model_is_read_or_has_a_reason_not_to_be():
    assert READ | NOT_READ == set(model.service("workmail").operation_names)
    assert READ & NOT_READ == set()
    # What is not read may change something, but is never a list of names.
    assert {name for name in NOT_READ if name.startswith("List")} == {"ListGroupsForEntity", "ListTagsForResource"}


def test_every_operation_that_is_read_is_called_and_no_other_is(saved):
    saved.organization()
    saved.save()[0].expect(DONE)
    assert {call.operation for call in saved.aws.calls if call.service == "workmail"} == READ


def test_everything_that_workmail_tells_is_in_the_snapshot(saved):
    organization, _ = saved.organization()
    saved.aws.fixtures.log_group("/example/mail")
    monitoring = {"LogGroupArn": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/example/mail:*"}
    saved.aws.place().workmail.monitoring[organization] = monitoring
    run, (told,) = saved.save()
    run.expect(DONE)
    assert (told["organization"], told["unchanged"], told["refused"], told["failed"]) == (organization, False, [], None)
    assert (told["users"], told["groups"], told["resources"], told["aliases"]) == (4, 2, 1, 5)
    assert "email flow rules" in told["not_available"]
    assert saved.keys() == [told["key"]]
    snapshot = saved.snapshot()
    assert snapshot["format"] == 1 and snapshot["details"] is False and snapshot["refused"] == []
    its = snapshot["organization"]
    assert (its["id"], its["alias"], its["account"], its["region"]) == (organization, "example", ACCOUNT, REGION)
    assert its["dmarc_enforced"] is True and its["default_domain"] == "example.awsapps.com"
    users = {user["id"]: user for user in snapshot["users"]}
    assert set(users) == {ANA, BOB, FORMER, RESTING}
    ana = users[ANA]
    assert (ana["name"], ana["display_name"], ana["address"]) == ("ana", "Ana", "ana@example.com")
    assert ana["aliases"] == ["a.lima@example.com", "ana@example.com"]
    assert ana["identity_provider_user_id"] == IDENTITY
    assert ana["permissions"] == [{"grantee": BOB, "grantee_kind": "USER", "values": ["FULL_ACCESS", "SEND_AS"]}]
    assert ana["mailbox"]["provisioned"] == "2026-01-05T08:00:00Z"
    assert users[FORMER]["state"] == "DELETED" and users[FORMER]["mailbox"]["deprovisioned"]
    assert "aliases" not in users[RESTING]
    groups = {group["id"]: group for group in snapshot["groups"]}
    assert [member["id"] for member in groups[STAFF]["members"]] == [TEAM]
    assert [member["id"] for member in groups[TEAM]["members"]] == [ANA, BOB]
    assert snapshot["resources"][0]["delegates"] == [{"id": ANA, "kind": "USER"}]
    assert snapshot["domains"][0]["ownership"] == "VERIFIED"
    assert snapshot["impersonation_roles"][0]["rules"][0]["id"] == RULE
    assert snapshot["access_control_rules"][0]["name"] == "office"
    assert snapshot["mobile_device_rules"][0]["name"] == "phones"
    assert snapshot["mobile_device_overrides"][0]["device"] == "device1"
    assert snapshot["personal_access_tokens"][0]["user"] == ANA
    assert snapshot["identity_providers"][0]["token_lifetime_days"] == 30
    assert snapshot["availability_configurations"][0]["endpoint"] == "https://example.org/ews"
    assert snapshot["retention_policies"][0]["folders"][0]["days"] == 30
    assert snapshot["email_monitoring"] == [{"log_group": monitoring["LogGroupArn"]}]
    assert snapshot["export_jobs"][0]["kms_key"].startswith("arn:aws:kms:")


def test_details_of_people_are_saved_only_where_they_are_asked_for(saved):
    saved.organization()
    saved.save()[0].expect(DONE)
    private = set(directories.PRIVATE.values())
    assert not any(value in json.dumps(saved.snapshot()) for value in private)
    time.sleep(1.1)
    run, (told,) = saved.save("--details")
    assert not told["unchanged"]
    ana = next(user for user in saved.snapshot()["users"] if user["id"] == ANA)
    assert set(ana["details"].values()) == private
    # Not to ask again for what is known is no change.
    time.sleep(1.1)
    assert saved.save()[1][0]["unchanged"]


@pytest.mark.parametrize("lists_deleted", (True, False))
def test_pages_and_deleted_entities_are_read_whatever_the_lists_have(saved, lists_deleted):
    _, directory = saved.organization()
    saved.aws.place().directories.lists_deleted = lists_deleted
    for number in range(5):
        directory.user(f"S-1-1-11-{number:012}", f"more-{number}")
        directory.aliases[ANA].append(f"ana-{number}@example.com")
    for operation in READ:
        saved.aws.faults.page_sizes[operation] = 2
    run, (told,) = saved.save()
    run.expect(DONE)
    assert (told["users"], told["aliases"]) == (9, 15)


def test_nothing_is_written_where_nothing_changed_but_up_to_when_it_holds(saved):
    organization, directory = saved.organization()
    (first,) = saved.save()[1]
    assert saved.keys("coverage") == []
    time.sleep(1.1)
    (second,) = saved.save()[1]
    assert second["unchanged"] and second["key"] == first["key"] and saved.keys() == [first["key"]]
    (line,) = saved.keys("coverage")
    assert line.startswith(f"coverage/directory/organization={organization}/")
    as_of = json.loads((saved.archive / line).read_text())
    assert as_of["organization"] == organization and as_of["snapshot"] == first["key"]
    # Coverage does not take it for its own.
    checked = saved.mailtrail.run("coverage", "--offline", "--archive", saved.archive)
    assert "left out" not in checked.stderr
    directory.users[ANA]["Email"] = "ana.new@example.com"
    time.sleep(1.1)
    (third,) = saved.save()[1]
    assert not third["unchanged"] and len(saved.keys()) == 2
    shown = saved.run("show", ANA).expect(DONE).stdout
    assert "ana.new@example.com" in shown


def test_a_token_that_was_used_is_no_change(saved):
    _, directory = saved.organization()
    saved.save()[0].expect(DONE)
    directory.tokens[0]["DateLastUsed"] = directories.EPOCH.replace(month=2)
    time.sleep(1.1)
    assert saved.save()[1][0]["unchanged"]


# What is refused, and what fails


@pytest.mark.parametrize("operation", sorted(READ - {"ListOrganizations"}))
def test_a_call_that_is_refused_is_told_and_everything_else_is_saved(saved, operation):
    saved.organization()
    saved.save()[0].expect(DONE)
    whole = saved.snapshot()
    time.sleep(1.1)
    saved.aws.faults.deny(f"workmail:{operation}")
    run, (told,) = saved.save()
    run.expect(NEEDS_A_LOOK)
    assert told["refused"] == [f"{operation}: AccessDeniedException"]
    assert f"refused: {operation}" in run.stderr and "mailtrail permissions directory s3" in run.stderr
    without = saved.snapshot()
    assert without["refused"] == told["refused"]
    # What could be read is as it was; what could not be is absent, and no difference is made of it.
    for name, value in without.items():
        if isinstance(value, list) and name not in ("refused", "not_available"):
            assert [it.get("id") for it in value] == [it.get("id") for it in whole[name]]
    assert without != whole
    diff = json.loads(saved.run("diff", "--json").expect(DONE).stdout)
    assert diff["changes"] == []
    assert diff["not_compared"]


@pytest.mark.parametrize("operation", ("ListUsers", "ListGroups", "ListResources"))
def test_where_deleted_ones_are_not_told_the_others_are_saved(saved, operation):
    saved.organization()
    saved.aws.faults.fail(operation, "InvalidParameterException", nth=2)
    run, (told,) = saved.save()
    run.expect(NEEDS_A_LOOK)
    assert told["refused"] == [f"{operation}: InvalidParameterException"]
    assert (told["users"], told["groups"], told["resources"]) == (3 if operation == "ListUsers" else 4, 2, 1)


def test_where_the_organizations_cannot_be_listed_nothing_is_saved(saved):
    saved.organization()
    saved.aws.faults.deny("workmail:ListOrganizations")
    run, told = saved.save()
    assert "ListOrganizations" in run.expect(FAILED).stderr and told == []
    # In one Region of three: the others are saved.
    saved.aws.faults.allow("workmail:ListOrganizations")
    saved.aws.faults.deny("workmail:ListOrganizations", region="us-east-1")
    run, (told,) = saved.save()
    assert "us-east-1" in run.expect(NEEDS_A_LOOK).stderr and told["key"]


@pytest.mark.parametrize("operation", ("ListUsers", "DescribeUser", "ListMailboxPermissions", "ListResourceDelegates"))
def test_an_organization_that_goes_away_is_not_saved_as_a_whole_one(saved, operation):
    gone, _ = saved.organization()
    other, _ = saved.organization("other")
    saved.aws.faults.after(operation, lambda: saved.aws.place().workmail.remove(gone))
    run, told = saved.save()
    run.expect(NEEDS_A_LOOK)
    (failed,) = [it for it in told if it["organization"] == gone]
    assert "went away while it was read" in failed["failed"] and failed["key"] is None
    assert [key.split("/")[1] for key in saved.keys()] == [f"organization={other}"]


def test_where_no_organization_can_be_saved_the_command_fails(saved):
    gone, _ = saved.organization()
    saved.aws.faults.after("ListUsers", lambda: saved.aws.place().workmail.remove(gone))
    run, (told,) = saved.save()
    assert "no organization could be saved" in run.expect(FAILED).stderr and told["failed"]
    assert saved.keys() == []


def test_throttling_and_broken_connections_change_nothing(saved):
    saved.organization()
    saved.aws.faults.throttle_each_once()
    saved.aws.faults.drop_before("DescribeUser")
    saved.aws.faults.drop_after("ListAliases")
    run, (told,) = saved.save()
    run.expect(DONE)
    assert (told["users"], told["refused"]) == (4, [])


@pytest.mark.parametrize("code", ("ThrottlingException", "ExpiredTokenException", "UnrecognizedClientException"))
def test_what_would_fail_of_every_call_ends_the_reading(saved, code):
    saved.organization()
    saved.aws.faults.fail("ListAliases", code, nth=None)
    run, (told,) = saved.save()
    run.expect(FAILED)
    assert code in told["failed"] and "no snapshot is saved" in told["failed"]
    assert saved.keys() == []


def test_a_page_that_leads_back_is_refused_as_a_whole(saved):
    saved.organization()
    saved.aws.faults.page_sizes["ListUsers"] = 2
    token = []

    def same_again(answer):
        token.append(answer.get("NextToken"))
        answer["NextToken"] = token[0]

    saved.aws.faults.rewrite("ListUsers", same_again)
    run, (told,) = saved.save()
    run.expect(NEEDS_A_LOOK)
    assert told["refused"] == ["ListUsers: UnexpectedAnswer"] and told["users"] is None
    assert "users" not in saved.snapshot()


def test_an_answer_about_another_user_is_not_believed(saved):
    saved.organization()
    saved.aws.faults.rewrite("DescribeUser", lambda answer: answer.update(UserId=BOB))
    run, (told,) = saved.save()
    run.expect(NEEDS_A_LOOK)
    assert told["refused"] == ["DescribeUser: UnexpectedAnswer"]
    assert [user["id"] for user in saved.snapshot()["users"] if "mailbox" in user] == [BOB]


def test_a_run_that_is_killed_saves_nothing_and_the_next_one_all(saved):
    saved.organization()
    command = [str(saved.mailtrail.binary), "directory", "save", "--archive", str(saved.archive)]
    for end in (signal.SIGKILL, signal.SIGINT):
        started = []

        def stop():
            started[0].send_signal(end)
            time.sleep(0.5)

        saved.aws.faults.clear()
        saved.aws.faults.before("ListMailboxPermissions", stop)
        env = saved.mailtrail.environment(saved.aws.environment())
        with subprocess.Popen(command, env=env, stderr=subprocess.PIPE, cwd=saved.mailtrail.home) as process:
            started.append(process)
            assert process.wait(programs.TIMEOUT) != DONE
            assert end == signal.SIGKILL or b"nothing is saved" in process.stderr.read()
        assert saved.keys() == []
    saved.aws.faults.clear()
    assert saved.save()[1][0]["users"] == 4


# Which organizations


def test_all_regions_are_asked_and_organizations_named_by_id_or_alias(saved):
    organization, _ = saved.organization()
    elsewhere, _ = saved.organization("overseas", region="us-west-2")
    deleted, _ = saved.organization("deleted")
    saved.aws.place().workmail.remove(deleted)
    run, told = saved.save()
    run.expect(DONE)
    found = {(it["organization"], it["region"]) for it in told}
    assert found == {(organization, REGION), (elsewhere, "us-west-2")}
    for name in ("overseas", elsewhere):
        assert [it["alias"] for it in saved.save("--organization", name)[1]] == ["overseas"]
    assert [it["alias"] for it in saved.save("--region", "us-west-2")[1]] == ["overseas"]
    for wrong in ("unknown", deleted, "m-0123456789abcdef0123456789abcdef"):
        refused = saved.save("--organization", wrong)[0].expect(FAILED)
        assert f"unknown WorkMail organization `{wrong}`" in refused.stderr
    assert saved.save("--organization", "overseas", "--region", REGION)[0].code == FAILED


def test_an_account_without_organizations_has_nothing_to_save(saved):
    run, told = saved.save()
    assert "no WorkMail organization" in run.expect(NEEDS_A_LOOK).stderr and told == []


def test_an_archive_of_another_account_is_refused(saved, tmp_path):
    saved.organization()
    foreign = saved.archive / "raw" / "region=eu-west-1" / "accountId=444455556666" / "eventDay=20261120"
    foreign.mkdir(parents=True)
    (foreign / "20261120T101502Z-0a1b.json.gz").write_bytes(b"")
    assert "444455556666" in saved.save()[0].expect(FAILED).stderr
    assert saved.keys() == []


# Shown and compared


def test_an_id_an_address_and_a_name_are_explained(saved):
    saved.organization()
    saved.save()[0].expect(DONE)
    golden = saved.run("show", ANA).expect(DONE).stdout
    for part in ("user", "ana", "Ana", "ana@example.com", "a.lima@example.com", "enabled", IDENTITY, f"team ({TEAM})"):
        assert part in golden, part
    assert f"user bob ({BOB}): FULL_ACCESS, SEND_AS" in golden
    for asked in ("ana", "ANA", "a.lima@EXAMPLE.com", ANA):
        (line,) = map(json.loads, saved.run("show", asked, "--json").expect(DONE).stdout.splitlines())
        assert (line["id"], line["kind_of_entry"], line["groups"]) == (ANA, "user", [{"id": TEAM, "name": "team"}])
    for asked, kind in ((ROOM, "resource"), ("staff", "group"), (ROLE, "impersonation role"), (RULE, "impersonation rule"),
                        ("office", "access control rule"), (TOKEN, "personal access token"), ("laptop", "personal access token")):
        (line,) = map(json.loads, saved.run("show", asked, "--json").expect(DONE).stdout.splitlines())
        assert line["kind_of_entry"] == kind, asked
    everything = saved.run("show").expect(DONE).stdout
    assert all(each in everything for each in (ANA, BOB, FORMER, RESTING, STAFF, TEAM, ROOM))
    (snapshot,) = map(json.loads, saved.run("show", "--json").expect(DONE).stdout.splitlines())
    assert snapshot == saved.snapshot()
    unknown = saved.run("show", "anna").expect(DONE)
    assert unknown.stdout == "" and "the nearest are ana" in unknown.stderr


def test_what_is_not_found_where_users_were_refused_is_not_known(saved):
    saved.organization()
    saved.aws.faults.deny("workmail:ListUsers")
    saved.save()[0].expect(NEEDS_A_LOOK)
    assert "could not be read" in saved.run("show", "ana").expect(NEEDS_A_LOOK).stderr


def test_two_users_of_one_name_are_both_shown(saved):
    _, directory = saved.organization()
    directory.user("S-1-1-11-0000000000-0000000000-0000000000-9", "ana", state="DELETED")
    saved.save()[0].expect(DONE)
    shown = [json.loads(line) for line in saved.run("show", "ana", "--json").expect(DONE).stdout.splitlines()]
    assert {it["state"] for it in shown} == {"ENABLED", "DELETED"} and len(shown) == 2


def test_who_is_gone_is_found_in_an_earlier_snapshot_and_at_a_time(saved):
    _, directory = saved.organization()
    saved.save()[0].expect(DONE)
    between = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    del directory.users[BOB]
    directory.users[ANA]["Name"] = "anna"
    time.sleep(1.1)
    saved.save()[0].expect(DONE)
    assert "no longer in the latest snapshot" in saved.run("show", BOB).expect(DONE).stdout
    now, then = saved.run("show", ANA).stdout, saved.run("show", ANA, "--at", between).expect(DONE).stdout
    assert "  anna\n" in now and "  ana\n" in then
    before = saved.run("show", ANA, "--at", "2020-01-01").expect(NEEDS_A_LOOK)
    assert "the first was taken" in before.stderr and before.stdout == ""
    changes = json.loads(saved.run("diff", "--json").expect(DONE).stdout)["changes"]
    said = [(it["change"], it["kind"], it["id"]) for it in changes]
    assert said == [("changed", "user", ANA), ("removed", "user", BOB)]
    text = saved.run("diff", *saved.keys()).expect(DONE).stdout
    assert "name: ana → anna" in text and f"- user bob  {BOB}" in text
    since = saved.run("diff", "--since", between, "--json").expect(DONE)
    assert json.loads(since.stdout)["changes"] == changes


def test_one_snapshot_is_not_enough_for_a_difference(saved):
    saved.organization()
    saved.save()[0].expect(DONE)
    assert "no two snapshots" in saved.run("diff").expect(NEEDS_A_LOOK).stderr


def test_a_snapshot_that_cannot_be_read_is_named_and_the_one_before_it_used(saved):
    organization, directory = saved.organization()
    saved.save()[0].expect(DONE)
    good = saved.archive / saved.keys()[0]
    folder = good.parent
    damage = {
        "20990101T000000Z": good.read_bytes(),
        "20260101T000000Z": good.read_bytes()[:-20],
        "20260102T000000Z": b"not zstd",
    }
    for name, content in damage.items():
        (folder / f"{name}.json.zst").write_bytes(content)
    (folder / "notes.txt").write_text("mine")
    run = saved.run("show", ANA, "--at", "2099-01-02").expect(NEEDS_A_LOOK)
    assert "ana@example.com" in run.stdout and "another organization or time" in run.stderr and "notes.txt" in run.stderr
    broken = saved.run("show", ANA, "--at", "2026-01-03").expect(NEEDS_A_LOOK)
    assert "failed to decompress" in broken.stderr
    # Saving goes on: what cannot be read is not compared with, and nothing is overwritten.
    good.write_bytes(b"damaged")
    time.sleep(1.1)
    run, (told,) = saved.save()
    assert "was not compared" in run.expect(DONE).stderr and not told["unchanged"]
    assert good.read_bytes() == b"damaged"


def test_a_later_format_says_to_update(saved):
    organization, _ = saved.organization()
    saved.save()[0].expect(DONE)
    key = saved.keys()[0]
    later = {**saved.snapshot(key), "format": 2}
    (saved.archive / key).write_bytes(directories.zstandard.compress(json.dumps(later).encode()))
    run = saved.run("show", ANA).expect(NEEDS_A_LOOK)
    assert "its format is 2" in run.stderr and "update mailtrail" in run.stderr


def test_an_archive_without_snapshots_says_how_to_save_one(saved):
    for command in ("show", "diff"):
        run = saved.run(command).expect(FAILED)
        assert "mailtrail directory save --archive" in run.stderr
    assert not saved.archive.exists()


HOSTILE = "x\x1b[2J\u202e\u200b\n| a = '=cmd()'"


def test_names_do_nothing_to_a_terminal(saved):
    _, directory = saved.organization()
    for user in directory.users.values():
        user["DisplayName"] = HOSTILE
    directory.device_rules[0]["Name"] = HOSTILE
    directory.resources[ROOM]["Description"] = HOSTILE
    saved.save()[0].expect(DONE)
    snapshot = saved.snapshot()
    assert {user["display_name"] for user in snapshot["users"]} == {HOSTILE}
    directory.users[ANA]["DisplayName"] = HOSTILE * 2
    time.sleep(1.1)
    saved.save()[0].expect(DONE)
    for arguments in (("show",), ("show", ANA), ("show", HOSTILE), ("show", HOSTILE + "x"), ("diff",)):
        for option in ((), ("--json",)):
            run = saved.run(*arguments, *option).expect(DONE)
            for hidden in ("\x1b", "\u202e", "\u200b"):
                assert hidden not in run.stdout + run.stderr


def test_wrong_usage_is_told(saved):
    one = "directory/organization=m-0123456789abcdef0123456789abcdef/20261120T101502Z.json.zst"
    other = one.replace("m-0", "m-1")
    for arguments, told in (
        (("diff", "--since", "1d", "--until", "2d"), "--since must be before --until"),
        (("diff", one, other), "two organizations"),
        (("diff", one), "required"),
        (("diff", "x", "y"), "expected the key of a snapshot"),
        (("show", "--at", "yesterday"), "invalid time"),
        (("save", "--region", "eu"), "invalid Region"),
    ):
        assert told in saved.run(*arguments).expect(WRONG_USAGE).stderr, arguments
    assert "missing archive" in saved.mailtrail.run("directory", "save").expect(WRONG_USAGE).stderr


# What a caller must be allowed


def test_the_permissions_that_are_printed_are_those_that_are_needed(saved, moto):
    organization, directory = saved.organization()
    s3 = moto.client("s3")
    s3.create_bucket(Bucket="example-trail", CreateBucketConfiguration={"LocationConstraint": REGION})
    saved.archive = "s3://example-trail/mail"
    with border.before(moto) as of_moto:
        env = {"AWS_ENDPOINT_URL_S3": of_moto.endpoints[0]}
        saved.save("--region", REGION, **env)[0].expect(DONE)
        directory.users[ANA]["Name"] = "anna"
        for _ in range(2):
            time.sleep(1.1)
            saved.save("--region", REGION, **env)[0].expect(DONE)
        saved.run("show", ANA, **env).expect(DONE)
        needed = of_moto.needed
    given = ("--account", ACCOUNT, "--region", REGION, "--bucket", "example-trail")
    printed = saved.mailtrail.run("permissions", "directory", "s3", *given).expect(DONE)
    allowed = collections.defaultdict(list)
    for statement in json.loads(printed.stdout)["caller_policy"]["Statement"]:
        for action in statement["Action"]:
            allowed[action] += statement["Resource"]
    needs = {need for call in saved.aws.calls for need in call.needs if not need[0].startswith("sts:")}
    assert {action for action, _ in needs} | needed == set(allowed)
    refused = [need for need in needs if not any(fnmatch.fnmatchcase(need[1], it) for it in allowed[need[0]])]
    assert refused == []
    written = {it["Key"] for it in s3.list_objects_v2(Bucket="example-trail")["Contents"]}
    patterns = [it.removeprefix("arn:aws:s3:::example-trail/") for it in allowed["s3:PutObject"]]
    assert all(any(fnmatch.fnmatchcase(key, pattern) for pattern in patterns) for key in written)
    # Of one organization alone.
    arn = f"arn:aws:workmail:{REGION}:{ACCOUNT}:organization/{organization}"
    one = saved.mailtrail.run("permissions", "directory", "s3", *given, "--resource", arn).expect(DONE)
    assert arn in one.stdout and "organization/*" not in one.stdout
