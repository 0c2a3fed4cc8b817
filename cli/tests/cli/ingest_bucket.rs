//! `mailtrail ingest` and objects of buckets.

use mailtrail_faulty_aws::{FaultKind, Faults};

use crate::ingest_import::{counts, record, records};
use crate::mailtrail::{BUCKET, with_a_bucket};

const ARCHIVED: [&str; 4] = ["events", "archived", "in_archive_before", "skipped_files"];

#[test]
fn objects_of_a_bucket_are_taken_in_page_by_page() {
    let (aws, mailtrail) = with_a_bucket();
    let key = |number: u32| format!("logs/AWSLogs/111122223333/CloudTrail/us-east-1/{number:04}.json.gz");
    // More than a page of a listing.
    for number in 0..1_003 {
        aws.put_object(BUCKET, &key(number), records(&[number]));
    }
    for (key, body) in [
        ("logs/folder/", &b""[..]),
        ("logs/.hidden", b"x"),
        ("logs/photo", b"\x89PNG\r\n\x1a\n"),
        ("logs-of-others/x", b"x"),
    ] {
        aws.put_object(BUCKET, key, body.to_vec());
    }
    let run = mailtrail.run(&["ingest", "--dry-run", "--json", "s3://example-archive/logs/"]).expect(3);
    assert_eq!(
        counts(&run, ["events", "in_archive_before", "skipped_files"]),
        [1_003, 0, 1],
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("skipped `s3://example-archive/logs/photo`: PNG image"), "{}", run.stderr);
    let one = format!("s3://{BUCKET}/{}", key(7));
    let run = mailtrail.run(&["ingest", "--json", &one]).expect(0);
    assert_eq!(counts(&run, ARCHIVED), [1, 1, 0, 0]);
    // The archive itself lies in the bucket.
    let run = mailtrail.run(&["ingest", "--dry-run", "s3://example-archive"]).expect(3);
    assert!(run.stdout.contains("the archive itself"), "{}", run.stdout);
    let summary = "1,003 events";
    assert!(run.stdout.contains(summary), "{}", run.stdout);
    aws.set_faults(Faults::storm(7));
    for number in 0..20 {
        aws.put_object(BUCKET, &format!("few/{number}.json.gz"), records(&[number, number + 1]));
    }
    mailtrail.run(&["ingest", "s3://example-archive/few"]).expect(0);
    aws.set_faults(Faults::none());
    let found = mailtrail.run(&["search", "--json"]).expect(0);
    assert_eq!(found.stdout.lines().count(), 21, "{}", found.stdout);
    assert_eq!(mailtrail.files("").len(), 0, "nothing is written here");
}

#[test]
fn a_large_object_is_read_on_where_an_answer_broke_off() {
    let (aws, mailtrail) = with_a_bucket();
    let many: Vec<String> = (0..4_000).map(record).collect();
    let text = format!("{{\"Records\":[{}]}}", many.join(","));
    aws.put_object(BUCKET, "large.json", text);
    for seed in 0..4 {
        aws.set_faults(
            Faults::none()
                .with(FaultKind::S3Truncated, 0.7)
                .only_on("example-archive/large.json")
                .seeded(seed),
        );
        let run =
            mailtrail.run(&["ingest", "--dry-run", "--json", "s3://example-archive/large.json"]).expect(0);
        assert_eq!(run.ledger()["events"], 4_000, "{seed}: {}", run.stderr);
    }
    assert!(aws.fault_counts()[&FaultKind::S3Truncated] > 4);
}

#[test]
fn an_address_in_s3_of_nothing_or_of_no_bucket_is_an_error() {
    let (_aws, mailtrail) = with_a_bucket();
    for (address, exit, text) in [
        ("s3://example-archive/nothing", 1, "there is no such object, and nothing below it"),
        ("s3://no-such-bucket/x", 1, "failed to list `s3://no-such-bucket/x`: NoSuchBucket"),
        ("s3:/example-archive/x", 2, "expected a directory, file:///…, or s3://bucket/prefix"),
        ("s3://A", 2, "a bucket's name has"),
    ] {
        let run = mailtrail.run(&["ingest", address]).expect(exit);
        assert!(run.stderr.contains(text), "{address}: {}", run.stderr);
    }
}
