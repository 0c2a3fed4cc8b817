//! Which log groups are read, and which are mailtrail's own.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, anyhow, bail};
use aws_sdk_lambda::Client as Lambda;
use mailtrail_aws_client::Deadline;
use mailtrail_aws_types::Arn;
use mailtrail_config::settings;
use mailtrail_policy_survey::{Account, CallError, PAGE};
use mailtrail_pull::{LogGroup, Refusal};

use super::args::{BackfillArgs, Named};
use crate::args::command_in;
use crate::output::{self, plain};
use crate::workmail::organizations;

/// The log groups of Lambda functions that have none of their own choice.
const OF_FUNCTIONS: &str = "/aws/lambda/";

/// What is known of the log groups that a backfill is asked for.
#[derive(Debug, Default)]
pub(crate) struct Groups {
    /// Those to read, by name.
    pub(crate) wanted: BTreeMap<String, LogGroup>,
    /// Those that mailtrail itself writes to.
    pub(super) own: BTreeSet<String>,
    /// Log group → organization, of those that an organization logs to.
    pub(super) organizations: Vec<String>,
}

/// A log group that audit logs of an organization are delivered to.
pub(crate) struct AuditLog {
    /// `AUTHENTICATION_LOGS`
    pub(crate) log_type: Option<String>,
    pub(crate) log_group: String,
}

/// Finds the log groups, and refuses what cannot be read.
pub(super) async fn find(account: &Account, args: &BackfillArgs, own: &[String]) -> anyhow::Result<Groups> {
    let own = own.iter().cloned().collect();
    let mut groups = Groups { own, organizations: args.organizations.clone(), ..Groups::default() };
    groups.add_named(account, &args.log_groups).await?;
    if let Some(name) = &args.organization {
        groups.add_organization(account, name).await?;
    }
    let mut functions = Functions::of(account);
    if args.subscribed && groups.add_subscribed(account, &mut functions).await?.whole()? == 0 {
        bail!(
            "no log group in account {}, Region {} has a subscription filter to a function of mailtrail; see: {}",
            account.id,
            account.region,
            command_in(account, "doctor")
        );
    }
    let names: Vec<String> = groups.wanted.keys().cloned().collect();
    for name in names {
        groups.own.extend(functions.own_groups(&name).await);
    }
    let own: Vec<String> = groups.own.iter().cloned().collect();
    if args.subscribed {
        // They are none that anybody asked for by name.
        let is_named = |name: &String| args.log_groups.iter().any(|named| named.name == *name);
        groups.wanted.retain(|name, _| is_named(name) || !own.contains(name));
    }
    groups.wanted.values().try_for_each(|group| group.check(&own))?;
    Ok(groups)
}

impl Groups {
    /// Adds log groups by name or ARN. They are in this account and Region.
    pub(crate) async fn add_named(&mut self, account: &Account, named: &[Named]) -> anyhow::Result<()> {
        for Named { name, place } in named {
            if let Some((id, region)) =
                place.as_ref().filter(|(id, region)| *id != account.id || *region != account.region)
            {
                bail!(
                    "the log group `{name}` is in account {id}, Region {region}, and the credentials are for account {}, Region {}; \
                     choose them with --region and --assume-role",
                    account.id,
                    account.region
                );
            }
            self.add(account, name).await?;
        }
        Ok(())
    }

    /// Adds the log groups of a WorkMail organization, by id or alias.
    pub(crate) async fn add_organization(&mut self, account: &Account, name: &str) -> anyhow::Result<()> {
        for name in of_organization(account, name, &mut self.organizations).await? {
            self.add(account, &name).await?;
        }
        Ok(())
    }

    async fn add(&mut self, account: &Account, name: &str) -> anyhow::Result<()> {
        let found = account.log_group(name, Deadline::NEVER).await.with_context(|| {
            format!(
                "failed to read the log group `{name}` in account {}, Region {}",
                account.id, account.region
            )
        })?;
        let missing = || Refusal::Missing {
            name: name.to_owned(),
            account: account.id.clone(),
            region: account.region.clone(),
        };
        let group = LogGroup::described(&found.ok_or_else(missing)?, &account.id, &account.region);
        self.wanted.insert(name.to_owned(), group);
        Ok(())
    }

    /// Adds the log groups with a subscription filter to a function of mailtrail. Of the others it may be that they have one.
    pub(crate) async fn add_subscribed(
        &mut self,
        account: &Account,
        functions: &mut Functions<'_>,
    ) -> anyhow::Result<Subscribed> {
        let ask = |token| account.logs.describe_log_groups().limit(PAGE).set_next_token(token).send();
        let listed = account.calls.all("DescribeLogGroups", Deadline::NEVER, ask, |answer| {
            (answer.log_groups.unwrap_or_default(), answer.next_token)
        });
        let listed = listed.await.context("failed to list the log groups")?;
        let mut subscribed = Subscribed::default();
        for group in &listed {
            let group = LogGroup::described(group, &account.id, &account.region);
            match functions.of_filters(&group.name).await {
                Ok(filtered) if !filtered.is_empty() && group.check(&[]).is_ok() => {
                    subscribed.added += usize::from(self.wanted.insert(group.name.clone(), group).is_none());
                }
                Ok(_) => {}
                Err(error) => subscribed.unread.push((group.name, error)),
            }
        }
        Ok(subscribed)
    }
}

/// What was found of log groups with a subscription filter to a function of mailtrail.
#[derive(Debug, Default)]
pub(crate) struct Subscribed {
    /// How many were added.
    pub(crate) added: usize,
    /// The log groups of which it could not be read, and why.
    pub(crate) unread: Vec<(String, CallError)>,
}

impl Subscribed {
    /// How many were added, where all could be read.
    fn whole(self) -> anyhow::Result<usize> {
        match self.unread.into_iter().next() {
            Some((name, error)) => {
                Err(anyhow::Error::new(error).context(format!("failed to read the filters of `{name}`")))
            }
            None => Ok(self.added),
        }
    }
}

/// The log groups that an organization logs to; those of email events with the organization, as `GROUP=m-…`.
async fn of_organization(
    account: &Account,
    name: &str,
    entries: &mut Vec<String>,
) -> anyhow::Result<BTreeSet<String>> {
    let client = aws_sdk_workmail::Client::new(&account.config);
    let organization = organizations::find(account, &client, name).await?;
    let read = organizations::email_events(account, &client, &organization.id, Deadline::NEVER).await;
    let email_events = read.with_context(|| format!("failed to read the email event logging of `{name}`"))?;
    let of_email = email_events.and_then(|events| group_of(&events.log_group_arn));
    entries.extend(of_email.iter().map(|group| format!("{group}={}", organization.id)));
    let mut groups: BTreeSet<String> = of_email.into_iter().collect();
    let of_audit = audit_logs(account, &organization.id).await;
    let of_audit = of_audit.with_context(|| format!("failed to read the log deliveries of `{name}`"))?;
    groups.extend(of_audit.into_iter().map(|log| log.log_group));
    if groups.is_empty() {
        return Err(anyhow!(
            "the WorkMail organization `{name}` logs to no log group; see: {}",
            command_in(account, "workmail status")
        ));
    }
    Ok(groups)
}

/// The log groups that the audit logs of an organization are delivered to.
pub(crate) async fn audit_logs(account: &Account, organization: &str) -> Result<Vec<AuditLog>, CallError> {
    let of_it = format!(":organization/{organization}");
    let sources = account.delivery_sources(Deadline::NEVER).await?;
    let is_its = |arns: &[String]| arns.iter().any(|arn| arn.ends_with(&of_it));
    let sources: BTreeMap<String, Option<String>> = (sources.into_iter())
        .filter(|source| is_its(&source.resource_arns))
        .map(|source| (source.name, source.log_type))
        .collect();
    if sources.is_empty() {
        return Ok(Vec::new());
    }
    let destinations = account.delivery_destinations(Deadline::NEVER).await?;
    let deliveries = account.deliveries(Deadline::NEVER).await?;
    let targets = deliveries.into_iter().filter_map(|delivery| {
        let log_type = sources.get(&delivery.delivery_source_name)?.clone();
        let destination = destinations.iter().find(|it| it.arn == delivery.delivery_destination_arn)?;
        let arn = &destination.delivery_destination_configuration.destination_resource_arn;
        Some(AuditLog { log_type, log_group: group_of(arn)? })
    });
    Ok(targets.collect())
}

pub(crate) fn group_of(arn: &str) -> Option<String> {
    Arn::parse(arn).ok()?.log_group_name().map(str::to_owned)
}

/// Functions of the account, each read once.
pub(crate) struct Functions<'a> {
    account: &'a Account,
    client: Lambda,
    /// Name → the log groups that it calls its own; `None` for what is no function of mailtrail.
    known: BTreeMap<String, Option<BTreeSet<String>>>,
    was_denied: bool,
}

impl<'a> Functions<'a> {
    pub(crate) fn of(account: &'a Account) -> Self {
        let client = Lambda::new(&account.config);
        Self { account, client, known: BTreeMap::new(), was_denied: false }
    }

    /// mailtrail's own log groups, as far as a log group leads to them: through the function that it is named after, and
    /// those that its filters send to. What cannot be read is told once, and refused by nothing but its name.
    pub(crate) async fn own_groups(&mut self, log_group: &str) -> BTreeSet<String> {
        let named = log_group.strip_prefix(OF_FUNCTIONS).map(str::to_owned);
        let filtered = match self.of_filters(log_group).await {
            Ok(filtered) => filtered,
            Err(error) => {
                self.note(&error);
                BTreeSet::new()
            }
        };
        let mut own = BTreeSet::new();
        for name in filtered.into_iter().chain(named) {
            match self.own_of(&name).await {
                Ok(groups) => own.extend(groups.into_iter().flatten()),
                Err(error) => self.note(&error),
            }
        }
        own
    }

    /// The functions of mailtrail that the filters of a log group send to.
    async fn of_filters(&mut self, log_group: &str) -> Result<BTreeSet<String>, CallError> {
        let logs = &self.account.logs;
        let ask = |token| {
            let call = logs.describe_subscription_filters().log_group_name(log_group).limit(PAGE);
            call.set_next_token(token).send()
        };
        let calls = &self.account.calls;
        let filters = calls.all("DescribeSubscriptionFilters", Deadline::NEVER, ask, |answer| {
            (answer.subscription_filters.unwrap_or_default(), answer.next_token)
        });
        let mut names = BTreeSet::new();
        for filter in filters.await? {
            let arn = filter.destination_arn().and_then(|arn| Arn::parse(arn).ok());
            let Some((name, _)) = arn.and_then(|arn| arn.function_name()) else { continue };
            if self.own_of(name).await?.is_some() {
                names.insert(name.to_owned());
            }
        }
        Ok(names)
    }

    /// The log groups that a function calls its own; nothing where it is none of mailtrail, or not there.
    async fn own_of(&mut self, name: &str) -> Result<Option<BTreeSet<String>>, CallError> {
        if let Some(known) = self.known.get(name) {
            return Ok(known.clone());
        }
        let read = self.account.calls.run("GetFunctionConfiguration", Deadline::NEVER, || {
            self.client.get_function_configuration().function_name(name).send()
        });
        let found = match read.await {
            Ok(function) => {
                let variables = function.environment().and_then(|it| it.variables());
                let value = |name: &str| variables.and_then(|variables| variables.get(name));
                value(settings::ARCHIVE.name).map(|_| {
                    let listed = value(settings::OWN_LOG_GROUPS.name).map(String::as_str).unwrap_or_default();
                    let listed = listed.split(',').map(str::trim).filter(|name| !name.is_empty());
                    let log_group = function.logging_config().and_then(|it| it.log_group());
                    let its = log_group.map_or_else(|| format!("{OF_FUNCTIONS}{name}"), str::to_owned);
                    listed.map(str::to_owned).chain([its]).collect()
                })
            }
            Err(error) if error.is_missing() => None,
            Err(error) => return Err(error),
        };
        self.known.insert(name.to_owned(), found.clone());
        Ok(found)
    }

    fn note(&mut self, error: &CallError) {
        if !std::mem::replace(&mut self.was_denied, true) {
            output::note(&plain(&format!("failed to check for log groups of mailtrail itself: {error}")));
        }
    }
}
