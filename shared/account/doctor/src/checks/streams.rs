//! Firehose streams: there, tagged, and taking what we send.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-Firehose.html>

use crate::facts::Facts;
use crate::finding::{Check, Finding, Subject};
use crate::parts::{Stream, StreamSettings};

pub(super) static ACTIVE: Check = Check {
    id: "stream-active",
    subject: Subject::Streams,
    why: "A stream that is not there, or not active, takes nothing.",
};
pub(super) static TAG: Check = Check {
    id: "stream-tag",
    subject: Subject::Streams,
    why: "No tag, no stream: neither mailtrail nor log delivery writes to a stream unless LogDeliveryEnabled is true, \
          exactly.",
};
pub(super) static SOURCE: Check = Check {
    id: "stream-source",
    subject: Subject::Streams,
    why: "A stream that reads from Kinesis or Kafka takes no records from anybody else.",
};
pub(super) static DECOMPRESSION: Check = Check {
    id: "stream-decompression",
    subject: Subject::Streams,
    why: "A stream that unpacks what CloudWatch Logs sends refuses everything else, from functions and log delivery \
          alike.",
};

const KEY: &str = "LogDeliveryEnabled";
const VALUE: &str = "true";

pub(super) fn checks(facts: &Facts) -> Vec<Finding> {
    facts.streams.iter().flat_map(|stream| of_stream(facts, stream)).collect()
}

fn of_stream(facts: &Facts, stream: &Stream) -> Vec<Finding> {
    let name = &stream.name;
    let settings = match (stream.settings.seen(), stream.settings.reason()) {
        (Some(Some(settings)), _) => settings,
        (Some(None), _) => {
            let fix = "make it, or take it out of MAILTRAIL_STREAMS and delete its delivery";
            return vec![ACTIVE.broken(name, "there is no such stream", fix)];
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
    TAG.on(&stream.name, &stream.tags, |tags, name| {
        let fix = facts.aws(&format!(
            "firehose tag-delivery-stream --delivery-stream-name {name} --tags Key={KEY},Value={VALUE}"
        ));
        match tags.get(KEY).map(String::as_str) {
            Some(VALUE) => TAG.ok(name, format!("{KEY} is {VALUE}")),
            Some(value) => TAG.broken(name, format!("{KEY} is `{value}`, and not `{VALUE}`"), fix),
            None => TAG.broken(name, format!("it has no tag {KEY}"), fix),
        }
    })
}

fn source(name: &str, settings: &StreamSettings) -> Finding {
    if settings.source == "DirectPut" {
        return SOURCE.ok(name, "DirectPut");
    }
    let fix =
        "make another stream of the type DirectPut, and name that: the type of a stream cannot be changed";
    SOURCE.broken(name, format!("its type is {}", settings.source), fix)
}

fn decompression(name: &str, settings: &StreamSettings) -> Finding {
    if !settings.decompresses {
        return DECOMPRESSION.ok(name, "it does not unpack logs of CloudWatch");
    }
    let fix =
        "make another stream without decompression, and name that; this one may go on with its subscription";
    DECOMPRESSION.broken(name, "it unpacks logs of CloudWatch, and takes nothing else", fix)
}
