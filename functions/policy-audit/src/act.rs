//! What is done about a policy that is too full.

use std::time::Duration;

use mailtrail_delivery::{Archive, Deadline};
use mailtrail_policy_apply::journal::{self, History};
use mailtrail_policy_apply::{Apply, ApplyError, End, JournalError, Options, Outcome, is_ours};
use mailtrail_policy_report::Report;
use mailtrail_policy_survey::Account;
use mailtrail_resource_policy::plan::{Plan, Step};
use serde::Serialize;

use crate::settings::{Mode, Settings};

/// The most time that is kept free for carrying a plan out, and for telling of it.
pub(crate) const MOST_TIME: Duration = Duration::from_mins(7);
/// How long a move waits for the first event in a new log group: most of an invocation is for other things.
const WAIT: Duration = Duration::from_mins(2);
/// What is kept of the time for the report of what was done.
const RESERVE: Duration = Duration::from_secs(10);
/// Journals that are looked at, the latest ones: an interrupted run is among those of the last days.
const JOURNALS: usize = 20;

/// What was done.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Acted {
    /// The journals of what was done, by which it is undone.
    pub(crate) journals: Vec<String>,
    /// What was done, a sentence each.
    pub(crate) done: Vec<String>,
    /// What could not be done, a sentence each.
    pub(crate) failed: Vec<String>,
}

impl Acted {
    /// Nothing was done, and nothing failed.
    pub(crate) fn is_nothing(&self) -> bool {
        self.done.is_empty() && self.failed.is_empty()
    }

    pub(crate) fn after(mut self, earlier: Self) -> Self {
        self.journals.splice(0..0, earlier.journals);
        self.done.splice(0..0, earlier.done);
        self.failed.splice(0..0, earlier.failed);
        self
    }

    fn of(ended: Result<Outcome, ApplyError>) -> Self {
        match ended {
            Ok(outcome) => {
                let mut acted = Self { journals: vec![outcome.journal.clone()], ..Self::default() };
                let changes = if outcome.changes == 1 { "change" } else { "changes" };
                acted.done.push(format!("{} {changes} (undo: {})", outcome.changes, outcome.journal));
                acted.done.extend(outcome.moves.iter().map(|it| format!("moved {} to {}", it.from, it.to)));
                if outcome.end == End::Stopped
                    && let Some(refused) = outcome.refused
                {
                    acted.failed.push(format!("{}: {}", refused.destination, refused.reason));
                    acted.failed.extend(outcome.kept);
                }
                acted
            }
            Err(error) => Self { failed: vec![error.to_string()], ..Self::default() },
        }
    }
}

/// The part of the plan that may be carried out now, if a policy is too full.
pub(crate) fn on(report: &Report, settings: &Settings) -> Option<Plan> {
    let is_full = report.highest_soft_percent() >= settings.plan.target_percent;
    let is_soon = report.fewest_days().is_some_and(|days| days <= settings.days);
    let mut plan = report.plan.clone().filter(|_| is_full || is_soon)?;
    match settings.mode {
        Mode::Report => return None,
        Mode::Shrink => plan.steps.retain(|step| step.moving.is_none()),
        Mode::Move => {}
    }
    plan.steps.iter().any(is_for_us).then_some(plan)
}

/// Whether carrying a step out changes anything: not where people have to do it.
fn is_for_us(step: &Step) -> bool {
    step.moving.as_ref().map_or(!step.writes.is_empty(), is_ours)
}

/// Carries a plan out.
pub(crate) async fn apply(account: &Account, archive: &Archive, plan: &Plan, deadline: Deadline) -> Acted {
    let apply = Apply::new(account, archive, options(account, deadline));
    Acted::of(apply.run(plan, &mut |_| {}).await)
}

/// Goes on with what an earlier invocation had no time to end.
pub(crate) async fn resume(account: &Account, archive: &Archive, mode: Mode, deadline: Deadline) -> Acted {
    let mut acted = Acted::default();
    if mode == Mode::Report {
        return acted;
    }
    match interrupted(account, archive, deadline).await {
        Ok(interrupted) => {
            for (id, plan) in interrupted {
                if mode < Mode::Move && plan.steps.iter().any(|step| step.moving.is_some()) {
                    acted.failed.push(format!(
                        "{id} was interrupted, and moves destinations, which the mode does not allow: go on with it, \
                         or undo it, with `mailtrail policy`"
                    ));
                    continue;
                }
                let apply = Apply::new(account, archive, options(account, deadline));
                acted = Acted::of(apply.resume(&id, &mut |_| {}).await).after(acted);
            }
        }
        Err(error) => acted.failed.push(error.to_string()),
    }
    acted
}

/// The journals of this account and Region that have no end.
async fn interrupted(
    account: &Account,
    archive: &Archive,
    deadline: Deadline,
) -> Result<Vec<(String, Plan)>, JournalError> {
    let reader = archive.reader();
    let ids = journal::list(&reader, deadline).await?;
    let mut found = Vec::new();
    for id in ids.iter().rev().take(JOURNALS).rev() {
        let history = History::of(id, journal::read(&reader, id, deadline).await?)?;
        let is_here = (history.account.as_str(), history.region.as_str()) == (&account.id, &account.region);
        if is_here && history.outcome.is_none() && !history.undoing {
            found.push((id.clone(), history.plan));
        }
    }
    Ok(found)
}

fn options(account: &Account, deadline: Deadline) -> Options {
    let options = Options::at(account);
    Options { deadline: deadline.reserve(RESERVE), wait: options.wait.min(WAIT), ..options }
}

#[cfg(test)]
mod tests {
    use mailtrail_policy_report::History;
    use mailtrail_resource_policy::inventory::Inventory;
    use mailtrail_resource_policy::plan::{self, StepKind};

    use super::*;
    use crate::settings::tests::environment;

    const AUDIT: &str = "/aws/workmail/audit/example";

    fn settings(variables: &[(&str, &str)]) -> Settings {
        Settings::read(&environment(variables)).unwrap()
    }

    /// The sample account, of which one policy is 98 % full; with log groups that are to be moved.
    fn report(settings: &Settings, moves: &[&str]) -> Report {
        let inventory = Inventory::from_json(include_str!("../../../infra/policies/account.json")).unwrap();
        let moves = moves.iter().map(|group| (*group).to_owned()).collect();
        let options = plan::Options { moves, ..settings.plan.clone() };
        Report::of(&inventory, &History::default(), &options, settings.days, 0)
    }

    fn kinds(settings: &Settings, moves: &[&str]) -> Option<Vec<StepKind>> {
        let plan = on(&report(settings, moves), settings)?;
        Some(plan.steps.iter().map(|step| step.kind).collect())
    }

    #[test]
    fn each_mode_allows_what_the_one_before_allows_and_more() {
        let of = |mode| kinds(&settings(&[("MAILTRAIL_POLICY_MODE", mode)]), &[AUDIT]);
        assert_eq!(of("report"), None);
        assert_eq!(of("shrink"), Some(vec![StepKind::DeadEntries]));
        assert_eq!(of("move"), Some(vec![StepKind::DeadEntries, StepKind::MoveDestination]));
    }

    #[test]
    fn nothing_is_done_below_the_share() {
        let settings =
            settings(&[("MAILTRAIL_POLICY_MODE", "move"), ("MAILTRAIL_POLICY_SOFT_LIMIT", "51200")]);
        assert_eq!(kinds(&settings, &[AUDIT]), None);
    }

    #[test]
    fn nothing_is_begun_of_which_everything_is_left_to_people() {
        let settings = settings(&[("MAILTRAIL_POLICY_MODE", "move")]);
        let mut report = report(&settings, &[AUDIT]);
        let steps = &mut report.plan.as_mut().unwrap().steps;
        steps.retain(|step| step.moving.is_some());
        assert!(on(&report, &settings).is_some());
        report.plan.as_mut().unwrap().steps[0].moving.as_mut().unwrap().managed_by = Some("CDK".to_owned());
        assert_eq!(on(&report, &settings), None);
    }
}
