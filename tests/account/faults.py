"""What can go wrong between a program and AWS, on the call that a test chooses.

Calls are counted from the moment a fault is set, by operation ("PutResourcePolicy"), or all of them (ANY), or all that
change something (WRITES). `nth=None` means every one of them. A fault that fires shows in the list of calls.
"""

import copy
import dataclasses
import fnmatch
import os
import signal
import threading
import time
from collections.abc import Callable

from .errors import Dropped, Refused

ANY = "*"
WRITES = "writes"
# Calls a second that CloudWatch Logs takes from one account in one Region.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
RATES = {
    "CreateLogGroup": 10,
    "DescribeLogGroups": 10,
    "ListTagsForResource": 30,
    "PutMetricFilter": 5,
    "PutRetentionPolicy": 5,
    "PutSubscriptionFilter": 5,
    "TagResource": 5,
}
READS = ("Describe", "Filter", "Get", "List", "Test")
# The answer to a caller that asks too often, by service: the page of common errors of each service.
THROTTLED = {
    "apigateway": ("TooManyRequestsException", 429),
    "lambda": ("TooManyRequestsException", 429),
    "monitoring": ("Throttling", 400),
    "sts": ("Throttling", 400),
}
DENIED = {
    "apigateway": ("AccessDeniedException", 403),
    "lambda": ("AccessDeniedException", 403),
    "monitoring": ("AccessDenied", 403),
    "sts": ("AccessDenied", 403),
}


def is_write(operation):
    """Whether an operation can change something."""
    return not operation.startswith(READS)


@dataclasses.dataclass
class Fault:
    """Something that happens at the nth call that matches, before AWS has done what was asked, or after."""

    operation: str
    nth: int | None
    moment: str
    act: Callable
    seen: int = 0

    def meets(self, call):
        """Whether this call is the one."""
        if self.operation != call.operation and self.operation != ANY:
            if self.operation != WRITES or not is_write(call.operation):
                return False
        self.seen += 1
        return self.nth in (None, self.seen)


class Faults:
    """The faults that a test has set."""

    def __init__(self):
        self._counting = threading.Lock()
        # Seconds; a test may put another clock here.
        self.clock = time.monotonic
        # Operation → items of a page, where a test wants more pages than the limits of AWS would make.
        self.page_sizes = {}
        self.clear()

    def clear(self):
        """AWS works again."""
        self._faults = []
        self._ignored = {}
        self._rewriting = []
        self.page_sizes.clear()
        self._denied = []
        self._throttled_once = None
        self._throttle_every = 0
        self._rates = {}
        self._recent = {}
        self._calls = 0

    def fail(self, operation, code, message="Told to fail by the test.", nth=1, status=None):
        """The nth call is refused, and nothing is done."""
        self.before(operation, _refuse(Refused(code, message, status)), nth)

    def fail_after(self, operation, code, message="Told to fail by the test.", nth=1, status=None):
        """The nth call is done, and answered with an error all the same (a time-out inside AWS looks so)."""
        self.after(operation, _refuse(Refused(code, message, status)), nth)

    def drop_before(self, operation, nth=1):
        """The connection breaks at the nth call, and nothing is done."""
        self.before(operation, _drop, nth)

    def drop_after(self, operation, nth=1):
        """The nth call is done, and the connection breaks before its answer."""
        self.after(operation, _drop, nth)

    def kill_before(self, operation, process, nth=1):
        """The caller is killed when it asks for the nth time. `process` is its Popen, or a function that finds it."""
        self.before(operation, _kill(process), nth)

    def kill_after(self, operation, process, nth=1):
        """The caller is killed when its nth call is done, before it knows."""
        self.after(operation, _kill(process), nth)

    def before(self, operation, act, nth=1):
        """Does something right before the nth call: writes as another caller would, for instance."""
        self._faults.append(Fault(operation, nth, "before", lambda _: act()))

    def after(self, operation, act, nth=1):
        """Does something right after the nth call, before it is answered."""
        self._faults.append(Fault(operation, nth, "after", lambda _: act()))

    def ignore(self, operation, *parameters):
        """These parameters of an operation are not known here: as in a Region, or an emulator, from before they were."""
        self._ignored.setdefault(operation, set()).update(parameters)

    def rewrite(self, operation, change):
        """Every answer of an operation is another one: `change` is given a copy of it."""
        self._rewriting.append((operation, change))

    def heard(self, call):
        """The parameters of a call that are known."""
        ignored = self._ignored.get(call.operation, ())
        return {key: value for key, value in call.parameters.items() if key not in ignored}

    def rewritten(self, call, answer):
        """The answer that is given."""
        for operation, change in self._rewriting:
            if operation == call.operation:
                answer = copy.deepcopy(answer)
                change(answer)
        return answer

    def deny(self, *actions, account=None, region=None, resource="*"):
        """IAM denies these ("logs:PutResourcePolicy", "logs:Describe*"), whatever they need it for.

        Everywhere, or in one account, in one Region, or on resources that match a pattern.
        """
        self._denied.extend((action, account, region, resource) for action in actions)

    def allow(self, *actions):
        """Takes denials back."""
        self._denied = [denial for denial in self._denied if denial[0] not in actions]

    def throttle_each_once(self):
        """Every call is refused the first time it is made, and done when it is made again."""
        self._throttled_once = set()

    def throttle(self, every):
        """Every so many-th call is refused, whatever it is."""
        self._throttle_every = every

    def keep_rates(self, rates=None):
        """More calls a second than these are refused, by operation; by default, the documented rates."""
        self._rates = RATES if rates is None else rates

    def check_before(self, call):
        """Everything that can keep a call from being done."""
        with self._counting:
            self._calls += 1
        self._run(call, "before")
        if self._is_throttled(call):
            code, status = THROTTLED.get(call.service, ("ThrottlingException", 400))
            raise Refused(code, "Rate exceeded", status)
        for action, resource in call.needs:
            if any(_is_about(denial, call, action, resource) for denial in self._denied):
                raise denied(call, action, resource)

    def check_after(self, call):
        """Everything that can keep an answer from arriving."""
        self._run(call, "after")

    def _run(self, call, moment):
        with self._counting:
            met = [fault for fault in self._faults if fault.moment == moment and fault.meets(call)]
        for fault in met:
            fault.act(call)

    def _is_throttled(self, call):
        if self._throttled_once is not None:
            parameters = sorted(call.parameters.items(), key=str)
            question = f"{call.service} {call.operation} {call.region} {call.caller} {parameters}"
            if question not in self._throttled_once:
                self._throttled_once.add(question)
                return True
        if self._throttle_every and self._calls % self._throttle_every == 0:
            return True
        return call.operation in self._rates and self._is_too_fast(call)

    def _is_too_fast(self, call):
        """Whether so many calls were let through in the last second that this one is too many."""
        with self._counting:
            now = self.clock()
            key = (call.account, call.region, call.operation)
            recent = [then for then in self._recent.get(key, []) if now - then < 1]
            fits = len(recent) < self._rates[call.operation]
            self._recent[key] = [*recent, now] if fits else recent
            return not fits


def denied(call, action, resource):
    """IAM's answer. https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html"""
    code, status = DENIED.get(call.service, ("AccessDeniedException", 400))
    what = f"User: {call.caller} is not authorized to perform: {action} on resource: {resource}"
    return Refused(code, f"{what} because no identity-based policy allows the {action} action", status)


def _is_about(denial, call, action, resource):
    pattern, account, region, resources = denial
    return (
        fnmatch.fnmatchcase(action.lower(), pattern.lower())
        and account in (None, call.account)
        and region in (None, call.region)
        and fnmatch.fnmatchcase(resource, resources)
    )


def _refuse(refused):
    def act():
        raise refused

    return act


def _drop():
    raise Dropped


def _kill(process):
    def act():
        victim = process() if callable(process) else process
        os.kill(victim.pid, signal.SIGKILL)
        raise Dropped

    return act
