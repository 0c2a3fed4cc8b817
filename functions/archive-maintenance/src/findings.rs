//! Days of which something is wrong, and whether people know.
//!
//! They are kept in the archive as `coverage/findings/<time>-<milliseconds>.json`, written once by each run that changed
//! them; the latest has the greatest name. A finding stays until its day is compared with another outcome, however long
//! ago that day is: a gap is not over because time went by.

use std::collections::BTreeMap;

use bytes::Bytes;
use mailtrail_archive::{Archive, ArchiveError};
use mailtrail_aws_client::Deadline;
use mailtrail_clock::Time;
use mailtrail_coverage::FINDINGS;
use serde::{Deserialize, Serialize};

use crate::due::GroupDay;

/// What is wrong with a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    /// The archive lacks events that the log group has.
    Gap,
    /// Metrics count something, and no such event was logged.
    Silent,
}

/// What was found of a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Finding {
    #[serde(flatten)]
    pub(crate) day: GroupDay,
    pub(crate) kind: Kind,
    /// Events that the archive lacks; of a silent day, what metrics count.
    pub(crate) events: u64,
    /// Whether people were told.
    announced: bool,
}

/// What was found, at most once for each day of a log group.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Findings(BTreeMap<GroupDay, Finding>);

impl Findings {
    /// What the last run before `now` left. An object that cannot be read, or that no run can have written, is passed over: then
    /// the one before it counts, and what people were told since is told again.
    ///
    /// # Errors
    /// When the archive cannot be listed or read.
    pub(crate) async fn latest(
        archive: &Archive,
        now: Time,
        deadline: Deadline,
    ) -> Result<Self, ArchiveError> {
        let reader = archive.reader();
        let keys = reader.list_readable(FINDINGS, deadline).await?.names;
        let end = Self::key(now);
        for key in keys.into_iter().rev().filter(|key| *key < end) {
            let json = match reader.get(&key, deadline).await {
                Ok(json) => json,
                Err(error) if error.failure.retryable || error.failure.is_denied() => return Err(error),
                Err(_) => continue,
            };
            if let Ok(found) = serde_json::from_slice::<Vec<Finding>>(&json) {
                return Ok(Self(found.into_iter().map(|finding| (finding.day.clone(), finding)).collect()));
            }
        }
        Ok(Self::default())
    }

    /// Where those of a run are that began at `time`.
    pub(crate) fn key(time: Time) -> String {
        format!("{FINDINGS}/{}-{:03}.json", time.compact(), time.millis() % 1000)
    }

    /// Keeps them, after a run that began at `time`.
    ///
    /// # Errors
    /// When the archive did not take them.
    pub(crate) async fn keep(
        &self,
        time: Time,
        archive: &Archive,
        deadline: Deadline,
    ) -> Result<(), ArchiveError> {
        let found: Vec<&Finding> = self.0.values().collect();
        // Numbers and texts: there is always JSON for them.
        let json = serde_json::to_vec_pretty(&found).unwrap_or_default();
        archive.put(&Self::key(time), Bytes::from(json), deadline).await?;
        Ok(())
    }

    /// Notes what was found of a day; nothing where all is well. More events than people know of are news again.
    pub(crate) fn note(&mut self, day: &GroupDay, found: Option<(Kind, u64)>) {
        let before = self.0.remove(day);
        let Some((kind, events)) = found else { return };
        let is_known = |before: &Finding| before.announced && before.kind == kind && before.events >= events;
        let announced = before.is_some_and(|before| is_known(&before));
        self.0.insert(day.clone(), Finding { day: day.clone(), kind, events, announced });
    }

    /// Drops those of days of which nothing is expected.
    pub(crate) fn forget(&mut self, is_expected: impl Fn(&GroupDay) -> bool) {
        self.0.retain(|day, _| is_expected(day));
    }

    /// Keeps those that can still be compared, and returns the others.
    pub(crate) fn retain(&mut self, mut is_comparable: impl FnMut(&GroupDay) -> bool) -> Vec<Finding> {
        let all = std::mem::take(&mut self.0);
        let (kept, dropped): (BTreeMap<_, _>, BTreeMap<_, _>) =
            all.into_iter().partition(|(day, _)| is_comparable(day));
        self.0 = kept;
        dropped.into_values().collect()
    }

    /// The days.
    pub(crate) fn days(&self) -> impl Iterator<Item = &GroupDay> {
        self.0.keys()
    }

    /// What is wrong with a day.
    pub(crate) fn kind(&self, day: &GroupDay) -> Option<Kind> {
        self.0.get(day).map(|finding| finding.kind)
    }

    /// What people do not know yet.
    pub(crate) fn news(&self) -> Vec<Finding> {
        self.0.values().filter(|finding| !finding.announced).cloned().collect()
    }

    /// People know of all of them.
    pub(crate) fn announced(&mut self) {
        self.0.values_mut().for_each(|finding| finding.announced = true);
    }

    /// How many of a kind, and their events.
    pub(crate) fn count(&self, kind: Kind) -> (u64, u64) {
        let events = self.0.values().filter(|finding| finding.kind == kind).map(|finding| finding.events);
        events.fold((0, 0), |(days, sum), events| (days + 1, sum.saturating_add(events)))
    }
}

#[cfg(test)]
mod tests {
    use mailtrail_coverage::Day;

    use super::*;

    fn day(number: i64) -> GroupDay {
        GroupDay { log_group: "/example/mail".to_owned(), day: Day::new(number).unwrap() }
    }

    fn after(found: &[(i64, Kind, u64)]) -> Findings {
        let mut findings = Findings::default();
        for (number, kind, events) in found {
            findings.note(&day(*number), Some((*kind, *events)));
        }
        findings.announced();
        findings
    }

    fn news(findings: &Findings) -> Vec<(i64, Kind, u64)> {
        findings.news().into_iter().map(|it| (it.day.day.number(), it.kind, it.events)).collect()
    }

    #[test]
    fn what_people_know_is_no_news_and_what_has_become_worse_is() {
        let mut findings =
            after(&[(1, Kind::Gap, 5), (2, Kind::Gap, 5), (3, Kind::Gap, 5), (4, Kind::Silent, 5)]);
        findings.note(&day(1), Some((Kind::Gap, 5)));
        findings.note(&day(2), Some((Kind::Gap, 3)));
        findings.note(&day(3), Some((Kind::Gap, 6)));
        findings.note(&day(4), Some((Kind::Gap, 1)));
        assert_eq!(news(&findings), [(3, Kind::Gap, 6), (4, Kind::Gap, 1)]);
        assert_eq!((findings.count(Kind::Gap), findings.count(Kind::Silent)), ((4, 15), (0, 0)));
    }

    #[test]
    fn what_is_over_is_forgotten_and_is_news_when_it_comes_again() {
        let mut findings = after(&[(1, Kind::Gap, 5)]);
        findings.note(&day(1), None);
        assert_eq!(findings, Findings::default());
        findings.note(&day(1), Some((Kind::Gap, 5)));
        assert_eq!(news(&findings), [(1, Kind::Gap, 5)]);
    }

    #[test]
    fn what_was_not_published_stays_news() {
        let mut findings = Findings::default();
        for _ in 0..2 {
            findings.note(&day(1), Some((Kind::Silent, 5)));
            assert_eq!(news(&findings), [(1, Kind::Silent, 5)]);
        }
    }

    #[test]
    fn what_cannot_be_compared_any_more_is_returned() {
        let mut findings = after(&[(1, Kind::Gap, 5), (2, Kind::Gap, 6)]);
        let dropped = findings.retain(|day| day.day.number() > 1);
        assert_eq!((dropped.len(), dropped[0].day.day.number(), findings.days().count()), (1, 1, 1));
    }

    #[test]
    fn they_are_kept_as_people_read_days() {
        let findings = after(&[(20_777, Kind::Gap, 5)]);
        let json = serde_json::to_string(&findings.0.values().collect::<Vec<_>>()).unwrap();
        assert_eq!(
            json,
            r#"[{"log_group":"/example/mail","day":"2026-11-20","kind":"gap","events":5,"announced":true}]"#
        );
        let read: Vec<Finding> = serde_json::from_str(&json).unwrap();
        assert_eq!(read[0], findings.0[&day(20_777)]);
        let wrong = json.replace("2026-11-20", "tomorrow");
        assert!(serde_json::from_str::<Vec<Finding>>(&wrong).is_err());
    }
}
