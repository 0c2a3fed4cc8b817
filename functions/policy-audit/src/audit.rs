//! The audit of one account in one Region.

use std::sync::{Mutex, PoisonError};

use aws_config::SdkConfig;
use bytes::Bytes;
use mailtrail_archive::{Archive, ArchiveError};
use mailtrail_aws_client::Deadline;
use mailtrail_clock::now;
use mailtrail_config::RemediationMode;
use mailtrail_delivery::Topic;
use mailtrail_lambda::Reporter;
use mailtrail_policy_apply::journal::JournalOwners;
use mailtrail_policy_report::{Report, markdown};
use mailtrail_policy_survey::{Account, AccountError, Artifact, Budget, ReportStore, Survey, Surveyed};
use mailtrail_resource_policy::inventory::Inventory;
use mailtrail_telemetry::metrics::Declaration;
use mailtrail_telemetry::report::{Level, PolicyMetrics, PolicyReport};
use serde::{Deserialize, Serialize};

use crate::metrics::measured;
use crate::notification::{self, KnownFinding, PreviousReport};
use crate::remediate;
use crate::remediation::Remediation;
use crate::runs::Runs;
use crate::settings::Settings;
use crate::targets::{Fullness, Target};

pub(crate) struct Auditor {
    pub(crate) config: SdkConfig,
    pub(crate) archive: Archive,
    pub(crate) topic: Option<Topic>,
    pub(crate) settings: Settings,
    pub(crate) reporter: Reporter,
}

/// What the function answers for one account and Region.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct AuditResult {
    /// The account; nothing where it could not be opened.
    account: Option<String>,
    region: String,
    /// Where the report is.
    report: Option<String>,
    /// How many findings are above a note.
    findings: usize,
    #[serde(rename = "acted")]
    remediation: Remediation,
    /// Why there is no report.
    failure: Option<String>,
}

/// An audit that was made, and what it says of when the next one is due.
pub(crate) struct Audited {
    pub(crate) result: AuditResult,
    pub(crate) fullness: Option<Fullness>,
}

/// Why an account could not be audited in a Region.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AuditError {
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
    #[serde(rename = "acted")]
    remediation: &'a Remediation,
    #[serde(rename = "told")]
    announced: Vec<KnownFinding>,
}

/// What one survey leaves for the next.
#[derive(Debug, Serialize, Deserialize)]
struct SurveyState {
    inventory: Inventory,
    cursor: Option<String>,
}

impl AuditError {
    /// Whether there is no report because the archive did not take it, or did not say what was there.
    pub(crate) fn is_of_archive(&self) -> bool {
        matches!(self, Self::Archive(_))
    }
}

impl AuditResult {
    /// That there is no report, and why.
    pub(crate) fn failed(region: &str, reason: String) -> Self {
        Self {
            account: None,
            region: region.to_owned(),
            report: None,
            findings: 0,
            remediation: Remediation::default(),
            failure: Some(reason),
        }
    }
}

impl Auditor {
    /// Audits one target. `owners` is what is known of the journals of all of them.
    pub(crate) async fn audit(
        &self,
        target: &Target,
        owners: &Mutex<JournalOwners>,
        deadline: Deadline,
    ) -> Result<Audited, AuditError> {
        let account = Account::open(&self.config, &target.region, target.role.as_deref(), deadline).await?;
        let kept = ReportStore::of(&account.region, &account.id);
        let (earlier, left) = self.earlier(&kept, deadline).await?;
        let (runs, resumed) = self.resume(&account, owners, deadline).await;
        // Half of the time is for what comes after the survey.
        let reading = deadline.reserve(deadline.remaining().min(remediate::MOST_TIME));
        let cursor = left.as_ref().and_then(|left| left.cursor.clone());
        let budget = Budget { log_group_policies: self.settings.log_group_policies, cursor };
        let survey = Survey::new(&account, reading)
            .after(left.as_ref().map(|left| &left.inventory))
            .with_v1_services(self.settings.v1_services);
        let Surveyed { inventory, cursor } = survey.take(&budget).await;
        let Settings { plan, days, .. } = &self.settings;
        let time = now();
        let report = Report::of(&inventory, &earlier.history, plan, *days, time.millis());
        let keep = |what, body: Vec<u8>| kept.keep(what, time, Bytes::from(body), &self.archive, deadline);
        keep(Artifact::Inventory, serde_json::to_vec(&SurveyState { inventory, cursor })?).await?;
        self.measure(&account, &report);
        let remediation = resumed.and(self.remediate(&account, &report, runs.as_ref(), deadline).await);
        keep(Artifact::Markdown, (markdown(&report) + &remediation.markdown()).into_bytes()).await?;
        let announced =
            self.announce(&report, &earlier, &remediation, &kept.key(Artifact::Report, time), deadline).await;
        let record = Record { report: &report, remediation: &remediation, announced };
        let key = keep(Artifact::Report, serde_json::to_vec_pretty(&record)?).await?;
        let findings = notification::actionable(&report).count();
        let (account, region) = (Some(account.id.clone()), account.region.clone());
        let result = AuditResult { account, region, report: Some(key), findings, remediation, failure: None };
        Ok(Audited { result, fullness: Fullness::of(&report) })
    }

    /// What earlier runs left, and what became of those that were gone on with. Where it is unknown what they left,
    /// nothing is begun.
    async fn resume(
        &self,
        account: &Account,
        owners: &Mutex<JournalOwners>,
        deadline: Deadline,
    ) -> (Option<Runs>, Remediation) {
        let mode = self.settings.mode;
        if mode == RemediationMode::Report {
            return (None, Remediation::default());
        }
        // Audits run side by side: each reads with what was known when it began, and adds what it learned.
        let lock = || owners.lock().unwrap_or_else(PoisonError::into_inner);
        let mut known = lock().clone();
        let runs = Runs::of(account, &self.archive, &mut known, now(), deadline).await;
        lock().extend(known);
        match runs {
            Ok(runs) => {
                let remediation =
                    remediate::resume(account, &self.archive, &self.settings, &runs, deadline).await;
                (Some(runs), remediation)
            }
            Err(error) => (None, Remediation { failed: vec![error.to_string()], ..Remediation::default() }),
        }
    }

    /// Does what the plan says, as far as it may and must.
    async fn remediate(
        &self,
        account: &Account,
        report: &Report,
        runs: Option<&Runs>,
        deadline: Deadline,
    ) -> Remediation {
        let (plan, left) = runs.map(|runs| remediate::on(report, &self.settings, runs)).unwrap_or_default();
        let left = Remediation { left, ..Remediation::default() };
        match plan {
            Some(plan) => {
                left.and(remediate::apply(account, &self.archive, &self.settings, &plan, deadline).await)
            }
            None => left,
        }
    }

    /// What the last audit found, and where its survey ended. An archive that cannot be read fails the audit: a
    /// forecast must not start anew without a word.
    async fn earlier(
        &self,
        kept: &ReportStore,
        deadline: Deadline,
    ) -> Result<(PreviousReport, Option<SurveyState>), AuditError> {
        let reader = self.archive.reader();
        let report = kept.latest(Artifact::Report, &reader, deadline).await?;
        let left = kept.latest(Artifact::Inventory, &reader, deadline).await?;
        // What an earlier version wrote may be of another form; then this is the first audit.
        let earlier = report.and_then(|json| serde_json::from_slice(&json).ok()).unwrap_or_default();
        Ok((earlier, left.and_then(|json| serde_json::from_slice(&json).ok())))
    }

    /// Announces the news, if there are any. Returns the findings that people know of now.
    async fn announce(
        &self,
        report: &Report,
        earlier: &PreviousReport,
        remediation: &Remediation,
        key: &str,
        deadline: Deadline,
    ) -> Vec<KnownFinding> {
        let Some(topic) = &self.topic else { return earlier.still_announced(report) };
        let Some(news) = notification::of(report, earlier, remediation, key) else {
            return notification::all(report);
        };
        match topic.announce(&news, deadline).await {
            Ok(()) => notification::all(report),
            Err(failure) => {
                self.reporter
                    .failure("", &format!("the news of {key} was not published to the topic: {failure}"));
                earlier.still_announced(report)
            }
        }
    }

    /// The metrics of an audit. Where nothing could be read, it failed, whatever else it saw.
    fn measure(&self, account: &Account, report: &Report) {
        let measured = measured(report);
        let level = match (report.saw_policies(), report.needs_attention()) {
            (false, _) => Level::Error,
            (true, true) => Level::Warn,
            (true, false) => Level::Info,
        };
        self.tell_metrics(level, &account.id, &account.region, measured, !report.saw_policies());
    }

    /// The metrics of an audit that was not made.
    pub(crate) fn measure_failure(&self, region: &str) {
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
