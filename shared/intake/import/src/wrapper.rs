//! What services put around the data of others, and what is inside: text, or base64 of anything.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;
use mailtrail_json_text::unescape;
use mailtrail_subscription::Shape;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::items::Layout;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What an entry of a wrapper holds.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Inside {
    Data(Bytes),
    /// Text where base64 should be.
    NotBase64,
    /// An entry of another form.
    Other,
}

/// An entry of a list in a wrapper, or a wrapper of one thing. An actual one has a part of these.
#[derive(Deserialize)]
struct Entry<'a> {
    #[serde(borrow, alias = "Body")]
    body: Option<&'a RawValue>,
    #[serde(borrow, rename = "Sns")]
    sns: Option<Notification<'a>>,
    #[serde(borrow, rename = "Message")]
    message: Option<&'a RawValue>,
    #[serde(borrow)]
    detail: Option<&'a RawValue>,
    #[serde(borrow, alias = "Data")]
    data: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Notification<'a> {
    #[serde(borrow, rename = "Message")]
    message: &'a RawValue,
}

/// Where the entries of a wrapper stand; nothing for those of another form than JSON. Firehose joins the wrappers that it gets.
pub(crate) fn layout(shape: Shape) -> Option<Layout> {
    match shape {
        Shape::SnsNotification | Shape::EventBridgeEvent => Some(Layout::Documents),
        Shape::SqsEvent
        | Shape::SqsMessages
        | Shape::SnsEvent
        | Shape::KinesisRecords
        | Shape::FirehoseTransformation
        | Shape::FirehoseRequest => Some(Layout::Lists(&["Records", "records", "Messages"])),
        _ => None,
    }
}

/// What an entry holds, whatever its neighbours are.
pub(crate) fn inside(entry: &str) -> Vec<Inside> {
    let Ok(Entry { body, sns, message, detail, data }) = serde_json::from_str(entry) else {
        return vec![Inside::Other];
    };
    let texts = [body, sns.map(|sns| sns.message), message, detail];
    let mut all: Vec<Inside> = texts.into_iter().flatten().map(|json| Inside::Data(text_of(json))).collect();
    all.extend(data.map(|data| decoded(unescape(data.get()).as_bytes())));
    if all.is_empty() {
        all.push(Inside::Other);
    }
    all
}

/// What is in base64, whatever white space stands in it.
pub(crate) fn of_base64(text: &[u8]) -> Inside {
    decoded(&text.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect::<Vec<_>>())
}

fn decoded(base64: &[u8]) -> Inside {
    BASE64.decode(base64).map_or(Inside::NotBase64, |data| Inside::Data(data.into()))
}

/// The text of a JSON string, or JSON as it stands.
fn text_of(json: &RawValue) -> Bytes {
    Bytes::from(unescape(json.get()).into_owned())
}
