//! The watch list in use: where it comes from, and when it is read.
//!
//! A list in the archive is read at start and again every few minutes, so that a change needs no deployment. While a
//! list cannot be read, which is reported each time, the last valid one stays in use.

use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use mailtrail_archive::Archive;
use mailtrail_aws_client::Deadline;
use mailtrail_config::{WatchListSource, settings};
use mailtrail_watch::WatchList;
use tokio::time::Instant;

/// How long a list of the archive is used before it is read again.
const REFRESH_INTERVAL: Duration = Duration::from_mins(5);
/// How long events wait for a list. The start of a function has ten seconds in all.
/// <https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html>
const READ_TIMEOUT: Duration = Duration::from_secs(3);

/// Keeps the watch list up to date.
#[derive(Debug)]
pub(crate) struct CurrentWatchList {
    source: WatchListSource,
    list: RwLock<Arc<WatchList>>,
    last_read: Mutex<LastRead>,
}

#[derive(Debug, Default)]
struct LastRead {
    /// When the list was last read, or an attempt was made.
    at: Option<Instant>,
    /// The JSON of the list in use.
    json: Option<String>,
}

/// What reading the list brought.
#[derive(Debug, Default)]
struct WatchListUpdate {
    /// A list other than the one in use.
    list: Option<WatchList>,
    /// What is wrong with it, or with reading it.
    problems: Vec<String>,
}

impl CurrentWatchList {
    /// An empty list, until the source is read.
    pub(crate) fn new(source: WatchListSource) -> Self {
        Self { source, list: RwLock::default(), last_read: Mutex::default() }
    }

    /// The list in use.
    pub(crate) fn get(&self) -> Arc<WatchList> {
        Arc::clone(&self.list.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Uses this list from now on.
    pub(crate) fn set(&self, list: WatchList) {
        *self.list.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(list);
    }

    /// Reads the list if it is due, and returns what is wrong with it.
    pub(crate) async fn refresh(&self, archive: &Archive) -> Vec<String> {
        if !self.is_due() {
            return Vec::new();
        }
        let update = match &self.source {
            WatchListSource::None => WatchListUpdate::default(),
            WatchListSource::Inline(json) => self.update(json),
            WatchListSource::ArchiveObject(key) => self.read(archive, key).await,
        };
        if let Some(list) = update.list {
            self.set(list);
        }
        update.problems
    }

    async fn read(&self, archive: &Archive, key: &str) -> WatchListUpdate {
        let deadline = Deadline::after(READ_TIMEOUT);
        match deadline.limit(archive.reader().get(key, deadline)).await {
            Some(Ok(bytes)) => match std::str::from_utf8(&bytes) {
                Ok(json) => self.update(json),
                Err(_) => failed_to_read(&format!("`{key}` is not UTF-8")),
            },
            Some(Err(error)) => failed_to_read(&error.to_string()),
            None => failed_to_read(&format!("no answer for `{key}` within {} s", READ_TIMEOUT.as_secs())),
        }
    }

    fn is_due(&self) -> bool {
        let mut last_read = self.last_read.lock().unwrap_or_else(PoisonError::into_inner);
        let may_change = matches!(self.source, WatchListSource::ArchiveObject(_));
        let is_due = last_read.at.is_none_or(|at| may_change && at.elapsed() >= REFRESH_INTERVAL);
        if is_due {
            last_read.at = Some(Instant::now());
        }
        is_due
    }

    /// The list, unless it is the one in use.
    fn update(&self, json: &str) -> WatchListUpdate {
        let mut last_read = self.last_read.lock().unwrap_or_else(PoisonError::into_inner);
        if last_read.json.as_deref() == Some(json) {
            return WatchListUpdate::default();
        }
        let (list, invalid) = WatchList::parse(json);
        last_read.json = Some(json.to_owned());
        let problems = invalid.iter().map(|error| format!("{}: {error}", settings::WATCHES.name)).collect();
        WatchListUpdate { list: Some(list), problems }
    }
}

fn failed_to_read(reason: &str) -> WatchListUpdate {
    let problem = format!("{}: failed to read the watch list: {reason}", settings::WATCHES.name);
    WatchListUpdate { list: None, problems: vec![problem] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_list_in_the_archive_is_read_again_after_five_minutes() {
        let folder = tempfile::tempdir().unwrap();
        let archive = Archive::directory(folder.path().to_owned()).unwrap();
        let file = folder.path().join("config/watches.json");
        std::fs::create_dir(folder.path().join("config")).unwrap();
        let current = CurrentWatchList::new("config/watches.json".parse().unwrap());

        let missing = current.refresh(&archive).await;
        assert!(current.get().is_empty() && missing[0].contains("config/watches.json"), "{missing:?}");
        std::fs::write(&file, r#"[{"name":"a","user":"a"},{"name":"b"}]"#).unwrap();
        assert!(current.refresh(&archive).await.is_empty() && current.get().is_empty(), "it is not due");
        tokio::time::advance(REFRESH_INTERVAL).await;
        let problems = current.refresh(&archive).await;
        assert_eq!((current.get().watches().len(), problems.len()), (1, 1));
        tokio::time::advance(REFRESH_INTERVAL).await;
        assert_eq!(current.refresh(&archive).await, Vec::<String>::new());

        std::fs::remove_file(&file).unwrap();
        tokio::time::advance(REFRESH_INTERVAL).await;
        let problems = current.refresh(&archive).await;
        assert_eq!(
            (current.get().watches().len(), problems.len()),
            (1, 1),
            "the last valid list stays in use"
        );
    }

    #[tokio::test]
    async fn an_inline_list_is_read_once() {
        let folder = tempfile::tempdir().unwrap();
        let archive = Archive::directory(folder.path().to_owned()).unwrap();
        let current = CurrentWatchList::new(r#"[{"name":"a","user":"a"},{"name":"b"}]"#.parse().unwrap());
        assert_eq!(current.refresh(&archive).await.len(), 1);
        assert_eq!(current.get().watches().len(), 1);
        assert!(current.refresh(&archive).await.is_empty());
    }
}
