//! What is said where nothing was found: what there is, and what is close to what was asked for.

use std::collections::BTreeSet;

use mailtrail_archive::{ObjectBody, records_day};
use mailtrail_clock::{Time, TimeRange};
use mailtrail_ocsf::Class;

use futures_util::{StreamExt, pin_mut};

use super::answer::Answer;
use super::archives::{Archives, Pass};
use super::args::TraceArgs;
use super::known::Known;
use super::{Question, scan};
use crate::likeness::nearest;
use crate::output::{Exit, NUMBER, count, paint, plain};
use crate::reading::{self, Tally};

/// Addresses that are compared with what was asked for.
const MOST_ADDRESSES: usize = 100_000;
/// Log groups that are named.
const NAMED_GROUPS: usize = 10;

/// There are no email events at all.
pub(super) async fn without_email(archives: &Archives, tally: Tally) -> anyhow::Result<Exit> {
    let mut groups = BTreeSet::new();
    for reader in archives.readers() {
        for class in Class::ALL {
            // What cannot be listed was named, or has nothing to do with email events.
            let mut ignored = Tally::start();
            let partitions = reading::partitions(reader, class.name(), records_day, &mut ignored).await?;
            let Some(last) = partitions.iter().map(|partition| partition.day).max() else { continue };
            let newest = partitions.into_iter().filter(|partition| partition.day == last).collect();
            let look = |_: &str, body: &mut ObjectBody| scan::log_groups(body);
            let objects = reading::read(reader, records_day, newest, archives.jobs(reader), look);
            pin_mut!(objects);
            while let Some(object) = objects.next().await {
                groups.extend(object.content.unwrap_or_default());
            }
        }
    }
    groups.remove("");
    if !groups.is_empty() {
        tally.note(&format!("it has events of {}", named(groups.iter().map(String::as_str))));
        tally.note("to have email events: mailtrail workmail enable, mailtrail backfill, mailtrail ingest");
    }
    let locations: Vec<String> = archives.locations().map(ToString::to_string).collect();
    Ok(tally.nothing(plain(&locations.join(", ")), "email events"))
}

/// Nothing is as it was asked for.
pub(super) async fn found(
    archives: &mut Archives,
    args: &TraceArgs,
    question: &Question,
    known: &Known,
    answer: Answer,
    mut tally: Tally,
) -> anyhow::Result<Exit> {
    answer.end(args, true, &tally)?;
    let range = question.range;
    let query = &question.query;
    let asked = [&query.from, &query.to, &query.participant];
    if asked.iter().any(|asked| asked.is_some()) {
        let addresses = addresses(archives, range, &mut tally).await?;
        for asked in asked.into_iter().flatten() {
            let alike = nearest(asked, addresses.iter().map(String::as_str));
            let alike: Vec<String> =
                alike.into_iter().map(|address| format!("`{}`", plain(address))).collect();
            if !alike.is_empty() {
                tally.note(&format!("did you mean {}?", alike.join(", ")));
            }
        }
    }
    let days = archives.days();
    if let (Some(first), Some(last)) = (days.first(), days.last()) {
        tally.note(&format!("there are email events from {} to {}", date(*first), date(*last)));
        if !days.iter().any(|day| range.overlaps_day(*day)) {
            tally.unanswered("there is nothing of the time that was asked for, so nothing can be said of it");
        }
    }
    let groups = known.as_of.log_groups().map(|(_, log_group, _)| log_group).collect::<BTreeSet<_>>();
    if !groups.is_empty() {
        tally.note(&format!("they are of {}", named(groups.into_iter())));
    }
    let is_asked_for = |since: Time, until: Time| {
        range.until().is_none_or(|end| since < end) && range.since().is_none_or(|begin| begin < until)
    };
    let gaps = known.gaps.iter().filter(|gap| is_asked_for(gap.since, gap.until)).count();
    if gaps > 0 {
        let days = count(gaps as u64, "day");
        tally.unanswered(&format!("of {days}, the archive lacks events: mailtrail coverage shows which"));
    }
    Ok(tally.end(&format!("{} found", paint(NUMBER, count(0, "message")))))
}

/// Where the time that was asked for begins before the archive does.
pub(super) fn beginning(archives: &Archives, question: &Question, tally: &Tally) {
    if let (Some(first), Some(since)) = (archives.days().first(), question.range.since())
        && since < *first
    {
        tally.note(&format!("the archive begins on {}: nothing is known of the time before", date(*first)));
    }
}

async fn addresses(
    archives: &mut Archives,
    range: TimeRange,
    tally: &mut Tally,
) -> anyhow::Result<BTreeSet<String>> {
    let mut addresses = BTreeSet::new();
    let look = |_: &str, body: &mut ObjectBody| scan::addresses(body);
    let take = |found: BTreeSet<String>| {
        if addresses.len() < MOST_ADDRESSES {
            addresses.extend(found);
        }
        Ok(())
    };
    archives.scan(Pass::Again, |day| range.overlaps_day(day), tally, look, take).await?;
    Ok(addresses)
}

fn date(day: Time) -> String {
    day.rfc3339().chars().take(10).collect()
}

fn named<'g>(groups: impl ExactSizeIterator<Item = &'g str>) -> String {
    let more = groups.len().saturating_sub(NAMED_GROUPS);
    let named: Vec<String> = groups.take(NAMED_GROUPS).map(plain).collect();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let noun = if named.len() == 1 { "log group" } else { "log groups" };
    format!("the {noun} {}{more}", named.join(", "))
}
