//! How much of what: counts by identity, event name, service, address and error, and the first and the last
//! time. The memory is that of the distinct values, however many the events are.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt::Write;
use std::sync::Arc;

use indicatif::HumanCount;
use mailtrail_activity::{Activity, Outcome};
use mailtrail_clock::Time;
use mailtrail_names::Names;
use serde::Serialize;
use serde::ser::SerializeMap;

use super::event::{error, service};
use super::names::with_names;
use crate::output::{BOLD, FAINT, NUMBER, count, json_line, paint, plain};

/// So many of a kind are shown to people.
const SHOWN: usize = 10;

#[derive(Debug, Default, Serialize)]
pub(super) struct Summary {
    events: u64,
    failed: u64,
    /// RFC 3339; null where no event has a usable time.
    first_seen: Option<String>,
    last_seen: Option<String>,
    by_identity: Counts,
    by_event: Counts,
    by_service: Counts,
    by_source: Counts,
    by_error: Counts,
    /// The names of the ids in `by_identity`, at the times of the events.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    names: BTreeMap<String, BTreeSet<String>>,
    #[serde(skip)]
    span: Option<(Time, Time)>,
}

/// What is counted of an event. Values that repeat are kept once for an object.
#[derive(Debug)]
pub(super) struct Counted {
    time: Time,
    is_failure: bool,
    who: Arc<str>,
    /// The ids in `who`, and their names.
    names: Vec<(String, String)>,
    operation: Arc<str>,
    service: Arc<str>,
    source: Arc<str>,
    error: Arc<str>,
}

/// The distinct values of an object.
#[derive(Debug, Default)]
pub(super) struct Interner(HashSet<Arc<str>>);

impl Interner {
    fn get(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.0.get(text) {
            return Arc::clone(known);
        }
        let text: Arc<str> = Arc::from(text);
        self.0.insert(Arc::clone(&text));
        text
    }
}

impl Counted {
    pub(super) fn of(activity: &Activity<'_>, names: &Names, interner: &mut Interner) -> Self {
        let is_failure = activity.outcome == Outcome::Failure;
        let error = Some(error(activity)).filter(|error| !error.is_empty()).unwrap_or("failed");
        let who = activity.label();
        Self {
            time: activity.time,
            is_failure,
            names: with_names(&who, activity, names).1,
            who: interner.get(&who),
            operation: interner.get(activity.operation),
            service: interner.get(service(activity)),
            source: interner.get(activity.sources.first().copied().unwrap_or_default()),
            error: interner.get(if is_failure { error } else { "" }),
        }
    }
}

#[derive(Debug, Default)]
struct Counts(HashMap<String, u64>);

impl Counts {
    /// Counts a value; an absent one is not counted.
    fn add(&mut self, value: &str) {
        match self.0.get_mut(value) {
            Some(count) => *count += 1,
            None if value.is_empty() => {}
            None => {
                self.0.insert(value.to_owned(), 1);
            }
        }
    }

    /// The most frequent first.
    fn sorted(&self) -> Vec<(&str, u64)> {
        let mut counts: Vec<_> = self.0.iter().map(|(value, &number)| (value.as_str(), number)).collect();
        counts.sort_unstable_by_key(|&(value, number)| (Reverse(number), value));
        counts
    }
}

impl Serialize for Counts {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (value, number) in self.sorted() {
            map.serialize_entry(value, &number)?;
        }
        map.end()
    }
}

impl Summary {
    pub(super) fn add(&mut self, event: &Counted) {
        self.events += 1;
        self.failed += u64::from(event.is_failure);
        if event.time != Time::EPOCH {
            let (first, last) = self.span.unwrap_or((event.time, event.time));
            self.span = Some((first.min(event.time), last.max(event.time)));
        }
        self.by_identity.add(&event.who);
        for (id, name) in &event.names {
            match self.names.get_mut(id) {
                Some(names) if names.contains(name) => {}
                Some(names) => _ = names.insert(name.clone()),
                None => _ = self.names.insert(id.clone(), [name.clone()].into()),
            }
        }
        self.by_event.add(&event.operation);
        self.by_service.add(&event.service);
        self.by_source.add(&event.source);
        self.by_error.add(&event.error);
    }

    /// One JSON object, one line.
    pub(super) fn json(mut self) -> serde_json::Result<String> {
        let moments = self.span.map(|(first, last)| (first.rfc3339(), last.rfc3339()));
        (self.first_seen, self.last_seen) = moments.unzip();
        json_line(&self)
    }

    pub(super) fn text(&self) -> String {
        let mut text = format!(
            "{}, {} failed\n",
            paint(NUMBER, count(self.events, "event")),
            paint(NUMBER, HumanCount(self.failed))
        );
        if let Some((first, last)) = self.span {
            let moments = format!("first seen {}, last seen {}\n", first.rfc3339(), last.rfc3339());
            text.push_str(&moments);
        }
        section(&mut text, "who", &self.by_identity, |who| self.named(who));
        section(&mut text, "events", &self.by_event, str::to_owned);
        section(&mut text, "services", &self.by_service, str::to_owned);
        section(&mut text, "from", &self.by_source, str::to_owned);
        section(&mut text, "errors", &self.by_error, str::to_owned);
        text
    }

    /// With the names that it had.
    fn named(&self, who: &str) -> String {
        let ids = who.split(' ').filter_map(|id| Some((id, self.names.get(id)?)));
        let names = ids.map(|(_, names)| names.iter().map(String::as_str).collect::<Vec<_>>().join(", "));
        let names: Vec<String> = names.collect();
        if names.is_empty() { who.to_owned() } else { format!("{} ({who})", names.join(" as ")) }
    }
}

fn section(text: &mut String, heading: &str, counts: &Counts, shown: impl Fn(&str) -> String) {
    let counts = counts.sorted();
    let widest = counts.first().map_or(0, |&(_, number)| HumanCount(number).to_string().len());
    let mut line = |heading: &str, words: String| {
        // A `String` takes every write.
        let _infallible = writeln!(text, "  {} {words}", paint(BOLD, format_args!("{heading:<9}")));
    };
    for (at, &(value, number)) in counts.iter().take(SHOWN).enumerate() {
        let number = format!("{:>widest$}", HumanCount(number).to_string());
        line(
            if at == 0 { heading } else { "" },
            format!("{} {}", paint(NUMBER, number), plain(&shown(value))),
        );
    }
    if counts.len() > SHOWN {
        let more = counts.len() - SHOWN;
        line("", paint(FAINT, format_args!("and {} more; --json has all", HumanCount(more as u64))));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(seconds: i64, name: &str, error: &str) -> Counted {
        Counted {
            time: Time::from_millis(seconds * 1_000).unwrap(),
            is_failure: !error.is_empty(),
            who: "alice".into(),
            names: Vec::new(),
            operation: name.into(),
            service: "".into(),
            source: "".into(),
            error: error.into(),
        }
    }

    #[test]
    fn machines_get_all_counts_the_most_frequent_first() {
        let mut summary = Summary::default();
        for (seconds, name, error) in [(9, "b", ""), (5, "a", "Denied"), (7, "a", ""), (0, "c", "")] {
            summary.add(&event(seconds, name, error));
        }
        assert_eq!(
            summary.json().unwrap(),
            concat!(
                r#"{"events":4,"failed":1,"first_seen":"1970-01-01T00:00:05Z","#,
                r#""last_seen":"1970-01-01T00:00:09Z","by_identity":{"alice":4},"#,
                r#""by_event":{"a":2,"b":1,"c":1},"by_service":{},"by_source":{},"by_error":{"Denied":1}}"#,
                "\n"
            )
        );
    }

    #[test]
    fn people_see_the_first_ten_of_a_kind_without_any_power_over_the_terminal() {
        let mut summary = Summary::default();
        for number in 0..12 {
            summary.add(&event(1, &format!("\u{1b}{number:02}"), ""));
        }
        let text = anstream::adapter::strip_str(&summary.text()).to_string();
        assert!(text.contains("1 \\u{1b}09\n") && !text.contains("\\u{1b}10"), "{text}");
        assert!(text.contains("and 2 more; --json has all"), "{text}");
    }

    #[test]
    fn nothing_has_no_first_time() {
        let json = Summary::default().json().unwrap();
        assert!(json.starts_with(r#"{"events":0,"failed":0,"first_seen":null,"last_seen":null,"#), "{json}");
    }
}
