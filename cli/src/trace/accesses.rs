//! What the audit logs say of a message afterwards: accesses to mailboxes that name it.
//!
//! An access names an item by an id of the mailbox, which email events do not have. So only one whose item is the Message-ID
//! is known to be of the message.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::Read;

use futures_util::{StreamExt, pin_mut};
use mailtrail_activity::{Activity, ActivityFields, Outcome};
use mailtrail_archive::{ObjectBody, records_day};
use mailtrail_clock::{Time, TimeRange};
use mailtrail_ocsf::Class;
use mailtrail_trace::{EventName, JourneyStep, Message};
use serde::Deserialize;

use super::archives::Archives;
use crate::reading::{self, Tally, for_each_line};

/// The members of a record that say of what it is.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Access<'a> {
    #[serde(borrow)]
    resources: Vec<Resource<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Resource<'a> {
    #[serde(borrow)]
    uid: Cow<'a, str>,
}

/// Adds the accesses that name a message to its journey: of the days of its events, and so long after them.
pub(super) async fn add(
    archives: &Archives,
    messages: &mut [Message],
    window: i64,
    tally: &mut Tally,
) -> anyhow::Result<()> {
    let times = || messages.iter().flat_map(|message| [message.first_time, message.last_time]);
    let (Some(first), Some(last)) = (times().min(), times().max()) else { return Ok(()) };
    let until = Time::from_millis(last.millis().saturating_add(window).saturating_add(1));
    let range = TimeRange::new(Some(first), until).unwrap_or_default();
    let mut by_id: HashMap<String, Vec<usize>> = HashMap::new();
    for (number, message) in messages.iter().enumerate() {
        if let Some(id) = &message.message_id {
            by_id.entry(bare(id).to_owned()).or_default().push(number);
        }
    }
    let ids = by_id.keys().cloned().collect::<Vec<_>>();
    for reader in archives.readers() {
        let mut partitions =
            reading::partitions(reader, Class::ApiActivity.name(), records_day, tally).await?;
        partitions.retain(|partition| range.overlaps_day(partition.day));
        let ids = ids.clone();
        let look = move |_: &str, body: &mut ObjectBody| scan(body, &ids);
        let objects = reading::read(reader, records_day, partitions, archives.jobs(reader), look);
        pin_mut!(objects);
        while let Some(object) = objects.next().await {
            for (id, step) in tally.take(object).unwrap_or_default() {
                for number in by_id.get(&id).into_iter().flatten() {
                    let journey = messages[*number].journey.get_or_insert_default();
                    if journey.iter().all(|known| known.uid != step.uid) {
                        journey.push(step.clone());
                    }
                }
            }
        }
    }
    for journey in messages.iter_mut().filter_map(|message| message.journey.as_mut()) {
        // Stable: events of one moment stay in their order.
        journey.sort_by_key(|step| step.time);
    }
    Ok(())
}

/// The accesses in an object that name one of these Message-IDs.
fn scan(object: impl Read, ids: &[String]) -> Result<Vec<(String, JourneyStep)>, String> {
    let mut found = Vec::new();
    for_each_line(object, |line| {
        let access: Access<'_> = serde_json::from_slice(line)?;
        let named = access.resources.iter().find_map(|resource| {
            let uid = bare(&resource.uid);
            ids.iter().find(|id| *id == uid)
        });
        if let Some(id) = named {
            let fields: ActivityFields<'_> = serde_json::from_slice(line)?;
            found.extend(step(&fields).map(|step| (id.clone(), step)));
        }
        Ok(())
    })?;
    Ok(found)
}

/// One access; nothing for a record of another service.
fn step(fields: &ActivityFields<'_>) -> Option<JourneyStep> {
    let activity = Activity::of(fields);
    let source = match activity.sources.first() {
        Some(source) => format!(" from {source}"),
        None => String::new(),
    };
    let end = if activity.outcome == Outcome::Failure { ", which was refused" } else { "" };
    let (operation, by) = (activity.operation, activity.label());
    (activity.service == "Amazon WorkMail").then(|| JourneyStep {
        time: activity.time,
        event: EventName::Other(operation.to_owned()),
        text: format!("The audit log has an access to the item: {operation} by {by}{source}{end}."),
        uid: fields.uid().to_owned(),
    })
}

fn bare(id: &str) -> &str {
    let id = id.trim();
    id.strip_prefix('<').and_then(|id| id.strip_suffix('>')).unwrap_or(id)
}
