//! Who did what in a Base Event: the event lacked what its class requires (an address, as a rule), and is kept
//! in `unmapped`, under the names of its source.

use mailtrail_ocsf::Class;
use serde::Deserialize;

use super::record::{Record, Text};

/// The fields of CloudTrail and of WorkMail's audit logs that tell who did what.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Unmapped<'a> {
    #[serde(borrow, rename = "userIdentity.userName")]
    user_name: Text<'a>,
    #[serde(borrow, rename = "userIdentity.arn")]
    arn: Text<'a>,
    #[serde(borrow, rename = "userIdentity.principalId")]
    principal_id: Text<'a>,
    #[serde(borrow, rename = "userIdentity.accessKeyId")]
    access_key_id: Text<'a>,
    #[serde(borrow, rename = "userIdentity.sessionContext.sessionIssuer.arn")]
    issuer: Text<'a>,
    #[serde(borrow, rename = "userIdentity.invokedBy")]
    invoked_by: Text<'a>,
    #[serde(borrow, rename = "eventSource")]
    event_source: Text<'a>,
    #[serde(borrow, rename = "sourceIPAddress")]
    source_ip_address: Text<'a>,
    #[serde(borrow, rename = "userAgent")]
    user_agent_of_call: Text<'a>,
    #[serde(borrow, rename = "errorCode")]
    error_code: Text<'a>,
    #[serde(borrow, rename = "errorMessage")]
    error_message: Text<'a>,
    #[serde(borrow, rename = "responseElements.credentials.accessKeyId")]
    issued_key: Text<'a>,
    #[serde(borrow)]
    user: Text<'a>,
    #[serde(borrow)]
    user_id: Text<'a>,
    #[serde(borrow)]
    impersonator_id: Text<'a>,
    #[serde(borrow)]
    action: Text<'a>,
    #[serde(borrow)]
    source_ip: Text<'a>,
    #[serde(borrow)]
    user_agent: Text<'a>,
    #[serde(borrow)]
    auth_failed_reason: Text<'a>,
    #[serde(borrow)]
    owner_id: Text<'a>,
    #[serde(borrow)]
    folder_path: Text<'a>,
}

/// The same in one form. A record of any other class has only the owner of a mailbox here, and that where
/// neither item nor folder is known.
#[derive(Debug, Default)]
pub(super) struct Kept<'r> {
    pub(super) name: Option<&'r str>,
    pub(super) uid: Option<&'r str>,
    pub(super) uid_alt: Option<&'r str>,
    pub(super) key: Option<&'r str>,
    pub(super) issuer: Option<&'r str>,
    pub(super) app: Option<&'r str>,
    pub(super) impersonator: Option<&'r str>,
    pub(super) event: Option<&'r str>,
    pub(super) service: Option<&'r str>,
    pub(super) source: Option<&'r str>,
    pub(super) user_agent: Option<&'r str>,
    pub(super) error: Option<&'r str>,
    pub(super) detail: Option<&'r str>,
    pub(super) issued_key: Option<&'r str>,
    pub(super) owner: Option<&'r str>,
    pub(super) folder: Option<&'r str>,
}

impl<'r> Kept<'r> {
    /// What is kept. Only the fields that the source has count: any log line may hold the others.
    pub(super) fn of(record: &'r Record<'_>) -> Self {
        let fields = &record.unmapped;
        let is_base = record.class_uid == Class::BaseEvent.uid();
        match record.metadata.log_provider.get() {
            Some("CloudTrail") if is_base => Self {
                name: fields.user_name.get(),
                uid: fields.arn.get(),
                uid_alt: fields.principal_id.get(),
                key: fields.access_key_id.get(),
                issuer: fields.issuer.get(),
                app: fields.invoked_by.get(),
                service: fields.event_source.get(),
                source: fields.source_ip_address.get(),
                user_agent: fields.user_agent_of_call.get(),
                error: fields.error_code.get(),
                detail: fields.error_message.get(),
                issued_key: fields.issued_key.get(),
                ..Self::default()
            },
            Some("Amazon WorkMail") if is_base => Self {
                name: fields.user.get(),
                uid: fields.user_id.get(),
                impersonator: fields.impersonator_id.get(),
                event: fields.action.get(),
                source: fields.source_ip.get(),
                user_agent: fields.user_agent.get(),
                detail: fields.auth_failed_reason.get(),
                owner: fields.owner_id.get(),
                folder: fields.folder_path.get(),
                ..Self::default()
            },
            Some("Amazon WorkMail") => Self { owner: fields.owner_id.get(), ..Self::default() },
            _ => Self::default(),
        }
    }
}
