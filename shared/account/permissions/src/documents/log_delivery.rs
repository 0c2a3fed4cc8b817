//! The principal of log delivery, and the source that it names.

use crate::catalogue::Model;
use crate::setup::Setup;

/// The service principal of log delivery.
pub(super) const DELIVERY: &str = "delivery.logs.amazonaws.com";

/// The pattern of `aws:SourceArn` in calls of log delivery: a delivery source under V2, any CloudWatch Logs ARN under V1.
pub(super) fn delivery_source_arn(setup: &Setup<'_>) -> String {
    match setup.model {
        Model::V2 => setup.account_region.logs("delivery-source:*"),
        _ => setup.account_region.logs("*"),
    }
}
