//! What an archive keeps of the metrics of `WorkMail`: their daily sums, and whose log each log group is. Written under new keys
//! only, read back as untrusted input.

use std::collections::{BTreeMap, BTreeSet};

use mailtrail_archive::{Archive, ArchiveError, ArchiveReader};
use mailtrail_aws_client::Deadline;
use mailtrail_aws_types::LogGroupName;
use mailtrail_clock::Time;
use mailtrail_pull::{ArchivedDays, LogGroupId};
use serde::{Deserialize, Serialize};

use crate::day::{Day, IMPOSSIBLE, SHIFTED, Witness};
use crate::key::{is_in_future, metrics_folder, metrics_key, metrics_saved};
use crate::last_checks::is_of_archive;
use crate::metrics::{Figures, Metric, MetricDay, days_to_ask};
use crate::observed::{Log, Observed};

/// Everything that was saved of one account and Region.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    account: String,
    region: String,
    figures: BTreeMap<Metric, BTreeMap<Day, Figures>>,
    observed: BTreeSet<Observed>,
    /// What is not believed: the key of an object, and why.
    pub refused: Vec<(String, String)>,
}

/// A line of an object below `coverage/metrics/`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum Line {
    Day(MetricDay),
    Log(Observed),
}

impl History {
    /// Of an account and Region, with nothing in it.
    pub fn new(account: &str, region: &str) -> Self {
        Self { account: account.to_owned(), region: region.to_owned(), ..Self::default() }
    }

    /// Reads what an archive keeps. What was saved after `now` is not believed.
    ///
    /// # Errors
    /// When the archive cannot be listed or read. What is wrong with one object is in [`Self::refused`].
    pub async fn read(
        archive: &ArchiveReader,
        account: &str,
        region: &str,
        now: Time,
    ) -> Result<Self, ArchiveError> {
        let mut history = Self::new(account, region);
        let mut objects = Vec::new();
        let listing = archive.list_readable(&metrics_folder(account, region), Deadline::NEVER).await?;
        for (key, error) in listing.unreadable {
            history.refuse(&key, &error.failure.to_string());
        }
        for key in listing.names {
            match metrics_saved(&key) {
                Some(saved) if is_in_future(saved, now) => history.refuse(&key, "it was saved in the future"),
                Some(saved) => objects.push((saved, key)),
                None => history.refuse(&key, "its name is not that of saved metrics"),
            }
        }
        // What was saved later counts.
        objects.sort_unstable();
        for (saved, key) in objects {
            match archive.get(&key, Deadline::NEVER).await {
                Ok(content) if key != metrics_key(account, region, saved, &content) => {
                    history.refuse(&key, "its content or folder is not what its name says");
                }
                Ok(content) => history.take(&key, saved, &String::from_utf8_lossy(&content)),
                Err(error) if is_of_archive(&error) => return Err(error),
                Err(error) => history.refuse(&key, &error.failure.to_string()),
            }
        }
        Ok(history)
    }

    /// Takes the lines of an object.
    fn take(&mut self, key: &str, saved: Time, text: &str) {
        for (at, line) in text.lines().enumerate() {
            let line = serde_json::from_str(line)
                .map_err(|_| "neither a day of a metric nor a log of an organization")
                .and_then(|line| check(line, saved));
            match line {
                Ok(Line::Day(day)) => _ = self.add(day),
                Ok(Line::Log(log)) => _ = self.observed.insert(log),
                Err(reason) => self.refuse(key, &format!("line {}: {reason}", at + 1)),
            }
        }
    }

    fn refuse(&mut self, key: &str, reason: &str) {
        self.refused.push((key.to_owned(), reason.to_owned()));
    }

    /// The metrics that it has figures of.
    pub fn metrics(&self) -> impl Iterator<Item = &Metric> {
        self.figures.keys()
    }

    /// Whose metrics these are: 12 digits.
    pub fn account(&self) -> &str {
        &self.account
    }

    /// The Region of the metrics.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// The logs of organizations, and the log groups that they go to, or once went to.
    pub fn logs(&self) -> impl Iterator<Item = &Observed> {
        self.observed.iter()
    }

    /// The organizations that logged: id and alias.
    pub fn organizations(&self) -> impl Iterator<Item = (&str, &str)> {
        self.observed.iter().map(|it| (it.organization.as_str(), it.alias.as_str()))
    }

    /// The logs of the only organization of a Region, as the archive shows them: no other one can have logged these events.
    pub fn logs_of_only(
        &self,
        organization: &str,
        alias: &str,
        archived: &ArchivedDays,
    ) -> BTreeSet<Observed> {
        let is_here = |id: &&LogGroupId| id.account == self.account && id.region == self.region;
        let names = archived.keys().filter(is_here).filter(|id| LogGroupName::is_valid(&id.name));
        let logs = names.flat_map(|id| Log::ALL.map(|log| (id, log)));
        let has_events = |(id, log): &(&LogGroupId, Log)| archived[*id].values().any(|it| log.events(it) > 0);
        let observed = |(id, log): (&LogGroupId, Log)| Observed {
            log_group: id.name.clone(),
            log,
            organization: organization.to_owned(),
            alias: alias.to_owned(),
        };
        logs.filter(has_events).map(observed).collect()
    }

    /// The log groups that organizations log to, or once did.
    pub fn log_groups(&self) -> BTreeSet<&str> {
        self.observed.iter().map(|it| it.log_group.as_str()).collect()
    }

    /// Adds figures, and returns those that are new, or other than before.
    pub fn update(&mut self, days: Vec<MetricDay>) -> Vec<MetricDay> {
        days.into_iter().filter(|day| self.add(day.clone())).collect()
    }

    /// Adds logs, and returns those that are new.
    pub fn observe(&mut self, logs: BTreeSet<Observed>) -> Vec<Observed> {
        logs.into_iter().filter(|log| self.observed.insert(log.clone())).collect()
    }

    fn add(&mut self, MetricDay { metric, day, figures }: MetricDay) -> bool {
        self.figures.entry(metric).or_default().insert(day, figures) != Some(figures)
    }

    /// Saves what is new; returns the key.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn save(
        &self,
        archive: &Archive,
        days: &[MetricDay],
        logs: &[Observed],
        now: Time,
    ) -> Result<Option<String>, ArchiveError> {
        if days.is_empty() && logs.is_empty() {
            return Ok(None);
        }
        let lines = logs.iter().cloned().map(Line::Log).chain(days.iter().cloned().map(Line::Day));
        // Text and numbers always become JSON.
        let content: String =
            lines.map(|line| serde_json::to_string(&line).unwrap_or_default() + "\n").collect();
        let key = metrics_key(&self.account, &self.region, now, content.as_bytes());
        archive.put(&key, content.into(), Deadline::NEVER).await?;
        Ok(Some(key))
    }

    /// What metrics say of a log group and a day; nothing for a log group that no organization logged to. An organization has one
    /// mail, wherever it is logged: the events of all its log groups count. `is_only` says that the Region has no other
    /// organization, and had none: then a metric without dimensions is of this one.
    pub fn witness(
        &self,
        log_group: &str,
        is_only: bool,
        day: Day,
        archived: &ArchivedDays,
    ) -> Option<Witness> {
        let own: Vec<_> = self.observed.iter().filter(|it| it.log_group == log_group).collect();
        let is_same = |log: &&Observed| own.iter().any(|own| own.is_same_log(log));
        let logs: Vec<_> = self.observed.iter().filter(is_same).collect();
        if logs.is_empty() {
            return None;
        }
        let metric = |day| self.metric(&logs, is_only, day);
        let events = |day| self.events(&logs, day, archived);
        let beyond =
            |number| Day::new(number).map_or(0, |day| events(day).saturating_sub(metric(day).unwrap_or(0)));
        let beside = beyond(day.number() - 1).saturating_add(beyond(day.number() + 1)).min(SHIFTED);
        Some(Witness { metric: metric(day), events: events(day), beside })
    }

    /// The sum of all metrics of some logs; nothing on a day without any figure, which is not zero.
    fn metric(&self, logs: &[&Observed], is_only: bool, day: Day) -> Option<u64> {
        // Each organization once, however many log groups it has.
        let of_organization: BTreeMap<(Log, &str), &Observed> =
            logs.iter().map(|it| ((it.log, it.organization.as_str()), *it)).collect();
        let sums = of_organization
            .values()
            .flat_map(|it| it.log.metrics().iter().filter_map(move |name| self.sum(name, it, is_only, day)));
        let sum = sums.reduce(u64::saturating_add);
        sum.map(|sum| sum.min(IMPOSSIBLE - 1))
    }

    /// The sum of a metric on a day. Of metrics of one name that differ in what they are broken down by, the one that is least
    /// broken down counts.
    fn sum(&self, name: &str, observed: &Observed, is_only: bool, day: Day) -> Option<u64> {
        let is_of = |metric: &Metric| {
            let mut values = metric.dimensions.values();
            metric.name == name
                && (values.any(|value| observed.is_named(value)) || is_only && metric.dimensions.is_empty())
        };
        let of_day = |(metric, days): (&Metric, &BTreeMap<Day, Figures>)| {
            Some((metric.dimensions.len(), days.get(&day)?.sum)).filter(|_| is_of(metric))
        };
        let found: Vec<(usize, u64)> = self.figures.iter().filter_map(of_day).collect();
        let fewest = found.iter().map(|(dimensions, _)| *dimensions).min()?;
        let of_fewest = found.into_iter().filter(|(dimensions, _)| *dimensions == fewest);
        of_fewest.map(|(_, sum)| sum).reduce(u64::saturating_add)
    }

    /// The events of some logs that the archive has of a day.
    fn events(&self, logs: &[&Observed], day: Day, archived: &ArchivedDays) -> u64 {
        let log_groups: BTreeSet<(&str, Log)> =
            logs.iter().map(|it| (it.log_group.as_str(), it.log)).collect();
        let events = log_groups.into_iter().filter_map(|(name, log)| {
            let (account, region) = (self.account.clone(), self.region.clone());
            let of_group = archived.get(&LogGroupId { account, region, name: name.to_owned() })?;
            of_group.get(&day.number()).map(|archived| log.events(archived))
        });
        events.fold(0, u64::saturating_add)
    }
}

/// A line that can have been saved at a time.
fn check(line: Line, saved: Time) -> Result<Line, &'static str> {
    match &line {
        Line::Day(MetricDay { day, figures, .. }) => {
            let asked = days_to_ask(saved).is_some_and(|(first, last)| (first..=last).contains(day));
            let is_possible = figures.sum < IMPOSSIBLE && figures.samples < IMPOSSIBLE;
            match (asked, is_possible) {
                (false, _) => Err("CloudWatch had no whole day of it when it was saved"),
                (_, false) => Err("no metric can have counted this"),
                _ => Ok(line),
            }
        }
        Line::Log(log) if !LogGroupName::is_valid(&log.log_group) => Err("no log group has this name"),
        Line::Log(log) if log.organization.is_empty() => Err("it names no organization"),
        Line::Log(_) => Ok(line),
    }
}
