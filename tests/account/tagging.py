"""The Resource Groups Tagging API, over what can have tags here.

https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html
"""

from .paging import page


class Tagging:
    """GetResources: everything that has tags, or had."""

    def __init__(self, place):
        self.place = place

    def get_resources(self, request):
        kinds = request.get("ResourceTypeFilters", [])
        found = [
            (arn, tags)
            for kind, arn, tags in self._tagged()
            if (not kinds or kind in kinds or kind.split(":")[0] in kinds)
            and all(_has(tags, wanted) for wanted in request.get("TagFilters", []))
        ]
        # An empty token asks for the first page, and says that there is no other.
        asked = {key: value for key, value in request.items() if (key, value) != ("PaginationToken", "")}
        most = self.place.page_sizes.get("GetResources", 100)
        shown, more = page(found, asked, most, token="PaginationToken", limit="ResourcesPerPage")
        listed = [
            {"ResourceARN": arn, "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}
            for arn, tags in shown
        ]
        return {"ResourceTagMappingList": listed, "PaginationToken": "", **more}

    def _tagged(self):
        for arn, tags in sorted(self.place.streams.tags.items()):
            if tags:
                yield "firehose:deliverystream", arn, tags
        for group in self.place.logs.groups:
            if group.tags:
                yield "logs:log-group", group.arn, group.tags


def _has(tags, wanted):
    return wanted["Key"] in tags and (not wanted.get("Values") or tags[wanted["Key"]] in wanted["Values"])
