"""SNS: topics, and what was published to them. https://docs.aws.amazon.com/sns/latest/api/API_Publish.html"""

import uuid

from .errors import Refused
from .paging import page

# https://docs.aws.amazon.com/sns/latest/api/API_Publish.html: bytes of a message, characters of a subject.
MESSAGE_BYTES = 262_144
SUBJECT_LENGTH = 100


class Topics:
    """The topics of one Region of one account."""

    def __init__(self, place):
        self.place = place
        # Topic ARN → the requests that published to it.
        self.published = {}

    def create_topic(self, request):
        arn = self.place.arn("sns", request["Name"])
        self.published.setdefault(arn, [])
        return {"TopicArn": arn}

    def list_topics(self, request):
        # https://docs.aws.amazon.com/sns/latest/api/API_ListTopics.html: 100 in a page
        topics = [{"TopicArn": arn} for arn in self.published]
        most = self.place.page_sizes.get("ListTopics", 100)
        shown, more = page(topics, request, most, token="NextToken", error="InvalidParameter")
        return {"Topics": shown, **more}

    def get_topic_attributes(self, request):
        self._topic(request["TopicArn"])
        return {"Attributes": {"TopicArn": request["TopicArn"], "Owner": self.place.account}}

    def publish(self, request):
        topic = self._topic(request.get("TopicArn") or request.get("TargetArn"))
        message, subject = request["Message"], request.get("Subject")
        if not message or len(message.encode()) > MESSAGE_BYTES:
            raise Refused("InvalidParameter", "Invalid parameter: Message too long")
        fits = subject is None or (0 < len(subject) <= SUBJECT_LENGTH and subject.isascii() and subject.isprintable())
        if not fits:
            raise Refused("InvalidParameter", "Invalid parameter: Subject")
        topic.append(dict(request))
        return {"MessageId": str(uuid.uuid4())}

    def _topic(self, arn):
        if arn not in self.published:
            raise Refused("NotFound", "Topic does not exist")
        return self.published[arn]
