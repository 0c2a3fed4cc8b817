"""What a plan for resource policies would do, write by write, as an independent evaluator (`iam/`) sees it.

After every write of a plan, in order, and so at every moment of applying it:

* no principal has lost what it was allowed, on any log group that exists or may exist. What it was allowed on a group
  of which it is certain that it is gone may go, where a step says so;
* no principal is allowed what it was not, but for the grants that the plan lists: log delivery on behalf of the account,
  on what a step for `/aws/vendedlogs/` or a move names;
* what cannot be read is as it was; documents keep AWS's limits; no two statements of one have the same Sid.
"""

import dataclasses
import json

from account.documents import LOG_DELIVERY, WRITE
from account.limits import Limits
from iam import Document, Policies, Principal, Questions, Statement, Unreadable
from policy_accounts import OTHER_ACCOUNT, SERVICES

LIMITS = Limits()
VENDED = "/aws/vendedlogs/"
DEAD = "dead-entries"
MERGE = "merge-policies"
# The kinds of steps that may allow something new.
GRANTING = {"vended-logs-wildcard", "move-destination"}


@dataclasses.dataclass(frozen=True)
class Violation:
    """Something that a plan must not do."""

    kind: str
    detail: str


@dataclasses.dataclass
class Figures:
    """How much was compared."""

    plans: int = 0
    steps: int = 0
    writes: int = 0
    moves: int = 0
    grants: int = 0
    decisions: int = 0

    def add(self, other):
        """These, and those."""
        for field in dataclasses.fields(self):
            setattr(self, field.name, getattr(self, field.name) + getattr(other, field.name))


class Proof:
    """A plan held against the account that it was made for."""

    def __init__(self, inventory, plan):
        self.inventory = inventory
        self.plan = plan
        self.account, self.region = inventory["account"], inventory["region"]
        self.partition = _partition(self.region)
        self.here = f"arn:{self.partition}:logs:{self.region}:{self.account}"
        self.violations = []
        self.before = dict(_texts(inventory))
        self.questions = self._questions()
        self.figures = Figures(plans=1, grants=len(plan["grants"]))
        self._read = {}

    def run(self):
        """Everything that is wrong with it."""
        self._check_grants()
        had = self._allowed(self.before)
        kept = self._allowed(self.before, without_dead=True)
        granted = self._granted()
        now, may_be_dead = dict(self.before), False
        for number, step in enumerate(self.plan["steps"], 1):
            self.figures.steps += 1
            may_be_dead |= step["kind"] == DEAD
            merges, fixed = step["kind"] == MERGE, self._fixed_of_account(now)
            for write in step["writes"]:
                self.figures.writes += 1
                where = f"step {number} ({step['kind']}), {_label(write)}"
                if not self._write(now, write, where, merges):
                    continue
                allowed = self._allowed(now)
                self._compare(kept if may_be_dead else had, allowed, "lost", where)
                self._compare(allowed, _union(had, granted), "gained", where)
            if merges and self._fixed_of_account(now) != fixed:
                self._fault("not-understood-changed", f"step {number} ({step['kind']})")
            move = step.get("move")
            # One that a deployment tool would undo is a proposal: nothing is re-pointed.
            if move and move["v2"] and not move["managed_by"]:
                self._check_move(move, had, now, f"step {number}")
        self._check_sizes(now)
        return self.violations

    def _fault(self, kind, detail):
        self.violations.append(Violation(kind, detail))

    def _compare(self, wanted, given, kind, where):
        """Everything that is in the first is in the second."""
        self.figures.decisions += len(self.questions)
        for pair, bits in wanted.items():
            if missing := bits & ~given.get(pair, 0):
                self._fault(kind, f"{where}: {self.questions.name(pair, missing)}")
                return

    def _write(self, now, write, where, merges=False):
        """Carries a write out. Whether anything can be said of what it leaves. What a merge carries over stands elsewhere."""
        scope, after = _scope(write["place"]), write["after"]
        if now.get(scope) != write["before"]:
            self._fault("before-differs", where)
        old = now.pop(scope, None)
        if after is None:
            if not merges:
                self._check_carried_over(old, "", where)
            return True
        now[scope] = after
        if max(len(after), len(after.encode())) > LIMITS.policy_document:
            self._fault("too-long", f"{where}: {len(after)} characters")
        of_account = sum(1 for kind, _ in now if kind == "account")
        if of_account > max(LIMITS.account_policies, sum(1 for kind, _ in self.before if kind == "account")):
            self._fault("too-many", f"{where}: {of_account} policies of the account")
        try:
            new = Document(after)
        except Unreadable as reason:
            self._fault("unreadable", f"{where}: {reason}")
            return False
        repeated = _repeated(new.sids)
        if old is not None and not repeated <= _repeated(self._sids(old)):
            self._fault("equal-sids", f"{where}: {new.sids}")
        elif old is None and repeated:
            self._fault("equal-sids", f"{where}: {new.sids}")
        if not merges:
            self._check_carried_over(old, after, where)
        return True

    def _check_carried_over(self, old, new, where):
        """What cannot be read stands there as before, and what denies does so, too."""
        before, after = self._fixed(old), self._fixed(new)
        if before is None or before != after:
            self._fault("not-understood-changed", where)

    def _fixed_of_account(self, texts):
        """Those of all policies of the account, each with the version that it is read by."""
        found = set()
        for text in (text for (kind, _), text in texts.items() if kind == "account"):
            fixed = self._fixed(text)
            found |= {text} if fixed is None else {(self._document(text).version, one) for one in fixed if text}
        return found

    def _fixed(self, text):
        """The statements that no plan changes, in order; None of a document that is none."""
        if not text:
            return []
        try:
            document = self._document(text)
        except Unreadable:
            return None
        denies = [one.raw for one in document.statements if not one.allows]
        return [json.dumps(raw, sort_keys=True) for raw in [*document.unreadable, *denies]]

    def _sids(self, text):
        try:
            return self._document(text).sids
        except Unreadable:
            return []

    def _check_grants(self):
        """What the plan says that it newly allows is what its steps are for."""
        kinds = {step["kind"] for step in self.plan["steps"]}
        moved = [step["move"]["to"] for step in self.plan["steps"] if step.get("move")]
        starts = [f"{self.here}:log-group:{VENDED}", *(f"{self.here}:log-group:{name}:" for name in moved)]
        for grant in self.plan["grants"]:
            own = {"operator": "StringEquals", "key": "aws:SourceAccount", "values": [self.account]}
            if not (
                kinds & GRANTING
                and grant["principal"] == LOG_DELIVERY
                and own in grant["condition"]
                and any(grant["resource"].startswith(start) for start in starts)
            ):
                self._fault("grant", json.dumps(grant))

    def _check_move(self, move, had, now, where):
        """Before a destination is re-pointed, log delivery may write to the new log group what it may to the old."""
        self.figures.moves += 1
        allowed = self._allowed(now)
        old, new = (f"{self.here}:log-group:{move[name]}:log-stream:x" for name in ("from", "to"))
        contexts = len(self.questions.contexts)
        for pair, bits in had.items():
            if pair[0].service != LOG_DELIVERY or pair[1] not in WRITE:
                continue
            from_old = bits >> self.questions.resources.index(old) * contexts
            to_new = allowed.get(pair, 0) >> self.questions.resources.index(new) * contexts
            # The requests of deliveries of this account: they carry both keys.
            delivering = sum(1 << at for at, one in enumerate(self.questions.contexts) if self._is_delivery(one))
            if from_old & delivering & ~to_new:
                self._fault("move", f"{where}: {pair[0]} {pair[1]} on {new}")

    def _is_delivery(self, context):
        return context == self._context(f"{self.here}:delivery-source:x")

    def _check_sizes(self, now):
        """A policy of the account that stays above the target is said to."""
        named = {_scope(unmet["place"]) for unmet in self.plan["unmet"]}
        for scope, text in now.items():
            if scope[0] == "account" and len(text) > self.plan["target_characters"] and scope not in named:
                self._fault("size", f"{scope}: {len(text)} of {self.plan['target_characters']}")

    # What is allowed.

    def _allowed(self, texts, without_dead=False):
        documents = []
        for (kind, name), text in texts.items():
            try:
                document = self._document(text)
            except Unreadable:
                continue
            if without_dead:
                document = self._without_dead(text)
            documents.append((name if kind == "log_group" else None, document))
        return Policies(documents).allowed(self.questions)

    def _document(self, text):
        if text not in self._read:
            self._read[text] = Document(text)
        return self._read[text]

    def _granted(self):
        statements = [
            {
                "Effect": "Allow",
                "Principal": {"Service": grant["principal"]},
                "Action": grant["actions"],
                "Resource": grant["resource"],
                "Condition": _condition(grant["condition"]),
            }
            for grant in self.plan["grants"]
        ]
        document = self._document(json.dumps({"Version": "2012-10-17", "Statement": statements}))
        return Policies([(None, document)]).allowed(self.questions)

    def _without_dead(self, text):
        """The document without the entries of log groups that are gone."""
        key = (text, "without dead")
        if key not in self._read:
            document = Document(text)
            alive = (self._without_dead_entries(one, document.version) for one in document.statements)
            document.statements = [one for one in alive if one]
            self._read[key] = document
        return self._read[key]

    def _without_dead_entries(self, statement, version):
        gone = self._gone
        if gone is None or not _may_lose_dead_entries(statement):
            return statement
        kept = [entry for entry in statement.resources if not gone(entry)]
        if not kept:
            return None
        return statement if kept == statement.resources else Statement({**statement.raw, "Resource": kept}, version)

    @property
    def _gone(self):
        """Whether an entry is of one log group that is certain not to exist; None where nothing is certain."""
        groups, policies = self.inventory["log_groups"], self.inventory["account_policies"]
        if groups["state"] != "seen" or groups["at"] < policies["at"]:
            return None
        existing = {group["logGroupName"] for group in groups["value"]}
        start = f"{self.here}:log-group:"

        def gone(entry):
            name = entry.removeprefix(start).split(":")[0]
            return entry.startswith(start) and not set(name) & set("*?$") and name not in existing

        return gone

    # What is asked.

    def _questions(self):
        texts = [*self.before.values(), *(write["after"] or "" for write in self._writes())]
        entries, services, accounts, sources = set(), {LOG_DELIVERY, "lambda.amazonaws.com"}, set(), set()
        for text in texts:
            try:
                statements = Document(text).statements
            except Unreadable:
                continue
            for one in statements:
                entries.update(one.resources)
                services.update(name for name in one.principals.get("Service", []) if name in SERVICES)
                accounts.update(one.principals.get("AWS", []))
                for _, key, values in one.conditions:
                    sources.update(values if key.lower() == "aws:sourcearn" else [])
        principals = [Principal(service=name) for name in sorted(services)]
        if accounts:
            users = (f"arn:{self.partition}:iam::{account}:user/ana" for account in (self.account, OTHER_ACCOUNT))
            principals += [*(Principal(arn=arn) for arn in users), Principal()]
        actions = ["logs:PutLogEvents", "logs:CreateLogStream", "logs:PutLogEventsBatch", "logs:DeleteLogGroup"]
        resources = sorted(arn for arn in set(self._resources(entries)) if _can_be(arn))
        return Questions(principals, actions, resources, self._contexts(sorted(sources)))

    def _writes(self):
        return (write for step in self.plan["steps"] for write in step["writes"])

    def _resources(self, entries):
        """Streams of every log group that exists, is named, or nearly is; and what entries stand for."""
        groups = [group["logGroupName"] for group in self.inventory["log_groups"].get("value", [])]
        groups += [f"{VENDED}made-later", "another"]
        for step in self.plan["steps"]:
            if step.get("move"):
                groups += [step["move"]["from"], step["move"]["to"]]
        for entry in entries:
            if ":log-group:" in entry:
                groups.append(_one_of(entry.split(":log-group:")[1].split(":")[0]))
            yield _one_of(entry)
            yield _one_of(entry, "")
        for name in sorted(set(groups)):
            arn = f"{self.here}:log-group:{name}"
            yield from (arn, f"{arn}:*", f"{arn}:log-stream:", f"{arn}:log-stream:x", f"{arn}:log-stream:app-1")
            yield f"{arn}x:log-stream:x"

    def _contexts(self, sources):
        """The keys that a service sends: both, one, none; on behalf of this account and of another."""
        own = [f"{self.here}:delivery-source:x", f"arn:{self.partition}:es:{self.region}:{self.account}:domain/orders"]
        own += [_one_of(source) for source in sources]
        contexts = [self._context(source) for source in dict.fromkeys(own)]
        foreign = f"arn:{self.partition}:logs:{self.region}:{OTHER_ACCOUNT}:delivery-source:x"
        contexts += [
            {},
            {"aws:sourceaccount": self.account},
            {"aws:sourcearn": own[0]},
            {"aws:sourceaccount": OTHER_ACCOUNT, "aws:sourcearn": foreign},
            {"aws:sourceaccount": OTHER_ACCOUNT, "aws:sourcearn": own[0]},
            {
                **contexts[0],
                "aws:securetransport": "true",
                "aws:currenttime": "2026-11-20T12:00:00Z",
                "aws:epochtime": "1795175000",
                "aws:sourceip": "203.0.113.9",
                "aws:tagkeys": ["mail", "team"],
                "aws:sourceorgid": "o-example",
                "aws:resourceaccount": self.account,
            },
            {
                **contexts[0],
                "aws:securetransport": "false",
                "aws:currenttime": "2031-01-01T00:00:00Z",
                "aws:sourceip": "198.51.100.9",
                "aws:tagkeys": ["mail-2"],
                "aws:resourceaccount": OTHER_ACCOUNT,
            },
        ]
        return contexts

    def _context(self, source):
        return {"aws:sourceaccount": self.account, "aws:sourcearn": source}


def _may_lose_dead_entries(statement):
    """Whether a plan may take entries of log groups that are gone out of a statement."""
    only_log_delivery = statement.raw.get("Principal") in ({"Service": LOG_DELIVERY}, {"Service": [LOG_DELIVERY]})
    written_by_aws = statement.sid.startswith("AWSLogDeliveryWrite")
    return statement.allows and "Resource" in statement.raw and only_log_delivery and written_by_aws


def _partition(region):
    for start, partition in (("cn-", "aws-cn"), ("us-gov-", "aws-us-gov")):
        if region.startswith(start):
            return partition
    return "aws"


def _can_be(arn):
    """Whether there can be such a thing: a Region is in one partition only."""
    parts = arn.split(":")
    return len(parts) < 4 or parts[1] == _partition(parts[3])


def _texts(inventory):
    """Which policy → its text: those of the account, and of the log groups that were looked at in time."""
    policies = inventory["account_policies"]
    for policy in policies["value"]:
        yield ("account", policy["policyName"]), policy["policyDocument"]
    for look in inventory["log_group_policies"].values():
        if look["state"] == "seen" and look["at"] >= policies["at"] and look["value"]:
            yield ("log_group", look["value"]["resourceArn"].removesuffix(":*")), look["value"]["policyDocument"]


def _scope(place):
    ((kind, name),) = place.items()
    return kind, name


def _label(write):
    return "{} {}".format(*_scope(write["place"]))


def _one_of(pattern, any_text="x"):
    """One of the texts that a pattern takes in."""
    return pattern.replace("*", any_text).replace("?", "q").replace("${aws:SourceAccount}", "111122223333")


def _repeated(sids):
    return {sid for sid in sids if sids.count(sid) > 1}


def _condition(clauses):
    condition = {}
    for clause in clauses:
        condition.setdefault(clause["operator"], {})[clause["key"]] = clause["values"]
    return condition


def _union(one, other):
    return {pair: one.get(pair, 0) | other.get(pair, 0) for pair in one.keys() | other.keys()}
