//! Which account and Region a command is about.

use anyhow::bail;
use clap::Args;
use mailtrail_aws_client::{Deadline, clients as aws};
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

pub(crate) fn account_id(text: &str) -> Result<String, String> {
    let digits = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { Ok(text.to_owned()) } else { Err("an AWS account has twelve digits".to_owned()) }
}
