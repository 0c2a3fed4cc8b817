"""What a function asks of AWS, written down on its way to a stand-in: IAM action, resource, and what conditions see.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

import contextlib
import http.client
import http.server
import json
import re
import urllib.parse

import standins
from serving import serving

SCOPE = re.compile(r"Credential=[^/]+/\d{8}/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")
KMS, KEY = "x-amz-server-side-encryption", "x-amz-server-side-encryption-aws-kms-key-id"


class Recorder:
    """An endpoint in front of a stand-in, for one function. Every byte goes through as it is."""

    def __init__(self, stand_in):
        self.upstream = urllib.parse.urlparse(stand_in.endpoint).netloc
        self.firehose = stand_in.client("firehose")
        self.endpoint = None
        # As the evaluator wants them; no call stands here twice.
        self.calls = []
        # What is no call that this module knows. A test fails where there is any.
        self.unknown = []

    def environment(self):
        """The variables that send a function's calls here, whatever else its environment says."""
        return {f"AWS_ENDPOINT_URL_{service}": self.endpoint for service in ("FIREHOSE", "S3", "SNS", "STS")}

    def note(self, action, resource, **context):
        """Writes a call down."""
        call = {"action": action, "resource": resource, "context": context}
        if call not in self.calls:
            self.calls.append(call)

    def forward(self, method, target, headers, body):
        """Status, headers and body of the stand-in's answer."""
        connection = http.client.HTTPConnection(self.upstream, timeout=standins.START_TIMEOUT)
        with contextlib.closing(connection):
            connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name, value)
            connection.endheaders(body)
            answer = connection.getresponse()
            answered = answer.status, dict(answer.getheaders()), answer.read()
        self.record(method, target, headers, body, answered[1])
        return answered

    def record(self, method, target, headers, body, answered):
        """Finds out what was called. What the answer says counts as well: an object may be under a key."""
        scope = SCOPE.search(headers.get("Authorization", ""))
        service = scope["service"] if scope else "unsigned"
        reader = {"firehose": self._firehose, "s3": self._s3, "sns": self._sns, "sts": self._sts}.get(service)
        if not reader or not reader(method, urllib.parse.urlsplit(target), headers, body, answered):
            self.unknown.append(f"{service}: {method} {target}")

    def _s3(self, method, url, headers, _, answered):
        bucket, _, key = urllib.parse.unquote(url.path).lstrip("/").partition("/")
        # The SDKs add the name of the operation.
        asked = {name: value for name, value in urllib.parse.parse_qsl(url.query) if name != "x-id"}
        if not key and method == "GET" and asked.get("list-type") == "2":
            self.note("s3:ListBucket", f"arn:aws:s3:::{bucket}", **{"s3:prefix": asked.get("prefix", "")})
            return True
        actions = {"GET": "s3:GetObject", "HEAD": "s3:GetObject", "PUT": "s3:PutObject"}
        if not key or asked or method not in actions:
            return False
        self.note(actions[method], f"arn:aws:s3:::{bucket}/{key}")
        # S3 uses the key in the name of the caller. To look whether an object is there, it needs none, but to tell its checksum.
        # https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
        # https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
        if method == "PUT" and headers.get(KMS) == "aws:kms":
            self.note("kms:GenerateDataKey", headers[KEY])
        tells = method == "GET" or (method == "HEAD" and headers.get("x-amz-checksum-mode") == "ENABLED")
        if tells and KEY in {name.lower() for name in answered}:
            self.note("kms:Decrypt", {name.lower(): value for name, value in answered.items()}[KEY])
        return True

    def _firehose(self, _, __, headers, body, ___):
        operation = headers.get("X-Amz-Target", "").removeprefix("Firehose_20150804.")
        name = json.loads(body).get("DeliveryStreamName")
        if not operation or not name:
            return False
        region = SCOPE.search(headers["Authorization"])["region"]
        arn = f"arn:aws:firehose:{region}:{standins.ACCOUNT}:deliverystream/{name}"
        self.note(f"firehose:{operation}", arn, **self._tags(name))
        return True

    def _tags(self, stream):
        try:
            tags = self.firehose.list_tags_for_delivery_stream(DeliveryStreamName=stream)["Tags"]
        except self.firehose.exceptions.ResourceNotFoundException:
            return {}
        return {f"aws:ResourceTag/{tag['Key']}": tag.get("Value", "") for tag in tags}

    def _sns(self, _, __, ___, body, ____):
        asked = dict(urllib.parse.parse_qsl(body.decode()))
        if asked.get("Action") != "Publish" or "TopicArn" not in asked:
            return False
        self.note("sns:Publish", asked["TopicArn"])
        return True

    def _sts(self, _, __, ___, body, ____):
        asked = dict(urllib.parse.parse_qsl(body.decode()))
        # Who asks who it is needs no permission, and cannot be denied it.
        # https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
        return asked.get("Action") == "GetCallerIdentity"


@contextlib.contextmanager
def recording(stand_in):
    """A recorder that answers until the block ends."""
    recorder = Recorder(stand_in)

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def reply(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, headers, content = recorder.forward(self.command, self.path, self.headers, body)
            self.send_response_only(status)
            for name, value in headers.items():
                if name.lower() not in ("connection", "transfer-encoding", "content-length"):
                    self.send_header(name, value)
            lengths = [value for name, value in headers.items() if name.lower() == "content-length"]
            length = lengths[0] if self.command == "HEAD" and lengths else None
            self.send_header("Content-Length", length or str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        def log_message(self, *_):
            pass

        do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = reply

    with serving(Handler) as address:
        recorder.endpoint = f"http://{address}"
        yield recorder
