//! The policies, one module for each kind.

mod bucket;
mod caller;
mod log_group;
mod role;
mod stream;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::catalogue::{Destination, Model};
use crate::policy::Policy;
use crate::setup::Setup;

/// The service that delivers vended logs.
pub(crate) const DELIVERY: &str = "delivery.logs.amazonaws.com";

/// Everything that must be allowed for one setup. What it does not need is absent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Documents {
    /// What whoever sets the logs up must be allowed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caller_policy: Option<Policy>,
    /// What they must be allowed besides where they use the console.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub console_policy: Option<Policy>,
    /// The resource policy of CloudWatch Logs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_group_policy: Option<Policy>,
    /// The policy of the bucket.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bucket_policy: Option<Policy>,
    /// The policy of the customer-managed key that the bucket encrypts with, if it does (SSE-KMS). The key of
    /// AWS will not do: the logs would arrive, and nobody could read them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_policy: Option<Policy>,
    /// The tags that the stream must have. AWS sets them when the delivery is made.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub stream_tags: BTreeMap<&'static str, &'static str>,
    /// What the service-linked role `AWSServiceRoleForLogDelivery` may do. AWS makes it, and it cannot be changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_linked_role_policy: Option<Policy>,
    /// Who takes the service-linked role. AWS makes it, and it cannot be changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_linked_role_trust_policy: Option<Policy>,
    /// Who takes the role.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role_trust_policy: Option<Policy>,
    /// What the role may do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role_policy: Option<Policy>,
}

impl Documents {
    /// Everything that must be allowed for this setup; nothing where the service sees to it in a way of its own.
    pub fn of(setup: &Setup<'_>) -> Self {
        let mut documents = match setup.model {
            Model::Own => return Self::default(),
            Model::V1 => Self { caller_policy: Some(caller::v1(setup)), ..Self::default() },
            Model::V2 => Self {
                caller_policy: Some(caller::v2(setup)),
                console_policy: Some(caller::console(setup)),
                ..Self::default()
            },
            Model::Role => return role::documents(setup),
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

    /// Whether there is nothing to grant.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The name of the role.
    pub(crate) fn role_name(setup: &Setup<'_>) -> Option<String> {
        setup.service.role.as_ref().map(|role| role::name(setup, role))
    }
}

/// On whose behalf logs are delivered: under V2 a delivery source, under V1 anything of CloudWatch Logs.
fn delivered_for(setup: &Setup<'_>) -> String {
    match setup.model {
        Model::V2 => setup.place.logs("delivery-source:*"),
        _ => setup.place.logs("*"),
    }
}
