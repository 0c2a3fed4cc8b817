//! The raw copies of an archive, in the order of time, as far as a log group, or those of an account, need them.
//!
//! The name of a raw copy begins with the second of its earliest event. So whatever the archive has of a window is in copies
//! whose name is before the window's end, and each copy is read once while windows go on.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io::Read;

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use mailtrail_archive::{
    ArchiveError, ArchiveReader, Listing, Partition, RAW, batch_object_key, batch_of, day_pointer_day,
    raw_day, raw_key,
};
use mailtrail_aws_client::Deadline;
use mailtrail_clock::{DAY, Time};
use mailtrail_ocsf::Class;
use mailtrail_subscription::{BatchId, LogBatch, Payload, batches, payloads};

use crate::group::LogGroup;
use crate::observer::Observer;
use crate::window::Window;

/// Copies that are read at a time: S3 takes its time for each.
const READ_AT_A_TIME: usize = 8;

/// Whose events are looked for; nothing stands for any.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Wanted<'a> {
    pub(crate) account: Option<&'a str>,
    pub(crate) region: Option<&'a str>,
    pub(crate) log_group: Option<&'a str>,
}

impl<'a> Wanted<'a> {
    fn group(group: &'a LogGroup) -> Self {
        Self { account: Some(&group.account), region: Some(&group.region), log_group: Some(&group.name) }
    }

    pub(crate) fn includes(self, batch: &LogBatch<'_>) -> bool {
        self.log_group.is_none_or(|name| batch.log_group == name)
            && self.account.is_none_or(|account| batch.owner == account)
    }

    /// Whether a partition may have some: that of the account and Region, and what is not known.
    fn may_be_in(self, partition: &Partition) -> bool {
        let is = |wanted: Option<&str>, found: Option<&str>| {
            wanted.is_none() || found.is_none() || wanted == found
        };
        is(self.account, partition.account()) && is(self.region, partition.region())
    }
}

/// The raw copies of a log group that were not handed out yet.
pub(crate) struct Copies<'a> {
    archive: &'a ArchiveReader,
    wanted: Wanted<'a>,
    decoded_limit: usize,
    partitions: Vec<Partition>,
    /// The days to list; nothing where every one may have copies, also those that come while it is read.
    days: Option<BTreeSet<i64>>,
    /// Where what cannot be read is noted.
    observer: &'a dyn Observer,
    /// The first day that is listed besides 1970.
    first_day: i64,
    /// The next day to list.
    next_day: i64,
    /// What is listed, by time.
    waiting: BTreeSet<Listed>,
    /// The copies of days that are not listed, by day pointers: each further day has one for the same copy.
    pointed: HashSet<String>,
    /// The batches of the days listed that have records; nothing where no one asks.
    with_records: Option<HashSet<String>>,
}

/// A raw copy: the second of its earliest event, its key, and the number of its partition.
pub(crate) type Listed = (Time, String, usize);

/// The folders of raw copies.
#[derive(Debug, Default)]
pub(crate) struct Folders {
    partitions: Vec<Partition>,
    /// The days of which there are some.
    pub(crate) days: BTreeSet<i64>,
}

/// A raw copy that has events of the log group.
pub(crate) struct Copy {
    /// Its key.
    pub(crate) key: String,
    /// The decoded payload.
    pub(crate) text: String,
    /// The payload, to be run again.
    pub(crate) payload: Payload,
    /// The time of its earliest event, in whole seconds.
    pub(crate) time: Time,
    /// Whether each of its batches has records.
    pub(crate) has_records: bool,
}

impl Copy {
    /// The batches of a log group.
    pub(crate) fn batches<'a>(&'a self, group: &LogGroup) -> Vec<LogBatch<'a>> {
        let mut found = batches(&self.text).unwrap_or_default();
        found.retain(|batch| Wanted::group(group).includes(batch));
        found
    }
}

impl<'a> Copies<'a> {
    /// The raw copies that may have events of a log group and a range, each with whether it has records.
    pub(crate) async fn of(
        archive: &'a ArchiveReader,
        group: &'a LogGroup,
        range: Window,
        decoded_limit: usize,
        observer: &'a dyn Observer,
    ) -> Result<Copies<'a>, ArchiveError> {
        let wanted = Wanted::group(group);
        let partitions = partitions(archive, wanted, Some(observer)).await?;
        let mut copies = Self {
            partitions,
            with_records: Some(HashSet::new()),
            ..Self::new(archive, wanted, range, decoded_limit, observer)
        };
        copies.list(Time::EPOCH.day_number()).await?;
        Ok(copies)
    }

    /// The raw copies of folders that may have events of a range. Of none it is known whether it has records.
    pub(crate) async fn of_all(
        archive: &'a ArchiveReader,
        wanted: Wanted<'a>,
        Folders { partitions, days }: Folders,
        range: Window,
        decoded_limit: usize,
        observer: &'a dyn Observer,
    ) -> Result<Copies<'a>, ArchiveError> {
        let has_epoch = days.contains(&Time::EPOCH.day_number());
        let mut copies = Self {
            partitions,
            days: Some(days),
            ..Self::new(archive, wanted, range, decoded_limit, observer)
        };
        if has_epoch {
            copies.list(Time::EPOCH.day_number()).await?;
        }
        Ok(copies)
    }

    fn new(
        archive: &'a ArchiveReader,
        wanted: Wanted<'a>,
        range: Window,
        decoded_limit: usize,
        observer: &'a dyn Observer,
    ) -> Self {
        // A copy of one day may have events of the next one, of later days only with a pointer there.
        let first_day = range.day() - 1;
        Self {
            archive,
            wanted,
            decoded_limit,
            partitions: Vec::new(),
            days: None,
            observer,
            first_day,
            next_day: first_day,
            waiting: BTreeSet::new(),
            pointed: HashSet::new(),
            with_records: None,
        }
    }

    /// The copies that have events before a time, and were not due before.
    pub(crate) async fn due(&mut self, millis: i64) -> Result<Vec<Listed>, ArchiveError> {
        let last = (millis - 1).div_euclid(DAY);
        let next = self.next_day;
        self.next_day = next.max(last + 1);
        let days: Vec<i64> = match &self.days {
            _ if last < next => Vec::new(),
            Some(days) => days.range(next..=last).copied().collect(),
            None => (next..=last).collect(),
        };
        for day in days {
            if day != Time::EPOCH.day_number() {
                self.list(day).await?;
            }
        }
        let later = Time::from_millis(millis).map(|time| (time, String::new(), 0));
        let rest = later.map(|later| self.waiting.split_off(&later)).unwrap_or_default();
        Ok(std::mem::replace(&mut self.waiting, rest).into_iter().collect())
    }

    /// Reads copies, several at a time, in their order.
    pub(crate) fn read_all<'b>(
        &'b self,
        listed: Vec<Listed>,
    ) -> impl Stream<Item = Result<Vec<Copy>, ArchiveError>> + use<'b, 'a> {
        stream::iter(listed).map(move |listed| self.read(listed)).buffered(READ_AT_A_TIME)
    }

    /// Lists the copies of a day, and the batches that have records.
    async fn list(&mut self, day: i64) -> Result<(), ArchiveError> {
        let Some(midnight) = Time::from_millis(day * DAY) else { return Ok(()) };
        for (at, partition) in self.partitions.clone().iter().enumerate() {
            let names = self.names(&folder_of(&raw_key(partition, midnight, ""))).await?;
            for key in names {
                if raw_day(&key).is_some() {
                    self.waiting.extend(time_of(&key).map(|time| (time, key, at)));
                } else if let Some((batch, first_day)) =
                    batch_of(&key).filter(|_| day_pointer_day(&key).is_some())
                    && first_day.day_number() < self.first_day
                    && first_day > Time::EPOCH
                {
                    let key = raw_key(partition, first_day, batch);
                    // Its records are of a day that is not listed. A subscription sent it: no reading crosses a day.
                    self.with_records.iter_mut().for_each(|known| _ = known.insert(batch.to_owned()));
                    // What was handed out once is not handed out again on a later day.
                    if self.pointed.insert(key.clone()) {
                        self.waiting.extend(time_of(&key).map(|time| (time, key, at)));
                    }
                }
            }
            let classes: &[Class] = if self.with_records.is_some() { &Class::ALL } else { &[] };
            for class in classes {
                let folder = folder_of(&batch_object_key(*class, partition, midnight, ""));
                let names = self.names(&folder).await?;
                let batch = |key: &String| Some(key.rsplit_once('/')?.1.split_once('.')?.0.to_owned());
                self.with_records.iter_mut().for_each(|known| known.extend(names.iter().filter_map(batch)));
            }
        }
        Ok(())
    }

    async fn names(&self, folder: &str) -> Result<Vec<String>, ArchiveError> {
        Ok(readable(self.archive.list_readable(folder, Deadline::NEVER).await?, Some(self.observer)))
    }

    /// The payloads of a copy that have events of the log group; none where it cannot be read, which is told.
    async fn read(&self, (time, key, partition): Listed) -> Result<Vec<Copy>, ArchiveError> {
        let limit = self.decoded_limit;
        let read = self.archive.read(&key, Deadline::NEVER, move |body| decode(body, limit)).await;
        let decoded = match read {
            Ok(decoded) => decoded,
            // It was removed or replaced while we read, or the network is gone.
            Err(error) if error.failure.retryable => return Err(error),
            Err(error) => Err(error.failure.to_string()),
        };
        let region = self.partitions[partition].region();
        let copies = decoded.and_then(|decoded| {
            let mut copies = Vec::new();
            for (mut payload, text) in decoded {
                payload.region = payload.region.or_else(|| region.map(str::to_owned));
                let all = batches(&text).map_err(|reason| reason.to_string())?;
                let ours = all.iter().filter(|batch| self.wanted.includes(batch));
                let mut missing = ours.clone().map(|batch| self.has_records(&key, batch, all.len()));
                let is_ours = ours.clone().next().is_some();
                let has_records = missing.all(|has_records| has_records);
                if is_ours {
                    copies.push(Copy { key: key.clone(), text, payload, time, has_records });
                }
            }
            Ok(copies)
        });
        Ok(copies.unwrap_or_else(|reason| {
            let note = format!("failed to read `{key}`: {reason}; its events count as missing");
            self.observer.note(note);
            Vec::new()
        }))
    }

    fn has_records(&self, key: &str, batch: &LogBatch<'_>, batches: usize) -> bool {
        let Some(known) = &self.with_records else { return false };
        match batch_of(key) {
            Some((name, _)) if batches == 1 => known.contains(name),
            _ => known.contains(&BatchId::of(std::slice::from_ref(batch)).to_string()),
        }
    }
}

/// The days of a range of which the archive has raw copies of the log group's account, latest first.
pub(crate) async fn days(
    archive: &ArchiveReader,
    group: &LogGroup,
    range: Window,
) -> Result<Vec<i64>, ArchiveError> {
    let days = Folders::read(archive, Wanted::group(group), None).await?.days;
    let of_range = range.day()..=(range.end() - 1) / DAY;
    Ok(days.into_iter().rev().filter(|day| of_range.contains(day)).collect())
}

impl Folders {
    /// Those that may have events of who is wanted. What cannot be listed is told.
    pub(crate) async fn read(
        archive: &ArchiveReader,
        wanted: Wanted<'_>,
        observer: Option<&dyn Observer>,
    ) -> Result<Self, ArchiveError> {
        let partitions = partitions(archive, wanted, observer).await?;
        let mut days = BTreeSet::new();
        for partition in &partitions {
            let above = folder_of(&folder_of(&raw_key(partition, Time::EPOCH, "")));
            for folder in folders(archive, &above, observer).await? {
                days.extend(raw_day(&folder).map(Time::day_number));
            }
        }
        Ok(Self { partitions, days })
    }
}

/// The accounts that an archive has raw copies of.
///
/// # Errors
/// When it cannot be listed.
pub async fn accounts(archive: &ArchiveReader) -> Result<BTreeSet<String>, ArchiveError> {
    let mut accounts = BTreeSet::new();
    for partition in all_partitions(archive, None).await?.into_values() {
        accounts.extend(partition.account().map(str::to_owned));
    }
    Ok(accounts)
}

async fn partitions(
    archive: &ArchiveReader,
    wanted: Wanted<'_>,
    observer: Option<&dyn Observer>,
) -> Result<Vec<Partition>, ArchiveError> {
    let all = all_partitions(archive, observer).await?;
    Ok(all.into_values().filter(|partition| wanted.may_be_in(partition)).collect())
}

async fn all_partitions(
    archive: &ArchiveReader,
    observer: Option<&dyn Observer>,
) -> Result<BTreeMap<String, Partition>, ArchiveError> {
    let mut partitions = BTreeMap::new();
    for region in folders(archive, RAW, observer).await? {
        for account in folders(archive, &region, observer).await? {
            let value = |folder: &str| folder.rsplit_once('=').map(|(_, value)| value.to_owned());
            let partition = Partition::new(value(&region).as_deref(), value(&account).as_deref());
            partitions.insert(account, partition);
        }
    }
    Ok(partitions)
}

async fn folders(
    archive: &ArchiveReader,
    above: &str,
    observer: Option<&dyn Observer>,
) -> Result<Vec<String>, ArchiveError> {
    Ok(readable(archive.folders_readable(above, Deadline::NEVER).await?, observer))
}

/// The names of a listing; what cannot be read is noted.
fn readable(listing: Listing, observer: Option<&dyn Observer>) -> Vec<String> {
    for (observer, (_, error)) in
        observer.iter().flat_map(|it| listing.unreadable.iter().map(move |error| (it, error)))
    {
        observer.note(format!("{error}; its events count as missing"));
    }
    listing.names
}

/// The folder of a key.
fn folder_of(key: &str) -> String {
    key.rsplit_once('/').map(|(folder, _)| folder.to_owned()).unwrap_or_default()
}

/// The second that the name of a raw copy begins with.
fn time_of(key: &str) -> Option<Time> {
    let (batch, _) = batch_of(key)?;
    Time::from_iso8601(batch.split_once('-')?.0)
}

/// The payloads of a raw copy, decoded.
fn decode(body: impl Read, limit: usize) -> Result<Vec<(Payload, String)>, String> {
    let mut bytes = Vec::new();
    // Compression makes nothing larger by much.
    let longest = limit as u64 + (limit as u64 >> 10) + (64 << 10);
    body.take(longest + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() as u64 > longest {
        return Err(format!("more than {longest} bytes"));
    }
    let decode = |payload: Payload| {
        let text = payload.decode(limit).map_err(|reason| reason.to_string())?;
        Ok((payload, text))
    };
    payloads(&Bytes::from(bytes)).into_iter().map(decode).collect()
}
