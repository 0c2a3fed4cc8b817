//! The role that a service assumes to write to a log group.

use crate::catalogue::Role;
use crate::policy::{Policy, Statement};
use crate::setup::Setup;

pub(super) fn name(setup: &Setup<'_>, role: &Role) -> String {
    format!("{}-{}", role.name, setup.suffix())
}

pub(super) fn trust_policy(setup: &Setup<'_>, role: &Role) -> Policy {
    let trust = Statement::trust("TrustTheService", "sts:AssumeRole");
    let source = setup.source_arn(&role.source_arn);
    Policy::new(vec![trust.for_service(&role.principal, setup.account_region.account(), &source)])
}

/// Restricted to this log group. The page of WorkMail shows `log-group:<name>*`, which also matches every log group whose
/// name begins with this one.
pub(super) fn policy(setup: &Setup<'_>, role: &Role) -> Policy {
    let mut statements = vec![Statement::allow("WriteLogs", &role.actions, log_group(setup))];
    if !role.list_actions.is_empty() {
        statements.push(Statement::allow("FindLogGroups", &role.list_actions, ["*"]));
    }
    Policy::new(statements)
}

/// The log group and its log streams: some actions apply to the one, some to the other.
pub(super) fn log_group(setup: &Setup<'_>) -> [String; 2] {
    [format!("log-group:{}", setup.name), format!("log-group:{}:*", setup.name)]
        .map(|arn| setup.account_region.logs(&arn))
}
