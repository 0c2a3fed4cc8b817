//! The streams that a command sends to.

use std::path::{Component, Path, PathBuf};
use std::str::FromStr;

use mailtrail_config::{
    DuplicateStream, InvalidStreamTarget, StreamAddress, StreamTarget, add_stream_target,
};

use crate::output::plain;

/// Streams separated by white space: the variable may name several.
#[derive(Debug, Clone)]
pub(crate) struct Streams(Vec<StreamTarget>);

impl FromStr for Streams {
    type Err = InvalidStreamTarget;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.split_whitespace().map(str::parse).collect::<Result<_, _>>().map(Self)
    }
}

/// All streams; no two may have the same name.
pub(crate) fn stream_targets(given: &[Streams]) -> Result<Vec<StreamTarget>, DuplicateStream> {
    let mut targets = Vec::new();
    for target in given.iter().flat_map(|streams| &streams.0) {
        add_stream_target(&mut targets, target.clone())?;
    }
    Ok(targets)
}

/// Nothing but the archive itself writes into it.
pub(crate) fn outside(stream: &StreamTarget, archive: &Path) -> Result<(), String> {
    match stream.address() {
        StreamAddress::File(path) if real_path(path).starts_with(real_path(archive)) => Err(format!(
            "the stream `{}` lies in the archive: give a file outside it",
            plain(&path.to_string_lossy())
        )),
        _ => Ok(()),
    }
}

/// The path without links, as far as it exists.
pub(crate) fn real_path(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut real = PathBuf::new();
    for part in path.components() {
        if part == Component::ParentDir {
            real.pop();
        } else {
            real.push(part);
            real = real.canonicalize().unwrap_or(real);
        }
    }
    real
}
