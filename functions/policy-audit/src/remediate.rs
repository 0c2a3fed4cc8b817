//! What is done about a policy that is too full.

use std::time::Duration;

use mailtrail_archive::Archive;
use mailtrail_aws_client::Deadline;
use mailtrail_config::RemediationMode;
use mailtrail_policy_apply::{Apply, Next, Options};
use mailtrail_policy_report::Report;
use mailtrail_policy_survey::Account;
use mailtrail_resource_policy::plan::{Move, Plan, Step, StepKind};

use crate::remediation::Remediation;
use crate::runs::{AtWork, Runs};
use crate::settings::Settings;

/// The most time that is kept free for carrying a plan out, and for telling of it.
pub(crate) const MOST_TIME: Duration = Duration::from_mins(7);
/// How long a move waits for the first event in a new log group: most of an invocation is for other things.
const WAIT: Duration = Duration::from_mins(2);
/// What is kept of the time for the report of what was done.
const RESERVE: Duration = Duration::from_secs(10);

/// The part of the plan that may be carried out now, if a policy is too full, and what of it is left alone. What AWS
/// would not re-point is not tried at every audit again: each try makes a log group and takes it away.
pub(crate) fn on(report: &Report, settings: &Settings, runs: &Runs) -> (Option<Plan>, Vec<String>) {
    let mut left = Vec::new();
    let Some(mut plan) = allowed(report, settings).filter(|_| runs.at_work.is_empty()) else {
        return (None, left);
    };
    plan.steps.retain(|step| match step.moving.as_ref().and_then(|moving| refused(moving, runs)) {
        Some(why) => {
            left.push(why);
            false
        }
        None => true,
    });
    (plan.steps.iter().any(is_for_us).then_some(plan), left)
}

/// Why a move is not tried again.
fn refused(moving: &Move, runs: &Runs) -> Option<String> {
    let known = moving.v2.iter().find_map(|it| Some((&it.name, runs.refused.get(&it.name)?)))?;
    let (destination, journal) = known;
    Some(format!(
        "{}: AWS would not re-point {destination}; the journal {journal} has the alternative commands, and `mailtrail policy apply` tries again",
        moving.from
    ))
}

/// The part of the plan that the mode allows, if a policy is too full.
fn allowed(report: &Report, settings: &Settings) -> Option<Plan> {
    let is_full = report.highest_soft_percent() >= settings.plan.target_percent;
    let is_soon = report.fewest_days().is_some_and(|days| days <= settings.days);
    let mut plan = report.plan.clone().filter(|_| is_full || is_soon)?;
    plan.steps.retain(|step| is_allowed(settings.mode, step));
    (settings.mode > RemediationMode::Report).then_some(plan)
}

/// Whether the mode allows a step, be it one of a new run or of one that was interrupted.
fn is_allowed(mode: RemediationMode, step: &Step) -> bool {
    match step.kind {
        // A deployment tool may write a merged policy again, which only people know.
        StepKind::MergePolicies => false,
        StepKind::MoveDestination => mode >= RemediationMode::Move,
        _ => mode >= RemediationMode::Shrink,
    }
}

/// Whether carrying a step out changes anything: not where people have to do it.
fn is_for_us(step: &Step) -> bool {
    step.moving.as_ref().map_or(!step.writes.is_empty(), Move::is_automatic)
}

/// Carries a plan out.
pub(crate) async fn apply(
    account: &Account,
    archive: &Archive,
    settings: &Settings,
    plan: &Plan,
    deadline: Deadline,
) -> Remediation {
    let apply = Apply::new(account, archive, options(account, deadline));
    Remediation::of(apply.run(plan, &mut |_| {}).await, &settings.commands(&account.region))
}

/// Goes on with what was interrupted, as far as the mode allows it. Where another session is at work, nothing is begun.
pub(crate) async fn resume(
    account: &Account,
    archive: &Archive,
    settings: &Settings,
    runs: &Runs,
    deadline: Deadline,
) -> Remediation {
    let mut remediation = Remediation::default();
    for AtWork { journal, by, at } in &runs.at_work {
        remediation
            .left
            .push(format!("everything: {by} is writing the journal {journal} (latest entry at {at})"));
    }
    if !runs.at_work.is_empty() {
        return remediation;
    }
    let commands = settings.commands(&account.region);
    for (id, plan) in &runs.interrupted {
        if let Some(step) = plan.steps.iter().find(|step| !is_allowed(settings.mode, step)) {
            let what = match step.kind {
                StepKind::MergePolicies => "merges policies, which is left to people",
                _ => "moves destinations, which the mode does not allow",
            };
            remediation.failed.push(format!("{id} was interrupted, and {what}: resume it, or roll it back"));
            remediation
                .commands
                .extend([Next::Resume(id), Next::RollBack(id)].map(|next| commands.line(next)));
            continue;
        }
        let apply = Apply::new(account, archive, options(account, deadline));
        remediation = remediation.and(Remediation::of(apply.resume(id, &mut |_| {}).await, &commands));
    }
    remediation
}

fn options(account: &Account, deadline: Deadline) -> Options {
    let options = Options::at(account);
    Options { deadline: deadline.reserve(RESERVE), wait: options.wait.min(WAIT), ..options }
}

#[cfg(test)]
mod tests {
    use mailtrail_resource_policy::forecast::History;
    use mailtrail_resource_policy::inventory::Inventory;
    use mailtrail_resource_policy::plan;

    use super::*;
    use crate::settings::tests::settings;

    const AUDIT: &str = "/aws/workmail/audit/example";

    /// The sample account, of which one policy is 98 % full; with log groups that are to be moved.
    fn report(settings: &Settings, moves: &[&str]) -> Report {
        let inventory = Inventory::from_json(include_str!("../../../infra/policies/account.json")).unwrap();
        let moves = moves.iter().map(|group| (*group).to_owned()).collect();
        let options = plan::Options { moves, ..settings.plan.clone() };
        Report::of(&inventory, &History::default(), &options, settings.days, 0)
    }

    fn kinds(settings: &Settings, moves: &[&str]) -> Option<Vec<StepKind>> {
        let (plan, left) = on(&report(settings, moves), settings, &Runs::default());
        assert_eq!(left, Vec::<String>::new());
        Some(plan?.steps.iter().map(|step| step.kind).collect())
    }

    #[test]
    fn each_mode_allows_what_the_one_before_allows_and_more() {
        let of = |mode| kinds(&settings(&[("MAILTRAIL_POLICY_MODE", mode)]), &[AUDIT]);
        assert_eq!(of("report"), None);
        assert_eq!(of("shrink"), Some(vec![StepKind::DeadEntries]));
        assert_eq!(of("move"), Some(vec![StepKind::DeadEntries, StepKind::MoveDestination]));
    }

    #[test]
    fn policies_are_merged_by_people_only() {
        let settings = settings(&[("MAILTRAIL_POLICY_MODE", "move")]);
        let mut report = report(&settings, &[]);
        let steps = &mut report.plan.as_mut().unwrap().steps;
        let (dead, mut merge) = (steps[0].clone(), steps[0].clone());
        merge.kind = StepKind::MergePolicies;
        assert!(is_allowed(RemediationMode::Shrink, &dead) && !is_allowed(RemediationMode::Report, &dead));
        assert!(!is_allowed(RemediationMode::Move, &merge));
        *steps = vec![dead.clone(), merge];
        let (plan, _) = on(&report, &settings, &Runs::default());
        assert_eq!(plan.unwrap().steps, [dead]);
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
        assert!(on(&report, &settings, &Runs::default()).0.is_some());
        report.plan.as_mut().unwrap().steps[0].moving.as_mut().unwrap().managed_by = Some("CDK".to_owned());
        assert_eq!(on(&report, &settings, &Runs::default()).0, None);
    }

    #[test]
    fn what_aws_would_not_re_point_is_left_alone_and_the_rest_is_done() {
        let settings = settings(&[("MAILTRAIL_POLICY_MODE", "move")]);
        let report = report(&settings, &[AUDIT]);
        let moving = report.plan.as_ref().unwrap().steps.iter().find_map(|step| step.moving.clone()).unwrap();
        let refused = [(moving.v2[0].name.clone(), "journal".to_owned())].into();
        let (plan, left) = on(&report, &settings, &Runs { refused, ..Runs::default() });
        assert_eq!(plan.unwrap().steps.len(), report.plan.unwrap().steps.len() - 1);
        assert!(
            left[0].starts_with(AUDIT)
                && left[0].contains("the journal journal has the alternative commands"),
            "{left:?}"
        );
    }

    #[test]
    fn nothing_is_begun_beside_a_session_that_is_at_work() {
        let settings = settings(&[("MAILTRAIL_POLICY_MODE", "shrink")]);
        let [journal, by, at] = ["journal", "another", "now"].map(str::to_owned);
        let runs = Runs { at_work: vec![AtWork { journal, by, at }], ..Runs::default() };
        assert_eq!(on(&report(&settings, &[]), &settings, &runs), (None, Vec::new()));
    }
}
