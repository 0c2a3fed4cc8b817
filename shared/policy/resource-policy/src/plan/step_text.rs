//! The sentences of a step.

use super::model::{Step, StepKind, Write};
use crate::limits::VENDED_LOGS_PREFIX;

/// The sentences of a step, without its figures.
pub(super) struct StepText {
    what: String,
    why: String,
    risk_reason: &'static str,
}

impl StepText {
    pub(super) fn step(self, kind: StepKind, saves: usize, writes: Vec<Write>) -> Step {
        let undo = if writes.len() == 1 {
            "Write the previous document again.".to_owned()
        } else {
            "Write the previous documents again, the last one first; delete the policies that did not exist."
                .to_owned()
        };
        Step {
            kind,
            what: self.what,
            why: self.why,
            saves: i64::try_from(saves).unwrap_or(i64::MAX),
            saves_later: 0,
            risk: kind.risk(),
            risk_reason: self.risk_reason.to_owned(),
            undo,
            writes,
            moving: None,
        }
    }
}

fn entries(count: usize) -> String {
    if count == 1 { "one entry".to_owned() } else { format!("{count} entries") }
}

pub(super) fn white_space() -> StepText {
    StepText {
        what: "Write the document without white space.".to_owned(),
        why: "The limits count the text, white space included.".to_owned(),
        risk_reason: "The elements are the same.",
    }
}

pub(super) fn covered_entries(count: usize) -> StepText {
    StepText {
        what: format!("Remove {} that other entries cover.", entries(count)),
        why: "The other entries allow the same.".to_owned(),
        risk_reason: "Access is the same before and after.",
    }
}

pub(super) fn dead_entries(count: usize) -> StepText {
    StepText {
        what: format!("Remove {} of log groups that do not exist.", entries(count)),
        why: "AWS adds an entry when logging is set up, and never removes it when the log group is deleted."
            .to_owned(),
        risk_reason: "A log group that is created again under the same name gets its entry when logging is set up again, \
                      not before.",
    }
}

pub(super) fn merged_statements() -> StepText {
    StepText {
        what: "Merge the statements that differ only in their resources.".to_owned(),
        why: "Everything but the resources is repeated in each of them.".to_owned(),
        risk_reason: "Access is the same before and after; the Sids of merged statements are removed.",
    }
}

pub(super) fn vended_logs(count: usize) -> StepText {
    StepText {
        what: format!("Allow log delivery to {VENDED_LOGS_PREFIX}* with one entry instead of {count}."),
        why: "Log groups under this prefix, new ones included, then need no entry.".to_owned(),
        risk_reason: "Log delivery on behalf of this account can write to every log group under the prefix.",
    }
}

pub(super) fn to_log_groups(count: usize) -> StepText {
    let what = if count == 1 {
        "Move the entries of one log group to its own resource policy.".to_owned()
    } else {
        format!("Move the entries of {count} log groups to their own resource policies.")
    };
    StepText {
        what,
        why: "A log group can have one resource policy of its own, with a size limit of its own.".to_owned(),
        risk_reason: "A log group has one resource policy: to allow anything else, edit that policy.",
    }
}

/// Statements of an account policy that move to another one. `kept` are policies that are not merged.
pub(super) fn merged_policies(from: &str, into: &str, kept: &[String]) -> StepText {
    let mut why =
        "An account has at most 10 account policies in a Region, a quota that cannot be raised.".to_owned();
    if !kept.is_empty() {
        why.push_str(" Not merged, because AWS services find them by name: ");
        why.push_str(&kept.join(", "));
        why.push('.');
    }
    StepText {
        what: format!(
            "Move the statements of the account policy {from} to the account policy {into}, and delete {from}."
        ),
        why,
        risk_reason: "Access is the same before and after. Account policies have no tags: a deployment tool that manages \
                      one of the two may write it again, and the statements that moved there would be lost; change the \
                      deployment first.",
    }
}
