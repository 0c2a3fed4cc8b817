"""WorkMail: who and what the ids of an organization are.

https://docs.aws.amazon.com/workmail/latest/APIReference/API_ListUsers.html and the pages of the others
"""

import datetime

from .errors import Refused
from .paging import page

# https://docs.aws.amazon.com/workmail/latest/APIReference/API_ListUsers.html: at most 100, and so of every list
PAGE = 100
DELETED = "DELETED"
EPOCH = datetime.datetime(2026, 1, 5, 8, tzinfo=datetime.timezone.utc)

SUMMARY = ("Id", "Email", "Name", "State", "EnabledDate", "DisabledDate")
OF_USER = (*SUMMARY, "DisplayName", "UserRole", "IdentityProviderUserId", "IdentityProviderIdentityStoreId")
OF_RESOURCE = (*SUMMARY, "Type", "Description")
OF_JOB = ("JobId", "EntityId", "Description", "S3BucketName", "S3Path", "EstimatedProgress", "State", "StartTime", "EndTime")


class Directory:
    """The directory of one organization. A test changes what is in it."""

    def __init__(self):
        self.users = {}
        self.groups = {}
        self.resources = {}
        # Id of an entity → what belongs to it.
        self.aliases = {}
        self.permissions = {}
        self.members = {}
        self.delegates = {}
        self.domains = {}
        self.roles = {}
        self.access_rules = []
        self.device_rules = []
        self.overrides = []
        self.tokens = []
        self.availability = []
        self.jobs = {}
        # None: there is none.
        self.retention = None
        self.identity_provider = None
        self.dmarc = True

    def entity(self, number):
        """A user, group or resource."""
        for kind in (self.users, self.groups, self.resources):
            if number in kind:
                return kind[number]
        raise Refused("EntityNotFoundException", "The identifier supplied for the user, group, or resource does not exist.")

    def user(self, number, name, state="ENABLED", **more):
        """Adds a user with a mailbox."""
        self.users[number] = {
            "Id": number,
            "Name": name,
            "DisplayName": name.title(),
            "Email": f"{name}@example.com",
            "State": state,
            "UserRole": "USER",
            "EnabledDate": EPOCH,
            "MailboxProvisionedDate": EPOCH,
            **more,
        }
        self.aliases[number] = [f"{name}@example.com"]
        return number


class Directories:
    """The directories of the organizations of one Region of one account."""

    def __init__(self, place):
        self.place = place
        self.all = {}
        # Whether lists without a filter have deleted entities, which is documented nowhere.
        self.lists_deleted = False

    def of(self, organization):
        """The directory of an organization."""
        return self.all.setdefault(organization, Directory())

    def _of(self, request):
        return self.of(self.place.workmail.active(request))

    def _page(self, operation, name, items, request):
        most = self.place.page_sizes.get(operation, PAGE)
        shown, more = page(items, request, most, token="NextToken", limit="MaxResults")
        return {name: shown, **more}

    def _entities(self, operation, name, entities, kept, request):
        state = (request.get("Filters") or {}).get("State")
        listed = [
            {key: each[key] for key in kept if key in each}
            for each in entities.values()
            if each["State"] == state or state is None and (self.lists_deleted or each["State"] != DELETED)
        ]
        return self._page(operation, name, listed, request)

    def list_users(self, request):
        return self._entities("ListUsers", "Users", self._of(request).users, OF_USER, request)

    def list_groups(self, request):
        return self._entities("ListGroups", "Groups", self._of(request).groups, SUMMARY, request)

    def list_resources(self, request):
        return self._entities("ListResources", "Resources", self._of(request).resources, OF_RESOURCE, request)

    def describe_user(self, request):
        return _described(self._of(request).users, request["UserId"], "UserId")

    def describe_group(self, request):
        return _described(self._of(request).groups, request["GroupId"], "GroupId")

    def describe_resource(self, request):
        return _described(self._of(request).resources, request["ResourceId"], "ResourceId")

    def list_aliases(self, request):
        return self._of_entity("ListAliases", "Aliases", "aliases", "EntityId", request)

    def list_mailbox_permissions(self, request):
        return self._of_entity("ListMailboxPermissions", "Permissions", "permissions", "EntityId", request, any_state=True)

    def list_group_members(self, request):
        return self._of_entity("ListGroupMembers", "Members", "members", "GroupId", request)

    def list_resource_delegates(self, request):
        return self._of_entity("ListResourceDelegates", "Delegates", "delegates", "ResourceId", request)

    def _of_entity(self, operation, name, attribute, key, request, any_state=False):
        directory, number = self._of(request), request[key]
        entity = directory.entity(number)
        if entity["State"] != "ENABLED" and not any_state:
            # https://docs.aws.amazon.com/workmail/latest/APIReference/API_ListAliases.html
            raise Refused("EntityStateException", "The entity is not registered to WorkMail.")
        return self._page(operation, name, getattr(directory, attribute).get(number, []), request)

    def list_mail_domains(self, request):
        domains = [{"DomainName": name, "DefaultDomain": it["IsDefault"]} for name, it in self._of(request).domains.items()]
        return self._page("ListMailDomains", "MailDomains", domains, request)

    def get_mail_domain(self, request):
        domains = self._of(request).domains
        if request["DomainName"] not in domains:
            raise Refused("MailDomainNotFoundException", "The domain specified is not found in your organization.")
        return domains[request["DomainName"]]

    def list_impersonation_roles(self, request):
        roles = [{key: it[key] for key in it if key not in ("Rules", "Description")} for it in self._of(request).roles.values()]
        return self._page("ListImpersonationRoles", "Roles", roles, request)

    def get_impersonation_role(self, request):
        return _found(self._of(request).roles, request["ImpersonationRoleId"], "ResourceNotFoundException")

    def list_access_control_rules(self, request):
        return {"Rules": self._of(request).access_rules}

    def list_mobile_device_access_rules(self, request):
        return {"Rules": self._of(request).device_rules}

    def list_mobile_device_access_overrides(self, request):
        return self._page("ListMobileDeviceAccessOverrides", "Overrides", self._of(request).overrides, request)

    def list_personal_access_tokens(self, request):
        tokens = self._of(request).tokens
        return self._page("ListPersonalAccessTokens", "PersonalAccessTokenSummaries", tokens, request)

    def list_availability_configurations(self, request):
        configurations = self._of(request).availability
        return self._page("ListAvailabilityConfigurations", "AvailabilityConfigurations", configurations, request)

    def list_mailbox_export_jobs(self, request):
        jobs = [{key: it[key] for key in OF_JOB if key in it} for it in self._of(request).jobs.values()]
        return self._page("ListMailboxExportJobs", "Jobs", jobs, request)

    def describe_mailbox_export_job(self, request):
        job = _found(self._of(request).jobs, request["JobId"], "EntityNotFoundException")
        return {key: value for key, value in job.items() if key != "JobId"}

    def get_default_retention_policy(self, request):
        retention = self._of(request).retention
        if retention is None:
            raise Refused("EntityNotFoundException", "The organization has no retention policy.")
        return retention

    def describe_identity_provider_configuration(self, request):
        provider = self._of(request).identity_provider
        if provider is None:
            raise Refused("ResourceNotFoundException", "No identity provider is configured.")
        return provider

    def describe_inbound_dmarc_settings(self, request):
        return {"Enforced": self._of(request).dmarc}


def _found(entries, key, error):
    if key not in entries:
        raise Refused(error, "The resource cannot be found.")
    return entries[key]


def _described(entities, number, name):
    entity = _found(entities, number, "EntityNotFoundException")
    return {name: number, **{key: value for key, value in entity.items() if key != "Id"}}
