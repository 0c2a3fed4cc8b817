//! The audits of one invocation: side by side, in the order of need, as many as there is time for.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream;
use lambda_runtime::Diagnostic;
use mailtrail_aws_client::Deadline;
use mailtrail_clock::now;
use mailtrail_policy_apply::journal::JournalOwners;
use tokio::time::Instant;

use crate::audit::{AuditResult, Audited, Auditor};
use crate::targets::{Progress, Target};

/// Audits at a time. AWS's rates are per account and Region, so they do not share any; what bounds them is memory: each
/// holds the inventory of an account. With as many, 850 accounts and Regions of 100 log groups each, which take 20
/// seconds at AWS's rates, are audited within the 15 minutes of an invocation.
const AT_ONCE: usize = 32;
/// What is kept of the time to note how far the audits came.
const RESERVE: Duration = Duration::from_secs(5);

/// What the audits of an invocation have come to.
#[derive(Default)]
struct Tally {
    progress: Progress,
    results: BTreeMap<usize, AuditResult>,
    /// Why a report could not be kept.
    not_kept: Option<String>,
    /// What the longest audit took.
    longest: Duration,
}

impl Auditor {
    /// Audits what the settings name, until all is audited, or there is no time for another one: the next invocation
    /// goes on there.
    ///
    /// # Errors
    /// When a report could not be kept: then the invocation comes again.
    pub(crate) async fn audit_all(&self, deadline: Deadline) -> Result<Vec<AuditResult>, Diagnostic> {
        let began = now();
        let progress =
            Progress::latest(&self.archive, deadline).await.map_err(|error| not_kept(error.to_string()))?;
        let targets = self.settings.targets();
        let order = progress.in_order(&self.settings);
        let tally = Mutex::new(Tally { progress, ..Tally::default() });
        let owners = Mutex::new(JournalOwners::new());
        let lock = || tally.lock().unwrap_or_else(PoisonError::into_inner);
        let working = deadline.reserve(RESERVE);
        // One that would not end is not begun: half an audit says less than none.
        let has_time = |_: &Target| std::future::ready(working.remaining() > lock().longest);
        let audit = async |target: Target| {
            let (time, start) = (now(), Instant::now());
            let audited = self.audit(&target, &owners, working).await;
            let mut tally = lock();
            tally.longest = tally.longest.max(start.elapsed());
            let fullness = audited.as_ref().ok().and_then(|audited| audited.fullness);
            // What ended because the time did has not had its turn.
            if fullness.is_some() || !working.is_over() {
                tally.progress.note(&target, time, fullness);
            }
            let result = match audited {
                Ok(Audited { result, .. }) => result,
                Err(error) => {
                    let reason = error.to_string();
                    self.measure_failure(&target.region);
                    self.reporter.failure("", &format!("no audit of {}: {reason}", target.region));
                    if error.is_of_archive() {
                        tally.not_kept.get_or_insert(reason.clone());
                    }
                    AuditResult::failed(&target.region, reason)
                }
            };
            let at = targets.iter().position(|one| *one == target).unwrap_or(targets.len());
            tally.results.insert(at, result);
        };
        stream::iter(order).take_while(has_time).map(audit).buffer_unordered(AT_ONCE).collect::<()>().await;
        let mut tally = tally.into_inner().unwrap_or_else(PoisonError::into_inner);
        let left = targets.len() - tally.results.len();
        if left > 0 {
            let of = targets.len();
            let reason =
                format!("no time for {left} of {of} accounts and Regions: the next invocation begins there");
            self.reporter.failure("", &reason);
        }
        tally.progress.end(began, &self.settings);
        let kept = tally.progress.keep(began, &self.archive, deadline).await;
        match tally.not_kept.or(kept.err().map(|error| error.to_string())) {
            Some(reason) => Err(not_kept(reason)),
            None => Ok(tally.results.into_values().collect()),
        }
    }
}

fn not_kept(error_message: String) -> Diagnostic {
    Diagnostic { error_type: "NotKept".to_owned(), error_message }
}
