//! Roles that a service takes to write into a log group.

use super::{Documents, caller};
use crate::catalogue::Role;
use crate::policy::{Policy, Statement};
use crate::setup::Setup;

pub(super) fn documents(setup: &Setup<'_>) -> Documents {
    let Some(role) = &setup.service.role else { return Documents::default() };
    Documents {
        caller_policy: Some(caller::role(setup, role)),
        role_trust_policy: Some(trust_policy(setup, role)),
        role_policy: Some(policy(setup, role)),
        ..Documents::default()
    }
}

pub(super) fn name(setup: &Setup<'_>, role: &Role) -> String {
    format!("{}-{}", role.name, setup.mark())
}

fn trust_policy(setup: &Setup<'_>, role: &Role) -> Policy {
    let trust = Statement::trust("TrustTheService", "sts:AssumeRole");
    let source = setup.source_arn(&role.source_arn);
    Policy::new(vec![trust.for_service(&role.principal, setup.place.account(), &source)])
}

/// On this log group alone. WorkMail's page shows `log-group:<name>*`, which is every log group whose name
/// begins so as well.
fn policy(setup: &Setup<'_>, role: &Role) -> Policy {
    let mut statements = vec![Statement::allow("WriteLogs", &role.actions, log_group(setup))];
    if !role.list_actions.is_empty() {
        statements.push(Statement::allow("FindLogGroups", &role.list_actions, ["*"]));
    }
    Policy::new(statements)
}

/// The log group and what is in it: some actions act on the one, some on the other.
pub(super) fn log_group(setup: &Setup<'_>) -> [String; 2] {
    [format!("log-group:{}", setup.name), format!("log-group:{}:*", setup.name)]
        .map(|arn| setup.place.logs(&arn))
}
