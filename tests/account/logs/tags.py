"""Tags of everything in CloudWatch Logs that can have some.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_TagResource.html
"""

from ..errors import Refused, invalid_parameter
from .groups import check_tags


class Tags:
    """Tags of log groups, delivery sources, delivery destinations and deliveries."""

    def __init__(self, place, groups, deliveries):
        self.place = place
        self.groups = groups
        self.deliveries = deliveries

    def tag_resource(self, request):
        check_tags(request["tags"])
        tags = self._of(request["resourceArn"])
        if len(tags | request["tags"]) > self.place.limits.tags:
            raise Refused("TooManyTagsException", "A resource can have no more than 50 tags.")
        tags.update(request["tags"])

    def untag_resource(self, request):
        tags = self._of(request["resourceArn"])
        for key in request["tagKeys"]:
            tags.pop(key, None)

    def list_tags_for_resource(self, request):
        return {"tags": dict(self._of(request["resourceArn"]))}

    def _of(self, arn):
        """The tags of an ARN. The ARN of a log group is the one without `:*`."""
        if arn.endswith(":*"):
            raise invalid_parameter("The ARN of a log group must not end in ':*' here.")
        group = self.groups.of_arn(arn)
        tags = group.tags if group else self.deliveries.tags_of(arn)
        if tags is None:
            raise Refused("ResourceNotFoundException", "The specified resource does not exist.")
        return tags
