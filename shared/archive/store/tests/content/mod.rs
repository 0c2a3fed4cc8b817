//! Objects as the archive has them: a raw copy, and records.

#![allow(clippy::unwrap_used, reason = "a helper of a test is a test")]

use std::io::Write;

use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use mailtrail_archive::ObjectWriter;
use mailtrail_subscription::{BatchId, batches};

pub(crate) const FOLDER: &str = "region=eu-west-1/accountId=111122223333/eventDay=20261120";

pub(crate) fn payload(message: &str) -> String {
    format!(
        r#"{{"messageType":"DATA_MESSAGE","owner":"111122223333","logGroup":"g","logStream":"s",
        "logEvents":[{{"id":"{}","timestamp":1795169702000,"message":"{message}"}}]}}"#,
        "0".repeat(56)
    )
}

pub(crate) fn gzip(text: &str, level: u32) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(level));
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap().into()
}

pub(crate) fn raw_key(text: &str) -> String {
    format!("raw/{FOLDER}/{}.json.gz", BatchId::of(&batches(text).unwrap()))
}

pub(crate) fn record(uid: &str, subject: &str) -> String {
    format!(r#"{{"metadata":{{"uid":"{uid}","log_name":"g","log_source":"s"}},"subject":"{subject}"}}"#)
}

pub(crate) fn records(lines: &[String]) -> Bytes {
    let mut writer = ObjectWriter::new(None).unwrap();
    for line in lines {
        writer.write_lines(format!("{line}\n").as_bytes(), 1).unwrap();
    }
    writer.finish().unwrap()
}
