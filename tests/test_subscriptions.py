"""Updates of the deployed stack: a log group that stays listed keeps its subscription at every moment."""

import time

import pytest

import deployment
import programs
import stack

GROUPS = tuple(f"/example/{name}" for name in "abcd")
OTHER_ORGANIZATION = "f" * 32
PATIENCE = 300


@pytest.fixture
def deployed(ministack):
    """Makes a stack of these parameters, whose functions are never invoked."""
    for group in GROUPS:
        ministack.client("logs").create_log_group(logGroupName=group)
    return deployment.Stack(ministack, dict.fromkeys(programs.FUNCTIONS, deployment.EMPTY_PACKAGE)).create


def named(groups):
    """The log groups of a parameter."""
    return ",".join(GROUPS["abcd".index(each)] for each in groups)


def filters(stand_in, group):
    """The names of a log group's subscription filters."""
    found = stand_in.client("logs").describe_subscription_filters(logGroupName=group)["subscriptionFilters"]
    return [each["filterName"] for each in found]


def update(of, staying, **parameters):
    """Updates a stack, and looks at the log groups that stay until it is done: each has a filter whenever it is looked at."""
    of.update(**parameters)
    until = time.monotonic() + PATIENCE
    while True:
        ended = not of.status().endswith("IN_PROGRESS")
        for group in staying:
            assert filters(of.stand_in, group), f"{group} has no filter"
        if ended:
            break
        assert time.monotonic() < until
    assert of.status() == "UPDATE_COMPLETE"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (("ab", ""), ("ba", "")),
        (("abc", ""), ("bc", "")),
        (("b", ""), ("ab", "")),
        (("abcd", ""), ("da", "")),
        (("ab", "c"), ("bc", "a")),
    ],
)
def test_a_listed_log_group_never_lacks_its_filter(ministack, deployed, before, after):
    def parameters(mail, trail):
        return {"LogGroups": named(mail), "CloudTrailLogGroups": named(trail)}

    made = deployed(**parameters(*before))
    staying = set("".join(before)) & set("".join(after))
    update(made, [named(each) for each in staying], **parameters(*after))
    for each in "abcd":
        listed = each in "".join(after)
        assert len(filters(ministack, named(each))) == listed, each


def test_an_organization_that_stays_keeps_its_log_groups_and_filters(ministack, deployed):
    both = (stack.ORGANIZATION_HEX, OTHER_ORGANIZATION)
    made = deployed(WorkMailOrganizations=",".join(both))
    kinds = ("access-control", "authentication", "availability", "mailbox-access", "tokens")
    audits = [f"/aws/vendedlogs/workmail/m-{OTHER_ORGANIZATION}/{kind}" for kind in kinds]
    staying = [f"/workmail/m-{OTHER_ORGANIZATION}/email-events", *audits]
    update(made, staying, WorkMailOrganizations=",".join(reversed(both)))
    update(made, staying, WorkMailOrganizations=OTHER_ORGANIZATION)
    for group in staying:
        assert len(filters(ministack, group)) == 1
