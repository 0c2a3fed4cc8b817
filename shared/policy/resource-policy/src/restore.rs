//! Putting a policy back to what it was before a plan: proved like the plan itself.
//!
//! What it was is known from a journal, which anyone who may write to the archive can edit. So the text counts only as
//! a proposal, and is compared with what is there now. A plan takes nothing from anyone and gives nothing but its
//! grants; so what comes before it must be a state from which the present one follows by such a plan. That leaves
//! exactly these differences: entries of log groups that do not exist, which may come back, and the plan's grants,
//! which may go where no log group needs them.

use std::collections::BTreeSet;

use crate::arn::{self, LogGroupName, ResourcePattern};
use crate::condition::{self, Context};
use crate::coverage::Coverage;
use crate::evaluate::{Decision, Request, Requester};
use crate::grant::Grant;
use crate::inventory::{Inventory, LogGroup, Part};
use crate::limits::LOG_DELIVERY;
use crate::policy_set::PolicySet;
use crate::prove::{self, Proof, Violation};
use crate::scope::PolicyScope;

/// Any delivery source, and any log stream.
const ANY: &str = "any";

/// What a restored policy is held against.
#[derive(Debug, Clone, Copy)]
pub struct Restoring<'a> {
    /// 12 digits.
    pub account: &'a str,
    /// `eu-west-1`
    pub region: &'a str,
    /// The log groups that exist, by name.
    pub log_groups: &'a BTreeSet<String>,
    /// What the plan granted.
    pub grants: &'a [Grant],
    /// The log groups that the run created, by name: nothing was delivered to them.
    pub created: &'a BTreeSet<String>,
}

/// The log groups, by name, whose own policies have a say in whether a policy may be put back: those that entries name
/// one by one which are allowed before or after it only.
pub fn depends_on(now: &PolicySet, scope: &PolicyScope, text: Option<&str>) -> BTreeSet<String> {
    let mut restored = now.clone();
    restored.put(scope, text);
    let (now, restored) = (Coverage::new(now), Coverage::new(&restored));
    let gained = restored.entries.iter().filter(|entry| !now.covers(entry));
    let lost = now.entries.iter().filter(|entry| !restored.covers(entry));
    let groups = gained.chain(lost).filter_map(|entry| ResourcePattern::new(entry.resource).log_group());
    groups.filter(LogGroupName::is_one).map(|group| group.name.to_owned()).collect()
}

impl Restoring<'_> {
    /// Proves that a policy may be put back, or taken away where there was none. Returns the policies as they are then.
    ///
    /// # Errors
    /// With what would be allowed that is not allowed now, or would be lost.
    pub fn prove(
        &self,
        now: &PolicySet,
        scope: &PolicyScope,
        text: Option<&str>,
    ) -> Result<(PolicySet, Proof), Violation> {
        let mut restored = now.clone();
        restored.put(scope, text);
        let inventory = self.inventory();
        // As though the plan led from what is restored to what is there: what it would take away, restoring gives.
        prove::untouched(&restored, now)?;
        let proved = prove::prove_access(&restored, now, &inventory, self.grants);
        let proof = proved.map_err(|violation| match violation {
            Violation::Lost(what) => Violation::Unlisted(what),
            Violation::Unlisted(what) => Violation::Lost(what),
            other => other,
        })?;
        self.known_frames(now, &restored)?;
        self.needed_grants(now, &restored)?;
        Ok((restored, proof))
    }

    fn inventory(&self) -> Inventory {
        let group = |name: &String| LogGroup { name: name.clone(), ..LogGroup::default() };
        Inventory {
            account: Some(self.account.to_owned()),
            region: Some(self.region.to_owned()),
            account_policies: Part::Seen { at: 0, value: Vec::new() },
            log_groups: Part::Seen { at: 0, value: self.log_groups.iter().map(group).collect() },
            ..Inventory::default()
        }
    }

    /// An entry of a log group that does not exist comes back only with a principal, actions and conditions that other
    /// entries have now, or on behalf of this account only: the log group may be created one day.
    fn known_frames(&self, now: &PolicySet, restored: &PolicySet) -> Result<(), Violation> {
        let (now, restored) = (Coverage::new(now), Coverage::new(restored));
        let own = condition::of_own_account(arn::partition(self.region), self.region, self.account);
        for entry in restored.entries.iter().filter(|entry| !now.covers(entry)) {
            let is_known = now.entries.iter().any(|other| {
                (&other.elements.principal, &other.elements.action, &other.elements.condition)
                    == (&entry.elements.principal, &entry.elements.action, &entry.elements.condition)
            });
            if !is_known && !condition::implies(&entry.elements.condition, &own) {
                return Err(Violation::Unlisted(entry.to_string()));
            }
        }
        Ok(())
    }

    /// A grant goes only where every log group that exists keeps what it has by it.
    fn needed_grants(&self, now: &PolicySet, restored: &PolicySet) -> Result<(), Violation> {
        let partition = arn::partition(self.region);
        let source = format!("arn:{partition}:logs:{}:{}:delivery-source:{ANY}", self.region, self.account);
        let context = Context::source(&source, self.account);
        let (now, restored) = (now.compile(), restored.compile());
        for name in self.log_groups.difference(self.created) {
            let group = arn::arn(partition, self.region, self.account, name);
            let resource = format!("{group}:log-stream:{ANY}");
            let granting = self.grants.iter().filter(|grant| {
                ResourcePattern::new(&grant.resource).covers(&ResourcePattern::new(&resource))
            });
            for action in granting.flat_map(|grant| &grant.actions) {
                let request =
                    Request { requester: Requester::Service(LOG_DELIVERY), action, resource: &resource };
                if now.decide(&request, &context) == Decision::Allowed
                    && restored.decide(&request, &context) != Decision::Allowed
                {
                    return Err(Violation::Lost(format!("{action} on {resource}")));
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grant::SID;
    use crate::inventory::ResourcePolicy;
    use crate::policy_set::ParsedPolicy;

    const ACCOUNT: &str = "111122223333";
    const REGION: &str = "eu-west-1";

    fn resource(group: &str) -> String {
        format!("arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{group}:log-stream:*")
    }

    fn document(groups: &[&str]) -> String {
        let grants = groups.iter().map(|group| grant(group).statement());
        crate::document::Document::of(grants.collect()).to_json()
    }

    fn grant(group: &str) -> Grant {
        Grant::to_log_delivery("aws", REGION, ACCOUNT, resource(group))
    }

    fn now(text: &str) -> PolicySet {
        let policy = ResourcePolicy {
            policy_name: Some("mail".to_owned()),
            document: text.to_owned(),
            ..ResourcePolicy::default()
        };
        PolicySet { policies: vec![ParsedPolicy::new(&policy)] }
    }

    fn restore(from: &str, to: Option<&str>, groups: &[&str], grants: &[Grant]) -> Result<Proof, Violation> {
        let log_groups = groups.iter().map(|group| (*group).to_owned()).collect();
        let restoring = Restoring {
            account: ACCOUNT,
            region: REGION,
            log_groups: &log_groups,
            grants,
            created: &BTreeSet::new(),
        };
        let scope = PolicyScope::Account("mail".to_owned());
        restoring.prove(&now(from), &scope, to).map(|(_, proof)| proof)
    }

    #[test]
    fn entries_that_log_delivery_wrote_for_log_groups_that_do_not_exist_come_back() {
        let (before, after) = (document(&["live", "dead"]), document(&["live"]));
        let [before_of_aws, after_of_aws] =
            [&before, &after].map(|text| text.replace(SID, "AWSLogDeliveryWrite1"));
        assert!(restore(&after_of_aws, Some(&before_of_aws), &["live"], &[]).is_ok());
        // No plan removes what others wrote, so nothing says that one did.
        assert!(restore(&after, Some(&before), &["live"], &[]).is_err());
    }

    #[test]
    fn a_merge_of_policies_is_undone_write_by_write() {
        let deny = r#"{"Effect":"Deny","Principal":"*","Action":"logs:*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}"#;
        let with_deny = |document: &str| format!("{},{deny}]}}", document.strip_suffix("]}").unwrap());
        let (one, other) = (document(&["a"]), with_deny(&document(&["b"])));
        let merged = with_deny(&document(&["a", "b"]));
        let groups = ["a", "b"].map(str::to_owned).into();
        let restoring = Restoring {
            account: ACCOUNT,
            region: REGION,
            log_groups: &groups,
            grants: &[],
            created: &BTreeSet::new(),
        };
        let gone = PolicyScope::Account("gone".to_owned());
        let (between, _) = restoring.prove(&now(&merged), &gone, Some(&other)).unwrap();
        let grown = PolicyScope::Account("mail".to_owned());
        let (before, _) = restoring.prove(&between, &grown, Some(&one)).unwrap();
        let texts: Vec<&str> = before.policies.iter().map(|policy| policy.text.as_str()).collect();
        assert_eq!(texts, [one.as_str(), other.as_str()]);
        let lost = restoring.prove(&now(&merged), &grown, Some(&one));
        assert!(lost.is_err(), "the other policy has to be there first");
    }

    #[test]
    fn nothing_is_restored_that_gives_more_than_there_is() {
        let after = document(&["live"]);
        let existing = restore(&after, Some(&document(&["live", "other"])), &["live", "other"], &[]);
        assert!(matches!(existing, Err(Violation::Unlisted(_))), "{existing:?}");
        let anyone = document(&["live"]).replace(r#"{"Service":"delivery.logs.amazonaws.com"}"#, r#""*""#);
        assert!(restore(&after, Some(&anyone), &["live"], &[]).is_err());
        let wide = document(&["live", "*"]);
        assert!(restore(&after, Some(&wide), &["live"], &[]).is_err());
        // A log group that does not exist yet, for a service on behalf of anyone.
        let open = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"es.amazonaws.com"},"Action":"logs:PutLogEvents","Resource":"RESOURCE"}]}"#;
        let open = open.replace("RESOURCE", &resource("later"));
        assert!(matches!(restore(&document(&[]), Some(&open), &[], &[]), Err(Violation::Unlisted(_))));
    }

    #[test]
    fn nothing_is_restored_that_takes_away() {
        let after = document(&["live"]);
        for less in [Some(document(&[])), None] {
            let lost = restore(&after, less.as_deref(), &["live"], &[]);
            assert!(matches!(lost, Err(Violation::Lost(_))), "{lost:?}");
        }
    }

    #[test]
    fn a_grant_of_the_run_goes_unless_a_log_group_needs_it() {
        let grants = [Grant::to_log_delivery(
            "aws",
            REGION,
            ACCOUNT,
            arn::arn("aws", REGION, ACCOUNT, "/aws/vendedlogs/*"),
        )];
        let wide = crate::document::Document::of(vec![grants[0].statement()]).to_json();
        let (old, new) = ("/aws/vendedlogs/old", "/aws/vendedlogs/new");
        let before = document(&[old]);
        assert!(restore(&wide, Some(&before), &[old], &grants).is_ok());
        let needed = restore(&wide, Some(&before), &[old, new], &grants);
        assert!(matches!(needed, Err(Violation::Lost(_))), "{needed:?}");
        assert!(restore(&wide, Some(&before), &[old], &[]).is_err());
    }
}
