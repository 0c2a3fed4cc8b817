//! What becomes of a sighting: it is counted, and announced where there is somebody to tell.
//!
//! That happens when the archive has the events, and beside the streams: an announcement that fails is tried
//! again, then counted, and holds up neither.

use futures_util::stream::{self, StreamExt};
use mailtrail_aws_client::Deadline;
use mailtrail_aws_client::failure::Failure;
use mailtrail_delivery::{Announcement, Topic};
use mailtrail_subscription::{BatchId, LogBatch};
use mailtrail_watch::Sighting;
use serde::Serialize;

/// Announcements under way at a time.
const CONCURRENT_ANNOUNCEMENTS: usize = 4;

/// An entry of the watch list that applied to a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watched {
    /// The entry's name.
    pub watch: String,
    /// To how many events it applied.
    pub events: u64,
    /// Whether it was announced; nothing where there is no topic.
    pub announced: Option<Result<(), Failure>>,
}

impl Watched {
    /// Whether the topic took the announcement; nothing where there is no topic.
    pub fn was_announced(&self) -> Option<bool> {
        self.announced.as_ref().map(Result::is_ok)
    }
}

/// A sighting and where it was: the body of an announcement.
#[derive(Debug, Serialize)]
pub(crate) struct Scene {
    /// The same for the same batch and entry.
    id: String,
    log_group: String,
    log_stream: String,
    #[serde(flatten)]
    sighting: Sighting,
}

impl Scene {
    pub(crate) fn of(batch: &LogBatch<'_>, id: &BatchId, sighting: Sighting) -> Self {
        Self {
            id: format!("{id}/{}", sighting.watch),
            log_group: batch.log_group.to_string(),
            log_stream: batch.log_stream.to_string(),
            sighting,
        }
    }

    fn announcement(&self) -> Result<Announcement, Failure> {
        let Sighting { watch, events, failed, .. } = &self.sighting;
        let failures = if *failed > 0 { format!(", {failed} failed") } else { String::new() };
        let (noun, id) = (if *events == 1 { "event" } else { "events" }, self.id.clone());
        let body = serde_json::to_string_pretty(self)
            .map_err(|error| Failure::permanent("BadRequest", error.to_string()))?;
        Ok(Announcement {
            id,
            subject: format!("mailtrail: {watch}: {events} {noun}{failures}"),
            body,
            attributes: vec![("watch", watch.clone())],
        })
    }
}

/// Announces every scene, and tells what became of each.
pub(crate) async fn announce(topic: Option<&Topic>, scenes: &[Scene], deadline: Deadline) -> Vec<Watched> {
    let tell = |scene: &Scene| {
        let (watch, events) = (scene.sighting.watch.clone(), scene.sighting.events);
        let news = scene.announcement();
        async move {
            let announced = match (topic, news) {
                (None, _) => None,
                (Some(_), Err(failure)) => Some(Err(failure)),
                (Some(topic), Ok(news)) => Some(topic.announce(&news, deadline).await),
            };
            Watched { watch, events, announced }
        }
    };
    stream::iter(scenes.iter().map(tell)).buffered(CONCURRENT_ANNOUNCEMENTS).collect().await
}
