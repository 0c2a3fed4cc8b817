"""The cases of tests/cases/activity/cases.json: questions of who did what, and the queries that ask them."""

import json

import pytest

import programs

FOLDER = programs.PROJECT / "tests" / "cases" / "activity"
CASES = json.loads((FOLDER / "cases.json").read_text())
# Every day that an event may have; names are learned from all of them.
DAYS = ["20150101", "20991231"]
NOTABLE = {
    "failed_login": "activity-failed-log-ins",
    "impersonation": "audit-impersonation",
    "non_owner_access": "audit-non-owner-access",
}

every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['finding']}: {case['name']}")


def query_of(kind, value):
    """The query that asks one member of a question, and its parameters after the days."""
    if kind == "event":
        return NOTABLE[value], []
    if kind == "role" and value.startswith("arn:"):
        return "cloudtrail-by-role-arn", [value]
    name, parameters = {
        "user": ("activity-by-user", [*DAYS, value]),
        "role": ("cloudtrail-by-role", [value]),
        "session": ("cloudtrail-by-session", [value]),
        "access_key": ("activity-by-access-key", [value]),
        "account": ("activity-by-account", [value]),
        "source_ip": ("activity-by-source", [value]),
        "failed": ("activity-failed", []),
        "not_owner": ("audit-non-owner-access", []),
    }[kind]
    return name, parameters
