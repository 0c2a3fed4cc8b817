//! What a plan newly allows, and the statement that does.

use serde::{Deserialize, Serialize};

use crate::condition::{self, Clause};
use crate::limits::{DELIVERY_ACTIONS, LOG_DELIVERY};
use crate::statement::Statement;

/// The label of statements that plans write.
pub const SID: &str = "MailtrailLogDelivery";

/// Something that is allowed after a plan and was not before.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Grant {
    /// The service.
    pub principal: String,
    /// The actions.
    pub actions: Vec<String>,
    /// The resource, an ARN pattern.
    pub resource: String,
    /// The conditions.
    pub condition: Vec<Clause>,
}

impl Grant {
    /// To log delivery, on behalf of this account: the two actions that resource policies know, under both source
    /// conditions. The resource is an ARN pattern.
    pub fn to_log_delivery(partition: &str, region: &str, account: &str, resource: String) -> Self {
        Self {
            principal: LOG_DELIVERY.to_owned(),
            actions: DELIVERY_ACTIONS.map(str::to_owned).to_vec(),
            resource,
            condition: condition::of_own_account(partition, region, account),
        }
    }

    /// The statement that gives it.
    pub fn statement(&self) -> Statement {
        Statement::allow(SID, &self.principal, &self.actions, &self.resource, &self.condition)
    }
}
