//! How far reading is: a line on a terminal, and what is to be said of organizations that take long.

use std::future::Future;
use std::time::Duration;

use anyhow::bail;
use indicatif::{HumanDuration, ProgressBar};
use mailtrail_workmail::Progress;

use crate::output::{self, FAINT, paint};
use crate::stop::Stop;

const TICK: Duration = Duration::from_millis(500);
/// What takes longer is announced, also where there is no terminal.
const LONG: Duration = Duration::from_mins(1);

/// The organizations of a Region, which share its rate.
pub(super) struct Watched<'a> {
    pub(super) organizations: Vec<&'a Progress>,
    /// How long so many calls take in this Region.
    pub(super) duration: Box<dyn Fn(u64) -> Duration + 'a>,
}

/// Waits for the work, and shows how far it is. Ctrl-C ends it: what was kept by then is whole.
pub(super) async fn watch<T>(work: impl Future<Output = T>, regions: &[Watched<'_>]) -> anyhow::Result<T> {
    let bar = ProgressBar::new_spinner();
    if !bar.is_hidden() {
        bar.enable_steady_tick(Duration::from_millis(120));
    }
    let stop = Stop::default();
    stop.listen(&bar)?;
    let mut work = std::pin::pin!(work);
    let mut was_announced = false;
    loop {
        tokio::select! {
            done = &mut work => {
                bar.finish_and_clear();
                return Ok(done);
            }
            () = stop.requested() => {
                bar.finish_and_clear();
                bail!("stopped before the end: of organizations that were not read to the end, nothing is saved");
            }
            () = tokio::time::sleep(TICK) => {}
        }
        let all = || regions.iter().flat_map(|region| &region.organizations);
        let made: u64 = all().map(|it| it.made()).sum();
        let Some(left) = left(regions) else {
            bar.set_message(format!("{made} calls made"));
            continue;
        };
        bar.set_message(format!("{made} calls made, about {} left", HumanDuration(left)));
        if left > LONG && !was_announced {
            was_announced = true;
            let text = format!(
                "reading takes about {} more: at most {} calls are made in a second",
                HumanDuration(left),
                mailtrail_workmail::CALLS_PER_SECOND
            );
            bar.suspend(|| output::note(&paint(FAINT, text)));
        }
    }
}

/// How long it takes from now on; nothing where that is not known of every organization.
fn left(regions: &[Watched<'_>]) -> Option<Duration> {
    let of_region = |region: &Watched<'_>| {
        let calls = region.organizations.iter().map(|it| Some(it.needed()?.saturating_sub(it.made())));
        Some((region.duration)(calls.sum::<Option<u64>>()?))
    };
    regions.iter().map(of_region).collect::<Option<Vec<_>>>()?.into_iter().max()
}
