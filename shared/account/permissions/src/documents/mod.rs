//! The policy documents, one module for each kind.

mod bucket;
mod caller;
mod log_delivery;
mod log_group;
mod role;
mod stream;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::catalogue::{Destination, Model};
use crate::policy::Policy;
use crate::setup::Setup;

/// The policy documents of one setup. A document that the setup does not need is absent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Documents {
    /// The identity-based policy for the caller that configures the logs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caller_policy: Option<Policy>,
    /// The additional policy for a caller that uses the console.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub console_policy: Option<Policy>,
    /// The resource policy for CloudWatch Logs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_group_policy: Option<Policy>,
    /// The bucket policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bucket_policy: Option<Policy>,
    /// The key policy, for a bucket with SSE-KMS and a customer-managed key. Log delivery cannot use the AWS managed key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_policy: Option<Policy>,
    /// The tags that the stream must have. AWS sets them when the delivery is created.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub stream_tags: BTreeMap<&'static str, &'static str>,
    /// The permissions policy of `AWSServiceRoleForLogDelivery`, for reference: AWS creates the role, and it cannot be changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_linked_role_policy: Option<Policy>,
    /// The trust policy of that service-linked role, for reference.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_linked_role_trust_policy: Option<Policy>,
    /// The trust policy of the role.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role_trust_policy: Option<Policy>,
    /// The permissions policy of the role.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role_policy: Option<Policy>,
}

impl Documents {
    /// The documents for a setup; none for [`Model::Own`].
    pub fn of(setup: &Setup<'_>) -> Self {
        let mut documents = match setup.model {
            Model::Own => return Self::default(),
            Model::V1 => Self { caller_policy: Some(caller::v1(setup)), ..Self::default() },
            Model::V2 => Self {
                caller_policy: Some(caller::v2(setup)),
                console_policy: Some(caller::console(setup)),
                ..Self::default()
            },
            Model::Role => {
                let Some(role) = &setup.service.role else { return Self::default() };
                return Self {
                    caller_policy: Some(caller::role(setup, role)),
                    role_trust_policy: Some(role::trust_policy(setup, role)),
                    role_policy: Some(role::policy(setup, role)),
                    ..Self::default()
                };
            }
            Model::ResourcePolicy => {
                return Self {
                    caller_policy: Some(caller::resource_policy()),
                    log_group_policy: setup
                        .service
                        .grant
                        .as_ref()
                        .map(|grant| log_group::granted(setup, grant)),
                    ..Self::default()
                };
            }
        };
        match setup.destination {
            Destination::CloudWatchLogs => documents.log_group_policy = Some(log_group::delivered(setup)),
            Destination::S3 => {
                documents.bucket_policy = Some(bucket::policy(setup));
                documents.key_policy = Some(bucket::key_policy(setup));
            }
            Destination::Firehose => {
                documents.stream_tags = stream::tags();
                documents.service_linked_role_policy = Some(stream::role_policy());
                documents.service_linked_role_trust_policy = Some(stream::trust_policy());
            }
        }
        documents
    }

    /// Whether there is no document.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The name of the role, for [`Model::Role`].
    pub(crate) fn role_name(setup: &Setup<'_>) -> Option<String> {
        setup.service.role.as_ref().map(|role| role::name(setup, role))
    }
}
