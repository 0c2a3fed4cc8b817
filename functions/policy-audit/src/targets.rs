//! What is audited, and what next: the most pressing account and Region first, and before all others those that an
//! invocation that ran out of time did not reach.
//!
//! What is known of each is kept in the archive as `policy-audit/targets/<time>-<milliseconds>.json`, written once by each
//! invocation; the latest has the greatest name.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use bytes::Bytes;
use mailtrail_archive::{Archive, ArchiveError};
use mailtrail_aws_client::Deadline;
use mailtrail_clock::Time;
use mailtrail_policy_report::Report;
use serde::{Deserialize, Serialize};

use crate::settings::Settings;

const FOLDER: &str = "policy-audit/targets";

/// An account by the role that opens it, and a Region.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Target {
    /// Nothing: our own account.
    pub(crate) role: Option<String>,
    pub(crate) region: String,
}

/// How full the policies of an account are in a Region.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Fullness {
    /// The share of the soft limit that the fullest policy has.
    soft_percent: usize,
    /// Days until the first policy reaches the soft limit; nothing where none is known to grow.
    days_to_soft_limit: Option<i64>,
}

/// What is known of a target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct TargetState {
    #[serde(flatten)]
    target: Target,
    /// When an audit that ended was begun last, whether or not it succeeded; milliseconds since 1970.
    tried: i64,
    /// When one that succeeded was.
    audited: Option<i64>,
    fullness: Option<Fullness>,
}

/// What is known of all targets. In a round, each is audited once; a round takes as many invocations as it needs.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Progress {
    /// When the round began; milliseconds since 1970.
    round: i64,
    targets: Vec<TargetState>,
}

impl Fullness {
    /// Nothing where the policies were not seen.
    pub(crate) fn of(report: &Report) -> Option<Self> {
        let (soft_percent, days_to_soft_limit) = (report.highest_soft_percent(), report.fewest_days());
        report.saw_policies().then_some(Self { soft_percent, days_to_soft_limit })
    }

    /// Whether the settings call it too full, now or soon.
    fn is_pressing(self, settings: &Settings) -> bool {
        self.soft_percent >= settings.plan.target_percent
            || self.days_to_soft_limit.is_some_and(|days| days <= settings.days)
    }
}

impl Progress {
    /// What the invocation before knew; nothing where there was none, or another version wrote it.
    ///
    /// # Errors
    /// When the archive cannot be listed or read.
    pub(crate) async fn latest(archive: &Archive, deadline: Deadline) -> Result<Self, ArchiveError> {
        let reader = archive.reader();
        let Some(key) = reader.list(FOLDER, deadline).await?.pop() else { return Ok(Self::default()) };
        let json = reader.get(&key, deadline).await?;
        Ok(serde_json::from_slice(&json).unwrap_or_default())
    }

    /// Keeps what is known after an invocation that began at `time`.
    ///
    /// # Errors
    /// When the archive did not take it.
    pub(crate) async fn keep(
        &self,
        time: Time,
        archive: &Archive,
        deadline: Deadline,
    ) -> Result<(), ArchiveError> {
        let key = format!("{FOLDER}/{}-{:03}.json", time.compact(), time.millis() % 1000);
        // Numbers, texts and lists: there is always JSON for them.
        let json = serde_json::to_vec(self).unwrap_or_default();
        archive.put(&key, Bytes::from(json), deadline).await?;
        Ok(())
    }

    /// The targets in the order in which they are audited: those that the round has not reached yet; of these the ones
    /// that were too full at last or soon will be, by the days that are left and then by fullness; then those that were not audited for longest.
    pub(crate) fn in_order(&self, settings: &Settings) -> Vec<Target> {
        let known: BTreeMap<&Target, &TargetState> =
            self.targets.iter().map(|state| (&state.target, state)).collect();
        let mut targets = settings.targets();
        targets.sort_by_cached_key(|target| {
            let Some(state) = known.get(target) else { return (false, true, None, None, None) };
            let pressing = state.fullness.filter(|fullness| fullness.is_pressing(settings));
            let days = pressing.map(|fullness| fullness.days_to_soft_limit.unwrap_or(i64::MAX));
            let percent = pressing.map(|fullness| Reverse(fullness.soft_percent));
            (state.tried >= self.round, pressing.is_none(), days, percent, state.audited)
        });
        targets
    }

    /// Notes an audit that was begun at `time` and ended; without a fullness, it failed.
    pub(crate) fn note(&mut self, target: &Target, time: Time, fullness: Option<Fullness>) {
        let at = self.targets.iter().position(|state| state.target == *target);
        let before = at.map(|at| self.targets.swap_remove(at));
        let audited = fullness.map(|_| time.millis()).or(before.as_ref().and_then(|state| state.audited));
        let fullness = fullness.or(before.and_then(|state| state.fullness));
        self.targets.push(TargetState { target: target.clone(), tried: time.millis(), audited, fullness });
    }

    /// Ends an invocation that began at `time`: targets that are no more are forgotten, and where the round has reached
    /// all of them, the next one has begun with this invocation.
    pub(crate) fn end(&mut self, time: Time, settings: &Settings) {
        let targets = settings.targets();
        self.targets.retain(|state| targets.contains(&state.target));
        self.targets.sort_by(|one, other| one.target.cmp(&other.target));
        let reached = self.targets.iter().filter(|state| state.tried >= self.round).count();
        if reached == targets.len() {
            self.round = time.millis();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::tests::settings;

    const ROLE: &str = "arn:aws:iam::444455556666:role/audit";

    fn three() -> Settings {
        settings(&[("MAILTRAIL_POLICY_REGIONS", "eu-west-1,us-east-1,us-west-2")])
    }

    fn target(region: &str) -> Target {
        Target { role: None, region: region.to_owned() }
    }

    fn at(millis: i64) -> Time {
        Time::from_millis(millis).unwrap()
    }

    fn fullness(soft_percent: usize, days_to_soft_limit: Option<i64>) -> Fullness {
        Fullness { soft_percent, days_to_soft_limit }
    }

    fn order(progress: &Progress, settings: &Settings) -> Vec<String> {
        progress.in_order(settings).into_iter().map(|target| target.region).collect()
    }

    #[test]
    fn without_anything_known_the_order_is_that_of_the_settings() {
        let settings = settings(&[
            ("MAILTRAIL_POLICY_REGIONS", "us-east-1,eu-west-1,us-east-1"),
            ("MAILTRAIL_POLICY_ROLES", ROLE),
        ]);
        let targets = Progress::default().in_order(&settings);
        let roles: Vec<_> = targets.iter().map(|target| target.role.as_deref()).collect();
        assert_eq!(roles, [None, None, Some(ROLE), Some(ROLE)]);
        assert_eq!(
            order(&Progress::default(), &settings),
            ["us-east-1", "eu-west-1", "us-east-1", "eu-west-1"]
        );
    }

    #[test]
    fn what_was_too_full_comes_first_and_then_what_was_not_audited_for_longest() {
        let settings = three();
        let mut progress = Progress::default();
        progress.note(&target("eu-west-1"), at(1), Some(fullness(10, None)));
        progress.note(&target("us-east-1"), at(2), Some(fullness(85, None)));
        progress.note(&target("us-west-2"), at(3), Some(fullness(40, Some(3))));
        progress.end(at(4), &settings);
        assert_eq!(order(&progress, &settings), ["us-west-2", "us-east-1", "eu-west-1"]);
        progress.note(&target("us-east-1"), at(5), Some(fullness(20, None)));
        progress.note(&target("us-west-2"), at(6), Some(fullness(20, Some(90))));
        progress.note(&target("eu-west-1"), at(7), Some(fullness(20, None)));
        progress.end(at(8), &settings);
        assert_eq!(order(&progress, &settings), ["us-east-1", "us-west-2", "eu-west-1"]);
        progress.note(&target("us-east-1"), at(9), Some(fullness(95, None)));
        progress.note(&target("eu-west-1"), at(9), Some(fullness(99, None)));
        progress.note(&target("us-west-2"), at(9), Some(fullness(20, None)));
        progress.end(at(10), &settings);
        assert_eq!(order(&progress, &settings), ["eu-west-1", "us-east-1", "us-west-2"]);
    }

    #[test]
    fn what_an_invocation_did_not_reach_comes_before_what_is_pressing() {
        let settings = three();
        let mut progress = Progress::default();
        progress.note(&target("eu-west-1"), at(10), Some(fullness(99, None)));
        progress.note(&target("us-east-1"), at(10), Some(fullness(99, None)));
        progress.end(at(10), &settings);
        assert_eq!(order(&progress, &settings)[0], "us-west-2");
        // The second goes on, has time for another one, and ends the round.
        progress.note(&target("us-west-2"), at(20), Some(fullness(1, None)));
        progress.note(&target("eu-west-1"), at(21), Some(fullness(99, None)));
        progress.end(at(20), &settings);
        assert_eq!(order(&progress, &settings), ["us-east-1", "eu-west-1", "us-west-2"]);
    }

    #[test]
    fn one_that_cannot_be_audited_does_not_keep_the_others_from_their_turn() {
        let settings = three();
        let mut progress = Progress::default();
        progress.note(&target("eu-west-1"), at(1), Some(fullness(90, None)));
        progress.note(&target("eu-west-1"), at(10), None);
        progress.end(at(10), &settings);
        assert_eq!(order(&progress, &settings), ["us-east-1", "us-west-2", "eu-west-1"]);
        assert_eq!(
            (progress.targets[0].audited, progress.targets[0].fullness),
            (Some(1), Some(fullness(90, None)))
        );
    }

    #[test]
    fn what_is_no_longer_in_the_settings_is_forgotten() {
        let mut progress = Progress::default();
        for region in ["eu-west-1", "sa-east-1"] {
            progress.note(&target(region), at(1), None);
        }
        progress.end(at(1), &three());
        assert_eq!(progress.targets.len(), 1);
        let json = serde_json::to_string(&progress).unwrap();
        assert_eq!(serde_json::from_str::<Progress>(&json).unwrap(), progress);
    }
}
