//! Where the watch list is.

use std::str::FromStr;

use thiserror::Error;

/// The folder of the archive that holds watch lists.
const FOLDER: &str = "config/";

/// Where the watch list is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum WatchListSource {
    /// There is none: no one is watched.
    #[default]
    None,
    /// The list itself, as JSON.
    Inline(String),
    /// The archive's object with this key.
    ArchiveObject(String),
}

/// Text that is neither a watch list nor the key of one. It is not repeated: it may name people.
#[derive(Debug, Error)]
#[error("invalid watch list: expected JSON, or the key of an object below `config/`")]
pub struct InvalidWatchListSource;

impl FromStr for WatchListSource {
    type Err = InvalidWatchListSource;

    fn from_str(text: &str) -> Result<Self, InvalidWatchListSource> {
        let text = text.trim();
        let is_key = text.strip_prefix(FOLDER).is_some_and(|name| !name.is_empty())
            && text.split('/').all(|part| !part.is_empty() && part != "." && part != "..");
        match text {
            json if json.starts_with(['{', '[']) => Ok(Self::Inline(json.to_owned())),
            key if is_key => Ok(Self::ArchiveObject(key.to_owned())),
            _ => Err(InvalidWatchListSource),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_watch_list_is_json_or_a_key_under_config() {
        assert_eq!(
            "config/watches.json".parse::<WatchListSource>().unwrap(),
            WatchListSource::ArchiveObject("config/watches.json".into())
        );
        assert!(matches!(" [] ".parse::<WatchListSource>(), Ok(WatchListSource::Inline(_))));
        for text in ["watches.json", "config/", "config/../raw/x", "config//x", "/config/x"] {
            assert!(text.parse::<WatchListSource>().is_err(), "{text}");
        }
    }
}
