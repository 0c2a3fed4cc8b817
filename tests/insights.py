"""The queries of infra/queries/insights: parsed, every name checked, and their filters applied to log events.

No engine for CloudWatch Logs Insights runs on one machine. What is checked of a query is that AWS's documentation and
the samples know every command, function, field and value in it, and which log events its filters let through.
"""

import functools
import json
import re

import payloads
import programs

COMMANDS = {"fields", "filter", "stats", "sort", "limit", "parse", "display", "dedup"}
FUNCTIONS = {"count", "count_distinct", "earliest", "latest", "min", "max", "ispresent", "coalesce", "tolower"}
KEYWORDS = {"as", "by", "and", "or", "not", "like", "in", "asc", "desc"}
SYSTEM_FIELDS = {"@timestamp", "@message", "@log", "@logStream", "@ingestionTime"}
MAX_ROWS = 10_000
CASES = programs.PROJECT / "tests" / "cases" / "activity"
TRAIL, AUDIT = "aws-cloudtrail-logs-", "/aws/vendedlogs/workmail/"
# What the head of a query calls its log groups → a part of the names that they have in the samples.
LOG_GROUPS = {
    "the log group of WorkMail's email events": ["/aws/workmail/emailevents/"],
    "the log group of WorkMail's audit logs": [AUDIT],
    "the log group of a CloudTrail trail": [TRAIL],
    "the log groups of a CloudTrail trail and of WorkMail's audit logs": [TRAIL, AUDIT],
}
LITERAL = re.compile(r'"[^"]*"|/(?:[^/\\]|\\.)*/')
TOKEN = re.compile(
    r"\s*(?:(?P<name>[@A-Za-z_][\w.@]*)(?P<call>\s*\()?|(?P<number>\d+)|(?P<sign>!=|[=<>]=?|[(),*\[\]]))"
)
# A query in place of a list, which reads one log group; subqueries are not nested.
# <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Subqueries.html>
SUBQUERY = re.compile(r"\(\s*SOURCE '([^']+)'\s*\|(.+?)\n\s*\)", re.DOTALL)
FILTER_TOKEN = re.compile(
    r"""\s*(?:"(?P<text>[^"]*)"|/(?P<pattern>(?:[^/\\]|\\.)*)/|(?P<sign>!=|[=()\[\],])|(?P<word>[@\w][\w.@]*))"""
)


# What Insights would not know


def problems(text):
    """The names and values of a query that Insights would not know, a line each."""
    found = re.findall(r"^# Log group: (.+)\.$", text, re.MULTILINE)
    if len(found) != 1 or found[0] not in LOG_GROUPS:
        return [f"unknown log group: {found}"]
    body = _body(text)
    wrong = []
    for log_group, subquery in SUBQUERY.findall(body):
        if not any(log_group.startswith(name) for name in LOG_GROUPS[found[0]]):
            wrong.append(f"a subquery of another log group: {log_group}")
        wrong += problems(f"# Log group: {found[0]}.\n{subquery}\n| limit 1")
    body = SUBQUERY.sub("[0]", body)
    seen = sample_values(tuple(LOG_GROUPS[found[0]]))
    wrong += [f"in no sample: {literal}" for literal in LITERAL.findall(body) if not _occurs(literal, seen)]
    steps = [step.split(None, 1) for step in LITERAL.sub(" 0 ", body).split("|")]
    wrong += [f"unknown command: {command}" for command, _ in steps if command not in COMMANDS]
    aliases = {alias for _, rest in steps for alias in re.findall(r"\bas (\w+)", rest)}
    wrong += [problem for _, rest in steps for problem in _unknown(rest, set(seen) | SYSTEM_FIELDS | aliases)]
    limits = [int(rest) for command, rest in steps if command == "limit"]
    if len(limits) != 1 or limits[0] > MAX_ROWS:
        wrong.append(f"expected one limit of up to {MAX_ROWS} rows, not {limits}")
    return wrong


def _body(text):
    """A query without its comments."""
    return "\n".join(line for line in text.splitlines() if not line.startswith("#"))


def _occurs(literal, seen):
    """Whether a sample has a value that a query compares with, or one that a regular expression matches."""
    pattern = re.escape(literal[1:-1]) if literal.startswith('"') else literal[1:-1]
    return any(re.search(pattern, value) for values in seen.values() for value in values)


def _unknown(text, known):
    position, text = 0, text.rstrip()
    while position < len(text):
        token = TOKEN.match(text, position)
        if token is None:
            yield f"invalid syntax: {text[position:]!r}"
            return
        position = token.end()
        name = token["name"]
        if name is None or name in KEYWORDS:
            continue
        if token["call"] and name not in FUNCTIONS:
            yield f"unknown function: {name}"
        if not token["call"] and name not in known:
            yield f"unknown field: {name}"


@functools.cache
def sample_values(log_groups):
    """Field → the values that the samples of the log groups have in it, as text."""
    found = {}
    for path in [*programs.good_samples(), *sorted(CASES.glob("*.json"))]:
        for message in _messages(path, log_groups):
            found.setdefault("@message", set()).add(message)
            for field, value in fields_of(message).items():
                found.setdefault(field, set()).add(value)
    return found


def _messages(path, log_groups):
    """The messages of a file's log events in these log groups; those of the cases are in all of them."""
    if path.name == "cases.json":
        return
    for payload in payloads.payloads(path.read_bytes()):
        for batch in payloads.batches(payload):
            if path.parent == CASES or any(name in batch.get("logGroup", "") for name in log_groups):
                yield from (event["message"] for event in batch["logEvents"])


def fields_of(message):
    """The fields that Insights discovers in a log event (`a.b`, `list.0`), and their values as text."""
    try:
        document = json.loads(message)
    except ValueError:
        return {}
    found = {}
    _collect("", document, found)
    return found


def _collect(path, value, found):
    members = {}
    if isinstance(value, dict):
        members = value
    elif isinstance(value, list):
        members = {str(index): item for index, item in enumerate(value)}
    elif path and value is not None:
        found[path] = json.dumps(value) if isinstance(value, bool) else str(value)
    for name, member in members.items():
        _collect(f"{path}.{name}".lstrip("."), member, found)


# What a filter lets through


def passes(query, message):
    """Whether every filter of a query lets a log event through."""
    fields = {"@message": message, **fields_of(message)}
    return all(Filter(text).holds(fields) for text in filters(query))


def with_answers(query, messages):
    """A query whose subqueries are replaced by what they find in the messages of log events: the values of one field."""

    def answer(found):
        [field] = re.findall(r"\| fields (\S+)\s*$", found[2])
        kept = [fields_of(message).get(field) for message in messages if passes(found[2], message)]
        return json.dumps(sorted({value for value in kept if value is not None}))

    return SUBQUERY.sub(answer, query)


def filters(query):
    """The conditions of a query's `filter` commands."""
    conditions = re.split(r"(?:^|\n *\|) *(?=\w)", _body(query))
    return [condition.removeprefix("filter ") for condition in conditions if condition.startswith("filter ")]


class Filter:
    """A condition, read from left to right: `or` of `and` of comparisons, `ispresent` and brackets.

    A comparison with a field that the event does not have does not hold.
    """

    def __init__(self, text):
        self.tokens = []
        position, text = 0, text.rstrip()
        while position < len(text):
            token = FILTER_TOKEN.match(text, position)
            assert token, f"invalid filter: {text[position:]!r}"
            self.tokens.append(token)
            position = token.end()

    def holds(self, fields):
        """Whether the condition holds for an event with these fields."""
        self.fields, self.rest = fields, list(self.tokens)
        answer = self._either()
        assert not self.rest, f"not read: {self.rest}"
        return answer

    def _next(self, *expected):
        """The next token, if it is one of those expected: removed from the rest."""
        if self.rest and (self.rest[0]["sign"] or self.rest[0]["word"]) in expected:
            return self.rest.pop(0)
        return None

    def _either(self):
        answers = [self._both()]
        while self._next("or"):
            answers.append(self._both())
        return any(answers)

    def _both(self):
        answers = [self._single()]
        while self._next("and"):
            answers.append(self._single())
        return all(answers)

    def _single(self):
        if self._next("not"):
            return not self._single()
        if self._next("("):
            answer = self._either()
            assert self._next(")")
            return answer
        if self._next("ispresent"):
            assert self._next("(")
            field = self.rest.pop(0)["word"]
            assert self._next(")")
            return field in self.fields
        return self._comparison()

    def _comparison(self):
        value = self._operand()
        is_negated = self._next("not") is not None
        sign = self._next("=", "!=", "like", "in")
        assert sign, f"no comparison: {self.rest[:1]}"
        match sign["sign"] or sign["word"]:
            case "like":
                pattern = self.rest.pop(0)
                expression = pattern["pattern"] if pattern["text"] is None else re.escape(pattern["text"])
                answer = re.search(expression.replace(r"\/", "/"), value or "") is not None
            case "in":
                answer = value in self._list()
            case equality:
                answer = (value == self._operand()) == (equality == "=")
        return value is not None and answer != is_negated

    def _operand(self):
        token = self.rest.pop(0)
        word = token["word"]
        if word is None:
            return token["text"]
        return word if word.isdigit() else self.fields.get(word)

    def _list(self):
        assert self._next("[")
        values = [self._operand()]
        while self._next(","):
            values.append(self._operand())
        assert self._next("]")
        return values
