//! From an invocation, or a file, to the payloads inside it.
//!
//! What is accepted is recognised by content, never by name:
//!
//! | input | payloads |
//! |---|---|
//! | `{"awslogs":{"data":…}}`: a subscription filter invokes the function | one |
//! | `{"Records":[{"kinesis":{"data":…}}]}`: an event source mapping of Kinesis Data Streams does | one a record |
//! | `{"requestPayload":…}`: a record of Lambda's on-failure destination | those of the event inside |
//! | `{"KinesisBatchInfo":…,"payload":"…"}`: the same, of an event source mapping | those of the event inside |
//! | gzip data | one |
//! | `{"messageType":…}`: a decoded payload | one |
//!
//! Pages: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html>,
//! <https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html>,
//! <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html>,
//! <https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html>.

use std::borrow::Cow;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;
use mailtrail_json_text::{scalar, unescape};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use crate::inflate::MAGIC;
use crate::{Undecodable, inflate};

/// Padding is optional: some senders leave it out, and without it nothing is ambiguous.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// One payload, as CloudWatch Logs sent it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payload {
    /// The bytes.
    pub content: Content,
    /// The Region that a Kinesis record names, or that of the function in a record of an on-failure destination; not yet
    /// checked to be one.
    pub region: Option<String>,
    /// The sequence number of a Kinesis record: what a partial failure reports.
    pub sequence_number: Option<String>,
}

/// The bytes of a payload, by what must be done with them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Compressed, as CloudWatch Logs sends it.
    Gzip(Bytes),
    /// Decoded already, by another program.
    Plain(Bytes),
    /// No payload can be found in these bytes.
    Unreadable(Bytes, Undecodable),
}

impl Payload {
    /// The bytes as they arrived.
    pub fn bytes(&self) -> &Bytes {
        match &self.content {
            Content::Gzip(bytes) | Content::Plain(bytes) | Content::Unreadable(bytes, _) => bytes,
        }
    }

    /// Decodes the payload to text of at most `limit` bytes; invalid UTF-8 becomes U+FFFD.
    ///
    /// # Errors
    /// When it cannot be read to its last byte.
    pub fn decode(&self, limit: usize) -> Result<String, Undecodable> {
        match &self.content {
            Content::Unreadable(_, reason) => Err(*reason),
            Content::Gzip(bytes) => to_text(inflate(bytes, limit)?, limit),
            Content::Plain(bytes) if bytes.len() > limit => Err(too_large(limit)),
            Content::Plain(bytes) => to_text(bytes.to_vec(), limit),
        }
    }

    fn new(content: Content) -> Self {
        Self { content, region: None, sequence_number: None }
    }

    /// What base64 text holds; the text itself where it is none.
    fn from_base64(text: &str) -> Self {
        let content = match BASE64.decode(text) {
            Ok(bytes) if is_json(&bytes) => Content::Plain(bytes.into()),
            Ok(bytes) => Content::Gzip(bytes.into()),
            Err(error) => Content::Unreadable(
                Bytes::copy_from_slice(text.as_bytes()),
                Undecodable::NotBase64 { at: first_foreign_byte(&error, text) },
            ),
        };
        Self::new(content)
    }
}

/// Finds the payloads in an invocation event, a file, or whatever else holds some; at least one comes
/// back, be it an unreadable one.
pub fn payloads(input: &Bytes) -> Vec<Payload> {
    if input.starts_with(&MAGIC[..2]) {
        return vec![Payload::new(Content::Gzip(input.clone()))];
    }
    if !is_json(input) {
        let reason =
            if is_other_json(input) { Undecodable::UnknownEvent } else { Undecodable::not_gzip(input) };
        return vec![Payload::new(Content::Unreadable(input.clone(), reason))];
    }
    match serde_json::from_slice::<Event<'_>>(input) {
        Ok(event) => event.payloads(input),
        // Several documents in a row, foreign bytes, JSON cut short: a decoded payload, or nothing.
        Err(_) => vec![Payload::new(Content::Plain(input.clone()))],
    }
}

/// The top level of every JSON input that we know, of which an actual one has a part.
#[derive(Deserialize)]
struct Event<'a> {
    #[serde(borrow)]
    awslogs: Option<&'a RawValue>,
    #[serde(borrow, rename = "Records")]
    records: Option<&'a RawValue>,
    #[serde(borrow, rename = "requestPayload")]
    request_payload: Option<&'a RawValue>,
    #[serde(borrow, rename = "requestContext")]
    request_context: Option<&'a RawValue>,
    #[serde(borrow, rename = "KinesisBatchInfo")]
    kinesis_batch_info: Option<&'a RawValue>,
    #[serde(borrow)]
    payload: Option<&'a RawValue>,
    #[serde(borrow, rename = "messageType")]
    message_type: Option<&'a RawValue>,
    #[serde(borrow, rename = "logEvents")]
    log_events: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct AwsLogs {
    data: String,
}

#[derive(Deserialize)]
struct RequestContext<'a> {
    #[serde(borrow, rename = "functionArn")]
    function_arn: Cow<'a, str>,
}

#[derive(Deserialize)]
struct KinesisRecord<'a> {
    kinesis: Kinesis,
    #[serde(borrow, rename = "awsRegion")]
    region: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Kinesis {
    data: String,
    #[serde(rename = "sequenceNumber")]
    sequence_number: Option<String>,
}

impl Event<'_> {
    fn payloads(self, input: &Bytes) -> Vec<Payload> {
        let found = if let Some(awslogs) = self.awslogs {
            serde_json::from_str::<AwsLogs>(awslogs.get())
                .ok()
                .map(|logs| vec![Payload::from_base64(&logs.data)])
        } else if let Some(records) = self.records {
            kinesis_payloads(records)
        } else if let Some(original) = self.request_payload.or(self.kinesis_batch_info.and(self.payload)) {
            payloads_of_original(original, self.request_context.and_then(region_of_function).as_deref())
        } else {
            let decoded = self.message_type.or(self.log_events);
            decoded.map(|_| vec![Payload::new(Content::Plain(input.clone()))])
        };
        found.unwrap_or_else(|| {
            vec![Payload::new(Content::Unreadable(input.clone(), Undecodable::UnknownEvent))]
        })
    }

    fn is_on_failure_record(&self) -> bool {
        self.request_payload.is_some() || self.kinesis_batch_info.is_some()
    }
}

/// The payloads of Kinesis records; nothing where a record is of another service, or there is none.
fn kinesis_payloads(records: &RawValue) -> Option<Vec<Payload>> {
    let records: Vec<KinesisRecord<'_>> = serde_json::from_str(records.get()).ok()?;
    (!records.is_empty()).then(|| records.into_iter().map(KinesisRecord::payload).collect())
}

/// The payloads of the event inside an on-failure record, which stands there as it was, or as text. A record
/// inside a record is not unpacked: no service sends one, and foreign bytes must not choose our depth of recursion.
///
/// The function would have filed events without a Region under its own, which only the record says.
fn payloads_of_original(original: &RawValue, region: Option<&str>) -> Option<Vec<Payload>> {
    let event = Bytes::from(unescape(original.get()).into_owned());
    let inner: Event<'_> = serde_json::from_slice(&event).ok()?;
    let mut payloads = (!inner.is_on_failure_record()).then(|| inner.payloads(&event))?;
    for payload in &mut payloads {
        payload.region = payload.region.take().or_else(|| region.map(str::to_owned));
    }
    // What cannot be found inside is kept with what is around it.
    let unknown =
        |payload: &Payload| matches!(payload.content, Content::Unreadable(_, Undecodable::UnknownEvent));
    (!payloads.iter().any(unknown)).then_some(payloads)
}

/// The Region of the function that failed: `arn:aws:lambda:<region>:…`. Not yet checked to be one.
fn region_of_function(context: &RawValue) -> Option<String> {
    let context: RequestContext<'_> = serde_json::from_str(context.get()).ok()?;
    let mut parts = context.function_arn.split(':');
    let is_function = parts.next() == Some("arn") && parts.nth(1) == Some("lambda");
    parts.next().filter(|region| is_function && !region.is_empty()).map(str::to_owned)
}

impl KinesisRecord<'_> {
    fn payload(self) -> Payload {
        let region = self.region.and_then(scalar).map(std::borrow::Cow::into_owned);
        Payload {
            region,
            sequence_number: self.kinesis.sequence_number,
            ..Payload::from_base64(&self.kinesis.data)
        }
    }
}

/// JSON begins with a brace here: every input that we know is an object.
fn is_json(bytes: &[u8]) -> bool {
    bytes.trim_ascii_start().first() == Some(&b'{')
}

/// JSON that is no object, or that begins with a byte order mark, which no service writes.
fn is_other_json(bytes: &[u8]) -> bool {
    let text = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    serde_json::from_slice::<IgnoredAny>(text).is_ok()
}

/// Text from bytes, with U+FFFD for invalid UTF-8. The replacement is longer than what it replaces,
/// so the limit holds for the text, too.
fn to_text(bytes: Vec<u8>, limit: usize) -> Result<String, Undecodable> {
    let bytes = match String::from_utf8(bytes) {
        Ok(text) => return Ok(text),
        Err(error) => error.into_bytes(),
    };
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            text.push(char::REPLACEMENT_CHARACTER);
        }
        if text.len() > limit {
            return Err(too_large(limit));
        }
    }
    Ok(text)
}

fn too_large(limit: usize) -> Undecodable {
    Undecodable::TooLarge { limit, unit: "bytes" }
}

fn first_foreign_byte(error: &base64::DecodeError, text: &str) -> usize {
    match error {
        base64::DecodeError::InvalidByte(at, _) => *at,
        _ => text.len(),
    }
}
