//! The account and the Region that a command works in.

use anyhow::bail;
use clap::Args;
use mailtrail_aws_client::{Deadline, clients as aws};
use mailtrail_aws_types::{AccountId, InvalidIdentifier, StarPattern};
use mailtrail_config::settings;
use mailtrail_policy_survey::Account;

/// The account of a caller without credentials, as CloudTrail logs it.
const ANONYMOUS: &str = "anonymous";

#[derive(Debug, Args)]
pub(crate) struct AccountArgs {
    /// The Region [default: that of the AWS profile]
    #[arg(long, value_name = "REGION", env = settings::AWS_REGION, hide_env_values = true)]
    region: Option<String>,
    /// Assume this role first, to work in its account
    #[arg(long, value_name = "ARN")]
    role: Option<String>,
}

impl AccountArgs {
    /// The client for the account, with the role assumed and the account id known.
    pub(crate) async fn open(&self) -> anyhow::Result<Account> {
        let config = aws::config().await;
        let region = self.region.clone().or_else(|| config.region().map(ToString::to_string));
        let region = region.filter(|region| !region.is_empty());
        let Some(region) = region else { bail!("missing Region: give --region, or set AWS_REGION") };
        Ok(Account::open(&config, &region, self.role.as_deref(), Deadline::NEVER).await?)
    }
}

/// The text of an account id, checked.
pub(crate) fn account_id(text: &str) -> Result<String, InvalidIdentifier> {
    text.parse::<AccountId>().map(String::from)
}

/// An account id, or digits of one with `*` for any of the others.
pub(crate) fn account_pattern(text: &str) -> Result<StarPattern, String> {
    let pattern = StarPattern::new(text);
    let is_valid = if pattern.is_literal() {
        AccountId::is_valid(text) || text == ANONYMOUS
    } else {
        text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'*')
            && text.bytes().filter(u8::is_ascii_digit).count() <= 12
    };
    if is_valid {
        Ok(pattern)
    } else {
        Err(format!("invalid account id `{text}`: expected {}, or some of them and *", AccountId::EXPECTED))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_asked_for_by_digits() {
        for text in ["111122223333", "1111*", "*3333", "*"] {
            assert!(account_pattern(text).is_ok(), "{text}");
        }
        for text in ["", "abc", "abc*", "11112222333", "1111222233334*", "1111-2222-3333"] {
            assert!(account_pattern(text).is_err(), "{text}");
        }
    }
}
