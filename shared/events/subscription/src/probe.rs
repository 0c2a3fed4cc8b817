//! Probes: events that are sent to see whether they arrive. Who reads events for people leaves them out.
//!
//! A caller who may write to a log group may name its log streams. So the name of the log stream hides nothing: only the
//! message of a probe, which has no room for anything else, is one.

/// The name of a log stream of probes begins with this, and ends with the id of its probe. Each probe has a log stream of
/// its own, and so a batch of its own.
pub const PROBE_STREAM_PREFIX: &str = "mailtrail-probe/";

/// The number of hexadecimal digits in the id of a probe.
const ID_DIGITS: usize = 16;
/// The length of the longest time, such as `2026-11-20T10:15:02.123Z`.
const LONGEST_TIME: usize = 24;

/// The message of a probe; `sent` is a time in the form of RFC 3339.
pub fn probe_message(id: &str, sent: &str) -> String {
    format!(r#"{{"mailtrailProbe":"{id}","sent":"{sent}"}}"#)
}

/// Whether an event is a probe, and not what a person or a program did.
pub fn is_probe(log_stream: &str, message: &str) -> bool {
    let Some(id) = log_stream.strip_prefix(PROBE_STREAM_PREFIX) else { return false };
    let is_id = id.len() == ID_DIGITS && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    let sent = message.rsplit('"').nth(1).unwrap_or_default();
    let is_time = sent.len() <= LONGEST_TIME
        && sent.bytes().all(|byte| byte.is_ascii_digit() || b"-:.TZ".contains(&byte));
    is_id && is_time && message == probe_message(id, sent)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STREAM: &str = "mailtrail-probe/0123456789abcdef";

    #[test]
    fn a_probe_is_one_by_its_log_stream_and_its_message() {
        let message = probe_message("0123456789abcdef", "2026-11-20T10:15:02.123Z");
        assert_eq!(message, r#"{"mailtrailProbe":"0123456789abcdef","sent":"2026-11-20T10:15:02.123Z"}"#);
        assert!(is_probe(STREAM, &message));
        assert!(!is_probe("mailtrail-probe/fedcba9876543210", &message));
        assert!(!is_probe("application", &message));
    }

    #[test]
    fn no_other_event_hides_in_a_log_stream_of_probes() {
        let of = |id: &str, sent: &str| probe_message(id, sent);
        for message in [
            String::new(),
            "alice signed in".to_owned(),
            r#"{"mailtrailProbe":"0123456789abcdef"}"#.to_owned(),
            r#"{"mailtrailProbe":"0123456789abcdef","sent":"2026-11-20T10:15:02Z","user":"alice"}"#
                .to_owned(),
            of("0123456789abcdef", "alice"),
            of("0123456789abcdef", "1\",\"user\":\"7"),
            of("0123456789abcdef", &"1".repeat(25)),
            format!(" {}", of("0123456789abcdef", "2026-11-20T10:15:02Z")),
        ] {
            assert!(!is_probe(STREAM, &message), "{message}");
        }
        let other = "mailtrail-probe/alice did that";
        assert!(!is_probe(other, &of("alice did that", "2026-11-20T10:15:02Z")));
    }
}
