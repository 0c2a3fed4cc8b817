//! How many events the archive has of each log group and day, from its raw copies.
//!
//! Raw copies have the time that CloudWatch Logs knows of an event, so the days are those of the log group, and not those of
//! the records. Copies are read once, in the order of time; the hashes of an hour are dropped when the hour is over.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::pin::pin;

use futures_util::TryStreamExt;
use mailtrail_archive::{ArchiveError, ArchiveReader, Partition};
use mailtrail_clock::{DAY, LATEST, Time};
use mailtrail_subscription::{EventUids, Kind, LogBatch, batches, is_cloudwatch_id, is_probe};
use serde::Deserialize;

use crate::backfill::RETRIEVED_BY;
use crate::copies::{Copies, Copy, Folders, Wanted};
use crate::hashes::Hashes;
use crate::observer::Observer;
use crate::window::Window;

const HOUR: i64 = 3_600_000;
const HOURS: i64 = DAY / HOUR;

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
    /// Those of them that neither a subscription sent nor `FilterLogEvents` returned with an id of CloudWatch Logs, and those
    /// of no known Region: what was imported may be of another log group.
    pub unproved: u64,
    /// Those of them that are perhaps no other event: one with another id has the same log stream, time and message, and
    /// only one of the two was sent by a subscription.
    pub doubles: u64,
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
    let Some(range) = range.or_else(|| Window::of_days(0, LATEST / DAY)) else {
        return Ok(Some(ArchivedDays::new()));
    };
    let folders = Folders::read(archive, wanted, Some(observer)).await?;
    let hours = hours_to_read(&folders.days, range);
    let mut copies = Copies::of_all(archive, wanted, folders, range, decoded_limit, observer).await?;
    let mut tally = Tally::new(wanted, range);
    for hour in hours {
        if observer.is_stopped() {
            return Ok(None);
        }
        let due = copies.due((hour + 1) * HOUR).await?;
        let mut read = pin!(copies.read_all(due));
        while let Some(copies) = read.try_next().await? {
            for copy in copies {
                if !tally.add(&copy) {
                    observer.note(format!(
                        "`{}` has events from before the time in its name, which are not counted: mailtrail writes no such copy",
                        copy.key
                    ));
                }
            }
            if observer.is_stopped() {
                return Ok(None);
            }
        }
        tally.finish(hour);
    }
    Ok(Some(tally.days))
}

/// The hours of a range that can have events: of the days that have copies, and of the days after these. At the end the last
/// one of the range, so that nothing is left.
fn hours_to_read(days: &BTreeSet<i64>, range: Window) -> BTreeSet<i64> {
    let (first, last) = (range.start() / HOUR, (range.end() - 1) / HOUR);
    let days: BTreeSet<i64> = days.iter().flat_map(|day| [*day, day + 1]).collect();
    let hours = days.into_iter().flat_map(|day| day * HOURS..(day + 1) * HOURS);
    hours.filter(|hour| (first..=last).contains(hour)).chain([last]).collect()
}

/// The counts of the days that are over, and the hashes of the hours that are not.
struct Tally<'a> {
    wanted: Wanted<'a>,
    range: Window,
    /// The first hour that is not over.
    open: i64,
    hashes: Hashes,
    hours: BTreeMap<i64, HashMap<LogGroupId, Hour>>,
    days: ArchivedDays,
}

/// The events of one log group and hour.
#[derive(Default)]
struct Hour {
    /// Identity → what it was read with first.
    first: HashMap<u128, First>,
    /// The same identities with other contents.
    others: HashSet<(u128, u64)>,
    /// Content → how many identities with it only a subscription sent, and how many only came otherwise.
    one_way: HashMap<u64, [u64; 2]>,
    archived: Archived,
}

/// An identity, as it was read first.
struct First {
    content: u64,
    is_proved: bool,
    was_sent: bool,
    /// Whether it came both ways, so that its id is one of both.
    came_both_ways: bool,
}

/// An event of a log group.
struct Stored<'a> {
    identity: u128,
    content: u64,
    /// Whether it is proved to be of the log group.
    is_proved: bool,
    was_sent: bool,
    log_stream: &'a str,
    message: &'a str,
}

impl<'a> Tally<'a> {
    fn new(wanted: Wanted<'a>, range: Window) -> Self {
        let (hashes, hours, days) = (Hashes::default(), BTreeMap::new(), ArchivedDays::new());
        Self { wanted, range, open: i64::MIN, hashes, hours, days }
    }

    /// Adds the events of a copy; `false` where some are of an hour that is over.
    fn add(&mut self, copy: &Copy) -> bool {
        let wanted = self.wanted;
        let found = copy.payload.region.as_deref();
        if found.is_some_and(|found| wanted.region.is_some_and(|region| region != found)) {
            return true;
        }
        let region = wanted.region.or(found).unwrap_or(Partition::UNKNOWN);
        let all = batches(&copy.text).unwrap_or_default();
        let ours = all.iter().filter(|batch| wanted.includes(batch) && batch.kind != Kind::Control);
        let mut in_order = true;
        for batch in ours {
            in_order &= self.add_batch(batch, region, found.is_some());
        }
        in_order
    }

    fn add_batch(&mut self, batch: &LogBatch<'_>, region: &str, is_region_known: bool) -> bool {
        let id = LogGroupId {
            account: batch.owner.clone().into_owned(),
            region: region.to_owned(),
            name: batch.log_group.clone().into_owned(),
        };
        let uids = EventUids::of(batch);
        let was_sent = batch.retrieved_by.is_none();
        let is_read = is_region_known && (was_sent || batch.retrieved_by.as_deref() == Some(RETRIEVED_BY));
        let mut in_order = true;
        for (at, event) in batch.events.iter().enumerate() {
            let Some(millis) = event.time().map(Time::millis) else { continue };
            if !self.range.contains(millis) {
                continue;
            }
            if millis / HOUR < self.open {
                in_order = false;
                continue;
            }
            let (uid, message) = (uids.uid(at), event.message());
            let stored = Stored {
                identity: self.hashes.identity(&batch.log_stream, &uid),
                content: self.hashes.content(&batch.log_stream, millis, &message),
                is_proved: is_read && is_cloudwatch_id(&uid),
                was_sent,
                log_stream: &batch.log_stream,
                message: &message,
            };
            let groups = self.hours.entry(millis / HOUR).or_default();
            if !groups.contains_key(&id) {
                groups.insert(id.clone(), Hour::default());
            }
            if let Some(hour) = groups.get_mut(&id) {
                hour.add(&stored);
            }
        }
        in_order
    }

    /// Adds the counts of an hour, and of those before it, to their days.
    fn finish(&mut self, hour: i64) {
        self.open = hour + 1;
        let later = self.hours.split_off(&(hour + 1));
        for (hour, groups) in std::mem::replace(&mut self.hours, later) {
            for (id, Hour { archived, .. }) in groups {
                self.days.entry(id).or_default().entry(hour * HOUR / DAY).or_default().add(archived);
            }
        }
    }
}

impl Hour {
    fn add(&mut self, stored: &Stored<'_>) {
        let Stored { identity, content, is_proved, was_sent, log_stream, message } = *stored;
        let counts = &mut self.archived;
        match self.first.entry(identity) {
            Entry::Vacant(entry) => {
                let is_probe = is_probe(log_stream, message);
                let is_proved = is_proved || is_probe;
                entry.insert(First { content, is_proved, was_sent, came_both_ways: is_probe });
                if is_probe {
                    counts.probes += 1;
                    return;
                }
                counts.unproved += u64::from(!is_proved);
                let one_way = self.one_way.entry(content).or_default();
                counts.doubles -= doubles(*one_way);
                one_way[usize::from(was_sent)] += 1;
                counts.doubles += doubles(*one_way);
            }
            Entry::Occupied(mut entry) if entry.get().content == content => {
                let first = entry.get_mut();
                counts.unproved -= u64::from(is_proved && !first.is_proved);
                first.is_proved |= is_proved;
                if first.was_sent != was_sent && !std::mem::replace(&mut first.came_both_ways, true) {
                    let one_way = self.one_way.entry(content).or_default();
                    counts.doubles -= doubles(*one_way);
                    one_way[usize::from(first.was_sent)] -= 1;
                    counts.doubles += doubles(*one_way);
                }
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

/// How many events with one content may be there twice, by the numbers of identities that came only one way.
fn doubles([sent, otherwise]: [u64; 2]) -> u64 {
    sent.min(otherwise)
}

impl Archived {
    /// Whether some of the events may be none of the log group, or one of them twice.
    pub fn has_others(&self) -> bool {
        self.unproved + self.other_messages + self.doubles > 0
    }

    fn add(&mut self, other: Self) {
        self.events += other.events;
        self.other_messages += other.other_messages;
        self.unproved += other.unproved;
        self.doubles += other.doubles;
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
