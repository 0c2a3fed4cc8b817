//! Which account and Region a command is about.

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
    /// A role in another account, to look at that one
    #[arg(long, value_name = "ARN")]
    role: Option<String>,
}

impl AccountArgs {
    /// The account, ready to be asked.
    pub(crate) async fn open(&self) -> anyhow::Result<Account> {
        let config = aws::config().await;
        let region = self.region.clone().or_else(|| config.region().map(ToString::to_string));
        let region = region.filter(|region| !region.is_empty());
        let Some(region) = region else { bail!("no Region is named: give --region, or set AWS_REGION") };
        Ok(Account::open(&config, &region, self.role.as_deref(), Deadline::NEVER).await?)
    }
}

/// The text of an account id, checked.
pub(crate) fn account_id(text: &str) -> Result<String, InvalidIdentifier> {
    text.parse::<AccountId>().map(String::from)
}
