//! Organizations of WorkMail.

use serde::{Deserialize, Serialize};

use crate::text::checked_text;

/// The id of a `WorkMail` organization: `m-` and 32 hexadecimal digits
/// (<https://docs.aws.amazon.com/workmail/latest/APIReference/API_Organization.html>).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OrganizationId(String);

impl OrganizationId {
    const KIND: &str = "WorkMail organization";
    /// What is valid, as a noun phrase for messages.
    pub const EXPECTED: &str = "`m-` and 32 hexadecimal digits";

    /// Whether a text is the id of an organization.
    pub fn is_valid(text: &str) -> bool {
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        text.strip_prefix("m-").is_some_and(|hex| hex.len() == 32 && hex.bytes().all(is_digit))
    }
}

checked_text!(OrganizationId);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_32_hexadecimal_digits() {
        assert!(OrganizationId::is_valid("m-0123456789abcdef0123456789abcdef"));
        for text in
            ["", "m-", "m-123", "m-0123456789ABCDEF0123456789abcdef", "r-0123456789abcdef0123456789abcdef"]
        {
            assert!(!OrganizationId::is_valid(text), "{text}");
        }
    }
}
