//! From the addresses of streams to their sinks: the one place that knows every sink.

use std::sync::Arc;
use std::time::Duration;

use mailtrail_aws_client::{Clients, RetryPolicy};
use mailtrail_config::{StreamAddress, StreamTarget};

use crate::{FileSink, FirehoseSink, Stream, TagGate};

/// Opens the streams. Nothing is asked of AWS yet, and a client is made only where a stream needs one. All Firehose
/// streams share one gate, which remembers the tag of a stream for the time `tag_cache`.
pub async fn open_streams(targets: &[StreamTarget], tag_cache: Duration, clients: &Clients) -> Vec<Stream> {
    let retry_policy = RetryPolicy::default();
    let mut gate: Option<Arc<TagGate>> = None;
    let mut streams = Vec::with_capacity(targets.len());
    for target in targets.iter().cloned() {
        streams.push(match target.address().clone() {
            StreamAddress::File(path) => Stream::new(target, FileSink::new(path)),
            StreamAddress::Firehose(name) => {
                let client = clients.firehose().await;
                let new_gate = || Arc::new(TagGate::new(client.clone(), tag_cache, retry_policy));
                let gate = Arc::clone(gate.get_or_insert_with(new_gate));
                Stream::new(target, FirehoseSink::new(client, name, gate, retry_policy))
            }
        });
    }
    streams
}
