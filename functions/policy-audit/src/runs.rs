//! What earlier runs in this account and Region left: those to go on with, one that another session is at, and destinations
//! that AWS would not re-point.

use std::collections::BTreeMap;
use std::time::Duration;

use mailtrail_archive::Archive;
use mailtrail_aws_client::Deadline;
use mailtrail_clock::Time;
use mailtrail_policy_apply::JournalError;
use mailtrail_policy_apply::journal::{self, History, JournalOwners};
use mailtrail_policy_survey::Account;
use mailtrail_resource_policy::plan::Plan;

/// Journals of an account and Region that are looked at, the latest ones: an interrupted run is among those of the last
/// days.
const JOURNALS: usize = 20;
/// How long another session must have written nothing to a journal before their run counts as interrupted. Between two
/// entries a run waits for events and for other changes, some minutes each.
const QUIET: Duration = Duration::from_mins(30);
/// How long a refusal counts, and how old a journal may be: what stood in the way may be gone by then, and a try in a
/// month does no harm.
const REFUSED: Duration = Duration::from_hours(30 * 24);

/// What earlier runs left.
#[derive(Debug, Default)]
pub(crate) struct Runs {
    /// Those that have no end, the oldest first: journal and plan.
    pub(crate) interrupted: Vec<(String, Plan)>,
    /// Those that another session is at, as far as can be told.
    pub(crate) at_work: Vec<AtWork>,
    /// Destinations that AWS would not re-point in place, each with the journal that tells of it.
    pub(crate) refused: BTreeMap<String, String>,
}

/// A run that another session is at.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct AtWork {
    pub(crate) journal: String,
    /// Who: the ARN of a principal.
    pub(crate) by: String,
    /// When the latest entry was written, RFC 3339.
    pub(crate) at: String,
}

impl Runs {
    /// Reads the latest journals of an account and Region. `owners` is what is known of the others.
    ///
    /// # Errors
    /// When one cannot be read: then nothing is known of what it changed.
    pub(crate) async fn of(
        account: &Account,
        archive: &Archive,
        owners: &mut JournalOwners,
        now: Time,
        deadline: Deadline,
    ) -> Result<Self, JournalError> {
        let reader = archive.reader();
        let here = (account.id.as_str(), account.region.as_str());
        let mut runs = Self::default();
        for id in journal::latest(&reader, here, JOURNALS, before(now, REFUSED), owners, deadline).await? {
            let entries = match journal::read(&reader, &id, deadline).await {
                Ok(entries) => entries,
                // Of an earlier version: it is neither gone on with nor undone, and says nothing that matters here.
                Err(JournalError::Earlier(_)) => continue,
                Err(error) => return Err(error),
            };
            let latest = entries.last().map(|entry| entry.at.clone()).unwrap_or_default();
            runs.add(&id, History::of(&id, entries)?, &latest, &account.caller, now);
        }
        Ok(runs)
    }

    fn add(&mut self, id: &str, history: History, latest: &str, caller: &str, now: Time) {
        if let Some((_, refused)) = history.refused.as_ref().filter(|_| !is_older(latest, REFUSED, now)) {
            self.refused.insert(refused.destination.clone(), id.to_owned());
        }
        if history.outcome.is_some() {
            return;
        }
        // One audit runs at a time: what has our own name, no session is at any more.
        if history.by != caller && !is_older(latest, QUIET, now) {
            let (journal, at) = (id.to_owned(), latest.to_owned());
            self.at_work.push(AtWork { journal, by: history.by, at });
        } else if !history.undoing {
            self.interrupted.push((id.to_owned(), history.plan));
        }
    }
}

fn before(now: Time, age: Duration) -> Time {
    let millis = i64::try_from(age.as_millis()).unwrap_or(i64::MAX);
    Time::from_millis(now.millis().saturating_sub(millis)).unwrap_or(Time::EPOCH)
}

/// Whether an entry is of such an age. Where no time can be read, it is.
fn is_older(entry: &str, age: Duration, now: Time) -> bool {
    Time::from_iso8601(entry).is_none_or(|at| at <= before(now, age))
}

#[cfg(test)]
mod tests {
    use mailtrail_policy_apply::Refused;
    use mailtrail_policy_apply::journal::{Body, Purpose, RunHeader};
    use mailtrail_resource_policy::inventory::Inventory;
    use mailtrail_resource_policy::plan::{self, Options};

    use super::*;

    const US: &str = "arn:aws:sts::111122223333:assumed-role/audit/policy-audit";
    const ANOTHER: &str = "arn:aws:iam::111122223333:user/another";
    const WRITTEN: &str = "2026-11-20T12:00:00Z";

    fn begun(by: &str) -> History {
        let inventory = Inventory::from_json(include_str!("../../../infra/policies/account.json")).unwrap();
        let plan = plan::plan(&inventory, &Options::default()).unwrap();
        History::new(RunHeader::begun("111122223333", "eu-west-1", by, &plan))
    }

    fn runs(history: History, now: &str) -> Runs {
        let mut runs = Runs::default();
        runs.add("journal", history, WRITTEN, US, Time::from_iso8601(now).unwrap());
        runs
    }

    fn counts(history: History, now: &str) -> (usize, usize) {
        let runs = runs(history, now);
        (runs.interrupted.len(), runs.at_work.len())
    }

    #[test]
    fn our_own_run_is_gone_on_with_at_once() {
        assert_eq!(counts(begun(US), "2026-11-20T12:00:01Z"), (1, 0));
    }

    #[test]
    fn a_run_of_another_session_is_left_to_them_until_nothing_was_written_for_half_an_hour() {
        assert_eq!(counts(begun(ANOTHER), "2026-11-20T12:29:59Z"), (0, 1));
        assert_eq!(counts(begun(ANOTHER), "2026-11-20T12:30:00Z"), (1, 0));
        let mut resumed = begun(US);
        resumed.add(1, Body::Session { purpose: Purpose::Resume, by: ANOTHER.to_owned() });
        assert_eq!(counts(resumed, "2026-11-20T12:01:00Z"), (0, 1));
    }

    #[test]
    fn what_another_session_undoes_is_never_gone_on_with() {
        let mut undone = begun(US);
        undone.add(1, Body::Session { purpose: Purpose::Rollback, by: ANOTHER.to_owned() });
        assert_eq!(counts(undone.clone(), "2026-11-20T12:01:00Z"), (0, 1));
        assert_eq!(counts(undone, "2026-11-21T12:00:00Z"), (0, 0));
    }

    #[test]
    fn a_destination_that_was_refused_is_known_for_a_month() {
        let mut history = begun(US);
        let refused = Refused {
            destination: "audit".to_owned(),
            reason: "ValidationException".to_owned(),
            bridge: Vec::new(),
        };
        history.add(1, Body::Refused { step: 0, refused });
        assert_eq!(runs(history.clone(), WRITTEN).refused["audit"], "journal");
        assert!(runs(history, "2026-12-20T12:00:00Z").refused.is_empty());
    }
}
