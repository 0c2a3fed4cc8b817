//! Roles of IAM, with their policies.

use aws_sdk_iam::Client;
use aws_sdk_iam::types::{self, Policy, PolicyVersion};
use mailtrail_aws_types::Arn;
use mailtrail_doctor::{IdentityPolicy, Part, Role};
use mailtrail_policy_survey::{CallError, answers};
use percent_encoding::percent_decode_str;

use super::reader::{Reader, checked};

const ROLE: &str = "GetRole";
const ROLES: &str = "ListRoles";
const INLINE: &str = "GetRolePolicy";
const MANAGED: &str = "GetPolicy";
const VERSION: &str = "GetPolicyVersion";
const MISSING: [&str; 2] = ["NoSuchEntity", "NoSuchEntityException"];
/// The service that writes email events.
const WORKMAIL: &str = "events.workmail.amazonaws.com";
/// The largest page of `ListRoles`.
const PAGE: i32 = 1_000;

impl Reader<'_> {
    /// Reads one role, its policies, and its permissions boundary.
    pub(super) async fn role(&self, name: &str) -> Part<Option<Role>> {
        let client = Client::new(&self.account.config);
        let read = self.account.calls.run(ROLE, self.deadline, || client.get_role().role_name(name).send());
        let read = checked(read, |answer| {
            let Some(role) = answer.role() else { return Ok(()) };
            answers::expect(ROLE, "role", name, Some(role.role_name()))?;
            self.is_role_here(ROLE, role)
        });
        let (at, role) = match self.part_if_exists("iam", name, &MISSING, read).await {
            Part::Seen { at, value } => (at, value.and_then(|answer| answer.role)),
            Part::NotSeen { reason } => return Part::NotSeen { reason },
        };
        let Some(role) = role else { return Part::Seen { at, value: None } };
        let boundary = role.permissions_boundary.and_then(|it| it.permissions_boundary_arn);
        let value = Role {
            arn: role.arn,
            trust: decoded(&role.assume_role_policy_document.unwrap_or_default()),
            policies: self.part("iam", name, self.policies(&client, name)).await,
            boundary: match boundary {
                None => Part::Seen { at, value: None },
                Some(arn) => self.part("iam", &arn, self.boundary(&client, &arn)).await,
            },
        };
        Part::Seen { at, value: Some(value) }
    }

    /// The inline policies and the attached managed policies of a role.
    async fn policies(&self, client: &Client, role: &str) -> Result<Vec<IdentityPolicy>, CallError> {
        let ask = |token| client.list_role_policies().role_name(role).set_marker(token).send();
        let names = self.account.calls.all("ListRolePolicies", self.deadline, ask, |answer| {
            (answer.policy_names.clone(), answer.marker.clone())
        });
        let mut policies = Vec::new();
        for name in names.await? {
            let read = self.account.calls.run(INLINE, self.deadline, || {
                client.get_role_policy().role_name(role).policy_name(&name).send()
            });
            let answer = read.await?;
            answers::expect(INLINE, "role", role, Some(&answer.role_name))?;
            answers::expect(INLINE, "policy", &name, Some(&answer.policy_name))?;
            policies.push(IdentityPolicy { document: decoded(&answer.policy_document), name });
        }
        let ask = |token| client.list_attached_role_policies().role_name(role).set_marker(token).send();
        let attached = self.account.calls.all("ListAttachedRolePolicies", self.deadline, ask, |answer| {
            let arns = answer.attached_policies().iter().filter_map(|it| it.policy_arn().map(str::to_owned));
            (arns.collect(), answer.marker.clone())
        });
        for arn in attached.await? {
            policies.push(self.managed_policy(client, arn).await?);
        }
        Ok(policies)
    }

    async fn boundary(&self, client: &Client, arn: &str) -> Result<Option<IdentityPolicy>, CallError> {
        Ok(Some(self.managed_policy(client, arn.to_owned()).await?))
    }

    /// The default version of a managed policy.
    async fn managed_policy(&self, client: &Client, arn: String) -> Result<IdentityPolicy, CallError> {
        let calls = &self.account.calls;
        let read = calls.run(MANAGED, self.deadline, || client.get_policy().policy_arn(&arn).send());
        let policy = read.await?.policy.unwrap_or_else(|| Policy::builder().build());
        answers::expect(MANAGED, "policy", &arn, policy.arn())?;
        let version = policy.default_version_id.unwrap_or_default();
        let read = calls.run(VERSION, self.deadline, || {
            client.get_policy_version().policy_arn(&arn).version_id(&version).send()
        });
        let said = read.await?.policy_version.unwrap_or_else(|| PolicyVersion::builder().build());
        answers::expect(VERSION, "version", &version, said.version_id())?;
        Ok(IdentityPolicy { document: decoded(&said.document.unwrap_or_default()), name: arn })
    }

    /// The names of the roles whose trust policy names WorkMail's logging of email events.
    pub(super) async fn logging_roles(&self) -> Part<Vec<String>> {
        let client = Client::new(&self.account.config);
        let ask = |token| client.list_roles().max_items(PAGE).set_marker(token).send();
        let read = self
            .account
            .calls
            .all(ROLES, self.deadline, ask, |answer| (answer.roles().to_vec(), answer.marker.clone()));
        let read = checked(read, |roles| roles.iter().try_for_each(|role| self.is_role_here(ROLES, role)));
        let names = async {
            let trusted = |role: &types::Role| {
                role.assume_role_policy_document().is_some_and(|trust| decoded(trust).contains(WORKMAIL))
            };
            let roles = read.await?.into_iter().filter(trusted);
            Ok(roles.map(|role| role.role_name).collect())
        };
        self.part("iam", "*", names).await
    }

    /// Checks that a role is one of this account.
    fn is_role_here(&self, operation: &'static str, role: &types::Role) -> Result<(), CallError> {
        let parsed = Arn::parse(role.arn()).ok();
        let account = parsed.as_ref().map(Arn::account);
        answers::expect(operation, "account", &self.account.id, account)
    }
}

/// IAM returns policy documents percent-encoded.
fn decoded(document: &str) -> String {
    percent_decode_str(document).decode_utf8_lossy().into_owned()
}
