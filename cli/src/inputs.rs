//! What is to be ingested: files, folders, standard input.
//!
//! A file that is named on the command line is ingested, whatever it is. A folder is walked in the order of its paths,
//! and what is clearly not a payload is skipped: hidden files, and what an archive holds besides payloads, so that an
//! archive can be ingested again. What cannot be read in a folder is named, and the walk goes on.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::anyhow;
use bytes::Bytes;
use bytesize::ByteSize;
use walkdir::{DirEntry, WalkDir};

/// The largest input that is read. An invocation is 6 MB at most, a file of many payloads some hundred: what
/// is larger is something else, and must not fill the memory.
const LARGEST: u64 = 256 << 20;

/// Endings of what an archive holds besides payloads: records, what streams got, descriptions, day pointers of raw copies.
const NO_PAYLOADS: [&str; 4] = ["zst", "ndjson", "md", "earlier"];

/// One thing to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Input {
    Stdin,
    /// A file that was named.
    File(PathBuf),
    /// A file in a folder that was named.
    FileInFolder(PathBuf),
    /// A payload that is shipped with us, and its number.
    Sample(usize, Bytes),
}

/// What was found.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Inputs {
    pub(crate) found: Vec<Input>,
    /// Files of folders that are not payloads.
    pub(crate) skipped: u64,
    /// What cannot be read in folders: where it is, and why.
    pub(crate) unreadable: Vec<(String, String)>,
}

impl Inputs {
    /// Everything below these paths; `-` is standard input.
    pub(crate) fn collect(paths: &[PathBuf]) -> anyhow::Result<Self> {
        let mut inputs = Self::default();
        for path in paths {
            inputs.add(path)?;
        }
        Ok(inputs)
    }

    fn add(&mut self, path: &Path) -> anyhow::Result<()> {
        if path == Path::new("-") {
            if !self.found.contains(&Input::Stdin) {
                self.found.push(Input::Stdin);
            }
            return Ok(());
        }
        let metadata = fs::metadata(path).map_err(|error| unreadable(path.display(), &error))?;
        if metadata.is_dir() {
            self.walk(path);
            return Ok(());
        }
        check_size(metadata.len()).map_err(|reason| {
            anyhow!("{} {reason}: move it away, or name the files to ingest", path.display())
        })?;
        self.found.push(Input::File(path.to_owned()));
        Ok(())
    }

    fn walk(&mut self, folder: &Path) {
        let walk = WalkDir::new(folder).follow_links(true).sort_by_file_name();
        for entry in walk.into_iter().filter_entry(|entry| entry.depth() == 0 || !is_hidden(entry)) {
            if let Err((path, reason)) =
                entry.map_err(|error| at(&error)).and_then(|entry| self.add_entry(folder, &entry))
            {
                let path = path.unwrap_or_else(|| folder.to_owned());
                self.unreadable.push((path.display().to_string(), reason));
            }
        }
    }

    fn add_entry(&mut self, folder: &Path, entry: &DirEntry) -> Result<(), (Option<PathBuf>, String)> {
        if entry.file_type().is_dir() {
            return Ok(());
        }
        if !entry.file_type().is_file() || !may_be_payload(folder, entry.path()) {
            self.skipped += 1;
            return Ok(());
        }
        let bytes = entry.metadata().map_err(|error| at(&error))?.len();
        check_size(bytes).map_err(|reason| (Some(entry.path().to_owned()), reason))?;
        self.found.push(Input::FileInFolder(entry.path().to_owned()));
        Ok(())
    }
}

/// Where a walk failed, and why.
fn at(error: &walkdir::Error) -> (Option<PathBuf>, String) {
    let path = error.path().map(Path::to_owned);
    let reason = match error.io_error() {
        Some(error) => error.to_string(),
        None => "a symbolic link to a folder above it".to_owned(),
    };
    (path, reason)
}

fn check_size(bytes: u64) -> Result<(), String> {
    if bytes <= LARGEST {
        return Ok(());
    }
    Err(format!("has {}, more than any payload ({})", ByteSize(bytes), ByteSize(LARGEST)))
}

fn is_hidden(entry: &DirEntry) -> bool {
    entry.file_name().as_encoded_bytes().starts_with(b".")
}

fn may_be_payload(folder: &Path, path: &Path) -> bool {
    let below = path.strip_prefix(folder).unwrap_or(path);
    let described = below.components().any(|part| part.as_os_str() == "_about");
    let ending = path.extension().unwrap_or_default();
    // In quarantine, the `.json` beside a `.bin` says what is wrong with it.
    let explains = ending == "json" && path.with_extension("bin").exists();
    !described && !explains && !NO_PAYLOADS.iter().any(|other| ending == *other)
}

impl Input {
    /// All of its bytes. Blocks.
    pub(crate) fn read(&self) -> io::Result<Bytes> {
        match self {
            Self::Stdin => read(io::stdin().lock()),
            Self::File(path) | Self::FileInFolder(path) => File::open(path).and_then(read),
            Self::Sample(_, bytes) => Ok(bytes.clone()),
        }
    }
}

pub(crate) fn unreadable(what: impl fmt::Display, error: &dyn std::error::Error) -> anyhow::Error {
    anyhow!("failed to read {what}: {error}; check the path and its permissions")
}

fn read(from: impl Read) -> io::Result<Bytes> {
    let mut bytes = Vec::new();
    from.take(LARGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST {
        let words = format!("more than {}, the size of the largest payload", ByteSize(LARGEST));
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, words));
    }
    Ok(bytes.into())
}

impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stdin => f.write_str("standard input"),
            Self::File(path) | Self::FileInFolder(path) => write!(f, "{}", path.display()),
            Self::Sample(number, _) => write!(f, "sample batch {number}"),
        }
    }
}
