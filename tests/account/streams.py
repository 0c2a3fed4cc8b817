"""Firehose streams as other services see them: destinations of filters and deliveries, with tags.

Firehose's own API is not served here: moto has it.
"""

from .errors import Refused

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-Firehose.html
DELIVERY_TAG = "LogDeliveryEnabled"


class Streams:
    """The active streams of one Region of one account."""

    def __init__(self, place):
        self.place = place
        # ARN → tags.
        self.tags = {}

    def add(self, name, tags):
        """Adds an active stream and returns its ARN."""
        arn = self.place.arn("firehose", f"deliverystream/{name}")
        self.tags.setdefault(arn, {}).update(tags)
        return arn

    def is_active(self, arn):
        """Whether there is an active stream with this ARN."""
        return arn in self.tags

    def mark_for_delivery(self, arn):
        """Tags a stream that gets delivered logs, as AWS does."""
        if arn not in self.tags:
            raise Refused("ResourceNotFoundException", f"Firehose {arn} not found.")
        self.tags[arn][DELIVERY_TAG] = "true"
