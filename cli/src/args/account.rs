//! The account and the Region that a command works in.

use anyhow::bail;
use clap::Args;
use mailtrail_aws_client::{Deadline, clients as aws};
use mailtrail_aws_types::{AccountId, InvalidIdentifier, StarPattern};
use mailtrail_config::settings;
use mailtrail_policy_apply::option_words;
use mailtrail_policy_survey::{Account, AccountError};

/// The account of a caller without credentials, as CloudTrail logs it.
const ANONYMOUS: &str = "anonymous";

#[derive(Debug, Clone, Args)]
pub(crate) struct AccountArgs {
    /// The Region [default: that of the AWS profile]
    #[arg(long, value_name = "REGION", env = settings::AWS_REGION, hide_env_values = true)]
    region: Option<String>,
    /// Assume this role first, to work in its account
    #[arg(long, value_name = "ARN")]
    assume_role: Option<String>,
}

/// The accounts and Regions that a command works in, side by side.
#[derive(Debug, Args)]
pub(crate) struct AccountsArgs {
    /// The Region; may be repeated [default: that of the AWS profile]
    #[arg(long = "region", value_name = "REGION", env = settings::AWS_REGION, hide_env_values = true)]
    regions: Vec<String>,
    /// Assume this role, to work in its account; may be repeated [default: work in the account of the caller]
    #[arg(long = "assume-role", value_name = "ARN")]
    assume_roles: Vec<String>,
}

/// An account, by the role that is assumed in it, and a Region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) region: String,
    /// `None` for the account of the caller.
    pub(crate) assume_role: Option<String>,
}

impl AccountArgs {
    /// The options that say the same: names and values.
    pub(crate) fn options(&self) -> Vec<(&'static str, &str)> {
        let region = self.region.as_deref().filter(|region| !region.is_empty());
        let role = self.assume_role.as_deref();
        region
            .map(|region| ("--region", region))
            .into_iter()
            .chain(role.map(|role| ("--assume-role", role)))
            .collect()
    }

    /// The same account in a Region.
    pub(crate) fn target(&self, region: &str) -> Target {
        Target { region: region.to_owned(), assume_role: self.assume_role.clone() }
    }

    /// The client for the account, or why AWS cannot be asked at all: no Region, or no credentials, is configured.
    pub(crate) async fn open_if_configured(&self) -> anyhow::Result<Result<Account, String>> {
        let region = regions(self.region.as_slice()).await;
        let Ok(region) = region.map(|mut regions| regions.swap_remove(0)) else {
            return Ok(Err("no Region is configured".to_owned()));
        };
        let opened = Target { region, assume_role: self.assume_role.clone() }.open().await;
        match opened {
            Ok(account) => Ok(Ok(account)),
            Err(error) => match error.downcast_ref::<AccountError>() {
                Some(AccountError::WhoAmI(call)) if call.failure.was_not_sent() => {
                    Ok(Err("no credentials are configured".to_owned()))
                }
                _ => Err(error),
            },
        }
    }

    /// The client for the account, with the role assumed and the account id known.
    pub(crate) async fn open(&self) -> anyhow::Result<Account> {
        let region = regions(self.region.as_slice()).await?.swap_remove(0);
        Target { region, assume_role: self.assume_role.clone() }.open().await
    }
}

impl AccountsArgs {
    /// Whether an option names a Region. `AWS_REGION` alone names none.
    pub(crate) fn names_a_region(&self) -> bool {
        match self.regions.as_slice() {
            [one] => !is_from_environment(one),
            regions => !regions.is_empty(),
        }
    }

    /// Each account in each Region, once.
    pub(crate) async fn targets(&self) -> anyhow::Result<Vec<Target>> {
        let regions = regions(&self.regions).await?;
        let roles = self.assume_roles.iter().cloned().map(Some);
        let roles: Vec<Option<String>> =
            if self.assume_roles.is_empty() { vec![None] } else { roles.collect() };
        let mut targets = Vec::new();
        for assume_role in roles {
            for region in &regions {
                let target = Target { region: region.clone(), assume_role: assume_role.clone() };
                if !targets.contains(&target) {
                    targets.push(target);
                }
            }
        }
        Ok(targets)
    }
}

impl Target {
    /// The client for the account, with the role assumed and the account id known.
    pub(crate) async fn open(&self) -> anyhow::Result<Account> {
        let config = aws::config().await;
        Ok(Account::open(&config, &self.region, self.assume_role.as_deref(), Deadline::NEVER).await?)
    }
}

/// A command of mailtrail that works in the same account and Region.
pub(crate) fn command_in(account: &Account, command: &str) -> String {
    let role = account.role.as_deref().map(|role| ("--assume-role", role));
    let options: Vec<_> = [("--region", account.region.as_str())].into_iter().chain(role).collect();
    format!("mailtrail {command}{}", option_words(&options))
}

/// The Regions that were given, or that of the AWS profile; at least one.
async fn regions(given: &[String]) -> anyhow::Result<Vec<String>> {
    let given: Vec<String> = given.iter().filter(|region| !region.is_empty()).cloned().collect();
    if !given.is_empty() {
        return Ok(given);
    }
    match aws::config().await.region() {
        Some(region) if !region.as_ref().is_empty() => Ok(vec![region.to_string()]),
        _ => bail!("missing Region: give --region, or set AWS_REGION"),
    }
}

/// Whether a Region is that of `AWS_REGION`.
pub(crate) fn is_from_environment(region: &str) -> bool {
    std::env::vars_os().any(|(name, value)| name == settings::AWS_REGION && value == region)
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
