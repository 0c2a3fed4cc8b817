//! One finding: what was found, how much it matters, and what to do.

use serde::Serialize;

/// Something that deserves a look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What kind of thing; stable, in kebab case.
    pub id: Kind,
    /// How much it matters.
    pub severity: Severity,
    /// The policy, by name, or by the ARN of its log group.
    pub policy: Option<String>,
    /// The statement, by its `Sid`, or by its place, counted from 1: `#2`.
    pub statement: Option<String>,
    /// The resources: entries, log groups, deliveries.
    pub resources: Vec<String>,
    /// What was found.
    pub message: String,
    /// What to do, in words.
    pub fix: String,
}

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Good to know; nothing is wrong.
    Note,
    /// It does, or may do, harm.
    Warning,
    /// Log delivery fails, or will with the next change.
    Critical,
}

/// What kinds of findings there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The document is as long as the hard limit, or longer.
    OverHardLimit,
    /// The document is as long as the soft limit, or longer.
    OverSoftLimit,
    /// The document is close to the hard limit.
    NearHardLimit,
    /// The document is close to the soft limit.
    NearSoftLimit,
    /// The document grows so fast that it will soon hit a limit. It takes a forecast to know, and so more than an
    /// inventory: [`crate::findings::findings`] does not tell it.
    FullSoon,
    /// There is no room for another account-level policy.
    PoliciesUsedUp,
    /// The text is not a policy document.
    NotAPolicy,
    /// A statement that is not understood, and therefore left alone.
    StatementNotUnderstood,
    /// Entries of log groups that do not exist.
    DeadEntries,
    /// Entries of log groups of which it is not known whether they exist.
    UnknownEntries,
    /// Entries that another one covers.
    CoveredEntries,
    /// White space that counts.
    WhiteSpace,
    /// A service is let in without `aws:SourceArn` or `aws:SourceAccount`.
    NoSourceCondition,
    /// `aws:SourceArn` and `aws:SourceAccount` name different accounts.
    SourceAccountsDiffer,
    /// Anyone is let in.
    WildcardPrincipal,
    /// A delivery source whose resource was deleted.
    DeliverySourceGone,
    /// A destination that several deliveries share.
    DestinationShared,
    /// A part of the account that was not seen.
    NotSeen,
}

impl Finding {
    /// What it is about, for people: the policy, and the statement of it.
    pub fn location(&self) -> Option<String> {
        let policy = self.policy.as_ref()?;
        let statement = self.statement.as_ref().map(|statement| format!(", statement {statement}"));
        Some(format!("{policy}{}", statement.unwrap_or_default()))
    }

    pub(super) fn new(id: Kind, severity: Severity, message: String, fix: &str) -> Self {
        let (policy, statement, resources) = (None, None, Vec::new());
        Self { id, severity, policy, statement, resources, message, fix: fix.to_owned() }
    }

    pub(super) fn of_policy(mut self, policy: &str) -> Self {
        self.policy = Some(policy.to_owned());
        self
    }

    pub(super) fn of_statement(mut self, statement: String) -> Self {
        self.statement = Some(statement);
        self
    }

    pub(super) fn about(mut self, resources: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.resources = resources.into_iter().map(Into::into).collect();
        self
    }
}
