//! Firehose streams: their status, tag, type and decompression.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-Firehose.html>

use mailtrail_aws_types::DELIVERY_TAG;

use crate::facts::Facts;
use crate::finding::{Check, Finding, Subject};
use crate::model::{Stream, StreamSettings};

pub(super) static ACTIVE: Check = Check {
    id: "stream-active",
    subject: Subject::Streams,
    why: "A stream that does not exist, or is not active, accepts no records.",
};
pub(super) static TAG: Check = Check {
    id: "stream-tag",
    subject: Subject::Streams,
    why: "mailtrail and log delivery write to a stream only while it has the tag LogDeliveryEnabled with exactly the value \
          true.",
};
pub(super) static SOURCE: Check = Check {
    id: "stream-source",
    subject: Subject::Streams,
    why: "A stream with a Kinesis or Kafka source accepts no PutRecord calls.",
};
pub(super) static DECOMPRESSION: Check = Check {
    id: "stream-decompression",
    subject: Subject::Streams,
    why: "A stream with decompression of CloudWatch Logs data rejects every other record, from functions and from log \
          delivery.",
};

const KEY: &str = DELIVERY_TAG.0;
const VALUE: &str = DELIVERY_TAG.1;

pub(super) fn checks(facts: &Facts) -> Vec<Finding> {
    facts.streams.iter().flat_map(|stream| of_stream(facts, stream)).collect()
}

fn of_stream(facts: &Facts, stream: &Stream) -> Vec<Finding> {
    let name = &stream.name;
    let settings = match (stream.settings.seen(), stream.settings.reason()) {
        (Some(Some(settings)), _) => settings,
        (Some(None), _) => {
            let fix = "create the stream, or remove it from MAILTRAIL_STREAMS and delete its delivery";
            return vec![ACTIVE.broken(name, "the stream does not exist", fix)];
        }
        (None, reason) => {
            return vec![ACTIVE.unknown(name, reason.unwrap_or_default()), tag(facts, stream)];
        }
    };
    vec![
        active(facts, name, settings),
        tag(facts, stream),
        source(name, settings),
        decompression(name, settings),
    ]
}

fn active(facts: &Facts, name: &str, settings: &StreamSettings) -> Finding {
    if settings.status == "ACTIVE" {
        return ACTIVE.ok(name, "active");
    }
    let fix = facts.aws(&format!("firehose describe-delivery-stream --delivery-stream-name {name}"));
    ACTIVE.broken(name, format!("its status is {}", settings.status), fix)
}

fn tag(facts: &Facts, stream: &Stream) -> Finding {
    TAG.for_part(&stream.name, &stream.tags, |tags, name| {
        let fix = facts.aws(&format!(
            "firehose tag-delivery-stream --delivery-stream-name {name} --tags Key={KEY},Value={VALUE}"
        ));
        match tags.get(KEY).map(String::as_str) {
            Some(VALUE) => TAG.ok(name, format!("{KEY} is {VALUE}")),
            Some(value) => TAG.broken(name, format!("{KEY} is `{value}`; expected `{VALUE}`"), fix),
            None => TAG.broken(name, format!("the tag {KEY} is missing"), fix),
        }
    })
}

fn source(name: &str, settings: &StreamSettings) -> Finding {
    if settings.source == "DirectPut" {
        return SOURCE.ok(name, "DirectPut");
    }
    let fix =
        "create a stream of the type DirectPut and use that one: the type of a stream cannot be changed";
    SOURCE.broken(name, format!("its type is {}", settings.source), fix)
}

fn decompression(name: &str, settings: &StreamSettings) -> Finding {
    if !settings.decompresses {
        return DECOMPRESSION.ok(name, "decompression is off");
    }
    let fix = "create a stream without decompression and use that one; this one can keep its subscription";
    DECOMPRESSION.broken(name, "decompression of CloudWatch Logs data is on", fix)
}
