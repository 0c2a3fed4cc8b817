//! One object of records: its bytes in, the events that are asked for out. Pure, and work for a processor.

use std::borrow::Cow;
use std::collections::HashSet;
use std::io::Read;

use mailtrail_activity::{Activity, ActivityFields, IdentityKind, issued};
use mailtrail_clock::{Time, TimeRange};
use mailtrail_names::{Names, SignIns};
use mailtrail_subscription::{ContentKey, PROBE_STREAM_PREFIX, is_probe};
use serde::Deserialize;

use super::census::Census;
use super::enrich::enriched;
use super::event::Event;
use super::filter::Filter;
use super::follow::{Followed, Handout};
use super::names::named_ids;
use super::summary::{Counted, Interner};
use crate::reading::{EventKey, Identity, RecordKeys, account_of, for_each_line};

/// What is looked for.
#[derive(Debug)]
pub(super) struct Query {
    pub(super) filter: Filter,
    /// Who and what ids are.
    pub(super) names: Names,
    pub(super) range: TimeRange,
    pub(super) shown: Shown,
    pub(super) keys: RecordKeys,
}

/// What is shown of the events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    /// The records as they lie in the archive.
    Records,
    Events,
    Counts,
}

/// What was found in an object.
#[derive(Debug, Default)]
pub(super) struct Scanned {
    pub(super) found: Vec<Found>,
    /// The followed keys that something is signed with.
    pub(super) used_keys: HashSet<String>,
    /// Names that occur, for an answer that would be empty.
    pub(super) census: Census,
    /// The probes of the doctor, which are counted, and not found.
    pub(super) probes: Vec<u128>,
}

/// An event that is asked for.
#[derive(Debug)]
pub(super) struct Found {
    /// The epoch where the event has no usable time.
    pub(super) time: Time,
    pub(super) identity: Identity,
    /// Equal for events that may be one, though their ids differ.
    pub(super) content: ContentKey,
    /// The log group and the uid, to name it by.
    pub(super) named: (String, String),
    /// The call that it may be one of several copies of.
    pub(super) call: Option<Call>,
    pub(super) answer: Answer,
}

/// A call that CloudTrail delivers to several accounts.
#[derive(Debug)]
pub(super) struct Call {
    /// The same for all copies.
    pub(super) identity: u128,
    /// The account of this copy.
    pub(super) account: String,
    /// Whether that is the caller's.
    pub(super) is_of_caller: bool,
}

/// What is shown of an event.
#[derive(Debug)]
pub(super) enum Answer {
    Record(String),
    Event(Box<Event>),
    Counted(Counted),
}

impl Query {
    /// The events of an object that are asked for, and those that are signed with keys that are followed.
    ///
    /// # Errors
    /// When it cannot be read to its last byte: then nothing of it counts.
    pub(super) fn scan(&self, followed: &Followed, key: &str, object: impl Read) -> Result<Scanned, String> {
        let (account, mut scanned, mut interner) = (account_of(key), Scanned::default(), Interner::default());
        for_each_line(object, |line| {
            let fields = record(line)?;
            let activity = Activity::of(&fields);
            if !self.range.contains(activity.time) {
                return Ok(());
            }
            if activity.is_attributed() {
                self.look(followed, &fields, &activity, line, account, &mut interner, &mut scanned)?;
            } else if is_of_probe(&fields, line)? {
                scanned.probes.push(self.keys.event(event_key(&fields, account), line));
            }
            Ok(())
        })?;
        Ok(scanned)
    }

    #[expect(clippy::too_many_arguments, reason = "an event, where it lies, and where it goes")]
    fn look(
        &self,
        followed: &Followed,
        fields: &ActivityFields<'_>,
        activity: &Activity<'_>,
        line: &[u8],
        account: &str,
        interner: &mut Interner,
        scanned: &mut Scanned,
    ) -> serde_json::Result<()> {
        let keys: Vec<&str> = activity.credentials().collect();
        let via = followed.via(&keys);
        let used = keys.into_iter().filter(|key| followed.contains(key));
        scanned.used_keys.extend(used.map(str::to_owned));
        if via.is_none() && !self.filter.selects(activity, &self.names) {
            scanned.census.add(&self.filter, fields, activity);
            return Ok(());
        }
        if !self.filter.accepts(activity) {
            return Ok(());
        }
        let answer = match self.shown {
            // It was read as JSON, so it is UTF-8.
            Shown::Records => {
                let line = String::from_utf8_lossy(line);
                Answer::Record(enriched(&line, &named_ids(activity, &self.names))?)
            }
            Shown::Events => Answer::Event(Box::new(Event::new(
                fields,
                activity,
                account,
                via.unwrap_or_default(),
                &self.names,
            ))),
            Shown::Counts => Answer::Counted(Counted::of(activity, &self.names, interner)),
        };
        let identity = self.keys.identity(event_key(fields, account), line)?;
        let named = (fields.log_group().to_owned(), fields.uid().to_owned());
        let content = self.keys.content(account, line)?;
        let (time, call) = (activity.time, self.call(activity));
        scanned.found.push(Found { time, identity, content, named, call, answer });
        Ok(())
    }

    /// The calls in an object that handed out credentials.
    ///
    /// # Errors
    /// As for [`Self::scan`].
    pub(super) fn handouts(&self, object: impl Read) -> Result<Vec<Handout>, String> {
        let mut handouts = Vec::new();
        for_each_line(object, |line| {
            let fields = record(line)?;
            let activity = Activity::of(&fields);
            let credentials = issued(&fields, &activity);
            if credentials.is_empty() || !self.range.contains(activity.time) {
                return Ok(());
            }
            let is_start = self.filter.selects(&activity, &self.names);
            let by: Vec<String> = activity.credentials().map(str::to_owned).collect();
            if is_start || !by.is_empty() {
                handouts.extend(credentials.into_iter().map(|credential| Handout {
                    time: activity.time,
                    credential,
                    by: by.clone(),
                    is_start,
                }));
            }
            Ok(())
        })?;
        Ok(handouts)
    }

    fn call(&self, activity: &Activity<'_>) -> Option<Call> {
        let id = activity.shared_event_id?;
        let account = activity.event_account;
        Some(Call {
            identity: self.keys.hash((id, activity.operation, activity.service)),
            account: account.to_owned(),
            is_of_caller: activity.values(IdentityKind::Account).any(|caller| caller == account),
        })
    }
}

fn event_key<'a>(fields: &'a ActivityFields<'_>, account: &'a str) -> EventKey<'a> {
    EventKey { account, log_group: fields.log_group(), log_stream: fields.log_stream(), uid: fields.uid() }
}

/// A record. Every record has a uid, and what has none is something else.
fn record(line: &[u8]) -> serde_json::Result<ActivityFields<'_>> {
    let fields: ActivityFields<'_> = serde_json::from_slice(line)?;
    if fields.uid().is_empty() { Err(serde::de::Error::custom("no metadata.uid")) } else { Ok(fields) }
}

/// Whether a record is of a probe: a Base Event that has nothing but the message.
fn is_of_probe(fields: &ActivityFields<'_>, line: &[u8]) -> serde_json::Result<bool> {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Message<'a> {
        #[serde(borrow)]
        raw_data: Cow<'a, str>,
    }

    let stream = fields.log_stream();
    if !stream.starts_with(PROBE_STREAM_PREFIX) {
        return Ok(false);
    }
    let Message { raw_data } = serde_json::from_slice(line)?;
    Ok(is_probe(stream, &raw_data))
}

/// The names and ids of users that the sign-ins in an object say.
///
/// # Errors
/// As for [`Query::scan`].
pub(super) fn sign_ins(object: impl Read) -> Result<SignIns, String> {
    let mut sign_ins = SignIns::default();
    for_each_line(object, |line| {
        let fields: ActivityFields<'_> = serde_json::from_slice(line)?;
        sign_ins.learn(&Activity::of(&fields));
        Ok(())
    })?;
    Ok(sign_ins)
}
