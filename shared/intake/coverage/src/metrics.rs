//! The metrics of `WorkMail`: what it counted itself, whether it logged it or not.
//!
//! CloudWatch keeps them for 15 months, longer than most log groups keep events, and not longer. So their daily sums are saved
//! in the archive, below `coverage/metrics/`, under new keys only: what is new or has changed since. Pure, but for reading and
//! writing the archive.
//! <https://docs.aws.amazon.com/workmail/latest/adminguide/monitoring-workmail-cloudwatch.html>

use std::collections::{BTreeMap, BTreeSet};

use mailtrail_archive::{Archive, ArchiveError, ArchiveReader};
use mailtrail_aws_client::Deadline;
use mailtrail_clock::Time;
use mailtrail_pull::Archived;
use serde::{Deserialize, Serialize};

use crate::day::{Day, IMPOSSIBLE, Witness};
use crate::key::{metrics_folder, metrics_key};
use crate::last_checks::is_of_archive;

/// The metrics that count email events.
const MAIL: [&str; 5] = [
    "OrganizationEmailReceived",
    "MailboxEmailDelivered",
    "IncomingEmailBounced",
    "OutgoingEmailBounced",
    "OutgoingEmailSent",
];
/// The metric that counts sign-ins that failed: 1 for each, and 0 for each that succeeded.
const FAILED_SIGN_INS: [&str; 1] = ["AuthenticationFailure"];
/// How long CloudWatch keeps data points of a day.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html>
pub const DAYS_KEPT: i64 = 455;

/// A metric of the namespace `AWS/WorkMail`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Metric {
    /// Its name: `OrganizationEmailReceived`
    #[serde(rename = "metric")]
    pub name: String,
    /// Names and values of its dimensions. `WorkMail`'s pages do not name them, so they are asked for.
    pub dimensions: BTreeMap<String, String>,
}

/// What a metric says of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// The sum of its data points.
    pub sum: u64,
    /// How many there are.
    pub samples: u64,
}

/// A line of an object below `coverage/metrics/`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MetricDay {
    /// Of which metric.
    #[serde(flatten)]
    pub metric: Metric,
    /// Of which UTC day.
    pub day: Day,
    /// What it says.
    #[serde(flatten)]
    pub figures: Figures,
}

/// What a log group logs that metrics count as well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observed {
    /// The id of the organization: `m-…`
    pub organization: String,
    /// Its alias.
    pub alias: String,
    /// What it logs.
    pub log: Log,
}

/// A log of an organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Log {
    /// Email events.
    EmailEvents,
    /// Sign-ins to mailboxes.
    Authentication,
}

/// The daily figures of an account and Region.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    figures: BTreeMap<Metric, BTreeMap<Day, Figures>>,
    /// What is not believed: the key of an object, and why.
    pub refused: Vec<(String, String)>,
}

impl History {
    /// Reads what an archive keeps.
    ///
    /// # Errors
    /// When the archive cannot be listed or read. What is wrong with one object is in [`Self::refused`].
    pub async fn read(archive: &ArchiveReader, account: &str, region: &str) -> Result<Self, ArchiveError> {
        let folder = metrics_folder(account, region);
        let mut history = Self::default();
        // The names begin with the time: what was saved later counts.
        let listing = archive.list_readable(&folder, Deadline::NEVER).await?;
        let unreadable = listing.unreadable.into_iter();
        history.refused = unreadable.map(|(key, error)| (key, error.failure.to_string())).collect();
        for key in listing.names {
            let text = match archive.get(&key, Deadline::NEVER).await {
                Ok(text) => text,
                Err(error) if is_of_archive(&error) => return Err(error),
                Err(error) => {
                    history.refused.push((key, error.failure.to_string()));
                    continue;
                }
            };
            for (at, line) in String::from_utf8_lossy(&text).lines().enumerate() {
                match serde_json::from_str::<MetricDay>(line) {
                    Ok(day) if day.figures.sum < IMPOSSIBLE => _ = history.add(day),
                    Ok(_) => {
                        let reason = format!("line {}: no metric can have counted this", at + 1);
                        history.refused.push((key.clone(), reason));
                    }
                    Err(error) => history.refused.push((key.clone(), format!("line {}: {error}", at + 1))),
                }
            }
        }
        Ok(history)
    }

    /// The metrics that it has figures of.
    pub fn metrics(&self) -> impl Iterator<Item = &Metric> {
        self.figures.keys()
    }

    /// Adds figures, and returns those that are new, or other than before.
    pub fn update(&mut self, days: Vec<MetricDay>) -> Vec<MetricDay> {
        days.into_iter().filter(|day| self.add(day.clone())).collect()
    }

    fn add(&mut self, MetricDay { metric, day, figures }: MetricDay) -> bool {
        self.figures.entry(metric).or_default().insert(day, figures) != Some(figures)
    }

    /// What metrics say of a log and a day, beside the events that the archive has. `is_only` says that no other organization is
    /// in the Region: then a metric without dimensions is of this one.
    pub fn witness(&self, observed: &Observed, is_only: bool, day: Day, archived: Archived) -> Witness {
        let (names, events): (&[&str], _) = match observed.log {
            Log::EmailEvents => (&MAIL, archived.mail),
            Log::Authentication => (&FAILED_SIGN_INS, archived.failed_sign_ins),
        };
        let of_name = |name: &&str| self.sum(name, observed, is_only, day);
        let sums: Vec<u64> = names.iter().filter_map(of_name).collect();
        Witness { metric: (!sums.is_empty()).then(|| sums.into_iter().fold(0, u64::saturating_add)), events }
    }

    /// The sum of a metric on a day; 0 where it has figures of other days. Of metrics of one name that differ in what they are
    /// broken down by, the one that is least broken down counts.
    fn sum(&self, name: &str, observed: &Observed, is_only: bool, day: Day) -> Option<u64> {
        let is_of = |metric: &Metric| {
            let mut values = metric.dimensions.values();
            metric.name == name
                && (values.any(|value| observed.is_named(value)) || is_only && metric.dimensions.is_empty())
        };
        let found: Vec<_> = self.figures.iter().filter(|(metric, _)| is_of(metric)).collect();
        let fewest = found.iter().map(|(metric, _)| metric.dimensions.len()).min()?;
        let of_fewest = found.into_iter().filter(|(metric, _)| metric.dimensions.len() == fewest);
        let sums = of_fewest.map(|(_, days)| days.get(&day).map_or(0, |figures| figures.sum));
        Some(sums.fold(0, u64::saturating_add))
    }
}

impl Observed {
    /// Whether the value of a dimension names the organization: by its id, alias or ARN.
    fn is_named(&self, value: &str) -> bool {
        value == self.organization
            || value == self.alias
            || value.rsplit_once('/').is_some_and(|(_, end)| end == self.organization)
    }
}

/// The days to ask CloudWatch for: all that it may have, until the last one that is over.
pub fn days_to_ask(now: Time) -> Option<(Day, Day)> {
    let today = now.day_number();
    Some((Day::new((today - DAYS_KEPT).max(0))?, Day::new(today - 1)?))
}

/// Saves figures; returns the key.
///
/// # Errors
/// When they cannot be written.
pub async fn save(
    archive: &Archive,
    account: &str,
    region: &str,
    days: &[MetricDay],
    now: Time,
) -> Result<Option<String>, ArchiveError> {
    if days.is_empty() {
        return Ok(None);
    }
    // Text and numbers always become JSON.
    let lines = days.iter().map(|day| serde_json::to_string(day).unwrap_or_default() + "\n");
    let content: String = lines.collect();
    let key = metrics_key(account, region, now, content.as_bytes());
    archive.put(&key, content.into(), Deadline::NEVER).await?;
    Ok(Some(key))
}

/// The metrics to ask for: those that CloudWatch lists, which had data in the last two weeks, and those that were saved.
pub fn wanted(listed: BTreeSet<Metric>, history: &History) -> Vec<Metric> {
    let saved = history.metrics().cloned();
    listed.into_iter().chain(saved).collect::<BTreeSet<_>>().into_iter().collect()
}
