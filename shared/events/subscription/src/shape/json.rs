//! JSON, by the members of its first object: those that AWS's own documents name.

use std::borrow::Cow;

use mailtrail_json_text::{Member, Members, unescape};
use serde::de::IgnoredAny;
use serde_json::Deserializer;

use super::Shape;

/// What a text is, if it is JSON or its beginning; `cut` says that more follows. A number or a word is JSON to a parser,
/// and text to us: log lines begin with either.
pub(super) fn shape(text: &str, cut: bool) -> Option<Shape> {
    let known = match text.as_bytes().first() {
        Some(b'{') => Object::of(text).and_then(|object| object.shape(cut)),
        Some(b'[') => of_list(text),
        _ => return None,
    };
    known.or_else(|| unknown(text, cut))
}

fn of_list(text: &str) -> Option<Shape> {
    let first = first_item(text)?;
    // The rows of Insights are lists of fields.
    let object = Object::of(first_item(first).unwrap_or(first))?;
    if object.has_all(&["field", "value"]) || object.has("@message") || object.has("@timestamp") {
        Some(Shape::InsightsResults)
    } else if object.has_all(&["timestamp", "message"]) {
        Some(Shape::LogEventList)
    } else if object.is_cloudtrail_record() {
        Some(Shape::CloudTrailRecords)
    } else {
        None
    }
}

/// JSON of another kind, or nothing where it is none.
fn unknown(text: &str, cut: bool) -> Option<Shape> {
    for value in Deserializer::from_str(text).into_iter::<IgnoredAny>() {
        match value {
            Ok(_) => {}
            Err(error) if error.is_eof() && !cut => return Some(Shape::CutJson),
            Err(error) if error.is_eof() => return Some(Shape::Json),
            Err(_) => return None,
        }
    }
    Some(Shape::Json)
}

/// The text from the first item of a list on.
fn first_item(text: &str) -> Option<&str> {
    text.trim_start().strip_prefix('[').map(str::trim_start)
}

/// The members of an object, as far as they go.
struct Object<'a>(Vec<(Cow<'a, str>, Member<'a>)>);

impl<'a> Object<'a> {
    fn of(text: &'a str) -> Option<Self> {
        Members::of(text).map(|members| Self(members.collect()))
    }

    fn get(&self, name: &str) -> Option<&Member<'a>> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    fn has_all(&self, names: &[&str]) -> bool {
        names.iter().all(|name| self.has(name))
    }

    fn has_any(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.has(name))
    }

    /// The text of a member.
    fn text(&self, name: &str) -> Option<Cow<'a, str>> {
        match self.get(name)? {
            Member::Whole(value) if value.get().starts_with('"') => Some(unescape(value.get())),
            _ => None,
        }
    }

    /// The first object in a list.
    fn first_of(&self, name: &str) -> Option<Object<'a>> {
        Object::of(first_item(self.get(name)?.text())?)
    }

    fn shape(&self, cut: bool) -> Option<Shape> {
        self.of_payloads(cut)
            .or_else(|| self.of_logs())
            .or_else(|| self.of_cloudtrail())
            .or_else(|| self.of_workmail())
            .or_else(|| self.of_envelopes())
            .or_else(|| self.of_ours())
    }

    /// What [`crate::payloads`] takes apart.
    fn of_payloads(&self, cut: bool) -> Option<Shape> {
        if self.has("awslogs") {
            return Some(Shape::LambdaEvent);
        }
        if self.has("requestPayload") || self.has_all(&["KinesisBatchInfo", "payload"]) {
            return Some(Shape::OnFailureRecord);
        }
        if self.has_any(&["KinesisBatchInfo", "DDBStreamBatchInfo"])
            || self.has_all(&["requestContext", "responseContext"])
        {
            return Some(Shape::OnFailureNotice);
        }
        let is_batch = |kind: &Cow<'_, str>| ["DATA_MESSAGE", "CONTROL_MESSAGE"].contains(&kind.as_ref());
        if self.text("messageType").is_some_and(|kind| is_batch(&kind)) {
            return Some(Shape::DecodedPayload);
        }
        if !self.has("logEvents") {
            return None;
        }
        if self.has_any(&["logGroupName", "logStreamName"]) {
            return Some(Shape::PutLogEvents);
        }
        // A batch whose type is missing, or comes later.
        let batch = cut || self.has_any(&["messageType", "owner", "logGroup", "logStream"]);
        Some(if batch { Shape::DecodedPayload } else { Shape::LogEventList })
    }

    /// What CloudWatch Logs answers.
    fn of_logs(&self) -> Option<Shape> {
        if let Some(event) = self.first_of("events")
            && event.has_all(&["timestamp", "message"])
        {
            let filtered = self.has("searchedLogStreams") || event.has_any(&["eventId", "logStreamName"]);
            return Some(if filtered { Shape::FilterLogEvents } else { Shape::GetLogEvents });
        }
        if self.has_all(&["events", "searchedLogStreams"]) {
            return Some(Shape::FilterLogEvents);
        }
        if self.has("events") && self.has_any(&["nextForwardToken", "nextBackwardToken"]) {
            return Some(Shape::GetLogEvents);
        }
        let is_query = self.has("results") && self.has_any(&["statistics", "status", "queryLanguage"]);
        if is_query || self.has_all(&["@timestamp", "@message"]) {
            return Some(Shape::InsightsResults);
        }
        self.has_all(&["timestamp", "message", "ingestionTime"]).then_some(Shape::LogEventList)
    }

    /// What CloudTrail writes, and the events of other services, which have records as well.
    fn of_cloudtrail(&self) -> Option<Shape> {
        if self.has_any(&["digestS3Object", "digestStartTime"]) {
            return Some(Shape::CloudTrailDigest);
        }
        if self.first_of("Events").is_some_and(|event| event.has_any(&["CloudTrailEvent", "EventId"])) {
            return Some(Shape::LookupEvents);
        }
        if self.is_cloudtrail_record() {
            return Some(Shape::CloudTrailRecords);
        }
        let record = self.first_of("Records")?;
        let service = record.text("eventSource").or_else(|| record.text("EventSource"));
        match service.as_deref() {
            Some("aws:sqs") => return Some(Shape::SqsEvent),
            Some("aws:sns") => return Some(Shape::SnsEvent),
            Some("aws:s3") => return Some(Shape::S3Notification),
            Some("aws:kinesis") => return Some(Shape::KinesisEvent),
            Some(other) if other.starts_with("aws:") => return Some(Shape::ServiceEvent),
            _ => {}
        }
        if record.has("kinesis") {
            Some(Shape::KinesisEvent)
        } else if record.has("Sns") {
            Some(Shape::SnsEvent)
        } else if record.has("s3") {
            Some(Shape::S3Notification)
        } else if record.has_all(&["messageId", "body"]) {
            Some(Shape::SqsEvent)
        } else if record.has_any(&["dynamodb", "ses", "cf"]) {
            Some(Shape::ServiceEvent)
        } else if record.has_all(&["SequenceNumber", "Data"]) {
            Some(Shape::KinesisRecords)
        } else if record.has("insightDetails") || record.text("eventCategory").as_deref() == Some("Insight") {
            Some(Shape::CloudTrailInsightsFile)
        } else if record.is_cloudtrail_record() {
            Some(Shape::CloudTrailFile)
        } else {
            None
        }
    }

    /// <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html>
    fn is_cloudtrail_record(&self) -> bool {
        let service = self.text("eventSource").unwrap_or_default();
        let body = ["eventID", "eventName", "eventTime", "userIdentity", "eventType", "eventCategory"];
        self.has("eventVersion")
            && !service.starts_with("aws:")
            && body.iter().filter(|name| self.has(name)).count() >= 2
    }

    /// Messages of WorkMail's logs. Who sets up a delivery chooses the fields of an audit log.
    fn of_workmail(&self) -> Option<Shape> {
        if self.has("event") && self.has_any(&["organizationArn", "traceId"]) {
            return Some(Shape::EmailEventMessages);
        }
        let is_audit = self.has("event_timestamp")
            && self.has_any(&["request_id", "organization_arn", "user_id", "source_ip", "auth_successful"]);
        (is_audit || self.has_all(&["organization_arn", "request_id"])).then_some(Shape::AuditJson)
    }

    /// What services put around the data of others.
    fn of_envelopes(&self) -> Option<Shape> {
        if self.has_any(&["deliveryStreamArn", "sourceKinesisStreamArn"]) && self.has("invocationId") {
            Some(Shape::FirehoseTransformation)
        } else if self.has_all(&["requestId", "timestamp", "records"]) {
            Some(Shape::FirehoseRequest)
        } else if self.has("TopicArn") && self.has_any(&["Message", "Type"]) {
            Some(Shape::SnsNotification)
        } else if self.first_of("Messages").is_some_and(|message| message.has_any(&["Body", "ReceiptHandle"]))
        {
            Some(Shape::SqsMessages)
        } else if self.has_all(&["detail-type", "detail"]) {
            Some(Shape::EventBridgeEvent)
        } else if self.text("eventSource").is_some_and(|service| service.starts_with("aws:"))
            || self.has_all(&["requestContext", "httpMethod"])
        {
            Some(Shape::ServiceEvent)
        } else {
            None
        }
    }

    fn of_ours(&self) -> Option<Shape> {
        if self.has_all(&["class_uid", "metadata"]) {
            Some(Shape::OcsfRecords)
        } else if self.has_all(&["reason", "explanation", "sha256", "what_to_do"]) {
            Some(Shape::QuarantineReport)
        } else {
            None
        }
    }
}
