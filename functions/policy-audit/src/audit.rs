//! The audit of each account and Region, one after the other.

use aws_config::SdkConfig;
use bytes::Bytes;
use lambda_runtime::Diagnostic;
use mailtrail_archive::{Archive, ArchiveError};
use mailtrail_aws_client::Deadline;
use mailtrail_clock::now;
use mailtrail_delivery::Topic;
use mailtrail_function::Reporter;
use mailtrail_policy_apply::journal::Places;
use mailtrail_policy_report::{Report, markdown};
use mailtrail_policy_survey::{Account, AccountError, Budget, Kept, Survey, Surveyed, What};
use mailtrail_resource_policy::inventory::Inventory;
use mailtrail_telemetry::metrics::Declaration;
use mailtrail_telemetry::report::{Level, PolicyMetrics, PolicyReport};
use serde::{Deserialize, Serialize};

use crate::act;
use crate::acted::Acted;
use crate::news::{self, Earlier, Known};
use crate::runs::Runs;
use crate::settings::{Mode, Settings, Switch};

/// The days to a limit that is never hit: a metric needs a number, and an alarm watches for small ones.
const FOR_EVER: i64 = 100_000;

/// An account by the role that opens it, and a Region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    /// Nothing: our own account.
    pub(crate) role: Option<String>,
    pub(crate) region: String,
}

pub(crate) struct Auditor {
    pub(crate) config: SdkConfig,
    pub(crate) archive: Archive,
    pub(crate) topic: Option<Topic>,
    pub(crate) settings: Settings,
    pub(crate) reporter: Reporter,
}

/// What the function answers for one account and Region.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Done {
    /// The account; nothing where it could not be opened.
    account: Option<String>,
    region: String,
    /// Where the report is.
    report: Option<String>,
    /// How many findings need somebody.
    findings: usize,
    acted: Acted,
    /// Why there is no report.
    failure: Option<String>,
}

/// Why an account could not be audited in a Region.
#[derive(Debug, thiserror::Error)]
enum Failed {
    #[error(transparent)]
    Account(#[from] AccountError),
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    #[error("cannot write a report as JSON: {0}")]
    Json(#[from] serde_json::Error),
}

/// What is kept of an audit: the report, what was done about it, and what people know of it.
#[derive(Debug, Serialize)]
struct Record<'a> {
    #[serde(flatten)]
    report: &'a Report,
    acted: &'a Acted,
    told: Vec<Known>,
}

/// What one survey leaves for the next.
#[derive(Debug, Serialize, Deserialize)]
struct Left {
    inventory: Inventory,
    cursor: Option<String>,
}

impl Auditor {
    /// Audits everything that the settings name. Each has an even share of the time that is left.
    ///
    /// # Errors
    /// When a report could not be kept: then the invocation comes again.
    pub(crate) async fn audit_all(&self, deadline: Deadline) -> Result<Vec<Done>, Diagnostic> {
        let targets = self.targets();
        let (mut done, mut not_kept, mut places) = (Vec::new(), None, Places::new());
        for (at, target) in targets.iter().enumerate() {
            let left = u32::try_from(targets.len() - at).unwrap_or(u32::MAX);
            let deadline = match deadline {
                Deadline::NEVER => Deadline::NEVER,
                _ => Deadline::after(deadline.remaining() / left),
            };
            done.push(match self.audit(target, &mut places, deadline).await {
                Ok(audited) => audited,
                Err(failed) => {
                    let reason = failed.to_string();
                    self.failed(&target.region);
                    self.reporter.failure("", &format!("no audit of {}: {reason}", target.region));
                    if matches!(failed, Failed::Archive(_)) {
                        not_kept.get_or_insert(reason.clone());
                    }
                    let region = target.region.clone();
                    let (acted, failure) = (Acted::default(), Some(reason));
                    Done { account: None, region, report: None, findings: 0, acted, failure }
                }
            });
        }
        match not_kept {
            Some(error_message) => Err(Diagnostic { error_type: "NotKept".to_owned(), error_message }),
            None => Ok(done),
        }
    }

    fn targets(&self) -> Vec<Target> {
        let roles = std::iter::once(None).chain(self.settings.roles.iter().cloned().map(Some));
        let regions = &self.settings.regions;
        let in_regions = |role: Option<String>| {
            regions.iter().map(move |region| Target { role: role.clone(), region: region.clone() })
        };
        roles.flat_map(in_regions).collect()
    }

    async fn audit(&self, target: &Target, places: &mut Places, deadline: Deadline) -> Result<Done, Failed> {
        let account = Account::open(&self.config, &target.region, target.role.as_deref(), deadline).await?;
        let kept = Kept::of(&account.region, &account.id);
        let (earlier, left) = self.earlier(&kept, deadline).await?;
        let (runs, resumed) = self.resume(&account, places, deadline).await;
        // Half of the time is for what comes after the survey.
        let reading = deadline.reserve(deadline.remaining().min(act::MOST_TIME));
        let cursor = left.as_ref().and_then(|left| left.cursor.clone());
        let budget = Budget { log_group_policies: self.settings.log_group_policies, cursor };
        let survey = Survey::new(&account, reading)
            .after(left.as_ref().map(|left| &left.inventory))
            .with_v1_services(self.settings.v1_services == Switch::On);
        let Surveyed { inventory, cursor } = survey.take(&budget).await;
        let Settings { plan, days, .. } = &self.settings;
        let time = now();
        let report = Report::of(&inventory, &earlier.history, plan, *days, time.millis());
        let keep = |what, body: Vec<u8>| kept.keep(what, time, Bytes::from(body), &self.archive, deadline);
        keep(What::Inventory, serde_json::to_vec(&Left { inventory, cursor })?).await?;
        self.measure(&account, &report);
        let acted = resumed.and(self.act(&account, &report, runs.as_ref(), deadline).await);
        keep(What::Markdown, (markdown(&report) + &acted.markdown()).into_bytes()).await?;
        let told = self.tell(&report, &earlier, &acted, &kept.key(What::Report, time), deadline).await;
        let record = Record { report: &report, acted: &acted, told };
        let key = keep(What::Report, serde_json::to_vec_pretty(&record)?).await?;
        let findings = news::needing_somebody(&report).count();
        let (account, region) = (Some(account.id.clone()), account.region.clone());
        Ok(Done { account, region, report: Some(key), findings, acted, failure: None })
    }

    /// What earlier runs left, and what became of those that were gone on with. Where nobody can tell what they left,
    /// nothing is begun.
    async fn resume(
        &self,
        account: &Account,
        places: &mut Places,
        deadline: Deadline,
    ) -> (Option<Runs>, Acted) {
        let mode = self.settings.mode;
        if mode == Mode::Report {
            return (None, Acted::default());
        }
        match Runs::of(account, &self.archive, places, now(), deadline).await {
            Ok(runs) => {
                let acted = act::resume(account, &self.archive, mode, &runs, deadline).await;
                (Some(runs), acted)
            }
            Err(error) => (None, Acted { failed: vec![error.to_string()], ..Acted::default() }),
        }
    }

    /// Does what the plan says, as far as it may and must.
    async fn act(
        &self,
        account: &Account,
        report: &Report,
        runs: Option<&Runs>,
        deadline: Deadline,
    ) -> Acted {
        let (plan, left) = runs.map(|runs| act::on(report, &self.settings, runs)).unwrap_or_default();
        let left = Acted { left, ..Acted::default() };
        match plan {
            Some(plan) => left.and(act::apply(account, &self.archive, &plan, deadline).await),
            None => left,
        }
    }

    /// What the last audit found, and where its survey ended. An archive that cannot be read fails the audit: a
    /// forecast must not start anew without a word.
    async fn earlier(&self, kept: &Kept, deadline: Deadline) -> Result<(Earlier, Option<Left>), Failed> {
        let reader = self.archive.reader();
        let report = kept.latest(What::Report, &reader, deadline).await?;
        let left = kept.latest(What::Inventory, &reader, deadline).await?;
        // What an earlier version wrote may be of another form; then this is the first audit.
        let earlier = report.and_then(|json| serde_json::from_slice(&json).ok()).unwrap_or_default();
        Ok((earlier, left.and_then(|json| serde_json::from_slice(&json).ok())))
    }

    /// Announces the news, if there are any. Returns the findings that people know of now.
    async fn tell(
        &self,
        report: &Report,
        earlier: &Earlier,
        acted: &Acted,
        key: &str,
        deadline: Deadline,
    ) -> Vec<Known> {
        let Some(topic) = &self.topic else { return earlier.still_told(report) };
        let Some(news) = news::of(report, earlier, acted, key) else { return news::all(report) };
        match topic.announce(&news, deadline).await {
            Ok(()) => news::all(report),
            Err(failure) => {
                self.reporter.failure("", &format!("the news of {key} did not reach the topic: {failure}"));
                earlier.still_told(report)
            }
        }
    }

    /// The metrics of an audit. Where nobody could look, it failed, whatever else it saw.
    fn measure(&self, account: &Account, report: &Report) {
        let measured = measured(report);
        let level = match (report.saw_policies(), report.needs_somebody()) {
            (false, _) => Level::Error,
            (true, true) => Level::Warn,
            (true, false) => Level::Info,
        };
        self.tell_metrics(level, &account.id, &account.region, measured, !report.saw_policies());
    }

    fn failed(&self, region: &str) {
        self.tell_metrics(Level::Error, "unknown", region, PolicyMetrics::default(), true);
    }

    fn tell_metrics(&self, level: Level, account: &str, region: &str, measured: PolicyMetrics, failed: bool) {
        self.reporter.policy(&PolicyReport {
            aws: Declaration::new(now(), PolicyReport::DIMENSIONS, &measured.declared()),
            level,
            message: "policies",
            function: self.reporter.function(),
            account,
            region,
            measured,
            audit_failed: failed.into(),
        });
    }
}

/// What a report measured. Without the policies of the account there are no sizes; without its log groups nobody knows
/// which entries are dead; and as long as it is not known of each policy whether it grows, no day is the first.
fn measured(report: &Report) -> PolicyMetrics {
    let Some(policies) = report.measures.account_policies else { return PolicyMetrics::default() };
    let fullest = report.measures.policies.iter().max_by_key(|measure| measure.size);
    let number = |count: usize| Some(count as u64);
    let never = || report.not_known_yet.is_empty().then_some(FOR_EVER);
    PolicyMetrics {
        characters: number(fullest.map_or(0, |measure| measure.size)),
        soft_share: number(fullest.map_or(0, |measure| measure.soft_percent)),
        hard_share: number(fullest.map_or(0, |measure| measure.hard_percent)),
        policies: number(policies),
        dead_entries: report.log_groups_looked_at.1.and_then(|_| number(news::dead_entries(report))),
        days_to_limit: report.fewest_days().or_else(never),
    }
}

#[cfg(test)]
mod tests {
    use mailtrail_resource_policy::forecast::History;
    use mailtrail_resource_policy::inventory::Part;
    use mailtrail_resource_policy::limits::WARNING_DAYS;
    use mailtrail_resource_policy::plan::Options;

    use super::*;

    const EACH_DAY: i64 = 24 * 60 * 60 * 1000;

    fn sample() -> Inventory {
        Inventory::from_json(include_str!("../../../infra/policies/account.json")).unwrap()
    }

    /// After so many audits of an account, one each day: nothing in it changes.
    fn after(audits: i64, inventory: &Inventory) -> Report {
        let report = |history: &History, day| {
            Report::of(inventory, history, &Options::default(), WARNING_DAYS, day * EACH_DAY)
        };
        (1..audits).fold(report(&History::default(), 0), |last, day| report(&last.history, day))
    }

    fn names(measured: &PolicyMetrics) -> Vec<&'static str> {
        measured.declared().into_iter().map(|(name, _)| name).collect()
    }

    fn not_seen<T>() -> Part<T> {
        Part::NotSeen { reason: "access denied".to_owned() }
    }

    #[test]
    fn everything_is_measured_where_everything_was_seen_often_enough() {
        let measured = measured(&after(3, &sample()));
        assert_eq!(
            (measured.characters, measured.policies, measured.dead_entries),
            (Some(5053), Some(2), Some(40))
        );
        assert_eq!(measured.days_to_limit, Some(FOR_EVER));
        assert_eq!(measured.declared().len(), 7);
        let written = serde_json::to_value(measured).unwrap();
        let written: Vec<&String> = written.as_object().unwrap().keys().collect();
        assert!(
            names(&measured)
                .iter()
                .all(|name| *name == "audit_failed" || written.iter().any(|it| it == name))
        );
    }

    #[test]
    fn without_the_policies_of_the_account_nothing_is_measured() {
        let blind = Inventory { account_policies: not_seen(), ..sample() };
        let measured = measured(&after(3, &blind));
        assert_eq!(names(&measured), ["audit_failed"]);
        assert_eq!(serde_json::to_value(measured).unwrap(), serde_json::json!({}));
    }

    #[test]
    fn without_the_log_groups_no_entries_are_counted_as_dead() {
        let blind = Inventory { log_groups: not_seen(), ..sample() };
        let measured = measured(&after(3, &blind));
        assert_eq!((measured.dead_entries, measured.characters), (None, Some(5053)));
        assert!(!names(&measured).contains(&"dead_entries"));
    }

    #[test]
    fn until_it_is_known_whether_policies_grow_no_day_is_told() {
        assert_eq!(measured(&after(2, &sample())).days_to_limit, None);
        let empty = Inventory { account_policies: Part::Seen { at: 0, value: Vec::new() }, ..sample() };
        let measured = measured(&after(1, &empty));
        assert_eq!((measured.characters, measured.days_to_limit), (Some(0), Some(FOR_EVER)));
    }
}
