//! The payloads of files that AWS makes, one of each shape: what is in `golden/` was read, and changes only on purpose.

#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use mailtrail_import::{FileOrigin, Import};
use mailtrail_subscription::{Other, Recognized, recognize};
use serde_json::{Value, json};

use common::{LIMIT, import};

/// The files, with what is said of their origin: some say it, others do not.
const FILES: &[(&str, Option<&str>)] = &[
    ("cloudtrail-file.json.gz", None),
    ("export-task-object.gz", Some("/aws/workmail/emailevents/example")),
    ("filter-log-events.json", Some("/aws/workmail/emailevents/example")),
    ("get-log-events.json", Some("/aws/workmail/emailevents/example")),
    ("insights-results.json", None),
    ("audit-json.json.gz", None),
    ("audit-plain.log.gz", None),
    ("audit-w3c.log.gz", None),
    ("firehose-gzip-of-gzip.gz", None),
    ("firehose-messages.ndjson", None),
    ("firehose-transformation.json", None),
    ("sqs-event.json", None),
    ("sns-event.json", None),
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events/subscription/tests/files")
}

fn read(name: &str) -> (Other, Bytes) {
    let bytes = Bytes::from(fs::read(folder().join(name)).unwrap());
    match recognize(&bytes, LIMIT) {
        Recognized::Other(other) => (other, bytes),
        Recognized::Payloads(shape, _) => panic!("{name} holds payloads: {shape}"),
    }
}

#[test]
fn every_file_that_aws_makes_becomes_payloads() {
    for (name, log_group) in FILES {
        let (file, bytes) = read(name);
        assert!(Import::reads(file.shape), "{name}");
        let origin = FileOrigin { log_group: log_group.map(str::to_owned), ..FileOrigin::default() };
        let (payloads, report) = import(file, &bytes, origin, 7);
        let payloads: Vec<Value> = payloads
            .iter()
            .map(|payload| {
                let documents: Vec<Value> =
                    serde_json::Deserializer::from_str(&payload.decode(LIMIT).unwrap())
                        .into_iter()
                        .collect::<Result<_, _>>()
                        .unwrap();
                json!({"region": payload.region, "documents": documents})
            })
            .collect();
        assert!(report.is_whole(), "{name}: {report:?}");
        let seen = json!({
            "events": report.events,
            "without_log_group": report.without_log_group,
            "payloads": payloads,
        });
        insta::with_settings!({ snapshot_path => "golden", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_json_snapshot!(name.replace('.', "-"), seen);
        });
    }
}

#[test]
fn what_holds_no_events_is_not_read() {
    for name in ["cloudtrail-digest.json.gz", "s3-notification.json"] {
        assert!(!Import::reads(read(name).0.shape), "{name}");
    }
}
