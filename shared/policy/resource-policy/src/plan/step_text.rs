//! The sentences of a step.

use super::model::{Risk, Step, StepKind, Write};
use crate::limits::VENDED_LOGS_PREFIX;

/// The sentences of a step, without its figures.
pub(super) struct StepText {
    what: String,
    why: &'static str,
    risk: Risk,
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
            why: self.why.to_owned(),
            saves: i64::try_from(saves).unwrap_or(i64::MAX),
            saves_later: 0,
            risk: self.risk,
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
        why: "The limits count the text, white space included.",
        risk: Risk::None,
        risk_reason: "The elements is the same.",
    }
}

pub(super) fn covered_entries(count: usize) -> StepText {
    StepText {
        what: format!("Remove {} that other entries cover.", entries(count)),
        why: "The other entries allow the same.",
        risk: Risk::None,
        risk_reason: "Access is the same before and after.",
    }
}

pub(super) fn dead_entries(count: usize, of_aws: bool) -> StepText {
    let risk_reason = if of_aws {
        "A log group that is created again under the same name gets its entry when logging is set up again, not before."
    } else {
        "AWS did not write this policy: a deployment tool may restore the entries, and an entry may have been written \
         before its log group was created."
    };
    StepText {
        what: format!("Remove {} of log groups that do not exist.", entries(count)),
        why: "AWS adds an entry when logging is set up, and never removes it when the log group is deleted.",
        risk: Risk::Low,
        risk_reason,
    }
}

pub(super) fn merged_statements() -> StepText {
    StepText {
        what: "Merge the statements that differ only in their resources.".to_owned(),
        why: "Everything but the resources is repeated in each of them.",
        risk: Risk::None,
        risk_reason: "Access is the same before and after; `Sid`s of merged statements are removed.",
    }
}

pub(super) fn vended_logs(count: usize) -> StepText {
    StepText {
        what: format!("Allow log delivery to {VENDED_LOGS_PREFIX}* with one entry instead of {count}."),
        why: "Log groups under this prefix, new ones included, then need no entry.",
        risk: Risk::Medium,
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
        why: "A log group can have one resource policy of its own, with a size limit of its own.",
        risk: Risk::Low,
        risk_reason: "A log group has one resource policy: to allow anything else, edit that policy.",
    }
}
