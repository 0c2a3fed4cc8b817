//! What becomes of a notification: it is counted, and announced where there is a topic.
//!
//! That happens when the archive has the events, and beside the streams: an announcement that fails is tried
//! again, then counted, and holds up neither.

use futures_util::stream::{self, StreamExt};
use mailtrail_aws_client::Deadline;
use mailtrail_aws_client::failure::Failure;
use mailtrail_delivery::{Announcement, Topic};
use mailtrail_subscription::{BatchId, LogBatch};
use mailtrail_watch::Notification;
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

/// A notification and its batch: the body of an announcement.
#[derive(Debug, Serialize)]
pub(crate) struct BatchNotification {
    /// The same for the same batch and entry.
    id: String,
    log_group: String,
    log_stream: String,
    #[serde(flatten)]
    notification: Notification,
}

impl BatchNotification {
    pub(crate) fn of(batch: &LogBatch<'_>, id: &BatchId, notification: Notification) -> Self {
        Self {
            id: format!("{id}/{}", notification.watch),
            log_group: batch.log_group.to_string(),
            log_stream: batch.log_stream.to_string(),
            notification,
        }
    }

    fn announcement(&self) -> Result<Announcement, Failure> {
        let Notification { watch, events, failed, .. } = &self.notification;
        let failures = if *failed > 0 { format!(", {failed} failed") } else { String::new() };
        let (noun, id) = (if *events == 1 { "event" } else { "events" }, self.id.clone());
        let body = serde_json::to_string_pretty(self)
            .map_err(|error| Failure::permanent("BadRequest", error.to_string()))?;
        // Callers choose the names of sessions, and people read this in a mail.
        let body = mailtrail_plain_text::escape_json(&body).into_owned();
        Ok(Announcement {
            id,
            subject: format!("mailtrail: {watch}: {events} {noun}{failures}"),
            body,
            attributes: vec![("watch", watch.clone())],
        })
    }
}

/// Announces every notification, and says what became of each.
pub(crate) async fn announce(
    topic: Option<&Topic>,
    notifications: &[BatchNotification],
    deadline: Deadline,
) -> Vec<Watched> {
    let tell = |notification: &BatchNotification| {
        let (watch, events) = (notification.notification.watch.clone(), notification.notification.events);
        let news = notification.announcement();
        async move {
            let announced = match (topic, news) {
                (None, _) => None,
                (Some(_), Err(failure)) => Some(Err(failure)),
                (Some(topic), Ok(news)) => Some(topic.announce(&news, deadline).await),
            };
            Watched { watch, events, announced }
        }
    };
    stream::iter(notifications.iter().map(tell)).buffered(CONCURRENT_ANNOUNCEMENTS).collect().await
}
