//! What is known besides the events: how far the archive goes, what it lacks, what addresses are.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use mailtrail_clock::{DAY, Time, TimeRange, now};
use mailtrail_coverage::{Day, DayState, LastChecks};
use mailtrail_names::add_addresses;
use mailtrail_normalize::InternalDomains;
use mailtrail_trace::{AsOf, Context, DEFAULT_WINDOW, Directory, Gap};

use super::archives::Archives;
use super::args::TraceArgs;
use crate::reading::{self, Tally};

#[derive(Debug)]
pub(super) struct Known {
    pub(super) as_of: AsOf,
    pub(super) gaps: Vec<Gap>,
    /// From when on every message is found, where only the latest are asked for; nothing where all are found.
    pub(super) found_since: Option<Time>,
    /// What was read.
    pub(super) read: TimeRange,
    /// What addresses are, where the archive has it.
    pub(super) directory: Option<Arc<Directory>>,
    pub(super) internal_domains: InternalDomains,
    pub(super) window: Duration,
    pub(super) shows_journal: bool,
    pub(super) tells_journey: bool,
}

impl Default for Known {
    fn default() -> Self {
        Self {
            as_of: AsOf::default(),
            gaps: Vec::new(),
            found_since: None,
            read: TimeRange::default(),
            directory: None,
            internal_domains: InternalDomains::default(),
            window: DEFAULT_WINDOW,
            shows_journal: false,
            tells_journey: false,
        }
    }
}

impl Known {
    pub(super) fn new(args: &TraceArgs, directory: Option<Arc<Directory>>) -> Self {
        let domains = args.interpretation.internal_domains.iter().filter(|domain| !domain.is_empty());
        Self {
            directory,
            internal_domains: InternalDomains::new(domains),
            window: args.interpretation.window,
            shows_journal: args.filter.journal,
            ..Self::default()
        }
    }

    /// The window in milliseconds.
    pub(super) fn window_millis(&self) -> i64 {
        i64::try_from(self.window.as_millis()).unwrap_or(i64::MAX / 4).min(i64::MAX / 4)
    }

    pub(super) fn context(&self) -> Context<'_> {
        Context {
            as_of: &self.as_of,
            directory: self.directory.as_deref(),
            internal_domains: &self.internal_domains,
            gaps: &self.gaps,
            window: self.window,
            read: self.read,
            shows_journal: self.shows_journal,
            tells_journey: self.tells_journey,
        }
    }
}

/// What addresses were at the end of a range, as snapshots of directories say; nothing where there is none.
pub(super) async fn directory(
    archives: &Archives,
    range: TimeRange,
    tally: &mut Tally,
) -> Option<Arc<Directory>> {
    let mut directory: Option<Directory> = None;
    for reader in archives.readers() {
        for snapshot in reading::latest_snapshots(reader, range, tally).await {
            add_addresses(&snapshot, directory.get_or_insert_default());
        }
    }
    directory.map(Arc::new)
}

/// The days that log groups have and the archive lacks, of the time that was read, as the last check of each found.
pub(super) async fn gaps(archives: &Archives, read: TimeRange, tally: &mut Tally) -> Vec<Gap> {
    let since = read.since().map(Day::of).unwrap_or_default();
    let mut gaps = Vec::new();
    for reader in archives.readers() {
        let last = match LastChecks::read_since(reader, None, since, now()).await {
            Ok(last) => last,
            Err(error) => {
                tally.unreadable("coverage", &error.failure.to_string());
                continue;
            }
        };
        for (key, reason) in &last.refused {
            tally.unreadable(key, reason);
        }
        let days = last.days.values().flat_map(BTreeMap::values);
        for day in days.filter(|day| matches!(day.state, DayState::Gap | DayState::Silent)) {
            let since = day.day.start();
            gaps.push(Gap {
                account: day.account.clone(),
                log_group: day.log_group.clone(),
                since,
                until: Time::from_millis(since.millis() + DAY).unwrap_or(since),
            });
        }
    }
    gaps
}
