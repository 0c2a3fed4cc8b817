//! What the entries of all lists have in common.

use std::borrow::Cow;

use serde::Serialize;

use crate::{
    AccessControlRule, AvailabilityConfiguration, Domain, EmailMonitoring, ExportJob, Group,
    IdentityProvider, ImpersonationRole, Listed, MobileDeviceOverride, MobileDeviceRule, PersonalAccessToken,
    Resource, RetentionPolicy, User,
};

/// An entry of a list of a snapshot.
pub trait Item: Serialize + PartialEq {
    /// What it is, as people call it.
    const KIND: &str;
    /// Fields that are told by calls of their own, and absent where these were refused: then nothing is known of them.
    const READ_APART: &[&str] = &[];

    /// What it is told from others of its list by.
    fn id(&self) -> Cow<'_, str>;

    /// What people call it, where that is not its id.
    fn title(&self) -> Option<&str> {
        None
    }

    /// Puts its own lists in order.
    fn sort(&mut self) {}
}

fn sort<T: Ord>(list: &mut Listed<T>) {
    if let Some(list) = list {
        list.sort_unstable();
        list.dedup();
    }
}

impl Item for Domain {
    const KIND: &str = "domain";
    const READ_APART: &[&str] = &["test", "ownership", "dkim"];
    fn id(&self) -> Cow<'_, str> {
        (&self.name).into()
    }
}

impl Item for User {
    const KIND: &str = "user";
    const READ_APART: &[&str] = &["mailbox", "aliases", "permissions", "details"];
    fn id(&self) -> Cow<'_, str> {
        (&self.id).into()
    }
    fn title(&self) -> Option<&str> {
        self.name.as_deref()
    }
    fn sort(&mut self) {
        sort(&mut self.aliases);
        sort(&mut self.permissions);
    }
}

impl Item for Group {
    const KIND: &str = "group";
    const READ_APART: &[&str] = &["hidden", "aliases", "members", "permissions"];
    fn id(&self) -> Cow<'_, str> {
        (&self.id).into()
    }
    fn title(&self) -> Option<&str> {
        self.name.as_deref()
    }
    fn sort(&mut self) {
        sort(&mut self.aliases);
        sort(&mut self.members);
        sort(&mut self.permissions);
    }
}

impl Item for Resource {
    const KIND: &str = "resource";
    const READ_APART: &[&str] = &["hidden", "aliases", "delegates", "permissions"];
    fn id(&self) -> Cow<'_, str> {
        (&self.id).into()
    }
    fn title(&self) -> Option<&str> {
        self.name.as_deref()
    }
    fn sort(&mut self) {
        sort(&mut self.aliases);
        sort(&mut self.delegates);
        sort(&mut self.permissions);
    }
}

impl Item for ImpersonationRole {
    const KIND: &str = "impersonation role";
    const READ_APART: &[&str] = &["rules", "description"];
    fn id(&self) -> Cow<'_, str> {
        (&self.id).into()
    }
    fn title(&self) -> Option<&str> {
        self.name.as_deref()
    }
    fn sort(&mut self) {
        sort(&mut self.rules);
    }
}

impl Item for AccessControlRule {
    const KIND: &str = "access control rule";
    fn id(&self) -> Cow<'_, str> {
        (&self.name).into()
    }
}

impl Item for MobileDeviceRule {
    const KIND: &str = "mobile device rule";
    fn id(&self) -> Cow<'_, str> {
        (&self.id).into()
    }
    fn title(&self) -> Option<&str> {
        self.name.as_deref()
    }
}

impl Item for MobileDeviceOverride {
    const KIND: &str = "mobile device override";
    fn id(&self) -> Cow<'_, str> {
        format!("{} {}", self.user, self.device).into()
    }
}

impl Item for PersonalAccessToken {
    const KIND: &str = "personal access token";
    fn id(&self) -> Cow<'_, str> {
        (&self.id).into()
    }
    fn title(&self) -> Option<&str> {
        self.name.as_deref()
    }
}

impl Item for IdentityProvider {
    const KIND: &str = "identity provider";
    fn id(&self) -> Cow<'_, str> {
        self.instance.as_deref().unwrap_or_default().into()
    }
}

impl Item for AvailabilityConfiguration {
    const KIND: &str = "availability configuration";
    fn id(&self) -> Cow<'_, str> {
        (&self.domain).into()
    }
}

impl Item for RetentionPolicy {
    const KIND: &str = "retention policy";
    fn id(&self) -> Cow<'_, str> {
        (&self.id).into()
    }
    fn title(&self) -> Option<&str> {
        self.name.as_deref()
    }
    fn sort(&mut self) {
        self.folders.sort_unstable();
    }
}

impl Item for EmailMonitoring {
    const KIND: &str = "email monitoring";
    fn id(&self) -> Cow<'_, str> {
        (&self.log_group).into()
    }
}

impl Item for ExportJob {
    const KIND: &str = "export job";
    const READ_APART: &[&str] = &["role", "kms_key"];
    fn id(&self) -> Cow<'_, str> {
        (&self.id).into()
    }
}
