//! What a proof asks about: every service, action and log group that is known, or that a policy names.

use std::collections::{BTreeMap, BTreeSet};

use mailtrail_aws_types::glob;

use crate::arn::{self, ResourcePattern};
use crate::condition::{Context, SOURCE_ACCOUNT, SOURCE_ARN};
use crate::coverage;
use crate::evaluate::Requester;
use crate::inventory::Inventory;
use crate::limits::{DELIVERY_ACTIONS, LOG_DELIVERY};
use crate::policy_set::{ParsedPolicy, PolicySet};
use crate::statement::{ElementMatch, Principal, PrincipalMatch};

/// A service that no policy names, an account that no policy names.
const STRANGER: &str = "stranger.amazonaws.com";
const FOREIGN_ACCOUNT: &str = "000000000000";

#[derive(Debug)]
pub(crate) struct ProbeSet {
    pub(crate) services: BTreeSet<String>,
    pub(crate) actions: BTreeSet<String>,
    pub(crate) log_groups: Vec<Group>,
    contexts: Vec<Context>,
}

#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) arn: String,
    /// Whether it is certain that it does not exist.
    pub(crate) gone: bool,
}

impl ProbeSet {
    pub(crate) fn new(
        before: &PolicySet,
        after: &PolicySet,
        granted: &PolicySet,
        inventory: &Inventory,
    ) -> Self {
        let known = inventory.known_groups();
        let mut services = BTreeSet::from([LOG_DELIVERY.to_owned(), STRANGER.to_owned()]);
        let mut actions = BTreeSet::from(DELIVERY_ACTIONS.map(str::to_owned));
        let mut groups: BTreeMap<String, bool> = BTreeMap::new();
        let mut accounts = BTreeSet::new();
        for state in [before, after, granted] {
            for statement in state.policies.iter().flat_map(ParsedPolicy::statements) {
                let Ok(meaning) = statement.meaning() else { continue };
                if let PrincipalMatch::Only(principals) | PrincipalMatch::AllBut(principals) =
                    &meaning.principal
                {
                    services.extend(principals.iter().filter_map(service));
                }
                let (ElementMatch::Only(named) | ElementMatch::AllBut(named)) = &meaning.action;
                actions.extend(named.iter().filter(|action| !glob::has_wildcard(action)).cloned());
            }
            let numbered = state.policies.iter().enumerate();
            for entry in numbered.flat_map(|(number, parsed)| coverage::entries_of(number, parsed)) {
                let Some(group) = ResourcePattern::new(entry.resource).log_group() else { continue };
                accounts.insert((group.region.to_owned(), group.account.to_owned()));
                let arn = if group.is_one() { group.arn() } else { instance(&group.arn()) };
                groups.insert(arn, known.is_gone(entry.resource));
            }
        }
        for group in inventory.log_groups.seen().into_iter().flatten() {
            if let Some(arn) = inventory.log_group_arn(&group.name) {
                groups.insert(arn, false);
            }
        }
        let here = inventory.region.clone().zip(inventory.account.clone());
        let here = here.or_else(|| accounts.into_iter().find(|(region, _)| !glob::has_wildcard(region)));
        let (region, account) = here.unwrap_or_default();
        let log_groups = groups.into_iter().map(|(arn, gone)| Group { arn, gone }).collect();
        Self { services, actions, log_groups, contexts: contexts(&region, &account) }
    }

    /// Who asks for what, and on whose behalf.
    pub(crate) fn questions(&self) -> impl Iterator<Item = (Requester<'_>, &str, &Context)> {
        self.services.iter().flat_map(move |service| {
            self.actions.iter().flat_map(move |action| {
                let question = move |context| (Requester::Service(service), action.as_str(), context);
                self.contexts.iter().map(question)
            })
        })
    }
}

/// On behalf of a delivery of this account, of one of another account, of nobody; and nothing known of it.
fn contexts(region: &str, account: &str) -> Vec<Context> {
    let of = |account: &str| {
        let source =
            format!("arn:{}:logs:{region}:{account}:delivery-source:mailtrail", arn::partition(region));
        Context::source(&source, account)
    };
    let of_nobody = Context::new().without(SOURCE_ARN).without(SOURCE_ACCOUNT);
    vec![of(account), of(FOREIGN_ACCOUNT), of_nobody, Context::new()]
}

fn service(principal: &Principal) -> Option<String> {
    match principal {
        Principal::Service(name) if name != "*" => Some(name.clone()),
        _ => None,
    }
}

/// Something that a pattern takes in.
fn instance(pattern: &str) -> String {
    pattern.replace('*', "any-mailtrail").replace('?', "x")
}

/// A log stream in a log group.
pub(crate) fn stream_in(group_arn: &str) -> String {
    format!("{group_arn}:log-stream:mailtrail")
}
