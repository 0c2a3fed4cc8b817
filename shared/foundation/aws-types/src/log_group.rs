//! Log groups of CloudWatch Logs.

use serde::{Deserialize, Serialize};

use crate::text::checked_text;

/// The start of the names that log delivery permits itself to write to as a whole when a resource policy is nearly
/// full (<https://docs.aws.amazon.com/workmail/latest/adminguide/monitoring-audit-logging.html>).
pub const VENDED_LOGS_PREFIX: &str = "/aws/vendedlogs/";

/// The name of a log group: 1 to 512 letters, digits and `_ - / . #`, and not `aws/` at the start
/// (<https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html>). Names may hold
/// `/` and `..`, so a name is not a file name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LogGroupName(String);

impl LogGroupName {
    /// The most characters that a name may have.
    pub const MAX_LENGTH: usize = 512;

    const KIND: &str = "log group name";
    /// What is valid, as a noun phrase for messages.
    pub const EXPECTED: &str = "1 to 512 letters, digits, and _ - / . #, and not aws/ at the start";

    /// Whether a log group can have this name.
    pub fn is_valid(text: &str) -> bool {
        (1..=Self::MAX_LENGTH).contains(&text.len())
            && text.chars().all(|c| c.is_ascii_alphanumeric() || "_-/.#".contains(c))
            && !text.starts_with("aws/")
    }

    /// Whether the log group is below `/aws/vendedlogs/`, which one entry of a resource policy covers.
    pub fn is_vended(&self) -> bool {
        self.0.starts_with(VENDED_LOGS_PREFIX)
    }
}

checked_text!(LogGroupName);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_of_create_log_group_are_kept() {
        for text in ["a", "/aws/vendedlogs/mail", "a_b-c/d.e#f", "/aws/..", &"a".repeat(512)] {
            assert!(LogGroupName::is_valid(text), "{text}");
        }
        for text in ["", "a b", "a*", "a:b", "aws/x", "it's", "é", "a\n", &"a".repeat(513)] {
            assert!(!LogGroupName::is_valid(text), "{text}");
        }
    }

    #[test]
    fn only_names_below_the_prefix_are_vended() {
        for (text, expected) in [
            ("/aws/vendedlogs/mail", true),
            ("/aws/vendedlogs", false),
            ("/aws/vendedlogsx/mail", false),
            ("/mail", false),
        ] {
            assert_eq!(text.parse::<LogGroupName>().unwrap().is_vended(), expected, "{text}");
        }
    }
}
