"""Reading log events: pages, and counts by Insights; as hostile as a test wants.

Pages are what AWS documents that they may be: short or empty before the end, events of one millisecond over several pages,
events again, late events meanwhile; and what was seen of them in the wild: tokens that repeat or expire.
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartQuery.html
"""

import collections
import datetime
import random
import re

from ..errors import Refused, invalid_parameter
from .events import event_id
from .groups import STANDARD

# A page has so many events, or so many bytes.
PAGE_EVENTS, PAGE_BYTES = 10_000, 1_000_000
DAY_MS = 86_400_000
# The one kind of query that is asked.
QUERY = re.compile(
    r"filter @timestamp >= (\d+) and @timestamp < (\d+) \| stats count\(\*\) as (\w+) by bin\(1d\)", re.ASCII
)


class Hostility:
    """What goes wrong while events are read, from a seed. `late` is called now and then, to log further events."""

    def __init__(self, seed, late=lambda: None):
        self.random = random.Random(seed)
        self.late = late

    def happens(self, probability):
        """Whether something of this probability happens now."""
        return self.random.random() < probability

    def check(self):
        """Refuses a call, as a busy service does."""
        if self.happens(0.1):
            raise Refused("ThrottlingException", "Rate exceeded")
        if self.happens(0.05):
            raise Refused("ServiceUnavailableException", "The service is unavailable.", 503)


class Reading:
    """The events of the log groups, read."""

    def __init__(self, place, groups):
        self.place = place
        self.groups = groups
        # None: as simple as can be.
        self.hostility = None
        self._queries = {}
        # Token → the question that it belongs to, and where the next page begins.
        self._tokens = {}
        # The same of the pages of one log stream; the next page may also be the one before, which ends there.
        self._stream_tokens = {}

    def filter_log_events(self, request):
        """Every event that a plain pattern is part of; this AWS knows no other patterns. The end is included."""
        token = request.get("nextToken")
        question = {key: value for key, value in dict.items(request) if key not in ("nextToken", "limit")}
        group = self._readable(request)
        pattern, unmask = request.get("filterPattern", "").strip('"'), request.get("unmask", False)
        start, end = request.get("startTime", 0), request.get("endTime", 1 << 62)
        if start > end:
            raise invalid_parameter("endTime is before startTime.")
        if self.hostility:
            self.hostility.check()
            self.hostility.late()
        at = self._place_of(token, question)
        found = sorted(
            (timestamp, ingested, stream.name, position, message)
            for stream in group.streams.values()
            for position, (timestamp, message, ingested) in enumerate(stream.events)
            if start <= timestamp <= end and pattern in message
        )
        size = min(request.get("limit", PAGE_EVENTS), self.place.page_sizes.get("FilterLogEvents", PAGE_EVENTS))
        shown = self._page(found[at:], size)
        masks = group.data_protection is not None and not unmask
        events = [
            {
                "logStreamName": stream,
                "timestamp": timestamp,
                "message": masked(message) if masks else message,
                "ingestionTime": ingested,
                "eventId": event_id(stream, timestamp, position),
            }
            for timestamp, ingested, stream, position, message in shown
        ]
        answer = {"events": events, "searchedLogStreams": []}
        next_at = at + len(shown)
        if self.hostility:
            self.hostility.random.shuffle(events)
            if events and self.hostility.happens(0.1):
                events.append(self.hostility.random.choice(events))
        if next_at < len(found) or (self.hostility and self.hostility.happens(0.2)):
            answer["nextToken"] = self._token(token, question, next_at)
        return answer

    def get_log_events(self, request):
        """The events of one log stream, page by page in both directions. The end is not included, and the pages have come to
        it where the token is the one that was sent, and only there."""
        group = self._readable(request)
        stream = group.streams.get(request["logStreamName"])
        if stream is None:
            raise Refused("ResourceNotFoundException", "The specified log stream does not exist.")
        start, end = request.get("startTime", 0), request.get("endTime", 1 << 62)
        if start > end:
            raise invalid_parameter("endTime is before startTime.")
        token, from_head = request.get("nextToken"), request.get("startFromHead", False)
        if self.hostility:
            self.hostility.check()
            self.hostility.late()
        found = sorted(
            (timestamp, ingested, position, message)
            for position, (timestamp, message, ingested) in enumerate(stream.events)
            if start <= timestamp < end
        )
        question = (group.name, stream.name, start, end, request.get("unmask", False))
        forward, at = self._turn(token, question, from_head, len(found))
        size = min(request.get("limit", PAGE_EVENTS), self.place.page_sizes.get("GetLogEvents", PAGE_EVENTS))
        beside = found[at:] if forward else found[:at][::-1]
        shown = self._page(beside, size)
        first, last = (at, at + len(shown)) if forward else (at - len(shown), at)
        masks = group.data_protection is not None and not question[-1]
        events = [
            {"timestamp": timestamp, "message": masked(message) if masks else message, "ingestionTime": ingested}
            for timestamp, ingested, _, message in (shown if forward else shown[::-1])
        ]
        # At an end, the token of that direction is the one that was sent.
        at_end = token is not None and not beside
        return {
            "events": events,
            "nextForwardToken": token if at_end and forward else self._stream_token("f", question, last),
            "nextBackwardToken": token if at_end and not forward else self._stream_token("b", question, first),
        }

    def _turn(self, token, question, from_head, events):
        """Whether the pages go forward, and where this one begins."""
        if token is None:
            return from_head, 0 if from_head else events
        asked, at = self._stream_tokens.get(token, (None, 0))
        if asked != question or (self.hostility and self.hostility.happens(0.02)):
            raise invalid_parameter("The specified nextToken is invalid.")
        forward = token.startswith("f/")
        if forward and not from_head:
            raise invalid_parameter("startFromHead must be true with a nextForwardToken.")
        return forward, at

    def _stream_token(self, direction, question, at):
        token = f"{direction}/{self.place.serial():056d}/s"
        self._stream_tokens[token] = question, at
        return token

    def start_query(self, request):
        """Counts events by day, of any class. Both ends are seconds, and included."""
        group = self._named(request)
        asked = QUERY.fullmatch(request["queryString"])
        if not asked:
            raise Refused("MalformedQueryException", "unexpected symbol found")
        first, last = request["startTime"] * 1_000, request["endTime"] * 1_000 + 999
        since, until, name = int(asked[1]), int(asked[2]), asked[3]
        request.get("limit")
        if self.hostility and self.hostility.happens(0.1):
            raise Refused("LimitExceededException", "Too many queries are running.")
        # Events from before the creation of the log group are not seen.
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AnalyzingLogData.html
        times = [
            timestamp
            for stream in group.streams.values()
            for timestamp, _, _ in stream.events
            if max(first, since, group.created) <= timestamp <= min(last, until - 1)
        ]
        days = collections.Counter(timestamp // DAY_MS * DAY_MS for timestamp in times)
        query = f"{self.place.serial():08d}"
        rows = [[_field("bin(1d)", _written(day)), _field(name, str(count))] for day, count in sorted(days.items())]
        self._queries[query] = [("Scheduled", []), ("Running", rows[:1]), ("Complete", rows)]
        return {"queryId": query}

    def get_query_results(self, request):
        """While a query runs, its results are partial."""
        states = self._queries.get(request["queryId"])
        if states is None:
            raise Refused("ResourceNotFoundException", "The query does not exist.")
        status, rows = states.pop(0) if len(states) > 1 else states[0]
        return {"status": status, "results": rows}

    def stop_query(self, request):
        """Ends a query. One that has ended is refused."""
        states = self._queries.get(request["queryId"])
        if states is None:
            raise Refused("ResourceNotFoundException", "The query does not exist.")
        if states[0][0] not in ("Scheduled", "Running"):
            raise invalid_parameter("The query is not running.")
        states[:] = [("Cancelled", [])]
        return {"success": True}

    def _named(self, request):
        if ("logGroupName" in request) == ("logGroupIdentifier" in request):
            raise invalid_parameter("Exactly one of logGroupName and logGroupIdentifier must be given.")
        return self.groups.find(request.get("logGroupName") or request["logGroupIdentifier"])

    def _readable(self, request):
        """Not of the class Infrequent Access.

        https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch_Logs_Log_Classes.html
        """
        group = self._named(request)
        if group.log_class != STANDARD:
            raise invalid_parameter(f"Log groups of class {group.log_class} cannot be filtered.")
        return group

    def _page(self, found, size):
        if self.hostility:
            size = 0 if self.hostility.happens(0.2) else min(size, 1 + self.hostility.random.randrange(40))
        shown, total = [], 0
        for event in found[:size]:
            total += len(event[-1].encode())
            if shown and total > PAGE_BYTES:
                break
            shown.append(event)
        return shown

    def _place_of(self, token, question):
        if token is None:
            return 0
        asked, at = self._tokens.get(token, (None, 0))
        if asked != question or (self.hostility and self.hostility.happens(0.02)):
            raise invalid_parameter("The specified nextToken is invalid.")
        return at

    def _token(self, before, question, at):
        repeats = before is not None and self.hostility and self.hostility.happens(0.02)
        token = before if repeats else f"token/{self.place.serial()}"
        self._tokens[token] = question, at
        return token


def masked(message):
    """As a data protection policy shows mail addresses."""
    return re.sub(r"[\w.+-]+@[\w.-]+", lambda found: "*" * len(found[0]), message)


def _field(name, value):
    return {"field": name, "value": value}


def _written(millis):
    return f"{datetime.datetime.fromtimestamp(millis / 1_000, datetime.UTC):%Y-%m-%d %H:%M:%S}.000"
