//! What services put around the data of others, and what is inside: text, or base64 of anything.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;
use mailtrail_json_text::unescape;
use mailtrail_subscription::Shape;
use serde::Deserialize;
use serde_json::value::RawValue;

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

/// The members of all wrappers, of which an actual one has a part.
#[derive(Deserialize)]
struct Wrapper<'a> {
    #[serde(borrow, rename = "Records", alias = "records", alias = "Messages")]
    entries: Option<Vec<&'a RawValue>>,
    #[serde(borrow, rename = "Message")]
    message: Option<&'a RawValue>,
    #[serde(borrow)]
    detail: Option<&'a RawValue>,
}

/// An entry of a list in a wrapper.
#[derive(Deserialize)]
struct Entry<'a> {
    #[serde(borrow, alias = "Body")]
    body: Option<&'a RawValue>,
    #[serde(borrow, rename = "Sns")]
    sns: Option<Notification<'a>>,
    #[serde(borrow, alias = "Data")]
    data: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Notification<'a> {
    #[serde(borrow, rename = "Message")]
    message: &'a RawValue,
}

/// What is in a wrapper, in its order. Nothing where its form is another one.
pub(crate) fn open(shape: Shape, wrapper: &[u8]) -> Option<Vec<Inside>> {
    if shape == Shape::Base64Gzip {
        let text: Vec<u8> = wrapper.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
        return Some(vec![decoded(&text)]);
    }
    let wrapper = wrapper.strip_prefix("\u{feff}".as_bytes()).unwrap_or(wrapper);
    let text = String::from_utf8_lossy(wrapper);
    let Wrapper { entries, message, detail } = serde_json::from_str(&text).ok()?;
    if let Some(inside) = message.or(detail) {
        return Some(vec![Inside::Data(text_of(inside))]);
    }
    Some(entries?.into_iter().map(inside).collect())
}

/// What an entry holds, whatever its neighbours are.
fn inside(entry: &RawValue) -> Inside {
    let Ok(Entry { body, sns, data }) = serde_json::from_str(entry.get()) else { return Inside::Other };
    if let Some(message) = body.or(sns.map(|sns| sns.message)) {
        return Inside::Data(text_of(message));
    }
    data.map_or(Inside::Other, |data| decoded(unescape(data.get()).as_bytes()))
}

fn decoded(base64: &[u8]) -> Inside {
    BASE64.decode(base64).map_or(Inside::NotBase64, |data| Inside::Data(data.into()))
}

/// The text of a JSON string, or JSON as it stands.
fn text_of(json: &RawValue) -> Bytes {
    Bytes::from(unescape(json.get()).into_owned())
}
