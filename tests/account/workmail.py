"""WorkMail: organizations, and where their email events go.

https://docs.aws.amazon.com/workmail/latest/APIReference/API_DescribeOrganization.html and the pages of the others
"""

import hashlib

from .errors import Refused
from .paging import page

GONE = "Deleted"


class WorkMail:
    """The organizations of one Region of one account."""

    def __init__(self, place):
        self.place = place
        self.organizations = {}
        self.monitoring = {}

    def add(self, alias):
        """An organization."""
        number = f"m-{hashlib.md5(f'{self.place.account} {self.place.region} {alias}'.encode()).hexdigest()}"
        self.organizations[number] = {
            "OrganizationId": number,
            "Alias": alias,
            "State": "Active",
            "DirectoryType": "VpcDirectory",
            "DefaultMailDomain": f"{alias}.awsapps.com",
            "ARN": self.place.arn("workmail", f"organization/{number}"),
        }
        return number

    def remove(self, number):
        """Deletes an organization; for a while it is still listed, as deleted."""
        self.organizations[number]["State"] = GONE

    def has(self, arn):
        """Whether there is an organization with this ARN."""
        return any(found["ARN"] == arn and found["State"] != GONE for found in self.organizations.values())

    def list_organizations(self, request):
        # https://docs.aws.amazon.com/workmail/latest/APIReference/API_ListOrganizations.html: at most 100
        kept = ("OrganizationId", "Alias", "DefaultMailDomain", "State")
        found = [{key: one[key] for key in kept} for one in self.organizations.values()]
        most = self.place.page_sizes.get("ListOrganizations", 100)
        shown, more = page(found, request, most, token="NextToken", limit="MaxResults")
        return {"OrganizationSummaries": shown, **more}

    def describe_organization(self, request):
        return self._organization(request)

    def put_email_monitoring_configuration(self, request):
        # https://docs.aws.amazon.com/workmail/latest/APIReference/API_PutEmailMonitoringConfiguration.html
        number = self.active(request)
        if self.place.logs.groups.of_arn(request["LogGroupArn"]) is None:
            raise Refused("ResourceNotFoundException", "The specified log group does not exist.")
        self.monitoring[number] = {key: request[key] for key in ("RoleArn", "LogGroupArn") if key in request}

    def describe_email_monitoring_configuration(self, request):
        number = self.active(request)
        if number not in self.monitoring:
            raise Refused("ResourceNotFoundException", "Email monitoring is not configured for this organization.")
        return self.monitoring[number]

    def delete_email_monitoring_configuration(self, request):
        self.monitoring.pop(self.active(request), None)

    def _organization(self, request):
        if request["OrganizationId"] not in self.organizations:
            raise Refused("OrganizationNotFoundException", "The organization does not exist.")
        return self.organizations[request["OrganizationId"]]

    def active(self, request):
        """The id of the organization that a request names."""
        organization = self._organization(request)
        if organization["State"] == GONE:
            raise Refused("OrganizationStateException", "The organization is not active.")
        return organization["OrganizationId"]
