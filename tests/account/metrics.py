"""CloudWatch: the metrics that services publish, as sums of days.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_ListMetrics.html
"""

import collections
import datetime

from .errors import Refused
from .paging import page

DAY_MS = 86_400_000
# ListMetrics shows what had data in the last two weeks.
LISTED_MS = 14 * DAY_MS
# Data points of an hour and longer are kept so long.
KEPT_MS = 455 * DAY_MS
# Of one call: queries, and data points.
QUERIES, POINTS = 500, 100_800
LISTED = 500


class Metrics:
    """The metrics of one Region of one account."""

    def __init__(self, place):
        self.place = place
        # The names of alarms whose actions are disabled.
        self.resting = set()
        # (namespace, name, pairs of dimension and value) → millisecond → values
        self._values = collections.defaultdict(lambda: collections.defaultdict(list))

    def disable_alarm_actions(self, request):
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DisableAlarmActions.html
        self.resting.update(request["AlarmNames"])

    def enable_alarm_actions(self, request):
        self.resting.difference_update(request["AlarmNames"])

    def publish(self, name, value, millis=None, namespace="AWS/WorkMail", **dimensions):
        """A value that a service publishes."""
        key = namespace, name, tuple(sorted(dimensions.items()))
        self._values[key][self.place.now() if millis is None else millis].append(value)

    def list_metrics(self, request):
        namespace = request.get("Namespace")
        since = self.place.now() - LISTED_MS
        found = [
            {"Namespace": of, "MetricName": name, "Dimensions": _written(dimensions)}
            for (of, name, dimensions), values in sorted(self._values.items())
            if namespace in (None, of) and max(values) >= since
        ]
        most = self.place.page_sizes.get("ListMetrics", LISTED)
        shown, more = page(found, request, most, token="NextToken", error="InvalidParameterValue")
        return {"Metrics": shown, **more}

    def get_metric_data(self, request):
        start, end = request["StartTime"], request["EndTime"]
        queries = request["MetricDataQueries"]
        if len(queries) > QUERIES:
            raise Refused("ValidationError", f"The collection MetricDataQueries must not have a size greater than {QUERIES}.")
        if start >= end:
            raise Refused("ValidationError", "The parameter StartTime must be less than the parameter EndTime.")
        if request.get("ScanBy") != "TimestampAscending":
            raise NotImplementedError("the latest first")
        points = [
            (query["Id"], moment, value)
            for query in queries
            for moment, value in self._points(query["MetricStat"], _millis(start), _millis(end))
        ]
        most = self.place.page_sizes.get("GetMetricData", POINTS)
        shown, more = page(points, request, most, token="NextToken", error="InvalidNextToken")
        by_id = {query["Id"]: [] for query in queries}
        for name, moment, value in shown:
            by_id[name].append((moment, value))
        # Each page has every query; one that goes on says so.
        later = {name for name, _, _ in points[points.index(shown[-1]) + 1 :]} if more else set()
        results = [
            {
                "Id": name,
                "Label": name,
                "Timestamps": [datetime.datetime.fromtimestamp(moment / 1_000, datetime.UTC) for moment, _ in found],
                "Values": [float(value) for _, value in found],
                "StatusCode": "PartialData" if name in later else "Complete",
            }
            for name, found in by_id.items()
        ]
        return {"MetricDataResults": results, "Messages": [], **more}

    def _points(self, statistic, start, end):
        metric, period = statistic["Metric"], statistic["Period"] * 1_000
        dimensions = tuple(sorted((it["Name"], it["Value"]) for it in metric.get("Dimensions", [])))
        values = self._values.get((metric["Namespace"], metric["MetricName"], dimensions), {})
        sums = collections.defaultdict(list)
        for moment, some in values.items():
            if start <= moment < end and moment >= self.place.now() - KEPT_MS:
                sums[moment // period * period] += some
        of = {"Sum": sum, "SampleCount": len}[statistic["Stat"]]
        return sorted((moment, of(some)) for moment, some in sums.items())


def _written(dimensions):
    return [{"Name": name, "Value": value} for name, value in dimensions]


def _millis(moment):
    return round(moment.timestamp() * 1_000)
