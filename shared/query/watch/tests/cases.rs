//! The cases of `tests/cases/activity`, as far as an entry of a watch list can ask.

#![allow(clippy::unwrap_used, reason = "a test")]

#[path = "../../../../tests/cases/activity/cases.rs"]
mod cases;

use bytes::Bytes;
use cases::{ActivityCase, Ask, activity_cases};
use mailtrail_activity::{Activity, ActivityFields};
use mailtrail_names::{Names, SignIns};
use mailtrail_normalize::{Context, Event, InternalDomains, normalize};
use mailtrail_subscription::{batches, payloads};
use mailtrail_watch::WatchList;
use serde_json::{Map, Value};

/// The question as an entry; nothing where an entry cannot ask it.
fn entry(ask: &Ask) -> Option<Value> {
    if ask.follow || ask.failed || ask.not_owner || ask.source_ip.is_some() {
        return None;
    }
    let fields = [
        ("name", &Some("watch".to_owned())),
        ("user", &ask.user),
        ("role", &ask.role),
        ("session", &ask.session),
        ("access_key", &ask.access_key),
        ("account", &ask.account),
        ("event", &ask.event),
    ];
    let given = fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value.clone()?.into())));
    Some(Value::Object(given.collect::<Map<_, _>>()))
}

fn found(case: &ActivityCase, list: &WatchList) -> Vec<String> {
    let domains = InternalDomains::default();
    let text = payloads(&Bytes::from(case.payload())).pop().unwrap().decode(1 << 20).unwrap();
    let batch = batches(&text).unwrap().pop().unwrap();
    let context = Context {
        log_group: &batch.log_group,
        log_stream: &batch.log_stream,
        region: None,
        account: Some(&batch.owner),
        organization: None,
        source: None,
        internal_domains: &domains,
    };
    let messages: Vec<_> = batch.events.iter().map(mailtrail_subscription::LogEvent::message).collect();
    let events = batch.events.iter().zip(&messages);
    let records: Vec<_> = events
        .map(|(event, message)| {
            let uid = event.id();
            let event = Event { uid, time: event.time(), timestamp_text: None, message, values: None };
            normalize(&event, &context)
        })
        .collect();
    let (mut names, mut sign_ins) = (Names::default(), SignIns::default());
    for record in &records {
        sign_ins.learn(&Activity::of(&ActivityFields::from(record)));
    }
    names.learn_sign_ins(&sign_ins);
    let events = records.iter().zip(&messages);
    let found = events.filter(|(record, message)| !list.matches(record, message, &names).is_empty());
    found.map(|(record, _)| record.uid().to_owned()).collect()
}

#[test]
fn every_question_that_an_entry_can_ask_has_its_answer() {
    let mut asked = 0;
    for case in activity_cases() {
        for question in &case.questions {
            let Some(entry) = entry(&question.ask) else { continue };
            let (list, wrong) = WatchList::parse(&Value::from(vec![entry]).to_string());
            assert_eq!(wrong, []);
            let mut found = found(&case, &list);
            found.retain(|uid| question.found.contains(uid) || !case.copies.contains(uid));
            assert_eq!(found, question.found, "{}: {:?}", case.name, question.ask);
            asked += 1;
        }
    }
    assert!(asked > 40, "only {asked} questions");
}
