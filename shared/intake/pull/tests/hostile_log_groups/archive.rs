//! What readers find in an archive.

use std::collections::BTreeSet;
use std::path::Path;

use mailtrail_subscription::inflate;
use serde_json::Value;

#[derive(Debug, Default)]
pub(crate) struct Contents {
    /// The events of the raw copies: log stream, id, message.
    pub(crate) events: BTreeSet<(String, String, String)>,
    /// Log stream, time and message, for each log stream and id.
    pub(crate) messages: Vec<(String, i64, String)>,
    /// The records: log stream and uid.
    pub(crate) records: BTreeSet<(String, String)>,
    /// Different events that were pulled, and that the subscription sent.
    pub(crate) pulled: u64,
    pub(crate) sent: u64,
}

impl Contents {
    pub(crate) fn read(archive: &Path) -> Self {
        let (mut kept, mut pulled, mut sent) = (Self::default(), BTreeSet::new(), BTreeSet::new());
        let mut contents = BTreeSet::new();
        for path in files(archive) {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let bytes = std::fs::read(&path).unwrap();
            if name.ends_with(".json.gz") {
                let text = inflate(&bytes, 1 << 24).unwrap();
                let batch: Value = serde_json::from_slice(&text).unwrap();
                let stream = text_of(&batch["logStream"]);
                for event in batch["logEvents"].as_array().unwrap() {
                    let (id, message) = (text_of(&event["id"]), text_of(&event["message"]));
                    let way = if batch["retrievedBy"].is_null() { &mut sent } else { &mut pulled };
                    way.insert((stream.clone(), id.clone()));
                    let time = event["timestamp"].as_i64().unwrap();
                    contents.insert((stream.clone(), id.clone(), time, message.clone()));
                    kept.events.insert((stream.clone(), id, message));
                }
            } else if name.ends_with(".ndjson.zst") {
                let lines = zstd::decode_all(&bytes[..]).unwrap();
                for line in lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
                    let metadata = &serde_json::from_slice::<Value>(line).unwrap()["metadata"];
                    kept.records.insert((text_of(&metadata["log_source"]), text_of(&metadata["uid"])));
                }
            }
        }
        kept.messages =
            contents.into_iter().map(|(stream, _, time, message)| (stream, time, message)).collect();
        kept.messages.sort_unstable();
        Self { pulled: pulled.len() as u64, sent: sent.len() as u64, ..kept }
    }
}

fn text_of(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// The files below a folder, without unfinished ones.
pub(crate) fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.unwrap().path());
    let is_temporary = |path: &std::path::PathBuf| path.file_name().is_some_and(|name| name == ".tmp");
    paths
        .filter(|path| !is_temporary(path))
        .flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] })
        .collect()
}
