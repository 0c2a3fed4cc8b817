//! Reads an account into [`Facts`]. Makes read-only calls; a part that cannot be read holds the call that failed.
//!
//! Each resource leads to the next: organizations to log groups, log groups through their subscription filters to
//! functions, and functions through their settings to archives and streams. No list of all resources is read.

mod archives;
mod functions;
mod logs;
pub(super) mod reader;
mod roles;
mod storage;
mod streams;
mod topics;
mod workmail;

use std::collections::BTreeSet;

use mailtrail_aws_client::Deadline;
use mailtrail_clock::now;
use mailtrail_doctor::{Facts, SERVICE_LINKED_ROLES, role_name};
use mailtrail_policy_survey::{Account, Budget, Survey};

use super::args::ScopeArgs;
use reader::Reader;

/// Reads everything that follows from the organizations, and what the command line names.
pub(super) async fn facts(account: &Account, scope: &ScopeArgs) -> Facts {
    let reader = Reader { account, deadline: Deadline::NEVER };
    let mut facts = Facts {
        account: account.id.clone(),
        region: account.region.clone(),
        at: now().millis(),
        named_groups: scope.log_groups.iter().cloned().collect(),
        named_functions: scope.functions.iter().cloned().collect(),
        organizations: reader.organizations(&scope.organizations).await,
        ..Facts::default()
    };
    // The survey reads the policies of log groups that deliveries write to, or that a policy names.
    let budget = Budget { log_group_policies: 0, cursor: None };
    facts.inventory = Survey::new(account, reader.deadline).take(&budget).await.inventory;
    facts.templates = reader.templates().await;
    facts.account_filters = reader.account_filters().await;
    facts.account_masking = reader.account_masking().await;
    for name in facts.wanted_groups().into_iter().chain(stack_groups(&facts)) {
        facts.log_groups.push(reader.log_group(&name, facts.at).await);
    }
    reader.stream_readers(&mut facts).await;
    for (name, qualifiers) in reader.function_names(&facts) {
        facts.functions.push(reader.function(&name, qualifiers).await);
    }
    for name in unread_own_groups(&facts) {
        facts.log_groups.push(reader.log_group(&name, facts.at).await);
    }
    reader.stream_readers(&mut facts).await;
    reader.storage(&mut facts, scope).await;
    for name in streams::names(&facts, &scope.streams) {
        facts.streams.push(reader.stream(&name).await);
    }
    for topic in topics::arns(&facts) {
        facts.topics.push(reader.topic(topic).await);
    }
    if stack_groups(&facts).iter().any(|name| exists(&facts, name)) {
        facts.logging_roles = reader.logging_roles().await;
    }
    for name in role_names(&facts) {
        let role = reader.role(&name).await;
        facts.roles.insert(name, role);
    }
    facts
}

/// The log groups that the stack creates for email events, of organizations whose logging is off.
fn stack_groups(facts: &Facts) -> BTreeSet<String> {
    let organizations = facts.organizations.seen().into_iter().flatten();
    let off = organizations.filter(|it| it.email_events.seen().is_some_and(Option::is_none));
    off.map(|organization| Facts::stack_group(&organization.id)).collect()
}

fn exists(facts: &Facts, group: &str) -> bool {
    let mut groups = facts.log_groups.iter().filter(|it| it.name == group);
    groups.any(|group| group.settings.seen().is_some_and(Option::is_some))
}

/// The log groups of the pipeline itself that were not read before.
fn unread_own_groups(facts: &Facts) -> BTreeSet<String> {
    let is_unread = |name: &String| !facts.log_groups.iter().any(|group| group.name == *name);
    facts.own_log_groups().into_iter().filter(is_unread).collect()
}

/// The roles of this account that WorkMail, functions and Firehose streams assume, and the service-linked role that delivers
/// to Firehose.
fn role_names(facts: &Facts) -> BTreeSet<String> {
    let organizations = facts.organizations.seen().into_iter().flatten();
    let events = organizations.filter_map(|organization| organization.email_events.seen()?.as_ref());
    let of_workmail = events.map(|events| events.role_arn.as_str());
    let functions = facts.functions.iter().filter(|function| facts.is_ours(function));
    let of_functions = functions.filter_map(|it| Some(it.settings.seen()?.as_ref()?.role.as_str()));
    let streams = facts.streams.iter().filter_map(|stream| stream.settings.seen()?.as_ref());
    let of_streams = streams.filter_map(|settings| Some(settings.destination.as_ref()?.role_arn.as_str()));
    let all = of_workmail.chain(of_functions).chain(of_streams);
    let mut names: BTreeSet<String> = all.filter_map(|arn| role_name(arn, &facts.account)).collect();
    names.extend(facts.logging_roles.seen().into_iter().flatten().cloned());
    if !facts.delivery_targets("FH").is_empty() {
        names.insert(SERVICE_LINKED_ROLES[0].to_owned());
    }
    names
}
