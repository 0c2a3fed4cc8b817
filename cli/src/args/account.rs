//! The account and the Region that a command works in.

use anyhow::bail;
use clap::Args;
use mailtrail_aws_client::{Deadline, clients as aws};
use mailtrail_aws_types::{AccountId, InvalidIdentifier};
use mailtrail_config::settings;
use mailtrail_policy_survey::Account;

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
