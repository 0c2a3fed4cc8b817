"""Log delivery, second version: sources, destinations, and the deliveries that join them.

The pages are https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateDelivery.html and those of
the other operations. Where they are silent, the words and rules are those that public reports quote; each is named.
"""

from ..errors import Refused
from ..paging import page
from .templates import LOG_TYPES, templates

# The service in the ARN of a destination → the type of the destination.
TYPES = {"s3": "S3", "logs": "CWL", "firehose": "FH", "xray": "XRAY"}
# https://github.com/hashicorp/terraform-provider-aws/issues/42194
BUSY = "Requested resource is currently being updated. Please try again later."
# https://github.com/hashicorp/terraform-provider-aws/issues/43572
TAGS_ON_UPDATE = "Tags can only be provided when a resource is being created, not updated."


class Deliveries:
    """The log deliveries of one Region of one account."""

    def __init__(self, place, groups, policies):
        self.place = place
        self.groups = groups
        self.policies = policies
        self.sources = {}
        self.destinations = {}
        self.deliveries = {}
        self.destination_policies = {}
        # How often a source or destination that was just changed refuses the next change, as one that still is being
        # updated does.
        self.refusals_while_updating = 0
        self._updating = {}
        # Messages that no policy let through, and messages that went elsewhere than to log groups: by ARN.
        self.lost = {}
        self.elsewhere = {}

    def put_delivery_source(self, request):
        name, resource = request["name"], request["resourceArn"]
        service = resource.split(":")[2]
        # Both answers: moto, and LocalStack's tests recorded the first from AWS in February 2026.
        if service not in LOG_TYPES:
            raise Refused("ResourceNotFoundException", "Cannot access provided service.")
        if request["logType"] not in LOG_TYPES[service]:
            raise _invalid("This service is not allowed for this LogSource.")
        if service == "workmail" and not self.place.workmail.has(resource):
            raise Refused("ResourceNotFoundException", "The specified resource does not exist.")
        old = self.sources.get(name)
        if old:
            self._check_update_of_source(old, request)
        for other in self.sources.values():
            # https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/2513
            if other["name"] != name and (other["resourceArns"], other["logType"]) == ([resource], request["logType"]):
                raise _conflict("This ResourceId has already been used in another Delivery Source in this account.")
        self._change(name)
        self.sources[name] = {
            "name": name,
            "arn": self.place.arn("logs", f"delivery-source:{name}"),
            "resourceArns": [resource],
            "service": service,
            "logType": request["logType"],
            **_given(request, "deliverySourceConfiguration"),
            "tags": old["tags"] if old else dict(request.get("tags", {})),
        }
        return {"deliverySource": self._source(name)}

    def put_delivery_destination(self, request):
        name = request["name"]
        resource = request.get("deliveryDestinationConfiguration", {}).get("destinationResourceArn", "")
        named = request.get("deliveryDestinationType")
        kind = TYPES.get(resource.split(":")[2]) if resource.startswith("arn:") else named
        if kind is None or named not in (None, kind):
            raise _invalid("The destination resource is not of a supported type.")
        if kind == "CWL" and self.groups.of_arn(resource) is None:
            # Not documented; the error is one of the operation's. Who grants and creates first never sees it.
            raise Refused("ResourceNotFoundException", "The specified log group does not exist.")
        old = self.destinations.get(name)
        if old:
            self._check_update_of_destination(old, request, kind)
        self._change(name)
        if kind == "FH":
            self.place.streams.mark_for_delivery(resource)
        # An update overwrites everything that is there.
        self.destinations[name] = {
            "name": name,
            "arn": self.place.arn("logs", f"delivery-destination:{name}"),
            "deliveryDestinationType": kind,
            **_given(request, "outputFormat", "deliveryDestinationConfiguration"),
            "tags": old["tags"] if old else dict(request.get("tags", {})),
        }
        return {"deliveryDestination": _shown(self.destinations[name])}

    def create_delivery(self, request):
        source = self.sources.get(request["deliverySourceName"])
        if source is None:
            raise _missing("Delivery Source")
        destination = self._destination_of(request["deliveryDestinationArn"])
        kind = destination["deliveryDestinationType"]
        for other in self.deliveries.values():
            if other["deliverySourceName"] != source["name"]:
                continue
            if other["deliveryDestinationArn"] == destination["arn"]:
                raise _conflict("The specified Delivery already exists")
            # No page says so; moto does: https://github.com/getmoto/moto/pull/8608
            if other["deliveryDestinationType"] == kind:
                raise _conflict(
                    "Delivery already exists for this Delivery Source with the same Delivery Destination Type."
                )
        _check_configuration(request, kind)
        self._change(source["name"], destination["name"])
        if kind == "CWL":
            self.policies.grant(self._group_of(destination), source["arn"])
        number = f"{self.place.serial():016x}"
        self.deliveries[number] = {
            "id": number,
            "arn": self.place.arn("logs", f"delivery:{number}"),
            "deliverySourceName": source["name"],
            "deliveryDestinationArn": destination["arn"],
            "deliveryDestinationType": kind,
            **_given(request, "recordFields", "fieldDelimiter", "s3DeliveryConfiguration"),
            "tags": dict(request.get("tags", {})),
        }
        return {"delivery": _shown(self.deliveries[number])}

    def update_delivery_configuration(self, request):
        delivery = self._delivery(request["id"])
        _check_configuration(request, delivery["deliveryDestinationType"])
        self._change(delivery["deliverySourceName"])
        delivery.update(_given(request, "recordFields", "fieldDelimiter", "s3DeliveryConfiguration"))

    def get_delivery(self, request):
        return {"delivery": _shown(self._delivery(request["id"]))}

    def get_delivery_source(self, request):
        return {"deliverySource": self._source(request["name"])}

    def get_delivery_destination(self, request):
        return {"deliveryDestination": _shown(self._destination(request["name"]))}

    def describe_deliveries(self, request):
        return self._page("deliveries", [_shown(found) for found in self.deliveries.values()], request)

    def describe_delivery_sources(self, request):
        return self._page("deliverySources", [self._source(name) for name in self.sources], request)

    def describe_delivery_destinations(self, request):
        found = [_shown(found) for found in self.destinations.values()]
        return self._page("deliveryDestinations", found, request)

    def describe_configuration_templates(self, request):
        return self._page("configurationTemplates", templates(request), request)

    def delete_delivery(self, request):
        delivery = self._delivery(request["id"])
        destination = self._destination_of(delivery["deliveryDestinationArn"])
        self._change(delivery["deliverySourceName"], destination["name"])
        del self.deliveries[request["id"]]

    def delete_delivery_source(self, request):
        source = self._source(request["name"])
        if any(one["deliverySourceName"] == source["name"] for one in self.deliveries.values()):
            raise _conflict("Deliveries of this Delivery Source exist.")
        del self.sources[source["name"]]

    def delete_delivery_destination(self, request):
        destination = self._destination(request["name"])
        if any(one["deliveryDestinationArn"] == destination["arn"] for one in self.deliveries.values()):
            raise _conflict("Deliveries to this Delivery Destination exist.")
        del self.destinations[destination["name"]]

    def put_delivery_destination_policy(self, request):
        name = self._destination(request["deliveryDestinationName"])["name"]
        self.destination_policies[name] = {"deliveryDestinationPolicy": request["deliveryDestinationPolicy"]}
        return {"policy": self.destination_policies[name]}

    def get_delivery_destination_policy(self, request):
        name = self._destination(request["deliveryDestinationName"])["name"]
        return {"policy": self.destination_policies.get(name, {})}

    def delete_delivery_destination_policy(self, request):
        self.destination_policies.pop(self._destination(request["deliveryDestinationName"])["name"], None)

    def deliver(self, resource_arn, log_type, message):
        """A resource logs something: it goes to every destination of its deliveries, where the policies let it."""
        for source in self.sources.values():
            if source["resourceArns"] != [resource_arn] or source["logType"] != log_type:
                continue
            for delivery in self.deliveries.values():
                if delivery["deliverySourceName"] == source["name"]:
                    self._deliver_to(self._destination_of(delivery["deliveryDestinationArn"]), source, message)

    def tags_of(self, arn):
        """The tags of what has this ARN, or None."""
        everything = [*self.sources.values(), *self.destinations.values(), *self.deliveries.values()]
        return next((found["tags"] for found in everything if found["arn"] == arn), None)

    def _deliver_to(self, destination, source, message):
        resource = destination["deliveryDestinationConfiguration"]["destinationResourceArn"]
        if destination["deliveryDestinationType"] != "CWL":
            self.elsewhere.setdefault(resource, []).append(message)
            return
        group, stream = self.groups.of_arn(resource), f"{source['service']}_{source['logType'].lower()}"
        if group is None or not self.policies.lets_in(group, stream, source["arn"]):
            self.lost.setdefault(resource.removesuffix(":*"), []).append(message)
            return
        self.place.logs.events.write(group.name, stream, message)

    def _change(self, *names):
        """Refuses a change of what is still being changed, which callers are to try again."""
        if any(self._updating.get(name) for name in names):
            for name in names:
                self._updating[name] = max(0, self._updating.get(name, 0) - 1)
            raise _conflict(BUSY)
        self._updating.update(dict.fromkeys(names, self.refusals_while_updating))

    @staticmethod
    def _check_update_of_source(old, request):
        if request.get("tags"):
            raise _conflict(TAGS_ON_UPDATE)
        if old["resourceArns"] != [request["resourceArn"]]:
            # https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/2513
            raise _conflict(
                "Update to existing Delivery Source with new ResourceId is not allowed. Please create a new Delivery "
                "Source instead."
            )

    @staticmethod
    def _check_update_of_destination(old, request, kind):
        if request.get("tags"):
            raise _conflict(TAGS_ON_UPDATE)
        # A format that is left out is taken for another one: an update overwrites everything.
        # https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging.html; the words are
        # moto's.
        if request.get("outputFormat") != old.get("outputFormat"):
            raise _invalid(
                "Update to existing Delivery Destination with new Output Format is not allowed. Please create a new "
                "Delivery Destination instead."
            )
        if kind != old["deliveryDestinationType"]:
            raise _invalid("A Delivery Destination cannot become one of another type.")

    def _page(self, name, found, request):
        # https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeDeliveries.html (limit)
        operation = f"Describe{name[0].upper()}{name[1:]}"
        most = self.place.page_sizes.get(operation, 50)
        shown, more = page(found, request, most, error="ValidationException")
        return {name: shown, **more}

    def _source(self, name):
        if name not in self.sources:
            raise _missing("Delivery Source")
        source = self.sources[name]
        gone = source["service"] == "workmail" and not self.place.workmail.has(source["resourceArns"][0])
        status = {"status": "INACTIVE", "statusReason": "RESOURCE_DELETED"} if gone else {"status": "ACTIVE"}
        return {**_shown(source), **status}

    def _destination(self, name):
        if name not in self.destinations:
            raise _missing("Delivery Destination")
        return self.destinations[name]

    def _destination_of(self, arn):
        names = (name for name, destination in self.destinations.items() if destination["arn"] == arn)
        return self._destination(next(names, None))

    def _delivery(self, number):
        if number not in self.deliveries:
            raise _missing("Delivery")
        return self.deliveries[number]

    def _group_of(self, destination):
        return self.groups.find(destination["deliveryDestinationConfiguration"]["destinationResourceArn"])


def _check_configuration(request, kind):
    if "s3DeliveryConfiguration" in request and kind != "S3":
        raise _invalid("s3DeliveryConfiguration is for deliveries to S3.")


def _given(request, *names):
    return {name: request[name] for name in names if name in request}


def _shown(found):
    """As an answer shows it: no tags if there are none."""
    return {key: value for key, value in found.items() if key != "tags" or value}


def _conflict(message):
    return Refused("ConflictException", message)


def _invalid(message):
    return Refused("ValidationException", message)


def _missing(what):
    return Refused("ResourceNotFoundException", f"Requested {what} does not exist in this account.")
