//! What a directory has in the place of what was expected.

use std::io;

use mailtrail_aws_client::failure::Failure;
use thiserror::Error;

use crate::content::Difference;

#[derive(Debug, Error)]
pub(crate) enum DirectoryError {
    #[error("`{0}` is a symbolic link, and no link below the archive is followed")]
    Link(String),
    #[error("`{0}` is not a directory")]
    NotADirectory(String),
    #[error("`{0}` is a directory")]
    IsADirectory(String),
    /// A pipe, a socket, a device.
    #[error("`{0}` is not a regular file")]
    NotAFile(String),
    /// Something other than the object.
    #[error("`{key}` exists, and {difference}")]
    Different { key: String, difference: Difference },
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl DirectoryError {
    pub(crate) fn is_missing(&self) -> bool {
        matches!(self, Self::Io(error) if error.kind() == io::ErrorKind::NotFound)
    }
}

impl From<DirectoryError> for Failure {
    fn from(error: DirectoryError) -> Self {
        let code = match &error {
            DirectoryError::Link(_) => "SymbolicLink",
            DirectoryError::NotADirectory(_) => "NotADirectory",
            DirectoryError::IsADirectory(_) => "IsADirectory",
            DirectoryError::NotAFile(_) => "NotAFile",
            DirectoryError::Different { .. } => "OtherContent",
            DirectoryError::Io(_) => "",
        };
        match error {
            DirectoryError::Io(error) => error.into(),
            error => Self::permanent(code, error.to_string()),
        }
    }
}
