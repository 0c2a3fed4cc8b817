//! The way of a probe: from a log group through a filter and a function into an archive.

use std::collections::BTreeSet;
use std::str::FromStr;

use anyhow::{Context, bail};
use mailtrail_archive::{ArchiveReader, Location, S3Options};
use mailtrail_aws_client::{Deadline, clients as aws};
use mailtrail_config::settings;
use mailtrail_doctor::{Facts, Filter, Function, LogGroup, Part};
use mailtrail_policy_survey::Account;

use super::super::read::reader::Reader;

/// The log groups for probes that stacks create begin with this.
const GROUP_PREFIX: &str = "/mailtrail-probe/";

/// The way of a probe.
#[derive(Debug)]
pub(super) struct Route {
    /// The name of the subscription filter.
    pub(super) filter: String,
    /// The name of the function.
    pub(super) function: String,
    /// The log group of the function itself.
    pub(super) function_log_group: String,
    /// The other filters of the log group, which send the probe elsewhere.
    pub(super) others: Vec<String>,
    pub(super) archive: ArchiveReader,
}

/// The log group for probes that the stack in this account and Region created.
pub(super) async fn group_of_the_stack(account: &Account) -> anyhow::Result<String> {
    let listed = account.calls.run("DescribeLogGroups", Deadline::NEVER, || {
        account.logs.describe_log_groups().log_group_name_prefix(GROUP_PREFIX).send()
    });
    let listed = listed.await.context("failed to list the log groups for probes")?;
    let names = listed.log_groups().iter().filter_map(|group| group.log_group_name());
    // An endpoint that ignores the prefix lists every log group.
    let names: Vec<&str> = names.filter(|name| name.starts_with(GROUP_PREFIX)).collect();
    match names.as_slice() {
        [name] => Ok((*name).to_owned()),
        [] => bail!(
            "no log group for probes ({GROUP_PREFIX}…) in account {}, Region {}: deploy the stack in infra/, or name a log \
             group with a subscription: --through GROUP",
            account.id,
            account.region
        ),
        several => bail!("several log groups for probes: {}; name one: --through GROUP", several.join(", ")),
    }
}

impl Route {
    /// The first filter of a log group that sends every event to a function with an archive in S3.
    ///
    /// # Errors
    /// When there is none; where a check tells more, with the command `next`.
    pub(super) async fn find(account: &Account, log_group: &str, next: &str) -> anyhow::Result<Self> {
        let reader = Reader { account, deadline: Deadline::NEVER };
        let read = reader.filters(log_group).await;
        let filters = read.with_context(|| format!("failed to read the filters of `{log_group}`"))?;
        let filters = Part::Seen { at: 0, value: filters };
        let group = LogGroup { name: log_group.to_owned(), filters, ..LogGroup::default() };
        let mut facts = Facts { log_groups: vec![group], ..Facts::default() };
        reader.stream_readers(&mut facts).await;
        for name in reader.function_names(&facts).into_keys() {
            facts.functions.push(reader.function(&name, BTreeSet::new()).await);
        }
        let filters = facts.log_groups[0].filters.seen().map_or(&[][..], Vec::as_slice);
        for filter in filters {
            let Some(function) = facts.receiver(&filter.destination_arn) else { continue };
            if !filter.pattern.trim().is_empty() {
                bail!(
                    "the filter `{}` of `{log_group}` has a pattern, which the probe does not match; see: {next}",
                    filter.name
                );
            }
            return Ok(Self {
                filter: filter.name.clone(),
                function: function.name.clone(),
                function_log_group: log_group_of(function),
                others: filters.iter().filter(|it| it.name != filter.name).map(describe).collect(),
                archive: archive(account, function)?,
            });
        }
        let unknown = filters.iter().find_map(|filter| facts.unknown_receiver(&filter.destination_arn));
        if let Some(reason) = unknown {
            bail!("failed to find the function that `{log_group}` is sent to: {reason}")
        }
        bail!("no subscription filter of `{log_group}` sends to a function of mailtrail; see: {next}")
    }
}

fn describe(filter: &Filter) -> String {
    format!("{} (to {})", filter.name, filter.destination_arn)
}

fn log_group_of(function: &Function) -> String {
    let settings = function.settings.seen().and_then(Option::as_ref);
    settings.map(|settings| settings.log_group.clone()).unwrap_or_default()
}

fn archive(account: &Account, function: &Function) -> anyhow::Result<ArchiveReader> {
    let url = function.variable(settings::ARCHIVE.name).unwrap_or_default();
    let Ok(Location::S3 { bucket, prefix }) = Location::from_str(url) else {
        bail!("the archive `{url}` of the function {} is not in S3", function.name)
    };
    let expected_owner = function.variable(settings::ARCHIVE_OWNER.name).map(str::to_owned);
    let options = S3Options { expected_owner, kms_key: None };
    Ok(ArchiveReader::s3(aws::s3(&account.config), &bucket, &prefix, options))
}
