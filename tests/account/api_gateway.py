"""API Gateway: HTTP and WebSocket APIs, their stages, and where those log to.

https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/ and, for logging,
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging.html
"""

from .errors import Refused
from .paging import page

# No page says how many items a page has.
PAGE = 25


class Apis:
    """The HTTP and WebSocket APIs of one Region of one account."""

    def __init__(self, place):
        self.place = place
        self.apis = {}
        # API id → stage name → stage.
        self.stages = {}

    def add(self, name, protocol="HTTP"):
        """An API without stages. Returns its id."""
        number = f"{self.place.serial():010x}"
        routes = "$request.method $request.path" if protocol == "HTTP" else "$request.body.action"
        self.apis[number] = {
            "ApiId": number,
            "Name": name,
            "ProtocolType": protocol,
            "RouteSelectionExpression": routes,
        }
        self.stages[number] = {}
        return number

    def add_stage(self, api, name, logging=None):
        """A stage, with its AccessLogSettings if it has any."""
        self.stages[api][name] = {"StageName": name, **({"AccessLogSettings": logging} if logging else {})}

    def remove(self, api):
        """Deletes an API with its stages."""
        del self.apis[api], self.stages[api]

    def get_apis(self, request):
        # https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis.html
        return self._page(self.apis, request, "GetApis")

    def get_stages(self, request):
        # https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-stages.html
        return self._page(self._stages(request), request, "GetStages")

    def update_stage(self, request):
        # https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-stages-stagename.html
        stage = self._stages(request).get(request["StageName"])
        if stage is None:
            raise Refused("NotFoundException", "Invalid stage identifier specified")
        settings = request["AccessLogSettings"]
        if self.place.logs.groups.of_arn(settings["DestinationArn"]) is None or not settings.get("Format"):
            raise Refused("BadRequestException", "Invalid access log settings")
        stage["AccessLogSettings"] = settings
        return stage

    def _stages(self, request):
        if request["ApiId"] not in self.stages:
            raise Refused("NotFoundException", "Invalid API identifier specified")
        return self.stages[request["ApiId"]]

    def _page(self, found, request, operation):
        most = self.place.page_sizes.get(operation, PAGE)
        shown, more = page(
            list(found.values()), request, most, token="NextToken", limit="MaxResults", error="BadRequestException"
        )
        return {"Items": shown, **more}
