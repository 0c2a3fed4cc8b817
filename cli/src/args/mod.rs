//! Arguments that several commands share, and the parsers of their values.

mod account;
mod archive;
mod jobs;
mod streams;

pub(crate) use account::{
    AccountArgs, AccountsArgs, Target, account_id, account_pattern, command_in, is_from_environment,
};
pub(crate) use archive::{ARCHIVE_HELP, ArchiveArgs, missing_archive};
pub(crate) use jobs::jobs;
pub(crate) use streams::{Streams, outside, real_path, stream_targets};
