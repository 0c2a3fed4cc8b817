//! Any text into the mapping, as it is and as a line with columns: no panic, and the record is JSON without `null`.

#![no_main]

use std::borrow::Cow;

use libfuzzer_sys::fuzz_target;
use mailtrail_activity::{Activity, ActivityFields};
use mailtrail_normalize::{Columns, Context, Event, InternalDomains, normalize};

fuzz_target!(|message: &str| {
    let domains = InternalDomains::new(["example.com"]);
    let context = Context {
        log_group: "group",
        log_stream: "stream",
        region: Some("eu-west-1"),
        account: None,
        organization: None,
        source: None,
        internal_domains: &domains,
    };
    let columns: Columns = "event_timestamp user_id action".parse().expect("three names");
    for values in [None, columns.read(message)] {
        let values = values.as_deref();
        let event =
            Event { uid: Cow::Borrowed("uid"), time: None, timestamp_text: Some("-1"), message, values };
        let record = normalize(&event, &context);
        _ = Activity::of(&ActivityFields::from(&record));
        let json = serde_json::to_string(&record).expect("every record can be written");
        let value: serde_json::Value = serde_json::from_str(&json).expect("what is written is JSON");
        assert!(has_no_null(&value), "{json}");
    }
});

fn has_no_null(value: &serde_json::Value) -> bool {
    match value {
        serde_json::Value::Null => false,
        serde_json::Value::Array(items) => items.iter().all(has_no_null),
        serde_json::Value::Object(members) => members.values().all(has_no_null),
        _ => true,
    }
}
