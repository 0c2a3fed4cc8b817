//! Policies, and accounts that have them.

use std::collections::BTreeMap;

use mailtrail_resource_policy::inventory::{Inventory, LogGroup, Part, ResourcePolicy};
use proptest::prelude::*;
use proptest::sample::select;

pub(crate) const ACCOUNT: &str = "111122223333";

/// Every log group that a request is made on. Some exist in some accounts.
pub(crate) const GROUPS: [&str; 7] = [
    "/mail/a",
    "/mail/b",
    "/gone",
    "/aws/vendedlogs/a",
    "/aws/vendedlogs/mail/b",
    "/aws/vendedlogs/new",
    "other",
];

/// Source ARN and account of the requests.
pub(crate) const CONTEXTS: [(&str, &str); 3] = [
    ("arn:aws:logs:us-east-1:111122223333:delivery-source:a", ACCOUNT),
    ("arn:aws:states:us-east-1:111122223333:stateMachine:b", ACCOUNT),
    ("arn:aws:logs:us-east-1:444455556666:delivery-source:a", "444455556666"),
];

pub(crate) fn arn(group: &str) -> String {
    format!("arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{group}")
}

/// One or several, as IAM writes them.
fn some(texts: impl Strategy<Value = String>, most: usize) -> impl Strategy<Value = String> {
    prop::collection::vec(texts, 1..=most).prop_flat_map(|texts| {
        let texts: Vec<String> =
            texts.iter().map(|text| serde_json::Value::from(text.as_str()).to_string()).collect();
        let single = texts.len() == 1;
        any::<bool>().prop_map(move |alone| {
            if single && alone { texts[0].clone() } else { format!("[{}]", texts.join(",")) }
        })
    })
}

fn resource() -> impl Strategy<Value = String> {
    let name = prop_oneof![
        6 => select(GROUPS.to_vec()).prop_map(str::to_owned),
        2 => select(vec!["/mail/*", "/aws/vendedlogs/*", "*", "/mail/?", "/*/?"]).prop_map(str::to_owned),
    ];
    let tail =
        select(vec!["", ":*", ":log-stream:*", ":log-stream:*", ":log-stream:*", ":log-stream:s", "*"]);
    let named = (name, tail).prop_map(|(name, tail)| format!("{}{tail}", arn(&name)));
    prop_oneof![20 => named, 1 => Just("*".to_owned()), 1 => Just("arn:aws:logs:*:*:*".to_owned())]
}

fn principal() -> impl Strategy<Value = String> {
    let named =
        some(select(vec!["delivery.logs.amazonaws.com", "es.amazonaws.com"]).prop_map(str::to_owned), 2);
    let service = named.prop_map(|names| format!("{{\"Service\":{names}}}"));
    let delivery = Just(r#"{"Service":"delivery.logs.amazonaws.com"}"#.to_owned());
    let anyone =
        select(vec![r#""*""#, r#"{"AWS":"*"}"#, r#"{"AWS":"444455556666"}"#]).prop_map(str::to_owned);
    prop_oneof![8 => delivery, 3 => service, 1 => anyone]
}

fn condition() -> impl Strategy<Value = String> {
    let own = format!(
        r#","Condition":{{"StringEquals":{{"aws:SourceAccount":["{ACCOUNT}"]}},"ArnLike":{{"aws:SourceArn":["arn:aws:logs:us-east-1:{ACCOUNT}:*"]}}}}"#
    );
    let others = select(vec![
        r#","Condition":{"StringEquals":{"AWS:SourceAccount":"111122223333"}}"#,
        r#","Condition":{"ArnLike":{"aws:SourceArn":["arn:aws:states:*:*:*","arn:aws:logs:*:111122223333:*"]}}"#,
        r#","Condition":{"StringLike":{"aws:SourceArn":"arn:aws:*:delivery-source:?"}}"#,
        r#","Condition":{"StringNotEquals":{"aws:SourceAccount":"444455556666"}}"#,
        r#","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-example"}}"#,
        "",
    ]);
    prop_oneof![6 => Just(own), 4 => others.prop_map(str::to_owned)]
}

/// A statement whose meaning is known.
fn statement() -> impl Strategy<Value = String> {
    let action = some(
        select(vec!["logs:PutLogEvents", "logs:CreateLogStream", "logs:*", "logs:putlog*", "logs:Describe?"])
            .prop_map(str::to_owned),
        2,
    );
    let usual = Just(r#"["logs:CreateLogStream","logs:PutLogEvents"]"#.to_owned());
    let action = prop_oneof![5 => usual, 2 => action];
    let sid = select(vec!["", r#""Sid":"one","#, r#""Sid":"AWSLogDeliveryWrite20150319","#]);
    let effect = prop_oneof![9 => Just("Allow"), 1 => Just("Deny")];
    let not = prop_oneof![12 => Just(["", "", ""]), 1 => select(vec![["Not", "", ""], ["", "Not", ""], ["", "", "Not"]])];
    (sid, effect, not, principal(), action, some(resource(), 6), condition()).prop_map(
        |(sid, effect, not, principal, action, resource, condition)| {
            format!(
                r#"{{{sid}"Effect":"{effect}","{}Principal":{principal},"{}Action":{action},"{}Resource":{resource}{condition}}}"#,
                not[0], not[1], not[2]
            )
        },
    )
}

/// A policy of statements whose meaning is known.
pub(crate) fn policy() -> impl Strategy<Value = String> {
    (prop::collection::vec(statement(), 1..5), any::<bool>()).prop_map(|(statements, alone)| {
        let listed = if alone && statements.len() == 1 {
            statements[0].clone()
        } else {
            format!("[{}]", statements.join(","))
        };
        format!(r#"{{"Version":"2012-10-17","Statement":{listed}}}"#)
    })
}

/// An account whose policies are understood, with and without white space.
pub(crate) fn inventory() -> impl Strategy<Value = Inventory> {
    let policies = prop::collection::vec((policy(), any::<bool>()), 0..4);
    let group = (any::<bool>(), prop::option::of(prop::option::weighted(0.3, policy())), 0_i64..3);
    (policies, prop::collection::vec(group, GROUPS.len())).prop_map(|(policies, groups)| {
        let mut inventory = Inventory {
            account: Some(ACCOUNT.to_owned()),
            region: Some("us-east-1".to_owned()),
            ..Inventory::default()
        };
        let named = policies.into_iter().enumerate().map(|(number, (document, wide))| ResourcePolicy {
            policy_name: Some(format!("p{number}")),
            document: if wide { document.replace(",\"", ", \"") } else { document },
            ..ResourcePolicy::default()
        });
        inventory.account_policies = Part::Seen { at: 1, value: named.collect() };
        let mut existing = Vec::new();
        let mut own = BTreeMap::new();
        for (name, (exists, policy, at)) in GROUPS.iter().zip(groups) {
            // The last two never exist: a new one, and an unknown one.
            if exists && *name != "/gone" && *name != "/aws/vendedlogs/new" {
                existing.push(LogGroup { name: (*name).to_owned(), ..LogGroup::default() });
                if let Some(policy) = policy {
                    let policy = policy.map(|document| ResourcePolicy {
                        document,
                        resource_arn: Some(arn(name)),
                        ..ResourcePolicy::default()
                    });
                    own.insert((*name).to_owned(), Part::Seen { at, value: policy });
                }
            }
        }
        inventory.log_groups = Part::Seen { at: 1, value: existing };
        inventory.log_group_policies = own;
        inventory
    })
}

/// A JSON value as text, with white space between its tokens and without.
fn any_json() -> impl Strategy<Value = (String, String)> {
    let leaf = prop_oneof![
        select(vec!["null", "true", "1.50", "-0", "1e400", "12345678901234567890123"])
            .prop_map(str::to_owned),
        any::<String>().prop_map(|text| serde_json::Value::from(text).to_string()),
        Just(r#""\u0041\/ \" ""#.to_owned()),
    ];
    leaf.prop_map(|leaf| (leaf.clone(), leaf)).prop_recursive(3, 12, 3, |inner| {
        let list = prop::collection::vec(inner.clone(), 0..3).prop_map(|values| {
            let (wide, compact): (Vec<_>, Vec<_>) = values.into_iter().unzip();
            (format!("[ {}\n]", wide.join(" ,\t")), format!("[{}]", compact.join(",")))
        });
        let object = prop::collection::vec(("[a-c]", inner), 0..3).prop_map(|members| members_of(&members));
        prop_oneof![list, object]
    })
}

fn members_of(members: &[(String, (String, String))]) -> (String, String) {
    let wide: Vec<String> =
        members.iter().map(|(key, (wide, _))| format!("\"{key}\" :\r\n {wide}")).collect();
    let compact: Vec<String> =
        members.iter().map(|(key, (_, compact))| format!("\"{key}\":{compact}")).collect();
    (format!("{{ {} }}", wide.join(", ")), format!("{{{}}}", compact.join(",")))
}

/// A document of statements that mean something and of ones that do not, with white space and without.
pub(crate) fn any_document() -> impl Strategy<Value = (String, String)> {
    let known = statement().prop_map(|text| (text.replace(",\"", " ,\n\""), text));
    let keys = select(vec!["Sid", "Effect", "Principal", "Action", "Resource", "Condition", "Hint", "Sid"]);
    let unknown = prop::collection::vec((keys.prop_map(str::to_owned), any_json()), 0..5)
        .prop_map(|members| members_of(&members));
    let statements = prop::collection::vec(prop_oneof![known, unknown], 0..4);
    let others = prop::collection::btree_map(select(vec!["Version", "Id", "Note"]), any_json(), 0..3);
    (statements, others, any::<bool>(), any::<bool>()).prop_map(|(statements, others, alone, first)| {
        let (wide, compact): (Vec<_>, Vec<_>) = statements.into_iter().unzip();
        let statements = if alone && wide.len() == 1 {
            (wide[0].clone(), compact[0].clone())
        } else {
            (format!("[{} ]", wide.join(",  ")), format!("[{}]", compact.join(",")))
        };
        let mut members: Vec<(String, (String, String))> =
            others.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        let at = if first { 0 } else { members.len() };
        members.insert(at, ("Statement".to_owned(), statements));
        members_of(&members)
    })
}
