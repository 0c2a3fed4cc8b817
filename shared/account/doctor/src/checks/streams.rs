//! Firehose streams: their status, tag, type and decompression.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-Firehose.html>

use mailtrail_aws_types::DELIVERY_TAG;
use mailtrail_resource_policy::condition::Context;
use mailtrail_resource_policy::evaluate::Decision;

use super::format::day;
use super::roles::{self, Need};
use crate::facts::Facts;
use crate::finding::{Check, Finding, Subject};
use crate::fix::{Fix, word};
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

pub(super) static ROLE: Check = Check {
    id: "stream-role",
    subject: Subject::Streams,
    why: "Firehose accepts records before it delivers them: a role that may not write to the bucket loses them after 24 hours.",
};

pub(super) static DELIVERING: Check = Check {
    id: "stream-delivering",
    subject: Subject::Streams,
    why: "Firehose tries a delivery again for 24 hours, and then discards the records: only its error log tells of it.",
};

const FIREHOSE: &str = "firehose.amazonaws.com";
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
    [
        active(facts, name, settings),
        tag(facts, stream),
        source(name, settings),
        decompression(name, settings),
        role(facts, name, settings),
    ]
    .into_iter()
    .chain(delivering(facts, stream, settings))
    .collect()
}

/// For a destination in Amazon S3.
/// <https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-logs.html>
fn delivering(facts: &Facts, stream: &Stream, settings: &StreamSettings) -> Option<Finding> {
    let name = &stream.name;
    let Some(log) = &settings.destination.as_ref()?.error_log else {
        let fix = "turn on the error logging of the stream";
        return Some(DELIVERING.undecided(name, "its error logging is off", fix));
    };
    Some(DELIVERING.for_part(name, &stream.last_error, |last, name| match *last {
        Some(last) if last > facts.at - mailtrail_clock::DAY => {
            let fix = facts.aws(&format!(
                "logs filter-log-events --log-group-name {} --log-stream-names {} --start-time {}",
                word(&log.log_group),
                word(&log.log_stream),
                facts.at - mailtrail_clock::DAY
            ));
            DELIVERING.broken(name, format!("its newest delivery error is of {}", day(last)), fix)
        }
        _ => DELIVERING.ok(name, "no delivery error in the last day"),
    }))
}

/// <https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html#using-iam-s3>
fn role(facts: &Facts, name: &str, settings: &StreamSettings) -> Finding {
    let Some(to) = &settings.destination else {
        let seen = "its destination is not in Amazon S3: neither its role nor its deliveries are checked";
        return ROLE.note(name, seen);
    };
    let role = match facts.role(&to.role_arn) {
        Err(reason) => return ROLE.unknown(name, reason),
        Ok(None) => {
            let seen = format!("its role {} does not exist", to.role_arn);
            return ROLE.broken(name, seen, "set another role on the destination of the stream");
        }
        Ok(Some(role)) => role,
    };
    let stream = facts.arn("firehose", &format!("deliverystream/{name}"));
    let context = Context::source(&stream, &facts.account);
    let inspect = format!("aws iam get-role --role-name {}", word(role.name()));
    match roles::may_assume(role, FIREHOSE, &context.clone().with("sts:ExternalId", &facts.account)) {
        Decision::Denied => {
            let seen = format!("the trust policy of {} does not allow {FIREHOSE} to assume it", role.name());
            return ROLE.broken(name, seen, Fix::steps(format!("trust {FIREHOSE} in:"), [inspect]));
        }
        Decision::Depends => {
            let seen = format!("the trust policy of {} has conditions that cannot be evaluated", role.name());
            return ROLE.undecided(name, seen, inspect);
        }
        Decision::Allowed => {}
    }
    // What follows `!{` is an expression of Firehose, such as a day.
    let prefix = to.prefix.split("!{").next().unwrap_or_default();
    let path = format!("{}/{prefix}", to.bucket_arn);
    let context =
        Context::new().with("aws:SecureTransport", "true").with("aws:PrincipalAccount", &facts.account);
    roles::permissions(&ROLE, name, role, &[Need::objects(&path, context)])
}

fn active(facts: &Facts, name: &str, settings: &StreamSettings) -> Finding {
    if settings.status == "ACTIVE" {
        return ACTIVE.ok(name, "active");
    }
    let fix = facts.aws(&format!("firehose describe-delivery-stream --delivery-stream-name {}", word(name)));
    ACTIVE.broken(name, format!("its status is {}", settings.status), fix)
}

fn tag(facts: &Facts, stream: &Stream) -> Finding {
    TAG.for_part(&stream.name, &stream.tags, |tags, name| {
        let fix = facts.aws(&format!(
            "firehose tag-delivery-stream --delivery-stream-name {} --tags Key={KEY},Value={VALUE}",
            word(&name)
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
