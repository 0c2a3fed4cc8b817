//! A proof fails wherever something is lost, added, touched or grown.

#![allow(clippy::unwrap_used, reason = "a helper of a test is a test")]

use mailtrail_resource_policy::inventory::{Inventory, LogGroup, Part, ResourcePolicy};
use mailtrail_resource_policy::plan::Grant;
use mailtrail_resource_policy::policy_set::PolicySet;
use mailtrail_resource_policy::prove::{Violation, prove};

const ACCOUNT: &str = "111122223333";
const REGION: &str = "us-east-1";

fn arn(group: &str) -> String {
    format!("arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{group}")
}

fn statement(resource: &str) -> String {
    Grant::to_log_delivery("aws", REGION, ACCOUNT, resource.to_owned()).statement().to_json()
}

fn document(statements: &[String]) -> String {
    format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, statements.join(","))
}

/// What log delivery writes itself for a log group.
fn of_log_delivery(group: &str, number: usize) -> String {
    let text = statement(&format!("{}:log-stream:*", arn(group)));
    text.replace("MailtrailLogDelivery", &format!("AWSLogDeliveryWrite{number}"))
}

/// An account with these policies, in which `/mail` and `/audit` are all log groups that exist.
fn with(policies: &[(&str, String)]) -> Inventory {
    let policies = policies.iter().map(|(name, document)| ResourcePolicy {
        policy_name: (!name.starts_with("arn:")).then(|| (*name).to_owned()),
        resource_arn: name.starts_with("arn:").then(|| (*name).to_owned()),
        document: document.clone(),
        ..ResourcePolicy::default()
    });
    let mut inventory = Inventory {
        account: Some(ACCOUNT.to_owned()),
        region: Some(REGION.to_owned()),
        log_groups: Part::Seen {
            at: 1,
            value: ["/mail", "/audit"]
                .map(|name| LogGroup { name: name.to_owned(), ..LogGroup::default() })
                .to_vec(),
        },
        ..Inventory::default()
    };
    let (own, account): (Vec<_>, Vec<_>) = policies.partition(|policy| policy.resource_arn.is_some());
    inventory.account_policies = Part::Seen { at: 1, value: account };
    for policy in own {
        let group = policy.log_group().unwrap().to_owned();
        inventory.log_group_policies.insert(group, Part::Seen { at: 1, value: Some(policy) });
    }
    inventory
}

fn proved(
    before: &[(&str, String)],
    after: &[(&str, String)],
    grants: &[Grant],
) -> Result<(usize, usize), Violation> {
    let inventory = with(before);
    let proof = prove(&PolicySet::of(&inventory), &PolicySet::of(&with(after)), &inventory, grants)?;
    Ok((proof.kept, proof.dead))
}

#[test]
fn a_log_group_that_exists_keeps_its_access_and_what_log_delivery_wrote_for_one_that_does_not_may_go() {
    let before = [("p", document(&[of_log_delivery("/mail", 0), of_log_delivery("/gone", 1)]))];
    assert_eq!(proved(&before, &before, &[]), Ok((2, 0)));
    assert_eq!(proved(&before, &[("p", document(&[of_log_delivery("/mail", 0)]))], &[]), Ok((1, 1)));
    let lost = proved(&before, &[("p", document(&[of_log_delivery("/gone", 1)]))], &[]);
    assert!(matches!(&lost, Err(Violation::Lost(what)) if what.contains("/mail")), "{lost:?}");
}

#[test]
fn what_others_wrote_for_a_log_group_that_does_not_exist_is_kept() {
    let written = of_log_delivery("/gone", 0);
    for (old, new) in [
        ("AWSLogDeliveryWrite0", "mine"),
        ("delivery.logs", "xray"),
        (":log-stream:*", ":*"),
        (
            r#""Service":"delivery.logs.amazonaws.com""#,
            r#""Service":["delivery.logs.amazonaws.com","xray.amazonaws.com"]"#,
        ),
    ] {
        let other = written.replace(old, new);
        assert_ne!(other, written);
        let lost = proved(&[("p", document(&[other]))], &[("p", document(&[]))], &[]);
        assert!(matches!(lost, Err(Violation::Lost(_))), "{new}: {lost:?}");
    }
}

#[test]
fn an_entry_of_another_partition_is_of_no_log_group_here() {
    let other = of_log_delivery("/gone", 0).replace("arn:aws:", "arn:aws-cn:");
    let lost = proved(&[("p", document(&[other]))], &[("p", document(&[]))], &[]);
    assert!(matches!(lost, Err(Violation::Lost(_))), "{lost:?}");
}

#[test]
fn a_stricter_condition_or_fewer_actions_take_access() {
    let before = [("p", document(&[statement(&arn("/mail:*"))]))];
    for (old, new) in [
        ("arn:aws:logs:us-east-1:111122223333:*\"]", "arn:aws:logs:us-east-1:111122223333:x\"]"),
        ("\"logs:CreateLogStream\",", ""),
        ("delivery.logs", "logs"),
        ("/mail:*", "/mail"),
        ("\"Allow\"", "\"Deny\""),
    ] {
        let after = [("p", before[0].1.replace(old, new))];
        assert_ne!(after[0].1, before[0].1);
        assert!(proved(&before, &after, &[]).is_err(), "{new}");
    }
}

#[test]
fn a_wildcard_may_not_go_for_the_log_groups_that_are_known() {
    let before = [("p", document(&[statement(&arn("/*"))]))];
    let after = [("p", document(&[statement(&arn("/mail:*")), statement(&arn("/audit:*"))]))];
    assert!(matches!(proved(&before, &[("p", after[0].1[..0].to_owned())], &[]), Err(Violation::Touched(_))));
    assert!(proved(&before, &after, &[]).is_err());
}

#[test]
fn what_is_new_has_to_be_listed_and_what_is_listed_has_to_be_new() {
    let wildcard = Grant::to_log_delivery("aws", REGION, ACCOUNT, arn("/aws/vendedlogs/*"));
    let old = document(&[statement(&arn("/mail:*")), statement(&arn("/aws/vendedlogs/a:*"))]);
    let wide = wildcard.statement().to_json().replace("MailtrailLogDelivery", "Wildcard");
    let new = document(&[statement(&arn("/mail:*")), wide]);
    let (before, after) = ([("p", old)], [("p", new)]);
    assert_eq!(proved(&before, &after, std::slice::from_ref(&wildcard)), Ok((2, 0)));
    assert!(matches!(proved(&before, &after, &[]), Err(Violation::Unlisted(_))));
    assert!(matches!(proved(&before, &before, std::slice::from_ref(&wildcard)), Err(Violation::Idle(_))));
    assert!(matches!(proved(&after, &after, std::slice::from_ref(&wildcard)), Err(Violation::Idle(_))));
}

#[test]
fn a_policy_of_a_log_group_counts_for_that_group_only() {
    let entry = document(&[statement(&arn("/mail:*"))]);
    let (mail, audit) = (arn("/mail"), arn("/audit"));
    let before = [("p", entry.clone())];
    assert_eq!(proved(&before, &[(mail.as_str(), entry.clone())], &[]), Ok((1, 0)));
    assert!(matches!(proved(&before, &[(audit.as_str(), entry)], &[]), Err(Violation::Lost(_))));
}

#[test]
fn what_is_not_edited_stays_as_it_is() {
    let deny = r#"{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}"#.to_owned();
    let odd = r#"{"Effect":"Perhaps"}"#.to_owned();
    let ours = statement(&arn("/mail:*"));
    let before = [("p", document(&[deny.clone(), ours.clone(), odd.clone()])), ("broken", "{".to_owned())];
    let touched = |first: String, second: Option<&str>| {
        let mut after = vec![("p", first)];
        after.extend(second.map(|text| ("broken", text.to_owned())));
        matches!(proved(&before, &after, &[]), Err(Violation::Touched(_)))
    };
    let same = before[0].1.clone();
    assert!(!touched(same.clone(), Some("{")));
    assert!(touched(same.clone(), Some("[")) && touched(same.clone(), None));
    assert!(touched(document(&[ours.clone(), odd.clone()]), Some("{")));
    assert!(touched(document(&[odd, ours.clone(), deny.clone()]), Some("{")), "the order stays, too");
    assert!(touched(document(&[deny, ours]), Some("{")));
    assert!(touched(same.replace("2012-10-17", "2008-10-17"), Some("{")));
}

#[test]
fn no_policy_of_the_account_grows_and_none_is_added() {
    let entry = document(&[statement(&arn("/mail:*"))]);
    let wide = entry.replace(',', ", ");
    assert!(proved(&[("p", entry.clone())], &[("p", wide.clone())], &[]).is_err());
    assert!(proved(&[("p", wide)], &[("p", entry.clone())], &[]).is_ok());
    let both = [("p", entry.clone()), ("q", entry.clone())];
    assert!(matches!(proved(&[("p", entry)], &both, &[]), Err(Violation::Grown(_))));
}

#[test]
fn policies_may_be_merged_if_they_become_fewer_and_no_larger_together() {
    let (mail, audit) =
        (statement(&arn("/mail:*")), statement(&arn("/audit:*")).replace("MailtrailLog", "Audit"));
    let deny = r#"{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}"#.to_owned();
    let two = |one: &str| [("p", document(std::slice::from_ref(&mail))), ("q", one.to_owned())];
    let both = document(&[mail.clone(), audit.clone()]);
    let before = two(&document(std::slice::from_ref(&audit)));
    assert_eq!(proved(&before, &[("p", both.clone())], &[]), Ok((2, 0)));
    assert!(matches!(
        proved(&before, &[("p", both.clone()), before[1].clone()], &[]),
        Err(Violation::Grown(_))
    ));
    let wide = both.replace(',', &format!(",{}", " ".repeat(40)));
    assert!(matches!(proved(&before, &[("p", wide)], &[]), Err(Violation::Grown(_))));
    let shifted =
        [("p", document(&[audit.clone(), mail.clone()])), ("q", document(std::slice::from_ref(&mail)))];
    let full = two(&document(&[audit.clone(), mail.clone()]));
    assert!(matches!(proved(&full, &shifted, &[]), Err(Violation::Grown(_))), "as many as before");
    // Where services stop, a policy stops growing, too.
    let large = |group: &str| {
        let names: Vec<String> =
            (0..30).map(|number| statement(&arn(&format!("{group}-{number}:*")))).collect();
        let unique = names
            .iter()
            .enumerate()
            .map(|(at, text)| text.replace("MailtrailLog", &format!("{}{at}", &group[1..])));
        unique.collect::<Vec<_>>()
    };
    let (one, other) = (large("/mail"), large("/audit"));
    let full = [("p", document(&one)), ("q", document(&other))];
    let merged = proved(&full, &[("p", document(&[one, other].concat()))], &[]);
    assert!(matches!(merged, Err(Violation::Grown(_))), "{merged:?}");
    // What is never edited comes along, once, and is read as before.
    let with_deny = two(&document(std::slice::from_ref(&deny)));
    assert_eq!(proved(&with_deny, &[("p", document(&[mail.clone(), deny.clone()]))], &[]), Ok((1, 0)));
    let twice = proved(&with_deny, &[("p", document(&[mail.clone(), deny.clone(), deny.clone()]))], &[]);
    assert!(matches!(twice, Err(Violation::Grown(_))), "{twice:?}");
    for after in [
        document(std::slice::from_ref(&mail)),
        document(&[deny.clone(), mail.clone()]).replace("2012-10-17", "2008-10-17"),
    ] {
        assert!(
            matches!(proved(&with_deny, &[("p", after.clone())], &[]), Err(Violation::Touched(_))),
            "{after}"
        );
    }
    let old_version = two(&document(std::slice::from_ref(&deny)).replace("2012-10-17", "2008-10-17"));
    let read_anew = proved(&old_version, &[("p", document(&[statement(&arn("/mail:*")), deny]))], &[]);
    assert!(matches!(read_anew, Err(Violation::Touched(_))), "{read_anew:?}");
}

#[test]
fn no_label_stands_twice_in_what_is_written() {
    let labels = |one: &str, other: &str| {
        let entry = |group: &str, label: &str| statement(&arn(group)).replace("MailtrailLogDelivery", label);
        document(&[entry("/mail:*", one), entry("/audit:*", other)])
    };
    let wide = labels("a", "b").replace(',', ", ");
    assert!(proved(&[("p", wide.clone())], &[("p", labels("a", "b"))], &[]).is_ok());
    let twice = proved(&[("p", wide)], &[("p", labels("a", "a"))], &[]);
    assert!(matches!(twice, Err(Violation::LabelledTwice(_))), "{twice:?}");
    // Of two that are never edited, neither loses its label: they cannot stand in one document.
    let deny = |action: &str| {
        format!(r#"{{"Sid":"no","Effect":"Deny","Principal":"*","Action":"{action}","Resource":"*"}}"#)
    };
    let (one, other) = (document(&[deny("logs:Put*")]), document(&[deny("logs:Create*")]));
    let both = document(&[deny("logs:Put*"), deny("logs:Create*")]);
    let merged = proved(&[("p", one), ("q", other)], &[("p", both)], &[]);
    assert!(matches!(merged, Err(Violation::LabelledTwice(_))), "{merged:?}");
    // What stood there before, and is not written, is left alone.
    assert!(proved(&[("p", labels("a", "a"))], &[("p", labels("a", "a"))], &[]).is_ok());
}

#[test]
fn a_policy_with_a_statement_that_is_never_edited_may_neither_come_nor_go() {
    let deny = document(&[r#"{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}"#.to_owned()]);
    let mail = arn("/mail");
    let with_deny = [(mail.as_str(), deny)];
    assert!(matches!(proved(&with_deny, &[], &[]), Err(Violation::Touched(_))));
    assert!(matches!(proved(&[], &with_deny, &[]), Err(Violation::Touched(_))));
}

#[test]
fn the_policy_of_a_log_group_stays_within_the_hard_limit_or_what_it_was() {
    let mail = arn("/mail");
    let of_size = |size: usize| {
        let small = document(&[]);
        [(mail.as_str(), format!("{small}{}", " ".repeat(size - small.len())))]
    };
    let proved = |before: &[(&str, String)], size| proved(before, &of_size(size), &[]);
    assert!(proved(&[], 51_200).is_ok());
    assert!(matches!(proved(&[], 51_201), Err(Violation::Grown(_))));
    assert!(proved(&of_size(100), 51_200).is_ok());
    assert!(matches!(proved(&of_size(100), 51_201), Err(Violation::Grown(_))));
    assert!(proved(&of_size(60_000), 60_000).is_ok());
    assert!(matches!(proved(&of_size(60_000), 60_001), Err(Violation::Grown(_))));
}
