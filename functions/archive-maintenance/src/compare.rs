//! One day of some log groups, compared with the archive.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt, stream};
use mailtrail_archive::{ArchiveError, ArchiveReader};
use mailtrail_clock::now;
use mailtrail_coverage::{Checker, Day, DayCoverage, History, judge_days};
use mailtrail_pull::{CloudWatch, LogGroup, Observer, Window, archived_days};

/// Queries of Insights at a time: each takes some seconds, and an account may run 100.
const COUNTED_AT_A_TIME: usize = 4;

/// Compares days.
pub(crate) struct Comparer {
    pub(crate) checker: Checker<CloudWatch>,
    pub(crate) account: String,
    pub(crate) region: String,
    /// What metrics say, and of which log groups; nothing where they could not be read.
    pub(crate) history: Option<History>,
    /// The log groups that metrics say something of, whether these could be read or not.
    pub(crate) observed: BTreeSet<String>,
}

/// What was found of a day.
#[derive(Debug, Default)]
pub(crate) struct Compared {
    pub(crate) days: Vec<DayCoverage>,
    /// The log groups that could not be counted, and why.
    pub(crate) failures: BTreeMap<String, String>,
}

impl Comparer {
    /// Compares a day of some log groups. Nothing where it was stopped.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub(crate) async fn day(
        &self,
        day: Day,
        groups: &[&LogGroup],
        observer: &dyn Observer,
    ) -> Result<Option<Compared>, ArchiveError> {
        let checked = now();
        let count = |group| Box::pin(self.checker.count(group, (day, day), checked, observer));
        let counted: Vec<_> =
            stream::iter(groups.iter().copied().map(count)).buffered(COUNTED_AT_A_TIME).collect().await;
        let place = Some((self.account.as_str(), self.region.as_str()));
        let reader: &ArchiveReader = &self.checker.backfill.reader;
        // A mail is counted on one side of midnight and logged on the other.
        let has_witness = self.history.as_ref().is_some_and(|history| !history.log_groups().is_empty());
        let beside = i64::from(has_witness);
        let window = Window::of_days((day.number() - beside).max(0), day.number() + beside);
        let archived =
            Box::pin(archived_days(reader, place, window, self.checker.backfill.decoded_limit, observer))
                .await?;
        let Some(archived) = archived.filter(|_| !observer.is_stopped()) else { return Ok(None) };
        let mut compared = Compared::default();
        for (group, mut source) in groups.iter().zip(counted) {
            if let Some(failure) = source.failure.take() {
                compared.failures.insert(group.name.clone(), failure.to_string());
                continue;
            }
            let of_group = archived.get(&group.id()).cloned().unwrap_or_default();
            let witness = |day, _| {
                let history = self.history.as_ref()?;
                history.witness(&group.name, is_of_one(history), day, &archived)
            };
            compared.days.extend(judge_days(group, (day, day), &source, &of_group, witness, checked));
        }
        Ok(Some(compared))
    }
}

/// Whether all log groups with a witness are of one organization.
fn is_of_one(history: &History) -> bool {
    let mut ids = history.organizations().map(|(id, _)| id);
    let first = ids.next();
    ids.all(|id| Some(id) == first)
}
