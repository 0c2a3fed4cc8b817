//! The envelope of a CloudWatch Logs subscription, as this crate writes it.
//!
//! Policy: serialised in the key order that AWS uses. Shapes that no typed batch can have (a number for an
//! id, half a surrogate pair, a missing key) are written as text by [`crate::files`].

use serde::Serialize;

use crate::envelope;
use crate::example::{LOG_GROUP, LOG_STREAM, OWNER, SUBSCRIPTION_FILTER};

/// One subscription batch, decoded: what stands inside one gzip payload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Batch {
    /// `DATA_MESSAGE` or `CONTROL_MESSAGE`.
    pub message_type: String,
    /// Account of the log group, 12 digits.
    pub owner: String,
    /// Name of the log group.
    pub log_group: String,
    /// Name of the log stream.
    pub log_stream: String,
    /// Names of the subscription filters that matched.
    pub subscription_filters: Vec<String>,
    /// The log events, written as `logEvents`.
    #[serde(rename = "logEvents")]
    pub events: Vec<Event>,
}

/// One log event of a [`Batch`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Event {
    /// CloudWatch's event id: 56 decimal digits.
    pub id: String,
    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub timestamp: i64,
    /// The log line.
    pub message: String,
}

impl Batch {
    /// A data message of the example organization with these events.
    pub fn of(events: Vec<Event>) -> Self {
        Self {
            message_type: "DATA_MESSAGE".into(),
            owner: OWNER.into(),
            log_group: LOG_GROUP.into(),
            log_stream: LOG_STREAM.into(),
            subscription_filters: vec![SUBSCRIPTION_FILTER.into()],
            events,
        }
    }

    /// The decoded payload: one compact JSON document.
    pub fn to_json(&self) -> Vec<u8> {
        envelope::json(self)
    }

    /// The payload as CloudWatch Logs sends it: [`Self::to_json`] in one gzip member, level 6, no time of its
    /// own.
    pub fn to_gzip(&self) -> Vec<u8> {
        envelope::gzip(&self.to_json())
    }

    /// The event that CloudWatch Logs invokes a Lambda function with: `{"awslogs":{"data":"…"}}`.
    pub fn to_invocation(&self) -> Vec<u8> {
        envelope::invocation(&self.to_gzip())
    }
}

/// A CloudWatch event id: 56 decimal digits whose bits from the 144th up are the timestamp, as AWS's own have
/// them. Of two ids the one with the greater `(timestamp, low)` sorts after the other, as number and as text.
/// A negative timestamp counts as 0; one after the year 2111 loses its leading digits.
pub fn event_id(timestamp: i64, low: u128) -> String {
    const GROUP: u64 = 100_000_000;
    let mut number = [0_u8; 24];
    number[..8].copy_from_slice(&(timestamp.max(0) << 16).to_be_bytes());
    number[8..].copy_from_slice(&low.to_be_bytes());

    // 24 bytes are more than any integer type holds: divide by hand, eight decimal digits at a time.
    let mut groups = [0_u64; 7];
    for group in groups.iter_mut().rev() {
        *group = number.iter_mut().fold(0, |rest, byte| {
            let value = (rest << 8) | u64::from(*byte);
            *byte = u8::try_from(value / GROUP).unwrap_or_default();
            value % GROUP
        });
    }
    groups.map(|group| format!("{group:08}")).concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_carries_its_timestamp_as_the_ids_of_the_documentation_do() {
        // 31953106606966983378809025079804211143289615424298221568 is an id of AWS's own example of
        // 1432826855000 ms.
        let low = 0x0200_0000_0000_0000_u128 << 64;
        let id = event_id(1_432_826_855_000, low);
        assert_eq!(&id[..13], "3195310660696");
        assert_eq!(id.len(), 56);
    }

    #[test]
    fn the_number_is_exact() {
        assert_eq!(event_id(0, u128::MAX), format!("{:0>56}", u128::MAX));
        // 2^144, and 2^144 + 1
        assert_eq!(event_id(1, 0), format!("{:0>56}", "22300745198530623141535718272648361505980416"));
        assert_eq!(event_id(1, 1), format!("{:0>56}", "22300745198530623141535718272648361505980417"));
    }

    #[test]
    fn a_batch_has_the_keys_of_aws_in_their_order() {
        let batch = Batch::of(vec![Event { id: "1".into(), timestamp: 2, message: "three \"3\"".into() }]);
        assert_eq!(
            String::from_utf8(batch.to_json()).unwrap(),
            concat!(
                r#"{"messageType":"DATA_MESSAGE","owner":"111122223333","#,
                r#""logGroup":"/aws/workmail/emailevents/example","logStream":"email-events","#,
                r#""subscriptionFilters":["mailtrail-workmail-events"],"#,
                r#""logEvents":[{"id":"1","timestamp":2,"message":"three \"3\""}]}"#
            )
        );
    }
}
