//! The shapes, and what is said of each.

use std::fmt;

use super::Format;

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Shape {
    /// The data of a subscription: gzip of one or more batches.
    Payload,
    /// The same, decoded.
    DecodedPayload,
    /// The event with which a subscription filter invokes a function.
    LambdaEvent,
    /// The event of Kinesis Data Streams.
    KinesisEvent,
    /// A record of Lambda's on-failure destination, with the event inside.
    OnFailureRecord,

    /// A log file of CloudTrail as delivered to S3.
    CloudTrailFile,
    /// The same with Insights events.
    CloudTrailInsightsFile,
    /// CloudTrail records without the file around them.
    CloudTrailRecords,
    /// The answer of `LookupEvents`.
    LookupEvents,
    /// An object of `CreateExportTask`.
    ExportTaskObject,
    /// The answer of `FilterLogEvents`.
    FilterLogEvents,
    /// The answer of `GetLogEvents`.
    GetLogEvents,
    /// The answer of a query of CloudWatch Logs Insights, or what the console exports of it.
    InsightsResults,
    /// The request of `PutLogEvents`.
    PutLogEvents,
    /// Log events without their log group, as `--query events` prints them.
    LogEventList,
    /// Lines of `aws logs tail`.
    LogsTail,
    /// A WorkMail audit log in JSON, as log delivery writes it to S3 or Firehose.
    AuditJson,
    /// The same as plain text.
    AuditPlain,
    /// The same in the W3C extended log file format.
    AuditW3c,
    /// Messages of the email event log of WorkMail without the batch around them.
    EmailEventMessages,
    /// Subscription payloads that were compressed once more.
    NestedGzip,

    /// Base64 of gzip, such as the data of an invocation.
    Base64Gzip,
    /// The event of an SQS queue.
    SqsEvent,
    /// The answer of `ReceiveMessage` of SQS.
    SqsMessages,
    /// The event of an SNS topic.
    SnsEvent,
    /// A notification of SNS over HTTPS or in a queue.
    SnsNotification,
    /// An event of EventBridge.
    EventBridgeEvent,
    /// The event of a Firehose transformation.
    FirehoseTransformation,
    /// The request of Firehose to an HTTP endpoint.
    FirehoseRequest,
    /// The answer of `GetRecords` of Kinesis Data Streams.
    KinesisRecords,

    /// A digest file of CloudTrail.
    CloudTrailDigest,
    /// The event of S3 about an object.
    S3Notification,
    /// An event of another service.
    ServiceEvent,
    /// A record of an on-failure destination without the event.
    OnFailureNotice,
    /// A record of an on-failure destination with an event of another kind inside.
    OnFailureOther,
    /// An invocation event without data where it should be.
    InvalidEvent,
    /// What an export task writes to try its permission.
    ExportTaskTest,
    /// OCSF records.
    OcsfRecords,
    /// What lies beside a quarantined payload.
    QuarantineReport,
    /// JSON of another kind.
    Json,
    /// JSON of another kind without its end.
    CutJson,
    /// The W3C extended log file format, of another log.
    W3cLog,
    /// Text of another kind.
    Text,
    /// Text in UTF-16.
    Utf16,
    /// A format that has a signature.
    Format(Format),
    /// Gzip that does not begin like a payload, and decodes to more than the limit.
    TooLarge,
    /// Gzip that cannot be decoded to anything that is known.
    DamagedGzip,
    /// Neither text nor a format that is known.
    Binary,
    /// Nothing but white space.
    Empty,
}

/// What a shape holds for us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// Subscription payloads.
    Payloads,
    /// Log events in another form.
    LogEvents,
    /// Data that may be anything.
    Envelopes,
    /// No log events.
    Nothing,
}

impl Shape {
    /// What it holds.
    pub const fn holds(self) -> Holds {
        self.row().2
    }

    /// Its name in JSON.
    pub const fn name(self) -> &'static str {
        self.row().0
    }

    /// Name, description, and what it holds.
    const fn row(self) -> (&'static str, &'static str, Holds) {
        use Holds::{Envelopes, LogEvents, Nothing, Payloads};
        match self {
            Self::Payload => ("payload", "subscription payload of CloudWatch Logs", Payloads),
            Self::DecodedPayload => {
                ("decoded_payload", "decoded subscription payload of CloudWatch Logs", Payloads)
            }
            Self::LambdaEvent => ("lambda_event", "Lambda event of a subscription filter", Payloads),
            Self::KinesisEvent => ("kinesis_event", "Lambda event of Kinesis Data Streams", Payloads),
            Self::OnFailureRecord => {
                ("on_failure_record", "record of Lambda's on-failure destination", Payloads)
            }

            Self::CloudTrailFile => ("cloudtrail_file", "CloudTrail log file as delivered to S3", LogEvents),
            Self::CloudTrailInsightsFile => {
                ("cloudtrail_insights_file", "CloudTrail Insights file as delivered to S3", LogEvents)
            }
            Self::CloudTrailRecords => ("cloudtrail_records", "CloudTrail records", LogEvents),
            Self::LookupEvents => ("lookup_events", "output of `aws cloudtrail lookup-events`", LogEvents),
            Self::ExportTaskObject => {
                ("export_task_object", "object of a CloudWatch Logs export task", LogEvents)
            }
            Self::FilterLogEvents => {
                ("filter_log_events", "output of `aws logs filter-log-events`", LogEvents)
            }
            Self::GetLogEvents => ("get_log_events", "output of `aws logs get-log-events`", LogEvents),
            Self::InsightsResults => {
                ("insights_results", "results of a CloudWatch Logs Insights query", LogEvents)
            }
            Self::PutLogEvents => ("put_log_events", "request of `PutLogEvents`", LogEvents),
            Self::LogEventList => ("log_event_list", "list of log events without their log group", LogEvents),
            Self::LogsTail => ("logs_tail", "output of `aws logs tail`", LogEvents),
            Self::AuditJson => {
                ("audit_json", "WorkMail audit log (JSON) as delivered to S3 or Firehose", LogEvents)
            }
            Self::AuditPlain => {
                ("audit_plain", "WorkMail audit log (plain text) as delivered to S3", LogEvents)
            }
            Self::AuditW3c => ("audit_w3c", "WorkMail audit log (W3C) as delivered to S3", LogEvents),
            Self::EmailEventMessages => (
                "email_event_messages",
                "messages of WorkMail's email event log without their batch",
                LogEvents,
            ),
            Self::NestedGzip => {
                ("nested_gzip", "gzip of gzip, as Firehose writes it with compression on", LogEvents)
            }

            Self::Base64Gzip => ("base64_gzip", "base64 of gzip", Envelopes),
            Self::SqsEvent => ("sqs_event", "Lambda event of an SQS queue", Envelopes),
            Self::SqsMessages => ("sqs_messages", "output of `aws sqs receive-message`", Envelopes),
            Self::SnsEvent => ("sns_event", "Lambda event of an SNS topic", Envelopes),
            Self::SnsNotification => ("sns_notification", "SNS notification", Envelopes),
            Self::EventBridgeEvent => ("eventbridge_event", "EventBridge event", Envelopes),
            Self::FirehoseTransformation => {
                ("firehose_transformation", "Lambda event of a Firehose transformation", Envelopes)
            }
            Self::FirehoseRequest => {
                ("firehose_request", "request of Firehose to an HTTP endpoint", Envelopes)
            }
            Self::KinesisRecords => ("kinesis_records", "output of `aws kinesis get-records`", Envelopes),

            Self::CloudTrailDigest => {
                ("cloudtrail_digest", "CloudTrail digest file, which holds no events", Nothing)
            }
            Self::S3Notification => {
                ("s3_notification", "S3 event notification, which names objects and holds no events", Nothing)
            }
            Self::ServiceEvent => ("service_event", "Lambda event of another service", Nothing),
            Self::OnFailureNotice => (
                "on_failure_notice",
                "record of an on-failure destination without the event that failed",
                Nothing,
            ),
            Self::OnFailureOther => (
                "on_failure_other",
                "record of an on-failure destination whose event holds no payloads",
                Nothing,
            ),
            Self::InvalidEvent => {
                ("invalid_event", "Lambda event whose data is missing or not text", Nothing)
            }
            Self::ExportTaskTest => ("export_task_test", "permission test of an export task", Nothing),
            Self::OcsfRecords => ("ocsf_records", "OCSF records, which are made of log events", Nothing),
            Self::QuarantineReport => ("quarantine_report", "report beside a quarantined payload", Nothing),
            Self::Json => ("json", "JSON, but no log events", Nothing),
            Self::CutJson => {
                ("cut_json", "JSON that ends early, and no log events that can be recognized", Nothing)
            }
            Self::W3cLog => ("w3c_log", "log file in the W3C format, but not of WorkMail", Nothing),
            Self::Text => ("text", "text, but no log events", Nothing),
            Self::Utf16 => ("utf16", "text in UTF-16; convert it to UTF-8 to have it recognized", Nothing),
            Self::Format(format) => (format.name(), format.description(), Nothing),
            Self::TooLarge => (
                "too_large",
                "data that decodes to more than the limit, and does not begin like a payload",
                Nothing,
            ),
            Self::DamagedGzip => ("damaged_gzip", "damaged gzip data", Nothing),
            Self::Binary => ("binary", "binary data of an unknown format", Nothing),
            Self::Empty => ("empty", "empty", Nothing),
        }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.row().1)
    }
}
