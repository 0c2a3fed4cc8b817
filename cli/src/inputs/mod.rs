//! What is to be ingested: files, folders, objects of buckets, standard input.
//!
//! Nothing is taken in for where it lies or what it is called: [`walk`] finds files, their content says what they are. What
//! is not taken in is named, with the reason ([`Skipped`]); only what an archive holds besides payloads, and hidden files,
//! are passed over.

mod bucket;
mod skipped;
mod walk;

use std::fmt;
use std::fs::{self, File, Metadata};
use std::io::{self, Cursor, Read};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

use anyhow::anyhow;
use bytes::Bytes;
use mailtrail_archive::{Bucket, BucketObject};
use mailtrail_aws_client::Clients;
use mailtrail_config::{InvalidLocation, Location};
use mailtrail_import::{FileOrigin, Import};
use mailtrail_subscription::{HEAD, Holds, Other, recognize_head};

pub(crate) use bucket::{Prefix, passes_over};
pub(crate) use skipped::{Incomplete, Reason, Skipped};

use crate::output::plain;

/// The largest input that is read. An invocation is 6 MB at most, a file of many payloads some hundred: what
/// is larger is something else, and must not fill the memory.
pub(crate) const LARGEST: u64 = 256 << 20;

/// Where a process finds its open files. A pipe among them has a writer.
const OPEN_FILES: [&str; 3] = ["/dev/stdin", "/dev/fd", "/proc/self/fd"];

/// One thing to read.
#[derive(Debug, Clone)]
pub(crate) enum Input {
    Stdin,
    File(PathBuf),
    /// An object of a bucket.
    Object(Bucket, BucketObject),
    /// What lies below a prefix of a bucket, from some key on: to be listed.
    Prefix(Box<Prefix>),
    /// A payload that is shipped with us, and its number.
    Sample(usize, Bytes),
}

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Inputs {
    pub(crate) found: Vec<Input>,
    /// What cannot be read, or is not followed.
    pub(crate) skipped: Vec<Skipped>,
    pub(crate) passed_over: PassedOver,
}

/// What folders hold that needs no word for each file.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PassedOver {
    /// Hidden files and folders.
    pub(crate) hidden: u64,
    /// Whether there were records, pointers or descriptions of an archive.
    pub(crate) of_archives: bool,
    /// Whether there was the archive that is written.
    pub(crate) own_archive: bool,
}

/// A folder, whatever path leads to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Identity {
    device: u64,
    inode: u64,
}

impl Identity {
    /// That of a folder; nothing where it does not exist.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        fs::metadata(path).ok().map(|metadata| Self::from(&metadata))
    }
}

impl From<&Metadata> for Identity {
    fn from(metadata: &Metadata) -> Self {
        Self { device: metadata.dev(), inode: metadata.ino() }
    }
}

impl Inputs {
    /// Everything below these paths; `-` is standard input. The folder `archive` is not walked through where it lies in
    /// another one.
    pub(crate) async fn collect(
        paths: &[PathBuf],
        archive: Option<Identity>,
        clients: &Clients,
    ) -> anyhow::Result<Self> {
        let mut inputs = Self::default();
        for path in paths {
            match s3_address(path) {
                Some(Ok(Location::S3 { bucket, prefix })) => {
                    let prefix = Prefix::new(Bucket::open(&bucket, clients).await, &prefix);
                    inputs.found.push(Input::Prefix(Box::new(prefix)));
                }
                _ => inputs.add(path, archive)?,
            }
        }
        Ok(inputs)
    }

    fn add(&mut self, path: &Path, archive: Option<Identity>) -> anyhow::Result<()> {
        if path == Path::new("-") {
            if !self.found.iter().any(|input| matches!(input, Input::Stdin)) {
                self.found.push(Input::Stdin);
            }
            return Ok(());
        }
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => walk::walk(path, archive, self),
            Ok(metadata) if metadata.is_file() || is_open_file(path) => {
                self.found.push(Input::File(path.to_owned()));
            }
            Ok(metadata) => self.skip(path, Reason::Special(kind(metadata.file_type()))),
            Err(error) if is_missing(&error) => {
                return Err(anyhow!("failed to read `{}`: {error}; check the path", path.display()));
            }
            Err(error) => self.skip(path, Reason::unreadable(&error)),
        }
        Ok(())
    }

    fn skip(&mut self, path: &Path, reason: Reason) {
        self.skipped.push(Skipped { what: plain(&path.display().to_string()), reason });
    }
}

/// The address in S3 that a path is, or what is wrong with it; nothing where it is a path of this machine.
pub(crate) fn s3_address(path: &Path) -> Option<Result<Location, InvalidLocation>> {
    path.to_str().filter(|text| text.starts_with("s3:")).map(str::parse)
}

/// Whether a path was mistyped, rather than that something is wrong with what is there.
fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// A pipe by name would wait for its writer, but one that the shell opened (`<(zcat …)`) has one.
fn is_open_file(path: &Path) -> bool {
    OPEN_FILES.iter().any(|folder| path.starts_with(folder))
}

fn kind(file: fs::FileType) -> &'static str {
    if file.is_fifo() {
        "named pipe"
    } else if file.is_socket() {
        "socket"
    } else {
        "device"
    }
}

/// An input that was opened.
pub(crate) enum Opened {
    /// All of its bytes.
    Whole(Bytes),
    /// A file of log events, to be read piece by piece.
    Events(Other, Box<dyn Read + Send>),
}

impl Input {
    /// Opens it, or says why it is not wanted: what begins like something else is read no further, unless `keep`. `origin` is
    /// what is known of its events. Blocks.
    pub(crate) fn open(&self, keep: bool, origin: &FileOrigin) -> Result<Opened, Reason> {
        match self {
            Self::Stdin => open(io::stdin(), None, keep, origin),
            Self::File(path) => {
                let file = File::open(path).map_err(|error| Reason::unreadable(&error))?;
                let size = file.metadata().ok().filter(Metadata::is_file).map(|metadata| metadata.len());
                open(file, size, keep, origin)
            }
            Self::Object(bucket, object) => open(bucket.read(object), Some(object.size), keep, origin),
            Self::Sample(_, bytes) => Ok(Opened::Whole(bytes.clone())),
            Self::Prefix(_) => Err(Reason::Special("prefix")),
        }
    }

    /// All bytes of a file that was read before; nothing of what cannot be read again. Blocks.
    pub(crate) fn read_again(&self) -> Option<Bytes> {
        let mut bytes = Vec::new();
        let again: Box<dyn Read> = match self {
            Self::File(path) => Box::new(File::open(path).ok()?),
            Self::Object(bucket, object) => Box::new(bucket.read(object)),
            _ => return None,
        };
        again.take(LARGEST + 1).read_to_end(&mut bytes).ok()?;
        (bytes.len() as u64 <= LARGEST).then(|| bytes.into())
    }

    /// Its path from the root on, where it is a file, or its key.
    pub(crate) fn path(&self) -> Option<String> {
        let path = match self {
            Self::File(path) => path,
            Self::Object(_, object) => return Some(object.key.clone()),
            _ => return None,
        };
        let path = std::path::absolute(path).unwrap_or_else(|_| path.clone());
        Some(path.to_string_lossy().into_owned())
    }

    /// The name of the file, without its folder.
    pub(crate) fn file_name(&self) -> Option<&str> {
        match self {
            Self::File(path) => path.file_name()?.to_str(),
            Self::Object(_, object) => object.key.rsplit('/').next(),
            Self::Stdin | Self::Prefix(_) | Self::Sample(..) => None,
        }
    }
}

fn open(
    mut from: impl Read + Send + 'static,
    size: Option<u64>,
    keep: bool,
    origin: &FileOrigin,
) -> Result<Opened, Reason> {
    let mut bytes = Vec::new();
    let read = from.by_ref().take(HEAD as u64).read_to_end(&mut bytes);
    read.map_err(|error| Reason::unreadable(&error))?;
    let begins_like = recognize_head(&bytes).map(|other| origin.shape_of(other));
    let begins_like = begins_like.filter(|other| other.shape.holds() != Holds::Payloads);
    if let Some(other) = begins_like.filter(|other| Import::reads(other.shape)) {
        return Ok(Opened::Events(other, Box::new(Cursor::new(bytes).chain(from))));
    }
    let too_large = |size| Reason::TooLarge { size, begins_like: begins_like.map(|other| other.shape) };
    if let Some(size) = size.filter(|&size| size > LARGEST) {
        return Err(too_large(Some(size)));
    }
    if let Some(other) = begins_like.filter(|_| bytes.len() == HEAD && !keep) {
        return Err(Reason::Content(other));
    }
    let rest = LARGEST + 1 - HEAD as u64;
    from.take(rest).read_to_end(&mut bytes).map_err(|error| Reason::unreadable(&error))?;
    if bytes.len() as u64 > LARGEST { Err(too_large(None)) } else { Ok(Opened::Whole(bytes.into())) }
}

impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stdin => f.write_str("standard input"),
            Self::File(path) => f.write_str(&plain(&path.display().to_string())),
            Self::Object(bucket, object) => {
                f.write_str(&plain(&format!("s3://{}/{}", bucket.name(), object.key)))
            }
            Self::Prefix(prefix) => write!(f, "{prefix}"),
            Self::Sample(number, _) => write!(f, "sample batch {number}"),
        }
    }
}
