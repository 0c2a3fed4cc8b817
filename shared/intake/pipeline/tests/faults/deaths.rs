//! A process that dies in the middle, at any point, and another that runs the batch again.

use std::future::Future;
use std::time::{Duration, Instant};

use mailtrail_aws_client::{Clients, Deadline};
use mailtrail_config::{Config, Location};
use mailtrail_faulty_aws::{FaultKind, Faults};
use mailtrail_pipeline::Pipeline;
use mailtrail_samples::{Batch, Traffic};

use crate::common::{Key, lines, now, payload, tree};
use crate::setup::{Process, archived_lines, content, lines_of_stream, run_well, server};

/// Works for so long, then drops the work as it stands. (The timer of the runtime only knows milliseconds.)
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

/// Several days of mail in one batch: a handful of objects.
fn batches(count: usize) -> Vec<Batch> {
    let mut traffic = Traffic::new(9).with_gap(30_000_000);
    (0..count).map(|_| traffic.batch(8)).collect()
}

#[tokio::test]
async fn wherever_a_run_dies_the_next_one_completes_it() {
    let aws = server();
    aws.create_bucket("undisturbed");
    let late = Faults::none().with(FaultKind::S3Slow, 0.3).with(FaultKind::FirehoseSlow, 1.0);
    aws.set_faults(late.slow_by(Duration::from_millis(10)));
    let undisturbed = Process::new(&aws).bucket("undisturbed").pipeline(&[]);
    let mut deaths = 0;
    for (number, batch) in (0..).zip(batches(80)) {
        let first = Process::new(&aws).pipeline(&["firehose:all"]);
        let payload = payload(batch.to_invocation());
        let time = Duration::from_micros(500 * number);
        let run = dies_after(time, first.run(&payload, now(), Deadline::NEVER)).await;
        deaths += u32::from(run.is_none());
        drop(first);
        run_well(&Process::new(&aws).pipeline(&["firehose:all"]), &batch).await;
        run_well(&undisturbed, &batch).await;
    }
    assert!(deaths > 20, "only {deaths} of the runs died");

    let kept = content(&aws, "archive");
    assert_eq!(kept, content(&aws, "undisturbed"));
    let mut taken = lines_of_stream(&aws, "all");
    taken.sort_unstable();
    taken.dedup();
    let mut archived = archived_lines(&kept);
    archived.sort_unstable();
    assert_eq!(taken, archived);
}

#[tokio::test]
async fn wherever_a_run_into_a_directory_dies_the_next_one_completes_it() {
    let open = async |folder: &tempfile::TempDir, streams: &[&str]| {
        let streams = streams.iter().map(|target| target.parse().unwrap()).collect();
        let config = Config { streams, ..Config::new(Location::Directory(folder.path().to_owned())) };
        Pipeline::open(&config, &Clients::default()).await.unwrap()
    };
    let (kept, undisturbed) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let out = tempfile::tempdir().unwrap();
    let file = out.path().join("out.ndjson");
    let target = format!("file://{}", file.display());
    let mut deaths = 0;
    for (number, batch) in (0..).zip(batches(80)) {
        let payload = payload(batch.to_invocation());
        let first = open(&kept, &[&target]).await;
        let time = Duration::from_micros(100 * number);
        let run = dies_after(time, first.run(&payload, now(), Deadline::NEVER)).await;
        deaths += u32::from(run.is_none());
        drop(first);
        run_well(&open(&kept, &[&target]).await, &batch).await;
        run_well(&open(&undisturbed, &[]).await, &batch).await;
    }
    assert!(deaths > 10, "only {deaths} of the runs died");
    assert_eq!(tree(kept.path()), tree(undisturbed.path()));
    let text = std::fs::read_to_string(&file).unwrap();
    let mut taken: Vec<String> = text.lines().map(str::to_owned).collect();
    taken.sort_unstable();
    taken.dedup();
    let objects = tree(kept.path());
    let records = objects.iter().filter(|(key, _)| matches!(Key::parse(key), Key::Records { .. }));
    let mut archived: Vec<String> = records.flat_map(|(_, body)| lines(body)).collect();
    archived.sort_unstable();
    assert_eq!(taken, archived);
}
