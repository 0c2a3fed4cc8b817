//! Answers of `WorkMail`, as values of a snapshot.

use aws_sdk_workmail::operation::describe_mailbox_export_job::DescribeMailboxExportJobOutput;
use aws_sdk_workmail::operation::describe_user::DescribeUserOutput;
use aws_sdk_workmail::operation::get_default_retention_policy::GetDefaultRetentionPolicyOutput;
use aws_sdk_workmail::types;
use aws_smithy_types::DateTime;
use mailtrail_clock::Time;
use mailtrail_directory::{
    AccessControlRule, AvailabilityConfiguration, Delegate, ExportJob, FolderRetention, Group,
    ImpersonationRole, ImpersonationRule, Mailbox, Member, MobileDeviceOverride, MobileDeviceRule,
    Permission, PersonalAccessToken, Resource, RetentionPolicy, User,
};

/// A time of `WorkMail`; one before 1970 or after 9999 is none.
pub(crate) fn time(time: Option<&DateTime>) -> Option<Time> {
    time.and_then(|time| time.to_millis().ok()).and_then(Time::from_millis)
}

/// The text of an enumeration, known to the SDK or not.
pub(crate) fn word(value: Option<&impl AsRef<str>>) -> Option<String> {
    let text: Option<&str> = value.map(AsRef::as_ref);
    text.map(str::to_owned)
}

pub(crate) fn user(it: &types::User) -> User {
    User {
        id: it.id.clone().unwrap_or_default(),
        name: it.name.clone(),
        display_name: it.display_name.clone(),
        address: it.email.clone(),
        state: word(it.state()),
        role: word(it.user_role()),
        enabled: time(it.enabled_date()),
        disabled: time(it.disabled_date()),
        identity_provider_user_id: it.identity_provider_user_id.clone(),
        identity_store_id: it.identity_provider_identity_store_id.clone(),
        ..User::default()
    }
}

pub(crate) fn mailbox(it: &DescribeUserOutput) -> Mailbox {
    Mailbox {
        provisioned: time(it.mailbox_provisioned_date()),
        deprovisioned: time(it.mailbox_deprovisioned_date()),
        hidden: Some(it.hidden_from_global_address_list()),
    }
}

/// What people may not want to keep of a user, by name.
pub(crate) fn details(it: &DescribeUserOutput) -> Vec<(&'static str, Option<&str>)> {
    vec![
        ("city", it.city()),
        ("company", it.company()),
        ("country", it.country()),
        ("department", it.department()),
        ("first_name", it.first_name()),
        ("initials", it.initials()),
        ("job_title", it.job_title()),
        ("last_name", it.last_name()),
        ("office", it.office()),
        ("street", it.street()),
        ("telephone", it.telephone()),
        ("zip_code", it.zip_code()),
    ]
}

pub(crate) fn group(it: &types::Group) -> Group {
    Group {
        id: it.id.clone().unwrap_or_default(),
        name: it.name.clone(),
        address: it.email.clone(),
        state: word(it.state()),
        enabled: time(it.enabled_date()),
        disabled: time(it.disabled_date()),
        ..Group::default()
    }
}

pub(crate) fn member(it: &types::Member) -> Member {
    Member {
        id: it.id.clone().unwrap_or_default(),
        kind: word(it.r#type()),
        name: it.name.clone(),
        state: word(it.state()),
        enabled: time(it.enabled_date()),
        disabled: time(it.disabled_date()),
    }
}

pub(crate) fn resource(it: &types::Resource) -> Resource {
    Resource {
        id: it.id.clone().unwrap_or_default(),
        name: it.name.clone(),
        address: it.email.clone(),
        kind: word(it.r#type()),
        state: word(it.state()),
        description: it.description.clone(),
        enabled: time(it.enabled_date()),
        disabled: time(it.disabled_date()),
        ..Resource::default()
    }
}

pub(crate) fn delegate(it: &types::Delegate) -> Delegate {
    Delegate { id: it.id().to_owned(), kind: Some(it.r#type().as_str().to_owned()) }
}

pub(crate) fn permission(it: &types::Permission) -> Permission {
    let mut values: Vec<String> =
        it.permission_values().iter().map(|value| value.as_str().to_owned()).collect();
    values.sort_unstable();
    Permission {
        grantee: it.grantee_id().to_owned(),
        grantee_kind: Some(it.grantee_type().as_str().to_owned()),
        values,
    }
}

pub(crate) fn impersonation_role(it: &types::ImpersonationRole) -> ImpersonationRole {
    ImpersonationRole {
        id: it.impersonation_role_id.clone().unwrap_or_default(),
        name: it.name.clone(),
        kind: word(it.r#type()),
        created: time(it.date_created()),
        modified: time(it.date_modified()),
        ..ImpersonationRole::default()
    }
}

pub(crate) fn impersonation_rule(it: &types::ImpersonationRule) -> ImpersonationRule {
    ImpersonationRule {
        id: it.impersonation_rule_id().to_owned(),
        name: it.name.clone(),
        description: it.description.clone(),
        effect: Some(it.effect().as_str().to_owned()),
        users: it.target_users().to_vec(),
        not_users: it.not_target_users().to_vec(),
    }
}

pub(crate) fn access_control_rule(it: &types::AccessControlRule) -> AccessControlRule {
    AccessControlRule {
        name: it.name.clone().unwrap_or_default(),
        description: it.description.clone(),
        effect: word(it.effect()),
        ip_ranges: it.ip_ranges().to_vec(),
        not_ip_ranges: it.not_ip_ranges().to_vec(),
        actions: it.actions().to_vec(),
        not_actions: it.not_actions().to_vec(),
        users: it.user_ids().to_vec(),
        not_users: it.not_user_ids().to_vec(),
        impersonation_roles: it.impersonation_role_ids().to_vec(),
        not_impersonation_roles: it.not_impersonation_role_ids().to_vec(),
        created: time(it.date_created()),
        modified: time(it.date_modified()),
    }
}

pub(crate) fn mobile_device_rule(it: &types::MobileDeviceAccessRule) -> MobileDeviceRule {
    MobileDeviceRule {
        id: it.mobile_device_access_rule_id.clone().unwrap_or_default(),
        name: it.name.clone(),
        description: it.description.clone(),
        effect: word(it.effect()),
        types: it.device_types().to_vec(),
        not_types: it.not_device_types().to_vec(),
        models: it.device_models().to_vec(),
        not_models: it.not_device_models().to_vec(),
        operating_systems: it.device_operating_systems().to_vec(),
        not_operating_systems: it.not_device_operating_systems().to_vec(),
        user_agents: it.device_user_agents().to_vec(),
        not_user_agents: it.not_device_user_agents().to_vec(),
        created: time(it.date_created()),
        modified: time(it.date_modified()),
    }
}

pub(crate) fn mobile_device_override(it: &types::MobileDeviceAccessOverride) -> MobileDeviceOverride {
    MobileDeviceOverride {
        user: it.user_id.clone().unwrap_or_default(),
        device: it.device_id.clone().unwrap_or_default(),
        effect: word(it.effect()),
        description: it.description.clone(),
        created: time(it.date_created()),
        modified: time(it.date_modified()),
    }
}

pub(crate) fn token(it: &types::PersonalAccessTokenSummary) -> PersonalAccessToken {
    PersonalAccessToken {
        id: it.personal_access_token_id.clone().unwrap_or_default(),
        name: it.name.clone(),
        user: it.user_id.clone(),
        scopes: it.scopes().to_vec(),
        created: time(it.date_created()),
        last_used: time(it.date_last_used()),
        expires: time(it.expires_time()),
    }
}

pub(crate) fn availability(it: &types::AvailabilityConfiguration) -> AvailabilityConfiguration {
    let ews = it.ews_provider();
    AvailabilityConfiguration {
        domain: it.domain_name.clone().unwrap_or_default(),
        kind: word(it.provider_type()),
        endpoint: ews.and_then(|ews| ews.ews_endpoint.clone()),
        user_name: ews.and_then(|ews| ews.ews_username.clone()),
        function: it.lambda_provider().map(|it| it.lambda_arn().to_owned()),
        created: time(it.date_created()),
        modified: time(it.date_modified()),
    }
}

pub(crate) fn retention_policy(it: &GetDefaultRetentionPolicyOutput) -> RetentionPolicy {
    let folder = |it: &types::FolderConfiguration| FolderRetention {
        folder: it.name().as_str().to_owned(),
        action: it.action().as_str().to_owned(),
        days: it.period(),
    };
    RetentionPolicy {
        id: it.id.clone().unwrap_or_default(),
        name: it.name.clone(),
        description: it.description.clone(),
        folders: it.folder_configurations().iter().map(folder).collect(),
    }
}

pub(crate) fn export_job(it: &types::MailboxExportJob) -> ExportJob {
    ExportJob {
        id: it.job_id.clone().unwrap_or_default(),
        entity: it.entity_id.clone(),
        description: it.description.clone(),
        state: word(it.state()),
        bucket: it.s3_bucket_name.clone(),
        path: it.s3_path.clone(),
        started: time(it.start_time()),
        ended: time(it.end_time()),
        ..ExportJob::default()
    }
}

/// Adds what only the description of a job tells.
pub(crate) fn describe_job(job: &mut ExportJob, it: &DescribeMailboxExportJobOutput) {
    job.role.clone_from(&it.role_arn);
    job.kms_key.clone_from(&it.kms_key_arn);
    job.error.clone_from(&it.error_info);
}
