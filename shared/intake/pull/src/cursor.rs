//! How far a backfill came: entries of the archive, numbered, each written once.
//!
//! `pull/region=<r>/accountId=<a>/logGroup=<16 hex digits>/<8 digits>.json`. A run begins with an entry, has one for each
//! stretch of time that is done, and ends with one. A run without an end was interrupted: the next one continues it, and
//! what it retrieved outside of what is done may be half written.

use std::collections::BTreeMap;

use futures_util::{StreamExt, stream};
use mailtrail_archive::{Archive, ArchiveError, Put};
use mailtrail_aws_client::Deadline;
use mailtrail_clock::Time;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::time::{Duration, Instant};

use crate::group::LogGroup;
use crate::ledger::{ByDay, Counts};
use crate::observer::Observer;
use crate::window::Window;

/// The version of the entries.
const FORMAT: u32 = 1;
/// Windows that follow each other on one day are written as one, unless the last entry is so old.
const WRITTEN_EVERY: Duration = Duration::from_secs(10);
const READ_AT_A_TIME: usize = 16;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    format: u32,
    run: String,
    #[serde(flatten)]
    step: Step,
}

impl Entry {
    /// Whether a backfill can have written it.
    fn is_possible(&self) -> bool {
        match self.step {
            Step::Done { counts, .. } => counts.is_possible() && counts.left == 0,
            Step::Begin { .. } | Step::End => true,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "lowercase")]
enum Step {
    Begin { log_group: String, range: Window, unmask: bool },
    Done { window: Window, counts: Counts },
    End,
}

/// A run, as its entries tell.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Run {
    id: String,
    range: Window,
    unmask: bool,
    done: BTreeMap<Window, Counts>,
    has_ended: bool,
}

/// The place of a run in its range.
pub(crate) struct Cursor<'a> {
    archive: &'a Archive,
    folder: String,
    next: u32,
    run: Run,
    /// Interrupted runs that this one includes.
    included: Vec<String>,
    /// Where something may be half written.
    doubtful: Vec<Window>,
    pending: Option<(Window, Counts)>,
    written: Instant,
}

impl<'a> Cursor<'a> {
    /// Continues the run that was interrupted last, or begins one.
    pub(crate) async fn open(
        archive: &'a Archive,
        group: &LogGroup,
        range: Window,
        unmask: bool,
        now: Time,
        observer: &dyn Observer,
    ) -> Result<Cursor<'a>, ArchiveError> {
        let folder = folder(group);
        let (entries, next) = read(archive, &folder, observer).await?;
        let mut runs = runs(entries);
        let at = runs.iter().rposition(|run| run.is_continued_by(range, unmask));
        let found = at.map(|at| runs.remove(at));
        let before = found.as_ref().map(|run| run.range);
        let run = match found {
            Some(run) => Run { range: run.range.hull(range), ..run },
            None => Run::begun(format!("{}-{:08x}", now.compact(), fastrand::u32(..)), range, unmask),
        };
        let interrupted = || runs.iter().filter(|run| !run.has_ended);
        let mut doubtful: Vec<Window> = interrupted().flat_map(Run::left).collect();
        if before.is_some() {
            doubtful.extend(run.left());
        }
        let is_included = |other: &&Run| other.range.intersection(range) == Some(other.range);
        let included = interrupted().filter(is_included).map(|run| run.id.clone()).collect();
        let mut cursor =
            Self { archive, folder, next, run, included, doubtful, pending: None, written: Instant::now() };
        if before != Some(cursor.run.range) {
            let (log_group, range) = (group.name.clone(), cursor.run.range);
            let begin = Step::Begin { log_group, range, unmask };
            cursor.write(&cursor.run.id.clone(), begin).await?;
        }
        Ok(cursor)
    }

    /// What is done of a range, by day, with its counts.
    pub(crate) fn done(&self, range: Window) -> BTreeMap<Window, Counts> {
        let is_inside = |window: &Window| window.intersection(range) == Some(*window);
        let done = self.run.done.iter().filter(|(window, _)| is_inside(window));
        done.map(|(window, counts)| (*window, *counts)).collect()
    }

    /// Whether what was retrieved of a time may be half written.
    pub(crate) fn is_doubtful(&self, time: Time) -> bool {
        self.doubtful.iter().any(|window| window.contains(time.millis()))
    }

    /// What was retrieved of a window may be half written after all.
    pub(crate) fn doubt(&mut self, window: Window) {
        self.doubtful.push(window);
    }

    /// Notes that a window is done, and writes it down at times.
    pub(crate) async fn advance(&mut self, window: Window, counts: Counts) -> Result<(), ArchiveError> {
        let joined = self.pending.and_then(|(pending, before)| {
            let joined = Window::new(pending.start(), window.end())?;
            (pending.end() == window.start() && pending.day() == window.day()).then(|| {
                let mut sum = before;
                sum.add(counts);
                (joined, sum)
            })
        });
        if joined.is_none() {
            self.flush().await?;
        }
        self.pending = joined.or(Some((window, counts)));
        if self.written.elapsed() >= WRITTEN_EVERY { self.flush().await } else { Ok(()) }
    }

    /// Writes down what is done.
    pub(crate) async fn flush(&mut self) -> Result<(), ArchiveError> {
        self.written = Instant::now();
        let Some((window, counts)) = self.pending.take() else { return Ok(()) };
        self.write(&self.run.id.clone(), Step::Done { window, counts }).await
    }

    /// Ends the run, and those that it included.
    pub(crate) async fn end(mut self) -> Result<(), ArchiveError> {
        self.flush().await?;
        for run in std::mem::take(&mut self.included).into_iter().chain([self.run.id.clone()]) {
            self.write(&run, Step::End).await?;
        }
        Ok(())
    }

    /// Writes an entry under the next number that is free.
    async fn write(&mut self, run: &str, step: Step) -> Result<(), ArchiveError> {
        let entry = Entry { format: FORMAT, run: run.to_owned(), step };
        // Text and numbers always become JSON.
        let json = serde_json::to_vec(&entry).unwrap_or_default();
        loop {
            let key = format!("{}/{:08}.json", self.folder, self.next);
            self.next += 1;
            if self.archive.put(&key, json.clone().into(), Deadline::NEVER).await? == Put::Written {
                return Ok(());
            }
        }
    }
}

impl Run {
    fn begun(id: String, range: Window, unmask: bool) -> Self {
        Self { id, range, unmask, done: BTreeMap::new(), has_ended: false }
    }

    /// Whether a run over a range goes on with what this one has done.
    fn is_continued_by(&self, range: Window, unmask: bool) -> bool {
        !self.has_ended && self.unmask == unmask && self.range.intersection(range).is_some()
    }

    fn left(&self) -> Vec<Window> {
        let done: Vec<Window> = self.done.keys().copied().collect();
        self.range.without(&done)
    }
}

/// The entries of a log group lie here. Its name may have any characters of a path, so its hash is the folder.
fn folder(group: &LogGroup) -> String {
    let hash = hex::encode(&Sha256::digest(&group.name)[..8]);
    format!("pull/region={}/accountId={}/logGroup={hash}", group.region, group.account)
}

/// The entries, in the order of their numbers, and the next number. One that cannot be read is told: what it says is done is
/// read again.
async fn read(
    archive: &Archive,
    folder: &str,
    observer: &dyn Observer,
) -> Result<(Vec<Entry>, u32), ArchiveError> {
    let reader = archive.reader();
    let keys = reader.list_readable(folder, Deadline::NEVER).await?.names;
    // The name of an entry has eight digits: what has more is not one of ours, and pushes no number out of its range.
    let digits = |key: &str| Some(key.rsplit_once('/')?.1.strip_suffix(".json")?.to_owned());
    let number = |key: &str| digits(key).filter(|digits| digits.len() == 8)?.parse::<u32>().ok();
    let next = keys.iter().filter_map(|key| number(key)).max().map_or(0, |last| last.saturating_add(1));
    let texts = stream::iter(&keys).map(|key| reader.get(key, Deadline::NEVER)).buffered(READ_AT_A_TIME);
    let texts: Vec<_> = texts.collect().await;
    let mut entries = Vec::new();
    for (key, text) in keys.iter().zip(texts) {
        match serde_json::from_slice::<Entry>(&text?) {
            Ok(entry) if entry.format == FORMAT && entry.is_possible() => entries.push(entry),
            Ok(entry) if entry.format == FORMAT => {
                observer.note(format!(
                    "`{key}` has counts that no backfill can have made: it is left out of account"
                ));
            }
            Ok(_) => observer.note(format!("`{key}` is of a later version, and left out of account")),
            Err(error) => observer.note(format!("`{key}` is not an entry of a backfill: {error}")),
        }
    }
    Ok((entries, next))
}

/// The runs that entries tell of, in the order of their beginning. A window that was written twice, because the answer to
/// the first write was lost, counts once, and so does one of two runs side by side.
fn runs(entries: Vec<Entry>) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for Entry { run: id, step, .. } in entries {
        let known = runs.iter_mut().find(|run| run.id == id);
        match (step, known) {
            (Step::Begin { range, unmask, .. }, None) => runs.push(Run::begun(id, range, unmask)),
            // It was continued with a longer range.
            (Step::Begin { range, .. }, Some(run)) => run.range = run.range.hull(range),
            (Step::Done { window, counts }, Some(run)) => {
                if !run.done.keys().any(|done| done.intersection(window).is_some()) {
                    run.done.insert(window, counts);
                }
            }
            (Step::End, Some(run)) => run.has_ended = true,
            (Step::Done { .. } | Step::End, None) => {}
        }
    }
    runs
}

/// The counts of windows, by the day that each is of.
pub(crate) fn by_day(done: &BTreeMap<Window, Counts>) -> ByDay {
    let mut days = ByDay::default();
    for (window, counts) in done {
        days.0.entry(window.day()).or_default().add(*counts);
    }
    days
}

#[cfg(test)]
mod tests {
    use mailtrail_clock::DAY;

    use super::*;

    struct Silent;

    impl Observer for Silent {
        fn is_stopped(&self) -> bool {
            false
        }
        fn done(&self, _: Window, _: Counts) {}
        fn note(&self, text: String) {
            panic!("{text}");
        }
    }

    fn group() -> LogGroup {
        LogGroup {
            name: "/example/mail".to_owned(),
            account: "111122223333".to_owned(),
            region: "eu-west-1".to_owned(),
            ..LogGroup::default()
        }
    }

    fn window(start: i64, end: i64) -> Window {
        Window::new(start * 1_000, end * 1_000).unwrap()
    }

    fn counts(added: u64) -> Counts {
        Counts { in_source: added, added, ..Counts::default() }
    }

    async fn open(archive: &Archive, range: Window, unmask: bool) -> Cursor<'_> {
        Cursor::open(archive, &group(), range, unmask, Time::EPOCH, &Silent).await.unwrap()
    }

    #[tokio::test]
    async fn a_run_that_was_interrupted_is_continued_and_one_that_ended_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let archive = Archive::directory(folder.path().to_owned()).unwrap();
        let (whole, later) = (window(0, 100), window(0, 120));
        let mut first = open(&archive, whole, false).await;
        first.advance(window(0, 10), counts(1)).await.unwrap();
        first.advance(window(10, 20), counts(2)).await.unwrap();
        first.flush().await.unwrap();
        first.advance(window(20, 30), counts(4)).await.unwrap();
        drop(first);

        let second = open(&archive, later, false).await;
        assert_eq!(second.done(later), BTreeMap::from([(window(0, 20), counts(3))]));
        let doubt =
            |cursor: &Cursor<'_>, second: i64| cursor.is_doubtful(Time::from_millis(second * 1_000).unwrap());
        assert_eq!([5, 19, 20, 119, 120].map(|at| doubt(&second, at)), [false, false, true, true, false]);
        assert!(open(&archive, later, true).await.done(later).is_empty());
        assert_eq!(open(&archive, window(0, 50), false).await.run.range, later);
        second.end().await.unwrap();

        let third = open(&archive, later, false).await;
        assert!(third.done(later).is_empty());
        // The run with unmasked events has not ended.
        assert!(doubt(&third, 5));
        third.end().await.unwrap();
        let fourth = open(&archive, later, false).await;
        assert!(!doubt(&fourth, 5));
    }

    /// Keeps the notes.
    #[derive(Default)]
    struct Notes(std::sync::Mutex<Vec<String>>);

    impl Observer for Notes {
        fn is_stopped(&self) -> bool {
            false
        }
        fn done(&self, _: Window, _: Counts) {}
        fn note(&self, text: String) {
            self.0.lock().unwrap().push(text);
        }
    }

    #[tokio::test]
    async fn entries_that_no_backfill_wrote_are_told_and_left_out_of_account() {
        let root = tempfile::tempdir().unwrap();
        let archive = Archive::directory(root.path().to_owned()).unwrap();
        let whole = window(0, 100);
        let mut cursor = open(&archive, whole, false).await;
        for (start, added) in [(0, 1), (10, u64::MAX), (20, 1 << 40)] {
            cursor.advance(window(start, start + 5), counts(added)).await.unwrap();
            cursor.flush().await.unwrap();
        }
        let unbalanced = Counts { in_source: 1, ..Counts::default() };
        cursor.advance(window(30, 40), unbalanced).await.unwrap();
        cursor.flush().await.unwrap();
        drop(cursor);
        std::fs::write(root.path().join(folder(&group())).join("4294967295.json"), "{}").unwrap();

        let notes = Notes::default();
        let cursor = Cursor::open(&archive, &group(), whole, false, Time::EPOCH, &notes).await.unwrap();
        assert_eq!(cursor.done(whole), BTreeMap::from([(window(0, 5), counts(1))]));
        assert_eq!(notes.0.lock().unwrap().len(), 4);
        cursor.end().await.unwrap();
    }

    #[tokio::test]
    async fn runs_side_by_side_never_share_a_number_and_count_a_window_once() {
        let folder = tempfile::tempdir().unwrap();
        let archive = Archive::directory(folder.path().to_owned()).unwrap();
        let whole = window(0, 100);
        let mut one = open(&archive, whole, false).await;
        let mut other = open(&archive, whole, false).await;
        for cursor in [&mut one, &mut other] {
            cursor.advance(window(0, 10), counts(1)).await.unwrap();
            cursor.flush().await.unwrap();
        }
        other.advance(window(5, 20), counts(2)).await.unwrap();
        other.flush().await.unwrap();
        let third = open(&archive, whole, false).await;
        assert_eq!(third.done(whole), BTreeMap::from([(window(0, 10), counts(1))]));
        assert_eq!(archive.reader().list("pull", Deadline::NEVER).await.unwrap().len(), 4);
    }

    #[test]
    fn what_is_done_is_counted_by_day() {
        let day = DAY / 1_000;
        let done = BTreeMap::from([
            (window(0, 10), counts(1)),
            (window(10, 20), counts(2)),
            (window(day, day + 1), counts(4)),
        ]);
        assert_eq!(by_day(&done).0, BTreeMap::from([(0, counts(3)), (1, counts(4))]));
    }
}
