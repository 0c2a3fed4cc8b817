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
                let Ok(elements) = statement.elements() else { continue };
                if let PrincipalMatch::Only(principals) | PrincipalMatch::AllBut(principals) =
                    &elements.principal
                {
                    services.extend(principals.iter().filter_map(service));
                }
                let (ElementMatch::Only(named) | ElementMatch::AllBut(named)) = &elements.action;
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

/// On behalf of a delivery of this account, of one of another account, of none; and nothing known of it.
fn contexts(region: &str, account: &str) -> Vec<Context> {
    let of = |account: &str| {
        let source =
            format!("arn:{}:logs:{region}:{account}:delivery-source:mailtrail", arn::partition(region));
        Context::source(&source, account)
    };
    let without_source = Context::new().without(SOURCE_ARN).without(SOURCE_ACCOUNT);
    vec![of(account), of(FOREIGN_ACCOUNT), without_source, Context::new()]
}

fn service(principal: &Principal) -> Option<String> {
    match principal {
        Principal::Service(name) if name != "*" => Some(name.clone()),
        _ => None,
    }
}

/// Something that a pattern matches.
fn instance(pattern: &str) -> String {
    pattern.replace('*', "any-mailtrail").replace('?', "x")
}

/// A log stream in a log group.
pub(crate) fn stream_in(group_arn: &str) -> String {
    format!("{group_arn}:log-stream:mailtrail")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::{LogGroup, Part};
    use crate::scope::PolicyScope;

    fn set(name: &str) -> PolicySet {
        let text = format!(
            r#"{{"Statement":{{"Effect":"Allow","Principal":{{"Service":["{name}.amazonaws.com","*"]}},
                "Action":["logs:Put{name}","logs:*"],
                "Resource":"arn:aws:logs:us-east-1:111122223333:log-group:/{name}:*"}}}}"#
        );
        let mut set = PolicySet::default();
        set.put(&PolicyScope::Account(name.to_owned()), Some(&text));
        set
    }

    fn probes(log_groups: Part<Vec<LogGroup>>) -> ProbeSet {
        let inventory = Inventory {
            account: Some("111122223333".to_owned()),
            region: Some("us-east-1".to_owned()),
            account_policies: Part::Seen { at: 0, value: Vec::new() },
            log_groups,
            ..Inventory::default()
        };
        ProbeSet::new(&set("before"), &set("after"), &set("granted"), &inventory)
    }

    fn existing(names: &[&str]) -> Part<Vec<LogGroup>> {
        let group = |name: &&str| LogGroup { name: (*name).to_owned(), ..LogGroup::default() };
        Part::Seen { at: 0, value: names.iter().map(group).collect() }
    }

    #[test]
    fn everything_that_a_policy_names_is_probed_and_a_service_that_none_names() {
        let probes = probes(existing(&[]));
        let services = ["after", "before", "delivery.logs", "granted", "stranger"];
        assert!(probes.services.iter().eq(&services.map(|name| format!("{name}.amazonaws.com"))));
        let actions = ["CreateLogStream", "PutLogEvents", "Putafter", "Putbefore", "Putgranted"];
        assert!(probes.actions.iter().eq(&actions.map(|name| format!("logs:{name}"))));
    }

    #[test]
    fn a_log_group_is_gone_only_where_the_groups_were_listed() {
        let gone = |probes: ProbeSet| -> Vec<(String, bool)> {
            let name = |arn: &str| arn.rsplit_once('/').unwrap().1.to_owned();
            probes.log_groups.iter().map(|group| (name(&group.arn), group.gone)).collect()
        };
        let expected = |flags: &[(&str, bool)]| -> Vec<(String, bool)> {
            flags.iter().map(|(name, gone)| ((*name).to_owned(), *gone)).collect()
        };
        assert_eq!(
            gone(probes(existing(&["/after", "/unnamed"]))),
            expected(&[("after", false), ("before", true), ("granted", true), ("unnamed", false)])
        );
        let unseen = Part::NotSeen { reason: "access denied".to_owned() };
        assert_eq!(
            gone(probes(unseen)),
            expected(&[("after", false), ("before", false), ("granted", false)])
        );
    }

    #[test]
    fn each_question_is_asked_for_this_account_another_one_none_and_an_unknown_one() {
        let probes = probes(existing(&[]));
        let of = |account: &str| {
            Context::source(&format!("arn:aws:logs:us-east-1:{account}:delivery-source:mailtrail"), account)
        };
        let none = Context::new().without(SOURCE_ARN).without(SOURCE_ACCOUNT);
        let expected = [of("111122223333"), of("000000000000"), none, Context::new()];
        let asked: Vec<&Context> = probes.questions().take(4).map(|(_, _, context)| context).collect();
        assert!(asked.into_iter().eq(&expected));
        assert_eq!(probes.questions().count(), 5 * 5 * 4);
    }
}
