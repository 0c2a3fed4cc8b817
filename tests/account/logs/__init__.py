"""CloudWatch Logs, as much of it as log delivery and its policies need.

The parts share the log groups; each part's public methods that are named like an operation do that operation. A log
group can be named by its name or, where the model says `logGroupIdentifier`, by its ARN.
"""

from .deliveries import Deliveries
from .events import Events
from .filters import Filters
from .groups import Groups
from .policies import Policies
from .reading import Reading
from .settings import Settings
from .tags import Tags


class Logs:
    """CloudWatch Logs in one Region of one account."""

    def __init__(self, place):
        self.groups = Groups(place)
        self.filters = Filters(place, self.groups)
        self.settings = Settings(place, self.groups)
        self.events = Events(place, self.groups)
        self.reading = Reading(place, self.groups)
        self.policies = Policies(place, self.groups)
        self.deliveries = Deliveries(place, self.groups, self.policies)
        self.tags = Tags(place, self.groups, self.deliveries)
        self.parts = [
            *(self.groups, self.filters, self.settings, self.events, self.reading),
            *(self.policies, self.deliveries, self.tags),
        ]
