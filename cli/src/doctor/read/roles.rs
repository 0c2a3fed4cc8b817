//! Roles of IAM, with their policies.

use aws_sdk_iam::Client;
use mailtrail_doctor::{IdentityPolicy, Part, Role};
use mailtrail_policy_survey::CallError;
use percent_encoding::percent_decode_str;

use super::reader::Reader;

const MISSING: [&str; 2] = ["NoSuchEntity", "NoSuchEntityException"];
/// The service that writes email events.
const WORKMAIL: &str = "events.workmail.amazonaws.com";
/// The largest page of `ListRoles`.
const PAGE: i32 = 1_000;

impl Reader<'_> {
    /// Reads one role, its policies, and its permissions boundary.
    pub(super) async fn role(&self, name: &str) -> Part<Option<Role>> {
        let client = Client::new(&self.account.config);
        let read =
            self.account.calls.run("GetRole", self.deadline, || client.get_role().role_name(name).send());
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
            let read = self.account.calls.run("GetRolePolicy", self.deadline, || {
                client.get_role_policy().role_name(role).policy_name(&name).send()
            });
            policies.push(IdentityPolicy { document: decoded(&read.await?.policy_document), name });
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
        let policy = calls.run("GetPolicy", self.deadline, || client.get_policy().policy_arn(&arn).send());
        let version = policy.await?.policy.and_then(|policy| policy.default_version_id).unwrap_or_default();
        let read = calls.run("GetPolicyVersion", self.deadline, || {
            client.get_policy_version().policy_arn(&arn).version_id(&version).send()
        });
        let document = read.await?.policy_version.and_then(|version| version.document);
        Ok(IdentityPolicy { document: decoded(&document.unwrap_or_default()), name: arn })
    }

    /// The names of the roles whose trust policy names WorkMail's logging of email events.
    pub(super) async fn logging_roles(&self) -> Part<Vec<String>> {
        let client = Client::new(&self.account.config);
        let ask = |token| client.list_roles().max_items(PAGE).set_marker(token).send();
        let read = self.account.calls.all("ListRoles", self.deadline, ask, |answer| {
            let roles = answer.roles().iter().filter(|role| {
                role.assume_role_policy_document().is_some_and(|trust| decoded(trust).contains(WORKMAIL))
            });
            (roles.map(|role| role.role_name().to_owned()).collect(), answer.marker.clone())
        });
        self.part("iam", "*", read).await
    }
}

/// IAM returns policy documents percent-encoded.
fn decoded(document: &str) -> String {
    percent_decode_str(document).decode_utf8_lossy().into_owned()
}
