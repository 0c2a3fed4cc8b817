//! AWS accounts.

use serde::{Deserialize, Serialize};

use crate::text::checked_text;

/// The id of an AWS account: 12 digits, leading zeros included
/// (<https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-identifiers.html>).
///
/// ```
/// use mailtrail_aws_types::AccountId;
///
/// assert_eq!("111122223333".parse::<AccountId>()?.as_str(), "111122223333");
/// let error = "1111-2222-3333".parse::<AccountId>().unwrap_err();
/// assert_eq!(error.to_string(), "invalid account id `1111-2222-3333`: expected 12 digits");
/// # Ok::<(), mailtrail_aws_types::InvalidIdentifier>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AccountId(String);

impl AccountId {
    const KIND: &str = "account id";
    /// What is valid, as a noun phrase for messages.
    pub const EXPECTED: &str = "12 digits";

    /// Whether a text is an account id.
    pub fn is_valid(text: &str) -> bool {
        text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
    }
}

checked_text!(AccountId);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_id_has_12_ascii_digits() {
        assert!(AccountId::is_valid("000000000001"));
        for text in ["", "../..", "1111222233334", "11112222333", "11112222333x", " 11112222333", "१११"]
        {
            assert!(!AccountId::is_valid(text), "{text}");
        }
    }

    #[test]
    fn json_has_it_as_a_string_and_refuses_others() {
        let account: AccountId = serde_json::from_str("\"111122223333\"").unwrap();
        assert_eq!(serde_json::to_string(&account).unwrap(), "\"111122223333\"");
        assert!(serde_json::from_str::<AccountId>("\"x\"").is_err());
        assert!(serde_json::from_str::<AccountId>("111122223333").is_err());
    }
}
