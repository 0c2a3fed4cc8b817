//! Roles of IAM, and what their policies allow.
//!
//! The policies of an organization (service control policies, resource control policies) and session policies are not
//! read: they can only take away what is allowed here.

use mailtrail_aws_types::Arn;
use mailtrail_resource_policy::condition::Context;
use mailtrail_resource_policy::document::Document;
use mailtrail_resource_policy::evaluate::{Decision, Policies, Request, Requester};
use mailtrail_resource_policy::inventory::Part;
use serde::{Deserialize, Serialize};

/// A role of IAM.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Role {
    /// The ARN of the role.
    pub arn: String,
    /// The trust policy: which principals may assume the role.
    pub trust: String,
    /// The inline policies and the attached managed policies.
    pub policies: Part<Vec<IdentityPolicy>>,
    /// The permissions boundary; `None` where there is none.
    pub boundary: Part<Option<IdentityPolicy>>,
}

/// An identity-based policy.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct IdentityPolicy {
    /// The name of an inline policy, or the ARN of a managed one.
    pub name: String,
    /// The policy document.
    pub document: String,
}

/// What a role may do, by its identity-based policies and its permissions boundary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Permission<'a> {
    Allowed,
    /// No identity-based policy allows it, or one denies it.
    Denied,
    /// The permissions boundary, by name, does not allow it.
    OutsideBoundary(&'a str),
    /// It depends on conditions that cannot be evaluated.
    Depends,
    /// The policies were not read, for this reason.
    NotRead(&'a str),
}

impl Role {
    /// Whether the policies of the role allow an action.
    pub(crate) fn permits(&self, action: &str, resource: &str, context: &Context) -> Permission<'_> {
        let (policies, boundary) = match (&self.policies, &self.boundary) {
            (Part::Seen { value, .. }, Part::Seen { value: boundary, .. }) => (value, boundary),
            (Part::NotSeen { reason }, _) | (_, Part::NotSeen { reason }) => {
                return Permission::NotRead(reason);
            }
        };
        let request = Request { requester: Requester::Holder, action, resource };
        let identity = decide(policies, &request, context);
        let within = boundary.as_ref().map(|it| (it, decide(std::slice::from_ref(it), &request, context)));
        match (identity, within) {
            (Decision::Denied, _) => Permission::Denied,
            (_, Some((boundary, Decision::Denied))) => Permission::OutsideBoundary(&boundary.name),
            (Decision::Allowed, None | Some((_, Decision::Allowed))) => Permission::Allowed,
            _ => Permission::Depends,
        }
    }

    /// The name of the role, without its path.
    pub(crate) fn name(&self) -> &str {
        self.arn.rsplit('/').next().unwrap_or_default()
    }
}

fn decide(policies: &[IdentityPolicy], request: &Request, context: &Context) -> Decision {
    let documents: Vec<_> = policies.iter().map(|policy| Document::parse(&policy.document)).collect();
    let mut all = Policies::of_account(documents.iter().flatten());
    if documents.iter().any(Result::is_err) {
        all.add_unreadable();
    }
    all.decide(request, context)
}

/// The name of the role in an ARN, where the role is of this account: no call reads a role of another one.
pub fn name_in(arn: &str, account: &str) -> Option<String> {
    let arn = Arn::parse(arn).ok()?;
    (arn.account() == account).then(|| arn.role_name().map(str::to_owned))?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role(policies: &[&str], boundary: Option<&str>) -> Role {
        let policy =
            |document: &&str| IdentityPolicy { name: "p".to_owned(), document: (*document).to_owned() };
        Role {
            policies: Part::Seen { at: 0, value: policies.iter().map(policy).collect() },
            boundary: Part::Seen { at: 0, value: boundary.as_ref().map(policy) },
            ..Role::default()
        }
    }

    fn asked(policies: &[&str], boundary: Option<&str>) -> String {
        format!("{:?}", role(policies, boundary).permits("s3:PutObject", "arn:aws:s3:::b/k", &Context::new()))
    }

    const ALLOW: &str =
        r#"{"Statement":{"Effect":"Allow","Action":"s3:Put*","Resource":"arn:aws:s3:::b/*"}}"#;
    const DENY: &str = r#"{"Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}"#;
    const OTHER: &str = r#"{"Statement":{"Effect":"Allow","Action":"sqs:*","Resource":"*"}}"#;
    const TAGGED: &str = r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*",
        "Condition":{"StringEquals":{"aws:PrincipalTag/team":"mail"}}}}"#;
    const ALL_BUT: &str = r#"{"Statement":{"Effect":"Allow","NotAction":"s3:*","Resource":"*"}}"#;

    #[test]
    fn a_role_may_do_what_its_policies_and_its_boundary_allow() {
        assert_eq!(asked(&[ALLOW], None), "Allowed");
        assert_eq!(asked(&[OTHER, ALLOW], Some(ALLOW)), "Allowed");
        assert_eq!(asked(&[], None), "Denied");
        assert_eq!(asked(&[OTHER], None), "Denied");
        assert_eq!(asked(&[ALL_BUT], None), "Denied");
        assert_eq!(asked(&[ALLOW, DENY], None), "Denied");
        assert_eq!(asked(&[ALLOW], Some(OTHER)), r#"OutsideBoundary("p")"#);
    }

    #[test]
    fn what_cannot_be_evaluated_is_neither_allowed_nor_denied() {
        assert_eq!(asked(&[TAGGED], None), "Depends");
        assert_eq!(asked(&[ALLOW], Some(TAGGED)), "Depends");
        assert_eq!(asked(&[ALLOW, "no policy"], None), "Depends");
        let unread = Role { policies: Part::NotSeen { reason: "why".to_owned() }, ..role(&[ALLOW], None) };
        let permission = unread.permits("s3:PutObject", "*", &Context::new());
        assert_eq!(permission, Permission::NotRead("why"));
    }

    #[test]
    fn only_roles_of_the_account_are_named() {
        let arn = "arn:aws:iam::111122223333:role/service-role/writer";
        assert_eq!(name_in(arn, "111122223333").as_deref(), Some("writer"));
        assert_eq!(name_in(arn, "444455556666"), None);
        assert_eq!(name_in("writer", "111122223333"), None);
    }
}
