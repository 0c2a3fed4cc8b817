//! IAM policy documents.

use std::collections::BTreeMap;

use serde::Serialize;

/// A policy document, serialized as IAM expects it.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html>
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Policy {
    version: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'static str>,
    statement: Vec<Statement>,
}

/// A statement with the effect `Allow`. No document here has another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Statement {
    sid: &'static str,
    effect: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    principal: Option<BTreeMap<&'static str, String>>,
    action: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    resource: Vec<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    condition: BTreeMap<&'static str, BTreeMap<&'static str, String>>,
}

impl Policy {
    pub(crate) fn new(statement: Vec<Statement>) -> Self {
        Self { version: "2012-10-17", id: None, statement }
    }

    pub(crate) fn with_id(self, id: &'static str) -> Self {
        Self { id: Some(id), ..self }
    }

    /// The statements, in document order.
    pub fn statements(&self) -> &[Statement] {
        &self.statement
    }
}

impl Statement {
    /// Allows actions on resources.
    pub(crate) fn allow<A: Into<String>, R: Into<String>>(
        sid: &'static str,
        actions: impl IntoIterator<Item = A>,
        resources: impl IntoIterator<Item = R>,
    ) -> Self {
        Self {
            sid,
            effect: "Allow",
            principal: None,
            action: actions.into_iter().map(Into::into).collect(),
            resource: resources.into_iter().map(Into::into).collect(),
            condition: BTreeMap::new(),
        }
    }

    /// Allows an action without a resource: the statement of a trust policy.
    pub(crate) fn trust(sid: &'static str, action: &str) -> Self {
        Self::allow(sid, [action], [""; 0])
    }

    /// Sets the principal; `kind` is `Service` or `AWS`.
    pub(crate) fn for_principal(mut self, kind: &'static str, principal: impl Into<String>) -> Self {
        self.principal = Some(BTreeMap::from([(kind, principal.into())]));
        self
    }

    pub(crate) fn when(
        mut self,
        operator: &'static str,
        key: &'static str,
        value: impl Into<String>,
    ) -> Self {
        self.condition.entry(operator).or_default().insert(key, value.into());
        self
    }

    /// Sets a service as the principal, with conditions on the account and the source, so that no other account can use
    /// it as a confused deputy. ARNs of buckets and hosted zones have no account, so that one condition is not enough.
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html>
    pub(crate) fn for_service(self, service: &str, account: &str, source_arn: &str) -> Self {
        self.for_principal("Service", service).when("StringEquals", "aws:SourceAccount", account).when(
            "ArnLike",
            "aws:SourceArn",
            source_arn,
        )
    }

    /// The service principal, for statements that have one.
    pub fn service(&self) -> Option<&str> {
        self.principal.as_ref()?.get("Service").map(String::as_str)
    }

    /// The value of a condition, by operator and key.
    pub fn condition(&self, operator: &str, key: &str) -> Option<&str> {
        self.condition.get(operator)?.get(key).map(String::as_str)
    }
}
