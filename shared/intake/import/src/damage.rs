//! What keeps a file from being read to its end.

use std::io;

use thiserror::Error;

/// Why a file was not read to its end. What comes before that was taken in.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Damage {
    /// The text ends in the middle of an entry, or before a list is closed.
    #[error("it ends early, after {after} bytes")]
    Cut {
        /// The size of the text, decoded.
        after: u64,
    },
    /// What follows is invalid JSON, or JSON of another form.
    #[error("what follows after {at} bytes has another form")]
    NotJson {
        /// Where that begins, in the decoded text.
        at: u64,
    },
    /// The compressed data contradicts itself, or ends early.
    #[error("its gzip data is damaged or ends early, after {after} decoded bytes")]
    Gzip {
        /// How much could be decoded.
        after: u64,
    },
    /// It becomes so much larger that it cannot be what it says.
    #[error("it expands to more than {times} times its size")]
    Expands {
        /// How often its size.
        times: u64,
    },
    /// A wrapper is larger than what is held of one.
    #[error("it is larger than what is opened at once ({limit} bytes)")]
    TooLarge {
        /// How much is held.
        limit: u64,
    },
    /// There is a wrapper in a wrapper in a wrapper.
    #[error("there are more than {deepest} wrappers in each other")]
    TooDeep {
        /// How many are opened.
        deepest: usize,
    },
    /// The system could not read it.
    #[error("it cannot be read to its end: {0}")]
    Unreadable(String),
}

impl Damage {
    pub(crate) fn of_read(error: &io::Error, after: u64) -> Self {
        if let Some(expands) = error.get_ref().and_then(|inner| inner.downcast_ref::<Self>()) {
            return expands.clone();
        }
        match error.kind() {
            io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => {
                Self::Gzip { after }
            }
            _ => Self::Unreadable(error.to_string()),
        }
    }
}
