"""Firehose: streams that exist, and their tags. https://docs.aws.amazon.com/firehose/latest/APIReference/"""

from .errors import Refused

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-Firehose.html
DELIVERY_TAG = "LogDeliveryEnabled"


class Firehose:
    """The streams of one Region of one account."""

    def __init__(self, place):
        self.place = place
        # Stream name → its tags.
        self.streams = {}
        # Stream name → what of its description is not as it is for most.
        self.descriptions = {}

    def add(self, name, tags):
        """A stream that is active."""
        self.streams.setdefault(name, {}).update(tags)
        return self._arn(name)

    def is_active(self, arn):
        """Whether there is a stream with this ARN."""
        return any(arn == self._arn(name) for name in self.streams)

    def mark_for_delivery(self, arn):
        """AWS tags a stream that gets delivered logs."""
        self._tags(arn.rsplit("/", 1)[-1])[DELIVERY_TAG] = "true"

    def list_delivery_streams(self, request):
        # https://docs.aws.amazon.com/firehose/latest/APIReference/API_ListDeliveryStreams.html: 10 if nothing is said
        start = request.get("ExclusiveStartDeliveryStreamName", "")
        names = [name for name in sorted(self.streams) if name > start]
        most = self.place.page_sizes.get("ListDeliveryStreams", request.get("Limit", 10))
        return {"DeliveryStreamNames": names[:most], "HasMoreDeliveryStreams": len(names) > most}

    def describe_delivery_stream(self, request):
        name = request["DeliveryStreamName"]
        self._tags(name)
        described = {
            "DeliveryStreamName": name,
            "DeliveryStreamARN": self._arn(name),
            "DeliveryStreamStatus": "ACTIVE",
            "DeliveryStreamType": "DirectPut",
            "VersionId": "1",
            "Destinations": [{"DestinationId": "destinationId-000000000001"}],
            "HasMoreDestinations": False,
            **self.descriptions.get(name, {}),
        }
        return {"DeliveryStreamDescription": described}

    def unpack(self, name):
        """The stream unpacks what CloudWatch Logs sends, and takes nothing else from now on.

        https://docs.aws.amazon.com/firehose/latest/dev/writing-with-cloudwatch-logs-decompression.html
        """
        processing = {
            "Enabled": True,
            "Processors": [
                {
                    "Type": "Decompression",
                    "Parameters": [{"ParameterName": "CompressionFormat", "ParameterValue": "GZIP"}],
                }
            ],
        }
        destination = {
            "DestinationId": "destinationId-000000000001",
            "ExtendedS3DestinationDescription": {
                "RoleARN": f"arn:aws:iam::{self.place.account}:role/firehose",
                "BucketARN": "arn:aws:s3:::example-stream",
                "BufferingHints": {},
                "CompressionFormat": "UNCOMPRESSED",
                "EncryptionConfiguration": {"NoEncryptionConfig": "NoEncryption"},
                "ProcessingConfiguration": processing,
            },
        }
        self.descriptions[name] = {"Destinations": [destination]}

    def list_tags_for_delivery_stream(self, request):
        # https://docs.aws.amazon.com/firehose/latest/APIReference/API_ListTagsForDeliveryStream.html
        tags = self._tags(request["DeliveryStreamName"])
        keys = [key for key in sorted(tags) if key > request.get("ExclusiveStartTagKey", "")]
        most = self.place.page_sizes.get("ListTagsForDeliveryStream", request.get("Limit", 50))
        return {
            "Tags": [{"Key": key, "Value": tags[key]} for key in keys[:most]],
            "HasMoreTags": len(keys) > most,
        }

    def tag_delivery_stream(self, request):
        self._tags(request["DeliveryStreamName"]).update({tag["Key"]: tag.get("Value", "") for tag in request["Tags"]})

    def _tags(self, name):
        if name not in self.streams:
            what = f"Firehose {name} under account {self.place.account} not found."
            raise Refused("ResourceNotFoundException", what)
        return self.streams[name]

    def _arn(self, name):
        return self.place.arn("firehose", f"deliverystream/{name}")
