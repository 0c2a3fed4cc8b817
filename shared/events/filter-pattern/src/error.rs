//! What is wrong with a pattern.

/// Why a text is not a filter pattern: where, what was expected there, and what stands there instead.
///
/// It reads as one sentence: `character 9: expected an operator …, found the end of the pattern`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("character {position}: expected {expected}, found {found}")]
pub struct ParseError {
    position: usize,
    expected: String,
    found: String,
}

impl ParseError {
    pub(crate) fn new(position: usize, expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self { position, expected: expected.into(), found: found.into() }
    }

    /// Where the pattern goes wrong, in characters, counted from 1; one more than there are for its end.
    pub fn position(&self) -> usize {
        self.position
    }

    /// What could have stood there, in words.
    pub fn expected(&self) -> &str {
        &self.expected
    }

    /// What stands there, in words.
    pub fn found(&self) -> &str {
        &self.found
    }
}
