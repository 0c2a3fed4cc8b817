//! A snapshot file is untrusted: none of its texts becomes more than one word of a command.

use std::collections::BTreeSet;

use super::{group, list, some};
use crate::fixtures::{
    ACCOUNT, AUDIT, EVENTS, FAILURES, FUNCTION, KEY, NOW, ORGANIZATION, REGION, STREAM, TARGET, arn, intact,
    invoke_policy, policy, role, role_arn, seen, trust,
};
use crate::{
    AccountFilter, Coverage, CoveredDay, CoveredState, Facts, Failures, LogGroup, Mapping, Subscriptions,
    checks,
};

const DAY: i64 = mailtrail_clock::DAY;

/// Ends a quotation, adds commands, and does something to a terminal.
const HOSTILE: &str = "'; touch x #`touch x`$(touch x)\n\u{1b}[2J!x ~ {a,b} \\";

/// Texts in the account of the fixtures, all of which a snapshot file can choose: names wherever they stand, and single
/// members, whose text nothing parses.
const NAMES: [&str; 23] = [
    ACCOUNT,
    AUDIT,
    EVENTS,
    FAILURES,
    FUNCTION,
    "00000000-0000-4000-8000-000000000000",
    ORGANIZATION,
    REGION,
    STREAM,
    TARGET,
    "\"d1\"",
    "\"mailtrail\"",
    "authentication_logs",
    "example-archive",
    "DestinationDelivery",
    "workmail-events",
    "/example",
    r#""region":"eu-west-1""#,
    r#""assumed_role":"arn:aws:iam::111122223333:role/reader""#,
    r#""arn":"arn:aws:iam::111122223333:role/workmail-events""#,
    r#""arn":"arn:aws:iam::111122223333:role/mailtrail""#,
    r#""arn":"arn:aws:iam::111122223333:role/firehose""#,
    r#""log_group":"/aws/lambda/mailtrail-workmail-events""#,
];

type Fault = fn(&mut Facts);

/// Faults whose fixes are commands, at least one for each command.
const FAULTS: &[Fault] = &[
    |facts| list(&mut facts.organizations)[0].email_events = seen(None),
    |facts| {
        list(&mut facts.organizations)[0].email_events = seen(None);
        let of_stack = Facts::stack_group(ORGANIZATION);
        let writes = arn("logs", &format!("log-group:{of_stack}:*"));
        let made = LogGroup { name: of_stack, ..group(facts, EVENTS).clone() };
        facts.log_groups.push(made);
        let logging = role("workmail-events", &trust(true), &[("logs:*", &writes)]);
        facts.logging_roles = seen(vec!["workmail-events".to_owned()]);
        facts.roles.insert("workmail-events".to_owned(), seen(Some(logging)));
    },
    |facts| group(facts, EVENTS).settings = seen(None),
    |facts| group(facts, AUDIT).settings = seen(None),
    |facts| some(&mut group(facts, EVENTS).settings).retention_days = Some(1),
    |facts| group(facts, EVENTS).masking = seen(Some("masks".to_owned())),
    |facts| facts.account_masking = seen(vec!["masks".to_owned()]),
    |facts| drop(facts.roles.insert("workmail-events".to_owned(), seen(None))),
    |facts| {
        some(facts.roles.get_mut("workmail-events").unwrap()).trust = trust(false).replace("workmail", "x");
    },
    |facts| list(&mut some(facts.roles.get_mut("workmail-events").unwrap()).policies).clear(),
    |facts| {
        let policies = &mut some(facts.roles.get_mut("workmail-events").unwrap()).policies;
        list(policies)[0].document = "no policy".to_owned();
    },
    |facts| group(facts, EVENTS).last_event = seen(Some(NOW - 30 * DAY)),
    |facts| list(&mut facts.inventory.deliveries).retain(|delivery| delivery.id != "d1"),
    |facts| list(&mut facts.inventory.delivery_sources)[1].status = Some("INACTIVE".to_owned()),
    |facts| drop(list(&mut facts.inventory.deliveries)[1].record_fields.remove(0)),
    |facts| list(&mut facts.inventory.account_policies).clear(),
    |facts| drop(facts.roles.insert("AWSServiceRoleForLogDelivery".to_owned(), seen(None))),
    |facts| list(&mut group(facts, EVENTS).filters).clear(),
    |facts| list(&mut group(facts, EVENTS).filters)[0].pattern = "x".to_owned(),
    |facts| {
        let filter = &mut list(&mut group(facts, EVENTS).filters)[0];
        filter.system_fields.clear();
        (filter.role_arn, filter.distribution) = (Some(role_arn("workmail-events")), "Random".to_owned());
    },
    |facts| {
        let destination = arn("lambda", &format!("function:{FUNCTION}"));
        let document = format!(r#"{{"DestinationArn":"{destination}","FilterPattern":"x"}}"#);
        let filter = AccountFilter { name: "mailtrail".to_owned(), document, selection: String::new() };
        facts.account_filters = seen(vec![filter]);
    },
    |facts| {
        let stream = arn("kinesis", "stream/example");
        list(&mut group(facts, EVENTS).filters)[0].destination_arn.clone_from(&stream);
        let function_arn = arn("lambda", &format!("function:{FUNCTION}"));
        let id = "00000000-0000-4000-8000-000000000000".to_owned();
        let mapping = Mapping { id, function_arn, reports_failures: false, on_failure: None };
        facts.stream_readers.insert(stream, seen(vec![mapping]));
    },
    |facts| facts.functions[0].policy = seen(None),
    |facts| {
        let sid = serde_json::to_string(HOSTILE).unwrap();
        let open = invoke_policy(false).replace(r#""logs""#, &sid);
        facts.functions[0].policy = seen(Some(open));
    },
    |facts| facts.functions[0].policy = seen(Some(" ".repeat(20_000))),
    |facts| some(&mut facts.functions[0].settings).state = "Failed".to_owned(),
    |facts| facts.functions[0].reserved_concurrency = seen(Some(0)),
    |facts| {
        drop(facts.failures.insert(FAILURES.to_owned(), seen(Failures { objects: 1, more: false })));
    },
    |facts| {
        facts.topics[0].subscriptions = seen(Some(Subscriptions::default()));
    },
    |facts| {
        let filters = list(&mut group(facts, EVENTS).filters).clone();
        group(facts, &format!("/aws/lambda/{FUNCTION}")).filters = seen(filters);
    },
    |facts| some(facts.roles.get_mut("mailtrail").unwrap()).trust = "no policy".to_owned(),
    |facts| {
        facts.archives[0].key = Some(KEY.to_owned());
        facts.keys.get_mut(KEY).unwrap().policy = seen(Some(policy(&[])));
    },
    |facts| {
        facts.archives[0].key = Some(KEY.to_owned());
        facts.keys.get_mut(KEY).unwrap().policy = seen(Some("no policy".to_owned()));
    },
    |facts| some(&mut facts.keys.get_mut(KEY).unwrap().settings).state = "PendingDeletion".to_owned(),
    |facts| some(&mut facts.streams[0].settings).status = "CREATING".to_owned(),
    |facts| list(&mut facts.streams[0].tags).clear(),
    |facts| facts.streams[0].last_error = seen(Some(NOW - 1)),
    |facts| some(facts.roles.get_mut("firehose").unwrap()).trust = "no policy".to_owned(),
    |facts| facts.buckets[0].exists = seen(false),
    |facts| facts.buckets[0].policy = seen(None),
    |facts| {
        let negated = r#"{"Effect":"Deny","NotPrincipal":"*","Action":"s3:*","Resource":"*"}"#;
        facts.buckets[0].policy = seen(Some(policy(&[negated.to_owned()])));
    },
    |facts| some(&mut facts.buckets[0].encryption).key = None,
    |facts| facts.buckets[1].exists = seen(false),
    |facts| facts.buckets[1].policy = seen(Some("no policy".to_owned())),
    |facts| some(&mut facts.archives[0].days).last = "20261001".to_owned(),
    |facts| group(facts, EVENTS).first_event = seen(Some(NOW - 60 * DAY)),
    |facts| facts.archives[0].refused_coverage = 1,
    |facts| {
        let gap =
            CoveredDay { start: facts.at - 2 * DAY, state: CoveredState::Gap, missing: 1, checked: facts.at };
        let coverage = Coverage { log_group: EVENTS.to_owned(), days: vec![gap] };
        facts.archives[0].coverage = seen(vec![coverage]);
    },
];

/// An account with a fault, in which the log group of email events is named on the command line, too.
fn faulty(fault: Fault) -> Facts {
    let mut facts = intact();
    facts.named_groups = [EVENTS.to_owned()].into();
    facts.assumed_role = Some(role_arn("reader"));
    fault(&mut facts);
    facts
}

/// The words of a command, as a POSIX shell has them, where nothing but words stands in it.
fn words(command: &str) -> Option<Vec<String>> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_./:,@+-=".contains(c);
    let (mut words, mut word, mut rest) = (Vec::new(), None::<String>, command.chars());
    while let Some(c) = rest.next() {
        match c {
            ' ' => words.extend(word.take()),
            '\'' => {
                let quoted: String = rest.by_ref().take_while(|c| *c != '\'').collect();
                word.get_or_insert_default().push_str(&quoted);
            }
            '\\' => word.get_or_insert_default().push(rest.next().filter(|c| *c == '\'')?),
            c if is_plain(c) => word.get_or_insert_default().push(c),
            _ => return None,
        }
    }
    words.extend(word.take());
    Some(words)
}

/// The same account with another text in the place of a name, wherever it stands.
fn renamed(facts: &Facts, name: &str) -> Facts {
    let quoted = serde_json::to_string(HOSTILE).unwrap();
    let hostile = quoted.trim_matches('"');
    let text = serde_json::to_string(facts).unwrap();
    // Documents in it are JSON in JSON.
    let text = match name.strip_suffix('"') {
        Some(name) => text.replace(&format!("{name}\""), &format!("{name}{hostile}\"")),
        None => text.replace(name, &format!("{name}{hostile}")),
    };
    serde_json::from_str(&text).unwrap()
}

/// The commands of all findings.
fn commands(facts: &Facts) -> Vec<String> {
    checks(facts).into_iter().filter_map(|finding| finding.fix).flat_map(|fix| fix.commands).collect()
}

/// What a command does: its first words.
fn kind(words: &[String]) -> String {
    words.iter().take_while(|word| !word.starts_with("--")).take(3).cloned().collect::<Vec<_>>().join(" ")
}

#[test]
fn no_text_of_a_snapshot_is_more_than_a_word_of_a_command() {
    let printable = HOSTILE.replace(char::is_control, "\u{fffd}");
    let (mut kinds, mut hostile) = (BTreeSet::new(), BTreeSet::new());
    for fault in FAULTS {
        let facts = faulty(*fault);
        for name in NAMES {
            for command in commands(&renamed(&facts, name)) {
                // The one file that a command writes.
                let command = command.trim_end_matches(" > earlier-events.json");
                let words = words(command).unwrap_or_else(|| panic!("{name}: {command}"));
                assert!(!words.iter().any(|word| word == "touch"), "{name}: {command}");
                assert!(!command.contains(char::is_control), "{name}: {command}");
                if words.iter().any(|word| word.contains(&printable)) {
                    hostile.insert(kind(&words));
                }
                kinds.insert(kind(&words));
            }
        }
    }
    // Every command was made of such a text; one is made of none.
    let untouched: Vec<&String> = kinds.difference(&hostile).collect();
    assert_eq!(untouched, ["aws iam create-service-linked-role"]);
    assert_eq!(hostile.len(), 39, "{hostile:#?}");
}

#[test]
fn a_fault_of_this_list_has_a_command() {
    for (number, fault) in FAULTS.iter().enumerate() {
        let facts = faulty(*fault);
        assert!(!commands(&facts).is_empty(), "fault {number}");
    }
}
