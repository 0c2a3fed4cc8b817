//! Golden files: the record of every sample event, byte for byte. A change of the mapping shows here, and must
//! change `MAPPING_VERSION`. A file is a JSON list, one for each sample; an independent validator reads them, too.

#![allow(clippy::unwrap_used, reason = "a test")]

use bytes::Bytes;
use mailtrail_normalize::{Context, Event, InternalDomains, normalize};
use mailtrail_subscription::{Kind, batches, payloads};

/// Samples with more events than a person would read.
const TOO_LONG: &[&str] =
    &["mixed-hour.json", "hostile/deep-nesting.json", "hostile/message-1mib.json", "hostile/event-1mib.json"];
const LIMIT: usize = 4 << 20;

#[test]
fn every_sample_has_its_golden_records() {
    let mut count = 0;
    for sample in mailtrail_samples::sample_files() {
        if TOO_LONG.contains(&sample.name.as_str()) {
            continue;
        }
        let texts =
            payloads(&Bytes::from(sample.bytes)).into_iter().filter_map(|payload| payload.decode(LIMIT).ok());
        let records: Vec<String> = texts.flat_map(|text| records_of(&text)).collect();
        if records.is_empty() {
            continue;
        }
        count += records.len();
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path("golden");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        let file = format!("{}.json", sample.name.replace(['/', '.'], "-"));
        let golden = format!("[\n{}\n]\n", records.join(",\n"));
        settings.bind(|| insta::assert_binary_snapshot!(&file, golden.into_bytes()));
    }
    assert!(count > 150, "only {count} records");
}

fn records_of(text: &str) -> Vec<String> {
    let domains = InternalDomains::new(["example.com"]);
    let mut records = Vec::new();
    for batch in batches(text).unwrap_or_default().iter().filter(|batch| batch.kind == Kind::Data) {
        let context = Context {
            log_group: &batch.log_group,
            log_stream: &batch.log_stream,
            region: Some("eu-west-1"),
            account: Some("111122223333"),
            organization: Some("m-0123456789abcdef0123456789abcdef"),
            source: None,
            internal_domains: &domains,
        };
        for event in &batch.events {
            let message = event.message();
            let event = Event {
                uid: event.id(),
                time: event.time(),
                timestamp_text: event.timestamp_text(),
                message: &message,
                values: None,
            };
            records.push(serde_json::to_string_pretty(&normalize(&event, &context)).unwrap());
        }
    }
    records
}
