//! A snapshot: everything that was read of an organization at one time.

use mailtrail_clock::{Time, rfc3339};
use serde::{Deserialize, Serialize};

use crate::{
    AccessControlRule, AvailabilityConfiguration, Domain, EmailMonitoring, ExportJob, Group,
    IdentityProvider, ImpersonationRole, Item, MobileDeviceOverride, MobileDeviceRule, Organization,
    PersonalAccessToken, Resource, RetentionPolicy, SnapshotKey, User, bounded,
};

/// The format that is written, and the latest that can be read. A later program may add fields without a later format;
/// where it gives a field another meaning, the format gets a later number.
pub const FORMAT: u32 = 1;

/// A list, or nothing where it was not read, so that nothing is known of it.
pub type Listed<T> = Option<Vec<T>>;

/// What no call of the API tells; the console alone shows it.
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonworkmail.html>
pub const NOT_AVAILABLE: [&str; 6] = [
    "email flow rules",
    "journaling",
    "SMTP gateways",
    "mobile devices of users",
    "mailbox rules of users",
    "folders and messages",
];

/// The directory of an organization at one time. In JSON, a list that was not read is absent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// [`FORMAT`], or an earlier one.
    pub format: u32,
    /// When reading began, in whole seconds.
    #[serde(with = "rfc3339")]
    pub taken: Time,
    /// Whether telephone, street and the like were asked for.
    #[serde(default)]
    pub details: bool,
    /// The organization.
    pub organization: Organization,
    /// Domains that it gets mail for.
    #[serde(default, deserialize_with = "bounded::list", skip_serializing_if = "Option::is_none")]
    pub domains: Listed<Domain>,
    /// Users, deleted ones included.
    #[serde(default, deserialize_with = "bounded::list", skip_serializing_if = "Option::is_none")]
    pub users: Listed<User>,
    /// Groups, deleted ones included.
    #[serde(default, deserialize_with = "bounded::list", skip_serializing_if = "Option::is_none")]
    pub groups: Listed<Group>,
    /// Rooms and equipment, deleted ones included.
    #[serde(default, deserialize_with = "bounded::list", skip_serializing_if = "Option::is_none")]
    pub resources: Listed<Resource>,
    /// Roles by which programs act as users.
    #[serde(default, deserialize_with = "bounded::list", skip_serializing_if = "Option::is_none")]
    pub impersonation_roles: Listed<ImpersonationRole>,
    /// Rules for sign-ins.
    #[serde(default, deserialize_with = "bounded::list", skip_serializing_if = "Option::is_none")]
    pub access_control_rules: Listed<AccessControlRule>,
    /// Rules for devices.
    #[serde(default, deserialize_with = "bounded::list", skip_serializing_if = "Option::is_none")]
    pub mobile_device_rules: Listed<MobileDeviceRule>,
    /// Exceptions from them.
    #[serde(default, deserialize_with = "bounded::list", skip_serializing_if = "Option::is_none")]
    pub mobile_device_overrides: Listed<MobileDeviceOverride>,
    /// Tokens that exist; those that were deleted or have expired are not listed.
    #[serde(default, deserialize_with = "bounded::list", skip_serializing_if = "Option::is_none")]
    pub personal_access_tokens: Listed<PersonalAccessToken>,
    /// How users sign in: at most one.
    #[serde(default, deserialize_with = "bounded::list", skip_serializing_if = "Option::is_none")]
    pub identity_providers: Listed<IdentityProvider>,
    /// Where free and busy times of other domains are asked for.
    #[serde(default, deserialize_with = "bounded::list", skip_serializing_if = "Option::is_none")]
    pub availability_configurations: Listed<AvailabilityConfiguration>,
    /// How long messages are kept: at most one.
    #[serde(default, deserialize_with = "bounded::list", skip_serializing_if = "Option::is_none")]
    pub retention_policies: Listed<RetentionPolicy>,
    /// Where email events go: at most one; none while they are off.
    #[serde(default, deserialize_with = "bounded::list", skip_serializing_if = "Option::is_none")]
    pub email_monitoring: Listed<EmailMonitoring>,
    /// Exports of mailboxes of the last seven days.
    #[serde(default, deserialize_with = "bounded::list", skip_serializing_if = "Option::is_none")]
    pub export_jobs: Listed<ExportJob>,
    /// Calls that were refused, each with its error code: `ListAliases: AccessDeniedException`
    #[serde(default)]
    pub refused: Vec<String>,
    /// What no call tells.
    #[serde(default)]
    pub not_available: Vec<String>,
}

impl Snapshot {
    /// A snapshot of which nothing was read yet.
    pub fn new(organization: Organization, taken: Time) -> Self {
        Self {
            format: FORMAT,
            taken: Time::from_millis(taken.millis() / 1000 * 1000).unwrap_or(taken),
            details: false,
            organization,
            domains: None,
            users: None,
            groups: None,
            resources: None,
            impersonation_roles: None,
            access_control_rules: None,
            mobile_device_rules: None,
            mobile_device_overrides: None,
            personal_access_tokens: None,
            identity_providers: None,
            availability_configurations: None,
            retention_policies: None,
            email_monitoring: None,
            export_jobs: None,
            refused: Vec::new(),
            not_available: NOT_AVAILABLE.map(str::to_owned).to_vec(),
        }
    }

    /// Where it is kept.
    pub fn key(&self) -> SnapshotKey {
        SnapshotKey { organization: self.organization.id.clone(), taken: self.taken }
    }

    /// Puts every list in order, so that neither the order of answers nor of pages makes a difference.
    #[must_use]
    pub fn sorted(mut self) -> Self {
        sort(&mut self.domains);
        sort(&mut self.users);
        sort(&mut self.groups);
        sort(&mut self.resources);
        sort(&mut self.impersonation_roles);
        sort(&mut self.access_control_rules);
        sort(&mut self.mobile_device_rules);
        sort(&mut self.mobile_device_overrides);
        sort(&mut self.personal_access_tokens);
        sort(&mut self.identity_providers);
        sort(&mut self.availability_configurations);
        sort(&mut self.retention_policies);
        sort(&mut self.email_monitoring);
        sort(&mut self.export_jobs);
        self.refused.sort_unstable();
        self.refused.dedup();
        self
    }

    /// Whether it says the same as an earlier one. The time of both is left out of account, and so is when a token was last used,
    /// and details that only the earlier one has. Both are [`Self::sorted`].
    pub fn same_content(&self, earlier: &Self) -> bool {
        let (mut earlier, mut now) = (earlier.clone(), self.clone());
        earlier.taken = now.taken;
        for token in
            [&mut earlier, &mut now].into_iter().flat_map(|it| it.personal_access_tokens.iter_mut().flatten())
        {
            token.last_used = None;
        }
        if !now.details {
            earlier.details = false;
            earlier.users.iter_mut().flatten().for_each(|user| user.details = None);
        }
        now == earlier
    }
}

fn sort<T: Item>(list: &mut Listed<T>) {
    if let Some(list) = list {
        list.iter_mut().for_each(Item::sort);
        list.sort_by(|one, other| one.id().cmp(&other.id()));
    }
}
