//! Probes: events that are sent to see whether they arrive. Who reads events for people leaves them out.

/// The name of a log stream of probes begins with this. Each probe has a log stream of its own, and so a batch of its own.
pub const PROBE_STREAM_PREFIX: &str = "mailtrail-probe/";

/// Whether the events of a log stream are probes, and not what a person or a program did.
pub fn is_probe(log_stream: &str) -> bool {
    log_stream.starts_with(PROBE_STREAM_PREFIX)
}
