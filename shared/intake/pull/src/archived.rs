//! How many events of a log group the archive has, window by window: what an interrupted run wrote down as done is believed
//! only where they are there. It costs what comparing with the archive always costs: each raw copy of the time is read once.

use std::collections::BTreeMap;
use std::pin::pin;

use futures_util::TryStreamExt;
use mailtrail_archive::{ArchiveError, ArchiveReader};

use crate::copies::Copies;
use crate::group::LogGroup;
use crate::hashes::Hashes;
use crate::ids::Ids;
use crate::known::{Events, compared};
use crate::observer::Observer;
use crate::window::Window;

/// The number of events in each window; they are in the order of time and share nothing. A raw copy without its records does
/// not count.
pub(crate) async fn counts(
    archive: &ArchiveReader,
    group: &LogGroup,
    windows: &[Window],
    ids: Ids,
    decoded_limit: usize,
    observer: &dyn Observer,
) -> Result<BTreeMap<Window, u64>, ArchiveError> {
    let (Some(first), Some(last)) = (windows.first(), windows.last()) else { return Ok(BTreeMap::new()) };
    let mut copies = Copies::of(archive, group, first.hull(*last), decoded_limit, observer).await?;
    let (hashes, mut counts) = (Hashes::default(), BTreeMap::new());
    // Of windows that are not counted yet, by their beginning.
    let mut held: BTreeMap<i64, (Window, Events)> =
        windows.iter().map(|window| (window.start(), (*window, Events::default()))).collect();
    for window in windows {
        let due = copies.due(window.end()).await?;
        let mut read = pin!(copies.read_all(due));
        while let Some(found) = read.try_next().await? {
            for batch in found.iter().filter(|copy| copy.has_records).flat_map(|copy| copy.batches(group)) {
                for event in compared(&batch, &hashes, ids) {
                    let part = held.range_mut(..=event.millis).next_back();
                    if let Some((_, (_, events))) = part.filter(|(_, (part, _))| part.contains(event.millis))
                    {
                        events.add(&event);
                    }
                }
            }
        }
        let events = held.remove(&window.start()).map_or(0, |(_, events)| events.count());
        counts.insert(*window, events);
    }
    Ok(counts)
}
