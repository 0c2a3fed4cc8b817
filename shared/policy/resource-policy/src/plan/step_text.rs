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
            "Write the document from before again.".to_owned()
        } else {
            "Write the documents from before again, the last one first; delete those that were not there."
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
        risk_reason: "It says the same.",
    }
}

pub(super) fn covered_entries(count: usize) -> StepText {
    StepText {
        what: format!("Take out {} that other entries take in.", entries(count)),
        why: "They allow nothing that is not allowed without them.",
        risk: Risk::None,
        risk_reason: "Access is the same before and after.",
    }
}

pub(super) fn dead_entries(count: usize, of_aws: bool) -> StepText {
    let risk_reason = if of_aws {
        "A log group that is created again under the same name gets its entry when logging is set up again, not before."
    } else {
        "Somebody wrote this policy: a deployment tool may put the entries back, and an entry may have been written \
         before its log group."
    };
    StepText {
        what: format!("Take out {} of log groups that do not exist.", entries(count)),
        why: "AWS adds an entry when logging is set up, and never takes one out when the log group is deleted.",
        risk: Risk::Low,
        risk_reason,
    }
}

pub(super) fn merged_statements() -> StepText {
    StepText {
        what: "Make one statement of those that differ only in their resources.".to_owned(),
        why: "Everything but the resources is there several times.",
        risk: Risk::None,
        risk_reason: "Access is the same before and after; labels of statements may go.",
    }
}

pub(super) fn vended_logs(count: usize) -> StepText {
    StepText {
        what: format!("Let log delivery write to {VENDED_LOGS_PREFIX}* with one entry instead of {count}."),
        why: "Log groups under this prefix then need no entry, new ones neither.",
        risk: Risk::Medium,
        risk_reason: "Log delivery on behalf of this account can write to every log group under the prefix.",
    }
}

pub(super) fn to_log_groups(count: usize) -> StepText {
    let what = if count == 1 {
        "Put the entries of one log group into a policy of that log group.".to_owned()
    } else {
        format!("Put the entries of {count} log groups into policies of those log groups.")
    };
    StepText {
        what,
        why: "A log group can have one policy of its own, which counts for itself.",
        risk: Risk::Low,
        risk_reason: "A log group has room for one policy: whoever wants to attach another one has to edit this one.",
    }
}
