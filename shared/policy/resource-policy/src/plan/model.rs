//! The file that `mailtrail policy apply` reads.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::grant::Grant;
use crate::limits::{Limits, NEAR_PERCENT};
use crate::moving::Refusal;
use crate::prove::{Proof, Violation};
use crate::scope::PolicyScope;

/// What a plan is to reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The limits.
    pub limits: Limits,
    /// Which of them counts.
    pub target: TargetLimit,
    /// The share of it, in percent, that no policy is to exceed.
    pub target_percent: usize,
    /// The characters that single policies are not to exceed, by name (of a log group's policy: by the ARN of that),
    /// where that is less: of those that grow fast.
    pub size_limits: BTreeMap<String, usize>,
    /// Log groups to be moved whether or not a limit would be hit.
    pub moves: Vec<String>,
    /// Names for the new log groups, by the names of the old ones, where the rule's are not wanted.
    pub names: BTreeMap<String, String>,
}

/// The limit that a plan aims below.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TargetLimit {
    /// [`Limits::soft_characters`].
    Soft,
    /// [`Limits::hard_characters`].
    Hard,
}

/// Steps, and the proof that they take access from no log group that exists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The version of this form: [`Plan::FORMAT`].
    pub format: u32,
    /// The account, if it is known.
    pub account: Option<String>,
    /// The Region, if it is known.
    pub region: Option<String>,
    /// Which limit it aims below.
    pub target: TargetLimit,
    /// The characters that no policy is to exceed.
    pub target_characters: usize,
    /// To be carried out in this order.
    pub steps: Vec<Step>,
    /// Everything that is allowed after it and was not before.
    pub grants: Vec<Grant>,
    /// Policies that stay above the target, and why.
    pub unmet: Vec<Unmet>,
    /// Log groups that were asked for, or would help, and cannot be moved.
    pub refused: Vec<Refusal>,
    /// What was proved, over how much.
    pub proof: Proof,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What kind of step.
    pub kind: StepKind,
    /// What it does.
    pub what: String,
    /// Why.
    pub why: String,
    /// Characters that it saves in the policy that is too large, the last one that it writes.
    pub saves: i64,
    /// Characters that it will save once the old log group is deleted, of a move.
    pub saves_later: i64,
    /// How much could go wrong.
    pub risk: Risk,
    /// What could go wrong.
    pub risk_reason: String,
    /// How it is undone.
    pub undo: String,
    /// Policies to be written, in this order: what grants comes before what takes away.
    pub writes: Vec<Write>,
    /// The destination to be moved after the writes; its new log group has to be made before them.
    #[serde(rename = "move", default, skip_serializing_if = "Option::is_none")]
    pub moving: Option<Move>,
}

/// The kinds of steps, the cheapest and safest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepKind {
    /// White space between tokens is removed.
    WhiteSpace,
    /// Entries that another one covers are removed.
    CoveredEntries,
    /// Statements that differ only in their resources become one.
    MergeStatements,
    /// Entries that log delivery wrote for log groups that do not exist any more are removed.
    DeadEntries,
    /// Entries move to the policies of their log groups.
    LogGroupPolicies,
    /// One entry for `/aws/vendedlogs/*` instead of many.
    VendedLogsWildcard,
    /// The statements of an account policy move to another one, where the quota of policies is nearly used up.
    MergePolicies,
    /// A destination moves to a log group under `/aws/vendedlogs/`.
    MoveDestination,
}

/// How much could go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Risk {
    /// Access is the same before and after.
    None,
    /// What could be missed is something that is not visible in the account.
    Low,
    /// Access changes, within the grants that are listed, or a deployment tool may undo the step and access with it.
    Medium,
    /// Where logs go changes.
    High,
}

/// A policy that is written, or deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Write {
    /// Which one.
    #[serde(rename = "place")]
    pub scope: PolicyScope,
    /// The document before, as it must be found; `None`: there is none.
    pub before: Option<String>,
    /// The document after; `None`: the policy is deleted.
    pub after: Option<String>,
    /// The revision that is replaced: of policies of log groups only, `None` for the first one. Of several writes to
    /// one log group's policy in a plan, only the first can know it; the others follow on that one's answer.
    pub expected_revision_id: Option<String>,
}

/// A destination that moves to another log group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    /// The log group that it writes to, by name.
    pub from: String,
    /// The log group that it is to write to, by name; it does not exist yet.
    pub to: String,
    /// V2 destinations that write there; to be re-pointed in place.
    pub v2: Vec<V2Destination>,
    /// V1 services that write there: commands for people, filled in.
    pub v1: Vec<crate::v1::Commands>,
    /// What says that the next deployment would undo the move; then it is a proposal only, not to be applied.
    pub managed_by: Option<String>,
}

/// A V2 delivery destination that moves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct V2Destination {
    /// Its name, which stays.
    pub name: String,
    /// Its output format, which stays.
    pub output_format: Option<String>,
    /// The deliveries that use it, by id: all of them move at once.
    pub deliveries: Vec<String>,
    /// The ARN that it writes to now.
    pub from_arn: String,
    /// The ARN that it is to write to.
    pub to_arn: String,
}

/// A policy that stays above the target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unmet {
    /// Which one.
    #[serde(rename = "place")]
    pub scope: PolicyScope,
    /// Its size after the plan.
    pub characters: usize,
    /// What stands in the way, a sentence each.
    pub reasons: Vec<String>,
}

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// The account-level policies were not seen.
    #[error("failed to plan: the policies of the account were not read: {0}")]
    PoliciesNotSeen(String),
    /// The steps could not be proved to be safe: a fault in the planner. Nothing of them is shown.
    #[error("failed to prove the plan safe: {0}")]
    NotProved(#[from] Violation),
}

impl StepKind {
    /// How much could go wrong with it.
    pub const fn risk(self) -> Risk {
        match self {
            Self::WhiteSpace | Self::CoveredEntries | Self::MergeStatements => Risk::None,
            Self::DeadEntries | Self::LogGroupPolicies => Risk::Low,
            Self::VendedLogsWildcard | Self::MergePolicies => Risk::Medium,
            Self::MoveDestination => Risk::High,
        }
    }
}

impl Move {
    /// Whether `mailtrail policy apply` carries it out: it has V2 destinations, and no deployment tool keeps them.
    pub fn is_automatic(&self) -> bool {
        self.managed_by.is_none() && !self.v2.is_empty()
    }

    /// One of its V2 destinations, by name.
    pub fn destination(&self, name: &str) -> Option<&V2Destination> {
        self.v2.iter().find(|destination| destination.name == name)
    }
}

impl Plan {
    /// The version of the form of a plan.
    pub const FORMAT: u32 = 1;

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }
}

impl Default for Options {
    /// At most 80 % of the soft limit, and no moves that are not needed.
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            target: TargetLimit::Soft,
            target_percent: NEAR_PERCENT,
            size_limits: BTreeMap::new(),
            moves: Vec::new(),
            names: BTreeMap::new(),
        }
    }
}

impl Options {
    /// The characters that no policy is to exceed.
    pub fn target_characters(&self) -> usize {
        let limit = match self.target {
            TargetLimit::Soft => self.limits.soft_characters,
            TargetLimit::Hard => self.limits.hard_characters,
        };
        limit * self.target_percent / 100
    }

    /// The characters that one policy is not to exceed.
    pub fn characters_of(&self, place: &PolicyScope) -> usize {
        let target = self.target_characters();
        self.size_limits.get(place.label()).map_or(target, |less| target.min(*less))
    }
}
