//! The files in `events/`: that each is what its description says, as far as that can be told without the
//! decoder.

#![allow(clippy::unwrap_used, reason = "a helper of a test is a test")]

use std::{collections::BTreeSet, io::Write as _, path::Path, sync::LazyLock};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use mailtrail_samples::{SampleFile, readme};
use serde_json::Value;

const MIB: usize = 1024 * 1024;

static FILES: LazyLock<Vec<SampleFile>> = LazyLock::new(mailtrail_samples::sample_files);

fn gunzip(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut decoder = flate2::write::GzDecoder::new(vec![]);
    decoder.write_all(bytes)?;
    decoder.finish()
}

fn bytes(name: &str) -> &'static [u8] {
    let file = FILES.iter().find(|file| file.name == name);
    &file.unwrap_or_else(|| panic!("no file {name}")).bytes
}

fn gzip_inside(name: &str) -> Vec<u8> {
    let invocation: Value = serde_json::from_slice(bytes(name)).unwrap();
    STANDARD.decode(invocation["awslogs"]["data"].as_str().unwrap()).unwrap()
}

fn payload(name: &str) -> Value {
    serde_json::from_slice(&gunzip(&gzip_inside(name)).unwrap()).unwrap()
}

fn is_json(file: &SampleFile) -> bool {
    Path::new(&file.name).extension().is_some_and(|extension| extension == "json")
}

#[test]
fn every_json_file_is_json() {
    for file in FILES.iter().filter(|file| is_json(file)) {
        let parsed = serde_json::from_slice::<Value>(&file.bytes);
        assert!(parsed.is_ok(), "{}: {parsed:?}", file.name);
    }
}

#[test]
fn every_file_has_a_name_of_its_own_and_one_line_about_it() {
    let names: BTreeSet<&str> = FILES.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names.len(), FILES.len());
    for file in FILES.iter() {
        assert!(!file.about.is_empty() && !file.about.contains(['\n', '|']), "{}", file.name);
    }
}

#[test]
fn the_readme_names_every_file() {
    let readme = readme();
    for file in FILES.iter() {
        assert!(readme.contains(&format!("| `{}` | {} |", file.name, file.about)), "{}", file.name);
    }
}

#[test]
fn the_files_are_small_enough_for_a_repository_and_for_an_asynchronous_invocation() {
    assert!(FILES.iter().all(|file| file.bytes.len() < 128 * 1024));
    assert!(FILES.iter().map(|file| file.bytes.len()).sum::<usize>() < MIB / 2);
}

#[test]
fn every_message_of_a_good_file_is_json_unless_its_description_says_otherwise() {
    let mut names = BTreeSet::new();
    for file in FILES.iter().filter(|file| is_json(file) && !file.name.contains('/')) {
        let invocation: Value = serde_json::from_slice(&file.bytes).unwrap();
        if invocation["awslogs"].is_null() {
            continue;
        }
        for event in payload(&file.name)["logEvents"].as_array().unwrap() {
            if serde_json::from_str::<Value>(event["message"].as_str().unwrap()).is_err() {
                names.insert(file.name.as_str());
            }
        }
    }
    assert_eq!(Vec::from_iter(names), ["console-test-event.json", "not-a-workmail-event.json"]);
}

#[test]
fn event_ids_of_different_files_differ() {
    let ids = |name: &str| payload(name)["logEvents"][0]["id"].clone();
    assert_ne!(ids("mailbox-email-delivered.json"), ids("journaling-initiated.json"));
    assert_eq!(ids("hostile/same-short-id-a.json"), ids("hostile/same-short-id-b.json"));
}

#[test]
fn the_bombs_are_good_gzip_above_the_limit() {
    let bomb = gunzip(&gzip_inside("hostile/bomb.json")).unwrap();
    assert!(bomb.len() > 80 * MIB);
    assert!(bomb.starts_with(b"{\"messageType\"") && bomb.ends_with(b"\"}]}"));
    assert_eq!(
        gzip_inside("hostile/bomb-of-members.json").windows(3).filter(|w| w == &[0x1f, 0x8b, 8]).count(),
        81
    );
}

#[test]
fn the_mebibyte_messages_are_exactly_that_long() {
    for name in ["hostile/message-1mib.json", "hostile/event-1mib.json"] {
        assert_eq!(payload(name)["logEvents"][0]["message"].as_str().unwrap().len(), MIB, "{name}");
    }
}

#[test]
fn broken_gzip_is_broken_in_the_way_it_says() {
    for name in ["not-gzip", "truncated-gzip", "wrong-crc", "wrong-length"] {
        assert!(gunzip(&gzip_inside(&format!("hostile/{name}.json"))).is_err(), "{name}");
    }
}

#[test]
fn one_payload_gzipped_twice_is_the_same_payload_in_different_bytes() {
    let (a, b) = (
        gzip_inside("hostile/same-events-regzipped-a.json"),
        gzip_inside("hostile/same-events-regzipped-b.json"),
    );
    assert_ne!(a, b);
    assert_eq!(gunzip(&a).unwrap(), gunzip(&b).unwrap());
}

#[test]
fn the_invalid_utf8_is_in_the_payload_and_not_in_the_file() {
    let payload = gunzip(bytes("hostile/invalid-utf8.gz")).unwrap();
    assert_eq!(payload.split(|byte| *byte == 0xff).count(), 3);
    assert_eq!(gunzip(&gzip_inside("hostile/invalid-utf8.json")).unwrap(), payload);
}

#[test]
fn an_on_failure_record_holds_the_original_event() {
    let record: Value = serde_json::from_slice(bytes("on-failure.json")).unwrap();
    assert!(record["requestPayload"]["awslogs"]["data"].is_string());

    let record: Value = serde_json::from_slice(bytes("on-failure-kinesis.json")).unwrap();
    let original: Value = serde_json::from_str(record["payload"].as_str().unwrap()).unwrap();
    let records = original["Records"].as_array().unwrap();
    let info = &record["KinesisBatchInfo"];
    assert_eq!(info["batchSize"], records.len());
    assert_eq!(info["startSequenceNumber"], records[0]["kinesis"]["sequenceNumber"]);
    assert_eq!(info["endSequenceNumber"], records[2]["kinesis"]["sequenceNumber"]);
    assert_eq!(info["endSequenceNumber"].as_str().unwrap().len(), 56);
}
