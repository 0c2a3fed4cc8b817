//! Subscription and backfill together, over a log group whose answers cannot be trusted, killed at any point.
//!
//! Each seed is a log group of its own: what it has, when the subscription began, what goes wrong, where the process dies. At the
//! end the archive has each event once, and the report says so. `MAILTRAIL_BACKFILL_SEEDS` = `first..end` runs others.

#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise, in its helpers too")]

mod archive;
mod source;

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use mailtrail_archive::{Archive, ArchiveReader};
use mailtrail_aws_client::{Deadline, RetryPolicy};
use mailtrail_clock::{Time, now};
use mailtrail_config::IntakeConfig;
use mailtrail_pipeline::Pipeline;
use mailtrail_pull::{Backfill, Counts, Ids, LogGroup, Observer, Report, Window, Writer, archived_days};
use mailtrail_subscription::payloads;

use archive::Contents;
use source::{ACCOUNT, GROUP, Hostile, REGION};

const RETRY: RetryPolicy =
    RetryPolicy { first: Duration::from_micros(10), longest: Duration::from_micros(100), tries: 12 };

struct Quiet;

impl Observer for Quiet {
    fn is_stopped(&self) -> bool {
        false
    }
    fn done(&self, _: Window, _: Counts) {}
    fn note(&self, text: String) {
        assert!(text.contains("second reading"), "{text}");
    }
}

#[expect(clippy::disallowed_methods, reason = "not a setting of the program")]
fn seeds(default: Range<u64>) -> Range<u64> {
    let Ok(text) = std::env::var("MAILTRAIL_BACKFILL_SEEDS") else { return default };
    let (first, end) = text.split_once("..").unwrap();
    first.parse().unwrap()..end.parse().unwrap()
}

fn group() -> LogGroup {
    LogGroup {
        name: GROUP.to_owned(),
        account: ACCOUNT.to_owned(),
        region: REGION.to_owned(),
        ..LogGroup::default()
    }
}

fn pipeline(folder: &Path) -> Pipeline {
    let archive = Archive::directory(folder.to_owned()).unwrap();
    let config = IntakeConfig { region: Some(REGION.to_owned()), ..IntakeConfig::default() };
    Pipeline::new(archive, Vec::new(), config)
}

fn backfill(folder: &Path, source: &Hostile) -> Backfill<Hostile> {
    let archive = Archive::directory(folder.to_owned()).unwrap();
    Backfill {
        source: source.clone(),
        reader: archive.reader(),
        writer: Some(Writer { archive, pipeline: Arc::new(pipeline(folder)) }),
        unmask: false,
        retry: RETRY,
        decoded_limit: 1 << 24,
    }
}

/// What a subscription sends takes the pipeline of the functions, at least once.
async fn deliver(folder: &Path, sent: Vec<Bytes>) {
    let pipeline = pipeline(folder);
    for bytes in sent {
        for payload in payloads(&bytes) {
            assert!(pipeline.run(&payload, now(), Deadline::NEVER).await.failure.is_none());
        }
        tokio::task::yield_now().await;
    }
}

/// Works for so long, then drops the work as it stands.
async fn dies_after<T>(time: Duration, work: impl Future<Output = T>) -> Option<T> {
    let end = Instant::now() + time;
    let death = async {
        while Instant::now() < end {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        biased;
        done = work => Some(done),
        () = death => None,
    }
}

/// Runs until the whole is said to be there: at most so often as events still arrive.
async fn run_to_the_end(folder: &Path, source: &Hostile, range: Window) -> Report {
    source.calm_down();
    for _ in 0..3 {
        let report = backfill(folder, source).run(&group(), range, &Quiet).await;
        assert!(report.failure.is_none(), "{:?}", report.failure);
        assert!(report.counts().balance(), "{:?}", report.counts());
        if report.agrees() == Some(true) {
            return report;
        }
    }
    panic!("the counts never agree");
}

/// What the archive has of each day, all of it proved to be of the log group.
async fn counted_by_day(folder: &Path, range: Window) -> BTreeMap<i64, u64> {
    let reader = ArchiveReader::directory(folder.to_owned());
    let found = archived_days(&reader, Some((ACCOUNT, REGION)), Some(range), 1 << 24, &Quiet).await;
    let days = found.unwrap().unwrap().remove(&group().id()).unwrap_or_default();
    assert!(days.values().all(|day| day.unproved + day.other_messages == 0), "{days:?}");
    days.into_iter().map(|(day, counts)| (day, counts.events)).collect()
}

#[tokio::test]
async fn whatever_happens_each_event_is_there_once_in_the_end() {
    let (seeds, mut deaths, mut added, mut sent) = (seeds(0..200), 0, 0, 0);
    for seed in seeds.clone() {
        let folder = tempfile::tempdir().unwrap();
        let source = Hostile::new(seed);
        let range = Hostile::range();
        let lives = 1 + seed % 4;
        for life in 0..lives {
            let time = Duration::from_micros(300 * (1 + (seed * 7 + life * 13) % 100));
            let work = backfill(folder.path(), &source);
            let (group, batches) = (group(), source.subscription());
            let dying = dies_after(time, work.run(&group, range, &Quiet));
            let (report, ()) = tokio::join!(dying, deliver(folder.path(), batches));
            deaths += u64::from(report.is_none());
            if let Some(report) = report {
                assert!(report.counts().balance(), "seed {seed}: {:?}", report.counts());
            }
        }
        source.stop_growing();
        deliver(folder.path(), source.subscription()).await;
        let report = run_to_the_end(folder.path(), &source, range).await;
        let (counts, truth) = (report.counts(), source.events());
        assert_eq!(counts.in_source, truth.len() as u64, "seed {seed}: {counts:?}");
        assert_eq!((counts.left, report.counted()), (0, Some(counts.in_source)), "seed {seed}");

        let kept = Contents::read(folder.path());
        let expected =
            truth.iter().map(|event| (event.log_stream.clone(), event.id.clone(), event.message.clone()));
        assert_eq!(kept.events, expected.collect(), "seed {seed}: raw copies");
        let uids = truth.iter().map(|event| (event.log_stream.clone(), event.id.clone())).collect();
        assert_eq!(kept.records, uids, "seed {seed}: records");
        (added, sent) = (added + kept.pulled, sent + kept.sent);
        assert_eq!(counted_by_day(folder.path(), range).await, source.by_day(), "seed {seed}: days");

        let again = run_to_the_end(folder.path(), &source, range).await;
        assert_eq!(again.counts().added, 0, "seed {seed}: a second backfill");
        // Whether there is an hour that both have depends on when a run died.
        assert!(![report.ids, again.ids].contains(&Ids::Differ), "seed {seed}");
    }
    let count = seeds.end - seeds.start;
    let is_something = deaths >= count / 4 && added >= 10 * count && sent >= 10 * count;
    assert!(is_something, "{count} log groups, {deaths} deaths, {added} pulled, {sent} sent");
}

#[tokio::test]
async fn where_ids_differ_equal_events_are_counted_and_none_is_stored_twice() {
    // Of 100,239, the first pages of the hour that is compared are empty, and not few.
    for seed in seeds(1_000..1_030).chain(100_239..100_240) {
        let folder = tempfile::tempdir().unwrap();
        let source = Hostile::with_other_ids(seed);
        source.stop_growing();
        let sent = source.subscription();
        let has_overlap = !sent.is_empty();
        deliver(folder.path(), sent).await;
        let report = run_to_the_end(folder.path(), &source, Hostile::range()).await;
        if has_overlap {
            assert_eq!(report.ids, Ids::Differ, "seed {seed}");
        }
        let truth = source.events();
        let mut expected: Vec<_> =
            truth.iter().map(|it| (it.log_stream.clone(), it.timestamp, it.message.clone())).collect();
        expected.sort_unstable();
        assert_eq!(Contents::read(folder.path()).messages, expected, "seed {seed}");
        assert_eq!(
            run_to_the_end(folder.path(), &source, Hostile::range()).await.counts().added,
            0,
            "seed {seed}"
        );
    }
}

#[tokio::test]
async fn a_dry_run_counts_and_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let source = Hostile::new(7);
    source.stop_growing();
    deliver(folder.path(), source.subscription()).await;
    let before = Contents::read(folder.path());
    let dry = Backfill { writer: None, ..backfill(folder.path(), &source) };
    source.calm_down();
    let report = dry.run(&group(), Hostile::range(), &Quiet).await;
    let counts = report.counts();
    assert!(report.failure.is_none() && counts.balance() && report.agrees() == Some(true), "{report:?}");
    assert_eq!(
        (counts.added, counts.in_archive_before, counts.in_source),
        (0, before.sent, source.events().len() as u64)
    );
    assert_eq!(Contents::read(folder.path()).events, before.events);
    assert!(!folder.path().join("pull").exists());
}

#[tokio::test]
async fn what_an_interrupted_run_wrote_by_halves_is_completed() {
    let folder = tempfile::tempdir().unwrap();
    let source = Hostile::new(10);
    source.stop_growing();
    run_to_the_end(folder.path(), &source, Hostile::range()).await;
    let whole = Contents::read(folder.path()).records;
    // Each batch lacks one of its objects, and the run has only begun.
    std::fs::remove_dir_all(folder.path().join("email_activity")).unwrap();
    let entries = archive::files(&folder.path().join("pull"));
    let later = entries.iter().filter(|path| !path.ends_with("00000000.json"));
    assert!(later.clone().count() > 0 && Contents::read(folder.path()).records.len() < whole.len());
    for path in later {
        std::fs::remove_file(path).unwrap();
    }

    let report = run_to_the_end(folder.path(), &source, Hostile::range()).await;
    assert_eq!(Contents::read(folder.path()).records, whole);
    assert!(report.completed_copies > 0 && report.counts().added == 0, "{report:?}");
}

#[tokio::test]
async fn a_log_group_that_cannot_be_counted_is_read_a_second_time() {
    let folder = tempfile::tempdir().unwrap();
    let source = Hostile::new(8);
    source.stop_growing();
    source.deny_counts();
    let report = run_to_the_end(folder.path(), &source, Hostile::range()).await;
    assert_eq!(report.counted(), Some(source.events().len() as u64));
}

#[tokio::test]
async fn another_message_under_one_id_is_kept_beside_and_told() {
    let folder = tempfile::tempdir().unwrap();
    let source = Hostile::new(9);
    source.stop_growing();
    deliver(folder.path(), source.subscription()).await;
    let sent = Contents::read(folder.path()).sent;
    source.read_unmasked();
    let report = run_to_the_end(folder.path(), &source, Hostile::range()).await;
    assert!(sent > 0);
    assert_eq!((report.counts().other_message, report.ids), (sent, Ids::Agree));
    assert_eq!(report.counts().added, source.events().len() as u64);
    assert_eq!(run_to_the_end(folder.path(), &source, Hostile::range()).await.counts().added, 0);
}

#[test]
fn the_range_of_the_tests_has_several_days() {
    let range = Hostile::range();
    assert!(range.by_day().count() == 3 && Time::from_millis(range.start()).is_some());
}
