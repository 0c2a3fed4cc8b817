//! What is known of an account: from AWS, or from a file.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use indicatif::{ProgressBar, ProgressFinish};
use mailtrail_aws_client::Deadline;
use mailtrail_plain_text::shell_word;
use mailtrail_policy_apply::option_words;
use mailtrail_policy_survey::{Account, Budget, Survey};
use mailtrail_resource_policy::inventory::Inventory;
use mailtrail_resource_policy::v1;

use crate::args::AccountArgs;
use crate::file;

/// Whose policies.
#[derive(Debug, Args)]
#[command(next_help_heading = "Whose policies")]
pub(super) struct SurveyArgs {
    #[command(flatten)]
    account: AccountArgs,
    /// How many log groups to ask for a policy of their own, besides those that matter most
    #[arg(long, value_name = "N", default_value_t = Budget::default().log_group_policies)]
    log_group_policies: usize,
    /// Do not ask services with V1 log delivery (Step Functions, API Gateway): a call for each state machine and API
    #[arg(long)]
    no_v1_services: bool,
}

/// Where an inventory comes from.
#[derive(Debug, Args)]
pub(super) struct Source {
    /// A file instead of AWS: a snapshot, or what `aws logs describe-resource-policies` printed; - for standard input
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    #[command(flatten)]
    survey: SurveyArgs,
}

impl Source {
    /// The options that say which account and Region: names and values.
    pub(super) fn account(&self) -> Vec<(&'static str, &str)> {
        self.survey.account()
    }

    /// The file and the options that say the same, as they stand in a command.
    pub(super) fn words(&self) -> String {
        let file = self.file.as_deref().map(|path| format!(" {}", shell_word(&path.to_string_lossy())));
        file.unwrap_or_default() + &self.survey.words()
    }

    pub(super) async fn inventory(&self) -> anyhow::Result<Inventory> {
        match &self.file {
            Some(path) => {
                let text = file::read(path)?;
                Inventory::from_json(&text).with_context(|| path.display().to_string())
            }
            None => self.survey.survey().await,
        }
    }
}

impl SurveyArgs {
    /// The options that say which account and Region: names and values.
    pub(super) fn account(&self) -> Vec<(&'static str, &str)> {
        self.account.options()
    }

    /// All options that say the same, as they stand in a command.
    fn words(&self) -> String {
        let mut words = option_words(&self.account());
        if self.log_group_policies != Budget::default().log_group_policies {
            words += &option_words(&[("--log-group-policies", &self.log_group_policies.to_string())]);
        }
        words + if self.no_v1_services { " --no-v1-services" } else { "" }
    }

    /// The account, ready to be asked.
    pub(super) async fn open(&self) -> anyhow::Result<Account> {
        self.account.open().await
    }

    /// Reads the account.
    pub(super) async fn survey(&self) -> anyhow::Result<Inventory> {
        let account = self.open().await?;
        let spinner = ProgressBar::new_spinner()
            .with_message(format!("reading account {} in {}", account.id, account.region))
            .with_finish(ProgressFinish::AndClear);
        if !spinner.is_hidden() {
            spinner.enable_steady_tick(Duration::from_millis(120));
        }
        let budget = Budget { log_group_policies: self.log_group_policies, cursor: None };
        let survey = Survey::new(&account, Deadline::NEVER).with_v1_services(!self.no_v1_services);
        let surveyed = survey.take(&budget).await;
        spinner.finish_and_clear();
        Ok(surveyed.inventory)
    }
}

/// The services with V1 log delivery that did not say where they deliver to, and why. Few people may ask them all,
/// and a policy can be judged without.
pub(super) fn silent_services(inventory: &Inventory) -> Vec<String> {
    let services = v1::not_seen(inventory);
    services.filter_map(|(service, reason)| Some(format!("{}: {}", service.title, reason?))).collect()
}

/// The parts that were not read though they were asked for, and why.
pub(super) fn unseen(inventory: &Inventory) -> Vec<String> {
    let parts = [
        ("policies of the account", inventory.account_policies.reason()),
        ("log groups", inventory.log_groups.reason()),
        ("delivery sources", inventory.delivery_sources.reason()),
        ("delivery destinations", inventory.delivery_destinations.reason()),
        ("deliveries", inventory.deliveries.reason()),
    ];
    parts.into_iter().filter_map(|(part, reason)| Some(format!("{part}: {}", reason?))).collect()
}
