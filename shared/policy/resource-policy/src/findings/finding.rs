//! One finding: what was found, how much it matters, and what to do.

use std::borrow::Cow;

use mailtrail_aws_types::{AccountId, Region};
use serde::Serialize;

use crate::arn;

/// Something that deserves a look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What kind of thing; stable, in kebab case.
    pub id: Kind,
    /// How much it matters.
    pub severity: Severity,
    /// The policy, by name, or by the ARN of its log group.
    pub policy: Option<String>,
    /// The statement, by its `Sid`, or by its place, counted from 1: `#2`; none, if it is not exactly one.
    pub statement: Option<String>,
    /// All statements that it is about, likewise.
    pub statements: Vec<String>,
    /// The resources: entries, log groups, deliveries.
    pub resources: Vec<String>,
    /// What was found.
    pub message: String,
    /// What to do, in words: text of this crate, in which nothing of an account stands but its id, its Region and its
    /// partition.
    pub fix: Cow<'static, str>,
}

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Good to know; nothing is wrong.
    Note,
    /// It does, or may do, harm.
    Warning,
    /// Log delivery fails, or will with the next change, or anyone may write.
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
    /// There is little room for another account-level policy.
    PoliciesNearLimit,
    /// So many account-level policies are added that there will soon be no room for another. As with [`Kind::FullSoon`], it
    /// takes a forecast to know.
    PoliciesUsedUpSoon,
    /// The text is not a policy document.
    NotAPolicy,
    /// A statement that is not understood, and therefore left alone.
    StatementNotUnderstood,
    /// Entries that log delivery wrote for log groups that do not exist any more.
    DeadEntries,
    /// Entries of log groups that do not exist, which others than log delivery wrote: they may be created later.
    NotYetThere,
    /// Entries of log groups of which it is not known whether they exist.
    UnknownEntries,
    /// Entries that another one covers.
    CoveredEntries,
    /// White space that counts.
    WhiteSpace,
    /// A service is let in without the conditions on the source that its documentation names.
    NoSourceCondition,
    /// `aws:SourceArn` and `aws:SourceAccount` name different accounts.
    SourceAccountsDiffer,
    /// Anyone is let in.
    WildcardPrincipal,
    /// Another account is let in.
    ForeignPrincipal,
    /// A principal is let in that delivers nothing by a resource policy.
    IneffectivePrincipal,
    /// A grant that matches no request.
    IneffectiveGrant,
    /// A delivery source whose resource was deleted.
    DeliverySourceGone,
    /// A destination that several deliveries share.
    DestinationShared,
    /// A part of the account that was not seen.
    NotSeen,
}

/// Statements that are named in a sentence.
const NAMED: usize = 3;

impl Finding {
    /// A finding about the account.
    pub fn new(id: Kind, severity: Severity, message: String, fix: &'static str) -> Self {
        let (policy, statement, statements, resources) = (None, None, Vec::new(), Vec::new());
        Self { id, severity, policy, statement, statements, resources, message, fix: Cow::Borrowed(fix) }
    }

    /// The same with account, Region and partition where the fix names them, as far as they are known and are some.
    pub(super) fn in_place(mut self, account: Option<&str>, region: Option<&str>) -> Self {
        let account = account.filter(|account| AccountId::is_valid(account));
        let region = region.filter(|region| Region::is_valid(region));
        let known = [("ACCOUNT", account), ("REGION", region), ("PARTITION", region.map(arn::partition))];
        for (name, value) in known {
            if let Some(value) = value.filter(|_| self.fix.contains(name)) {
                self.fix = self.fix.replace(name, value).into();
            }
        }
        self
    }

    /// The same about a policy.
    #[must_use]
    pub fn of_policy(mut self, policy: &str) -> Self {
        self.policy = Some(policy.to_owned());
        self
    }

    /// What it is about, for people: the policy, and the statements of it.
    pub fn location(&self) -> Option<String> {
        let policy = self.policy.as_ref()?;
        let named = self.statements.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
        let more = match self.statements.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        Some(match self.statements.len() {
            0 => policy.clone(),
            1 => format!("{policy}, statement {named}"),
            _ => format!("{policy}, statements {named}{more}"),
        })
    }

    /// The same about statements.
    pub(super) fn of_statements(mut self, statements: Vec<String>) -> Self {
        self.statement = match statements.as_slice() {
            [one] => Some(one.clone()),
            _ => None,
        };
        self.statements = statements;
        self
    }

    pub(super) fn about(mut self, resources: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.resources = resources.into_iter().map(Into::into).collect();
        self
    }
}
