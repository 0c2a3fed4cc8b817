//! How many events the archive has of each log group and day, from its raw copies.
//!
//! Raw copies have the time that CloudWatch Logs knows of an event, so the days are those of the log group, and not those of
//! the records. Copies are read once, in the order of time; the hashes of an hour are dropped when the hour is over.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::pin::pin;

use futures_util::TryStreamExt;
use mailtrail_archive::{ArchiveError, ArchiveReader, Partition};
use mailtrail_clock::{DAY, Time};
use mailtrail_subscription::{EventUids, Kind, LogBatch, batches, is_cloudwatch_id, is_probe};
use serde::Deserialize;

use crate::backfill::RETRIEVED_BY;
use crate::copies::{Copies, Wanted, all_days};
use crate::hashes::Hashes;
use crate::observer::Observer;
use crate::window::Window;

const HOUR: i64 = 3_600_000;

/// The email events that WorkMail's metrics count as well.
/// <https://docs.aws.amazon.com/workmail/latest/adminguide/monitoring-workmail-cloudwatch.html>
const MAIL_EVENTS: [&str; 5] = [
    "ORGANIZATION_EMAIL_RECEIVED",
    "MAILBOX_EMAIL_DELIVERED",
    "INCOMING_EMAIL_BOUNCED",
    "OUTGOING_EMAIL_BOUNCED",
    "OUTGOING_EMAIL_SENT",
];

/// Which log group.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogGroupId {
    /// 12 digits; of an archive whatever a batch says.
    pub account: String,
    /// `eu-west-1`; `unknown` where the archive does not tell.
    pub region: String,
    /// Its name.
    pub name: String,
}

/// What the archive has of a log group and a day. An event is counted once, however often it is stored: by log stream, id and
/// message.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Archived {
    /// Events, without probes of the doctor.
    pub events: u64,
    /// Those of them whose id another event has, with another message.
    pub other_messages: u64,
    /// Those of them that neither a subscription sent nor `FilterLogEvents` returned with an id of CloudWatch Logs: what was
    /// imported may be of another log group.
    pub unproved: u64,
    /// Probes of the doctor. The log group has them as well.
    pub probes: u64,
    /// Email events of a name that a metric of WorkMail counts.
    pub mail: u64,
    /// Sign-ins to mailboxes that failed.
    pub failed_sign_ins: u64,
}

/// By log group, by the number of the UTC day. A day without events is missing.
pub type ArchivedDays = BTreeMap<LogGroupId, BTreeMap<i64, Archived>>;

/// Counts what the archive has of a range, or of all days: of one account and Region, or of all. What cannot be read is told to
/// the observer, and counts as missing. Nothing where it was stopped.
///
/// # Errors
/// When the archive cannot be listed or read.
pub async fn archived_days(
    archive: &ArchiveReader,
    account_region: Option<(&str, &str)>,
    range: Option<Window>,
    decoded_limit: usize,
    observer: &dyn Observer,
) -> Result<Option<ArchivedDays>, ArchiveError> {
    let (account, region) = account_region.unzip();
    let wanted = Wanted { account, region, log_group: None };
    let Some(range) = range_of(archive, wanted, range).await? else { return Ok(Some(ArchivedDays::new())) };
    let mut copies = Copies::of_all(archive, wanted, range, decoded_limit).await?;
    let mut tally = Tally { range, hashes: Hashes::default(), hours: BTreeMap::new(), days: BTreeMap::new() };
    for hour in range.start() / HOUR..=(range.end() - 1) / HOUR {
        let due = copies.due((hour + 1) * HOUR).await?;
        let mut read = pin!(copies.read_all(due, observer));
        while let Some(copies) = read.try_next().await? {
            for copy in copies {
                let region = region.or(copy.payload.region.as_deref()).unwrap_or(Partition::UNKNOWN);
                let all = batches(&copy.text).unwrap_or_default();
                all.iter().filter(|batch| wanted.includes(batch)).for_each(|batch| tally.add(batch, region));
            }
            if observer.is_stopped() {
                return Ok(None);
            }
        }
        tally.finish(hour);
    }
    Ok(Some(tally.days))
}

/// What there can be of a range, or of all time: from the first to the last day with raw copies. The last one may have events
/// of the day after it.
async fn range_of(
    archive: &ArchiveReader,
    wanted: Wanted<'_>,
    asked: Option<Window>,
) -> Result<Option<Window>, ArchiveError> {
    let mut days = all_days(archive, wanted).await?;
    // Under the epoch lies what has an event without a usable time, whatever days its other events have.
    if days.remove(&Time::EPOCH.day_number()) && asked.is_some() {
        return Ok(asked);
    }
    let (Some(first), Some(last)) = (days.first(), days.last()) else { return Ok(None) };
    // A copy that has events of a later day yet has a day pointer there, which is in the listing.
    let there = Window::of_days(*first, last + 1);
    Ok(match asked {
        Some(asked) => there.and_then(|there| there.intersection(asked)),
        None => there,
    })
}

/// The counts of the days that are over, and the hashes of the hours that are not.
struct Tally {
    range: Window,
    hashes: Hashes,
    hours: BTreeMap<i64, HashMap<LogGroupId, Hour>>,
    days: ArchivedDays,
}

/// The events of one log group and hour.
#[derive(Default)]
struct Hour {
    /// Identity → the content that it was read with first, and whether it is proved to be of the log group.
    first: HashMap<u128, (u64, bool)>,
    /// The same identities with other contents.
    others: HashSet<(u128, u64)>,
    archived: Archived,
}

impl Tally {
    fn add(&mut self, batch: &LogBatch<'_>, region: &str) {
        if batch.kind == Kind::Control {
            return;
        }
        let id = LogGroupId {
            account: batch.owner.clone().into_owned(),
            region: region.to_owned(),
            name: batch.log_group.clone().into_owned(),
        };
        let uids = EventUids::of(batch);
        let is_read = batch.retrieved_by.as_deref().is_none_or(|by| by == RETRIEVED_BY);
        for (at, event) in batch.events.iter().enumerate() {
            let Some(millis) = event.time().map(Time::millis) else { continue };
            if !self.range.contains(millis) {
                continue;
            }
            let (uid, message) = (uids.uid(at), event.message());
            let identity = self.hashes.identity(&batch.log_stream, &uid);
            let content = self.hashes.content(&batch.log_stream, millis, &message);
            let groups = self.hours.entry(millis / HOUR).or_default();
            if !groups.contains_key(&id) {
                groups.insert(id.clone(), Hour::default());
            }
            let Some(hour) = groups.get_mut(&id) else { continue };
            let is_proved = is_read && is_cloudwatch_id(&uid);
            hour.add(identity, content, is_proved, &batch.log_stream, &message);
        }
    }

    /// Adds the counts of an hour, and of those before it, to their days.
    fn finish(&mut self, hour: i64) {
        let later = self.hours.split_off(&(hour + 1));
        for (hour, groups) in std::mem::replace(&mut self.hours, later) {
            for (id, Hour { archived, .. }) in groups {
                self.days.entry(id).or_default().entry(hour * HOUR / DAY).or_default().add(archived);
            }
        }
    }
}

impl Hour {
    fn add(&mut self, identity: u128, content: u64, is_proved: bool, log_stream: &str, message: &str) {
        let counts = &mut self.archived;
        match self.first.entry(identity) {
            Entry::Vacant(entry) => {
                let is_probe = is_probe(log_stream, message);
                entry.insert((content, is_proved || is_probe));
                if is_probe {
                    counts.probes += 1;
                    return;
                }
                counts.unproved += u64::from(!is_proved);
            }
            Entry::Occupied(mut entry) if entry.get().0 == content => {
                counts.unproved -= u64::from(is_proved && !entry.get().1);
                entry.get_mut().1 |= is_proved;
                return;
            }
            Entry::Occupied(_) if self.others.insert((identity, content)) => counts.other_messages += 1,
            Entry::Occupied(_) => return,
        }
        counts.events += 1;
        counts.mail += u64::from(is_mail(message));
        counts.failed_sign_ins += u64::from(is_failed_sign_in(message));
    }
}

impl Archived {
    fn add(&mut self, other: Self) {
        self.events += other.events;
        self.other_messages += other.other_messages;
        self.unproved += other.unproved;
        self.probes += other.probes;
        self.mail += other.mail;
        self.failed_sign_ins += other.failed_sign_ins;
    }
}

/// `{"event":{"eventName":"MAILBOX_EMAIL_DELIVERED", …}, …}`
fn is_mail(message: &str) -> bool {
    #[derive(Deserialize)]
    struct Message {
        event: Event,
    }
    #[derive(Deserialize)]
    struct Event {
        #[serde(rename = "eventName")]
        name: String,
    }
    MAIL_EVENTS.iter().any(|name| message.contains(name))
        && serde_json::from_str::<Message>(message)
            .is_ok_and(|it| MAIL_EVENTS.contains(&it.event.name.as_str()))
}

/// An entry of the authentication log: `{"auth_successful":false, …}`, in JSON or as text.
fn is_failed_sign_in(message: &str) -> bool {
    #[derive(Deserialize)]
    struct Message {
        auth_successful: serde_json::Value,
    }
    message.contains("auth_successful")
        && serde_json::from_str::<Message>(message).is_ok_and(|it| match it.auth_successful {
            serde_json::Value::Bool(successful) => !successful,
            serde_json::Value::String(successful) => successful.eq_ignore_ascii_case("false"),
            _ => false,
        })
}
