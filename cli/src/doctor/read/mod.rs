//! Reads the facts. Nothing here changes anything, and what cannot be read is said with the call that failed.
//!
//! One thing leads to the next: organizations to log groups, these to the functions that they are subscribed to,
//! and those, by their settings, to archives and streams. Nothing is looked for by going through a whole account.

mod archives;
mod functions;
mod logs;
mod roles;
mod storage;
mod streams;
mod workmail;

use std::collections::BTreeSet;
use std::future::Future;

use mailtrail_aws_client::Deadline;
use mailtrail_aws_types::Arn;
use mailtrail_config::settings;
use mailtrail_doctor::{Facts, Function, Part, SERVICE_LINKED_ROLES};
use mailtrail_policy_survey::{Account, Budget, CallError, Survey};

use super::args::WhatArgs;
use mailtrail_clock::now;

/// An account that is read.
pub(super) struct Reader<'a> {
    account: &'a Account,
    deadline: Deadline,
}

impl<'a> Reader<'a> {
    pub(super) fn new(account: &'a Account) -> Self {
        Self { account, deadline: Deadline::NEVER }
    }

    /// Reads everything that follows from the organizations, and what was named.
    pub(super) async fn facts(&self, what: &WhatArgs) -> anyhow::Result<Facts> {
        let mut facts = Facts {
            account: self.account.id.clone(),
            region: self.account.region.clone(),
            at: now().millis(),
            named_groups: what.log_groups.iter().cloned().collect(),
            named_functions: what.functions.iter().cloned().collect(),
            organizations: self.organizations(&what.organizations).await?,
            ..Facts::default()
        };
        // Policies of log groups are read where deliveries write to, and where a policy names them.
        let budget = Budget { log_group_policies: 0, cursor: None };
        facts.inventory = Survey::new(self.account, self.deadline).take(&budget).await.inventory;
        facts.templates = self.templates().await;
        facts.account_filters = self.account_filters().await;
        facts.account_masking = self.account_masking().await;
        for name in facts.wanted_groups() {
            facts.log_groups.push(self.log_group(&name, facts.at).await);
        }
        self.stream_readers(&mut facts).await;
        for (name, qualifiers) in self.function_names(&facts) {
            facts.functions.push(self.function(&name, qualifiers).await);
        }
        for name in own_groups(&facts) {
            facts.log_groups.push(self.log_group(&name, facts.at).await);
        }
        self.stream_readers(&mut facts).await;
        self.storage(&mut facts, what).await;
        for name in streams::names(&facts, &what.streams) {
            facts.streams.push(self.stream(&name).await);
        }
        for name in role_names(&facts) {
            let role = self.role(&name).await;
            facts.roles.insert(name, role);
        }
        Ok(facts)
    }

    /// A part that was read, or the call that failed and what it was about.
    async fn part<T>(
        &self,
        service: &str,
        resource: &str,
        read: impl Future<Output = Result<T, CallError>>,
    ) -> Part<T> {
        let at = now().millis();
        match read.await {
            Ok(value) => Part::Seen { at, value },
            Err(error) => {
                let CallError { operation, failure } = error;
                Part::NotSeen { reason: format!("{service}:{operation} on {resource}: {failure}") }
            }
        }
    }

    /// What a call found; nothing where it says that there is no such thing.
    async fn maybe<T>(
        &self,
        service: &str,
        resource: &str,
        missing: &[&str],
        read: impl Future<Output = Result<T, CallError>>,
    ) -> Part<Option<T>> {
        let found = async {
            match read.await {
                Ok(value) => Ok(Some(value)),
                Err(error) if missing.contains(&error.failure.code.as_str()) => Ok(None),
                Err(error) => Err(error),
            }
        };
        self.part(service, resource, found).await
    }
}

/// The log groups of functions that may be ours, and of their pipeline, that were not looked at before.
fn own_groups(facts: &Facts) -> BTreeSet<String> {
    let may_be_ours = |function: &&Function| {
        facts.named_functions.contains(&function.name) || function.variable(settings::ARCHIVE.name).is_some()
    };
    let groups = facts.functions.iter().filter(may_be_ours).flat_map(Function::own_groups);
    groups.filter(|name| !facts.log_groups.iter().any(|group| group.name == *name)).collect()
}

/// The roles that WorkMail writes with, and the one that delivers to Firehose.
fn role_names(facts: &Facts) -> BTreeSet<String> {
    let organizations = facts.organizations.seen().into_iter().flatten();
    let events = organizations.filter_map(|organization| organization.email_events.seen()?.as_ref());
    let mut names: BTreeSet<String> = events
        .filter_map(|events| Some(Arn::parse(&events.role_arn).ok()?.role_name()?.to_owned()))
        .collect();
    if !facts.delivery_targets("FH").is_empty() {
        names.insert(SERVICE_LINKED_ROLES[0].to_owned());
    }
    names
}
