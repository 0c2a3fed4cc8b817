//! Wrong usage: exit code 2, and nothing done.

use crate::mailtrail::Mailtrail;

#[test]
fn an_archive_is_required() {
    insta::assert_snapshot!(Mailtrail::new().complaint(&["ingest", "x"]), @"error: missing archive: give --archive DIR, --archive file:///… or --archive s3://bucket/prefix, or set MAILTRAIL_ARCHIVE");
}

#[test]
fn an_empty_variable_counts_as_not_set() {
    let mailtrail = Mailtrail::new().env("MAILTRAIL_ARCHIVE", "").env("MAILTRAIL_STREAMS", " ");
    assert!(mailtrail.complaint(&["ingest", "x"]).contains("missing archive"));
}

#[test]
fn invalid_values_are_rejected_with_valid_ones() {
    let mailtrail = Mailtrail::new();
    let wrong: [&[&str]; 10] = [
        &["--archive", "gs://example-archive"],
        &["--archive", "s3:/example-archive/mail"],
        &["--archive", "s3://X"],
        &["--archive-owner", "12345"],
        &["--stream", "kinesis:mail"],
        &["--stream", "firehose:mail?classes=letters"],
        &["--organization", "m-1"],
        &["--decoded-limit", "1KiB"],
        &["--jobs", "0"],
        &["--jobs", "65"],
    ];
    let complaints = wrong.map(|arguments| mailtrail.complaint(&[&["ingest"], arguments, &["x"]].concat()));
    insta::assert_snapshot!(complaints.join("\n"), @"
        error: invalid value 'gs://example-archive' for '--archive <URL>': invalid archive `gs://example-archive`: unsupported scheme; expected a directory, file:///…, or s3://bucket/prefix
        error: invalid value 's3:/example-archive/mail' for '--archive <URL>': invalid archive `s3:/example-archive/mail`: an address in S3 begins with s3://; expected a directory, file:///…, or s3://bucket/prefix; did you mean `s3://example-archive/mail`?
        error: invalid value 's3://X' for '--archive <URL>': invalid archive `s3://X`: a bucket's name has 3 to 63 lower-case letters, digits, dots and hyphens; expected a directory, file:///…, or s3://bucket/prefix
        error: invalid value '12345' for '--archive-owner <ACCOUNT>': invalid account id `12345`: expected 12 digits
        error: invalid value 'kinesis:mail' for '--stream <URL>': invalid stream `kinesis:mail`: it begins with neither `firehose:` nor `file:`; expected firehose:<name> or file:///….ndjson, optionally with ?classes=a,b and &packing=off
        error: invalid value 'firehose:mail?classes=letters' for '--stream <URL>': invalid stream `firehose:mail?classes=letters`: unknown event class `letters`; the classes are base_event, email_activity, authentication, api_activity, entity_management; expected firehose:<name> or file:///….ndjson, optionally with ?classes=a,b and &packing=off
        error: invalid value 'm-1' for '--organization <ID>': invalid WorkMail organization `m-1`: expected `m-` and 32 hexadecimal digits
        error: invalid value '1KiB' for '--decoded-limit <SIZE>': invalid size `1KiB`: expected bytes, or a number with a unit (64MiB, 1GiB), at least 64KiB
        error: invalid value '0' for '--jobs <N>': 0 is not in 1..=64
        error: invalid value '65' for '--jobs <N>': 65 is not in 1..=64
        ");
}

#[test]
fn variables_are_checked_like_options() {
    let mailtrail = Mailtrail::new().env("MAILTRAIL_STREAMS", "firehose:mail kinesis:mail");
    insta::assert_snapshot!(mailtrail.complaint(&["ingest", "--archive", "a", "x"]), @"error: invalid value 'firehose:mail kinesis:mail' for '--stream <URL>': invalid stream `kinesis:mail`: it begins with neither `firehose:` nor `file:`; expected firehose:<name> or file:///….ndjson, optionally with ?classes=a,b and &packing=off");
}

#[test]
fn streams_of_one_name_are_refused() {
    let streams = ["--stream", "file:///a/mail.ndjson", "--stream", "file:///b/mail.ndjson"];
    let arguments = [&["ingest", "--archive", "a"], &streams[..], &["x"]].concat();
    insta::assert_snapshot!(Mailtrail::new().complaint(&arguments), @"error: duplicate stream name `mail.ndjson`: expected a different name for each stream");
}

#[test]
fn the_demo_stays_on_this_machine() {
    insta::assert_snapshot!(Mailtrail::new().complaint(&["demo", "--archive", "s3://example-archive"]), @"error: invalid value 's3://example-archive' for '--archive <DIR>': expected a directory: the demo writes to this machine only");
}
