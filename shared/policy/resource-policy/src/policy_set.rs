//! Policies with their documents read: what checks look at, and what a planner changes step by step.

use crate::document::Document;
use crate::evaluate::Policies;
use crate::grant::Grant;
use crate::inventory::{Inventory, ResourcePolicy};
use crate::scope::PolicyScope;
use crate::statement::Statement;

/// One policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParsedPolicy {
    /// Where it belongs.
    pub scope: PolicyScope,
    /// Its text: as returned at first, as it would be written after a change.
    pub text: String,
    /// Its text read, if it can be.
    pub document: Option<Document>,
    /// The revision that was seen, of the policy of a log group.
    pub revision_id: Option<String>,
}

/// All policies of an account in one Region; of log groups those that were seen no earlier than the account's.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PolicySet {
    /// Those of the account first, then those of log groups.
    pub policies: Vec<ParsedPolicy>,
}

impl ParsedPolicy {
    /// A policy as it was seen.
    pub fn new(policy: &ResourcePolicy) -> Self {
        let of = if policy.resource_arn.is_some() { PolicyScope::LogGroup } else { PolicyScope::Account };
        let scope = of(policy.label().to_owned());
        Self {
            scope,
            text: policy.document.clone(),
            document: Document::parse(&policy.document).ok(),
            revision_id: policy.revision_id.clone(),
        }
    }

    /// The policy of a log group that has none.
    pub(crate) fn empty(scope: PolicyScope) -> Self {
        let document = Document::of(Vec::new());
        Self { scope, text: document.to_json(), document: Some(document), revision_id: None }
    }

    /// The same with other statements; in one line without white space, each label once.
    #[must_use]
    pub fn with(&self, document: &Document) -> Self {
        let document = document.with_unique_sids();
        Self { text: document.to_json(), document: Some(document), ..self.clone() }
    }

    /// Its statements; none, if it cannot be read.
    pub fn statements(&self) -> &[Statement] {
        self.document.as_ref().map_or(&[], Document::statements)
    }

    /// What to call it in a sentence.
    pub fn label(&self) -> &str {
        let (PolicyScope::Account(label) | PolicyScope::LogGroup(label)) = &self.scope;
        label
    }

    /// The ARN of its log group, if it belongs to one.
    pub fn log_group_arn(&self) -> Option<&str> {
        match &self.scope {
            PolicyScope::LogGroup(arn) => Some(arn),
            PolicyScope::Account(_) => None,
        }
    }
}

impl PolicySet {
    /// What was seen, and can be relied upon: [`Inventory::current_policies`].
    pub fn of(inventory: &Inventory) -> Self {
        Self { policies: inventory.current_policies().map(ParsedPolicy::new).collect() }
    }

    /// A state with nothing in it but grants.
    pub(crate) fn granting(grants: &[Grant]) -> Self {
        let document = Document::of(grants.iter().map(Grant::statement).collect());
        let scope = PolicyScope::Account(String::new());
        Self {
            policies: vec![ParsedPolicy {
                scope,
                text: document.to_json(),
                document: Some(document),
                revision_id: None,
            }],
        }
    }

    /// The policy of a scope, if there is one.
    pub(crate) fn at(&self, scope: &PolicyScope) -> Option<&ParsedPolicy> {
        self.policies.iter().find(|parsed| parsed.scope == *scope)
    }

    /// Puts a text in a scope, or leaves nothing there.
    pub fn put(&mut self, scope: &PolicyScope, text: Option<&str>) {
        let number = self.policies.iter().position(|parsed| parsed.scope == *scope);
        let parsed = text.map(|text| ParsedPolicy {
            scope: scope.clone(),
            text: text.to_owned(),
            document: Document::parse(text).ok(),
            revision_id: None,
        });
        match (number, parsed) {
            (Some(number), Some(parsed)) => self.policies[number] = parsed,
            (Some(number), None) => drop(self.policies.remove(number)),
            (None, parsed) => self.policies.extend(parsed),
        }
    }

    /// Ready to be asked.
    pub fn compile(&self) -> Policies<'_> {
        let mut policies = Policies::default();
        for parsed in &self.policies {
            match (&parsed.document, parsed.log_group_arn()) {
                (Some(document), log_group_arn) => policies.add(document, log_group_arn),
                (None, Some(log_group_arn)) => policies.add_unreadable_of(log_group_arn),
                (None, None) => policies.add_unreadable(),
            }
        }
        policies
    }
}
