//! One invocation: which days are due, what the archive has of them, what is done and said about it.

use std::sync::Arc;
use std::time::Duration;

use lambda_runtime::Diagnostic;
use mailtrail_archive::{Archive, ArchiveError};
use mailtrail_aws_client::{Clients, Deadline};
use mailtrail_aws_types::days_until_end_of_support;
use mailtrail_clock::{Time, now};
use mailtrail_config::{Config, WatchListSource};
use mailtrail_coverage::{Checker, Day, LastChecks};
use mailtrail_coverage::{History, Observed};
use mailtrail_delivery::{Announcement, Topic};
use mailtrail_lambda::Reporter;
use mailtrail_pipeline::Pipeline;
use mailtrail_policy_survey::Account;
use mailtrail_pull::Writer;
use mailtrail_telemetry::metrics::Declaration;
use mailtrail_telemetry::report::{CoverageReport, Level};
use serde::Serialize;

use crate::compare::Comparer;
use crate::directory::Saved;
use crate::due::{DueDay, GroupDay, LastCheck, ended_days, in_order, is_comparable, is_whole, longest_wait};
use crate::ending::{Endings, Outlook};
use crate::findings::{Findings, Kind};
use crate::notification::{self, Context};
use crate::run::Run;
use crate::silence::AlarmActions;
use crate::{directory, fill, log_groups, metrics, witness};

/// What is kept of the time to say what was found.
const RESERVE: Duration = Duration::from_secs(15);

pub(crate) struct Maintenance {
    pub(crate) clients: Clients,
    pub(crate) config: Config,
    pub(crate) archive: Archive,
    pub(crate) topic: Option<Topic>,
    pub(crate) reporter: Reporter,
}

/// What the function answers.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Answer {
    pub(crate) log_groups: u64,
    /// Days of log groups that were compared.
    pub(crate) compared_days: u64,
    /// Those that are left to the next invocation.
    pub(crate) left_days: u64,
    pub(crate) gap_days: u64,
    pub(crate) missing_events: u64,
    pub(crate) silent_days: u64,
    /// Events that were missing, and that were archived.
    pub(crate) filled_events: u64,
    /// What could not be compared or filled, and why.
    pub(crate) failures: Vec<String>,
    /// The directories of organizations, where they are saved.
    pub(crate) directories: Vec<Saved>,
    /// What of them could not be read or kept, and why.
    pub(crate) directory_failures: Vec<String>,
    /// Days until the last day of `WorkMail`; negative after it.
    pub(crate) days_left: i64,
    /// The organizations that did not end: what the archive has of them, and what is to be done.
    pub(crate) organizations: Vec<Outlook>,
}

impl Answer {
    fn add(&mut self, saved: Result<Vec<Saved>, String>) {
        match saved {
            Ok(saved) => {
                self.directory_failures.extend(saved.iter().flat_map(Saved::failures));
                self.directories = saved;
            }
            Err(failure) => self.directory_failures.push(failure),
        }
    }
}

impl Maintenance {
    /// Compares the days that are due, as many as there is time for: the next invocation goes on there.
    ///
    /// # Errors
    /// When it cannot be told what is due, or what was found could not be kept: then the invocation comes again.
    pub(crate) async fn run(&self, deadline: Deadline) -> Result<Answer, Diagnostic> {
        let began = now();
        let working = deadline.reserve(RESERVE);
        let region = self.config.intake.region.as_deref().unwrap_or_default();
        let account = Account::open(self.clients.config().await, region, None, working).await;
        let account = account.map_err(|error| failed("AccountUnknown", &error))?;
        let before = Findings::latest(&self.archive, began, working).await;
        let before = before.map_err(|error| failed("ArchiveUnavailable", &error))?;
        let mut run = self.begin(&account, before.clone(), began, working).await?;
        let mut endings = self.endings(&account, &mut run, began, working).await?;
        let due = self.due(&mut run, &endings, began).await?;
        let save = async {
            if self.config.maintenance.save_directory {
                return directory::save(&account, &self.archive, began, working).await;
            }
            Ok(Vec::new())
        };
        let ((), saved) = tokio::join!(run.compare_all(due, working), Box::pin(save));
        run.answer.add(saved);
        self.close(&mut run, &mut endings, &account, began, deadline).await;
        run.findings.forget(|day| !endings.is_after(day));
        run.answer.days_left = days_until_end_of_support(began.millis());
        self.end(run, &account, &before, began, deadline).await
    }

    /// Finds the log groups, and what metrics say of them.
    async fn begin<'a>(
        &'a self,
        account: &'a Account,
        findings: Findings,
        began: Time,
        working: Deadline,
    ) -> Result<Run<'a>, Diagnostic> {
        let half = working.reserve(working.remaining());
        let own = &self.config.intake.own_log_groups;
        let found = log_groups::find(account, &self.config.maintenance.destinations, own, half).await;
        let found = found.map_err(|error| failed("LogGroupsUnknown", &error))?;
        let names = found.subscribed.iter().map(|group| &group.name);
        let logs: Vec<Observed> =
            names.filter_map(|name| witness::observed(name, &self.config.intake.organizations)).collect();
        let writer = self.writer().await.map_err(|error| failed("ArchiveUnavailable", &error))?;
        let decoded_limit = self.config.intake.decoded_limit.bytes();
        let backfill = |writer| fill::backfill(account, self.archive.reader(), writer, decoded_limit);
        let mut comparer = Comparer {
            checker: Checker { backfill: backfill(None), exact: false },
            account: account.id.clone(),
            region: account.region.clone(),
            history: None,
            observed: logs.iter().map(|log| log.log_group.clone()).collect(),
        };
        let knows_all_groups = found.failures.is_empty();
        let mut answer = Answer { failures: found.failures, ..Answer::default() };
        if !logs.is_empty() {
            match self.history(account, logs, began, working).await {
                Ok(history) => comparer.history = Some(history),
                Err(failure) => answer.failures.push(failure),
            }
        }
        answer.log_groups = found.subscribed.len() as u64;
        let groups = found.subscribed.into_iter().map(|group| (group.name.clone(), group)).collect();
        let filler = writer.map(|writer| backfill(Some(writer)));
        let mut run = Run::new(&self.archive, groups, comparer, filler, findings, answer);
        run.knows_all_groups = knows_all_groups;
        Ok(run)
    }

    /// What fills gaps, where they are filled. It archives, and sends to no stream and to no topic.
    async fn writer(&self) -> Result<Option<Writer>, ArchiveError> {
        if !self.config.maintenance.fill_gaps {
            return Ok(None);
        }
        let (streams, watch_list) = (Vec::new(), WatchListSource::None);
        let config = Config { streams, topic: None, watch_list, ..self.config.clone() };
        let pipeline = Arc::new(Pipeline::open(&config, &self.clients).await?);
        Ok(Some(Writer { archive: Archive::open(&config.archive, &self.clients).await?, pipeline }))
    }

    /// What metrics say: what the archive keeps, and what CloudWatch has.
    async fn history(
        &self,
        account: &Account,
        logs: Vec<Observed>,
        began: Time,
        working: Deadline,
    ) -> Result<History, String> {
        let half = working.reserve(working.remaining());
        let read = async {
            let reader = self.archive.reader();
            let mut history = History::read(&reader, &account.id, &account.region, began).await?;
            metrics::update(&mut history, logs, account, &self.archive, began).await?;
            Ok::<_, metrics::MetricsError>(history)
        };
        match half.limit(Box::pin(read)).await {
            Some(read) => read.map_err(|error| error.to_string()),
            None => Err("no time to read the metrics of WorkMail".to_owned()),
        }
    }

    /// What is known of the ends of organizations.
    async fn endings(
        &self,
        account: &Account,
        run: &mut Run<'_>,
        began: Time,
        working: Deadline,
    ) -> Result<Endings, Diagnostic> {
        let looked = Box::pin(Endings::look(account, run.history(), &self.archive, began, working)).await;
        let mut endings = looked.map_err(|error| failed("ArchiveUnavailable", &error))?;
        run.answer.failures.extend(endings.failure.take());
        run.warnings.extend(endings.refused());
        Ok(endings)
    }

    /// Tells of organizations that ended or came back, closes those that ended, and says how the others are. A note that people could not be told of is
    /// left to the next run.
    async fn close(
        &self,
        run: &mut Run<'_>,
        endings: &mut Endings,
        account: &Account,
        began: Time,
        deadline: Deadline,
    ) {
        let location = self.archive.location().to_string();
        let context = Context { account: &account.id, region: &account.region, archive: &location };
        let returned = endings.returned(&context);
        let actions = (!returned.is_empty()).then_some(AlarmActions::Enabled);
        for message in returned {
            if let Err(failure) = self.tell(&message, deadline).await {
                run.answer.failures.push(failure);
            }
        }
        let checks = match endings.checks(&self.archive, began).await {
            Ok(checks) => checks,
            Err(error) => return run.answer.failures.push(error.to_string()),
        };
        let due = match endings.due(&self.archive, &run.groups, &checks, &run.unchecked, began).await {
            Ok(due) => due,
            Err(error) => return run.answer.failures.push(error.to_string()),
        };
        for note in due {
            if let Err(failure) = self.tell(&notification::ended(&note, &context), deadline).await {
                run.answer.failures.push(failure);
                continue;
            }
            if let Err(error) = endings.close(&self.archive, note).await {
                run.answer.failures.push(error.to_string());
            }
        }
        match endings.outlooks(&self.archive, &run.groups, &checks, began).await {
            Ok(outlooks) => run.answer.organizations = outlooks,
            Err(error) => run.answer.failures.push(error.to_string()),
        }
        let actions = actions.or(endings.are_all_ended().then_some(AlarmActions::Disabled));
        if let (Some(actions), Some(alarm)) = (actions, &self.config.maintenance.silence_alarm)
            && let Err(error) = actions.set(account, alarm, deadline).await
        {
            run.answer.failures.push(format!("failed to change the alarm `{alarm}`: {error}"));
        }
    }

    /// Logs a message, and publishes it where there is a topic.
    async fn tell(&self, message: &Announcement, deadline: Deadline) -> Result<(), String> {
        message.body.lines().for_each(|line| self.reporter.problem("", &line));
        let Some(topic) = &self.topic else { return Ok(()) };
        let told = topic.announce(message, deadline).await;
        told.map_err(|failure| {
            format!("the news of {} was not published to the topic: {failure}", message.id)
        })
    }

    /// The days that are due, in their order.
    async fn due(
        &self,
        run: &mut Run<'_>,
        endings: &Endings,
        began: Time,
    ) -> Result<Vec<DueDay>, Diagnostic> {
        let reader = self.archive.reader();
        let window: Vec<Day> = ended_days(began, self.config.maintenance.days).collect();
        let mut days = Vec::new();
        for group in run.groups.values() {
            let found = run.findings.days().filter(|found| found.log_group == group.name);
            let older = found.map(|found| found.day).filter(|day| !window.contains(day));
            let comparable = |day: &Day| is_comparable(group, *day, began);
            let wanted: Vec<Day> = window.iter().copied().chain(older).filter(comparable).collect();
            let Some(since) = wanted.iter().min() else { continue };
            let last_checks = LastChecks::read_since(&reader, Some(&group.id()), *since, began).await;
            let last_checks = last_checks.map_err(|error| failed("ArchiveUnavailable", &error))?;
            for (key, reason) in &last_checks.refused {
                self.reporter.problem("", &format!("`{key}` is not believed: {reason}"));
            }
            for day in wanted {
                let last = last_checks.of(&group.id()).find(|checked| checked.day == day);
                let is_witnessed = last.is_some_and(|last| last.witness.is_some());
                let day = GroupDay { log_group: group.name.clone(), day };
                if endings.is_after(&day) {
                    continue;
                }
                let is_settled =
                    run.findings.kind(&day).is_none() && (is_witnessed || !run.has_witness(&group.name));
                let last = last.map(|last| LastCheck::of(last, is_settled));
                if last.is_none() && is_whole(group, day.day, began) {
                    run.unchecked.insert(day.clone());
                }
                days.push((day, last));
            }
        }
        Ok(in_order(days.into_iter(), began))
    }

    /// Says what was found, once, and keeps it.
    async fn end(
        &self,
        run: Run<'_>,
        account: &Account,
        before: &Findings,
        began: Time,
        deadline: Deadline,
    ) -> Result<Answer, Diagnostic> {
        let Run { groups, mut findings, unchecked, filled, mut answer, warnings, not_kept, .. } = run;
        for warning in &warnings {
            self.reporter.problem("", warning);
        }
        let failures = answer.failures.iter().chain(&answer.directory_failures);
        failures.for_each(|failure| self.reporter.failure("", failure));
        let may_have_events = |day: &GroupDay| match groups.get(&day.log_group) {
            Some(group) => is_comparable(group, day.day, began),
            None => !run.knows_all_groups,
        };
        for gone in findings.retain(may_have_events) {
            let GroupDay { log_group, day } = &gone.day;
            let text = format!(
                "`{log_group}` on {day} is not compared any more; {} events stay missing",
                gone.events
            );
            self.reporter.problem("", &text);
        }
        let location = self.archive.location().to_string();
        let context = Context { account: &account.id, region: &account.region, archive: &location };
        let outlook = notification::outlook(&answer.organizations, answer.days_left, &context);
        let is_anything_to_do = answer.organizations.iter().any(|outlook| !outlook.to_do.is_empty());
        for step in answer.organizations.iter_mut().flat_map(|outlook| &mut outlook.to_do) {
            step.command = notification::in_archive(&step.command, &context);
        }
        let news = findings.news();
        let id = Findings::key(began);
        if let Some(message) = notification::of(&news, &filled, &outlook, &id, &context) {
            match self.tell(&message, deadline).await {
                Ok(()) if self.topic.is_some() => findings.announced(),
                Ok(()) => {}
                Err(failure) => self.reporter.failure("", &failure),
            }
        } else if is_anything_to_do {
            for line in &outlook {
                self.reporter.problem("", line);
            }
        }
        let kept =
            if findings == *before { Ok(()) } else { findings.keep(began, &self.archive, deadline).await };
        (answer.gap_days, answer.missing_events) = findings.count(Kind::Gap);
        answer.silent_days = findings.count(Kind::Silent).0;
        self.measure(&answer, longest_wait(unchecked.iter().map(|day| day.day), began));
        match not_kept.or(kept.err().map(|error| error.to_string())) {
            Some(reason) => Err(failed("NotKept", &reason)),
            None => Ok(answer),
        }
    }

    fn measure(&self, answer: &Answer, unchecked_days: u64) {
        let level = match (
            answer.failures.len() + answer.directory_failures.len(),
            answer.gap_days + answer.silent_days,
        ) {
            (0, 0) => Level::Info,
            (0, _) => Level::Warn,
            _ => Level::Error,
        };
        self.reporter.coverage(&CoverageReport {
            aws: Declaration::new(now(), CoverageReport::DIMENSIONS, CoverageReport::METRICS),
            level,
            message: "coverage",
            function: self.reporter.function(),
            log_groups: answer.log_groups,
            compared_days: answer.compared_days,
            left_days: answer.left_days,
            gap_days: answer.gap_days,
            missing_events: answer.missing_events,
            silent_days: answer.silent_days,
            unchecked_days,
            coverage_failed: answer.failures.len() as u64,
            filled_events: answer.filled_events,
            directory_failed: answer.directory_failures.len() as u64,
        });
    }
}

fn failed(error_type: &str, error: &impl ToString) -> Diagnostic {
    Diagnostic { error_type: error_type.to_owned(), error_message: error.to_string() }
}
