"""The evaluator of the tests (`iam/`) against the cases that AWS's pages give, each under the page that has it."""

import itertools
import json
import random

import pytest

from iam import Document, Policies, Principal, Questions, Unreadable, decide
from iam.conditions import holds
from iam.patterns import is_arn_like

DELIVERY = Principal(service="delivery.logs.amazonaws.com")
BOB = Principal(arn="arn:aws:iam::444455556666:user/Bob")
EVE = Principal(arn="arn:aws:iam::444455556666:user/Eve")
ROOT = Principal(arn="arn:aws:iam::444455556666:root")
SESSION = Principal(arn="arn:aws:sts::444455556666:assumed-role/cross-account-read/hourly")
ANYONE = Principal()
STREAM = "arn:aws:logs:eu-west-1:111122223333:log-group:/app:log-stream:one"
ALL = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}


def document(*statements, version="2012-10-17"):
    """A document of statements."""
    return Document(json.dumps({"Version": version, "Statement": list(statements)}))


def decision(*statements, principal=DELIVERY, action="logs:PutLogEvents", resource=STREAM, **context):
    """What statements say of a request; `__` in the name of a key stands for a colon."""
    keys = {name.replace("__", ":").lower(): value for name, value in context.items()}
    return decide([document(*statements)], principal, action, resource, keys)


def is_allowed(statement, **request):
    """Whether a statement like `ALL`, but for these members, allows a request."""
    return decision({**ALL, **statement}, **request) == "allowed"


def test_what_no_statement_allows_is_not_allowed_and_a_deny_wins():
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
    assert decision() == "not allowed"
    assert decision(ALL) == "allowed"
    assert decision(ALL, {**ALL, "Effect": "Deny"}) == "denied"
    assert decision({**ALL, "Effect": "Deny"}, ALL) == "denied"
    assert decision(ALL, {**ALL, "Effect": "Deny", "Action": "logs:Create*"}) == "allowed"


# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
@pytest.mark.parametrize(
    ("principal", "named", "others"),
    [
        ("*", [DELIVERY, BOB, ROOT, SESSION, ANYONE], []),
        ({"AWS": "*"}, [DELIVERY, BOB, ROOT, SESSION, ANYONE], []),
        ({"AWS": "444455556666"}, [BOB, ROOT, SESSION], [DELIVERY, ANYONE]),
        ({"AWS": "arn:aws:iam::444455556666:root"}, [BOB, ROOT, SESSION], [DELIVERY, ANYONE]),
        ({"AWS": "arn:aws:iam::444455556666:user/Bob"}, [BOB], [EVE, ROOT, SESSION, DELIVERY, ANYONE]),
        ({"AWS": "arn:aws:iam::444455556666:role/cross-account-read"}, [SESSION], [BOB, ROOT]),
        ({"AWS": ["999999999999", "444455556666"]}, [BOB], [DELIVERY]),
        ({"Service": "delivery.logs.amazonaws.com"}, [DELIVERY], [BOB, ROOT, ANYONE]),
        ({"Service": ["es.amazonaws.com", "delivery.logs.amazonaws.com"]}, [DELIVERY], [BOB]),
        ({"Service": "es.amazonaws.com"}, [], [DELIVERY]),
        ({"Service": "logs.amazonaws.com"}, [], [DELIVERY]),
        ({"Federated": "cognito-identity.amazonaws.com"}, [], [DELIVERY, BOB, ANYONE]),
    ],
)
def test_principals(principal, named, others):
    for one in named:
        assert is_allowed({"Principal": principal}, principal=one), one
    for one in others:
        assert not is_allowed({"Principal": principal}, principal=one), one


# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
@pytest.mark.parametrize(
    ("not_principal", "exempt", "denied"),
    [
        ({"AWS": ["arn:aws:iam::444455556666:user/Bob", "arn:aws:iam::444455556666:root"]}, [BOB, ROOT], [EVE, DELIVERY]),
        ({"AWS": "arn:aws:iam::444455556666:user/Bob"}, [], [BOB, EVE, ROOT]),
        (
            {
                "AWS": [
                    "arn:aws:sts::444455556666:assumed-role/cross-account-read/hourly",
                    "arn:aws:iam::444455556666:role/cross-account-read",
                    "arn:aws:iam::444455556666:root",
                ]
            },
            [SESSION, ROOT],
            [BOB, ANYONE],
        ),
        ({"Service": "delivery.logs.amazonaws.com"}, [DELIVERY], [BOB, ANYONE]),
    ],
)
def test_principals_that_are_exempt_from_a_deny(not_principal, exempt, denied):
    deny = {key: value for key, value in ALL.items() if key != "Principal"} | {"Effect": "Deny"}
    for one in exempt:
        assert decision(ALL, {**deny, "NotPrincipal": not_principal}, principal=one) == "allowed", one
    for one in denied:
        assert decision(ALL, {**deny, "NotPrincipal": not_principal}, principal=one) == "denied", one


# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html
@pytest.mark.parametrize(
    ("pattern", "matches"),
    [
        ("logs:PutLogEvents", True),
        ("LOGS:putlogevents", True),
        ("logs:Put*", True),
        ("logs:*LogEvent?", True),
        ("*", True),
        ("logs:PutLogEvent", False),
        ("logs:PutLogEvents?", False),
        ("s3:*", False),
    ],
)
def test_actions(pattern, matches):
    assert is_allowed({"Action": pattern}) == matches
    inverted = {key: value for key, value in ALL.items() if key != "Action"}
    assert (decision({**inverted, "NotAction": [pattern, "iam:*"]}) == "allowed") != matches


# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
@pytest.mark.parametrize(
    ("pattern", "matches"),
    [
        ("*", True),
        ("arn:aws:logs:*", True),
        ("arn:aws:logs:*:*:*", True),
        ("arn:aws:logs:eu-west-1:111122223333:*", True),
        ("arn:aws:logs:eu-west-1:111122223333:log-group:/app:*", True),
        ("arn:aws:logs:eu-west-1:111122223333:log-group:/app*", True),
        ("arn:aws:logs:eu-west-1:111122223333:log-group:/ap?:log-stream:???", True),
        ("arn:aws:logs:eu-west-?:*:log-group:/app:log-stream:one", True),
        # Wildcards work within a segment: they do not reach over its colons.
        ("arn:aws:logs:*:log-group:/app:log-stream:one", False),
        ("arn:*:log-group:/app:log-stream:one", False),
        ("arn:aws-cn:logs:eu-west-1:111122223333:*", False),
        ("arn:aws:logs:eu-west-1:111122223333:log-group:/App:*", False),
        ("arn:aws:logs:eu-west-1:111122223333:log-group:/app", False),
        ("arn:aws:logs:eu-west-1:111122223333:log-group:/app:log-stream:one?", False),
        ("arn:aws:logs:eu-west-1:111122223333", False),
    ],
)
def test_resources(pattern, matches):
    assert is_arn_like(pattern, STREAM) == matches
    assert is_allowed({"Resource": pattern}) == matches
    inverted = {key: value for key, value in ALL.items() if key != "Resource"}
    assert (decision({**inverted, "NotResource": pattern}) == "allowed") != matches


# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
@pytest.mark.parametrize(
    ("operator", "wanted", "actual", "met"),
    [
        ("StringEquals", ["a", "b"], "b", True),
        ("StringEquals", ["a"], "A", False),
        ("StringEquals", ["a*"], "ab", False),
        ("StringEquals", ["a*"], "a*", True),
        ("StringEquals", ["a"], None, False),
        ("StringNotEquals", ["a", "b"], "b", False),
        ("StringNotEquals", ["a", "b"], "c", True),
        ("StringNotEquals", ["a"], None, True),
        ("StringEqualsIgnoreCase", ["aBc"], "AbC", True),
        ("StringNotEqualsIgnoreCase", ["aBc"], "AbC", False),
        ("StringLike", ["a*", "?"], "b", True),
        ("StringLike", ["a?c"], "ac", False),
        ("StringNotLike", ["a*"], "abc", False),
        ("StringNotLike", ["a*"], None, True),
        ("NumericLessThanEquals", ["10"], "10", True),
        ("NumericLessThanEquals", ["10"], "10.5", False),
        ("NumericGreaterThan", ["9"], "10", True),
        ("NumericNotEquals", ["9"], "9.0", False),
        ("NumericNotEquals", ["9"], None, True),
        ("NumericEquals", ["nine"], "9", False),
        ("DateLessThan", ["2030-01-01T00:00:00Z"], "2026-11-20T12:00:00Z", True),
        ("DateGreaterThan", ["2030-01-01T00:00:00Z"], "2026-11-20T12:00:00Z", False),
        ("DateEquals", ["0"], "1970-01-01T00:00:00Z", True),
        ("DateGreaterThanEquals", ["2026-11-20"], "2026-11-20T00:00:00+00:00", True),
        ("DateNotEquals", ["2026-11-20T00:00:00Z"], None, True),
        ("Bool", ["true"], "true", True),
        ("Bool", ["true"], "false", False),
        ("Bool", ["true"], None, False),
        ("Bool", ["false"], None, False),
        ("Null", ["true"], None, True),
        ("Null", ["true"], "x", False),
        ("Null", ["false"], "x", True),
        ("Null", ["false"], None, False),
        ("IpAddress", ["203.0.113.0/24"], "203.0.113.7", True),
        ("IpAddress", ["203.0.113.0/24"], "198.51.100.1", False),
        ("IpAddress", ["2001:db8::/32"], "2001:db8::1", True),
        ("IpAddress", ["203.0.113.0/24"], None, False),
        ("NotIpAddress", ["203.0.113.0/24"], "198.51.100.1", True),
        ("NotIpAddress", ["203.0.113.0/24"], None, True),
        ("ArnLike", ["arn:aws:logs:eu-west-1:111122223333:*"], "arn:aws:logs:eu-west-1:111122223333:delivery-source:a", True),
        ("ArnEquals", ["arn:aws:logs:*:111122223333:*"], "arn:aws:logs:eu-west-1:111122223333:delivery-source:a", True),
        ("ArnLike", ["arn:aws:es:*:111122223333:domain/?"], "arn:aws:es:eu-west-1:111122223333:domain/ab", False),
        ("ArnLike", ["arn:aws:*:111122223333:domain/a"], "arn:aws:es:eu-west-1:111122223333:domain/a", False),
        ("ArnLike", ["*"], "not an ARN", False),
        ("ArnNotLike", ["arn:aws:es:*:*:*"], "arn:aws:es:eu-west-1:111122223333:domain/a", False),
        ("ArnNotEquals", ["arn:aws:es:*:*:*"], None, True),
        ("BinaryEquals", ["QmluYXJ5"], "QmluYXJ5", True),
        # IfExists: where the key is absent, the condition is met.
        ("StringEqualsIfExists", ["a"], None, True),
        ("StringEqualsIfExists", ["a"], "b", False),
        ("BoolIfExists", ["true"], None, True),
        ("BoolIfExists", ["true"], "false", False),
        ("ArnLikeIfExists", ["arn:aws:es:*:*:*"], None, True),
        ("StringNotEqualsIfExists", ["a"], None, True),
        ("StringNotEqualsIfExists", ["a"], "a", False),
    ],
)
def test_operators(operator, wanted, actual, met):
    context = {} if actual is None else {"aws:key": actual}
    assert holds(operator, "AWS:Key", wanted, context, has_variables=True) == met


# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
@pytest.mark.parametrize(
    ("operator", "actual", "met"),
    [
        ("ForAllValues:StringEquals", ["a", "b"], True),
        ("ForAllValues:StringEquals", ["a", "x"], False),
        ("ForAllValues:StringEquals", [], True),
        ("ForAllValues:StringEquals", None, True),
        ("ForAnyValue:StringEquals", ["x", "a"], True),
        ("ForAnyValue:StringEquals", ["x"], False),
        ("ForAnyValue:StringEquals", [], False),
        ("ForAnyValue:StringEquals", None, False),
        ("ForAllValues:StringNotEquals", ["x", "y"], True),
        ("ForAllValues:StringNotEquals", ["x", "a"], False),
        ("ForAllValues:StringNotEquals", None, True),
        ("ForAnyValue:StringNotEquals", ["a", "x"], True),
        ("ForAnyValue:StringNotEquals", ["a", "b"], False),
        ("ForAnyValue:StringNotEquals", None, False),
        ("ForAnyValue:StringEqualsIfExists", None, True),
        ("ForAllValues:StringLike", "abc", False),
        ("StringEquals", ["x", "a"], True),
        ("StringNotEquals", ["x", "a"], False),
    ],
)
def test_sets_of_values(operator, actual, met):
    context = {} if actual is None else {"aws:tagkeys": actual}
    assert holds(operator, "aws:TagKeys", ["a", "b"], context, has_variables=True) == met


def test_all_operators_and_keys_of_a_condition_must_be_met_and_one_of_the_values():
    # .../reference_policies_condition-logic-multiple-context-keys-or-values.html
    condition = {"StringEquals": {"aws:SourceAccount": ["1", "2"]}, "ArnLike": {"aws:SourceArn": "arn:aws:es:*:2:*"}}
    arn = "arn:aws:es:eu-west-1:2:domain/a"
    assert is_allowed({"Condition": condition}, aws__SourceAccount="2", aws__SourceArn=arn)
    assert not is_allowed({"Condition": condition}, aws__SourceAccount="3", aws__SourceArn=arn)
    assert not is_allowed({"Condition": condition}, aws__SourceAccount="2")


def test_variables():
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
    own = "arn:aws:logs:*:*:log-group:/${aws:PrincipalTag/team, 'company-wide'}:*"
    group = "arn:aws:logs:eu-west-1:111122223333:log-group:/{}:x"
    assert is_allowed({"Resource": own}, resource=group.format("company-wide"))
    tag = {"aws__PrincipalTag/team": "yellow"}
    assert is_allowed({"Resource": own}, resource=group.format("yellow"), **tag)
    assert not is_allowed({"Resource": own}, resource=group.format("company-wide"), **tag)
    # A value is no pattern, `${*}` is an asterisk, and what has no value matches nothing.
    assert not is_allowed({"Resource": own}, resource=group.format("yellow"), **{"aws__PrincipalTag/team": "*"})
    assert is_allowed({"Resource": "arn:aws:logs:*:*:log-group:/${*}:*"}, resource=group.format("*"))
    assert not is_allowed({"Resource": "arn:aws:logs:*:*:log-group:/${*}:*"}, resource=group.format("a"))
    assert not is_allowed({"Resource": "arn:aws:logs:*:*:log-group:${aws:username}*"}, resource=group.format(""))
    same = {"StringEquals": {"aws:SourceAccount": "${aws:ResourceAccount}"}}
    assert is_allowed({"Condition": same}, aws__SourceAccount="1", aws__ResourceAccount="1")
    assert not is_allowed({"Condition": same}, aws__SourceAccount="2", aws__ResourceAccount="1")
    # In older versions they are text, with an asterisk in it.
    old = document({**ALL, "Resource": group.format("${*}")}, version="2008-10-17")
    assert decide([old], DELIVERY, "logs:PutLogEvents", group.format("${team}"), {}) == "allowed"
    assert decide([old], DELIVERY, "logs:PutLogEvents", group.format("*"), {}) == "not allowed"


@pytest.mark.parametrize(
    "change",
    [
        {"Effect": "allow"},
        {"Action": []},
        {"NotAction": "s3:*"},
        {"Principal": {}},
        {"Principal": {"Robot": "*"}},
        {"Resource": 1},
        {"Colour": "blue"},
        {"Condition": {"StringSounds": {"aws:SourceAccount": "1"}}},
        {"Condition": {"NullIfExists": {"aws:SourceAccount": "true"}}},
    ],
)
def test_what_the_grammar_does_not_allow_is_not_guessed(change):
    read = document({**ALL, **change}, ALL)
    assert len(read.statements) == 1 and read.unreadable == [{**ALL, **change}]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"Statement":[],"Statement":[]}', '{"Version":"2030-01-01","Statement":[]}'])
def test_a_document_that_is_none_is_unreadable(text):
    with pytest.raises(Unreadable):
        Document(text)


def test_many_decisions_at_once_are_those_of_one_at_a_time():
    chance = random.Random(1)
    names = ["/app", "/app2", "/other"]
    groups = [f"arn:aws:logs:eu-west-1:111122223333:log-group:{name}" for name in names]
    questions = Questions(
        [DELIVERY, BOB, SESSION, ANYONE],
        ["logs:PutLogEvents", "logs:CreateLogStream", "s3:GetObject"],
        [group + tail for group in groups for tail in ("", ":*", ":log-stream:one")],
        [{}, {"aws:sourceaccount": "1"}, {"aws:sourceaccount": "/app"}],
    )
    elements = {
        "Effect": ["Allow", "Allow", "Deny"],
        "Principal": ["*", {"Service": DELIVERY.service}, {"AWS": "444455556666"}],
        "Action": ["logs:*", "logs:Put*", ["s3:*", "logs:CreateLogStream"]],
        "Resource": ["*", f"{groups[0]}*", [groups[1], f"{groups[2]}:*"], "arn:aws:logs:*:*:log-group:${aws:SourceAccount}:*"],
        "Condition": [{}, {"StringEquals": {"aws:SourceAccount": "1"}}, {"Null": {"aws:SourceAccount": "true"}}],
    }
    decided = set()
    for _ in range(60):
        statements = [{name: chance.choice(values) for name, values in elements.items()} for _ in range(4)]
        if chance.random() < 0.3:
            statements[0]["NotResource"] = statements[0].pop("Resource")
        of_account, of_group = document(*statements[:3]), document(statements[3])
        allowed = Policies([(None, of_account), (groups[0], of_group)]).allowed(questions)
        for principal, action in itertools.product(questions.principals, questions.actions):
            bits = allowed.get((principal, action), 0)
            for at, (resource, context) in enumerate(itertools.product(questions.resources, questions.contexts)):
                is_in_group = resource == groups[0] or resource.startswith(f"{groups[0]}:")
                documents = [of_account, of_group] if is_in_group else [of_account]
                expected = decide(documents, principal, action, resource, context)
                assert (bits >> at & 1 == 1) == (expected == "allowed"), (statements, principal, action, resource)
                decided.add(expected)
    assert decided == {"allowed", "denied", "not allowed"}
