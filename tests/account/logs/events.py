"""Log streams and log events."""

import dataclasses
import zlib

from ..errors import Refused, invalid_parameter
from ..limits import EVENT_OVERHEAD_BYTES, NEWEST_EVENT_MS, OLDEST_EVENT_MS
from ..paging import page
from .groups import DELIVERY


def event_id(stream, timestamp, position):
    """56 digits, the bits above 144 of which are the time, as in the ids that AWS has published."""
    return f"{(timestamp << 144) + (zlib.crc32(stream.encode()) << 64) + position:056d}"


@dataclasses.dataclass
class Stream:
    """A log stream with its events: timestamp, message, time of ingestion."""

    name: str
    arn: str
    created: int
    events: list = dataclasses.field(default_factory=list)

    @property
    def stored_bytes(self):
        """Roughly what AWS counts, before its compression."""
        return sum(len(message.encode()) + EVENT_OVERHEAD_BYTES for _, message, _ in self.events)

    def described(self):
        """As DescribeLogStreams shows it; a stream without events has no times of events."""
        described = {"logStreamName": self.name, "creationTime": self.created, "arn": self.arn, "storedBytes": 0}
        if self.events:
            times = [timestamp for timestamp, _, _ in self.events]
            described |= {"firstEventTimestamp": min(times), "lastEventTimestamp": max(times)}
            described["lastIngestionTime"] = max(ingested for _, _, ingested in self.events)
        return described


class Events:
    """The streams and events of the log groups."""

    def __init__(self, place, groups):
        self.place = place
        self.groups = groups

    def create_log_stream(self, request):
        streams = self.groups.find(request["logGroupName"]).streams
        if request["logStreamName"] in streams:
            raise Refused("ResourceAlreadyExistsException", "The specified log stream already exists")
        self._open(request["logGroupName"], request["logStreamName"])

    def put_log_events(self, request):
        # https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
        stream = self._stream(request["logGroupName"], request["logStreamName"])
        events = request["logEvents"]
        # Sequence tokens are not needed any more; they are accepted and ignored. Same page.
        request.get("sequenceToken")
        times = [event["timestamp"] for event in events]
        if times != sorted(times):
            raise invalid_parameter(
                "Log events in a single PutLogEvents request must be in chronological order."
            )
        size = sum(len(event["message"].encode()) + EVENT_OVERHEAD_BYTES for event in events)
        if size > self.place.limits.batch_bytes:
            raise invalid_parameter(f"Upload too large: {size} bytes exceeds limit of {self.place.limits.batch_bytes}")
        now = self.place.now()
        too_old = sum(time < now - OLDEST_EVENT_MS for time in times)
        too_new = sum(time > now + NEWEST_EVENT_MS for time in times)
        for event in events[too_old : len(events) - too_new]:
            stream.events.append((event["timestamp"], event["message"], now))
        rejected = {"tooOldLogEventEndIndex": too_old} if too_old else {}
        if too_new:
            rejected["tooNewLogEventStartIndex"] = len(events) - too_new
        return {"nextSequenceToken": str(now), **({"rejectedLogEventsInfo": rejected} if rejected else {})}

    def describe_log_streams(self, request):
        # https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogStreams.html
        by_time = request.get("orderBy") == "LastEventTime"
        if by_time and "logStreamNamePrefix" in request:
            raise invalid_parameter("Cannot order by LastEventTime with a logStreamNamePrefix.")
        group = self._group(request)
        prefix = request.get("logStreamNamePrefix", "")
        found = [stream.described() for name, stream in sorted(group.streams.items()) if name.startswith(prefix)]
        if by_time:
            found.sort(key=lambda stream: stream.get("lastEventTimestamp", 0))
        if request.get("descending"):
            found.reverse()
        shown, more = page(found, request, self.place.page_sizes.get("DescribeLogStreams", 50))
        return {"logStreams": shown, **more}

    def write(self, group_name, stream_name, message):
        """An event from inside AWS, now."""
        self.log(group_name, stream_name, self.place.now(), message)

    def log(self, group_name, stream_name, timestamp, message):
        """An event from inside AWS, of any time, which is there from now on. Returns its id."""
        group = self.groups.find(group_name)
        stream = group.streams.get(stream_name) or self._open(group_name, stream_name)
        stream.events.append((timestamp, message, self.place.now()))
        return event_id(stream_name, timestamp, len(stream.events) - 1)

    def _open(self, group_name, stream_name):
        group = self.groups.find(group_name)
        stream = Stream(stream_name, f"{group.arn}:log-stream:{stream_name}", self.place.now())
        group.streams[stream_name] = stream
        return stream

    def _stream(self, group_name, stream_name):
        group = self.groups.find(group_name)
        if group.log_class == DELIVERY:
            raise invalid_parameter("Log groups of class DELIVERY take events of Lambda functions only.")
        if stream_name not in group.streams:
            raise Refused("ResourceNotFoundException", "The specified log stream does not exist.")
        return group.streams[stream_name]

    def _group(self, request):
        if ("logGroupName" in request) == ("logGroupIdentifier" in request):
            raise invalid_parameter("Exactly one of logGroupName and logGroupIdentifier must be given.")
        return self.groups.find(request.get("logGroupName") or request["logGroupIdentifier"])
