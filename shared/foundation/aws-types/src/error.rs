//! The error of every parser in this crate.

/// Text that is not an identifier of the kind that was asked for. The message has the text escaped: it may come from
/// anywhere, and is read in terminals and logs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid {kind} `{}`: expected {expected}", text.escape_debug())]
pub struct InvalidIdentifier {
    kind: &'static str,
    text: String,
    expected: &'static str,
}

impl InvalidIdentifier {
    pub(crate) fn new(kind: &'static str, text: &str, expected: &'static str) -> Self {
        Self { kind, text: text.to_owned(), expected }
    }

    /// The text as it was given, unescaped.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What would have been valid, as a noun phrase: `12 digits`.
    pub fn expected(&self) -> &'static str {
        self.expected
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_shows_no_control_or_bidirectional_characters() {
        let error = InvalidIdentifier::new("account id", "1\u{1b}[31m\u{202e}", "12 digits");
        assert_eq!(error.to_string(), "invalid account id `1\\u{1b}[31m\\u{202e}`: expected 12 digits");
    }
}
