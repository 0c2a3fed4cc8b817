//! The archive that a command reads or writes.

use mailtrail_config::settings;

pub(crate) const ARCHIVE_HELP: &str = "The archive: a directory, file:///…, or s3://bucket/prefix";

/// The error of a command that needs an archive.
pub(crate) fn missing_archive() -> String {
    format!(
        "missing archive: give --archive DIR, --archive file:///… or --archive s3://bucket/prefix, or set {}",
        settings::ARCHIVE.name
    )
}
