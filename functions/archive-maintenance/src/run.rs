//! The days of one invocation, one after the other. What fails of one holds up no other.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use mailtrail_archive::Archive;
use mailtrail_aws_client::Deadline;
use mailtrail_coverage::{Day, DayCoverage, DayState, History, keep};
use mailtrail_pull::{Backfill, CloudWatch, LogGroup};
use tokio::time::Instant;

use crate::compare::{Compared, Comparer};
use crate::due::{DueDay, GroupDay};
use crate::fill;
use crate::findings::{Findings, Kind};
use crate::maintenance::Answer;
use crate::notification::Filled;
use crate::observer::StopAt;

/// No day is begun with less.
const LEAST: Duration = Duration::from_secs(1);

/// What an invocation works with, and what it has come to.
pub(crate) struct Run<'a> {
    archive: &'a Archive,
    pub(crate) groups: BTreeMap<String, LogGroup>,
    /// Whether it is known of every log group whether it is subscribed.
    pub(crate) knows_all_groups: bool,
    comparer: Comparer,
    /// What fills gaps; nothing where they are not filled.
    filler: Option<Backfill<CloudWatch>>,
    pub(crate) findings: Findings,
    /// Days that were never compared.
    pub(crate) unchecked: BTreeSet<GroupDay>,
    pub(crate) filled: Vec<Filled>,
    pub(crate) answer: Answer,
    pub(crate) warnings: BTreeSet<String>,
    /// Why what was found is not in the archive.
    pub(crate) not_kept: Option<String>,
    /// Log groups that could not be counted: their other days are left to the next invocation.
    failing: BTreeSet<String>,
}

impl<'a> Run<'a> {
    pub(crate) fn new(
        archive: &'a Archive,
        groups: BTreeMap<String, LogGroup>,
        comparer: Comparer,
        filler: Option<Backfill<CloudWatch>>,
        findings: Findings,
        answer: Answer,
    ) -> Self {
        Self {
            archive,
            groups,
            knows_all_groups: true,
            comparer,
            filler,
            findings,
            unchecked: BTreeSet::new(),
            filled: Vec::new(),
            answer,
            warnings: BTreeSet::new(),
            not_kept: None,
            failing: BTreeSet::new(),
        }
    }

    /// What metrics say, where they could be read.
    pub(crate) fn history(&self) -> Option<&History> {
        self.comparer.history.as_ref()
    }

    /// Whether metrics say something of a log group.
    pub(crate) fn has_witness(&self, log_group: &str) -> bool {
        self.comparer.observed.contains(log_group)
    }

    /// Compares days in their order. Each may take half of the time that is left: so one that would take all of it holds up no
    /// other.
    pub(crate) async fn compare_all(&mut self, due: Vec<DueDay>, working: Deadline) {
        let mut longest = LEAST;
        for DueDay { day, log_groups } in due {
            let (failing, begun): (Vec<_>, Vec<_>) =
                log_groups.into_iter().partition(|name| self.failing.contains(name));
            let limit = working.reserve(working.remaining());
            if begun.is_empty() || limit.remaining() <= longest {
                self.answer.left_days += (failing.len() + begun.len()) as u64;
                continue;
            }
            let started = Instant::now();
            let compared = self.compare(day, &begun, limit).await;
            if compared > 0 {
                longest = longest.max(started.elapsed());
            }
            self.answer.compared_days += compared;
            self.answer.left_days += (failing.len() + begun.len()) as u64 - compared;
        }
    }

    /// Compares a day of log groups, and fills its gaps. Returns for how many of them it did.
    async fn compare(&mut self, day: Day, names: &[String], limit: Deadline) -> u64 {
        let observer = StopAt::new(limit);
        let Some(Compared { mut days, failures }) = self.compare_once(day, names, limit, &observer).await
        else {
            return 0;
        };
        for (name, reason) in failures {
            self.answer.failures.push(reason);
            self.failing.insert(name);
        }
        let filled = self.fill(&days, &observer).await;
        if !filled.is_empty()
            && let Some(again) = self.compare_once(day, &filled, limit, &observer).await
        {
            days.retain(|before| !again.days.iter().any(|after| after.log_group == before.log_group));
            days.extend(again.days);
        }
        self.warnings.extend(observer.into_notes());
        match keep(self.archive, &days).await {
            Ok(_) => self.note(&days),
            Err(error) => _ = self.not_kept.get_or_insert(error.to_string()),
        }
        days.len() as u64
    }

    async fn compare_once(
        &mut self,
        day: Day,
        names: &[String],
        limit: Deadline,
        observer: &StopAt,
    ) -> Option<Compared> {
        let groups: Vec<&LogGroup> = names.iter().filter_map(|name| self.groups.get(name)).collect();
        let failure = match limit.limit(self.comparer.day(day, &groups, observer)).await {
            Some(Ok(Some(compared))) => return Some(compared),
            Some(Err(error)) => error.to_string(),
            Some(Ok(None)) | None => format!(
                "no time to compare {day} in this run; on a machine: mailtrail coverage --since {day} --until {}",
                Day::new(day.number() + 1).unwrap_or(day)
            ),
        };
        self.answer.failures.push(failure);
        None
    }

    /// Fills the gaps of days, where they are filled. Returns the log groups of which events were archived.
    async fn fill(&mut self, days: &[DayCoverage], observer: &StopAt) -> Vec<String> {
        let Some(filler) = &self.filler else { return Vec::new() };
        let mut names = Vec::new();
        for found in days.iter().filter(|found| found.state == DayState::Gap) {
            let Some(group) = self.groups.get(&found.log_group) else { continue };
            let outcome = fill::fill(filler, group, found.day, observer).await;
            if outcome.added > 0 {
                let day = GroupDay { log_group: group.name.clone(), day: found.day };
                self.filled.push(Filled { day, events: outcome.added });
                self.answer.filled_events += outcome.added;
                names.push(group.name.clone());
            }
            if let Some(failure) = outcome.failure {
                self.answer.failures.push(format!("`{}` on {}: {failure}", group.name, found.day));
            }
        }
        names
    }

    /// Notes what was found of days. What is not known hides nothing that was.
    fn note(&mut self, days: &[DayCoverage]) {
        for found in days {
            let day = GroupDay { log_group: found.log_group.clone(), day: found.day };
            let finding = match found.state {
                DayState::Gap => Some((Kind::Gap, found.missing.unwrap_or_default())),
                DayState::Silent => {
                    let metric = found.witness.and_then(|witness| witness.metric);
                    Some((Kind::Silent, metric.unwrap_or_default()))
                }
                // Without a witness, nothing is known of silence.
                DayState::Complete | DayState::Agrees
                    if found.witness.is_none() && self.findings.kind(&day) == Some(Kind::Silent) =>
                {
                    continue;
                }
                DayState::Complete | DayState::Agrees => None,
                DayState::Open | DayState::Unknown => continue,
            };
            self.findings.note(&day, finding);
            self.unchecked.remove(&day);
        }
    }
}
