//! What is to be ingested: files, folders, standard input.
//!
//! A file that is named on the command line is ingested, whatever it is. A folder is walked in the order of its paths,
//! and what is clearly not a payload is skipped: hidden files, and what an archive holds besides payloads, so that an
//! archive can be ingested again.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail};
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
    File(PathBuf),
    /// A payload that is shipped with us, and its number.
    Sample(usize, Bytes),
}

/// What was found.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Inputs {
    pub(crate) found: Vec<Input>,
    /// Files of folders that are not payloads.
    pub(crate) skipped: u64,
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
        if metadata.is_dir() { self.walk(path) } else { self.add_file(path, metadata.len()) }
    }

    fn walk(&mut self, folder: &Path) -> anyhow::Result<()> {
        let walk = WalkDir::new(folder).follow_links(true).sort_by_file_name();
        for entry in walk.into_iter().filter_entry(|entry| entry.depth() == 0 || !is_hidden(entry)) {
            let entry = entry.map_err(|error| unreadable(folder.display(), &error))?;
            if entry.file_type().is_dir() {
                continue;
            }
            if entry.file_type().is_file() && may_be_payload(folder, entry.path()) {
                self.add_file(entry.path(), entry.metadata()?.len())?;
            } else {
                self.skipped += 1;
            }
        }
        Ok(())
    }

    fn add_file(&mut self, path: &Path, bytes: u64) -> anyhow::Result<()> {
        if bytes > LARGEST {
            bail!(
                "{} has {}, more than any payload ({}): move it away, or name the files to ingest",
                path.display(),
                ByteSize(bytes),
                ByteSize(LARGEST)
            );
        }
        self.found.push(Input::File(path.to_owned()));
        Ok(())
    }
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
    pub(crate) fn read(&self) -> anyhow::Result<Bytes> {
        let bytes = match self {
            Self::Stdin => read(io::stdin().lock()),
            Self::File(path) => File::open(path).and_then(read),
            Self::Sample(_, bytes) => return Ok(bytes.clone()),
        };
        bytes.map_err(|error| unreadable(self, &error))
    }
}

fn unreadable(what: impl fmt::Display, error: &dyn std::error::Error) -> anyhow::Error {
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
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Sample(number, _) => write!(f, "sample batch {number}"),
        }
    }
}
