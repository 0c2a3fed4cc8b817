//! The watch list: where it is, and when it is read.
//!
//! A list in the archive is read at start and again every few minutes, so that a change needs no deployment. A
//! list that cannot be read is reported each time, and the last one that could be is used on.

use std::str::FromStr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use mailtrail_archive::Archive;
use mailtrail_aws_client::Deadline;
use mailtrail_config::settings;
use mailtrail_watch::{WatchList, WrongWatch};
use thiserror::Error;
use tokio::time::Instant;

/// Where the lists of an archive lie.
const FOLDER: &str = "config/";
/// How long a list is used before it is read again.
const MEMORY: Duration = Duration::from_mins(5);
/// How long events wait for the list. A start of a function has ten seconds in all.
/// <https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html>
const PATIENCE: Duration = Duration::from_secs(3);

/// Where the list is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum WatchListPlace {
    /// There is none.
    #[default]
    Nowhere,
    /// In the setting itself.
    Here(String),
    /// In the archive, under this key.
    InArchive(String),
}

/// A setting that is neither a list nor the key of one.
#[derive(Debug, Error)]
#[error("it is neither JSON nor a key under `config/`")]
pub(crate) struct NoWatchList;

impl FromStr for WatchListPlace {
    type Err = NoWatchList;

    fn from_str(text: &str) -> Result<Self, NoWatchList> {
        let text = text.trim();
        let is_key = text.strip_prefix(FOLDER).is_some_and(|name| !name.is_empty())
            && text.split('/').all(|part| !part.is_empty() && part != "." && part != "..");
        match text {
            json if json.starts_with(['{', '[']) => Ok(Self::Here(json.to_owned())),
            key if is_key => Ok(Self::InArchive(key.to_owned())),
            _ => Err(NoWatchList),
        }
    }
}

/// Keeps the list up to date.
#[derive(Debug)]
pub(crate) struct Watching {
    place: WatchListPlace,
    last: Mutex<Last>,
}

#[derive(Debug, Default)]
struct Last {
    /// When somebody last went for it.
    at: Option<Instant>,
    /// What it was.
    text: Option<String>,
}

/// What a look at the list brought.
#[derive(Debug, Default)]
pub(crate) struct News {
    /// Another list than before.
    pub(crate) list: Option<WatchList>,
    /// What is wrong with it, or with reading it.
    pub(crate) problems: Vec<String>,
}

impl Watching {
    pub(crate) fn new(place: WatchListPlace) -> Self {
        Self { place, last: Mutex::default() }
    }

    /// Reads the list if it is time to.
    pub(crate) async fn refresh(&self, archive: &Archive) -> News {
        if !self.is_due() {
            return News::default();
        }
        match &self.place {
            WatchListPlace::Nowhere => News::default(),
            WatchListPlace::Here(json) => self.news(json),
            WatchListPlace::InArchive(key) => {
                let deadline = Deadline::after(PATIENCE);
                let read = deadline.limit(archive.reader().get(key, deadline)).await;
                match read {
                    Some(Ok(bytes)) => match std::str::from_utf8(&bytes) {
                        Ok(json) => self.news(json),
                        Err(_) => cannot_read(&format!("`{key}` is not UTF-8")),
                    },
                    Some(Err(error)) => cannot_read(&error.to_string()),
                    None => cannot_read(&format!("`{key}` did not come within {} s", PATIENCE.as_secs())),
                }
            }
        }
    }

    fn is_due(&self) -> bool {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let is_settled = matches!(self.place, WatchListPlace::Nowhere | WatchListPlace::Here(_));
        let is_due = last.at.is_none_or(|at| !is_settled && at.elapsed() >= MEMORY);
        if is_due {
            last.at = Some(Instant::now());
        }
        is_due
    }

    /// The list, unless it is the one that we have.
    fn news(&self, json: &str) -> News {
        let mut memory = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if memory.text.as_deref() == Some(json) {
            return News::default();
        }
        let (list, wrong) = WatchList::parse(json);
        memory.text = Some(json.to_owned());
        News { list: Some(list), problems: wrong.iter().map(say).collect() }
    }
}

fn say(wrong: &WrongWatch) -> String {
    format!("{}: {wrong}", settings::WATCHES.name)
}

fn cannot_read(reason: &str) -> News {
    let problem = format!("{}: the watch list cannot be read: {reason}", settings::WATCHES.name);
    News { list: None, problems: vec![problem] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_json_or_a_key_under_config() {
        assert_eq!(
            "config/watches.json".parse::<WatchListPlace>().unwrap(),
            WatchListPlace::InArchive("config/watches.json".into())
        );
        assert!(matches!(" [] ".parse::<WatchListPlace>(), Ok(WatchListPlace::Here(_))));
        for text in ["watches.json", "config/", "config/../raw/x", "config//x", "/config/x"] {
            assert!(text.parse::<WatchListPlace>().is_err(), "{text}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_list_in_the_archive_is_read_again_after_five_minutes() {
        let folder = tempfile::tempdir().unwrap();
        let archive = Archive::directory(folder.path().to_owned()).unwrap();
        let file = folder.path().join("config/watches.json");
        std::fs::create_dir(folder.path().join("config")).unwrap();
        let watching = Watching::new("config/watches.json".parse().unwrap());

        let missing = watching.refresh(&archive).await;
        assert!(missing.list.is_none() && missing.problems[0].contains("config/watches.json"), "{missing:?}");
        std::fs::write(&file, r#"[{"name":"a","user":"a"},{"name":"b"}]"#).unwrap();
        assert!(watching.refresh(&archive).await.list.is_none(), "it is not due");
        tokio::time::advance(MEMORY).await;
        let news = watching.refresh(&archive).await;
        assert_eq!((news.list.unwrap().watches().len(), news.problems.len()), (1, 1));
        tokio::time::advance(MEMORY).await;
        let same = watching.refresh(&archive).await;
        assert!(same.list.is_none() && same.problems.is_empty(), "{same:?}");
    }
}
